"""A small site for the tests of the day's work: a plan, people, families, and a second desk at the table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

from shelterdesk.actions.desk import Desk
from shelterdesk.actions.places import import_plan
from shelterdesk.core.event import parse
from shelterdesk.core.kinds import ARRIVAL_GROUP, HOUSEHOLD, MEMBERSHIP, MOVEMENT, PERSON
from shelterdesk.core.number import household_number, person_number, token_number
from shelterdesk.core.roster import DeskEntry, desk_body
from shelterdesk.db.statements import statements
from shelterdesk.db.store import Store
from shelterdesk.keys.desk import DeskKeys

PLAN = """code,parent,kind,quarter,capacity,area_m2,accessible
A,,block,,,,
A-1,A,room,,,20,no
A-1-1,A-1,bed,,,,
A-1-2,A-1,bed,,,,
A-1-3,A-1,bed,,,,
A-2,A,room,,6,30,yes
B,,block,,,,
B-1,B,room,WOMEN_ONLY,2,12,no
B-2,B,room,UAC_GIRLS,2,12,no
"""


def with_plan(desk: Desk) -> None:
    """Take the plan above in."""
    import_plan(desk, PLAN)


def person(desk: Desk, given: str = "Ana", **values: Any) -> tuple[str, str]:
    """A registered person: (id, number); ``values`` by field, an adult woman who arrived now without any."""
    with desk.store.write(desk.user) as event:
        number = person_number("LB", desk.who.slot.removeprefix("LB"), event.next_count("person"))
        fields: dict[str, Any] = {
            "number": number,
            "given": given,
            "sex": "F",
            "birth": "1990",
            "nationality": ["VEN"],
            "arrived_at": event.now,
            "station": "LB",
        }
        ent = event.create(PERSON, fields | values)
    return ent, number


def family(desk: Desk, *members: Mapping[str, Any]) -> tuple[str, list[tuple[str, str]]]:
    """A household of such people: (its number, [(id, number), …]); the first is its head."""
    people = [person(desk, **dict(one)) for one in members]
    with desk.store.write(desk.user) as event:
        number = household_number("LB", desk.who.slot.removeprefix("LB"), event.next_count("household"))
        home = event.create(HOUSEHOLD, {"number": number, "station": "LB"})
        for n, (ent, _) in enumerate(people):
            role = "MEMBER" if n else "HEAD"
            event.create(MEMBERSHIP, {"household": home, "person": ent, "role": role, "from_at": event.now})
    return number, people


def group(desk: Desk, heads: int, at: datetime | None = None) -> tuple[str, str]:
    """A counted group: (id, token)."""
    with desk.store.write(desk.user) as event:
        number = token_number("LB", desk.who.slot.removeprefix("LB"), event.next_count("token"))
        values = {"number": number, "head_count": heads, "arrived_at": at or event.now, "station": "LB"}
        ent = event.create(ARRIVAL_GROUP, values)
    return ent, number


def moved(desk: Desk, ent: str, movement: str, at: datetime | None = None) -> str:
    """A movement of a person."""
    with desk.store.write(desk.user) as event:
        return event.create(MOVEMENT, {"person": ent, "movement": movement, "happened_at": at or event.now})


def second_desk(desk: Desk, folder: Path) -> Desk:
    """A further desk of the station with the same user at it, holding what the first holds now."""
    keys = DeskKeys.new()
    slot = f"{desk.who.slot}A" if desk.who.slot[-1].isdigit() else f"{desk.who.slot}1"
    desk.publish("admit", {"desk": desk_body(DeskEntry(keys.dev, keys.public, keys.recipient, "LB", slot))})
    who = replace(desk.who, dev=keys.dev, slot=slot)
    folder.mkdir()
    store = Store.create(folder / "station.db", desk.store.file_key, who, keys, desk.clock)
    store.add_statements(statements(desk.store.conn))
    other = Desk(folder, store, desk.user, desk.user_keys)
    hear(other, desk)
    return other


def hear(desk: Desk, other: Desk) -> None:
    """Take in everything the other desk holds."""
    lines = other.store.conn.execute("SELECT line FROM event ORDER BY id").fetchall()
    desk.store.take_in([parse(line) for (line,) in lines])
