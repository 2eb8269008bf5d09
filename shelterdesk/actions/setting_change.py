"""Settings of the station said anew: what was said before stays in the log, and the day they hold from is minded."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from shelterdesk.actions.desk import Desk
from shelterdesk.actions.registration import local_day
from shelterdesk.core.kinds import SETTING
from shelterdesk.core.words import tr
from shelterdesk.db.settings import settings_named


def say_settings(desk: Desk, wanted: Mapping[str, Any], held: Mapping[str, Any]) -> tuple[bytes, ...]:
    """Write those of ``wanted`` that differ from what is ``held``, by key, in one event; the tokens of an undo.

    One that holds from a day is followed by one that holds from today: without a day the new one would lie behind it.
    The right to change settings (``desk.must``) and what a value may be are asked before by who calls.
    """
    today = local_day(desk)
    with desk.store.write(desk.user) as event:
        for key, value in wanted.items():
            if value == held[key]:
                continue
            said: dict[str, Any] = {"key": key, "value": value, "source": tr("set at this station")}
            if _is_dated(desk, key, today):
                said["valid_from"] = today.isoformat()
            event.create(SETTING, said)
    return event.written.events if event.written is not None else ()


def _is_dated(desk: Desk, key: str, today: date) -> bool:
    return any("" < one.valid_from <= today.isoformat() for one in settings_named(desk.store.conn, key, key))
