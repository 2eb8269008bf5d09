"""Sticks: full, pulled, write-protected, lying, strange, hostile; what was called written can be read."""

from __future__ import annotations

import errno
import os
import resource
import subprocess
import sys
import tempfile
import textwrap
from pathlib import Path

import pytest

from shelterdesk.actions.clock import SetClock
from shelterdesk.actions.exchange import export_bundle
from shelterdesk.actions.taking_in import import_from
from shelterdesk.sync import stick as sticks
from shelterdesk.sync.faults import SetAside
from shelterdesk.sync.stick import (
    NotOurs,
    StickFull,
    StickPulled,
    StickReadOnly,
    check_room,
    look,
    our_folder,
    read_file,
    said,
    write_file,
)
from tests.sync.worlds import World, at, given_names, parts_in, register

OURS = "0123456789abcdef"
TOP = Path(__file__).resolve().parents[2]


def test_a_file_is_there_whole_and_nothing_beside_it(stick: Path) -> None:
    write_file(stick, "a.age", b"x" * 100_000)
    assert read_file(stick / "a.age", 100_000) == b"x" * 100_000
    assert os.listdir(stick) == ["a.age"]


@pytest.mark.parametrize(
    ("number", "kind"),
    [
        (errno.ENOSPC, StickFull),
        (errno.EFBIG, StickFull),
        (errno.EDQUOT, StickFull),
        (errno.EIO, StickPulled),
        (errno.ENODEV, StickPulled),
        (errno.ENOENT, StickPulled),
        (errno.EROFS, StickReadOnly),
        (errno.EACCES, StickReadOnly),
        (errno.ENOTDIR, NotOurs),
    ],
)
def test_every_fault_has_its_own_sentence(number: int, kind: type[Exception]) -> None:
    error = said(Path("stick"), OSError(number, os.strerror(number)))
    assert type(error) is kind and error.sentence and error.next_step
    assert "stick" in str(error)


def test_a_pulled_stick_is_told_from_a_full_one(stick: Path) -> None:
    with pytest.raises(StickPulled):
        write_file(stick / "gone", "a.age", b"x")
    with pytest.raises(StickFull, match="still needed"):
        check_room(stick, 1 << 60)
    with pytest.raises(NotOurs):
        our_folder(stick / "nowhere")


def test_something_else_with_our_name(stick: Path, tmp_path: Path) -> None:
    (stick / "SHELTERDESK").write_text("a file")
    with pytest.raises(NotOurs):
        our_folder(stick)
    with pytest.raises(NotOurs):
        look(stick)
    (stick / "SHELTERDESK").unlink()
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (stick / "SHELTERDESK").symlink_to(elsewhere)
    with pytest.raises(NotOurs):
        our_folder(stick)
    with pytest.raises(NotOurs):
        look(stick)
    assert os.listdir(elsewhere) == []


def test_an_empty_stick_says_so(world: World, stick: Path, clock: SetClock) -> None:
    with at(world.office, clock) as office, pytest.raises(NotOurs):
        import_from(office, stick)


def test_a_tree_made_by_an_enemy(stick: Path) -> None:
    ours = stick / "SHELTERDESK"
    desk = ours / OURS
    desk.mkdir(parents=True)
    os.mkfifo(desk / f"1-1of1-{OURS}.age")
    (desk / f"2-1of1-{OURS}.age").symlink_to("/etc/passwd")
    (desk / f"3-1of1-{OURS}.age").mkdir()
    (desk / f"4-1of1-{OURS}.age").write_bytes(b"x")
    (ours / "loop").symlink_to(ours)
    (ours / "autorun.inf").write_text("run")
    (ours / "f123456789abcdef").mkdir()  # above 2^63
    (ours / "receipts").symlink_to("/etc")
    found = look(stick)
    assert [part.name.bundle_no for part in found.parts] == [4]
    assert found.receipts == () and found.admits == ()
    assert {"loop", "autorun.inf", "f123456789abcdef"} == set(found.strange)
    in_place_of_ours = [f"{OURS}/{n}-1of1-{OURS}.age" for n in (1, 2, 3)]
    assert found.unusable == tuple((name, "not_a_file") for name in (*in_place_of_ours, "receipts"))


def test_what_is_no_regular_file_is_never_opened(stick: Path) -> None:
    os.mkfifo(stick / "pipe")
    (stick / "link").symlink_to("/etc/passwd")
    (stick / "big").write_bytes(b"x" * 11)
    for name, code in (
        ("pipe", "not_a_file"),
        ("link", "not_a_file"),
        ("big", "too_large"),
        ("none", "unreadable"),
    ):
        with pytest.raises(SetAside) as found:
            read_file(stick / name, 10)
        assert found.value.code == code


def test_a_million_entries_do_not_keep_us(stick: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sticks, "MAX_ENTRIES", 50)
    desk = stick / "SHELTERDESK" / OURS
    desk.mkdir(parents=True)
    for n in range(60):
        (desk / f"{n + 1}-1of1-{OURS}.age").touch()
    with pytest.raises(SetAside) as found:
        look(stick)
    assert found.value.code == "too_many"


def test_an_import_meets_too_many_entries_with_a_sentence(
    world: World, stick: Path, clock: SetClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sticks, "MAX_ENTRIES", 2)
    for n in range(4):
        (stick / "SHELTERDESK" / f"x{n}").mkdir(parents=True)
    with at(world.office, clock) as office:
        found = import_from(office, stick).result
        assert found.refused == 1 and found.parts[0].advice


def refusals_as_nobody(folder: Path) -> int:
    """How many of two ways to write find it write-protected, as a user who may not write there."""
    count = 0
    for act in (lambda: our_folder(folder), lambda: write_file(folder, "a.age", b"x")):
        try:
            act()
        except StickReadOnly as error:
            count += bool(error.next_step)
    return count


