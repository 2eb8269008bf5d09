"""Synthetic pieces around the daily sheet for tests: standards, differences, chart, posting copy, internal page."""

from __future__ import annotations

from datetime import date, timedelta

from shelterdesk.core.sheet import DailySheet, SheetBand
from shelterdesk.core.sheet_days import CHART_DAYS, DayPoint, DaysChart
from shelterdesk.core.sheet_difference import Difference, PersonBehind, SheetVersion, ThenAndNow
from shelterdesk.core.sheet_internal import BlockedPlace, InternalPage, MealServed, StayBand
from shelterdesk.core.sheet_posting import PostedCell, PostedLine, PostingCopy
from shelterdesk.core.standards import (
    Comparison,
    Indicator,
    IndicatorOfDay,
    Measurement,
    StandardSet,
    StandardsOfDay,
    Verdict,
)
from shelterdesk.core.vocabulary import Missing

DAY = date(2026, 11, 24)
FROM, TO = "2026-11-23T06:00:00-05:00[America/Panama]", "2026-11-24T06:00:00-05:00[America/Panama]"
LATER = "2026-11-25T07:10:00-05:00[America/Panama]"


def toilets(target: float = 50, verified: bool = True) -> Indicator:
    """Persons per toilet, as a transit centre is measured."""
    return Indicator(
        "TO1",
        {"en": "People per working toilet", "es": "Personas por inodoro en servicio"},
        {"en": "people", "es": "personas"},
        Comparison.AT_MOST,
        target,
        "Sphere 2018, pp. 117–118",
        verified,
    )


def water() -> Indicator:
    """Litres of water per person and day."""
    return Indicator(
        "WS1",
        {"en": "Water per person and day", "es": "Agua por persona y día"},
        {"en": "litres", "es": "litros"},
        Comparison.AT_LEAST,
        15,
        "Sphere 2018",
        True,
    )


def standard_set(*indicators: Indicator, version: int = 1) -> StandardSet:
    """A small set."""
    return StandardSet(
        "TRANSIT",
        {"en": "Transit centre", "es": "Centro de tránsito"},
        version,
        "Sphere 2018 and others",
        indicators or (toilets(), water()),
    )


def standards_of_day() -> StandardsOfDay:
    """A line of each verdict: met, a little worse, beyond, not measured, without a target."""
    beds = Indicator(
        "OC1",
        {"en": "Occupancy", "es": "Ocupación"},
        {"en": "%", "es": "%"},
        Comparison.AT_MOST,
        100,
        "own",
        False,
        tolerance=20,
    )
    stay = Indicator(
        "ST1",
        {"en": "Length of stay, median", "es": "Permanencia, mediana"},
        {"en": "days", "es": "días"},
        Comparison.BETWEEN,
        2,
        "UNHCR Handbook",
        True,
        high=5,
    )
    told = Indicator(
        "ST1P", {"en": "Length of stay, P90"}, {"en": "days"}, Comparison.NONE, None, "own", False
    )
    return StandardsOfDay(
        "TRANSIT",
        {"en": "Transit centre", "es": "Centro de tránsito"},
        2,
        "Sphere 2018 and others",
        25.0,
        (
            IndicatorOfDay(toilets(), Measurement(820, 16, 51.25), Verdict.WORSE),
            IndicatorOfDay(water(), Measurement(why="water"), Verdict.NOT_MEASURED),
            IndicatorOfDay(beds, Measurement(820, 600, 136.7), Verdict.BEYOND),
            IndicatorOfDay(stay, Measurement(None, 800, 3.0), Verdict.MEETS),
            IndicatorOfDay(told, Measurement(None, 800, 9.0), Verdict.NO_TARGET),
        ),
    )


def then_and_now(then: DailySheet, now: DailySheet) -> ThenAndNow:
    """Two sheets of a day with two differences, and a day first frozen by the program, then signed."""
    return ThenAndNow(
        then,
        now,
        LATER,
        (
            Difference("arrivals", 41, 43),
            Difference("sex_age.F.0_4", 7, 9),
            Difference("facilities.taps", Missing.NOT_MEASURED, 6),
        ),
        (
            SheetVersion("1" * 32, LATER, "Luz", False, True, 812, "Luz"),
            SheetVersion("2" * 32, TO, "", True, False, 810, "Ana"),
        ),
    )


def person_behind(n: int = 1) -> PersonBehind:
    """Somebody entered late."""
    return PersonBehind(
        ent=f"{n:032x}",
        number=f"LB1-{n:06d}-B",
        name="Zoë Quesada",
        then="not known",
        now="arrived 2026-11-23 19:40",
        entry="person",
        entry_ent=f"{n:032x}",
        by="Ana",
        desk="LB1",
        at=LATER,
    )


def days_chart(last: date = DAY) -> DaysChart:
    """Fourteen days: three before the records begin, the rest rising, the last provisional."""
    points = []
    for n in range(CHART_DAYS):
        day = last - timedelta(days=CHART_DAYS - 1 - n)
        if n < 3:
            points.append(DayPoint(day))
        else:
            points.append(
                DayPoint(day, 300 + 40 * n, 90 + 11 * n % 60, 60 + 7 * n % 50, n < 12, n == CHART_DAYS - 1)
            )
    return DaysChart(tuple(points))


def posting_copy() -> PostingCopy:
    """A posting copy with a number held back and its complement."""
    held, beside = PostedCell("X", None, small=True), PostedCell("M", None)
    ages = (64, 120, None, 560, None, 9, 14, 6)
    return PostingCopy(
        station_code="LB",
        station_name="Lajas Blancas",
        service_day=DAY,
        from_at=FROM,
        to_at=TO,
        present=PostedCell("present", 820),
        movements=PostedLine((PostedCell("came", 212), PostedCell("left", 180))),
        sexes=PostedLine((PostedCell("F", 410), beside, held, PostedCell("U", 0)), 820),
        ages=PostedLine(
            tuple(
                PostedCell(band.value, count, small=count is None and band is SheetBand.A60_UP)
                for band, count in zip(SheetBand, ages, strict=True)
            ),
            820,
        ),
        nationalities=PostedLine((PostedCell("VEN", 500), PostedCell("HTI", 280), PostedCell("", 40)), 820),
        places=600,
        meals=(PostedCell("BREAKFAST", 800), PostedCell("LUNCH", None, small=True), None),
        state="0" * 64,
        provisional=True,
        practice=False,
        generated_at=TO,
    )


def internal_page() -> InternalPage:
    """The supervisor's page of a full house."""
    return InternalPage(
        station_code="LB",
        station_name="Lajas Blancas",
        service_day=DAY,
        to_at=TO,
        generated_at=TO,
        generated_by="Luz",
        present=820,
        stay_over=12,
        outside=7,
        outside_hours=24,
        long_stay=64,
        long_stay_days=15,
        bands=(
            StayBand(0, 1, 210),
            StayBand(2, 5, 400),
            StayBand(6, 15, 140),
            StayBand(16, 30, 50),
            StayBand(31, None, 14),
        ),
        blocked=(BlockedPlace("A-1", 4, False, "leaking roof", 2), BlockedPlace("C", 0, True, None, 0)),
        meals=(
            MealServed("BREAKFAST", 790, 820),
            MealServed("LUNCH", 815, 820),
            MealServed("DINNER", Missing.NOT_MEASURED, 820),
        ),
        without_place=31,
        two_places=2,
        provisional=False,
        practice=False,
    )
