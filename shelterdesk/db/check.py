"""Is the file what it says it is: lines against their hashes and chain, tables against the log, the file itself."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from shelterdesk.core.event import ERASED, GENESIS, ROW, BadLine, chain_next, glance, line_hash, parse
from shelterdesk.core.kinds import LOGGED, PERSON
from shelterdesk.core.roster import Roster
from shelterdesk.core.words import ntr, tr
from shelterdesk.db import erasing, judging, meta, statements, tables
from shelterdesk.db.check_beside import MANY, FollowersBeside, Told, can_run, held_ops
from shelterdesk.db.check_followers import Followers, words_are_indexed
from shelterdesk.db.check_histories import Histories
from shelterdesk.db.check_pages import Finding, Pages, page_findings
from shelterdesk.db.check_trust import (
    Aside,
    Reached,
    lost_receipts,
    wrong_signed_heads,
    wrong_statements,
)
from shelterdesk.db.clocks import Clocks, clocks_of, right_wall
from shelterdesk.db.connection import Connection, DatabaseError, file_of, in_parts
from shelterdesk.db.rebuild import not_alone
from shelterdesk.db.standing import Standing, Stood, conflict_rows, head_rows, standings

_EVENTS_AT_ONCE = 500


@dataclass(slots=True)
class Report:
    """What a check looked at and what it found; whole when there are no findings."""

    events: int = 0
    ops: int = 0
    rows: int = 0
    findings: list[Finding] = field(default_factory=list)

    @property
    def is_whole(self) -> bool:
        """Nothing was found."""
        return not self.findings


@dataclass(slots=True)
class _Tally:
    """Counts of what is wrong, gathered while reading; of heads and conflicts also how many were looked at."""

    followers: Followers | None
    bad_lines: int = 0
    bad_hashes: int = 0
    chain_breaks: int = 0
    wrong_heads: int = 0
    unvouched: int = 0
    not_erased: int = 0
    heads: int = 0
    conflicts: int = 0
    rows: dict[str, int] = field(default_factory=dict)

    def row(self, table: str, count: int = 1) -> None:
        if count:
            self.rows[table] = self.rows.get(table, 0) + count


def check(
    conn: Connection,
    progress: Callable[[int, int], None] | None = None,
    beside: Callable[[], Connection] | None = None,
    key: bytes | None = None,
) -> Report:
    """Read everything once and compare; changes nothing. ``progress`` hears (events read, events in all).

    The pages of the file are examined at the same time on a connection that ``beside`` opens, on a thread of
    its own; without it they come first. With the ``key`` of the file, what follows from the table of people is
    looked at by a process of its own where they are many.
    """
    pages = Pages(beside) if beside is not None else None
    was_collecting = gc.isenabled()
    gc.disable()  # nothing here refers in circles, and looking for that takes a tenth of the time
    try:
        damaged = page_findings(conn) if pages is None else []
        if not damaged:
            found = _compare_at_once(conn, progress, key)
    except DatabaseError:
        if pages is None or not pages.findings():
            raise
    finally:
        if was_collecting:
            gc.enable()
    damaged = damaged if pages is None else pages.findings()
    # What a damaged file says of itself proves nothing.
    return Report(findings=damaged) if damaged else found


def _compare_at_once(
    conn: Connection, progress: Callable[[int, int], None] | None, key: bytes | None
) -> Report:
    """Compare the file as it stands at one moment: what others save meanwhile is not half in it."""
    people = int(conn.execute("SELECT count(*) FROM person").fetchone()[0])
    is_indexed = words_are_indexed(conn)
    apart: FollowersBeside | None = None
    try:
        conn.execute("BEGIN")
        if key and people >= MANY and can_run():
            apart = FollowersBeside(file_of(conn), key, _last_event(conn))
        return _compare(conn, statements.roster_of(conn), progress, is_indexed, apart)
    finally:
        if apart is not None:
            apart.stop()
        if conn.in_transaction:
            conn.execute("ROLLBACK")


def _last_event(conn: Connection) -> int:
    return int(conn.execute("SELECT coalesce(max(id), 0) FROM event").fetchone()[0])


def _compare(
    conn: Connection,
    roster: Roster,
    progress: Callable[[int, int], None] | None,
    is_indexed: bool,
    apart: FollowersBeside | None,
) -> Report:
    """Lines, chain, tables, what follows from them, and who signed."""
    report, tally = Report(), _Tally(None if apart is not None else Followers(conn))
    several = not_alone(conn)
    clocks = clocks_of(conn)
    histories = Histories(
        several, roster.homes, lambda found: _compare_standings(conn, found, tally, seen_rows), clocks
    )
    total = int(conn.execute("SELECT count(*) FROM event").fetchone()[0])
    expected_ops = 0
    seen_rows: dict[int, int] = {}
    chains: dict[tuple[int, int], tuple[int, bytes]] = {}
    batch: dict[int, dict[bytes, tuple[Any, ...]]] = {kind.number: {} for kind in LOGGED}
    from_hex, row_of = bytes.fromhex, tables.table_row
    waiting = 0
    # Else what is set aside is that of before, and changes slice by slice.
    is_judged = not judging.is_waiting(conn)
    aside, reached = Aside(conn, roster), Reached(conn, roster, meta.get_whoami(conn).dev)
    for id_, dev, epoch, seq, last_seq, eh, chain, line in conn.execute(
        "SELECT id, dev, epoch, seq, last_seq, eh, chain, line FROM event ORDER BY dev, epoch, seq, id"
    ):
        report.events += 1
        reached.note(id_, dev, epoch, last_seq, chain is not None)
        if chain is not None:
            upto, before = chains.get((dev, epoch), (0, GENESIS))
            if seq != upto + 1 or chain_next(before, eh) != chain:
                tally.chain_breaks += 1
            chains[(dev, epoch)] = (last_seq, chain)
        if line is None:
            aside.forget(id_)
            continue
        try:
            if line_hash(line) != eh and parse(line).eh != eh:  # of what was erased in part, the hash it had
                tally.bad_hashes += 1
            seen = glance(line)
        except BadLine:
            tally.bad_lines += 1
            continue
        report.ops += len(seen.ops)
        author, user = seen.dev, seen.user
        wall_ms = right_wall(seen.wall_ms, clocks.delta_ms(dev, epoch, seq)) if clocks else seen.wall_ms
        edited: list[int] = []
        kinds = [op[0] for op in seen.ops]
        if aside.differs(id_, dev, epoch, last_seq, user, kinds, line, seen.merge_rules) and is_judged:
            tally.row("set_aside_op")
        for pos, (kind, ent_hex, number, value, _) in enumerate(seen.ops):
            if kind == ERASED:
                continue
            ent = from_hex(ent_hex)
            expected_ops ^= hash((int(ent_hex, 16), id_, pos, kind, number))
            if ent in several:
                edited.append(pos)
            elif number == ROW and kind in batch:
                batch[kind][ent] = row_of(kind, ent, value, None, author, wall_ms, user)
        if edited:
            histories.note(line, eh, edited, author, wall_ms, user)
        waiting += 1
        if waiting >= _EVENTS_AT_ONCE:
            _compare_rows(conn, batch, tally, seen_rows)
            waiting = 0
            if progress is not None:
                progress(report.events, total)
    _compare_rows(conn, batch, tally, seen_rows)
    histories.finish()
    _compare_left(conn, sorted(histories.left), roster.homes, tally, seen_rows)
    _compare_surplus(conn, tally, seen_rows)
    told = (apart.told() if apart is not None else None) or _told_here(conn, tally.followers)
    stray = conn.execute("SELECT count(*) FROM op WHERE event > ?", (_last_event(conn),)).fetchone()[0]
    tally.row("op", told.ops != expected_ops or bool(stray))
    for table, count in told.wrong.items():
        tally.row(table, count)
    tally.row("person_search", not is_indexed)
    tally.row("set_aside_op", aside.left())
    tally.not_erased = erasing.not_erased(conn, roster.erased)
    tally.row("clock_fix", clocks != Clocks(roster.clock_fixes) and is_judged)
    tally.wrong_heads = wrong_signed_heads(conn, roster)
    tally.unvouched = reached.wrong
    report.rows = sum(seen_rows.values())
    report.findings += _said(tally) + _statement_findings(conn) + _receipt_findings(conn)
    return report


def _told_here(conn: Connection, followers: Followers | None) -> Told:
    """The same as the process beside tells, looked at here: where there is none, or where it failed."""
    if followers is None:
        followers = Followers(conn)
        followers.everybody()
    followers.finish()
    return Told(followers.wrong, held_ops(conn, _last_event(conn)))


def _compare_rows(
    conn: Connection, batch: dict[int, dict[bytes, tuple[Any, ...]]], tally: _Tally, seen_rows: dict[int, int]
) -> None:
    """Table rows must be what the log says of their entities. Empties the batch."""
    for kind, expected in batch.items():
        if not expected:
            continue
        seen_rows[kind] = seen_rows.get(kind, 0) + len(expected)
        found = tables.get_rows(conn, kind, sorted(expected))
        if kind == PERSON.number and tally.followers is not None:
            tally.followers.persons(list(found.values()))
        if found != expected:
            tally.row(tables.name_of(kind), sum(1 for ent, row in expected.items() if found.get(ent) != row))
        expected.clear()


def _compare_standings(
    conn: Connection,
    found: Mapping[bytes, Iterable[Standing | None]],
    tally: _Tally,
    seen_rows: dict[int, int],
) -> None:
    """Records with a history: row, heads and conflicts must be what all their ops say. A few hundred entities."""
    ents = sorted(found)
    heads: list[tuple[Any, ...]] = []
    conflicts: list[tuple[Any, ...]] = []
    expected: dict[int, dict[bytes, tuple[Any, ...]]] = {}
    for ent, records in found.items():
        for one in records:
            if one is not None:
                heads += head_rows(ent, one)
                conflicts += conflict_rows(ent, one)
                if one.row is not None:
                    expected.setdefault(one.kind, {})[ent] = one.row
    marks = ",".join("?" * len(ents))
    held = conn.execute(
        f"SELECT ent, field, hlc, dev, epoch, seq, eh8, kind, value FROM head WHERE ent IN ({marks})", ents
    ).fetchall()
    tally.row("head", _entities_apart(held, heads))
    tally.heads += len(held)
    held = conn.execute(
        f"SELECT ent, field, kind, rank FROM conflict WHERE ent IN ({marks})", ents
    ).fetchall()
    tally.row("conflict", _entities_apart(held, conflicts))
    tally.conflicts += len(held)
    _compare_rows(conn, expected, tally, seen_rows)


def _compare_left(
    conn: Connection,
    ents: Sequence[bytes],
    homes: Mapping[int, str],
    tally: _Tally,
    seen_rows: dict[int, int],
) -> None:
    """The same for entities that were not gathered; what other stations said of them must be marked as such."""
    for _, part in in_parts(ents):
        found = _read_standings(conn, part, homes)
        _compare_standings(conn, {e: s.records.values() for e, s in found.items()}, tally, seen_rows)
        for stood in found.values():
            tally.row("set_aside_op", len(set(stood.foreign) ^ set(stood.marked)))


def _entities_apart(held: list[tuple[Any, ...]], expected: list[tuple[Any, ...]]) -> int:
    """Of how many entities (the first column) some rows are missing or too many."""
    held.sort()
    expected.sort()
    return 0 if held == expected else len({row[0] for row in set(held) ^ set(expected)})


def _read_standings(conn: Connection, ents: Sequence[bytes], homes: Mapping[int, str]) -> dict[bytes, Stood]:
    """What the log says of some entities, those left out of which a line cannot be read: it is found as a line."""
    with suppress(BadLine):
        return dict(standings(conn, ents, homes))
    found: dict[bytes, Stood] = {}
    for ent in ents:
        with suppress(BadLine):
            found.update(standings(conn, [ent], homes))
    return found


def _compare_surplus(conn: Connection, tally: _Tally, seen_rows: dict[int, int]) -> None:
    """Rows nobody wrote: more in a table than the log accounts for."""
    for kind in LOGGED:
        there = int(conn.execute(f"SELECT count(*) FROM {kind.name}").fetchone()[0])
        tally.row(kind.name, max(0, there - seen_rows.get(kind.number, 0)))
    for table, seen in (("head", tally.heads), ("conflict", tally.conflicts)):
        tally.row(table, int(conn.execute(f"SELECT count(*) FROM {table}").fetchone()[0]) - seen)


def _said(tally: _Tally) -> list[Finding]:
    found: list[Finding] = []
    log_advice = tr(
        "Keep this folder as it is, restore the last backup, and take in the other desks' sticks."
    )
    log_risk = tr("What these lines said may have been altered after it was written.")
    lines = tally.bad_lines + tally.bad_hashes
    if lines:
        said = ntr(
            "{n} line of the log is not what was written.",
            "{n} lines of the log are not what was written.",
            lines,
        )
        found.append(Finding("line", lines, said, log_risk, log_advice))
    if tally.chain_breaks:
        said = ntr(
            "The chain of the log breaks in {n} place.",
            "The chain of the log breaks in {n} places.",
            tally.chain_breaks,
        )
        found.append(Finding("chain", tally.chain_breaks, said, log_risk, log_advice))
    if tally.wrong_heads:
        said = ntr(
            "{n} signed end of the log does not fit it.",
            "{n} signed ends of the log do not fit it.",
            tally.wrong_heads,
        )
        found.append(Finding("signed_head", tally.wrong_heads, said, log_risk, log_advice))
    if tally.unvouched:
        said = ntr(
            "{n} line of another desk is not covered by that desk's signature as it is noted here.",
            "{n} lines of other desks are not covered by those desks' signatures as it is noted here.",
            tally.unvouched,
        )
        found.append(Finding("unsigned", tally.unvouched, said, log_risk, log_advice))
    if tally.not_erased:
        said = ntr(
            "{n} record that the office had erased still stands here.",
            "{n} records that the office had erased still stand here.",
            tally.not_erased,
        )
        risk = tr("Somebody who has a right to be forgotten is not.")
        advice = tr("Run the check with --repair: it erases them.")
        found.append(Finding("not_erased", tally.not_erased, said, risk, advice))
    for table, count in sorted(tally.rows.items()):
        said = ntr(
            "{n} entry of “{table}” does not follow from the log.",
            "{n} entries of “{table}” do not follow from the log.",
            count,
            table=table,
        )
        risk = tr(
            "Screens and papers may show something nobody entered, or miss something; the log itself is whole."
        )
        advice = tr("Run the check with --repair: it makes these entries anew from the log.")
        found.append(Finding(f"table:{table}", count, said, risk, advice))
    return found


def _statement_findings(conn: Connection) -> list[Finding]:
    wrong = wrong_statements(conn)
    if not wrong:
        return []
    said = ntr(
        "{n} statement about who belongs has no good signature.",
        "{n} statements about who belongs have no good signature.",
        wrong,
    )
    risk = tr("Somebody may have let a desk or a user in who does not belong.")
    return [Finding("statement", wrong, said, risk, tr("Tell the office, and restore the last backup."))]


def _receipt_findings(conn: Connection) -> list[Finding]:
    lost = lost_receipts(conn)
    if not lost:
        return []
    said = ntr(
        "The office holds entries of {n} desk that are not in this log any more.",
        "The office holds entries of {n} desks that are not in this log any more.",
        lost,
    )
    risk = tr("This file was put back to an older state, or its history was altered.")
    return [
        Finding(
            "receipt",
            lost,
            said,
            risk,
            tr("Take in a stick of another desk, or ask the office to send it back."),
        )
    ]
