"""What this file knows of itself: kind of folder, desk, epoch, station, secrets; local, never exchanged."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import msgspec

from shelterdesk.core.errors import WorldError
from shelterdesk.core.moment import USUAL_CHANGE_HOUR, is_change_hour
from shelterdesk.core.words import tr
from shelterdesk.db.connection import Connection
from shelterdesk.keys.desk import DeskKeys

COPY = "copy"
"""Set in a copy that was made as a backup: it is not the desk, until it was restored."""


class IsCopy(WorldError):
    """A backup opened as if it were the desk: two of the same desk would write under the same numbers."""

    def __init__(self) -> None:
        super().__init__(
            tr("This is a backup, not the desk itself."),
            tr("Restore it into an empty folder; there it can be opened."),
        )


def refuse_copy(conn: Connection) -> None:
    """Raise :class:`IsCopy` for a file that was made as a backup and not restored yet."""
    if get(conn, COPY) is not None:
        raise IsCopy


@dataclass(frozen=True, slots=True)
class Whoami:
    """The desk (or office) this file belongs to. ``zone`` is an IANA name, ``change_hour`` local."""

    folder_kind: str  # "station" or "office"
    dev: int
    epoch: int
    station: str
    slot: str
    name: str
    country: str
    zone: str
    change_hour: int
    is_practice: bool

    @property
    def is_office(self) -> bool:
        """Whether this is an office's folder."""
        return self.folder_kind == "office"


def get(conn: Connection, key: str) -> bytes | None:
    """A local value, None when it was never set."""
    row = conn.execute("SELECT value FROM meta WHERE key = ?", (key,)).fetchone()
    return None if row is None else bytes(row[0])


def put(conn: Connection, key: str, value: bytes) -> None:
    """Set a local value."""
    conn.execute("INSERT OR REPLACE INTO meta (key, value) VALUES (?, ?)", (key, value))


def drop(conn: Connection, key: str) -> None:
    """Forget a local value."""
    conn.execute("DELETE FROM meta WHERE key = ?", (key,))


def get_whoami(conn: Connection) -> Whoami:
    """Who this file is; raises ``LookupError`` for a file that was never set up."""
    raw = get(conn, "whoami")
    if raw is None:
        raise LookupError("the file does not say which desk it is")
    said: Any = msgspec.json.decode(raw)
    # An hour no day can change at came from a record of the station; nobody is locked out of the folder by it.
    if isinstance(said, dict) and not is_change_hour(said.get("change_hour")):
        said["change_hour"] = USUAL_CHANGE_HOUR
    return msgspec.convert(said, Whoami)


def put_whoami(conn: Connection, who: Whoami) -> None:
    """Write who this file is."""
    put(conn, "whoami", msgspec.json.encode(who))


def get_desk_keys(conn: Connection) -> DeskKeys:
    """The private keys of the desk."""
    raw = get(conn, "desk_keys")
    if raw is None:
        raise LookupError("the file holds no desk keys")
    return DeskKeys.from_stored(raw)


def put_desk_keys(conn: Connection, keys: DeskKeys) -> None:
    """Keep the private keys of the desk; the file is encrypted, and they stand nowhere else."""
    put(conn, "desk_keys", keys.stored())


def get_hlc(conn: Connection) -> int:
    """The hybrid clock as of the last commit."""
    raw = get(conn, "hlc")
    return int(raw) if raw is not None else 0


def put_hlc(conn: Connection, hlc: int) -> None:
    """Keep the hybrid clock, in the same transaction as the event (SYNC §1.3)."""
    put(conn, "hlc", b"%d" % hlc)


def next_count(conn: Connection, name: str) -> int:
    """The next number of a counter of this desk; call inside the transaction that uses it."""
    count = count_now(conn, name) + 1
    put(conn, _COUNT + name, b"%d" % count)
    return count


def count_now(conn: Connection, name: str) -> int:
    """The last number a counter of this desk gave, 0 for none."""
    last = get(conn, _COUNT + name)
    return int(last if last is not None else get(conn, _FLOOR) or 0)


def count_at_least(conn: Connection, name: str, count: int) -> None:
    """Let a counter go on behind ``count``, a number that was given by hand."""
    if count > count_now(conn, name):
        put(conn, _COUNT + name, b"%d" % count)


_FLOOR = "count_floor"
_COUNT = "count:"  # beside the hybrid clock: a save writes the page they share anyway


def skip_counts(conn: Connection, by: int) -> None:
    """Leave a gap in every counter, also those not used yet: after a restore, numbers given since the backup
    must not come again."""
    for key, last in conn.execute(
        "SELECT key, value FROM meta WHERE key >= ? AND key < ?", (_COUNT, _COUNT[:-1] + ";")
    ).fetchall():
        put(conn, key, b"%d" % (int(last) + by))
    put(conn, _FLOOR, b"%d" % (int(get(conn, _FLOOR) or 0) + by))
