"""Who is heard: every event judged by roster, signatures and revocations, and judged again when those change.

SYNC §1.10. What is set aside stays in the log and out of the tables. Judging again is done desk by desk and
user by user, only for entries of the roster that changed, in slices that give way to a waiting save.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from shelterdesk.core.event import ERASED, parse
from shelterdesk.core.home import OTHER_HOME
from shelterdesk.core.kinds import CARRIERS, MERGE_RULES, NEWER_RULES
from shelterdesk.core.roster import Roster, UserEntry, Verdict
from shelterdesk.db import meta
from shelterdesk.db.clocks import follow_clocks, newly_corrected
from shelterdesk.db.connection import Connection
from shelterdesk.db.vouching import Reach, forget_false_heads, reach

SLICE_EVENTS = 300
"""Events judged again in one transaction."""

_WINDOW = 2_000

_REVOKED, _UNSIGNED = Verdict("revoked_desk"), Verdict("unsigned")
_CARRIERS = frozenset(kind.number for kind in CARRIERS.values())


class Judge:
    """Judges events of a log as it stands; one for a slice, since it remembers how far revoked desks are heard."""

    def __init__(self, conn: Connection, roster: Roster, unsigned: Collection[int] = ()) -> None:
        """``unsigned`` are ids of events that no head of their author reaches."""
        self.roster = roster
        self._conn = conn
        self._unsigned = unsigned
        self._reach: dict[int, list[dict[int, Reach]]] = {}

    def of(self, event: int, dev: int, epoch: int, last_seq: int, user: str) -> Verdict:
        """The verdict on an event that stands in the log under that id."""
        verdict = self.roster.verdict(dev, user)
        if verdict.reason == "unknown_desk":
            return verdict
        if self.roster.desks[dev].revocations and not self._is_heard(event, dev, epoch, last_seq):
            return _REVOKED
        return _UNSIGNED if event in self._unsigned else verdict

    def _is_heard(self, event: int, dev: int, epoch: int, last_seq: int) -> bool:
        """Whether every revocation of a desk lets this event stand."""
        if dev not in self._reach:
            revocations = self.roster.desks[dev].revocations
            self._reach[dev] = [
                {epoch: reach(self._conn, dev, epoch, [place]) for epoch, place in one.epochs.items()}
                for one in revocations
            ]
        row = self._conn.execute("SELECT chain IS NOT NULL FROM event WHERE id = ?", (event,)).fetchone()
        is_main = bool(row[0])
        return all(
            (found := by_epoch.get(epoch)) is not None and found.has(event, last_seq, is_main)
            for by_epoch in self._reach[dev]
        )


Row = tuple[int, int, int, int, str, bytes, bytes]
"""Id, desk, epoch, last number, user, line and hash of an event."""


@dataclass(frozen=True, slots=True)
class Changed:
    """What differs between two rosters as far as it decides about events.

    ``users`` are those whose rights shrank or moved; rights that only grew (``has_grown``) concern set-aside
    events alone.
    """

    desks: frozenset[int]
    found: frozenset[int]  # of the desks, those that were not known before
    users: frozenset[str]
    has_grown: bool
    moved: frozenset[int] = frozenset()  # desks said to be of another station than before


def changed(before: Roster, after: Roster) -> Changed:
    """Compare two rosters; cheap, and empty for most statements (a passphrase, a class key, a card)."""
    desks = {
        dev for dev in before.desks.keys() | after.desks.keys() if _rights(before, dev) != _rights(after, dev)
    }
    users: set[str] = set()
    has_grown = False
    for key in before.members.keys() | after.members.keys():
        old, new = _allowed(before.members.get(key)), _allowed(after.members.get(key))
        if old - new:
            users.add(key[1])
        has_grown = has_grown or bool(new - old)
    found = frozenset(dev for dev in desks if dev not in before.desks)
    moved = frozenset(
        dev for dev in desks - found if dev in after.desks and after.homes[dev] != before.homes[dev]
    )
    return Changed(frozenset(desks), found, frozenset(users), has_grown, moved)


def _rights(roster: Roster, dev: int) -> object:
    desk = roster.desks.get(dev)
    return None if desk is None else (desk.station, desk.sign, desk.revocations)


def _allowed(user: UserEntry | None) -> frozenset[str]:
    return frozenset() if user is None else user.roles | {"belongs"}


def meet(conn: Connection, before: Roster, after: Roster) -> frozenset[int]:
    """After statements came: note what is to be judged again; returns desks whose signatures can be checked now."""
    found = changed(before, after)
    forget_false_heads(conn, after, found.found)
    for dev in sorted(found.desks):
        if conn.execute("SELECT 1 FROM event WHERE dev = ? LIMIT 1", (dev,)).fetchone() is not None:
            put_off(conn, "moved" if dev in found.moved else "desk", str(dev))
    for user in sorted(found.users):
        put_off(conn, "user", user)
    for dev in sorted(newly_corrected(before, after)):
        put_off(conn, "clock", str(dev))
    if found.has_grown:
        put_off_aside(conn)
    return found.found


def put_off(conn: Connection, what: str, subject: str) -> None:
    """Note that events are to be judged again, from the first on.

    Those of a ``desk``, of one that ``moved`` or whose ``clock`` was corrected, of a ``user``, or those set ``aside``.
    """
    conn.execute(
        "INSERT OR REPLACE INTO to_judge (what, subject, epoch, seq, event) VALUES (?, ?, -1, 0, 0)",
        (what, subject),
    )


def put_off_aside(conn: Connection) -> None:
    """Note that what is set aside is to be judged again, if anything is."""
    if conn.execute("SELECT 1 FROM set_aside_op LIMIT 1").fetchone() is not None:
        put_off(conn, "aside", "")


def put_off_parked(conn: Connection) -> None:
    """After an update: what was written under newer rules is judged again, once for each version of the rules."""
    now = b"%d" % MERGE_RULES
    if meta.get(conn, _JUDGED_BY) == now:
        return
    if conn.execute("SELECT 1 FROM set_aside_op WHERE reason = ? LIMIT 1", (NEWER_RULES,)).fetchone():
        put_off_aside(conn)
    meta.put(conn, _JUDGED_BY, now)


_JUDGED_BY = "judged_by_rules"


def is_waiting(conn: Connection) -> bool:
    """Whether something is to be judged again."""
    return conn.execute("SELECT 1 FROM to_judge LIMIT 1").fetchone() is not None


def judge_some(conn: Connection, roster: Roster) -> dict[bytes, int] | None:
    """Judge one slice of what waits, inside the caller's transaction; None when nothing waits.

    Returns the entities whose admitted ops are others than before, each with the kind of its op.
    """
    row = conn.execute(
        "SELECT what, subject, epoch, seq, event FROM to_judge ORDER BY what, subject LIMIT 1"
    ).fetchone()
    if row is None:
        return None
    what, subject, *after = row
    events, upto = _next_events(conn, what, subject, (after[0], after[1], after[2]))
    turned = judge_events(conn, roster, events)
    if what == "clock":
        follow_clocks(conn, [(row[0], row[6], row[5]) for row in events])
    if what in (
        "moved",
        "clock",
    ):  # whoever else wrote on this desk's records may be at home there now, or no more
        turned |= {op.ent: op.kind for row in events for op in parse(row[5]).ops if op.kind != ERASED}
    if upto is None:
        conn.execute("DELETE FROM to_judge WHERE what = ? AND subject = ?", (what, subject))
    else:
        conn.execute(
            "UPDATE to_judge SET epoch = ?, seq = ?, event = ? WHERE what = ? AND subject = ?",
            (*upto, what, subject),
        )
    return turned


_COLUMNS = "e.id, e.dev, e.epoch, e.last_seq, e.user, e.line, e.eh"
_WHOLE = "e.line IS NOT NULL"


def _next_events(
    conn: Connection, what: str, subject: str, after: tuple[int, int, int]
) -> tuple[list[Row], tuple[int, int, int] | None]:
    """The next slice of events of a desk, of a user, or set aside, and where it ends; None at the last."""
    if what in ("desk", "moved", "clock"):
        rows = conn.execute(
            f"SELECT {_COLUMNS}, e.seq FROM event e WHERE e.dev = ? AND (e.epoch, e.seq, e.id) > (?, ?, ?)"
            " ORDER BY e.epoch, e.seq, e.id LIMIT ?",
            (int(subject), *after, SLICE_EVENTS),
        ).fetchall()
        upto = (rows[-1][2], rows[-1][7], rows[-1][0]) if len(rows) == SLICE_EVENTS else None
        return [row[:7] for row in rows if row[5] is not None], upto
    # By windows of the log, and of what is set aside: no index leads to a user, and none is worth it for this.
    source = "SELECT id FROM event WHERE id > ? ORDER BY id LIMIT ?"
    if what == "aside":
        source = "SELECT DISTINCT event FROM set_aside_op WHERE event > ? ORDER BY event LIMIT ?"
    size = SLICE_EVENTS if what == "aside" else _WINDOW
    ids = [row[0] for row in conn.execute(source, (after[2], size))]
    if not ids:
        return [], None
    end = (0, 0, ids[-1]) if len(ids) == size else None
    if what == "aside":
        marks = ",".join("?" * len(ids))
        found = conn.execute(f"SELECT {_COLUMNS} FROM event e WHERE {_WHOLE} AND e.id IN ({marks})", ids)
    else:
        found = conn.execute(
            f"SELECT {_COLUMNS} FROM event e WHERE {_WHOLE} AND e.id BETWEEN ? AND ? AND e.user = ?",
            (ids[0], ids[-1], subject),
        )
    return found.fetchall(), end


_NOT_VOUCHED = (
    "SELECT event FROM unsigned WHERE event BETWEEN ? AND ?"
    " UNION SELECT event FROM withheld WHERE event BETWEEN ? AND ?"
)
"""Events nobody vouches for: no head of their author reaches them, or what is left of them came second-hand."""


def judge_events(conn: Connection, roster: Roster, events: Collection[Row]) -> dict[bytes, int]:
    """Judge these events anew and set ops aside, or admit them, accordingly; returns entities that turned."""
    turned: dict[bytes, int] = {}
    if not events:
        return turned
    ids = [row[0] for row in events]
    within = (min(ids), max(ids))
    unsigned = {r[0] for r in conn.execute(_NOT_VOUCHED, (*within, *within))}
    held: dict[int, dict[int, str]] = {}
    for event, pos, reason in conn.execute(
        "SELECT event, pos, reason FROM set_aside_op WHERE event BETWEEN ? AND ? AND reason <> ?",
        (*within, OTHER_HOME),
    ):
        held.setdefault(event, {})[pos] = reason
    judge = Judge(conn, roster, unsigned)
    gone: list[tuple[int, int]] = []
    put: list[tuple[int, int, str]] = []
    for id_, dev, epoch, last_seq, user, line, _ in events:
        verdict = judge.of(id_, dev, epoch, last_seq, user)
        before = held.get(id_, {})
        event = parse(line)
        verdict = verdict.under(event.merge_rules)
        if verdict.reason is None and not verdict.refused and not before:
            continue
        for pos, op in enumerate(event.ops):
            reason = verdict.of(op)
            if reason == before.get(pos) or op.kind == ERASED:
                continue
            if reason is None:
                gone.append((id_, pos))
            else:
                put.append((id_, pos, reason))
            if reason is None or pos not in before:
                turned[op.ent] = op.kind
    conn.executemany("DELETE FROM set_aside_op WHERE event = ? AND pos = ?", gone)
    conn.executemany("INSERT OR REPLACE INTO set_aside_op (event, pos, reason) VALUES (?, ?, ?)", put)
    note_turned(conn, [ent for ent, kind in turned.items() if kind in _CARRIERS])
    return turned


def is_carrier(kinds: Iterable[int]) -> bool:
    """Whether one of these kinds carries sealed records."""
    return not _CARRIERS.isdisjoint(kinds)


def note_turned(conn: Connection, carriers: Iterable[bytes]) -> None:
    """Carriers of sealed records admitted or set aside after they came: class files look at them again."""
    conn.executemany("INSERT INTO turned_carrier (ent) VALUES (?)", [(ent,) for ent in carriers])


def judge_all(conn: Connection, roster: Roster) -> None:
    """Judge the whole log anew, for a rebuild; the tables are not touched."""
    conn.execute("DELETE FROM to_judge")
    # All marks anew, also those no line accounts for; of a withheld or erased line nothing can be said.
    conn.execute("DELETE FROM set_aside_op")
    upto = 0
    every = f"SELECT {_COLUMNS} FROM event e WHERE {_WHOLE} AND e.id > ? ORDER BY e.id LIMIT ?"
    while events := conn.execute(every, (upto, SLICE_EVENTS)).fetchall():
        judge_events(conn, roster, events)
        upto = events[-1][0]
