"""Papers: lodging cards for everybody in the house, and blank ones ahead that are bound by a scan."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QLineEdit, QWidget

from shelterdesk.actions.cards import MOST_BLANK, CardsPrinted, print_blank_cards, print_cards
from shelterdesk.actions.papers import CardsWanted, MadePaper, cards_wanted
from shelterdesk.core.changes import Changes
from shelterdesk.core.errors import WorldError
from shelterdesk.core.paper_kinds import PaperKind
from shelterdesk.core.roles import DOES
from shelterdesk.core.words import ntr, tr
from shelterdesk.reports.paper import PaperName
from shelterdesk.ui.screens.exchange_words import Line
from shelterdesk.ui.screens.sheets_paper import Paper
from shelterdesk.ui.widgets import Choice, ChoiceField, EmptyState, LabelledField, Pill, Tone
from shelterdesk.ui.worker import DeskWorker

WITHOUT, ALL = "without", "all"
USUAL_BLANK = 50
_ON_A_PAGE: dict[str, int] = {"a4": 10, "letter": 8}


class CardPaper(Paper):
    """What both kinds of cards share: they exist once made, so the preview comes after the making."""

    kind = PaperKind.CARDS

    def __init__(self, worker: DeskWorker, title: str, parent: QWidget | None = None) -> None:
        super().__init__(worker, title, EmptyState("card", ""), parent)
        self.state = Pill(tr("made"), Tone.OK)
        self.state.hide()
        self.add_beside_title(self.state)

    def forget_made(self) -> None:
        super().forget_made()
        self.state.hide()

    def on_made(self, made: MadePaper) -> None:
        self.state.show()
        self.preview.show_pdf(made.pdf, self.title.text())
        if isinstance(made.result, CardsPrinted):
            self.show_notes(*self.said_of(made.result))

    def said_of(self, printed: CardsPrinted) -> list[Line]:
        """What became of the print: how many, what was replaced, what was left out."""
        cards = ntr("{n} card was made.", "{n} cards were made.", printed.cards)
        said = [Line(Tone.OK, cards)]
        if printed.replaced:
            said.append(
                Line(
                    Tone.WARN,
                    ntr(
                        "{n} earlier card no longer counts: take it back.",
                        "{n} earlier cards no longer count: take them back.",
                        printed.replaced,
                    ),
                )
            )
        return said + [Line(Tone.WARN, sentence) for sentence in printed.left_out]

    def paper_name(self) -> PaperName:
        """The paper chosen."""
        return "letter" if self.paper.value() == "letter" else "a4"

    def pages_for(self, cards: int) -> int:
        """How many pages so many cards take."""
        return -(-cards // _ON_A_PAGE[self.paper_name()])

    def show_waiting(self, cards: int, what: str) -> None:
        """Say what printing would make."""
        pages = ntr("{n} page", "{n} pages", self.pages_for(cards))
        self.preview.show_words(
            ntr(
                "{n} card on {pages} will be made.", "{n} cards on {pages} will be made.", cards, pages=pages
            ),
            what,
        )


class PresentCards(CardPaper):
    """Cards for those in the house who hold none, or for everybody there."""

    name = "cards"
    roles = DOES["print cards"]
    kinds = frozenset(
        {"person", "arrival_group", "movement", "card", "same_as", "membership", "stay", "foreign"}
    )

    def __init__(self, worker: DeskWorker, parent: QWidget | None = None) -> None:
        super().__init__(worker, tr("Lodging cards"), parent)
        self.wanted: CardsWanted | None = None
        self.whom = ChoiceField(
            [
                Choice(WITHOUT, tr("Without"), tr("those who hold no card")),
                Choice(ALL, tr("Everybody"), tr("everybody in the house")),
            ]
        )
        self.whom.set_value(WITHOUT)
        self.whom_field = LabelledField(tr("For whom"), self.whom, reading=lambda _: self.whom.words())
        self.whom_field.setProperty("not_kept", True)
        for thing in (self.whom_field, self.paper_field, self.printer_field):
            self.flow.addWidget(thing)
        self.show_notes()
        self.show_ready()
        self.whom_field.changed.connect(self._on_choice)
        self.paper_field.changed.connect(self._on_choice)

    def refresh(self, changes: Changes | None) -> None:
        desk = self.worker.desk
        if desk is None:
            return
        if changes is None:
            self.refresh_printers()
        if self.made is None:
            self.worker.read(
                cards_wanted,
                desk,
                self.whom.value() == ALL,
                done=self._show,
                failed=self.say_error,
                topic="cards wanted",
            )

    def file_name(self) -> str:
        station = self.worker.desk.who.station if self.worker.desk is not None else ""
        what = tr("lodging-cards")
        return f"{what}-{station}"

    def is_ready(self) -> bool:
        return self.made is not None or (self.wanted is not None and bool(self.wanted.chosen))

    def not_ready(self) -> str:
        return tr("There is nobody to print a card for.")

    def make(self, done: Callable[[MadePaper], object], failed: Callable[[WorldError], object]) -> None:
        chosen = self.wanted.chosen if self.wanted is not None else ()
        self.start_making(
            tr("Making the cards"),
            print_cards,
            done=done,
            failed=failed,
            with_progress=True,
            persons=chosen,
            paper=self.paper_name(),
        )

    def _on_choice(self, *_: object) -> None:
        self.forget_made()
        self.refresh(Changes(self.kinds))

    def _show(self, wanted: CardsWanted) -> None:
        if self.made is not None:
            return
        self.wanted = wanted
        everybody = self.whom.value() == ALL
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
        replaced = len(wanted.chosen) - len(wanted.without_card) if everybody else 0
        if replaced > 0:
            notes.append(
                Line(
                    Tone.WARN,
                    ntr(
                        "{n} person holds a card that will no longer count.",
                        "{n} people hold a card that will no longer count.",
                        replaced,
                    ),
                )
            )
        notes += [Line(Tone.WARN, warning) for warning in wanted.warnings]
        self.show_notes(*notes)
        if wanted.chosen:
            self.show_waiting(len(wanted.chosen), tr("Print or save makes them; they are shown here then."))
        elif wanted.present:
            self.preview.show_words(
                tr("Everybody in the house holds a card."),
                tr("Choose “everybody” to make new ones in their place."),
            )
        else:
            self.preview.show_words(
                tr("Nobody is in the house yet."), tr("Register people first, or print blank cards ahead.")
            )
        self.show_ready()


class BlankCards(CardPaper):
    """Cards for nobody yet, to have by the hundred when a boat lands."""

    name = "blank"
    roles = DOES["print cards"]

    def __init__(self, worker: DeskWorker, parent: QWidget | None = None) -> None:
        super().__init__(worker, tr("Blank cards"), parent)
        self.count = QLineEdit(str(USUAL_BLANK))
        self.count.setMaxLength(4)
        self.count_field = LabelledField(
            tr("How many"), self.count, hint=tr("at most {n}", n=MOST_BLANK), check=self._check
        )
        self.count_field.setProperty("not_kept", True)
        for thing in (self.count_field, self.paper_field, self.printer_field):
            self.flow.addWidget(thing)
        self.show_notes(
            Line(Tone.NEUTRAL, tr("A blank card belongs to nobody until it is scanned for a person."))
        )
        self.count_field.changed.connect(self._on_choice)
        self.paper_field.changed.connect(self._on_choice)
        self._on_choice()

    def refresh(self, changes: Changes | None) -> None:
        if changes is None:
            self.refresh_printers()

    def file_name(self) -> str:
        station = self.worker.desk.who.station if self.worker.desk is not None else ""
        what = tr("blank-cards")
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
            paper=self.paper_name(),
        )

    def _check(self, _: str) -> str:
        return "" if self.wanted() else tr("Write a number from 1 to {n}.", n=MOST_BLANK)

    def _on_choice(self, *_: object) -> None:
        self.forget_made()
        if self.wanted():
            self.show_waiting(self.wanted(), tr("Print or save makes them; each has a number of its own."))
        else:
            self.preview.show_words(self._check(""), "")
        self.show_ready()
