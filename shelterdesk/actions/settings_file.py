"""How the station is set up, written to a file and taken in from one: looked at before, all of it or nothing, undone."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

from shelterdesk.actions.desk import Desk
from shelterdesk.actions.places import take_plan_in
from shelterdesk.actions.records import checked_values
from shelterdesk.actions.registration import local_day
from shelterdesk.actions.standards import shipped_sets
from shelterdesk.core.changes import Changes, Done
from shelterdesk.core.errors import BadField, DamagedFile, NotFound, Refused
from shelterdesk.core.kinds import SERVICE_TYPE, SETTING, STATION
from shelterdesk.core.moment import moment_text
from shelterdesk.core.plan_change import plan_csv
from shelterdesk.core.record_rules import check_change_hour
from shelterdesk.core.settings_file import (
    LARGEST,
    SERVICE_FIELDS,
    SettingLine,
    SettingsFile,
    read_settings,
    settings_text,
)
from shelterdesk.core.standards import StandardSet
from shelterdesk.core.standards_json import set_from_json, set_to_json
from shelterdesk.core.words import language, ntr, tr
from shelterdesk.db import standards
from shelterdesk.db.connection import Connection
from shelterdesk.db.lodging import plan
from shelterdesk.db.records import rows_of
from shelterdesk.db.settings import Setting, settings_named
from shelterdesk.db.station_row import station_row
from shelterdesk.db.writing import Writing
from shelterdesk.keys.safefile import write_whole

CHANGE = "change settings"
_LAST_KEY = "\U0010ffff"
_LONGEST_SHOWN = 60


@dataclass(frozen=True, slots=True)
class SettingsChange:
    """One thing a file would make different: what it is called, as it stands, and as it would."""

    what: str
    now: str
    then: str


@dataclass(frozen=True, slots=True)
class SettingsTaken:
    """What was made different, and how to take it back."""

    changes: tuple[SettingsChange, ...]
    undo: tuple[bytes, ...]


def export_settings(desk: Desk, target: Path) -> Done[int]:
    """Write how this station is set up; the number of settings, services and places in the file.

    Raises ``NotAllowed`` (an admin's), ``CannotWrite``, ``DiskFull``.
    """
    desk.must(CHANGE)
    desk.must_be_station()
    conn, today = desk.store.conn, local_day(desk)
    places = plan(conn).places
    file = SettingsFile(
        change_hour=desk.who.change_hour,
        settings=tuple(
            SettingLine(one.key, one.value, one.source, one.valid_from)
            for one in _holding(conn, today).values()
        ),
        services={
            code: {name: values[name] for name in SERVICE_FIELDS if name in values}
            for code, (_, values) in sorted(_services(conn).items())
        },
        plan=plan_csv(places.values()) if places else "",
    )
    made_at = moment_text(desk.clock.now(), desk.who.zone)
    write_whole(target, settings_text(file, desk.who.station, made_at).encode())
    return Done(len(file.settings) + len(file.services) + len(places))


def look_at_settings(desk: Desk, source: Path) -> Done[tuple[SettingsChange, ...]]:
    """What taking the file in would make different; nothing is written.

    Raises ``NotFound``, ``DamagedFile``, ``NewerData``, ``BadField``, ``PlanRefused``, ``NotAllowed``.
    """
    desk.must(CHANGE)
    desk.must_be_station()
    file = _read(source)
    try:
        with desk.store.write(desk.user) as event:
            raise _OnlyLooked(_take_in(desk, event, file))
    except _OnlyLooked as looked:
        return Done(looked.changes)


class _OnlyLooked(Exception):
    """Ends the transaction of a look: whatever was written in it never was."""

    def __init__(self, changes: list[SettingsChange]) -> None:
        self.changes = tuple(changes)
        super().__init__()


def take_settings_in(
    desk: Desk, source: Path, looked_at: tuple[SettingsChange, ...] | None = None
) -> Done[SettingsTaken]:
    """Bring this station in line with the file, in one transaction or not at all; what the file does not name stays.

    ``looked_at`` are the changes somebody agreed to: where the file would make others now, nothing is changed. Raises
    as :func:`look_at_settings`, and ``Refused``.
    """
    desk.must(CHANGE)
    desk.must_be_station()
    file = _read(source)
    with desk.store.write(desk.user) as event:
        changes = _take_in(desk, event, file)
        if looked_at is not None and tuple(changes) != looked_at:
            raise Refused(
                tr("This file is not the one you looked at."),
                tr("Look at it again before it is taken in; nothing was changed."),
            )
    written = event.written
    return Done(
        SettingsTaken(tuple(changes), written.events if written is not None else ()),
        Changes(written.kinds if written is not None else frozenset()),
    )


def _read(source: Path) -> SettingsFile:
    try:
        if source.exists() and not source.is_file():  # a pipe would be waited for without end
            raise DamagedFile(source.name, tr("it is no file"))
        if source.stat().st_size > LARGEST:
            raise DamagedFile(source.name, tr("it is too big for a file of settings"))
        return read_settings(source.read_bytes(), source.name)
    except OSError as error:
        why = tr("The file cannot be read ({why}).", why=error.strerror or "")
        raise NotFound(source.name, why) from None


def _take_in(desk: Desk, event: Writing, file: SettingsFile) -> list[SettingsChange]:
    """Write what the file says otherwise, within an event already open; what became different."""
    return [
        *_take_hour(desk, event, file.change_hour),
        *_take_settings(desk, event, file),
        *_take_services(desk, event, file),
        *_take_plan(event, file.plan),
    ]


def _take_hour(desk: Desk, event: Writing, hour: int | None) -> list[SettingsChange]:
    now = desk.who.change_hour
    if hour is None or hour == now:
        return []
    check_change_hour("change_hour", hour)
    found = station_row(event.conn, desk.who.station)
    if found is None:
        who = desk.who
        event.create(
            STATION,
            {
                "code": who.station,
                "name": who.name,
                "country": who.country,
                "timezone": who.zone,
                "change_hour": hour,
            },
        )
    else:
        event.set(STATION, found[0], "change_hour", hour)
    return [SettingsChange(tr("The day of services changes at"), f"{now:02d}:00", f"{hour:02d}:00")]


def _take_settings(desk: Desk, event: Writing, file: SettingsFile) -> list[SettingsChange]:
    today = local_day(desk)
    holding, changes = _holding(event.conn, today), []
    for line in file.settings:
        held = holding.get(line.key)
        if line.key.startswith(standards.PREFIX):
            changes += _take_standards(desk, event, line, today)
            continue
        if held is not None and held.value == line.value:
            continue
        values: dict[str, Any] = {"key": line.key, "value": line.value, "source": line.source or None}
        day = line.valid_from
        if held is not None and held.valid_from:
            day = max(day, today.isoformat())  # an older day would leave what holds now in its place
        if day:
            values["valid_from"] = day
        event.create(SETTING, checked_values(desk, SETTING, values))
        changes.append(
            SettingsChange(line.key, _shown(held.value if held is not None else None), _shown(line.value))
        )
    return changes


def _take_standards(desk: Desk, event: Writing, line: SettingLine, today: date) -> list[SettingsChange]:
    """A standard set becomes the next version here, unless it is what holds already: numbers of versions are each
    station's own."""
    try:
        wanted = set_from_json(line.value)
    except ValueError as error:
        why = tr("a standard set in it is not whole ({why})", why=error)
        raise BadField(line.key[:40], why) from None
    held = [*shipped_sets(), *standards.saved_sets(event.conn)]
    now = standards.sets_of_day(event.conn, shipped_sets(), today).get(wanted.code)
    if now is not None and _figures(now) == _figures(wanted):
        return []
    version = max((one.version for one in held if one.code == wanted.code), default=0) + 1
    saved = replace(wanted, version=version)
    values = {
        "key": standards.PREFIX + saved.code,
        "value": set_to_json(saved),
        "source": line.source or wanted.source,
        "valid_from": max(line.valid_from, today.isoformat()),
    }
    event.create(SETTING, checked_values(desk, SETTING, values))
    then = tr("version {n}", n=version)
    return [SettingsChange(saved.name_in(language()), tr("version {n}", n=now.version) if now else "–", then)]


def _figures(one: StandardSet) -> StandardSet:
    return replace(one, version=0, source="", valid_from="")


def _take_services(desk: Desk, event: Writing, file: SettingsFile) -> list[SettingsChange]:
    held, changes = _services(event.conn), []
    for code, values in file.services.items():
        given = checked_values(desk, SERVICE_TYPE, {"code": code, **values})
        if code not in held:
            event.create(SERVICE_TYPE, given)
            changes.append(SettingsChange(tr("Service {code}", code=code), "–", tr("new")))
            continue
        ent, now = held[code]
        for name in SERVICE_FIELDS:
            if given.get(name) is not None and given[name] != now.get(name):
                event.set(SERVICE_TYPE, ent, name, given[name])
                what = tr("Service {code}: {field}", code=code, field=name)
                changes.append(SettingsChange(what, _shown(now.get(name)), _shown(given[name])))
    return changes


def _take_plan(event: Writing, text: str) -> list[SettingsChange]:
    if not text:
        return []
    taken = take_plan_in(event, text)
    changes = []
    if taken.new:
        new = ntr("{n} new place", "{n} new places", taken.new)
        changes.append(SettingsChange(tr("Site plan"), "–", new))
    if taken.changed:
        changed = ntr("{n} place changed", "{n} places changed", taken.changed)
        changes.append(SettingsChange(tr("Site plan"), "–", changed))
    return changes


def _services(conn: Connection) -> dict[str, tuple[str, dict[str, Any]]]:
    """The services by code, each with its record; of two records of one code the older one holds."""
    found: dict[str, tuple[str, dict[str, Any]]] = {}
    for ent, values, _ in rows_of(conn, SERVICE_TYPE):
        if values.get("code"):
            found.setdefault(str(values["code"]), (ent, values))
    return found


def _holding(conn: Connection, today: date) -> dict[str, Setting]:
    """What holds today, by key."""
    return {
        one.key: one for one in settings_named(conn, "", _LAST_KEY) if one.valid_from <= today.isoformat()
    }


def _shown(value: Any) -> str:
    """A value in a few letters."""
    if value is None:
        return "–"
    said = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return said if len(said) <= _LONGEST_SHOWN else said[: _LONGEST_SHOWN - 1] + "…"
