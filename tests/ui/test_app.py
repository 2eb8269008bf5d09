"""The program as a whole: one window a folder, scans find their way, the bar tells the truth, faults are calm."""

from __future__ import annotations

import faulthandler
import json
import subprocess
import sys
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from PySide6.QtCore import QMessageLogContext, QtMsgType
from pytestqt.qtbot import QtBot

from shelterdesk.actions import faults
from shelterdesk.actions.backups import make_backup
from shelterdesk.actions.clock import SetClock
from shelterdesk.actions.desk import Desk, open_desk
from shelterdesk.actions.records import add_record
from shelterdesk.actions.status import HeardDesk, Status
from shelterdesk.core.blank_cards import blank_number
from shelterdesk.core.changes import Done
from shelterdesk.core.errors import InUse, NotAllowed, WorldError
from shelterdesk.core.kinds import KIND_NAMES
from shelterdesk.core.number import BadNumber, Counted, person_number
from shelterdesk.db.conflicts import Counts
from shelterdesk.keys.cardclaim import CardUnreadable
from shelterdesk.keys.cardtoken import make_token
from shelterdesk.keys.ed25519 import SigningKey
from shelterdesk.ui.app import DeskApp
from shelterdesk.ui.battery import Battery, read_battery
from shelterdesk.ui.crash import HARD_CRASHES, FaultWatch, calm_words, note_qt
from shelterdesk.ui.long_work import LongWork
from shelterdesk.ui.scan_router import read_scan
from shelterdesk.ui.scans import Scan, ScanKind
from shelterdesk.ui.status_watch import ago, line_of
from shelterdesk.ui.widgets import SmallButton
from shelterdesk.ui.worker import Task
from tests.stations import MORNING, PASSPHRASE, make_template
from tests.ui.desk_windows import KEY, SCREENS, log_in, note_of, press, program, type_text
from tests.ui.desk_windows import line_of as line_in

TODAY = date(2026, 11, 23)
ZONE = (
    "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\nL898902C36UTO7408122F1204159ZE184226B<<<<<10"  # ICAO's own
)


def test_a_second_window_is_told_to_use_the_first(
    qtbot: QtBot, station_folder: Path, clock: SetClock
) -> None:
    with program(qtbot, station_folder, clock):
        second = DeskApp(station_folder, clock, SCREENS, idle_seconds=0)
        with pytest.raises(InUse):
            second.start()
        second.close()
        script = (
            "import sys\nfrom pathlib import Path\nfrom shelterdesk.ui.running import run_window\n"
            "from shelterdesk.actions.clock import SystemClock\n"
            "sys.exit(run_window(Path(sys.argv[1]), SystemClock(), []))"
        )
        told = subprocess.run(
            [sys.executable, "-c", script, str(station_folder)],
            capture_output=True,
            text=True,
            timeout=60,
            cwd=Path(__file__).resolve().parents[2],
        )
    assert told.returncode == 1 and "already open in another window" in told.stderr


def test_the_first_page_after_a_demo_bears_the_stripe(tmp_path: Path) -> None:
    """Before anybody has logged in the folder tells nothing of itself."""
    folder = make_template(tmp_path / "station", practice=True).folder
    script = (
        "import sys\nfrom pathlib import Path\nfrom PySide6.QtCore import QTimer\n"
        "from PySide6.QtWidgets import QApplication\nfrom shelterdesk.ui.running import run_window\n"
        "from shelterdesk.ui.widgets.practice_stripe import PracticeStripe\n"
        "from shelterdesk.actions.clock import SystemClock\napp = QApplication([])\n"
        "def look():\n"
        "    seen = [s for w in QApplication.topLevelWidgets() for s in w.findChildren(PracticeStripe) if s.isVisible()]\n"
        "    print('striped' if seen else 'plain')\n"
        "    [w.close() for w in QApplication.topLevelWidgets() if w.isVisible()]\n"
        "QTimer.singleShot(0, app, look)\n"
        "sys.exit(run_window(Path(sys.argv[1]), SystemClock(), [], practice=sys.argv[2] == 'demo'))"
    )
    for how, said in (("", "plain"), ("demo", "striped")):
        ended = subprocess.run(
            [sys.executable, "-c", script, str(folder), how], capture_output=True, text=True, timeout=60,
            cwd=Path(__file__).resolve().parents[2], check=False,
        )  # fmt: skip
        assert (ended.returncode, ended.stdout.strip()) == (0, said)


