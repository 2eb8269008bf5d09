"""To the office over a network: a real SSH server, links that die in the middle of a file, receipts that come home."""

from __future__ import annotations

import random
from contextlib import closing
from pathlib import Path

import pytest

from shelterdesk.actions.clock import SetClock
from shelterdesk.actions.desk import Desk
from shelterdesk.actions.exchange import export_bundle, export_receipts
from shelterdesk.actions.exchange_state import exchange_state
from shelterdesk.actions.post_choice import choose_post, post_of
from shelterdesk.actions.posting import Posting, try_post
from shelterdesk.actions.taking_in import import_from
from shelterdesk.core.errors import Refused
from shelterdesk.db.check import check
from shelterdesk.sync.faults import SetAside
from shelterdesk.sync.place import NewServer, NoEntry, Place
from shelterdesk.sync.shelf import ShelfGone
from shelterdesk.sync.url_shelf import PIECE, UrlShelf
from tests.sync.sftp_house import Server, sftp_server, wire_to
from tests.sync.tables import at_once
from tests.sync.worlds import World, at, given_names, parts_in, register

DEV = "0123456789abcdef"
PART = f"{DEV}/7-1of1-0123456789abcdef.age"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Server:  # type: ignore[misc]
    """One server for the tests of this file; each serves itself from a folder of its own below."""
    with sftp_server(tmp_path_factory.mktemp("sftp")) as made:
        yield made


def place_in(server: Server, name: str, **named: object) -> Place:
    folder = server.root / name
    folder.mkdir(exist_ok=True)
    made = server.place(**named)  # type: ignore[arg-type]
    return Place(f"{made.url}/{name}", key_file=made.key_file, host_key=made.host_key)


def posting(desk: Desk, place: Place) -> Posting:
    return Posting(desk.folder, place, desk.reader(), at_once(desk))


@pytest.mark.parametrize("kind", ["sftp", "file", "memory"])
def test_a_shelf_at_an_address(server: Server, tmp_path: Path, kind: str) -> None:
    place = place_in(server, "plain") if kind == "sftp" else Place(f"file://{tmp_path}")
    if kind == "memory":
        place = Place("memory://office")
    with closing(UrlShelf(place)) as shelf:
        assert shelf.entries() == {}
        data = random.Random(1).randbytes(3 * PIECE + 5)
        shelf.put(PART, data)
        shelf.put(f"{PART}.sig", b"signed")
        assert set(shelf.entries()) == {PART, f"{PART}.sig"}
        assert shelf.get(PART) == data
        shelf.remove(PART)
        shelf.remove(PART)  # twice is once
        with pytest.raises(SetAside):
            shelf.get(PART)
        for strange in ("../keys.json", f"{DEV}/notes.txt", "receipts/x.json", ""):
            for ask in (shelf.get, shelf.remove):
                with pytest.raises(SetAside):
                    ask(strange)
            with pytest.raises(SetAside):
                shelf.put(strange, b"")


def test_a_server_is_met_once_and_known_by_its_key_from_then_on(server: Server) -> None:
    place = place_in(server, "met", host_key="")
    with pytest.raises(NewServer) as met:
        try_post(place)
    assert met.value.shown == server.host_key and server.host_key in met.value.sentence
    try_post(Place(place.url, key_file=place.key_file, host_key=met.value.shown))
    with pytest.raises(NewServer, match="another key than before"):
        try_post(Place(place.url, key_file=place.key_file, host_key="SHA256:of another server"))


def test_a_server_that_does_not_let_one_in_or_write_is_told_apart(server: Server, tmp_path: Path) -> None:
    place = place_in(server, "closed")
    with pytest.raises(NoEntry, match="Check the user's name"):
        try_post(Place(place.url, "wrong", host_key=place.host_key))
    with pytest.raises(NoEntry, match="Check the user's name"):
        try_post(Place(place.url, key_file=str(tmp_path / "moved away"), host_key=place.host_key))
    (tmp_path / "reading").mkdir()
    with sftp_server(tmp_path / "reading", is_read_only=True) as read_only:
        with closing(UrlShelf(read_only.place())) as shelf, pytest.raises(NoEntry, match="right to write"):
            shelf.put(PART, b"sealed")
    with pytest.raises(ShelfGone, match="does not answer"):
        try_post(read_only.place())


@pytest.mark.parametrize(
    "url",
    [
        "",
        "no address",
        "sftp://",
        "sftp://user@/in",
        "sftp://[::1",
        "sftp://user@server:many/in",
        "sftp://user:secret@server/in",
        "//user:secret@server/in",
        "gopher://server/in",
    ],
)
def test_what_is_no_address_is_refused_with_what_to_write(url: str) -> None:
    with pytest.raises(Refused) as refused:
        try_post(Place(url))
    assert "secret" not in str(refused.value) and refused.value.next_step


