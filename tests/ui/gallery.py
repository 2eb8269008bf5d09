"""Draws the window and every widget into pictures, to be looked at: ``python tests/ui/gallery.py FOLDER``.

Not a test and not shipped. The family form imitates the picture of the look to show that the widgets suffice.
"""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from shelterdesk.core.words import speak, tr
from shelterdesk.ui.base_screen import Screen
from shelterdesk.ui.main_window import MainWindow
from shelterdesk.ui.pseudo import pseudo_catalogue
from shelterdesk.ui.theme import Mode, reads_right_to_left, theme
from shelterdesk.ui.widgets import (
    BigAnswer,
    ButtonRow,
    Card,
    Choice,
    ChoiceField,
    Column,
    EmptyState,
    FieldGrid,
    FlowLayout,
    FoldingColumns,
    Found,
    IconMark,
    LabelledField,
    OtherDesk,
    PickField,
    Pill,
    PrimaryButton,
    QuietButton,
    RowsModel,
    RowsTable,
    SecondaryButton,
    StatusLine,
    TickBox,
    Tile,
    Tone,
    TypeAhead,
    rule,
    words,
)

COUNTRIES = (("CHL", "Chile"), ("VEN", "Venezuela"), ("HTI", "Haiti"), ("CHN", "China"), ("TCD", "Chad"))
STATUS = StatusLine(
    present=1842, places=1600, only_here=37, only_here_since="08:14", office_up_to="21 Nov", backup="2 h ago",
    desks=(OtherDesk("desk 2", "15:41"),), battery=64, user="Marisol",
)  # fmt: skip


class FamilyScreen(Screen):
    """The form of the reference picture, made of the widgets."""

    name, icon = "reception", "reception"

    def __init__(self) -> None:
        super().__init__()
        side = QWidget()
        side.setProperty("part", "clear")
        column = QVBoxLayout(side)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme().gap(16))
        column.addWidget(self._same_person())
        column.addWidget(self._boat(), 1)
        self.page.addWidget(FoldingColumns((self._form(), 70), (side, 30), fold_below=900), 1)

    def title(self) -> str:
        return tr("Reception")

    def help_text(self) -> str:
        return tr("Turn a boat into registered families. Type what is known; the rest can be added later.")

    def keys(self) -> list[tuple[str, str]]:
        return [("F6", tr("the same person")), ("F7", tr("somebody else"))]

    def first_focus(self) -> QWidget:
        return self.born.editor

    def _form(self) -> Card:
        card = Card(tr("New family"), words(tr("5 counted · 2 named"), "secondary"), screen=True)
        card.add_beside_title(Pill(tr("Boat 14"), Tone.ACCENT))
        card.add_beside_title(Pill(tr("Token 3 of 6"), Tone.ACCENT))
        members = FlowLayout(8, 4)
        members.addWidget(Tile("Ana Pérez Toussaint", "F · 1994-03 · VEN"))
        here = Tile("Luis Toussaint", "M · 2016 · CHL")
        here.setChecked(True)
        members.addWidget(here)
        members.addWidget(QuietButton(tr("next member"), icon="plus"))
        card.add(members)
        card.add(rule())
        grid = FieldGrid()
        sexes = ChoiceField([
            Choice("F", "F", tr("female")), Choice("M", "M", tr("male")),
            Choice("X", "X", tr("other")), Choice("U", "U", tr("not said")),
        ])  # fmt: skip
        sexes.set_value("M")
        sex = LabelledField(tr("Sex"), sexes, reading=lambda _: sexes.words())
        self.born = self._field(tr("Born"), "about 10")
        self.born.set_hint(tr("→ 2016, year only"))
        self.nationality = TypeAhead(COUNTRIES)
        self.nationality.set_value("CHL")
        surnames = self._field(tr("Surnames"), "Toussaint", tr("from the family"))
        grid.add_row((surnames, 2), (self._field(tr("Given names"), "Luis"), 2))
        grid.add_row(
            (self.born, 1), (sex, 1),
            (LabelledField(tr("Nationality"), self.nationality), 1), (self._field(tr("Born in"), "Chile"), 1),
        )  # fmt: skip
        grid.add_row(
            (
                LabelledField(tr("Relation to Ana"), PickField([("son", tr("son")), ("other", tr("other"))])),
                1,
            ),
            (self._field(tr("Language"), "Spanish, Haitian Creole"), 1),
            (self._field(tr("Document"), "none — lost on the way"), 2),
        )
        grid.add_row(
            (self._field(tr("Arrived"), "today 15:40 · Bajo Chiquito"), 2),
            (self._field(tr("Bed"), "B2-14 · with the family · free until tomorrow"), 2),
        )
        card.add(grid)
        card.add_stretch()
        self.primary = PrimaryButton(tr("Save family and print cards"), icon="print")
        row = ButtonRow(self.primary, SecondaryButton(tr("Next member"), "Return"))
        kept = QWidget()
        kept.setProperty("part", "clear")
        line = QHBoxLayout(kept)
        line.setContentsMargins(0, 0, 0, 0)
        line.addWidget(IconMark("ok", "ok"))
        line.addWidget(words(tr("typed text is kept"), "secondary"))
        row.add_far(kept)
        card.add(row)
        return card

    @staticmethod
    def _field(label: str, text: str, hint: str = "") -> LabelledField:
        line = QLineEdit(text)
        line.setCursorPosition(0)
        return LabelledField(label, line, hint=hint)

    def _same_person(self) -> Card:
        card = Card(tr("The same person?"), Pill(tr("1 likely"), Tone.WARN))
        head = QHBoxLayout()
        head.addWidget(IconMark("portrait", "secondary", 44))
        names = QVBoxLayout()
        names.setSpacing(2)
        names.addWidget(words("Louis TOUSSAINT", "card"))
        names.addWidget(words("M · 2016 · CHL · BC1-000317-6", "secondary"))
        head.addLayout(names, 1)
        card.add(head)
        for icon, token, said in (
            ("check", "ok", tr("same name in another spelling")),
            ("check", "ok", tr("same birth year, both year only")),
            ("check", "ok", tr("counted at Bajo Chiquito yesterday with Ana Pérez")),
            ("none", "secondary", tr("no document on either side")),
        ):
            line = QHBoxLayout()
            line.addWidget(IconMark(icon, token))
            line.addWidget(words(said, "body", wrap=True), 1)
            card.add(line)
        card.add(ButtonRow(
            SecondaryButton(tr("Same"), "F6", key_inside=True),
            SecondaryButton(tr("Different"), "F7", key_inside=True),
            SecondaryButton(tr("Later"), "F8", key_inside=True),
        ))  # fmt: skip
        return card

    def _boat(self) -> Card:
        card = Card(tr("Boat 14 · landed 15:31"))
        for token, who, state, tone in (
            ("1", "López, 4 people", tr("quick"), Tone.OK), ("2", "Diallo, 1 person", tr("quick"), Tone.OK),
            ("3", "Pérez Toussaint, 5 people", tr("now"), Tone.ACCENT),
            ("4", "6 counted", tr("waiting"), None), ("5", "2 counted", tr("waiting"), None),
        ):  # fmt: skip
            line = QHBoxLayout()
            number = words(token, "strong")
            number.setMinimumWidth(theme().px(14))
            line.addWidget(number)
            line.addWidget(words(who, "body" if tone else "secondary", wrap=True), 1)
            line.addWidget(Pill(state, tone) if tone else words(state, "secondary"))
            card.add(line)
        card.add_stretch()
        return card


