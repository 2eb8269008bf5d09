"""What is typed outlives a killed program, a change of user and a change of language, for its owner alone."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from PySide6.QtWidgets import QLineEdit
from pytestqt.qtbot import QtBot

from shelterdesk.actions.clock import SetClock
from shelterdesk.actions.desk import Desk, open_desk
from shelterdesk.actions.drafts import (
    WAITING_SHEET,
    Drafts,
    is_sheet_waiting,
    keep_recovery_code,
    load_drafts,
    open_drafts,
    save_draft,
    sheet_put_away,
    waiting_recovery_code,
)
from shelterdesk.db.connection import Busy
from shelterdesk.db.drafts import FILE, SET_ASIDE
from shelterdesk.ui import drafts
from tests.stations import PASSPHRASE
from tests.ui.desk_windows import KEY, log_in, note_of, press, program, type_text

TYPING = Path(__file__).with_name("typing_desk.py")


def test_typed_text_survives_kill_9(qtbot: QtBot, station_folder: Path, clock: SetClock) -> None:
    typing = subprocess.Popen(
        [sys.executable, str(TYPING), str(station_folder), "Toussaint Moise"],
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert typing.stdout is not None
        assert typing.stdout.readline().strip() == "typed"
    finally:
        typing.send_signal(signal.SIGKILL)
        typing.wait(20)
        if typing.stdout is not None:
            typing.stdout.close()
    with program(qtbot, station_folder, clock) as app:
        window = log_in(qtbot, app)
        assert note_of(window).given.text() == "Toussaint Moise"
        assert "What you were typing is back" in window.toast.text()


def test_an_emptied_field_does_not_come_back(qtbot: QtBot, station_folder: Path, clock: SetClock) -> None:
    with program(qtbot, station_folder, clock) as app:
        window = log_in(qtbot, app)
        type_text("Ana")
        note_of(window).surnames.set_text("")  # as a form does once it has saved
        qtbot.waitUntil(lambda: not app.worker.is_busy)
    with program(qtbot, station_folder, clock) as app:
        window = log_in(qtbot, app)
        assert note_of(window).surnames.text() == "" and not window.toast.text()


def test_text_written_by_the_program_is_no_draft(qtbot: QtBot, station_folder: Path, clock: SetClock) -> None:
    with program(qtbot, station_folder, clock) as app:
        window = log_in(qtbot, app)
        note_of(window).given.set_text("proposed by the program")
        type_text("A")
        qtbot.waitUntil(lambda: not app.worker.is_busy)
    with program(qtbot, station_folder, clock) as app:
        note = note_of(log_in(qtbot, app))
        assert (note.surnames.text(), note.given.text()) == ("A", "")


def test_a_passphrase_being_typed_is_never_kept(qtbot: QtBot, station_folder: Path, clock: SetClock) -> None:
    with program(qtbot, station_folder, clock) as app:
        note = note_of(log_in(qtbot, app))
        assert isinstance(note.given.editor, QLineEdit)
        note.given.editor.setEchoMode(QLineEdit.EchoMode.Password)
    with program(qtbot, station_folder, clock) as app:
        window = log_in(qtbot, app)
        press(KEY.Key_Return)
        type_text("B")
        assert app.drafts is not None
        watched = {key for _, key in app.drafts._watched.values()}
        assert watched == {"Surnames", "Given names"} and window.isVisible()


def test_a_draft_opens_for_its_owner_alone(desk: Desk, station_folder: Path, clock: SetClock) -> None:
    mine = open_drafts(desk).result
    save_draft(desk, mine, "note", {"Surnames": "Zambrano Quispe"})
    other_desk = open_desk(station_folder, "operator", PASSPHRASE, clock)
    others = Drafts(other_desk)
    assert others.load() == {}
    # Even the row itself, taken by somebody who can open the file, does not open with another's keys.
    sealed = mine._file.load(desk.user.id)["note"]
    others._file.save(other_desk.user.id, "note", sealed, 0)
    assert others.load() == {} and b"Zambrano" not in sealed
    assert load_drafts(desk, mine).result == {"note": {"Surnames": "Zambrano Quispe"}}
    save_draft(desk, mine, "note", {})
    assert mine.load() == {}
    mine.close()
    others.close()
    other_desk.close()
    for file in station_folder.glob(f"{FILE}*"):
        assert b"Zambrano" not in file.read_bytes()


def test_saving_a_draft_takes_less_than_a_millisecond(desk: Desk) -> None:
    drafts = Drafts(desk)
    typed = {f"field {n}": "Zambrano Quispe" * 4 for n in range(12)}
    times = []
    for _ in range(200):
        begun = time.perf_counter()
        drafts.save("note", typed, 0)
        times.append(time.perf_counter() - begun)
    drafts.close()
    assert sorted(times)[100] < 0.001, f"median {sorted(times)[100] * 1000:.3f} ms"


def test_a_damaged_draft_file_is_set_aside_and_nobody_is_kept_out(desk: Desk, station_folder: Path) -> None:
    drafts = Drafts(desk)
    drafts.save("note", {"Surnames": "Ana"}, 0)
    drafts.close()
    (station_folder / FILE).write_bytes(b"\xff" * 8192)
    again = Drafts(desk)
    assert again.load() == {}
    again.close()
    assert (station_folder / SET_ASIDE).read_bytes() == b"\xff" * 8192


def test_the_recovery_code_waits_for_who_made_the_station(
    desk: Desk, station_folder: Path, clock: SetClock
) -> None:
    code = "7K3MQ-AAAAA"
    keep_recovery_code(desk, code)
    assert is_sheet_waiting(station_folder)
    assert code.encode() not in (station_folder / WAITING_SHEET).read_bytes()
    assert waiting_recovery_code(desk).result == code
    other = open_desk(station_folder, "supervisor", PASSPHRASE, clock)
    assert waiting_recovery_code(other).result is None
    other.close()
    sheet_put_away(desk)
    assert waiting_recovery_code(desk).result is None and not is_sheet_waiting(station_folder)


@pytest.mark.parametrize("step", ["open_drafts", "load_drafts"])
def test_a_busy_draft_file_keeps_nobody_waiting_and_is_said(
    qtbot: QtBot, station_folder: Path, clock: SetClock, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    with program(qtbot, station_folder, clock) as app:
        log_in(qtbot, app)
        type_text("Ana")
        qtbot.waitUntil(lambda: not app.worker.is_busy)

    def busy(*_: object) -> None:
        raise Busy

    with monkeypatch.context() as one_time, program(qtbot, station_folder, clock) as app:
        one_time.setattr(drafts, step, busy)
        window = log_in(qtbot, app)
        assert "could not be looked for" in window.toast.text()
        type_text("Eva")  # not kept over what lies unseen in the file
        qtbot.waitUntil(lambda: not app.worker.is_busy)
    with program(qtbot, station_folder, clock) as app:
        assert note_of(log_in(qtbot, app)).surnames.text() == "Ana"
