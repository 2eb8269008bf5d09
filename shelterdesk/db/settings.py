"""Settings as they held on a day: values with a source and the day they hold from, edited by adding, never by overwriting."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

import msgspec

from shelterdesk.db.connection import Connection


@dataclass(frozen=True, slots=True)
class Setting:
    """One value said for a key; ``valid_from`` empty where no day was named, ``ent`` its record."""

    ent: str
    key: str
    value: Any
    source: str
    valid_from: str


def settings_named(conn: Connection, first: str, last: str) -> Iterator[Setting]:
    """Settings whose keys lie between two texts (both included), by key, the one that holds longest ago first.

    Of two that hold from the same day the one entered later comes later, by its record's id where the clock cannot
    tell: the same order on every desk. A value nobody can read (of a faulty desk) is passed over.
    """
    for ent, key, value, source, valid_from in conn.execute(
        "SELECT ent, key, value, source, valid_from FROM setting WHERE key BETWEEN ? AND ? AND void IS NULL"
        " AND value IS NOT NULL ORDER BY key, coalesce(valid_from, ''), entered_ms, ent",
        (first, last),
    ):
        try:
            found = msgspec.json.decode(value)
        except msgspec.MsgspecError:
            continue
        yield Setting(ent.hex(), key, found, source or "", valid_from or "")


def setting_of_day(conn: Connection, key: str, day: date) -> Any:
    """The value of a key that holds on a local day; None where none does."""
    found = None
    for one in settings_named(conn, key, key):
        if one.valid_from <= day.isoformat():
            found = one.value
    return found
