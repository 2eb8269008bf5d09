"""How this laptop prints each kind of paper: a small file in its folder that holds nothing about anybody.

It belongs to the laptop as its printers do: a backup restored on another one does not bring it along.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, fields, replace
from pathlib import Path
from typing import Any

from shelterdesk.core.errors import CannotWrite, DiskFull
from shelterdesk.core.paper_kinds import MOST_COPIES, PaperKind, PrintWay, Way
from shelterdesk.keys.safefile import write_whole

FILE = "printers.json"
SET_ASIDE = "printers.json.broken"


def read_ways(folder: Path) -> dict[PaperKind, PrintWay]:
    """How each kind is printed; a file that cannot be read is set aside, and the usual ways hold."""
    path = folder / FILE
    usual = {kind: PrintWay() for kind in PaperKind}
    try:
        found = json.loads(path.read_bytes())
        return {kind: _checked(found.get(kind.value, {})) for kind in PaperKind}
    except OSError:
        return usual
    except (ValueError, TypeError, AttributeError, RecursionError):
        with suppress(OSError):
            path.replace(folder / SET_ASIDE)
        return usual


def way_of(folder: Path, kind: PaperKind) -> PrintWay:
    """How one kind of paper is printed."""
    return read_ways(folder)[kind]


def write_way(folder: Path, kind: PaperKind, way: PrintWay) -> bool:
    """Keep how one kind is printed; False where there is no room or no right to write."""
    ways: Mapping[PaperKind, PrintWay] = {**read_ways(folder), kind: way}
    plain = {one.value: asdict(how) for one, how in ways.items() if how != PrintWay()}
    try:
        write_whole(folder / FILE, json.dumps(plain, indent=1).encode("utf-8"))
    except (DiskFull, CannotWrite):
        return False
    return True


def _checked(found: Any) -> PrintWay:
    """What a file says of one kind, brought into its limits; raises ``TypeError`` or ``ValueError`` for nonsense."""
    usual = PrintWay()
    values: dict[str, Any] = {}
    for field in fields(PrintWay):
        value = found.get(field.name, getattr(usual, field.name))
        if field.name == "way":
            value = Way(value)
        elif type(value) is not type(getattr(usual, field.name)):
            raise TypeError(field.name)
        values[field.name] = value
    way = PrintWay(**values)
    return replace(way, copies=max(1, min(MOST_COPIES, way.copies)))
