"""The site plan and its people as they stand: places, who has a bed now or had one then, beds given twice.

A stay holds a place while its person is in the house: who left through the gate has left the bed too, and
finds it again on coming back unless it was ended. Two places of one code, made at two desks, are one place.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from shelterdesk.core.birth import treat_as_child
from shelterdesk.core.lodging import Guest, Place, PlaceState, site_tree
from shelterdesk.core.names import display_name
from shelterdesk.core.people import birth_of
from shelterdesk.core.vocabulary import PlaceKind, Quarter, Sex
from shelterdesk.db.connection import Connection, in_parts
from shelterdesk.db.population import Links, links, present_records
from shelterdesk.db.unnamed import unnamed_at

_KINDS = frozenset(kind.value for kind in PlaceKind)
_QUARTERS = frozenset(quarter.value for quarter in Quarter)
_SEXES = frozenset(sex.value for sex in Sex)


@dataclass(frozen=True, slots=True)
class Plan:
    """The places by code, and to which code each record belongs (twins included)."""

    places: Mapping[str, Place]
    codes: Mapping[bytes, str]

    def code_of(self, place: bytes | None) -> str | None:
        """The code of a place's record; None for one that is not on the plan."""
        return None if place is None else self.codes.get(place)


def plan(conn: Connection) -> Plan:
    """The site plan. Of two records of one code the older stands for both."""
    rows = conn.execute(
        "SELECT ent, code, parent, place_kind, quarter, capacity, area_m2, accessible, blocked_places,"
        " blocked_reason, closed, staging, note FROM place WHERE void IS NULL AND code IS NOT NULL"
        " ORDER BY ent"
    ).fetchall()
    codes = {bytes(row[0]): str(row[1]) for row in rows}
    places: dict[str, Place] = {}
    for (
        ent,
        code,
        parent,
        kind,
        quarter,
        capacity,
        area,
        accessible,
        blocked,
        why,
        closed,
        staging,
        note,
    ) in rows:
        if code not in places:
            places[code] = Place(
                ent=ent.hex(),
                code=code,
                parent=codes.get(parent) if parent is not None else None,
                kind=PlaceKind(kind) if kind in _KINDS else PlaceKind.ROOM,
                quarter=Quarter(quarter) if quarter in _QUARTERS else None,
                capacity=capacity,
                area_m2=area,
                accessible=bool(accessible),
                blocked_places=blocked or 0,
                blocked_reason=why,
                closed=bool(closed),
                staging=bool(staging),
                note=note,
            )
    return Plan(places, codes)


@dataclass(frozen=True, slots=True)
class OpenStay:
    """A stay that is not over: of a person, or of one head of a group that has no name yet."""

    ent: str
    person: str | None
    arrival_group: str | None
    place: bytes | None
    from_ms: int


_STAY = (
    "SELECT ent, person, arrival_group, place, coalesce(from_at_ms, entered_ms) FROM stay WHERE void IS NULL"
)


def _stay(row: Sequence[object]) -> OpenStay:
    ent, person, group, place, from_ms = row
    return OpenStay(
        bytes(ent).hex() if isinstance(ent, bytes) else "",
        person.hex() if isinstance(person, bytes) else None,
        group.hex() if isinstance(group, bytes) else None,
        place if isinstance(place, bytes) else None,
        from_ms if isinstance(from_ms, int) else 0,
    )


def open_stays(
    conn: Connection, persons: Sequence[bytes], at_ms: int | None = None
) -> dict[str, list[OpenStay]]:
    """Stays of some people (by id) not over just before a moment (UTC ms; None: now), the latest last."""
    when, given = _open(at_ms)
    found: dict[str, list[OpenStay]] = {}
    for marks, part in in_parts(persons):
        for row in conn.execute(
            f"{_STAY} AND person IN ({marks}) AND {when} ORDER BY coalesce(from_at_ms, entered_ms), ent",
            (*part, *given),
        ):
            stay = _stay(row)
            found.setdefault(stay.person or "", []).append(stay)
    return found


def group_stays(conn: Connection, group: bytes, at_ms: int | None = None) -> list[OpenStay]:
    """Stays of the unnamed heads of a group not over just before a moment, the earliest first."""
    when, given = _open(at_ms)
    return [
        _stay(row)
        for row in conn.execute(
            f"{_STAY} AND arrival_group = ? AND person IS NULL AND {when}"
            " ORDER BY coalesce(from_at_ms, entered_ms), ent",
            (group, *given),
        )
    ]


def _open(at_ms: int | None) -> tuple[str, tuple[int, ...]]:
    if at_ms is None:
        return "to_at IS NULL", ()
    return "coalesce(from_at_ms, entered_ms) < ? AND (to_at IS NULL OR to_at_ms >= ?)", (at_ms, at_ms)


@dataclass(frozen=True, slots=True)
class Lodged:
    """Who is where: by code the ids of people and (for heads without a name) of groups; ``twice`` by person.

    Somebody given two places by two desks is in the one given last; the others are listed in ``twice``.
    """

    people: Mapping[str, tuple[str, ...]]
    heads: Mapping[str, tuple[str, ...]]
    twice: Mapping[str, tuple[str, ...]]

    def counts(self) -> dict[str, int]:
        """How many are lodged in each place itself."""
        codes = {*self.people, *self.heads}
        return {code: len(self.people.get(code, ())) + len(self.heads.get(code, ())) for code in codes}


