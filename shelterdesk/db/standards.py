"""The standard sets of a station: those that come with the program and every version an admin has saved."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

from shelterdesk.core.standards import StandardSet
from shelterdesk.core.standards_json import set_from_json
from shelterdesk.db.connection import Connection
from shelterdesk.db.settings import settings_named

PREFIX = "standard_set."
"""What the key of a saved set begins with; its code follows."""

USUAL = "TRANSIT"
"""The set of a station that has chosen none: it is a transit station until it says otherwise."""


def saved_sets(conn: Connection) -> list[StandardSet]:
    """All versions saved here, by code and the day they hold from; one that is no set is passed over."""
    found = []
    for one in settings_named(conn, PREFIX, PREFIX + "\U0010ffff"):
        try:
            read = set_from_json(one.value, one.valid_from)
        except (ValueError, TypeError):
            continue
        if PREFIX + read.code == one.key:
            found.append(read)
    return found


def sets_of_day(conn: Connection, shipped: Iterable[StandardSet], day: date) -> dict[str, StandardSet]:
    """The version of each set that holds on a local day; of two saved for one day, the higher version."""
    found = {one.code: one for one in shipped}
    for one in sorted(saved_sets(conn), key=lambda one: (one.valid_from, one.version)):
        if one.valid_from <= day.isoformat():
            found[one.code] = one
    return found


def chosen(conn: Connection, station: str) -> str:
    """What the station has chosen, as written there; empty for none."""
    row = conn.execute(
        "SELECT standard_set FROM station WHERE code = ? AND void IS NULL ORDER BY ent", (station,)
    ).fetchone()
    return "" if row is None or row[0] is None else str(row[0]).strip()


def set_of(sets: Mapping[str, StandardSet], wanted: str) -> StandardSet | None:
    """The set a station means by its code or its name in any language; None for words that name no set."""
    if not wanted:
        return sets.get(USUAL)
    asked = wanted.casefold()
    for code, one in sorted(sets.items()):
        if asked == code.casefold() or asked in {name.casefold() for name in one.name.values()}:
            return one
    return None
