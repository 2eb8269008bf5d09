"""What the office orders in a world: somebody erased, a clock corrected, with a second person where it has two."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from shelterdesk.actions.clock_fixing import fix_clock
from shelterdesk.actions.deciding import decide
from shelterdesk.actions.erasing import erase
from shelterdesk.actions.two_persons import Proposal, needs_second, proposals, withdraw
from shelterdesk.actions.users import add_user
from shelterdesk.core.vocabulary import Role
from shelterdesk.keys import keyfile
from tests.sim.world import Place
from tests.stations import CHEAP, PASSPHRASE

if TYPE_CHECKING:
    from tests.sim.schedule import Schedule

PHRASE = f"{PASSPHRASE}-{PASSPHRASE}"


class Orders:
    """The steps of an office that has to decide something."""

    def __init__(self, schedule: Schedule) -> None:
        self.schedule = schedule
        self.world = schedule.world
        self.rng = schedule.rng

    def erase(self, place: Place) -> None:
        """Somebody asked to be erased: the office erases them, or proposes it."""
        office = self.world.office
        rows = office.store.conn.execute("SELECT ent FROM person ORDER BY ent").fetchall()
        if not rows:
            return self.schedule.edit(place)
        return self.erase_one(office, self.rng.choice(rows)[0])

    def erase_one(self, office: Place, ent: bytes) -> None:
        """The office orders it, with its second person where it has one."""
        done = erase(office.desk, [ent.hex()], f"request {len(self.world.story)}")
        self.asks_a_second(office, done.result.proposal)
        said = f"has {ent.hex()[-6:]} erased, {done.result.records} records"
        if done.result.proposal is None:
            return self._erased(office, said)
        self.world.same(office, "erased by one alone", ent in office.desk.roster.erased, False)
        self.world.tell(office, f"proposes: {said}")
        if self.second_agrees(office, done.result.proposal.number):
            self._erased(office, said)
        return None

    def _erased(self, office: Place, said: str) -> None:
        self.world.counts["erasures"] += 1
        self.world.tell(office, said)
        self.world.nothing_left_of_erased(office)

    def asks_a_second(self, place: Place, proposal: Proposal | None) -> None:
        """An office with two admins decides nothing of this kind by one of them, all others do."""
        users = place.desk.roster.users.values()
        admins = [user for user in users if not user.station and user.is_active and Role.ADMIN in user.roles]
        are_two = place.is_office and len(admins) > 1
        self.world.same(place, "a second person is asked", proposal is not None, are_two)

    def second_agrees(self, office: Place, number: int) -> bool:
        """Whether the second person confirms it at once; else it waits, or is withdrawn."""
        if self.rng.random() < 0.25:
            if self.rng.random() < 0.5:
                withdraw(office.desk, number)
                self.world.tell(office, "it is withdrawn")
            return False
        name = next(
            user.name
            for user in office.desk.roster.users.values()
            if not user.station and Role.ADMIN in user.roles and user.id != office.desk.user.id
        )
        keys = keyfile.unlock(office.folder, name, PHRASE, office.clock.now().timestamp()).user
        user = office.desk.roster.user_named(name, "")
        assert user is not None
        decide(replace(office.desk, user=user, user_keys=keys), number)
        said = [json.loads(raw)["body"].get("agreed", ()) for raw in office.statements()]
        keys_of_both = {office.desk.user.sign.hex(), user.sign.hex()}
        is_said = any({one["by"] for one in agreed} == keys_of_both for agreed in said)
        self.world.same(office, "both are named in what was said", is_said, True)
        self.world.counts["agreed_by_two"] += 1
        self.world.tell(office, f"{name} agrees")
        return True

    def second_admin(self, place: Place) -> None:
        """The office gets a second admin; from then on nobody erases or revokes alone. Or what waits is decided."""
        office = self.world.office
        if not needs_second(office.desk):
            add_user(office.desk, "deputy", frozenset({Role.ADMIN}), PHRASE, cost=CHEAP)
            return self.world.tell(office, "gets a second admin")
        waiting = proposals(office.desk)
        if not waiting:
            return self.schedule.edit(place)
        one = self.rng.choice(waiting)
        if self.second_agrees(office, one.number):
            self.world.tell(office, f"what waited is done: {one.what}")
            self.world.nothing_left_of_erased(office)
        return None

    def correct_clock(self, place: Place) -> None:
        """The office says by how much some desk's clock was wrong, of some of its entries."""
        office = self.world.office
        names = Counter(desk.slot for desk in office.desk.roster.desks.values())
        slots = {
            desk.dev: desk.slot
            for desk in office.desk.roster.desks.values()
            if names[desk.slot] == 1 and not desk.is_office  # copies of one desk may admit two with one name
        }
        rows = office.store.conn.execute(
            "SELECT dev, epoch, seq FROM event ORDER BY dev, epoch, seq, eh"
        ).fetchall()
        begin = [row for row in rows if row[0] in slots]
        if not begin:
            return self.schedule.edit(place)
        dev, epoch, low = self.rng.choice(begin)
        slot, high = slots[dev], low + self.rng.randint(0, 8)
        by = self.rng.choice((0, self.rng.randint(-(10**9), 10**9), self.rng.randint(-(10**12), 10**12)))
        delta = timedelta(milliseconds=by)
        fix_clock(office.desk, slot, low, high, delta, epoch)
        self.world.counts["clocks_corrected"] += 1
        self.world.tell(office, f"corrects the clock of {slot}, {low} to {high} of {epoch}, by {delta}")
        return None
