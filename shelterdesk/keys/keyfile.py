"""The key file of a folder, ``keys.json``: the file key wrapped to everyone who may open the folder.

It lies in clear beside the encrypted station file and holds no name: a user is found by the HMAC of
the typed name under a salt of this file. Each user has the wrapped user keys and the file key sealed
to the user's recipient. Two desks may each have added a user of one name, so a name may have several
entries, told apart by the users' public keys and tried in turn. Beside them the file key is sealed to
the recovery sheet and, later, to the office's escrow (DESIGN §6).
"""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import json
import secrets
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path

from shelterdesk.core.errors import (
    BadField,
    DamagedFile,
    NewerData,
    NotFound,
    Refused,
    WorldError,
    WrongPassphrase,
)
from shelterdesk.core.words import tr
from shelterdesk.keys import age, passphrase, recovery
from shelterdesk.keys.safefile import alone, write_whole
from shelterdesk.keys.shape import Members, base64_text, read_json
from shelterdesk.keys.tries import Tries, wait_seconds
from shelterdesk.keys.user import UserKeys, WrappedUser, open_user

FILE_NAME = "keys.json"
FILE_KEY_BYTES = 32
RECOVERY = "recovery"
ESCROW = "escrow"
_LOCK_NAME = "keys.lock"
_FORMAT = "shelterdesk-keys"
_VERSION = 1
_SALT_BYTES = 32
_CHECK_BYTES = 8
_NAME = b"user-name.v1@shelterdesk\0"
_CHECK = b"file-key-check.v1@shelterdesk\0"


class WrongRecoveryCode(WorldError):
    """A recovery code typed without a mistake, but of another folder or an older sheet."""

    def __init__(self) -> None:
        super().__init__(
            tr("This recovery code does not open this station."),
            tr("Look for the newest recovery sheet of this station."),
        )


@dataclass(frozen=True, slots=True)
class Unlocked:
    """What a right name and passphrase give: the user's keys and the 32-byte key of the station file."""

    user: UserKeys = field(repr=False)
    file_key: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class _KeyFile:
    """The whole file. ``check`` tells a wrong file key from the right one without telling the key.

    Entries stay as they were read until one is needed, so that a damaged or newer one keeps nobody else out
    and is written back as it was.
    """

    salt: bytes
    check: bytes
    users: tuple[object, ...] = ()
    others: tuple[object, ...] = ()

    def find(self, name: str) -> list[_User]:
        """The entries of a name; a damaged one does not stand in the way of its namesake."""
        wanted = _name_hash(self.salt, name).hex()
        entries = [entry for entry in self.users if _member(entry, "name") == wanted]
        found = []
        for entry in entries:
            with contextlib.suppress(DamagedFile):
                found.append(_User.from_json(entry))
        if entries and not found:
            _User.from_json(entries[0])  # raises what is wrong with it
        return found

    def has_key(self, file_key: bytes) -> bool:
        return hmac.compare_digest(self.check, _key_check(self.salt, file_key))

    def expect(self, file_key: bytes) -> None:
        if not self.has_key(file_key):
            raise ValueError("not the file key of this folder")

    def without_user(self, public: bytes) -> _KeyFile:
        gone = public.hex()
        return replace(
            self, users=tuple(e for e in self.users if _member(_member(e, "user"), "public") != gone)
        )

    def with_user(self, name: str, user: WrappedUser, file_key: bytes) -> _KeyFile:
        kept = self.without_user(user.public)
        entry = {
            "name": _name_hash(self.salt, name).hex(),
            "user": user.as_json(),
            "file_key": base64_text(age.encrypt(file_key, [user.recipient])),
        }
        return replace(kept, users=(*kept.users, entry))

    def without_others(self, member: str, value: str) -> _KeyFile:
        return replace(self, others=tuple(entry for entry in self.others if _member(entry, member) != value))

    def with_other(self, purpose: str, recipient: str, file_key: bytes) -> _KeyFile:
        kept = self.without_others("recipient", recipient)
        sealed = base64_text(age.encrypt(file_key, [recipient]))
        entry = {"purpose": purpose, "recipient": recipient, "file_key": sealed}
        return replace(kept, others=(*kept.others, entry))


@dataclass(frozen=True, slots=True)
class _User:
    """One user's entry, read: the wrapped user keys and the file key sealed to the user."""

    user: WrappedUser
    file_key: bytes = field(repr=False)

    @classmethod
    def from_json(cls, entry: object) -> _User:
        members = Members(entry, _what())
        return cls(WrappedUser.from_json(members.members("user")), members.base64("file_key"))


