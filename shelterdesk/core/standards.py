"""Minimum standards as daily indicators (DOMAIN §2): a chosen set, what was measured, and how the two compare.

The figures are data (``resources/vocabularies/standard_sets.json``, settings of the station), never code: here
stands only how a measured value is compared with one, and how it is computed from what the sheet knows. What
nobody measured is said to be so and never 0.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum


class Comparison(StrEnum):
    """How a value is held against its target."""

    AT_MOST = "at_most"
    AT_LEAST = "at_least"
    BETWEEN = "between"  # target to high, both included
    NONE = "none"  # told without a target


class Verdict(StrEnum):
    """What a value is, held against its target. The paper says it in words and a sign, not by colour alone."""

    MEETS = "meets"
    WORSE = "worse"  # missed by no more than the set's tolerance
    BEYOND = "beyond"
    NOT_MEASURED = "not_measured"
    NO_TARGET = "no_target"


@dataclass(frozen=True, slots=True)
class Indicator:
    """One line of a standard set.

    ``what`` and ``unit`` by language (``en`` always there). ``target`` None where the set names none; ``high`` only
    with ``BETWEEN``. ``tolerance`` in per cent, None: that of the set. ``verified`` tells whether the figure was read
    at its ``source`` ([V] in DOMAIN) or has to be looked up there before it is relied on ([G]).
    """

    code: str
    what: Mapping[str, str]
    unit: Mapping[str, str]
    comparison: Comparison
    target: float | None
    source: str
    verified: bool
    high: float | None = None
    tolerance: float | None = None

    def what_in(self, language: str) -> str:
        """What it tells, in that language or in English."""
        return self.what.get(language) or self.what.get("en", self.code)

    def unit_in(self, language: str) -> str:
        """Its unit, in that language or in English; may be empty."""
        return self.unit.get(language) or self.unit.get("en", "")


@dataclass(frozen=True, slots=True)
class StandardSet:
    """A standard set: ``code`` and ``version`` name it for ever, every edit is a further version.

    ``valid_from`` is the local day (ISO 8601) from which it holds, empty for one that comes with the program;
    ``source`` is where the set as a whole is from. ``tolerance`` is how many per cent a value may miss its target
    and count as *worse* and not as *beyond* (25 by DOMAIN §2).
    """

    code: str
    name: Mapping[str, str]
    version: int
    source: str
    indicators: tuple[Indicator, ...]
    tolerance: float = 25.0
    valid_from: str = ""

    def name_in(self, language: str) -> str:
        """Its name, in that language or in English."""
        return self.name.get(language) or self.name.get("en", self.code)

    def indicator(self, code: str) -> Indicator | None:
        """The line of that code, if the set has one."""
        return next((one for one in self.indicators if one.code == code), None)


@dataclass(frozen=True, slots=True)
class Measurement:
    """What was measured for one indicator: ``value`` = ``numerator`` / ``denominator`` where both are there.

    ``numerator`` is None for a median (``denominator`` then says of how many). ``value`` None: not measured, and
    ``why`` says in one word which figure is lacking (``toilets``, ``area``, ``nobody``, …; see
    ``reports`` for the sentence), empty where no part of the program measures it.
    """

    numerator: float | None = None
    denominator: float | None = None
    value: float | None = None
    why: str = ""


@dataclass(frozen=True, slots=True)
class IndicatorOfDay:
    """A line as it stands on a sheet: the standard, what was measured, the verdict."""

    indicator: Indicator
    measured: Measurement
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class StandardsOfDay:
    """The standards of one sheet; what is printed is the set's name with its version, then the lines in order.

    The denominator *people* of every line is those present at the change hour.
    """

    code: str
    name: Mapping[str, str]
    version: int
    source: str
    tolerance: float
    lines: tuple[IndicatorOfDay, ...] = field(default=())

    def name_in(self, language: str) -> str:
        """The set's name, in that language or in English."""
        return self.name.get(language) or self.name.get("en", self.code)

    def line(self, code: str) -> IndicatorOfDay | None:
        """The line of that indicator, if the set has it."""
        return next((one for one in self.lines if one.indicator.code == code), None)

    @property
    def measured(self) -> tuple[IndicatorOfDay, ...]:
        """The lines somebody measured something for."""
        return tuple(one for one in self.lines if one.verdict is not Verdict.NOT_MEASURED)


@dataclass(frozen=True, slots=True)
class SiteFacts:
    """What a sheet knows of a day, as the indicators need it; None wherever nobody measured.

    ``present`` counts everybody at the change hour (DOMAIN §2: the denominator of all). Areas in square metres of
    what is open, None as soon as that of one part is not known. ``days_here`` are the days (of 24 hours) each registered
    person present has been here; ``arrived`` those who came in the 24 hours before the day began, of whom
    ``registered`` were registered within 24 hours.
    """

    present: int
    usable_places: int
    blocks: int
    covered_m2: float | None = None
    bedroom_m2: float | None = None
    toilets_f: int | None = None
    toilets_m: int | None = None
    toilets_accessible: int | None = None
    showers_f: int | None = None
    showers_m: int | None = None
    taps: int | None = None
    water_litres: int | None = None
    days_here: tuple[float, ...] = ()
    registered: int | None = None
    arrived: int | None = None


def measured(code: str, facts: SiteFacts) -> Measurement:
    """What was measured for the indicator of that code; one that no part of the program measures has no ``why``."""
    measure = _MEASURES.get(code)
    return Measurement() if measure is None else measure(facts)


