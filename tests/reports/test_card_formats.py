"""Every format of cards and wristbands: where things stand on real pages, and that each code is read."""

from __future__ import annotations

from pathlib import Path

import pypdfium2
import pytest
import zxingcpp
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from shelterdesk.core.cards import Wristband
from shelterdesk.core.errors import BadField, Refused
from shelterdesk.core.words import language, speak
from shelterdesk.reports.card_formats import FORMATS, CardFormat, FormatName, format_named, wristband_format
from shelterdesk.reports.card_pages import MODULE, QR_SIDE, QUIET
from shelterdesk.reports.cards import write_cards, write_wristbands
from shelterdesk.reports.pictograms import PICTOGRAM
from tests.reports.made import LongWords, card, darkest, pages, sentences, text_of, token, words_of

CARDS = [name for name, form in FORMATS.items() if not form.is_band]
BANDS = [name for name, form in FORMATS.items() if form.is_band]
DPI = 300
DOT = 25.4 / DPI


def band(serial: int, practice: bool = False) -> Wristband:
    """A wristband as the desk would ask for it."""
    return Wristband(f"LB1-{serial:06d}-B", serial, token(serial), practice)


def written(name: FormatName, many: int, out: Path, start_at: int = 1) -> list[str]:
    """A PDF of so many in a format, and the codes that were put on it."""
    if FORMATS[name].is_band:
        write_wristbands([band(n) for n in range(many)], out, form=name, start_at=start_at)
    else:
        write_cards([card(n) for n in range(many)], out, sentences(), form=name, start_at=start_at)
    return [token(n) for n in range(many)]