def _member(entry: object, name: str) -> object:
    return entry.get(name) if isinstance(entry, dict) else None


def new_file_key() -> bytes:
    """32 fresh random bytes for the encrypted station file."""
    return secrets.token_bytes(FILE_KEY_BYTES)


def exists(folder: Path) -> bool:
    """Whether the folder has a key file."""
    return (folder / FILE_NAME).exists()


def create(
    folder: Path,
    file_key: bytes,
    users: Iterable[tuple[str, WrappedUser]],
    recovery_recipient: str | None = None,
    escrow: str | None = None,
) -> None:
    """Write the folder's first key file, for these users with their names, the recovery sheet and the office's escrow.

    Raises ``Refused`` where one already is (it may be the only way into data), ``CannotWrite`` or
    ``DiskFull``; then there is none.
    """
    if len(file_key) != FILE_KEY_BYTES:
        raise ValueError("a file key has 32 bytes")
    salt = secrets.token_bytes(_SALT_BYTES)
    made = _KeyFile(salt, _key_check(salt, file_key))
    for name, user in users:
        made = made.with_user(name, user, file_key)
    if recovery_recipient is not None:
        made = made.with_other(RECOVERY, recovery_recipient, file_key)
    if escrow is not None:
        made = made.with_other(ESCROW, escrow, file_key)
    with alone(folder / _LOCK_NAME):
        if exists(folder):
            raise Refused(
                tr("This folder already holds a station or an office."),
                tr("Open it, or choose an empty folder for a new one."),
            )
        try:
            _write(folder, made)
        except BaseException:
            # Renamed and then not synced: left there, it would say that the folder holds a station.
            with contextlib.suppress(OSError):
                (folder / FILE_NAME).unlink(missing_ok=True)
            raise


def unlock(folder: Path, name: str, phrase: str, now: float) -> Unlocked:
    """The user's keys and the file key, for a name and passphrase typed at ``now`` (seconds since 1970).

    Raises ``WrongPassphrase`` with the seconds to wait (an unknown name looks and takes the same),
    ``WaitFirst`` for a try before they have passed, ``OutOfMemory``, ``NotFound`` without a key file, ``DamagedFile``,
    ``NewerData``. Of namesakes it is the one whose passphrase it is.
    """
    found = _read(folder)
    tries = Tries(folder, _name_hash(found.salt, name))
    count = tries.begin(now)
    entries = found.find(name)
    if not entries:
        passphrase.derive(phrase[:1] or "-", found.salt, _usual_cost(found))  # as long as for a real name
    too_dear: passphrase.OutOfMemory | None = None
    for entry in entries:
        try:
            keys = open_user(entry.user, phrase)
        except WrongPassphrase:
            continue
        except passphrase.OutOfMemory as fault:  # a namesake's cost keeps nobody else out
            too_dear = fault
            continue
        tries.right()
        return Unlocked(keys, _opened(found, entry.file_key, keys.age.identity))
    if too_dear is not None:
        raise too_dear
    raise WrongPassphrase(wait_seconds(count))


def unlock_with_recovery(folder: Path, code: str) -> bytes:
    """The 32-byte file key, by the code of the recovery sheet.

    Raises ``RecoveryTypo`` naming the mistyped group, ``WrongRecoveryCode`` for a code of another sheet, and
    what reading the key file raises. It waits for nobody: 160 random bits cannot be tried out.
    """
    identity = recovery.identity_of(code)
    try:
        return unlock_with_identity(folder, identity)
    except age.NotForUs:
        raise WrongRecoveryCode from None


def unlock_with_identity(folder: Path, identity: str) -> bytes:
    """The 32-byte file key, by an age identity it was sealed to (the escrow's); raises ``NotForUs``."""
    found = _read(folder)
    recipient = age.key_of(identity).recipient
    for entry in found.others:
        if _member(entry, "recipient") == recipient:
            return _opened(found, Members(entry, _what()).base64("file_key"), identity)
    raise age.NotForUs


def has_user(folder: Path, name: str) -> bool:
    """Whether somebody of that name may log in here."""
    return bool(_read(folder).find(name))


def users_held(folder: Path) -> dict[bytes, WrappedUser]:
    """The wrapped keys of everybody who may log in here, by public key; damaged entries are left out."""
    found = {}
    for entry in _read(folder).users:
        with contextlib.suppress(DamagedFile):
            user = _User.from_json(entry).user
            found[user.public] = user
    return found


