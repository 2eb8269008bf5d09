"""The recovery sheet: the one piece of paper that opens a station's data when no passphrase does."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import BinaryIO

from shelterdesk.core.errors import Refused
from shelterdesk.core.words import tr
from shelterdesk.reports.faces import Faces, can_set, find_faces
from shelterdesk.reports.paper import Paper, PaperName, Written, day_text
from shelterdesk.reports.target import write_whole

_MARGIN = 20.0
_GROUPS_MOST = 24
_GROUP_LENGTH = 12


@dataclass(frozen=True, slots=True)
class RecoverySheet:
    """What the sheet carries. The code stays out of ``repr``, so of any report; nobody's name is on it.

    ``code_groups`` are what has to be typed, in order; ``check_words`` the key's fingerprint in words, by
    which the sheet of this station is told from another's.
    """

    station_code: str
    station_name: str
    made_on: date
    code_groups: tuple[str, ...] = field(repr=False)
    check_words: tuple[str, ...] = field(repr=False)
    practice: bool = False


def write_recovery_sheet(
    sheet: RecoverySheet, target: Path | BinaryIO, *, paper: PaperName = "a4", faces: Faces | None = None
) -> Written:
    """Write the sheet as a PDF of one page, nowhere but at ``target``.

    Raises :class:`Refused` when the code cannot be printed exactly as it has to be typed,
    :class:`DiskFull` or :class:`CannotWrite`.
    """
    found = faces or find_faces()
    groups = sheet.code_groups
    fits = 0 < len(groups) <= _GROUPS_MOST and all(
        0 < len(group) <= _GROUP_LENGTH and group.isascii() for group in groups
    )
    if not fits or not all(can_set(text, found) for text in sheet.check_words):
        raise Refused(
            tr("This recovery code cannot be printed readably."),
            tr("Make a new recovery sheet."),
        )
    left_out = []
    if not can_set(sheet.station_name, found):
        name = sheet.station_name
        left_out.append(tr("The name of the station cannot be printed on this laptop: {name}", name=name))
    drawn = Paper(paper, found, tr("Recovery sheet"))
    _draw(drawn, sheet, "" if left_out else sheet.station_name)
    write_whole(target, drawn.finished())
    return Written(pages=1, left_out=left_out)


def _draw(paper: Paper, sheet: RecoverySheet, station_name: str) -> None:
    width = paper.width - 2 * _MARGIN
    if sheet.practice:
        paper.practice_mark()
    y = 26.0
    paper.text(_MARGIN, y, tr("Recovery sheet"), 22, bold=True)
    paper.text(paper.width - _MARGIN, y, day_text(sheet.made_on), 12, bold=True, align="right")
    y += 7.5
    station = f"{sheet.station_code} · {station_name}" if station_name else sheet.station_code
    paper.text(_MARGIN, y, station, 12, width=width)
    y += 4.0
    paper.rule(_MARGIN, y, width, weight=1.2, ink=0.0)
    y = _groups(paper, sheet.code_groups, y + 9.0) + 3.0
    for heading, body in _words():
        y = paper.paragraph(_MARGIN, y + 5.5, width, heading, 11, lead=6.0, bold=True)
        y = paper.paragraph(_MARGIN, y, width, body, 10.5, lead=5.1)
    y += 6.5
    paper.text(_MARGIN, y, tr("Check words"), 11, bold=True)
    y = paper.paragraph(_MARGIN, y + 6.6, width, " · ".join(sheet.check_words), 13, lead=6.5, bold=True)
    told = tr("The station's settings show the same words; if they differ, this sheet is another station's.")
    paper.paragraph(_MARGIN, y - 0.6, width, told, 9.5, lead=4.6)
    _put_away(paper, width)
    paper.next_page()


def _groups(paper: Paper, groups: Sequence[str], y: float) -> float:
    """The code, large, each group with its place in the order; returns the y below the box."""
    width = paper.width - 2 * _MARGIN
    across = 4 if max(map(len, groups)) <= 5 else 3
    rows = (len(groups) + across - 1) // across
    high = 15.0 if rows <= 3 else 11.5
    step = (width - 10.0) / across
    size = 22.0 if rows <= 3 else 18.0
    while any(not paper.fits(group, step - 9.0, size, bold=True) for group in groups):
        size -= 0.5  # never narrowed and never cut: it has to be typed from this sheet
    paper.box(_MARGIN, y, width, rows * high + 5.0)
    for place, group in enumerate(groups):
        row, column = divmod(place, across)
        x, foot = _MARGIN + 6.0 + column * step, y + row * high + high - 1.5
        paper.text(x, foot, str(place + 1), 8, ink=0.4)
        paper.text(x + 6.0, foot, group, size, bold=True)
    return y + rows * high + 5.0


def _words() -> tuple[tuple[str, str], ...]:
    """What the sheet is for, where it belongs, and what to do when it is gone."""
    return (
        (
            tr("What it is for"),
            tr(
                "This code opens the data of this station when every passphrase is forgotten, or when a "
                "backup has to be opened on another laptop. Whoever holds this sheet can read everything, "
                "health and protection included. Nobody can make this code again."
            ),
        ),
        (
            tr("Where to keep it"),
            tr(
                "In a sealed envelope, signed across the flap, locked away and far from the laptops: not in "
                "this building if there is another. Do not photograph it, do not send it, do not copy it."
            ),
        ),
        (
            tr("When it was used, seen or lost"),
            tr("Make a new recovery sheet in the settings on the same day, and destroy this one."),
        ),
    )


def _put_away(paper: Paper, width: float) -> None:
    """Lines to fill in by hand: where it lies, and two signatures."""
    y = paper.height - 22.0
    step = (width - 16.0) / 3
    for place, label in enumerate((tr("Kept at"), tr("Signature"), tr("Signature of a witness"))):
        x = _MARGIN + place * (step + 8.0)
        paper.rule(x, y, step, weight=0.6, ink=0.0)
        paper.text(x, y + 3.8, label, 8.5, width=step)
