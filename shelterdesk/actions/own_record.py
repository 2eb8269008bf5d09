"""A person's own record on paper: what is held of them in the open, made for them and noted as printed."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from shelterdesk.actions.access import note_access, person_named
from shelterdesk.actions.desk import Desk
from shelterdesk.actions.naming import gone
from shelterdesk.actions.paper_facts import ListPrinted, paper_facts, printed
from shelterdesk.core import countries
from shelterdesk.core.birth import reading
from shelterdesk.core.cards import bed_code_for_card
from shelterdesk.core.changes import Done
from shelterdesk.core.field_words import (
    document_words,
    end_words,
    entry_words,
    field_label,
    missing_words,
    relation_words,
    route_words,
    sex_words,
)
from shelterdesk.core.languages import language_name
from shelterdesk.core.number import Counted
from shelterdesk.core.own_record import OwnRecord, Said
from shelterdesk.core.paper_words import PaperWords, paper_words
from shelterdesk.core.people import Answer, birth_of
from shelterdesk.core.vocabulary import AccessKind, Missing
from shelterdesk.core.words import language as spoken_language
from shelterdesk.core.words import ntr, tr
from shelterdesk.db.person_page import PersonPage, person_page
from shelterdesk.db.person_records import Record
from shelterdesk.db.store import Reader
from shelterdesk.reports.paper import moment_shown

if TYPE_CHECKING:
    from shelterdesk.reports.paper import PaperName

RECORD = "print a person's own record"

_SHOWN = (
    "surnames", "given", "name_native", "also_known_as", "sex", "birth", "nationality", "birth_country",
    "last_residence", "residence_since", "languages", "literacy", "civil_status", "occupation", "destination",
    "arrived_at", "entry_kind", "entry_route",
)  # fmt: skip
"""Fields of the person on the page. A note is for the desk and may speak of others."""

_CODES = {"sex": sex_words, "entry_kind": entry_words, "entry_route": route_words}
_COUNTRIES = frozenset({"nationality", "birth_country", "last_residence"})


def headlines() -> dict[str, PaperWords]:
    """The headline by language, as the program ships it. Raises ``DamagedFile``."""
    file = resources.files("shelterdesk.resources") / "vocabularies" / "own_record.json"
    try:
        document: object = json.loads(file.read_text("utf-8"))
    except ValueError:
        document = None
    return paper_words(document)


def own_record(desk: Desk, reader: Reader, number: str) -> OwnRecord:
    """What is held in the open of a person (number or id), in words. Raises ``NotAllowed``, ``NotFound``."""
    desk.must(RECORD)
    page = _page(desk, reader, number)
    return OwnRecord(
        facts=paper_facts(reader, desk.clock.now(), desk.user.name),
        number=page.number,
        name=page.name,
        headline=_headline(page),
        about=tuple(_about(page)),
        documents=tuple(_documents(page)),
        stays=tuple(_stays(page)),
        services=tuple(_services(page)),
        consents=tuple(_consents(page)),
    )


def print_own_record(
    desk: Desk, number: str, out: Path | BinaryIO, *, paper: PaperName = "a4"
) -> Done[ListPrinted]:
    """Write a person's own record as a PDF into a file or memory; that it was printed is noted on them.

    Raises ``NotAllowed``, ``NotFound``, ``DiskFull``, ``CannotWrite``; nothing is noted then.
    """
    from shelterdesk.reports.own_record import write_own_record

    desk.must(RECORD)
    reader = desk.reader()
    try:
        record = own_record(desk, reader, number)
        ent = _page(desk, reader, number).ent
    finally:
        reader.close()
    written = write_own_record(record, out, paper=paper)
    noted = note_access(desk, AccessKind.PRINTED, "person", ent, tr("own record"), count=1)
    return Done(printed(written, 1, out), noted.changes)


def _page(desk: Desk, reader: Reader, number: str) -> PersonPage:
    page = person_page(reader, person_named(desk, reader, number))
    if page is None:
        raise gone(reader.conn, Counted.PERSON, number, desk.who.slot)
    return page


def _headline(page: PersonPage) -> PaperWords | None:
    """In the first of their languages there are words for; none where the page itself speaks it."""
    words, here = headlines(), spoken_language()[:2]
    spoken = page.record.values.get("languages") or ()
    return next((words[one] for one in spoken if one in words and one != here), None)


def _about(page: PersonPage) -> Iterable[Said]:
    held = {field.name: field for field in page.fields}
    for name in _SHOWN:
        field = held[name]
        if field.value not in (None, "", []):
            yield field_label(name), _in_words(name, field.value)
        elif field.missing is not None and field.missing != Missing.NOT_ASKED.value:
            yield field_label(name), missing_words(field.missing)
    if page.household is not None:
        own = next((one for one in page.household.members if one.ent == page.ent), None)
        said = [page.household.number, page.household.words]
        if own is not None and own.is_head:
            said.append(tr("head of the family"))
        elif own is not None and own.relation:
            said.append(relation_words(own.relation))
        yield tr("Family"), " · ".join(one for one in said if one)
    yield tr("In the house"), tr("yes") if page.is_present else tr("no")


def _in_words(name: str, value: Any) -> str:
    several = value if isinstance(value, list | tuple) else (value,)
    if name == "birth":
        return reading(birth_of(str(value)))
    if name in _COUNTRIES:
        return ", ".join(countries.name(str(code)) for code in several)
    if name == "languages":
        return ", ".join(language_name(str(code)) for code in several)
    if name in _CODES:
        return _CODES[name](str(value))
    if name == "arrived_at":
        return moment_shown(str(value))
    return ", ".join(str(one) for one in several)


def _documents(page: PersonPage) -> Iterable[Said]:
    for one in page.sections["documents"]:
        issuer = one.text("issuer")
        parts = [one.text("document_number"), countries.name(issuer) if issuer else ""]
        if one.text("expiry"):
            parts.append(tr("valid until {day}", day=one.text("expiry")))
        yield document_words(one.text("document_type")), " · ".join(part for part in parts if part) or "–"


def _stays(page: PersonPage) -> Iterable[Said]:
    for one in page.sections["stays"]:
        code = bed_code_for_card(one.labels.get("place"))  # what a part of the site is for is on no paper
        until = _moment(one, "to_at") or tr("until now")
        why = f" · {end_words(one.text('end_reason'))}" if one.text("end_reason") else ""
        yield code or tr("A bed"), f"{_moment(one, 'from_at')} – {until}{why}"


def _services(page: PersonPage) -> Iterable[Said]:
    times: Counter[str] = Counter()
    last: dict[str, str] = {}
    for one in page.sections["services"]:
        code = one.labels.get("service_type") or ""
        times[code] += 1
        last[code] = max(last.get(code, ""), one.text("happened_at"))
    for code, count in times.items():
        rule = page.services.get(code)
        name = rule.name(spoken_language()) if rule is not None else code
        said = ntr("{n} time", "{n} times", count)
        yield name, tr("{times}, last {when}", times=said, when=moment_shown(last[code]))


def _consents(page: PersonPage) -> Iterable[Said]:
    for one in page.sections["consents"]:
        parts = [_answer(one.text("answer")), _moment(one, "asked_at")]
        if one.text("withdrawn_at"):
            parts.append(tr("taken back {when}", when=_moment(one, "withdrawn_at")))
        yield one.text("purpose").replace("_", " "), " · ".join(part for part in parts if part)


def _answer(code: str) -> str:
    said = {Answer.YES.value: lambda: tr("yes"), Answer.NO.value: lambda: tr("no")}
    return said[code]() if code in said else code.replace("_", " ")


def _moment(record: Record, name: str) -> str:
    said = record.text(name)
    return moment_shown(said) if said else ""
