"""The formats of cards and wristbands: page, margins, columns, rows and the size of one, all in millimetres."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from shelterdesk.core.errors import BadField
from shelterdesk.core.words import ptr, tr
from shelterdesk.reports.paper import SIZES

CARD_WIDTH, CARD_HEIGHT = 85.60, 53.98
"""ID-1 (ISO/IEC 7810), the size called CR80, mm."""

BUSINESS_WIDTH, BUSINESS_HEIGHT = 88.9, 50.8
"""3.5 x 2 inches, the size of the pre-cut sheets of cards on Letter (DOMAIN §8), mm."""

BAND_LENGTH, BAND_HEIGHT = 186.0, 27.0
"""A wristband: as long as the narrower paper lets it be, to close around a small wrist with room for tape; as high
as its code with 3 mm of white above and below (SYNC §1.0 asks for 2)."""

FormatName = Literal[
    "a4", "letter", "letter-business", "a4-business", "single", "wristband-a4", "wristband-letter"
]


@dataclass(frozen=True, slots=True)
class CardFormat:
    """How many of what size stand where on a page; ``is_cut`` where scissors make the cards, not the sheet's maker.

    ``left`` and ``top`` are the margins before the first; there is no gutter.
    """

    name: FormatName
    page: tuple[float, float]
    columns: int
    rows: int
    card: tuple[float, float]
    is_cut: bool = True
    is_band: bool = False

    @property
    def left(self) -> float:
        """Margin at the left and the right."""
        return round((self.page[0] - self.columns * self.card[0]) / 2, 3)

    @property
    def top(self) -> float:
        """Margin above and below."""
        return round((self.page[1] - self.rows * self.card[1]) / 2, 3)

    @property
    def per_page(self) -> int:
        """Places on a whole sheet."""
        return self.columns * self.rows

    def pages(self, many: int, start_at: int = 1) -> int:
        """How many sheets so many take, the first used from place ``start_at`` (1 is a whole sheet)."""
        return -(-(start_at - 1 + many) // self.per_page) if many else 0

    def next_place(self, many: int, start_at: int = 1) -> int:
        """The first free place after so many, 1 where the last sheet is full."""
        return (start_at - 1 + many) % self.per_page + 1

    def check_start(self, start_at: int) -> None:
        """Raises ``BadField`` for a place that is not on the sheet."""
        if not 1 <= start_at <= self.per_page:
            raise BadField(
                "start_at",
                tr("This sheet has places 1 to {n}.", n=self.per_page),
                tr("Count from the upper left corner, row by row."),
            )


_ID_1 = (CARD_WIDTH, CARD_HEIGHT)
_BUSINESS = (BUSINESS_WIDTH, BUSINESS_HEIGHT)
_BAND = (BAND_LENGTH, BAND_HEIGHT)

FORMATS: Mapping[FormatName, CardFormat] = {
    one.name: one
    for one in (
        CardFormat("a4", SIZES["a4"], 2, 5, _ID_1),
        # Five rows of ID-1 on Letter would come too close to its edge (DOMAIN §8).
        CardFormat("letter", SIZES["letter"], 2, 4, _ID_1),
        CardFormat("letter-business", SIZES["letter"], 2, 5, _BUSINESS, is_cut=False),
        # Pre-cut A4 sheets differ from maker to maker, so this one is cut along its marks.
        CardFormat("a4-business", SIZES["a4"], 2, 5, _BUSINESS),
        CardFormat("single", _ID_1, 1, 1, _ID_1, is_cut=False),
        CardFormat("wristband-a4", SIZES["a4"], 1, 10, _BAND, is_band=True),
        CardFormat("wristband-letter", SIZES["letter"], 1, 9, _BAND, is_band=True),
    )
}
"""All formats by name, cards before wristbands, the usual ones first."""


def wristband_format(name: FormatName) -> FormatName:
    """The wristbands for who prints cards in a format: the same paper where it is a sheet, else A4."""
    if FORMATS[name].is_band:
        return name
    return "wristband-letter" if FORMATS[name].page == SIZES["letter"] else "wristband-a4"


def format_named(name: str) -> CardFormat:
    """The format of a name. Raises ``BadField`` for one that is not there."""
    for one in FORMATS.values():
        if one.name == name:
            return one
    raise BadField("format", tr("{name} is no format of cards.", name=name[:40]))


def format_words(name: FormatName) -> str:
    """A format in words, for a list to choose from."""
    return {
        "a4": ptr("card format", "A4, 10 cards"),
        "letter": ptr("card format", "Letter, 8 cards"),
        "letter-business": ptr("card format", "Letter, 10 pre-cut 88.9 × 50.8"),
        "a4-business": ptr("card format", "A4, 10 of 88.9 × 50.8"),
        "single": ptr("card format", "Card printer"),
        "wristband-a4": ptr("card format", "A4, 10 wristbands"),
        "wristband-letter": ptr("card format", "Letter, 9 wristbands"),
    }[name]
