"""A line made ready to be set: its pieces from left to right, each in one face, joined and shaped by HarfBuzz."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

import uharfbuzz
from bidi.mirror import MIRRORED
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.pdfbase.ttfonts import ShapeData, ShapedStr

from shelterdesk.reports.faces import Faces, composed, font_named
from shelterdesk.reports.scripts import script_of, stands_as_it_is
from shelterdesk.reports.visual_order import JOINERS, MARKS, Run, has_two_directions, runs_of

INSTEAD = {"\N{MINUS SIGN}": "–", "–": "-", "\N{NO-BREAK SPACE}": " ", "…": "...", "·": "-", "×": "x"}
"""What stands in for a sign of ours that a face lacks: a missing glyph prints as nothing, and +1 for −1."""

SCALE = {"ARABIC": 1.15}
"""How much larger a script is set, so that beside Latin of the same size it is read as easily."""

NOT_HELD = "?"
"""What stands for a letter that no face holds."""

_PRIVATE = 0xE000
_PRIVATE_COUNT = 0x1900


@dataclass(frozen=True, slots=True)
class Piece:
    """Letters of one face, as the PDF library sets them: shaped, or as they are.

    ``width`` is in sizes of type of the line: times its size in points gives points; ``scale`` is the size of this
    face in those of the line. ``said`` is what is read, where the shapes alone do not tell whoever copies or
    searches the file: from left to right as it stands, since readers of files turn back what stands from the right.
    """

    face: str
    text: str
    width: float
    scale: float = 1.0
    said: str = ""


@dataclass(frozen=True, slots=True)
class SetLine:
    """A line as it stands, piece by piece from left to right."""

    pieces: tuple[Piece, ...]

    @property
    def width(self) -> float:
        """Width of the whole, in sizes of type."""
        return sum(piece.width for piece in self.pieces)


@lru_cache(maxsize=16_384)
def set_line(text: str, faces: Faces, bold: bool = False) -> SetLine:
    """``text`` in one line, in the order and the shapes its readers expect; letters no face holds are ``?``."""
    ready = composed(text)
    if _is_plain(ready, faces, bold):
        face = faces.main(bold)
        return SetLine((Piece(face, ready, stringWidth(ready, face, 1)),) if ready else ())
    runs = runs_of(ready) if has_two_directions(ready) else [Run(_without_marks(ready), False)]
    pieces: list[Piece] = []
    for run in runs:
        of_run = [_piece(face, said, run.from_right) for face, said in _by_face(run.text, faces, bold)]
        pieces += reversed(of_run) if run.from_right else of_run
    return SetLine(tuple(pieces))


def _is_plain(ready: str, faces: Faces, bold: bool) -> bool:
    """Whether every letter is the main face's and stands as it is: most lines, and no work for anybody."""
    main = faces.main(bold)
    return all(
        stands_as_it_is(letter) and faces.for_letter(letter, bold, main) == main for letter in ready
    ) and not has_two_directions(ready)


def _without_marks(ready: str) -> str:
    return "".join(letter for letter in ready if letter not in MARKS)


def _by_face(text: str, faces: Faces, bold: bool) -> list[tuple[str, str]]:
    """A run cut where the face changes; a sign no face holds is replaced by one that stands for it."""
    cut: list[tuple[str, str]] = []
    for letter in text:
        current = cut[-1][0] if cut else None
        if letter in JOINERS:
            face, said = current, letter
        else:
            face, said = _held(letter, faces, bold, current)
        if face is None:
            continue  # a joiner before anything to join
        if cut and cut[-1][0] == face:
            cut[-1] = (face, cut[-1][1] + said)
        else:
            cut.append((face, said))
    return cut


def _held(letter: str, faces: Faces, bold: bool, current: str | None) -> tuple[str, str]:
    """The face for a letter, and the letter or what stands in for it."""
    tried: str | None = letter
    while tried is not None:
        face = faces.for_letter(tried[0], bold, current)
        if face is not None:
            return face, tried
        tried = INSTEAD.get(tried)
    return faces.main(bold), NOT_HELD


def _piece(face: str, said: str, from_right: bool) -> Piece:
    scale = next((SCALE[script] for script in map(script_of, said) if script in SCALE), 1.0)
    if not from_right and all(map(stands_as_it_is, said)):
        return Piece(face, said, stringWidth(said, face, 1) * scale, scale)
    shaped, width = _shaped(face, said, from_right)
    return Piece(face, shaped, width * scale, scale, _turned(said) if from_right else said)


def _turned(said: str) -> str:
    return "".join(MIRRORED.get(letter, letter) for letter in reversed(said))


def _shaped(face: str, said: str, from_right: bool) -> tuple[ShapedStr, float]:
    """The glyphs of ``said`` as HarfBuzz places them, in the form the PDF library draws, and their width.

    The library's own ``shapeStr`` guesses the direction from the letters, which fails for a run of brackets; and
    it numbers shaped forms in the order in which they are met, so that one card's bytes hang on those before it.
    """
    font: Any = font_named(face)
    hb_font = _hb_font(face)
    buffer = uharfbuzz.Buffer()
    buffer.cluster_level = uharfbuzz.BufferClusterLevel.MONOTONE_CHARACTERS
    buffer.add_str(said)
    buffer.guess_segment_properties()
    buffer.direction = "rtl" if from_right else "ltr"
    uharfbuzz.shape(hb_font, buffer, {"kern": True, "liga": True})
    letters: list[str] = []
    placed: list[Any] = []
    width = 0.0
    for info, position in zip(buffer.glyph_infos, buffer.glyph_positions, strict=True):
        code = _code_of(font, hb_font, info.codepoint)
        letters.append(chr(code))
        advance = font.pdfScale(position.x_advance)
        width += advance
        placed.append(
            ShapeData(
                info.cluster,
                advance,
                font.pdfScale(position.y_advance),
                font.pdfScale(position.x_offset),
                font.pdfScale(position.y_offset),
                font.face.charWidths[code],
            )
        )
    return ShapedStr("".join(letters), placed), width / 1000  # type: ignore[arg-type]  # the stub says one, it takes all


@cache
def _hb_font(face: str) -> Any:
    return uharfbuzz.Font(font_named(face).hbFace)


def _code_of(font: Any, hb_font: Any, glyph: int) -> int:
    """A code point under which the PDF library sets ``glyph``: its own, or one of the private ones by its number."""
    held: Any = font.face
    known = held.glyphToChar.get(glyph)
    if known:
        return int(known[0])
    code = _PRIVATE + glyph
    if glyph >= _PRIVATE_COUNT or held.charToGlyph.get(code, glyph) != glyph:
        code = next(one for one in range(0xF0000, 0xFFFFE) if one not in held.charToGlyph)
    held.charToGlyph[code] = glyph
    held.glyphToChar.setdefault(glyph, []).append(code)
    held.charWidths[code] = font.pdfScale(hb_font.get_glyph_h_advance(glyph))
    return code
