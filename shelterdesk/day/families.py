"""The day's people as an operator would type them at the reception, field by field."""

from __future__ import annotations

from shelterdesk.core.birth import from_stored
from shelterdesk.core.languages import language_name
from shelterdesk.core.practice_people import PracticePerson
from shelterdesk.core.vocabulary import DocumentType, EntryRoute
from shelterdesk.ui.screens.people_words import document_words, relation_words, route_words


def typed(person: PracticePerson, place_in_family: int) -> dict[str, str]:
    """What is typed into each field of the form (by the field's name), nothing for the others."""
    said = {
        "surnames": person.surnames,
        "given": person.given,
        "name_native": person.name_native or "",
        "birth": birth_as_said(person.birth),
        "sex": person.sex.value.lower(),
        "nationality": ", ".join(person.nationality),
        "birth_country": person.birth_country or "",
        "languages": ", ".join(language_name(code) for code in person.languages[:1]),
        "route": route_words(EntryRoute.BAJO_CHIQUITO.value),
    }
    if place_in_family and person.relation is not None:
        said["relation"] = relation_words(person.relation.value)
    if person.documents:
        paper = person.documents[0]
        said["document_type"] = document_words(paper.type.value)
        said["document_number"] = paper.number or ""
    else:
        said["document_type"] = document_words(DocumentType.LOST_IN_ROUTE.value)
    return said


def birth_as_said(stored: str | None) -> str:
    """A stored birth in words the form understands; nothing for one nobody knows."""
    if stored is None:
        return ""
    birth = from_stored(stored)
    if stored.startswith("~"):
        said_on = stored.rpartition("/")[2]
        if birth.earliest is None or birth.latest is None:
            return ""
        years = int(said_on[:4]) - (birth.earliest.year + birth.latest.year + 1) // 2
        return f"~{max(years, 0)}"
    return stored


def names_of(person: PracticePerson) -> list[str]:
    """Every way a person's name could turn up in a file."""
    parts = [person.surnames, person.given, person.name_native or ""]
    whole = [f"{person.given} {person.surnames}".strip(), f"{person.surnames}, {person.given}".strip(", ")]
    return [name for name in dict.fromkeys([*parts, *whole]) if name]
