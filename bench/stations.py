"""Stations to measure on: made through the doors of the program, filled through its import path, kept for next time."""

from __future__ import annotations

import hashlib
import inspect
import json
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import perf_counter
from types import ModuleType
from typing import Any

from bench import families
from bench.families import Author, Registrations, in_slices
from shelterdesk.actions.clock import SetClock
from shelterdesk.actions.desk import Desk, open_desk
from shelterdesk.actions.places import import_plan
from shelterdesk.actions.station import StationPlanned, new_station
from shelterdesk.actions.users import add_user
from shelterdesk.core import event as events_module
from shelterdesk.core import identity, kinds, names, presence
from shelterdesk.core.roster import DeskEntry, desk_body
from shelterdesk.core.vocabulary import Confidentiality, Role
from shelterdesk.db import chain, meta, schema, search, statements, tables, unnamed
from shelterdesk.db import presence as presence_table
from shelterdesk.db.store import Store
from shelterdesk.keys import keyfile
from shelterdesk.keys.desk import DeskKeys
from shelterdesk.keys.passphrase import Argon2Cost
from shelterdesk.keys.signing import sign_chain_head
from shelterdesk.startup import FILE

OUT = Path(__file__).resolve().parent / "out"
SEED = 20_261_123
PASSPHRASE = "demo"
CHEAP = Argon2Cost(memory_kib=64, passes=1, lanes=1)
"""The key derivation made next to nothing: it costs a set time on purpose and is subtracted from every figure."""

NOW = datetime(2026, 11, 23, 13, 0, tzinfo=UTC)
OTHER = "other"
"""Folder, beside the station's, of the second desk of the table."""

_WRITER = "writer.keys"
"""The keys of desk LB1B, whose registrations fill the station: it signs them like any desk."""

_PLACES_PER_BLOCK = 40
_SLICE_OPS = 2_000  # the most SYNC §1.0 allows
_DECIDES: tuple[ModuleType, ...] = (
    events_module, families, identity, kinds, names, presence, presence_table, schema, search, tables, unnamed,
)  # fmt: skip
"""The modules that decide what a filled file looks like."""


@dataclass(frozen=True, slots=True)
class Filled:
    """A filled station's folder, what is in it, and how long it took (seconds; as noted when it was made)."""

    folder: Path
    people: int
    ops: int
    seconds: float
    bytes_before: int
    bytes_after: int


def fingerprint() -> str:
    """Sixteen hex digits that change with the code that decides what a filled file looks like."""
    digest = hashlib.sha256(str(SEED).encode())
    for module in _DECIDES:
        digest.update(inspect.getsource(module).encode())
    return digest.hexdigest()[:16]


def new_table(folder: Path) -> None:
    """A station of two desks in ``folder`` (``station.db``) and ``folder/other``: users, site plan, same roster."""
    clock = SetClock(NOW)
    plan = StationPlanned("LB", "Lajas Blancas", "PAN", families.ZONE, "admin", is_practice=True)
    made = new_station(folder, plan, PASSPHRASE, clock, CHEAP)
    desk = made.desk
    add_user(
        desk,
        "protection",
        frozenset({Role.PROTECTION}),
        PASSPHRASE,
        recovery_code=made.recovery_code,
        cost=CHEAP,
    )
    import_plan(desk, _plan())
    for slot in ("LB1A", "LB1B"):
        keys = DeskKeys.new()
        entry = DeskEntry(keys.dev, keys.public, keys.recipient, "LB", slot, desk.who.dev)
        desk.publish("admit", {"desk": desk_body(entry)})
        if slot == "LB1A":
            _second_desk(desk, folder / OTHER, keys, slot)
        else:
            (folder / _WRITER).write_bytes(keys.stored())
    desk.close()


def _plan() -> str:
    lines = ["code,parent,kind,quarter,capacity,area_m2,accessible"]
    for block in "ABCDE":
        lines.append(f"{block},,block,,,,")
        for room in range(1, 11):
            lines.append(f"{block}{room},{block},room,FAMILY,,20,no")
            lines += [
                f"{block}{room}-{bed},{block}{room},bed,FAMILY,1,,no"
                for bed in range(1, _PLACES_PER_BLOCK + 1)
            ]
    return "\n".join(lines) + "\n"


def _second_desk(desk: Desk, folder: Path, keys: DeskKeys, slot: str) -> None:
    """A folder of its own for the second desk, as admission leaves it: the statements, no events yet."""
    folder.mkdir()
    who = meta.Whoami(
        "station", keys.dev, 0, "LB", slot, desk.who.name, desk.who.country, desk.who.zone, 6, True
    )
    store = Store.create(folder / FILE, desk.store.file_key, who, keys, desk.clock)
    store.add_statements(list(statements.statements(desk.store.conn)))
    store.close()
    shutil.copyfile(desk.folder / keyfile.FILE_NAME, folder / keyfile.FILE_NAME)


