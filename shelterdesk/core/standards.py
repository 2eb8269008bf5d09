"""Minimum standards as daily indicators (DOMAIN §2): a chosen set, what was measured, and how the two compare.

The figures are data (``resources/vocabularies/standard_sets.json``, settings of the station), never code: here
stands only how a measured value is compared with one, and how it is computed from what the sheet knows. What
nobody measured is said to be so and never 0.
"""

from __future__ import annotations

from collections.abc import Mapping
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
