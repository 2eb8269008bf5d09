"""Columns of an office's posts: who was heard when, how far their work is here, and what is not."""

from __future__ import annotations

from collections.abc import Callable

from shelterdesk.core.words import ntr, tr
from shelterdesk.office.posts import Post
from shelterdesk.ui.widgets import Column, Tone


def upto_said(post: Post) -> str:
    """How far each desk of a station is here whole: ``LB1 to 120``."""
    newest: dict[str, tuple[int, int]] = {}
    for one in post.contiguous:
        newest[one.desk] = max(newest.get(one.desk, (0, 0)), (one.epoch, one.upto))
    return ", ".join(tr("{desk} to {n}", desk=desk, n=upto) for desk, (_, upto) in sorted(newest.items()))


def missing_entries(post: Post) -> int:
    """How many entries of a station exist and are not here."""
    return sum(gap.last - gap.first + 1 for gap in post.gaps)


def posts_columns(when: Callable[[int | None], str]) -> tuple[Column[Post], ...]:
    """``when`` says a moment (Unix milliseconds, None never)."""
    return (
        Column(tr("Station"), lambda one: one.station, strong=True, width=9),
        Column(tr("Name"), lambda one: one.name),
        Column(
            tr("Last heard"),
            lambda one: when(one.last_heard_ms),
            sort=lambda one: one.last_heard_ms,
            width=18,
        ),
        Column(tr("Whole up to"), upto_said, width=15),
        Column(
            tr("Missing"),
            _missing_said,
            sort=lambda one: (missing_entries(one), one.parts_missing),
            width=14,
            tone=lambda one: Tone.WARN if one.gaps or one.missing_parts else None,
            shown_if=lambda rows: any(one.gaps or one.missing_parts for one in rows),
        ),
        Column(
            tr("Set aside"),
            lambda one: _count(one.set_aside + one.parts_set_aside),
            sort=lambda one: one.set_aside + one.parts_set_aside,
            width=10,
            tone=lambda one: Tone.WARN if one.set_aside + one.parts_set_aside else None,
            shown_if=lambda rows: any(one.set_aside + one.parts_set_aside for one in rows),
        ),
        Column(
            tr("Two answers"),
            lambda one: _count(one.conflicts),
            sort=lambda one: one.conflicts,
            width=11,
            tone=lambda one: Tone.WARN if one.conflicts else None,
            shown_if=lambda rows: any(one.conflicts for one in rows),
        ),
    )


_NAMED = 3  # parts of a bundle each said in a sentence of its own


def post_said(post: Post) -> list[str]:
    """What is not well with a post, each in a sentence with what to do."""
    said = []
    for gap in post.gaps:
        said.append(
            ntr(
                "{n} entry of desk {desk} is missing: ask the station to write its stick again.",
                "{n} entries of desk {desk} are missing: ask the station to write its stick again.",
                gap.last - gap.first + 1,
                desk=gap.desk,
            )
        )
    for part in post.missing_parts[:_NAMED]:
        said.append(
            tr(
                "Part {part} of {parts} of desk {desk} did not come: it may lie on another stick.",
                part=part.part,
                parts=part.parts,
                desk=part.desk,
            )
        )
    more = post.parts_missing - len(post.missing_parts[:_NAMED])
    if more:
        said.append(
            ntr(
                "{n} further part did not come: it may lie on another stick.",
                "{n} further parts did not come: they may lie on other sticks.",
                more,
            )
        )
    if post.parts_set_aside:
        said.append(
            ntr(
                "{n} part was set aside; a good copy of it clears it.",
                "{n} parts were set aside; good copies of them clear them.",
                post.parts_set_aside,
            )
        )
    if post.set_aside:
        said.append(
            ntr(
                "{n} change is kept and does not count: whoever made it may not, by what is known here.",
                "{n} changes are kept and do not count: whoever made them may not, by what is known here.",
                post.set_aside,
            )
        )
    if post.conflicts:
        said.append(
            ntr(
                "{n} value has two answers; the station chooses which is right.",
                "{n} values have two answers; the station chooses which are right.",
                post.conflicts,
            )
        )
    return said


def _missing_said(post: Post) -> str:
    said = []
    if post.gaps:
        said.append(ntr("{n} entry", "{n} entries", missing_entries(post)))
    if post.missing_parts:
        said.append(ntr("{n} part", "{n} parts", post.parts_missing))
    return ", ".join(said) or "–"


def _count(n: int) -> str:
    return str(n) if n else "–"
