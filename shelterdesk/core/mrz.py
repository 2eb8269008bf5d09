"""Reading the machine-readable zone of a travel document, with every check shown and nothing dropped.

The layouts are those of ICAO Doc 9303: TD1 (part 5), TD2 (part 6), TD3 (part 4), visas MRV-A and MRV-B
(part 7). A wrong check digit never refuses a document: the fields are given as read, the check as failed,
and a person decides. Only a text that is no zone at all is :class:`MrzUnreadable`.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import lru_cache
from typing import Any

from shelterdesk.core.countries import issuer_code
from shelterdesk.core.errors import WorldError
from shelterdesk.core.mrz_fields import ALPHABET, FILLER, check_digit, compose_td1, compose_td3
from shelterdesk.core.mrz_layout import LAYOUTS, WIDTH_OF_JOINED, Format, Span
from shelterdesk.core.names import is_placeholder
from shelterdesk.core.words import language, tr

__all__ = [
    "Check", "Format", "MrzUnreadable", "NationalityStatus", "Swap", "TravelDocumentZone", "check_digit",
    "compose_td1", "compose_td3", "read_zone", "zones_in",
]  # fmt: skip

_TO_DIGIT = str.maketrans("OISBZG", "015826")
_TO_LETTER = str.maketrans("015826", "OISBZG")
_OLD_ENOUGH_TO_ASK = 90


class NationalityStatus(StrEnum):
    """Why a document names no country as nationality (part 3 §5, codes of E and G)."""

    STATELESS = "STATELESS"
    REFUGEE = "REFUGEE"
    OTHER_REFUGEE = "OTHER_REFUGEE"
    UNSPECIFIED = "UNSPECIFIED"


_NO_COUNTRY = {
    "XXA": NationalityStatus.STATELESS,
    "XXB": NationalityStatus.REFUGEE,
    "XXC": NationalityStatus.OTHER_REFUGEE,
    "XXX": NationalityStatus.UNSPECIFIED,
}


class MrzUnreadable(WorldError):
    """The text is not a machine-readable zone: wrong length or signs that no zone has."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence, tr("Scan it again, or type the fields from the page by hand."))


@dataclass(frozen=True)
class Check:
    """One check digit: which field, what it should be, what stands there."""

    field: str
    expected: str
    found: str
    ok: bool


@dataclass(frozen=True)
class Swap:
    """A sign read as its look-alike: ``found`` stood there, ``read_as`` was taken."""

    field: str
    found: str
    read_as: str


@dataclass(frozen=True)
class TravelDocumentZone:
    """What a zone says. Names are a search key in the alphabet of the zone, not the name to display.

    ``nationality`` and ``issuer`` are ISO 3166 alpha-3 where the code is known, otherwise as printed;
    ``nationality`` is None with a ``nationality_status`` for stateless persons, refugees and unspecified
    (``nationality_code`` keeps the three letters). ``birth`` and ``expiry`` are partial ISO dates, None
    when not known; ``expired`` is None without a full expiry date.
    """

    format: Format
    doc_code: str
    issuer: str
    number: str
    nationality: str | None
    nationality_code: str
    nationality_status: NationalityStatus | None
    surnames: str
    given: str
    single_name: bool
    birth: str | None
    sex: str
    expiry: str | None
    expired: bool | None
    optional: str
    checks: tuple[Check, ...]
    swaps: tuple[Swap, ...]
    warnings: tuple[str, ...]
    lines: tuple[str, ...]

    @property
    def valid(self) -> bool:
        """Whether every check digit is right."""
        return all(check.ok for check in self.checks)

    def to_json(self) -> dict[str, Any]:
        """The zone as plain values for ``shelterdesk mrz --json``."""
        plain: dict[str, Any] = {
            name: getattr(self, name)
            for name in (
                "doc_code", "issuer", "number", "nationality", "nationality_code", "surnames", "given",
                "single_name", "birth", "sex", "expiry", "expired", "optional", "valid",
            )
        }  # fmt: skip
        plain["format"] = self.format.value
        plain["nationality_status"] = self.nationality_status.value if self.nationality_status else None
        plain["checks"] = [
            {"field": c.field, "expected": c.expected, "found": c.found, "ok": c.ok} for c in self.checks
        ]
        plain["swaps"] = [{"field": s.field, "found": s.found, "read_as": s.read_as} for s in self.swaps]
        plain["warnings"] = list(self.warnings)
        plain["lines"] = list(self.lines)
        return plain


