"""A new recovery sheet in place of one that is lost, seen by others, or worn: the old one opens this desk no longer.

The change happens when the new code is known to be on paper, not before: until then the old sheet is the way in.
What a new sheet cannot take over: earlier backups and the other desks open with the sheet of their time, and
the keys to health and protection entries are handed over by the sheet of the set-up (SYNC §1.0).
"""

from __future__ import annotations

from shelterdesk.actions.desk import Desk
from shelterdesk.actions.drafts import (
    is_sheet_waiting,
    keep_recovery_code,
    sheet_put_away,
    waiting_recovery_code,
)
from shelterdesk.core.changes import Changes, Done
from shelterdesk.core.errors import Refused
from shelterdesk.core.words import tr
from shelterdesk.keys import keyfile
from shelterdesk.keys.recovery import new_recovery, recipient_of

RENEW = "change settings"


def begin_recovery_sheet(desk: Desk) -> Done[str]:
    """The code of a new sheet, kept for this user's eyes until :func:`finish_recovery_sheet`; asked again, the same.

    Raises ``NotAllowed``, ``Refused`` while another user's sheet waits, ``CannotWrite``, ``DiskFull``.
    """
    desk.must(RENEW)
    waiting = waiting_recovery_code(desk).result
    if waiting is not None:
        return Done(waiting)
    if is_sheet_waiting(desk.folder):
        raise Refused(
            tr("A recovery sheet of another person is not put away yet."),
            tr("Let them log in and finish it first; it may be the only one."),
        )
    code = new_recovery().code
    keep_recovery_code(desk, code)
    return Done(code, Changes.of("status"))


def is_in_force(desk: Desk, code: str) -> bool:
    """Whether the sheet of a code is one that opens this desk now."""
    return recipient_of(code) in keyfile.recipients(desk.folder, keyfile.RECOVERY)


def finish_recovery_sheet(desk: Desk) -> Done[bool]:
    """The waiting sheet is on paper: it opens this desk from now on, an older one no longer.

    True when it took an older one's place. Raises ``CannotWrite``, ``DiskFull``; the old one stands then.
    """
    code = waiting_recovery_code(desk).result
    is_new = code is not None and not is_in_force(desk, code)
    if code is not None and is_new:
        desk.must(RENEW)
        keyfile.set_recovery(desk.folder, desk.store.file_key, recipient_of(code))
    sheet_put_away(desk)
    return Done(is_new, Changes.of("status"))


def drop_recovery_sheet(desk: Desk) -> Done[None]:
    """Forget a new sheet that was begun; the old one goes on. Raises ``Refused`` for the only sheet there is."""
    code = waiting_recovery_code(desk).result
    if code is not None and is_in_force(desk, code):
        raise Refused(tr("This is the sheet that opens the station."), tr("Put it on paper."))
    if code is not None:
        sheet_put_away(desk)
    return Done(None, Changes.of("status"))
