"""How far the day's service has come: how many received it, of how many people present."""

from __future__ import annotations

from dataclasses import dataclass

from shelterdesk.actions.desk import Desk
from shelterdesk.core.moment import service_day
from shelterdesk.db.population import people_at
from shelterdesk.db.services import services_of_day
from shelterdesk.db.store import Reader


@dataclass(frozen=True, slots=True)
class DayCount:
    """Portions that count of a service on the service day of now, and the people present."""

    service: str
    served: int
    present: int


def count_day(desk: Desk, reader: Reader, service: str) -> DayCount:
    """Count a service today by the rule that counts what two counters gave apart once."""
    day = service_day(desk.clock.now(), reader.who.zone, reader.who.change_hour)
    present, _ = people_at(reader.conn, reader.who.station)
    return DayCount(service, services_of_day(reader.conn, day).counts.get(service, 0), present)
