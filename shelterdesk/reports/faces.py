"""Faces of type: found among the fonts that are installed, one pair for most letters and one for each other script.

No font is part of the source; a face is looked for when something is printed, and a packaged program brings its
own. A script for which none is found is said before printing and left out, never set as boxes.
"""

from __future__ import annotations

import os
import sys
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from struct import error as StructError
from types import MappingProxyType
from typing import Any

import reportlab
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFError, TTFont

from shelterdesk.reports.scripts import HAN, SHAPED_BY, script_of
from shelterdesk.reports.visual_order import JOINERS, MARKS

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

_INDIC = ("nirmala.ttf", "nirmalas.ttf", "nirmala.ttc")
SCRIPT_FACES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "ARABIC": ("notonaskharabic-regular.ttf", "notosansarabic-regular.ttf", "segoeui.ttf", "arial.ttf",
                   "dejavusans.ttf"),
        HAN: ("droidsansfallbackfull.ttf", "droidsansfallback.ttf", "simhei.ttf", "msyh.ttc",
              "arial unicode.ttf"),
        "DEVANAGARI": (*_INDIC, "mangal.ttf", "lohit-devanagari.ttf"),
        "BENGALI": (*_INDIC, "vrinda.ttf", "lohit-bengali.ttf"),
        "GURMUKHI": (*_INDIC, "raavi.ttf", "lohit-gurmukhi.ttf"),
        "TAMIL": (*_INDIC, "latha.ttf", "lohit-tamil.ttf"),
        "SINHALA": (*_INDIC, "iskpota.ttf"),
        "ETHIOPIC": ("ebrima.ttf", "nyala.ttf", "kefa.ttf"),
        "HEBREW": ("segoeui.ttf", "arial.ttf", "dejavusans.ttf"),
    }
)  # fmt: skip
"""Regular faces of a script besides ``NotoSans<Script>`` and ``NotoSerif<Script>``, which are looked for first
(for Arabic last: Naskh is what its readers read). Those of Windows and macOS are named as these systems name them."""

_BOLD_OF = (("-regular.ttf", "-bold.ttf"), (".ttf", "-bold.ttf"), (".ttf", "bd.ttf"), (".ttf", "b.ttf"))
_PRIVATE = range(0xE000, 0xF900)
_HIDDEN = JOINERS | MARKS
_MOST_PILED = 2
"""Marks on one letter that is composed already: Vietnamese, Yoruba and Lithuanian write one besides, at most two."""


@dataclass(frozen=True, slots=True)
class Faces:
    """The faces of a paper: a regular and a bold by the names the PDF library knows them under, and the folders
    in which faces of other scripts are looked for when a letter asks for one."""

    regular: str
    bold: str
    folders: tuple[Path, ...] = ()

    def covers(self, text: str) -> bool:
        """Whether the main pair holds a glyph for every letter of ``text`` (already composed)."""
        needed = frozenset(map(ord, text))
        return needed <= glyphs(self.regular) and needed <= glyphs(self.bold)

    def main(self, bold: bool) -> str:
        """The name of the main face."""
        return self.bold if bold else self.regular

    def of_script(self, script: str, bold: bool) -> str | None:
        """The face of a script, its regular where it has no bold; None where no installed face can set it."""
        pair = _script_pair(self.folders, script)
        if pair is not None:
            return pair[bold]
        main = self.main(bold)
        return main if _can_shape(main, script) else None

    def for_letter(self, letter: str, bold: bool, current: str | None = None) -> str | None:
        """The face that sets ``letter``, staying with ``current`` (the letter before) for what belongs to any script.

        None where no face holds it.
        """
        script, main = script_of(letter), self.main(bold)
        code = ord(letter)
        if script is None:
            if current is not None and code in glyphs(current) and not letter.isalnum():
                return current
            if code in glyphs(main):
                return main
            return current if current is not None and code in glyphs(current) else None
        face = self.of_script(script, bold)
        return face if face is not None and code in glyphs(face) else None


def composed(text: str) -> str:
    """``text`` as it is set: composed letters (NFC) in one line, without what would turn other letters round.

    Embeddings, overrides and isolates go (nobody's name holds one, and they could make a card read another name);
    control signs and line breaks are a space; joiners and direction marks stay, they are part of how a word reads.
    Marks piled higher than any language piles them would lie over the lines above: what is beyond is not set.
    """
    ready = "".join(filter(None, map(_as_set, unicodedata.normalize("NFC", text))))
    return ready if ready.isascii() or not any(map(_is_piled, ready)) else _piled_low(ready)


@lru_cache(maxsize=8192)
def _is_piled(letter: str) -> bool:
    """Whether a mark stands above, below or across all that is there, so that more of them grow without end.

    By combining class (Unicode, table of §4.3): vowels and points of Arabic, Hebrew and the scripts of India have
    places of their own below 200.
    """
    place = unicodedata.combining(letter)
    return place == 1 or place >= 200


