"""Lodging cards: read from paper by another program, nothing on them that marks anybody."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from time import perf_counter

import pytest
import zxingcpp
from PIL import Image
from reportlab.pdfgen.canvas import Canvas

from shelterdesk.core.cards import LodgingCard
from shelterdesk.core.errors import Refused
from shelterdesk.core.words import language, speak
from shelterdesk.reports.card_sheet import CARD_HEIGHT, CARD_WIDTH, MODULE, QR_MODULES, QUIET, code_image
from shelterdesk.reports.cards import cards_warnings, write_cards
from shelterdesk.reports.faces import find_faces
from shelterdesk.reports.paper import SIZES, PaperName
from tests.reports.made import (
    LongWords,
    card,
    darkest,
    first_page_by_poppler,
    pages,
    sentences,
    text_of,
    token,
    words_of,
)


def read_codes(images: list[Image.Image]) -> list[str]:
    """The texts of all QR codes on these pages."""
    return [found.text for image in images for found in zxingcpp.read_barcodes(image)]


@pytest.mark.parametrize(("paper", "per_page"), [("a4", 10), ("letter", 8)])
def test_every_code_is_read_from_a_coarse_print(tmp_path: Path, paper: PaperName, per_page: int) -> None:
    cards = [card(serial, practice=serial % 2 == 0) for serial in range(2 * per_page + 1)]
    written = write_cards(cards, tmp_path / "cards.pdf", sentences(), paper=paper)
    images = pages(tmp_path / "cards.pdf")
    assert written.pages == len(images) == 3
    assert sorted(read_codes(images)) == sorted(one.token for one in cards)
    assert len(read_codes(images[:1])) == per_page


def test_the_code_has_the_size_of_the_protocol() -> None:
    assert MODULE >= 0.5
    assert MODULE * QR_MODULES >= 20.5
    assert QUIET >= 2.0
    longest = "SDC1" + "A" * 150
    assert code_image(longest).size == code_image(token(1)).size == (QR_MODULES, QR_MODULES)
    assert code_image(longest).mode == "1"


@pytest.mark.parametrize("paper", ["a4", "letter"])
def test_cards_stand_where_they_are_cut_and_inside_the_paper(tmp_path: Path, paper: PaperName) -> None:
    """Crop marks in the margin, found in the picture, lie on the edges of ID-1 cards side by side."""
    per_page = 10 if paper == "a4" else 8
    write_cards([card(n) for n in range(per_page)], tmp_path / "c.pdf", sentences(), paper=paper)
    dpi = 300
    image = pages(tmp_path / "c.pdf", dpi)[0]
    wide, high = SIZES[paper]
    assert image.width == pytest.approx(wide * dpi / 25.4, abs=2)
    rows = per_page // 2
    top, left = (high - rows * CARD_HEIGHT) / 2, (wide - 2 * CARD_WIDTH) / 2
    band = image.crop((0, round((top - 4) * dpi / 25.4), image.width, round((top - 3) * dpi / 25.4)))
    marks = dark_runs(band, across=True)
    assert [round(at * 25.4 / dpi, 1) for at in marks] == pytest.approx(
        [left, left + CARD_WIDTH, left + 2 * CARD_WIDTH], abs=0.2
    )
    side = image.crop((round((left - 4) * dpi / 25.4), 0, round((left - 3) * dpi / 25.4), image.height))
    marks = dark_runs(side, across=False)
    expected = [top + row * CARD_HEIGHT for row in range(rows + 1)]
    assert [at * 25.4 / dpi for at in marks] == pytest.approx(expected, abs=0.2)


def dark_runs(image: Image.Image, across: bool) -> list[float]:
    """Middles of the runs of columns (or rows) in which anything is dark."""
    length = image.width if across else image.height
    dark = []
    for at in range(length):
        box = (at, 0, at + 1, image.height) if across else (0, at, image.width, at + 1)
        dark.append(darkest(image.crop(box)) < 160)
    middles, start = [], None
    for at, is_dark in enumerate([*dark, False]):
        if is_dark and start is None:
            start = at
        elif not is_dark and start is not None:
            middles.append((start + at) / 2)
            start = None
    return middles


def test_the_number_is_nine_millimetres_high(tmp_path: Path) -> None:
    write_cards([card(111111, second_language=None)], tmp_path / "c.pdf", sentences())
    dpi = 300
    image = pages(tmp_path / "c.pdf", dpi)[0]
    left, top = (210 - 2 * CARD_WIDTH) / 2, (297 - 5 * CARD_HEIGHT) / 2
    # the middle of the counter, below the head's rule and above the facts
    dots = dpi / 25.4
    number = image.crop(((left + 30) * dots, (top + 7.6) * dots, (left + 50) * dots, (top + 19.5) * dots))
    rows = [y for y in range(number.height) if darkest(number.crop((0, y, number.width, y + 1))) < 100]
    assert (rows[-1] - rows[0] + 1) * 25.4 / dpi >= 9.0


def test_a_card_says_what_it_should(tmp_path: Path) -> None:
    write_cards([card(42)], tmp_path / "c.pdf", sentences())
    said = words_of(text_of(tmp_path / "c.pdf", "-raw"))
    for words in ("LB1-000042-B", "Zoë", "A-12-3", "Lajas Blancas", "2026-11-23", "2026-12-03", "Breakfast"):
        assert words in said
    for start in ("Muestre esta tarjeta", "Présentez cette carte"):
        assert start in said
    assert "10 mm" in said
    assert "100 %" in said


def test_nothing_else_stands_on_it(tmp_path: Path) -> None:
    """All words of a card are its own, its labels' or its sentences': no field slips through."""
    only = card(42, second_language=None)
    write_cards([only], tmp_path / "c.pdf", sentences())
    known = " ".join(
        [only.number, "Zoë A-12-3 4 Lajas Blancas Lodging card Bed Group of Breakfast Lunch Dinner",
         "Issued 2026-11-23 Valid until 2026-12-03 Page 1 of 1", sentences()["es"].text,
         "This ruler is 10 mm long when printed at 100 %, not fitted to the page."]
    )  # fmt: skip
    assert set(text_of(tmp_path / "c.pdf", "-raw").split()) <= set(known.split())


def test_a_childs_card_has_no_gap_where_a_name_would_be(tmp_path: Path) -> None:
    """The paper of a card without a name differs from another only by the name's own letters."""
    write_cards([card(7, first_name=None)], tmp_path / "without.pdf", sentences())
    write_cards([card(7, first_name="Zoë")], tmp_path / "with.pdf", sentences())
    without, named = text_of(tmp_path / "without.pdf").split(), text_of(tmp_path / "with.pdf").split()
    assert sorted([*without, "Zoë"]) == sorted(named)


