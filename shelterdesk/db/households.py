"""Households and arrival groups: who belongs to whom now, who is head, how many heads have no name yet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import msgspec

from shelterdesk.core.names import display_name
from shelterdesk.core.people import household_words, unnamed_present
from shelterdesk.core.vocabulary import HouseholdRole
from shelterdesk.db.connection import Connection


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody in a household. ``membership`` is the record's id; ``is_double`` a second head, made apart."""

    ent: str
    membership: str
    number: str
    name: str
    sex: str | None
    birth: str | None
    role: str
    relation: str | None
    is_head: bool
    is_double: bool
    is_present: bool


@dataclass(frozen=True, slots=True)
class Household:
    """A household as it stands now; ``words`` is its size in a line, ``head`` the head's number."""

    ent: str
    number: str
    words: str
    members: tuple[Member, ...]

    @property
    def head(self) -> Member | None:
        """The head that counts."""
        return next((member for member in self.members if member.is_head), None)


def household(conn: Connection, ent: bytes, on: date) -> Household | None:
    """A household with its present members, the head first; None for one that is not there or voided."""
    row = conn.execute("SELECT number FROM household WHERE ent = ? AND void IS NULL", (ent,)).fetchone()
    if row is None:
        return None
    found = members(conn, ent)
    return Household(ent.hex(), row[0] or "", household_words((m.birth for m in found), on), tuple(found))


def members(conn: Connection, ent: bytes) -> list[Member]:
    """Who belongs to a household now, the head first.

    Two desks apart can each name a head: the one named first counts, the others are marked double.
    """
    rows = conn.execute(
        "SELECT p.ent, m.ent, p.number, p.surnames, p.given, p.name_native, p.sex, p.birth, m.role, m.relation,"
        " EXISTS (SELECT 1 FROM presence i WHERE i.person = p.ent AND i.to_ms IS NULL)"
        " FROM membership m JOIN person p ON p.ent = m.person WHERE m.household = ? AND m.void IS NULL"
        " AND m.to_at IS NULL AND p.void IS NULL ORDER BY coalesce(m.role, '') <> 'HEAD', m.entered_ms,"
        # As they were written down; of heads named in the same moment all replicas must choose the same.
        " CASE m.role WHEN 'HEAD' THEN 0 ELSE (SELECT min(pos) FROM op WHERE op.ent = m.ent AND op.field = 0)"
        " END, m.ent",
        (ent,),
    ).fetchall()
    found: list[Member] = []
    known: set[bytes] = set()
    for person, membership, number, surnames, given, native, sex, birth, role, relation, here in rows:
        if person in known:
            continue
        known.add(person)
        names_head = role == HouseholdRole.HEAD
        found.append(
            Member(
                ent=person.hex(),
                membership=membership.hex(),
                number=number or "",
                name=display_name(surnames or "", given or "", native or ""),
                sex=sex,
                birth=birth,
                role=role or HouseholdRole.MEMBER.value,
                relation=relation,
                is_head=names_head and len(found) == 0,
                is_double=names_head and len(found) > 0,
                is_present=bool(here),
            )
        )
    return found


def households_of(conn: Connection, person: bytes) -> list[bytes]:
    """The households somebody belongs to now, the one joined last first; more than one came about apart."""
    return [
        bytes(row[0])
        for row in conn.execute(
            "SELECT m.household FROM membership m JOIN household h ON h.ent = m.household WHERE m.person = ?"
            " AND m.void IS NULL AND m.to_at IS NULL AND h.void IS NULL"
            " ORDER BY m.entered_ms DESC, m.ent DESC",
            (person,),
        )
    ]


@dataclass(frozen=True, slots=True)
class ArrivalGroup:
    """A counted group: ``counted`` is sex to age band to heads, ``unnamed`` are those still without a name."""

    ent: str
    number: str
    head_count: int
    counted: dict[str, dict[str, int]]
    named: int
    unnamed: int
    arrived_at: str | None
    mode: str | None
    vehicle: str | None
    entry_route: str | None
    note: str | None
    closed_at: str | None
    closed_reason: str | None

    @property
    def is_reserved(self) -> bool:
        """Whether its token only stands on a slip of paper: nobody has been counted or named with it yet."""
        return not self.head_count and self.arrived_at is None and not self.named and self.closed_at is None


