"""Columns of what a frozen sheet said and what is known now, and of the people behind one such number."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from shelterdesk.core.sheet import Measured
from shelterdesk.core.sheet_difference import PersonBehind
from shelterdesk.core.sheet_internal import Behind, InternalPage
from shelterdesk.core.words import tr
from shelterdesk.reports.sheet_words import measured_said
from shelterdesk.ui.widgets import Column


@dataclass(frozen=True, slots=True)
class ChangedNumber:
    """One number that is another now: its name in the data and in words, then and now, signed difference.

    A count that is only known now has no ``then``.
    """

    number: str
    name: str
    then: Measured | None
    now: Measured
    by: int | None


def changed_columns() -> tuple[Column[ChangedNumber], ...]:
    """What, then, now, by how much."""
    return (
        Column(tr("Number"), lambda one: one.name, strong=True),
        Column(
            tr("Then"), lambda one: _said(one.then), sort=lambda one: _order(one.then), number=True, width=11,
            shown_if=lambda rows: any(one.then is not None for one in rows),
        ),
        Column(tr("Now"), lambda one: _said(one.now), sort=lambda one: _order(one.now), number=True, width=11),
        Column(
            tr("More or fewer"), lambda one: "" if one.by is None else f"{one.by:+d}".replace("-", "−"),
            sort=lambda one: one.by, number=True, width=13, shown_if=lambda rows: any(one.by is not None for one in rows),
        ),
    )  # fmt: skip


def counted_of(page: InternalPage) -> list[ChangedNumber]:
    """The counts of the supervisor's page that people stand behind."""
    return [
        ChangedNumber(behind.value, name, None, count, None)
        for behind, name, count in (
            (Behind.STAY_OVER, tr("Past the last day of their stay"), page.stay_over),
            (Behind.OUTSIDE, tr("Out of the gate too long"), page.outside),
            (Behind.LONG_STAY, tr("Here for long"), page.long_stay),
            (Behind.WITHOUT_PLACE, tr("Present without a place"), page.without_place),
            (Behind.TWO_PLACES, tr("Two places at once"), page.two_places),
        )
    ]


def behind_columns(
    kind_said: Callable[[str], str], when_said: Callable[[str], str]
) -> tuple[Column[PersonBehind], ...]:
    """Who, what was known then, what is now, and the entry that made the difference."""

    def entry(one: PersonBehind) -> str:
        parts = (
            kind_said(one.entry) if one.entry else "",
            when_said(one.at) if one.at else "",
            one.by,
            one.desk,
        )
        return " · ".join(part for part in parts if part)

    return (
        Column(tr("Who"), lambda one: one.name or one.number, strong=True),
        Column(tr("Number"), lambda one: one.number, width=14),
        Column(tr("Then"), lambda one: one.then, width=16),
        Column(tr("Now"), lambda one: one.now, width=22),
        Column(tr("Entry"), entry),
    )


def _order(figure: Measured | None) -> int | None:
    return figure if isinstance(figure, int) else None


def _said(figure: Measured | None) -> str:
    return "" if figure is None else measured_said(figure)
