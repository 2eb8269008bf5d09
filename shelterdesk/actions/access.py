"""Noting who looked at what, and showing it to those who watch over it."""

from __future__ import annotations

from datetime import datetime

from shelterdesk.actions.class_keys import class_identities
from shelterdesk.actions.desk import Desk
from shelterdesk.actions.naming import entity_named
from shelterdesk.core.changes import Changes, Done
from shelterdesk.core.kinds import ACCESS, HEALTH_ACCESS, PROTECTION_ACCESS, Kind
from shelterdesk.core.moment import to_milliseconds
from shelterdesk.core.names import folded_words
from shelterdesk.core.number import Counted
from shelterdesk.core.vocabulary import AccessKind, Confidentiality
from shelterdesk.core.words import tr
from shelterdesk.db import access
from shelterdesk.db.access import Looked
from shelterdesk.db.store import Reader

LONGEST_DETAIL = 80
"""Most characters of a detail."""


def note_access(
    desk: Desk,
    kind: AccessKind,
    subject_kind: str,
    subject: str | None = None,
    detail: str = "",
    count: int | None = None,
) -> Done[None]:
    """Keep that the user opened, searched, printed or exported something (DESIGN §4, *access*).

    ``subject_kind`` is a kind's name, ``subject`` the record's id (32 hex digits) where it is one record,
    ``count`` how many were shown or written. ``detail`` is said in the program's words; of a search see
    :func:`note_search`. That a holder of a sealed class opened or printed a person is noted in that class.
    """
    is_look = (
        kind in (AccessKind.OPENED, AccessKind.PRINTED) and subject_kind == "person" and subject is not None
    )
    sealed = _sealed_instead(desk) if is_look else None
    with desk.store.write(desk.user) as event:
        values: dict[str, object] = {
            "access": kind.value,
            "subject_kind": subject_kind,
            "subject": subject,
            "happened_at": event.now,
        }
        if sealed is None:
            event.create(ACCESS, {**values, "detail": detail[:LONGEST_DETAIL] or None, "count": count})
        else:
            event.create(sealed, values)
    return Done(None, Changes.of("access"))


SEALED_ACCESS = {Confidentiality.HEALTH: HEALTH_ACCESS, Confidentiality.PROTECTION: PROTECTION_ACCESS}
"""The sealed kind in which holders of a class note whom they looked at."""


def _sealed_instead(desk: Desk) -> Kind | None:
    """The sealed kind in which this user's look at a person is noted; None for who holds no class.

    An open entry beside what a holder writes sealed would tell whose record it is (SYNC §1.0).
    """
    return next((kind for name, kind in SEALED_ACCESS.items() if class_identities(desk, name)), None)


def note_search(desk: Desk, text: str, shown: int) -> Done[None]:
    """Keep that a list of people was asked for: the words as folded for the search, and how many were shown.

    Called where a list is shown for good (the command line, Enter in the field), not for every key.
    """
    return note_access(desk, AccessKind.SEARCHED, "person", detail=" ".join(folded_words(text)), count=shown)


def who_looked(
    desk: Desk, reader: Reader, number: str | None = None, since: datetime | None = None
) -> list[Looked]:
    """Who looked at a person (by number or id) or at anything, the newest first.

    For supervisors (``NotAllowed`` for others); raises ``NotFound`` for a number not known here. A person
    entered by mistake can still be asked for.
    """
    desk.must("see who looked at what")
    ent = None
    if number is not None:
        ent = person_named(desk, reader, number, voided=True)
    return access.who_looked(reader, ent, None if since is None else to_milliseconds(since))


def person_named(desk: Desk, reader: Reader, number: str, *, voided: bool = False) -> bytes:
    """The person of a number or id; raises ``NotFound`` with what to do."""
    step = tr("Read it again from the card, or search by name.")
    return entity_named(reader.conn, Counted.PERSON, number, desk.who.slot, voided=voided, step=step)
