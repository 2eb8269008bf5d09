"""The statistical matrix in its long form: arrivals by station, month and nationality, absences with notes.

One row is one reporting country × station × month × nationality (DOMAIN §3). Age is that of the day of
arrival. A figure that is not there is an empty cell with a status and a note, never 0.
"""

from __future__ import annotations

import calendar
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from shelterdesk.core import countries
from shelterdesk.core.birth import age_band, from_stored
from shelterdesk.core.errors import BadField
from shelterdesk.core.vocabulary import Sex
from shelterdesk.core.words import ntr, tr

SCHEME = "SD-RCM-1"
"""Version of the classes and bands used here; changes with them (DOMAIN §3, *store the scheme id*)."""

UNKNOWN_NATIONALITY = "XXX"
_MINOR_BANDS = ("0_4", "5_11", "12_17", "minor")
_ADULT_BANDS = ("18_59", "60p", "adult")
_NO_BAND = ("minor", "adult", "unk")


class CellStatus(StrEnum):
    """Why a figure is not there, or what to know of one that is (DOMAIN §3, absence codes)."""

    FIGURE = ""  # a plain figure
    TRUE_ZERO = "0"
    NO_DATA = "ND"
    NOT_APPLICABLE = "NA"
    NOT_COMPARABLE = "NC"
    PROVISIONAL = "PR"
    ESTIMATE = "ES"
    SUPPRESSED = "SU"
    REVISED = "RV"


WITHOUT_FIGURE = frozenset({CellStatus.NO_DATA, CellStatus.NOT_APPLICABLE, CellStatus.SUPPRESSED})


@dataclass(frozen=True, slots=True)
class Arrival:
    """One person as the matrix sees them: no name, no number. ``birth`` in its stored form, None unknown."""

    nationality: str | None
    sex: Sex
    birth: str | None
    arrived_on: date
    station: str


@dataclass(frozen=True, slots=True)
class Declared:
    """What a station says of a month (its first day), of all or one nationality; the note is needed."""

    station: str
    month: date
    status: CellStatus
    note: str
    nationality: str | None = None

    def __post_init__(self) -> None:
        if self.month.day != 1:
            raise BadField("month", tr("A month is named by its first day."))
        if not self.note.strip():
            raise BadField("note", tr("An absent or qualified figure needs a note that says why."))


@dataclass(frozen=True, slots=True)
class MatrixRow:
    """One row of the long format, its columns in order; a count of None is an absent figure."""

    reporting_iso3: str
    station: str
    period_start: date
    period_end: date
    granularity: str
    nationality_iso3: str
    nationality_name: str
    region_class: str
    scheme_id: str
    total: int | None
    f: int | None
    m: int | None
    x: int | None
    sex_unk: int | None
    f_0_4: int | None
    f_5_11: int | None
    f_12_17: int | None
    f_18_59: int | None
    f_60p: int | None
    f_unk: int | None
    m_0_4: int | None
    m_5_11: int | None
    m_12_17: int | None
    m_18_59: int | None
    m_60p: int | None
    m_unk: int | None
    xu_0_17: int | None
    xu_18p: int | None
    xu_unk_age: int | None
    minors: int | None
    adults: int | None
    age_unk: int | None
    uac: int | None
    separated: int | None
    status: CellStatus
    note: str
    source: str
    asof: date


def matrix_rows(
    arrivals: Iterable[Arrival],
    *,
    reporting_iso3: str,
    source: str,
    asof: date,
    declared: Iterable[Declared] = (),
    language: str | None = None,
) -> list[MatrixRow]:
    """The rows of these arrivals and declarations: by station and month, then people, most first.

    A month that is not over on ``asof`` is provisional. A declaration without a figure makes an empty row, a
    true zero a row of zeros; where people are recorded all the same, the figures stand and the note says so.
    Unaccompanied and separated children are written by those who may know; until then their cells are empty
    with a note. A birth that cannot be read counts as age not known, with a note. ``language`` (ISO 639-1) is
    that of the nationality names, by default the one now spoken.
    """
    counts: dict[tuple[str, date, str], Counter[tuple[Sex, str]]] = {}
    unread: Counter[tuple[str, date, str]] = Counter()
    for one in arrivals:
        key = (one.station, one.arrived_on.replace(day=1), one.nationality or UNKNOWN_NATIONALITY)
        try:
            band = age_band(from_stored(one.birth), one.arrived_on)
        except BadField:  # written by another program, or a newer one: never left out, never guessed
            band = "unk"
            unread[key] += 1
        counts.setdefault(key, Counter())[one.sex, band] += 1
    said = {(one.station, one.month, one.nationality): one for one in declared}
    frame = _Frame(reporting_iso3, source, asof, language)
    rows = []
    for (station, month, nationality), people in counts.items():
        word = said.get((station, month, nationality)) or said.get((station, month, None))
        rows.append(
            frame.counted(station, month, nationality, people, word, unread[station, month, nationality])
        )
    present = {(station, month) for station, month, _ in counts}
    for (station, month, named), word in said.items():
        if named is None and (station, month) in present:
            continue
        if (station, month, named) not in counts:
            rows.append(frame.declared(word))
    return sorted(
        rows, key=lambda row: (row.station, row.period_start, -(row.total or 0), row.nationality_iso3)
    )


