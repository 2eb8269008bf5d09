"""Lists on paper: nobody missing, nothing on them that marks somebody, right on both sizes of paper."""

from __future__ import annotations

import re
from dataclasses import fields, replace

import pypdfium2
import pytest

from shelterdesk import startup
from shelterdesk.core.house_lists import (
    BlockList,
    EvacuationList,
    ListLine,
    OutsideLine,
    PaperFacts,
    ResidentList,
    RoomList,
)
from shelterdesk.core.own_record import OwnRecord
from shelterdesk.core.paper_rules import forbidden_on_paper
from shelterdesk.core.shift import ShiftSlip, Unfinished, Worked
from shelterdesk.core.words import speak
from shelterdesk.reports.evacuation import write_evacuation_list
from shelterdesk.reports.list_pages import printable
from shelterdesk.reports.paper import PaperName
from shelterdesk.reports.residents import BLANK_LINES, write_residents
from tests.reports.papers import (
    A4,
    LETTER,
    NAMES,
    block,
    evacuation,
    pages_of,
    residents,
    size_of,
    written,
)

NUMBER = re.compile(r"LB1-\d{6}-[A-Z]")
SIZES: list[tuple[PaperName, tuple[int, int]]] = [("a4", A4), ("letter", LETTER)]


@pytest.mark.parametrize(
    "kind", [PaperFacts, ListLine, OutsideLine, RoomList, BlockList, EvacuationList, ResidentList, ShiftSlip,
             Unfinished, Worked],
)  # fmt: skip
def test_a_list_is_given_nothing_that_may_not_be_on_paper(kind: type) -> None:
    assert [field.name for field in fields(kind) if forbidden_on_paper(field.name)] == []


def test_a_persons_own_record_is_the_one_paper_with_their_documents() -> None:
    """Handed to the person it is about; documents are all that is on it and on no other paper."""
    assert [f.name for f in fields(OwnRecord) if forbidden_on_paper(f.name)] == ["documents"]


@pytest.mark.parametrize(("paper", "size"), SIZES)
def test_an_evacuation_list_has_everybody_once_and_its_totals_first(
    paper: PaperName, size: tuple[int, int]
) -> None:
    house = evacuation(block("A", 9, 6), block("B", 3, 4, start=100), BlockList("C", ()))
    pdf, answer = written(lambda out: write_evacuation_list(house, out, paper=paper))
    pages = pages_of(pdf)
    assert size_of(pdf) == size and answer.pages == len(pages) and not answer.left_out
    text = "\n".join(pages)
    numbers = NUMBER.findall(text)
    assert len(numbers) == len(set(numbers)) == 54 + 12 + 1
    assert "69" in pages[0] and "54" in pages[0] and "12" in pages[0], "totals stand on the first page"
    assert "3 without a name yet" in pages[0]
    assert "LB1-T0007-M × 3" in text and "Fuera, Olga" in text and "not to be looked for" in text
    for at, page in enumerate(pages, start=1):
        assert f"Page {at} of {len(pages)}" in page and "Data a1b2c3d4e5" in page
        assert "Printed by supervisor" in page and "LB · Lajas Blancas" in page and "08:05" in page


def test_without_names_no_name_is_on_it_and_behind_a_lock_nobody_printed_it() -> None:
    house = evacuation(block("A", 4, 5, named=False), named=False, locked=True)
    text = "\n".join(pages_of(written(lambda out: write_evacuation_list(house, out))[0]))
    assert "Marie" not in text and "Olga" not in text and "supervisor" not in text
    assert "Printed while locked" in text and "Numbers and places only" in text
    assert len(NUMBER.findall(text)) == 21


def test_five_thousand_people_in_one_block_of_one_room_and_in_many() -> None:
    for house in (
        evacuation(block("A", 1, 5_000)),
        evacuation(*(block(f"T{n}-", 1, 10, start=n * 10) for n in range(500))),
    ):
        pages = pages_of(written(lambda out, house=house: write_evacuation_list(house, out))[0])  # type: ignore[misc]
        numbers = NUMBER.findall("\n".join(pages))
        assert len(numbers) == len(set(numbers)) == 5_001
        assert len(pages) < 120


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("i" * 60, "i" * 60),
        ("i" * 61, "i" * 59 + "…"),
        ("é" * 61, "é" * 59 + "…"),
        ("ab " * 30, ("ab " * 20)[:59] + "…"),
        ("x" + "\u0915\u094d" * 40, "x" + "\u0915\u094d" * 29 + "…"),
        ("\u0915\u094d" * 40, "\u0915\u094d" * 29 + "…"),  # a letter and the mark that belongs to it
    ],
)
def test_what_is_cut_off_a_name_is_said_to_be_and_no_mark_is_parted_from_its_letter(
    text: str, shown: str
) -> None:
    """Sixty narrow letters fit a column: without a sign the list would hold another name."""
    assert printable(text) == shown


