"""A sheet as it was known then beside what is known now: which numbers differ, and who is behind a difference."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields

from shelterdesk.core import countries
from shelterdesk.core.sheet import DailySheet, FacilityFigures, Measured, SheetBand
from shelterdesk.core.vocabulary import Sex
from shelterdesk.core.words import ptr, tr


@dataclass(frozen=True, slots=True)
class Difference:
    """One number that is another now.

    ``number`` is its name in parts divided by dots: a field of the sheet (``arrivals``, ``present``), ``came``,
    ``left``, ``difference``, ``sex_age.F.0_4``, ``nationality.VEN``, ``block.A.occupied``, ``facilities.taps``.
    ``then`` and ``now`` are counts, or why there is none; a nationality or block not on the one sheet is 0 there.
    """

    number: str
    then: Measured
    now: Measured

    @property
    def by(self) -> int | None:
        """How many more there are now, signed; None where one of the two was not counted."""
        if isinstance(self.then, int) and isinstance(self.now, int):
            return self.now - self.then
        return None


@dataclass(frozen=True, slots=True)
class SheetVersion:
    """One freezing of a day: all are kept, ``counts`` is true of exactly one of them.

    ``ent`` is its record; ``frozen_at`` RFC 9557; ``signed_by`` empty for one frozen by the program itself
    (``automatic``), which ``written_by`` was logged in for and nobody had signed.
    """

    ent: str
    frozen_at: str
    signed_by: str
    automatic: bool
    counts: bool
    present: int
    written_by: str = ""


@dataclass(frozen=True, slots=True)
class ThenAndNow:
    """A day's sheet as known then (frozen, or at a chosen time) and as known now, with what differs.

    ``then_at`` is the moment of the knowledge (RFC 9557). ``versions`` are all freezings of the day, the one that
    counts first; empty when *then* is a chosen time of a day never frozen.
    """

    then: DailySheet
    now: DailySheet
    then_at: str
    differences: tuple[Difference, ...] = ()
    versions: tuple[SheetVersion, ...] = ()


@dataclass(frozen=True, slots=True)
class PersonBehind:
    """Somebody behind a number or a difference, for those who may open people; never on a posted paper.

    ``then`` and ``now`` say in a sentence what was known then and what is now (empty where the page asks no such
    thing); ``entry`` is the kind of the record that made the difference (a kind's name), ``entry_ent`` the record,
    ``by`` who wrote it, ``desk`` where, ``at`` when (RFC 9557). A head of a group without a name has no ``ent``, the
    group's number stands in ``number`` and ``heads`` counts them.
    """

    ent: str | None
    number: str
    name: str
    then: str = ""
    now: str = ""
    entry: str = ""
    entry_ent: str | None = None
    by: str = ""
    desk: str = ""
    at: str = ""
    heads: int = 1


COUNTS = (
    "present_prev",
    "arrivals",
    "births",
    "moved_in",
    "returned",
    "came",
    "departures_bus",
    "departures_other",
    "absences",
    "deaths",
    "moved_out",
    "left",
    "corrections",
    "difference",
    "present",
    "of_which_unnamed",
)
"""The single numbers of a sheet, in its order."""

_OF_BLOCK = ("capacity", "blocked", "occupied")


def numbers_of(sheet: DailySheet) -> dict[str, Measured]:
    """Every number of a sheet by its name (:class:`Difference`), in the order in which they stand on it."""
    return dict(_numbers(sheet))


def _numbers(sheet: DailySheet) -> Iterator[tuple[str, Measured]]:
    for name in COUNTS:
        yield name, getattr(sheet, name)
    for sex in Sex:
        for band in SheetBand:
            yield f"sex_age.{sex.value}.{band.value}", sheet.sex_age.cell(sex, band)
    for nation in sheet.nationalities.shown:
        yield f"nationality.{nation.code}", nation.count
    for block in sheet.blocks:
        for name in _OF_BLOCK:
            yield f"block.{block.block}.{name}", getattr(block.places, name)
    for one in fields(FacilityFigures):
        yield f"facilities.{one.name}", getattr(sheet.facilities, one.name)


def differences(then: DailySheet, now: DailySheet) -> tuple[Difference, ...]:
    """The numbers that are others now, in the order of the sheet; what stands on one of the two alone is 0 there."""
    before, after = numbers_of(then), numbers_of(now)
    names = [*before, *(name for name in after if name not in before)]
    return tuple(
        Difference(name, before.get(name, 0), after.get(name, 0))
        for name in names
        if before.get(name, 0) != after.get(name, 0)
    )


def number_said(number: str) -> str:
    """What a number of the sheet is called, from its name; a name nobody knows is given back."""
    kind, _, rest = number.partition(".")
    if kind == "sex_age":
        sex, _, band = rest.partition(".")
        return f"{_sexes().get(sex, sex)}, {_bands().get(band, band)}"
    if kind == "nationality":
        return countries.name(rest)
    if kind == "block":
        block, _, what = rest.rpartition(".")
        words = {
            "capacity": tr("Places"),
            "blocked": tr("Blocked"),
            "occupied": ptr("daily sheet", "Taken"),
        }
        return tr("Block {n}", n=block) + f": {words.get(what, what)}"
    if kind == "facilities":
        return _facilities().get(rest, rest)
    return _counts().get(number, number)


def _counts() -> dict[str, str]:
    return {
        "present_prev": tr("Day before"),
        "arrivals": tr("Arrivals"),
        "births": tr("Births"),
        "moved_in": tr("Moved in"),
        "returned": tr("Returned"),
        "came": ptr("daily sheet", "Came"),
        "departures_bus": tr("Left by bus"),
        "departures_other": tr("Left otherwise"),
        "absences": ptr("daily sheet", "Absent"),
        "deaths": tr("Deaths"),
        "moved_out": tr("Moved out"),
        "left": ptr("daily sheet", "Left"),
        "corrections": tr("Corrections"),
        "difference": tr("Difference"),
        "present": tr("People in the house"),
        "of_which_unnamed": tr("Not yet named"),
    }


def _sexes() -> dict[str, str]:
    return {
        "F": tr("Women and girls"),
        "M": tr("Men and boys"),
        "X": tr("Other, as said"),
        "U": tr("Sex not known"),
    }


def _bands() -> dict[str, str]:
    return {
        "0_4": "0–4",
        "5_11": "5–11",
        "12_17": "12–17",
        "18_59": "18–59",
        "60p": "60+",
        "minor": tr("under 18"),
        "adult": tr("18 and over"),
        "unk": tr("not known"),
    }


def _facilities() -> dict[str, str]:
    return {
        "toilets_f": tr("Toilets, women"),
        "toilets_m": tr("Toilets, men"),
        "toilets_accessible": tr("Toilets, accessible"),
        "showers_f": tr("Showers, women"),
        "showers_m": tr("Showers, men"),
        "taps": tr("Taps"),
        "water_litres": tr("Water, litres"),
        "meals_breakfast": tr("Breakfasts"),
        "meals_lunch": tr("Lunches"),
        "meals_dinner": tr("Dinners"),
    }
