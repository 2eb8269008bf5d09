"""A station and its office as statements alone, their keys fixed, so that a kept input means the same on every run.

``A`` is the first desk of station LB, ``B`` a desk it admitted and the one that lies, ``OFFICE`` adopted the station.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from shelterdesk.core.belief import fold
from shelterdesk.core.event import hex16
from shelterdesk.core.roster import (
    ClassKey,
    DeskEntry,
    Roster,
    Statement,
    UserEntry,
    class_body,
    desk_body,
    user_body,
)
from shelterdesk.core.vocabulary import Role
from shelterdesk.db.meta import Whoami
from shelterdesk.keys import age
from shelterdesk.keys.classes import sign_class_body
from shelterdesk.keys.desk import DeskKeys
from shelterdesk.keys.ed25519 import SigningKey
from shelterdesk.keys.passphrase import Argon2Cost, PassphraseWrap
from shelterdesk.keys.signing import SignedStatement, sign_statement
from shelterdesk.keys.user import WrappedUser, user_id
from shelterdesk.sync.trust import read_kept

WHO = Whoami("station", 0, 0, "LB", "LB1", "Lajas Blancas", "PAN", "America/Panama", 0, False)


def seed(name: str) -> bytes:
    """32 bytes that stand for a name."""
    return hashlib.sha256(f"fuzz {name}".encode()).digest()


def keys_of(name: str) -> DeskKeys:
    """The keys of a desk or office of that name."""
    return DeskKeys(SigningKey(seed(name)), age.derived(seed(f"{name} age")))


A, B, C, OFFICE, STRANGER = (keys_of(name) for name in ("desk A", "desk B", "desk C", "office", "stranger"))
USER_KEY = SigningKey(seed("user"))


def wrapped(key: SigningKey, recipient: str) -> dict[str, object]:
    """The keys of a user as a statement shows them; nobody can open this wrap."""
    wrap = PassphraseWrap(seed("salt")[:16], Argon2Cost(64, 1, 1), seed("blob") * 2)
    return WrappedUser(recipient, key.public, wrap).as_json()


def user(name: str = "ana", revision: int = 1, station: str = "LB") -> UserEntry:
    """A user of a station."""
    key, recipient = (USER_KEY, age.derived(seed("user age")).recipient)
    return UserEntry(
        user_id(key.public, recipient), name, "", frozenset({Role.OPERATOR}), key.public, recipient,
        wrapped(key, recipient), True, revision, station,
    )  # fmt: skip


def said(keys: DeskKeys, kind: str, body: Any, number: int = 1) -> SignedStatement:
    """A statement signed as its issuer would sign it."""
    return sign_statement(
        keys.signing, {"statement": kind, "issuer": hex16(keys.dev), "number": number, "body": body}
    )


def desk_a() -> DeskEntry:
    """The first desk."""
    return DeskEntry(A.dev, A.public, A.recipient, "LB", "LB1")


def desk_b() -> DeskEntry:
    """The desk that lies."""
    return DeskEntry(B.dev, B.public, B.recipient, "LB", "LB1A", A.dev)


def class_key(version: int = 1) -> ClassKey:
    """The health key of the station, wrapped to the user."""
    recipient = age.derived(seed(f"class {version}")).recipient
    return ClassKey("health", version, recipient, "LB", ((user().id, "d3JhcA=="),))


def office_body() -> dict[str, str]:
    """The office as rosters and adoptions name it."""
    return {
        "dev": hex16(OFFICE.dev), "name": "Central", "sign": OFFICE.public.hex(), "age": OFFICE.recipient,
        "escrow": age.derived(seed("escrow")).recipient,
    }  # fmt: skip


def roster_body(**changes: Any) -> dict[str, Any]:
    """The set-up of the station."""
    stations = [{"code": "LB", "name": "Lajas Blancas", "country": "PAN", "timezone": "America/Panama"}]
    return {
        "practice": False, "stations": stations, "desks": [desk_body(desk_a())], "users": [user_body(user())],
        "classes": [class_body(class_key())], "recovery": SigningKey(seed("recovery")).public.hex(),
        "recovery_age": age.derived(seed("recovery age")).recipient, "office": None,
    } | changes  # fmt: skip


@dataclass(frozen=True)
class Held:
    """What is held before anything is offered, and the roster that follows from it."""

    statements: tuple[Statement, ...]
    roster: Roster


@cache
def held() -> Held:
    """The set-up, the desk that lies, the office and its roster."""
    desks = [desk_body(desk_a()), desk_body(desk_b())]
    offered = [
        (said(A, "admit", {"desk": desk_body(desk_b())}, 2), desk_a()),
        (said(A, "adoption", {"station": "LB", "office": office_body()}, 3), desk_a()),
        (
            said(OFFICE, "roster", roster_body(desks=desks, office=office_body()), 7),
            DeskEntry(OFFICE.dev, OFFICE.public, "", "", "", is_office=True),
        ),
    ]
    root = replace(read_kept(said(A, "roster", roster_body()), desk_a(), Roster(), False), is_pinned=True)
    kept = (root, *(read_kept(signed, issuer, Roster(), False) for signed, issuer in offered))
    return Held(kept, fold(kept))


def every_statement() -> list[tuple[DeskKeys, dict[str, Any]]]:
    """One good statement of every kind with who may say it: what a search begins with."""
    newer = class_body(class_key(2))
    sha = "0" * 64
    chain = {"epoch": 0, "seq": 1, "chain": sha}
    desk_c = DeskEntry(C.dev, C.public, C.recipient, "LB", "LB1A1", B.dev)
    bodies: list[tuple[DeskKeys, str, dict[str, Any]]] = [
        (B, "roster", roster_body(desks=[desk_body(desk_b()), desk_body(desk_c)])),
        (OFFICE, "roster", roster_body(office=office_body())),
        (B, "admit", {"desk": desk_body(desk_c)}),
        (B, "user", {"user": user_body(user("eva", 2))}),
        (
            B,
            "class_key",
            {"class": newer, "by": USER_KEY.public.hex(), "signature": sign_class_body(USER_KEY, newer)},
        ),
        (B, "adoption", {"station": "LB", "office": office_body()}),
        (B, "revoked_cards", {"cards": [["0" * 12, 5]]}),
        (OFFICE, "clock_fix", {"dev": hex16(B.dev), "epoch": 0, "first": 1, "last": 2, "delta_ms": -5}),
        (OFFICE, "erase", {"entities": ["0" * 32], "ground": "asked for"}),
        (OFFICE, "horizon", {"heard": [{"dev": hex16(B.dev), **chain}]}),
        (OFFICE, "revocation", {"dev": hex16(B.dev), "epochs": [chain], "statements": [sha]}),
        (OFFICE, "reinstatement", {"dev": hex16(B.dev), "revocations": [sha]}),
        (B, "of a newer program", {"anything": [1, {"x": None}]}),
    ]
    return [
        (keys, {"statement": kind, "issuer": hex16(keys.dev), "number": 9, "body": body})
        for keys, kind, body in bodies
    ]
