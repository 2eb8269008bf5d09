"""Columns of the statistical matrix as it will be published, absences with their status and note."""

from __future__ import annotations

from collections.abc import Callable

from shelterdesk.core.matrix import CellStatus, MatrixRow
from shelterdesk.core.words import tr
from shelterdesk.ui.dates import month_words
from shelterdesk.ui.widgets import Column, Tone


def status_said(status: CellStatus) -> str:
    """A status in words; a plain figure has none."""
    return {
        CellStatus.FIGURE: "",
        CellStatus.TRUE_ZERO: tr("true zero"),
        CellStatus.NO_DATA: tr("no data"),
        CellStatus.NOT_APPLICABLE: tr("not applicable"),
        CellStatus.NOT_COMPARABLE: tr("not comparable"),
        CellStatus.PROVISIONAL: tr("provisional"),
        CellStatus.ESTIMATE: tr("estimate"),
        CellStatus.SUPPRESSED: tr("suppressed"),
        CellStatus.REVISED: tr("revised"),
    }[status]


def status_tone(status: CellStatus) -> Tone | None:
    """The tone of a status; None for a plain figure."""
    if status is CellStatus.FIGURE:
        return None
    if status in (CellStatus.TRUE_ZERO, CellStatus.REVISED):
        return Tone.NEUTRAL
    return Tone.BAD if status in (CellStatus.NO_DATA, CellStatus.SUPPRESSED) else Tone.WARN


def matrix_columns() -> tuple[Column[MatrixRow], ...]:
    """The columns read on a screen, the note standing below the table; the file has all."""
    return (
        Column(tr("Station"), lambda row: row.station, width=5),
        Column(
            tr("Month"), lambda row: month_words(row.period_start), sort=lambda row: row.period_start, width=8
        ),
        Column(tr("Nationality"), lambda row: row.nationality_name, strong=True),
        Column(
            tr("Status"),
            lambda row: status_said(row.status),
            width=10,
            tone=lambda row: status_tone(row.status),
        ),
        _figure(tr("Total"), lambda row: row.total),
        _figure(tr("Female"), lambda row: row.f),
        _figure(tr("Male"), lambda row: row.m),
        _figure(tr("Minors"), lambda row: row.minors),
        _figure(tr("Adults"), lambda row: row.adults),
        _figure(tr("Age unknown"), lambda row: row.age_unk),
    )


def _figure(title: str, of: Callable[[MatrixRow], int | None]) -> Column[MatrixRow]:
    """A figure; one that is not there is an empty cell, never a nought."""

    def text(row: MatrixRow) -> str:
        value = of(row)
        return "" if value is None else f"{value:,}"

    return Column(title, text, sort=of, number=True, width=5)
