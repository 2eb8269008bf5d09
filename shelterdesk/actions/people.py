"""Finding people and opening their pages; whoever opened what is kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from shelterdesk.actions.access import note_access, note_search, person_named
from shelterdesk.actions.desk import Desk
from shelterdesk.actions.naming import gone
from shelterdesk.actions.registration import local_day
from shelterdesk.core.changes import Changes, Done
from shelterdesk.core.errors import NotFound
from shelterdesk.core.kinds import PERSON, VOID, FieldType
from shelterdesk.core.moment import from_milliseconds, moment_text, to_milliseconds
from shelterdesk.core.number import Counted
from shelterdesk.core.vocabulary import AccessKind, Missing
from shelterdesk.core.words import tr
from shelterdesk.db import people
from shelterdesk.db.people import PersonLine
from shelterdesk.db.person_page import ASKED, Change, PersonPage, person_page
from shelterdesk.db.store import Reader

_AS_LISTS = {
    "documents": "documents",
    "stays": "stays",
    "movements": "movements",
    "services": "services",
    "cards": "cards",
    "flags": "flags",
    "bed_needs": "bed_needs",
    "consents": "consents",
    "transfers": "transfers",
}


def find_people(desk: Desk, reader: Reader, text: str, limit: int = 20) -> list[PersonLine]:
    """People who answer to what was typed so far, best first (``db/people.py``). Nothing is kept of it yet.

    Raises ``NotAllowed`` for roles that may not search.
    """
    desk.must("find people")
    return people.find_people(reader, text, local_day(desk), limit)


def list_people(desk: Desk, reader: Reader, text: str, limit: int = 20) -> Done[list[PersonLine]]:
    """The same as a list shown for good (the command line, Enter in the field): the search is kept."""
    found = find_people(desk, reader, text, limit)
    return Done(found, note_search(desk, text, len(found)).changes)


def open_person(desk: Desk, reader: Reader, number: str) -> Done[PersonPage]:
    """The page of a person by number or id; that it was opened is kept. Raises ``NotFound``."""
    desk.must("open a person")
    ent = person_named(desk, reader, number)
    page = person_page(reader, ent)
    if page is None:
        raise gone(reader.conn, Counted.PERSON, number, desk.who.slot)
    return Done(page, note_access(desk, AccessKind.OPENED, "person", page.ent).changes)


def page_again(desk: Desk, reader: Reader, ent: str) -> PersonPage | None:
    """The page of a person that stands open, asked anew after a change; None when it is gone meanwhile."""
    desk.must("open a person")
    return person_page(reader, bytes.fromhex(ent))


def show_person(
    desk: Desk,
    reader: Reader,
    number: str,
    as_of: datetime | None = None,
    sealed: Mapping[str, list[dict[str, Any]]] | None = None,
) -> Done[dict[str, Any]]:
    """A person as plain values, with the history: ``person show NUMBER --json [--as-of TIME]``.

    With ``as_of`` as it follows from the events written until then, by the clocks of those who wrote them.
    ``sealed`` is what the caller's user may see of sealed classes, by the name it is shown under. That it was
    opened is kept. Raises ``NotFound``, also for somebody not registered yet at that time.
    """
    desk.must("open a person")
    ent = person_named(desk, reader, number, voided=as_of is not None)
    page = person_page(reader, ent, None if as_of is None else to_milliseconds(as_of))
    if page is None or page.record.void is not None:
        raise NotFound(number.strip()[:40], tr("At that time nobody was registered under it."))
    plain = person_json(page, reader.who.zone)
    if as_of is not None:
        plain["as_of"] = moment_text(as_of, reader.who.zone)
    plain.update(sealed or {})
    detail = "" if as_of is None else f"as of {as_of.astimezone(ZoneInfo(reader.who.zone)):%Y-%m-%d %H:%M}"
    return Done(
        plain, Changes.of() | note_access(desk, AccessKind.OPENED, "person", page.ent, detail).changes
    )


def person_json(page: PersonPage, zone: str) -> dict[str, Any]:
    """A page as plain values: null where something is not known, its reason under ``missing``."""
    plain: dict[str, Any] = {"person": page.ent, "number": page.number, "name": page.name}
    missing: dict[str, str] = {}
    for field in PERSON.fields:
        if field.number == VOID or field.name == "number":
            continue
        value = page.record.values.get(field.name)
        if field.type is FieldType.REF and value is not None:
            plain[f"{field.name}_id"] = value
            value = page.record.labels.get(field.name)
        plain[field.name] = value
        if value is None and (field.name in page.record.missing or field.name in ASKED):
            missing[field.name] = page.record.missing.get(field.name, Missing.NOT_ASKED.value)
    plain["missing"] = missing
    plain["is_present"] = page.is_present
    plain["age_at_arrival"] = None if page.age_at_arrival is None else list(page.age_at_arrival)
    plain["age_band"] = page.age_band
    if page.travelled is not None:
        plain["travelled"] = asdict(page.travelled)
    plain["entered_at"] = moment_text(from_milliseconds(page.record.entered_ms), zone)
    plain["entered_by"] = page.record.entered_by
    plain["household"] = _household(page)
    for name, section in _AS_LISTS.items():
        plain[name] = [record.as_json() for record in page.sections[section]]
    plain["relations"] = [r.as_json() for r in (*page.sections["relations"], *page.sections["related_to"])]
    plain["same_as"] = [r.as_json() for r in (*page.sections["same_as"], *page.sections["same_as_other"])]
    plain["conflicts"] = [
        {"kind": one.kind, "id": one.ent, "field": one.field, "values": list(one.values)}
        for one in page.conflicts
    ]
    plain["timeline"] = [
        {"at": one.at, "what": one.words, "kind": one.kind, "event": one.event, "id": one.ent, "by": one.by}
        for one in page.timeline
    ]
    plain["history"] = [_change(one, zone) for one in page.changes]
    return plain


def _household(page: PersonPage) -> dict[str, Any] | None:
    held = page.household
    if held is None:
        return None
    own = next((member for member in held.members if member.ent == page.ent), None)
    return {
        "id": held.ent,
        "number": held.number,
        "words": held.words,
        "role": own.role if own is not None else None,
        "relation": own.relation if own is not None else None,
        "members": [
            {
                "person": member.ent,
                "number": member.number,
                "name": member.name,
                "role": member.role,
                "relation": member.relation,
                "is_head": member.is_head,
            }
            for member in held.members
        ],
    }


def _change(one: Change, zone: str) -> dict[str, Any]:
    plain: dict[str, Any] = {
        "at": moment_text(from_milliseconds(one.at_ms), zone),
        "by": one.user,
        "desk": one.desk,
        "kind": one.kind,
        "id": one.ent,
        "created": one.is_creation,
        "values": dict(one.values),
    }
    if one.set_aside is not None:
        plain["set_aside"] = one.set_aside
    if one.clock_doubt:
        plain["clock_doubt"] = True
    if one.is_clock_corrected:
        plain["clock_corrected"] = True
    return plain
