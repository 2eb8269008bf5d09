"""When somebody was born, as far as anybody knows: what people say at the desk, and what follows from it.

Nothing is made more exact than it was said: a year stays a year, an age stays an age with the day it was
said on. Age bands are UNHCR's (0-4, 5-11, 12-17, 18-59, 60+); a minor is under 18.
"""

from __future__ import annotations

import calendar
import re
import unicodedata
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from functools import lru_cache

from shelterdesk.core.errors import BadField
from shelterdesk.core.words import language, ntr, tr

MAX_AGE = 120
ADULT_AT = 18

#: How many years a said or estimated age may be wrong when it decides between child and adult.
DOUBT_YEARS = 2

_BANDS = ((0, 4, "0_4"), (5, 11, "5_11"), (12, 17, "12_17"), (18, 59, "18_59"), (60, MAX_AGE + 5, "60p"))
_STORED = re.compile(r"(\d{4})(?:-(\d\d)(?:-(\d\d))?)?")
_STORED_AGE = re.compile(r"~(\d{4}(?:-\d\d)?)(?:\.\.(\d{4}))?/(\d{4}-\d\d-\d\d)")

_UNKNOWN_WORDS = frozenset(
    "|?|-|unknown|not known|unk|n/a|don't know|desconocido|desconocida|no sabe|no se sabe|nd|s/d".split("|")
)
_ADULT_WORDS = frozenset("adult|adulto|adulta|mayor|mayor de edad|18+|+18|grown up".split("|"))
_MINOR_WORDS = frozenset("minor|child|menor|menor de edad|nino|nina|-18|under 18".split("|"))
_NEWBORN_WORDS = frozenset("newborn|new born|recien nacido|recien nacida".split("|"))
_ABOUT = re.compile(
    r"^(?:~|about|around|approx(?:imately)?\.?|ca?\.|circa|unos|unas|como(?: de)?|aprox(?:imadamente)?\.?|"
    r"cerca de|alrededor de|mas o menos|hace)\s*(?=\d)"
)
_ABOUT_AFTER = re.compile(r"\s*(?:aprox(?:imadamente)?|approx(?:imately)?|mas o menos|or so|\?|old|de edad)$")
_YEAR_UNIT = r"(?:anos?|a|years?|yrs?|y|y/o|yo)"
_MONTH_UNIT = r"(?:mes(?:es)?|months?|mos?|m)"
_YEARS = re.compile(
    rf"(?P<years>\d{{1,3}})(?:\s*{_YEAR_UNIT}(?:\s*(?:y|and|,)?\s*(?P<months>\d{{1,2}})\s*{_MONTH_UNIT})?)?"
)
_MONTHS = re.compile(rf"(\d{{1,3}})\s*{_MONTH_UNIT}")
_DAYS_OR_WEEKS = re.compile(r"\d{1,3} (?:dias?|days?|semanas?|weeks?)")
_BETWEEN = re.compile(
    r"(?:entre |between |de |from )?(\d{1,3})(?: ?- ?| y | and | a | to | o | or )(\d{1,3})"
    rf"(?: ?{_YEAR_UNIT})?"
)

_MONTH_NAMES = tuple(
    name
    for spoken in (
        "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
        "january february march april may june july august september october november december",
        "ene feb mar abr may jun jul ago setiembre oct nov dic",
    )
    for name in enumerate(spoken.split(), start=1)
)
_WORD = re.compile(r"[a-z]{3,}\.?")
_MONTH_FIRST = re.compile(r"[a-z]")


class Precision(StrEnum):
    """How exactly a birth date is known."""

    DAY = "DAY"
    MONTH = "MONTH"
    YEAR = "YEAR"
    AGE_EST = "AGE_EST"
    UNKNOWN = "UNKNOWN"


@dataclass(frozen=True)
class Birth:
    """A birth date in its stored form, with the first and the last day it can have been.

    ``stored`` is ``1994``, ``1994-03``, ``1994-03-02``, ``~1986/2026-11-23`` (40 years old, said on that
    day), ``~2026-08/2026-11-23`` (3 months old), ``~1986..1996/2026-11-23`` (between 30 and 40), or None when
    nothing is known, which the caller stores as a missing reason.
    """

    stored: str | None
    precision: Precision
    earliest: date | None
    latest: date | None


