"""Five hundred lodging cards in six scripts against as many in Latin letters: what shaping and faces cost."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from io import BytesIO
from pathlib import Path

from bench.cards import made_cards
from bench.measure import Figure, Sizes, median, seconds
from shelterdesk.actions.cards import sentences
from shelterdesk.core.cards import LodgingCard
from shelterdesk.reports.cards import cards_warnings, write_cards
from shelterdesk.reports.shaping import set_line

_SIX = (
    ("ar", ("محمد", "فاطمة", "عبد الرحمن")),
    ("fa", ("خدیجه", "رضا", "شهرزاد")),
    ("hi", ("राजेश", "सुनीता", "क्षितिज")),
    ("bn", ("রহমান", "শারমিন", "তৌফিক")),
    ("zh", ("小明", "美玲", "建國")),
    ("ru", ("Юрий", "Анастасия", "Фёдор")),
)  # fmt: skip
"""Languages with given names in their script, made up: Arabic, Persian, Devanagari, Bengali, Han, Cyrillic."""


def run(sizes: Sizes, out: Path, work: Path) -> Iterator[Figure]:
    """Promise: cards of six scripts take at most twice as long as Latin ones."""
    latin = [replace(card, second_language="en") for card in made_cards(sizes.cards // 2)]
    six = [_in_another_script(card, at) for at, card in enumerate(latin)]
    spoken = sentences()
    left_out = len([said for said in cards_warnings(six, spoken) if "native" not in said])
    ours, theirs, cold = [], [], []
    for _ in range(sizes.rounds):
        set_line.cache_clear()
        theirs.append(seconds(lambda: write_cards(latin, BytesIO(), spoken)))
        set_line.cache_clear()
        cold.append(seconds(lambda: write_cards(six, BytesIO(), spoken)))
        ours.append(seconds(lambda: write_cards(six, BytesIO(), spoken)))
    count = f"{len(six):,} cards in six scripts as a PDF"
    yield Figure(count, median(cold), "s", "as many in Latin letters", median(theirs), most_times=2)
    yield Figure(f"{count}, names seen before", median(ours), "s", "as many in Latin letters", median(theirs))
    yield Figure("their size over that of the Latin ones", _size(six) / _size(latin), "times")
    yield Figure("warnings of letters left out", float(left_out), "warnings", most=0)


def _in_another_script(card: LodgingCard, at: int) -> LodgingCard:
    language, names = _SIX[at % len(_SIX)]
    return replace(card, first_name=names[at // len(_SIX) % len(names)], second_language=language)


def _size(cards: Sequence[LodgingCard]) -> int:
    target = BytesIO()
    write_cards(cards, target, sentences())
    return len(target.getvalue())
