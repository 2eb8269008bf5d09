"""Columns of the other desks, of the bundles that came from one, and of entries that are kept and do not count."""

from __future__ import annotations

from collections.abc import Callable

from shelterdesk.actions.peers import AsideEntries, PeerState
from shelterdesk.core.aside_words import aside_words
from shelterdesk.core.words import tr
from shelterdesk.db.peers import PeerBundle
from shelterdesk.ui.widgets import Column, Tone
from shelterdesk.ui.widgets.status_bar import number


def peer_columns(when: Callable[[int | None], str]) -> tuple[Column[PeerState], ...]:
    """Desk, when heard and through whom, up to which number whole, what is missing, what it has of ours."""
    return (
        Column(tr("Desk"), name_words, strong=True, width=18),
        Column(tr("Last heard"), lambda one: heard_words(one, when), sort=lambda one: one.heard_ms),
        Column(
            tr("Whole up to"), lambda one: number(one.whole_upto) if one.whole_upto else "–",
            sort=lambda one: one.whole_upto, number=True, width=12,
        ),
        Column(
            tr("Missing"), lambda one: number(one.missing) if one.missing else "", sort=lambda one: one.missing,
            number=True, width=10, shown_if=lambda rows: any(one.missing for one in rows),
        ),
        Column(tr("Has of this desk"), has_words, sort=lambda one: one.confirmed_upto, width=22),
        Column(tr("State"), lambda one: state_words(one)[0], width=16, tone=lambda one: state_words(one)[1]),
    )  # fmt: skip


def name_words(one: PeerState) -> str:
    """What a desk is called; the office as such."""
    return tr("{name} (office)", name=one.name) if one.is_office else one.name


def heard_words(one: PeerState, when: Callable[[int | None], str]) -> str:
    """When it was heard, and through whom where another desk brought it."""
    said = when(one.heard_ms)
    return tr("{time}, brought by {desk}", time=said, desk=one.via) if one.via else said


def has_words(one: PeerState) -> str:
    """How far it has what this desk wrote, by its own word."""
    if not one.confirmed_upto:
        return tr("nothing confirmed yet")
    if one.confirmed_upto >= one.ours:
        return tr("everything")
    return tr("up to {upto} of {ours}", upto=number(one.confirmed_upto), ours=number(one.ours))


def state_words(one: PeerState) -> tuple[str, Tone]:
    """How a desk stands in a word, the worst first."""
    if one.is_revoked:
        return tr("taken out"), Tone.NEUTRAL
    if one.alarms:
        return tr("look here"), Tone.BAD
    if one.missing:
        return tr("entries missing"), Tone.WARN
    return (tr("never heard"), Tone.NEUTRAL) if one.heard_ms is None else (tr("whole"), Tone.OK)


def bundle_columns(when: Callable[[int | None], str]) -> tuple[Column[PeerBundle], ...]:
    """Bundle, when it came, how many entries, and whether all its parts came."""
    return (
        Column(tr("Bundle"), lambda one: str(one.number), sort=lambda one: one.number, number=True, width=8),
        Column(tr("Came"), lambda one: when(one.received_ms), sort=lambda one: one.received_ms),
        Column(tr("Entries"), lambda one: number(one.entries), sort=lambda one: one.entries, number=True, width=10),
        Column(
            tr("Parts"), lambda one: tr("{held} of {parts}", held=one.held, parts=one.parts), width=12,
            tone=lambda one: Tone.WARN if one.held < one.parts else None,
        ),
    )  # fmt: skip


def aside_columns(when: Callable[[int | None], str]) -> tuple[Column[AsideEntries], ...]:
    """How many, of which desk, by whom, why, since when, and what would make them count."""
    return (
        Column(
            tr("Entries"), lambda one: number(one.entries), sort=lambda one: one.entries, number=True, width=9
        ),
        Column(tr("Desk"), lambda one: one.desk, strong=True, width=12),
        Column(tr("Entered by"), lambda one: one.user, width=14),
        Column(tr("Since"), lambda one: when(one.first_ms), sort=lambda one: one.first_ms, width=19),
        Column(tr("Why"), lambda one: aside_words(one.reason)[0]),
        Column(tr("What to do"), lambda one: aside_words(one.reason)[1]),
    )