UNKNOWN = Birth(None, Precision.UNKNOWN, None, None)


@lru_cache(maxsize=4_096)
def from_stored(text: str | None) -> Birth:
    """The birth of a stored text (None is unknown). Raises :class:`BadField` for any other text."""
    if text is None:
        return UNKNOWN
    if said := _STORED_AGE.fullmatch(text):
        return _aged(text, said[1], said[2] or said[1], _day(text, said[3]))
    if dated := _STORED.fullmatch(text):
        year, month, day = (int(part) if part else 0 for part in dated.groups())
        return _dated(text, year, month if dated[2] else None, day if dated[3] else None)
    raise _unreadable(text)


def read_birth(text: str, today: date) -> Birth:
    """What was typed at the desk, in Spanish or English, day before month.

    ``1990`` · ``05/1990`` · ``1990-05`` · ``2/5/1990`` · ``02.05.1990`` · ``1990-05-02`` · ``2 mayo 1990`` ·
    ``36`` · ``36 años`` · ``unos 40`` · ``30-40`` · ``3 meses`` · ``1 año 6 meses`` · ``adulto`` ·
    ``menor`` · ``?``. A blank is unknown too; whether it was asked, the caller knows.
    A stored form is taken as it is.

    Raises :class:`BadField` (field ``birth``) for impossible dates, days to come, and ages above 120.
    """
    shown = " ".join(text.split())
    plain = _plain(shown)
    if plain in _UNKNOWN_WORDS:
        return UNKNOWN
    if _STORED.fullmatch(shown) or (plain.startswith("~") and "/" in plain):
        return _possible(shown, from_stored(plain), today)
    if plain in _ADULT_WORDS:
        return _said_age(shown, ADULT_AT, MAX_AGE, today)
    if plain in _MINOR_WORDS:
        return _said_age(shown, 0, ADULT_AT - 1, today)
    return _possible(shown, _read_age(shown, plain, today) or _read_date(shown, plain, today), today)


def _plain(text: str) -> str:
    """Small letters without accents, digits of any script as 0 to 9."""
    marked = unicodedata.normalize("NFKD", text.casefold())
    digits = (str(unicodedata.decimal(sign)) if sign.isdecimal() else sign for sign in marked)
    bare = "".join(sign for sign in digits if unicodedata.category(sign) not in ("Mn", "Cf"))
    return " ".join(bare.split()).rstrip(".")