def _piled_low(ready: str) -> str:
    kept: list[str] = []
    piled = 0
    for letter in ready:
        if unicodedata.category(letter)[0] != "M":
            piled = 0
        elif _is_piled(letter):
            piled += 1
            if piled > _MOST_PILED:
                continue
        kept.append(letter)
    return "".join(kept)


@lru_cache(maxsize=8192)
def _as_set(letter: str) -> str:
    category = unicodedata.category(letter)
    if category in {"Cc", "Zl", "Zp"}:
        return " "
    return "" if category == "Cf" and letter not in _HIDDEN else letter


def can_set(text: str, faces: Faces) -> bool:
    """Whether ``text`` would stand on paper as its readers write it, every letter in a face that can shape it."""
    return _can_set(composed(text), faces)


@lru_cache(maxsize=8192)
def _can_set(ready: str, faces: Faces) -> bool:
    for bold in (False, True):
        current: str | None = None
        for letter in ready:
            if letter in _HIDDEN:
                continue
            found = faces.for_letter(letter, bold, current)
            if found is None:
                return False
            current = found
    return True


def cap_height(name: str) -> float:
    """Height of capitals and digits of a face found here, as a part of the size of type."""
    return float(font_named(name).face.capHeight) / 1000


@cache
def glyphs(name: str) -> frozenset[int]:
    """The code points a face holds; shaped forms that were given a private number since are none of them."""
    return frozenset(code for code in font_named(name).face.charToGlyph if code not in _PRIVATE)


def font_named(name: str) -> TTFont:
    """The face the PDF library knows under this name; raises ``TypeError`` for one that is not TrueType."""
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
    return _find(tuple(own_fonts() + font_folders() if folders is None else folders))


def own_fonts() -> list[Path]:
    """The folder of faces a packaged program brings beside itself, before all others; none in a checkout."""
    beside = getattr(sys, "_MEIPASS", None)
    return [Path(beside) / "fonts"] if beside else []


@lru_cache(maxsize=8)
def _find(folders: tuple[Path, ...]) -> Faces:
    installed = _installed(folders)
    for regular, bold in PREFERRED:
        if regular in installed and bold in installed:
            names = _register(installed[regular]), _register(installed[bold])
            if names[0] is not None and names[1] is not None:
                return Faces(names[0], names[1], folders)
    own = Path(reportlab.__file__).parent / "fonts"
    names = _register(own / "Vera.ttf"), _register(own / "VeraBd.ttf")
    if names[0] is None or names[1] is None:
        raise OSError("the PDF library has lost its own faces")
    return Faces(names[0], names[1], folders)


@lru_cache(maxsize=512)
def _script_pair(folders: tuple[Path, ...], script: str) -> tuple[str, str] | None:
    """The regular and the bold face of a script (twice the regular where it has no bold)."""
    installed, stem = _installed(folders), script.lower()
    usual = (f"notosans{stem}-regular.ttf", f"notoserif{stem}-regular.ttf")
    named = SCRIPT_FACES.get(script, ())
    for name in (*named, *usual) if script == "ARABIC" else (*usual, *named):
        regular = _register(installed[name]) if name in installed else None
        if regular is None or not _can_shape(regular, script):
            continue
        for ending, instead in _BOLD_OF:
            path = installed.get(name.removesuffix(ending) + instead) if name.endswith(ending) else None
            bold = _register(path) if path is not None else None
            if bold is not None and _can_shape(bold, script):
                return regular, bold
        return regular, regular
    return None


@cache
def _can_shape(name: str, script: str) -> bool:
    """Whether a face has the rules its script needs (a table of substitutions with the script's tag)."""
    wanted = SHAPED_BY.get(script)
    if wanted is None:
        return True
    face: Any = font_named(name).hbFace
    return not wanted.isdisjoint(face.get_table_script_tags("GSUB"))


@lru_cache(maxsize=8)
def _installed(folders: tuple[Path, ...]) -> dict[str, Path]:
    found: dict[str, Path] = {}
    for path in _font_files(folders):
        found.setdefault(path.name.lower(), path)
    return found


def _font_files(folders: Iterable[Path]) -> Iterator[Path]:
    """All TrueType files below the folders, in a stable order so that a sheet looks the same twice."""
    for folder in folders:
        for place, below, names in os.walk(folder):
            below.sort()
            for name in sorted(names):
                if name.lower().endswith((".ttf", ".ttc")):
                    yield Path(place) / name


@cache
def _register(path: Path) -> str | None:
    """The name of a face made known to the PDF library; None for a damaged file, or outlines it cannot embed."""
    name = f"{path.stem}@{path.parent}"  # two folders may hold different versions of one face
    if name not in pdfmetrics.getRegisteredFontNames():
        try:
            pdfmetrics.registerFont(TTFont(name, str(path)))
        except (TTFError, OSError, ValueError, LookupError, StructError):
            return None
    return name
