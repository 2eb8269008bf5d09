"""Type on paper: finds an installed TrueType face and says what it can set right.

No font is part of the program; a face is looked for among those installed when something is printed.
Scripts that need shaping or run right to left are not set as loose letters or boxes: they are left
out, and that is said before printing.
"""

from __future__ import annotations

import os
import sys
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import reportlab
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFError, TTFont

PREFERRED = (
    ("notosans-regular.ttf", "notosans-bold.ttf"),
    ("dejavusans.ttf", "dejavusans-bold.ttf"),
    ("segoeui.ttf", "segoeuib.ttf"),
    ("arial.ttf", "arialbd.ttf"),
    ("arial.ttf", "arial bold.ttf"),
    ("liberationsans-regular.ttf", "liberationsans-bold.ttf"),
    ("verdana.ttf", "verdanab.ttf"),
    ("freesans.ttf", "freesansbold.ttf"),
)
"""File names of a regular and its bold, best first; all have digits of one width, as columns need."""

_SET_AS_IT_STANDS = (
    "LATIN", "GREEK", "CYRILLIC", "ARMENIAN", "GEORGIAN", "ETHIOPIC", "CHEROKEE",
    "CJK", "HIRAGANA", "KATAKANA", "BOPOMOFO", "HANGUL SYLLABLE",
    "MODIFIER LETTER", "FEMININE ORDINAL", "MASCULINE ORDINAL",
)  # fmt: skip
"""Scripts whose letters stand one after the other, left to right, in one shape each (Unicode names)."""


@dataclass(frozen=True, slots=True)
class Faces:
    """A regular and a bold face by the names the PDF library knows them under."""

    regular: str
    bold: str

    def covers(self, text: str) -> bool:
        """Whether both faces hold a glyph for every letter of ``text`` (already normalised)."""
        needed = frozenset(map(ord, text))
        return needed <= _glyphs(self.regular) and needed <= _glyphs(self.bold)


def composed(text: str) -> str:
    """``text`` as it is set: composed letters (NFC), since loose accents would stand beside theirs."""
    return unicodedata.normalize("NFC", text)


def can_set(text: str, faces: Faces) -> bool:
    """Whether ``text`` would stand on paper as its readers write it, with these faces and no shaping."""
    ready = composed(text)
    return all(_stands_alone(letter) for letter in ready) and faces.covers(ready)


@lru_cache(maxsize=8192)
def _stands_alone(letter: str) -> bool:
    category = unicodedata.category(letter)
    if unicodedata.bidirectional(letter) in {"R", "AL", "AN"} or category[0] in "MC":
        return False
    if category[0] == "L":
        return unicodedata.name(letter, "").startswith(_SET_AS_IT_STANDS)
    return True


def cap_height(name: str) -> float:
    """Height of capitals and digits of a face found here, as a part of the size of type."""
    return float(_font(name).face.capHeight) / 1000


@lru_cache(maxsize=16)
def _glyphs(name: str) -> frozenset[int]:
    return frozenset(_font(name).face.charToGlyph)


def _font(name: str) -> TTFont:
    font = pdfmetrics.getFont(name)
    if not isinstance(font, TTFont):
        raise TypeError(f"{name} is not a TrueType face")
    return font


def font_folders(platform: str = sys.platform, environment: Mapping[str, str] | None = None) -> list[Path]:
    """The folders where this kind of system keeps fonts, the user's own first; they need not exist."""
    env = os.environ if environment is None else environment
    home = Path(env.get("HOME") or env.get("USERPROFILE") or "~").expanduser()
    if platform == "win32":
        windows = Path(env.get("WINDIR", "C:/Windows")) / "Fonts"
        local = Path(env.get("LOCALAPPDATA", home / "AppData" / "Local"))
        return [local / "Microsoft" / "Windows" / "Fonts", windows]
    if platform == "darwin":
        return [home / "Library" / "Fonts", Path("/Library/Fonts"), Path("/System/Library/Fonts")]
    own = Path(env.get("XDG_DATA_HOME") or home / ".local" / "share")
    shared = (env.get("XDG_DATA_DIRS") or "/usr/local/share:/usr/share").split(":")
    return [own / "fonts", home / ".fonts", *(Path(folder) / "fonts" for folder in shared if folder)]


def find_faces(folders: Iterable[Path] | None = None) -> Faces:
    """The best pair of faces installed, made known to the PDF library; the library's own when none is.

    ``folders`` replaces the folders of the system, searched to any depth (a packaged program brings its
    own). Nothing is cached across different folders; the same folders are searched once per process.
    """
    return _find(tuple(font_folders() if folders is None else folders))


@lru_cache(maxsize=8)
def _find(folders: tuple[Path, ...]) -> Faces:
    installed: dict[str, Path] = {}
    for path in _font_files(folders):
        installed.setdefault(path.name.lower(), path)
    for regular, bold in PREFERRED:
        if regular in installed and bold in installed:
            try:
                return _register(installed[regular], installed[bold])
            except (TTFError, OSError, ValueError):
                continue  # a damaged file, or outlines the PDF library cannot embed: the next pair
    own = Path(reportlab.__file__).parent / "fonts"
    return _register(own / "Vera.ttf", own / "VeraBd.ttf")


def _font_files(folders: Iterable[Path]) -> Iterator[Path]:
    """All ``.ttf`` files below the folders, in a stable order so that a sheet looks the same twice."""
    for folder in folders:
        for place, below, names in os.walk(folder):
            below.sort()
            for name in sorted(names):
                if name.lower().endswith(".ttf"):
                    yield Path(place) / name


def _register(regular: Path, bold: Path) -> Faces:
    names = []
    for path in (regular, bold):
        name = f"{path.stem}@{path.parent}"  # two folders may hold different versions of one face
        if name not in pdfmetrics.getRegisteredFontNames():
            pdfmetrics.registerFont(TTFont(name, str(path), shapable=False))
        names.append(name)
    return Faces(regular=names[0], bold=names[1])
