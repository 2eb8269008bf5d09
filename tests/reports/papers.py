"""Lists made up for the tests of paper, and what was written on one."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import BinaryIO

import pypdfium2

from shelterdesk.core.house_lists import (
    BlockList,
    EvacuationList,
    ListLine,
    OutsideLine,
    PaperFacts,
    ResidentList,
    RoomList,
)
from shelterdesk.reports.paper import Written

A4, LETTER = (595, 842), (612, 792)
NAMES = (
    "X" * 300,
    "Ana \N{GRINNING FACE} María",
    "abc\N{RIGHT-TO-LEFT OVERRIDE}txt.exe",
    "محمد الحسن",
    "王小明",
    "\N{ZERO WIDTH JOINER}\N{ZERO WIDTH JOINER}",
    "Ngô Thị Hương",
)
"""Names that were said somewhere, and some nobody has."""


def facts(*, practice: bool = False, by: str = "supervisor") -> PaperFacts:
    """What a paper says of itself."""
    return PaperFacts(
        "LB", "Lajas Blancas", by, "2026-11-23T08:05:00-05:00[America/Panama]", "a1b2c3d4e5f6", practice
    )


def block(name: str, rooms: int, people: int, *, start: int = 1, named: bool = True) -> BlockList:
    """A block of rooms with so many people in each."""
    found = []
    for room in range(rooms):
        lines = [
            ListLine(f"{name}{room}-{bed}", f"LB1-{start + room * people + bed:06d}-B", _name(bed, named))
            for bed in range(people)
        ]
        found.append(RoomList(f"{name}{room}", tuple(lines)))
    return BlockList(name, tuple(found))


def _name(bed: int, named: bool) -> str | None:
    return f"Toussaint, Marie{bed}" if named else None


def evacuation(
    *blocks: BlockList, named: bool = True, locked: bool = False, practice: bool = False
) -> EvacuationList:
    """A list of these blocks, a token without a place and somebody who is out."""
    return EvacuationList(
        facts(practice=practice, by="" if locked else "supervisor"),
        blocks,
        (ListLine(None, "LB1-T0007-M", heads=3, is_token=True),),
        (OutsideLine("LB1-009999-X", "Fuera, Olga" if named else None, "2026-11-23T07:00:00-05:00"),),
        named,
        locked,
    )


def residents(*blocks: BlockList) -> ResidentList:
    """A list of residents of these blocks."""
    return ResidentList(facts(), blocks, ())


def written(write: Callable[[BinaryIO], Written]) -> tuple[bytes, Written]:
    """The PDF and what was answered."""
    out = io.BytesIO()
    answer = write(out)
    return out.getvalue(), answer


def pages_of(pdf: bytes) -> list[str]:
    """What is written on each page."""
    return [page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(pdf)]


def size_of(pdf: bytes) -> tuple[int, int]:
    """Width and height of the first page in points."""
    width, height = pypdfium2.PdfDocument(pdf)[0].get_size()
    return round(width), round(height)
