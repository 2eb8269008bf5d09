"""The widgets by keyboard, in both directions, at both ends of the text size."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QAbstractItemModel, Qt
from PySide6.QtGui import QFontMetrics, QPixmap, QShortcut
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QLayout, QLineEdit, QVBoxLayout, QWidget
from pytestqt.modeltest import ModelTester
from pytestqt.qtbot import QtBot

from shelterdesk import startup
from shelterdesk.core.errors import InUse
from shelterdesk.core.words import ntr, speak
from shelterdesk.ui.pseudo import pseudo_catalogue
from shelterdesk.ui.theme import Mode, Size, theme
from shelterdesk.ui.widgets import (
    ROW,
    SORT,
    BigAnswer,
    ButtonRow,
    Card,
    Choice,
    ChoiceField,
    Column,
    EmptyState,
    FieldGrid,
    FoldingColumns,
    Found,
    LabelledField,
    PickField,
    Pill,
    PrimaryButton,
    RowsModel,
    RowsTable,
    ScanField,
    SecondaryButton,
    StatusBar,
    StatusLine,
    TaskLine,
    TickBox,
    Tile,
    ToastLine,
    Tone,
    TypeAhead,
    key_words,
    looks_like_code,
)
from shelterdesk.ui.widgets.popup_list import FoundModel
from shelterdesk.ui.widgets.rows_table import give_room
from shelterdesk.ui.widgets.status_bar import OtherDesk
from shelterdesk.ui.widgets.task_line import time_left
from shelterdesk.ui.widgets.type_ahead import matching

COUNTRIES = (("CHL", "Chile"), ("CHN", "China"), ("VEN", "Venezuela"), ("CIV", "Côte d'Ivoire"))
LEFT, KEY = Qt.MouseButton.LeftButton, Qt.Key


@pytest.fixture(autouse=True)
def the_look_as_it_was(qtbot: QtBot) -> Iterator[None]:
    theme().set_still(True)
    theme().set_mode(Mode.LIGHT)
    yield
    theme().set_text_percent(100)
    theme().set_still(False)
    speak("en")
    _kept.clear()


_kept: list[QWidget] = []  # pytest-qt closes windows but does not keep them


def shown(qtbot: QtBot, *widgets: QWidget, width: int = 600, height: int = 400) -> QWidget:
    """A window with these widgets below each other, exposed and active."""
    window = QWidget()
    _kept.append(window)
    column = QVBoxLayout(window)
    # The drawing-in-memory platform warns when a layout narrows how small its window may become.
    column.setSizeConstraint(QLayout.SizeConstraint.SetNoConstraint)
    for widget in widgets:
        column.addWidget(widget)
    window.resize(width, height)
    qtbot.addWidget(window)
    with qtbot.waitExposed(window):
        window.show()
    window.activateWindow()
    return window


# fields


def test_a_mistake_is_said_when_leaving_not_while_typing(qtbot: QtBot) -> None:
    born = LabelledField("Born", check=lambda text: "" if text.isdigit() else "Write a year.")
    other = QLineEdit()
    shown(qtbot, born, other)
    born.editor.setFocus()
    QTest.keyClicks(born.editor, "19x")
    assert born.mistake.isHidden()
    other.setFocus()
    assert born.mistake.isVisible() and born.mistake.text() == "Write a year."
    assert other.hasFocus()
    assert "Write a year." in born.editor.accessibleDescription()
    born.editor.setFocus()
    QTest.keyClick(born.editor, KEY.Key_Backspace)
    assert born.mistake.isHidden(), "put right, the sentence goes at once"


def test_the_reading_takes_the_place_of_the_hint(qtbot: QtBot) -> None:
    read = {"about 10": "→ 2016, year only"}
    born = LabelledField("Born", hint="or an age", reading=lambda text: read.get(text, ""))
    qtbot.addWidget(born)
    assert born.aside.text() == "or an age"
    born.set_text("about 10")
    assert born.aside.text() == "→ 2016, year only"
    assert born.editor.accessibleName() == "Born"
    assert born.label.buddy() is born.editor


def test_a_field_that_is_none_is_a_mistake_of_ours(qtbot: QtBot) -> None:
    with pytest.raises(TypeError):
        LabelledField("Photo", QLabel())


def test_one_key_takes_a_choice(qtbot: QtBot) -> None:
    sex = ChoiceField([Choice("F", "F", "female"), Choice("M", "M", "male"), Choice("U", "?", "not said")])
    shown(qtbot, sex)
    with qtbot.waitSignal(sex.changed) as told:
        QTest.keyClicks(sex, "m")
    assert told.args == ["M"] and sex.words() == "male"
    QTest.keyClick(sex, KEY.Key_Right)
    assert sex.value() == "U"
    QTest.keyClick(sex, KEY.Key_Backspace)
    assert sex.value() is None
    sex.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
    QTest.keyClick(sex, KEY.Key_Left)
    assert sex.value() == "F"
    QTest.mouseClick(sex, LEFT, pos=sex.rect().center())
    assert sex.value() == "M"
    with pytest.raises(ValueError):
        sex.set_value("male")


def test_type_ahead_by_keyboard(qtbot: QtBot) -> None:
    field = TypeAhead(COUNTRIES)
    shown(qtbot, field)
    field.setFocus()
    QTest.keyClicks(field, "ch")
    assert [line.value for line in field.popup().lines()] == ["CHL", "CHN"]
    assert field.value() is None
    QTest.keyClick(field, KEY.Key_Down)
    QTest.keyClick(field, KEY.Key_Down)
    with qtbot.waitSignal(field.picked) as told:
        QTest.keyClick(field, KEY.Key_Return)
    assert told.args == ["CHN"] and field.text() == "China" and not field.popup().isVisible()


def test_esc_closes_the_list_and_keeps_what_was_typed(qtbot: QtBot) -> None:
    field = TypeAhead(COUNTRIES)
    shown(qtbot, field)
    field.setFocus()
    QTest.keyClicks(field, "ch")
    QTest.keyClick(field, KEY.Key_Escape)
    assert not field.popup().isVisible() and field.text() == "ch"


def test_leaving_takes_what_can_only_be_meant(qtbot: QtBot) -> None:
    field, other = TypeAhead(COUNTRIES), QLineEdit()
    free = TypeAhead(lambda typed: matching(COUNTRIES, typed), free=True)
    shown(qtbot, field, free, other)
    for typed, value in (("cote", "CIV"), ("ven", "VEN"), ("ch", None), ("Atlantis", None)):
        field.setFocus()
        field.clear()
        QTest.keyClicks(field, typed)
        other.setFocus()
        assert field.value() == value, typed
    free.setFocus()
    QTest.keyClicks(free, "Atlantis")
    other.setFocus()
    assert free.value() == "Atlantis"


def test_tab_takes_the_line_stood_on(qtbot: QtBot) -> None:
    field, other = TypeAhead(COUNTRIES), QLineEdit()
    shown(qtbot, field, other)
    field.setFocus()
    QTest.keyClicks(field, "ch")
    QTest.keyClick(field, KEY.Key_Down)
    QTest.keyClick(field, KEY.Key_Tab)
    assert field.value() == "CHL" and other.hasFocus()


@given(st.text(max_size=12))
def test_what_fits_holds_what_was_typed_and_codes_come_first(typed: str) -> None:
    found = matching(COUNTRIES, typed)
    assert set(found) <= set(COUNTRIES)
    assert matching(COUNTRIES, "CHN")[0] == ("CHN", "China")


def test_the_wheel_does_not_change_an_answer(qtbot: QtBot) -> None:
    pick = PickField([("a", "A"), ("b", "B")])
    shown(qtbot, pick)
    pick.set_value("b")
    pick.set_options([("b", "B"), ("c", "C")])
    assert pick.value() == "b"
    with qtbot.waitSignal(pick.picked) as told:
        QTest.keyClick(pick, KEY.Key_Down)
    assert told.args == ["c"]


# the scan field


@pytest.mark.parametrize(
    "text", ["LB1-000042-B", "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<", "14", "AB7Q" * 30]
)
def test_codes(text: str) -> None:
    assert looks_like_code(text)


@pytest.mark.parametrize("text", ["Ana", "Ana Pérez", "Pérez 1994", "", "محمد"])
def test_names_are_no_codes(text: str) -> None:
    assert not looks_like_code(text)


def test_a_scanned_card_is_given_whole(qtbot: QtBot) -> None:
    scan = ScanField()
    shown(qtbot, scan)
    with qtbot.waitSignal(scan.scanned) as told:
        QTest.keyClicks(scan, "LB1-000042-B")
        QTest.keyClick(scan, KEY.Key_Return)
    assert told.args == ["LB1-000042-B"] and scan.text() == ""


def test_the_two_lines_of_a_passport_are_one_scan(qtbot: QtBot) -> None:
    # The specimen of ICAO Doc 9303.
    lines = ("P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<", "L898902C36UTO7408122F1204159ZE184226B<<<<<10")
    scan = ScanField()
    shown(qtbot, scan)
    got: list[str] = []
    scan.scanned.connect(got.append)
    QTest.keyClicks(scan, lines[0])
    QTest.keyClick(scan, KEY.Key_Return)
    assert got == [] and scan.text() == ""
    QTest.keyClicks(scan, lines[1])
    QTest.keyClick(scan, KEY.Key_Return)
    assert got == ["\n".join(lines)]


def test_a_name_is_searched_and_a_line_chosen(qtbot: QtBot) -> None:
    asked: list[str] = []

    def results(wanted: str) -> list[Found]:
        asked.append(wanted)
        return [Found(1, "Toussaint Luis", "LB1-000310-6"), Found(2, "Toussaint Ana")]

    scan = ScanField(results)
    shown(qtbot, scan)
    scan.setFocus()
    with qtbot.waitSignal(scan.search_changed) as told:
        QTest.keyClicks(scan, "touss")
    assert told.args == ["touss"] and asked == ["touss"], "one search after a pause, not one a letter"
    assert scan.popup().isVisible()
    for _ in range(2):
        QTest.keyClick(scan, KEY.Key_Down)
    with qtbot.waitSignal(scan.chosen) as chosen:
        QTest.keyClick(scan, KEY.Key_Return)
    assert chosen.args is not None and chosen.args[0].value == 2
    assert scan.text() == "" and not scan.popup().isVisible()


def test_esc_in_the_scan_field_leaves_step_by_step(qtbot: QtBot) -> None:
    scan = ScanField(lambda _: [Found(1, "Ana")])
    shown(qtbot, scan)
    scan.setFocus()
    QTest.keyClicks(scan, "an")
    scan.search_now()
    QTest.keyClick(scan, KEY.Key_Escape)
    assert not scan.popup().isVisible() and scan.text() == "an"
    QTest.keyClick(scan, KEY.Key_Escape)
    assert scan.text() == ""
    with qtbot.waitSignal(scan.left_empty):
        QTest.keyClick(scan, KEY.Key_Escape)


def test_late_results_for_other_words_are_not_shown(qtbot: QtBot) -> None:
    scan = ScanField()
    shown(qtbot, scan)
    scan.setFocus()
    QTest.keyClicks(scan, "an")
    scan.show_results("a", [Found(1, "Abel")])
    assert not scan.popup().isVisible()
    scan.show_results("an", [Found(1, "Ana")])
    assert scan.popup().isVisible()


# lists


@dataclass(frozen=True)
class Person:
    number: int
    name: str
    born: int | None


PEOPLE = (Person(1, "Zoé", 1990), Person(2, "abel", None), Person(3, "Ángel", 1950), Person(4, "Bea", 2016))


def people_model() -> RowsModel[Person]:
    return RowsModel[Person](
        (
            Column[Person]("Name", lambda p: p.name, tone=lambda p: Tone.OK if p.born else None),
            Column[Person](
                "Born", lambda p: str(p.born or "unknown"), sort=lambda p: p.born, number=True, width=6
            ),
        ),
        key=lambda p: p.number,
    )


def names(model: RowsModel[Person]) -> list[str]:
    return [model.row_at(line).name for line in range(model.rowCount())]


def check_model(model: QAbstractItemModel, tester: ModelTester) -> None:
    tester.check(model, force_py=False)  # type: ignore[no-untyped-call]  # pytest-qt leaves it untyped


def test_the_rows_model_is_a_good_model(qtmodeltester: ModelTester) -> None:
    model = people_model()
    check_model(model, qtmodeltester)
    model.set_rows(PEOPLE)
    model.sort(1, Qt.SortOrder.DescendingOrder)
    model.find("e")
    model.sort(-1)


def test_the_popup_s_model_is_a_good_model(qtmodeltester: ModelTester) -> None:
    model = FoundModel()
    check_model(model, qtmodeltester)
    model.set_lines([Found(1, "Ana", "LB1"), Found(2, "Luis")])
    assert model.data(model.index(0, 0), Qt.ItemDataRole.AccessibleTextRole) == "Ana, LB1"


def test_rows_in_roles_out(qtbot: QtBot) -> None:
    model = people_model()
    model.set_rows(PEOPLE)
    index = model.index(0, 1)
    assert index.data() == "1990" and index.data(SORT) == 1990 and index.data(ROW) is PEOPLE[0]
    assert model.index(1, 1).data(SORT) is None


def test_sorting_is_by_value_without_case_or_accents_and_the_missing_come_last(qtbot: QtBot) -> None:
    model = people_model()
    model.set_rows(PEOPLE)
    model.sort(0)
    assert names(model) == ["abel", "Ángel", "Bea", "Zoé"]
    for order in (Qt.SortOrder.AscendingOrder, Qt.SortOrder.DescendingOrder):
        model.sort(1, order)
        assert names(model)[-1] == "abel"
    model.sort(-1)
    assert names(model) == [p.name for p in PEOPLE]


@given(st.lists(st.tuples(st.text(max_size=5), st.none() | st.integers(0, 9)), max_size=20), st.booleans())
def test_sorting_and_finding_lose_nobody(rows: list[tuple[str, int | None]], down: bool) -> None:
    model = people_model()
    people = [Person(n, name, born) for n, (name, born) in enumerate(rows)]
    model.set_rows(people)
    model.sort(1, Qt.SortOrder.DescendingOrder if down else Qt.SortOrder.AscendingOrder)
    assert {model.row_at(line).number for line in range(model.rowCount())} == {p.number for p in people}
    model.find("zz")
    model.find("")
    assert model.rowCount() == len(people) == model.total


def people_table(qtbot: QtBot) -> tuple[RowsModel[Person], RowsTable]:
    model = people_model()
    empty = EmptyState("people", "Nobody is registered yet.", "Scan a card.")
    table = RowsTable(model, empty, name="People", count=lambda seen, total: f"{seen} of {total} people")
    shown(qtbot, table)
    return model, table


def test_a_list_says_why_it_is_empty(qtbot: QtBot) -> None:
    model, table = people_table(qtbot)
    assert any(empty.isVisible() for empty in table.findChildren(EmptyState))
    model.set_rows(PEOPLE)
    assert not any(empty.isVisible() for empty in table.findChildren(EmptyState))
    assert table.count_label.text() == "4 of 4 people"
    assert table.view.rowHeight(0) == Size.ROW


def test_no_word_is_cut_while_another_column_has_room_it_does_not_need(qtbot: QtBot) -> None:
    long = "Oficina central de la provincia (oficina)"
    model = RowsModel[Person](
        (
            Column[Person]("Name", lambda p: p.name, strong=True, width=8),
            Column[Person]("Born", lambda p: str(p.born), width=40),
            Column[Person]("Rest", lambda p: "x"),
        ),
        key=lambda p: p.number,
    )
    table = RowsTable(model, EmptyState("people", "Nobody"))
    shown(qtbot, table, width=700)
    model.set_rows([Person(1, long, 1990)])
    need = QFontMetrics(theme().font(strong=True)).horizontalAdvance(long)
    assert table.view.columnWidth(0) >= need + 12
    assert sum(table.view.columnWidth(at) for at in range(3)) <= table.view.viewport().width()
    before = table.view.columnWidth(0)
    table.find_words("nobody of that name")
    assert table.view.columnWidth(0) == before, "columns stand still while one types"


@given(
    st.lists(st.tuples(st.integers(10, 400), st.integers(10, 900)), min_size=1, max_size=8),
    st.integers(0, 3000),
)
def test_room_is_given_and_never_made(columns: list[tuple[int, int]], room: int) -> None:
    wide = {at: one for at, (one, _) in enumerate(columns)}
    wanted = {at: one for at, (_, one) in enumerate(columns)}
    before = sum(wide.values())
    give_room(wide, wanted, room)
    assert sum(wide.values()) <= max(before, room)
    for at, (asked, want) in enumerate(columns):
        assert wide[at] >= min(asked, want), "nobody is cut who was not"
        assert wide[at] <= max(asked, want)


def test_typing_in_a_list_finds_and_esc_shows_all(qtbot: QtBot) -> None:
    model, table = people_table(qtbot)
    model.set_rows(PEOPLE)
    table.view.setFocus()
    QTest.keyClicks(table.view, "ang")
    assert names(model) == ["Ángel"] and "ang" in table.find_label.text()
    assert table.count_label.text() == "1 of 4 people"
    with qtbot.waitSignal(table.opened) as told:
        QTest.keyClick(table.view, KEY.Key_Return)
    assert told.args == [PEOPLE[2]]
    QTest.keyClicks(table.view, "zz")
    assert model.rowCount() == 0 and any(e.isVisible() for e in table.findChildren(EmptyState))
    assert table.view.hasFocus(), "typing goes on where it was"
    for _ in range(2):
        QTest.keyClick(table.view, KEY.Key_Backspace)
    assert names(model) == ["Ángel"]
    QTest.keyClick(table.view, KEY.Key_Escape)
    assert model.rowCount() == 4


def test_a_refresh_keeps_order_and_the_row_stood_on(qtbot: QtBot) -> None:
    model, table = people_table(qtbot)
    model.set_rows(PEOPLE)
    table.sort_by(0)
    assert table.select_key(4) and table.current() is PEOPLE[3]
    changed = Person(4, "Bea María", 2016)
    model.set_rows([changed, *PEOPLE[:3], Person(5, "Aarón", 2001)])
    assert names(model)[0] == "Aarón" and table.current() == changed
    table.sort_by(0)
    assert names(model)[0] == "Zoé" and table.current() == changed
    assert model.headerData(0, Qt.Orientation.Horizontal) == "Name ↓"


def test_a_list_of_100000_is_sorted_and_shown_at_once(qtbot: QtBot) -> None:
    model, table = people_table(qtbot)
    model.set_rows([Person(n, f"Name {n * 7919 % 100_003}", n % 90) for n in range(100_000)])
    table.sort_by(0)
    assert model.row_at(0).name == "Name 0"
    assert table.select_key(99_999)


# answers and outcomes


def test_the_answer_is_large_and_never_colour_alone(qtbot: QtBot) -> None:
    answer = BigAnswer("Scan a card")
    shown(qtbot, answer, width=700, height=500)
    assert answer.accessibleName() == "Scan a card"
    answer.show_answer(
        Tone.BAD, "No", "Lunch received 12:31 at counter 2", name="Luis", photo=QPixmap(10, 10)
    )
    assert answer.word_pixels() >= 100
    assert answer.accessibleName() == "No. Lunch received 12:31 at counter 2. Luis"
    answer.show_answer(Tone.WARN, "A word far too long for the window it is shown in", "why")
    assert answer.word_pixels() == 44
    theme().set_text_percent(200)
    assert answer.word_pixels() == 88
    assert {tone.icon for tone in (Tone.OK, Tone.WARN, Tone.BAD)} == {"ok", "warn", "bad"}
    assert not answer.grab().isNull()


def test_a_line_stays_until_closed_and_can_be_undone(qtbot: QtBot) -> None:
    line, undone = ToastLine(), list[str]()
    shown(qtbot, line)
    line.say("Family registered.", Tone.OK, lambda: undone.append("family"))
    line.say_error(InUse())
    assert "already open" in line.text() and not line.undo()
    assert [message.text for message in line.earlier()][0] == "Family registered."
    line.say("Bed given.", Tone.OK, lambda: undone.append("bed"))
    assert line.undo() and undone == ["bed"] and line.text() == ""
    assert not line.undo(), "once is enough"


def test_names_are_shown_as_they_are_written(qtbot: QtBot) -> None:
    button = PrimaryButton("Ana & <b>Luis</b>")
    pill = Pill("<i>x</i>", Tone.WARN, icon=True)
    for widget in (button, pill):
        qtbot.addWidget(widget)
    assert button.words == "Ana & <b>Luis</b>" and button.text() == "Ana && <b>Luis</b>"
    assert pill.text() == "<i>x</i>" and pill.accessibleName() == "<i>x</i>"


def test_keys_are_written_as_on_the_keyboard() -> None:
    assert key_words("Ctrl+Return") == "Ctrl+Enter"
    assert key_words("+") == "+" and key_words("Ctrl++") == "Ctrl++" and key_words("-") == "-"
    assert key_words("F2") == "F2" and key_words("Shift+Return") == "Shift+Enter"


def test_a_button_s_key_presses_it(qtbot: QtBot) -> None:
    same = SecondaryButton("Same", "F6", key_inside=True)
    window = shown(qtbot, same)
    assert same.text().endswith("F6")
    pressed: list[bool] = []
    same.clicked.connect(lambda: pressed.append(same.isDown()))
    QTest.keyClick(window, KEY.Key_F6)
    assert pressed == [False], "at once, not after the tenth of a second a button is shown held down"
    same.set_words("The same one")
    QTest.keyClick(window, KEY.Key_F6)
    assert len(pressed) == 2, "other words, the same key"
    same.setEnabled(False)
    QTest.keyClick(window, KEY.Key_F6)
    assert len(pressed) == 2
    assert not PrimaryButton("Save").findChildren(QShortcut), "Ctrl+Enter is the screen's"


def test_a_tick_box_is_ticked_anywhere_on_its_line(qtbot: QtBot) -> None:
    box = TickBox("Ana & Luis")
    shown(qtbot, box)
    QTest.mouseClick(box, LEFT, pos=box.rect().center())
    assert box.isChecked()
    QTest.keyClick(box, KEY.Key_Space)
    assert not box.isChecked() and box.accessibleName() == "Ana & Luis"


def test_a_long_name_pushes_nothing_away(qtbot: QtBot) -> None:
    short, name = Tile("Ana"), "n" * 300
    long = Tile(name, "F · 1994 · VEN")
    for tile in (short, long):
        qtbot.addWidget(tile)
    assert long.sizeHint().width() < 400 and short.sizeHint().width() < 100
    assert name in long.accessibleName() and name in long.toolTip() and short.toolTip() == ""


def test_a_mistake_that_was_said_goes_with_what_it_was_about(qtbot: QtBot) -> None:
    field = LabelledField("Surnames")
    qtbot.addWidget(field)
    field.set_text("n" * 300)
    field.set_mistake("This is longer than 200 characters.")
    field.set_text("n" * 20)
    assert field.mistake.isHidden()


def test_only_one_tile_is_stood_on(qtbot: QtBot) -> None:
    ana, luis = Tile("Ana", "F · 1994"), Tile("Luis")
    shown(qtbot, ana, luis)
    ana.setChecked(True)
    QTest.mouseClick(luis, LEFT)
    assert luis.isChecked() and not ana.isChecked() and ana.accessibleName() == "Ana, F · 1994"


def test_long_work_is_told_and_can_be_stopped(qtbot: QtBot) -> None:
    line = TaskLine()
    shown(qtbot, line)
    assert not line.is_running()
    line.start("Reading the stick")
    line.show_progress(420, 1000, 75)
    assert line.is_running() and line.text() == "Reading the stick · 2 minutes left"
    with qtbot.waitSignal(line.cancelled):
        QTest.mouseClick(line._cancel, LEFT)
    assert not line._cancel.isEnabled()
    line.finish()
    assert not line.is_running()


@given(st.integers(0, 10**6))
def test_time_left_never_says_less_than_it_is(seconds: int) -> None:
    said = int(time_left(seconds).split()[0])
    assert said * (1 if seconds < 60 else 60) >= seconds and said >= 1


def test_the_status_bar_never_makes_a_number_up(qtbot: QtBot) -> None:
    bar = StatusBar()
    qtbot.addWidget(bar)
    assert "0" not in bar.text() and bar.text().count("not known") == 2
    bar.show_status(StatusLine(present=0, places=0, only_here=0))
    assert "0 present" in bar.text() and "nothing exists only on this desk" in bar.text()
    bar.show_status(
        StatusLine(
            present=1842, places=1600, only_here=1, only_here_since="08:14", office_up_to="21 Nov",
            backup="3 days ago", is_backup_late=True, desks=(OtherDesk("desk 2", "yesterday", True),),
            battery=9, clock_doubt="The clock may be wrong by 3 hours.",
        )
    )  # fmt: skip
    for said in ("1,842 present", "of 1,600 places · 115%", "1 record only on this desk, since 08:14", "9%"):
        assert said in bar.text()
    assert "The clock may be wrong by 3 hours." in bar.accessibleDescription()


@pytest.mark.parametrize("language", ["en", "es"])
def test_the_bar_of_a_usual_day_is_one_line(qtbot: QtBot, language: str) -> None:
    startup.use_language(language)
    theme()
    bar = StatusBar()
    shown(qtbot, bar, width=1366)
    line = bar.heightForWidth(1274)
    two = (OtherDesk("LB1A", "15:41"), OtherDesk("LB1B", "09:12"))
    ago = ntr("{n} hour ago", "{n} hours ago", 13)
    bar.show_status(
        StatusLine(
            present=321, places=204, only_here=40, only_here_since="07:32", office_up_to="21 nov",
            backup=ago, desks=two, battery=80,
        )
    )  # fmt: skip
    assert bar.heightForWidth(1274) <= line, bar.text()


# room


def test_columns_fold_when_the_text_is_large(qtbot: QtBot) -> None:
    one, two = QLineEdit(), QLineEdit()
    columns = FoldingColumns((one, 2), (two, 1), fold_below=600)
    window = shown(qtbot, columns, width=1000)
    assert not columns.is_folded and one.y() == two.y() and one.width() > two.width()
    theme().set_text_percent(200)
    qtbot.waitUntil(lambda: columns.is_folded)
    theme().set_text_percent(100)
    qtbot.waitUntil(lambda: not columns.is_folded)
    window.resize(500, 400)
    qtbot.waitUntil(lambda: columns.is_folded and two.y() > one.y())


def test_rows_of_fields_fold_and_keep_the_order_of_typing(qtbot: QtBot) -> None:
    grid, fields = FieldGrid(), [LabelledField(name) for name in "abcdef"]
    grid.add_row((fields[0], 2), (fields[1], 2))
    grid.add_row(*((field, 1) for field in fields[2:]))
    window = shown(qtbot, grid, width=1000)
    assert grid.columns == 4 and fields[2].y() == fields[5].y()
    theme().set_text_percent(200)
    window.resize(700, 900)
    qtbot.waitUntil(lambda: grid.columns == 2)
    window.resize(360, 1200)
    qtbot.waitUntil(lambda: grid.columns == 1 and fields[5].y() > fields[4].y())
    fields[0].editor.setFocus()
    for field in fields[1:]:
        QTest.keyClick(window.focusWidget(), KEY.Key_Tab)
        assert field.editor.hasFocus()


def test_buttons_go_on_in_the_next_line_and_mirror(qtbot: QtBot) -> None:
    speak("en_XA", pseudo_catalogue("en_XA"))
    first, second = PrimaryButton("Save family and print cards"), SecondaryButton("Next member", "Return")
    row = ButtonRow(first, second)
    window = shown(qtbot, row, width=900)
    assert first.x() < second.x() and abs(first.geometry().center().y() - second.geometry().center().y()) <= 1
    window.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
    qtbot.waitUntil(lambda: first.x() > second.x())
    window.resize(380, 400)
    qtbot.waitUntil(lambda: second.y() >= first.y() + first.height())
    for button in (first, second):
        assert row.rect().contains(button.geometry())


def test_controls_are_never_lower_than_38_pixels(qtbot: QtBot) -> None:
    field = LabelledField("Name")
    pick, choice = PickField([("a", "A")]), ChoiceField([Choice("a", "A", "a")])
    primary, second, box = PrimaryButton("Save"), SecondaryButton("Next"), TickBox("x")
    shown(qtbot, field, pick, choice, primary, second, box)
    for control in (field.editor, pick, choice, primary, second, box):
        assert control.height() >= Size.CONTROL, control


def test_a_card_with_pills_beside_its_title(qtbot: QtBot) -> None:
    first, second, aside = Pill("Boat 14"), Pill("Token 3"), QLabel("5 counted")
    card = Card("New family", aside, screen=True)
    card.add_beside_title(first)
    card.add_beside_title(second)
    card.add(QLineEdit())
    window = shown(qtbot, card, width=700)
    assert card.title.x() < first.x() < second.x() < aside.x()
    window.resize(260, 400)
    qtbot.waitUntil(lambda: aside.y() > card.title.y())
    card.set_title("")
    assert card.title.isHidden()


def test_a_look_changed_and_changed_back_is_the_same_picture(qtbot: QtBot) -> None:
    card = Card("Card", Pill("quick", Tone.OK))
    card.add(LabelledField("Name", hint="as said"))
    card.add(ButtonRow(PrimaryButton("Save", icon="print")))
    window = shown(qtbot, card)
    before = window.grab().toImage()
    theme().set_mode(Mode.DARK)
    theme().set_text_percent(180)
    assert window.grab().toImage() != before
    theme().set_text_percent(100)
    theme().set_mode(Mode.LIGHT)
    window.resize(600, 400)
    qtbot.waitUntil(lambda: window.grab().toImage() == before)
