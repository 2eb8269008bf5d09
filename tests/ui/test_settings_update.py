"""Updates in a real window: looked at, applied, refused with the reason and the next step, the stick pulled, and the way back."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from shelterdesk import __version__, versions
from shelterdesk.actions import update_files
from shelterdesk.actions.backups import read_manifest
from shelterdesk.actions.clock import SetClock
from shelterdesk.actions.desk import open_desk
from shelterdesk.actions.updates import BEFORE, apply
from shelterdesk.db.schema import FORMAT
from shelterdesk.keys.ed25519 import SigningKey
from shelterdesk.ui.app import DeskApp
from shelterdesk.ui.log_in import LogInPage
from shelterdesk.ui.screens.settings_update import UpdateSection
from shelterdesk.versions import Pointer, program_to_start, read_pointer, write_pointer
from tests.actions.at_site import person
from tests.actions.test_updates import FILES, TRUSTED, made
from tests.stations import PASSPHRASE
from tests.ui.desk_windows import CTRL, KEY, SHIFT, hold, press, program, settings, type_text


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The built program, that trusts the key of the tests, with a folder of versions of its own."""
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    monkeypatch.setattr(update_files, "trusted_keys", lambda: TRUSTED)
    monkeypatch.setenv("SHELTERDESK_VERSIONS", str(tmp_path / "versions"))
    return tmp_path / "versions"


@pytest.fixture
def stick(tmp_path: Path) -> Path:
    (tmp_path / "stick").mkdir()
    return tmp_path / "stick"


def section_of(qtbot: QtBot, app: DeskApp) -> UpdateSection:
    section = settings(qtbot, app, "update").current()
    assert isinstance(section, UpdateSection)
    return section


def look_at(section: UpdateSection, file: Path) -> None:
    section.file.set_path(str(file))
    press(KEY.Key_O, CTRL)


def lies_in(home: Path) -> list[str]:
    return sorted(path.name for path in home.iterdir()) if home.exists() else []


def test_the_right_one_is_looked_at_applied_after_a_backup_and_starts_next_time(
    qtbot: QtBot, station_folder: Path, clock: SetClock, home: Path, stick: Path
) -> None:
    with program(qtbot, station_folder, clock) as app:
        section = section_of(qtbot, app)
        assert section.facts.value("Running now") == f"version {__version__}"
        assert not section.apply_it.isEnabled() and not section.back.isEnabled()
        look_at(section, made(stick / "a.update", writes=FORMAT + 1))
        qtbot.waitUntil(section.apply_it.hasFocus)
        assert (
            "Version 9.0.0" in section.outcome.text()
            and f"Running now: {__version__}" in section.outcome.text()
        )
        assert "will not be able to read" in section.outcome.text()
        assert lies_in(home) == []
        gate = hold(
            app.worker
        )  # somebody's save takes its time: nothing of an update waits for it, nor it for that
        press(KEY.Key_Return, CTRL)
        qtbot.waitUntil(lambda: "is in place" in section.outcome.text(), timeout=10_000)
        gate.set()
        assert app.window is not None and "is in place" in app.window.toast.text()
        assert not app.window.task.is_running() and not section.apply_it.isEnabled()
        backup = next((station_folder / BEFORE).iterdir())
        assert read_manifest(backup).folder == backup and backup.name in section.outcome.text()
        qtbot.waitUntil(lambda: not app.worker.is_busy)
        assert "no backup yet" in app.window.status.text()  # that one goes where the laptop goes
    assert program_to_start(home) == home / "9.0.0" / versions.PROGRAM
    assert lies_in(home) == ["9.0.0", versions.POINTER]


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("unsigned", "is not signed by who publishes this program. Do not use it."),
        ("older", f"already has {__version__}. Nothing has to be done."),
        ("elsewhere", "another kind of computer. Ask for the update for this one"),
        ("cut off", "is not a whole update. Copy it onto the stick anew; the program is as it was."),
        ("empty", "is not a whole update. Copy it onto the stick anew"),
        ("gone", "Plug the stick in and choose the file that ends in .update."),
        ("no name", "Choose the file of the update."),
    ],
)
def test_what_cannot_be_used_is_said_at_the_field_with_the_next_step(
    qtbot: QtBot, station_folder: Path, clock: SetClock, home: Path, stick: Path, kind: str, said: str
) -> None:
    file = stick / "a.update"
    match kind:
        case "unsigned":
            made(file, key=SigningKey.new())
        case "older":
            made(file, __version__)
        case "elsewhere":
            made(file, system="plan9-mips")
        case "cut off":
            file.write_bytes(made(file).read_bytes()[:700])
        case "empty":
            file.write_bytes(b"")
    with program(qtbot, station_folder, clock) as app:
        section = section_of(qtbot, app)
        look_at(section, file if kind != "no name" else Path())
        if kind == "no name":
            section.file.set_path("")
            press(KEY.Key_O, CTRL)
        qtbot.waitUntil(lambda: said in section.file.field.mistake.text())
        qtbot.waitUntil(section.file.field.editor.hasFocus)
        assert section.outcome.text() == "" and not section.apply_it.isEnabled()
        press(KEY.Key_Return, CTRL)
    assert lies_in(home) == [] and not (station_folder / BEFORE).exists()