def zones_in(text: str) -> list[str]:
    """The zones of a text, one per block; blocks are divided by blank lines."""
    return [block for block in re.split(r"\r?\n[ \t]*\r?\n\s*", text.strip()) if block.strip()]


def read_zone(text: str, today: date) -> TravelDocumentZone:
    """Read one zone as typed or scanned: two or three lines or all in one, any case, spaces ignored.

    ``today`` is the reference for two-digit years: a birth is the latest such date not after it, an
    expiry lies from 49 years before to 50 years after. Raises :class:`MrzUnreadable` for a text whose
    length or signs belong to no zone; anything else is read, with its checks.
    """
    return _read(text, today, language())


@lru_cache(maxsize=64)
def _read(text: str, today: date, _language: str) -> TravelDocumentZone:
    """Read once what is asked for again while a form is checked and saved; its warnings are in one language."""
    lines = _lines(text)
    return _Reading(_format(lines), lines, today).zone()


def _lines(text: str) -> list[str]:
    clean = unicodedata.normalize("NFKC", text).upper().replace("«", "<<").replace("‹", FILLER)
    lines = ["".join(line.split()) for line in clean.splitlines()]
    lines = [line for line in lines if line]
    if not lines:
        raise MrzUnreadable(tr("There is no machine-readable zone in this text."))
    if len(lines) == 1 and len(lines[0]) in WIDTH_OF_JOINED:
        width = WIDTH_OF_JOINED[len(lines[0])]
        lines = [lines[0][at : at + width] for at in range(0, len(lines[0]), width)]
    _expect_lengths(lines)
    for at, line in enumerate(lines, start=1):
        for sign in line:
            if sign not in ALPHABET:
                raise MrzUnreadable(
                    tr("Line {line} has the sign {sign}, which no document zone has.", line=at, sign=sign)
                )
    return lines


def _expect_lengths(lines: list[str]) -> None:
    shape = (len(lines), len(lines[0]))
    if shape in {(2, 44), (2, 36), (3, 30)} and len({len(line) for line in lines}) == 1:
        return
    if len(lines) not in (2, 3):
        raise MrzUnreadable(
            tr("A document zone has 2 lines of 44 or 36 characters or 3 lines of 30; this has {found}.",
               found=", ".join(str(len(line)) for line in lines[:4]) + (", …" if len(lines) > 4 else ""))
        )  # fmt: skip
    width = 30 if len(lines) == 3 else min((44, 36), key=lambda w: sum(abs(len(line) - w) for line in lines))
    at, line = next((at, line) for at, line in enumerate(lines, start=1) if len(line) != width)
    raise MrzUnreadable(
        tr("Line {line} has {found} characters where {width} belong.", line=at, found=len(line), width=width)
    )


def _format(lines: list[str]) -> Format:
    visa = lines[0].startswith("V")
    if len(lines) == 3:
        return Format.TD1
    if len(lines[0]) == 44:
        return Format.MRVA if visa else Format.TD3
    return Format.MRVB if visa else Format.TD2


