"""Class keys, folded from believed statements: a key and every wrap of it must come from a holder of the class.

DESIGN §6. The first version comes with the set-up of the station (or office), wrapped to its recovery sheet.
Whatever follows, further holders and later versions, carries the signature of somebody who held the key: a
user's Ed25519 key, or the one that follows from a recovery sheet. A later sheet is let in like any other holder, by
one. A desk alone cannot add to a class.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from shelterdesk.core.roster import ClassKey, DeskEntry, Statement, UserEntry

RECOVERY = "recovery"
"""The holder that is a sheet of paper."""

Name = tuple[str, str]
"""Class and station."""


@dataclass(slots=True)
class _Key:
    """One key: its wraps, and the recovery sheets that hold it, by their public key with their age recipient."""

    wraps: set[tuple[str, str]] = field(default_factory=set)
    sheets: dict[bytes, str] = field(default_factory=dict)

    def signers(self, station: str, members: Mapping[tuple[str, str], UserEntry]) -> set[bytes]:
        """The public keys of whoever holds it."""
        found: set[bytes] = set()
        for holder, _ in self.wraps:
            if holder == RECOVERY:
                found.update(self.sheets)
            elif (user := members.get((station, holder))) is not None:
                found.add(user.sign)
        return found


@dataclass(slots=True)
class _Class:
    """The versions of one class key, each with its keys by recipient."""

    versions: dict[int, dict[str, _Key]] = field(default_factory=dict)

    def add(self, body: Mapping[str, Any], sheets: Mapping[bytes, str]) -> None:
        key = self.versions.setdefault(int(body["version"]), {}).setdefault(str(body["recipient"]), _Key())
        key.wraps.update((str(holder), str(text)) for holder, text in body.get("wraps", ()))
        key.sheets.update(sheets)

    def may_hand_on(self, version: int, recipient: str) -> list[_Key]:
        """The keys whose holders may: this one, and those of the newest version below."""
        below = [number for number in self.versions if number < version]
        keys = list(self.versions[max(below)].values()) if below else []
        own = self.versions.get(version, {}).get(recipient)
        return keys if own is None else [*keys, own]


def fold_classes(
    set_ups: Mapping[str, Statement],
    believed: Iterable[tuple[Statement, DeskEntry]],
    members: Mapping[tuple[str, str], UserEntry],
) -> tuple[ClassKey, ...]:
    """All class keys with their wraps, in order. ``set_ups`` are the rosters the stations began with."""
    classes: dict[Name, _Class] = {}
    for station, statement in set_ups.items():
        sheets = _sheets(statement.body, "recovery")
        for body in statement.body.get("classes", ()):
            if body["station"] == station:
                name = (str(body["class"]), station)
                classes.setdefault(name, _Class()).add(body, sheets)
    handed: dict[Name, dict[int, list[Statement]]] = {}
    for statement, issuer in believed:
        if statement.kind == "class_key":
            body = statement.body["class"]
            if issuer.is_office or body["station"] == issuer.station:
                name = (str(body["class"]), str(body["station"]))
                handed.setdefault(name, {}).setdefault(int(body["version"]), []).append(statement)
    for name, by_version in handed.items():
        known = classes.get(name)
        if known is not None:
            for version in sorted(by_version):
                _take(known, version, by_version[version], name[1], members)
    return tuple(
        ClassKey(
            name[0],
            version,
            recipient,
            name[1],
            tuple(sorted(key.wraps)),
            tuple(sorted((public.hex(), age) for public, age in key.sheets.items())),
        )
        for name in sorted(classes)
        for version, keys in sorted(classes[name].versions.items())
        for recipient, key in sorted(keys.items())
    )


def _take(
    known: _Class,
    version: int,
    statements: list[Statement],
    station: str,
    members: Mapping[tuple[str, str], UserEntry],
) -> None:
    """New keys of a version from holders of the one before, then wraps from holders, until nothing is added."""
    left = statements
    while left:
        waiting = []
        for statement in left:
            body = statement.body["class"]
            keys = known.may_hand_on(version, str(body["recipient"]))
            if any(bytes.fromhex(statement.body["by"]) in key.signers(station, members) for key in keys):
                known.add(body, _sheets(body, "sheet"))
            else:
                waiting.append(statement)
        if len(waiting) == len(left):
            return
        left = waiting


def _sheets(body: Mapping[str, Any], name: str) -> dict[bytes, str]:
    """The recovery sheet that a body names, its recipient under ``<name>_age``; empty where it was not yet said."""
    public = body.get(name)
    return {bytes.fromhex(public): str(body.get(f"{name}_age") or "")} if public else {}
