"""What the records in conflict are called by people: a person's number and name, a bed, a family, asked in few queries."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from shelterdesk.core.kinds import KINDS, LOGGED, PERSON, FieldType, Kind
from shelterdesk.core.names import display_name
from shelterdesk.db import tables
from shelterdesk.db.connection import Connection, in_parts

_TITLES = {
    "household": "number",
    "arrival_group": "number",
    "transfer": "number",
    "place": "code",
    "service_type": "code",
    "station": "code",
    "setting": "key",
    "card": "serial",
    "facility_day": "day",
    "daily_sheet": "day",
}
"""The field by which people know a record that is of nobody."""


@dataclass(frozen=True, slots=True)
class Subject:
    """Whose record it is, or what: a person by number, name, bed and family, else what it is called (``title``)."""

    person: str = ""
    number: str = ""
    name: str = ""
    place: str = ""
    household: str = ""
    title: str = ""


def subjects(conn: Connection, records: Iterable[tuple[int, bytes]]) -> dict[tuple[int, bytes], Subject]:
    """The subjects of some records (kind, entity)."""
    of_person: dict[tuple[int, bytes], bytes] = {}
    titles: dict[tuple[int, bytes], str] = {}
    wanted = sorted(set(records))
    for number in {number for number, _ in wanted}:
        kind = KINDS.get(number)
        if kind is None or not tables.is_known(number):
            continue
        ents = [ent for of, ent in wanted if of == number]
        if kind is PERSON:
            of_person |= {(number, ent): ent for ent in ents}
        elif any(field.name == "person" and field.type is FieldType.REF for field in kind.fields):
            whose = _column(conn, kind, "person", ents)
            of_person |= {(number, ent): who for ent, who in whose if isinstance(who, bytes)}
        if kind.name in _TITLES:
            called = _column(conn, kind, _TITLES[kind.name], ents)
            titles |= {(number, ent): str(said) for ent, said in called if said is not None}
    known = people(conn, sorted(set(of_person.values())))
    return {
        one: known[of_person[one]] if of_person.get(one) in known else Subject(title=titles.get(one, ""))
        for one in wanted
    }


def people(conn: Connection, ents: Sequence[bytes]) -> dict[bytes, Subject]:
    """People by number and name, with the bed they have now and their family."""
    found: dict[bytes, Subject] = {}
    for marks, part in in_parts(ents):
        beds = dict(
            conn.execute(
                "SELECT s.person, p.code FROM stay s JOIN place p ON p.ent = s.place WHERE s.void IS NULL"
                f" AND s.to_at IS NULL AND s.person IN ({marks}) ORDER BY coalesce(s.from_at_ms, s.entered_ms), s.ent",
                part,
            ).fetchall()
        )
        families = dict(
            conn.execute(
                "SELECT m.person, h.number FROM membership m JOIN household h ON h.ent = m.household WHERE"
                f" m.void IS NULL AND m.to_at IS NULL AND m.person IN ({marks}) ORDER BY m.entered_ms, m.ent",
                part,
            ).fetchall()
        )
        for ent, number, surnames, given, native in conn.execute(
            f"SELECT ent, number, surnames, given, name_native FROM person WHERE ent IN ({marks})", part
        ):
            name = display_name(surnames or "", given or "", native or "")
            found[bytes(ent)] = Subject(
                ent.hex(), number or "", name, beds.get(ent) or "", families.get(ent) or ""
            )
    return found


def in_conflict_of(conn: Connection, person: bytes) -> list[bytes]:
    """The records about a person that are in conflict."""
    found: list[bytes] = []
    for kind in LOGGED:
        if "person" in tables.INDEXES.get(kind.name, ()):
            found += [
                bytes(row[0])
                for row in conn.execute(
                    f"SELECT DISTINCT k.ent FROM {kind.name} k JOIN conflict c ON c.ent = k.ent AND c.kind = ?"
                    " WHERE k.person = ?",
                    (kind.number, person),
                )
            ]
    return found


def _column(
    conn: Connection, kind: Kind, column: str, ents: Sequence[bytes]
) -> list[tuple[bytes, bytes | str | int]]:
    found: list[tuple[bytes, bytes | str | int]] = []
    for marks, part in in_parts(ents):
        found += conn.execute(
            f"SELECT ent, {column} FROM {kind.name} WHERE ent IN ({marks})", part
        ).fetchall()
    return found
