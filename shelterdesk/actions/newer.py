"""What only a newer program knows of a record, for who may open it (SYNC §1.9)."""

from __future__ import annotations

from collections.abc import Sequence

from shelterdesk.actions.desk import Desk
from shelterdesk.db import newer
from shelterdesk.db.newer import NewerField
from shelterdesk.db.store import Reader


def newer_fields(desk: Desk, reader: Reader, ents: Sequence[str]) -> dict[str, tuple[NewerField, ...]]:
    """Of some records (ids) the fields a newer program wrote, those without any left out. Raises ``NotAllowed``."""
    desk.must("open a person")
    found = {ent: newer.newer_fields_of(reader.conn, ent) for ent in ents}
    return {ent: fields for ent, fields in found.items() if fields}


def waiting_for_update(reader: Reader) -> int:
    """How many entries wait until this program is updated; they are kept and not shown."""
    return newer.parked(reader.conn)
