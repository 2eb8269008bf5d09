"""Who belongs: stations, desks, users, class keys and the office, folded from signed statements.

SYNC §1.10 and §1.0. A statement is one signed JSON object; the roster is a pure function of the set of
statements held, so replicas with the same statements agree on whom to admit. Signatures are checked
where statements come in (``keys/signing.py``); here their content counts.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from shelterdesk.core.event import Event, Op
from shelterdesk.core.kinds import KINDS
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
    "revocation",  # a desk is not heard beyond a number
)


@dataclass(frozen=True, slots=True)
class Statement:
    """One signed statement. ``issuer`` is the signing desk's or office's id; ``number`` grows per issuer."""

    kind: str
    issuer: int
    number: int
    body: Mapping[str, Any]
    raw: bytes
    signature: str
    sha: bytes


@dataclass(frozen=True, slots=True)
class DeskEntry:
    """A desk as the roster knows it: its keys, its slot, how far it is heard."""

    dev: int
    sign: bytes
    age: str
    station: str
    slot: str
    admitted_by: int | None = None
    valid_upto: tuple[int, int] | None = None  # (epoch, seq): revoked after it
    is_office: bool = False


@dataclass(frozen=True, slots=True)
class UserEntry:
    """A user: roles, public keys and the wrapped private ones, so that any desk can log them in."""

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


@dataclass(frozen=True, slots=True)
class ClassKey:
    """Public half of a class key of a station (or the office's safeguarding) and who holds the other half."""

    confidentiality: str
    version: int
    recipient: str
    station: str
    wraps: tuple[tuple[str, str], ...]  # (holder: user id or "recovery" or "escrow", age text)


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


@dataclass(frozen=True, slots=True)
class Roster:
    """Everything known about who belongs, from all statements held."""

    number: int = 0
    issuer: int = 0
    is_practice: bool = False
    stations: Mapping[str, StationEntry] = field(default_factory=dict)
    desks: Mapping[int, DeskEntry] = field(default_factory=dict)
    users: Mapping[str, UserEntry] = field(default_factory=dict)
    classes: tuple[ClassKey, ...] = ()
    office: OfficeEntry | None = None
    revoked_cards: frozenset[tuple[str, int]] = frozenset()  # (signing key id hex, serial)

    def user_named(self, name: str, station: str | None = None) -> UserEntry | None:
        """The user who logs in with that name, if any (of that station where several have it)."""
        wanted = name.strip().casefold()
        for user in self.users.values():
            if user.name.casefold() == wanted and (station is None or user.station == station):
                return user
        return None

    def class_key(self, confidentiality: str, station: str) -> ClassKey | None:
        """The newest key of a class for that station; ``safeguarding`` is the office's."""
        found = [
            key
            for key in self.classes
            if key.confidentiality == confidentiality
            and (key.station == station or confidentiality == "safeguarding")
        ]
        return max(found, key=lambda key: (key.version, key.recipient), default=None)

    def recipients(self, station: str) -> list[str]:
        """Who can open an ordinary part of a station (SYNC §1.0): its desks, the office, escrow."""
        found = [
            desk.age for desk in self.desks.values() if desk.station == station and desk.valid_upto is None
        ]
        if self.office is not None:
            found += [self.office.age, self.office.escrow]
        return sorted({r for r in found if r})

    def why_not(self, event: Event, op: Op) -> str | None:
        """Why an op is not admitted, or None: unknown desk, revoked desk, unknown operator, role (SYNC §1.10)."""
        desk = self.desks.get(event.dev)
        if desk is None:
            return "unknown_desk"
        if desk.valid_upto is not None and (event.epoch, event.first_seq) > desk.valid_upto:
            return "revoked_desk"
        user = self.users.get(event.user)
        if user is None:
            return "unknown_operator"
        kind = KINDS.get(op.kind)
        if kind is not None and (kind.is_sealed or not may_write(user.roles, kind.name)):
            return "role"
        return None


def fold(statements: Iterable[Statement]) -> Roster:
    """The roster that follows from a set of statements, whatever their order.

    The highest-numbered roster of the office wins over a station's own series once an adoption is held
    (SYNC §1.0); admissions, users and class keys of stations extend it until the office rules.
    """
    held = sorted(statements, key=lambda s: (s.kind, s.number, s.issuer, s.sha))
    rosters = [s for s in held if s.kind == "roster"]
    if not rosters:
        return Roster()
    offices = [s for s in rosters if s.body.get("office")]
    base = max(offices or rosters, key=lambda s: (s.number, s.issuer, s.sha))
    roster = Roster(
        number=base.number, issuer=base.issuer, is_practice=bool(base.body.get("practice", False))
    )
    stations: dict[str, StationEntry] = {}
    desks: dict[int, DeskEntry] = {}
    users: dict[str, UserEntry] = {}
    classes: dict[tuple[str, int, str, str], ClassKey] = {}
    # A station's first roster stays beneath the office's: nothing already issued changes by adoption.
    for statement in [s for s in rosters if s is not base] + [base]:
        body = statement.body
        stations.update({s["code"]: _station(s) for s in body.get("stations", ())})
        desks.update({entry.dev: entry for entry in map(_desk, body.get("desks", ()))})
        _take_users(users, body.get("users", ()))
        _take_classes(classes, body.get("classes", ()))
    for statement in held:
        if statement.kind == "admit":
            entry = _desk(statement.body["desk"])
            desks.setdefault(entry.dev, replace(entry, admitted_by=statement.issuer))
        elif statement.kind == "user":
            _take_users(users, (statement.body["user"],))
        elif statement.kind == "class_key":
            _take_classes(classes, (statement.body["class"],))
    revoked: set[tuple[str, int]] = set()
    for statement in held:
        if statement.kind == "revocation":
            dev = int(statement.body["dev"], 16)
            if dev in desks:
                desks[dev] = replace(desks[dev], valid_upto=(statement.body["epoch"], statement.body["seq"]))
        elif statement.kind == "revoked_cards":
            revoked.update((key, serial) for key, serial in statement.body["cards"])
    office = _office(base.body.get("office"))
    if office is not None:
        desks[office.dev] = DeskEntry(office.dev, office.sign, office.age, "", "", is_office=True)
    return replace(
        roster,
        stations=stations,
        desks=desks,
        users=users,
        classes=tuple(classes[key] for key in sorted(classes)),
        office=office,
        revoked_cards=frozenset(revoked),
    )


def _station(body: Mapping[str, Any]) -> StationEntry:
    return StationEntry(body["code"], body["name"], body["country"], body["timezone"])


def _desk(body: Mapping[str, Any]) -> DeskEntry:
    upto = body.get("valid_upto")
    above = body.get("admitted_by")
    return DeskEntry(
        dev=int(body["dev"], 16),
        sign=bytes.fromhex(body["sign"]),
        age=body["age"],
        station=body["station"],
        slot=body["slot"],
        admitted_by=int(above, 16) if above else None,
        valid_upto=(upto[0], upto[1]) if upto else None,
    )


def _take_users(users: dict[str, UserEntry], bodies: Iterable[Mapping[str, Any]]) -> None:
    """Keep the highest revision of each user; the same revision twice is decided by its content."""
    for body in bodies:
        entry = UserEntry(
            id=body["id"],
            name=body["name"],
            organisation=body.get("organisation", ""),
            roles=frozenset(Role(r) for r in body["roles"] if r in set(Role)),
            sign=bytes.fromhex(body["sign"]),
            age=body["age"],
            wrapped=body["wrapped"],
            is_active=bool(body["active"]),
            revision=int(body["revision"]),
            station=body.get("station", ""),
        )
        held = users.get(entry.id)
        if held is None or _user_rank(entry) > _user_rank(held):
            users[entry.id] = entry


def _user_rank(user: UserEntry) -> tuple[int, bool, list[str], str]:
    # Of two changes made apart, disabling wins.
    return (user.revision, not user.is_active, sorted(user.roles), repr(sorted(user.wrapped.items())))


def _take_classes(
    classes: dict[tuple[str, int, str, str], ClassKey], bodies: Iterable[Mapping[str, Any]]
) -> None:
    """Collect class keys; wraps to further holders add up."""
    for body in bodies:
        key = (str(body["class"]), int(body["version"]), str(body["station"]), str(body["recipient"]))
        wraps = {(str(h), str(w)) for h, w in body.get("wraps", ())}
        if key in classes:
            wraps |= set(classes[key].wraps)
        classes[key] = ClassKey(key[0], key[1], key[3], key[2], tuple(sorted(wraps)))


def _office(body: Mapping[str, Any] | None) -> OfficeEntry | None:
    if not body:
        return None
    return OfficeEntry(
        dev=int(body["dev"], 16),
        name=body["name"],
        sign=bytes.fromhex(body["sign"]),
        age=body["age"],
        escrow=body["escrow"],
    )


def desk_body(desk: DeskEntry) -> dict[str, Any]:
    """A desk as it stands in a statement."""
    return {
        "dev": f"{desk.dev:016x}",
        "sign": desk.sign.hex(),
        "age": desk.age,
        "station": desk.station,
        "slot": desk.slot,
        "admitted_by": None if desk.admitted_by is None else f"{desk.admitted_by:016x}",
        "valid_upto": list(desk.valid_upto) if desk.valid_upto else None,
    }


def user_body(user: UserEntry) -> dict[str, Any]:
    """A user as they stand in a statement."""
    return {
        "id": user.id,
        "name": user.name,
        "organisation": user.organisation,
        "roles": sorted(user.roles),
        "sign": user.sign.hex(),
        "age": user.age,
        "wrapped": dict(user.wrapped),
        "active": user.is_active,
        "revision": user.revision,
        "station": user.station,
    }


def class_body(key: ClassKey) -> dict[str, Any]:
    """A class key as it stands in a statement."""
    return {
        "class": key.confidentiality,
        "version": key.version,
        "recipient": key.recipient,
        "station": key.station,
        "wraps": [list(w) for w in key.wraps],
    }
