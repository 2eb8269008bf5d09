"""What a courier does when a shelf dies in the middle, forgets bytes, or what it fetched cannot be taken in."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from shelterdesk.actions.clock import SetClock
from shelterdesk.actions.desk import Desk
from shelterdesk.actions.posting import Posting, PostLane
from shelterdesk.actions.table import INBOX, Sitting, take_in_table
from shelterdesk.actions.table_choice import Table
from shelterdesk.core.errors import DiskFull, WorldError
from shelterdesk.db import reserve
from shelterdesk.db.check import check
from shelterdesk.db.exchange import parts_missing
from shelterdesk.db.reserve import OwnDiskTooFull
from shelterdesk.sync.place import Place
from shelterdesk.sync.shelf import FolderShelf, ShelfGone
from shelterdesk.sync.url_shelf import UrlShelf
from tests.sync.tables import Seats, at_once, table_of
from tests.sync.worlds import at, events_of, given_names, parts_in, register


@pytest.fixture
def shared(tmp_path: Path) -> Path:
    (tmp_path / "share").mkdir()
    return tmp_path / "share"


def several_parts(folder: Path, shared: Path, clock: SetClock, many: int = 5) -> None:
    """One desk lays out so many parts while nobody looks."""
    with table_of([folder], clock, shared) as seats:
        for n in range(many):
            register(seats.desks[0], f"P{n}")
            seats.rounds()


def test_what_came_before_the_shelf_died_is_taken_in(
    three: list[Path], clock: SetClock, shared: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    several_parts(three[0], shared, clock)
    whole = FolderShelf.get
    left = 8

    def dies(shelf: FolderShelf, name: str) -> bytes:
        nonlocal left
        if shelf.where == str(shared):
            if left == 0:
                raise ShelfGone(shelf.where)
            left -= 1
        return whole(shelf, name)

    monkeypatch.setattr(FolderShelf, "get", dies)
    with table_of(three[1:2], clock, shared) as seats:
        done = seats.sittings[0].round()
        assert left == 0 and done.fetched and done.events
        found = given_names(seats.desks[0])
        assert 0 < len(found) < 5
        with pytest.raises(ShelfGone):  # the next round meets the fault
            seats.sittings[0].round()
        left = 1_000
        seats.rounds()
        assert given_names(seats.desks[0]) == {f"P{n}" for n in range(5)}


def failing_once(desk: Desk) -> Callable[..., Any]:
    """The desk's own work, whose disk is full the first time something is to be taken in."""
    do, failed = at_once(desk), list[bool]()

    def sometimes(action: Callable[..., Any], *args: Any) -> Any:
        if action is take_in_table and not failed:
            failed.append(True)
            raise DiskFull("here")
        return do(action, *args)

    return sometimes


def test_what_could_not_be_taken_in_is_fetched_again_at_once(
    three: list[Path], clock: SetClock, shared: Path
) -> None:
    several_parts(three[0], shared, clock)
    with at(three[1], clock) as desk:
        table = Table("folder", folder=str(shared))
        with closing(
            Sitting(desk.folder, table, desk.store.keys.signing, desk.reader(), failing_once(desk))
        ) as sitting:
            with pytest.raises(DiskFull):
                sitting.round()
            assert given_names(desk) == set()
            sitting.round()
            assert given_names(desk) == {f"P{n}" for n in range(5)}


def test_a_desk_never_fetches_back_what_it_rolled_up(
    three: list[Path], clock: SetClock, shared: Path
) -> None:
    with table_of(three[:1], clock, shared) as seats:
        fetched = 0
        for n in range(30):
            register(seats.desks[0], f"P{n}")
            fetched += sum(one.fetched for one in seats.rounds())
            assert len(parts_in(shared)) == len(parts_in(seats.desks[0].folder / "table"))
        # The admissions it gave are looked at once in a sitting: a desk put back may have lost one of them.
        assert fetched == len(list(shared.rglob("*.admit")))


