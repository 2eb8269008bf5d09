"""Taking the program away: the one of this home with its updates, whichever version runs; never the data."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from shelterdesk import versions
from shelterdesk.actions.removing import installed_in, remove_program, what_removing_takes
from shelterdesk.core.errors import Refused


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home with the program, an update, a menu entry, and somebody's own link."""
    share = tmp_path / ".local" / "share"
    for place in ("shelterdesk-program", "shelterdesk-versions/9.0.0"):
        (share / place).mkdir(parents=True)
        (share / place / versions.PROGRAM).write_bytes(b"")
    (share / "applications").mkdir()
    (share / "applications" / "shelterdesk.desktop").write_text("x")
    (tmp_path / ".local" / "bin").mkdir()
    (tmp_path / ".local" / "bin" / "shelterdesk").symlink_to(share / "shelterdesk-program" / versions.PROGRAM)
    (share / "shelterdesk").mkdir()
    (share / "shelterdesk" / "station.db").write_bytes(b"what was entered")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_DATA_HOME", str(share))
    monkeypatch.setenv("SHELTERDESK_VERSIONS", str(share / "shelterdesk-versions"))
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    return tmp_path


@pytest.mark.parametrize("runs", ["shelterdesk-program", "shelterdesk-versions/9.0.0"])
def test_the_program_goes_whichever_version_of_it_runs(
    home: Path, monkeypatch: pytest.MonkeyPatch, runs: str
) -> None:
    share = home / ".local" / "share"
    monkeypatch.setattr(sys, "executable", str(share / runs / versions.PROGRAM))
    assert str(share / "shelterdesk-program") in what_removing_takes(share / "shelterdesk")[0]
    assert "The data stay" in what_removing_takes(share / "shelterdesk")[1]
    assert "taken away" in remove_program()
    assert sorted(path.name for path in share.iterdir()) == ["applications", "shelterdesk"]
    assert (share / "shelterdesk" / "station.db").read_bytes() == b"what was entered"
    assert not list((share / "applications").iterdir()) and not list((home / ".local" / "bin").iterdir())


def test_one_an_administrator_installed_is_left_to_him(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    share = home / ".local" / "share"
    (share / "shelterdesk-program" / versions.PROGRAM).unlink()
    (share / "shelterdesk-program").rmdir()
    monkeypatch.setattr(sys, "executable", "/opt/shelterdesk/shelterdesk")
    assert installed_in() is None
    with pytest.raises(Refused, match="updates are taken away") as fault:
        remove_program()
    assert "dpkg" in fault.value.next_step and not (share / "shelterdesk-versions").exists()
