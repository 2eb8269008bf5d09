"""Which letters can be set right, and where faces are looked for."""

from __future__ import annotations

import shutil
import unicodedata
from pathlib import Path

import pytest
import reportlab

from shelterdesk.reports.faces import Faces, can_set, cap_height, composed, find_faces, font_folders
from shelterdesk.reports.paper import Paper, number_text
from shelterdesk.reports.shaping import set_line
from tests.reports.made import sentences, text_of

VERA = Path(reportlab.__file__).parent / "fonts"


@pytest.mark.parametrize("text", ["Zoë", "Ñandú", "António", "Zoe\u0308", "kreyòl", "A-12", "42 %", ""])
def test_latin_can_be_set(text: str) -> None:
    assert can_set(text, find_faces())


@pytest.mark.parametrize(
    "text",
    ["أحمد", "شازیہ گیلانی", "پښتو ټولنه", "می\u200cخواهم", "عَبْدُ", "שרה", "हिन्दी", "বাংলা", "नेपाली", "ไทย", "မြန်မာ",
     "王小明（小）", "አበበ", "ਪੰਜਾਬੀ", "தமிழ்", "සිංහල", "ខ្មែរ", "x\u0302", "٣", "Zoë أحمد", "Đặng", "Юрий"],
)  # fmt: skip
def test_every_script_with_an_installed_face_can_be_set(text: str, tmp_path: Path) -> None:
    assert can_set(text, find_faces())
    assert not can_set(text, find_faces([tmp_path]))


@pytest.mark.parametrize("text", ["\U0001f600", "\ue000", "\u0378", "𓀀"])
def test_what_no_face_holds_cannot_be_set(text: str) -> None:
    """Also a private letter under which a shaped form has been kept meanwhile."""
    faces = find_faces()
    set_line("محمد پښتون", faces)
    assert not can_set(text, Faces(faces.regular, faces.bold, ()))
    assert not can_set(f"محمد {text}", Faces(faces.regular, faces.bold, ()))


def test_a_face_without_the_rules_of_its_script_is_not_taken(tmp_path: Path) -> None:
    """A file that calls itself a face for Devanagari and only holds letters would print loose signs."""
    shutil.copy(VERA / "Vera.ttf", tmp_path / "NotoSansDevanagari-Regular.ttf")
    shutil.copy(VERA / "Vera.ttf", tmp_path / "NotoSansEthiopic-Regular.ttf")
    faces = find_faces([tmp_path])
    assert faces.of_script("DEVANAGARI", False) is None
    assert faces.of_script("ETHIOPIC", False) is not None
    assert not can_set("हिन्दी", faces)
    assert not can_set("አበበ", faces)


@pytest.mark.parametrize("language", sorted(sentences()))
def test_every_sentence_of_the_cards_can_be_set(language: str) -> None:
    assert can_set(sentences()[language].text, find_faces())
    assert can_set(sentences()[language].name, find_faces())


def test_without_any_installed_face_the_librarys_own_serves(tmp_path: Path) -> None:
    faces = find_faces([tmp_path, tmp_path / "gone"])
    assert "Vera" in faces.regular
    assert can_set("Ñandú", faces)
    assert not can_set("Đặng", faces)
    assert not can_set("Ана", faces)


def test_a_face_is_found_below_any_folder_and_a_damaged_one_passed_over(tmp_path: Path) -> None:
    deep = tmp_path / "truetype" / "deep"
    deep.mkdir(parents=True)
    shutil.copy(VERA / "Vera.ttf", deep / "DejaVuSans.ttf")
    shutil.copy(VERA / "VeraBd.ttf", deep / "DejaVuSans-Bold.ttf")
    (deep / "NotoSans-Regular.ttf").write_bytes(b"no font")
    (deep / "NotoSans-Bold.ttf").write_bytes(b"\0\1\0\0" + bytes(400))
    faces = find_faces([tmp_path])
    assert faces.regular.startswith("DejaVuSans@")
    assert faces.bold.startswith("DejaVuSans-Bold@")
    assert 0.6 < cap_height(faces.bold) < 0.8


