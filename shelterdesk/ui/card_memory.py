"""What this desk remembers of its sheets of cards: the format used last, and where each sheet ended. No names."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from shelterdesk.core.errors import CannotWrite, DiskFull
from shelterdesk.keys.safefile import write_whole

if TYPE_CHECKING:
    from shelterdesk.reports.card_formats import FormatName

FILE = "card-sheets.json"


@dataclass(frozen=True, slots=True)
class CardMemory:
    """``form`` is the format used last for cards of people and ``ahead`` for those printed ahead, empty at first;
    ``free`` the first free place of the sheet in hand, by format.
    """

    form: str = ""
    ahead: str = ""
    free: Mapping[str, int] = field(default_factory=dict)

    def free_place(self, form: str) -> int:
        """The first free place of the sheet in hand, 1 for a new one."""
        return self.free.get(form, 1)


def read_card_memory(folder: Path) -> CardMemory:
    """What is remembered in a folder; nothing where that cannot be read: a new sheet is never wrong."""
    try:
        found = json.loads((folder / FILE).read_bytes())
        form, ahead, free = found["form"], found["ahead"], found["free"]
        good = {str(name): place for name, place in free.items() if type(place) is int and 0 < place <= 1_000}
    except (OSError, ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return CardMemory()
    return CardMemory(form if isinstance(form, str) else "", ahead if isinstance(ahead, str) else "", good)


def remember_sheet(folder: Path, form: str, next_place: int, *, ahead: bool) -> CardMemory:
    """Keep which format was printed and where its last sheet ended; where nothing can be kept, nobody is stopped."""
    before = read_card_memory(folder)
    kept = CardMemory(
        before.form if ahead else form,
        form if ahead else before.ahead,
        {**before.free, form: next_place},
    )
    try:
        write_whole(folder / FILE, json.dumps(asdict(kept), indent=1).encode("utf-8"))
    except (DiskFull, CannotWrite):
        return before
    return kept


def usual_format(folder: Path, country: str) -> FormatName:
    """The format for cards printed in one key: the one used last where it holds cards, else of the country's paper."""
    from shelterdesk.actions.papers import usual_paper
    from shelterdesk.reports.card_formats import FORMATS

    used = FORMATS.get(read_card_memory(folder).form)  # type: ignore[call-overload]
    return used.name if used is not None and not used.is_band else usual_paper(country)
