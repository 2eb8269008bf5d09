"""Erasure on request: the office says which records go, and every replica that hears it blanks them (SYNC §1.4)."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass

from shelterdesk import startup
from shelterdesk.actions.access import person_named
from shelterdesk.actions.class_keys import class_identities
from shelterdesk.actions.desk import Desk
from shelterdesk.actions.erasures_file import note_erasures
from shelterdesk.actions.records import open_class_file
from shelterdesk.actions.two_persons import Agreed, Body, Proposal, do_or_propose
from shelterdesk.core.changes import Changes, Done
from shelterdesk.core.errors import BadField, NotAllowed, WorldError
from shelterdesk.core.kinds import CARRIERS, PERSON
from shelterdesk.core.names import folded_words
from shelterdesk.core.words import tr
from shelterdesk.db import erasable
from shelterdesk.db.conflict_subjects import Subject, subjects
from shelterdesk.db.connection import Connection
from shelterdesk.db.store import Reader

ERASE = "erase"
LONGEST_GROUND = 400
MOST_AT_ONCE = 10_000
"""Ids in one statement; of more there are several."""

GROUND_OF_LATE = "follows an erasure that was ordered before"


@dataclass(frozen=True, slots=True)
class Erased:
    """What is erased, or would be once a second person confirms ``proposal``: people, and all records about them."""

    persons: int
    records: int
    proposal: Proposal | None = None


@dataclass(frozen=True, slots=True)
class ToErase:
    """Who would be erased, with all linked as the same person, and how many records would go."""

    people: tuple[Subject, ...]
    records: int


def who_would_go(desk: Desk, reader: Reader, persons: Sequence[str]) -> ToErase:
    """What :func:`erase` would take of these people, to be looked at before. Raises ``NotAllowed``, ``NotFound``."""
    desk.must("erase people")
    named = {person_named(desk, reader, one, voided=True) for one in persons}
    found = erasable.same_person(reader.conn, named)
    return ToErase(
        people_called(reader.conn, found), len(erasable.records_about(reader.conn, found)) if found else 0
    )


def people_called(conn: Connection, persons: Collection[bytes]) -> tuple[Subject, ...]:
    """Numbers and names of people, by number."""
    found = subjects(conn, [(PERSON.number, ent) for ent in persons])
    return tuple(sorted(found.values(), key=lambda one: one.number))


def erase(desk: Desk, persons: Sequence[str], ground: str, also: Sequence[str] = ()) -> Done[Erased]:
    """Have all records about some people erased, here and wherever the statement comes.

    ``persons`` by number or id; records linked as the same person go too. ``also`` are ids of sealed entries, as their
    holders listed them (:func:`sealed_ids`). ``ground`` is said in the statement and names nobody. In an office with two
    admins it waits for the second. It cannot be taken back. Raises ``NotAllowed``, ``NotHere`` at a station,
    ``NotFound``, ``BadField`` for a ground that names somebody or is missing, or what is no id.
    """
    desk.must("erase people")
    desk.must_be_office()
    reader = desk.reader()
    try:
        named = {person_named(desk, reader, one, voided=True) for one in persons}
        found = erasable.same_person(reader.conn, named)
        _check_ground(ground, erasable.names_of(reader.conn, found))
        records = erasable.records_about(reader.conn, found)
    finally:
        reader.close()
    extra = [_id(one) for one in also]
    if not found and not extra:
        raise BadField("persons", tr("Nobody is named."), tr("Give the number of each person to erase."))
    body = {
        "persons": sorted(ent.hex() for ent in found),
        "also": sorted(set(extra)),
        "ground": ground.strip(),
    }
    done = do_or_propose(desk, ERASE, body, carry_out)
    return Done(Erased(len(found), len(records | set(map(bytes.fromhex, extra))), done.result), done.changes)


def carry_out(desk: Desk, body: Body, agreed: Agreed) -> set[str]:
    """Say it: everything about these people that is here by now, in as many statements as it takes."""
    persons = {bytes.fromhex(one) for one in body["persons"]}
    found = erasable.records_about(desk.store.conn, persons) | {bytes.fromhex(one) for one in body["also"]}
    return _say(desk, found, str(body["ground"]), agreed)


def erase_late(desk: Desk) -> Done[int]:
    """Erase also what came only now about people who were erased before, from a desk that had not heard of it.

    At the office, after every import; nothing is decided anew. Returns how many records.
    """
    if not desk.who.is_office or not desk.roster.erased:
        return Done(0)
    found = erasable.told_since(desk.store.conn, desk.roster.erased)
    if not found:
        return Done(0)
    return Done(len(found), Changes(frozenset(_say(desk, found, GROUND_OF_LATE, []))))


def sealed_ids(desk: Desk, persons: Sequence[str] = ()) -> Done[tuple[str, ...]]:
    """The ids under which sealed entries about some people travel, for the office to have them erased as well.

    Only holders can say it, each for the classes they hold. Without ``persons``: about everybody who was erased
    already. Raises ``NotAllowed`` to who holds no class, ``NotFound``.
    """
    reader = desk.reader()
    try:
        named: Collection[bytes] = {person_named(desk, reader, one, voided=True) for one in persons}
        named = erasable.same_person(reader.conn, named) if named else desk.roster.erased
    finally:
        reader.close()
    found: set[str] = set()
    holds = False
    for name in CARRIERS:
        for key in class_identities(desk, name):
            holds = True
            file = open_class_file(desk, key)
            try:
                file.catch_up(desk.store.conn, [key.key.identity])
                found |= file.carriers_about(named)
            finally:
                file.close()
    if not holds:
        raise NotAllowed(tr("list sealed entries"))
    return Done(tuple(sorted(found)))


def _say(desk: Desk, found: Collection[bytes], ground: str, agreed: Agreed) -> set[str]:
    ids = sorted(ent.hex() for ent in found)
    parts = [ids[start : start + MOST_AT_ONCE] for start in range(0, len(ids), MOST_AT_ONCE)]
    said = [{"entities": part, "ground": ground, **({"agreed": agreed} if agreed else {})} for part in parts]
    changed = desk.publish_together(*((ERASE, body) for body in said))
    with suppress(WorldError):  # written again at the end of work
        note_erasures(desk.store, desk.folder / startup.ERASED)
    return changed


def _check_ground(ground: str, names: Collection[str]) -> None:
    text = ground.strip()
    if not text:
        raise BadField(
            "ground", tr("An erasure needs its ground."), tr("Say which request or rule asks for it.")
        )
    if len(text) > LONGEST_GROUND:
        raise BadField(
            "ground", tr("The ground is too long."), tr("Shorten it to at most {n} signs.", n=LONGEST_GROUND)
        )
    if not set(folded_words(text)).isdisjoint(names):
        raise BadField(
            "ground",
            tr("The ground names the person, and it is kept for ever."),
            tr("Say which request it is by its number or date, and no name."),
        )


def _id(text: str) -> str:
    clean = text.strip().lower()
    try:
        if len(bytes.fromhex(clean)) == 16 and len(clean) == 32:
            return clean
    except ValueError:
        pass
    raise BadField(
        "also", tr("{text} is no id.", text=text[:40]), tr("An id has 32 digits and letters a to f.")
    )