def test_the_program_ends_with_its_window(station_folder: Path) -> None:
    script = (
        "import sys\nfrom pathlib import Path\nfrom PySide6.QtCore import QTimer\n"
        "from PySide6.QtWidgets import QApplication\nfrom shelterdesk.ui.running import run_window\n"
        "from shelterdesk.actions.clock import SystemClock\napp = QApplication([])\n"
        "QTimer.singleShot(0, app, lambda: [w.close() for w in QApplication.topLevelWidgets() if w.isVisible()])\n"
        "sys.exit(run_window(Path(sys.argv[1]), SystemClock(), []))"
    )
    ended = subprocess.run(
        [sys.executable, "-c", script, str(station_folder)],
        capture_output=True,
        text=True,
        timeout=60,
        cwd=Path(__file__).resolve().parents[2],
    )
    assert ended.returncode == 0, ended.stderr
    log = (station_folder / faults.LOG).read_text("utf-8")
    assert "window_opened" in log and "window_closed" in log


def test_closing_asks_nothing_and_signs_the_end(qtbot: QtBot, station_folder: Path, clock: SetClock) -> None:
    with program(qtbot, station_folder, clock) as app:
        window = log_in(qtbot, app)
        with qtbot.waitSignal(app.closed):
            window.close()
        assert app.worker.desk is None
        again = DeskApp(station_folder, clock, SCREENS, idle_seconds=0)
        again.start()  # the folder is free
        again.close()
        qtbot.waitUntil(lambda: not again.worker.is_busy)
    assert (station_folder / "highwater.json").exists()


def test_the_bar_tells_what_changed(qtbot: QtBot, station_folder: Path, clock: SetClock) -> None:
    with program(qtbot, station_folder, clock) as app:
        window = log_in(qtbot, app)
        qtbot.waitUntil(lambda: "0 present" in window.status.text())
        before = window.status.text()
        app.worker.write(add_record, KIND_NAMES["place"], {"code": "A", "place_kind": "block", "capacity": 4})
        qtbot.waitUntil(lambda: window.status.text() != before)
        assert "of 4 places" in window.status.text() and "no backup yet" in window.status.text()


def status_of(**what: object) -> Status:
    values: dict[str, object] = {
        "station": "LB", "station_name": "Lajas Blancas", "desk": "LB1", "is_office": False, "practice": False,
        "present": 40, "places": 0, "unnamed": 0, "only_here": 3,
        "only_here_since": "2026-11-23T06:00:00-05:00[America/Panama]", "only_at_table": 3,
        "last_receipt": None, "office_receipt": None,
        "gaps": (), "conflicts": 0, "apart": Counts(), "set_aside": 0, "set_aside_parts": 0, "clock_doubt": False, "desks": (),
        "last_backup": None,
    }  # fmt: skip
    return Status(**(values | what))  # type: ignore[arg-type]


def test_the_words_of_the_bar() -> None:
    line = line_of(status_of(), MORNING, "America/Panama", "Ana", None)
    assert (line.present, line.places, line.only_here_since) == (40, None, "06:00")
    assert line.is_backup_late and not line.backup and line.battery is None and not line.clock_doubt
    heard = (HeardDesk("LB2", "2026-11-21T08:00:00-05:00[America/Panama]"), HeardDesk("LB3", None))
    full = status_of(
        clock_doubt=True, desks=heard, last_backup="2026-11-23T07:30:00-05:00[America/Panama]", places=200
    )
    line = line_of(full, MORNING, "America/Panama", "Ana", Battery(17, False))
    assert [(d.name, d.heard, d.is_late) for d in line.desks] == [
        ("LB2", "Nov 21", True),
        ("LB3", "never", True),
    ]
    assert line.backup == "30 minutes ago" and not line.is_backup_late and line.clock_doubt
    assert (line.battery, line.is_charging) == (17, False)


@pytest.mark.parametrize(
    ("passed", "said"),
    [
        (timedelta(minutes=1), "1 minute ago"),
        (timedelta(hours=47), "47 hours ago"),
        (timedelta(days=2), "2 days ago"),
        (timedelta(hours=-3), "0 minutes ago"),
    ],
)
def test_how_long_ago(passed: timedelta, said: str) -> None:
    at = int((MORNING - passed).timestamp() * 1000)
    assert ago(at, MORNING) == said


