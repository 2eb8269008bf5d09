"""One that lays too much, or sends too much at once, keeps nobody else from the table: it waits, with a reason."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from shelterdesk.actions.clock import SetClock
from shelterdesk.core.event import hex16
from shelterdesk.keys.desk import DeskKeys
from shelterdesk.sync import shelf, table_door, table_guest, table_host
from shelterdesk.sync.faults import SetAside
from shelterdesk.sync.inbox import Inbox
from shelterdesk.sync.shelf import FolderShelf, TooManyFiles
from shelterdesk.sync.shelf_round import Courier
from shelterdesk.sync.table_guest import ReplyTooLarge
from shelterdesk.sync.table_room import SMALL, BodyRoom
from shelterdesk.sync.table_wire import Answer, BadTalk
from tests.sync.tables import table_of
from tests.sync.test_table_wire import Table
from tests.sync.worlds import given_names, register

PART = "{n}-1of1-0123456789abcdef.age"


@pytest.fixture
def table(tmp_path: Path) -> Iterator[Table]:
    """A listening desk and two more of its station."""
    made = Table(tmp_path)
    made.host.start()
    yield made
    made.host.stop()


def test_a_desk_with_too_many_files_closes_the_table_for_nobody(
    three: list[Path], clock: SetClock, tmp_path: Path
) -> None:
    shared = tmp_path / "share"
    shared.mkdir()
    with table_of(three, clock, shared) as seats:
        register(seats.desks[0], "Ana")
        seats.rounds()
        mad = seats.desks[2]
        folder = shared / "SHELTERDESK" / hex16(mad.who.dev)
        for n in range(10_001):
            (folder / PART.format(n=n + 100)).touch()
        register(seats.desks[0], "Eva")
        register(seats.desks[1], "Sol")
        alarms: list[str] = []
        for _ in range(6):
            for sitting in seats.sittings[:2]:
                alarms += sitting.round().alarms
        assert given_names(seats.desks[0]) == given_names(seats.desks[1]) == {"Ana", "Eva", "Sol"}
        assert len(alarms) == 2 and all(mad.roster.desks[mad.who.dev].slot in one for one in alarms)
        register(mad, "Luz")
        with pytest.raises(TooManyFiles) as met:
            seats.sittings[2].round()
        assert met.value.next_step
        for path in folder.glob("*-0123456789abcdef.age"):
            path.unlink()
        seats.rounds()
        assert given_names(seats.desks[0]) == {"Ana", "Eva", "Sol", "Luz"}


def test_receipts_that_cannot_be_seen_for_their_crowd_are_not_written_again_and_again(
    three: list[Path], clock: SetClock, tmp_path: Path
) -> None:
    shared = tmp_path / "share"
    shared.mkdir()
    with table_of(three, clock, shared) as seats:
        register(seats.desks[0], "Ana")
        seats.rounds()
        folder = shared / "SHELTERDESK" / "receipts"
        for n in range(10_001):
            (folder / f"{n:016x}-{7:016x}.json").touch()
        register(seats.desks[1], "Sol")
        for _ in range(6):
            rounds = [sitting.round() for sitting in seats.sittings]
        assert given_names(seats.desks[0]) == {"Ana", "Sol"}
        assert [one.brought for one in rounds] == [0, 0, 0]


def test_folders_of_nobody_hide_no_desk(three: list[Path], clock: SetClock, tmp_path: Path) -> None:
    shared = tmp_path / "share"
    for n in range(10_001):
        (shared / "SHELTERDESK" / hex16(n + 1)).mkdir(parents=True)
    with table_of(three[:2], clock, shared) as seats:
        register(seats.desks[0], "Ana")
        seats.rounds()
        assert given_names(seats.desks[1]) == {"Ana"}


def test_a_guest_lays_no_more_files_than_a_desk_has(table: Table, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(table_host, "MOST_PUT", 20)
    _, mad, other = table.keys
    names = [f"{hex16(mad.dev)}/{PART.format(n=n + 1)}" for n in range(12)]
    names += [f"receipts/{hex16(mad.dev)}-{hex16(n)}.json" for n in range(12)]
    with closing(table.guest(mad)) as guest, closing(table.guest(other)) as second:
        for name in names[:20]:
            guest.put(name, b"sealed")
        for name in names[20:]:
            with pytest.raises(TooManyFiles):
                guest.put(name, b"sealed")
        guest.put(names[0], b"anew")  # one that is there already
        second.put(f"{hex16(other.dev)}/{PART.format(n=1)}", b"sealed")
        assert len(second.entries()) == 21


def test_a_desk_that_has_laid_too_much_makes_room_for_what_is_new(
    table: Table, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(table_host, "MOST_PUT", 20)
    dev = table.keys[1].dev
    (tmp_path / "own").mkdir()
    own = FolderShelf(tmp_path / "own")
    own.put(f"{hex16(dev)}/{PART.format(n=99)}", b"all of them in one")
    with closing(table.guest(table.keys[1])) as guest, closing(Inbox(tmp_path, "in")) as inbox:
        for n in range(20):
            guest.put(f"{hex16(dev)}/{PART.format(n=n + 1)}", b"sealed")
        courier = Courier(dev, own, inbox)
        with pytest.raises(TooManyFiles):
            courier.bring(guest, guest.entries(), set)
        courier.bring(guest, guest.entries(), set)
        assert set(guest.entries()) == {f"{hex16(dev)}/{PART.format(n=99)}"}


def test_large_files_wait_for_each_other_and_small_ones_for_nobody() -> None:
    room = BodyRoom(5 * SMALL, 0.0)
    with room.held(1, 2 * SMALL), room.held(2, 3 * SMALL):
        with pytest.raises(BadTalk), room.held(3, 2 * SMALL):
            pass
        with room.held(3, SMALL):
            pass
    with room.held(1, 2 * SMALL):
        with pytest.raises(BadTalk), room.held(1, 2 * SMALL):  # one desk has one at a time
            pass
        with room.held(3, 2 * SMALL):
            pass


def test_whoever_waits_has_the_room_once_it_is_free() -> None:
    room, taken = BodyRoom(3 * SMALL, 60.0), threading.Event()

    def take() -> None:
        with room.held(2, 2 * SMALL):
            taken.set()

    waiting = threading.Thread(target=take)
    with room.held(1, 2 * SMALL):
        waiting.start()
        assert not taken.is_set()
    waiting.join(60)
    assert taken.is_set()


@contextmanager
def another_connection(room: BodyRoom, dev: int) -> Iterator[None]:
    """A large file of a desk under way; whoever else wants room is cut off at once."""
    room._wait_s = 60.0  # the host gives back what it held a moment after its answer
    with room.held(dev, 2 * SMALL):
        room._wait_s = 0.0
        yield
    room._wait_s = 60.0


def test_a_host_holds_a_large_file_for_one_connection_of_a_desk(table: Table) -> None:
    _, one, _ = table.keys
    name, room = f"{hex16(one.dev)}/{PART.format(n=1)}", table.host.room
    with closing(table.guest(one)) as guest:
        with another_connection(room, one.dev), pytest.raises(shelf.ShelfGone):
            guest.put(name, bytes(2 * SMALL))
        guest.put(name, bytes(2 * SMALL))
        with another_connection(room, one.dev), pytest.raises(shelf.ShelfGone):
            guest.get(name)
        assert guest.get(name) == bytes(2 * SMALL)


def knocked(table: Table, reply: Path) -> table_guest.TableGuest:
    """A new laptop whose answer waits for it."""
    new = DeskKeys.new()
    guest = table.guest(new)
    guest.knock(b"a letter")
    table.members[new.dev] = new.public
    table.host.door.let_in(new.public, reply)
    return guest


def test_an_answer_larger_than_any_is_not_begun(
    table: Table, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(table_guest, "MOST_REPLY", 1_000)
    (tmp_path / "reply").write_bytes(bytes(1_001))
    with closing(knocked(table, tmp_path / "reply")) as guest, pytest.raises(ReplyTooLarge) as met:
        guest.fetch(tmp_path / "got")
    assert met.value.next_step and not list(tmp_path.glob("got*"))


def test_an_answer_that_goes_on_for_ever_is_ended(
    table: Table, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def grows(door: table_door.JoinDoor, public: bytes, at: int, **_: object) -> tuple[Answer, bytes]:
        return Answer(size=100, total=at + 200), bytes(100)

    monkeypatch.setattr(table_door.JoinDoor, "answer", grows)
    (tmp_path / "reply").touch()
    with closing(knocked(table, tmp_path / "reply")) as guest, pytest.raises(ReplyTooLarge):
        guest.fetch(tmp_path / "got")
    assert not list(tmp_path.glob("got*"))


def test_a_signature_as_large_as_a_part_is_not_taken(table: Table, monkeypatch: pytest.MonkeyPatch) -> None:
    name = f"{hex16(table.keys[1].dev)}/{PART.format(n=1)}.sig"
    with closing(table.guest(table.keys[1])) as guest:
        guest.put(name, b"signed")
        monkeypatch.setattr(FolderShelf, "get", lambda *_: bytes(5_000))
        with pytest.raises((shelf.ShelfGone, SetAside)):
            guest.get(name)
