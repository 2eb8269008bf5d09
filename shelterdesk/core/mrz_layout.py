"""Where the fields of a machine-readable zone stand, for each of the five layouts of ICAO Doc 9303."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Format(StrEnum):
    """The five layouts of part 3 §4.2."""

    TD1 = "TD1"
    TD2 = "TD2"
    TD3 = "TD3"
    MRVA = "MRVA"
    MRVB = "MRVB"


@dataclass(frozen=True)
class Span:
    """Some characters of one line, counted from 0, ``end`` excluded."""

    line: int
    start: int
    end: int


@dataclass(frozen=True)
class Layout:
    """Where the fields of a format stand; a check digit follows its field at once."""

    width: int
    name: Span
    number: Span
    nationality: Span
    birth: Span
    sex: Span
    expiry: Span
    optional: tuple[Span, ...]
    optional_checked: bool
    composite: tuple[Span, ...]
    composite_at: Span | None
    letters: str


def _two_lines(width: int, optional_end: int, letters: str, *, passport: bool, composite: bool) -> Layout:
    return Layout(
        width=width,
        name=Span(0, 5, width),
        number=Span(1, 0, 9),
        nationality=Span(1, 10, 13),
        birth=Span(1, 13, 19),
        sex=Span(1, 20, 21),
        expiry=Span(1, 21, 27),
        optional=(Span(1, 28, optional_end),),
        optional_checked=passport,
        composite=(Span(1, 0, 10), Span(1, 13, 20), Span(1, 21, width - 1)) if composite else (),
        composite_at=Span(1, width - 1, width) if composite else None,
        letters=letters,
    )


LAYOUTS = {
    Format.TD3: _two_lines(44, 42, "P", passport=True, composite=True),
    Format.TD2: _two_lines(36, 35, "ACIP", passport=False, composite=True),
    Format.MRVA: _two_lines(44, 44, "V", passport=False, composite=False),
    Format.MRVB: _two_lines(36, 36, "V", passport=False, composite=False),
    Format.TD1: Layout(
        width=30,
        name=Span(2, 0, 30),
        number=Span(0, 5, 14),
        nationality=Span(1, 15, 18),
        birth=Span(1, 0, 6),
        sex=Span(1, 7, 8),
        expiry=Span(1, 8, 14),
        optional=(Span(0, 15, 30), Span(1, 18, 29)),
        optional_checked=False,
        composite=(Span(0, 5, 30), Span(1, 0, 7), Span(1, 8, 15), Span(1, 18, 29)),
        composite_at=Span(1, 29, 30),
        letters="ACI",
    ),
}
#: Width of a line, by the length of a zone read as one line.
WIDTH_OF_JOINED = {88: 44, 72: 36, 90: 30}
