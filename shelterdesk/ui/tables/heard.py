"""Columns of who was heard and when: the other desks, and the office."""

from __future__ import annotations

from dataclasses import dataclass

from shelterdesk.core.words import tr
from shelterdesk.ui.widgets import Column


@dataclass(frozen=True, slots=True)
class Heard:
    """A desk as it is called (``LB1A``), what it last wrote that is here (ms, None never) in words, what is missing."""

    desk: str
    at_ms: int | None
    when: str
    missing: int


def heard_columns() -> tuple[Column[Heard], ...]:
    """Desk, when it was last heard, how many of its entries are missing."""
    return (
        Column(tr("Desk"), lambda one: one.desk, strong=True, width=20),
        Column(tr("Last heard"), lambda one: one.when, sort=lambda one: one.at_ms),
        Column(
            tr("Missing entries"),
            lambda one: str(one.missing) if one.missing else "",
            sort=lambda one: one.missing,
            number=True,
            width=16,
        ),
    )
