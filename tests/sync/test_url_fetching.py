"""Fetching from a server whose link dies or whose files change, and what servers of every kind answer, said in sentences."""

from __future__ import annotations

import errno
import hashlib
import logging
import random
import shutil
import socket
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from itertools import chain, repeat
from pathlib import Path

import fsspec
import pytest
from fsspec.spec import AbstractFileSystem

from shelterdesk.core.errors import DiskFull, Refused, WorldError
from shelterdesk.core.event import hex16
from shelterdesk.sync import url_faults, url_shelf
from shelterdesk.sync.halves import Halves
from shelterdesk.sync.place import NoEntry, Place, server_of
from shelterdesk.sync.shelf import ShelfGone
from shelterdesk.sync.stick import RECEIPTS
from shelterdesk.sync.url_shelf import PIECE, TAIL, UrlShelf
from tests.sync.sftp_house import Server, sftp_server, wire_to

DEV = "0123456789abcdef"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Server:  # type: ignore[misc]
    """One server for the tests of this file."""
    with sftp_server(tmp_path_factory.mktemp("sftp")) as made:
        yield made


def laid(server: Server, name: str, data: bytes) -> tuple[str, Path]:
    """A part at a server, in a folder of its own: its name on the shelf, and where it lies."""
    folder = server.root / name / "SHELTERDESK" / DEV
    folder.mkdir(parents=True)
    part = f"7-1of1-{hashlib.sha256(data).hexdigest()[:16]}.age"
    (folder / part).write_bytes(data)
    return f"{DEV}/{part}", folder / part


def shelf_in(server: Server, name: str, halves: Path, port: int = 0) -> UrlShelf:
    made = server.place(port=port)
    return UrlShelf(
        Place(f"{made.url}/{name}", key_file=made.key_file, host_key=made.host_key), halves=halves
    )


def begun(server: Server, name: str, part: str, halves: Path) -> Path:
    """Fetch a part over a link that dies in it; returns what was kept."""
    with wire_to(server.port, cut_after_down=25 * PIECE) as wire:
        with closing(shelf_in(server, name, halves, wire.port)) as shelf, pytest.raises(ShelfGone):
            shelf.get(part)
    (kept,) = halves.iterdir()
    return kept


def test_a_link_that_dies_while_fetching_is_gone_on_with_where_it_stopped(
    server: Server, tmp_path: Path
) -> None:
    data = random.Random(1).randbytes(40 * PIECE)
    part, _ = laid(server, "down", data)
    kept = begun(server, "down", part, tmp_path / "halves")
    there = kept.stat().st_size
    assert 20 * PIECE <= there < len(data)
    with wire_to(server.port) as wire:
        with closing(shelf_in(server, "down", tmp_path / "halves", wire.port)) as shelf:
            assert shelf.get(part) == data
        # What had come did not come again but for its end, which is compared.
        assert wire.came_down < len(data) - there + TAIL + 2 * PIECE
    assert list((tmp_path / "halves").iterdir()) == []


@pytest.mark.parametrize("where", ["before", "behind"])
def test_a_file_that_changed_meanwhile_comes_anew(server: Server, tmp_path: Path, where: str) -> None:
    data = random.Random(2).randbytes(40 * PIECE)
    part, path = laid(server, f"changed-{where}", data)
    kept = begun(server, f"changed-{where}", part, tmp_path / "halves")
    at = 0 if where == "before" else kept.stat().st_size - PIECE
    other = data[:at] + bytes(PIECE) + data[at + PIECE :]
    path.write_bytes(other)
    with closing(shelf_in(server, f"changed-{where}", tmp_path / "halves")) as shelf:
        # What came before the change is what the name says, and better than what lies there now.
        assert shelf.get(part) == (data if where == "before" else other)
    assert list((tmp_path / "halves").iterdir()) == []


def test_what_lies_here_half_and_is_something_else_is_not_used(server: Server, tmp_path: Path) -> None:
    data = random.Random(3).randbytes(3 * PIECE)
    part, _ = laid(server, "strange", data)
    for left in (b"something else", bytes(9 * PIECE), data[:PIECE] + b"?", b"?" + data[1:-9]):
        Halves(tmp_path / "halves").keep(part, left)
        with closing(shelf_in(server, "strange", tmp_path / "halves")) as shelf:
            assert shelf.get(part) == data


