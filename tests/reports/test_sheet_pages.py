"""The pages beside the signed one: standards and the last days, then and now, the wall, the supervisor's page."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pypdfium2
import pytest

from shelterdesk.core.sheet import DailySheet, capacity_of
from shelterdesk.core.sheet_days import DayPoint
from shelterdesk.core.sheet_difference import Difference
from shelterdesk.core.sheet_internal import BlockedPlace
from shelterdesk.core.sheet_posting import PostedCell, PostedLine, PostingCopy
from shelterdesk.core.words import language, speak
from shelterdesk.reports.chart import draw_days
from shelterdesk.reports.daily_sheet import Behind, write_daily_sheet
from shelterdesk.reports.faces import find_faces
from shelterdesk.reports.paper import Paper, PaperName
from shelterdesk.reports.sheet_internal import write_internal
from shelterdesk.reports.sheet_layout import Stand
from shelterdesk.reports.sheet_posting import write_posting
from tests.made_sheets import days_chart, internal_page, posting_copy, standards_of_day, then_and_now
from tests.reports.made import LongWords, daily_sheet, margins_are_white, overlaps, text_of, words_of

FROZEN = "2026-11-24T06:10:00-05:00[America/Panama]"


@pytest.fixture(params=[False, True], ids=["english", "long"])
def words(request: pytest.FixtureRequest) -> Iterator[bool]:
    """English, and a language half as long again."""
    before = language()
    if request.param:
        speak("en_XA", LongWords())
    yield request.param
    speak(before)


def full_sheet() -> DailySheet:
    """A sheet with thirty standards."""
    standards = standards_of_day()
    return replace(daily_sheet(), standards=replace(standards, lines=standards.lines * 6))


def behind_of(sheet: DailySheet, *, shows_now: bool = False, automatic: bool = False) -> Behind:
    """Frozen, and known differently since."""
    now = replace(sheet, arrivals=415, present=sheet.present + 3)
    changes = then_and_now(sheet, now)
    stand = Stand(FROZEN, "" if automatic else "Marta Quiñones", now, shows_now)
    return Behind(stand, days_chart().points, changes.differences)


def said_in(pdf: Path) -> str:
    return words_of(text_of(pdf))


@pytest.mark.parametrize("paper", ["a4", "letter"])
def test_nothing_runs_over_anything_on_any_page(tmp_path: Path, paper: PaperName, words: bool) -> None:
    out = tmp_path / "x.pdf"
    sheet = full_sheet()
    many = tuple(Difference(f"nationality.{code}", n, n + 1) for n, code in enumerate(["VEN", "HTI"] * 40))
    behind = replace(behind_of(sheet), changed=many)
    written = write_daily_sheet(sheet, out, behind, paper=paper)
    assert written.pages == len(pypdfium2.PdfDocument(out)) > 3
    assert overlaps(out) == [] and margins_are_white(out, paper)
    for copy in (posting_copy(), hard_copy()):
        write_posting(copy, out, paper=paper)
        assert overlaps(out) == [] and margins_are_white(out, paper)
    blocked = tuple(BlockedPlace(f"A-{n:02d}", n, n % 3 == 0, "reason " * 12, 2) for n in range(60))
    assert write_internal(replace(internal_page(), blocked=blocked), out, paper=paper).pages == 3
    assert overlaps(out) == [] and margins_are_white(out, paper)


def hard_copy() -> PostingCopy:
    """A posting copy with everything it may hold."""
    nations = tuple(
        PostedCell(code, 98_765) for code in ("COD", "VEN", "HTI", "CHN", "AFG", "BGD", "NPL", "ECU")
    )
    held = PostedCell("PER", None, small=True)
    line = PostedLine((*nations, held, PostedCell("", 12_345)))
    return replace(posting_copy(), present=PostedCell("present", 98_765), nationalities=line)


def test_the_standards_say_what_was_measured_and_the_verdict(tmp_path: Path) -> None:
    sheet = replace(daily_sheet(), standards=standards_of_day())
    write_daily_sheet(sheet, tmp_path / "s.pdf", behind_of(sheet))
    said = said_in(tmp_path / "s.pdf")
    for words in (
        "Standards: Transit centre, version 2",
        "People per working toilet 820 / 16 51.2 at most 50 people missed Sphere 2018, pp. 117–118",
        "Not measured Water per person and day water not counted at least 15 litres",
        "Occupancy 820 / 600 136.7 at most 100 % missed by far own",
        "Length of stay, median of 800 3 2 to 5 days met UNHCR Handbook",
        "no target", "The last 14 days",
    ):  # fmt: skip
        assert words in said, words


def test_a_frozen_sheet_says_by_whom_and_marks_what_is_another_number_now(tmp_path: Path) -> None:
    sheet = full_sheet()
    write_daily_sheet(sheet, tmp_path / "s.pdf", behind_of(sheet))
    said = said_in(tmp_path / "s.pdf")
    assert "Frozen 24 November 2026, 06:10 by Marta Quiñones." in said and "PROVISIONAL" not in said
    assert re.search(r"Arrivals 412 ?\*", said) and not re.search(r"Births 1 ?\*", said)
    assert "Arrivals 41 43 +2" in said and "Taps not measured 6" in said
    assert "Then: as frozen 24 November 2026, 06:10." in said
    write_daily_sheet(sheet, tmp_path / "s.pdf", behind_of(sheet, automatic=True))
    assert "by the program; nobody had signed" in said_in(tmp_path / "s.pdf")
    write_daily_sheet(sheet, tmp_path / "s.pdf", behind_of(sheet, shows_now=True))
    said = said_in(tmp_path / "s.pdf")
    assert "AS KNOWN NOW" in said and "1246 people then." in said


def test_every_number_that_differs_is_marked(tmp_path: Path) -> None:
    """Sums, places of a block and what was counted of the site too; a block that is not there any more as well."""
    sheet = replace(full_sheet(), blocks=daily_sheet(many_blocks=3).blocks)
    first, second, _ = sheet.blocks
    fewer = replace(second, places=capacity_of(90, 80, 3, True))
    now = replace(
        sheet, births=2, blocks=(first, fewer), facilities=replace(sheet.facilities, water_litres=9)
    )
    changes = then_and_now(sheet, now)
    write_daily_sheet(sheet, tmp_path / "s.pdf", Behind(Stand(FROZEN, "Luz", now), (), changes.differences))
    said = said_in(tmp_path / "s.pdf")
    assert re.search(rf"Sum {sheet.came} ?\* ", said) and not re.search(rf"Sum {sheet.left} ?\*", said)
    assert "B00 100 0 90 10" in said, "what is the same bears no mark"
    assert re.search(r"B01 100 ?\* 0 ?\* 108 ?\* ", said), "its places, those blocked and its people"
    assert re.search(r"B02 100 ?\* 4 ?\* 90 ?\* ", said), "a block that is gone"
    assert re.search(r"21.500\*", said), "the water"


def test_a_sum_of_blocks_is_marked_where_one_of_them_differs(tmp_path: Path) -> None:
    sheet = daily_sheet(many_blocks=40)
    *others, last = sheet.blocks
    changed = replace(sheet, blocks=(*others, replace(last, places=capacity_of(100, 91, 0, True))))
    for now, is_marked in ((sheet, False), (changed, True)):
        write_daily_sheet(sheet, tmp_path / "s.pdf", Behind(Stand(FROZEN, "Luz", now)))
        said = said_in(tmp_path / "s.pdf")
        assert bool(re.search(r"more blocks \d+ \d+ \d+ ?\*", said)) is is_marked


def test_a_sheet_nobody_froze_is_provisional_whatever_was_heard(tmp_path: Path) -> None:
    write_daily_sheet(daily_sheet(silent=(), provisional=False), tmp_path / "s.pdf")
    said = said_in(tmp_path / "s.pdf")
    assert "PROVISIONAL" in said and "Nobody has frozen this sheet yet" in said
    early = replace(daily_sheet(), generated_at="2026-11-24T05:00:00-05:00[America/Panama]")
    write_daily_sheet(early, tmp_path / "s.pdf")
    assert "The day is not over yet" in said_in(tmp_path / "s.pdf")


def test_a_day_nobody_knows_is_a_gap_and_no_zero(tmp_path: Path) -> None:
    paper = Paper("a4", find_faces(), "x")
    first = date(2026, 11, 11)
    days = [
        DayPoint(first + timedelta(days=n), *((None,) * 3 if n in (0, 6) else (100 + n, 40 + n, 20 + n)))
        for n in range(14)
    ]
    draw_days(paper, 14, 20, 182, 62, days)
    paper.next_page()
    (tmp_path / "c.pdf").write_bytes(paper.finished())
    said = said_in(tmp_path / "c.pdf").split()
    assert said.count("not") == 4, "in the house and moving, of two days"
    assert "0" not in said
    assert {str(100 + n) for n in range(14) if n not in (0, 6)} <= set(said)
    assert overlaps(tmp_path / "c.pdf") == []


def test_the_wall_holds_small_numbers_back_and_names_nobody(tmp_path: Path) -> None:
    write_posting(replace(posting_copy(), station_name="Lajas Blancas"), tmp_path / "w.pdf", paper="letter")
    said = said_in(tmp_path / "w.pdf")
    for words in (
        "820",
        "Men and boys not written",
        "Other, as said < 5",
        "Lunches < 5",
        "Dinners not counted",
    ):
        assert words.replace(" ", "") in "".join(said.split()), words
    for never in ("unnamed", "not yet named", "Printed by", "Corrections", "Supervisor"):
        assert never not in said, never
    document = pypdfium2.PdfDocument(tmp_path / "w.pdf")
    text = document[0].get_textpage()
    heights = []
    for place in range(text.count_rects()):
        box = text.get_rect(place)
        if text.get_text_bounded(*box).strip().isdigit():
            heights.append((box[3] - box[1]) / 72 * 25.4)
    text.close()
    document.close()
    assert min(heights) > 3.5, "digits in mm that are read from two metres"


def test_the_supervisors_page_says_that_it_is_internal(tmp_path: Path) -> None:
    write_internal(internal_page(), tmp_path / "i.pdf")
    said = said_in(tmp_path / "i.pdf")
    for words in (
        "INTERNAL · NOT TO BE POSTED", "12 are past the last day of their stay",
        "7 are out of the gate for more than 24 hours", "64 have been here for more than 15 days",
        "31 are present without a place", "Breakfasts 790 820 96", "Dinners not measured 820 –",
        "31 and more 14", "A-1 4 2 leaking roof", "C closed 0",
    ):  # fmt: skip
        assert words in said, words


def test_the_supervisors_page_says_who_is_in_no_band(tmp_path: Path) -> None:
    page = internal_page()
    write_internal(page, tmp_path / "i.pdf")
    assert "6 people present are counted but not in this table." in said_in(tmp_path / "i.pdf")
    write_internal(replace(page, present=sum(one.count for one in page.bands)), tmp_path / "i.pdf")
    assert "not in this table" not in said_in(tmp_path / "i.pdf")


def test_a_quarter_is_named_on_no_page(tmp_path: Path) -> None:
    place = BlockedPlace("UAC-GIRLS", 2, False, None, 1)
    write_internal(replace(internal_page(), blocked=(place,)), tmp_path / "i.pdf")
    assert "UAC" not in said_in(tmp_path / "i.pdf")
    sheet = daily_sheet(block_codes=("UAC-GIRLS",))
    changed = (Difference("block.UAC-GIRLS.occupied", 1, 2),)
    write_daily_sheet(sheet, tmp_path / "s.pdf", replace(behind_of(sheet), changed=changed))
    assert "UAC" not in said_in(tmp_path / "s.pdf")