def test_names_that_cannot_be_set_are_said_before_and_left_out(tmp_path: Path) -> None:
    cards = [card(1, first_name="أحمد"), card(2, first_name="Đặng"), card(3, first_name="Ана")]
    bare = find_faces([tmp_path / "nowhere"])
    warned = cards_warnings(cards, sentences(), bare)
    written = write_cards(cards, tmp_path / "c.pdf", sentences(), faces=bare)
    assert "LB1-000001-B" in written.left_out[0]
    assert "أحمد" not in " ".join(warned)
    assert warned[: len(written.left_out)] == written.left_out
    said = text_of(tmp_path / "c.pdf", "-raw")
    assert "LB1-000001-B" in said
    assert not any("\u0600" <= letter <= "\u06ff" for letter in said)


def test_names_of_any_script_stand_on_the_card(tmp_path: Path) -> None:
    names = ["أحمد", "Đặng", "Ана", "राजेश", "রহমান", "王小明", "አበበ", "گیلانی", "پښتون"]
    cards = [card(serial, first_name=name) for serial, name in enumerate(names)]
    assert write_cards(cards, tmp_path / "c.pdf", sentences()).left_out == []
    said = text_of(tmp_path / "c.pdf", "-raw")
    assert [name for name in names if name not in said] == []


def test_a_language_that_cannot_be_set_is_said_and_spanish_stays(tmp_path: Path) -> None:
    bare = find_faces([tmp_path / "nowhere"])
    for code, word in (("ar", "العربية"), ("hi", "हिन्दी"), ("prs", "Dari"), ("xx", "xx")):
        one = card(1, second_language=code)
        assert any(word in said for said in cards_warnings([one], sentences(), bare))
        written = write_cards([one], tmp_path / "c.pdf", sentences(), faces=bare)
        assert any(word in said for said in written.left_out)
        assert "Muestre esta tarjeta" in words_of(text_of(tmp_path / "c.pdf", "-raw"))


def test_nobody_has_reviewed_the_sentences_yet_and_that_is_said() -> None:
    assert not any(one.reviewed for one in sentences().values())
    assert any("français" in said for said in cards_warnings([card(1)], sentences()))


def test_spanish_twice_is_spanish_once(tmp_path: Path) -> None:
    write_cards([card(1, second_language="es")], tmp_path / "c.pdf", sentences())
    assert words_of(text_of(tmp_path / "c.pdf", "-raw")).count("Muestre") == 1


def test_a_practice_card_is_marked(tmp_path: Path) -> None:
    write_cards([card(1, practice=True)], tmp_path / "p.pdf", sentences())
    write_cards([card(1)], tmp_path / "r.pdf", sentences())
    assert "PRÁCTICA" in "".join(text_of(tmp_path / "p.pdf", "-raw").split())
    assert "PRÁCTICA" not in "".join(text_of(tmp_path / "r.pdf", "-raw").split())
    practice, real = pages(tmp_path / "p.pdf")[0], pages(tmp_path / "r.pdf")[0]
    assert sum(practice.histogram()[:200]) > sum(real.histogram()[:200]) * 1.02


