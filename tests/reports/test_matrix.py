"""The matrix: rows that add up, absences with notes, a file no spreadsheet can be tricked by."""

from __future__ import annotations

import csv
import io
import re
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shelterdesk.core.errors import BadField
from shelterdesk.core.matrix import Arrival, CellStatus, Declared, MatrixRow, matrix_rows
from shelterdesk.core.vocabulary import Sex
from shelterdesk.reports.matrix_csv import COLUMNS, HXL_TAGS, as_meant, safe_text, write_matrix

HEADER = (
    "reporting_iso3,station,period_start,period_end,granularity,nationality_iso3,nationality_name,region_class,"
    "scheme_id,total,f,m,x,sex_unk,f_0_4,f_5_11,f_12_17,f_18_59,f_60p,f_unk,m_0_4,m_5_11,m_12_17,m_18_59,m_60p,"
    "m_unk,xu_0_17,xu_18p,xu_unk_age,minors,adults,age_unk,uac,separated,status,note,source,asof"
)
TAGS = (
    "#country+code,#loc+name,#date+start,#date+end,#frequency+type,#country+code+origin,#country+name+origin,"
    "#region+code+origin,#meta+scheme,#affected+ind,#affected+ind+f,#affected+ind+m,#affected+ind+i,"
    "#affected+ind+unknown_sex,#affected+f+infants+age0_4,#affected+f+children+age5_11,"
    "#affected+f+adolescents+age12_17,#affected+f+adults+age18_59,#affected+f+elderly+age60plus,"
    "#affected+f+unknown_age,#affected+m+infants+age0_4,#affected+m+children+age5_11,"
    "#affected+m+adolescents+age12_17,#affected+m+adults+age18_59,#affected+m+elderly+age60plus,"
    "#affected+m+unknown_age,#affected+x_or_unknown_sex+children+age0_17,"
    "#affected+x_or_unknown_sex+adults+age18plus,#affected+x_or_unknown_sex+unknown_age,"
    "#affected+ind+children+age0_17,#affected+ind+adults+age18plus,#affected+ind+unknown_age,"
    "#affected+children+unaccompanied,#affected+children+separated,#status+code,#description+notes,#meta+source,"
    "#date+reported"
)
ASOF = date(2026, 12, 5)


def arrival(
    nationality: str | None = "VEN", sex: Sex = Sex.F, birth: str | None = "1990-05-01",
    day: date = date(2026, 11, 10), station: str = "LB1",
) -> Arrival:  # fmt: skip
    """One person who came."""
    return Arrival(nationality, sex, birth, day, station)


def rows(*arrivals: Arrival, declared: tuple[Declared, ...] = (), asof: date = ASOF) -> list[MatrixRow]:
    """The rows of these arrivals, in English."""
    return matrix_rows(
        arrivals, reporting_iso3="PAN", source="LB1", asof=asof, declared=declared, language="en"
    )


def test_one_row_per_station_month_and_nationality() -> None:
    made = rows(
        arrival(), arrival("HTI"), arrival("HTI"), arrival(day=date(2026, 10, 31)), arrival(station="SV1"),
        arrival(None),
    )  # fmt: skip
    assert [(r.station, r.period_start, r.nationality_iso3, r.total) for r in made] == [
        ("LB1", date(2026, 10, 1), "VEN", 1),
        ("LB1", date(2026, 11, 1), "HTI", 2),
        ("LB1", date(2026, 11, 1), "VEN", 1),
        ("LB1", date(2026, 11, 1), "XXX", 1),
        ("SV1", date(2026, 11, 1), "VEN", 1),
    ]
    assert made[1].period_end == date(2026, 11, 30)
    assert [r.region_class for r in made[1:4]] == ["CARIB_EXTRAREG", "AMERICAS_OTHER", "UNKNOWN"]
    assert made[1].nationality_name == "Haiti"


def test_age_is_that_of_the_day_of_arrival() -> None:
    """Born on 10 November 2021: four years old the day before, five on the day."""
    before, after = (
        rows(arrival(birth="2021-11-10", day=day))[0] for day in (date(2026, 11, 9), date(2026, 11, 10))
    )
    assert (before.f_0_4, before.f_5_11) == (1, 0)
    assert (after.f_0_4, after.f_5_11) == (0, 1)


def test_a_birth_that_cannot_be_read_is_counted_and_said() -> None:
    made = rows(arrival(birth="Tuesday"), arrival(), arrival("HTI"))
    assert [(row.total, row.age_unk) for row in made] == [(2, 1), (1, 0)]
    assert "1 birth date cannot be read here" in made[0].note and "birth date" not in made[1].note


def test_a_minor_of_unknown_band_is_a_minor_without_a_band() -> None:
    made = rows(arrival(birth="~2010..2021/2026-11-10", sex=Sex.M))[0]
    assert (made.m_unk, made.minors, made.adults, made.age_unk) == (1, 1, 0, 0)
    made = rows(arrival(birth=None, sex=Sex.U))[0]
    assert (made.sex_unk, made.xu_unk_age, made.age_unk, made.minors) == (1, 1, 1, 0)


births = st.sampled_from(
    [None, "2024", "2019", "2012", "1990", "1950", "~2010..2021/2026-11-10", "2009", "2008-11"]
)
people = st.builds(
    Arrival,
    nationality=st.sampled_from([None, "VEN", "HTI", "CHN", "XXA"]),
    sex=st.sampled_from(list(Sex)),
    birth=births,
    arrived_on=st.dates(date(2026, 9, 1), date(2026, 11, 30)),
    station=st.sampled_from(["LB1", "SV1"]),
)


