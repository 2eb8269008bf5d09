"""The spool on a real file: it outlives a killed program, and what is damaged takes nothing else along."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from shelterdesk.core.errors import CannotWrite, DiskFull
from shelterdesk.db import connection, spool
from shelterdesk.db.connection import Busy, open_file
from shelterdesk.db.spool import FILE, SET_ASIDE, has_spool, opened_spool

KEY = bytes(32)
CARD = b"%PDF a card of somebody named Ana"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder whose program was killed the moment a paper was kept."""
    code = (
        "import os, sys; from pathlib import Path; from shelterdesk.db.spool import opened_spool\n"
        "with opened_spool(Path(sys.argv[1]), bytes(32)) as spool:\n"
        "    spool.add('', 'waiting', b'{}', sys.argv[2].encode(), 1); os._exit(9)"
    )
    subprocess.run([sys.executable, "-c", code, str(tmp_path), CARD.decode()], check=False)
    return tmp_path


def test_what_was_kept_is_there_after_the_program_was_killed_and_readable_to_nobody(folder: Path) -> None:
    assert has_spool(folder)
    for file in folder.glob(f"{FILE}*"):
        assert b"Ana" not in file.read_bytes() and b"PDF" not in file.read_bytes()
    with opened_spool(folder, KEY) as file_:
        (row,) = file_.rows()
        assert (row.state, row.head, row.size) == ("waiting", b"{}", len(CARD))
        assert file_.data(row.id) == CARD


def test_a_state_is_turned_and_a_paper_forgotten(folder: Path) -> None:
    with opened_spool(folder, KEY) as file:
        (first,) = (row.id for row in file.rows())
        second = file.add("u", "waiting", b"sealed", b"x", 2)
        file.turn(second, "held", 3, b"other")
        file.turn(first, "printed", 4)
        assert [(r.id, r.state, r.head, r.turned_ms, r.owner) for r in file.rows()] == [
            (first, "printed", b"{}", 4, ""),
            (second, "held", b"other", 3, "u"),
        ]
        file.forget([first, second])
        assert file.data(first) is None
        assert file.add("", "waiting", b"", b"y", 5) == second + 1, "a number never comes again"


def test_pages_that_are_not_what_was_kept_are_not_given_out(folder: Path) -> None:
    conn = open_file(folder / FILE, KEY)
    conn.execute("UPDATE print SET data = x'25504446'")
    conn.close()
    with opened_spool(folder, KEY) as file:
        (row,) = file.rows()  # it is still named, so that somebody can be told
        assert file.data(row.id) is None


def test_a_file_of_another_key_is_set_aside_and_printing_goes_on(folder: Path) -> None:
    (folder / SET_ASIDE).write_bytes(b"an older one")
    with opened_spool(folder, b"\1" * 32) as file:
        file.add("", "waiting", b"{}", b"new", 2)
        assert [file.data(row.id) for row in file.rows()] == [b"new"]
    with opened_spool(folder, b"\1" * 32) as file:
        assert len(file.rows()) == 1
    kept = open_file(folder / SET_ASIDE, KEY)
    assert kept.execute("SELECT data FROM print").fetchall() == [(CARD,)]
    kept.close()


@pytest.mark.parametrize(
    "fault", [DiskFull("x"), CannotWrite("x"), Busy()], ids=lambda one: type(one).__name__
)
def test_a_fault_that_passes_is_said_and_costs_no_paper(
    folder: Path, monkeypatch: pytest.MonkeyPatch, fault: Exception
) -> None:
    def faulty(*given: object, **more: object) -> None:
        raise fault

    with monkeypatch.context() as patch:
        patch.setattr(spool, "open_file", faulty)
        with pytest.raises(type(fault)), opened_spool(folder, KEY):
            pass
    with opened_spool(folder, KEY) as file:
        assert [file.data(row.id) for row in file.rows()] == [CARD]


def test_another_command_that_holds_the_file_is_waited_for_and_then_said(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection, "_BUSY_MS", 20)
    other = open_file(folder / FILE, KEY)
    other.execute("BEGIN IMMEDIATE")
    with opened_spool(folder, KEY) as file, pytest.raises(Busy):
        file.turn(1, "held", 2)
    other.execute("ROLLBACK")
    other.close()


def test_a_disk_that_is_full_is_said(folder: Path) -> None:
    with opened_spool(folder, KEY) as file:
        file._conn.execute("PRAGMA max_page_count = 8")
        with pytest.raises(DiskFull):
            file.add("", "waiting", b"{}", bytes(1 << 18), 2)
        assert [row.size for row in file.rows()] == [len(CARD)]
