"""What a scan is, and what a screen does with one.

A screen that wants scans has ``take_scan(scan) -> bool``; one that shows single records has
``open_record(kind, ent) -> bool``. Both say False for what is not theirs.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Protocol, runtime_checkable

from shelterdesk.core.number import Counted


class ScanKind(Enum):
    """What was scanned or typed."""

    CARD = "card"
    DOCUMENT = "document"
    NUMBER = "number"
    WORDS = "words"
    TABLE = "table"


@dataclass(frozen=True, slots=True)
class Scan:
    """``text`` is the token or number of a card, the lines of the document, the number as printed, or words as typed.

    ``counted`` says of a number whether it is a person's, a household's or a token's.
    """

    kind: ScanKind
    text: str
    counted: Counted | None = None


@runtime_checkable
class TakesScans(Protocol):
    """A screen that does something of its own with a scan (the counter, boarding, the family form)."""

    def take_scan(self, scan: Scan) -> bool:
        """Take the scan; False lets it go its usual way."""
        ...


@runtime_checkable
class OpensRecords(Protocol):
    """A screen with pages of single records."""

    def open_record(self, kind: str, ent: str) -> bool:
        """Show the record (kind's name, id of 32 hex digits); False when this screen has no page for it."""
        ...
