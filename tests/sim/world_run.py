"""One schedule of the world from its seed: it happens, everybody meets everybody, and then all must agree and nothing be lost."""

from __future__ import annotations

import json
import random
import shutil
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from unittest.mock import patch

from shelterdesk.actions.revoking import reinstate_desk
from shelterdesk.core.kinds import LOGGED
from shelterdesk.db.check import check
from shelterdesk.db.connection import Connection
from shelterdesk.db.receipts import acknowledged_by
from shelterdesk.db.state import state_of
from shelterdesk.sync import cutting, intake
from tests.sim.schedule import Schedule, told
from tests.sim.seeded import determined
from tests.sim.template import DESKS, OFFICE, make_template
from tests.sim.world import World

WATCHED = 10
"""One schedule in so many is compared with the oracle after every step, at the place it happened."""

_MOST_ROUNDS = 8


class Player:
    """Plays schedules one after the other on copies of one template."""

    def __init__(self, base: Path) -> None:
        self._base = base
        self.template = make_template(base / "template")

    def play(
        self, seed: int, *, is_watched: bool | None = None, leaning: Mapping[str, int] | None = None
    ) -> Counter[str]:
        """Play the schedule of a seed; raises :class:`Wrong` with its story, or what the program raises.

        ``leaning`` lets steps of those names happen so much more often.
        """
        rng = random.Random(f"world {seed}")
        watched = seed % WATCHED == 0 if is_watched is None else is_watched
        folder = self._base / f"world-{seed}"
        shutil.rmtree(folder, ignore_errors=True)
        with determined(rng):
            others = rng.sample(DESKS[1:], rng.choice((0, 1, 1, 2, 2, 3, 5)))
            names = [OFFICE, "LB1", *sorted(others, key=DESKS.index)]
            world = World(folder, self.template, names, rng)
            try:
                with cut_small(rng):
                    _play(world, watched, leaning or {})
                return world.counts
            except Exception as fault:
                fault.story = world.story  # type: ignore[attr-defined]
                raise
            finally:
                world.close()


@contextmanager
def cut_small(rng: random.Random) -> Iterator[None]:
    """Now and then parts and slices are small, so that little data makes many of them."""
    if rng.random() < 0.8:
        yield
        return
    with (
        patch.object(cutting, "MAX_EVENT_OPS", rng.choice((5, 12))),
        patch.object(intake, "slices", partial(intake.slices, most=rng.choice((1, 4)))),
    ):
        yield


