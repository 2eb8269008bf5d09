"""Reading a site plan: whole in any of its spellings, or refused with the line to look at."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shelterdesk.core.plan import COLUMNS, PlanRefused, plan_text, read_plan
from shelterdesk.core.vocabulary import PlaceKind, Quarter

DEMO = Path(__file__).parents[2] / "resources" / "demo" / "plan.csv"
HEAD = "code,parent,kind,quarter,capacity,area_m2,accessible\n"


def test_a_bed_is_for_one_and_parents_come_first() -> None:
    found = read_plan(HEAD + "A-1-1,A-1,bed,,,,\nA-1,A,room,family,,12.5,yes\nA,,block,,,,no\n")
    assert [row.code for row in found] == ["A", "A-1", "A-1-1"]
    assert (found[1].quarter, found[1].area_m2, found[1].accessible, found[1].capacity) == (
        Quarter.FAMILY, 12.5, True, None,
    )  # fmt: skip
    assert (found[2].capacity, found[2].line, found[0].accessible) == (1, 2, False)


def test_semicolons_decimal_commas_a_mark_and_empty_lines() -> None:
    text = "\ufeffKind;Code;Parent;Area_m2;Capacity\r\n\r\nblock;Á;;;\r\nroom;Á 1;Á;20,5;6\r\n;;;;\r\n"
    found = read_plan(plan_text(text.encode()))
    assert [(row.code, row.area_m2, row.capacity) for row in found] == [("Á", None, None), ("Á 1", 20.5, 6)]


def test_the_practice_plan_is_a_plan() -> None:
    found = read_plan(plan_text(DEMO.read_bytes()))
    assert len(found) > 100 and {row.kind for row in found} == set(PlaceKind)


def test_a_parent_may_stand_on_the_site_already() -> None:
    found = read_plan(HEAD + "A-2,A,room,,4,,\n", {"A": PlaceKind.BLOCK})
    assert found[0].parent == "A"
    with pytest.raises(PlanRefused) as refused:
        read_plan(HEAD + "A-2,A,room,,4,,\n", {"A": PlaceKind.BED})
    assert refused.value.line == 2


@pytest.mark.parametrize(
    ("rows", "line", "word"),
    [
        ("A,,block,,,,\nA,,block,,,,\n", 3, "line 2"),
        ("A,,block,,,,\nA-1,B,room,,,,\n", 3, "B"),
        ("A,,block,,,,\nA-1,A,room,,-1,,\n", 3, "-1"),
        ("A,,block,,,,\nA-1,A,room,,six,,\n", 3, "six"),
        ("A,,block,,,,\nA-1,A,room,,1.5,,\n", 3, "1.5"),
        ("A,,block,,,,\nA-1,A,room,WARD,,,\n", 3, "WARD"),
        ("A,,block,,,,\nA-1,A,tent,,,,\n", 3, "tent"),
        ("A,,block,,,,\nA-1,A,room,,,,maybe\n", 3, "maybe"),
        ("A,,block,,,,\nA-1,A,room,,,wide,\n", 3, "wide"),
        ("A,,block,,,,\n,A,room,,,,\n", 3, "no code"),
        ("A,,block,,,,\nB,A,block,,,,\n", 3, "block B"),
        ("A,,block,,,,\nb,,bed,,,,\n", 3, "bed b"),
        ("A,,block,,,,\nr,,room,,,,\n", 3, "room r"),
        ("A,,block,,,,\nb,A,bed,,,,\nr,b,room,,,,\n", 4, "room r"),
        ("A,A,block,,,,\n", 2, "itself"),
        ("r,b,room,,,,\nb,r,bed,,,,\n", 2, "itself"),
        ("A,,block,,,,,,x\n", 2, "more values"),
        ('A,,block,,,,\n"A-1,A,room,,,,\n', 3, "cannot be read"),
    ],
)
def test_what_is_wrong_is_said_with_its_line(rows: str, line: int, word: str) -> None:
    with pytest.raises(PlanRefused) as refused:
        read_plan(HEAD + rows)
    assert refused.value.line == line
    assert f"Line {line}:" in refused.value.sentence and word in refused.value.sentence


@pytest.mark.parametrize(
    "text", ["", "\n\n", HEAD, "parent,kind\nA,block\n", "code,kind,colour\nA,block,red\n"]
)
def test_what_is_no_plan_is_refused(text: str) -> None:
    with pytest.raises(PlanRefused):
        read_plan(text)


def test_a_file_in_another_encoding_names_its_line() -> None:
    with pytest.raises(PlanRefused) as refused:
        plan_text(b"code,kind\nA,block\n\xc1,block\n")
    assert refused.value.line == 3


@given(st.lists(st.lists(st.text(max_size=6), max_size=8), max_size=8))
def test_any_table_is_read_or_refused(table: list[list[str]]) -> None:
    text = ",".join(COLUMNS) + "\n" + "\n".join(",".join(row) for row in table)
    try:
        found = read_plan(text)
    except PlanRefused as refused:
        assert refused.line >= 1
    else:
        codes = {row.code for row in found}
        assert len(codes) == len(found) and all(row.parent is None or row.parent in codes for row in found)