def test_a_battery_is_read_and_none_is_none(tmp_path: Path) -> None:
    assert read_battery(tmp_path / "none") is None
    for name, files in {
        "BAT0": {"type": "Battery", "capacity": "60", "status": "Discharging"},
        "BAT1": {"type": "Battery", "capacity": "21", "status": "Charging"},
        "mouse": {"type": "Battery", "scope": "Device", "capacity": "3", "status": "Discharging"},
        "AC": {"type": "Mains"},
        "odd": {"type": "Battery", "capacity": "?"},
    }.items():
        (tmp_path / name).mkdir()
        for file, text in files.items():
            (tmp_path / name / file).write_text(text + "\n")
    assert read_battery(tmp_path) == Battery(40, True)


def test_scans_are_told_apart() -> None:
    token = make_token(SigningKey.new(), 7, TODAY)
    number = person_number("LB", "1", 42)
    assert read_scan(f" {token.lower()} ", "LB1", TODAY) == Scan(ScanKind.CARD, token)
    assert read_scan(ZONE, "LB1", TODAY).kind is ScanKind.DOCUMENT
    assert read_scan(number.lower(), "LB1", TODAY) == Scan(ScanKind.NUMBER, number, Counted.PERSON)
    assert read_scan(f"42-{number[-1]}", "LB1", TODAY).text == number
    assert read_scan("María 2", "LB1", TODAY).kind is ScanKind.WORDS
    blank = blank_number("LB1", 7)
    assert read_scan(blank.lower(), "LB1", TODAY) == Scan(ScanKind.CARD, blank)
    with pytest.raises(CardUnreadable):
        read_scan(token[:-2], "LB1", TODAY)
    with pytest.raises(BadNumber):
        read_scan("LB1-000042-?", "LB1", TODAY)


def test_a_scan_goes_to_whoever_takes_it(qtbot: QtBot, station_folder: Path, clock: SetClock) -> None:
    desk = open_desk(station_folder, "admin", PASSPHRASE, clock)
    number = person_number("LB", "1", 42)
    ent = add_record(
        desk, KIND_NAMES["person"], {"given": "Ana", "surnames": "Toussaint", "number": number}
    ).result
    desk.close()
    with program(qtbot, station_folder, clock) as app:
        window = log_in(qtbot, app)
        note = note_of(window)
        press(KEY.Key_F2)
        type_text(number)
        press(KEY.Key_Return)
        qtbot.waitUntil(lambda: note.opened == [("person", ent)])
        press(KEY.Key_F2)
        for line in ZONE.splitlines():
            type_text(line)
            press(KEY.Key_Return)
        assert note.scans[-1] == Scan(ScanKind.DOCUMENT, ZONE)
        press(KEY.Key_F2)
        type_text(make_token(SigningKey.new(), 7, TODAY))
        press(KEY.Key_Return)
        qtbot.waitUntil(lambda: "not bound to anybody" in window.toast.text())
        press(KEY.Key_F2)
        type_text(person_number("LB", "1", 43))
        press(KEY.Key_Return)
        qtbot.waitUntil(lambda: "not known at this station" in window.toast.text())


def test_a_name_is_found_while_typing_and_its_choice_is_kept(
    qtbot: QtBot, station_folder: Path, clock: SetClock
) -> None:
    desk = open_desk(station_folder, "admin", PASSPHRASE, clock)
    ent = add_record(desk, KIND_NAMES["person"], {"given": "Ana", "surnames": "Toussaint"}).result
    desk.close()
    with program(qtbot, station_folder, clock) as app:
        window = log_in(qtbot, app)
        press(KEY.Key_F2)
        type_text("tousaint")
        qtbot.waitUntil(lambda: len(window.scan.popup().lines()) == 1)
        press(KEY.Key_Down)
        press(KEY.Key_Return)
        qtbot.waitUntil(lambda: note_of(window).opened == [("person", ent)])
        qtbot.waitUntil(lambda: not app.worker.is_busy)
    kept = open_desk(station_folder, "admin", PASSPHRASE, clock)
    found = kept.reader()
    details = [row[0] for row in found.rows("SELECT detail FROM access")]
    found.close()
    kept.close()
    assert details == ["tousaint"]


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("ZZ9-000001-Q", "Not known here: ZZ9-000001-Q"),
        ("zzzqqq", "Not known here: zzzqqq"),
        ("P<UTOERIKSSON<<ANNA<MAR", "A document zone has 2 lines"),
    ],
    ids=["number", "name", "cut line"],
)
def test_what_nobody_here_answers_to_is_said(
    qtbot: QtBot, station_folder: Path, clock: SetClock, typed: str, said: str
) -> None:
    with program(qtbot, station_folder, clock) as app:
        window = log_in(qtbot, app)
        press(KEY.Key_F2)
        type_text(typed)
        assert not window.toast.text()
        press(KEY.Key_Return)
        qtbot.waitUntil(lambda: bool(window.toast.text()))
        assert said in window.toast.text()


