"""What a start proves, and a version that was left again: told to somebody who is there to read it, and then no more."""

from __future__ import annotations

from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from shelterdesk import __version__
from shelterdesk.actions.clock import SetClock
from shelterdesk.ui.starting import watch_start
from shelterdesk.versions import Pointer, read_pointer, write_pointer
from tests.ui.desk_windows import log_in, program


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("SHELTERDESK_VERSIONS", str(tmp_path / "versions"))
    (tmp_path / "versions").mkdir()
    return tmp_path / "versions"


def test_a_window_that_stands_proves_the_version(
    qtbot: QtBot, station_folder: Path, clock: SetClock, home: Path
) -> None:
    write_pointer(home, Pointer(__version__, starts=1, is_proved=False))
    with program(qtbot, station_folder, clock) as app:
        watch_start(app)
        qtbot.waitUntil(lambda: read_pointer(home).is_proved)
    assert read_pointer(home).starts == 0


def test_a_version_left_again_is_told_once_somebody_is_there_to_read_it(
    qtbot: QtBot, station_folder: Path, clock: SetClock, home: Path
) -> None:
    write_pointer(home, Pointer("", gone_back_from="9.0.0"))
    with program(qtbot, station_folder, clock) as app:
        watch_start(app)  # closed at the log-in
    assert read_pointer(home).gone_back_from == "9.0.0"
    with program(qtbot, station_folder, clock) as app:
        watch_start(app)
        window = log_in(qtbot, app)
        qtbot.waitUntil(lambda: "Version 9.0.0 did not start twice" in window.toast.text())
        assert "Nothing entered was lost" in window.toast.text()
    assert read_pointer(home).gone_back_from == ""
