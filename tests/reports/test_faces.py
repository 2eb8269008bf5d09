"""Which letters can be set right, and where faces are looked for."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
import reportlab

from shelterdesk.reports.faces import Faces, can_set, cap_height, composed, find_faces, font_folders
from shelterdesk.reports.paper import Paper, number_text
from tests.reports.made import sentences, text_of

VERA = Path(reportlab.__file__).parent / "fonts"


@pytest.mark.parametrize("text", ["Zoë", "Ñandú", "António", "Zoe\u0308", "kreyòl", "A-12", "42 %", ""])
def test_latin_can_be_set(text: str) -> None:
    assert can_set(text, find_faces())


@pytest.mark.parametrize(
    "text",
    ["أحمد", "שרה", "हिन्दी", "বাংলা", "नेपाली", "ไทย", "မြန်မာ", "x\u0301", "A\u202eB", "٣", "Zoë أحمد", "a\nb",
     "\U0001f600", "ក", "සි"],
)  # fmt: skip
def test_what_needs_shaping_or_runs_the_other_way_cannot(text: str) -> None:
    assert not can_set(text, find_faces())


def test_the_sentences_of_latin_cyrillic_and_vietnamese_can_be_set_with_a_full_face() -> None:
    """On a machine with a face of many letters; the library's own knows western letters only."""
    faces = find_faces()
    full = "Vera" not in faces.regular
    for language in ("es", "en", "fr", "ht", "pt", "so"):
        assert can_set(sentences()[language].text, faces)
    for language in ("ru", "vi"):
        assert can_set(sentences()[language].text, faces) == full


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

        def covers(self, text: str) -> bool:
            return text.isascii()

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