def add_user(folder: Path, file_key: bytes, name: str, user: WrappedUser) -> None:
    """Let a user in, or replace what was there for that public key (a new passphrase, a new name).

    Raises ``BadField`` for an empty name, ``ValueError`` for a file key of another folder (a bug).
    """
    with alone(folder / _LOCK_NAME):
        found = _read(folder)
        found.expect(file_key)
        _write(folder, found.with_user(name, user, file_key))


def remove_user(folder: Path, public: bytes) -> bool:
    """Take the way in of the user with that public key away; False if there was none.

    Raises ``Refused`` for the last way into the folder. Who held the file key once may have kept it; that
    is answered by a new file key, not here.
    """
    with alone(folder / _LOCK_NAME):
        found = _read(folder)
        left = found.without_user(public)
        if len(left.users) == len(found.users):
            return False
        if not left.users and not left.others:
            raise Refused(
                tr("This is the last person who can open this station."), tr("Let somebody else in first.")
            )
        _write(folder, left)
        return True


def set_recovery(folder: Path, file_key: bytes, recipient: str) -> None:
    """Make a recovery sheet the one that opens this folder; older sheets open it no longer."""
    with alone(folder / _LOCK_NAME):
        found = _read(folder)
        found.expect(file_key)
        _write(folder, found.without_others("purpose", RECOVERY).with_other(RECOVERY, recipient, file_key))


def add_recipient(folder: Path, file_key: bytes, recipient: str, purpose: str = ESCROW) -> None:
    """Seal the file key to one more recipient (the office's escrow, from adoption on)."""
    with alone(folder / _LOCK_NAME):
        found = _read(folder)
        found.expect(file_key)
        _write(folder, found.with_other(purpose, recipient, file_key))


def recipients(folder: Path, purpose: str) -> tuple[str, ...]:
    """The recipients of that purpose (``recovery``, ``escrow``) the file key is sealed to."""
    entries = (entry for entry in _read(folder).others if _member(entry, "purpose") == purpose)
    return tuple(Members(entry, _what()).text("recipient") for entry in entries)


def _opened(found: _KeyFile, sealed: bytes, identity: str) -> bytes:
    file_key = age.decrypt(sealed, [identity], _what())
    if len(file_key) != FILE_KEY_BYTES or not found.has_key(file_key):
        raise DamagedFile(_what(), tr("the key in it is not that of this folder"), _advice())
    return file_key


def _name_hash(salt: bytes, name: str) -> bytes:
    """HMAC-SHA256 of the name, caseless and in NFC (Unicode §3.13, D145), spaces around it dropped."""
    folded = unicodedata.normalize("NFC", unicodedata.normalize("NFC", name.strip()).casefold())
    if not folded:
        raise BadField("user", tr("Type the name you log in with."))
    return hmac.digest(salt, _NAME + folded.encode("utf-8", "surrogatepass"), hashlib.sha256)


def _key_check(salt: bytes, file_key: bytes) -> bytes:
    return hmac.digest(file_key, _CHECK + salt, hashlib.sha256)[:_CHECK_BYTES]


def _read(folder: Path) -> _KeyFile:
    try:
        data = (folder / FILE_NAME).read_bytes()
    except FileNotFoundError as fault:
        raise NotFound(
            tr("The key file of this folder"), tr("Choose the station's folder, or restore it from a backup.")
        ) from fault
    except OSError as fault:
        raise DamagedFile(_what(), fault.strerror or tr("it cannot be read"), _advice()) from fault
    members = read_json(data, _what())
    if members.text("format") != _FORMAT:
        raise DamagedFile(_what(), tr("it is something else"), _advice())
    version = members.number("version", 1, 1 << 31)
    if version > _VERSION:
        raise NewerData(version, _VERSION)
    return _KeyFile(
        members.hex("salt", _SALT_BYTES),
        members.hex("check", _CHECK_BYTES),
        members.list("users"),
        members.list("others"),
    )


def _usual_cost(found: _KeyFile) -> passphrase.Argon2Cost:
    """What a try costs at this folder, taken from the first user that can be read."""
    for entry in found.users:
        with contextlib.suppress(DamagedFile):
            return _User.from_json(entry).user.wrap.cost
    return passphrase.DEFAULT_COST


def _write(folder: Path, made: _KeyFile) -> None:
    content = {
        "format": _FORMAT,
        "version": _VERSION,
        "salt": made.salt.hex(),
        "check": made.check.hex(),
        "users": made.users,
        "others": made.others,
    }
    write_whole(folder / FILE_NAME, json.dumps(content, indent=1).encode("ascii") + b"\n")


def _what() -> str:
    return tr("The key file of this folder")


def _advice() -> str:
    return tr("Restore it from a backup of this station.")