def test_cards_look_alike_whatever_stood_before_them(tmp_path: Path) -> None:
    """A narrowed line at the end of one card must not narrow anything of the next."""
    before = language()
    speak("en_XA", LongWords())
    try:
        write_cards([card(1, practice=True)] * 10, tmp_path / "c.pdf", sentences())
    finally:
        speak(before)
    dots = 200 / 25.4
    image = first_page_by_poppler(tmp_path / "c.pdf", 200)
    left, top = (210 - 2 * CARD_WIDTH) / 2, (297 - 5 * CARD_HEIGHT) / 2
    inks = []
    for row in range(5):
        for column in range(2):
            x, y = left + column * CARD_WIDTH + 1, top + row * CARD_HEIGHT + 1
            box = (x * dots, y * dots, (x + CARD_WIDTH - 2) * dots, (y + CARD_HEIGHT - 2) * dots)
            inks.append(sum((255 - grey) * many for grey, many in enumerate(image.crop(box).histogram())))
    assert max(inks) < min(inks) * 1.001


def test_the_same_cards_give_the_same_bytes(tmp_path: Path) -> None:
    cards = [card(n, second_language=["en", "ru", None][n % 3]) for n in range(12)]
    for name in ("a", "b"):
        write_cards(cards, tmp_path / name, sentences())
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


def test_no_name_is_in_the_files_own_words(tmp_path: Path) -> None:
    one = card(1, first_name="Zenobia")
    write_cards([one], tmp_path / "c.pdf", sentences())
    done = (tmp_path / "c.pdf").read_bytes()
    assert b"Zenobia" not in done
    assert str(Path(find_faces().regular.partition("@")[2])).encode() not in done, (
        "where this machine has fonts"
    )


def test_progress_is_told_and_may_stop_the_work(tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    write_cards([card(n) for n in range(3)], io.BytesIO(), sentences(), progress=lambda *at: told.append(at))
    assert told == [(1, 3), (2, 3), (3, 3)]

    def stop(done: int, of: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_cards([card(1)], tmp_path / "c.pdf", sentences(), progress=stop)
    assert list(tmp_path.iterdir()) == []


def test_no_cards_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Refused):
        write_cards([], tmp_path / "c.pdf", sentences())
    assert list(tmp_path.iterdir()) == []


def bare(cards: list[LodgingCard]) -> bytes:
    """The same codes and texts with nothing around them: what the library itself takes."""
    out = io.BytesIO()
    canvas = Canvas(out, pageCompression=1)
    faces, said = find_faces(), sentences()
    for place, one in enumerate(cards):
        x, y = 50 + place % 2 * 240, 50 + place % 10 // 2 * 150
        canvas.setFont(faces.regular, 8)
        second = said[one.second_language or "es"].text
        for line, text in enumerate(
            (one.number, one.first_name or "", one.bed_code or "", str(one.group_size), one.station_name,
             one.issued_on.isoformat(), one.expires_on.isoformat(), said["es"].text, second)
        ):  # fmt: skip
            canvas.drawString(x, y + 10 * line, text)
        canvas.drawInlineImage(code_image(one.token), x + 160, y, 59, 59)
        if place % 10 == 9:
            canvas.showPage()
    canvas.save()
    return out.getvalue()


def seconds(work: Callable[[], object]) -> float:
    """The better of two runs."""
    taken = []
    for _ in range(2):
        start = perf_counter()
        work()
        taken.append(perf_counter() - start)
    return min(taken)


def test_cards_cost_at_most_three_times_their_bare_codes_and_texts() -> None:
    cards = [card(n) for n in range(150)]
    ours = seconds(lambda: write_cards(cards, io.BytesIO(), sentences()))
    theirs = seconds(lambda: bare(cards))
    print(f"{len(cards)} cards {ours:.2f} s, bare {theirs:.2f} s, {ours / theirs:.2f} times")
    assert ours <= 3 * theirs


def test_a_thousand_cards_stay_small(tmp_path: Path) -> None:
    languages = ["en", "fr", "ht", None, "ru", "vi", "pt", "so"]
    cards = [card(n, second_language=languages[n % 8], group_size=n % 9 + 1) for n in range(1000)]
    written = write_cards(cards, tmp_path / "c.pdf", sentences())
    assert written.pages == 100
    assert (tmp_path / "c.pdf").stat().st_size <= 1_500_000


@pytest.mark.soak
def test_a_thousand_cards_are_all_read(tmp_path: Path) -> None:
    cards = [card(n, practice=n >= 500) for n in range(1000)]
    write_cards(cards, tmp_path / "c.pdf", sentences())
    assert sorted(read_codes(pages(tmp_path / "c.pdf"))) == sorted(one.token for one in cards)
