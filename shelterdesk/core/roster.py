"""Who belongs: stations, desks, users, class keys and the office, and whose changes are admitted.

SYNC §1.10 and §1.0. The roster follows from the set of signed statements held (``core/belief.py``); this
module says what is in it and what it answers.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from shelterdesk.core.automatic import freezes_itself, may_freeze_itself
from shelterdesk.core.event import Op
from shelterdesk.core.home import OFFICE
from shelterdesk.core.kinds import KINDS, MERGE_RULES, NEWER_RULES
from shelterdesk.core.roles import may_write
from shelterdesk.core.vocabulary import Role

STATEMENT_KINDS = (
    "roster",  # stations, desks, users, classes as the issuer sees them; numbered, only growing
    "admit",  # a desk lets another one of its station in
    "user",  # a user added, changed or disabled
    "class_key",  # public half of a class key, and its wraps to holders
    "adoption",  # the office takes a station's series over
    "revoked_cards",  # serials that are no longer good
    "clock_fix",  # corrects the clock of a range of events
    "erase",  # blanks a record on legal request
    "horizon",  # allows tombstones to be purged
    "revocation",  # a desk is not heard beyond a place in each of its epochs, nor beyond the statements named
    "reinstatement",  # the office lifts revocations
)


@dataclass(frozen=True, slots=True)
class Statement:
    """One signed statement. ``issuer`` is the signing desk's or office's id; ``number`` grows per issuer.

    ``is_pinned`` is known to this file alone: people vouched for it, by making the station here or by comparing
    six words. Everything else is believed because of a pinned one, or not at all.
    """

    kind: str
    issuer: int
    number: int
    body: Mapping[str, Any]
    raw: bytes
    signature: str
    sha: bytes
    is_pinned: bool = False


@dataclass(frozen=True, slots=True)
class Revocation:
    """How far a revoked desk is still heard: per epoch an op number and the chain value there, else nothing.

    The chain value is what makes it hold: whoever has the desk's key can use its old numbers again, not its
    old chain (SYNC §0.6).
    """

    sha: bytes
    epochs: Mapping[int, tuple[int, bytes]]


@dataclass(frozen=True, slots=True)
class DeskEntry:
    """A desk as the roster knows it: its keys, its slot, how far it is heard."""

    dev: int
    sign: bytes
    age: str
    station: str
    slot: str
    admitted_by: int | None = None
    revocations: tuple[Revocation, ...] = ()  # those in force; what is heard must lie within all of them
    is_office: bool = False

    @property
    def is_revoked(self) -> bool:
        """Whether the desk is heard up to a point only, and sealed to no more."""
        return bool(self.revocations)


FIRST, RESET = "first", "reset"
"""Whoever added the user chose the passphrase; an admin gave a new one, which is to be changed at the first log-in."""


@dataclass(frozen=True, slots=True)
class UserEntry:
    """A user: roles, public keys and the wrapped private ones, so that any desk can log them in.

    ``disabled_by`` are the hashes of the statements that disabled the user and that nobody has taken back.
    ``lent`` says that somebody else knew the passphrase when the keys were made (:data:`FIRST`, :data:`RESET`);
    ``follows`` is the user in whose place this one stands: the same person with other keys.
    """

    id: str
    name: str
    organisation: str
    roles: frozenset[Role]
    sign: bytes
    age: str
    wrapped: Mapping[str, Any]
    is_active: bool
    revision: int
    station: str
    disabled_by: frozenset[str] = frozenset()
    lent: str = ""
    follows: str = ""


@dataclass(frozen=True, slots=True)
class ClassKey:
    """Public half of a class key of a station (or the office's safeguarding) and who holds the other half."""

    confidentiality: str
    version: int
    recipient: str
    station: str
    wraps: tuple[tuple[str, str], ...]  # (holder: user id or "recovery" or "escrow", age text)
    sheets: tuple[tuple[str, str], ...] = ()  # recovery sheets that hold it: public key (hex), age recipient


@dataclass(frozen=True, slots=True)
class StationEntry:
    """A station as the roster knows it."""

    code: str
    name: str
    country: str
    timezone: str


@dataclass(frozen=True, slots=True)
class OfficeEntry:
    """The office that adopted us: name, keys, the escrow recipient kept offline."""

    dev: int
    name: str
    sign: bytes
    age: str
    escrow: str


@dataclass(frozen=True, slots=True, order=True)
class ClockFix:
    """The clock of a desk's events that begin from one op to another (both included) counts ``delta_ms`` later."""

    dev: int
    epoch: int
    first: int
    last: int
    delta_ms: int


@dataclass(frozen=True, slots=True)
class Verdict:
    """What becomes of a desk's events entered by one user: set aside whole, or those ops of refused kinds."""

    reason: str | None
    refused: frozenset[int] = frozenset()
    freezes: bool = False  # whether sheets the program froze in this user's log-in are admitted

    def under(self, merge_rules: int) -> Verdict:
        """The verdict on an event written under those rules: under newer ones it waits for an update (SYNC §1.9)."""
        return self if merge_rules <= MERGE_RULES or self.reason is not None else _PARKED

    def of(self, op: Op) -> str | None:
        """Why an op is not admitted, or None."""
        if self.reason is not None or op.kind not in self.refused:
            return self.reason
        return None if self.freezes and freezes_itself(op) else "role"


_PARKED = Verdict(NEWER_RULES)


@dataclass(frozen=True, slots=True)
class Roster:
    """Everything known about who belongs, from all statements held.

    ``members`` are users by station and id, ``users`` the same by id alone. ``adopted`` are the public keys an
    office's word is heard from, ``applied`` the hashes of believed statements that change what the log says:
    the ids that are ``erased``, and the ``clock_fixes``, of which a later one holds against those before it.
    """

    number: int = 0
    issuer: int = 0
    is_practice: bool = False
    stations: Mapping[str, StationEntry] = field(default_factory=dict)
    desks: Mapping[int, DeskEntry] = field(default_factory=dict)
    users: Mapping[str, UserEntry] = field(default_factory=dict)
    members: Mapping[tuple[str, str], UserEntry] = field(default_factory=dict)
    classes: tuple[ClassKey, ...] = ()
    office: OfficeEntry | None = None
    adopted: frozenset[bytes] = frozenset()
    revoked_cards: frozenset[tuple[str, int]] = frozenset()  # (signing key id hex, serial)
    applied: tuple[bytes, ...] = ()
    erased: frozenset[bytes] = frozenset()
    clock_fixes: tuple[ClockFix, ...] = ()
    _verdicts: dict[tuple[int, str], Verdict] = field(
        default_factory=dict, init=False, compare=False, repr=False
    )

    @property
    def homes(self) -> dict[int, str]:
        """The station of each desk known; the office's have none (``core/home.py``)."""
        return {dev: OFFICE if desk.is_office else desk.station for dev, desk in self.desks.items()}

    def users_named(self, name: str, station: str) -> list[UserEntry]:
        """The users of a station who log in with that name; two desks may each have added one."""
        wanted = name.strip().casefold()
        return [u for u in self.users.values() if u.station == station and u.name.casefold() == wanted]

    def user_named(self, name: str, station: str | None = None) -> UserEntry | None:
        """The user who logs in with that name, if any (of that station where several have it)."""
        wanted = name.strip().casefold()
        for user in self.users.values():
            if user.name.casefold() == wanted and (station is None or user.station == station):
                return user
        return None

    def same_person(self, user_id: str) -> frozenset[str]:
        """The ids under which a user has worked: their own, those it stands for, and those that stand for it."""
        found, todo = set[str](), [user_id]
        while todo:
            one = todo.pop()
            if not one or one in found:
                continue
            found.add(one)
            entry = self.users.get(one)
            todo += [entry.follows] if entry is not None else []
            todo += [user.id for user in self.users.values() if user.follows == one]
        return frozenset(found)

    def class_keys(self, confidentiality: str, station: str) -> list[ClassKey]:
        """All keys of a class for that station, the newest last; ``safeguarding`` is the office's."""
        found = [
            key
            for key in self.classes
            if key.confidentiality == confidentiality
            and (key.station == station or confidentiality == "safeguarding")
        ]
        return sorted(found, key=lambda key: (key.version, key.recipient))

    def class_key(self, confidentiality: str, station: str) -> ClassKey | None:
        """The key of a class that new entries are sealed to."""
        found = self.class_keys(confidentiality, station)
        return found[-1] if found else None

    def recipients(self, station: str) -> list[str]:
        """Who can open an ordinary part of a station (SYNC §1.0): its desks, the office, escrow."""
        found = [desk.age for desk in self.desks.values() if desk.station == station and not desk.is_revoked]
        if self.office is not None:
            found += [self.office.age, self.office.escrow]
        return sorted({r for r in found if r})

    def is_above(self, above: int, dev: int) -> bool:
        """Whether one desk admitted the other, or admitted one that did."""
        return is_above(self.desks, above, dev)

    def verdict(self, dev: int, user: str) -> Verdict:
        """What the desk and the user mean for an event: unknown desk, unknown operator, another station's, role.

        Remembered, as an import asks it for every event. How far the desk is heard is for ``db/judging.py``.
        """
        found = self._verdicts.get((dev, user))
        if found is None:
            found = self._verdicts[dev, user] = self._judge(dev, user)
        return found

    def _judge(self, dev: int, user: str) -> Verdict:
        desk = self.desks.get(dev)
        if desk is None:
            return Verdict("unknown_desk")
        # An operator is admitted at the desks of their own station; the office's people at every desk.
        entry = self.members.get((desk.station, user)) or self.members.get(("", user))
        if entry is None:
            return Verdict("other_station" if user in self.users else "unknown_operator")
        return Verdict(
            None, _refused_kinds(entry.roles), not desk.is_office and may_freeze_itself(entry.roles)
        )


@cache
def _refused_kinds(roles: frozenset[Role]) -> frozenset[int]:
    """The kinds those roles may not write; one of a newer program is not among them."""
    return frozenset(
        kind.number for kind in KINDS.values() if kind.is_sealed or not may_write(roles, kind.name)
    )


def is_above(desks: Mapping[int, DeskEntry], above: int, dev: int) -> bool:
    """Whether one desk admitted the other, or admitted one that did."""
    seen: set[int] = set()
    entry = desks.get(dev)
    while entry is not None and entry.admitted_by is not None and entry.dev not in seen:
        if entry.admitted_by == above:
            return True
        seen.add(entry.dev)
        entry = desks.get(entry.admitted_by)
    return False


def desk_body(desk: DeskEntry) -> dict[str, Any]:
    """A desk as it stands in a statement."""
    return {
        "dev": f"{desk.dev:016x}",
        "sign": desk.sign.hex(),
        "age": desk.age,
        "station": desk.station,
        "slot": desk.slot,
        "admitted_by": None if desk.admitted_by is None else f"{desk.admitted_by:016x}",
    }


def user_body(user: UserEntry) -> dict[str, Any]:
    """A user as they stand in a statement.

    Whoever lets a disabled user in again names what disabled them: a disabling made apart, which they have not
    seen, is not undone by it.
    """
    body = {
        "id": user.id,
        "name": user.name,
        "organisation": user.organisation,
        "roles": sorted(user.roles),
        "sign": user.sign.hex(),
        "age": user.age,
        "wrapped": dict(user.wrapped),
        "active": user.is_active,
        "enables": sorted(user.disabled_by) if user.is_active else [],
        "revision": user.revision,
        "station": user.station,
    }
    # Left out where there is nothing to say: what a user's statement was before stays so, byte for byte.
    return body | {name: said for name, said in (("lent", user.lent), ("follows", user.follows)) if said}


def class_body(key: ClassKey) -> dict[str, Any]:
    """A class key as it stands in a statement."""
    return {
        "class": key.confidentiality,
        "version": key.version,
        "recipient": key.recipient,
        "station": key.station,
        "wraps": [list(w) for w in key.wraps],
    }
