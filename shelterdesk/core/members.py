"""Users, folded from believed statements: the latest revision of each, and apart from it whether they are in.

Disabling is not a matter of revisions: of two changes made apart the one that takes a right away must not be
lost (SYNC §0.2). So a user is disabled by every statement that says so, until one that names it lets them in.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from shelterdesk.core.roster import DeskEntry, Statement, UserEntry
from shelterdesk.core.vocabulary import Role

Key = tuple[str, str]
"""Station (empty for the office's people) and user id."""


def fold_users(believed: Iterable[tuple[Statement, DeskEntry]]) -> dict[Key, UserEntry]:
    """Every user by station and id: two stations that name the same id do not touch each other's."""
    latest: dict[Key, UserEntry] = {}
    disabled: dict[Key, set[str]] = {}
    enabled: dict[Key, set[str]] = {}
    for statement, _ in believed:
        for body in _bodies(statement):
            entry = read_user(body)
            key = (entry.station, entry.id)
            if entry.is_active:
                enabled.setdefault(key, set()).update(body.get("enables", ()))
            else:
                disabled.setdefault(key, set()).add(statement.sha.hex())
            held = latest.get(key)
            if held is None or _rank(entry) > _rank(held):
                latest[key] = entry
    found = {}
    for key, entry in latest.items():
        in_force = frozenset(disabled.get(key, set()) - enabled.get(key, set()))
        found[key] = replace(entry, is_active=not in_force, disabled_by=in_force)
    return found


def read_user(body: Mapping[str, Any]) -> UserEntry:
    """A user from a statement; roles of a newer program are left out."""
    return UserEntry(
        id=body["id"],
        name=body["name"],
        organisation=body.get("organisation", ""),
        roles=frozenset(Role(r) for r in body["roles"] if r in set(Role)),
        sign=bytes.fromhex(body["sign"]),
        age=body["age"],
        wrapped=body["wrapped"],
        is_active=bool(body["active"]),
        revision=int(body["revision"]),
        station=body.get("station", ""),
        lent=body.get("lent", ""),
        follows=body.get("follows", ""),
    )


def _bodies(statement: Statement) -> list[Mapping[str, Any]]:
    if statement.kind == "roster":
        return list(statement.body.get("users", ()))
    return [statement.body["user"]] if statement.kind == "user" else []


def _rank(user: UserEntry) -> tuple[int, list[str], str, str, str, str, str]:
    return (
        user.revision,
        sorted(user.roles),
        repr(sorted(user.wrapped.items())),
        user.name,
        user.organisation,
        user.lent,
        user.follows,
    )