def _play(world: World, is_watched: bool, leaning: Mapping[str, int]) -> None:
    rng = world.rng
    schedule = Schedule(world, leaning, is_poisoned=rng.random() < 0.1)
    steps = rng.randint(12, 32)
    gathers_at = rng.randrange(steps // 2) if rng.random() < 0.25 or "gather" in leaning else None
    for n in range(steps):
        if n == gathers_at:
            gather(world, schedule)
        place = schedule.step()
        if is_watched:
            world.compare(place)
    rounds = heal(world, schedule)
    judge(world)
    world.counts.update(schedules=1, steps=steps, rounds=rounds, places=len(world.places))


def gather(world: World, schedule: Schedule) -> None:
    """Images are made, then everybody hears of everybody and that they were heard: what is put back later has confirmed it."""
    for place in world.places:
        schedule.laptops.image(place)
        schedule.register(place)
    for _ in range(2):
        _round(world, schedule, is_open=False)
    world.counts["gathered"] += 1


def heal(world: World, schedule: Schedule) -> int:
    """Everybody exchanges with everybody until nothing is new; how many rounds that took."""
    if world.rng.random() < 0.8:
        office = world.office
        for desk in sorted(office.desk.roster.desks.values(), key=lambda one: one.slot):
            if desk.is_revoked:
                reinstate_desk(office.desk, desk.slot)
                world.tell(office, f"lifts the revocation of {desk.slot}")
    is_open = world.rng.random() < 0.3  # else only the office reads what all wrote, and hands it on
    world.journal.before_healing = set(world.journal.lines)
    wanted = set().union(*(place.hashes() for place in world.places))
    lacking = ""
    for n in range(1, _MOST_ROUNDS + 1):
        _round(world, schedule, is_open)
        lacking = still_lacking(world, schedule, wanted)
        if not lacking:
            return n
    raise world.wrong(f"after {_MOST_ROUNDS} rounds: {lacking}")


def still_lacking(world: World, schedule: Schedule, wanted: set[bytes]) -> str:
    """Of the wanted lines, what the office lacks of those anybody holds, or a desk of those of its station.

    A desk that is revoked is sent nothing. Copies of one desk are not asked either: what one of them has confirmed is not sent
    to the other, which is why people are told to tell the office.
    """
    office = world.office
    second_hand = office.second_hand()
    held, said = office.hashes() & wanted, set(office.statements())
    homes = office.desk.roster.homes
    of_station: dict[str, set[bytes]] = {}
    for dev, eh in office.store.conn.execute("SELECT dev, eh FROM event"):
        if eh in wanted:
            of_station.setdefault(homes.get(dev, "?"), set()).add(eh)
    bound = schedule.bound(office)
    copies = Counter(place.desk.who.dev for place in world.places)
    for place in world.places:
        dev = place.desk.who.dev
        if place.is_office or dev not in homes:
            continue
        mine = place.hashes() & wanted
        own = {eh for eh in second_hand & mine if world.journal.author(eh) == dev}
        if own:
            return f"the office has {len(own)} lines of {place.name} at second hand"
        # What a revoked desk says of others, beyond what was named, is not taken in by anybody; nor is what somebody
        # says whose admission the office hears no more.
        beyond = set() if dev in bound else set(place.statements()) - said
        beyond = {raw for raw in beyond if int(json.loads(raw)["issuer"], 16) in homes}
        lines, statements = len(mine - held), len(beyond)
        if lines or statements:
            return f"the office lacks {lines} lines and {statements} statements of {place.name}"
        lines = len(of_station.get(place.station, set()) - mine)
        if dev not in bound and copies[dev] == 1 and lines:
            return f"{place.name} lacks {lines} lines that the office holds of its station"
    return ""


def _round(world: World, schedule: Schedule, is_open: bool) -> None:
    """All desks write for the office; it (or everybody) reads that and answers; everybody reads the answer."""
    common = world.new_path("common")
    common.mkdir()
    for place in world.places:
        if not place.is_office:
            schedule.write(place, common, "office", "writes for the office")
    for place in sorted(world.places, key=lambda one: not one.is_office):
        if place.is_office or is_open:
            world.tell(place, f"reads all: {told(schedule.taken(place, common))}")
    answers = world.new_path("answers")
    answers.mkdir()
    known = world.office.desk.roster.stations  # an office put back may have forgotten whom it enrolled
    for code in sorted({place.station for place in world.places if not place.is_office} & set(known)):
        schedule.write(world.office, answers, code, f"answers {code}")
    for place in world.places:
        if not place.is_office:
            world.tell(place, f"reads the office's answer: {told(schedule.taken(place, answers))}")


def judge(world: World) -> None:
    """Nothing lost, nothing double, all agree, and every file is whole."""
    office, one = world.office, world.rng.choice(world.places)
    nothing_lost(world)
    groups: dict[object, set[str]] = {}
    for place in world.places:
        view = world.compare(place)
        held = (frozenset(place.hashes()), frozenset(place.statements()))
        groups.setdefault(held, set()).add(state_of(place.store.conn))
        if place is office or place is one:
            findings = check(place.store.conn).findings
            world.same(place, "check", [(found.code, found.count) for found in findings], [])
        for record, number, last in view.last_words():
            heads = [head.id for head in view.heads[record][number]]
            world.same(place, f"an informed edit of {record[0].hex()}.{number}", heads, [last.id])
            world.counts["won"] += 1
        world.nothing_left_of_erased(place)
        if place is office:
            nobody_told_of(world)
            world.counts["conflicts"] += len(view.conflicts())
            world.counts["set_aside"] += len(view.aside)
            world.counts["events"] += len(place.hashes())
    for states in groups.values():
        if len(states) > 1:
            raise world.wrong(f"places that hold the same say different things: {sorted(states)}")
    before = derived(one.store.conn)
    one.store.rebuild()
    world.same(one, "tables and what a rebuild makes of the log", derived(one.store.conn), before)


def nobody_told_of(world: World) -> None:
    """At the office no record tells of somebody erased, also none that came only afterwards."""
    office = world.office
    told = {
        row[0]
        for row in office.store.conn.execute("SELECT person FROM travel_document WHERE person IS NOT NULL")
    }
    world.same(office, "people erased of whom a document stands", told & office.desk.roster.erased, set())


def nothing_lost(world: World) -> None:
    """What was called saved is at the office, but for what nobody held any more when a laptop was lost."""
    held = world.office.hashes()
    missing = world.journal.before_healing - world.journal.lost - held
    # From whom the office does not know, since it hears no more who let them in, it cannot take anything.
    known = world.office.desk.roster.desks
    for place in world.places:
        if place.desk.who.dev not in known:
            missing -= place.hashes()
    for place in world.places:
        if place.desk.who.dev in known:
            missing |= (place.hashes() & world.journal.before_healing) - held
    if missing:
        where = {p.name: len(missing & p.hashes()) for p in world.places}
        raise world.wrong(f"{len(missing)} saved lines are not at the office; held {where}")
    world.counts["lost_with_a_laptop"] += len(world.journal.lost - held)
    for place in world.places:
        # Whom the office does not know any more, and whose parts it cannot open therefore, it may not know to have lost.
        if place.is_office or place.desk.who.dev not in known:
            continue
        confirmed = acknowledged_by(place.store.conn, world.office.desk.who.dev)
        for eh, seq, epoch in place.store.conn.execute(
            "SELECT eh, last_seq, epoch FROM event WHERE dev = ? AND chain IS NOT NULL", (place.desk.who.dev,)
        ):
            if seq <= confirmed.get((place.desk.who.dev, epoch), 0) and eh not in held:
                raise world.wrong(f"{place.name}: the office has confirmed a line it does not hold")


def derived(conn: Connection) -> dict[str, list[str]]:
    """Every table that follows from the log."""
    names = [kind.name for kind in LOGGED]
    found = {name: sorted(map(repr, conn.execute(f"SELECT * FROM {name}"))) for name in names}
    for name in ("presence", "head", "conflict", "op", "set_aside_op"):
        found[name] = sorted(map(repr, conn.execute(f"SELECT * FROM {name}")))
    found["person_key"] = sorted(map(repr, conn.execute("SELECT ent, key, family FROM person_key")))
    return found
