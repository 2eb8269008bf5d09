"""Who may do what at the desk that listens: its own station's desks, each with its own files, and nobody in between."""

from __future__ import annotations

import itertools
import random
import shutil
import socket
import ssl
import struct
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import msgspec
import pytest

from shelterdesk.core.errors import DiskFull, Refused
from shelterdesk.core.event import hex16
from shelterdesk.core.table_code import TableCode
from shelterdesk.db import reserve
from shelterdesk.keys import tls
from shelterdesk.keys.desk import DeskKeys
from shelterdesk.sync import table_finder
from shelterdesk.sync import table_wire as wire
from shelterdesk.sync.faults import SetAside
from shelterdesk.sync.shelf import ShelfGone, read_shelf_name
from shelterdesk.sync.table_door import JoinDoor
from shelterdesk.sync.table_guest import NotTheTable, Stranger, TableGuest
from shelterdesk.sync.table_host import MOST_GUESTS, TableHost
from shelterdesk.sync.table_wire import Answer, Request

PART = "7-1of1-0123456789abcdef.age"


class Table:
    """A listening desk, and the keys of two more desks of its station."""

    def __init__(self, folder: Path) -> None:
        self.keys = [DeskKeys.new() for _ in range(3)]
        self.members = {one.dev: one.public for one in self.keys}
        self.host = TableHost(folder, self.keys[0].signing, lambda: self.members, "127.0.0.1", 0)
        self.folder = folder

    def guest(self, keys: DeskKeys) -> TableGuest:
        return TableGuest(self.host.code, keys.signing)


@pytest.fixture
def table(tmp_path: Path) -> Iterator[Table]:
    made = Table(tmp_path)
    made.host.start()
    yield made
    made.host.stop()


def test_a_desk_reads_all_and_writes_its_own(table: Table) -> None:
    _, one, two = table.keys
    with closing(table.guest(one)) as first, closing(table.guest(two)) as second:
        name = f"{hex16(one.dev)}/{PART}"
        first.put(name, b"sealed")
        first.put(f"{name}.sig", b"signed")
        assert set(second.entries()) == {name, f"{name}.sig"}
        assert second.get(name) == b"sealed"
        for forbidden in (name, f"receipts/{hex16(one.dev)}-{hex16(two.dev)}.json"):
            with pytest.raises(SetAside):
                second.put(forbidden, b"mine now")
        with pytest.raises(SetAside):
            second.remove(name)
        assert first.get(name) == b"sealed"
        first.remove(name)
        first.remove(name)  # twice is once
        with pytest.raises(SetAside):
            first.get(name)


@pytest.mark.parametrize(
    "name",
    [
        "../station.db",
        "station.db",
        "SHELTERDESK/../keys.json",
        "{dev}/../../keys.json",
        "{dev}/notes.txt",
        "{dev}/" + PART + ".partial",
        "{dev}/7-1of1-0123456789ABCDEF.age",
        "{dev}//" + PART,
        "{dev}/" + PART + ".sig.sig",
        "{dev}/" + PART + "\0",
        "receipts/{dev}.json",
        "",
        "/etc/passwd",
    ],
)
def test_no_other_name_is_given_or_taken(table: Table, name: str) -> None:
    name = name.format(dev=hex16(table.keys[1].dev))
    before = sorted(path.name for path in table.folder.rglob("*"))
    with closing(table.guest(table.keys[1])) as guest:
        for ask in (lambda: guest.get(name), lambda: guest.put(name, b"x"), lambda: guest.remove(name)):
            with pytest.raises(SetAside):
                ask()
    assert sorted(path.name for path in table.folder.rglob("*")) == before
    assert read_shelf_name(name) is None


def test_whoever_is_no_desk_of_the_station_sees_nothing(table: Table) -> None:
    with closing(table.guest(DeskKeys.new())) as stranger, pytest.raises(Stranger):
        stranger.entries()


def test_a_desk_revoked_meanwhile_is_cut_off(table: Table) -> None:
    with closing(table.guest(table.keys[1])) as guest:
        assert guest.entries() == {}
        del table.members[table.keys[1].dev]
        with pytest.raises((ShelfGone, Stranger)):
            guest.entries()


def test_another_key_at_the_address_of_the_code_is_not_believed(table: Table) -> None:
    code = table.host.code
    other = TableCode(code.address, code.port, bytes(9))
    with closing(TableGuest(other, table.keys[1].signing)) as guest, pytest.raises(NotTheTable):
        guest.entries()


