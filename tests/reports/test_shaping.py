"""Lines of any script: joined, in order, as wide as they are drawn, the same in any document, never cut in a letter."""

from __future__ import annotations

import sys
import unicodedata
from itertools import pairwise
from pathlib import Path
from subprocess import run

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from reportlab.pdfbase.ttfonts import ShapedStr

from shelterdesk.reports.faces import find_faces
from shelterdesk.reports.paper import Paper
from shelterdesk.reports.shaping import SetLine, set_line
from tests.reports.made import pages, text_of

NAMES = ["محمد عبد الله", "شازیہ گیلانی", "پښتو ټولنه", "خدیجه\u200cبانو", "राजेश कुमार", "ক্ষ্ম্য স্ত্রী", "නිශාන්ත", "தமிழ்ச்செல்வி",
         "ਗੁਰਪ੍ਰੀਤ", "王小明", "አበበ", "Nguyễn Đặng", "Шевченко", "Núñez", "שרה כהן"]  # fmt: skip


def line(text: str, bold: bool = False) -> SetLine:
    return set_line(text, find_faces(), bold)


def drawn(text: str, target: Path, **how: float) -> Path:
    paper = Paper("a4", find_faces(), "x")
    paper.text(20, 20, text, 14, width=how.get("width"))
    paper.next_page()
    target.write_bytes(paper.finished())
    return target


@pytest.mark.parametrize("name", NAMES)
def test_what_is_printed_is_read_back(name: str, tmp_path: Path) -> None:
    """By a reader that turns back what stands from the right (poppler), joiners aside."""
    said = text_of(drawn(name, tmp_path / "x.pdf")).strip()
    assert [letter for letter in said if unicodedata.category(letter) != "Cf"] == [
        letter for letter in unicodedata.normalize("NFC", name) if unicodedata.category(letter) != "Cf"
    ]


def test_arabic_letters_are_joined_and_devanagari_is_stacked() -> None:
    """The word has other glyphs than its letters apart."""
    for word in ("محمد", "عبد", "گیلانی"):
        apart = {line(letter).pieces[0].text for letter in word}
        assert not apart & set(line(word).pieces[0].text[1:])  # all but the last, which stands first
    assert len(line("क्ष").pieces[0].text) < len("क्ष")
    lam, alef = line("ل").pieces[0].text, line("ا").pieces[0].text
    assert set(line("لا").pieces[0].text).isdisjoint(lam + alef)  # lam and alef always stand as one


def test_the_order_of_a_mixed_line() -> None:
    pieces = line("أحمد ABC-42 (علي)").pieces
    shaped = [isinstance(piece.text, ShapedStr) for piece in pieces]
    assert [piece.text for piece, is_shaped in zip(pieces, shaped, strict=True) if not is_shaped] == [
        "ABC-42"
    ]
    assert shaped[0] and shaped[-1]
    assert pieces[0].text == "("  # the closing bracket, mirrored
    assert pieces[0].said == "(" and ")" in "".join(piece.said for piece in pieces[1:-2])


def test_digits_and_latin_stay_in_the_main_face() -> None:
    faces = find_faces()
    for text in ("राजेश 42", "محمد 42", "王 42", "አበበ 42"):
        held = {piece.face for piece in line(text).pieces if "42" in piece.text or "4" in piece.text}
        assert held == {faces.regular}
    assert {piece.face for piece in line("Ana 42", bold=True).pieces} == {faces.bold}


def test_latin_is_one_piece_as_it_stands() -> None:
    """What most lines are costs nothing: no runs, no shaping."""
    (piece,) = line("Zoë Núñez-Đặng, Шевченко 42 %").pieces
    assert not isinstance(piece.text, ShapedStr)
    assert piece.said == ""


