"""Fields of every paper: on which printer, which of its pages, how many copies; the last two are seldom wanted."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QObject, Qt
from PySide6.QtWidgets import QComboBox, QLineEdit, QWidget

from shelterdesk.core.paper_kinds import (
    ALL_PAGES,
    MOST_COPIES,
    PageRange,
    PrintWay,
    Way,
    pages_typed,
    read_pages,
)
from shelterdesk.core.words import ntr, tr
from shelterdesk.ui.theme import theme
from shelterdesk.ui.widgets import LabelledField, PickField, SmallButton

HOW_KEY = "Alt+C"
ASK, INTO_FOLDER = "?", "/"  # no printer can be called so: CUPS and Windows allow neither alone


class PrinterPick(PickField):
    """The printers there are, the folder for PDFs where one is set, and the open question where the desk is to ask."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__((), parent)
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        self._way = PrintWay()

    def offer(self, names: Sequence[str], way: PrintWay) -> None:
        """Offer these printers; what the settings say is chosen until somebody chooses otherwise."""
        is_new = way != self._way or not self.count()
        self._way = way
        options = [(name, name) for name in names]
        if way.way is Way.PRINTER and way.printer not in names:
            options.insert(0, (way.printer, tr("{name} (not there)", name=way.printer)))
        if way.folder:
            options.append((INTO_FOLDER, tr("PDF into {folder}", folder=way.folder)))
        if way.way is Way.ASK:
            options.insert(0, (ASK, tr("Choose…")))
        self.set_options(options)
        if is_new:
            wanted = {Way.PRINTER: way.printer, Way.FOLDER: INTO_FOLDER, Way.ASK: ASK}.get(way.way, "")
            self.set_value(wanted or (names[0] if names else ""))

    def way(self) -> PrintWay | None:
        """Where it goes as chosen now; None while that is to be asked."""
        chosen = self.value()
        if chosen == ASK:
            return None
        if chosen == INTO_FOLDER:
            return PrintWay(Way.FOLDER, folder=self._way.folder)
        return PrintWay(Way.PRINTER, printer=chosen) if chosen else PrintWay()


class HowMuch(QObject):
    """Pages and copies, as two fields (:attr:`fields`) that take little room."""

    def __init__(self, copies: int, owner: QObject) -> None:
        super().__init__(owner)
        self.pages_line, self.copies_line = QLineEdit(), QLineEdit()
        self.copies_line.setMaxLength(2)
        self.pages_line.setMaxLength(9)
        self.pages_line.setPlaceholderText(tr("all, or 3-7"))
        self.pages_field = LabelledField(tr("Pages"), self.pages_line, check=_check_pages)
        self.copies_field = LabelledField(tr("Copies"), self.copies_line, check=_check_copies)
        self.fields = (self.pages_field, self.copies_field)
        for field in self.fields:
            field.setProperty("not_kept", True)
        self.reset(copies)
        theme().changed.connect(self._space)
        self._space()

    def pages(self) -> PageRange:
        """The pages wanted."""
        return read_pages(self.pages_line.text()) or ALL_PAGES

    def copies(self) -> int:
        """How many of each."""
        typed = self.copies_line.text().strip()
        return int(typed) if typed.isdecimal() and int(typed) else 1

    def set(self, copies: int, pages: PageRange) -> None:
        """Show these."""
        self.copies_field.set_text(str(copies))
        self.pages_field.set_text(pages_typed(pages))

    def said(self) -> str:
        """What is asked for, in a few words: most papers go out whole, once."""
        copies = ntr("{n} copy", "{n} copies", self.copies())
        pages = self.pages()
        if pages.is_all:
            return tr("All pages, {copies}", copies=copies)
        return tr("Pages {pages}, {copies}", pages=pages_typed(pages), copies=copies)

    def reset(self, copies: int) -> None:
        """All pages, as many copies as usual: what was asked for once holds for one print."""
        self.set(copies, ALL_PAGES)

    def mistake(self) -> bool:
        """Whether something cannot be meant; it is said under its field then."""
        wrong = [field for field in self.fields if not field.check_now()]
        if wrong:
            wrong[0].setFocus()
        return bool(wrong)

    def say_beyond(self, pages: int) -> None:
        """None of the pages asked for is there."""
        self.pages_field.set_mistake(ntr("This paper has {n} page.", "This paper has {n} pages.", pages))
        self.pages_field.setFocus()

    def _space(self) -> None:
        for line, letters in ((self.pages_line, 9), (self.copies_line, 3)):
            line.setFixedWidth(theme().px(36) + line.fontMetrics().averageCharWidth() * (letters + 1))


class FoldedHow(SmallButton):
    """The button that says which pages and how many copies; it opens and closes the two fields below.

    Folding keeps what is typed: the button says it then. ``open_up()`` shows the fields, for what is wrong in them.
    """

    def __init__(self, how: HowMuch) -> None:
        super().__init__("", HOW_KEY, key_inside=True)
        self._how = how
        for field in how.fields:
            field.hide()
            field.changed.connect(lambda _: self.show_said())
        self.clicked.connect(self._on_clicked)
        self.show_said()

    @property
    def is_open(self) -> bool:
        """Whether the fields are shown."""
        return not self._how.pages_field.isHidden()

    def open_up(self) -> None:
        """Show the fields."""
        for field in self._how.fields:
            field.show()

    def fold(self) -> None:
        """Take the fields away; who typed in them goes on at the button."""
        had_focus = any(field.isAncestorOf(self.focusWidget() or self) for field in self._how.fields)
        for field in self._how.fields:
            field.hide()
        if had_focus:
            self.setFocus(Qt.FocusReason.OtherFocusReason)

    def show_said(self) -> None:
        """Say what is asked for now."""
        self.set_words(self._how.said())

    def _on_clicked(self) -> None:
        if self.is_open and not self._how.mistake():
            self.fold()
        else:
            self.open_up()
            self._how.pages_line.setFocus(Qt.FocusReason.OtherFocusReason)


def _check_pages(text: str) -> str:
    return "" if read_pages(text) is not None else tr("Write the pages as 3-7, or leave it empty for all.")


def _check_copies(text: str) -> str:
    typed = text.strip()
    if typed.isdecimal() and typed.isascii() and 1 <= int(typed) <= MOST_COPIES:
        return ""
    return tr("A number from 1 to {n}.", n=MOST_COPIES)