@pytest.mark.parametrize("named", [True, False])
def test_since_when_somebody_is_out_is_never_cut(named: bool) -> None:
    """The hour is what whoever counts asks for; of another day the day stands before it."""
    house = replace(
        evacuation(named=named),
        outside=(
            OutsideLine("LB1-000001-X", "Fuera, Olga" if named else None, "2026-11-23T07:05:00-05:00"),
            OutsideLine("LB1-000002-X", "Fuera, Eva" if named else None, "2026-11-21T22:40:00-05:00"),
            OutsideLine("LB1-000003-X", "Fuera, Isa" if named else None, "nobody can read this"),
        ),
    )
    for spoken in ("en", "es"):
        startup.use_language(spoken)
        try:
            said = " ".join(pages_of(written(lambda out: write_evacuation_list(house, out))[0]))
        finally:
            speak("en")
        assert "07:05" in said and "2026-11-21 22:40" in said and "…" not in said


@pytest.mark.parametrize("people", [1, 2, 3, 4])
@pytest.mark.parametrize("named", [True, False])
def test_a_short_block_begins_in_its_first_column_and_no_heading_stands_alone(
    people: int, named: bool
) -> None:
    lines = tuple(ListLine(None, f"LB1-{n:06d}-B") for n in range(people))
    house = replace(
        evacuation(named=named),
        outside=(),
        without_place=(),
        blocks=(BlockList("A", (RoomList(None, lines),)),),
    )
    pdf, _ = written(lambda out: write_evacuation_list(house, out))
    page = pypdfium2.PdfDocument(pdf)[1].get_textpage()
    places = [page.get_rect(n) for n in range(page.count_rects())]
    found = [(round(left), round(top), page.get_text_bounded(left, foot, right, top).strip())
             for left, foot, right, top in places]  # fmt: skip
    heads = sorted(left for left, _, said in found if said == "seen")
    numbers = sorted(left for left, _, said in found if said.startswith("LB1-"))
    assert min(heads) < 100, "the first column is filled first"
    assert len(heads) == len(set(numbers)), "each heading has lines below it"


def test_nobody_at_all_is_said_and_is_no_empty_sheet() -> None:
    house = EvacuationList(evacuation().facts, (), (), (), True)
    pages = pages_of(written(lambda out: write_evacuation_list(house, out))[0])
    assert len(pages) == 2 and "Nobody is in the house." in pages[1]
    pages = pages_of(written(lambda out: write_residents(residents(), out))[0])
    assert len(pages) == 1 and "0 people" in pages[0]


def test_practice_is_marked_on_every_page() -> None:
    house = evacuation(block("A", 20, 6), practice=True)
    assert all(
        "PRÁCTICA" in page for page in pages_of(written(lambda out: write_evacuation_list(house, out))[0])
    )


@pytest.mark.parametrize("name", NAMES)
def test_any_name_leaves_its_number_readable_and_the_line_in_its_column(name: str) -> None:
    lines = tuple(ListLine("A1", f"LB1-{n:06d}-B", name) for n in range(3))
    house = evacuation(BlockList("A", (RoomList("A1", lines),)))
    pdf, answer = written(lambda out: write_evacuation_list(house, out))
    text = "\n".join(pages_of(pdf))
    assert len(NUMBER.findall(text)) == 4
    assert "\N{RIGHT-TO-LEFT OVERRIDE}" not in text and "\N{GRINNING FACE}" not in text
    if "María" in name:
        assert "Ana María" in text and not answer.left_out
    assert len(answer.left_out) <= 1 and all("3 names" in said for said in answer.left_out)


def test_a_name_as_it_may_stand_on_paper() -> None:
    assert printable("Ana \N{GRINNING FACE}\N{ZERO WIDTH SPACE} María") == "Ana María"
    assert printable("a\N{RIGHT-TO-LEFT OVERRIDE}b\tc\x07d") == "ab cd"
    assert len(printable("X" * 100_000)) == len(printable("é" * 100_000)) == 60
    assert printable("می\u200cخواهم") == "می\u200cخواهم", "Persian is written with joiners"


@pytest.mark.parametrize(("paper", "size"), SIZES)
def test_residents_have_a_page_for_each_block_and_lines_to_write_on(
    paper: PaperName, size: tuple[int, int]
) -> None:
    house = residents(block("A", 9, 6), block("B", 1, 2, start=100), BlockList("C", ()))
    pdf, answer = written(lambda out: write_residents(house, out, paper=paper))
    pages = pages_of(pdf)
    assert size_of(pdf) == size and answer.pages == len(pages) >= 4
    assert len(NUMBER.findall("\n".join(pages))) == 56
    assert "54 people" in pages[0] and "2 people" in pages[-2] and "0 people" in pages[-1]
    assert all(f"Page {at} of {len(pages)}" in page for at, page in enumerate(pages, start=1))
    assert "who is here and not on the list" in pages[-1] and BLANK_LINES >= 4
