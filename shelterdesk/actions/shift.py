"""Who logged in at this desk since its shift began, in memory alone: a short PIN or a staff card picks one of them.

DESIGN §6: a PIN only re-opens a desk locked within the shift and wraps nothing at rest. Whoever typed the whole
passphrase is a member of the shift: their opened keys stay in this process, and go with it, with the shift, or with
a wrong PIN typed too often. Neither PIN nor card is ever written to a file, in any form.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field

from shelterdesk.actions.desk import Desk, begin_work, user_by_key
from shelterdesk.core.errors import BadField, Refused, WorldError, WrongPassphrase
from shelterdesk.core.passphrases import PIN_LENGTHS, is_first_guess, is_pin
from shelterdesk.core.roster import RESET
from shelterdesk.core.words import ntr, tr
from shelterdesk.keys import age
from shelterdesk.keys.ed25519 import SEED_BYTES, SigningKey
from shelterdesk.keys.user import UserKeys

MOST_TRIES = 5
"""Wrong PINs in a row after which that user's PIN is gone until the passphrase is typed."""

STAFF_PREFIX = "SDS1"
_NUMBER_BYTES, _RANDOM_BYTES = 2, 18
_STAFF_LENGTH = len(STAFF_PREFIX) + (_NUMBER_BYTES + _RANDOM_BYTES) * 8 // 5
_HOUR = 3600.0


class WrongPin(WorldError):
    """A PIN that is not this user's; after ``left`` more the passphrase is asked for."""

    def __init__(self, left: int) -> None:
        self.left = left
        super().__init__(
            tr("This is not the PIN."),
            ntr(
                "{n} try is left, then type the passphrase.",
                "{n} tries are left, then type the passphrase.",
                left,
            )
            if left
            else tr("The PIN is gone; type your passphrase. Nothing is lost."),
        )


class UnknownStaffCard(Refused):
    """A staff card that belongs to nobody who logged in during this shift."""

    def __init__(self) -> None:
        super().__init__(
            tr("This staff card opens nothing here now."),
            tr("Log in with your passphrase; there the card can be yours until the shift ends."),
        )


def is_staff_code(text: str) -> bool:
    """Whether a scanned text is the code of a staff card by its shape."""
    return staff_card_number(text) is not None


def staff_card_number(text: str) -> int | None:
    """The number printed on a staff card, from its code; None for any other text."""
    typed = text.strip().upper()
    if len(typed) != _STAFF_LENGTH or not typed.startswith(STAFF_PREFIX):
        return None
    try:
        data = base64.b32decode(typed[len(STAFF_PREFIX) :])
    except (binascii.Error, ValueError):
        return None
    return int.from_bytes(data[:_NUMBER_BYTES], "big")


def new_staff_code(number: int) -> str:
    """The code of a new staff card: ``SDS1`` and, in Base32, its number and 18 random bytes.

    It says nothing of anybody and opens nothing by itself: it is bound to a user in memory, for one shift.
    """
    data = number.to_bytes(_NUMBER_BYTES, "big") + secrets.token_bytes(_RANDOM_BYTES)
    return STAFF_PREFIX + base64.b32encode(data).decode("ascii")


@dataclass
class _Member:
    """One user of the shift. ``secret`` is the signing seed and the age identity, to be wiped."""

    user_id: str
    name: str
    since: float
    secret: bytearray = field(repr=False)
    pin: bytes | None = field(default=None, repr=False)
    card: bytes | None = field(default=None, repr=False)
    wrong: int = 0

    def keys(self) -> UserKeys:
        """The opened keys again."""
        seed, identity = bytes(self.secret[:SEED_BYTES]), self.secret[SEED_BYTES:].decode("ascii")
        return UserKeys(SigningKey(seed), age.key_of(identity))

    def wipe(self) -> None:
        """Overwrite the secret; copies the libraries made are beyond reach."""
        self.secret[:] = bytes(len(self.secret))
        self.pin = self.card = None


