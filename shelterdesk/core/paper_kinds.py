"""The kinds of paper that leave a desk, and how this desk prints each: where to, on what, how often."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from shelterdesk.core.words import ntr, tr

MOST_COPIES = 99


class PaperKind(StrEnum):
    """What is printed; the values stand in files of this laptop and never change."""

    CARDS = "cards"
    WRISTBANDS = "wristbands"
    DAILY_SHEET = "daily_sheet"
    LISTS = "lists"
    SLIPS = "slips"
    LETTERS = "letters"
    FORMS = "forms"
    PERSON = "person"
    RECOVERY = "recovery"


class Way(StrEnum):
    """Where a kind of paper goes."""

    USUAL = "usual"
    """The printer the laptop calls its usual one."""
    PRINTER = "printer"
    """A certain one."""
    ASK = "ask"
    FOLDER = "folder"
    """As a PDF into a folder."""


@dataclass(frozen=True, slots=True)
class PrintWay:
    """How one kind of paper is printed at this desk.

    ``printer`` is meant with :attr:`Way.PRINTER`, ``folder`` with :attr:`Way.FOLDER`. ``size`` is the name of
    a paper (``"a4"``), empty for the one usual in the country. ``look_first`` shows it before it is printed.
    """

    way: Way = Way.USUAL
    printer: str = ""
    folder: str = ""
    size: str = ""
    look_first: bool = False
    copies: int = 1


@dataclass(frozen=True, slots=True)
class PageRange:
    """Pages from ``first`` to ``last``, both counted from 1; ``last`` 0 goes on to the end."""

    first: int = 1
    last: int = 0

    def of(self, pages: int) -> range:
        """The pages meant of so many, counted from 0; may be none."""
        return range(self.first - 1, min(self.last or pages, pages))

    @property
    def is_all(self) -> bool:
        """Whether nothing is left out."""
        return self.first == 1 and not self.last


ALL_PAGES = PageRange()


def read_pages(typed: str) -> PageRange | None:
    """The pages somebody typed: nothing for all, ``4``, ``3-7``, ``3-`` or ``-7``; None for what cannot be meant."""
    text = "".join(typed.split()).replace("–", "-")  # a dash typed by a phone
    if not text:
        return ALL_PAGES
    first, dash, last = text.partition("-")
    if not all(part.isdecimal() and part.isascii() for part in (first, last) if part) or not (first or last):
        return None
    begin = int(first) if first else 1
    end = (int(last) if last else 0) if dash else begin
    if begin < 1 or (last and end < begin):
        return None
    return PageRange(begin, end)


def pages_typed(pages: PageRange) -> str:
    """What :func:`read_pages` reads as these pages."""
    if pages.is_all:
        return ""
    if pages.first == pages.last:
        return str(pages.first)
    return f"{pages.first}-{pages.last or ''}"


_CUT = frozenset({PaperKind.CARDS, PaperKind.WRISTBANDS})
_OF_ONE_USER = frozenset({PaperKind.PERSON})
_NEVER_KEPT = frozenset({PaperKind.RECOVERY})
_NEEDED: dict[PaperKind, tuple[str, ...]] = {
    PaperKind.CARDS: ("print cards",),
    PaperKind.WRISTBANDS: ("print cards",),
    PaperKind.DAILY_SHEET: ("print the daily sheet", "open a person"),  # the internal page says who
    PaperKind.LISTS: ("print lists of residents",),
    PaperKind.SLIPS: ("print the shift slip",),
    PaperKind.LETTERS: ("print lists of residents",),
    PaperKind.FORMS: ("print intake forms",),
    PaperKind.PERSON: ("print a person's own record",),
    PaperKind.RECOVERY: ("change settings",),
}


def needed_for(kind: PaperKind) -> tuple[str, ...]:
    """What a user must be allowed to do (``core/roles.py``) to have papers of this kind that somebody else made."""
    return _NEEDED[kind]


def may_be_fitted(kind: PaperKind) -> bool:
    """Whether a paper may be made smaller to fit another size: not one that is cut, worn or scanned by a reader."""
    return kind not in _CUT


def is_for_one_user(kind: PaperKind) -> bool:
    """Whether it may show entries that not everybody at the desk may read: then only who made it has it waiting."""
    return kind in _OF_ONE_USER


def is_never_kept(kind: PaperKind) -> bool:
    """Whether it is not kept for a printer that is off: the recovery sheet opens everything."""
    return kind in _NEVER_KEPT


def kind_words(kind: PaperKind) -> str:
    """What a kind of paper is called."""
    return {
        PaperKind.CARDS: tr("Lodging cards"),
        PaperKind.WRISTBANDS: tr("Wristbands"),
        PaperKind.DAILY_SHEET: tr("Daily occupancy sheet"),
        PaperKind.LISTS: tr("Lists and matrices"),
        PaperKind.SLIPS: tr("Slips"),
        PaperKind.LETTERS: tr("Letters and certificates"),
        PaperKind.FORMS: tr("Forms to fill in"),
        PaperKind.PERSON: tr("A person's own record"),
        PaperKind.RECOVERY: tr("Recovery sheet"),
    }[kind]


def count_words(kind: PaperKind, things: int, pages: int) -> str:
    """How much there is of it, in what people count: cards by the card, all else by the page."""
    if kind is PaperKind.CARDS and things:
        return ntr("{n} card", "{n} cards", things)
    if kind is PaperKind.WRISTBANDS and things:
        return ntr("{n} wristband", "{n} wristbands", things)
    return ntr("{n} page", "{n} pages", pages)
