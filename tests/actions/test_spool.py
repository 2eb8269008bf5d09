"""Papers that wait at a real desk: kept, taken up by whoever comes, forgotten in time, and closed to other users."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from shelterdesk.actions.clock import SetClock
from shelterdesk.actions.desk import Desk, open_desk
from shelterdesk.actions.spool import keep_print, may_have, print_data, take_up_prints, turn_print
from shelterdesk.core.errors import DamagedFile
from shelterdesk.core.paper_kinds import PaperKind
from shelterdesk.core.print_jobs import MOST_PRINTED, Print, PrintJob, PrintState, Why
from shelterdesk.db.connection import open_file
from shelterdesk.db.spool import FILE, SET_ASIDE
from tests.stations import PASSPHRASE

PDF = b"%PDF << /Type /Page >> << /Type /Page >>"
JOB = PrintJob(PaperKind.CARDS, "cards-LB", printer="Laser", things=12)
OWN = PrintJob(PaperKind.PERSON, "record-LB")


@contextmanager
def at(folder: Path, clock: SetClock, user: str = "admin") -> Iterator[Desk]:
    """The desk with somebody logged in."""
    desk = open_desk(folder, user, PASSPHRASE, clock)
    try:
        yield desk
    finally:
        desk.close()


def waiting(desk: Desk) -> list[Print]:
    """What is taken up."""
    return list(take_up_prints(desk).result)


def turned(desk: Desk, one: Print, state: PrintState, why: Why = Why.NONE) -> Print:
    """A paper in another state."""
    return turn_print(desk, one, state, replace(one.job, why=why)).result


def test_a_paper_waits_for_whoever_comes_to_the_desk(station_folder: Path, clock: SetClock) -> None:
    with at(station_folder, clock) as desk:
        assert waiting(desk) == [] and not (station_folder / FILE).exists(), "no file for nothing"
        kept = keep_print(desk, JOB, PDF).result
        assert kept.job.pages == 2 and kept.is_kept
    clock.forward(timedelta(days=6))
    with at(station_folder, clock, "operator") as desk:
        assert waiting(desk) == [kept]
        assert print_data(desk, kept.id).result == PDF


def test_a_persons_own_record_waits_for_its_maker_alone(station_folder: Path, clock: SetClock) -> None:
    with at(station_folder, clock) as desk:
        own = keep_print(desk, OWN, PDF).result
        sealed = keep_print(desk, JOB, PDF, of_one_user=True).result
    with at(station_folder, clock, "operator") as desk:
        assert waiting(desk) == []
        for one in (own, sealed):
            with pytest.raises(DamagedFile):
                print_data(desk, one.id)
        file = open_file(station_folder / FILE, _file_key(desk))
        rows = file.execute("SELECT head, data FROM print").fetchall()
        file.close()
        assert not any(b"PDF" in data or b"record" in head for head, data in rows), (
            "with the file's key in hand"
        )
        turned(desk, own, PrintState.PRINTED)  # it went out while the desk was taken over
    with at(station_folder, clock) as desk:
        assert [(one.state, one.job.title) for one in waiting(desk)] == [
            (PrintState.PRINTED, "record-LB"),
            (PrintState.WAITING, "cards-LB"),
        ]
        assert print_data(desk, own.id).result == PDF


def test_what_was_being_printed_when_the_power_went_is_held(station_folder: Path, clock: SetClock) -> None:
    with at(station_folder, clock) as desk:
        turned(desk, keep_print(desk, JOB, PDF).result, PrintState.PRINTING)
    for _ in range(2):
        with at(station_folder, clock) as desk:
            (one,) = waiting(desk)
            assert (one.state, one.job.why) == (PrintState.HELD, Why.CUT_SHORT)
            assert print_data(desk, one.id).result == PDF, "the missing pages can be printed again"


def test_a_printed_one_is_kept_for_a_day(station_folder: Path, clock: SetClock) -> None:
    with at(station_folder, clock) as desk:
        one = turned(desk, keep_print(desk, JOB, PDF).result, PrintState.PRINTED)
    clock.forward(timedelta(days=1))
    with at(station_folder, clock) as desk:
        assert [found.id for found in waiting(desk)] == [one.id]
    clock.forward(timedelta(minutes=1))
    with at(station_folder, clock) as desk:
        assert waiting(desk) == []
        with pytest.raises(DamagedFile):
            print_data(desk, one.id)


@pytest.mark.parametrize("state", [PrintState.WAITING, PrintState.HELD, PrintState.PRINTING])
def test_a_late_one_is_held_and_forgotten_after_as_long_again(
    station_folder: Path, clock: SetClock, state: PrintState
) -> None:
    with at(station_folder, clock) as desk:
        one = turned(desk, keep_print(desk, JOB, PDF).result, state)
    clock.forward(timedelta(days=7, minutes=1))
    for _ in range(2):  # who comes next is asked as well
        with at(station_folder, clock) as desk:
            (found,) = waiting(desk)
            assert (found.id, found.state, found.job.why) == (one.id, PrintState.HELD, Why.LATE)
            assert print_data(desk, one.id).result == PDF
    clock.forward(timedelta(days=7, minutes=1))
    with at(station_folder, clock) as desk:
        assert waiting(desk) == []
        with pytest.raises(DamagedFile):
            print_data(desk, one.id)


def test_a_clock_that_jumps_ahead_and_back_takes_no_paper_along(
    station_folder: Path, clock: SetClock
) -> None:
    with at(station_folder, clock) as desk:
        cards = keep_print(desk, JOB, PDF).result
        own = keep_print(desk, OWN, PDF).result
    with at(station_folder, SetClock(clock.now() + timedelta(days=4000))) as desk:
        assert [one.id for one in waiting(desk)] == [cards.id, own.id]
    with at(station_folder, clock) as desk:
        assert [one.id for one in waiting(desk)] == [cards.id, own.id]
    clock.forward(timedelta(days=7, minutes=1))  # and nothing stays for eleven years either
    with at(station_folder, clock) as desk:
        assert waiting(desk) == []


def test_a_late_one_that_is_printed_again_waits_for_its_turn(station_folder: Path, clock: SetClock) -> None:
    with at(station_folder, clock) as desk:
        one = keep_print(desk, JOB, PDF).result
    clock.forward(timedelta(days=8))
    with at(station_folder, clock) as desk:
        (late,) = waiting(desk)
        turned(desk, late, PrintState.PRINTED)
        (printed,) = waiting(desk)
        assert (printed.id, printed.state, printed.job.why) == (one.id, PrintState.PRINTED, Why.NONE)


def test_only_the_last_printed_are_kept(station_folder: Path, clock: SetClock) -> None:
    with at(station_folder, clock) as desk:
        for _ in range(MOST_PRINTED + 3):
            last = turned(desk, keep_print(desk, JOB, PDF).result, PrintState.PRINTED)
        held = keep_print(desk, JOB, PDF).result
        found = waiting(desk)
        assert len(found) == MOST_PRINTED + 1 and found[-2:] == [last, held]


def test_what_was_taken_out_is_not_shown_and_can_be_put_back(station_folder: Path, clock: SetClock) -> None:
    with at(station_folder, clock) as desk:
        one = keep_print(desk, JOB, PDF).result
        turned(desk, one, PrintState.TAKEN)
        assert waiting(desk) == []
        turned(desk, one, PrintState.WAITING)
        assert [found.id for found in waiting(desk)] == [one.id]


def test_damaged_pages_are_said_with_what_to_do_and_the_others_go_on(
    station_folder: Path, clock: SetClock
) -> None:
    with at(station_folder, clock) as desk:
        first, second = (keep_print(desk, JOB, PDF).result for _ in range(2))
        file = open_file(station_folder / FILE, _file_key(desk))
        file.execute("UPDATE print SET data = x'00' WHERE id = ?", (first.id,))
        file.execute("INSERT INTO print SELECT 9, at_ms, turned_ms, owner, state, x'FF', sha256, data FROM print"
                     " WHERE id = ?", (second.id,))  # fmt: skip
        file.close()
        with pytest.raises(DamagedFile) as fault:
            print_data(desk, first.id)
        assert "make the paper again" in fault.value.next_step
        assert [one.id for one in waiting(desk)] == [first.id, second.id]
        assert print_data(desk, second.id).result == PDF


def test_a_file_damaged_within_is_set_aside_and_its_numbers_are_not_given_again(
    station_folder: Path, clock: SetClock
) -> None:
    """Else the window, which knows a paper by its number, would print another one in its place."""
    with at(station_folder, clock) as desk:
        given = {keep_print(desk, JOB, PDF + bytes(5000)).result.id for _ in range(8)}
        path = station_folder / FILE
        file = open_file(path, _file_key(desk))
        file.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        file.close()
        data = bytearray(path.read_bytes())
        for page in range(3, len(data) // 4096):  # the first ones still open
            data[page * 4096 + 100] ^= 0xFF
        path.write_bytes(data)
        for _ in range(2):
            with suppress(DamagedFile):
                take_up_prints(desk)
        new = keep_print(desk, JOB, PDF).result
        assert new.id not in given and [one.id for one in waiting(desk)] == [new.id]
        assert (station_folder / SET_ASIDE).exists()


@pytest.mark.parametrize(
    ("user", "kinds"),
    [
        ("operator", {PaperKind.LISTS, PaperKind.CARDS}),
        ("counter", set()),
        ("supervisor", {PaperKind.LISTS, PaperKind.CARDS, PaperKind.DAILY_SHEET}),
    ],
)
def test_papers_of_others_are_in_the_hands_only_of_who_may_make_such(
    station_folder: Path, clock: SetClock, user: str, kinds: set[PaperKind]
) -> None:
    with at(station_folder, clock) as desk:
        for kind in (PaperKind.LISTS, PaperKind.CARDS, PaperKind.DAILY_SHEET):
            keep_print(desk, replace(JOB, kind=kind), PDF)
    with at(station_folder, clock, user) as desk:
        assert len(waiting(desk)) == 3, "whoever is there when the printer is back has them printed"
        assert {one.job.kind for one in waiting(desk) if may_have(desk.user, one.job)} == kinds
        own = keep_print(desk, replace(JOB, kind=PaperKind.SLIPS), PDF).result
        assert may_have(desk.user, own.job)


def test_nothing_of_it_is_in_the_log_or_a_backup(station_folder: Path, clock: SetClock) -> None:
    with at(station_folder, clock) as desk:
        before = desk.store.conn.execute("SELECT count(*) FROM event").fetchone()
        turned(desk, keep_print(desk, JOB, PDF).result, PrintState.PRINTED)
        assert desk.store.conn.execute("SELECT count(*) FROM event").fetchone() == before


def _file_key(desk: Desk) -> bytes:
    from shelterdesk.actions import spool

    return spool._file_key(desk)
