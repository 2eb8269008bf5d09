"""The words of the daily sheet: what its columns, figures and absences are called."""

from __future__ import annotations

from dataclasses import fields
from datetime import date

from shelterdesk.core import countries
from shelterdesk.core.cards import bed_code_for_card
from shelterdesk.core.moment import known_moment
from shelterdesk.core.sheet import DailySheet, FacilityFigures, Measured, SheetBand, SilentDesk
from shelterdesk.core.standards import StandardsOfDay
from shelterdesk.core.vocabulary import Missing, Sex
from shelterdesk.core.words import language, ptr, tr
from shelterdesk.reports.paper import moment_shown, number_text


def sex_names() -> dict[Sex, str]:
    """The rows of the sex × age table."""
    return {
        Sex.F: tr("Women and girls"),
        Sex.M: tr("Men and boys"),
        Sex.X: tr("Other, as said"),
        Sex.U: tr("Sex not known"),
    }


def band_heads() -> dict[SheetBand, str]:
    """The columns of the sex × age table."""
    return {
        SheetBand.A0_4: "0–4",
        SheetBand.A5_11: "5–11",
        SheetBand.A12_17: "12–17",
        SheetBand.A18_59: "18–59",
        SheetBand.A60_UP: "60+",
        SheetBand.MINOR: tr("under 18"),
        SheetBand.ADULT: tr("18 and over"),
        SheetBand.UNKNOWN: tr("not known"),
    }


def facility_figures(figures: FacilityFigures) -> list[tuple[str, Measured]]:
    """What was counted of the site, with its name, in the order of the sheet."""
    return [
        (tr("Toilets, women"), figures.toilets_f),
        (tr("Toilets, men"), figures.toilets_m),
        (tr("Toilets, accessible"), figures.toilets_accessible),
        (tr("Showers, women"), figures.showers_f),
        (tr("Showers, men"), figures.showers_m),
        (tr("Taps"), figures.taps),
        (tr("Water, litres"), figures.water_litres),
        (tr("Breakfasts"), figures.meals_breakfast),
        (tr("Lunches"), figures.meals_lunch),
        (tr("Dinners"), figures.meals_dinner),
    ]


def missing_said(reason: Missing) -> str:
    """Why a figure is not there."""
    return {
        Missing.UNKNOWN: tr("not known"),
        Missing.REFUSED: tr("refused"),
        Missing.NOT_ASKED: tr("not asked"),
        Missing.NOT_MEASURED: tr("not measured"),
        Missing.NOT_APPLICABLE: tr("does not apply"),
    }[reason]


def silence_said(desk: SilentDesk) -> str:
    """A desk, and since when nothing of its work has come."""
    if desk.last_heard_at is None:
        return tr("{desk}: never", desk=desk.label)
    return tr("{desk}: since {when}", desk=desk.label, when=moment_shown(desk.last_heard_at))


def month_name(day: date) -> str:
    """The month of a day, without its year."""
    return (
        tr("January"), tr("February"), tr("March"), tr("April"), tr("May"), tr("June"), tr("July"),
        tr("August"), tr("September"), tr("October"), tr("November"), tr("December"),
    )[day.month - 1]  # fmt: skip


def account_names() -> dict[str, str]:
    """The lines of the balance by the names of their fields."""
    return {
        "present_prev": tr("Day before"),
        "arrivals": tr("Arrivals"),
        "births": tr("Births"),
        "moved_in": tr("Moved in"),
        "returned": tr("Returned"),
        "departures_bus": tr("Left by bus"),
        "departures_other": tr("Left otherwise"),
        "absences": ptr("daily sheet", "Absent"),
        "deaths": tr("Deaths"),
        "moved_out": tr("Moved out"),
        "corrections": tr("Corrections"),
        "present": ptr("daily sheet", "Present"),
        "of_which_unnamed": tr("Not yet named"),
    }


def day_is_over(sheet: DailySheet) -> bool:
    """Whether the sheet was made after its day had ended."""
    made, end = known_moment(sheet.generated_at, "UTC"), known_moment(sheet.to_at, "UTC")
    return made is not None and end is not None and made >= end


def measured_said(figure: Measured) -> str:
    """A count as printed, or why there is none."""
    return missing_said(figure) if isinstance(figure, Missing) else number_text(figure)


def figure_said(number: str, standards: StandardsOfDay | None = None) -> str:
    """A number of the sheet by the name its difference has (``arrivals``, ``sex_age.F.0_4``), in words."""
    first, *rest = number.split(".")
    names = account_names() | {"came": ptr("daily sheet", "Came"), "left": ptr("daily sheet", "Left")}
    if first in names:
        return names[first]
    if first == "sex_age" and len(rest) == 2:
        return f"{sex_names()[Sex(rest[0])]}, {band_heads()[SheetBand(rest[1])]}"
    if first == "nationality" and rest:
        return countries.name(rest[0])
    if first == "block" and rest:
        return _block_figure(".".join(rest[:-1]) if len(rest) > 1 else rest[0], rest[-1])
    if first == "facilities" and rest:
        figures = facility_figures(FacilityFigures())
        codes = [one.name for one in fields(FacilityFigures)]
        return dict(zip(codes, (label for label, _ in figures), strict=True)).get(rest[0], number)
    if first == "standard" and rest:
        line = standards.line(rest[0]) if standards is not None else None
        return line.indicator.what_in(language()[:2]) if line is not None else rest[0]
    return number


def _block_figure(code: str, what: str) -> str:
    """One number of a block; its code only where that says where and not what for."""
    words = {
        "capacity": tr("Places"),
        "blocked": tr("Blocked"),
        "occupied": ptr("daily sheet", "Taken"),
        "free": ptr("daily sheet", "Free"),
        "excess": ptr("daily sheet", "Over"),
        "percent": tr("% full"),
    }
    name = bed_code_for_card(code) or "–"
    return tr("Block {name}, {what}", name=name, what=words.get(what, what))
