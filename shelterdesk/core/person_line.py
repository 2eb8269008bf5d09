"""One person as a JSON object of another program, read into the form of a registration."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from difflib import get_close_matches
from enum import StrEnum
from typing import Any, TypeVar

from shelterdesk.core.errors import BadField
from shelterdesk.core.moment import said_moment
from shelterdesk.core.people import Answer, BedNeed, DocumentForm, IntakeAnswers, PersonForm, Said
from shelterdesk.core.vocabulary import (
    NEED_CATEGORIES,
    DocumentType,
    EntryKind,
    EntryRoute,
    HouseholdRole,
    Level,
    Missing,
    Relation,
    Sex,
)
from shelterdesk.core.words import tr

_TEXTS = (
    "surnames", "given", "birth", "birth_country", "last_residence", "residence_since", "literacy",
    "civil_status", "occupation", "destination",
)  # fmt: skip
_PLAIN = ("name_native", "name_source", "name_order", "note", "relation_proof")
_OTHER = (
    "also_known_as", "single_name", "sex", "nationality", "languages", "interpreter", "level", "entry_kind",
    "household", "role", "relation", "documents", "arrived_at", "entry_route", "arrival_group", "needs",
    "answers", "missing", "ref",
)  # fmt: skip
KEYS = frozenset((*_TEXTS, *_PLAIN, *_OTHER))
"""Members of a line that are known; any other is left out with a warning."""

_ANSWERS = ("pregnant", "mobility", "medical_today", "child_alone", "feels_unsafe")
_DOCUMENT_KEYS = frozenset({"type", "number", "issuer", "expiry", "mrz", "override_reason"})
_BED_NEEDS = frozenset(need.value for need in BedNeed)
# The form's own value where a line says nothing: left empty, or not asked.
_EMPTY = PersonForm()

Word = TypeVar("Word", bound=StrEnum)


_ALIKE = 0.8
"""From what share of letters in common on (difflib) a member is taken for a misspelt one."""


@dataclass(frozen=True, slots=True)
class ReadLine:
    """A line understood. ``household`` is a label or number, ``warnings`` what was left out of it."""

    form: PersonForm
    household: str | None
    arrived_at: datetime | None
    entry_route: EntryRoute | Missing
    arrival_group: str | None
    warnings: tuple[str, ...]


def read_line(raw: Mapping[str, Any], zone: str) -> ReadLine:
    """Read a decoded line of ``person add`` (CLI.md); ``zone`` (IANA) is that of times without an offset.

    A value may be null with its reason under ``missing``, or be ``{"missing": reason}`` itself. Raises
    ``BadField`` naming the member that cannot be read; what the values say is checked with the form.
    """
    strange = [str(key)[:40] for key in raw if key not in KEYS]
    for key in strange:
        meant = get_close_matches(key.casefold(), KEYS, 1, _ALIKE)
        if meant:  # what was meant is lost otherwise, a surname for one
            raise BadField(key, tr("this is not known here, “{meant}” is", meant=meant[0]))
    warnings = [tr("{key}: not known here, left out", key=key) for key in strange]
    line = _Line(raw)
    bed_needs, specific = _needs(line)
    if any(need.partition("-")[0].upper() not in NEED_CATEGORIES for need in specific):
        # Without saying which: what the person told is for the sealed record alone.
        listed = ", ".join((*BedNeed, *sorted(NEED_CATEGORIES)))
        warnings.append(
            tr("needs: one of them is no code of the list ({list}); it is sealed as it was said", list=listed)
        )
    form = PersonForm(
        **{key: line.text(key, getattr(_EMPTY, key)) for key in _TEXTS},
        **{key: line.plain(key) for key in _PLAIN},
        also_known_as=line.listed("also_known_as", ()),
        single_name=line.flag("single_name", None),
        sex=line.word("sex", Sex, Missing.NOT_ASKED),
        nationality=line.several("nationality"),
        languages=line.several("languages"),
        interpreter=line.flag_or_reason("interpreter"),
        level=line.known_word("level", Level),
        entry_kind=line.known_word("entry_kind", EntryKind) or EntryKind.ARRIVED,
        role=line.known_word("role", HouseholdRole),
        relation=line.word("relation", Relation, Missing.NOT_ASKED),
        documents=tuple(_document(one, warnings) for one in line.objects("documents")),
        bed_needs=bed_needs,
        answers=_answers(line, specific, warnings),
    )
    return ReadLine(
        form=form,
        household=line.plain("household").strip() or None,
        arrived_at=line.moment("arrived_at", zone),
        entry_route=line.word("entry_route", EntryRoute, Missing.NOT_ASKED),
        arrival_group=line.plain("arrival_group").strip() or None,
        warnings=tuple(warnings),
    )


class _Line:
    """A JSON object asked for its members by type; ``name`` is the field an error points at."""

    def __init__(self, raw: Mapping[str, Any], name: str = "") -> None:
        self._raw = raw
        self._name = name
        reasons = raw.get("missing")
        if reasons is not None and not isinstance(reasons, dict):
            raise BadField("missing", tr("this is not an object of reasons"))
        self._reasons: Mapping[str, Any] = reasons or {}

    def bad(self, key: str, sentence: str) -> BadField:
        return BadField(self._name or key, sentence)

    def value(self, key: str) -> Any:
        """A member, a :class:`Missing` where a reason stands for it, None where nothing does."""
        value = self._raw.get(key)
        if isinstance(value, dict) and set(value) == {"missing"}:
            return self._reason(key, value["missing"])
        if value is None and self._reasons.get(key) is not None:
            return self._reason(key, self._reasons[key])
        return value

    def _reason(self, key: str, said: Any) -> Missing:
        if not isinstance(said, str) or said not in set(Missing):
            raise self.bad(key, tr("{text} is no reason for a missing value", text=str(said)[:40]))
        return Missing(said)

    def text(self, key: str, empty: str | Missing) -> str | Missing:
        value = self.value(key)
        if value is None:
            return empty
        if isinstance(value, Missing):
            return value
        if key == "birth" and isinstance(value, int) and not isinstance(value, bool):
            return str(value)
        if not isinstance(value, str):
            raise self.bad(key, tr("this is not a text"))
        return value if value.strip() else empty

    def plain(self, key: str) -> str:
        value = self.text(key, "")
        return "" if isinstance(value, Missing) else value

    def listed(self, key: str, empty: tuple[str, ...]) -> tuple[str, ...]:
        value = self.value(key)
        if value is None or isinstance(value, Missing):
            return empty
        if isinstance(value, str):
            return (value,) if value.strip() else empty
        if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
            raise self.bad(key, tr("this is not a list of texts"))
        return tuple(value)

    def several(self, key: str) -> tuple[str, ...] | Missing:
        value = self.value(key)
        return value if isinstance(value, Missing) else self.listed(key, ()) or Missing.NOT_ASKED

    def flag(self, key: str, empty: bool | None) -> bool | None:
        value = self.value(key)
        if value is None or isinstance(value, Missing):
            return empty
        if not isinstance(value, bool):
            raise self.bad(key, tr("this is neither true nor false"))
        return value

    def flag_or_reason(self, key: str) -> bool | Missing | None:
        value = self.value(key)
        return value if isinstance(value, Missing) else self.flag(key, None)

    def known_word(self, key: str, words: type[Word]) -> Word | None:
        value = self.value(key)
        if value is None or isinstance(value, Missing):
            return None
        said = value.strip().upper() if isinstance(value, str) else None
        if said is None or said not in {str(word) for word in words}:
            listed = ", ".join(str(word) for word in words)
            raise self.bad(key, tr("{text} is not on the list: {list}", text=str(value)[:40], list=listed))
        return words(said)

    def word(self, key: str, words: type[Word], empty: Missing) -> Word | Missing:
        value = self.value(key)
        return value if isinstance(value, Missing) else self.known_word(key, words) or empty

    def objects(self, key: str) -> list[Mapping[str, Any]]:
        value = self.value(key)
        if value is None or isinstance(value, Missing):
            return []
        if not isinstance(value, list) or not all(isinstance(one, dict) for one in value):
            raise self.bad(key, tr("this is not a list of objects"))
        return value

    def moment(self, key: str, zone: str) -> datetime | None:
        said = self.plain(key)
        if not said:
            return None
        try:
            return said_moment(said, zone)
        except BadField as bad:
            raise self.bad(key, bad.sentence.rstrip(".")) from None


def _needs(line: _Line) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """What a bed must offer, open, and everything else, which is sealed."""
    said = line.listed("needs", ())
    codes = [(need, need.strip().upper()) for need in said]
    return (
        tuple(code for _, code in codes if code in _BED_NEEDS),
        tuple(need.strip() for need, code in codes if code and code not in _BED_NEEDS),
    )


def _answers(line: _Line, needs: tuple[str, ...], warnings: list[str]) -> IntakeAnswers:
    said = line.value("answers")
    if said is None or isinstance(said, Missing):
        return IntakeAnswers(needs=needs)
    if not isinstance(said, dict):
        raise BadField("answers", tr("this is not an object of answers"))
    warnings += [
        tr("{key}: not known here, left out", key=f"answers.{str(key)[:40]}")
        for key in said
        if key not in _ANSWERS
    ]
    asked = _Line(said, "answers")
    return IntakeAnswers(**{key: _answer(asked.value(key)) for key in _ANSWERS}, needs=needs)


def _answer(said: Any) -> Said:
    if said is None:
        return Missing.NOT_ASKED
    if isinstance(said, Missing):
        return said
    if isinstance(said, bool):
        return Answer.YES if said else Answer.NO
    if said not in ("yes", "no"):
        raise BadField("answers", tr("an answer is yes or no"))
    return Answer(said)


def _document(raw: Mapping[str, Any], warnings: list[str]) -> DocumentForm:
    line = _Line(raw, "documents")
    warnings += [
        tr("{key}: not known here, left out", key=f"documents.{str(key)[:40]}")
        for key in raw
        if key not in _DOCUMENT_KEYS | {"missing"}
    ]
    kind = line.known_word("type", DocumentType)
    if kind is None:
        raise BadField("documents", tr("a document needs its type"))
    return DocumentForm(
        document_type=kind,
        number=line.text("number", Missing.NOT_ASKED),
        issuer=line.text("issuer", Missing.NOT_ASKED),
        expiry=line.text("expiry", Missing.NOT_ASKED),
        mrz="\n".join(line.listed("mrz", ())),
        override_reason=line.plain("override_reason"),
    )
