"""What people and groups behind a number are called, and where they were put last."""

from __future__ import annotations

from shelterdesk.core.names import display_name
from shelterdesk.db.connection import Connection


def person_said(conn: Connection, ent: bytes) -> tuple[str, str, bool] | None:
    """A person's number and name, and whether the record was entered by mistake; None for one not known here."""
    row = conn.execute(
        "SELECT number, surnames, given, name_native, void FROM person WHERE ent = ?", (ent,)
    ).fetchone()
    if row is None:
        return None
    number, surnames, given, native, void = row
    return number or "", display_name(surnames or "", given or "", native or ""), void is not None


def token_said(conn: Connection, group: bytes) -> str:
    """The number on a group's token; empty for a group not known here."""
    row = conn.execute("SELECT number FROM arrival_group WHERE ent = ?", (group,)).fetchone()
    return "" if row is None else row[0] or ""


def last_place(conn: Connection, ent: bytes) -> str | None:
    """The code of the place a record was given last; None for none."""
    row = conn.execute(
        "SELECT p.code FROM stay s JOIN place p ON p.ent = s.place WHERE s.person = ? AND s.void IS NULL"
        " ORDER BY coalesce(s.from_at_ms, s.entered_ms) DESC, s.ent DESC LIMIT 1",
        (ent,),
    ).fetchone()
    return None if row is None or row[0] is None else str(row[0])
