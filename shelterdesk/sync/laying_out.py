"""What a desk lays out for those who look again and again: its work in sealed parts, and its receipts.

SYNC §1.0, *live folder between desks of a table*. Parts are rolled up as they become many, and a desk removes its own
once all have confirmed them; what a desk that is away has not confirmed stays, however long it is away.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from shelterdesk.core.event import hex16
from shelterdesk.db import parts_written
from shelterdesk.db.store import Store
from shelterdesk.keys.safefile import alone
from shelterdesk.sync import stick
from shelterdesk.sync.container import read_part_name
from shelterdesk.sync.parts import Audience
from shelterdesk.sync.sending import send, write_own_receipts
from shelterdesk.sync.shelf import SIG

_LOCK = "laying.lock"


@dataclass(frozen=True, slots=True)
class LaidOut:
    """What was done: names of parts written anew, of files taken away, of receipts written anew."""

    written: tuple[str, ...]
    removed: tuple[str, ...]
    receipts: tuple[str, ...]


def lay_out(store: Store, folder: Path, audience: Audience) -> LaidOut:
    """Bring this desk's own shelf, a folder of this disk, up to date for a standing audience. Raises what writing raises."""
    if not audience.is_standing:
        raise ValueError("only for those who look again and again")
    ours = stick.our_folder(folder)
    # A command beside an open window lays out the same: one would take away what the other has written half.
    with alone(folder / _LOCK):
        sent, _ = send(store, audience, ours, is_own_disk=True)
        removed = _clear(store, ours / hex16(store.who.dev), {part.name for part in sent}, audience)
        receipts = write_own_receipts(store, ours)
    return LaidOut(tuple(p.name for p in sent if not p.was_there), removed, receipts)


def _clear(store: Store, own: Path, wanted: Collection[str], audience: Audience) -> tuple[str, ...]:
    """Remove this desk's own parts that nobody needs any more; what is not known here is kept, it may be news."""
    parts = [part for path in own.glob("*.age") if (part := read_part_name(path.name)) is not None]
    idle = [part for part in parts if str(part) not in wanted]
    if not idle:
        return ()
    known = parts_written.files_known(store.conn, {part.sha16 for part in idle})
    gone = [str(part) for part in idle if part.sha16 in known]
    for file in gone:
        try:
            for name in (file, f"{file}{SIG}"):
                (own / name).unlink(missing_ok=True)
        except OSError as error:
            raise stick.said(own, error) from None
    with store.transaction() as conn:
        parts_written.forget_parts_out(conn, audience.name, gone)
    return tuple(gone)
