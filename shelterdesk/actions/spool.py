"""The papers that wait for a printer: kept before they are given to it, forgotten soon after they are on paper.

They lie in a file of the desk alone (``db/spool.py``), under a key that follows from that of the desk's file, so
that whoever works at the desk when the printer is back has them printed. A paper that may show entries of health or
protection is sealed under the key of who made it: another user sees nothing of it.
"""

from __future__ import annotations

import json
from dataclasses import replace

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from shelterdesk.actions.desk import Desk, now_ms
from shelterdesk.core.changes import Done
from shelterdesk.core.errors import DamagedFile
from shelterdesk.core.paper_kinds import PaperKind, is_for_one_user, needed_for
from shelterdesk.core.print_jobs import (
    KEPT_MS,
    KEPT_PRINTED_MS,
    KEPT_TAKEN_MS,
    MOST_PRINTED,
    Print,
    PrintJob,
    PrintState,
    Why,
    pages_in,
)
from shelterdesk.core.roles import may_do
from shelterdesk.core.roster import UserEntry
from shelterdesk.core.words import tr
from shelterdesk.db import meta
from shelterdesk.db.erasing import ERASED_AT
from shelterdesk.db.spool import SpoolFile, SpoolRow, has_spool, opened_spool
from shelterdesk.keys.passphrase import unwrap, wrap

_FILE = b"spool-file.v1@shelterdesk"
_OWN = b"spool-own.v1@shelterdesk"
_HEAD, _DATA = b"spool-head", b"spool-data"


def keep_print(desk: Desk, job: PrintJob, pdf: bytes, *, of_one_user: bool = False) -> Done[Print]:
    """Keep a paper before anything of it goes to a printer; raises ``DiskFull``, ``CannotWrite``, ``Busy``."""
    job = replace(job, pages=pages_in(pdf), by=desk.user.id)
    owner = desk.user.id if of_one_user or is_for_one_user(job.kind) else ""
    at = now_ms(desk)
    with opened_spool(desk.folder, _file_key(desk)) as spool:
        data = wrap(pdf, _own_key(desk), _DATA) if owner else pdf
        number = spool.add(owner, PrintState.WAITING, _head(desk, job, owner), data, at)
    return Done(Print(number, at, at, PrintState.WAITING, job, owner))


def may_have(user: UserEntry, job: PrintJob) -> bool:
    """Whether somebody may look at, save and print again a paper that waits: its maker, and who may make such a paper.

    That it comes out of the printer while somebody else is at the desk is another matter: it was asked for.
    """
    return job.by == user.id or all(may_do(user.roles, what) for what in needed_for(job.kind))


def take_up_prints(desk: Desk) -> Done[tuple[Print, ...]]:
    """What waits when somebody comes to the desk, the oldest first; what is past its time is forgotten.

    What was being printed when the program ended is held: only a person sees what lies in the printer. What could
    not be printed in its time is held as a late one first, since a clock that jumps ahead makes everything old.
    """
    if not has_spool(desk.folder):
        return Done(())
    at = now_ms(desk)
    with opened_spool(desk.folder, _file_key(desk)) as spool:
        gone = _past(spool.rows(), at)
        gone |= _showing_erased(desk, spool.rows())
        spool.forget(sorted(gone))
        _hold_late(spool, at)
        rows = spool.rows()
        found = []
        for row in rows:
            one = _print_of(desk, row)
            if one is not None and one.state is PrintState.PRINTING:
                one = _turned(
                    desk, spool, row.owner, one, PrintState.HELD, replace(one.job, why=Why.CUT_SHORT)
                )
            if one is not None and one.state is not PrintState.TAKEN:
                found.append(one)
    return Done(tuple(found))


def cards_waiting(desk: Desk) -> int:
    """Cards that were made and are on no paper yet: they count as given out, and nobody holds them."""
    if not has_spool(desk.folder):
        return 0
    still = (PrintState.WAITING, PrintState.PRINTING, PrintState.HELD, PrintState.LATE)
    with opened_spool(desk.folder, _file_key(desk)) as spool:
        found = [_print_of(desk, row) for row in spool.rows() if row.state in still]
    return sum(
        one.job.things
        for one in found
        if one is not None and one.job.kind is PaperKind.CARDS and one.job.range.is_all
    )


