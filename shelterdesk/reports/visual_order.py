"""The order in which a line of mixed directions stands on paper: runs from left to right, each in reading order.

The Unicode Bidirectional Algorithm (UAX #9) is python-bidi's. Its own answer is a string turned round letter by
letter, which no shaper can join any more; what is wanted here are the runs it turned, still as they are read.
"""

from __future__ import annotations

from dataclasses import dataclass

from bidi import algorithm

JOINERS = frozenset("\u200c\u200d")
"""Zero width non-joiner and joiner: nothing to see, but Persian and Indic letters stand as they say."""

MARKS = frozenset("\u200e\u200f\u061c")
"""Direction marks: they say a direction and are not set (LRM, RLM, ALM)."""

_LEFT_TO_RIGHT = frozenset({"L", "EN", "ES", "ET", "CS", "NSM", "BN", "B", "S", "WS", "ON"})

_KNOWN_AS = {"": "L", "LRI": "BN", "RLI": "BN", "FSI": "BN", "PDI": "BN"}
"""Classes python-bidi stops at: a letter younger than this Python's tables, and isolates, which it does not know."""


@dataclass(frozen=True, slots=True)
class Run:
    """Letters of one direction in the order they are read."""

    text: str
    from_right: bool


def is_from_right(text: str) -> bool:
    """Whether a line of ``text`` starts at the right: its first strong letter says so (UAX #9, P2 and P3)."""
    return bool(algorithm.get_base_level(text))


def has_two_directions(text: str) -> bool:
    """Whether any letter of ``text`` runs from the right, so that order has to be asked for at all."""
    return not all(algorithm.bidirectional(letter) in _LEFT_TO_RIGHT for letter in text)


def runs_of(text: str) -> list[Run]:
    """The runs of one line (no line breaks in it), from left to right as they stand.

    Rules X1 to L2 are applied by python-bidi; brackets of a run from the right are left for the shaper to mirror
    (L4), and joiners, which X9 takes out, stand again where they stood. Direction marks are gone.
    """
    storage = algorithm.get_empty_storage()
    storage["base_level"] = algorithm.get_base_level(text)
    storage["base_dir"] = ("L", "R")[storage["base_level"]]
    algorithm.get_embedding_levels(text, storage)
    for place, letter in enumerate(storage["chars"]):
        letter["place"] = place
        letter["type"] = letter["orig"] = _KNOWN_AS.get(letter["type"], letter["type"])
    algorithm.explicit_embed_and_overrides(storage)
    kept = list(storage["chars"])
    for order, letter in enumerate(kept):
        letter["order"] = order
    algorithm.resolve_weak_types(storage)
    algorithm.resolve_neutral_types(storage, False)
    algorithm.resolve_implicit_levels(storage, False)
    algorithm.reorder_resolved_levels(storage, False)
    runs: list[Run] = []
    for first, last, from_right in _turned(storage["chars"]):
        start = kept[first]["place"] if first else 0
        end = kept[last + 1]["place"] if last + 1 < len(kept) else len(text)
        runs.append(Run(_readable(text[start:end]), from_right))
    return [run for run in runs if run.text]


def _turned(letters: list[dict[str, int]]) -> list[tuple[int, int, bool]]:
    """(first, last, from the right) of each run, by the order of its letters before they were turned."""
    found: list[tuple[int, int, bool]] = []
    begun = 0
    for at in range(1, len(letters) + 1):
        start, before = letters[begun], letters[at - 1]
        step = -1 if start["level"] % 2 else 1
        if at < len(letters):
            here = letters[at]
            if here["level"] == start["level"] and here["order"] == before["order"] + step:
                continue
        found.append((min(start["order"], before["order"]), max(start["order"], before["order"]), step < 0))
        begun = at
    return found


def _readable(text: str) -> str:
    """A run without what is never set: whatever steers directions, joiners aside."""
    return "".join(letter for letter in text if letter in JOINERS or not _is_steering(letter))


def _is_steering(letter: str) -> bool:
    kind = algorithm.bidirectional(letter)
    return letter in MARKS or _KNOWN_AS.get(kind, kind) in algorithm.X9_REMOVED
