"""Who is where in the house now, for lists on paper: people with their places, heads without a name, who is out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from shelterdesk.core.birth import is_minor
from shelterdesk.core.lodging import PlaceState, site_tree
from shelterdesk.core.names import display_name
from shelterdesk.core.people import birth_of
from shelterdesk.core.vocabulary import MovementKind
from shelterdesk.db.connection import Connection, in_parts
from shelterdesk.db.lodging import lodged, plan
from shelterdesk.db.population import clusters, present_records
from shelterdesk.db.unnamed import named_twice, unnamed_at


@dataclass(frozen=True, slots=True)
class HousePerson:
    """Somebody present. ``place`` is a code of the plan, ``out_since`` the moment of going out, None when inside.

    ``is_child`` None in doubt; ``family`` a household's number, ``family_size`` how many of it are present.
    """

    ent: str
    number: str
    given: str
    name: str
    is_child: bool | None
    place: str | None
    family: str
    family_size: int
    out_since: str | None


@dataclass(frozen=True, slots=True)
class HouseHeads:
    """People of a token who have no name yet, in one place (None: without one)."""

    token: str
    place: str | None
    heads: int


@dataclass(frozen=True, slots=True)
class House:
    """Everybody present at the station now, and the plan they are in."""

    tree: tuple[PlaceState, ...]
    people: tuple[HousePerson, ...]
    heads: tuple[HouseHeads, ...]


def house(conn: Connection, station: str, on: date) -> House:
    """The house as it stands; ``on`` is the local day. Families together, in the order of their numbers."""
    site = plan(conn)
    here = lodged(conn, station, site)
    where = {ent: code for code, ents in here.people.items() for ent in ents}
    records = present_records(conn, station)
    firsts = sorted(set(records.values()))
    out = _out(conn, records)
    homes = _homes(conn, firsts)
    sizes = Counter(homes.values())
    people: list[HousePerson] = []
    for marks, part in in_parts(firsts):
        for ent, number, surnames, given, native, birth in conn.execute(
            f"SELECT ent, number, surnames, given, name_native, birth FROM person WHERE ent IN ({marks})",
            part,
        ):
            family = homes.get(ent)
            people.append(
                HousePerson(
                    ent.hex(),
                    number or "",
                    given or "",
                    display_name(surnames or "", given or "", native or ""),
                    is_minor(birth_of(birth), on),
                    where.get(ent.hex()),
                    family or "",
                    sizes[family] if family is not None else 1,
                    out.get(ent),
                )
            )
    people.sort(key=lambda one: (one.family or one.number, one.number, one.ent))
    tree = site_tree(site.places.values(), here.counts())
    return House(tree, tuple(people), _heads(conn, station, here.heads))


_GATE = (MovementKind.IN, MovementKind.OUT, MovementKind.SEEN, MovementKind.RETURNED, MovementKind.MOVED_IN)


def _out(conn: Connection, records: dict[bytes, bytes]) -> dict[bytes, str]:
    """Who of those present went out last and was not seen inside since, with the moment of going out."""
    last: dict[bytes, tuple[int, bytes, str, str]] = {}
    for marks, part in in_parts(sorted(records)):
        for person, ent, kind, at, at_ms in conn.execute(
            "SELECT person, ent, movement, happened_at, happened_at_ms FROM movement"
            f" WHERE person IN ({marks}) AND void IS NULL AND happened_at_ms IS NOT NULL"
            f" AND movement IN ({','.join('?' * len(_GATE))})",
            (*part, *(one.value for one in _GATE)),
        ):
            first = records[person]
            now = (int(at_ms), bytes(ent), str(kind), str(at))
            if first not in last or last[first] < now:
                last[first] = now
    return {first: at for first, (_, _, kind, at) in last.items() if kind == MovementKind.OUT}


def _homes(conn: Connection, persons: Sequence[bytes]) -> dict[bytes, str]:
    """The number of the household each belongs to; of two joined apart the one joined last counts."""
    found: dict[bytes, str] = {}
    for marks, part in in_parts(persons):
        for person, household, number in conn.execute(
            "SELECT m.person, h.ent, h.number FROM membership m JOIN household h ON h.ent = m.household"
            f" WHERE m.person IN ({marks}) AND m.void IS NULL AND m.to_at IS NULL AND h.void IS NULL"
            " ORDER BY m.entered_ms, m.ent",
            part,
        ):
            found[bytes(person)] = str(number or household.hex())
    return found


def _heads(conn: Connection, station: str, places: Mapping[str, tuple[str, ...]]) -> tuple[HouseHeads, ...]:
    several: dict[bytes, list[bytes]] = {}
    for ent, top in clusters(conn).items():
        several.setdefault(top, []).append(ent)
    left = unnamed_at(conn, station, None, named_twice(conn, several.values()))
    tokens: dict[bytes, str] = {}
    for marks, part in in_parts(sorted(left)):
        tokens.update(
            (bytes(ent), str(number or ""))
            for ent, number in conn.execute(
                f"SELECT ent, number FROM arrival_group WHERE ent IN ({marks})", part
            )
        )
    found: list[HouseHeads] = []
    for code, groups in places.items():
        for group, heads in Counter(groups).items():
            ent = bytes.fromhex(group)
            heads = min(heads, left.get(ent, 0))
            if heads:
                left[ent] -= heads
                found.append(HouseHeads(tokens.get(ent, ""), code, heads))
    found += [HouseHeads(tokens.get(ent, ""), None, heads) for ent, heads in left.items() if heads]
    return tuple(sorted(found, key=lambda one: (one.token, one.place or "")))
