"""Making every derived table anew from the log: after an upgrade, or when a check found a difference."""

from __future__ import annotations

from collections.abc import Mapping

from shelterdesk.core.event import ERASED, ROW, parse
from shelterdesk.core.kinds import LOGGED
from shelterdesk.core.roster import Roster
from shelterdesk.db import erasing, judging, presence, search, statements, tables
from shelterdesk.db.clocks import clocks_of, follow_clocks, put_fixes
from shelterdesk.db.connection import Connection
from shelterdesk.db.merge import lone_row, rematerialise

_SLICE = 2_000


def rebuild(conn: Connection) -> None:
    """Judge the log and fill all derived tables anew, inside the caller's transaction."""
    _index_ops(conn)
    roster = statements.roster_of(conn)
    _apply_statements(conn, roster)
    judging.judge_all(conn, roster)
    for kind in LOGGED:
        conn.execute(f"DROP TABLE IF EXISTS {kind.name}")
    for name in ("person_search", "person_key", "presence", "named_head", "counted_group"):
        conn.execute(f"DROP TABLE IF EXISTS {name}")
    conn.execute("DELETE FROM head")
    conn.execute("DELETE FROM conflict")
    tables.align(conn)
    search.align(conn)
    presence.align(conn)
    fill(conn, roster.homes)


def _apply_statements(conn: Connection, roster: Roster) -> None:
    """What the office said of the log itself: records erased, clocks corrected."""
    put_fixes(conn, roster.clock_fixes)
    for dev in sorted({fix.dev for fix in roster.clock_fixes}):
        lines = "SELECT id, eh, line FROM event WHERE dev = ? AND line IS NOT NULL"
        follow_clocks(conn, conn.execute(lines, (dev,)).fetchall())
    erasing.blank(conn, roster.erased)


def _index_ops(conn: Connection) -> None:
    """Where the log speaks of which entity; of lines that are withheld or erased the index is all there is left."""
    conn.execute("DELETE FROM op WHERE event IN (SELECT id FROM event WHERE line IS NOT NULL)")
    conn.execute("DELETE FROM op WHERE event NOT IN (SELECT id FROM event)")
    rows: list[tuple[bytes, int, int, int, int]] = []
    for id_, line in conn.execute("SELECT id, line FROM event WHERE line IS NOT NULL ORDER BY id"):
        rows += [
            (op.ent, id_, pos, op.kind, op.field)
            for pos, op in enumerate(parse(line).ops)
            if op.kind != ERASED
        ]
        if len(rows) >= _SLICE:
            _put_ops(conn, rows)
    _put_ops(conn, rows)


def _put_ops(conn: Connection, rows: list[tuple[bytes, int, int, int, int]]) -> None:
    rows.sort()
    conn.executemany("INSERT INTO op (ent, event, pos, kind, field) VALUES (?, ?, ?, ?, ?)", rows)
    rows.clear()


def fill(conn: Connection, homes: Mapping[int, str]) -> None:
    """Put every entity of the log into its table, then let what follows from the tables follow."""
    later: list[bytes] = []
    rows: dict[int, list[tuple[object, ...]]] = {}
    waiting = 0
    several, clocks = not_alone(conn), clocks_of(conn)
    for line, _ in conn.execute("SELECT line, id FROM event WHERE line IS NOT NULL ORDER BY id"):
        event = clocks.right(parse(line))
        for op in event.ops:
            if op.ent in several:
                later.append(op.ent)
            elif tables.is_known(op.kind):
                rows.setdefault(op.kind, []).append(lone_row(event, op, op.ent))
                waiting += 1
        if waiting >= _SLICE:
            _put(conn, rows)
            waiting = 0
    _put(conn, rows)
    rematerialise(conn, dict.fromkeys(later), homes)
    for kind in LOGGED:
        if kind.name in tables.FOLLOWERS:
            ents = [row[0] for row in conn.execute(f"SELECT ent FROM {kind.name}")]
            for start in range(0, len(ents), _SLICE):
                tables.follow(conn, {kind.number: dict.fromkeys(ents[start : start + _SLICE])})


def not_alone(conn: Connection) -> dict[bytes, int]:
    """Entities that cannot be read off one row op: edited, created twice, known by an edit only, set aside.

    With how many ops each has in the log; 0 for those of which some are set aside.
    """
    aside = {row[0] for row in conn.execute(_SET_ASIDE)} if _is_any_set_aside(conn) else set()
    several = dict(
        conn.execute(
            "SELECT ent, count(*) FROM op GROUP BY ent HAVING count(*) > 1 OR max(field) <> ?", (ROW,)
        ).fetchall()
    )
    return several | dict.fromkeys(aside, 0)


# From the index, not from the lines: one of them may be damaged.
_SET_ASIDE = "SELECT DISTINCT o.ent FROM op o JOIN set_aside_op s ON s.event = o.event AND s.pos = o.pos"


def _is_any_set_aside(conn: Connection) -> bool:
    return conn.execute("SELECT 1 FROM set_aside_op LIMIT 1").fetchone() is not None


def _put(conn: Connection, rows: dict[int, list[tuple[object, ...]]]) -> None:
    for kind, ready in rows.items():
        tables.put_rows(conn, kind, ready)
    rows.clear()
