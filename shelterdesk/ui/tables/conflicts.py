"""Columns of what two desks wrote apart, and of what they did twice: how grave by word, sign and colour."""

from __future__ import annotations

from collections.abc import Sequence

from shelterdesk.actions.conflicts import ConflictLine
from shelterdesk.actions.met_apart import MetLine, met_words
from shelterdesk.core.conflict_words import (
    answer_words,
    field_words,
    record_words,
    severity_words,
    subject_words,
)
from shelterdesk.core.severity import Severity
from shelterdesk.core.words import ntr, tr
from shelterdesk.ui.apart_count import SIGNS, grave_tone
from shelterdesk.ui.widgets import Column


def grave_words(grave: Severity) -> str:
    """A severity with its sign, so that it is told without colour too."""
    return f"{SIGNS[grave]} {severity_words(grave)}"


def what_words(line: ConflictLine) -> str:
    """The field, after the record it stands in where that is not the person's own."""
    return " · ".join(part for part in (record_words(line.kind), field_words(line.kind, line.field)) if part)


def values_words(line: ConflictLine, zone: str) -> str:
    """The answers in one line, the one shown now first."""
    if line.field == "sealed":
        return tr("side by side below")
    if line.field == "void":
        return tr("counts / by mistake")
    said = [answer_words(line.kind, line.field, one.value, one.label, zone) for one in line.answers]
    more = line.many - len(said)
    if more > 0:
        said.append(ntr("and {n} more", "and {n} more", more))
    return " / ".join(said)


def conflict_columns(zone: str) -> tuple[Column[ConflictLine], ...]:
    """How grave, whose record, which field, which answers, and where the person is found."""
    return (
        Column(
            tr("How grave"), lambda one: grave_words(one.severity), sort=lambda one: one.row.rank, width=17,
            tone=lambda one: grave_tone(one.severity),
        ),
        Column(tr("Number"), lambda one: one.subject.number or "–", width=13),
        Column(tr("Who"), lambda one: one.subject.name or one.subject.title or "–", strong=True),
        Column(tr("What"), what_words, width=20),
        Column(tr("Answers"), lambda one: values_words(one, zone)),
        Column(
            tr("Bed"), lambda one: one.subject.place, width=7, shown_if=lambda rows: any(r.subject.place for r in rows)
        ),
    )  # fmt: skip


def who_words(line: MetLine) -> str:
    """Everybody it is about."""
    return " / ".join(subject_words(one) for one in line.subjects)


def met_columns() -> tuple[Column[MetLine], ...]:
    """How grave, what was done twice, with whom."""
    return (
        Column(
            tr("How grave"), lambda one: grave_words(one.severity), sort=lambda one: one.severity, width=17,
            tone=lambda one: grave_tone(one.severity),
        ),
        Column(tr("What"), lambda one: met_words(one)[0], strong=True),
        Column(tr("Who"), who_words, shown_if=_any_subject),
    )  # fmt: skip


def _any_subject(rows: Sequence[MetLine]) -> bool:
    return any(one.subjects for one in rows)