@dataclass(frozen=True)
class Person:
    """A row of the list."""

    number: str
    name: str
    born: int
    state: str


class PeopleScreen(Screen):
    """A list with pills, sorting, search and counts."""

    name, icon = "people", "people"

    def __init__(self) -> None:
        super().__init__()
        given = ("Ana", "Luis", "Émile", "José", "Fatou", "Wei", "Yusuf", "Marie-Claire", "Noor", "Abel")
        family = ("Pérez", "Toussaint", "Diallo", "López", "Ngo", "Okafor", "Haddad")
        rows = [
            Person(
                f"LB1-{n:06d}-B",
                f"{family[n % 7]} {given[n % 10]}",
                1950 + n * 7 % 70,
                ("quick", "complete")[n % 2],
            )
            for n in range(1, 211)
        ]
        self.model = RowsModel[Person](
            (
                Column[Person](tr("Number"), lambda p: p.number, width=16),
                Column[Person](tr("Name"), lambda p: p.name, strong=True),
                Column[Person](
                    tr("Born"), lambda p: str(p.born), sort=lambda p: p.born, number=True, width=8
                ),
                Column[Person](
                    tr("Registered"), lambda p: p.state, width=18,
                    tone=lambda p: Tone.OK if p.state == "complete" else Tone.WARN,
                ),
            ),
            key=lambda p: p.number,
        )  # fmt: skip
        empty = EmptyState("people", tr("Nobody is registered yet."), tr("Scan a card or press F2 and type."))
        self.table = RowsTable(self.model, empty, name=tr("People"))
        self.model.set_rows(rows)
        self.table.sort_by(1)
        card = Card(tr("People"), Pill(tr("present"), Tone.OK, icon=True), screen=True)
        card.add(self.table, 1)
        self.page.addWidget(card, 1)

    def title(self) -> str:
        return tr("People")

    def first_focus(self) -> QWidget:
        return self.table.view


