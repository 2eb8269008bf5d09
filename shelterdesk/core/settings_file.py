"""How a station is set up, as one file: its hours, its settings, its services and its site plan; no people, no keys.

A second station begins with it, or a station that was set up wrongly is brought in line with a good one.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

from shelterdesk.core.errors import DamagedFile, NewerData
from shelterdesk.core.words import tr

FORMAT = "shelterdesk-settings"
VERSION = 1
LARGEST = 16 << 20
"""Bytes of the largest file that is read: a site plan of 100,000 places takes 8 MB."""

_BYTE_ORDER_MARK = b"\xef\xbb\xbf"

SERVICE_FIELDS = (
    "name", "service_class", "min_interval_minutes", "per_day", "excludes", "family_pickup", "present_only",
    "from_hour", "to_hour", "inactive", "source",
)  # fmt: skip
"""What the file says of a service beside its code, by the field names of the record."""


@dataclass(frozen=True, slots=True)
class SettingLine:
    """A setting with where it is from; ``valid_from`` is a local day, empty where none was named."""

    key: str
    value: Any
    source: str
    valid_from: str


@dataclass(frozen=True, slots=True)
class SettingsFile:
    """What the file holds. ``plan`` is the site as :func:`shelterdesk.core.plan.read_plan` reads it, empty for none."""

    change_hour: int | None
    settings: tuple[SettingLine, ...]
    services: Mapping[str, Mapping[str, Any]]
    plan: str


def settings_text(file: SettingsFile, station: str, made_at: str) -> str:
    """The file as it is written: JSON that a person can read, the same settings always in the same order."""
    document = {
        "format": FORMAT,
        "version": VERSION,
        "station": station,
        "made_at": made_at,
        "change_hour": file.change_hour,
        "settings": [
            {"key": one.key, "value": one.value, "source": one.source, "valid_from": one.valid_from}
            for one in file.settings
        ],
        "services": {code: dict(values) for code, values in file.services.items()},
        "plan": file.plan.splitlines(),
    }
    return json.dumps(document, ensure_ascii=False, indent=1, allow_nan=False) + "\n"


def read_settings(data: bytes, name: str) -> SettingsFile:
    """The settings of a file called ``name``.

    Raises ``DamagedFile`` for what is not such a file, saying what is wrong, and ``NewerData`` for one of a newer program.
    """
    if len(data) > LARGEST:
        raise DamagedFile(name, tr("it is too big for a file of settings"))
    try:
        # Strict (RFC 8259): no NaN, nothing beyond every number, no lone surrogates, no nesting without end.
        document = msgspec.json.decode(data.removeprefix(_BYTE_ORDER_MARK))
    except (msgspec.MsgspecError, RecursionError, UnicodeError):
        raise _damaged(name, tr("it is not a file of settings")) from None
    if not isinstance(document, dict) or document.get("format") != FORMAT:
        raise _damaged(name, tr("it is not a file of settings"))
    version = document.get("version")
    if not isinstance(version, int) or isinstance(version, bool) or version < 1:
        raise _damaged(name, tr("it does not say its version"))
    if version > VERSION:
        raise NewerData(version, VERSION)
    hour, plan = document.get("change_hour"), document.get("plan", [])
    if hour is not None and (not isinstance(hour, int) or isinstance(hour, bool)):
        raise _damaged(name, tr("its hour is no number"))
    if not isinstance(plan, list) or not all(isinstance(line, str) for line in plan):
        raise _damaged(name, tr("its site plan is no list of lines"))
    return SettingsFile(
        change_hour=hour,
        settings=tuple(_line(name, one) for one in _list(name, document.get("settings", []))),
        services=_services(name, document.get("services", {})),
        plan="\n".join(plan),
    )


def _damaged(name: str, why: str) -> DamagedFile:
    return DamagedFile(name, why, tr("Choose a file that Settings, Settings as a file has written."))


def _list(name: str, value: object) -> list[object]:
    if not isinstance(value, list):
        raise _damaged(name, tr("its settings are no list"))
    return value


def _line(name: str, one: object) -> SettingLine:
    match one:
        case {"key": str(key), "value": value, "source": str(source), "valid_from": str(valid_from)} if key:
            return SettingLine(key, value, source, valid_from)
    raise _damaged(name, tr("a setting in it is not whole"))


def _services(name: str, value: object) -> dict[str, dict[str, Any]]:
    if not isinstance(value, dict):
        raise _damaged(name, tr("its services are no list"))
    found: dict[str, dict[str, Any]] = {}
    for code, fields in value.items():
        if not isinstance(fields, dict):
            raise _damaged(name, tr("the service {code} is not whole", code=str(code)[:40]))
        found[str(code)] = {field: fields[field] for field in SERVICE_FIELDS if fields.get(field) is not None}
    return found