class _Reading:
    """One zone being read: collects checks, swaps and warnings on the way."""

    def __init__(self, form: Format, lines: list[str], today: date) -> None:
        self.form, self.layout, self.today = form, LAYOUTS[form], today
        self.raw = tuple(lines)
        self.lines = list(lines)
        self.checks: list[Check] = []
        self.swaps: list[Swap] = []
        self.warnings: list[str] = []

    def zone(self) -> TravelDocumentZone:
        layout = self.layout
        doc_code = self._doc_code()
        issuer = self._country("issuer", Span(0, 2, 5))
        number, optional_from = self._number()
        birth_text = self._dated("birth", layout.birth)
        expiry_text = self._dated("expiry", layout.expiry)
        optional = self._optional(optional_from)
        self._composite()
        nationality = self._country("nationality", layout.nationality)
        surnames, given, single = self._names()
        expiry = self._expiry(expiry_text)
        full_expiry = date.fromisoformat(expiry) if expiry and len(expiry) == 10 else None
        return TravelDocumentZone(
            format=self.form,
            doc_code=doc_code,
            issuer=issuer_code(issuer) or issuer,
            number=number,
            nationality=None if nationality in _NO_COUNTRY else self._known(nationality),
            nationality_code=nationality,
            nationality_status=_NO_COUNTRY.get(nationality),
            surnames=surnames,
            given=given,
            single_name=single,
            birth=self._birth(birth_text),
            sex=self._sex(),
            expiry=expiry,
            expired=full_expiry < self.today if full_expiry else None,
            optional=optional,
            checks=tuple(self.checks),
            swaps=tuple(self.swaps),
            warnings=(*map(_swap_sentence, self.swaps), *self.warnings),
            lines=self.raw,
        )

    def _at(self, span: Span) -> str:
        return self.lines[span.line][span.start : span.end]

    def _put(self, span: Span, text: str) -> None:
        line = self.lines[span.line]
        self.lines[span.line] = line[: span.start] + text + line[span.end :]

    def _swap(self, field: str, span: Span, better: str) -> None:
        """Take look-alikes for what they must be, keeping each changed sign for the report."""
        for found, read_as in zip(self._at(span), better, strict=True):
            if found != read_as:
                self.swaps.append(Swap(field, found, read_as))
        self._put(span, better)

    def _check(self, field: str, text: str, digit_at: Span, *, filler_is_right: bool = False) -> bool:
        """Compare a check digit with the text it covers; a letter in its place is tried as a digit."""
        expected, found = check_digit(text), self._at(digit_at)
        if found.translate(_TO_DIGIT) != found and found.translate(_TO_DIGIT) == expected:
            self._swap(field, digit_at, expected)
            found = expected
        ok = found == expected or (filler_is_right and found == FILLER)
        self.checks.append(Check(field, expected, found, ok))
        return ok

    def _doc_code(self) -> str:
        code = self._letters("doc_code", Span(0, 0, 2)).rstrip(FILLER)
        if code[:1] not in self.layout.letters:
            self.warnings.append(
                tr("{code} is an unusual code for this kind of document.", code=code or FILLER)
            )
        return code

    def _letters(self, field: str, span: Span) -> str:
        better = self._at(span).translate(_TO_LETTER)
        if better != self._at(span):
            self._swap(field, span, better)
        return better

    def _country(self, field: str, span: Span) -> str:
        return self._letters(field, span).rstrip(FILLER)

    def _known(self, code: str) -> str | None:
        if not code:
            self.warnings.append(tr("The zone names no nationality."))
            return None
        known = issuer_code(code)
        if known is None:
            self.warnings.append(tr("{code} is not the code of a country.", code=code))
        return known or code

    def _number(self) -> tuple[str, int]:
        """The document number, and how many characters of the optional field belong to it.

        A number of more than nine characters runs on into the optional field of TD1 and TD2: a filler
        stands where its check digit would, which follows the rest (part 5 §4.2.4 note j).
        """
        span = self.layout.number
        first, digit_at = self._at(span), Span(span.line, span.end, span.end + 1)
        runs_on = self.form in (Format.TD1, Format.TD2) and self._at(digit_at) == FILLER
        rest = self._at(self.layout.optional[0]).split(FILLER, 1)[0] if runs_on else ""
        if FILLER in first or len(rest) < 2:
            self._check("number", first, digit_at)
            return first.replace(FILLER, ""), 0
        start = self.layout.optional[0].start
        last = Span(self.layout.optional[0].line, start + len(rest) - 1, start + len(rest))
        self._check("number", first + rest[:-1], last)
        return first + rest[:-1], len(rest)

    def _dated(self, field: str, span: Span) -> str:
        """Six signs of a date; letters in it are tried as digits and kept so if the check then fits."""
        digit_at = Span(span.line, span.end, span.end + 1)
        found = self._at(span)
        better = found.translate(_TO_DIGIT)
        if better != found and check_digit(better) == self._at(digit_at).translate(_TO_DIGIT):
            self._swap(field, span, better)
        self._check(field, self._at(span), digit_at)
        return self._at(span)

    def _optional(self, skip: int) -> str:
        parts = [self._at(span) for span in self.layout.optional]
        if self.layout.optional_checked:
            end = self.layout.optional[0].end
            empty = not parts[0].strip(FILLER)
            self._check("optional", parts[0], Span(1, end, end + 1), filler_is_right=empty)
        parts[0] = parts[0][skip:]
        return " ".join(part.strip(FILLER) for part in parts if part.strip(FILLER))

    def _composite(self) -> None:
        if self.layout.composite_at is not None:
            text = "".join(self._at(span) for span in self.layout.composite)
            self._check("composite", text, self.layout.composite_at)

    def _sex(self) -> str:
        sign = self._at(self.layout.sex)
        if sign in ("F", "M"):
            return sign
        if sign not in (FILLER, "X"):
            self.warnings.append(tr("The sex in the zone cannot be read: {sign}.", sign=sign))
            return "U"
        return "X"

    def _names(self) -> tuple[str, str, bool]:
        """Surnames and given names with their parts divided by spaces; two surnames stay together."""
        field = self._letters("name", self.layout.name)
        if not field.endswith(FILLER):
            self.warnings.append(tr("The name fills the zone to its end and may be cut off; see the page."))
        primary, _, secondary = field.rstrip(FILLER).partition("<<")
        surnames, given = (" ".join(part.replace(FILLER, " ").split()) for part in (primary, secondary))
        if is_placeholder(surnames) or is_placeholder(given):
            self.warnings.append(tr("The document says that one of the two names is not known."))
            surnames, given = ("" if is_placeholder(part) else part for part in (surnames, given))
        if not surnames and not given:
            self.warnings.append(tr("The zone holds no name."))
        return surnames, given, bool(surnames) != bool(given)

    def _birth(self, text: str) -> str | None:
        years = [century + int(text[:2]) for century in (1900, 2000)] if text[:2].isdigit() else []
        spelt = [(year, _partial(year, text)) for year in years]
        now = self.today.isoformat()
        past = [(year, said) for year, said in spelt if said and said <= now[: len(said)]]
        if not past:
            if text.strip(FILLER):
                self.warnings.append(tr("The birth date in the zone is not a date: {text}.", text=text))
            return None
        year, said = past[-1]
        if self.today.year - year >= _OLD_ENOUGH_TO_ASK:
            self.warnings.append(
                tr("The zone has two digits for the year; {year} would be the year of birth. Ask.", year=year)
            )
        return said

    def _expiry(self, text: str) -> str | None:
        if not text.strip(FILLER):
            return None
        first = self.today.year - 49
        if text[:2].isdigit():
            year = first + (int(text[:2]) - first) % 100
            said = _partial(year, text)
            if said:
                return said
        self.warnings.append(tr("The expiry date in the zone is not a date: {text}.", text=text))
        return None


def _partial(year: int, text: str) -> str | None:
    """``YYMMDD`` in a given year as a partial ISO date; unknown parts are fillers (part 3 §4.8).

    Zeros for an unknown month or day, which some issuers print, are taken in the same way.
    """
    month, day = (None if part in ("<<", "00") else part for part in (text[2:4], text[4:6]))
    if month is None:
        return f"{year:04}" if day is None else None
    said = f"{year:04}-{month}-{day or '01'}"
    try:
        if not re.fullmatch(r"\d{4}-\d\d-\d\d", said):
            return None
        date.fromisoformat(said)
    except ValueError:
        return None
    return said if day else said[:7]


def _swap_sentence(swap: Swap) -> str:
    return tr("{found} was read as {read_as} in {field}.", found=swap.found, read_as=swap.read_as,
              field=_field_name(swap.field))  # fmt: skip


def _field_name(field: str) -> str:
    return {
        "doc_code": tr("the document code"),
        "issuer": tr("the issuing country"),
        "nationality": tr("the nationality"),
        "number": tr("the document number"),
        "birth": tr("the birth date"),
        "expiry": tr("the expiry date"),
        "optional": tr("the optional data"),
        "composite": tr("the last check digit"),
        "name": tr("the name"),
    }[field]
