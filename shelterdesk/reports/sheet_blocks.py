"""Places by block on paper: capacity, people, the share taken as a bar; a block's code only where it is neutral."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from shelterdesk.core.cards import bed_code_for_card
from shelterdesk.core.sheet import BlockOccupancy, Capacity
from shelterdesk.core.words import ptr, tr
from shelterdesk.reports.faces import can_set
from shelterdesk.reports.paper import GREY, Paper, number_text
from shelterdesk.reports.tables import Column, Table


def block_table(paper: Paper, x: float, width: float, line: float) -> tuple[Table, float]:
    """The columns of places by block, and the width of the one that holds the bars."""
    first, bar = width * 0.2, width * 0.14
    step = (width - first - bar) / 6
    heads = (
        tr("Places"),
        tr("Blocked"),
        ptr("daily sheet", "Taken"),
        ptr("daily sheet", "Free"),
        ptr("daily sheet", "Over"),
        tr("% full"),
    )
    columns = [Column(x, tr("Block"), first - 2, "left")]
    for place, head in enumerate(heads, start=1):
        columns.append(Column(x + first + place * step, head, step - 0.8))
    columns.append(Column(x + width, "", bar))
    return Table(paper, columns, line), bar


def draw_blocks(
    paper: Paper, x: float, y: float, width: float, blocks: Sequence[BlockOccupancy], site: Capacity,
    line: float, mark: Callable[[BlockOccupancy, str], str] = lambda block, name: "",
) -> float:  # fmt: skip
    """A line for each block and the sum of the ``site``; returns the y below.

    ``mark`` is set behind a number of a block, asked by its name.
    """
    table, bar = block_table(paper, x, width, line)
    share = x + width - bar + 2
    y = table.heading(y)
    for place, block in enumerate(blocks, start=1):
        draw_share(paper, share, y, bar - 2, block.places.percent, line)
        cells = places_cells(block.places)
        for column, name in enumerate(("capacity", "blocked", "occupied")):
            cells[column] += mark(block, name)
        y = table.row(y, [block_name(block.block, place, paper), *cells, ""])
    draw_share(paper, share, y, bar - 2, site.percent, line)
    return table.row(y, [ptr("total of a column", "All"), *places_cells(site), ""], last=True)


def neutral_name(code: str, place: int) -> str:
    """The code where it says only where; a number where it would tell what kind of quarter that is."""
    return bed_code_for_card(code) or tr("Block {n}", n=place)


def block_name(code: str, place: int, paper: Paper) -> str:
    """The neutral name of a block, a number too where its letters cannot be set."""
    name = neutral_name(code, place)
    return name if can_set(name, paper.faces) else tr("Block {n}", n=place)


def draw_share(paper: Paper, x: float, y: float, width: float, percent: int | None, line: float) -> None:
    """A bar of the share taken; three quarters of ``width`` are 100 %, what is above it is black."""
    if percent is None:
        return
    full, top, high = width * 0.75, y + line * 0.32, line * 0.36
    paper.box(x, top, max(0.2, full * min(percent, 100) / 100), high, fill=GREY)
    if percent > 100:
        paper.box(x + full, top, min(width - full, full * (percent - 100) / 100), high, fill=0.0)
    paper.upright(x + full, y + line * 0.2, line * 0.6, weight=0.6)


def places_cells(places: Capacity) -> list[str]:
    """Places, blocked, taken, free, over and the percentage of a block or of the site, as printed."""
    counts = (places.capacity, places.blocked, places.occupied, places.free, places.excess)
    return [*map(number_text, counts), "–" if places.percent is None else str(places.percent)]
