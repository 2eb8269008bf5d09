"""The last answers of a counter as a list, each with the way back where something was given."""

from __future__ import annotations

from dataclasses import dataclass

from shelterdesk.actions.served import Served
from shelterdesk.core.counter import Verdict
from shelterdesk.core.people import isolated
from shelterdesk.core.words import language, ntr, tr
from shelterdesk.ui.widgets import Column, RowsModel, Tone

KEPT = 10
"""How many answers a counter shows."""


@dataclass(frozen=True, slots=True)
class Past:
    """One answer: its place in the row of answers, the local time, what was answered, whether taken back."""

    order: int
    time: str
    served: Served
    undo: tuple[bytes, ...]
    is_undone: bool = False


def past_model() -> RowsModel[Past]:
    """Time, who, what, and the word."""
    columns: tuple[Column[Past], ...] = (
        Column(tr("Time"), lambda one: one.time, sort=lambda one: one.order, width=5),
        Column(tr("Who"), lambda one: who_words(one.served)),
        Column(
            tr("What"),
            lambda one: one.served.rule.name(language()),
            width=8,
            shown_if=lambda rows: len({one.served.rule.code for one in rows}) > 1,
        ),
        Column(tr("State"), _word, width=10, tone=_tone),
    )
    return RowsModel(columns, key=lambda one: one.order)


def who_words(served: Served) -> str:
    """Who was served, as far as known."""
    if served.name or served.number:
        return isolated(served.name or served.number)
    if served.group is not None:
        return ntr("{n} of a token", "{n} of a token", served.portions)
    return tr("without a name")


def _word(one: Past) -> str:
    if one.is_undone:
        return tr("taken back")
    return tr("given") if one.served.is_given else answer_word(one.served).lower()


def _tone(one: Past) -> Tone:
    if one.is_undone:
        return Tone.NEUTRAL
    return answer_tone(one.served)


def answer_word(served: Served) -> str:
    """The counter's one word."""
    if served.is_given:
        return tr("Given")
    return {
        Verdict.GIVEN: lambda: tr("Given"),
        Verdict.ALREADY: lambda: tr("Already"),
        Verdict.TOO_SOON: lambda: tr("Too soon"),
        Verdict.EXCLUDED: lambda: tr("Already"),
        Verdict.HELD_BACK: lambda: tr("Held back"),
        Verdict.UNKNOWN: lambda: tr("Not known"),
    }[served.verdict]()


def answer_tone(served: Served) -> Tone:
    """The colour that goes with the word: only what a flag holds back is red."""
    if served.is_given:
        return Tone.OK
    return Tone.BAD if served.verdict is Verdict.HELD_BACK else Tone.WARN