@pytest.mark.parametrize("kind", ["pulled", "damaged", "another"])
def test_a_stick_that_changes_between_looking_and_using_leaves_the_program_as_it_was(
    qtbot: QtBot, station_folder: Path, clock: SetClock, home: Path, stick: Path, kind: str
) -> None:
    file = made(stick / "a.update")
    with program(qtbot, station_folder, clock) as app:
        section = section_of(qtbot, app)
        look_at(section, file)
        qtbot.waitUntil(section.apply_it.hasFocus)
        match kind:
            case "pulled":
                stick.rename(stick.with_name("pulled"))
            case "damaged":
                data = bytearray(file.read_bytes())
                data[-100_000] ^= 1
                file.write_bytes(data)
            case "another":
                made(file, "9.0.0", files={**FILES, versions.PROGRAM: (b"#!/bin/sh\nexit 7\n", True)})
        press(KEY.Key_Return, CTRL)
        qtbot.waitUntil(lambda: section.file.field.mistake.text() != "", timeout=10_000)
        said = section.file.field.mistake.text()
        assert ("Plug the stick in" in said) if kind == "pulled" else ("Copy it onto the stick anew" in said)
        assert app.window is not None and not app.window.task.is_running()
    assert lies_in(home) == [] and program_to_start(home) is None and not (station_folder / BEFORE).exists()


def test_a_backup_that_cannot_be_made_keeps_the_old_version(
    qtbot: QtBot, station_folder: Path, clock: SetClock, home: Path, stick: Path
) -> None:
    (station_folder / BEFORE).write_text("a file where the folder of the backup belongs")
    with program(qtbot, station_folder, clock) as app:
        section = section_of(qtbot, app)
        look_at(section, made(stick / "a.update"))
        qtbot.waitUntil(section.apply_it.hasFocus)
        press(KEY.Key_Return, CTRL)
        qtbot.waitUntil(lambda: section.file.field.mistake.text() != "", timeout=10_000)
    assert program_to_start(home) is None and read_pointer(home) == Pointer()


def test_the_version_before_is_used_again_and_what_that_means_is_said(
    qtbot: QtBot, station_folder: Path, clock: SetClock, home: Path
) -> None:
    older = home / "0.0.9"
    older.mkdir(parents=True)
    (older / versions.PROGRAM).write_bytes(b"#!/bin/sh\n")
    os.chmod(older / versions.PROGRAM, 0o755)
    (older / versions.WHOLE).write_text("{}")
    write_pointer(home, Pointer(__version__, "0.0.9", data=FORMAT))
    with program(qtbot, station_folder, clock) as app:
        section = section_of(qtbot, app)
        assert section.back.isEnabled() and app.window is not None
        press(KEY.Key_B, CTRL | SHIFT)
        qtbot.waitUntil(lambda: "version 0.0.9 is used again" in section.outcome.text())
        assert "What was entered since the update stays." in app.window.toast.text()
        assert not section.back.isEnabled()
    assert read_pointer(home).version == "0.0.9"
    assert program_to_start(home, "0.0.1") == older / versions.PROGRAM


def test_a_step_back_over_a_change_of_the_data_says_what_becomes_of_them(
    qtbot: QtBot, station_folder: Path, clock: SetClock, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home.mkdir()
    write_pointer(home, Pointer(__version__, "", data=FORMAT))
    monkeypatch.setattr("shelterdesk.actions.updates.FORMAT", FORMAT + 1)
    with program(qtbot, station_folder, clock) as app:
        section = section_of(qtbot, app)
        press(KEY.Key_B, CTRL | SHIFT)
        qtbot.waitUntil(lambda: "installed version is used again" in section.outcome.text())
        assert "backup made before" in section.outcome.text()
    assert read_pointer(home).version == ""


def test_an_operator_has_no_such_part(
    qtbot: QtBot, station_folder: Path, clock: SetClock, home: Path
) -> None:
    with program(qtbot, station_folder, clock) as app:
        screen = settings(qtbot, app, "passphrase", "counter")
        assert "passphrase" in screen.sections and "update" not in screen.sections


def test_after_a_step_back_the_door_opens_the_backup_of_before_and_keeps_the_newer_data(
    qtbot: QtBot, station_folder: Path, clock: SetClock, home: Path, stick: Path
) -> None:
    """The version before cannot read what the update wrote: it says so and has a way out, by one key."""
    desk = open_desk(station_folder, "admin", PASSPHRASE, clock)
    _, number = person(desk, "Ana")
    apply(desk, made(stick / "a.update"), home=home, trusted=TRUSTED)
    desk.store.conn.execute(f"PRAGMA user_version = {FORMAT + 1}")  # as the newer version leaves it
    desk.close()
    with program(qtbot, station_folder, clock) as app:
        assert app.door is not None and isinstance(app.door.page, LogInPage)
        page = app.door.page
        assert not page.open_backup.isVisible()
        for text in ("admin", PASSPHRASE):
            type_text(text)
            press(KEY.Key_Return)
        qtbot.waitUntil(page.open_backup.isVisible, timeout=10_000)
        assert "newer ShelterDesk" in page.form.passphrase_field.mistake.text()
        assert "kept apart" in page.backup_words.text()
        with qtbot.waitSignal(app.opened, timeout=10_000):
            press(KEY.Key_F10)
            press(KEY.Key_F10)
    again = open_desk(station_folder, "admin", PASSPHRASE, clock)
    assert number in {row[0] for row in again.store.conn.execute("SELECT number FROM person")}
    again.close()
    (aside,) = station_folder.glob("newer-*")
    assert (aside / "station.db").is_file() and (aside / "keys.json").is_file()