@pytest.mark.parametrize(
    ("platform", "environment", "expected"),
    [
        (
            "linux", {"HOME": "h"},
            ["h/.local/share/fonts", "h/.fonts", "/usr/local/share/fonts", "/usr/share/fonts"],
        ),
        (
            "linux", {"HOME": "h", "XDG_DATA_DIRS": "x:y", "XDG_DATA_HOME": "z"},
            ["z/fonts", "h/.fonts", "x/fonts", "y/fonts"],
        ),
        ("darwin", {"HOME": "h"}, ["h/Library/Fonts", "/Library/Fonts", "/System/Library/Fonts"]),
        (
            "win32", {"USERPROFILE": "h", "WINDIR": "w"},
            ["h/AppData/Local/Microsoft/Windows/Fonts", "w/Fonts"],
        ),
    ],
)  # fmt: skip
def test_folders_of_each_system(platform: str, environment: dict[str, str], expected: list[str]) -> None:
    assert [path.as_posix() for path in font_folders(platform, environment)] == expected


def test_loose_accents_are_composed() -> None:
    assert composed("Zoe\u0308") == "Zoë"


@pytest.mark.parametrize(
    ("text", "ready"),
    [("A\u202eB\u202c", "AB"), ("\u2067A\u2069", "A"), ("a\nb\tc", "a b c"), ("x\ufeff\u00ad", "x"),
     ("می\u200cخواهم", "می\u200cخواهم"), ("\u200fA", "\u200fA")],
)  # fmt: skip
def test_what_would_turn_letters_round_is_gone(text: str, ready: str) -> None:
    assert composed(text) == ready


@pytest.mark.parametrize(
    ("text", "ready"),
    [
        ("Za\u030d" + "\u0300" * 60 + "na", "Za\u030d\u0300na"),
        ("A" + "\u0338" * 9 + " B" + "\u0323" * 9, "A\u0338\u0338 \u1e04\u0323\u0323"),
        ("Ọ̀ṣun", "Ọ̀ṣun"),
        ("mû̄ ė̃", "mû̄ ė̃"),
        ("مُحَمَّدٌ", "مُحَمَّدٌ"),
        ("क्ष्म्य्र", "क्ष्म्य्र"),
        ("\u05e9\u05c1\u05bc\u05b8\u0596", "\u05e9\u05bc\u05b8\u05c1\u0596"),
    ],
)
def test_marks_are_not_piled_over_the_lines_above(text: str, ready: str) -> None:
    assert composed(text) == unicodedata.normalize("NFC", ready)


@pytest.mark.parametrize(
    ("number", "signed", "shown"),
    [(0, False, "0"), (0, True, "0"), (1243, False, "1243"), (12_430, False, "12\u00a0430"),
     (-1, False, "\u22121"),
     (3, True, "+3"), (-10_000, True, "\u221210\u00a0000"), (1_234_567, False, "1\u00a0234\u00a0567")],
)  # fmt: skip
def test_numbers_as_printed(number: int, signed: bool, shown: str) -> None:
    assert number_text(number, signed) == shown


def test_a_sign_the_face_lacks_is_replaced_not_lost(tmp_path: Path) -> None:
    class FewLetters(Faces):
        """A face that knows ASCII only."""

        def for_letter(self, letter: str, bold: bool, current: str | None = None) -> str | None:
            return self.main(bold) if letter.isascii() else None

    found = find_faces()
    paper = Paper("a4", FewLetters(found.regular, found.bold), "x")
    paper.text(20, 20, number_text(-12_000), 10)
    paper.text(20, 30, "漢", 10)
    paper.text(20, 40, "a long line that has to be cut somewhere", 10, width=20)
    paper.next_page()
    (tmp_path / "x.pdf").write_bytes(paper.finished())
    lines = text_of(tmp_path / "x.pdf").split("\n")
    said = [line.strip() for line in lines if line.strip()]
    assert said[:2] == ["-12 000", "?"]
    assert said[2].endswith("...")
