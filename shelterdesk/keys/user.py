"""A user's keys, wrapped under the passphrase so that any desk of the station can log the user in."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field

from shelterdesk.core.errors import DamagedFile
from shelterdesk.core.words import tr
from shelterdesk.keys import age, passphrase
from shelterdesk.keys.age import AgeKey
from shelterdesk.keys.ed25519 import PUBLIC_BYTES, SEED_BYTES, SigningKey
from shelterdesk.keys.passphrase import DEFAULT_COST, Argon2Cost, PassphraseWrap
from shelterdesk.keys.shape import Members

_VERSION = 1
_PURPOSE = b"user-keys.v1@shelterdesk\0"


def user_id(public: bytes, recipient: str) -> str:
    """The id of a user: 63 bits of SHA-256 over both public halves, as 16 hex digits.

    So nobody can keep a user's name and put another key to seal to in its place.
    """
    digest = hashlib.sha256(b"user.v1@shelterdesk\0" + public + recipient.encode("ascii")).digest()
    return f"{int.from_bytes(digest[:8], 'big') >> 1:016x}"


@dataclass(frozen=True, slots=True)
class UserKeys:
    """The opened keys of a logged-in user: to sign what needs the person's own hand, and to open wraps."""

    signing: SigningKey
    age: AgeKey

    @classmethod
    def new(cls) -> UserKeys:
        """Fresh random keys."""
        return cls(SigningKey.new(), age.new_identity())


@dataclass(frozen=True, slots=True)
class WrappedUser:
    """What of a user may travel: both public halves in clear, both private halves under the passphrase.

    It names nobody; the statement that carries it says whose it is.
    """

    recipient: str
    public: bytes
    wrap: PassphraseWrap = field(repr=False)

    def as_json(self) -> dict[str, object]:
        """The JSON object that goes into the user's statement (DESIGN §6) and into the key file."""
        return {
            "v": _VERSION,
            "recipient": self.recipient,
            "public": self.public.hex(),
            "wrap": self.wrap.as_json(),
        }

    @classmethod
    def from_json(cls, found: object) -> WrappedUser:
        """What :meth:`as_json` wrote, parsed; raises ``DamagedFile`` for anything else."""
        what = tr("The keys of a user")
        members = found if isinstance(found, Members) else Members(found, what)
        members.number("v", _VERSION, _VERSION)
        recipient = members.text("recipient")
        if not age.is_recipient(recipient):
            raise DamagedFile(what, tr("the public key in it is not complete"))
        wrap = PassphraseWrap.from_json(members.members("wrap"), what)
        return cls(recipient, members.hex("public", PUBLIC_BYTES), wrap)


def wrap_user(keys: UserKeys, phrase: str, cost: Argon2Cost = DEFAULT_COST) -> WrappedUser:
    """The keys wrapped under a passphrase; raises ``BadField`` for an empty one.

    Both public halves are bound in, so that a wrap shown under another user's public keys does not open.
    """
    secret = keys.signing.seed() + keys.age.identity.encode("ascii")
    purpose = _purpose(keys.age.recipient, keys.signing.public)
    wrap = passphrase.wrap_under(phrase, secret, purpose, cost)
    return WrappedUser(keys.age.recipient, keys.signing.public, wrap)


def new_user(phrase: str, cost: Argon2Cost = DEFAULT_COST) -> tuple[UserKeys, WrappedUser]:
    """Fresh keys for a user, opened and wrapped; raises ``BadField`` for an empty passphrase."""
    keys = UserKeys.new()
    return keys, wrap_user(keys, phrase, cost)


def open_user(wrapped: WrappedUser, phrase: str) -> UserKeys:
    """The user's keys.

    Raises ``WrongPassphrase`` when the passphrase does not open them, ``DamagedFile`` when what it opens are
    not the keys whose public halves are shown.
    """
    secret = passphrase.open_with(phrase, wrapped.wrap, _purpose(wrapped.recipient, wrapped.public))
    what = tr("The keys of a user")
    try:
        keys = UserKeys(SigningKey(secret[:SEED_BYTES]), age.key_of(secret[SEED_BYTES:].decode("ascii")))
    except ValueError as fault:
        raise DamagedFile(what, tr("they are not complete")) from fault
    if keys.signing.public != wrapped.public or keys.age.recipient != wrapped.recipient:
        raise DamagedFile(what, tr("their public and private halves do not belong together"))
    return keys


def change_passphrase(
    wrapped: WrappedUser, old: str, new: str, cost: Argon2Cost = DEFAULT_COST
) -> WrappedUser:
    """The same keys under a new passphrase, fresh salt and cost.

    Raises ``WrongPassphrase`` when the old one does not open them, ``BadField`` when the new one is empty.
    """
    return wrap_user(open_user(wrapped, old), new, cost)


def _purpose(recipient: str, public: bytes) -> bytes:
    return _PURPOSE + public + recipient.encode("ascii")
