"""Rules that two desks met apart (SYNC §1.0, *rules and merges*): kept, counted once, and found here set by set.

Nothing of it is kept anywhere: it follows from the tables whenever somebody looks.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from shelterdesk.core.kinds import ARRIVAL_GROUP, HOUSEHOLD, PERSON, PLACE
from shelterdesk.core.words import language
from shelterdesk.db.connection import Connection, in_parts
from shelterdesk.db.lodging import lodged, plan, site_state
from shelterdesk.db.population import clusters
from shelterdesk.db.services import services, services_of_day

MOST = 200
"""Findings of one sort that are listed; more than that one does not go through one by one."""


class Met(StrEnum):
    """What two desks did that one desk would have refused."""

    TWO_BEDS = "two_beds"
    BED_TWICE = "bed_twice"
    CARD_TWICE = "card_twice"
    NUMBER_TWICE = "number_twice"
    SAME_PAPER = "same_paper"
    SERVICE_TWICE = "service_twice"
    USER_TWICE = "user_twice"


@dataclass(frozen=True, slots=True)
class Finding:
    """One of them: the records it is about (kind number, entity) and what it is about in a word, such as a bed."""

    met: Met
    records: tuple[tuple[int, bytes], ...]
    about: str


def met_apart(conn: Connection, station: str, today: date) -> list[Finding]:
    """Everything of that kind but users, the gravest first."""
    return [
        *_beds(conn, station),
        *_cards(conn),
        *_numbers(conn),
        *_papers(conn),
        *_services(conn, today),
    ]


def _beds(conn: Connection, station: str) -> Iterable[Finding]:
    """Two beds for one person, and one bed for more people than it has places."""
    here = lodged(conn, station, plan(conn))
    for person, codes in sorted(here.twice.items())[:MOST]:
        yield Finding(Met.TWO_BEDS, ((PERSON.number, bytes.fromhex(person)),), ", ".join(codes))
    full = [state.place.code for top in site_state(conn, station) for state in top.walk() if state.is_double]
    for code in full[:MOST]:
        people = tuple((PERSON.number, bytes.fromhex(ent)) for ent in sorted(here.people.get(code, ())))
        yield Finding(Met.BED_TWICE, people, code)


def _cards(conn: Connection) -> Iterable[Finding]:
    """One card printed once and given to two: two records of one number that name different bearers."""
    rows = conn.execute(
        "SELECT serial, signed_by FROM card WHERE serial IS NOT NULL AND void IS NULL AND revoked_at IS NULL"
        " AND coalesce(person, arrival_group) IS NOT NULL GROUP BY serial, signed_by"
        " HAVING count(DISTINCT coalesce(person, arrival_group)) > 1 ORDER BY serial LIMIT ?",
        (MOST,),
    ).fetchall()
    for serial, signed_by in rows:
        bearers = conn.execute(
            "SELECT DISTINCT CASE WHEN person IS NULL THEN ? ELSE ? END, coalesce(person, arrival_group) FROM card"
            " WHERE serial = ? AND signed_by IS ? AND void IS NULL AND revoked_at IS NULL"
            " AND coalesce(person, arrival_group) IS NOT NULL ORDER BY 2",
            (ARRIVAL_GROUP.number, PERSON.number, serial, signed_by),
        ).fetchall()
        yield Finding(Met.CARD_TWICE, tuple((int(kind), bytes(ent)) for kind, ent in bearers), str(serial))


def _numbers(conn: Connection) -> Iterable[Finding]:
    """One human number on two records, as after a laptop was copied; what is voided gave its number up."""
    for kind, column in (
        (PERSON, "number"),
        (HOUSEHOLD, "number"),
        (ARRIVAL_GROUP, "number"),
        (PLACE, "code"),
    ):
        # The index alone answers the first question: nobody else is read for it.
        twice = conn.execute(
            f"SELECT {column} FROM {kind.name} WHERE {column} IS NOT NULL GROUP BY {column} HAVING count(*) > 1"
            f" ORDER BY {column} LIMIT ?",
            (MOST,),
        ).fetchall()
        for (number,) in twice:
            ents = conn.execute(
                f"SELECT ent FROM {kind.name} WHERE {column} = ? AND void IS NULL ORDER BY ent", (number,)
            ).fetchall()
            if len(ents) > 1:
                yield Finding(
                    Met.NUMBER_TWICE, tuple((kind.number, bytes(row[0])) for row in ents), str(number)
                )


def _papers(conn: Connection) -> Iterable[Finding]:
    """One document with two people about whom nobody has decided yet whether they are one."""
    twice = [
        row[0]
        for row in conn.execute(
            "SELECT document_number FROM travel_document WHERE document_number IS NOT NULL GROUP BY document_number"
            " HAVING count(*) > 1 ORDER BY document_number LIMIT ?",
            (10 * MOST,),
        )
    ]
    if not twice:
        return
    bearers: dict[str, dict[bytes, set[str]]] = {}
    for marks, part in in_parts(twice):
        for number, person, issuer in conn.execute(
            "SELECT d.document_number, d.person, coalesce(d.issuer, '') FROM travel_document d JOIN person p"
            " ON p.ent = d.person WHERE d.void IS NULL AND p.void IS NULL"
            f" AND d.document_number IN ({marks}) ORDER BY d.person",
            part,
        ):
            bearers.setdefault(number, {}).setdefault(bytes(person), set()).add(issuer)
    linked, apart = clusters(conn), _decided_apart(conn)
    made = 0
    for number in sorted(bearers):
        people = _undecided(bearers[number], linked, apart)
        if len(people) > 1 and made < MOST:
            made += 1
            yield Finding(Met.SAME_PAPER, tuple((PERSON.number, ent) for ent in people), number)


def _decided_apart(conn: Connection) -> set[tuple[bytes, bytes]]:
    rows = conn.execute("SELECT person, other FROM same_as WHERE void IS NULL AND verdict IS NOT 'same'")
    return {(min(pair), max(pair)) for pair in rows if None not in pair}


def _undecided(
    bearers: Mapping[bytes, set[str]], linked: Mapping[bytes, bytes], apart: set[tuple[bytes, bytes]]
) -> list[bytes]:
    """Those of the bearers that share the paper with another one, its country unsaid or the same."""
    people = sorted(bearers)
    found: set[bytes] = set()
    for at, one in enumerate(people):
        for other in people[at + 1 :]:
            is_one = linked.get(one, one) == linked.get(other, other)
            countries = "" in bearers[one] | bearers[other] or bool(bearers[one] & bearers[other])
            if countries and not is_one and (one, other) not in apart:
                found |= {one, other}
    return sorted(found)


def _services(conn: Connection, today: date) -> Iterable[Finding]:
    """What two counters gave one person on this service day or the one before; it is counted once."""
    known = services(conn)
    for day in (today, today - timedelta(days=1)):
        ents = [bytes.fromhex(ent) for ent in sorted(services_of_day(conn, day).double)][:MOST]
        for person, kind in _given(conn, ents):
            rule = known.rules.get(known.codes.get(kind, ""))
            name = rule.name(language()) if rule is not None else ""
            yield Finding(Met.SERVICE_TWICE, ((PERSON.number, person),), f"{name} {day.isoformat()}".strip())


def _given(conn: Connection, ents: Sequence[bytes]) -> list[tuple[bytes, bytes]]:
    found: list[tuple[bytes, bytes]] = []
    for marks, part in in_parts(ents):
        found += [
            (bytes(person), bytes(kind))
            for person, kind in conn.execute(
                f"SELECT person, service_type FROM service WHERE ent IN ({marks}) AND person IS NOT NULL"
                " AND service_type IS NOT NULL ORDER BY ent",
                part,
            )
        ]
    return found
