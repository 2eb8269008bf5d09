"""Who stands on a list under which place and name: no code that tells what for, no line that tells who is alone."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shelterdesk.core.cards import first_name_on_paper
from shelterdesk.core.house_lists import ListLine, block_names, blocks_of
from shelterdesk.core.lodging import Place, site_tree
from shelterdesk.core.vocabulary import PlaceKind, Quarter

B, R, D = PlaceKind.BLOCK, PlaceKind.ROOM, PlaceKind.BED


def place(code: str, parent: str | None, kind: PlaceKind, quarter: Quarter | None = None) -> Place:
    return Place(f"{abs(hash(code)):032x}"[:32], code, parent, kind, quarter)


PLACES = (
    place("A", None, B), place("A-2", "A", R), place("A-10", "A", R), place("A-2-1", "A-2", D), place("A-2-2", "A-2", D),
    place("UAC", None, B, Quarter.UAC_GIRLS), place("Niñas 1", "UAC", R), place("UAC-1-1", "Niñas 1", D),
    place("C", None, B), place("C-1", "C", D), place("Tent", None, R),
)  # fmt: skip


def test_blocks_rooms_and_beds_stand_in_the_order_of_the_plan() -> None:
    lines = {
        code: [ListLine(None, f"n-{code}")]
        for code in ("A-10", "A-2-2", "A-2-1", "A", "C-1", "Tent", "UAC-1-1")
    }
    found = blocks_of(site_tree(PLACES, {}), lines)
    assert [(b.block, [(r.room, [(one.bed, one.number) for one in r.lines]) for r in b.rooms]) for b in found] == [
        ("A", [(None, [(None, "n-A")]), ("A-2", [("A-2-1", "n-A-2-1"), ("A-2-2", "n-A-2-2")]),
               ("A-10", [(None, "n-A-10")])]),
        ("C", [(None, [("C-1", "n-C-1")])]),
        ("Tent", [("Tent", [(None, "n-Tent")])]),
        ("Block 4", [("Room 1", [("Bed 1", "n-UAC-1-1")])]),
    ]  # fmt: skip
    assert sum(block.people for block in found) == 7


def test_one_block_alone_keeps_its_name() -> None:
    tree = site_tree(PLACES, {})
    assert block_names(tree) == {"A": "A", "C": "C", "Tent": "Tent", "UAC": "Block 4"}
    assert [one.block for one in blocks_of(tree, {}, "UAC")] == ["Block 4"]


@pytest.mark.parametrize(
    ("is_child", "size", "name"),
    [(False, 3, "Ana"), (False, 1, None), (True, 3, None), (True, 1, None), (None, 3, None), (None, 1, None)],
)
def test_only_adults_with_their_family_are_named(is_child: bool | None, size: int, name: str | None) -> None:
    assert first_name_on_paper("Ana", is_child, size) == name


@given(st.text(max_size=20), st.integers(1, 3))
def test_who_is_alone_looks_the_same_child_or_not(given_name: str, size: int) -> None:
    alone = {first_name_on_paper(given_name, is_child, 1) for is_child in (True, False, None)}
    assert alone == {None}
    assert first_name_on_paper(given_name, True, size) is None
