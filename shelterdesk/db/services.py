"""Services and who received them: the station's list, a person's history, a day's counts without doubles."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import msgspec

from shelterdesk.core.counter import Held, Received, ServiceRule, doubles
from shelterdesk.db.connection import Connection, in_parts
from shelterdesk.db.population import clusters
from shelterdesk.db.tables import text_list


@dataclass(frozen=True, slots=True)
class Services:
    """A station's services: the rule of each code, the record it is entered under, codes of all records."""

    rules: Mapping[str, ServiceRule]
    ents: Mapping[str, str]
    codes: Mapping[bytes, str]


def services(conn: Connection) -> Services:
    """The list of services; of two records of one code, made apart, the older one holds."""
    rules: dict[str, ServiceRule] = {}
    ents: dict[str, str] = {}
    codes: dict[bytes, str] = {}
    for (
        ent, code, name, kind, interval, per_day, excludes, pickup, present, from_hour, to_hour, inactive,
    ) in conn.execute(
        "SELECT ent, code, name, service_class, min_interval_minutes, per_day, excludes, family_pickup,"
        " present_only, from_hour, to_hour, inactive FROM service_type"
        " WHERE void IS NULL AND code IS NOT NULL ORDER BY ent"
    ):  # fmt: skip
        codes[bytes(ent)] = code
        if code in rules:
            continue
        ents[code] = ent.hex()
        rules[code] = ServiceRule(
            code=code,
            names=_names(name),
            service_class=kind or "",
            per_day=per_day,
            min_interval_minutes=interval or 0,
            excludes=frozenset(text_list(excludes)),
            family_pickup=pickup is None or bool(pickup),
            present_only=bool(present),
            from_hour=from_hour,
            to_hour=to_hour,
            inactive=bool(inactive),
        )
    return Services(rules, ents, codes)


def _names(stored: str | None) -> dict[str, str]:
    if stored is None:
        return {}
    try:
        found: Any = msgspec.json.decode(stored)
    except msgspec.MsgspecError:
        return {}
    if isinstance(found, dict):
        return {str(language): str(name) for language, name in found.items()}
    return {"": found} if isinstance(found, str) else {}


_SERVICE = (
    "SELECT ent, person, service_type, coalesce(happened_at_ms, entered_ms), service_day, counter,"
    " override_reason, portions FROM service WHERE void IS NULL"
)


def _received(row: Sequence[Any], codes: Mapping[bytes, str]) -> Received | None:
    ent, _, kind, at_ms, day, counter, reason, _ = row
    code = codes.get(kind)
    try:
        on = date.fromisoformat(day or "")
    except ValueError:
        return None
    if code is None:
        return None
    return Received(ent.hex(), code, int(at_ms), on, counter or "", bool(reason))


def histories(conn: Connection, known: Services, persons: Sequence[bytes]) -> dict[bytes, list[Received]]:
    """What each of some people received that counts; of linked records (one person) all together."""
    linked = clusters(conn)
    together: dict[bytes, list[bytes]] = {}
    for ent, top in linked.items():
        together.setdefault(top, []).append(ent)
    records = {person: together[linked[person]] if person in linked else [person] for person in persons}
    raw: dict[bytes, list[Received]] = {}
    ents = sorted({ent for several in records.values() for ent in several})
    for row in _rows_of(conn, ents, list(known.codes)):
        one = _received(row, known.codes)
        if one is not None:
            raw.setdefault(bytes(row[1]), []).append(one)
    found: dict[bytes, list[Received]] = {}
    for person, several in records.items():
        every = [one for ent in several for one in raw.get(ent, ())]
        gone = doubles(every, known.rules)
        found[person] = sorted(
            (one for one in every if one.ent not in gone), key=lambda one: (one.at_ms, one.ent)
        )
    return found


@dataclass(frozen=True, slots=True)
class DayOfServices:
    """What was given on a service day: portions that count by code, and the records that are doubles."""

    counts: Mapping[str, int]
    double: frozenset[str]


def services_of_day(conn: Connection, day: date) -> DayOfServices:
    """Count a service day; what two counters gave one person apart counts once.

    An interval does not end where the day does: what was given too soon after something of the day before is the
    double that it is in :func:`histories`.
    """
    known = services(conn)
    linked = clusters(conn)
    of_person: dict[bytes, list[Received]] = {}
    portions: dict[str, int] = {}
    counts: Counter[str] = Counter()
    for row in conn.execute(f"{_SERVICE} AND service_day = ?", (day.isoformat(),)):
        one = _received(row, known.codes)
        if one is None:
            continue
        portions[one.ent] = max(1, row[7] or 1)
        if row[1] is None:
            counts[one.service] += portions[one.ent]
        else:
            person = bytes(row[1])
            of_person.setdefault(linked.get(person, person), []).append(one)
    reached = _reached_from_other_days(conn, known, linked, of_person, day)
    double: set[str] = set()
    for person, history in of_person.items():
        gone = doubles([*history, *reached.get(person, ())], known.rules)
        double.update(one.ent for one in history if one.ent in gone)
        for one in history:
            counts[one.service] += portions[one.ent] if one.ent not in gone else 0
    return DayOfServices(dict(counts), frozenset(double))