class Shift:
    """The members of the shift at this desk. It belongs to the main thread; ``now`` counts seconds, sleep included."""

    def __init__(self, now: Callable[[], float], hours: float = 0.0) -> None:
        """``hours`` a member may come back by PIN after the passphrase; 0: nobody may."""
        self._now = now
        self._seconds = hours * _HOUR
        self._members: dict[str, _Member] = {}
        self._key = secrets.token_bytes(32)  # so that what is compared is no PIN, not even here

    @property
    def is_on(self) -> bool:
        """Whether PINs and staff cards are used at this desk."""
        return self._seconds > 0

    def set_hours(self, hours: float) -> None:
        """Another length of the shift, for those in it too."""
        self._seconds = hours * _HOUR
        self.look()

    def enter(self, desk: Desk) -> None:
        """Somebody typed the whole passphrase: their shift begins (anew). An earlier PIN of theirs is gone."""
        self.leave(desk.user.id)
        if self.is_on:
            secret = bytearray(desk.user_keys.signing.seed())
            secret += desk.user_keys.age.identity.encode("ascii")
            self._members[desk.user.id] = _Member(desk.user.id, desk.user.name, self._now(), secret)

    def leave(self, user_id: str) -> None:
        """Forget one member; the passphrase is asked for again."""
        member = self._members.pop(user_id, None)
        if member is not None:
            member.wipe()

    def end(self) -> None:
        """The shift is over for everybody at this desk."""
        for user_id in list(self._members):
            self.leave(user_id)
        self._key = secrets.token_bytes(32)

    def look(self) -> None:
        """Forget those whose shift is over; called now and then, and before every use."""
        now = self._now()
        for member in list(self._members.values()):
            if not 0 <= now - member.since < self._seconds:
                self.leave(member.user_id)

    def is_member(self, user_id: str) -> bool:
        """Whether this user typed the passphrase within the shift."""
        self.look()
        return user_id in self._members

    def hours_left(self, user_id: str) -> float:
        """How long a member may still come back by PIN; 0 for who is none."""
        member = self._members.get(user_id)
        return max(0.0, member.since + self._seconds - self._now()) / _HOUR if member is not None else 0.0

    def has_pin(self, user_id: str) -> bool:
        """Whether this user comes back by PIN now."""
        self.look()
        member = self._members.get(user_id)
        return member is not None and member.pin is not None

    @property
    def has_pins(self) -> bool:
        """Whether anybody does."""
        self.look()
        return any(member.pin is not None for member in self._members.values())

    def set_pin(self, user_id: str, pin: str) -> None:
        """Let a member come back by this PIN until the shift ends. Raises ``BadField``, ``Refused`` for who is none."""
        check_pin(pin)
        member = self._its(user_id)
        member.pin, member.wrong = self._mark(member, pin), 0

    def bind_card(self, user_id: str, code: str) -> int:
        """Let a member come back by a staff card until the shift ends; returns the number printed on it.

        Raises ``Refused`` for the card of another member, and for who is none; ``UnknownStaffCard`` for other codes.
        """
        number = staff_card_number(code)
        if number is None:
            raise UnknownStaffCard
        member, mark = self._its(user_id), self._card_mark(code)
        if any(one.card == mark for one in self._members.values() if one is not member):
            raise Refused(
                tr("This staff card is somebody else's until the shift ends."), tr("Take another one.")
            )
        member.card = mark
        return number

    def named(self, typed: str, *, is_whole: bool = False) -> str:
        """The id of the one member whose name is, or begins with, what is typed; empty for none or several.

        The first letters are enough, so that a change of user takes three seconds; with ``is_whole`` they are not: the
        desk of Ana is not that of Ana María, whose PIN it would ask for.
        """
        self.look()
        wanted = typed.strip().casefold()
        exact = [one for one in self._members.values() if one.name.casefold() == wanted]
        near = [
            one
            for one in self._members.values()
            if wanted and not is_whole and one.name.casefold().startswith(wanted)
        ]
        found = exact or near
        return found[0].user_id if len(found) == 1 else ""

    def by_pin(self, user_id: str, pin: str) -> UserKeys:
        """The keys of a member by their PIN; raises ``WrongPin``, after the last try with nothing ``left``."""
        self.look()
        member = self._members.get(user_id)
        if member is None or member.pin is None:
            raise WrongPin(0)
        member.wrong += 1  # before it is looked at
        if not hmac.compare_digest(member.pin, self._mark(member, pin)):
            if member.wrong >= MOST_TRIES:
                member.pin = None
            raise WrongPin(MOST_TRIES - member.wrong)
        member.wrong = 0
        return member.keys()

    def knows_card(self, code: str) -> bool:
        """Whether a staff card belongs to a member now."""
        self.look()
        return any(member.card == self._card_mark(code) for member in self._members.values())

    def by_card(self, code: str) -> UserKeys:
        """The keys of the member a staff card is bound to; raises ``UnknownStaffCard``."""
        self.look()
        mark = self._card_mark(code)
        for member in self._members.values():
            if member.card is not None and hmac.compare_digest(member.card, mark):
                return member.keys()
        raise UnknownStaffCard

    def _its(self, user_id: str) -> _Member:
        self.look()
        member = self._members.get(user_id)
        if member is None:
            raise Refused(
                tr("The shift you logged in for is over."),
                tr("Log in with your passphrase, then set the PIN."),
            )
        return member

    def _mark(self, member: _Member, pin: str) -> bytes:
        return hmac.digest(self._key, b"pin\0" + member.user_id.encode() + pin.encode(), hashlib.sha256)

    def _card_mark(self, code: str) -> bytes:
        return hmac.digest(self._key, b"card\0" + code.strip().upper().encode(), hashlib.sha256)


def check_pin(pin: str) -> None:
    """Raise ``BadField`` for what is no PIN, and for the ones everybody tries first."""
    if not is_pin(pin):
        least, most = PIN_LENGTHS
        raise BadField("pin", tr("A PIN has {least} to {most} digits.", least=least, most=most))
    if is_first_guess(pin):
        raise BadField("pin", tr("This is one of the first that anybody tries. Choose other digits."))


def go_on_as(desk: Desk, keys: UserKeys) -> Desk:
    """The same open file with a member of the shift at work; made on the thread of the writing connection.

    Raises ``WrongPassphrase`` for who may not log in any more, and for who was given a new passphrase meanwhile.
    """
    user = user_by_key(desk.roster, keys)
    if user is None or not user.is_active or user.lent == RESET:
        raise WrongPassphrase
    begin_work(desk.store, desk.folder)
    return Desk(desk.folder, desk.store, user, keys)
