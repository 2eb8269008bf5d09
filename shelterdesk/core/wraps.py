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
class _Class:
    """The versions of one class key: recipients with their wraps, and the public keys of its recovery sheets."""

    sheets: set[bytes]
    versions: dict[int, dict[str, set[tuple[str, str]]]] = field(default_factory=dict)

    def holders(self, version: int, recipient: str) -> set[str]:
        return {holder for holder, _ in self.versions.get(version, {}).get(recipient, ())}

    def holders_before(self, version: int) -> set[str]:
        """Whoever holds a key of the newest version below."""
        below = [number for number in self.versions if number < version]
        if not below:
            return set()
        return {holder for wraps in self.versions[max(below)].values() for holder, _ in wraps}


def fold_classes(
    set_ups: Mapping[str, Statement],
    believed: Iterable[tuple[Statement, DeskEntry]],
    members: Mapping[tuple[str, str], UserEntry],
) -> tuple[ClassKey, ...]:
    """All class keys with their wraps, in order. ``set_ups`` are the rosters the stations began with."""
    classes: dict[Name, _Class] = {}
    for station, statement in set_ups.items():
        public = statement.body.get("recovery")
        for body in statement.body.get("classes", ()):
            if body["station"] == station:
                name = (str(body["class"]), station)
                one = classes.setdefault(name, _Class({bytes.fromhex(public)} if public else set()))
                _add(one, body)
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
        ClassKey(name[0], version, recipient, name[1], tuple(sorted(wraps)))
        for name in sorted(classes)
        for version, keys in sorted(classes[name].versions.items())
        for recipient, wraps in sorted(keys.items())
    )


def _take(
    known: _Class,
    version: int,
    statements: list[Statement],
    station: str,
    members: Mapping[tuple[str, str], UserEntry],
) -> None:
    """New keys of a version from holders of the one before, then wraps from holders, until nothing is added."""
    before = known.holders_before(version)
    left = statements
    while left:
        waiting = []
        for statement in left:
            body = statement.body["class"]
            recipient = str(body["recipient"])
            holders = before | known.holders(version, recipient)
            if _signers(known, holders, station, members) >= {bytes.fromhex(statement.body["by"])}:
                _add(known, body)
            else:
                waiting.append(statement)
        if len(waiting) == len(left):
            return
        left = waiting


def _signers(
    known: _Class, holders: Iterable[str], station: str, members: Mapping[tuple[str, str], UserEntry]
) -> set[bytes]:
    """The public keys of holders."""
    found = set()
    for holder in holders:
        if holder == RECOVERY:
            found |= known.sheets
        elif (user := members.get((station, holder))) is not None:
            found.add(user.sign)
    return found


def _add(known: _Class, body: Mapping[str, Any]) -> None:
    wraps = known.versions.setdefault(int(body["version"]), {}).setdefault(str(body["recipient"]), set())
    wraps.update((str(holder), str(text)) for holder, text in body.get("wraps", ()))
    if body.get("sheet"):
        known.sheets.add(bytes.fromhex(body["sheet"]))
