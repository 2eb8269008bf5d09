"""A new recovery sheet in place of one that is lost, seen by others, or worn: the old one opens this desk no longer.

The change happens when the new code is known to be on paper, not before: until then the old sheet is the way in.
The keys to health and protection entries pass to it from the old sheet, or from who is logged in and holds them: an
admin alone cannot open a class (DESIGN §6), and no sheet an admin makes alone may either. Earlier backups and the
other desks open with the sheet of their time.
"""

from __future__ import annotations

from dataclasses import dataclass

from shelterdesk.actions.class_keys import keys_for_sheet
from shelterdesk.actions.desk import Desk
from shelterdesk.actions.drafts import (
    is_sheet_waiting,
    keep_recovery_code,
    sheet_put_away,
    waiting_owner,
    waiting_recovery_code,
)
from shelterdesk.core.changes import Changes, Done
from shelterdesk.core.errors import Refused
from shelterdesk.core.vocabulary import Confidentiality
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
    if is_sheet_waiting(desk.folder) and not _is_owner_gone(desk):
        raise Refused(
            tr("A recovery sheet of another person is not put away yet."),
            tr("Let them log in and finish it first; it may be the only one."),
        )
    code = new_recovery().code
    keep_recovery_code(desk, code)
    return Done(code, Changes.of("status"))


def _is_owner_gone(desk: Desk) -> bool:
    """Whether the sheet that waits is one nobody can finish: its user forgot the passphrase and has other keys now."""
    owner = waiting_owner(desk.folder)
    return bool(owner) and any(
        user.follows == owner and user.is_active for user in desk.roster.users.values()
    )


def is_in_force(desk: Desk, code: str) -> bool:
    """Whether the sheet of a code is one that opens this desk now."""
    return recipient_of(code) in keyfile.recipients(desk.folder, keyfile.RECOVERY)


@dataclass(frozen=True, slots=True)
class PutAway:
    """``is_new``: it took an older sheet's place; ``shut`` are the classes whose keys did not pass to it."""

    is_new: bool
    shut: tuple[Confidentiality, ...] = ()


def finish_recovery_sheet(desk: Desk, old_code: str = "") -> Done[PutAway]:
    """The waiting sheet is on paper: it opens this desk from now on, an older one no longer.

    ``old_code`` is the code of the old sheet, where it is at hand. Raises ``RecoveryTypo``, ``WrongRecoveryCode``,
    ``CannotWrite``, ``DiskFull``; the old one stands then.
    """
    code = waiting_recovery_code(desk).result
    shut: list[Confidentiality] = []
    is_new = code is not None and not is_in_force(desk, code)
    kinds: set[str] = {"status"}
    if code is not None and is_new:
        desk.must(RENEW)
        handed, shut = keys_for_sheet(desk, code, old_code.strip())
        kinds |= desk.publish_together(*(("class_key", body) for body in handed))
        keyfile.set_recovery(desk.folder, desk.store.file_key, recipient_of(code))
    sheet_put_away(desk)
    return Done(PutAway(is_new, tuple(shut)), Changes(frozenset(kinds)))


def drop_recovery_sheet(desk: Desk) -> Done[None]:
    """Forget a new sheet that was begun; the old one goes on. Raises ``Refused`` for the only sheet there is."""
    code = waiting_recovery_code(desk).result
    if code is not None and is_in_force(desk, code):
        raise Refused(tr("This is the sheet that opens the station."), tr("Put it on paper."))
    if code is not None:
        sheet_put_away(desk)
    return Done(None, Changes.of("status"))
