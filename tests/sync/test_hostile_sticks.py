"""Sticks made by an enemy, taken in by a real office: nothing is followed, nothing waits, each thing has its reason."""

from __future__ import annotations

import os
import shutil
import socket
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from shelterdesk.actions.clock import SetClock
from shelterdesk.actions.exchange import export_bundle
from shelterdesk.actions.taking_in import Imported, import_from
from shelterdesk.startup import use_language
from shelterdesk.sync import stick as sticks
from shelterdesk.sync.faults import SetAside, said
from shelterdesk.sync.stick import look
from tests.sync.worlds import World, at, events_of, given_names, parts_in, register, state

DESK = "0123456789abcdef"
ANY = "0" * 16
NAMES = [
    "a\nb", "\u202egpj.1-1of1-0000000000000000.age", "1-1of1-000000000000000０.age", "１-1of1-0000000000000000.age",
    "1\u200d-1of1-0000000000000000.age", "..age", "...", " ", "con", "1-1of1-0000000000000000.age ", "\udcff\udcfe",
    "1-1of1-0000000000000000.AGE", "01-1of1-0000000000000000.age", "a%00b", "1-1of1-0000000000000000.age\r", "-rf",
    "\u0430" * 80, "1-2of1-0000000000000000.age", "9" * 11 + "-1of1-0000000000000000.age", "0123456789ABCDEF.admit",
]  # fmt: skip


@pytest.fixture
def desk_folder(stick: Path) -> Path:
    """A desk's folder on a stick."""
    folder = stick / "SHELTERDESK" / DESK
    folder.mkdir(parents=True)
    return folder


def part_name(number: int) -> str:
    """The name of a part."""
    return f"{number}-1of1-{ANY}.age"


def snapshot(folder: Path) -> list[tuple[str, int, int, int]]:
    """Everything below a folder as it lies there: path, mode, size, time of the last change."""
    found = []
    for top, folders, files in os.walk(folder):
        for name in (*folders, *files):
            status = os.lstat(os.path.join(top, name))
            size = 0 if stat.S_ISDIR(status.st_mode) else status.st_size
            found.append(
                (os.path.relpath(os.path.join(top, name), folder), status.st_mode, size, status.st_mtime_ns)
            )
    return sorted(found)


def taken_in(world: World, stick: Path, clock: SetClock) -> Imported:
    """A stick at the office, which holds the same before and after; the stick, and what lies beside it, is as it was."""
    with at(world.office, clock) as office:
        before = (events_of(office), state(office))
        lying = snapshot(stick.parent / "beside"), snapshot(stick)
        found = import_from(office, stick).result
        assert (events_of(office), state(office)) == before
        assert (snapshot(stick.parent / "beside"), snapshot(stick)) == lying
    assert all(part.reason and part.advice and part.name.isprintable() for part in found.parts)
    assert found.new == 0 and not found.alarms
    return found


@pytest.fixture
def beside(stick: Path) -> Path:
    """A folder beside the stick that links on it point to; what is in it must not come in."""
    folder = stick.parent / "beside"
    folder.mkdir()
    return folder


def test_pipes_sockets_devices_and_folders_in_the_place_of_files(
    world: World, stick: Path, desk_folder: Path, beside: Path, clock: SetClock
) -> None:
    """None is opened: a pipe would never end, a device do what it does."""
    os.mkfifo(desk_folder / part_name(1))
    os.mkfifo(desk_folder / f"{DESK}.admit")
    (desk_folder / part_name(2)).mkdir()
    (desk_folder / part_name(3)).write_bytes(b"x")
    os.mkfifo(desk_folder / f"{part_name(3)}.sig")
    (stick / "SHELTERDESK" / "receipts").mkdir()
    os.mkfifo(stick / "SHELTERDESK" / "receipts" / f"{DESK}-{DESK}.json")
    expected = 4
    with socket.socket(socket.AF_UNIX) as listening:
        home = os.getcwd()
        os.chdir(desk_folder)  # the name of a socket may have about a hundred bytes
        try:
            listening.bind(part_name(4))
        finally:
            os.chdir(home)
        expected += 1
        if os.geteuid() == 0 and may_make_devices(desk_folder / part_name(5)):
            expected += 1
        found = taken_in(world, stick, clock)
    kinds = [part for part in found.parts if part.reason == said("not_a_file", {})[0]]
    assert (len(kinds), found.strange) == (expected, expected + 1)  # and the pipe in the place of a signature
    assert [part.reason for part in found.parts if part not in kinds] == [said("no_signature", {})[0]]


def may_make_devices(path: Path) -> bool:
    """Make a device that gives zeros for ever, where the system lets us."""
    try:
        os.mknod(path, 0o666 | stat.S_IFCHR, os.makedev(1, 5))
    except OSError:
        return False
    return True


