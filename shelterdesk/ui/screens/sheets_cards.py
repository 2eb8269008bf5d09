"""Papers: cards printed ahead that a scan binds, and cards for people, in every format, on sheets used in part."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QLineEdit, QWidget

from shelterdesk.actions.card_choice import CardsWanted, cards_wanted
from shelterdesk.actions.cards import (
    MOST_BLANK,
    NONE,
    OWN,
    blank_print_warnings,
    print_blank_cards,
    print_cards,
)
from shelterdesk.actions.desk import Desk
from shelterdesk.actions.papers import MadePaper
from shelterdesk.core.changes import Changes
from shelterdesk.core.errors import NotFound, WorldError
from shelterdesk.core.paper_kinds import PaperKind
from shelterdesk.core.print_jobs import PrintState
from shelterdesk.core.roles import DOES
from shelterdesk.core.words import ntr, tr
from shelterdesk.db.store import Reader
from shelterdesk.ui.screens.exchange_words import Line
from shelterdesk.ui.screens.sheets_card_paper import CardPaper, second_languages
from shelterdesk.ui.widgets import (
    Choice,
    ChoiceField,
    LabelledField,
    Tone,
)
from shelterdesk.ui.worker import DeskWorker

WITHOUT, ALL, NAMED = "without", "all", "named"
USUAL_BLANK = 100


class BlankCards(CardPaper):
    """Cards for nobody yet, to have by the hundred when a boat lands: the ordinary way, bound by a scan."""

    name = "blank"
    roles = DOES["print cards"]
    ahead = True

    @staticmethod
    def heading() -> str:
        return tr("Cards printed ahead")

    def __init__(self, worker: DeskWorker, parent: QWidget | None = None) -> None:
        super().__init__(worker, self.heading(), parent)
        self.count = QLineEdit(str(USUAL_BLANK))
        self.count.setMaxLength(4)
        self.count_field = LabelledField(
            tr("How many"), self.count, hint=tr("at most {n}", n=MOST_BLANK), check=self._check
        )
        self.count_field.setProperty("not_kept", True)
        self.second.set_options([(NONE, tr("Spanish only")), *second_languages()])
        self.place_choices(
            self.count_field, self.form_field, self.second_field, self.places, self.printer_field
        )
        self.count_field.changed.connect(self._on_choice)
        self._on_choice()

    def refresh(self, changes: Changes | None) -> None:
        if changes is None:
            self.refresh_printers()
            self.changed_choice()

    def file_name(self) -> str:
        station = self.worker.desk.who.station if self.worker.desk is not None else ""
        what = tr("wristbands") if self.format().is_band else tr("blank-cards")
        return f"{what}-{station}"

    def wanted(self) -> int:
        """How many are asked for; 0 for what is no number or too many."""
        typed = self.count.text().strip()
        many = int(typed) if typed.isascii() and typed.isdigit() else 0
        return many if many <= MOST_BLANK else 0

    def is_ready(self) -> bool:
        return bool(self.wanted())

    def not_ready(self) -> str:
        return self._check(self.count.text())

    def make(self, done: Callable[[MadePaper], object], failed: Callable[[WorldError], object]) -> None:
        self.start_making(
            tr("Making the cards"),
            print_blank_cards,
            self.wanted(),
            done=done,
            failed=failed,
            with_progress=True,
            form=self.format().name,
            start_at=self.start_at(),
            second=self.second.value(),
        )

    def changed_choice(self) -> None:
        if self.made is not None:
            return
        if self.wanted():
            self.show_waiting(self.wanted(), tr("Print or save makes them; each has a number of its own."))
        else:
            self.places.show_many(0)
            self.preview.show_words(self._check(""), "")
        self.show_ready()
        desk, second, form = self.worker.desk, self.second.value(), self.format().name
        if desk is None:
            return

        def ask(reader: Reader) -> list[str]:
            return blank_print_warnings(desk, reader, second, form)

        self.worker.read(ask, done=self._show, failed=self.say_error, topic="cards ahead")

    def _show(self, warnings: list[str]) -> None:
        if self.made is not None:
            return
        belongs = tr("A card belongs to nobody until it is scanned for a person at the reception.")
        self.show_notes(Line(Tone.NEUTRAL, belongs), *(Line(Tone.WARN, one) for one in warnings))

    def _check(self, _: str) -> str:
        return "" if self.wanted() else tr("Write a number from 1 to {n}.", n=MOST_BLANK)


class PresentCards(CardPaper):
    """Cards for those in the house who hold none, for everybody there, or for one person or family."""

    name = "cards"
    roles = DOES["print cards"]
    kinds = frozenset(
        {"person", "arrival_group", "movement", "card", "same_as", "membership", "stay", "setting", "foreign"}
    )

    @staticmethod
    def heading() -> str:
        return tr("Cards for people")

    def __init__(self, worker: DeskWorker, parent: QWidget | None = None) -> None:
        super().__init__(worker, self.heading(), parent)
        self.wanted: CardsWanted | None = None
        self._nobody = ""
        self._second_chosen = False
        self.whom = ChoiceField(
            [
                Choice(WITHOUT, tr("Without"), tr("those who hold no card")),
                Choice(ALL, tr("Everybody"), tr("everybody in the house")),
                Choice(NAMED, tr("One"), tr("one person or family")),
            ]
        )
        self.whom.set_value(WITHOUT)
        self.whom_field = LabelledField(tr("For whom"), self.whom, reading=lambda _: self.whom.words())
        self.number = QLineEdit()
        self.number_field = LabelledField(tr("Number or card"), self.number, check=lambda _: self._nobody)
        self.number_field.hide()
        for field in (self.whom_field, self.number_field):
            field.setProperty("not_kept", True)
        self._offer_languages()
        self.place_choices(
            self.whom_field, self.number_field, self.form_field, self.second_field, self.places,
            self.printer_field,
        )  # fmt: skip
        self.show_notes()
        self.show_ready()
        self.whom_field.changed.connect(self._on_whom)
        self.number_field.changed.connect(self._on_choice)
        self.second.picked.connect(self._on_second)

    def refresh(self, changes: Changes | None) -> None:
        desk = self.worker.desk
        if desk is None:
            return
        if changes is None:
            self.refresh_printers()
        if self.made is None:
            self._ask(desk)

    def file_name(self) -> str:
        station = self.worker.desk.who.station if self.worker.desk is not None else ""
        what = tr("wristbands") if self.format().is_band else tr("lodging-cards")
        return f"{what}-{station}"

    def is_ready(self) -> bool:
        return self.made is not None or (self.wanted is not None and bool(self.wanted.chosen))

    def not_ready(self) -> str:
        return self._nobody or tr("There is nobody to print a card for.")

    def make(self, done: Callable[[MadePaper], object], failed: Callable[[WorldError], object]) -> None:
        chosen = self.wanted.chosen if self.wanted is not None else ()
        self.start_making(
            tr("Making the cards"),
            print_cards,
            done=done,
            failed=failed,
            with_progress=True,
            persons=chosen,
            form=self.format().name,
            start_at=self.start_at(),
            second=self.second.value(),
        )

    def changed_choice(self) -> None:
        self.refresh(Changes(self.kinds))

    def _ask(self, desk: Desk) -> None:
        typed = self.number.text().split() if self.whom.value() == NAMED else []
        if self.whom.value() == NAMED and not typed:
            self._show_nobody(tr("Write the number of a person or family, or scan a card."))
            return
        self.worker.read(
            cards_wanted,
            desk,
            self.whom.value() == ALL,
            named=typed,
            second=self.second.value() if self._second_chosen else "",
            form=self.format().name,
            done=self._show,
            failed=self._not_found,
            topic="cards wanted",
        )

    def _on_whom(self, *_: object) -> None:
        self.number_field.setVisible(self.whom.value() == NAMED)
        self._nobody = ""
        self.number_field.set_mistake("")
        self._offer_languages()
        self._on_choice()

    def _on_second(self, *_: object) -> None:
        self._second_chosen = True

    def _offer_languages(self) -> None:
        """For one person or family any language; for many their own or none: nobody is like all the others."""
        own = [(OWN, tr("their own")), (NONE, tr("Spanish only"))]
        self.second.blockSignals(True)
        self.second.set_options([*own, *second_languages()] if self.whom.value() == NAMED else own)
        self.second.blockSignals(False)

    def _not_found(self, error: WorldError) -> None:
        if not isinstance(error, NotFound):
            self.say_error(error)
            return
        self._show_nobody(f"{error.sentence} {error.next_step}".strip())

    def _show_nobody(self, said: str) -> None:
        self.wanted, self._nobody = None, said
        self.places.show_many(0)
        self.show_notes()
        self.preview.show_words(said, "")
        self.show_ready()

    def _show(self, wanted: CardsWanted) -> None:
        if self.made is not None:
            return
        self.wanted, self._nobody = wanted, ""
        self.number_field.set_mistake("")
        if not self._second_chosen and self.second.value() != wanted.second:
            self.second.blockSignals(True)
            self.second.set_value(wanted.second)
            self.second.blockSignals(False)
        self.show_notes(*self._notes(wanted))
        if wanted.chosen:
            self.show_waiting(len(wanted.chosen), tr("Print or save makes them; they are shown here then."))
        else:
            self.places.show_many(0)
            self.preview.show_words(*self._why_none(wanted))
        self.show_ready()

    def _notes(self, wanted: CardsWanted) -> list[Line]:
        said = tr(
            "{present} in the house; without a card: {without}.",
            present=ntr("{n} person", "{n} people", len(wanted.present)),
            without=len(wanted.without_card),
        )
        if wanted.unnamed:
            more = ntr(
                "And {n} counted without a name: no card.",
                "And {n} counted without a name: no cards.",
                wanted.unnamed,
            )
            said = f"{said} {more}"
        notes = [Line(Tone.NEUTRAL, said)]
        still = [one for one in self.queue.prints() if one.state is not PrintState.PRINTED]
        waiting = sum(one.job.things for one in still if one.job.kind is PaperKind.CARDS)
        if waiting:
            more = ntr(
                "{n} card was made and is on no paper yet: it is in Waiting prints.",
                "{n} cards were made and are on no paper yet: they are in Waiting prints.",
                waiting,
            )
            notes.append(Line(Tone.WARN, more))
        if self.format().is_band:
            small = tr(
                "Any child under five may get one: a number and its code, no name, no bed, no sentence."
            )
            notes.append(Line(Tone.NEUTRAL, small))
        if wanted.holding:
            notes.append(
                Line(
                    Tone.WARN,
                    ntr(
                        "{n} person holds a card that will no longer count.",
                        "{n} people hold a card that will no longer count.",
                        wanted.holding,
                    ),
                )
            )
        return notes + [Line(Tone.WARN, one) for one in (*wanted.left_out, *wanted.warnings)]

    def _why_none(self, wanted: CardsWanted) -> tuple[str, str]:
        if self.format().is_band:
            return tr("No child under five is among them."), tr("Choose others, or a format of cards.")
        if wanted.present:
            return (
                tr("Everybody in the house holds a card."),
                tr("Choose “everybody” to make new ones in their place."),
            )
        return tr("Nobody is in the house yet."), tr("Register people first, or print cards ahead.")
