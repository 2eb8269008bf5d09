"""Taking back what was just done: what was made is marked as a mistake, what was changed is put back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from shelterdesk.actions.card_check import refresh_public_roster
from shelterdesk.actions.desk import Desk
from shelterdesk.core.changes import Changes, Done
from shelterdesk.core.errors import Refused
from shelterdesk.core.event import ROW
from shelterdesk.core.kinds import CARD, CARRIERS, CORRECTION, KINDS, VOID
from shelterdesk.core.moment import from_milliseconds
from shelterdesk.core.vocabulary import AccessKind
from shelterdesk.core.words import ntr, tr
from shelterdesk.db.access import left_on_paper_since
from shelterdesk.db.connection import Connection
from shelterdesk.db.history import Step, undo_steps
from shelterdesk.db.person_records import user_name
from shelterdesk.db.undoing import (
    Left,
    PastEvent,
    built_upon,
    cards_of,
    changed_later,
    how_it_left,
    is_voided,
    not_as_written,
    past_event,
)
from shelterdesk.db.writing import Writing

REASON = "undo"
"""The reason kept with what an undo marks as entered by mistake."""


@dataclass(frozen=True, slots=True)
class Undone:
    """What was taken back, in a sentence; ``is_correction`` when it had left the desk already.

    ``undo`` does it again (takes the taking back back).
    """

    said: str
    is_correction: bool
    undo: tuple[bytes, ...]


def undo_last(desk: Desk, token: tuple[bytes, ...]) -> Done[Undone]:
    """Take back the action whose events ``token`` names: as it was before, with both in the history.

    What was printed or exported since cannot be unsaid, so a correction record goes with it. Raises
    ``Refused`` with who changed what since, when something stands in the way; then nothing is changed.
    """
    with desk.store.write(desk.user) as event:
        past = [found for eh in token if (found := past_event(event.conn, eh)) is not None]
        if not past:
            raise Refused(tr("There is nothing to take back."))
        steps = [(one, step) for one in reversed(past) for step in undo_steps(event.conn, one.eh)]
        _refuse_changed(desk, event.conn, past)
        made = [bytes.fromhex(step.ent) for _, step in steps if step.field == ROW]
        _refuse_built_upon(event.conn, made, steps)
        ways = _ways(event.conn, past)
        how = _how_it_left(event.conn, past, steps, ways)
        _take_back(event, steps)
        revoked = _revoke_cards(event, made)
        if how:
            _correct(event, past, steps, how)
    written = event.written
    if written is None:
        raise ValueError("a committed write says what it wrote")
    if CARD.name in written.kinds:
        refresh_public_roster(desk)
    said = _sentence(steps, how, ways, revoked)
    return Done(Undone(said, bool(how), written.events), Changes(written.kinds))


def _refuse_changed(desk: Desk, conn: Connection, past: Sequence[PastEvent]) -> None:
    for one in past:
        for kind, ent, field in not_as_written(conn, one.eh):
            if field == ROW and is_voided(conn, ent, kind):
                raise Refused(tr("This was taken back already."))
            later = changed_later(conn, ent, field, one.id)
            if later is None:
                raise Refused(tr("This was changed since, on another desk."), _look_first())
            user, wall_ms = later
            time = _clock_time(from_milliseconds(wall_ms), desk.who.zone)
            name = user_name(desk.roster, user)
            raise Refused(tr("{user} changed this since, at {time}.", user=name, time=time), _look_first())


def _look_first() -> str:
    return tr("Take back the later change first, or change the record by hand.")


def _clock_time(at: datetime, zone: str) -> str:
    return f"{at.astimezone(ZoneInfo(zone)):%Y-%m-%d %H:%M}"


def _refuse_built_upon(
    conn: Connection, made: Sequence[bytes], steps: Sequence[tuple[PastEvent, Step]]
) -> None:
    """A person somebody gave a bed or a meal to since is not unmade under it."""
    own = {bytes.fromhex(step.ent) for _, step in steps}
    later = {kind for kind, ent in built_upon(conn, made) if ent not in own}
    if later:
        raise Refused(
            tr("Since then this was recorded with it: {what}.", what=", ".join(sorted(map(_plain, later)))),
            tr("Take that back first, or mark the person as entered by mistake."),
        )


def _plain(kind: str) -> str:
    words = {
        "stay": lambda: tr("a bed"),
        "service": lambda: tr("a meal or another service"),
        "movement": lambda: tr("a movement at the gate"),
        "person": lambda: tr("a person"),
        "membership": lambda: tr("a member of the family"),
        "travel_document": lambda: tr("a document"),
        "flag": lambda: tr("a flag"),
        "bed_need": lambda: tr("a bed need"),
        "transfer_line": lambda: tr("a place on a transfer"),
        "same_as": lambda: tr("a decision about who is who"),
        "consent": lambda: tr("a consent"),
    }
    return words[kind]() if kind in words else kind.replace("_", " ")


def _ways(conn: Connection, past: Sequence[PastEvent]) -> frozenset[Left]:
    """How it came to other desks and the office, or may have."""
    return frozenset(way for one in past if (way := how_it_left(conn, one)) is not None)


def _how_it_left(
    conn: Connection,
    past: Sequence[PastEvent],
    steps: Sequence[tuple[PastEvent, Step]],
    ways: frozenset[Left],
) -> frozenset[str]:
    """How something of it left this desk since: printed, exported."""
    ents = sorted({bytes.fromhex(step.ent) for _, step in steps})
    found = left_on_paper_since(conn, ents, max(one.id for one in past))
    if ways:
        found.add(AccessKind.EXPORTED.value)
    return frozenset(found)


def _take_back(event: Writing, steps: Sequence[tuple[PastEvent, Step]]) -> None:
    for _, step in steps:
        kind = KINDS.get(step.kind)
        if kind is None:
            raise Refused(
                tr("This was written by a newer program and cannot be taken back here."),
                tr("Update the program on this laptop."),
            )
        if step.field == ROW:
            event.void(kind, step.ent, REASON)
        else:
            event.put_back(kind, step.ent, step.field, step.before)


def _revoke_cards(event: Writing, made: Sequence[bytes]) -> int:
    cards = cards_of(event.conn, made)
    for ent in cards:
        event.set(CARD, ent, "revoked_at", event.now)
        event.set(CARD, ent, "revoked_reason", REASON)
    return len(cards)


def _correct(
    event: Writing, past: Sequence[PastEvent], steps: Sequence[tuple[PastEvent, Step]], how: frozenset[str]
) -> None:
    """The compensating record: papers and sticks already out say something else than this desk does now."""
    open_steps = [step for _, step in steps if KINDS[step.kind] not in CARRIERS.values()]
    first = next((step for step in open_steps if KINDS[step.kind].name == "person"), None)
    subject = first or (open_steps[-1] if open_steps else steps[-1][1])
    event.create(
        CORRECTION,
        {
            "subject_kind": KINDS[subject.kind].name,
            "subject": subject.ent,
            "reason": f"{REASON}: {', '.join(sorted(how))}",
            "undoes": {"events": [one.eh.hex() for one in past]},
            "happened_at": event.now,
        },
    )


def _sentence(
    steps: Sequence[tuple[PastEvent, Step]], how: frozenset[str], ways: frozenset[Left], revoked: int
) -> str:
    people = sum(1 for _, step in steps if step.field == ROW and KINDS[step.kind].name == "person")
    again = sum(1 for _, step in steps if step.field == VOID)
    if people:
        said = ntr("{n} person is taken back; the number is not given again.",
                   "{n} people are taken back; their numbers are not given again.", people)  # fmt: skip
    elif any(len(step.before) > 1 for _, step in steps):
        said = tr("The answers stand side by side again, as they did before.")
    elif again:
        said = tr("It counts again as it did before.")
    else:
        said = tr("It is as it was before.")
    if revoked:
        said += " " + ntr("{n} card is no longer good.", "{n} cards are no longer good.", revoked)
    if AccessKind.PRINTED.value in how:
        said += " " + tr("It was printed already: throw the paper away, a correction is kept.")
    if how - {AccessKind.PRINTED.value}:
        said += " " + _after_it(ways)
    return said


def _after_it(ways: frozenset[Left]) -> str:
    """What of it others may know, and how they hear of the correction."""
    if Left.LAID_OUT in ways:
        return tr("Other desks may have seen it in these moments; the correction reaches them by itself.")
    if Left.CONFIRMED in ways:
        return tr("Others have it already: the correction goes to them like everything else.")
    if Left.WRITTEN in ways:
        return tr("It was written out already: the correction goes after it with the next bundle.")
    return tr("It was given out in a file or list already: a correction is kept.")
