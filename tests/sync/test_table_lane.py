"""A desk at its table on a thread of its own, and a laptop that joins over the network: real sockets, real waiting."""

from __future__ import annotations

import errno
import queue
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest

from shelterdesk.actions import faults, table_lane
from shelterdesk.actions.admission import Joined, join_keys
from shelterdesk.actions.clock import SetClock
from shelterdesk.actions.desk import Desk
from shelterdesk.actions.table_choice import Table, table_of
from shelterdesk.actions.table_joining import (
    admit_at_table,
    join_at_table,
    knock_at_table,
    same_desk,
    who_knocks,
)
from shelterdesk.actions.table_lane import TableLane, TableStanding
from shelterdesk.core.errors import Refused, WorldError
from shelterdesk.core.table_code import read_table_code
from shelterdesk.keys.desk import DeskKeys
from shelterdesk.sync.laying_out import lay_out
from shelterdesk.sync.sending import table_audience
from shelterdesk.sync.shelf_round import Courier
from shelterdesk.sync.table_guest import TableGuest
from tests.sync.tables import LISTEN
from tests.sync.worlds import World, at, given_names, register, state

PATIENCE = 60


class Pump:
    """Runs on the test's thread what lanes ask of their desks, until something holds."""

    def __init__(self) -> None:
        self._asked: queue.SimpleQueue[Callable[[], None] | None] = queue.SimpleQueue()

    def of(self, desk: Desk) -> Callable[..., Any]:
        def do(action: Callable[..., Any], *args: Any) -> Any:
            done = threading.Event()
            found: list[Any] = []

            def run() -> None:
                try:
                    found.append(action(desk, *args).result)
                except BaseException as fault:
                    found.append(fault)
                done.set()

            self._asked.put(run)
            assert done.wait(PATIENCE)
            if isinstance(found[0], BaseException):
                raise found[0]
            return found[0]

        return do

    def told(self, _: TableStanding) -> None:
        self._asked.put(None)

    def until(self, holds: Callable[[], bool]) -> None:
        while not holds():
            job = self._asked.get(timeout=PATIENCE)
            if job is not None:
                job()


@contextmanager
def lane_of(desk: Desk, table: Table, pump: Pump) -> Iterator[TableLane]:
    lane = TableLane(
        desk.folder, table, desk.store.keys.signing, desk.reader, pump.of(desk), desk.clock, pump.told
    )
    lane.start()
    try:
        yield lane
    finally:
        stopping = threading.Thread(target=lane.stop, args=(PATIENCE,))
        stopping.start()
        pump.until(lambda: _ended(stopping, pump))
        stopping.join()


def _ended(thread: threading.Thread, pump: Pump) -> bool:
    thread.join(0.01)
    if thread.is_alive():
        pump.told(TableStanding())  # look again: the lane may still want something of its desk
    return not thread.is_alive()


def test_two_desks_see_each_other_without_being_asked(three: list[Path], clock: SetClock) -> None:
    pump = Pump()
    with at(three[0], clock) as host, at(three[1], clock) as guest:
        with lane_of(host, LISTEN, pump) as first:
            pump.until(lambda: bool(first.standing.code))
            with lane_of(guest, Table("call", code=first.standing.code), pump) as second:
                register(host, "Ana")
                register(guest, "Eva")
                first.wake()
                second.wake()
                pump.until(lambda: given_names(host) == given_names(guest) == {"Ana", "Eva"})
                pump.until(lambda: state(host) == state(guest))
                pump.until(lambda: first.standing.desks == ("LB1A",) and second.standing.desks == ("LB1",))
                assert (first.standing.trouble, second.standing.trouble) == ("", "")


