"""The numbers of the daily occupancy sheet: who came, who left, who is there, and by how much it is off.

Only counts and codes; no person stands on a sheet. What was not measured is said so, never 0.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from datetime import date
from enum import StrEnum

from shelterdesk.core.errors import DamagedFile
from shelterdesk.core.standards import StandardsOfDay
from shelterdesk.core.standards_json import standards_from_json, standards_to_json
from shelterdesk.core.vocabulary import Missing, Sex
from shelterdesk.core.words import tr

Measured = int | Missing
"""A count that was taken, or why it was not."""

STATE_LENGTH = 10
"""Characters of the data's state that a sheet carries (LOOK, *Paper*)."""

UNKNOWN_NATIONALITY = "XXX"
"""ICAO 9303 code for a nationality nobody knows; never summed into the rest."""


class SheetBand(StrEnum):
    """Columns of the sex × age table, with the names of ``core.birth.age_band`` (DOMAIN §3)."""

    A0_4 = "0_4"
    A5_11 = "5_11"
    A12_17 = "12_17"
    A18_59 = "18_59"
    A60_UP = "60p"
    MINOR = "minor"  # known to be under 18, band unknown
    ADULT = "adult"  # known to be 18 or over, band unknown
    UNKNOWN = "unk"


@dataclass(frozen=True, slots=True)
class SexAgeTable:
    """Counts by sex and age band: ``cells[sex][band]``, ordered as :class:`Sex` and :class:`SheetBand`."""

    cells: tuple[tuple[int, ...], ...] = tuple((0,) * len(SheetBand) for _ in Sex)

    def __post_init__(self) -> None:
        if len(self.cells) != len(Sex) or any(len(row) != len(SheetBand) for row in self.cells):
            raise ValueError(f"a table of {len(Sex)} × {len(SheetBand)} cells is needed")

    @classmethod
    def of(cls, people: Iterable[tuple[Sex, SheetBand]]) -> SexAgeTable:
        """The table of these people."""
        counts = {sex: dict.fromkeys(SheetBand, 0) for sex in Sex}
        for sex, band in people:
            counts[sex][band] += 1
        return cls(tuple(tuple(row.values()) for row in counts.values()))

    def cell(self, sex: Sex, band: SheetBand) -> int:
        """How many of that sex and band."""
        return self.cells[list(Sex).index(sex)][list(SheetBand).index(band)]

    def of_sex(self, sex: Sex) -> int:
        """How many of that sex, all bands."""
        return sum(self.cells[list(Sex).index(sex)])

    def of_band(self, band: SheetBand) -> int:
        """How many of that band, all sexes."""
        return sum(row[list(SheetBand).index(band)] for row in self.cells)

    @property
    def total(self) -> int:
        """Everybody in the table."""
        return sum(map(sum, self.cells))


@dataclass(frozen=True, slots=True)
class NationalityCount:
    """How many of one nationality: ISO 3166-1 alpha-3 (XXA stateless, XXX unknown) and its name as shown."""

    code: str
    name: str
    count: int


@dataclass(frozen=True, slots=True)
class Nationalities:
    """The most frequent nationalities, and the rest as one number of people of ``rest_kinds`` others."""

    shown: tuple[NationalityCount, ...] = ()
    rest: int = 0
    rest_kinds: int = 0

    @property
    def total(self) -> int:
        """Everybody counted here."""
        return sum(one.count for one in self.shown) + self.rest

    def within(self, limit: int) -> Nationalities:
        """The same people in at most ``limit`` lines, the smallest moved to the rest, unknown kept last.

        Largest first, ties by code, so that two desks print the same order.
        """
        unknown = tuple(one for one in self.shown if one.code == UNKNOWN_NATIONALITY and one.count)
        known = sorted(
            (one for one in self.shown if one.code != UNKNOWN_NATIONALITY and one.count),
            key=lambda one: (-one.count, one.code),
        )
        kept, folded = known[: limit - len(unknown)], known[limit - len(unknown) :]
        return Nationalities(
            shown=(*kept, *unknown),
            rest=self.rest + sum(one.count for one in folded),
            rest_kinds=self.rest_kinds + len(folded),
        )


@dataclass(frozen=True, slots=True)
class Capacity:
    """Places of a unit or a site. ``percent`` is None where people stay and no place is usable."""

    capacity: int
    blocked: int
    occupied: int
    free: int
    excess: int
    allocable: int
    percent: int | None


