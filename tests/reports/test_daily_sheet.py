"""The daily sheet on paper: one page whatever the day was, every number there, nothing cut."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pypdfium2
import pytest

from shelterdesk.core.sheet import DailySheet, FacilityFigures, NationalityCount, SilentDesk
from shelterdesk.core.words import language, speak
from shelterdesk.reports.daily_sheet import sheet_warnings, write_daily_sheet
from shelterdesk.reports.faces import find_faces
from shelterdesk.reports.paper import SIZES, PaperName
from tests.reports.made import NATIONALITIES, LongWords, daily_sheet, darkest, pages, text_of, words_of

MANY_DESKS = tuple(
    SilentDesk(f"LB1A{place}", "2026-11-23T21:40:00-05:00[America/Panama]") for place in range(9)
)
HARDEST = {
    "many_blocks": 40,
    "silent": MANY_DESKS,
    "present": 98_765,
    "nationalities": tuple(
        NationalityCount(f"A{chr(65 + n)}A", "Very Long Name of a Country " * 3, n) for n in range(26)
    ),
}  # fmt: skip


@pytest.fixture
def long_words() -> Iterator[None]:
    """A language half as long again as English."""
    before = language()
    speak("en_XA", LongWords())
    yield
    speak(before)


def printed(sheet: DailySheet, folder: Path, paper: PaperName = "a4") -> str:
    """The words of the sheet as they stand on paper."""
    written = write_daily_sheet(sheet, folder / "sheet.pdf", paper=paper)
    assert written.pages == len(pages(folder / "sheet.pdf", 20)) == 1
    return words_of(text_of(folder / "sheet.pdf"))


@pytest.mark.parametrize("paper", ["a4", "letter"])
def test_every_number_of_the_day_is_on_it(tmp_path: Path, paper: PaperName) -> None:
    said = printed(daily_sheet(), tmp_path, paper)
    for words in (
        "Daily occupancy sheet", "LB1 · Lajas Blancas", "24 November 2026", "from 23 November 2026, 06:00",
        "to 24 November 2026, 06:00", "of which 37 not yet named", "Arrivals 412", "Left by bus 330",
        "Births 1", "Absent 9", "Deaths 0", "Moved out 4", "Returned 3", "Moved in 12", "Day before 1182",
        "Left otherwise 21", "Came less left +64", "Gives 1244", "Present 1243", "Sum 428", "Sum 364",
        "PROVISIONAL", "LB1-3: since 23 November 2026, 21:40", "LB1-4: never", "Venezuela 512",
        "Printed by Marta Quiñones, 24 November 2026, 06:04", "Data 9f3ac01b77", "Page 1 of 1",
        "not measured", "21 500", "4 other nationalities 20", "37 people present are counted but not",
        "Women and girls", "under 18", "0–4", "Sphere 2018", "Not known 2",
    ):  # fmt: skip
        assert words in said, words
    assert "9f3ac01b77d" not in said, "ten characters of the state are enough"
    assert "Supervisor: name, signature" in said
    assert "Received by: name, signature" in said


def test_a_difference_is_shown_with_its_sign(tmp_path: Path) -> None:
    """A minus the face lacks would print as nothing, and −1 as 1."""
    said = printed(daily_sheet(present=1243), tmp_path)
    assert "Difference –1" in said or "Difference −1" in said
    assert "does not balance" in said
    assert "Corrections –2" in said or "Corrections −2" in said
    said = printed(daily_sheet(present=1247), tmp_path)
    assert "Difference +3" in said
    said = printed(daily_sheet(present=1244), tmp_path)
    assert "Difference 0" in said
    assert "does not balance" not in said


def test_nothing_measured_is_in_words_and_zero_is_a_number(tmp_path: Path) -> None:
    said = printed(daily_sheet(facilities=FacilityFigures()), tmp_path)
    assert said.count("not measured") == 10
    said = printed(daily_sheet(facilities=FacilityFigures(taps=0)), tmp_path)
    assert said.count("not measured") == 9


def test_a_block_that_tells_what_it_is_for_is_numbered(tmp_path: Path) -> None:
    said = printed(daily_sheet(block_codes=("Norte", "UAC-GIRLS", "Aislamiento")), tmp_path)
    assert "Norte" in said
    assert "UAC" not in said
    assert "Aislamiento" not in said
    assert "Block 2" in said
    assert "Block 3" in said


def test_blocks_beyond_twelve_are_summed(tmp_path: Path) -> None:
    said = printed(daily_sheet(many_blocks=15), tmp_path)
    assert "B10" in said
    assert "B11" not in said
    assert "4 more blocks" in said


@pytest.mark.parametrize("paper", ["a4", "letter"])
@pytest.mark.parametrize("hard", [False, True])
def test_nothing_runs_over_anything_in_a_long_language(
    tmp_path: Path, paper: PaperName, hard: bool, long_words: None
) -> None:
    """The fullest day in the longest words: one page, all within the margins, the signing room white."""
    sheet = daily_sheet(**HARDEST) if hard else daily_sheet()  # type: ignore[arg-type]
    printed(sheet, tmp_path, paper)
    assert margins_are_white(tmp_path / "sheet.pdf", paper)
    assert overlaps(tmp_path / "sheet.pdf") == []


@pytest.mark.parametrize("paper", ["a4", "letter"])
@pytest.mark.parametrize("hard", [False, True])
def test_nothing_runs_over_anything(tmp_path: Path, paper: PaperName, hard: bool) -> None:
    sheet = daily_sheet(**HARDEST) if hard else daily_sheet()  # type: ignore[arg-type]
    printed(sheet, tmp_path, paper)
    assert margins_are_white(tmp_path / "sheet.pdf", paper)
    assert overlaps(tmp_path / "sheet.pdf") == []


def margins_are_white(pdf: Path, paper: PaperName) -> bool:
    """Whether twelve millimetres on every side carry no ink (LOOK, *Paper*)."""
    image = pages(pdf, 100)[0]
    wide, high = SIZES[paper]
    edge = 12.0 - 0.3
    dots = 100 / 25.4
    sides = (
        (0.0, 0.0, wide, edge), (0.0, high - edge, wide, high),
        (0.0, 0.0, edge, high), (wide - edge, 0.0, wide, high),
    )  # fmt: skip
    return all(
        darkest(image.crop((left * dots, top * dots, right * dots, foot * dots))) > 200
        for left, top, right, foot in sides
    )


def overlaps(pdf: Path) -> list[tuple[str, str]]:
    """Pairs of runs of text that lie more than a hair over each other, as another library finds them."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        text = document[0].get_textpage()
        boxes = [text.get_rect(place) for place in range(text.count_rects())]
        runs = [(box, text.get_text_bounded(*box)) for box in boxes]
        text.close()
    finally:
        document.close()
    found = []
    for place, (one, said) in enumerate(runs):
        for other, also in runs[place + 1 :]:
            across = min(one[2], other[2]) - max(one[0], other[0])
            down = min(one[3], other[3]) - max(one[1], other[1])
            if across > 1.0 and down > 1.5:
                found.append((said, also))
    return found


