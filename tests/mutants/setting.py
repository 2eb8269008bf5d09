"""Where the mutants are tried: an office with real files, honest desks, and one enrolled desk of a station that lies.

The desk that lies, ``LB1A``, holds its own keys and everything its station knows: the entries of the honest desk
``LB1`` beside it, statements and receipts of everybody. Of what it makes up only its own word may count.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from shelterdesk.actions.clock import SetClock
from shelterdesk.actions.desk import Desk, open_desk
from shelterdesk.actions.erasing import erase
from shelterdesk.actions.exchange import export_bundle, export_receipts
from shelterdesk.actions.records import add_record
from shelterdesk.actions.taking_in import import_from
from shelterdesk.core.event import ROW, hex16, line_hash, parse
from shelterdesk.core.kinds import KIND_NAMES, PERSON
from shelterdesk.db.statements import statements
from shelterdesk.keys import age
from shelterdesk.keys.desk import DeskKeys
from shelterdesk.sync.container import PartName, read_part_name, unpack
from shelterdesk.sync.receipts import from_member
from tests.stations import MORNING, PASSPHRASE, make_template
from tests.sync.erasing import family
from tests.sync.worlds import at, carry, join, make_world, parts_in, register

Members = list[tuple[str, bytes]]


@dataclass(frozen=True)
class Part:
    """A good part as it lay on a stick, and its inside."""

    name: PartName
    folder: int
    sealed: bytes
    signature: str
    plain: bytes
    recipients: tuple[str, ...]

    @property
    def members(self) -> Members:
        """Every member with its bytes."""
        return list(unpack(self.plain))


@dataclass(frozen=True)
class Setting:
    """Folders, parts and keys. ``liar`` are the keys of the desk that lies; ``others`` are parts of honest desks,
    ``strangers`` of desks nobody enrolled, ``foreign`` ops on records of another station. ``whole`` has every line as it was
    written, by its hash, and ``erased`` the records the office had erased.
    """

    office: Path
    liar: DeskKeys
    small: Part
    large: Part
    old: Part
    others: tuple[Part, ...]
    strangers: tuple[Part, ...]
    genuine: frozenset[bytes]
    foreign: tuple[list[Any], ...]
    made_at: SetClock
    whole: Mapping[bytes, bytes] = field(default_factory=dict)
    erased: frozenset[bytes] = frozenset()

    @property
    def parts(self) -> tuple[Part, ...]:
        """Parts of the desk that lies, as it wrote them before it did."""
        return (self.small, self.large)


def make_setting(folder: Path, with_erasures: bool = False) -> Setting:
    """Make everything once; the office in ``folder/office`` has taken in earlier bundles of all.

    ``with_erasures``: it had two people erased, so that the desk that lies writes parts that say ``min_reader`` 2.
    """
    world, clock = make_world(folder), SetClock(MORNING)
    clock.forward(timedelta(hours=1))
    second = folder / "second"
    with at(world.lb, clock) as desk:
        register(desk, "Ana", "Berta")
    join(world.lb, second, clock)
    with at(second, clock) as desk:
        register(desk, "Carla")
    families = [_family(one, clock) for one in (world.lb, second) if with_erasures]
    for name, from_ in (("m0", world.mt), ("m1", world.lb), ("m2", second)):
        with at(from_, clock) as desk:
            register(desk, f"Dora {name}")
        carry(from_, world.office, folder / name, clock)
    with at(world.office, clock) as office:
        (folder / "back").mkdir()
        if with_erasures:
            erase(office, [one["gone"] for one in families], "a request")
            export_bundle(office, folder / "back", "LB")
        export_receipts(office, folder / "back")
    for one, theirs in zip((world.lb, second), families, strict=False):
        _told_of_both(one, theirs, clock)
    whole = _whole_lines(clock, world.lb, second, world.mt, world.office)
    for one in (world.lb, second):
        with at(one, clock) as desk:
            import_from(desk, folder / "back")
    with at(world.lb, clock) as desk:
        people = register(desk, "Eva", "Flor", "Zoë 安")
        with desk.store.write(desk.user) as event:
            event.set(PERSON, people[0], "given", "Eva María")
    carry(world.lb, second, folder / "s", clock)
    small = _written(second, folder / "small", clock, people, families=int(with_erasures))
    large = _written(second, folder / "large", clock, people, notes=3, everything=with_erasures)
    others = []
    for one in (world.lb, world.mt):
        with at(one, clock) as desk:
            register(desk, "Gloria")
            (folder / f"of-{one.name}").mkdir()
            export_bundle(desk, folder / f"of-{one.name}")
        others.append(_read(world.office, folder / f"of-{one.name}", clock))
    genuine = _genuine(clock, world.lb, second, world.mt, world.office)
    whole = _whole_lines(clock, world.lb, second, world.mt, world.office) | whole
    with at(second, clock) as desk:
        liar = desk.store.keys
    old = _read(world.office, folder / "m2", clock)
    stranger = _of_a_stranger(folder, clock)
    with at(world.mt, clock) as desk:
        foreign = _records(desk)
    with at(world.office, clock) as office:
        erased = frozenset(office.roster.erased)
    return Setting(
        world.office, liar, small, large, old, tuple(others), (stranger,), genuine, foreign, clock, whole, erased
    )  # fmt: skip


def _family(folder: Path, clock: SetClock) -> dict[str, str]:
    """Two people in one entry, of whom the office will have one erased; their ids."""
    with at(folder, clock) as desk:
        return family(desk)


def _told_of_both(folder: Path, ids: dict[str, str], clock: SetClock) -> None:
    """Entries that the office has not got and of which, once the desk hears, a part is left, or the hash."""
    clock.forward(timedelta(seconds=1))
    with at(folder, clock) as desk:
        for names in (("gone", "stays"), ("gone",)):
            with desk.store.write(desk.user) as event:
                for name in names:
                    event.set(PERSON, ids[name], "note", f"seen at noon, {name}")


def _whole_lines(clock: SetClock, *folders: Path) -> dict[bytes, bytes]:
    """Every line these hold as it was written, by its hash."""
    found: dict[bytes, bytes] = {}
    for folder in folders:
        with at(folder, clock) as desk:
            rows = desk.store.conn.execute("SELECT eh, line FROM event WHERE line IS NOT NULL").fetchall()
            found |= {bytes(eh): bytes(line) for eh, line in rows if line_hash(bytes(line)) == bytes(eh)}
    return found


def _records(desk: Desk) -> tuple[list[Any], ...]:
    """Ops that would change what another station registered, naming the true heads."""
    found: list[list[Any]] = []
    for (line,) in desk.store.conn.execute("SELECT line FROM event WHERE line IS NOT NULL").fetchall():
        event = parse(line)
        for n, op in enumerate(event.ops):
            if op.kind == PERSON.number and op.field == ROW:
                id_ = event.op_id(n)
                saw = [hex16(id_.dev), id_.epoch, id_.seq, id_.eh8.hex()]
                found.append([op.kind, op.ent.hex(), PERSON.field("given").number, "taken over", [saw]])
    return tuple(found)


def _written(
    desk_folder: Path,
    stick: Path,
    clock: SetClock,
    people: list[str],
    notes: int = 0,
    everything: bool = False,
    families: int = 0,
) -> Part:
    """A part of the desk that lies: entries of its own, and edits of what its fellow desk registered.

    ``families`` are entries of two people each: erasing one of them leaves a part of the entry.
    """
    stick.mkdir()
    with at(desk_folder, clock) as desk:
        register(desk, *(f"Hilda {n}" for n in range(4)))
        for _ in range(families):
            family(desk)
        with desk.store.write(desk.user) as event:
            event.set(PERSON, people[1], "given", "Flora")
        for _ in range(notes):
            add_record(desk, KIND_NAMES["health_note"], {"person": people[2], "text": "x" * 40_000})
        export_bundle(desk, stick, everything=everything)
    return _read(desk_folder, stick, clock)


def _read(reader: Path, stick: Path, clock: SetClock) -> Part:
    """The last part on a stick."""
    path = max(parts_in(stick), key=lambda one: int(one.name.split("-")[0]))
    name = read_part_name(path.name)
    assert name is not None
    with at(reader, clock) as desk:
        identity = desk.store.keys.age.identity
    sealed = path.read_bytes()
    plain = age.decrypt(sealed, [identity])
    manifest = manifest_of(plain)
    signature = path.with_name(f"{path.name}.sig").read_text("ascii")
    return Part(name, int(path.parent.name, 16), sealed, signature, plain, tuple(manifest["recipients"]))


def manifest_of(plain: bytes) -> dict[str, Any]:
    """The manifest in a tar, as plain JSON."""
    found: dict[str, Any] = json.loads(next(iter(unpack(plain)))[1])
    return found


def _of_a_stranger(folder: Path, clock: SetClock) -> Part:
    """A part of a practice station that no office knows."""
    make_template(folder / "practice", practice=True, code="PR")
    with at(folder / "practice", clock) as desk:
        register(desk, "Ines")
        (folder / "of-practice").mkdir()
        export_bundle(desk, folder / "of-practice")
    return _read(folder / "practice", folder / "of-practice", clock)


def _genuine(clock: SetClock, *folders: Path) -> frozenset[bytes]:
    """Hashes of every event and statement, and the text of every receipt, that anybody truly made."""
    found: set[bytes] = set()
    for folder in folders:
        with at(folder, clock) as desk:
            conn = desk.store.conn
            found.update(row[0] for row in conn.execute("SELECT eh FROM event"))
            found.update(one.sha for one in statements(conn))
            found.update(row[0] for row in conn.execute("SELECT raw FROM receipt"))
            for (member,) in conn.execute("SELECT receipts FROM bundle_out").fetchall():
                found.update(one.body for one in from_member(member))
    return frozenset(found)


def opened(folder: Path, clock: SetClock) -> Desk:
    """The office at work; to be closed."""
    return open_desk(folder, "chief", PASSPHRASE, clock)


def copy_of(setting: Setting, folder: Path) -> Path:
    """A fresh copy of the office."""
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(setting.office, folder)
    return folder
