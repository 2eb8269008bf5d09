"""The window by keyboard alone: screens, the keys of the house, and room for everything at every size."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Iterator
from typing import ClassVar

import pytest
from PySide6.QtCore import QEvent, QPoint, QRect, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from shelterdesk.core.changes import Changes
from shelterdesk.core.words import speak, tr
from shelterdesk.ui.base_screen import Screen
from shelterdesk.ui.main_window import MainWindow
from shelterdesk.ui.pseudo import pseudo_catalogue
from shelterdesk.ui.theme import Mode, reads_right_to_left, theme
from shelterdesk.ui.widgets import (
    ButtonRow,
    Card,
    FieldGrid,
    Found,
    LabelledField,
    OtherDesk,
    PrimaryButton,
    SmallButton,
    StatusLine,
    Tone,
)
from shelterdesk.ui.widgets.focus_ring import FocusRing
from shelterdesk.ui.widgets.practice_stripe import PRACTICE_WORDS

KEY, CTRL, SHIFT = Qt.Key, Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
NONE = Qt.KeyboardModifier.NoModifier
STATUS = StatusLine(
    present=1842, places=1600, only_here=37, only_here_since="08:14", office_up_to="21 Nov", backup="2 h ago",
    desks=(OtherDesk("desk 2", "15:41"),), battery=64, user="Marisol",
)  # fmt: skip


class Form(Screen):
    """A screen with three fields and a primary action."""

    name, icon = "reception", "reception"
    kinds: ClassVar[frozenset[str]] = frozenset({"person"})

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[Changes | None] = []
        self.saved = 0
        self.stepped = False
        self.fields_shown = [LabelledField(tr(label)) for label in ("Surnames", "Given names", "Born")]
        grid = FieldGrid()
        grid.add_row((self.fields_shown[0], 2), (self.fields_shown[1], 2))
        grid.add_row((self.fields_shown[2], 4))
        card = Card(tr("New family"), screen=True)
        card.add(grid)
        card.add_stretch()
        self.primary = PrimaryButton(tr("Save family"))
        self.primary.clicked.connect(self._on_save)
        card.add(ButtonRow(self.primary))
        self.page.addWidget(card)

    def title(self) -> str:
        return tr("Reception")

    def help_text(self) -> str:
        return tr("Turn a boat into registered families.")

    def refresh(self, changes: Changes | None) -> None:
        self.asked.append(changes)

    def step_out(self) -> bool:
        stepping, self.stepped = self.stepped, False
        return stepping

    def line(self, at: int) -> QLineEdit:
        editor = self.fields_shown[at].editor
        assert isinstance(editor, QLineEdit)
        return editor

    def _on_save(self) -> None:
        self.saved += 1


class Listing(Screen):
    """A screen without fields."""

    name, icon = "people", "people"
    kinds: ClassVar[frozenset[str]] = frozenset({"person", "stay"})

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[Changes | None] = []
        self.page.addWidget(QLabel("a list"))

    def title(self) -> str:
        return tr("People")

    def refresh(self, changes: Changes | None) -> None:
        self.asked.append(changes)


class AtFoot(Listing):
    """The last on the rail."""

    name, icon, at_foot = "settings", "settings", True

    def title(self) -> str:
        return tr("Settings")


@pytest.fixture(autouse=True)
def the_look_as_it_was(qtbot: QtBot) -> Iterator[None]:
    theme().set_still(True)
    theme().set_mode(Mode.LIGHT)
    yield
    theme().set_text_percent(100)
    theme().set_mode(Mode.LIGHT)
    theme().set_still(False)
    speak("en")
    QApplication.setLayoutDirection(Qt.LayoutDirection.LeftToRight)


def opened(qtbot: QtBot, *, practice: bool = False) -> MainWindow:
    window = MainWindow([Form(), Listing(), AtFoot()], station="Lajas Blancas", practice=practice)
    window.resize(1366, 768)
    window.set_status(STATUS)
    window.set_time("15:42")
    qtbot.addWidget(window)
    with qtbot.waitExposed(window):
        window.show()
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    return window


def form_of(window: MainWindow) -> Form:
    form = window.screen_named("reception")
    assert isinstance(form, Form)
    return form


def press(qtbot: QtBot, window: MainWindow, key: Qt.Key, modifier: Qt.KeyboardModifier = NONE) -> None:
    QTest.keyClick(window.focusWidget() or window, key, modifier)


def test_the_first_screen_is_open_with_typing_at_its_first_field(qtbot: QtBot) -> None:
    window = opened(qtbot)
    form = form_of(window)
    assert window.current() is form and form.asked == [None]
    assert form.line(0).hasFocus()
    assert [button.text() for button in window.rail.buttons()] == ["Reception", "People", "Settings"]
    assert window.rail.buttons()[0].isChecked()
    said = [label.text() for label in window.top.findChildren(QLabel)]
    assert "Lajas Blancas" in said and "15:42" in said


def test_keys_open_screens(qtbot: QtBot) -> None:
    window = opened(qtbot)
    with qtbot.waitSignal(window.screen_opened) as told:
        press(qtbot, window, KEY.Key_2, CTRL)
    assert told.args == ["people"] and window.rail.buttons()[1].isChecked()
    assert window.scan.hasFocus(), "a screen without fields leaves typing to the scan field"
    press(qtbot, window, KEY.Key_3, CTRL)
    assert isinstance(window.current(), AtFoot)


def test_the_rail_by_arrows(qtbot: QtBot) -> None:
    window = opened(qtbot)
    buttons = window.rail.buttons()
    buttons[0].setFocus()
    QTest.keyClick(buttons[0], KEY.Key_Down)
    assert buttons[1].hasFocus()
    QTest.keyClick(buttons[1], KEY.Key_Return)
    assert isinstance(window.current(), Listing)
    assert buttons[1].accessibleName() == "People" and buttons[1].accessibleDescription() == "Ctrl+2"


def test_enter_moves_on_and_shift_enter_back(qtbot: QtBot) -> None:
    window = opened(qtbot)
    form = form_of(window)
    press(qtbot, window, KEY.Key_Return)
    assert form.line(1).hasFocus()
    press(qtbot, window, KEY.Key_Enter, Qt.KeyboardModifier.KeypadModifier)
    assert form.line(2).hasFocus()
    press(qtbot, window, KEY.Key_Return, SHIFT)
    assert form.line(1).hasFocus()
    form.line(1).setEnabled(False)
    form.line(0).setFocus()
    press(qtbot, window, KEY.Key_Return)
    assert form.line(2).hasFocus()
    press(qtbot, window, KEY.Key_Return)
    assert form.primary is not None and form.primary.hasFocus() and form.saved == 0
    press(qtbot, window, KEY.Key_Return)
    assert form.saved == 1


def test_ctrl_enter_finishes_from_any_field(qtbot: QtBot) -> None:
    window = opened(qtbot)
    form = form_of(window)
    press(qtbot, window, KEY.Key_Return, CTRL)
    assert form.saved == 1
    assert form.primary is not None
    form.primary.setEnabled(False)
    press(qtbot, window, KEY.Key_Return, CTRL)
    assert form.saved == 1


def test_esc_steps_out_and_keeps_what_was_typed(qtbot: QtBot) -> None:
    window = opened(qtbot)
    form = form_of(window)
    form.stepped = True
    QTest.keyClicks(form.line(0), "Perez")
    press(qtbot, window, KEY.Key_Escape)
    assert form.line(0).hasFocus(), "the screen had something of its own to leave"
    press(qtbot, window, KEY.Key_Escape)
    assert window.scan.hasFocus() and form.line(0).text() == "Perez"
    press(qtbot, window, KEY.Key_Escape)
    assert form.line(0).hasFocus()


def test_f2_and_a_scan_from_any_screen(qtbot: QtBot) -> None:
    window = opened(qtbot)
    press(qtbot, window, KEY.Key_F2)
    assert window.scan.hasFocus()
    with qtbot.waitSignal(window.scanned) as told:
        QTest.keyClicks(window.scan, "LB1-000042-B")
        press(qtbot, window, KEY.Key_Return)
    assert told.args == ["LB1-000042-B"]


def test_a_found_line_is_chosen(qtbot: QtBot) -> None:
    window = opened(qtbot)
    window.scan.set_results(lambda wanted: [Found("ent", f"{wanted} found")])
    press(qtbot, window, KEY.Key_F2)
    QTest.keyClicks(window.scan, "ana")
    with qtbot.waitSignal(window.result_chosen) as told:
        press(qtbot, window, KEY.Key_Return)
    assert told.args == ["ent"]


def test_ctrl_z_first_typed_text_then_the_last_outcome(qtbot: QtBot) -> None:
    window = opened(qtbot)
    form, undone = form_of(window), list[str]()
    form.say("Family registered.", Tone.OK, lambda: undone.append("family"))
    assert window.toast.text() == "Family registered." and window.toast.isVisible()
    QTest.keyClicks(form.line(0), "x")
    press(qtbot, window, KEY.Key_Z, CTRL)
    assert form.line(0).text() == "" and undone == []
    press(qtbot, window, KEY.Key_Z, CTRL)
    assert undone == ["family"] and not window.toast.isVisible()
    press(qtbot, window, KEY.Key_Z, CTRL)
    assert "nothing to undo" in window.toast.text()


def test_f1_explains_and_esc_gives_typing_back(qtbot: QtBot) -> None:
    window = opened(qtbot)
    form = form_of(window)
    press(qtbot, window, KEY.Key_F1)
    assert window.help.isVisible()
    page = form.page.contentsMargins()
    assert window.help.geometry() == window.stack.rect().adjusted(
        window.help.x(), page.top(), -page.right(), -page.bottom()
    )
    said = " ".join(label.text() for label in window.help.findChildren(QLabel))
    assert "Turn a boat into registered families." in said and "Ctrl+Enter" in said
    press(qtbot, window, KEY.Key_Escape)
    assert not window.help.isVisible() and form.line(0).hasFocus()
    press(qtbot, window, KEY.Key_F1)
    press(qtbot, window, KEY.Key_F1)
    assert not window.help.isVisible()


def test_the_strip_of_keys(qtbot: QtBot) -> None:
    window = opened(qtbot)
    press(qtbot, window, KEY.Key_F12)
    assert window.keys_below.isVisible()
    assert "F2" in [label.text() for label in window.keys_below.findChildren(QLabel)]
    press(qtbot, window, KEY.Key_F12)
    assert not window.keys_below.isVisible()


def test_a_change_refreshes_only_who_shows_its_kind(qtbot: QtBot) -> None:
    window = opened(qtbot)
    form, people = form_of(window), window.screen_named("people")
    assert isinstance(people, Listing)
    change = Changes.of("stay")
    window.apply_changes(change)
    assert form.asked == [None] and people.asked == []
    window.apply_changes(Changes.of("person"))
    assert form.asked == [None, Changes.of("person")] and people.asked == []
    window.open_screen("people")
    window.open_screen("reception")
    window.open_screen("people")
    assert people.asked == [None], "asked once, when opened, for all that happened"
    assert len(form.asked) == 2


def test_the_ring_is_where_typing_goes(qtbot: QtBot) -> None:
    window = opened(qtbot)
    form, ring = form_of(window), window.findChildren(FocusRing)[0]
    line = form.line(1)
    line.setFocus()
    assert ring.around() is line and ring.isVisible()
    assert QRect(ring.mapTo(window, QPoint(0, 0)), ring.size()) == QRect(
        line.mapTo(window, QPoint(0, 0)), line.size()
    )
    edge = window.grab().toImage().pixelColor(line.mapTo(window, QPoint(line.width() // 2, 1)))
    assert edge == theme().colours.of("focus")
    window.resize(1200, 700)
    qtbot.waitUntil(lambda: ring.width() == line.width())
    line.hide()
    assert not ring.isVisible() or ring.around() is not line


def test_practice_is_seen_and_heard(qtbot: QtBot) -> None:
    window = opened(qtbot, practice=True)
    stripe = window.top.stripe
    assert stripe.isVisible() and stripe.accessibleName() == PRACTICE_WORDS and not window.stripe.isVisible()
    assert stripe.width() >= 260 and stripe.geometry().right() < window.top.width()
    window.resize(800, 600)
    qtbot.waitUntil(window.stripe.isVisible)  # no room beside the names: a line of its own, the whole width
    assert not stripe.isVisible() and window.stripe.width() == window.top.width()
    real = opened(qtbot)
    assert not real.stripe.isVisible() and not real.top.stripe.isVisible()


def test_long_work_from_the_window(qtbot: QtBot) -> None:
    window = opened(qtbot)
    begun = window.task.start("Reading the stick")
    with qtbot.waitSignal(window.task.cancelled) as stopped:
        window.task.findChildren(SmallButton)[0].click()
    assert stopped.args == [begun]
    assert window.task.isVisible()
    window.set_status(StatusLine(present=1))
    assert window.task.isVisible(), "a new state does not take the running work away"


def test_a_closed_window_lets_its_screens_go(qtbot: QtBot) -> None:
    window = opened(qtbot)
    form = form_of(window)
    heard: list[int] = []
    form.track(theme().changed, lambda: heard.append(1), call_now=True)
    theme().set_mode(Mode.DARK)
    assert heard == [1, 1]
    with qtbot.waitSignal(window.closing):
        window.close()
    theme().set_mode(Mode.LIGHT)
    assert heard == [1, 1]


def test_a_deleted_screen_leaves_nothing_that_hears_the_theme(qtbot: QtBot) -> None:
    card: Card | None = Card("gone")
    assert card is not None
    gone = weakref.ref(card)
    card.deleteLater()
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    card = None
    gc.collect()
    assert gone() is None
    theme().set_text_percent(150)  # would raise in a slot of the deleted widget


def clipped(window: MainWindow) -> list[str]:
    """Words that stand outside the part of the window they belong to."""
    bad = []
    for label in window.findChildren(QLabel):
        if not label.isVisibleTo(window) or not label.text():
            continue
        parent = label.parentWidget()
        if parent is not None and not parent.rect().contains(label.geometry()):
            bad.append(f"{label.text()!r} outside its parent")
        wide = label.fontMetrics().horizontalAdvance(label.text())
        if not label.wordWrap() and label.width() < wide:
            bad.append(f"{label.text()!r} has {label.width()} of {wide} pixels")
    return bad


def fits(window: MainWindow) -> list[str]:
    """Parts of the frame that do not lie inside the window."""
    parts: list[QWidget] = [window.rail, window.top, window.scan, window.stack, window.status]
    return [
        type(part).__name__
        for part in parts
        if not window.rect().contains(QRect(part.mapTo(window, QPoint(0, 0)), part.size()))
    ]


@pytest.mark.parametrize("percent", [100, 150, 200])
@pytest.mark.parametrize("language", ["en", "en_XA", "ar_XB"])
def test_nothing_is_cut_at_1366_by_768(qtbot: QtBot, percent: int, language: str) -> None:
    speak(language, pseudo_catalogue(language))
    mirrored = reads_right_to_left(language)
    direction = Qt.LayoutDirection.RightToLeft if mirrored else Qt.LayoutDirection.LeftToRight
    QApplication.setLayoutDirection(direction)
    theme().set_text_percent(percent)
    window = opened(qtbot, practice=True)
    assert window.size().width() == 1366 and window.size().height() == 768
    qtbot.waitUntil(lambda: not clipped(window) and not fits(window))
    form = form_of(window)
    assert form.width() <= window.stack.width(), "a page scrolls down, never sideways"
    for button in window.rail.buttons():
        assert button.width() >= button.sizeHint().width(), button.text()
        ground = button.parentWidget()
        assert ground is not None and ground.rect().contains(button.geometry())
    on_right = window.rail.mapTo(window, QPoint(0, 0)).x() > 683
    assert on_right is mirrored


def test_the_look_changes_while_the_window_is_open(qtbot: QtBot) -> None:
    window = opened(qtbot)
    before = window.grab().toImage()
    theme().set_mode(Mode.DARK)
    theme().set_text_percent(200)
    qtbot.waitUntil(lambda: not clipped(window) and not fits(window))
    assert window.grab().toImage().pixelColor(1300, 100) != before.pixelColor(1300, 100)
    theme().set_text_percent(100)
    theme().set_mode(Mode.LIGHT)
    qtbot.waitUntil(lambda: window.grab().toImage() == before)
