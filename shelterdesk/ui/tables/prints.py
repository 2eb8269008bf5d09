"""Columns of the papers that wait for a printer or were printed lately."""

from __future__ import annotations

from collections.abc import Callable

from shelterdesk.core.paper_kinds import kind_words, pages_typed
from shelterdesk.core.print_jobs import Print
from shelterdesk.core.words import tr
from shelterdesk.ui.print_words import state_words
from shelterdesk.ui.widgets import Column


def print_columns(when: Callable[[int], str]) -> tuple[Column[Print], ...]:
    """What, how much, since when, where to, how it stands; ``when`` says a moment in milliseconds."""
    return (
        Column(tr("Paper"), lambda one: kind_words(one.job.kind), strong=True),
        Column(tr("How much"), _how_much, sort=lambda one: one.job.sheets, width=20),
        Column(tr("Since"), lambda one: when(one.at_ms), sort=lambda one: one.at_ms, width=20),
        Column(tr("Printer"), _where, width=24),
        Column(tr("State"), lambda one: state_words(one)[0], width=16, tone=lambda one: state_words(one)[1]),
    )


def _how_much(one: Print) -> str:
    job = one.job
    said = job.words()
    if not job.range.is_all:
        said = tr("{pages} (pages {range})", pages=said, range=pages_typed(job.range))
    return tr("{n} × {pages}", n=job.copies, pages=said) if job.copies > 1 else said


def _where(one: Print) -> str:
    return one.job.folder or one.job.printer or tr("the usual one")