def test_links_are_never_followed(world: World, stick: Path, beside: Path, clock: SetClock) -> None:
    """Good parts lie behind the links: whoever followed one would take something in."""
    with at(world.lb, clock) as desk:
        register(desk, "Ana")
        (beside / "good").mkdir()
        export_bundle(desk, beside / "good")
    (part,) = parts_in(beside / "good")
    ours = stick / "SHELTERDESK"
    ours.mkdir()
    (ours / part.parent.name).symlink_to(part.parent)
    other = ours / DESK
    other.mkdir()
    for name in (part.name, f"{part.name}.sig"):
        (other / name).symlink_to(part.parent / name)
    (ours / "receipts").symlink_to(beside)
    (ours / "7123456789abcdef").symlink_to(ours)
    (other / part_name(7)).symlink_to(part_name(7))
    (other / f"{DESK}.admit").symlink_to(os.path.join("..", "..", "..", "beside", "nothing"))
    found = taken_in(world, stick, clock)
    assert len(found.parts) == found.strange - 1 == 6  # the signature's link has no reason of its own
    with at(world.office, clock) as office:
        assert "Ana" not in given_names(office)


def test_a_signature_behind_a_link_counts_as_none(
    world: World, stick: Path, beside: Path, clock: SetClock
) -> None:
    with at(world.lb, clock) as desk:
        register(desk, "Ana")
        export_bundle(desk, stick)
    (part,) = parts_in(stick)
    signature = part.with_name(f"{part.name}.sig")
    signature.rename(beside / "sig")
    signature.symlink_to(beside / "sig")
    found = taken_in(world, stick, clock)
    assert [one.reason for one in found.parts] == [said("no_signature", {})[0]]


def test_names_made_to_deceive(
    world: World, stick: Path, desk_folder: Path, beside: Path, clock: SetClock
) -> None:
    """Line ends, letters that turn what follows, digits of other scripts, two dots: none is a name of ours."""
    receipts = stick / "SHELTERDESK" / "receipts"
    receipts.mkdir()
    for folder in (desk_folder, receipts, stick / "SHELTERDESK"):
        for name in NAMES:
            (folder / name).write_bytes(b"x")
    found = taken_in(world, stick, clock)
    assert found.parts == [] and found.strange == 3 * len(NAMES)
    shown = look(stick).strange
    assert len(shown) == 3 * len(NAMES) and all(name.isprintable() and len(name) <= 80 for name in shown)


def test_deep_folders_and_a_sparse_file(
    world: World, stick: Path, desk_folder: Path, beside: Path, clock: SetClock
) -> None:
    """Only our own two levels are looked at, and a file of 4 GiB is left out by its size."""
    home = os.getcwd()
    os.chdir(desk_folder)
    for _ in range(400):  # deeper than a path may be long
        os.mkdir("deep-deep-deep")
        os.chdir("deep-deep-deep")
    os.chdir(home)
    try:
        with (desk_folder / part_name(1)).open("wb") as sparse:
            sparse.truncate(4 << 30)
        with (desk_folder / f"{DESK}.admit").open("wb") as sparse:
            sparse.truncate(4 << 30)
        with at(world.office, clock) as office:
            found = import_from(office, stick).result
        assert [part.reason for part in found.parts] == [said("too_large", {})[0]] * 2
        assert found.strange == 1
    finally:
        subprocess.run(["rm", "-rf", str(desk_folder)], check=True)


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[int]]:
    """How many entries of folders were looked at."""
    seen = [0]
    real = os.scandir

    class Counting(Iterator[os.DirEntry[str]]):
        def __init__(self, folder: Path) -> None:
            self.inner = real(folder)

        def __enter__(self) -> Iterator[os.DirEntry[str]]:
            return self

        def __exit__(self, *_: object) -> None:
            self.inner.close()

        def __iter__(self) -> Iterator[os.DirEntry[str]]:
            return self

        def __next__(self) -> os.DirEntry[str]:
            seen[0] += 1
            return next(self.inner)

    monkeypatch.setattr(os, "scandir", Counting)
    yield seen


def filled(folder: Path, count: int) -> None:
    """A folder with so many empty files, half of them with names of parts."""
    home = os.getcwd()
    os.chdir(folder)
    try:
        for number in range(count):
            os.close(os.open(part_name(number + 1) if number % 2 else f"x{number}", os.O_CREAT | os.O_WRONLY))
    finally:
        os.chdir(home)


def test_twenty_thousand_files_are_not_gone_through(
    world: World, stick: Path, desk_folder: Path, beside: Path, clock: SetClock, counted: list[int]
) -> None:
    filled(desk_folder, 20_000)
    with at(world.office, clock) as office:
        before, counted[0] = state(office), 0
        found = import_from(office, stick).result
        assert state(office) == before and found.new == 0
    assert [part.reason for part in found.parts] == [said("too_many", {})[0]]
    assert counted[0] == sticks.MAX_ENTRIES + 1


