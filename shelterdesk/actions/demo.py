"""A practice station with synthetic people: for trying the program, training, and tests that want a full house."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from importlib import resources
from pathlib import Path
from typing import Any

from shelterdesk.actions.clock import SetClock
from shelterdesk.actions.desk import Desk, match_key_file
from shelterdesk.actions.lodging import give_places, propose_place
from shelterdesk.actions.person_lines import add_people
from shelterdesk.actions.places import import_plan
from shelterdesk.actions.station import StationPlanned, new_station
from shelterdesk.actions.users import add_user
from shelterdesk.core.moment import Clock, moment_text
from shelterdesk.core.practice_people import PracticeFamily, families
from shelterdesk.core.vocabulary import EntryRoute, Role
from shelterdesk.keys.passphrase import DEFAULT_COST, Argon2Cost

PASSPHRASE = "demo"
"""Passphrase of every user of a practice station made here (CLI.md, ``demo``)."""

ROLES = (Role.OPERATOR, Role.SUPERVISOR, Role.HEALTH, Role.PROTECTION)
_ROUTES = (EntryRoute.BAJO_CHIQUITO, EntryRoute.BAJO_CHIQUITO, EntryRoute.CANAAN_MEMBRILLO)


@dataclass(frozen=True, slots=True)
class DemoMade:
    """A practice station that stands: its opened desk (``admin`` logged in) and how many people it has."""

    desk: Desk
    people: int
    lodged: int


def practice_station(
    folder: Path, clock: Clock, *, code: str = "LB", cost: Argon2Cost = DEFAULT_COST
) -> Desk:
    """A practice station without people: site plan, and the users ``admin`` and one for each of :data:`ROLES`."""
    plan = StationPlanned(code, "Lajas Blancas", "PAN", "America/Panama", "admin", is_practice=True)
    made = new_station(folder, plan, PASSPHRASE, clock, cost)
    try:
        for role in ROLES:
            add_user(
                made.desk,
                role.value,
                frozenset({role}),
                PASSPHRASE,
                recovery_code=made.recovery_code,
                cost=cost,
            )
        import_plan(made.desk, demo_file("plan.csv").read_text("utf-8"))
        match_key_file(made.desk)
    except BaseException:
        made.desk.close()
        raise
    return made.desk


def make_demo(
    folder: Path,
    people: int,
    seed: int,
    clock: Clock,
    *,
    cost: Argon2Cost = DEFAULT_COST,
    progress: Callable[[int, int], None] | None = None,
) -> DemoMade:
    """A practice station with ``people`` synthetic people who came over the last three days, most of them lodged."""
    now = clock.now()
    played = SetClock(now - timedelta(days=3))
    desk = practice_station(folder, played, cost=cost)
    try:
        desk.store.clock = played
        registered, lodged = 0, 0
        for family in practice_families(seed, now):
            if registered >= people:
                break
            members = family.members[: people - registered]
            numbers = register_practice_family(desk, replace(family, members=members), registered, seed)
            if registered % 20:
                lodged += lodge(desk, numbers)
            registered += len(numbers)
            played.forward(timedelta(days=3) * len(numbers) / max(people, 1) * 0.98)
            if progress is not None:
                progress(registered, people)
        desk.store.clock = clock
    except BaseException:
        desk.close()
        raise
    return DemoMade(desk, registered, lodged)


def register_practice_family(desk: Desk, family: PracticeFamily, place_in_line: int, seed: int) -> list[str]:
    """Register a family through the same door as any other program's lines; returns the numbers given."""
    rng = random.Random(f"{seed}/{place_in_line}")
    came = desk.clock.now() - timedelta(minutes=rng.randrange(5, 90))
    lines: list[dict[str, Any]] = [
        {
            **member.to_json(),
            "household": f"F{place_in_line}",
            "arrived_at": moment_text(came, desk.who.zone),
            "entry_route": rng.choice(_ROUTES).value,
        }
        for member in family.members
    ]
    return [str(answer["number"]) for answer in add_people(desk, lines) if "number" in answer]


def lodge(desk: Desk, numbers: list[str]) -> int:
    """Give a family the places proposed for it; returns how many got one."""
    if not numbers:
        return 0
    reader = desk.reader()
    try:
        proposal = propose_place(desk, reader, numbers)
    finally:
        reader.close()
    if proposal is None:
        return 0
    return len(give_places(desk, dict(proposal.places)).result.given)


def practice_families(seed: int, now: datetime) -> Iterator[PracticeFamily]:
    """Synthetic families without end, the same for the same seed."""
    names = json.loads(demo_file("names.json").read_text("utf-8"))
    return families(names, random.Random(seed), now)


def demo_file(name: str) -> Any:
    """A file of the practice material."""
    return resources.files("shelterdesk.resources") / "demo" / name