def _reached_from_other_days(
    conn: Connection,
    known: Services,
    linked: Mapping[bytes, bytes],
    of_person: Mapping[bytes, Sequence[Received]],
    day: date,
) -> dict[bytes, list[Received]]:
    """What else people received of whom something of the day lies within the interval of an earlier day's.

    All that has an interval, since whether that one counts may hang on what was before it, and what may not be
    given beside it; of everything and everybody else the day itself is enough.
    """
    gaps = {code: rule.min_interval_minutes * 60_000 for code, rule in known.rules.items()}
    types = {code: [ent for ent, named in known.codes.items() if named == code] for code in gaps}
    # An interval of hours reaches into the day before alone; one of days is asked of those who had the service.
    before = (day - timedelta(days=1)).isoformat()
    short = [ent for code, gap in gaps.items() if 0 < gap <= _SHORT_MS for ent in types[code]]
    long = {code for code, gap in gaps.items() if gap > _SHORT_MS}
    marks = ",".join("?" * len(short))
    earlier: list[Sequence[Any]] = conn.execute(
        f"{_SERVICE} AND service_day = ? AND service_type IN ({marks})", (before, *short)
    ).fetchall()
    waiting = [person for person, history in of_person.items() if any(one.service in long for one in history)]
    earlier += _rows_of(conn, _records_of(waiting, linked), [ent for code in long for ent in types[code]])
    reached: set[bytes] = set()
    for row in earlier:
        one = _received(row, known.codes)
        person = linked.get(row[1], row[1])
        if one is not None and one.day != day and _is_within_gap(one, of_person.get(person, ()), gaps):
            reached.add(person)
    bound = _bound_together(known.rules, {code for code, gap in gaps.items() if gap > 0})
    found: dict[bytes, list[Received]] = {}
    for row in _rows_of(conn, _records_of(reached, linked), [ent for code in bound for ent in types[code]]):
        one = _received(row, known.codes)
        if one is not None and one.day != day:
            found.setdefault(linked.get(row[1], row[1]), []).append(one)
    return found


_SHORT_MS = 22 * 3600 * 1000  # shorter than a day on which the clocks go forward


def _is_within_gap(one: Received, history: Iterable[Received], gaps: Mapping[str, int]) -> bool:
    gap = gaps[one.service]
    return any(mine.service == one.service and abs(mine.at_ms - one.at_ms) < gap for mine in history)


def _bound_together(rules: Mapping[str, ServiceRule], some: set[str]) -> set[str]:
    """These services and all that decide about them, since one may not be given on the day of the other."""
    found, todo = set(some), list(some)
    while todo:
        code = todo.pop()
        for other, rule in rules.items():
            if other not in found and (code in rule.excludes or other in rules[code].excludes):
                found.add(other)
                todo.append(other)
    return found


def _records_of(persons: Iterable[bytes], linked: Mapping[bytes, bytes]) -> list[bytes]:
    """These people, each the first of their records, with all other records of theirs."""
    wanted = set(persons)
    return sorted(wanted | {ent for ent, top in linked.items() if top in wanted})


def _rows_of(conn: Connection, records: Sequence[bytes], types: Sequence[bytes]) -> list[Sequence[Any]]:
    """The rows of some records of people, of some services."""
    found: list[Sequence[Any]] = []
    of_types = ",".join("?" * len(types))
    for marks, part in in_parts(records):
        sql = f"{_SERVICE} AND person IN ({marks}) AND service_type IN ({of_types})"
        found += conn.execute(sql, (*part, *types)).fetchall()
    return found


def given_to_group(conn: Connection, known: Services, group: bytes, code: str, day: date) -> int:
    """Portions of a service already given to the unnamed heads of a group on a service day."""
    return sum(
        max(1, portions or 1)
        for kind, portions in conn.execute(
            "SELECT service_type, portions FROM service WHERE arrival_group = ? AND person IS NULL"
            " AND service_day = ? AND void IS NULL",
            (group, day.isoformat()),
        )
        if known.codes.get(kind) == code
    )


def counter_flags(conn: Connection, persons: Sequence[bytes], at_ms: int) -> dict[bytes, list[Held]]:
    """Flags of some people that a counter shows or minds, at a moment (UTC ms)."""
    found: dict[bytes, list[Held]] = {}
    for marks, part in in_parts(persons):
        for person, name, instruction, holds_back, role in conn.execute(
            "SELECT person, name, instruction, holds_back, lifted_by_role FROM flag"
            f" WHERE person IN ({marks}) AND void IS NULL AND (at_counter = 1 OR holds_back IS NOT NULL)"
            " AND coalesce(from_at_ms, 0) <= ? AND (to_at IS NULL OR to_at_ms > ?) ORDER BY ent",
            (*part, at_ms, at_ms),
        ):
            held = Held(name or "", instruction or "", frozenset(text_list(holds_back)), role or "")
            found.setdefault(bytes(person), []).append(held)
    return found