@dataclass(frozen=True, slots=True)
class _Frame:
    """What all rows of one matrix share."""

    reporting_iso3: str
    source: str
    asof: date
    language: str | None

    def counted(
        self,
        station: str,
        month: date,
        nationality: str,
        people: Counter[tuple[Sex, str]],
        said: Declared | None,
        unread: int,
    ) -> MatrixRow:
        """A row of figures, with what was declared of it and how many births could not be read."""
        status, notes = CellStatus.FIGURE, []
        if _last_day(month) >= self.asof:
            status = CellStatus.PROVISIONAL
            notes.append(tr("the month was not over"))
        if said is not None:
            if said.status in WITHOUT_FIGURE or said.status is CellStatus.TRUE_ZERO:
                notes.append(
                    tr("declared {status}, people are recorded all the same", status=said.status.value)
                )
            elif said.status is not CellStatus.FIGURE:
                status = said.status
            notes.append(said.note)
        if unread:
            notes.append(
                ntr(
                    "{n} birth date cannot be read here and counts as age not known",
                    "{n} birth dates cannot be read here and count as age not known",
                    unread,
                )
            )
        notes.append(_children_note())
        return self._row(station, month, nationality, people, status, notes)

    def declared(self, said: Declared) -> MatrixRow:
        """A row without people: zeros for a true zero, empty cells for anything else."""
        notes = [said.note]
        people: Counter[tuple[Sex, str]] | None = None
        if said.status is CellStatus.TRUE_ZERO:
            people = Counter()
            notes.append(_children_note())
        status = said.status
        if status in {CellStatus.FIGURE, CellStatus.PROVISIONAL, CellStatus.ESTIMATE, CellStatus.REVISED}:
            status = CellStatus.NO_DATA  # a figure was announced and none is here
        return self._row(said.station, said.month, said.nationality or "", people, status, notes)

    def _row(
        self,
        station: str,
        month: date,
        nationality: str,
        people: Counter[tuple[Sex, str]] | None,
        status: CellStatus,
        notes: list[str],
    ) -> MatrixRow:
        named = countries.name(nationality, self.language) if nationality else tr("all nationalities")
        return MatrixRow(
            reporting_iso3=self.reporting_iso3,
            station=station,
            period_start=month,
            period_end=_last_day(month),
            granularity="month",
            nationality_iso3=nationality,
            nationality_name=named,
            region_class=countries.region_class(nationality).value if nationality else "",
            scheme_id=SCHEME,
            **_counts(people),
            uac=None,
            separated=None,
            status=status,
            note="; ".join(notes),
            source=self.source,
            asof=self.asof,
        )


def _counts(people: Counter[tuple[Sex, str]] | None) -> dict[str, int | None]:
    """The count columns of a row; all None when there is no figure."""
    columns: dict[str, tuple[tuple[Sex, ...], tuple[str, ...]]] = {}
    any_band = ("0_4", "5_11", "12_17", "18_59", "60p", *_NO_BAND)
    everybody, others = tuple(Sex), (Sex.X, Sex.U)
    columns["total"] = everybody, any_band
    for name, sex in (("f", Sex.F), ("m", Sex.M), ("x", Sex.X), ("sex_unk", Sex.U)):
        columns[name] = (sex,), any_band
    for name, sex in (("f", Sex.F), ("m", Sex.M)):
        for band in any_band[:5]:
            columns[f"{name}_{band}"] = (sex,), (band,)
        columns[f"{name}_unk"] = (sex,), _NO_BAND
    columns["xu_0_17"] = others, _MINOR_BANDS
    columns["xu_18p"] = others, _ADULT_BANDS
    columns["xu_unk_age"] = others, ("unk",)
    columns["minors"] = everybody, _MINOR_BANDS
    columns["adults"] = everybody, _ADULT_BANDS
    columns["age_unk"] = everybody, ("unk",)
    if people is None:
        return dict.fromkeys(columns)
    return {
        name: sum(people[sex, band] for sex in sexes for band in bands)
        for name, (sexes, bands) in columns.items()
    }


def _children_note() -> str:
    return tr("unaccompanied and separated children: not reported here")


def _last_day(month: date) -> date:
    return month.replace(day=calendar.monthrange(month.year, month.month)[1])