@settings(deadline=None, max_examples=150)
@given(
    st.text(st.sampled_from("aÑ1 ()-.محمدپیراजेশক্ষ王አ\u200c\u064e\u094d\u0302"), max_size=40),
    st.floats(4, 60),
    st.booleans(),
)
@example("ا" * 300, 20.0, True)
@example("🙂🙂", 5.0, False)
def test_a_line_never_runs_over_its_column(text: str, width: float, bold: bool) -> None:
    paper = Paper("a4", find_faces(), "x")
    wide = paper.text(20, 20, text, 9, bold=bold, width=width)
    least = (
        paper.text_width("…", 9, bold) + max((paper.text_width(one, 9, bold) for one in text), default=0) * 3
    )
    assert wide <= max(width, least) + 1e-6


@settings(deadline=None, max_examples=150)
@given(
    st.text(st.sampled_from("aÑ1 ()-.محمدپیراजेশক্ষ王小。アー\u200c\u064e\u094d\u0302"), max_size=60),
    st.floats(12, 60),
)
@example("请出示此卡领取床位、餐食和医疗服务。请随身携带。", 20.0)
@example("क्ष्म्य" * 20, 12.0)
def test_lines_lose_nothing_and_break_no_letter(text: str, width: float) -> None:
    paper = Paper("a4", find_faces(), "x")
    lines = paper.lines(text, width, 9)
    kept = [letter for letter in "".join(lines) if letter != "\u200f"]
    assert kept == [
        letter for letter in unicodedata.normalize("NFC", text) if not letter.isspace()
    ] or sorted(letter for letter in kept if letter != " ") == sorted(
        letter for letter in unicodedata.normalize("NFC", text) if not letter.isspace()
    )
    for before, after in pairwise(lines):
        first = after.removeprefix("\u200f")[0]
        if unicodedata.category(first)[0] == "M":
            whole = unicodedata.normalize("NFC", text)
            # A mark written after a space begins a line of its own right.
            assert f"{before[-1]}{first}" not in whole or f" {first}" in whole


def test_a_chinese_line_does_not_begin_with_a_full_stop() -> None:
    paper = Paper("a4", find_faces(), "x")
    sentence = "请出示此卡领取床位、餐食和医疗服务。请随身携带。本卡不是身份证件，也不是移民证件。"
    for width in range(10, 60):
        assert not any(one[0] in "。、，" for one in paper.lines(sentence, width, 9))


def test_a_paragraph_from_the_right_stands_at_the_right(tmp_path: Path) -> None:
    """Also its line that begins with a Latin word."""
    paper = Paper("a4", find_faces(), "x")
    text = "محمد أحمد علي ShelterDesk محمد أحمد علي محمد"
    lines = paper.lines(text, 40, 12)
    assert len(lines) > 1
    paper.paragraph(20, 20, 40, text, 12, lead=6)
    paper.next_page()
    (tmp_path / "x.pdf").write_bytes(paper.finished())
    page = pages(tmp_path / "x.pdf", 100)[0].convert("L")
    for at in range(len(lines)):
        strip = page.crop(
            (0, round((16 + 6 * at) / 25.4 * 100), page.width, round((21.5 + 6 * at) / 25.4 * 100))
        )
        box = strip.point(lambda ink: 255 if ink < 128 else 0).getbbox()
        assert box is not None
        assert abs(box[2] / 100 * 25.4 - 60) < 1.5


@pytest.mark.parametrize("before", ["", "شازیہ گیلانی محمّد ڈاکٹر"])
def test_the_same_line_gives_the_same_bytes_whatever_was_printed_before(before: str, tmp_path: Path) -> None:
    """In a program of its own: within one, shapes keep the letters they were given first."""
    ours = drawn("پښتو ټولنه راجیش", tmp_path / "a.pdf").read_bytes()
    script = (
        "import sys; from pathlib import Path; from tests.reports.test_shaping import drawn\n"
        "if sys.argv[2]: drawn(sys.argv[2], Path(sys.argv[1]))\n"
        "drawn('پښتو ټولنه راجیش', Path(sys.argv[1]))"
    )
    target = tmp_path / "b.pdf"
    run([sys.executable, "-c", script, str(target), before], check=True, cwd=Path(__file__).parents[2])
    assert target.read_bytes() == ours