def capacity_of(capacity: int, occupied: int, blocked: int, open: bool) -> Capacity:
    """Places of one unit by the rules of PEERS §A 3.4.

    A closed unit has no capacity; ``blocked`` counts only among the free (people on a blocked place have
    it); the percentage is floored over what is not blocked, so that 100 means really full; an empty unit
    is at 0. Raises :class:`ValueError` for negative counts.
    """
    if min(capacity, occupied, blocked) < 0:
        raise ValueError("places and people cannot be negative")
    total = capacity if open else 0
    free = max(0, total - occupied)
    held_back = min(free, blocked)
    return Capacity(
        capacity=total,
        blocked=held_back,
        occupied=occupied,
        free=free,
        excess=max(0, occupied - total),
        allocable=free - held_back,
        percent=_percent(occupied, total - held_back),
    )


def capacity_of_site(units: Iterable[Capacity]) -> Capacity:
    """Places of a site or a part of it: sums, free and allocable each less the people above capacity (§3.4).

    Free places of all units less the excess of all units are places less people, whatever was summed before:
    rooms into blocks and blocks into the site give what the beds alone give.
    """
    every = list(units)
    capacity = sum(unit.capacity for unit in every)
    blocked = sum(unit.blocked for unit in every)
    occupied = sum(unit.occupied for unit in every)
    return Capacity(
        capacity=capacity,
        blocked=blocked,
        occupied=occupied,
        free=max(0, capacity - occupied),
        excess=sum(unit.excess for unit in every),
        allocable=max(0, capacity - occupied - blocked),
        percent=_percent(occupied, capacity - blocked),
    )


def _percent(occupied: int, usable: int) -> int | None:
    if usable > 0:
        return occupied * 100 // usable
    return None if occupied else 0


@dataclass(frozen=True, slots=True)
class BlockOccupancy:
    """One block of the site plan by its code, which says where, never what for."""

    block: str
    places: Capacity


@dataclass(frozen=True, slots=True)
class SilentDesk:
    """A desk whose work since ``last_heard_at`` (RFC 9557; None: ever) is not in these numbers."""

    label: str
    last_heard_at: str | None


@dataclass(frozen=True, slots=True)
class FacilityFigures:
    """What was counted of the site that day: working toilets, showers and taps, litres, meals served."""

    toilets_f: Measured = Missing.NOT_MEASURED
    toilets_m: Measured = Missing.NOT_MEASURED
    toilets_accessible: Measured = Missing.NOT_MEASURED
    showers_f: Measured = Missing.NOT_MEASURED
    showers_m: Measured = Missing.NOT_MEASURED
    taps: Measured = Missing.NOT_MEASURED
    water_litres: Measured = Missing.NOT_MEASURED
    meals_breakfast: Measured = Missing.NOT_MEASURED
    meals_lunch: Measured = Missing.NOT_MEASURED
    meals_dinner: Measured = Missing.NOT_MEASURED


@dataclass(frozen=True, slots=True)
class DailySheet:
    """One service day of one station (DOMAIN §2): D−1 at the change hour to D at it, local time.

    ``from_at``, ``to_at`` and ``generated_at`` are RFC 9557 texts; ``corrections`` is signed; ``present``
    counts registered people and heads not yet named (``of_which_unnamed`` of them); ``state`` is the hash
    of the data it was made from, of which ten characters are shown. ``standard_set`` is the name and version of
    the standards in ``standards`` (None: computed by a program that did not know them). ``automatic`` is a sheet
    that the program froze by itself and nobody has signed.
    """

    station_code: str
    station_name: str
    service_day: date
    from_at: str
    to_at: str
    present_prev: int
    arrivals: int
    births: int
    moved_in: int
    returned: int
    departures_bus: int
    departures_other: int
    absences: int
    deaths: int
    moved_out: int
    corrections: int
    present: int
    of_which_unnamed: int
    generated_by: str
    generated_at: str
    state: str
    sex_age: SexAgeTable = field(default_factory=SexAgeTable)
    nationalities: Nationalities = field(default_factory=Nationalities)
    blocks: tuple[BlockOccupancy, ...] = ()
    silent_desks: tuple[SilentDesk, ...] = ()
    facilities: FacilityFigures = field(default_factory=FacilityFigures)
    standard_set: str | None = None
    provisional: bool = False
    practice: bool = False
    standards: StandardsOfDay | None = None
    automatic: bool = False

    @property
    def came(self) -> int:
        """People who joined the house during the day."""
        return self.arrivals + self.births + self.moved_in + self.returned

    @property
    def left(self) -> int:
        """People who were no longer in the house at the end of the day."""
        return self.departures_bus + self.departures_other + self.absences + self.deaths + self.moved_out

    @property
    def expected(self) -> int:
        """What the day before and the movements give."""
        return self.present_prev + self.came - self.left + self.corrections

    @property
    def difference(self) -> int:
        """People present beyond what the balance gives, signed; shown, never corrected in silence."""
        return self.present - self.expected

    @property
    def site(self) -> Capacity:
        """Places of the whole site."""
        return capacity_of_site(block.places for block in self.blocks)

    @property
    def without_a_place(self) -> int:
        """People present whom no block counts; below 0 when blocks count people who are not present."""
        return self.present - self.site.occupied

    @property
    def occupancy_percent(self) -> int | None:
        """People present per 100 usable places, floored (OC1, DOMAIN §2); None without any place."""
        site = self.site
        return _percent(self.present, site.capacity - site.blocked)

    def to_json(self) -> dict[str, object]:
        """The sheet as plain JSON values; what is computed from it (difference, site) is written along."""
        document: dict[str, object] = {}
        for one in fields(self):
            value = getattr(self, one.name)
            document[one.name] = value.isoformat() if isinstance(value, date) else _plain(value)
        document["difference"] = self.difference
        document["site"] = _plain(self.site)
        document["without_a_place"] = self.without_a_place
        document["occupancy_percent"] = self.occupancy_percent
        return document