def test_the_world_s_fault_and_ours_are_told_in_the_window(
    qtbot: QtBot, station_folder: Path, clock: SetClock
) -> None:
    with program(qtbot, station_folder, clock) as app:
        window = log_in(qtbot, app, "counter")
        app.worker.write(add_record, KIND_NAMES["place"], {"code": "A", "place_kind": "block"})
        qtbot.waitUntil(
            lambda: "Your role cannot change the places of the site. Ask a supervisor" in window.toast.text()
        )

        def broken(_: Desk) -> Done[None]:
            raise KeyError("Ana Toussaint")

        app.worker.write(broken)
        qtbot.waitUntil(lambda: "Nothing you saved is lost" in window.toast.text())
        report = faults.reports(station_folder)[0]
        assert str(report) in window.toast.text() and "Toussaint" not in report.read_text()


def test_long_work_is_shown_and_taken_away(qtbot: QtBot, station_folder: Path, clock: SetClock) -> None:
    with program(qtbot, station_folder, clock) as app:
        window = log_in(qtbot, app)
        work = LongWork(note_of(window), Task("Making a backup"))
        assert window.task.is_running() and "Making a backup" in window.task.text()
        heard: list[object] = []
        app.worker.write(
            make_backup, station_folder.parent / "stick", work.task.progress, done=work.ended(heard.append)
        )
        qtbot.waitUntil(lambda: bool(heard), timeout=20_000)
        assert not window.task.is_running()


def test_stop_stops_what_is_shown_and_the_end_of_one_leaves_the_other(
    qtbot: QtBot, station_folder: Path, clock: SetClock
) -> None:
    with program(qtbot, station_folder, clock) as app:
        window = log_in(qtbot, app)
        first = LongWork(note_of(window), Task("Taking in"), can_cancel=True)
        second = LongWork(note_of(window), Task("Making a backup"))
        third = LongWork(note_of(window), Task("Printing cards"), can_cancel=True)
        third.task.progress(1, 4)
        first.task.progress(1, 2)
        assert "Printing cards" in window.task.text()
        window.task.findChildren(SmallButton)[0].click()
        assert third.task.is_cancelled()
        assert not first.task.is_cancelled() and not second.task.is_cancelled()
        third.end()
        assert "Making a backup" in window.task.text() and window.task.is_running()
        first.end()
        third.end()
        assert "Making a backup" in window.task.text() and window.task.is_running()
        second.end()
        assert not window.task.is_running()


def test_every_way_out_of_the_program_is_watched(tmp_path: Path, clock: SetClock) -> None:
    told: list[str] = []
    world: list[WorldError] = []
    before, was_enabled = sys.excepthook, faulthandler.is_enabled()
    watch = FaultWatch(tmp_path, clock, told.append, world.append)
    try:
        fault = ValueError("Ana Toussaint")
        sys.excepthook(ValueError, fault, None)
        error = NotAllowed("x")
        sys.excepthook(NotAllowed, error, None)
        assert faulthandler.is_enabled() and (tmp_path / HARD_CRASHES).exists()
    finally:
        watch.remove()
    assert sys.excepthook is before and faulthandler.is_enabled() == was_enabled
    assert world == [error] and len(told) == 1
    report = Path(told[0]).read_text()
    assert json.loads(report)["faults"][0]["type"] == "builtins.ValueError" and "Toussaint" not in report
    assert told[0] in calm_words(told[0]) and "report" not in calm_words("")


def test_a_message_of_qt_is_logged_without_what_it_says(tmp_path: Path) -> None:
    handler = faults.start_log(tmp_path)
    note_qt(QtMsgType.QtWarningMsg, QMessageLogContext(), "QLabel::setText: Ana Toussaint is too long")
    note_qt(QtMsgType.QtWarningMsg, QMessageLogContext(), "«Ana»")
    faults.stop_log(handler)
    log = (tmp_path / faults.LOG).read_text("utf-8")
    assert "part=QLabel::setText" in log and "part=unnamed" in log and "Ana" not in log


def test_the_time_of_day_is_the_station_s(qtbot: QtBot, station_folder: Path) -> None:
    clock = SetClock(datetime(2026, 11, 23, 20, 42, tzinfo=UTC))
    with program(qtbot, station_folder, clock) as app:
        window = log_in(qtbot, app)
        assert "15:42" in window.top._clock.text()
        assert line_in(note_of(window).surnames).hasFocus()
