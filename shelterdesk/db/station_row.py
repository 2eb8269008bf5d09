"""The record of the station this file belongs to, and what the file knows of itself kept in step with it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, TypeGuard

from shelterdesk.core.errors import BadField
from shelterdesk.core.kinds import STATION
from shelterdesk.core.moment import is_change_hour
from shelterdesk.core.record_rules import check_title
from shelterdesk.db import meta
from shelterdesk.db.connection import Connection
from shelterdesk.db.records import rows_of


def station_row(conn: Connection, code: str) -> tuple[str, dict[str, Any]] | None:
    """Entity id and values (by field name) of the station with that code; the oldest of several, None for none."""
    return next(((ent, row) for ent, row, _ in rows_of(conn, STATION) if row.get("code") == code), None)


def follow_station(conn: Connection) -> None:
    """Name and change hour as the station's record says now, whichever desk changed them.

    Code, country and time zone stand on cards and in every moment written so far: they never change. A name or
    an hour that nobody could have entered here is not followed, whoever wrote it; what stood goes on.
    Call inside the transaction that changed the record.
    """
    who = meta.get_whoami(conn)
    found = station_row(conn, who.station) if not who.is_office else None
    if found is None:
        return
    name, hour = found[1].get("name"), found[1].get("change_hour")
    now = replace(
        who,
        name=name if _is_title(name) else who.name,
        change_hour=hour if is_change_hour(hour) else who.change_hour,
    )
    if now != who:
        meta.put_whoami(conn, now)


def _is_title(name: object) -> TypeGuard[str]:
    try:
        check_title("name", name if isinstance(name, str) else "", "")
    except BadField:
        return False
    return True
