"""Who comes to a world later: a laptop that joins at a desk of its station, a station that the office enrols."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shelterdesk.actions.admission import admit, finish_join, join_request, read_admission, read_join_request
from shelterdesk.actions.offices import accept_reply, enrol, enrol_request, read_reply
from tests.sim.seeded import DeskClock, any_offset
from tests.sim.template import LATER
from tests.sim.world import Place

if TYPE_CHECKING:
    from tests.sim.schedule import Schedule


class Newcomers:
    """The steps that bring one more laptop."""

    def __init__(self, schedule: Schedule) -> None:
        self.schedule = schedule
        self.world = schedule.world
        self.rng = schedule.rng

    def join(self, place: Place) -> None:
        """A laptop joins at a desk of its station: it knows at once what that desk knows."""
        world = self.world
        is_admin = place.desk.user.id == place.made.user.id
        if self.schedule.is_full or place.is_office or not is_admin:
            return self.schedule.edit(place)
        if place.desk.who.dev in self.schedule.bound(place):
            return self.schedule.edit(place)
        folder, letters = world.new_path("newcomer"), world.new_path("letters")
        letters.mkdir()
        asked = join_request(folder, letters / "request")
        assert read_join_request(letters / "request").words == asked.words
        with world.saving(place):
            slot = admit(place.desk, letters / "request", letters / "reply").result.desk
        clock = DeskClock(world.time, any_offset(self.rng))
        finish_join(folder, letters / "reply", read_admission(folder, letters / "reply").words, clock)
        joined = world.logged_in(f"{slot}~{len(world.places)}", folder, clock)
        world.tell(place, f"admits {joined.name}")
        world.counts["joined"] += 1
        lacks = {
            eh for eh, dev in world.authors_at(place) if dev in place.desk.roster.homes
        } - joined.hashes()
        world.same(joined, "entries its station's desk had", lacks, set())
        return None

    def enrol(self, place: Place) -> None:
        """A station that worked alone until now is enrolled by the office."""
        world, office = self.world, self.world.office
        if self.schedule.is_full or LATER in world.begun_with:
            return self.schedule.edit(place)
        later = world.begin(LATER)
        letters = world.new_path("letters")
        letters.mkdir()
        with world.saving(later), world.saving(office):
            enrol_request(later.desk, letters / "request")
            enrol(office.desk, letters / "request", letters / "reply")
            accept_reply(later.desk, letters / "reply", read_reply(letters / "reply").words)
        world.counts["enrolled"] += 1
        return world.tell(office, f"enrols {later.name}")
