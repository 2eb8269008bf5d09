"""What a write changed: the kinds of record, so that every open screen knows whether to ask again."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Generic, TypeVar


@dataclass(frozen=True, slots=True)
class Changes:
    """Names of the kinds (``core/kinds.py``) that changed; ``status`` and ``roster`` are kinds here too."""

    kinds: frozenset[str] = field(default_factory=frozenset)

    @classmethod
    def of(cls, *kinds: str) -> Changes:
        """Changes of the kinds named."""
        return cls(frozenset(kinds))

    def touches(self, kinds: Iterable[str]) -> bool:
        """Whether a screen that shows ``kinds`` must ask again."""
        return not self.kinds.isdisjoint(kinds)

    def __or__(self, other: Changes) -> Changes:
        return Changes(self.kinds | other.kinds)


Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Done(Generic[Result]):
    """What an action gives back: its plain result, and what changed."""

    result: Result
    changes: Changes = field(default_factory=Changes)
