"""The site plan as a file: blocks, rooms and beds in rows, read whole or refused with the line to look at."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from shelterdesk.core.errors import Refused
from shelterdesk.core.vocabulary import PlaceKind, Quarter
from shelterdesk.core.words import tr

COLUMNS = ("code", "parent", "kind", "quarter", "capacity", "area_m2", "accessible")
"""Columns of the file; ``code`` and ``kind`` have to be there, their order does not matter."""

LONGEST_CODE = 24
MOST_PLACES = 100_000

_RANK = {PlaceKind.BLOCK: 0, PlaceKind.ROOM: 1, PlaceKind.BED: 2}
_YES = frozenset({"yes", "y", "true", "1", "x", "si", "sí", "s"})
_NO = frozenset({"no", "n", "false", "0"})


class PlanRefused(Refused):
    """The file is not a site plan; ``line`` (from 1, the heading) is where to look. Nothing was taken in."""

    def __init__(self, line: int, sentence: str) -> None:
        self.line = line
        super().__init__(
            tr("Line {line}: {why}", line=line, why=sentence),
            tr("Correct the file and take it in again; nothing was changed."),
        )


@dataclass(frozen=True, slots=True)
class PlannedPlace:
    """One row. ``capacity`` counts people, ``area_m2`` square metres; None: the file does not say."""

    line: int
    code: str
    parent: str | None
    kind: PlaceKind
    quarter: Quarter | None
    capacity: int | None
    area_m2: float | None
    accessible: bool | None


def plan_text(data: bytes) -> str:
    """The text of a plan file: UTF-8, with or without a byte order mark. Raises :class:`PlanRefused`."""
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise PlanRefused(line, tr("the file is not written in UTF-8.")) from None


def read_plan(text: str, known: Mapping[str, PlaceKind] | None = None) -> list[PlannedPlace]:
    """The places of a plan (comma or semicolon between columns), parents before what they hold.

    ``known`` are the places the site has already: a parent may be one of them. Raises :class:`PlanRefused`
    naming the line: a loop, an unknown parent, a code given twice, a capacity that is no number from 0 up,
    a bed that is not in a room or block, a room not in a block, an unknown quarter.
    """
    rows = _rows(text.removeprefix("\ufeff"))
    if not rows:
        raise PlanRefused(1, tr("the file holds no places."))
    if len(rows) > MOST_PLACES:
        raise PlanRefused(rows[MOST_PLACES].line, tr("more than {n} places.", n=MOST_PLACES))
    _refuse_doubles(rows)
    _refuse_unknown_parents(rows, known or {})
    _refuse_loops(rows)
    _refuse_wrong_order(rows, known or {})
    return sorted(rows, key=lambda row: (_RANK[row.kind], row.line))


def _rows(text: str) -> list[PlannedPlace]:
    heading, _, _ = text.lstrip("\r\n").partition("\n")
    comma = ";" if heading.count(";") > heading.count(",") else ","
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=comma, strict=True)
    names: list[str] | None = None
    found = []
    try:
        for cells in reader:
            line = reader.line_num
            cells = [cell.strip() for cell in cells]
            if not any(cells):
                continue
            if names is None:
                names = _heading(line, cells)
                continue
            if any(cells[len(names) :]):
                raise PlanRefused(line, tr("there are more values than columns."))
            found.append(_place(line, dict(zip(names, cells, strict=False)), comma))
    except csv.Error as error:
        raise PlanRefused(max(1, reader.line_num), tr("it cannot be read ({why}).", why=error)) from None
    return found


def _heading(line: int, cells: Sequence[str]) -> list[str]:
    names = [cell.lower() for cell in cells]
    for needed in ("code", "kind"):
        if needed not in names:
            raise PlanRefused(line, tr("the column {name} is missing.", name=needed))
    for name in names:
        if name and (name not in COLUMNS or names.count(name) > 1):
            listed = ", ".join(COLUMNS)
            raise PlanRefused(
                line,
                tr("{name} is not one of the columns {columns}, once each.", name=name[:40], columns=listed),
            )
    return names


def _place(line: int, cells: Mapping[str, str], comma: str) -> PlannedPlace:
    code = cells.get("code", "")
    if not code:
        raise PlanRefused(line, tr("the place has no code."))
    if len(code) > LONGEST_CODE:
        raise PlanRefused(line, tr("{code} is too long for a code.", code=code[:LONGEST_CODE]))
    if not code.isprintable():
        raise PlanRefused(line, tr("the code {code} holds signs that cannot be seen.", code=ascii(code)))
    kind = _kind(line, cells.get("kind", ""))
    return PlannedPlace(
        line=line,
        code=code,
        parent=cells.get("parent") or None,
        kind=kind,
        quarter=_quarter(line, cells.get("quarter", "")),
        capacity=_capacity(line, cells.get("capacity", ""), kind),
        area_m2=_area(line, cells.get("area_m2", ""), comma),
        accessible=_yes_or_no(line, cells.get("accessible", "")),
    )


def _kind(line: int, text: str) -> PlaceKind:
    try:
        return PlaceKind(text.lower())
    except ValueError:
        raise PlanRefused(
            line, tr("{kind} is not a kind of place; it is block, room or bed.", kind=text[:40] or "''")
        ) from None


def _quarter(line: int, text: str) -> Quarter | None:
    if not text:
        return None
    try:
        return Quarter(text.upper().replace(" ", "_"))
    except ValueError:
        names = ", ".join(quarter.value for quarter in Quarter)
        raise PlanRefused(
            line, tr("{quarter} is not a quarter; there are {names}.", quarter=text[:40], names=names)
        ) from None


def _capacity(line: int, text: str, kind: PlaceKind) -> int | None:
    """People; a bed is for one unless it says otherwise."""
    if not text:
        return 1 if kind is PlaceKind.BED else None
    if not (text.isascii() and text.isdigit()) or len(text) > 5:
        raise PlanRefused(line, tr("{text} is not a number of places from 0 up.", text=text[:40]))
    return int(text)


def _area(line: int, text: str, comma: str) -> float | None:
    if not text:
        return None
    try:
        area = float(text.replace(",", ".") if comma == ";" else text)
    except ValueError:
        area = -1.0
    if not 0 <= area < 1_000_000:
        raise PlanRefused(line, tr("{text} is not an area in square metres.", text=text[:40]))
    return area


def _yes_or_no(line: int, text: str) -> bool | None:
    said = text.lower()
    if not said:
        return None
    if said in _YES or said in _NO:
        return said in _YES
    raise PlanRefused(line, tr("accessible is yes or no, not {text}.", text=text[:40]))


def _refuse_doubles(rows: Iterable[PlannedPlace]) -> None:
    lines: dict[str, int] = {}
    for row in rows:
        first = lines.setdefault(row.code.casefold(), row.line)  # codes are typed in any case
        if first != row.line:
            raise PlanRefused(
                row.line, tr("the code {code} stands in line {first} already.", code=row.code, first=first)
            )


def _refuse_unknown_parents(rows: Sequence[PlannedPlace], known: Mapping[str, PlaceKind]) -> None:
    codes = {row.code for row in rows}
    for row in rows:
        if row.parent is not None and row.parent not in codes and row.parent not in known:
            raise PlanRefused(
                row.line,
                tr("{code} lies in {parent}, which is not a place.", code=row.code, parent=row.parent),
            )


def _refuse_loops(rows: Sequence[PlannedPlace]) -> None:
    parents = {row.code: row.parent for row in rows}
    whole: set[str] = set()  # known to end at the top
    for row in rows:
        way: list[str] = []
        at: str | None = row.code
        while at is not None and at in parents and at not in whole:
            if at in way:
                raise PlanRefused(row.line, tr("{code} lies within itself.", code=at))
            way.append(at)
            at = parents[at]
        whole.update(way)


_ABOVE: Mapping[PlaceKind, tuple[PlaceKind | None, ...]] = {
    PlaceKind.BLOCK: (None,),
    PlaceKind.ROOM: (PlaceKind.BLOCK,),
    PlaceKind.BED: (PlaceKind.ROOM, PlaceKind.BLOCK),
}


def fits_in(kind: PlaceKind, above: PlaceKind | None) -> bool:
    """Whether a kind of place may lie in another: a block in none, a room in a block, a bed in either."""
    return above in _ABOVE[kind]


def _refuse_wrong_order(rows: Sequence[PlannedPlace], known: Mapping[str, PlaceKind]) -> None:
    kinds = {**known, **{row.code: row.kind for row in rows}}
    for row in rows:
        above = None if row.parent is None else kinds[row.parent]
        if fits_in(row.kind, above):
            continue
        if row.kind is PlaceKind.BLOCK:
            raise PlanRefused(row.line, tr("the block {code} cannot lie in another place.", code=row.code))
        if row.kind is PlaceKind.ROOM:
            raise PlanRefused(row.line, tr("the room {code} has to lie in a block.", code=row.code))
        raise PlanRefused(row.line, tr("the bed {code} has to lie in a room or block.", code=row.code))
