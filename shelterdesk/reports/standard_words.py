"""The words of the standards on paper and in files: what was measured against what, and the verdict."""

from __future__ import annotations

from dataclasses import dataclass

from shelterdesk.core.standards import (
    Comparison,
    Indicator,
    IndicatorOfDay,
    Measurement,
    StandardsOfDay,
    Verdict,
)
from shelterdesk.core.words import language, ptr, tr
from shelterdesk.reports.paper import MINUS, number_text


@dataclass(frozen=True, slots=True)
class StandardCells:
    """One indicator in words, a cell each; ``parts`` is numerator / denominator, or what is lacking."""

    name: str
    parts: str
    value: str
    target: str
    verdict: str
    source: str


def standard_cells(line: IndicatorOfDay) -> StandardCells:
    """The cells of one line, in the language now spoken."""
    one, measured = line.indicator, line.measured
    is_known = measured.value is not None
    return StandardCells(
        name=one.what_in(spoken()),
        parts=parts_said(measured) if is_known else lacking_said(measured.why),
        value=decimal_text(measured.value) if measured.value is not None else "",
        target=target_said(one),
        verdict=verdict_said(line.verdict),
        source=one.source,
    )


def spoken() -> str:
    """The language of words kept as data."""
    return language()[:2]


def set_said(standards: StandardsOfDay) -> str:
    """The set with its version."""
    return tr("{name}, version {n}", name=standards.name_in(spoken()), n=standards.version)


def verdict_said(verdict: Verdict) -> str:
    """How a value stands against its target, in a word."""
    return {
        Verdict.MEETS: tr("met"),
        Verdict.WORSE: tr("missed"),
        Verdict.BEYOND: tr("missed by far"),
        Verdict.NOT_MEASURED: tr("not measured"),
        Verdict.NO_TARGET: tr("no target"),
    }[verdict]


def target_said(one: Indicator) -> str:
    """The target with its unit; a dash where the set names none."""
    if one.target is None or one.comparison is Comparison.NONE:
        return "–"
    number, unit = decimal_text(one.target), one.unit_in(spoken())
    if one.comparison is Comparison.AT_MOST:
        said = ptr("target", "at most {n}", n=number)
    elif one.comparison is Comparison.AT_LEAST:
        said = ptr("target", "at least {n}", n=number)
    else:
        said = tr("{low} to {high}", low=number, high=decimal_text(one.high or one.target))
    return f"{said} {unit}".strip()


def parts_said(measured: Measurement) -> str:
    """Numerator / denominator as far as there are any."""
    if measured.numerator is None:
        of = measured.denominator
        return "" if of is None else tr("of {n}", n=decimal_text(of))
    if measured.denominator is None:
        return decimal_text(measured.numerator)
    return f"{decimal_text(measured.numerator)} / {decimal_text(measured.denominator)}"


def lacking_said(why: str) -> str:
    """Which figure is lacking, in a few words; nothing where no part of the program measures it."""
    return {
        "toilets": tr("toilets not counted"),
        "showers": tr("showers not counted"),
        "taps": tr("taps not counted"),
        "water": tr("water not counted"),
        "area": tr("no floor area"),
        "beds": tr("no places recorded"),
        "nobody": tr("nobody is there"),
        "stays": tr("no stays"),
        "arrivals": tr("no arrivals"),
    }.get(why, "")


def decimal_text(number: float) -> str:
    """A measured number as printed: whole where it is, else one decimal, two below ten; a true minus."""
    whole = round(number)
    if abs(number - whole) < 0.005:
        return number_text(int(whole))
    digits = f"{abs(number):.2f}" if abs(number) < 10 else f"{abs(number):.1f}"
    digits = digits.rstrip("0").rstrip(".")
    if abs(number) >= 10_000:
        digits = number_text(round(abs(number)))
    return MINUS + digits if number < 0 else digits
