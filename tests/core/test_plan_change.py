"""A place of the plan by hand: what may stand there, many alike, and the file it all goes into."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shelterdesk.core.errors import BadField
from shelterdesk.core.lodging import Place
from shelterdesk.core.plan import read_plan
from shelterdesk.core.plan_change import MOST_ALIKE, PlaceForm, alike, check_place, plan_csv
from shelterdesk.core.vocabulary import PlaceKind, Quarter

BLOCK, ROOM, BED = PlaceKind.BLOCK, PlaceKind.ROOM, PlaceKind.BED
SITE = {
    place.code: place
    for place in (
        Place("e1", "A", None, BLOCK, Quarter.FAMILY),
        Place("e2", "A1", "A", ROOM, None, None, 27.5, True),
        Place("e3", "A1-1", "A1", BED, None, 2),
        Place("e4", "B", None, BLOCK),
    )
}


def form(
    code: str = "A2", parent: str | None = "A", kind: PlaceKind = ROOM, ent: str | None = None
) -> PlaceForm:
    return PlaceForm(ent, code, parent, kind)


@pytest.mark.parametrize(
    "good",
    [form(), form("C", None, BLOCK), form("A1-2", "A1", BED), form("A-1", "A", BED), form("A1", "B", ROOM, "e2"),
     form("a1 ", "A", ROOM, "e2")],
)  # fmt: skip
def test_what_may_stand_on_the_plan(good: PlaceForm) -> None:
    check_place(good, SITE)


@pytest.mark.parametrize(
    ("bad", "field"),
    [
        (form(""), "code"), (form("  "), "code"), (form("x" * 25), "code"), (form("A\u202e2"), "code"),
        (form("a1"), "code"), (form("A1", "A", ROOM, "e9"), "code"),
        (form(parent="Z"), "parent"), (form(parent="A1"), "parent"), (form(parent=None), "parent"),
        (form("C", "A", BLOCK), "parent"), (form("x", None, BED), "parent"), (form("x", "A1-1", BED), "parent"),
        (form("A", None, BLOCK, "e4"), "code"),
        (form("A1", "A", BED, "e2"), "kind"),
        (PlaceForm(None, "A2", "A", ROOM, capacity=-1), "capacity"),
        (PlaceForm(None, "A2", "A", ROOM, capacity=100_000), "capacity"),
        (PlaceForm(None, "A2", "A", ROOM, area_m2=-0.5), "area_m2"),
        (PlaceForm(None, "A2", "A", ROOM, area_m2=float("nan")), "area_m2"),
    ],
)  # fmt: skip
def test_what_may_not_names_its_field(bad: PlaceForm, field: str) -> None:
    with pytest.raises(BadField) as refused:
        check_place(bad, SITE)
    assert refused.value.field == field


@pytest.mark.parametrize(
    ("code", "count", "codes"),
    [("A01-1", 3, ["A01-1", "A01-2", "A01-3"]), ("A08", 3, ["A08", "A09", "A10"]), ("x9y", 2, ["x9y", "x10y"]),
     ("Z", 1, ["Z"]), ("7", 2, ["7", "8"])],
)  # fmt: skip
def test_codes_are_counted_on(code: str, count: int, codes: list[str]) -> None:
    made = alike(PlaceForm("e2", code, "A", ROOM, Quarter.FAMILY, 4, 20.0, True), count)
    assert [one.code for one in made] == codes
    assert {
        (one.parent, one.kind, one.quarter, one.capacity, one.area_m2, one.accessible) for one in made
    } == {("A", ROOM, Quarter.FAMILY, 4, 20.0, True)}


@pytest.mark.parametrize(("code", "count"), [("A", 2), ("A1", 0), ("A1", MOST_ALIKE + 1)])
def test_what_cannot_be_counted_on_is_said(code: str, count: int) -> None:
    with pytest.raises(BadField):
        alike(form(code), count)


CODES = st.text(st.characters(exclude_categories=("C", "Z")), min_size=1, max_size=20)


@given(
    st.lists(CODES, min_size=1, max_size=8, unique_by=str.casefold),
    st.integers(0, 500),
    st.none() | st.floats(0, 99_999).map(lambda area: round(area, 2)),
    st.booleans(),
)
def test_the_file_is_read_back_as_the_plan(
    codes: list[str], capacity: int, area: float | None, free: bool
) -> None:
    places = [Place(f"e{codes[0]}", codes[0], None, BLOCK, Quarter.OVERFLOW, accessible=free)]
    places += [Place(f"e{code}", code, codes[0], ROOM, None, capacity, area, free) for code in codes[1:]]
    rows = read_plan(plan_csv(reversed(places)))
    assert [(row.code, row.parent, row.kind, row.quarter, row.accessible) for row in rows][:1] == [
        (codes[0], None, BLOCK, Quarter.OVERFLOW, free)
    ]
    read = {row.code: (row.parent, row.capacity, row.accessible) for row in rows[1:]}
    assert read == dict.fromkeys(codes[1:], (codes[0], capacity, free))
    assert all(row.area_m2 == area for row in rows[1:])
