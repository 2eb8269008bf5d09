"""Who of the people in the house has no place yet."""

from __future__ import annotations

from shelterdesk.actions.desk import Desk
from shelterdesk.actions.registration import local_day
from shelterdesk.db.lodging import lodged, plan
from shelterdesk.db.people import PersonLine, lines_of
from shelterdesk.db.population import present_persons
from shelterdesk.db.store import Reader

MOST_SHOWN = 500
"""Most people listed; the count beside it is always whole."""


def without_place(desk: Desk, reader: Reader) -> list[PersonLine]:
    """People present and lodged nowhere, by the one definition of population. Raises ``NotAllowed``."""
    desk.must("open a person")
    conn, station = reader.conn, reader.who.station
    here = lodged(conn, station, plan(conn))
    placed = {ent for ents in here.people.values() for ent in ents}
    left = [ent for ent in present_persons(conn, station) if ent.hex() not in placed]
    return lines_of(conn, left[:MOST_SHOWN], local_day(desk))