def _read_age(shown: str, plain: str, today: date) -> Birth | None:
    bare = _ABOUT_AFTER.sub("", _ABOUT.sub("", plain))
    if bare in _NEWBORN_WORDS:
        return _said_months(shown, 0, today)
    if years := _YEARS.fullmatch(bare):
        if years["months"]:
            return _said_months(shown, int(years["years"]) * 12 + int(years["months"]), today)
        return _said_age(shown, int(years["years"]), int(years["years"]), today)
    if months := _MONTHS.fullmatch(bare):
        return _said_months(shown, int(months[1]), today)
    if _DAYS_OR_WEEKS.fullmatch(bare):
        count, per_month = int(bare.split()[0]), 4 if bare.split()[1].startswith(("s", "w")) else 30
        return _said_months(shown, count // per_month, today)
    if between := _BETWEEN.fullmatch(bare):
        least, most = sorted((int(between[1]), int(between[2])))
        return _said_age(shown, least, most, today)
    if bare != plain and re.fullmatch(r"\d{4}", bare):
        return _said_year(shown, int(bare), today)
    return None


def _said_age(shown: str, least: int, most: int, today: date) -> Birth:
    if most > MAX_AGE:
        raise BadField("birth", tr("{text} would be more than {age} years old", text=shown, age=MAX_AGE))
    first, last = today.year - most, today.year - least
    years = f"{first:04}" if first == last else f"{first:04}..{last:04}"
    return from_stored(f"~{years}/{today.isoformat()}")


def _said_months(shown: str, months: int, today: date) -> Birth:
    if months > MAX_AGE * 12:
        raise BadField("birth", tr("{text} would be more than {age} years old", text=shown, age=MAX_AGE))
    born = _back(today, months)
    return from_stored(f"~{born.year:04}-{born.month:02}/{today.isoformat()}")


def _said_year(shown: str, year: int, today: date) -> Birth:
    """A year somebody is not sure of is an age reached or to be reached in the year it was said."""
    if year > today.year:
        raise BadField("birth", tr("{text} is still to come", text=shown))
    return _said_age(shown, today.year - year, today.year - year, today)


def _read_date(shown: str, plain: str, today: date) -> Birth:
    numbers = _WORD.sub(_month_number, plain)
    numbers = re.sub(r"\s*[-/.,]\s*|\s+(?:de[l]?\s+)?", "-", numbers.strip())
    if _MONTH_FIRST.match(plain) and numbers.count("-") == 2:
        month, day, year = numbers.split("-")
        numbers = f"{day}-{month}-{year}"
    parts = numbers.split("-")
    if len(parts) > 3 or not all(re.fullmatch(r"\d{1,2}|\d{4}", part) for part in parts):
        raise _unreadable(shown)
    if all(len(part) < 4 for part in parts):
        raise BadField(
            "birth",
            tr("{text} has no year of four digits", text=shown),
            tr("Write all four digits of the year, as in 2/5/1990."),
        )
    if len(parts[0]) < 4:
        parts.reverse()
    if len(parts[0]) < 4 or any(len(part) == 4 for part in parts[1:]):
        raise _unreadable(shown)
    found = [int(part) for part in parts] + [None, None]
    return _dated(shown, int(parts[0]), found[1], found[2])


def _month_number(word: re.Match[str]) -> str:
    """A month's name or at least three letters of it as its number; any other word stays."""
    letters = word[0].rstrip(".")
    return next((str(number) for number, name in _MONTH_NAMES if name.startswith(letters)), word[0])


def _possible(shown: str, birth: Birth, today: date) -> Birth:
    """Refuse a birth that is still to come or more than 120 years ago."""
    if birth.earliest is not None and birth.earliest > today:
        raise BadField("birth", tr("{text} is still to come", text=shown))
    if birth.latest is not None and _years(birth.latest, today) > MAX_AGE:
        raise BadField("birth", tr("{text} is more than {age} years ago", text=shown, age=MAX_AGE))
    return birth


def _dated(shown: str, year: int, month: int | None, day: int | None) -> Birth:
    """A calendar date whose month and day may be unknown; ``shown`` is quoted in a refusal."""
    if not 1 <= year <= 9999:
        raise BadField("birth", tr("{text} is not a year", text=shown))
    if month is None:
        return Birth(f"{year:04}", Precision.YEAR, date(year, 1, 1), date(year, 12, 31))
    if not 1 <= month <= 12:
        raise BadField("birth", tr("{text} is not a month", text=shown), _day_first())
    last = calendar.monthrange(year, month)[1]
    if day is None:
        return Birth(f"{year:04}-{month:02}", Precision.MONTH, date(year, month, 1), date(year, month, last))
    if not 1 <= day <= last:
        raise BadField("birth", tr("{text} is not a day of the calendar", text=shown), _day_first())
    exact = date(year, month, day)
    return Birth(exact.isoformat(), Precision.DAY, exact, exact)


def _aged(stored: str, first: str, last: str, said_on: date) -> Birth:
    """An age said on a day: years back to ``first`` and ``last``, which are a year or a month."""
    if len(first) == 7:
        year, month = int(first[:4]), int(first[5:7])
        months = (said_on.year - year) * 12 + said_on.month - month
        if not 1 <= month <= 12 or not 0 <= months <= MAX_AGE * 12 or year < 1000:
            raise _unreadable(stored)
        return Birth(
            stored, Precision.AGE_EST, _back(said_on, months + 1) + timedelta(days=1), _back(said_on, months)
        )
    oldest, youngest = said_on.year - int(first), said_on.year - int(last)
    if not 0 <= youngest <= oldest <= MAX_AGE or said_on.year < 1000:
        raise _unreadable(stored)
    earliest = _back(said_on, 12 * (oldest + 1)) + timedelta(days=1)
    return Birth(stored, Precision.AGE_EST, earliest, _back(said_on, 12 * youngest))


def _back(day: date, months: int) -> date:
    """The same day some months before, or the last day of that month."""
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def _day(shown: str, text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise _unreadable(shown) from None


def _unreadable(shown: str) -> BadField:
    return BadField(
        "birth",
        tr("{text} is neither a date nor an age", text=shown),
        tr("Write 1990, 05/1990, 2/5/1990, an age such as 36 or 3 months, or a question mark."),
    )


def _day_first() -> str:
    return tr("Write the day first, then the month, then the year.")


def age_range(birth: Birth, on: date) -> tuple[int, int] | None:
    """The least and the most full years somebody can have on a day, both at least 0; None when unknown.

    Somebody born on 29 February has their birthday on 1 March in common years.
    """
    if birth.earliest is None or birth.latest is None:
        return None
    return _years(birth.latest, on), _years(birth.earliest, on)


def _years(born: date, on: date) -> int:
    return max(0, on.year - born.year - ((on.month, on.day) < (born.month, born.day)))


def age_band(birth: Birth, on: date) -> str:
    """The band on a day (take the day of arrival): ``0_4``, ``5_11``, ``12_17``, ``18_59`` or ``60p``.

    Where bands cannot be told apart, ``minor`` or ``adult`` if at least that is sure, else ``unk``.
    """
    ages = age_range(birth, on)
    if ages is None:
        return "unk"
    least, most = ages
    for first, last, band in _BANDS:
        if first <= least and most <= last:
            return band
    if most < ADULT_AT:
        return "minor"
    return "adult" if least >= ADULT_AT else "unk"


def is_minor(birth: Birth, on: date) -> bool | None:
    """Whether somebody is under 18 on a day; None when that is not sure.

    A single said age is trusted only outside ``DOUBT_YEARS`` around 18: people are taken for older than
    they are, and say so themselves. A range carries its own doubt.
    """
    ages = age_range(birth, on)
    if ages is None:
        return None
    doubt = DOUBT_YEARS if birth.precision is Precision.AGE_EST and ".." not in (birth.stored or "") else 0
    if ages[1] + doubt < ADULT_AT:
        return True
    return False if ages[0] - doubt >= ADULT_AT else None


def treat_as_child(birth: Birth, on: date) -> bool:
    """Whether somebody is to be lodged and asked as a child: in doubt about age, a child.

    For an unknown birth that holds too; whoever can be seen to be grown up is entered as ``adult``.
    """
    return is_minor(birth, on) is not False


def reading(birth: Birth) -> str:
    """How a birth was understood, for the line below the field: ``1990, year only``."""
    if birth.precision is Precision.UNKNOWN or birth.earliest is None:
        return tr("birth date not known")
    if birth.precision is Precision.YEAR:
        return tr("{year}, year only", year=birth.earliest.year)
    if birth.precision is Precision.MONTH:
        return tr("{month}, day not known", month=_spelt(birth.earliest, with_day=False))
    if birth.precision is Precision.DAY:
        return _spelt(birth.earliest, with_day=True)
    return _age_reading(birth.stored or "")


def _age_reading(stored: str) -> str:
    said = _STORED_AGE.fullmatch(stored)
    if said is None:
        raise _unreadable(stored)
    day = date.fromisoformat(said[3])
    on = _spelt(day, with_day=True)
    if len(said[1]) == 7:
        months = (day.year - int(said[1][:4])) * 12 + day.month - int(said[1][5:])
        return ntr("about {n} month old on {date}", "about {n} months old on {date}", months, date=on)
    oldest, youngest = day.year - int(said[1]), day.year - int(said[2] or said[1])
    if oldest == youngest:
        return ntr("about {n} year old on {date}", "about {n} years old on {date}", oldest, date=on)
    if youngest == ADULT_AT and oldest == MAX_AGE:
        return tr("adult, age not known, on {date}", date=on)
    if youngest == 0 and oldest == ADULT_AT - 1:
        return tr("child, age not known, on {date}", date=on)
    return tr("{least} to {most} years old on {date}", least=youngest, most=oldest, date=on)


def _spelt(day: date, *, with_day: bool) -> str:
    from babel import Locale, UnknownLocaleError
    from babel.dates import format_date, format_skeleton

    try:
        locale = Locale.parse(language())
    except (UnknownLocaleError, ValueError):
        locale = Locale("en")
    return format_date(day, "long", locale) if with_day else format_skeleton("yMMMM", day, locale=locale)
