"""Columns of a set of standards: what is measured, the target, where it was read, and what an edit would change."""

from __future__ import annotations

from dataclasses import dataclass

from shelterdesk.core.standards import Indicator
from shelterdesk.core.words import tr
from shelterdesk.reports.standard_words import spoken, target_said
from shelterdesk.ui.widgets import Column, Tone


@dataclass(frozen=True, slots=True)
class StandardRow:
    """A line of the set as it stands in the list, ``is_changed`` where it was edited and not saved."""

    indicator: Indicator
    is_changed: bool = False


def standard_columns() -> tuple[Column[StandardRow], ...]:
    """Code, what, target, source, and whether the figure was read there."""
    return (
        Column(tr("Code"), lambda one: one.indicator.code, width=8),
        Column(tr("Indicator"), lambda one: one.indicator.what_in(spoken()), strong=True),
        Column(tr("Target"), lambda one: target_said(one.indicator), sort=_target, width=26),
        Column(tr("Source"), lambda one: one.indicator.source),
        Column(tr("State"), _state, width=17, tone=_tone),
    )


def _target(one: StandardRow) -> float | None:
    return one.indicator.target


def _state(one: StandardRow) -> str:
    if one.is_changed:
        return tr("changed")
    return tr("read there") if one.indicator.verified else tr("to be checked")


def _tone(one: StandardRow) -> Tone | None:
    if one.is_changed:
        return Tone.WARN
    return None if one.indicator.verified else Tone.NEUTRAL
