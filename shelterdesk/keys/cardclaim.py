"""What a scanned card says and what is thought of it: plain data, without any cryptography."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from shelterdesk.core.errors import WorldError
from shelterdesk.core.words import tr


class CardVerdict(StrEnum):
    """The verdict on a card. None of them withholds water, food, care or a bed (DESIGN §2.6)."""

    VALID = "valid"
    REVOKED = "revoked"
    EXPIRED = "expired"
    FORGED = "forged"
    UNKNOWN_STATION = "unknown_station"
    PRACTICE = "practice"  # of a practice station, shown at a real one


@dataclass(frozen=True, slots=True)
class CardClaim:
    """The contents of a card token, read but not yet verified.

    ``key_id`` is 12 hex digits naming the desk's key, ``serial`` the desk's own number of the card,
    ``expiry`` the last day it is good for.
    """

    key_id: str
    serial: int
    expiry: date
    practice: bool
    body: bytes = field(repr=False)
    signature: bytes = field(repr=False)

    @property
    def card(self) -> tuple[str, int]:
        """Key id and serial: what names a card everywhere, in the list of revoked cards too."""
        return self.key_id, self.serial


class CardUnreadable(WorldError):
    """A scanned or typed text that is not a card of this kind at all."""

    def __init__(self, newer: bool = False) -> None:
        if newer:
            super().__init__(
                tr("This card was made by a newer ShelterDesk."),
                tr("Find the person by name, and update the program on this laptop."),
            )
        else:
            super().__init__(
                tr("This is not the code of a lodging card."),
                tr("Scan it again, or find the person by name."),
            )
