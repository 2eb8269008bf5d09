"""Choices of this laptop alone, kept in its file and never exchanged: where its table is, where its bundles go."""

from __future__ import annotations

from typing import TypeVar

import msgspec

from shelterdesk.db import meta
from shelterdesk.db.connection import Connection

Choice = TypeVar("Choice")
_CHOICE = "choice:"


def get_choice(conn: Connection, name: str, kind: type[Choice]) -> Choice | None:
    """A choice made here, None where none was, or one that this program cannot read."""
    raw = meta.get(conn, _CHOICE + name)
    if raw is None:
        return None
    try:
        return msgspec.json.decode(raw, type=kind)
    except msgspec.MsgspecError:
        return None


def put_choice(conn: Connection, name: str, choice: object | None) -> None:
    """Keep a choice; None forgets it."""
    if choice is None:
        meta.drop(conn, _CHOICE + name)
    else:
        meta.put(conn, _CHOICE + name, msgspec.json.encode(choice))