def print_data(desk: Desk, number: int) -> Done[bytes]:
    """The pages of a paper; raises ``DamagedFile`` where they are not what was kept, with what to do."""
    with opened_spool(desk.folder, _file_key(desk)) as spool:
        row = _row(spool, number)
        data = spool.data(number) if row is not None else None
    if row is not None and row.owner and data is not None:
        data = unwrap(data, _own_key(desk), _DATA)
    if data is None:
        raise DamagedFile(
            tr("What was kept for the printer"),
            tr("it is damaged"),
            tr("Take it out and make the paper again."),
        )
    return Done(data)


def turn_print(desk: Desk, one: Print, state: PrintState, job: PrintJob) -> Done[Print]:
    """Give a paper another state and another job; with one that is printed, those past their time are forgotten."""
    with opened_spool(desk.folder, _file_key(desk)) as spool:
        rows = spool.rows()
        row = next((row for row in rows if row.id == one.id), None)
        if row is None:
            return Done(replace(one, state=PrintState.TAKEN, job=job))
        turned = _turned(desk, spool, row.owner, one, state, job)
        if state is PrintState.PRINTED:
            spool.forget(sorted(_past(rows, now_ms(desk))))
    return Done(turned)


def _turned(desk: Desk, spool: SpoolFile, owner: str, one: Print, state: PrintState, job: PrintJob) -> Print:
    at = now_ms(desk)
    is_readable = not owner or owner == desk.user.id  # printed while somebody else took the desk over
    spool.turn(one.id, state, at, _head(desk, job, owner) if is_readable else None)
    return Print(one.id, one.at_ms, at, state, job, owner)


_KEPT = {
    PrintState.PRINTED.value: KEPT_PRINTED_MS,
    PrintState.TAKEN.value: KEPT_TAKEN_MS,
    PrintState.LATE.value: KEPT_MS,
}


def _past(rows: list[SpoolRow], at_ms: int) -> set[int]:
    """Papers past their time: late ones, those taken out, and printed ones beyond the last few."""
    printed = [row.id for row in rows if row.state == PrintState.PRINTED]
    gone = set(printed[: max(0, len(printed) - MOST_PRINTED)])
    gone |= {row.id for row in rows if row.state in _KEPT and at_ms - row.turned_ms > _KEPT[row.state]}
    return gone


def _showing_erased(desk: Desk, rows: list[SpoolRow]) -> set[int]:
    """Papers made before somebody was erased here: which of them show that person nobody can tell any more.

    All of them go, and are made again from the records; a daily sheet shows numbers alone.
    """
    stored = meta.get(desk.store.conn, ERASED_AT)
    if stored is None:
        return set()
    return {row.id for row in rows if row.at_ms <= int(stored) and not _is_nameless(desk, row)}


def _is_nameless(desk: Desk, row: SpoolRow) -> bool:
    one = _print_of(desk, row)
    return one is not None and one.job.kind is PaperKind.DAILY_SHEET


def _hold_late(spool: SpoolFile, at_ms: int) -> None:
    """Hold what waited for its whole time; the time of those that are late begins now, should the clock have run back."""
    for row in spool.rows():
        is_late = row.state not in _KEPT and at_ms - row.at_ms > KEPT_MS
        if is_late or (row.state == PrintState.LATE and row.turned_ms > at_ms):
            spool.turn(row.id, PrintState.LATE, at_ms)


def _row(spool: SpoolFile, number: int) -> SpoolRow | None:
    return next((row for row in spool.rows() if row.id == number), None)


def _print_of(desk: Desk, row: SpoolRow) -> Print | None:
    """A row as it is shown; None for another user's. One whose words are damaged is left to its time."""
    head: bytes | None = row.head
    if row.owner:
        if row.owner != desk.user.id:
            return None
        head = unwrap(row.head, _own_key(desk), _HEAD)
    try:
        job = PrintJob.from_json(json.loads(head or b""))
        state = PrintState(row.state)
        if state is PrintState.LATE:
            state, job = PrintState.HELD, replace(job, why=Why.LATE)
        return Print(row.id, row.at_ms, row.turned_ms, state, job, row.owner)
    except (ValueError, TypeError, KeyError):
        return None


def _head(desk: Desk, job: PrintJob, owner: str) -> bytes:
    text = json.dumps(job.as_json(), ensure_ascii=False, separators=(",", ":")).encode("utf-8")
    return wrap(text, _own_key(desk), _HEAD) if owner else text


def _file_key(desk: Desk) -> bytes:
    return _derived(desk.store.file_key, _FILE)


def _own_key(desk: Desk) -> bytes:
    return _derived(desk.user_keys.age.identity.encode("ascii"), _OWN)


def _derived(secret: bytes, info: bytes) -> bytes:
    """A 32-byte key of its own for one purpose (HKDF, RFC 5869)."""
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=info).derive(secret)
