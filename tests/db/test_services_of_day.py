"""The count of a service day is what the histories of its people say, on both sides of the change hour."""

from __future__ import annotations

import random
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from shelterdesk.actions.desk import Desk
from shelterdesk.core.kinds import PERSON, SAME_AS, SERVICE, SERVICE_TYPE
from shelterdesk.core.moment import service_day
from shelterdesk.db.population import clusters
from shelterdesk.db.services import histories, services, services_of_day

CHANGE = datetime(2026, 11, 23, 11, 0, tzinfo=UTC)  # 06:00 in Panama


def service_types(desk: Desk) -> dict[str, str]:
    """Water every hour, a kit every three days, a shower every twelve hours and not on the day of a kit."""
    rules: dict[str, dict[str, Any]] = {
        "WATER2": {"min_interval_minutes": 60},
        "KIT2": {"min_interval_minutes": 3 * 24 * 60, "per_day": 1},
        "SHOWER2": {"min_interval_minutes": 12 * 60, "excludes": ["KIT2"]},
    }
    with desk.store.write(desk.user) as event:
        return {code: event.create(SERVICE_TYPE, {"code": code, **rule}) for code, rule in rules.items()}


def give(desk: Desk, ent: str, kind: str, at: datetime, **more: object) -> None:
    """Somebody received it, as a counter writes it that had not heard of any other."""
    day = service_day(at, desk.who.zone, desk.who.change_hour).isoformat()
    with desk.store.write(desk.user) as event:
        event.create(
            SERVICE, {"person": ent, "service_type": kind, "happened_at": at, "service_day": day, **more}
        )


def people(desk: Desk, count: int) -> list[str]:
    with desk.store.write(desk.user) as event:
        return [event.create(PERSON, {"given": f"P{n}", "arrived_at": event.now}) for n in range(count)]


def test_water_given_again_across_the_change_hour_is_a_double(desk: Desk) -> None:
    water = service_types(desk)["WATER2"]
    ana, beto = people(desk, 2)
    give(desk, ana, water, CHANGE - timedelta(minutes=20))
    give(desk, ana, water, CHANGE + timedelta(minutes=20))
    give(desk, ana, water, CHANGE + timedelta(minutes=85))  # not too soon after the one that counts
    give(desk, beto, water, CHANGE + timedelta(minutes=20), portions=2)
    conn = desk.store.conn
    assert services_of_day(conn, date(2026, 11, 22)).counts["WATER2"] == 1
    today = services_of_day(conn, date(2026, 11, 23))
    assert (today.counts["WATER2"], len(today.double)) == (3, 1)


@pytest.mark.parametrize("seed", range(12))
def test_every_day_counts_what_the_histories_count(desk: Desk, seed: int) -> None:
    rng = random.Random(seed)
    kinds = list(service_types(desk).values())
    persons = people(desk, 6)
    for _ in range(2):
        one, other = rng.sample(persons, 2)
        with desk.store.write(desk.user) as event:
            event.create(SAME_AS, {"person": one, "other": other, "verdict": "same"})
    for _ in range(90):
        near = timedelta(
            days=rng.randrange(6), minutes=rng.choice((rng.randrange(-90, 90), rng.randrange(1440)))
        )
        reason = {"override_reason": "asked"} if rng.random() < 0.1 else {}
        give(desk, rng.choice(persons), rng.choice(kinds), CHANGE + near, **reason)
    conn = desk.store.conn
    linked = clusters(conn)
    firsts = sorted({linked.get(ent, ent) for ent in map(bytes.fromhex, persons)})
    counted: Counter[tuple[date, str]] = Counter(
        (one.day, one.service)
        for history in histories(conn, services(conn), firsts).values()
        for one in history
    )
    days = [CHANGE.date() + timedelta(days=n) for n in range(-2, 8)]
    found = {
        (day, code): many for day in days for code, many in services_of_day(conn, day).counts.items() if many
    }
    assert found == dict(counted) and sum(counted.values()) < 90
    doubles = sum(len(services_of_day(conn, day).double) for day in days)
    assert doubles + sum(counted.values()) == 90
