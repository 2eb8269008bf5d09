"""What every paper of cards has: its format, the picture of the sheet in hand, a second language, and what was made."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from shelterdesk.actions.cards import CardsPrinted, sentences
from shelterdesk.actions.papers import MadePaper, usual_paper
from shelterdesk.core.cards import FIRST_LANGUAGE
from shelterdesk.core.languages import language_name
from shelterdesk.core.words import ntr, tr
from shelterdesk.reports.card_formats import FORMATS, CardFormat, format_words
from shelterdesk.ui.card_memory import CardMemory, read_card_memory, remember_sheet
from shelterdesk.ui.screens.exchange_words import Line
from shelterdesk.ui.screens.sheets_paper import Paper
from shelterdesk.ui.widgets import EmptyState, LabelledField, PickField, Pill, SecondaryButton, Tone
from shelterdesk.ui.widgets.sheet_places import SheetPlaces
from shelterdesk.ui.worker import DeskWorker


class CardPaper(Paper):
    """What both kinds of cards share: they exist once made, so the preview comes after the making."""

    ahead = False

    def __init__(self, worker: DeskWorker, title: str, parent: QWidget | None = None) -> None:
        super().__init__(worker, title, EmptyState("card", ""), parent)
        self.state = Pill(tr("made"), Tone.OK)
        self.state.hide()
        self.add_beside_title(self.state)
        self.paper_field.setParent(self.choices)  # cards know more papers than A4 and Letter
        self.paper_field.hide()
        self.form = PickField([(name, format_words(name)) for name in FORMATS])
        self.form_field = LabelledField(tr("Format"), self.form)
        self.places = SheetPlaces()
        self.second = PickField()
        self.second_field = LabelledField(tr("Second language"), self.second)
        for thing in (self.form_field, self.second_field):
            thing.setProperty("not_kept", True)
            thing.setParent(self.choices)  # shown before it has its place, it would be a window
        self.more = SecondaryButton(tr("More cards"), "Ctrl+G", icon="card")
        self.more.hide()
        self.buttons.add(self.more)
        self.more.clicked.connect(self._on_more)

    def place_choices(self, *choices: QWidget) -> None:
        """Put the choices of this paper in their places, with the format used last and its sheet as it was left."""
        for choice in choices:
            self.flow.addWidget(choice)
        self._propose_format()  # some are shown, some not: only now, for without a place they would be windows
        self.form_field.changed.connect(self._on_form)
        self.places.changed.connect(self._on_choice)
        self.second_field.changed.connect(self._on_choice)

    def format(self) -> CardFormat:
        """The format chosen."""
        return next((one for one in FORMATS.values() if one.name == self.form.value()), FORMATS["a4"])

    def start_at(self) -> int:
        """The first free place of the sheet in hand."""
        return self.places.place()

    def forget_made(self) -> None:
        super().forget_made()
        self.state.hide()
        self.more.hide()

    def on_made(self, made: MadePaper) -> None:
        self.state.show()
        self.more.show()
        self.preview.show_pdf(made.pdf, self.title.text())
        if isinstance(made.result, CardsPrinted):
            self.show_notes(*self.said_of(made.result))
            desk = self.worker.desk
            if desk is not None:
                remember_sheet(desk.folder, self.form.value(), made.result.next_place, ahead=self.ahead)

    def said_of(self, printed: CardsPrinted) -> list[Line]:
        """What became of the print: how many, what was replaced, what was left out, where the sheet goes on."""
        cards = ntr("{n} card was made.", "{n} cards were made.", printed.cards)
        if printed.next_place > 1:
            goes_on = tr("Keep the last sheet: it is free from place {n} on.", n=printed.next_place)
            cards = f"{cards} {goes_on}"
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

    def pages_for(self, cards: int) -> int:
        """How many pages so many cards take."""
        return self.format().pages(cards, self.start_at())

    def show_waiting(self, cards: int, what: str) -> None:
        """Say what printing would make."""
        pages = ntr("{n} page", "{n} pages", self.pages_for(cards))
        if self.format().is_band:
            said = ntr("{n} wristband on {pages} will be made.", "{n} wristbands on {pages} will be made.",
                       cards, pages=pages)  # fmt: skip
        else:
            said = ntr("{n} card on {pages} will be made.", "{n} cards on {pages} will be made.",
                       cards, pages=pages)  # fmt: skip
        self.places.show_many(cards)
        self.preview.show_words(said, what)

    def changed_choice(self) -> None:
        """Ask anew what would be made with the choices as they are now."""
        raise NotImplementedError

    def _memory(self) -> CardMemory:
        desk = self.worker.desk
        return CardMemory() if desk is None else read_card_memory(desk.folder)

    def _propose_format(self) -> None:
        """The format used last, else the cards to cut of the country's paper; the sheet as it was left."""
        memory = self._memory()
        country = self.worker.desk.who.country if self.worker.desk is not None else ""
        self.form.set_value(usual_paper(country))
        self.form.set_value(memory.ahead if self.ahead else memory.form)
        self._show_sheet()

    def _show_sheet(self) -> None:
        form = self.format()
        self.places.setVisible(form.per_page > 1)
        self.second_field.setVisible(not form.is_band)
        self.places.show_sheet(form.columns, form.rows, form.page, self._memory().free_place(form.name))

    def _on_form(self, *_: object) -> None:
        self._show_sheet()
        self._on_choice()

    def _on_choice(self, *_: object) -> None:
        self.forget_made()
        self.changed_choice()

    def _on_more(self) -> None:
        """What is shown was printed: go on with new cards where the sheet ended."""
        self._show_sheet()
        self._on_choice()
        self.form.setFocus()


def second_languages() -> list[tuple[str, str]]:
    """The languages cards can speak beside Spanish, by their names in the language of the window."""
    spoken = ((code, language_name(code)) for code in sentences() if code != FIRST_LANGUAGE)
    return sorted(spoken, key=lambda one: one[1].casefold())
