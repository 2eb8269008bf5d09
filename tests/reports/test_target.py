"""Files that are there whole or not at all."""

from __future__ import annotations

import io
import os
import resource
import stat
from pathlib import Path
from typing import BinaryIO, cast

import pytest

from shelterdesk.core.errors import CannotWrite, DiskFull
from shelterdesk.reports.target import write_whole


def test_a_file_is_replaced_and_nobody_else_may_read_it(tmp_path: Path) -> None:
    path = tmp_path / "sheet.pdf"
    path.write_bytes(b"old")
    write_whole(path, b"new")
    assert path.read_bytes() == b"new"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert list(tmp_path.iterdir()) == [path]


def test_a_folder_that_is_not_there_is_the_worlds_fault(tmp_path: Path) -> None:
    with pytest.raises(CannotWrite):
        write_whole(tmp_path / "gone" / "sheet.pdf", b"new")
    (tmp_path / "folder").mkdir()
    with pytest.raises(CannotWrite):
        write_whole(tmp_path / "folder", b"new")


def test_an_open_file_takes_the_bytes() -> None:
    out = io.BytesIO()
    write_whole(out, b"new")
    assert out.getvalue() == b"new"


def test_a_file_opened_for_reading_cannot_be_written(tmp_path: Path) -> None:
    path = tmp_path / "sheet.pdf"
    path.write_bytes(b"old")
    with path.open("rb") as reading, pytest.raises(CannotWrite):
        write_whole(cast(BinaryIO, reading), b"new")
    assert path.read_bytes() == b"old"


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="a device that is always full is a thing of Linux")
def test_a_full_device_is_said() -> None:
    with open("/dev/full", "wb", buffering=0) as full, pytest.raises(DiskFull):
        write_whole(full, b"new")


def test_a_disk_that_fills_leaves_the_old_file_and_no_part(tmp_path: Path) -> None:
    """In a process of its own a limit on file size stands for a disk that ends in the middle of a file."""
    path = tmp_path / "sheet.pdf"
    path.write_bytes(b"old")
    child = os.fork()
    if child == 0:
        told = 1
        try:
            import signal

            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
            write_whole(path, b"n" * 5000)
        except DiskFull:
            told = 0
        finally:
            os._exit(told)
    _, status = os.waitpid(child, 0)
    assert os.waitstatus_to_exitcode(status) == 0
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]
