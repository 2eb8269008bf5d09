"""A listening desk whose laptop has another address by now is found again, and nobody else is believed in its place."""

from __future__ import annotations

import secrets
import socket
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from shelterdesk.actions.clock import SetClock
from shelterdesk.actions.table_choice import Table as Choice
from shelterdesk.core.table_code import TableCode
from shelterdesk.keys import tls
from shelterdesk.keys.desk import DeskKeys
from shelterdesk.sync import table_finder
from shelterdesk.sync.shelf import ShelfGone
from shelterdesk.sync.table_finder import TableBeacon, find
from shelterdesk.sync.table_guest import NotTheTable, TableGuest
from shelterdesk.sync.table_host import TableHost
from tests.sync.tables import LISTEN, Seats, seated
from tests.sync.test_table_wire import Table
from tests.sync.worlds import at, given_names, register


@pytest.fixture
def table(tmp_path: Path) -> Iterator[Table]:
    """A listening desk and two more of its station."""
    made = Table(tmp_path)
    made.host.start()
    yield made
    made.host.stop()


def moved(code: TableCode) -> TableCode:
    """The code as it was while the laptop had another address: nobody listens there now."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        return TableCode(code.address, int(free.getsockname()[1]), code.pin)


def test_a_table_is_found_where_it_is_now(table: Table) -> None:
    with closing(TableGuest(moved(table.host.code), table.keys[1].signing)) as guest:
        assert guest.entries() == {}
        assert guest.host_public == table.keys[0].public


def test_whoever_has_no_code_learns_nothing_and_is_not_believed(table: Table) -> None:
    code = table.host.code
    assert find(code) == [(code.address, code.port)]
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
        asking.settimeout(0.2)
        good = table_finder._packet(b"SDQ1", code.pin, secrets.token_bytes(16), 0)
        for wrong in (b"", b"x" * len(good), good[:-1], good + b"x", good[:-1] + bytes([good[-1] ^ 1])):
            asking.sendto(wrong, ("127.0.0.1", table_finder.PORT))
        with pytest.raises(TimeoutError):
            asking.recvfrom(100)
    assert find(TableCode(code.address, code.port, bytes(9))) == []


def test_a_question_said_again_brings_no_answer_to_another(table: Table) -> None:
    """The answer holds the nonce of its question: one that was heard before is not taken for the answer to this one."""
    code = table.host.code
    old = table_finder._packet(b"SDA1", code.pin, secrets.token_bytes(16), 1)
    assert table_finder._read(old, b"SDA1", code.pin) is not None
    assert table_finder._read(old, b"SDQ1", code.pin) is None  # nor is an answer a question


def test_another_desk_that_has_the_code_is_not_taken_for_the_table(table: Table, tmp_path: Path) -> None:
    """It can answer the question; the key it cannot prove."""
    code = table.host.code
    table.host.stop()
    (tmp_path / "false").mkdir()
    false = TableHost(tmp_path / "false", DeskKeys.new().signing, dict, "127.0.0.1", 0)
    beacon = TableBeacon(TableCode("127.0.0.1", false.code.port, code.pin))
    beacon.start()
    false.start()
    try:
        assert find(code) == [("127.0.0.1", false.code.port)]
        with closing(TableGuest(moved(code), table.keys[1].signing)) as guest, pytest.raises(ShelfGone):
            guest.entries()
        # Where another laptop has got the old address, it is no table either.
        with closing(
            TableGuest(TableCode("127.0.0.1", false.code.port, code.pin), table.keys[1].signing)
        ) as (guest):
            with pytest.raises(NotTheTable):
                guest.entries()
    finally:
        false.stop()
        beacon.stop()
        table.host = TableHost(tmp_path, table.keys[0].signing, dict, "127.0.0.1", 0)
        table.host.start()


def test_a_network_is_not_filled_with_questions(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[TableCode] = []

    def nobody(code: TableCode) -> list[tuple[str, int]]:
        asked.append(code)
        return []

    monkeypatch.setattr(table_finder, "find", nobody)
    code = moved(TableCode("127.0.0.1", 1, tls.pin_of(DeskKeys.new().public, 9)))
    with closing(TableGuest(code, DeskKeys.new().signing)) as guest:
        for _ in range(64):
            with pytest.raises(ShelfGone):
                guest.entries()
    assert len(asked) == 7


def test_a_desk_whose_address_went_away_listens_at_the_one_it_has_and_work_goes_on(
    three: list[Path], clock: SetClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    with at(three[0], clock) as host, at(three[1], clock) as guest:
        first = seated(host, LISTEN)
        before = first.code
        calling = seated(guest, Choice("call", code=str(before)))
        seats = Seats([host, guest], [first, calling])
        register(guest, "Ana")
        seats.rounds()
        with monkeypatch.context() as patch:
            patch.setattr(table_finder, "is_here", lambda address: False)
            first.round()
        assert first.code is not None and before is not None
        assert first.code != before and first.code.pin == before.pin
        register(host, "Eva")
        register(guest, "Sol")
        seats.rounds()
        assert given_names(host) == given_names(guest) == {"Ana", "Eva", "Sol"}
        first.close()
        calling.close()


def test_an_address_is_here_or_not() -> None:
    assert table_finder.is_here("127.0.0.1") and not table_finder.is_here("no address")
    assert table_finder.address_now("127.0.0.1") == "127.0.0.1"
    assert table_finder._everybody("127.0.0.1") == ("127.0.0.1",)  # nobody else hears it there
    assert table_finder._everybody("192.168.7.20") == ("255.255.255.255", "192.168.7.255")