def test_of_one_file_at_a_time_a_half_is_kept(tmp_path: Path) -> None:
    halves = Halves(tmp_path / "halves")
    for n in range(20):
        halves.keep(f"{DEV}/{n + 1}-1of1-0123456789abcdef.age", b"begun")
    halves.keep(f"receipts/{DEV}-{DEV}.json", b"begun")
    (kept,) = (tmp_path / "halves").iterdir()
    assert kept.read_bytes() == b"begun" and "-20-1of1-" in kept.name


@pytest.mark.parametrize("size", [0, 10, 5 * PIECE])
def test_a_shelf_says_whether_it_still_holds_what_was_brought(
    server: Server, tmp_path: Path, size: int
) -> None:
    data = random.Random(size).randbytes(size)
    part, path = laid(server, f"held{size}", data)
    with closing(shelf_in(server, f"held{size}", tmp_path)) as shelf:
        assert shelf.holds(part, data)
        assert not shelf.holds(part, data + b"x")
        path.write_bytes(bytes(size // 2) + data[size // 2 :])
        assert shelf.holds(part, data) is (size == 0)
        path.unlink()
        assert not shelf.holds(part, data)


def test_a_folder_of_too_many_files_is_left_out_and_the_others_are_seen(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(url_shelf, "MOST_OF_ONE", 20)
    part, path = laid(server, "crowd", b"sealed")
    crowd = path.parent.with_name(hex16(7))
    crowd.mkdir()
    for n in range(30):
        (crowd / f"{n}-1of1-0123456789abcdef.age").touch()
    for folders in (None, (DEV, hex16(7), RECEIPTS)):
        place = server.place()
        with closing(
            UrlShelf(Place(f"{place.url}/crowd", key_file=place.key_file, host_key=place.host_key), folders)
        ) as shelf:
            assert set(shelf.entries()) == {part}
            assert shelf.crowded == {hex16(7)}
            assert shelf.get(part) == b"sealed"


# --- what servers of other kinds answer -------------------------------------------------------------------------


@contextmanager
def talker(*answers: bytes) -> Iterator[int]:
    """Somebody who answers each line with the next of these, the last for ever; the port."""
    server = socket.create_server(("127.0.0.1", 0))
    guests: list[socket.socket] = []

    def talk() -> None:
        with suppress(OSError):
            while True:
                guests.append(server.accept()[0])
                with guests[-1] as guest, suppress(OSError):
                    for answer in chain(answers, repeat(answers[-1])):
                        guest.sendall(answer)
                        if not guest.recv(1 << 12):
                            break

    thread = threading.Thread(target=talk)
    thread.start()
    try:
        yield int(server.getsockname()[1])
    finally:
        for one in (server, *guests):
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
        server.close()
        thread.join()


@pytest.mark.parametrize(
    ("answers", "kind", "sentence"),
    [
        ((b"220 here\r\n", b"331 and?\r\n", b"530 Login incorrect.\r\n"), NoEntry, "Check the user's name"),
        ((b"220 here\r\n", b"230 in\r\n", b"550 Permission denied.\r\n"), NoEntry, "the right to write"),
        ((b"220 here\r\n", b"230 in\r\n", b"552 Quota exceeded.\r\n"), DiskFull, "no room left"),
        ((b"220 here\r\n", b"230 in\r\n", b"421 Going down.\r\n"), ShelfGone, "does not answer"),
        ((b"what do you want\r\n",), ShelfGone, "does not answer"),
        ((b"\xff\xfe\xff\r\n",), ShelfGone, "does not answer"),
    ],
)
def test_what_a_server_of_another_kind_answers_is_a_sentence(
    answers: tuple[bytes, ...], kind: type[WorldError], sentence: str
) -> None:
    with talker(*answers) as port, closing(UrlShelf(Place(f"ftp://127.0.0.1:{port}/in"), (DEV,))) as shelf:
        with pytest.raises(kind, match=sentence) as met:
            shelf.put(f"{DEV}/7-1of1-0123456789abcdef.age", b"sealed")
        assert met.value.next_step and "Error" not in str(met.value)


class ClientResponseError(Exception):
    """As libraries of HTTP have it."""

    status = 401


class NoCredentialsError(Exception):
    """As libraries of object stores have it."""


class Odd(AbstractFileSystem):  # type: ignore[misc]  # fsspec says no types
    """A kind of server whose library raises what it likes."""

    protocol = "odd"
    raises: Exception = Exception()

    def ls(self, path: str, detail: bool = True, **_: object) -> list[object]:
        raise self.raises


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        (ClientResponseError(), NoEntry),
        (NoCredentialsError(), NoEntry),
        (TimeoutError(), ShelfGone),
        (ConnectionResetError(), ShelfGone),
        (KeyError("Contents"), ShelfGone),
        (TypeError("int expected"), ShelfGone),
        (NotImplementedError(), Refused),
        (PermissionError(), NoEntry),
    ],
)
def test_what_a_library_raises_is_the_worlds_fault(
    fault: Exception, kind: type[WorldError], monkeypatch: pytest.MonkeyPatch
) -> None:
    fsspec.register_implementation("odd", Odd, clobber=True)
    monkeypatch.setattr(Odd, "raises", fault)
    monkeypatch.setattr("shelterdesk.sync.url_faults._OURS", str(Path(url_shelf.__file__).parent))
    with closing(UrlShelf(Place("odd://server/in"), (DEV,))) as shelf, pytest.raises(kind) as met:
        shelf.entries()
    assert met.value.next_step and "Error" not in str(met.value)


def test_a_fault_in_our_own_lines_stays_ours(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def stumble(shelf: UrlShelf) -> dict[str, object]:
        return dict[str, dict[str, object]]()["nothing"]

    monkeypatch.setattr(UrlShelf, "_fresh", stumble)
    monkeypatch.setattr("shelterdesk.sync.url_faults._OURS", str(Path(__file__).parent))
    with closing(UrlShelf(Place(f"file://{tmp_path}"), (DEV,))) as shelf, pytest.raises(KeyError):
        shelf.entries()


@pytest.mark.parametrize(
    ("url", "server"),
    [
        ("sftp://user@Server/in", "server"),
        ("sftp://user@server:22/in", "server"),
        ("sftp://user@server:2222/in", "server:2222"),
        ("sftp://user@[::1]:2222/in", "[::1]:2222"),
        ("ftp://server:22/in", "server:22"),
        ("file:///in", "/in"),
    ],
)
def test_a_server_is_its_name_and_its_port(url: str, server: str) -> None:
    assert server_of(url) == server


def test_a_link_that_is_reset_leaves_no_traceback_at_the_terminal(capfd: pytest.CaptureFixture[str]) -> None:
    """As the command line is: nobody has set up a log there."""
    with talker(b"no such thing\r\n" * 200) as port:
        at = Place(f"sftp://somebody@127.0.0.1:{port}/in", "a password")
        root, kept = logging.getLogger(), logging.getLogger().handlers[:]
        root.handlers[:] = []
        try:
            with closing(UrlShelf(at)) as shelf, pytest.raises(ShelfGone):
                shelf.entries()
        finally:
            root.handlers[:] = kept
    assert capfd.readouterr().err == ""


def test_a_folder_cleared_at_the_server_is_made_again(server: Server, tmp_path: Path) -> None:
    """Whoever looks after the server is asked to clear it: sending must go on without a new connection."""
    part, path = laid(server, "cleared", b"sealed")
    with closing(shelf_in(server, "cleared", tmp_path)) as shelf:
        shelf.put(part, b"sealed")
        shutil.rmtree(path.parent)
        with suppress(ShelfGone):
            shelf.put(part, b"sealed")
        shelf.put(part, b"sealed")
        assert path.read_bytes() == b"sealed"


def test_the_name_of_a_folder_makes_no_disk_full() -> None:
    fault = url_faults.said(
        "the server", PermissionError(errno.EACCES, "Permission denied", "/srv/workspace/a")
    )
    assert isinstance(fault, NoEntry)
    assert isinstance(url_faults.said("the server", OSError("No space left")), DiskFull)