@contextmanager
def opened(folder: Path, clock: SetClock | None = None) -> Iterator[Desk]:
    """The folder with its admin (also supervisor and operator) logged in."""
    desk = open_desk(folder, "admin", PASSPHRASE, clock or SetClock(NOW))
    try:
        yield desk
    finally:
        desk.close()


def author_of(desk: Desk, slot: str) -> Author:
    """The desk of that slot as one who writes registrations, with the admin at work."""
    dev = next(entry.dev for entry in desk.roster.desks.values() if entry.slot == slot)
    key = desk.roster.class_key(Confidentiality.PROTECTION, desk.who.station)
    if key is None:
        raise LookupError("the station has no key for protection")
    return Author(dev, "LB", slot.removeprefix("LB"), desk.user.id, key.recipient, key.version)


def beds(desk: Desk) -> list[str]:
    """Ids of all beds of the site plan."""
    found = desk.store.conn.execute("SELECT ent FROM place WHERE place_kind = 'bed' ORDER BY ent")
    return [bytes(row[0]).hex() for row in found]


def filled(
    people: int,
    *,
    sealed: bool = True,
    leaving: bool = False,
    years: int = 0,
    out: Path = OUT,
    told: Callable[[str], None] = print,
) -> Filled:
    """A station with so many people of desk LB1B, taken from ``out`` or made now; never change it, copy it.

    With ``years`` they came one after the other over so many years up to ``NOW``, else as fast as a desk can.

    Made in an unfinished folder that is renamed at the end, so that one broken off is never taken for whole.
    """
    parts = [f"{people}", "sealed" if sealed else "open", *(["left"] if leaving else [])]
    parts += [f"{years}y"] if years else []
    name = "station-" + "-".join(parts)
    folder = out / f"{name}-{fingerprint()}"
    note = folder / "filled.json"
    if not note.exists():
        unfinished = out / f"{name}-unfinished"
        for old in (*out.glob(f"{name}-{'[0-9a-f]' * 16}"), unfinished):
            shutil.rmtree(old, ignore_errors=True)
        told(f"making a station of {people:,} people (kept in {folder.name})")
        new_table(unfinished)
        _fill(unfinished, people, sealed, leaving, years)
        unfinished.rename(folder)
    told_before = json.loads(note.read_text("utf-8"))
    return Filled(folder, **told_before)


def _fill(folder: Path, people: int, sealed: bool, leaving: bool, years: int) -> None:
    with opened(folder) as desk:
        before = size_of(desk)
        stayers = min(families.STAYERS, people // 10) if leaving else None
        line = Registrations(
            author_of(desk, "LB1B"), beds(desk), SEED, sealed=sealed, stayers=stayers, **_pace(people, years)
        )
        taking = 0.0
        for some in in_slices(line.events(people), _SLICE_OPS):
            began = perf_counter()
            desk.store.take_in(some)
            taking += perf_counter() - began
        _sign_what_was_filled(desk, folder)
        after = size_of(desk)
    note = {
        "people": line.people,
        "ops": line.ops,
        "seconds": taking,
        "bytes_before": before,
        "bytes_after": after,
    }
    (folder / "filled.json").write_text(json.dumps(note), "utf-8")


def _pace(people: int, years: int) -> dict[str, Any]:
    """When the first came and how many seconds there are to each, for so many years up to now."""
    if not years:
        return {}
    whole = timedelta(days=365 * years)
    return {"began": NOW - whole, "seconds": whole.total_seconds() / people}


def _sign_what_was_filled(desk: Desk, folder: Path) -> None:
    """The head of LB1B's line, as it would have come with its bundles."""
    keys = DeskKeys.from_stored((folder / _WRITER).read_bytes())
    with desk.store.transaction() as conn:
        last = chain.last_of(conn, keys.dev, 0)
        if last is not None:
            signature = sign_chain_head(keys.signing, 0, *last)
            chain.add_signed_head(conn, keys.dev, 0, *last, signature)


def size_of(desk: Desk) -> int:
    """Bytes of the station's file, everything written into it."""
    desk.store.conn.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return (desk.folder / FILE).stat().st_size


def copy_of(filled: Filled, target: Path) -> Path:
    """A copy to write into."""
    shutil.copytree(filled.folder, target)
    return target
