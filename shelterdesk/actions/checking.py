"""Is this folder whole: the check, its repair from the log, and the hash that replicas compare."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from shelterdesk.actions.desk import Desk
from shelterdesk.core.changes import Changes, Done
from shelterdesk.core.kinds import KINDS
from shelterdesk.db.backup import copy_beside
from shelterdesk.db.check import Report, check
from shelterdesk.db.connection import Connection
from shelterdesk.db.state import state_of


@dataclass(frozen=True, slots=True)
class Checked:
    """What a check found, and after a repair what is left; ``copy`` is the file as it was before the repair."""

    before: Report
    after: Report | None = None
    copy: Path | None = None

    @property
    def is_whole(self) -> bool:
        """Whether nothing is left to be done."""
        return (self.after or self.before).is_whole


def check_folder(
    desk: Desk, repair: bool = False, progress: Callable[[int, int], None] | None = None
) -> Done[Checked]:
    """Compare everything with the log. With ``repair``, tables are made anew from it, after a copy was kept.

    Only what follows from the log is repaired, and only from a log whose lines are whole; lines, chain and
    signatures are never touched.
    """
    beside = partial(_second_reader, desk)
    desk.store.judge_waiting()
    before = check(desk.store.conn, progress, beside, desk.store.file_key)
    derived = [finding for finding in before.findings if finding.code.startswith("table:")]
    is_log_whole = all(finding.code not in ("line", "file") for finding in before.findings)
    if not repair or not derived or not is_log_whole:
        return Done(Checked(before))
    copy = desk.folder / f"before-repair-{desk.clock.now():%Y%m%dT%H%M%SZ}.db"
    copy_beside(desk.store.conn, desk.store.file_key, copy)
    desk.store.rebuild()
    after = check(desk.store.conn, progress, beside, desk.store.file_key)
    return Done(Checked(before, after, copy), Changes(frozenset(kind.name for kind in KINDS.values())))


def _second_reader(desk: Desk) -> Connection:
    return desk.store.reader().conn


def state(desk: Desk) -> str:
    """SHA-256 of the logical state, 64 hex digits."""
    return state_of(desk.store.conn)
