"""The power goes: whatever the disk kept of what was not synced, what was called done is there (SYNC §3, row 4)."""

from __future__ import annotations

from pathlib import Path
from random import Random

import pytest

from tests.faults import sweep
from tests.faults.disk import SECTOR, Crash, Disk
from tests.faults.lab import Lab
from tests.faults.trace import Act, Create, Folder, Gone, Move, Said, Size, Sync, Write

STATES = 8
"""Of each workflow; ``python -m tests.faults.campaign power`` takes a thousand."""

OLD, NEW = b"old" * 1000, b"new" * 1000


@pytest.mark.parametrize("name", ["save", "import", "export", "passphrase", "backup", "station"])
def test_a_pulled_plug_loses_nothing(bench: Lab, seed: int, name: str) -> None:
    for which, _, wrong in sweep.power(bench, name, seed, STATES):
        assert not wrong, (which, wrong)


def states(tmp_path: Path, acts: list[Act], seed: int, count: int = 300) -> list[Crash]:
    """Many states of a place that holds the file ``kept``, at the end of some acts."""
    ready = tmp_path / "ready"
    ready.mkdir()
    (ready / "kept").write_bytes(OLD)
    disk = Disk(tmp_path / "place", ready, acts)
    return [disk.crash(Random(f"{seed} {n}"), len(acts)) for n in range(count)]


def replacing(place: Path, *, synced: bool, folder_synced: bool) -> list[Act]:
    """A file replaced by way of a temporary one."""
    new, kept = str(place / "kept.partial"), str(place / "kept")
    acts: list[Act] = [Create(new), Write(new, 0, NEW)]
    acts += [Sync(new)] if synced else []
    acts += [Move(new, kept)]
    acts += [Sync(str(place))] if folder_synced else []
    return [*acts, Said(["replaced"])]


def test_a_file_replaced_with_both_syncs_is_there(tmp_path: Path, seed: int) -> None:
    place = tmp_path / "place"
    for crash in states(tmp_path, replacing(place, synced=True, folder_synced=True), seed):
        assert crash.files == {str(place / "kept"): NEW} and crash.said == (["replaced"],)


def test_a_name_moved_before_its_content_was_synced_is_found(tmp_path: Path, seed: int) -> None:
    place = tmp_path / "place"
    found = states(tmp_path, replacing(place, synced=False, folder_synced=True), seed)
    contents = [crash.files[str(place / "kept")] for crash in found]
    assert b"" in contents and NEW in contents
    torn = [one for one in contents if one not in (b"", NEW)]
    assert torn and all(len(one) == len(NEW) for one in torn)
    kept = {
        n for one in torn for n in range(0, len(NEW), SECTOR) if one[n : n + SECTOR] == NEW[n : n + SECTOR]
    }
    assert kept, "sectors stay whole"


def test_a_folder_that_was_not_synced_may_hold_the_old_file(tmp_path: Path, seed: int) -> None:
    place = tmp_path / "place"
    found = states(tmp_path, replacing(place, synced=True, folder_synced=False), seed)
    assert {crash.files[str(place / "kept")] for crash in found} == {OLD, NEW}


def test_what_lies_in_a_folder_without_a_name_is_gone(tmp_path: Path, seed: int) -> None:
    place = tmp_path / "place"
    inside = str(place / "made" / "file")
    acts: list[Act] = [
        Folder(str(place / "made")), Create(inside), Write(inside, 0, NEW), Sync(inside), Sync(str(place / "made")),
    ]  # fmt: skip
    found = states(tmp_path, acts, seed)
    assert {inside in crash.files for crash in found} == {True, False}
    (tmp_path / "ready" / "kept").unlink()
    (tmp_path / "ready").rmdir()
    assert all(inside in crash.files for crash in states(tmp_path, [*acts, Sync(str(place))], seed))


def test_writes_come_in_any_order_until_they_are_synced(tmp_path: Path, seed: int) -> None:
    kept = str(tmp_path / "place" / "kept")
    one, two = b"1" * SECTOR, b"2" * SECTOR
    acts: list[Act] = [Write(kept, 0, one), Write(kept, SECTOR, two), Size(kept, 2 * SECTOR)]
    found = {crash.files[kept][: 2 * SECTOR] for crash in states(tmp_path, acts, seed)}
    old = OLD[: 2 * SECTOR]
    assert {old, one + old[SECTOR:], old[:SECTOR] + two, one + two} <= found
    (tmp_path / "ready" / "kept").unlink()
    (tmp_path / "ready").rmdir()
    assert {c.files[kept] for c in states(tmp_path, [*acts, Sync(kept), Gone("elsewhere")], seed)} == {
        one + two
    }