def test_a_link_that_dies_in_a_file_is_gone_on_with_where_it_stopped(server: Server) -> None:
    data = random.Random(2).randbytes(40 * PIECE)
    with wire_to(server.port, cut_after=25 * PIECE) as wire:
        with closing(UrlShelf(place_in(server, "cut", port=wire.port))) as shelf, pytest.raises(ShelfGone):
            shelf.put(PART, data)
    folder = server.root / "cut" / "SHELTERDESK" / DEV
    (left,) = folder.iterdir()
    assert left.name.endswith(".partial") and 0 < left.stat().st_size < len(data)
    with wire_to(server.port) as wire:
        with closing(UrlShelf(place_in(server, "cut", port=wire.port))) as shelf:
            shelf.put(PART, data)
            assert shelf.get(PART) == data
        # What was there was not sent again: some kilobytes go up for the talk itself.
        assert wire.went_up < len(data) - left_size(data, 20 * PIECE)
    assert [path.name for path in folder.iterdir()] == [PART.partition("/")[2]]


def left_size(data: bytes, sent: int) -> int:
    """How much need not go up again when so much had gone."""
    return min(len(data), sent)


@pytest.mark.parametrize("left", [b"something else altogether", bytes(9 * PIECE), b""])
def test_what_lies_there_half_and_is_not_ours_is_sent_anew(server: Server, left: bytes) -> None:
    data = random.Random(3).randbytes(5 * PIECE)
    name = f"half{len(left)}"
    place = place_in(server, name)
    folder = server.root / name / "SHELTERDESK" / DEV
    folder.mkdir(parents=True)
    (folder / f"{PART.partition('/')[2]}.partial").write_bytes(left)
    with closing(UrlShelf(place)) as shelf:
        shelf.put(PART, data)
        assert shelf.get(PART) == data


def test_what_is_posted_is_received_and_confirmed(
    world: World, server: Server, clock: SetClock, tmp_path: Path
) -> None:
    place = place_in(server, "office")
    served = server.root / "office"
    with at(world.lb, clock) as desk, at(world.office, clock) as office:
        choose_post(desk, place)
        reader = desk.reader()
        assert post_of(reader) == place
        register(desk, "Ana", "Eva")
        going = posting(desk, place)
        assert going.round() > 0
        state = exchange_state(reader)
        assert state.only_here == state.at_server > 0 and state.on_stick == 0
        assert state.last_written_ms is None, "no stick was written"
        import_from(office, served)
        assert given_names(office) == {"Ana", "Eva"}
        export_receipts(office, served)
        while going.round():
            pass
        assert exchange_state(reader).only_here == 0
        # One part stays, the one that says who belongs; nothing else of this desk's lies there any more.
        assert len(parts_in(served, desk.who.dev)) == 1
        register(desk, "Sol")
        while going.round():
            pass
        import_from(office, served)
        assert given_names(office) == {"Ana", "Eva", "Sol"}
        export_bundle(desk, tmp_path)
        now = exchange_state(reader)
        assert now.only_here == now.on_stick > 0 and now.at_server == 0 and now.last_written_ms is not None
        going.close()
        reader.close()
        assert check(desk.store.conn).findings == []


def test_other_stations_files_are_neither_fetched_nor_touched(
    world: World, server: Server, clock: SetClock
) -> None:
    place = place_in(server, "many")
    with at(world.mt, clock) as other:
        register(other, "Mia")
        theirs = posting(other, place)
        theirs.round()
        theirs.close()
    lying = {path: path.read_bytes() for path in (server.root / "many").rglob("*") if path.is_file()}
    with at(world.lb, clock) as desk:
        register(desk, "Ana")
        going = posting(desk, place)
        while going.round():
            pass
        assert "Mia" not in given_names(desk)
        going.close()
    assert all(path.read_bytes() == data for path, data in lying.items())


@pytest.mark.parametrize("seed", range(2))
def test_a_link_that_dies_again_and_again_brings_all_in_the_end(
    world: World, server: Server, clock: SetClock, seed: int
) -> None:
    rng = random.Random(seed)
    print(f"seed {seed}")
    name = f"poor{seed}"
    with at(world.lb, clock) as desk, at(world.office, clock) as office:
        for n in range(8):
            register(desk, f"P{n}")
            with wire_to(server.port, cut_after=rng.randint(2_000, 90_000)) as wire:
                going = posting(desk, place_in(server, name, port=wire.port))
                try:
                    while going.round():
                        pass
                except ShelfGone:
                    pass
                finally:
                    going.close()
            found = (
                import_from(office, server.root / name).result
                if rng.random() < 0.5 and any((server.root / name).iterdir())
                else None
            )
            assert found is None or not found.set_aside
        going = posting(desk, place_in(server, name))
        while going.round():
            pass
        going.close()
        assert import_from(office, server.root / name).result.set_aside == 0
        assert given_names(office) == {f"P{n}" for n in range(8)}
        assert list((server.root / name).rglob("*.partial")) == []


def test_before_an_office_there_is_nobody_to_post_to(desk: Desk) -> None:
    with pytest.raises(Refused, match="no office yet"):
        choose_post(desk, Place("sftp://user@server/in"))