@given(st.lists(people, max_size=60))
def test_every_row_adds_up_and_nobody_is_lost(arrivals: list[Arrival]) -> None:
    made = rows(*arrivals)
    assert sum(r.total or 0 for r in made) == len(arrivals)
    for r in made:
        counts = {name: getattr(r, name) for name in COLUMNS if type(getattr(r, name)) is int}
        assert r.total == counts["f"] + counts["m"] + counts["x"] + counts["sex_unk"]
        assert r.total == counts["minors"] + counts["adults"] + counts["age_unk"]
        for sex in "fm":
            bands = ("0_4", "5_11", "12_17", "18_59", "60p", "unk")
            assert counts[sex] == sum(counts[f"{sex}_{band}"] for band in bands)
        assert counts["x"] + counts["sex_unk"] == counts["xu_0_17"] + counts["xu_18p"] + counts["xu_unk_age"]
        assert r.uac is None
        assert r.separated is None
        assert "unaccompanied and separated" in r.note


def test_a_month_that_is_not_over_is_provisional() -> None:
    assert rows(arrival(), asof=date(2026, 11, 30))[0].status is CellStatus.PROVISIONAL
    assert rows(arrival(), asof=date(2026, 12, 1))[0].status is CellStatus.FIGURE


def test_an_absence_is_an_empty_row_with_its_note_and_a_zero_is_declared() -> None:
    month = date(2026, 10, 1)
    made = rows(
        declared=(
            Declared("LB1", month, CellStatus.NO_DATA, "laptop lost on the river"),
            Declared("SV1", month, CellStatus.TRUE_ZERO, "border closed"),
        )
    )
    absent, zero = made
    assert (absent.status, absent.total, absent.minors, absent.note) == (
        "ND",
        None,
        None,
        "laptop lost on the river",
    )
    assert (zero.status, zero.total, zero.f_0_4) == ("0", 0, 0)
    assert "border closed" in zero.note


def test_figures_stand_beside_a_declaration_that_denies_them() -> None:
    month = date(2026, 11, 1)
    made = rows(arrival(), declared=(Declared("LB1", month, CellStatus.TRUE_ZERO, "nobody came"),))
    assert [(r.total, r.status) for r in made] == [(1, CellStatus.FIGURE)]
    assert "declared 0" in made[0].note
    assert "nobody came" in made[0].note


def test_a_declaration_of_one_nationality_is_a_row_of_its_own() -> None:
    month = date(2026, 11, 1)
    said = (
        Declared("LB1", month, CellStatus.NO_DATA, "not asked for", "CUB"),
        Declared("LB1", month, CellStatus.ESTIMATE, "two boats guessed", "VEN"),
        Declared("LB1", month, CellStatus.ESTIMATE, "to follow", "HTI"),
    )
    made = {r.nationality_iso3: r for r in rows(arrival(), declared=said)}
    assert (made["CUB"].total, made["CUB"].status) == (None, CellStatus.NO_DATA)
    assert (made["VEN"].total, made["VEN"].status) == (1, CellStatus.ESTIMATE)
    assert (made["HTI"].total, made["HTI"].status) == (None, CellStatus.NO_DATA), "announced is not a figure"


def test_a_declaration_needs_a_month_and_a_note() -> None:
    with pytest.raises(BadField):
        Declared("LB1", date(2026, 11, 2), CellStatus.NO_DATA, "x")
    with pytest.raises(BadField):
        Declared("LB1", date(2026, 11, 1), CellStatus.NO_DATA, " ")


def written(*made: MatrixRow) -> tuple[bytes, list[list[str]]]:
    """The file's bytes and its cells as another reader finds them."""
    out = io.BytesIO()
    assert write_matrix(made, out) == len(made)
    return out.getvalue(), list(csv.reader(io.StringIO(out.getvalue().decode(), newline="")))


def test_the_head_is_the_agreed_one() -> None:
    _, cells = written(*rows(arrival()))
    assert ",".join(cells[0]) == HEADER == ",".join(COLUMNS)
    assert ",".join(cells[1]) == TAGS
    assert len(set(HXL_TAGS)) == len(HXL_TAGS) == len(COLUMNS)
    for tag in HXL_TAGS:
        assert re.fullmatch(r"#[A-Za-z][A-Za-z0-9_]*(\+[A-Za-z][A-Za-z0-9_]*)*", tag)


def test_every_cell_is_quoted_and_an_absence_is_empty(tmp_path: Path) -> None:
    raw, cells = written(*rows(declared=(Declared("LB1", date(2026, 10, 1), CellStatus.NO_DATA, "lost"),)))
    for line in raw.decode().removesuffix("\r\n").split("\r\n"):
        assert re.fullmatch(r'"[^"]*"(,"[^"]*")*', line)
    row = dict(zip(cells[0], cells[2], strict=True))
    assert (row["total"], row["status"], row["note"]) == ("", "ND", "lost")
    assert row["period_start"] == "2026-10-01"


@given(st.text())
def test_no_text_starts_like_a_formula_and_none_is_lost(text: str) -> None:
    safe = safe_text(text)
    assert not safe.startswith(("=", "+", "-", "@", "\t", "\r", "\0"))
    assert as_meant(safe) == text or text.startswith("'")


@pytest.mark.parametrize("text", ["=1+1", "+507", "-2", "@SUM(A1)", "\tx", "\rx", '=HYPERLINK("x")', "\0="])
def test_formulas_are_written_as_text(text: str) -> None:
    said = Declared("LB1", date(2026, 10, 1), CellStatus.NO_DATA, text)
    _, cells = written(*rows(declared=(said,)))
    assert cells[2][COLUMNS.index("note")] == f"'{text}"
    assert as_meant(cells[2][COLUMNS.index("note")]) == text