_PARTS = (Nationalities, NationalityCount, BlockOccupancy, Capacity, SilentDesk, FacilityFigures)


def _plain(value: object) -> object:
    if isinstance(value, Missing):
        return {"missing": value.value}
    if isinstance(value, StandardsOfDay):
        return standards_to_json(value)
    if isinstance(value, SexAgeTable):
        return {s.value: {b.value: value.cell(s, b) for b in SheetBand} for s in Sex}
    if isinstance(value, tuple):
        return [_plain(one) for one in value]
    if isinstance(value, _PARTS):
        return {one.name: _plain(getattr(value, one.name)) for one in fields(value)}
    return value


def sheet_from_json(document: Mapping[str, object]) -> DailySheet:
    """A frozen sheet as it was, from :meth:`DailySheet.to_json`; raises :class:`DamagedFile` for another."""
    try:
        return _read_sheet(dict(document))
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise DamagedFile(tr("The stored daily sheet"), tr("it is not whole ({why})", why=error)) from error


def _read_sheet(stored: dict[str, object]) -> DailySheet:
    known = {one.name for one in fields(DailySheet)}
    values: dict[str, object] = {name: value for name, value in stored.items() if name in known}
    values["service_day"] = date.fromisoformat(str(stored["service_day"]))
    values["sex_age"] = _read_table(_mapping(stored["sex_age"]))
    values["nationalities"] = _read_nationalities(_mapping(stored["nationalities"]))
    values["blocks"] = tuple(_read_block(_mapping(one)) for one in _list(stored["blocks"]))
    values["silent_desks"] = tuple(_read_desk(_mapping(one)) for one in _list(stored["silent_desks"]))
    measured = {name: _read_measured(value) for name, value in _mapping(stored["facilities"]).items()}
    values["facilities"] = FacilityFigures(**measured)
    if stored.get("standards") is not None:
        values["standards"] = standards_from_json(stored["standards"])
    for one in fields(DailySheet):
        if one.type == "int" and type(values[one.name]) is not int:
            raise ValueError(one.name)
    return DailySheet(**values)  # type: ignore[arg-type]  # names and kinds were checked above


def _mapping(value: object) -> Mapping[str, object]:
    if not isinstance(value, dict):
        raise TypeError("an object is needed")
    return value


def _list(value: object) -> list[object]:
    if not isinstance(value, list):
        raise TypeError("a list is needed")
    return value


def _int(value: object) -> int:
    if type(value) is not int:
        raise TypeError("a whole number is needed")
    return value


def _read_table(table: Mapping[str, object]) -> SexAgeTable:
    return SexAgeTable(tuple(tuple(_int(_mapping(table[s])[b]) for b in SheetBand) for s in Sex))


def _read_nationalities(stored: Mapping[str, object]) -> Nationalities:
    shown = [_mapping(one) for one in _list(stored["shown"])]
    counts = (NationalityCount(str(one["code"]), str(one["name"]), _int(one["count"])) for one in shown)
    return Nationalities(tuple(counts), _int(stored["rest"]), _int(stored["rest_kinds"]))


def _read_block(stored: Mapping[str, object]) -> BlockOccupancy:
    places = _mapping(stored["places"])
    percent = places["percent"]
    counts = {one.name: _int(places[one.name]) for one in fields(Capacity) if one.name != "percent"}
    return BlockOccupancy(
        str(stored["block"]), Capacity(**counts, percent=None if percent is None else _int(percent))
    )


def _read_desk(stored: Mapping[str, object]) -> SilentDesk:
    last = stored["last_heard_at"]
    return SilentDesk(str(stored["label"]), None if last is None else str(last))


def _read_measured(value: object) -> Measured:
    return Missing(str(value["missing"])) if isinstance(value, dict) else _int(value)
