"""The drafts on a real file: what passes leaves them where they are, what is lost is set aside whole."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from shelterdesk.core.errors import CannotWrite, DiskFull
from shelterdesk.db import connection, drafts
from shelterdesk.db.connection import Busy, open_file
from shelterdesk.db.drafts import FILE, SET_ASIDE, DraftFile

KEY = bytes(32)
LAST_WORDS = b"the newest words"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder whose program was killed: the newest words lie in the log beside the file."""
    code = (
        "import os, sys; from pathlib import Path; from shelterdesk.db.drafts import DraftFile;"
        " file = DraftFile(Path(sys.argv[1]), bytes(32)); file.save('u', 's', sys.argv[2].encode(), 1); os._exit(9)"
    )
    subprocess.run([sys.executable, "-c", code, str(tmp_path), LAST_WORDS.decode()], check=False)
    assert (tmp_path / f"{FILE}-wal").stat().st_size > 0
    return tmp_path


def words(folder: Path) -> dict[str, bytes]:
    """What a further start finds."""
    file = DraftFile(folder, KEY)
    found = file.load("u")
    file.close()
    return found


def test_a_command_that_holds_the_file_costs_no_word(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "_BUSY_MS", 20)
    other = open_file(folder / FILE, KEY, fast=True)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(Busy):
        DraftFile(folder, KEY)
    other.execute("ROLLBACK")
    other.close()
    assert words(folder) == {"s": LAST_WORDS} and not (folder / SET_ASIDE).exists()


@pytest.mark.parametrize(
    "fault", [DiskFull("x"), CannotWrite("x"), Busy()], ids=lambda one: type(one).__name__
)
def test_a_fault_that_passes_is_said_and_costs_no_word(
    folder: Path, monkeypatch: pytest.MonkeyPatch, fault: Exception
) -> None:
    def faulty(*given: object, **more: object) -> None:
        raise fault

    with monkeypatch.context() as patch:
        patch.setattr(drafts, "open_file", faulty)
        with pytest.raises(type(fault)):
            DraftFile(folder, KEY)
    assert words(folder) == {"s": LAST_WORDS}


def test_a_file_of_another_key_is_set_aside_with_its_newest_words(folder: Path) -> None:
    (folder / SET_ASIDE).write_bytes(b"an older one")
    (folder / f"{SET_ASIDE}-wal").write_bytes(b"of the older one")
    # Whoever closes a file last tidies the log into it; while somebody else reads, the words are in the log alone.
    other = open_file(folder / FILE, KEY, read_only=True)
    fresh = DraftFile(folder, b"\1" * 32)
    fresh.save("u", "s", b"new", 2)
    assert fresh.load("u") == {"s": b"new"}
    fresh.close()
    other.close()
    kept = open_file(folder / SET_ASIDE, KEY)
    assert kept.execute("SELECT sealed FROM draft").fetchall() == [(LAST_WORDS,)]
    kept.close()


def test_a_damaged_file_is_set_aside_and_typing_goes_on(tmp_path: Path) -> None:
    file = DraftFile(tmp_path, KEY)
    file.save("u", "s", b"x" * 20_000, 1)
    file.close()
    path = tmp_path / FILE
    raw = bytearray(path.read_bytes())
    raw[4_096:] = bytes(len(raw) - 4_096)
    path.write_bytes(raw)
    fresh = DraftFile(tmp_path, KEY)
    assert fresh.load("u") == {} and (tmp_path / SET_ASIDE).exists()
    fresh.close()
