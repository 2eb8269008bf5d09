"""What the office had erased, noted outside the file too: an older file put back hears of it before it shows anything.

SYNC §1.4. The statements name ids and a ground, nobody; they carry the office's signature, so the note needs no other. It
lies in the folder of the desk and beside its backups on every disk they are written to.
"""

from __future__ import annotations

import hashlib
import json
from contextlib import suppress
from pathlib import Path

from shelterdesk.core.errors import WorldError
from shelterdesk.db.statements import statements
from shelterdesk.db.store import Store
from shelterdesk.keys.desk import desk_hex
from shelterdesk.keys.safefile import write_whole
from shelterdesk.keys.signing import SignedStatement
from shelterdesk.sync.intake import take_statements

_LARGEST = 64 << 20
_KIND = "erase"


def file_beside_backups(target: Path, dev: int) -> Path:
    """Where the note of a desk lies on a disk with backups."""
    return target / f"shelterdesk-erased-{desk_hex(dev)}.json"


def note_erasures(store: Store, path: Path) -> None:
    """Write what is believed to be erased, if the note does not say so yet. Raises ``CannotWrite``, ``DiskFull``."""
    believed = set(store.roster.applied)
    if not store.roster.erased:
        return
    said = [
        {"statement": s.raw.decode(), "signature": s.signature}
        for s in statements(store.conn)
        if s.kind == _KIND and s.sha in believed
    ]
    held = {s.body for s in _read(path)}
    if not {str(one["statement"]).encode() for one in said} <= held:
        write_whole(path, json.dumps({"erased": said}).encode())


def hear_erasures(store: Store, path: Path) -> set[str]:
    """Believe what a note says, as far as the office known here signed it; returns the names of kinds changed.

    Nobody is kept from their desk by a note that is damaged, or by somebody else's.
    """
    known = set(store.roster.applied)
    offered = [
        one for one in _read(path) if hashlib.sha256(one.body).digest() not in known and _says_erase(one)
    ]
    if not offered:
        return set()
    with suppress(WorldError):
        return take_statements(store, offered)[1]
    return set()


def copy_note(source: Path, target: Path) -> None:
    """Put the desk's note beside its backups, on any thread; raises ``CannotWrite``, ``DiskFull`` of that disk."""
    offered = _read(source)
    if {one.body for one in offered} - {one.body for one in _read(target)}:
        write_whole(target, source.read_bytes())


def _read(path: Path) -> list[SignedStatement]:
    try:
        if path.stat().st_size > _LARGEST:
            return []
        found = json.loads(path.read_bytes())["erased"]
        return [SignedStatement(str(one["statement"]).encode(), str(one["signature"])) for one in found]
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return []


def _says_erase(one: SignedStatement) -> bool:
    try:
        return bool(json.loads(one.body)["statement"] == _KIND)
    except (ValueError, KeyError, TypeError, RecursionError):
        return False
