"""What desks are called: their number range (``LB1A``), and the office by its name."""

from __future__ import annotations

from shelterdesk.core.event import hex16
from shelterdesk.core.roster import Roster
from shelterdesk.core.words import tr


def desk_names(roster: Roster) -> dict[int, str]:
    """The name of every desk known; an office has no number range, and still is somebody."""
    named = {
        desk.dev: desk.slot or _unnamed(desk.dev, is_office=desk.is_office) for desk in roster.desks.values()
    }
    if roster.office is not None:
        named[roster.office.dev] = roster.office.name or tr("Office")
    return named


def _unnamed(dev: int, *, is_office: bool) -> str:
    return tr("Office") if is_office else hex16(dev)