_GROUP = (
    "SELECT g.ent, g.number, g.head_count, g.counted, g.arrived_at, g.mode, g.vehicle, g.entry_route, g.note,"
    " g.closed_at, g.closed_reason, (SELECT count(*) FROM person p WHERE p.arrival_group = g.ent"
    " AND p.void IS NULL) FROM arrival_group g WHERE g.void IS NULL"
)


def arrival_group(conn: Connection, ent: bytes) -> ArrivalGroup | None:
    """One counted group, None for one that is not there or voided."""
    row = conn.execute(_GROUP + " AND g.ent = ?", (ent,)).fetchone()
    return None if row is None else _group(row)


def arrival_groups(conn: Connection, *, only_open: bool = True, limit: int = 200) -> list[ArrivalGroup]:
    """Counted groups, the newest first; only those not yet closed unless asked otherwise."""
    where = " AND g.closed_at IS NULL" if only_open else ""
    where += f" AND NOT ({_RESERVED})"
    rows = conn.execute(_GROUP + where + " ORDER BY g.arrived_at_ms DESC, g.ent DESC LIMIT ?", (limit,))
    return [_group(row) for row in rows]


_RESERVED = "g.head_count IS NULL AND g.arrived_at IS NULL"


def reserved_groups(conn: Connection) -> list[ArrivalGroup]:
    """The groups of tokens reserved for slips of paper and not used yet, in the order of their reservation."""
    rows = conn.execute(f"{_GROUP} AND {_RESERVED} AND g.closed_at IS NULL ORDER BY g.entered_ms, g.number")
    return [group for group in map(_group, rows) if group.is_reserved]


def _group(row: Sequence[Any]) -> ArrivalGroup:
    ent, number, heads, counted, arrived, mode, vehicle, route, note, closed, reason, named = row
    return ArrivalGroup(
        ent=ent.hex(),
        number=number or "",
        head_count=heads or 0,
        counted=_counted(counted),
        named=named,
        unnamed=unnamed_present(heads, named, is_closed=closed is not None),
        arrived_at=arrived,
        mode=mode,
        vehicle=vehicle,
        entry_route=route,
        note=note,
        closed_at=closed,
        closed_reason=reason,
    )


def _counted(stored: str | None) -> dict[str, dict[str, int]]:
    try:
        return msgspec.json.decode(stored, type=dict[str, dict[str, int]]) if stored else {}
    except msgspec.MsgspecError:
        return {}


def place_of(conn: Connection, said: str) -> bytes | None:
    """The place of a code or id (32 hex digits); None for one that is not there or voided."""
    row = conn.execute("SELECT ent FROM place WHERE code = ? AND void IS NULL", (said,)).fetchone()
    if row is None and len(said) == 32:
        try:
            by_id = bytes.fromhex(said)
        except ValueError:
            return None
        row = conn.execute("SELECT ent FROM place WHERE ent = ? AND void IS NULL", (by_id,)).fetchone()
    return None if row is None else bytes(row[0])


def belongings(conn: Connection, person: bytes) -> dict[str, list[str]]:
    """Records that stand or fall with a person entered by mistake, by kind: ids of those not voided."""
    found: dict[str, list[str]] = {}
    for kind in ("membership", "travel_document", "stay", "bed_need"):
        sql = f"SELECT ent FROM {kind} WHERE person = ? AND void IS NULL ORDER BY ent"
        found[kind] = [row[0].hex() for row in conn.execute(sql, (person,))]
    return found


def household_births(conn: Connection, ent: bytes) -> list[str | None]:
    """Stored births of those in a household now, for the rules about who is a child."""
    return [member.birth for member in members(conn, ent)]


def household_number_of(conn: Connection, ent: bytes) -> str:
    """The number of a household, empty for one that is not there."""
    row = conn.execute("SELECT number FROM household WHERE ent = ?", (ent,)).fetchone()
    return "" if row is None else str(row[0] or "")
