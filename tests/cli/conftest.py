"""A command run on the test's station, as a function."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import pytest

import shelterdesk.cli
from shelterdesk.actions.clock import SetClock
from shelterdesk.actions.offices import new_office
from shelterdesk.cli import main
from tests.stations import CHEAP, MORNING, PASSPHRASE

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(station_folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run a command on the test's station as its admin; returns status, standard output, standard error."""
    monkeypatch.setenv("SHELTERDESK_USER", "admin")
    monkeypatch.setenv("SHELTERDESK_PASSPHRASE", PASSPHRASE)
    # The station of the tests was made that morning; it must not matter when the tests run.
    monkeypatch.setattr(shelterdesk.cli, "clock_given", lambda: SetClock(MORNING))

    def one(
        *words: str | Path, stdin: str | bytes = "", folder: Path | None = None, user: str = "admin"
    ) -> tuple[int, str, str]:
        monkeypatch.setenv("SHELTERDESK_USER", user)
        stream = io.TextIOWrapper(
            io.BytesIO(stdin.encode() if isinstance(stdin, str) else stdin), encoding="utf-8"
        )
        monkeypatch.setattr("sys.stdin", stream)
        status = main(["--data", str(folder or station_folder), "--language", "en", *map(str, words)])
        said = capsys.readouterr()
        assert "Traceback" not in said.err
        return status, said.out, said.err

    return one


@pytest.fixture
def office_folder(tmp_path: Path) -> Path:
    """An office's folder."""
    folder = tmp_path / "office"
    made = new_office(folder, "Central", "admin", PASSPHRASE, SetClock(MORNING), country="PAN", cost=CHEAP)
    made.desk.close()
    return folder
