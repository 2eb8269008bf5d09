"""A change of user by PIN or staff card at the real window: quick, with the form kept, and never for the wrong one."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit
from pytestqt.qtbot import QtBot

from shelterdesk.actions import shift as shifts
from shelterdesk.actions.clock import SetClock
from shelterdesk.actions.desk import open_desk
from shelterdesk.actions.log_in_rules import LogInRules, set_log_in_rules
from shelterdesk.actions.shift import Shift, new_staff_code
from shelterdesk.actions.user_changes import reset_passphrase
from shelterdesk.actions.users import disable_user
from shelterdesk.ui.app import DeskApp
from shelterdesk.ui.log_in import LogInPage
from tests.stations import CHEAP, PASSPHRASE
from tests.ui.desk_windows import CTRL, KEY, line_of, note_of, press, program, type_text

PIN, OTHER = "4711", "80215"


def log_in_with(qtbot: QtBot, app: DeskApp, name: str, pin: str) -> None:
    """By keyboard from the first page: name, F6 for a PIN, passphrase, PIN."""
    assert app.door is not None and isinstance(app.door.page, LogInPage)
    type_text(name)
    press(KEY.Key_F6)
    form = app.door.page.form
    qtbot.waitUntil(form.passphrase.hasFocus)
    type_text(PASSPHRASE)
    press(KEY.Key_Return)
    qtbot.waitUntil(form.pin.hasFocus)
    type_text(pin)
    with qtbot.waitSignal(app.opened, timeout=10_000):
        press(KEY.Key_Return)
    assert app.window is not None
    qtbot.waitUntil(app.window.isActiveWindow)
    qtbot.waitUntil(lambda: not app.worker.is_busy)


def lock(qtbot: QtBot, app: DeskApp) -> None:
    with qtbot.waitSignal(app.locked):
        press(KEY.Key_L, CTRL)


def other_user(qtbot: QtBot, app: DeskApp, name: str) -> None:
    assert app.lock is not None
    lock(qtbot, app)
    press(KEY.Key_F4)
    qtbot.waitUntil(line_of(app.lock.page.form.name_field).hasFocus)
    type_text(name)
    press(KEY.Key_Return)
    qtbot.waitUntil(app.lock.page.form.passphrase.hasFocus)


def shift_of(app: DeskApp) -> Shift:
    return app.worker.shift


def user_id(app: DeskApp) -> str:
    assert app.worker.desk is not None
    return app.worker.desk.user.id


def test_the_same_person_comes_back_by_pin(qtbot: QtBot, station_folder: Path, clock: SetClock) -> None:
    with program(qtbot, station_folder, clock) as app:
        log_in_with(qtbot, app, "admin", PIN)
        window = app.window
        assert window is not None and "PIN" in window.toast.text()
        type_text("half a name")
        lock(qtbot, app)
        assert app.lock is not None
        form = app.lock.page.form
        assert form.passphrase_field.label.text() == "PIN or passphrase"
        assert form.passphrase.echoMode() is QLineEdit.EchoMode.Password and not form.wants_pin.isVisible()
        type_text(PIN)
        with qtbot.waitSignal(app.unlocked):
            press(KEY.Key_Return)
        assert app.window is window and note_of(window).surnames.text() == "half a name"
        lock(qtbot, app)
        type_text(PASSPHRASE)  # it opens as ever
        with qtbot.waitSignal(app.unlocked, timeout=10_000):
            press(KEY.Key_Return)


def test_two_people_change_by_pin_and_each_finds_the_own_form(
    qtbot: QtBot, station_folder: Path, clock: SetClock
) -> None:
    with program(qtbot, station_folder, clock) as app:
        log_in_with(qtbot, app, "admin", PIN)
        type_text("of the admin")
        other_user(qtbot, app, "operator")
        assert app.lock is not None
        press(KEY.Key_F6)
        qtbot.waitUntil(app.lock.page.form.pin_field.isVisible)
        type_text(PASSPHRASE)
        press(KEY.Key_Return)
        type_text(OTHER)
        with qtbot.waitSignal(app.opened, timeout=10_000):
            press(KEY.Key_Return)
        qtbot.waitUntil(lambda: not app.worker.is_busy)
        assert app.window is not None and note_of(app.window).surnames.text() == ""
        type_text("of the operator")
        app.window.open_screen("settings")
        store = app.worker.desk.store if app.worker.desk is not None else None
        for name, pin, typed, at in (
            ("adm", PIN, "of the admin", "note"),
            ("op", OTHER, "of the operator", "settings"),
            ("admin", PIN, "of the admin", "note"),
        ):
            other_user(qtbot, app, name)
            type_text(pin)
            with qtbot.waitSignal(app.opened, timeout=10_000):
                press(KEY.Key_Return)
            window = app.window
            assert window is not None and note_of(window).surnames.text() == typed
            current = window.current()
            assert current is not None and current.name == at, "where each had been"
            assert app.worker.desk is not None and app.worker.desk.store is store
            assert app.worker.desk.user.name.startswith(name)


def test_after_five_wrong_ones_only_the_passphrase_opens(
    qtbot: QtBot, station_folder: Path, clock: SetClock
) -> None:
    with program(qtbot, station_folder, clock) as app:
        log_in_with(qtbot, app, "admin", PIN)
        lock(qtbot, app)
        assert app.lock is not None
        form = app.lock.page.form
        for left in ("4 tries are left", "3 tries", "2 tries", "1 try is left", "PIN is gone"):
            type_text("9999")
            press(KEY.Key_Return)
            assert left in form.passphrase_field.mistake.text()
            assert form.passphrase.hasFocus() and form.passphrase.selectedText()
        assert form.passphrase_field.label.text() == "Passphrase" and form.wants_pin.isVisible()
        type_text(PASSPHRASE)
        with qtbot.waitSignal(app.unlocked, timeout=10_000):
            press(KEY.Key_Return)


def test_a_pin_dies_with_the_program(qtbot: QtBot, station_folder: Path, clock: SetClock) -> None:
    with program(qtbot, station_folder, clock) as app:
        log_in_with(qtbot, app, "admin", PIN)
        members = list(shift_of(app)._members.values())
        assert members and any(members[0].secret)
    assert not any(members[0].secret)
    with program(qtbot, station_folder, clock) as app:
        assert app.door is not None and isinstance(app.door.page, LogInPage)
        form = app.door.page.form
        assert form.passphrase_field.label.text() == "Passphrase"
        type_text("admin")
        press(KEY.Key_Return)
        type_text(PIN)
        press(KEY.Key_Return)
        qtbot.waitUntil(lambda: "do not open" in form.passphrase_field.mistake.text())
        assert app.window is None


def test_nothing_of_a_pin_or_card_is_left_in_the_folder(
    qtbot: QtBot, station_folder: Path, clock: SetClock
) -> None:
    """A whole session with both, drafts and a lock in between; then every file is looked through, and every table."""
    pin, code = "806152", new_staff_code(5)
    with program(qtbot, station_folder, clock) as app:
        log_in_with(qtbot, app, "admin", pin)
        type_text("half typed")
        lock(qtbot, app)
        type_text(pin)
        with qtbot.waitSignal(app.unlocked):
            press(KEY.Key_Return)
        shift_of(app).bind_card(user_id(app), code)
        assert app.window is not None
        press(KEY.Key_F2)
        type_text(code)
        with qtbot.waitSignal(app.unlocked):
            press(KEY.Key_Return)
        qtbot.waitUntil(lambda: not app.worker.is_busy)
    needles = [text.encode(form) for text in (pin, code, code.lower()) for form in ("utf-8", "utf-16-le")]
    for path in station_folder.rglob("*"):
        if path.is_file():
            data = path.read_bytes()
            assert not any(needle in data for needle in needles), path.name
    desk = open_desk(station_folder, "admin", PASSPHRASE, clock)
    tables = [
        row[0] for row in desk.store.conn.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")
    ]
    held = "".join(repr(desk.store.conn.execute(f'SELECT * FROM "{table}"').fetchall()) for table in tables)
    desk.close()
    assert "Lajas Blancas" in held and pin not in held and code not in held


def test_a_wrong_pin_is_said_before_anything_is_asked_of_the_desk(
    qtbot: QtBot, station_folder: Path, clock: SetClock
) -> None:
    with program(qtbot, station_folder, clock) as app:
        assert app.door is not None and isinstance(app.door.page, LogInPage)
        form = app.door.page.form
        type_text("admin")
        press(KEY.Key_F6)
        qtbot.waitUntil(form.passphrase.hasFocus)
        type_text(PASSPHRASE)
        press(KEY.Key_Return)
        type_text("1234")
        press(KEY.Key_Return)
        assert "first that anybody tries" in form.pin_field.mistake.text() and not app.worker.is_busy
        form.pin.clear()
        with qtbot.waitSignal(app.opened, timeout=10_000):
            press(KEY.Key_Return)  # left empty after all
        qtbot.waitUntil(lambda: not app.worker.is_busy)
        assert shift_of(app).is_member(user_id(app)) and not shift_of(app).has_pins


def test_a_staff_card_opens_for_its_user_from_either_field(
    qtbot: QtBot, station_folder: Path, clock: SetClock
) -> None:
    code = new_staff_code(7)
    with program(qtbot, station_folder, clock) as app:
        log_in_with(qtbot, app, "admin", code)
        window = app.window
        assert window is not None and "Staff card 7" in window.toast.text()
        lock(qtbot, app)
        type_text(code)
        with qtbot.waitSignal(app.unlocked):
            press(KEY.Key_Return)
        assert app.window is window
        lock(qtbot, app)
        assert app.lock is not None
        press(KEY.Key_F4)
        name = line_of(app.lock.page.form.name_field)
        qtbot.waitUntil(name.hasFocus)
        type_text(new_staff_code(7))
        press(KEY.Key_Return)
        form = app.lock.page.form
        qtbot.waitUntil(lambda: "opens nothing" in form.passphrase_field.mistake.text())
        assert not name.text() and not form.passphrase.text()
        name.setFocus()
        type_text(code)
        with qtbot.waitSignal(app.unlocked):
            press(KEY.Key_Return)
        assert app.window is window


def test_a_staff_card_at_the_open_window_changes_the_user(
    qtbot: QtBot, station_folder: Path, clock: SetClock
) -> None:
    first, second = new_staff_code(1), new_staff_code(2)
    with program(qtbot, station_folder, clock) as app:
        log_in_with(qtbot, app, "admin", first)
        type_text("of the admin")
        other_user(qtbot, app, "operator")
        assert app.lock is not None
        press(KEY.Key_F6)
        qtbot.waitUntil(app.lock.page.form.pin_field.isVisible)
        type_text(PASSPHRASE)
        press(KEY.Key_Return)
        type_text(second)
        with qtbot.waitSignal(app.opened, timeout=10_000):
            press(KEY.Key_Return)
        qtbot.waitUntil(lambda: not app.worker.is_busy)
        window = app.window
        assert window is not None
        press(KEY.Key_F2)
        type_text(new_staff_code(2))
        press(KEY.Key_Return)
        assert app.window is window and not app.lock.is_locked
        qtbot.waitUntil(lambda: "opens nothing" in window.toast.text())
        assert window.scan.text() == ""
        press(KEY.Key_F2)
        type_text(first)
        with qtbot.waitSignal(app.opened, timeout=10_000):
            press(KEY.Key_Return)
        assert app.window is not None and app.window is not window
        assert note_of(app.window).surnames.text() == "of the admin"


def test_a_station_without_pins(qtbot: QtBot, station_folder: Path, clock: SetClock) -> None:
    admin = open_desk(station_folder, "admin", PASSPHRASE, clock)
    set_log_in_rules(admin, LogInRules(8, 0))
    admin.close()
    with program(qtbot, station_folder, clock) as app:
        log_in_with(qtbot, app, "admin", PIN)
        assert app.window is not None and "uses no PIN" in app.window.toast.text()
        assert not shift_of(app).is_member(user_id(app))


def test_a_shift_made_shorter_holds_at_once(qtbot: QtBot, station_folder: Path, clock: SetClock) -> None:
    with program(qtbot, station_folder, clock) as app:
        log_in_with(qtbot, app, "admin", PIN)
        app.worker.write(set_log_in_rules, LogInRules(8, 0))
        qtbot.waitUntil(lambda: not shift_of(app).has_pins)


def test_whoever_is_disabled_meanwhile_does_not_come_back(
    qtbot: QtBot, station_folder: Path, clock: SetClock
) -> None:
    with program(qtbot, station_folder, clock) as app:
        log_in_with(qtbot, app, "operator", PIN)
        lock(qtbot, app)
        admin = open_desk(station_folder, "admin", PASSPHRASE, clock)  # at the command line
        disable_user(admin, "operator")
        admin.close()
        assert app.lock is not None
        form = app.lock.page.form
        type_text(PIN)
        press(KEY.Key_Return)
        qtbot.waitUntil(lambda: "do not open" in form.passphrase_field.mistake.text())
        assert app.lock.is_locked


def test_an_admins_passphrase_asks_for_an_own_one_in_place(
    qtbot: QtBot, station_folder: Path, clock: SetClock
) -> None:
    given, own = "words on a slip", "words of my own"
    admin = open_desk(station_folder, "admin", PASSPHRASE, clock)
    reset_passphrase(admin, "operator", given, CHEAP)
    admin.close()
    with program(qtbot, station_folder, clock) as app:
        assert app.door is not None and isinstance(app.door.page, LogInPage)
        form = app.door.page.form
        type_text("operator")
        press(KEY.Key_Return)
        type_text(given)
        press(KEY.Key_Return)
        qtbot.waitUntil(form.own.hasFocus, timeout=10_000)
        assert app.window is None and "given by an admin" in form.note.text()
        for first, again in (("short", "short"), (own, "words of mine")):
            form.own.clear()
            form.again.clear()
            form.own.setFocus()
            type_text(first)
            press(KEY.Key_Return)
            type_text(again)
            press(KEY.Key_Return)
            assert (form.own_field if first == "short" else form.again_field).mistake.text()
        form.again.clear()
        form.again.setFocus()
        type_text(own)
        with qtbot.waitSignal(app.opened, timeout=10_000):
            press(KEY.Key_Return)
        assert app.worker.desk is not None and app.worker.desk.user.name == "operator"
    open_desk(station_folder, "operator", own, clock).close()


def test_the_page_of_the_lock_names_nobody_of_the_shift(
    qtbot: QtBot, station_folder: Path, clock: SetClock
) -> None:
    with program(qtbot, station_folder, clock) as app:
        log_in_with(qtbot, app, "admin", PIN)
        lock(qtbot, app)
        press(KEY.Key_F4)
        assert app.window is not None and app.lock is not None
        page = app.lock.page
        seen = [w.text() for w in page.findChildren(QLabel) if w.isVisible()]
        assert not any("admin" in text for text in seen)
        assert shifts.STAFF_PREFIX not in " ".join(seen)


def test_language_and_colours_have_keys_before_the_log_in(
    qtbot: QtBot, station_folder: Path, clock: SetClock
) -> None:
    with program(qtbot, station_folder, clock) as app:
        assert app.door is not None and isinstance(app.door.page, LogInPage)
        page = app.door.page
        press(KEY.Key_F8)
        assert page.theme.hasFocus()
        press(KEY.Key_F7)
        assert page.language.hasFocus()
        focused = QApplication.focusWidget()
        assert focused is page.language and focused.focusPolicy() is Qt.FocusPolicy.StrongFocus
