"""Class keys in the hands of people: who holds them, how they are handed on, and how a new one is made."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import suppress

from shelterdesk.actions.desk import Desk
from shelterdesk.core.changes import Changes, Done
from shelterdesk.core.errors import DamagedFile, Refused
from shelterdesk.core.role_words import cannot_open, class_words
from shelterdesk.core.roster import ClassKey as ClassEntry
from shelterdesk.core.roster import UserEntry, class_body
from shelterdesk.core.vocabulary import Confidentiality, Role
from shelterdesk.core.words import tr
from shelterdesk.core.wraps import RECOVERY
from shelterdesk.keys import keyfile
from shelterdesk.keys.age import NotForUs
from shelterdesk.keys.classes import (
    ClassKey,
    new_class_key,
    sign_class_body,
    unwrap_class_key,
    wrap_class_key,
)
from shelterdesk.keys.ed25519 import SigningKey
from shelterdesk.keys.recovery import identity_of, recipient_of, signing_key_of

CLASS_OF_ROLE = {
    Role.HEALTH: Confidentiality.HEALTH,
    Role.PROTECTION: Confidentiality.PROTECTION,
    Role.SAFEGUARDING: Confidentiality.SAFEGUARDING,
}
"""Roles that are held by having a class key wrapped to the user (DESIGN §6)."""


def class_identities(desk: Desk, name: Confidentiality) -> list[ClassKey]:
    """The class keys of who is logged in, the newest last; none for somebody who holds no key of that class."""
    return _opened(desk, name, desk.user.id, desk.user_keys.age.identity)


def hand_over(
    desk: Desk, name: Confidentiality, to: UserEntry, recovery_code: str | None
) -> list[dict[str, object]]:
    """The statements that make somebody a further holder, of every version the giver holds.

    The giver is who is logged in, or the holder of the recovery sheet. Raises ``Refused``, ``RecoveryTypo``,
    ``WrongRecoveryCode``.
    """
    newest = desk.roster.class_key(name.value, desk.who.station)
    if newest is None:
        raise Refused(
            tr("This station has no key for that class yet."), tr("Ask the admin to finish the set-up.")
        )
    keys, signing = class_identities(desk, name), desk.user_keys.signing
    if newest.recipient not in _recipients(keys) and recovery_code is not None:
        signing = signing_key_of(recovery_code)
        keys = _opened_by_sheet(desk, name, recovery_code)
        if newest.recipient not in _recipients(keys):
            raise keyfile.WrongRecoveryCode
    if newest.recipient not in _recipients(keys):
        raise Refused(
            tr("Nobody here can hand over the key to {entries}.", entries=class_words(name)),
            tr("Type the code of the recovery sheet, or ask somebody who holds that role to add this user."),
        )
    return [
        _signed(signing, _entry(key, newest.station, ((to.id, wrap_class_key(key, [to.age])),)))
        for key in keys
    ]


def keys_for_sheet(
    desk: Desk, code: str, old_code: str
) -> tuple[list[dict[str, object]], list[Confidentiality]]:
    """The statements by which a new recovery sheet opens and hands on class keys, and the classes it cannot.

    The giver is who is logged in, or the holder of the old sheet. Raises ``RecoveryTypo``, and ``WrongRecoveryCode``
    for an old code that opens nothing here.
    """
    made: list[dict[str, object]] = []
    left: list[Confidentiality] = []
    opened = False
    for name in CLASS_OF_ROLE.values():
        newest = desk.roster.class_key(name.value, desk.who.station)
        if newest is None or newest.station != desk.who.station:
            continue
        keys, signing = class_identities(desk, name), desk.user_keys.signing
        if old_code:
            by_paper = _opened_by_sheet(desk, name, old_code)
            opened = opened or bool(by_paper)
            if newest.recipient not in _recipients(keys):
                keys, signing = by_paper, signing_key_of(old_code)
        if newest.recipient not in _recipients(keys):
            left.append(name)
            continue
        for key in keys:
            entry = _entry(key, newest.station, ((RECOVERY, wrap_class_key(key, [recipient_of(code)])),))
            made.append(_signed(signing, entry, (signing_key_of(code).public.hex(), recipient_of(code))))
    if (
        old_code
        and not opened
        and recipient_of(old_code) not in keyfile.recipients(desk.folder, keyfile.RECOVERY)
    ):
        raise keyfile.WrongRecoveryCode
    return made, left


def renew_class_key(desk: Desk, name: Confidentiality) -> Done[int]:
    """A new version of a class key, for the recovery sheet and every holder still active in that role; returns its
    number.

    After a holder was disabled, or a sheet was seen by others: what is sealed from now on they cannot open. The sheet
    is the one in force here, if the class was ever handed to it. Raises ``NotAllowed`` for somebody
    who does not hold the class.
    """
    held, station = class_identities(desk, name), desk.who.station
    newest = desk.roster.class_key(name.value, station)
    if newest is None or newest.recipient not in _recipients(held):
        raise cannot_open(name)
    key = new_class_key(name, newest.version + 1)
    in_force = keyfile.recipients(desk.folder, keyfile.RECOVERY)
    sheet = next((one for one in newest.sheets if one[1] in in_force), None)
    wraps = [(RECOVERY, wrap_class_key(key, [sheet[1]]))] if sheet is not None else []
    for holder in sorted({holder for holder, _ in newest.wraps}):
        user = desk.roster.members.get((station, holder))
        if (
            user is not None
            and user.is_active
            and any(CLASS_OF_ROLE.get(role) is name for role in user.roles)
        ):
            wraps.append((user.id, wrap_class_key(key, [user.age])))
    changed = desk.publish(
        "class_key", _signed(desk.user_keys.signing, _entry(key, station, tuple(wraps)), sheet)
    )
    return Done(key.version, Changes(frozenset(changed)))


def _opened(desk: Desk, name: Confidentiality, holder: str, identity: str) -> list[ClassKey]:
    """Every version a holder can open; a wrap that does not hold the key it should is left alone."""
    found = []
    for entry in desk.roster.class_keys(name.value, desk.who.station):
        for text in (wrap for one, wrap in entry.wraps if one == holder):
            with suppress(NotForUs, DamagedFile):
                key = unwrap_class_key(text, [identity])
                if key.key.recipient == entry.recipient and key.name is name:
                    found.append(ClassKey(name, entry.version, key.key))
                    break
    return found


def _opened_by_sheet(desk: Desk, name: Confidentiality, code: str) -> list[ClassKey]:
    """Every version that the sheet of a code can open and may hand on; nobody would believe it of the others."""
    public = signing_key_of(code).public.hex()
    own = {
        key.recipient
        for key in desk.roster.class_keys(name.value, desk.who.station)
        if any(sheet == public for sheet, _ in key.sheets)
    }
    return [key for key in _opened(desk, name, RECOVERY, identity_of(code)) if key.key.recipient in own]


def _recipients(keys: Iterable[ClassKey]) -> set[str]:
    return {key.key.recipient for key in keys}


def _entry(key: ClassKey, station: str, wraps: Sequence[tuple[str, str]]) -> ClassEntry:
    return ClassEntry(key.name.value, key.version, key.key.recipient, station, tuple(wraps))


def _signed(
    signing: SigningKey, entry: ClassEntry, sheet: tuple[str, str] | None = None
) -> dict[str, object]:
    """The body of a statement on a class key, with the signature of the holder who hands it on.

    ``sheet`` is a recovery sheet that holds it from now on: its public key (hex) and its age recipient.
    """
    body = class_body(entry)
    if sheet is not None:
        body["sheet"], body["sheet_age"] = sheet
    return {"class": body, "by": signing.public.hex(), "signature": sign_class_body(signing, body)}