def lodged(
    conn: Connection, station: str, site: Plan, at_ms: int | None = None, linked: Links | None = None
) -> Lodged:
    """Who of the people in the house has which place just before a moment (None: now)."""
    people: dict[str, list[str]] = {}
    heads: dict[str, list[str]] = {}
    twice: dict[str, tuple[str, ...]] = {}
    known = linked or links(conn, station)
    here = present_records(conn, station, at_ms, known)
    first_of = {record.hex(): first.hex() for record, first in here.items()}
    of_person: dict[str, list[tuple[int, str, str]]] = {}
    for record, stays in open_stays(conn, [bytes.fromhex(ent) for ent in sorted(first_of)], at_ms).items():
        of_person.setdefault(first_of[record], []).extend(
            (stay.from_ms, stay.ent, code) for stay in stays if (code := site.code_of(stay.place)) is not None
        )
    for person, given in of_person.items():
        if given:
            codes = [code for _, _, code in sorted(given)]
            people.setdefault(codes[-1], []).append(person)
            if len(set(codes)) > 1:
                twice[person] = tuple(dict.fromkeys(codes))
    for group, left in unnamed_at(conn, station, at_ms, known.again).items():
        # Heads that got a name since have a stay of their own; those left use the places given last.
        for stay in group_stays(conn, group, at_ms)[-left:]:
            code = site.code_of(stay.place)
            if code is not None:
                heads.setdefault(code, []).append(group.hex())
    return Lodged(
        {code: tuple(ents) for code, ents in people.items()},
        {code: tuple(ents) for code, ents in heads.items()},
        twice,
    )


def site_state(conn: Connection, station: str, at_ms: int | None = None) -> tuple[PlaceState, ...]:
    """The plan with its people as a tree, just before a moment (None: now)."""
    site = plan(conn)
    return site_tree(site.places.values(), lodged(conn, station, site, at_ms).counts())


@dataclass(frozen=True, slots=True)
class Occupant:
    """Somebody in a place, as those may see who may open people; ``also_in`` are other places given apart."""

    ent: str
    number: str
    name: str
    is_child: bool
    household: str | None
    also_in: tuple[str, ...]


def occupants(conn: Connection, station: str, codes: Iterable[str], on: date) -> dict[str, list[Occupant]]:
    """The people lodged in some places by code, families together, as of now; ``on`` is the local day."""
    wanted = set(codes)
    here = lodged(conn, station, plan(conn))
    where = {ent: code for code, ents in here.people.items() if code in wanted for ent in ents}
    found: dict[str, list[Occupant]] = {}
    ents = [bytes.fromhex(ent) for ent in where]
    for marks, part in in_parts(ents):
        households = dict(
            conn.execute(
                "SELECT m.person, h.number FROM membership m JOIN household h ON h.ent = m.household"
                f" WHERE m.person IN ({marks}) AND m.void IS NULL AND m.to_at IS NULL AND h.void IS NULL"
                " ORDER BY m.entered_ms, m.ent",
                part,
            ).fetchall()
        )
        for ent, number, surnames, given, native, birth in conn.execute(
            f"SELECT ent, number, surnames, given, name_native, birth FROM person WHERE ent IN ({marks})",
            part,
        ):
            code = where[ent.hex()]
            found.setdefault(code, []).append(
                Occupant(
                    ent.hex(),
                    number or "",
                    display_name(surnames or "", given or "", native or ""),
                    treat_as_child(birth_of(birth), on),
                    households.get(ent),
                    tuple(other for other in here.twice.get(ent.hex(), ()) if other != code),
                )
            )
    for several in found.values():
        several.sort(key=lambda one: (one.household or one.number, one.is_child, one.number, one.ent))
    return found


def guests(conn: Connection, persons: Sequence[bytes], on: date) -> list[Guest]:
    """People as those who look for a bed, in the order given, with the bed needs that hold now."""
    needs: dict[bytes, set[str]] = {}
    found: dict[bytes, Guest] = {}
    for marks, part in in_parts(persons):
        for person, need in conn.execute(
            f"SELECT person, bed_need FROM bed_need WHERE person IN ({marks}) AND void IS NULL"
            " AND to_at IS NULL AND bed_need IS NOT NULL",
            part,
        ):
            needs.setdefault(person, set()).add(need)
        for ent, sex, birth in conn.execute(
            f"SELECT ent, sex, birth FROM person WHERE ent IN ({marks})", part
        ):
            found[bytes(ent)] = Guest(
                ent.hex(),
                Sex(sex) if sex in _SEXES else Sex.U,
                treat_as_child(birth_of(birth), on),
                frozenset(needs.get(ent, ())),
            )
    return [found[person] for person in persons if person in found]


def numbers_of(conn: Connection, persons: Sequence[bytes]) -> dict[str, str]:
    """The numbers of some people by id; empty for one without."""
    found: dict[str, str] = {}
    for marks, part in in_parts(persons):
        for ent, number in conn.execute(f"SELECT ent, number FROM person WHERE ent IN ({marks})", part):
            found[ent.hex()] = number or ""
    return found
