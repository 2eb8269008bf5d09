"""A shift as it is handed over: who worked and how much, and what is left to do. Nobody lodged is named."""

from __future__ import annotations

from dataclasses import dataclass

from shelterdesk.core.house_lists import PaperFacts


@dataclass(frozen=True, slots=True)
class Worked:
    """What somebody of the staff entered in a shift, as counts; ``first_at`` and ``last_at`` are RFC 9557 texts."""

    user: str
    first_at: str
    last_at: str
    registered: int = 0
    lodged: int = 0
    served: int = 0
    cards: int = 0
    entries: int = 0


@dataclass(frozen=True, slots=True)
class Unfinished:
    """What is left at the end of a shift. Times are RFC 9557 texts, None for never; ``forms_begun`` by who began them.

    ``cards_waiting`` were made and wait for a printer of this desk. ``forms_begun`` and they are None where they could
    not be looked for.
    """

    unnamed: int
    tokens_open: int
    slips_out: int
    without_bed: int
    without_card: int
    cards_waiting: int | None
    forms_begun: tuple[tuple[str, int], ...] | None
    set_aside: int
    conflicts: int
    only_here: int
    only_here_since: str | None
    last_backup: str | None
    silent_desks: int


@dataclass(frozen=True, slots=True)
class ShiftSlip:
    """The slip of a shift at a station: from one moment to another (RFC 9557 texts)."""

    facts: PaperFacts
    from_at: str
    to_at: str
    present: int
    worked: tuple[Worked, ...]
    unfinished: Unfinished
