"""The words of the daily sheet: what its columns, figures and absences are called."""

from __future__ import annotations

from datetime import date

from shelterdesk.core.cards import bed_code_for_card
from shelterdesk.core.moment import known_moment
from shelterdesk.core.sheet import DailySheet, FacilityFigures, Measured, SheetBand, SilentDesk
from shelterdesk.core.sheet_difference import number_said
from shelterdesk.core.vocabulary import Missing, Sex
from shelterdesk.core.words import ptr, tr
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


def figure_said(number: str) -> str:
    """A number of the sheet by the name its difference has, in words; a block's code only where it says where."""
    kind, _, rest = number.partition(".")
    if kind != "block":
        return number_said(number)
    code, _, what = rest.rpartition(".")
    return number_said(f"block.{bed_code_for_card(code) or '–'}.{what}")
