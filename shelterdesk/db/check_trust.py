"""The part of the check that asks who said so: signatures, receipts, and whether what is set aside rightly is."""

from __future__ import annotations

from shelterdesk.core.event import ERASED, parse
from shelterdesk.core.home import OTHER_HOME
from shelterdesk.core.roster import Roster
from shelterdesk.db import chain, statements, vouching
from shelterdesk.db.connection import Connection
from shelterdesk.db.judging import Judge
from shelterdesk.keys.desk import desk_id
from shelterdesk.keys.signing import STATEMENT, is_chain_head
from shelterdesk.keys.sshsig import BadSignature, claimed_signer, verify


class Aside:
    """What is set aside, compared event by event with what roster, signatures and revocations say of it.

    What is for changing a record of another station follows from the record (``db/standing.py``), not from here.
    """

    def __init__(self, conn: Connection, roster: Roster) -> None:
        unsigned = {
            row[0] for row in conn.execute("SELECT event FROM unsigned UNION SELECT event FROM withheld")
        }
        self._judge = Judge(conn, roster, unsigned)
        self._held: dict[int, dict[int, str]] = {}
        for event, pos, reason in conn.execute(
            "SELECT event, pos, reason FROM set_aside_op WHERE reason <> ?", (OTHER_HOME,)
        ):
            self._held.setdefault(event, {})[pos] = reason

    def differs(
        self,
        event: int,
        dev: int,
        epoch: int,
        last_seq: int,
        user: str,
        kinds: list[int],
        line: bytes,
        rules: int,
    ) -> bool:
        """Whether an event with ops on these kinds, under those rules, is set aside otherwise than it should be."""
        verdict = self._judge.of(event, dev, epoch, last_seq, user).under(rules)
        held = self._held.pop(event, None)
        if verdict.reason is None and not verdict.refused.intersection(kinds):
            return held is not None
        expected = {
            pos: reason
            for pos, op in enumerate(parse(line).ops)
            if op.kind != ERASED and (reason := verdict.of(op)) is not None
        }
        return (held or {}) != expected

    def forget(self, event: int) -> None:
        """Of an event whose line is withheld or erased nothing can be said."""
        self._held.pop(event, None)

    def left(self) -> int:
        """How many events are set aside that the log does not hold."""
        return len(self._held)


def wrong_signed_heads(conn: Connection, roster: Roster) -> int:
    """Heads that their desk did not sign, or whose chain value no line of the log has at that number.

    Of a desk not known here nothing can be said; a number not held yet is no fault. Nor is a head of another branch
    none of which came (an import was stopped, the laptop put back meanwhile) where the desk signed the main line
    there or beyond as well.
    """
    wrong = 0
    elsewhere: list[tuple[int, int, int]] = []
    vouched: dict[tuple[int, int], int] = {}
    for dev, epoch, seq, value, signature in conn.execute(
        "SELECT dev, epoch, seq, chain, signature FROM signed_head ORDER BY dev, epoch, seq"
    ).fetchall():
        desk = roster.desks.get(dev)
        if desk is None:
            continue
        if not is_chain_head(desk.sign, epoch, seq, bytes(value), signature):
            wrong += 1
            continue
        main = chain.value_at(conn, dev, epoch, seq)
        if main == value:
            vouched[dev, epoch] = seq
        elif main is not None and not vouching.reach(conn, dev, epoch, [(seq, bytes(value))]).beside:
            elsewhere.append((dev, epoch, seq))
    return wrong + sum(1 for dev, epoch, seq in elsewhere if vouched.get((dev, epoch), 0) < seq)


class Reached:
    """How far each author's signatures reach, and which events are admitted or left out against that."""

    def __init__(self, conn: Connection, roster: Roster, own: int) -> None:
        self.wrong = 0
        self._own = own
        self._unsigned = {row[0] for row in conn.execute("SELECT event FROM unsigned")}
        self._reach: dict[tuple[int, int], vouching.Reach] = {}
        # A part is taken in by slices, its head with the first: up to there more is to come, and is proved then.
        self._coming: dict[tuple[int, int], int] = {}
        # In order: then the index answers, without it the whole log is read for two numbers.
        authors = conn.execute("SELECT DISTINCT dev, epoch FROM event ORDER BY dev, epoch").fetchall()
        for dev, epoch in authors:
            desk = roster.desks.get(dev)
            if desk is not None:
                places = vouching.signed_places(conn, dev, epoch, desk.sign)
                self._reach[(dev, epoch)] = vouching.reach(conn, dev, epoch, places)
                coming = [seq for seq, _ in places if chain.value_at(conn, dev, epoch, seq) is None]
                self._coming[(dev, epoch)] = max(coming, default=0)

    def note(self, event: int, dev: int, epoch: int, last_seq: int, is_main: bool) -> None:
        """Count an event of another desk admitted without a head that reaches it, or unsigned though one does.

        In the main line a head must have the chain value that stands there: a line put together from two branches
        is consistent in itself, and signed by nobody. Of a desk not known here nothing can be said.
        """
        reach = self._reach.get((dev, epoch))
        if reach is None:
            return
        if event in self._unsigned:
            self.wrong += reach.has(event, last_seq, is_main)
        elif dev != self._own and last_seq > self._coming[(dev, epoch)]:
            self.wrong += last_seq > reach.upto if is_main else event not in reach.beside


def wrong_statements(conn: Connection) -> int:
    """Statements that do not carry the signature of the desk or office they name as their issuer."""
    wrong = 0
    for statement in statements.statements(conn):
        try:
            signer = claimed_signer(statement.signature)
            verify(statement.raw, statement.signature, STATEMENT, [signer])
            wrong += desk_id(signer) != statement.issuer
        except BadSignature:
            wrong += 1
    return wrong


def lost_receipts(conn: Connection) -> int:
    """Desks of which the office confirmed what this log does not hold as it was (SYNC §2, rolled-back history)."""
    lost = 0
    for dev, epoch, upto, value in conn.execute(
        "SELECT dev, epoch, upto, chain FROM acknowledged"
    ).fetchall():
        row = conn.execute(
            "SELECT chain FROM event WHERE dev = ? AND epoch = ? AND last_seq = ?", (dev, epoch, upto)
        ).fetchall()
        if all(found[0] is None or bytes(found[0]) != bytes(value) for found in row):
            lost += 1
    return lost