def test_a_write_protected_folder() -> None:
    """To root nothing is write-protected, so a child of this process becomes an ordinary user first."""
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o555)
        child = os.fork()
        if child == 0:  # pragma: no cover (counts in the child)
            code = 99
            try:
                if os.geteuid() == 0:
                    os.setuid(65534)
                code = refusals_as_nobody(Path(folder))
            finally:
                os._exit(code)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 2
        assert os.listdir(folder) == []


FULL = """
import resource, sys
from pathlib import Path
from datetime import UTC, datetime
from shelterdesk.actions.clock import SetClock
from shelterdesk.actions.desk import open_desk
from shelterdesk.actions.exchange import export_bundle
from shelterdesk.sync.stick import StickFull
desk = open_desk(Path(sys.argv[1]), "admin", "demo", SetClock(datetime(2026, 11, 23, 14, 0, tzinfo=UTC)))
with desk.store.write(desk.user) as event:
    pass
desk.store.conn.execute("PRAGMA wal_checkpoint(TRUNCATE)")
import shelterdesk.sync.stick as stick
real = stick.write_file
def limited(folder, name, data):
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[3]), hard))
    try:
        real(folder, name, data)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
stick.write_file = limited
try:
    export_bundle(desk, Path(sys.argv[2]))
except StickFull as error:
    print("FULL", error.next_step)
else:
    print("DONE")
"""


@pytest.mark.parametrize("limit", [0, 1, 512, 4096, 10_000, 1 << 20])
def test_a_full_disk_in_the_middle(world: World, stick: Path, clock: SetClock, limit: int) -> None:
    """The system itself refuses to let a file grow: what is called done is whole, everything else is absent."""
    with at(world.lb, clock) as desk:
        register(desk, *(f"Ana {n}" for n in range(40)))
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(FULL), str(world.lb), str(stick), str(limit)],
        cwd=TOP, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("FULL" if limit < (1 << 20) else "DONE"), done.stdout
    assert not list(stick.rglob("*.partial"))
    with at(world.office, clock) as office:
        found = import_from(office, stick).result
        assert found.new == 0 if limit < (1 << 20) else found.new > 40
        assert not office.store.conn.execute("SELECT 1 FROM part_in WHERE is_complete = 0").fetchall()
    # With room, the same stick is brought to its end.
    with at(world.lb, clock) as desk:
        export_bundle(desk, stick)
    with at(world.office, clock) as office:
        import_from(office, stick)
        assert len(given_names(office)) == 40


def test_limits_of_this_process_are_untouched() -> None:
    assert resource.getrlimit(resource.RLIMIT_FSIZE)[0] == resource.RLIM_INFINITY


def test_files_of_others_are_left_alone(world: World, stick: Path, clock: SetClock) -> None:
    ours = stick / "SHELTERDESK"
    foreign = ours / OURS
    foreign.mkdir(parents=True)
    strange = [foreign / f"1-1of1-{OURS}.age.partial", foreign / "x", ours / "photo.jpg"]
    for path in strange:
        path.write_bytes(b"x")
    with at(world.lb, clock) as desk:
        export_bundle(desk, stick)
        left = ours / f"{desk.who.dev:016x}" / f"9-1of1-{OURS}.age.partial"
        left.write_bytes(b"pulled out here")
        export_bundle(desk, stick)
    assert all(path.exists() for path in strange) and not left.exists()


def test_a_part_without_its_signature_is_taken_away_by_who_wrote_it(
    world: World, stick: Path, clock: SetClock
) -> None:
    """Killed between the two: nobody believes it, and every reader would list it for ever."""
    with at(world.lb, clock) as desk:
        register(desk, "Ana")
        export_bundle(desk, stick)
        (part,) = parts_in(stick)
        left = part.with_name(f"9-1of1-{OURS}.age")
        left.write_bytes(part.read_bytes())
        export_bundle(desk, stick)
        assert not left.exists() and part.exists()
    with at(world.office, clock) as office:
        assert import_from(office, stick).result.is_clean


def test_stopping_leaves_what_is_good(world: World, stick: Path, clock: SetClock) -> None:
    with at(world.lb, clock) as desk:
        register(desk, "Ana")
        stopped = export_bundle(desk, stick, cancelled=lambda: True).result
        assert stopped.was_cancelled and stopped.written == 0 and stopped.note
        heard: list[tuple[int, int]] = []
        export_bundle(desk, stick, progress=lambda done, of: heard.append((done, of)))
        assert heard[-1][0] == heard[-1][1] > 0
    assert parts_in(stick)


def test_no_name_is_on_the_stick(world: World, stick: Path, clock: SetClock) -> None:
    with at(world.lb, clock) as desk:
        register(desk, "Quetzalcoatlina")
        export_bundle(desk, stick)
    for path in stick.rglob("*"):
        assert "etzal" not in path.name
        if path.is_file():
            data = path.read_bytes()
            assert b"etzal" not in data and b"Lajas" not in data and b"admin" not in data


@pytest.mark.parametrize(
    ("signature", "code"), [(None, "no_signature"), ("a folder", "unreadable"), (b"\xff", "bad_signature")]
)
def test_a_small_file_cut_off_before_its_signature_says_so(
    tmp_path: Path, signature: bytes | str | None, code: str
) -> None:
    (tmp_path / "small.json").write_bytes(b"{}")
    if isinstance(signature, str):
        (tmp_path / "small.json.sig").mkdir()
    elif signature is not None:
        (tmp_path / "small.json.sig").write_bytes(signature)
    with pytest.raises(SetAside) as met:
        sticks.read_signed(tmp_path / "small.json", 100)
    assert met.value.code == code