@contextmanager
def in_between(table: Table, folder: Path) -> Iterator[TableCode]:
    """Somebody who answers at another address with an own certificate, and passes everything on both ways."""
    context, _ = tls.listening_context(folder)
    server = socket.create_server(("127.0.0.1", 0))

    def relay() -> None:
        try:
            plain, _ = server.accept()
            with (
                context.wrap_socket(plain, server_side=True) as guest,
                socket.create_connection((table.host.code.address, table.host.code.port)) as onward,
                tls.calling_context().wrap_socket(onward) as host,
            ):
                for a, b in ((host, guest), (guest, host), (host, guest)):
                    if not (said := a.recv(1 << 16)):
                        return
                    b.sendall(said)
        except OSError:
            return

    thread = threading.Thread(target=relay)
    thread.start()
    address, port = server.getsockname()[:2]
    yield TableCode(address, port, table.host.code.pin)
    server.close()
    thread.join()


def test_somebody_in_between_who_passes_everything_on_is_found_out(
    table: Table, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(table_finder, "find", lambda code: [])
    with in_between(table, tmp_path) as code:
        with closing(TableGuest(code, table.keys[1].signing)) as guest, pytest.raises(NotTheTable):
            guest.entries()


def raw(table: Table) -> ssl.SSLSocket:
    plain = socket.create_connection((table.host.code.address, table.host.code.port), 5)
    return tls.calling_context().wrap_socket(plain)


def entered(
    table: Table, keys: DeskKeys, nonce: bytes | None = None, dev_key: DeskKeys | None = None
) -> Answer | None:
    """What the host says to a handshake made by hand; None where it hangs up."""
    with raw(table) as stream:
        hello, _ = wire.receive(stream, Answer, 0)
        signature = tls.sign_as_guest(
            keys.signing, tls.certificate_of(stream), nonce or bytes.fromhex(hello.nonce)
        )
        named = dev_key or keys
        wire.send(stream, Request("enter", sign=named.public.hex(), signature=signature.hex()))
        try:
            answer: Answer = wire.receive(stream, Answer, 0)[0]
        except (EOFError, OSError):
            return None
        return answer


def test_a_signature_of_another_connection_or_desk_does_not_enter(table: Table) -> None:
    assert entered(table, table.keys[1]) == Answer()
    assert entered(table, table.keys[1], nonce=bytes(32)) is None
    assert entered(table, DeskKeys.new(), dev_key=table.keys[1]) is None


GARBAGE: list[Callable[[random.Random], bytes]] = [
    lambda rng: rng.randbytes(rng.randint(1, 2_000)),
    lambda rng: struct.pack(">I", rng.randint(0, 1 << 32 - 1)),
    lambda rng: struct.pack(">I", 40) + rng.randbytes(40),
    lambda rng: struct.pack(">I", 2) + b"{}",
    lambda rng: (
        struct.pack(">I", 60)
        + msgspec.json.encode({"op": "enter", "sign": "zz", "signature": "00"}).ljust(60)
    ),
    lambda rng: struct.pack(">I", 4_000) + b"[" * 4_000,
]


def test_nonsense_harms_nobody(table: Table) -> None:
    seed = 11
    print(f"seed {seed}")
    rng = random.Random(seed)
    with closing(table.guest(table.keys[1])) as guest:
        for n in range(60):
            with socket.create_connection((table.host.code.address, table.host.code.port), 5) as plain:
                if n % 2:  # inside TLS
                    with tls.calling_context().wrap_socket(plain) as stream:
                        stream.sendall(rng.choice(GARBAGE)(rng))
                else:
                    plain.sendall(rng.choice(GARBAGE)(rng))
            assert guest.entries() == {}


def test_a_size_beyond_any_part_is_not_waited_for(table: Table) -> None:
    with raw(table) as stream:
        hello, _ = wire.receive(stream, Answer, 0)
        signature = tls.sign_as_guest(
            table.keys[1].signing, tls.certificate_of(stream), bytes.fromhex(hello.nonce)
        )
        wire.send(stream, Request("enter", sign=table.keys[1].public.hex(), signature=signature.hex()))
        assert wire.receive(stream, Answer, 0)[0] == Answer()
        wire.send(stream, Request("put", f"{hex16(table.keys[1].dev)}/{PART}", wire.MAX_BODY + 1))
        with pytest.raises((EOFError, OSError)):
            wire.receive(stream, Answer, 0)


def test_more_guests_than_any_table_has_are_turned_away_and_desks_come_in_again(table: Table) -> None:
    crowd = [
        socket.create_connection((table.host.code.address, table.host.code.port), 5)
        for _ in range(MOST_GUESTS + 3)
    ]
    with closing(table.guest(table.keys[1])) as guest:
        with pytest.raises(ShelfGone):
            guest.entries()
        for one in crowd:
            one.close()
        # The host notices that they left in its own time: a guest simply asks again, as a sitting does.
        for _ in range(10_000):
            try:
                assert guest.entries() == {}
                return
            except ShelfGone:
                continue
        raise AssertionError("the table stays closed")


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has the whole of 127/8 on its loopback")
def test_one_laptop_alone_keeps_nobody_out(table: Table) -> None:
    address = (table.host.code.address, table.host.code.port)
    crowd = [socket.create_connection(address, 5, ("127.0.0.2", 0)) for _ in range(MOST_GUESTS + 3)]
    with closing(table.guest(table.keys[1])) as guest:
        assert guest.entries() == {}
    for one in crowd:
        one.close()


def test_one_who_sends_a_byte_now_and_then_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    here, there = socket.socketpair()
    with here, there:
        there.sendall(b"\0")
        passing = itertools.count(0, wire.PATIENCE_S * 0.6)
        monkeypatch.setattr(time, "monotonic", lambda: next(passing))
        with pytest.raises(wire.BadTalk, match="too slow"):
            wire.receive(here, Answer, 0)


def test_a_large_file_goes_in_pieces_that_each_have_the_patience() -> None:
    here, there = socket.socketpair()
    body = random.Random(3).randbytes(3 * wire.PIECE + 5)
    sent: list[int] = []

    class Counted(socket.socket):
        def sendall(self, data: Any, *flags: int) -> None:
            sent.append(len(data))
            super().sendall(data, *flags)

    found: list[bytes] = []
    with Counted(fileno=here.detach()) as counted, there:
        taking = threading.Thread(target=lambda: found.append(wire.receive(there, Answer, len(body))[1]))
        taking.start()
        wire.send(counted, Answer(size=len(body)), body)
        taking.join()
    assert found == [body] and max(sent) == wire.PIECE


def test_a_guest_that_was_cut_off_does_not_call_again(table: Table) -> None:
    with closing(table.guest(table.keys[1])) as guest:
        assert guest.entries() == {}
        guest.cut_off()
        with pytest.raises(ShelfGone):
            guest.entries()


def test_guests_leave_the_room_that_saving_needs(table: Table, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = shutil.disk_usage(table.folder)._replace(free=reserve.LEAST - 1)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage)
    with closing(table.guest(table.keys[1])) as guest, pytest.raises(DiskFull):
        guest.put(f"{hex16(table.keys[1].dev)}/{PART}", b"sealed")


def test_refusals_are_not_remembered_without_end() -> None:
    door = JoinDoor()
    for n in range(200):
        assert door.ask(b"%d" % n, b"letter")
        door.turn_away(b"%d" % n)
    assert door.answer(b"199", 0)[0].code == "refused"
    assert door.answer(b"0", 0)[0].code == "unknown"


def test_a_laptop_that_is_no_desk_yet_may_ask_and_fetch_its_answer(table: Table, tmp_path: Path) -> None:
    new, other = DeskKeys.new(), DeskKeys.new()
    with closing(table.guest(new)) as guest, closing(table.guest(other)) as another:
        guest.knock(b"a letter")
        got = tmp_path / "got"
        assert not guest.fetch(got)
        assert [knock.letter for knock in table.host.door.knocks()] == [b"a letter"]
        reply = tmp_path / "reply"
        reply.write_bytes(random.Random(1).randbytes(wire.CHUNK * 2 + 5))
        table.host.door.let_in(new.public, reply)
        assert not guest.fetch(got)  # this desk does not know it as one of the station yet
        table.members[new.dev] = new.public
        told: list[tuple[int, int]] = []
        assert guest.fetch(got, lambda done, of: told.append((done, of)))
        assert got.read_bytes() == reply.read_bytes()
        assert told[-1] == (reply.stat().st_size, reply.stat().st_size) and len(told) == 3
        another.knock(b"another letter")
        table.host.door.turn_away(other.public)
        with pytest.raises(Refused, match="did not admit"):
            another.fetch(got)


def test_a_crowd_at_the_door_does_not_grow(table: Table) -> None:
    refused = 0
    for n in range(12):
        with closing(table.guest(DeskKeys.new())) as guest:
            try:
                guest.knock(b"%d" % n)
            except Refused:
                refused += 1
    assert (len(table.host.door.knocks()), refused) == (8, 4)


def test_no_key_of_the_sitting_stays_on_the_disk(table: Table) -> None:
    assert [path for path in table.folder.rglob("*") if path.is_file()] == []