class CounterScreen(Screen):
    """The big answer beside the tick boxes of a family."""

    name, icon = "counter", "counter"

    def __init__(self) -> None:
        super().__init__()
        self.answer = BigAnswer(tr("Scan a card"))
        self.answer.show_answer(
            Tone.WARN, tr("Look"), tr("Lunch received 12:31 at counter 2"), name="Luis Toussaint"
        )
        card = Card(tr("Family of Ana"))
        for name in ("Ana Pérez Toussaint", "Luis Toussaint", "Marie Toussaint"):
            box = TickBox(name)
            box.setChecked(name.startswith("L"))
            card.add(box)
        field = LabelledField(
            tr("Meal"), QLineEdit("dinner"), check=lambda _: tr("No dinner before 17:00 today.")
        )
        field.check_now()
        card.add(field)
        card.add(rule())
        empty = EmptyState("family", tr("Nobody else has eaten yet."), tr("Scan the next card."))
        card.add(empty, 1)
        card.add(ButtonRow(PrimaryButton(tr("Give to those ticked"), icon="check")))
        self.page.addWidget(FoldingColumns((self.answer, 60), (card, 40)), 1)

    def title(self) -> str:
        return tr("Counter")

    def first_focus(self) -> QWidget | None:
        return None


class Nothing(Screen):
    """An empty screen, to fill the rail."""

    def title(self) -> str:
        return tr(self.name.capitalize())


def _nothing(name: str, foot: bool = False) -> Screen:
    kind = type(f"{name.capitalize()}Screen", (Nothing,), {"name": name, "icon": name, "at_foot": foot})
    made: Screen = kind()
    return made


def make_window(practice: bool = False) -> MainWindow:
    """The window with the example screens, 1366 × 768."""
    screens = [FamilyScreen(), PeopleScreen(), _nothing("lodging"), CounterScreen(), _nothing("sheets"),
               _nothing("exchange"), _nothing("office"), _nothing("settings", foot=True)]  # fmt: skip
    window = MainWindow(screens, station="Lajas Blancas", practice=practice)
    window.resize(QSize(1366, 768))
    window.set_status(STATUS)
    window.set_time("15:42")
    window.show()
    window.activateWindow()
    return window


def _picture(window: MainWindow, path: Path) -> None:
    for _ in range(6):
        QApplication.processEvents()
    window.grab().save(str(path))


def _views(window: MainWindow, folder: Path, stem: str) -> None:
    for name in ("reception", "people", "counter"):
        window.open_screen(name)
        _picture(window, folder / f"{stem}-{name}.png")


def main(folder: Path) -> None:
    """Draw everything into a folder: light, dark, 200 %, mirrored, long."""
    app = QApplication.instance() or QApplication([])
    assert isinstance(app, QApplication)
    folder.mkdir(parents=True, exist_ok=True)
    theme().set_still(True)  # a picture in the middle of a fade tells nothing
    for stem, mode, percent, language in (
        ("light", Mode.LIGHT, 100, "en"), ("dark", Mode.DARK, 100, "en"), ("big", Mode.LIGHT, 200, "en"),
        ("right", Mode.LIGHT, 100, "ar_XB"), ("long", Mode.DARK, 100, "en_XA"),
        ("longbig", Mode.LIGHT, 200, "en_XA"),
    ):  # fmt: skip
        speak(language, pseudo_catalogue(language))
        right = reads_right_to_left(language)
        app.setLayoutDirection(Qt.LayoutDirection.RightToLeft if right else Qt.LayoutDirection.LeftToRight)
        theme().set_mode(mode)
        theme().set_text_percent(percent)
        window = make_window()
        _views(window, folder, stem)
        window.close()
        window.deleteLater()
    speak("en")
    app.setLayoutDirection(Qt.LayoutDirection.LeftToRight)
    theme().set_mode(Mode.LIGHT)
    theme().set_text_percent(100)
    _extras(folder)


def _extras(folder: Path) -> None:
    window = make_window(practice=True)
    window.say("Family of Ana registered, 5 people, cards printing.", Tone.OK, lambda: None)
    window.task.start("Reading the stick")
    window.task.show_progress(420, 1000, 75)
    window.show_keys(True)
    found = [
        Found(n, f"Toussaint {given}", f"LB1-00031{n}-6", "user") for n, given in enumerate(("Luis", "Ana"))
    ]
    window.scan.set_results(lambda _: found)
    window.scan.setFocus()
    window.scan.setText("touss")
    window.scan.search_now()
    window.scan.keyPressEvent(
        QKeyEvent(QKeyEvent.Type.KeyPress, Qt.Key.Key_Down, Qt.KeyboardModifier.NoModifier)
    )
    _picture(window, folder / "extra-search.png")
    window.open_screen("reception")
    window.explain()
    _picture(window, folder / "extra-help.png")
    window.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
