"""What was typed of a person as it is stored: texts, births, codes and numbers in their one form."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from shelterdesk.core.birth import read_birth
from shelterdesk.core.countries import iso3, issuer_code
from shelterdesk.core.errors import BadField
from shelterdesk.core.people import (
    DocumentForm,
    IntakeAnswers,
    PersonForm,
    document_key,
    tidy_name,
    tidy_text,
)
from shelterdesk.core.vocabulary import DocumentType, Missing

_PAPERLESS = frozenset({DocumentType.NONE, DocumentType.LOST_IN_ROUTE, DocumentType.STOLEN})


def tidy(form: PersonForm, today: date) -> PersonForm:
    """The form with texts, birth, codes and numbers as they are stored; what cannot be read stays."""
    return replace(
        form,
        surnames=form.surnames if isinstance(form.surnames, Missing) else tidy_name(form.surnames),
        given=form.given if isinstance(form.given, Missing) else tidy_name(form.given),
        name_native=tidy_name(form.name_native),
        also_known_as=tuple(filter(None, map(tidy_name, form.also_known_as))),
        birth=_birth(form.birth, today),
        nationality=_codes(form.nationality),
        birth_country=_code(form.birth_country),
        last_residence=_code(form.last_residence),
        languages=form.languages
        if isinstance(form.languages, Missing)
        else tuple(dict.fromkeys(tidy_text(text).lower() for text in form.languages)),
        note=form.note.strip(),
        documents=tuple(_tidy_document(paper) for paper in form.documents),
        bed_needs=tuple(dict.fromkeys(tidy_text(need).upper() for need in form.bed_needs)),
        answers=_tidy_answers(form.answers),
    )


def _birth(birth: str | Missing, today: date) -> str | Missing:
    if isinstance(birth, Missing):
        return birth
    if not birth.strip():
        return Missing.NOT_ASKED
    try:
        return read_birth(birth, today).stored or Missing.UNKNOWN
    except BadField:
        return birth


def _code(text: str | Missing) -> str | Missing:
    if isinstance(text, Missing):
        return text
    return (iso3(text) or text.strip()) if text.strip() else Missing.NOT_ASKED


def _codes(texts: tuple[str, ...] | Missing) -> tuple[str, ...] | Missing:
    if isinstance(texts, Missing):
        return texts
    return tuple(dict.fromkeys(iso3(text) or text.strip() for text in texts)) or Missing.NOT_ASKED


def _tidy_document(paper: DocumentForm) -> DocumentForm:
    number = paper.number if isinstance(paper.number, Missing) else document_key(paper.number)
    if not number:
        number = Missing.NOT_APPLICABLE if paper.document_type in _PAPERLESS else Missing.NOT_ASKED
    issuer = (
        paper.issuer
        if isinstance(paper.issuer, Missing)
        else issuer_code(paper.issuer) or _code(paper.issuer)
    )
    return replace(paper, number=number, issuer=issuer, mrz=paper.mrz.strip())


def _tidy_answers(answers: IntakeAnswers) -> IntakeAnswers:
    return replace(answers, needs=tuple(dict.fromkeys(filter(None, map(tidy_text, answers.needs)))))