def test_a_table_that_does_not_answer_is_told_and_found_again(
    three: list[Path], clock: SetClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(table_lane, "AGAIN_S", 0.05)
    pump = Pump()
    with at(three[0], clock) as host, at(three[1], clock) as guest:
        with lane_of(host, LISTEN, pump) as first:
            pump.until(lambda: bool(first.standing.code))
            code = first.standing.code
        with lane_of(guest, Table("call", code=code), pump) as second:
            pump.until(lambda: bool(second.standing.trouble))
            assert "tried again by itself" in second.standing.trouble
            port = read_table_code(code).port
            with lane_of(host, Table("listen", "127.0.0.1", port), pump) as first:
                pump.until(lambda: not second.standing.trouble and second.standing.last_ms is not None)
                assert first.standing.code == code


def test_a_lane_whose_port_cannot_be_had_says_so(three: list[Path], clock: SetClock) -> None:
    pump = Pump()
    with at(three[0], clock) as host, lane_of(host, Table("listen", "::1", 1), pump) as lane:
        pump.until(lambda: bool(lane.standing.trouble))
        assert "::1" in lane.standing.trouble and "shared folder" in lane.standing.trouble


def test_a_laptop_joins_over_the_table(world: World, tmp_path: Path, clock: SetClock) -> None:
    pump = Pump()
    new = tmp_path / "new"
    with at(world.lb, clock) as host:
        register(host, "Ana")
        with lane_of(host, LISTEN, pump) as lane:
            pump.until(lambda: bool(lane.standing.code))
            code = read_table_code(lane.standing.code)
            guest, words = knock_at_table(new, code)
            assert join_at_table(new, guest, clock) is None  # nobody has decided
            pump.until(lambda: bool(lane.standing.knocking))
            (knocking,) = lane.standing.knocking
            assert knocking.words == words
            assert lane.door is not None
            admitted = admit_at_table(host, lane.door, knocking.public).result
            found: list[Joined | None] = []

            def answered() -> bool:
                found.append(join_at_table(new, guest, clock))
                return found[-1] is not None

            pump.until(answered)  # the listening desk has to know it as one of the station first
            assert found[-1] is not None and found[-1].desk == admitted.desk == "LB1A"
            pump.until(lambda: not lane.standing.knocking)
            guest.close()
            with at(new, clock) as desk:
                assert given_names(desk) == {"Ana"}
                reader = desk.reader()
                chosen = table_of(reader)
                reader.close()
                assert chosen is not None and chosen.code == str(code), "nobody types the code again"
                with lane_of(desk, chosen, pump):
                    register(desk, "Eva")
                    pump.until(lambda: given_names(host) == {"Ana", "Eva"})
            with (
                closing(TableGuest(code, _keys_of(new, clock).signing)) as again,
                pytest.raises(Refused, match="desk of that station already"),
            ):
                again.knock(b"again")
        assert list(world.lb.glob("table-join-*")) == []


def _keys_of(folder: Path, clock: SetClock) -> DeskKeys:
    with at(folder, clock) as desk:
        return desk.store.keys


def test_a_request_of_another_laptop_is_turned_away(world: World, tmp_path: Path, clock: SetClock) -> None:
    pump = Pump()
    new, thief = tmp_path / "new", DeskKeys.new()
    with at(world.lb, clock) as host, lane_of(host, LISTEN, pump) as lane:
        pump.until(lambda: bool(lane.standing.code))
        code = read_table_code(lane.standing.code)
        asked, _ = knock_at_table(new, code)
        assert lane.door is not None
        letter = lane.door.knocks()[0].letter
        stolen = TableGuest(code, thief.signing)
        stolen.knock(letter)
        assert {one.public for one in who_knocks(lane.door)} == {join_keys(new).public}
        with pytest.raises(Refused, match="did not admit"):
            stolen.fetch(tmp_path / "stolen")
        nonsense = TableGuest(code, DeskKeys.new().signing)
        nonsense.knock(b"{")
        assert len(who_knocks(lane.door)) == 1
        for one in (asked, stolen, nonsense):
            one.close()


def test_a_laptop_turned_away_is_told_and_its_folder_stays_free(
    world: World, tmp_path: Path, clock: SetClock
) -> None:
    pump = Pump()
    with at(world.lb, clock) as host, lane_of(host, LISTEN, pump) as lane:
        pump.until(lambda: bool(lane.standing.code))
        guest, _ = knock_at_table(tmp_path / "new", read_table_code(lane.standing.code))
        assert lane.door is not None
        lane.door.turn_away(join_keys(tmp_path / "new").public)
        with pytest.raises(WorldError, match="did not admit"):
            join_at_table(tmp_path / "new", guest, clock)
        guest.close()
        with pytest.raises(Refused, match="does not ask any more"):
            admit_at_table(host, lane.door, bytes(32))


def test_a_disk_that_is_full_in_the_middle_is_said_as_one(
    three: list[Path], clock: SetClock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pump, shared = Pump(), tmp_path / "share"
    shared.mkdir()
    with at(three[1], clock) as other:
        register(other, "Eva")
        lay_out(other.store, shared, table_audience(other.store))

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Courier, "_put_in", full)
    table = Table("folder", folder=str(shared))
    with at(three[0], clock) as desk, lane_of(desk, table, pump) as lane:
        pump.until(lambda: bool(lane.standing.trouble))
        assert "no room" in lane.standing.trouble.lower() or "too little room" in lane.standing.trouble
        assert not faults.reports(desk.folder)


def test_words_are_those_of_one_key_alone() -> None:
    keys = DeskKeys.new()
    assert same_desk(keys.words, keys.public) and not same_desk(keys.words, DeskKeys.new().public)
