"""Small files are replaced whole or not at all."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from pathlib import Path

import pytest

from shelterdesk.core.errors import CannotWrite, DiskFull
from shelterdesk.keys import machine, safefile

_KILLED = """
import os, sys, pathlib
from shelterdesk.keys import safefile
real = os.replace
def gone(source, target):
    os._exit(9)
os.replace = gone
safefile.write_whole(pathlib.Path(sys.argv[1]), b"new")
"""


def test_an_end_before_the_rename_leaves_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "file"
    safefile.write_whole(path, b"old")
    assert subprocess.run([sys.executable, "-c", _KILLED, str(path)], check=False).returncode == 9
    assert path.read_bytes() == b"old"
    safefile.write_whole(path, b"newer")  # what was left behind is in nobody's way
    assert path.read_bytes() == b"newer"
    assert [entry.name for entry in tmp_path.iterdir()] == ["file"]


_FULL = """
import resource, signal, sys, pathlib
from shelterdesk.core.errors import DiskFull
from shelterdesk.keys import safefile
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100))
try:
    safefile.write_whole(pathlib.Path(sys.argv[1]), bytes(101))
except DiskFull:
    sys.exit(7)
"""


def test_no_room_leaves_the_old_file_and_is_said(tmp_path: Path) -> None:
    path = tmp_path / "file"
    safefile.write_whole(path, b"old")
    assert subprocess.run([sys.executable, "-c", _FULL, str(path)], check=False).returncode == 7
    assert path.read_bytes() == b"old"
    assert [entry.name for entry in tmp_path.iterdir()] == ["file"]


def test_a_folder_made_has_its_name_on_the_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    synced: list[Path] = []
    monkeypatch.setattr(safefile, "sync_folder", synced.append)
    safefile.make_folders(tmp_path / "a" / "b", 0o700)
    assert set(synced) == {tmp_path, tmp_path / "a"} and (tmp_path / "a" / "b").is_dir()
    synced.clear()
    safefile.make_folders(tmp_path / "a" / "b")
    assert synced == []


def test_a_disk_that_fails_is_told_from_one_that_cannot_sync_folders(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """FAT drivers may not know the call; a failing disk must not be called done."""
    said = errno.EINVAL

    def refuse(_: int) -> None:
        raise OSError(said, os.strerror(said))

    monkeypatch.setattr(os, "fsync", refuse)
    machine.sync_folder(tmp_path)
    said = errno.EIO
    with pytest.raises(OSError):
        machine.sync_folder(tmp_path)


def test_a_place_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").mkdir()
    with pytest.raises(CannotWrite):
        safefile.write_whole(tmp_path / "file", b"x")
    with pytest.raises(CannotWrite), safefile.alone(tmp_path / "missing" / "lock"):
        pytest.fail("the lock was held")


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT, errno.EFBIG])
def test_every_kind_of_full_is_full(number: int) -> None:
    assert isinstance(safefile._said(Path("x"), OSError(number, os.strerror(number))), DiskFull)