def test_a_file_the_share_kept_in_part_is_brought_again(
    three: list[Path], clock: SetClock, shared: Path
) -> None:
    with table_of(three[:1], clock, shared) as seats:
        register(seats.desks[0], "Ana")
        seats.rounds()
        for path in shared.rglob("*.age"):
            path.write_bytes(b"")  # its name was kept when the power went, its bytes were not
    with table_of(three[:2], clock, shared) as seats:
        seats.rounds()
        assert given_names(seats.desks[1]) == {"Ana"}


def test_an_alarm_is_told_by_the_next_round_where_its_own_ends_with_a_fault(
    three: list[Path], clock: SetClock, shared: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    several_parts(three[0], shared, clock, 1)
    with at(three[1], clock) as desk:
        do, told = at_once(desk), list[bool]()

        def alarmed(action: Callable[..., Any], *args: Any) -> Any:
            found = do(action, *args)
            if action is take_in_table and not told:
                told.append(True)
                found.alarms.append("Read me.")
            return found

        table = Table("folder", folder=str(shared))
        with closing(Sitting(desk.folder, table, desk.store.keys.signing, desk.reader(), alarmed)) as sitting:
            with monkeypatch.context() as patch:
                patch.setattr(FolderShelf, "put", gone)
                with pytest.raises(ShelfGone):
                    sitting.round()
            assert sitting.round().alarms == ("Read me.",)


def gone(shelf: FolderShelf, name: str, data: bytes) -> None:
    raise ShelfGone(shelf.where)


def test_fetching_leaves_the_room_that_saving_needs(
    three: list[Path], clock: SetClock, shared: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    several_parts(three[0], shared, clock)
    with at(three[1], clock) as desk:
        do, asked = at_once(desk), list[str]()

        def noted(action: Callable[..., Any], *args: Any) -> Any:
            asked.append(action.__name__)
            return do(action, *args)

        table = Table("folder", folder=str(shared))
        with closing(Sitting(desk.folder, table, desk.store.keys.signing, desk.reader(), noted)) as sitting:
            with monkeypatch.context() as patch:
                usage = shutil.disk_usage(shared)._replace(free=reserve.LEAST - 1)
                patch.setattr(shutil, "disk_usage", lambda _: usage)
                with pytest.raises(OwnDiskTooFull):
                    sitting.round()
            assert asked == []  # nothing was fetched, so there was nothing to take in
            assert not any(path.is_file() for path in desk.folder.glob(f"{INBOX}*/SHELTERDESK/**/*"))
            Seats([desk], [sitting]).rounds()
            assert len(given_names(desk)) == 5


def test_a_place_that_cannot_even_be_asked_is_said_in_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(WorldError):
        FolderShelf(tmp_path / ("x" * 300)).entries()


def test_a_shelf_cut_off_is_not_called_again(tmp_path: Path) -> None:
    with closing(UrlShelf(Place(f"file://{tmp_path}"))) as shelf:
        assert shelf.entries() == {}
        shelf.cut_off()
        with pytest.raises(ShelfGone):
            shelf.entries()


def test_a_wish_to_stop_is_never_slept_over(three: list[Path], clock: SetClock) -> None:
    with at(three[0], clock) as desk:

        class Patient(PostLane):
            """Sleeps long after a round."""

            def round(self, going: Posting) -> float:
                return 600.0

        lane = Patient(
            desk.folder, Place("memory://x"), desk.reader, at_once(desk), desk.clock, lambda _: None
        )

        class StoppedJustBefore(threading.Event):
            """Somebody stops the lane between its looking and its clearing."""

            def clear(self) -> None:
                lane._stopped = True
                self.set()
                super().clear()

        lane._wake = StoppedJustBefore()
        lane.start()
        lane._thread.join(20)
        assert not lane._thread.is_alive()


def damaged(shared: Path, pattern: str) -> int:
    """Give files there other bytes of the same length; how many."""
    found = [path for path in shared.rglob(pattern) if path.stat().st_size]
    for path in found:
        path.write_bytes(bytes(path.stat().st_size))
    return len(found)


@pytest.mark.parametrize("is_new_sitting", [False, True])
def test_what_changed_there_at_the_same_length_is_brought_again(
    three: list[Path], clock: SetClock, shared: Path, is_new_sitting: bool
) -> None:
    with table_of(three[:1], clock, shared) as seats:
        register(seats.desks[0], "Ana")
        seats.rounds()
        laid = {path: path.read_bytes() for path in shared.rglob("*.*") if path.is_file()}
        assert damaged(shared, "*.age") and damaged(shared, "*.sig") and damaged(shared, "*.admit")
        if not is_new_sitting:
            seats.rounds()
            assert all(path.read_bytes() == data for path, data in laid.items())
    with table_of(three[:2], clock, shared) as seats:
        seats.rounds()
        assert given_names(seats.desks[1]) == {"Ana"}
        damaged(shared, "*.json")  # receipts, of which each desk has one by now
        seats.rounds()
        assert all(path.read_bytes().strip(b"\0") for path in shared.rglob("*.json"))


def test_two_lanes_for_a_moment_take_nothing_from_each_other(
    three: list[Path], clock: SetClock, shared: Path
) -> None:
    """The one that was left is at its last round when the next begins, and comes to its end after it."""
    several_parts(three[0], shared, clock)
    table = Table("folder", folder=str(shared))
    with at(three[1], clock) as desk:
        do, following = at_once(desk), list[Sitting]()

        def chosen_anew(action: Callable[..., Any], *args: Any) -> Any:
            if action is take_in_table and not following:
                following.append(Sitting(desk.folder, table, desk.store.keys.signing, desk.reader(), do))
            return do(action, *args)

        left = Sitting(desk.folder, table, desk.store.keys.signing, desk.reader(), chosen_anew)
        assert left.round().events and given_names(desk) == {f"P{n}" for n in range(5)}
        left.close()
        several = given_names(desk)
        Seats([desk], following).rounds()
        assert given_names(desk) == several
        following[0].close()
        assert not any(path.is_dir() for path in desk.folder.glob(f"{INBOX}*"))


def test_what_a_killed_sitting_left_goes_with_the_next(
    three: list[Path], clock: SetClock, shared: Path
) -> None:
    left = [three[0] / f"{INBOX}-left", three[0] / INBOX]  # also as earlier versions called it
    for one in left:
        (one / "SHELTERDESK").mkdir(parents=True)
        (one / "lock").touch()
    own, theirs = three[0] / "table", shared / "SHELTERDESK" / "receipts"
    (own / "SHELTERDESK" / "receipts").mkdir(parents=True)
    theirs.mkdir(parents=True)
    half = [own / "table-x.partial", own / "SHELTERDESK" / "receipts" / "x.json.sig.partial"]
    for path in (*half, theirs / "y.json.partial"):
        path.write_bytes(b"half")
    with table_of(three[:1], clock, shared):
        assert not any(one.exists() for one in (*left, *half))
        assert (theirs / "y.json.partial").exists()  # somebody may be at it


def test_parts_taken_in_are_not_remembered_without_end(
    three: list[Path], clock: SetClock, shared: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shelterdesk.actions.table._KEPT_PARTS", 6)
    monkeypatch.setattr("shelterdesk.actions.table._TIDY_AFTER", 4)
    with table_of(three[:2], clock, shared) as seats:
        reader = seats.desks[1].store.conn
        fetched = 0
        for n in range(14):
            register(seats.desks[0], f"P{n}")
            fetched += sum(one.fetched for one in seats.rounds())
            kept = reader.execute("SELECT count(*) FROM part_in").fetchone()[0]
            assert kept <= 6 + 4 + 1
        assert fetched < 14 * 6 and given_names(seats.desks[1]) == {f"P{n}" for n in range(14)}
        assert not parts_missing(reader, seats.desks[0].who.dev)
        assert check(reader).findings == []
    with table_of(three[:2], clock, shared) as seats:
        before = events_of(seats.desks[1])
        seats.rounds()
        assert events_of(seats.desks[1]) == before
