"""How far the entries of some records have come: only here, on a stick or at a server, at another desk, at the office.

SYNC §1.7. A record is as far as the least of its entries: what was changed a minute ago is only here again.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from shelterdesk.db.connection import Connection, in_parts
from shelterdesk.db.receipts import acknowledged_by, on_sticks, written_out


@dataclass(frozen=True, slots=True)
class Travelled:
    """Entries (events) of some records, counted by the farthest place each has come to."""

    only_here: int = 0
    on_stick: int = 0
    at_server: int = 0
    elsewhere: int = 0
    at_office: int = 0


def travelled(conn: Connection, ents: Collection[bytes], dev: int, office: int | None) -> Travelled:
    """How far the entries on these records have come, as known at desk ``dev``.

    Written by another desk means held there too; a receipt of the office, or of another desk, says the rest.
    """
    received = {} if office is None else acknowledged_by(conn, office)
    elsewhere = _confirmed(conn)
    sticks, written = on_sticks(conn), written_out(conn)
    counts = {"only_here": 0, "on_stick": 0, "at_server": 0, "elsewhere": 0, "at_office": 0}
    for event, author, epoch, last in _events(conn, ents):
        if last <= received.get((author, epoch), 0):
            counts["at_office"] += 1
        elif author != dev or last <= elsewhere.get((author, epoch), 0):
            counts["elsewhere"] += 1
        elif any(low <= event <= high for low, high in sticks):
            counts["on_stick"] += 1
        elif any(low <= event <= high for low, high in written):
            counts["at_server"] += 1
        else:
            counts["only_here"] += 1
    return Travelled(**counts)


def _events(conn: Connection, ents: Collection[bytes]) -> set[tuple[int, int, int, int]]:
    """The events that say something of these records: id, desk, epoch, last number."""
    found: set[tuple[int, int, int, int]] = set()
    for marks, part in in_parts(sorted(ents)):
        found.update(
            (int(id_), int(dev), int(epoch), int(last))
            for id_, dev, epoch, last in conn.execute(
                f"SELECT e.id, e.dev, e.epoch, e.last_seq FROM op o JOIN event e ON e.id = o.event WHERE o.ent IN ({marks})",
                part,
            )
        )
    return found


def _confirmed(conn: Connection) -> Mapping[tuple[int, int], int]:
    """How far anybody has confirmed each author."""
    return {
        (dev, epoch): upto
        for dev, epoch, upto in conn.execute(
            "SELECT dev, epoch, max(upto) FROM acknowledged GROUP BY dev, epoch"
        )
    }