def place_of(form: CardFormat, x: float, y: float) -> int:
    """The place (1 is the first) in which a point in mm lies."""
    column = int((x - form.left) // form.card[0])
    row = int((y - form.top) // form.card[1])
    return row * form.columns + column + 1


@pytest.mark.parametrize("form", FORMATS.values(), ids=list(FORMATS))
def test_a_format_lies_on_its_page_and_keeps_from_its_edge(form: CardFormat) -> None:
    assert form.columns * form.card[0] + 2 * form.left == pytest.approx(form.page[0], abs=0.01)
    assert form.rows * form.card[1] + 2 * form.top == pytest.approx(form.page[1], abs=0.01)
    if form.name != "single":
        assert min(form.left, form.top) >= 12, "nearer to the edge many printers leave it white"
    assert min(form.card) >= QR_SIDE + 2 * QUIET


def test_margins_are_those_of_the_field() -> None:
    """DOMAIN §8."""
    assert (FORMATS["a4"].left, FORMATS["a4"].top) == pytest.approx((19.4, 13.55), abs=0.01)
    assert FORMATS["letter"].left == pytest.approx(22.35, abs=0.01)
    assert (FORMATS["letter-business"].left, FORMATS["letter-business"].top) == pytest.approx((19.05, 12.7))
    assert [form.per_page for form in FORMATS.values()] == [10, 8, 10, 10, 1, 10, 9]


@pytest.mark.parametrize("name", FORMATS)
def test_every_code_is_read_and_stands_in_its_place(tmp_path: Path, name: FormatName) -> None:
    """Sheets go on from a place in the middle; what was used stays white."""
    form, start_at = FORMATS[name], min(4, FORMATS[name].per_page)
    many = form.per_page + 2
    codes = written(name, many, tmp_path / "c.pdf", start_at)
    images = pages(tmp_path / "c.pdf", DPI)
    assert len(images) == form.pages(many, start_at)
    found: list[tuple[int, int, str]] = []
    for page, image in enumerate(images):
        assert (image.width * DOT, image.height * DOT) == pytest.approx(form.page, abs=0.5)
        for code in zxingcpp.read_barcodes(image):
            middle = code.position.top_left, code.position.bottom_right
            x, y = ((one + other) / 2 * DOT for one, other in
                    zip((middle[0].x, middle[0].y), (middle[1].x, middle[1].y), strict=True))  # fmt: skip
            found.append((page, place_of(form, x, y), code.text))
    expected = [divmod(start_at - 1 + n, form.per_page) for n in range(many)]
    assert sorted(found) == [(page, place + 1, codes[n]) for n, (page, place) in enumerate(expected)]


@pytest.mark.parametrize("name", FORMATS)
def test_the_white_around_a_code_is_two_millimetres(tmp_path: Path, name: FormatName) -> None:
    form = FORMATS[name]
    written(name, 1, tmp_path / "c.pdf")
    image = pages(tmp_path / "c.pdf", 600)[0]
    dot = 25.4 / 600
    (code,) = zxingcpp.read_barcodes(image)
    left, top = code.position.top_left.x, code.position.top_left.y
    right, foot = code.position.bottom_right.x, code.position.bottom_right.y
    assert (right - left) * dot >= 41 * 0.5 and MODULE >= 0.5
    white, near = round(1.95 / dot), round(0.1 / dot)
    for box in (
        (left - white, top, left - near, foot), (right + near, top, right + white, foot),
        (left, top - white, right, top - near), (left, foot + near, right, foot + white),
    ):  # fmt: skip
        assert darkest(image.crop(box)) > 200
    card_left, card_top = form.left / dot, form.top / dot
    assert left - white >= card_left and top - white >= card_top


@pytest.mark.parametrize("name", FORMATS)
def test_only_what_is_cut_has_marks_and_a_ruler(tmp_path: Path, name: FormatName) -> None:
    form = FORMATS[name]
    written(name, 1, tmp_path / "c.pdf")
    said = text_of(tmp_path / "c.pdf", "-raw")
    assert ("10 mm" in said) == form.is_cut
    if name == "single":
        return
    image = pages(tmp_path / "c.pdf", DPI)[0]
    above = image.crop((0, 0, image.width, round((form.top - 0.5) / DOT)))
    assert (darkest(above) < 160) == form.is_cut


@pytest.mark.parametrize("name", CARDS)
def test_nothing_of_a_card_lies_outside_it(tmp_path: Path, name: FormatName) -> None:
    """Long words, a long name and a long bed code too: everything stays 2 mm inside the edges of its card."""
    form, before = FORMATS[name], language()
    speak("en_XA", LongWords())
    try:
        odd = card(7, first_name="W" * 24, bed_code="Carpa Norte de la Ribera 114", station_name="X" * 300,
                   group_size=12345, number="LBXXXX1-9999999W", second_language="vi")  # fmt: skip
        write_cards([odd], tmp_path / "c.pdf", sentences(), form=name)
    finally:
        speak(before)
    image = pages(tmp_path / "c.pdf", DPI)[0]
    wide, high = form.card
    x, y = form.left, form.top
    edge = 2.0
    strips = (
        (x, y, x + edge, y + high), (x + wide - edge, y, x + wide, y + high),
        (x, y, x + wide, y + edge), (x, y + high - edge, x + wide, y + high),
    )  # fmt: skip
    for strip in strips:
        x1, y1, x2, y2 = (round(one / DOT) for one in strip)
        assert darkest(image.crop((x1, y1, x2, y2))) > 200, strip
    assert [one.text for one in zxingcpp.read_barcodes(image)] == [odd.token]


@pytest.mark.parametrize("name", CARDS)
def test_pictograms_stand_beside_what_they_explain(tmp_path: Path, name: FormatName) -> None:
    """Three of them, one below the other at the left edge, each at least 6 mm in one direction."""
    assert PICTOGRAM >= 6
    form = FORMATS[name]
    written(name, 1, tmp_path / "c.pdf")
    image = pages(tmp_path / "c.pdf", DPI)[0]
    left, top = form.left + 3.2, form.top + 19
    column = image.crop(
        (round(left / DOT), round(top / DOT), round((left + 7.6) / DOT), round((form.top + form.card[1] - 2) / DOT))
    )  # fmt: skip
    dark = [darkest(column.crop((0, y, column.width, y + 1))) < 100 for y in range(column.height)]
    runs = "".join("x" if one else " " for one in dark).split()
    assert len(runs) == 3
    assert all(len(run) * DOT >= 4.5 for run in runs), "the bed is wider than high"
    wide = [x for x in range(column.width) if darkest(column.crop((x, 0, x + 1, column.height))) < 100]
    assert (wide[-1] - wide[0] + 1) * DOT >= 6.0


@pytest.mark.parametrize("name", BANDS)
def test_a_wristband_says_its_number_and_nothing_else(tmp_path: Path, name: FormatName) -> None:
    write_wristbands([band(42)], tmp_path / "w.pdf", form=name)
    said = words_of(text_of(tmp_path / "w.pdf", "-raw"))
    frame = "This ruler is 10 mm long when printed at 100 %, not fitted to the page."
    assert set(said.split()) == {*frame.split(), "LB1-000042-B", "Page", "1", "of"}
    document = pypdfium2.PdfDocument(tmp_path / "w.pdf")
    assert document.get_metadata_value("Title") == "Wristbands"
    document.close()


def test_a_practice_wristband_is_marked(tmp_path: Path) -> None:
    write_wristbands([band(1, practice=True)], tmp_path / "w.pdf")
    assert "PRÁCTICA" in "".join(text_of(tmp_path / "w.pdf", "-raw").split())
    assert [one.text for one in zxingcpp.read_barcodes(pages(tmp_path / "w.pdf")[0])] == [token(1)]


@pytest.mark.parametrize("start_at", [0, -1, 11, 10**9])
def test_a_place_that_is_not_on_the_sheet_is_refused(tmp_path: Path, start_at: int) -> None:
    with pytest.raises(BadField) as told:
        write_cards([card(1)], tmp_path / "c.pdf", sentences(), start_at=start_at)
    assert told.value.field == "start_at" and "1 to 10" in told.value.sentence
    assert not (tmp_path / "c.pdf").exists()


@pytest.mark.parametrize("form", [made.name for made in FORMATS.values()])
def test_a_card_is_no_wristband_and_no_band_a_card(tmp_path: Path, form: FormatName) -> None:
    out = tmp_path / "c.pdf"
    with pytest.raises(BadField) as told:
        if FORMATS[form].is_band:
            write_cards([card(1)], out, sentences(), form=form)
        else:
            write_wristbands([band(1)], out, form=form)
    assert told.value.field == "form" and not out.exists()


def test_no_wristbands_and_no_such_format_are_refused(tmp_path: Path) -> None:
    with pytest.raises(Refused):
        write_wristbands([], tmp_path / "w.pdf")
    with pytest.raises(BadField):
        format_named("a3")
    assert [wristband_format(name) for name in FORMATS] == [
        "wristband-a4", "wristband-letter", "wristband-letter", "wristband-a4", "wristband-a4",
        "wristband-a4", "wristband-letter",
    ]  # fmt: skip


@given(st.sampled_from(list(FORMATS.values())), st.integers(1, 400), st.data())
def test_the_next_free_place_goes_on_where_the_sheet_ended(
    form: CardFormat, many: int, data: st.DataObject
) -> None:
    start = data.draw(st.integers(1, form.per_page))
    following = form.next_place(many, start)
    assert 1 <= following <= form.per_page
    used = start - 1 + many
    assert form.pages(many, start) * form.per_page - used == (form.per_page - (following - 1)) % form.per_page


def test_odd_names_never_break_a_card(tmp_path: Path) -> None:
    """What the core lets through to the paper, and what somebody might hand it past the core."""
    odd = [
        "A",
        "Ñ",
        "W" * 300,
        "\u202eabc",
        "😀",
        "Zoë\u2067",
        "ا",
        "é" * 200,
        "\u200d",
        "x\u0301" * 99,
        "-",
        "&<>",
    ]
    cards = [card(n, first_name=name) for n, name in enumerate(odd)]
    write_cards(cards, tmp_path / "c.pdf", sentences())
    images: list[Image.Image] = pages(tmp_path / "c.pdf")
    read = [found.text for image in images for found in zxingcpp.read_barcodes(image)]
    assert sorted(read) == sorted(one.token for one in cards)
    said = text_of(tmp_path / "c.pdf", "-raw")
    assert all(f"LB1-{n:06d}-B" in said for n in range(len(odd)))


@pytest.mark.parametrize("name", CARDS)
def test_the_code_takes_nothing_off_the_longest_number(tmp_path: Path, name: FormatName) -> None:
    """Above the code the digits stand on the same foot as at the left."""
    form = FORMATS[name]
    write_cards([card(1, number="1" * 16)], tmp_path / "c.pdf", sentences(), form=name)
    image = pages(tmp_path / "c.pdf", DPI)[0]
    feet = []
    for left, right in ((4.0, 40.0), (form.card[0] - 24.0, form.card[0] - 4.0)):
        box = (form.left + left, form.top + 8, form.left + right, form.top + 18.35)
        x1, y1, x2, y2 = (round(one / DOT) for one in box)
        part = image.crop((x1, y1, x2, y2))
        feet.append(max(y for y in range(part.height) if darkest(part.crop((0, y, part.width, y + 1))) < 100))
    assert feet[0] == feet[1]