def test_the_overlap_finder_finds_one(tmp_path: Path) -> None:
    from shelterdesk.reports.paper import Paper

    paper = Paper("a4", find_faces(), "x")
    paper.text(20, 30, "lower line of text", 9)
    paper.text(24, 29, "upper line of text", 9)
    paper.next_page()
    (tmp_path / "x.pdf").write_bytes(paper.finished())
    assert overlaps(tmp_path / "x.pdf")


def test_a_time_nobody_can_read_is_a_dash(tmp_path: Path) -> None:
    silent = (SilentDesk("LB1A", "yesterday"),)
    assert "LB1A: since –" in printed(daily_sheet(silent=silent), tmp_path)


def test_a_practice_sheet_is_marked_across(tmp_path: Path) -> None:
    write_daily_sheet(daily_sheet(practice=True), tmp_path / "p.pdf")
    assert "PRÁCTICA" in "".join(text_of(tmp_path / "p.pdf", "-raw").split())
    write_daily_sheet(daily_sheet(), tmp_path / "r.pdf")
    assert "PRÁCTICA" not in "".join(text_of(tmp_path / "r.pdf", "-raw").split())


def test_no_ink_is_lighter_than_the_lightest_grey(tmp_path: Path) -> None:
    """Rendered without smoothing, what is not white is at least 40 % black."""
    write_daily_sheet(daily_sheet(practice=True), tmp_path / "s.pdf")
    document = pypdfium2.PdfDocument(tmp_path / "s.pdf")
    image = (
        document[0]
        .render(scale=2, grayscale=True, no_smoothtext=True, no_smoothpath=True, no_smoothimage=True)
        .to_pil()
    )
    document.close()
    inks = [grey for grey, many in enumerate(image.histogram()) if many and grey < 250]
    assert max(inks) <= 255 * 0.6


def test_what_cannot_be_set_is_said_and_replaced(tmp_path: Path) -> None:
    sheet = daily_sheet(
        station_name="محطة", nationalities=(NationalityCount("IRN", "ایران", 3), *NATIONALITIES[:2])
    )
    assert sheet_warnings(sheet) == []
    bare = find_faces([tmp_path])
    warned = sheet_warnings(sheet, bare)
    assert len(warned) == 2
    assert "IRN" in warned[1]
    assert write_daily_sheet(sheet, tmp_path / "s.pdf", faces=bare).left_out == warned
    said = words_of(text_of(tmp_path / "s.pdf"))
    assert "IRN 3" in said
    assert "?" not in said
    assert sheet_warnings(daily_sheet()) == []


def test_the_same_sheet_gives_the_same_bytes(tmp_path: Path) -> None:
    for name in ("a", "b"):
        write_daily_sheet(daily_sheet(), tmp_path / name)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


def test_a_station_without_places_or_people_prints(tmp_path: Path) -> None:
    sheet = daily_sheet(many_blocks=0, nationalities=(), silent=(), present=0)
    said = printed(sheet, tmp_path)
    assert "no places recorded" in said
    assert "All desks of the station are in these numbers." in said
