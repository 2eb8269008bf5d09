"""The workflows of whole files: a backup made, one restored, a file of an older program brought up to date."""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from shelterdesk import startup
from shelterdesk.actions.backups import (
    FILES,
    PARTIAL,
    list_backups,
    make_backup,
    must_be_whole,
    read_manifest,
)
from shelterdesk.actions.checking import check_folder
from shelterdesk.actions.clock import SetClock
from shelterdesk.actions.desk import open_desk
from shelterdesk.actions.restoring import restore
from shelterdesk.core.errors import WorldError
from shelterdesk.db.connection import open_file
from shelterdesk.db.state import state_of
from shelterdesk.keys import keyfile
from shelterdesk.keys.desk import desk_hex
from tests.faults.workflows import Say, Told, Workflow, later, of, people, step, whole
from tests.stations import MORNING, PASSPHRASE, make_template
from tests.sync.worlds import at, given_names, register

GOLDEN = Path(__file__).resolve().parents[1] / "golden" / "1"
NAMES = ("Ana", "Berta", "Carla")

# --- a backup ---------------------------------------------------------------------------------------------------


def _prepare_backup(place: Path) -> None:
    make_template(place / "lb")
    with at(place / "lb", SetClock(MORNING)) as desk:
        register(desk, *NAMES)
    (place / "disk").mkdir()


def _backup(place: Path, say: Say, clock: SetClock) -> None:
    with at(place / "lb", clock) as desk:
        made = step(say, lambda: make_backup(desk, place / "disk")).result
        say("backup", made.folder.name)


def _look_backup(place: Path, said: Sequence[Told]) -> list[str]:
    problems: list[str] = []
    for desk in whole(place / "lb", problems):
        dev = desk_hex(desk.who.dev)
    if problems:
        return problems
    listed = {one.folder.name: one for one in list_backups(place / "disk", dev)}
    for path in (place / "disk").iterdir():
        if not path.name.endswith(PARTIAL) and path.name not in listed:
            problems.append(f"{path.name} looks like a backup and is none")
    for (name,) in of(said, "backup"):
        if name not in listed:
            problems.append("a backup was called made and is not there")
    for one in listed.values():
        try:
            for file in FILES:
                must_be_whole(one, file, one.folder / file)
            _must_restore(one.folder, place / "look")
        except (WorldError, AssertionError) as error:
            problems.append(f"a backup that is no good: {error}")
    return problems


def _must_restore(source: Path, folder: Path) -> None:
    """Put a backup into a folder and find everybody in it."""
    shutil.rmtree(folder, ignore_errors=True)
    desk = restore(source, folder, "admin", PASSPHRASE, later(35))
    try:
        assert {name for name, _ in people(desk)} == set(NAMES), "somebody is missing in it"
        assert not check_folder(desk).result.before.findings, "the restored file is not whole"
    finally:
        desk.close()
        shutil.rmtree(folder)


def _end_backup(place: Path) -> Any:
    found = sorted(path.name for path in (place / "disk").iterdir())
    return [bool(found), not any(name.endswith(PARTIAL) for name in found)]


# --- a backup put into an empty folder --------------------------------------------------------------------------


def _prepare_restore(place: Path) -> None:
    _prepare_backup(place)
    with at(place / "lb", later()) as desk:
        make_backup(desk, place / "disk")
    shutil.rmtree(place / "lb")


def _restore(place: Path, say: Say, clock: SetClock) -> None:
    folder = place / "new"
    (source,) = (place / "disk").iterdir()
    if not startup.is_set_up(folder):
        step(say, lambda: restore(source, folder, "admin", PASSPHRASE, clock)).close()
    say("restored")
    with at(folder, clock) as desk:
        if "Nueva" not in given_names(desk):
            step(say, lambda: register(desk, "Nueva"))
        say("saved")


def _look_restore(place: Path, said: Sequence[Told]) -> list[str]:
    problems: list[str] = []
    (source,) = (place / "disk").iterdir()
    kept = read_manifest(source)
    for file in FILES:
        try:
            must_be_whole(kept, file, source / file)
        except WorldError as error:
            problems.append(f"the backup itself was changed: {error}")
    if not startup.is_set_up(place / "new"):
        return [*problems, *(["restored, it was said, and nothing is there"] if of(said, "restored") else [])]
    for desk in whole(place / "new", problems, epoch=None):
        if desk.who.epoch <= kept.epoch:
            problems.append("the restored desk goes on in the old epoch")
        there = set(given_names(desk))
        if not set(NAMES) <= there or (of(said, "saved") and "Nueva" not in there):
            problems.append("somebody is missing in the restored folder")
    return problems


def _end_restore(place: Path) -> Any:
    with at(place / "new", later(40)) as desk:
        return people(desk)


# --- a file of an older program ---------------------------------------------------------------------------------


def _prepare_old(place: Path) -> None:
    shutil.copytree(GOLDEN / "station", place / "old")


def _golden_clock(times: int = 0) -> SetClock:
    clock = SetClock(datetime.fromisoformat(_expected()["opened_at"]))
    clock.forward(timedelta(hours=1 + times))
    return clock


@cache
def _expected() -> dict[str, Any]:
    found: dict[str, Any] = json.loads((GOLDEN / "expected.json").read_text("utf-8"))
    return found


def _migrate(place: Path, say: Say, clock: SetClock) -> None:
    hours = (clock.now() - MORNING) // timedelta(hours=1)
    with at(place / "old", _golden_clock(hours)) as desk:
        say("opened")
        if "Nueva" not in given_names(desk):
            step(say, lambda: register(desk, "Nueva"))
        say("saved")


def _look_old(place: Path, said: Sequence[Told]) -> list[str]:
    problems: list[str] = []
    folder, before = place / "old", _expected()["station_state"]
    clock = _golden_clock(50)
    key = keyfile.unlock(folder, "admin", PASSPHRASE, clock.now().timestamp()).file_key
    for copy in folder.glob("before-update-*.db"):
        try:
            open_file(copy, key, read_only=True).close()
        except WorldError as error:
            problems.append(f"the copy made before the update does not open: {error}")
    try:
        desk = open_desk(folder, "admin", PASSPHRASE, clock)
    except WorldError as error:
        return [*problems, f"the old file does not open: {error}"]
    findings = [one.code for one in check_folder(desk).result.before.findings]
    is_new = "Nueva" in given_names(desk)
    if not is_new and (state_of(desk.store.conn) != before or of(said, "saved")):
        problems.append("what was in the old file is not there")
    if desk.who.epoch:
        problems.append("it took itself for a restored one")
    desk.close()
    return [*problems, *findings]


def _end_old(place: Path) -> Any:
    with at(place / "old", _golden_clock(60)) as desk:
        return people(desk)


BACKUP = Workflow("backup", _prepare_backup, _backup, _look_backup, _end_backup)
RESTORE = Workflow("restore", _prepare_restore, _restore, _look_restore, _end_restore)
MIGRATE = Workflow("migrate", _prepare_old, _migrate, _look_old, _end_old)
