"""Which role may do and write what: one table, asked wherever data is written (DESIGN §1, SYNC §1.10).

The same table is used by the window, the command line and for arriving events, so that a right taken
away on one way in is taken away on all.
"""

from __future__ import annotations

from collections.abc import Iterable

from shelterdesk.core.vocabulary import Role

_DESK = frozenset({Role.OPERATOR, Role.SUPERVISOR, Role.ADMIN})
_SUPERVISORS = frozenset({Role.SUPERVISOR, Role.ADMIN})
_AT_SITE = frozenset(
    {Role.OPERATOR, Role.COUNTER, Role.GATE, Role.HEALTH, Role.PROTECTION, Role.SUPERVISOR, Role.ADMIN}
)
_EVERYONE = frozenset(Role)
_ADMIN = frozenset({Role.ADMIN})

WRITES: dict[str, frozenset[Role]] = {
    "station": _ADMIN,
    "place": _SUPERVISORS,
    "arrival_group": _DESK | {Role.GATE},
    "person": _DESK | {Role.HEALTH, Role.PROTECTION},
    "household": _DESK | {Role.PROTECTION},
    "membership": _DESK | {Role.PROTECTION},
    "relation": _DESK | {Role.PROTECTION},
    "travel_document": _DESK | {Role.PROTECTION},
    "consent": _DESK | {Role.HEALTH, Role.PROTECTION},
    "stay": _DESK | {Role.HEALTH, Role.PROTECTION},
    "movement": _DESK | {Role.GATE},
    "service_type": _SUPERVISORS,
    "service": _AT_SITE,
    "flag": _SUPERVISORS | {Role.PROTECTION},
    "bed_need": _AT_SITE,
    "card": _DESK | {Role.COUNTER, Role.GATE},
    "transfer": _DESK,
    "transfer_line": _DESK | {Role.GATE},
    "facility_day": _SUPERVISORS | {Role.OPERATOR},
    "daily_sheet": _SUPERVISORS,
    "same_as": _DESK | {Role.PROTECTION},
    "access": _EVERYONE,
    "setting": _ADMIN,
    "correction": _AT_SITE,
    "class_count": frozenset({Role.HEALTH, Role.PROTECTION}),
    # Anyone at the desk can write to a class; only holders of its key can read (DESIGN §6).
    "sealed_health": _AT_SITE,
    "sealed_protection": _EVERYONE,
}
"""Kinds of the log and the roles whose events on them are admitted."""

OFFICE_WRITES = frozenset({"access", "same_as", "setting", "correction", "sealed_protection"})
"""Kinds that an office writes itself; all others are the work of its stations."""

DOES: dict[str, frozenset[Role]] = {
    "find people": _AT_SITE,
    "open a person": _AT_SITE,
    "see the site plan": _EVERYONE,
    "print cards": _DESK,
    "print the daily sheet": _SUPERVISORS | {Role.STATISTICIAN},
    "print names for an evacuation": _DESK,  # numbers and places anybody may, also without logging in again
    "print lists of residents": _DESK,
    "print intake forms": _DESK,
    "print the shift slip": _DESK,
    "print a person's own record": _DESK | {Role.PROTECTION},
    "add or disable users": _ADMIN,
    "admit a desk": _ADMIN,
    "revoke a desk": _ADMIN,
    "erase people": _ADMIN,
    "correct a clock": _ADMIN,
    "confirm what another proposes": _ADMIN,
    "import the site plan": _SUPERVISORS,
    "write a bundle": _SUPERVISORS | {Role.OPERATOR},
    "take in bundles": _SUPERVISORS | {Role.OPERATOR, Role.STATISTICIAN},
    "settle what was written apart": _DESK | {Role.HEALTH, Role.PROTECTION},
    "make a backup": _SUPERVISORS | {Role.OPERATOR},
    "enrol a station": _ADMIN,
    "publish matrices": frozenset({Role.STATISTICIAN, Role.SUPERVISOR, Role.ADMIN}),
    "see the posts": frozenset({Role.STATISTICIAN, Role.SUPERVISOR, Role.ADMIN, Role.SAFEGUARDING}),
    "see who looked at what": _SUPERVISORS,
    "change settings": _ADMIN,
    "close the station": _ADMIN,
    "update the program": _SUPERVISORS,
}
"""Things done that write nothing of a kind of their own, and who may do them."""


def may_write(roles: Iterable[Role], kind: str) -> bool:
    """Whether holders of ``roles`` may write records of ``kind``; a kind of a newer program is admitted.

    Refusing what a newer desk may rightly write would lose it (SYNC §0.3); it is kept and shown as newer.
    """
    allowed = WRITES.get(kind)
    return allowed is None or not allowed.isdisjoint(roles)


def may_do(roles: Iterable[Role], what: str) -> bool:
    """Whether holders of ``roles`` may do ``what`` (a key of :data:`DOES`)."""
    return not DOES[what].isdisjoint(roles)
