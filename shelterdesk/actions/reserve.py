"""The room kept back for saving: made while there is plenty, used up by a save that would fail, and then said."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from shelterdesk.actions.desk import Desk
from shelterdesk.core.words import tr
from shelterdesk.db import reserve
from shelterdesk.db.connection import file_of
from shelterdesk.db.store import Reader
from shelterdesk.keys import keyfile

T = TypeVar("T")


def keep_reserve(reader: Reader) -> bool:
    """Keep room back in the folder of an open station, where there is plenty; on any thread that nobody waits for."""
    folder = file_of(reader.conn).parent
    return keyfile.exists(folder) and reserve.keep(folder)  # closed meanwhile: nothing may be made in it


def wants_reserve(desk: Desk, free: int) -> bool:
    """Whether room should be kept back now: there is none, and ``free`` bytes are plenty."""
    return free >= reserve.AMPLE * reserve.SIZE and not reserve.is_kept(desk.folder)


def once_more(desk: Desk, act: Callable[[], T]) -> T:
    """Do an action; where a save in it met a full disk and room was made, do it once more.

    Not where something of the action was saved before: that must not be there twice. Then ``RoomMade`` says what to do.
    """
    before = desk.store.commits
    try:
        return act()
    except reserve.RoomMade:
        if desk.store.commits != before:
            raise
        return act()


def is_used_up(desk: Desk) -> bool:
    """Whether the room kept back was given to a save and is not there again."""
    return desk.store.gave_up_reserve and not reserve.is_kept(desk.folder)


def used_up_words() -> str:
    """What to know and to do, once it is used up."""
    return tr(
        "This laptop's disk is full. What was saved is saved: the room kept back for it is used up now. "
        "Free some room before you go on."
    )