def held_against(indicator: Indicator, found: Measurement, tolerance: float) -> Verdict:
    """The verdict on a measurement; ``tolerance`` (per cent) is that of the set.

    Something that people share and of which there is none (no toilet works) is beyond, though it has no value.
    """
    if found.value is None:
        is_none_for_many = bool(found.numerator) and found.denominator == 0
        if is_none_for_many and indicator.comparison is Comparison.AT_MOST:
            return Verdict.BEYOND
        return Verdict.NOT_MEASURED
    if indicator.comparison is Comparison.NONE or indicator.target is None:
        return Verdict.NO_TARGET
    value, share = found.value, (tolerance if indicator.tolerance is None else indicator.tolerance) / 100
    least = indicator.target if indicator.comparison is not Comparison.AT_MOST else None
    most = indicator.high if indicator.comparison is Comparison.BETWEEN else indicator.target
    if indicator.comparison is Comparison.AT_LEAST:
        most = None
    if (least is None or value >= least - _CLOSE) and (most is None or value <= most + _CLOSE):
        return Verdict.MEETS
    is_near = (least is None or value >= least * (1 - share) - _CLOSE) and (
        most is None or value <= most * (1 + share) + _CLOSE
    )
    return Verdict.WORSE if is_near else Verdict.BEYOND


_CLOSE = 1e-9
"""Sums of decimals are off by less than this; nobody measures as finely."""


def standards_of_day(standards: StandardSet, facts: SiteFacts) -> StandardsOfDay:
    """Every line of the set with what was measured of the day."""
    lines = []
    for indicator in standards.indicators:
        found = measured(indicator.code, facts)
        lines.append(IndicatorOfDay(indicator, found, held_against(indicator, found, standards.tolerance)))
    return StandardsOfDay(
        standards.code,
        standards.name,
        standards.version,
        standards.source,
        standards.tolerance,
        tuple(lines),
    )


def share_of(ordered: Sequence[float], percent: int) -> float | None:
    """The value that ``percent`` of an ordered list do not pass (nearest rank); None for an empty one."""
    if not ordered:
        return None
    return ordered[max(0, math.ceil(len(ordered) * percent / 100) - 1)]


def _people_per(count: int | None, facts: SiteFacts, why: str) -> Measurement:
    """So many people to each of something."""
    if count is None:
        return Measurement(why=why)
    return Measurement(facts.present, count, facts.present / count if count else None)


def _per_person(amount: float | None, facts: SiteFacts, why: str) -> Measurement:
    """So much of something to each person; nothing can be said where nobody is."""
    if amount is None:
        return Measurement(why=why)
    if not facts.present:
        return Measurement(amount, 0, None, "nobody")
    return Measurement(amount, facts.present, amount / facts.present)


def _both(one: int | None, other: int | None) -> int | None:
    """A sum of two counts that were both taken."""
    return None if one is None or other is None else one + other


def _toilets(facts: SiteFacts) -> Measurement:
    # Accessible ones are among those of women or men, or beside them; counted again they would make it look better.
    return _people_per(_both(facts.toilets_f, facts.toilets_m), facts, "toilets")


def _toilets_of_women(facts: SiteFacts) -> Measurement:
    women, men = facts.toilets_f, facts.toilets_m
    if women is None or men is None:
        return Measurement(why="toilets")
    return Measurement(women, men, women / men if men else None, "" if men else "toilets")


def _accessible(facts: SiteFacts) -> Measurement:
    if facts.toilets_accessible is None:
        return Measurement(why="toilets")
    if not facts.blocks:
        return Measurement(facts.toilets_accessible, 0, None, "beds")
    return Measurement(facts.toilets_accessible, facts.blocks, facts.toilets_accessible / facts.blocks)


def _occupancy(facts: SiteFacts) -> Measurement:
    if facts.usable_places <= 0 and not facts.present:
        return Measurement(0, 0, None, "beds")
    percent = facts.present * 100 / facts.usable_places if facts.usable_places > 0 else None
    return Measurement(facts.present, max(0, facts.usable_places), percent)


def _stay(percent: int) -> Callable[[SiteFacts], Measurement]:
    def measure(facts: SiteFacts) -> Measurement:
        found = share_of(sorted(facts.days_here), percent)
        count = len(facts.days_here)
        return Measurement(None, count, None if found is None else round(found, 1), "" if count else "nobody")

    return measure


def _registered_in_time(facts: SiteFacts) -> Measurement:
    if facts.arrived is None or facts.registered is None:
        return Measurement(why="arrivals")
    if not facts.arrived:
        return Measurement(0, 0, None, "arrivals")
    return Measurement(facts.registered, facts.arrived, facts.registered * 100 / facts.arrived)


_MEASURES: Mapping[str, Callable[[SiteFacts], Measurement]] = {
    "SP1": lambda facts: _per_person(facts.covered_m2, facts, "area"),
    "SP2": lambda facts: _per_person(facts.bedroom_m2, facts, "area"),
    "WS1": lambda facts: _per_person(facts.water_litres, facts, "water"),
    "WS2": lambda facts: _people_per(facts.taps, facts, "taps"),
    "TO1": _toilets,
    "TO2": _toilets_of_women,
    "TO4": _accessible,
    "SH1": lambda facts: _people_per(_both(facts.showers_f, facts.showers_m), facts, "showers"),
    "ST1": _stay(50),
    "ST1P": _stay(90),
    "OC1": _occupancy,
    "RG1": _registered_in_time,
}
