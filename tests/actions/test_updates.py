"""Updates by stick on real files: signed by whom, older, damaged anywhere, stopped, a full folder; and the way back."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import os
import random
import resource
import sys
import tarfile
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from shelterdesk import versions
from shelterdesk.actions import update_files
from shelterdesk.actions.clock import SetClock
from shelterdesk.actions.desk import Desk, open_desk
from shelterdesk.actions.update_files import SYSTEM, WrongSigner, lay_down, look_at
from shelterdesk.actions.updates import apply, go_back, open_backup_instead
from shelterdesk.core.errors import (
    CannotWrite,
    DamagedFile,
    DiskFull,
    NotAllowed,
    NotFound,
    Refused,
    WorldError,
)
from shelterdesk.core.release import Release, ReleaseFile, to_json
from shelterdesk.db import meta
from shelterdesk.db.schema import FORMAT
from shelterdesk.keys import sshsig
from shelterdesk.keys.ed25519 import SigningKey
from shelterdesk.keys.release import NAMESPACE
from shelterdesk.versions import Pointer, program_to_start, read_pointer, window_seen
from tests.actions.at_site import person
from tests.stations import PASSPHRASE

KEY = SigningKey.new()
TRUSTED = [KEY.public]
FILES = {
    versions.PROGRAM: (b"#!/bin/sh\nexit 0\n", True),
    "_internal/lib.so": (random.Random(1).randbytes(200_000), False),
    "_internal/data/words.json": (b"{}", False),
}


def made(
    target: Path, version: str = "9.0.0", *, key: SigningKey = KEY, system: str = SYSTEM, reads: int = 1, writes: int = FORMAT,
    files: dict[str, tuple[bytes, bool]] | None = None, payload: dict[str, bytes] | None = None,
) -> Path:  # fmt: skip
    """An update as tools/pack.py writes it, with a few files; ``payload`` holds others than the manifest says."""
    held = FILES if files is None else files
    said = {
        name: ReleaseFile(len(data), hashlib.sha256(data).hexdigest(), runs)
        for name, (data, runs) in held.items()
    } | {"_internal/lib.so.1": ReleaseFile(link="lib.so")}
    manifest = to_json(Release(version, "2026-12-01T00:00:00Z", system, writes, reads, said))
    packed = io.BytesIO()
    with (
        gzip.GzipFile("", "wb", 6, packed, mtime=0) as zipped,
        tarfile.open(fileobj=zipped, mode="w|") as tar,
    ):
        for name, data in (
            payload if payload is not None else {name: data for name, (data, _) in held.items()}
        ).items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            tar.addfile(info, io.BytesIO(data))
        if payload is None:
            link = tarfile.TarInfo("_internal/lib.so.1")
            link.type, link.linkname = tarfile.SYMTYPE, "lib.so"
            tar.addfile(link)
    signature = sshsig.sign(key, manifest, NAMESPACE).encode()
    with tarfile.open(target, "w", format=tarfile.USTAR_FORMAT) as tar:
        for name, data in (
            ("manifest.json", manifest), ("manifest.json.sig", signature), ("payload.tar.gz", packed.getvalue()),
        ):  # fmt: skip
            info = tarfile.TarInfo(name)
            info.size = len(data)
            tar.addfile(info, io.BytesIO(data))
    return target


@pytest.fixture
def packed(monkeypatch: pytest.MonkeyPatch) -> None:
    """As in the built program."""
    monkeypatch.setattr(sys, "frozen", True, raising=False)


@pytest.fixture
def desk(station_folder: Path, clock: SetClock) -> Iterator[Desk]:
    opened = open_desk(station_folder, "admin", PASSPHRASE, clock)
    yield opened
    opened.close()


def test_an_update_is_looked_at_applied_and_starts(desk: Desk, tmp_path: Path, packed: None) -> None:
    file, home = made(tmp_path / "a.update"), tmp_path / "versions"
    offered = look_at(file, running="0.1.0", trusted=TRUSTED)
    assert (offered.release.version, offered.changes_data) == ("9.0.0", False)
    done = apply(desk, file, home=home, running="0.1.0", trusted=TRUSTED).result
    assert done.backup.is_dir() and done.version == "9.0.0"
    assert meta.get(desk.store.conn, "last_backup_ms") is None, "it goes where the laptop goes"
    program = program_to_start(home, "0.1.0")
    assert program == home / "9.0.0" / versions.PROGRAM and os.access(program, os.X_OK)
    assert (home / "9.0.0" / "_internal" / "lib.so").read_bytes() == FILES["_internal/lib.so"][0]
    assert (home / "9.0.0" / "_internal" / "lib.so.1").resolve().name == "lib.so"


def test_a_version_that_does_not_start_twice_is_left_again(desk: Desk, tmp_path: Path, packed: None) -> None:
    home = tmp_path / "versions"
    apply(desk, made(tmp_path / "a.update"), home=home, running="0.1.0", trusted=TRUSTED)
    assert program_to_start(home, "0.1.0") and program_to_start(home, "0.1.0")
    assert program_to_start(home, "0.1.0") is None
    told = versions.gone_back(home)
    assert told is not None and told.gone_back_from == "9.0.0"
    assert versions.gone_back(home) is not None, "until somebody was told"
    versions.told_gone_back(home)
    assert versions.gone_back(home) is None and read_pointer(home).version == ""


def test_one_whose_window_was_seen_stays_and_can_be_gone_back_from(
    desk: Desk, tmp_path: Path, packed: None, clock: SetClock
) -> None:
    home = tmp_path / "versions"
    apply(desk, made(tmp_path / "a.update"), home=home, running="0.1.0", trusted=TRUSTED)
    program_to_start(home, "0.1.0")
    window_seen(home, "9.0.0")
    for _ in range(4):
        assert program_to_start(home, "0.1.0") is not None
    clock.forward(timedelta(minutes=1))
    apply(desk, made(tmp_path / "b.update", "9.1.0"), home=home, running="9.0.0", trusted=TRUSTED)
    assert read_pointer(home).previous == "9.0.0"
    back = go_back(home, running="9.1.0")
    assert back.version == "9.0.0" and not back.needs_backup
    assert program_to_start(home, "0.1.0") == home / "9.0.0" / versions.PROGRAM
    with pytest.raises(Refused):
        go_back(home, running="0.1.0")


@pytest.mark.parametrize("version", ["0.1.0", "0.0.9"])
def test_an_older_or_equal_one_is_refused(tmp_path: Path, version: str) -> None:
    with pytest.raises(Refused, match="already has"):
        look_at(made(tmp_path / "a.update", version), running="0.1.0", trusted=TRUSTED)


def test_one_signed_by_another_unsigned_or_for_another_purpose_is_refused(tmp_path: Path) -> None:
    with pytest.raises(WrongSigner):
        look_at(made(tmp_path / "a.update", key=SigningKey.new()), running="0.1.0", trusted=TRUSTED)
    with pytest.raises(WrongSigner):
        look_at(made(tmp_path / "b.update"), running="0.1.0", trusted=[])
    with pytest.raises(Refused, match="another kind of computer"):
        look_at(made(tmp_path / "c.update", system="plan9-mips"), running="0.1.0", trusted=TRUSTED)
    with pytest.raises(Refused, match="cannot open"):
        look_at(
            made(tmp_path / "d.update", reads=FORMAT + 1, writes=FORMAT + 1), running="0.1.0", trusted=TRUSTED
        )


@pytest.mark.parametrize("name", ["none.update", ".", "text.update"])
def test_what_is_no_update_is_said(tmp_path: Path, name: str) -> None:
    (tmp_path / "text.update").write_text("no update", "utf-8")
    with pytest.raises((NotFound, DamagedFile)):
        look_at(tmp_path / name, running="0.1.0", trusted=TRUSTED)


@pytest.mark.parametrize(
    "payload",
    [
        {}, {versions.PROGRAM: b"#!/bin/sh\nexit 1\n"}, {"../escaped": b"x"}, {"/etc/passwd": b"x"},
        {name: data + b"!" for name, (data, _) in FILES.items()},
        {name: data for name, (data, _) in FILES.items()} | {"more": b"x"},
    ],
)  # fmt: skip
def test_files_the_manifest_does_not_say_never_stay(tmp_path: Path, payload: dict[str, bytes]) -> None:
    home = tmp_path / "versions"
    offered = look_at(made(tmp_path / "a.update", payload=payload), running="0.1.0", trusted=TRUSTED)
    with pytest.raises(DamagedFile):
        lay_down(offered, home, trusted=TRUSTED)
    assert list(home.iterdir()) == [] and not (tmp_path / "escaped").exists()


@pytest.mark.parametrize("seed", range(6))
def test_a_file_damaged_anywhere_or_cut_off_leaves_the_old_version(tmp_path: Path, seed: int) -> None:
    home, chance = tmp_path / "versions", random.Random(seed)
    raw = made(tmp_path / "good.update").read_bytes()
    for _ in range(25):
        data = bytearray(raw)
        if chance.random() < 0.3:
            del data[chance.randrange(len(data)) :]
        else:
            for _ in range(chance.choice((1, 1, 8))):
                data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
        bad = tmp_path / "bad.update"
        bad.write_bytes(data)
        try:
            offered = look_at(bad, running="0.1.0", trusted=TRUSTED)
            lay_down(offered, home, trusted=TRUSTED)
        except WorldError as error:
            assert error.sentence and error.next_step
            assert not home.exists() or list(home.iterdir()) == []
        else:  # the damage lay in what nobody reads: padding, or the head of the tar
            assert (home / "9.0.0" / "_internal" / "lib.so").read_bytes() == FILES["_internal/lib.so"][0]
            assert json.loads((home / "9.0.0" / versions.WHOLE).read_bytes()) == {"version": "9.0.0"}
            for place in sorted((home / "9.0.0").rglob("*"), reverse=True):
                place.rmdir() if place.is_dir() and not place.is_symlink() else place.unlink()
            (home / "9.0.0").rmdir()
        assert read_pointer(home) == Pointer()


def test_a_stopped_one_and_a_full_disk_leave_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, desk: Desk, packed: None
) -> None:
    home = tmp_path / "versions"
    file = made(tmp_path / "a.update")
    with pytest.raises(Refused, match="stopped"):
        apply(desk, file, None, lambda: True, home=home, running="0.1.0", trusted=TRUSTED)
    assert list(home.iterdir()) == []
    monkeypatch.setattr(update_files, "_ROOM_TO_SPARE", 1 << 60)
    with pytest.raises(DiskFull):
        apply(desk, file, home=home, running="0.1.0", trusted=TRUSTED)
    assert list(home.iterdir()) == [] and program_to_start(home, "0.1.0") is None


def test_a_checkout_and_a_role_without_the_right_are_refused(
    desk: Desk, operator_desk: Desk, tmp_path: Path
) -> None:
    file = made(tmp_path / "a.update")
    with pytest.raises(NotAllowed):
        apply(operator_desk, file, home=tmp_path / "v", running="0.1.0", trusted=TRUSTED)
    with pytest.raises(Refused, match="runs from its source"):
        apply(desk, file, home=tmp_path / "v", running="0.1.0", trusted=TRUSTED)


def test_the_backup_of_before_opens_in_the_place_of_newer_data(
    desk: Desk, clock: SetClock, tmp_path: Path, packed: None
) -> None:
    _, number = person(desk, "Ana")
    apply(desk, made(tmp_path / "a.update"), home=tmp_path / "versions", running="0.1.0", trusted=TRUSTED)
    _, later = person(desk, "Eva")
    folder = desk.folder
    desk.close()
    older, aside = open_backup_instead(folder, "admin", PASSPHRASE, clock)
    try:
        held = {row[0] for row in older.store.conn.execute("SELECT number FROM person")}
        assert number in held and later not in held
    finally:
        older.close()
    assert (aside / "station.db").is_file()


def test_data_put_aside_before_stay_where_they_are(
    desk: Desk, clock: SetClock, tmp_path: Path, packed: None
) -> None:
    apply(desk, made(tmp_path / "a.update"), home=tmp_path / "versions", running="0.1.0", trusted=TRUSTED)
    folder = desk.folder
    desk.close()
    before = folder / f"newer-{clock.now():%Y%m%dT%H%M%SZ}"
    before.mkdir()
    (before / "station.db").write_bytes(b"of an earlier time")
    held = (folder / "station.db").read_bytes()
    with pytest.raises(Refused, match="already there"):
        open_backup_instead(folder, "admin", PASSPHRASE, clock)
    assert (before / "station.db").read_bytes() == b"of an earlier time"
    assert (folder / "station.db").read_bytes() == held


def test_a_wrong_passphrase_for_the_backup_of_before_leaves_the_newer_data(
    desk: Desk, clock: SetClock, tmp_path: Path, packed: None
) -> None:
    apply(desk, made(tmp_path / "a.update"), home=tmp_path / "versions", running="0.1.0", trusted=TRUSTED)
    _, later = person(desk, "Eva")
    folder = desk.folder
    desk.close()
    with pytest.raises(WorldError):
        open_backup_instead(folder, "admin", "not the passphrase", clock)
    assert not list(folder.glob("newer-*"))
    again = open_desk(folder, "admin", PASSPHRASE, clock)
    try:
        assert later in {row[0] for row in again.store.conn.execute("SELECT number FROM person")}
    finally:
        again.close()


@pytest.mark.parametrize(
    "data", [b"{}", random.Random(2).randbytes(100_000), random.Random(3).randbytes(3 << 20)]
)
def test_a_laptop_that_cannot_write_is_said_to_be_the_laptop(tmp_path: Path, data: bytes) -> None:
    """Of small files as of large ones: what is left in a buffer must not speak for the stick when it is closed."""
    home = tmp_path / "versions"
    offered = look_at(
        made(tmp_path / "a.update", files={versions.PROGRAM: (data, True), "_internal/lib.so": (b"", False)}),
        running="0.1.0",
        trusted=TRUSTED,
    )
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1, hard))
    try:
        with pytest.raises(DiskFull):
            lay_down(offered, home, trusted=TRUSTED)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert list(home.iterdir()) == []


def test_a_folder_that_cannot_be_made_is_the_laptop_s_fault(tmp_path: Path) -> None:
    """A file lies where the release has a folder too: nobody is told to plug the stick in again."""
    odd = {"a": (b"file", False), "a/b": (b"below it", False)}
    offered = look_at(made(tmp_path / "a.update", files=odd), running="0.1.0", trusted=TRUSTED)
    with pytest.raises(CannotWrite):
        lay_down(offered, tmp_path / "versions", trusted=TRUSTED)
    assert list((tmp_path / "versions").iterdir()) == []


def test_laid_down_again_and_stopped_the_one_that_lies_there_still_starts(
    desk: Desk, tmp_path: Path, packed: None
) -> None:
    """The same update twice before the program was started again, the stick pulled the second time."""
    home, file = tmp_path / "versions", made(tmp_path / "a.update")
    apply(desk, file, home=home, running="0.1.0", trusted=TRUSTED)
    offered = look_at(file, running="0.1.0", trusted=TRUSTED)
    file.write_bytes(file.read_bytes()[:-150_000])
    with pytest.raises(DamagedFile):
        lay_down(offered, home, trusted=TRUSTED)
    assert program_to_start(home, "0.1.0") == home / "9.0.0" / versions.PROGRAM
    made(file)
    lay_down(offered, home, trusted=TRUSTED)
    assert sorted(path.name for path in home.iterdir()) == ["9.0.0", versions.POINTER]
    assert program_to_start(home, "0.1.0") == home / "9.0.0" / versions.PROGRAM


def test_who_may_not_update_may_not_put_the_newer_data_aside(
    desk: Desk, operator_desk: Desk, clock: SetClock, tmp_path: Path, packed: None
) -> None:
    apply(desk, made(tmp_path / "a.update"), home=tmp_path / "versions", running="0.1.0", trusted=TRUSTED)
    folder, name = desk.folder, operator_desk.user.name
    operator_desk.close()
    desk.close()
    held = (folder / "station.db").read_bytes()
    with pytest.raises(NotAllowed):
        open_backup_instead(folder, name, PASSPHRASE, clock)
    assert not list(folder.glob("newer-*")) and (folder / "station.db").read_bytes() == held
    open_desk(folder, "admin", PASSPHRASE, clock).close()
