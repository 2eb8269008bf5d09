"""Columns of what was set aside or refused and has not come in a good copy since."""

from __future__ import annotations

from collections.abc import Callable

from shelterdesk.actions.exchange_state import LeftOut
from shelterdesk.core.words import tr
from shelterdesk.ui.widgets import Column, Tone


def set_aside_columns(
    when: Callable[[int], str], outcome: Callable[[str], str]
) -> tuple[Column[LeftOut], ...]:
    """What it is, why it was left out and what to do; ``when`` says a moment in milliseconds."""
    return (
        Column(
            tr("What"),
            lambda one: outcome(one.outcome),
            width=12,
            tone=lambda one: Tone.WARN if one.outcome == "set_aside" else Tone.BAD,
        ),
        Column(tr("Seen"), lambda one: when(one.seen_ms), sort=lambda one: one.seen_ms, width=22),
        Column(tr("Why"), lambda one: one.reason),
        Column(tr("What to do"), lambda one: one.advice),
        Column(tr("File"), lambda one: one.name, width=22),
    )