@pytest.mark.soak
def test_a_million_files_within_ten_seconds(
    world: World, stick: Path, desk_folder: Path, clock: SetClock, counted: list[int]
) -> None:
    """The figure of SYNC §3, measured: a stick with a million names, and one with files of good names that are none."""
    filled(desk_folder, 1_000_000)
    with at(world.office, clock) as office:
        begun = time.monotonic()
        with pytest.raises(SetAside, match="more files"):
            look(stick)
        assert import_from(office, stick).result.refused == 1
        took = time.monotonic() - begun
        print(f"a million files: {took:.2f} s, {counted[0]} entries looked at")
        assert took < 10 and counted[0] <= 2 * (sticks.MAX_ENTRIES + 1)
        shutil.rmtree(desk_folder)
        desk_folder.mkdir()
        for number in range(1, 501):
            with (desk_folder / part_name(number)).open("wb") as sparse:
                sparse.truncate((4 << 30) if number % 2 else 1 << 20)
        begun = time.monotonic()
        assert import_from(office, stick).result.refused == 500
        took = time.monotonic() - begun
        print(f"five hundred files of up to 4 GiB: {took:.2f} s")
        assert took < 10


CHANGING = """
import os, sys
part, good = sys.argv[1], open(sys.argv[1], "rb").read()
print("begun", flush=True)
while True:
    for data in (good[:-1], good + b"x" * 99, good[: len(good) // 2], b"", good):
        with open(part, "r+b") as out:
            out.write(data[:1000])
            out.flush()
            out.write(data[1000:])
            out.truncate(len(data))
        os.replace(part, part + ".other")
        os.replace(part + ".other", part)
"""


def test_a_file_that_changes_while_it_is_read(world: World, stick: Path, clock: SetClock) -> None:
    """It is read once and judged as it was then: taken in whole, or left out with a reason."""
    with at(world.lb, clock) as desk:
        register(desk, "Ana")
        export_bundle(desk, stick)
        written = set(events_of(desk))
    (part,) = parts_in(stick)
    changing = subprocess.Popen(
        [sys.executable, "-c", CHANGING, str(part)],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert changing.stdout is not None
    try:
        assert changing.stdout.readline() == "begun\n"
        with at(world.office, clock) as office:
            before = set(events_of(office))
            for _ in range(60):
                found = import_from(office, stick).result
                assert all(one.reason or one.outcome in ("new", "known") for one in found.parts)
                assert set(events_of(office)) - before in (set(), written - before)
    finally:
        changing.kill()
        changing.wait()
        changing.stdout.close()


def as_nobody(source: Path) -> list[tuple[str, str]]:
    """What an ordinary user is told of a stick: names and codes."""
    try:
        return list(look(source).unusable)
    except SetAside as error:
        return [("", error.code)]
    except sticks.NotOurs:
        return [("", "not ours")]


@pytest.mark.parametrize(
    ("closed", "told"),
    [
        (f"SHELTERDESK/{DESK}", [(DESK, "unreadable")]),
        ("SHELTERDESK/receipts", [("receipts", "unreadable")]),
        ("SHELTERDESK", [("", "unreadable")]),
        (".", [("", "not ours")]),
    ],
)
def test_folders_that_do_not_let_themselves_be_read(closed: str, told: list[tuple[str, str]]) -> None:
    """To root everything can be read, so a child of this process becomes an ordinary user first."""
    import json
    import tempfile

    with tempfile.TemporaryDirectory() as scratch:
        os.chmod(scratch, 0o755)
        source = Path(scratch) / "stick"
        for name in (DESK, "1123456789abcdef", "receipts"):
            (source / "SHELTERDESK" / name).mkdir(parents=True)
        (source / closed).chmod(0)
        reading, writing = os.pipe()
        child = os.fork()
        if child == 0:  # pragma: no cover (counts in the child)
            try:
                if os.geteuid() == 0:
                    os.setuid(65534)
                os.write(writing, json.dumps(as_nobody(source)).encode())
            finally:
                os._exit(0)
        os.waitpid(child, 0)
        os.close(writing)
        with os.fdopen(reading, "rb") as answer:
            found = json.loads(answer.read())
        (source / closed).chmod(0o755)
    assert [tuple(one) for one in found] == told


@pytest.mark.parametrize(
    "code", ["not_a_file", "unreadable", "too_large", "too_many", "no_signature", "bad_name"]
)
def test_every_reason_is_said_in_both_languages(code: str) -> None:
    english = said(code, {})
    use_language("es")
    try:
        spanish = said(code, {})
    finally:
        use_language("en")
    assert all(english) and all(spanish) and not set(english) & set(spanish)
