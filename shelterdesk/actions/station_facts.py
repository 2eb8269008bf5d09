"""What may change of a station after its set-up: its name, its address, its day, the standards it is measured by."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from shelterdesk.actions.desk import Desk
from shelterdesk.core.changes import Changes, Done
from shelterdesk.core.errors import BadField
from shelterdesk.core.kinds import STATION
from shelterdesk.core.record_rules import check_change_hour, check_title
from shelterdesk.core.words import tr
from shelterdesk.db.station_row import station_row
from shelterdesk.db.store import Reader

LONGEST_NAME, LONGEST_ADDRESS = 60, 200


@dataclass(frozen=True, slots=True)
class StationFacts:
    """``change_hour`` is local, 0 to 12: from then on a service belongs to the new day. Texts may be empty."""

    name: str
    address: str
    change_hour: int
    standard_set: str


@dataclass(frozen=True, slots=True)
class FactsChanged:
    """Names of the fields that became different, and how to take it back."""

    changed: tuple[str, ...]
    undo: tuple[bytes, ...]


def station_facts(reader: Reader) -> StationFacts:
    """The facts as they stand now."""
    who = reader.who
    found = station_row(reader.conn, who.station)
    row = found[1] if found is not None else {}
    return StationFacts(who.name, row.get("address") or "", who.change_hour, row.get("standard_set") or "")


def check_facts(facts: StationFacts) -> None:
    """Raise ``BadField`` naming the first answer that cannot be."""
    check_title("name", facts.name.strip(), tr("The station needs a name."))
    for field, text, longest in (
        ("address", facts.address, LONGEST_ADDRESS), ("standard_set", facts.standard_set, LONGEST_NAME),
    ):  # fmt: skip
        if len(text.strip()) > longest:
            raise BadField(field, tr("this is too long: at most {n} letters", n=longest))
    check_change_hour("change_hour", facts.change_hour)


def change_station(desk: Desk, facts: StationFacts) -> Done[FactsChanged]:
    """Change the facts, for every desk of the station once they have exchanged; sheets frozen so far stay.

    Raises ``BadField``, ``NotAllowed`` (an admin's), ``NotHere`` at an office.
    """
    desk.must_be_station()
    check_facts(facts)
    wanted = {name: text.strip() if isinstance(text, str) else text for name, text in asdict(facts).items()}
    changed: list[str] = []
    with desk.store.write(desk.user) as event:
        found = station_row(event.conn, desk.who.station)
        if found is None:
            who = desk.who
            fixed = {"code": who.station, "country": who.country, "timezone": who.zone}
            event.create(STATION, {**fixed, **{name: value for name, value in wanted.items() if value != ""}})
            changed = list(wanted)
        else:
            ent, row = found
            for name, value in wanted.items():
                if (row.get(name) if row.get(name) is not None else "") != value:
                    event.set(STATION, ent, name, None if value == "" else value)
                    changed.append(name)
    written = event.written
    return Done(
        FactsChanged(tuple(changed), written.events if written is not None and changed else ()),
        Changes(written.kinds if written is not None else frozenset()),
    )
