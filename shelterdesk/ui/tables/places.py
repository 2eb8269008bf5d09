"""The site as lines of a list: blocks, rooms and beds below each other, with the arithmetic of their places."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

from shelterdesk.core.lodging import PlaceState, by_code
from shelterdesk.core.vocabulary import PlaceKind, Quarter
from shelterdesk.core.words import language, ntr, tr
from shelterdesk.ui.theme import reads_right_to_left
from shelterdesk.ui.widgets import Column, RowsModel, Tone

_STEP = "\u2003"  # an em space keeps the depth of a line in either direction of reading
_OPENED, _SHUT, _SHUT_FROM_RIGHT, _LEAF = "▾", "▸", "◂", "\u2002"


@dataclass(frozen=True, slots=True)
class PlaceRow:
    """One line: a place, how deep it lies, whether what it holds is shown (None: it holds nothing)."""

    state: PlaceState
    depth: int
    is_opened: bool | None
    order: int

    @property
    def code(self) -> str:
        """The place's code, by which the line is known."""
        return self.state.place.code


def place_rows(tree: Iterable[PlaceState], opened: Collection[str]) -> list[PlaceRow]:
    """The lines of a site in the order of the plan; what a place holds only where it is opened."""
    found: list[PlaceRow] = []
    for top in tree:
        for state, depth, is_opened in _lines(top, 0, opened):
            found.append(PlaceRow(state, depth, is_opened, len(found)))
    return found


def _lines(
    state: PlaceState, depth: int, opened: Collection[str]
) -> Iterator[tuple[PlaceState, int, bool | None]]:
    is_opened = state.place.code in opened if state.children else None
    yield state, depth, is_opened
    if is_opened:
        for child in state.children:
            yield from _lines(child, depth + 1, opened)


def places_model() -> RowsModel[PlaceRow]:
    """Place, places, taken, free, blocked, over, and the share with a word."""
    columns: tuple[Column[PlaceRow], ...] = (
        Column(tr("Place"), _name, sort=lambda row: (row.order, by_code(row.code)), strong=True),
        Column(tr("Places"), lambda row: str(_places(row)), sort=_places, number=True, width=5),
        Column(tr("Taken"), lambda row: str(_taken(row)), sort=_taken, number=True, width=5),
        Column(tr("Free"), lambda row: str(_free(row)), sort=_free, number=True, width=5),
        Column(tr("Blocked"), lambda row: _none(_blocked(row)), sort=_blocked, number=True, width=6,
               shown_if=lambda rows: any(map(_blocked, rows))),
        Column(tr("Over"), lambda row: _none(_over(row)), sort=_over, number=True, width=4,
               shown_if=lambda rows: any(map(_over, rows))),
        Column(
            tr("State"), lambda row: share_words(row.state), sort=lambda row: row.state.capacity.percent,
            width=11, tone=lambda row: share_tone(row.state),
        ),
    )  # fmt: skip
    return RowsModel(columns, key=lambda row: row.code)


def _name(row: PlaceRow) -> str:
    shut = _SHUT_FROM_RIGHT if reads_right_to_left(language()) else _SHUT
    mark = _LEAF if row.is_opened is None else _OPENED if row.is_opened else shut
    return f"{_STEP * row.depth}{mark} {row.code}"


def _places(row: PlaceRow) -> int:
    return row.state.capacity.capacity


def _taken(row: PlaceRow) -> int:
    return row.state.capacity.occupied


def _free(row: PlaceRow) -> int:
    return row.state.capacity.allocable


def _blocked(row: PlaceRow) -> int:
    return row.state.capacity.blocked


def _over(row: PlaceRow) -> int:
    return row.state.capacity.excess


def _none(number: int) -> str:
    return str(number) if number else "–"


def kind_words(kind: PlaceKind) -> str:
    """A level of the plan in a word."""
    return {
        PlaceKind.BLOCK: lambda: tr("block"),
        PlaceKind.ROOM: lambda: tr("room"),
        PlaceKind.BED: lambda: tr("bed"),
    }[kind]()


def share_words(state: PlaceState) -> str:
    """How full a place is, with the word that goes with the colour."""
    now = state.capacity
    if not state.is_open:
        return tr("closed")
    if state.is_double:
        return tr("given twice")
    if now.percent is None:
        return tr("people, no places") if now.occupied else tr("no places")
    if now.excess or now.percent > 100:
        return tr("{percent} % over", percent=now.percent)
    if now.capacity and now.allocable == 0:
        return tr("{percent} % full", percent=now.percent)
    return f"{now.percent} %"


def share_tone(state: PlaceState) -> Tone:
    """The colour that goes with :func:`share_words`."""
    now = state.capacity
    if not state.is_open:
        return Tone.NEUTRAL
    if state.is_double or now.excess or now.percent is None or now.percent > 100:
        return Tone.BAD if now.occupied else Tone.NEUTRAL
    return Tone.WARN if now.capacity and now.allocable == 0 else Tone.OK


def state_words(state: PlaceState) -> str:
    """The arithmetic of a place in a line: ``4 of 6 taken, 1 free, 1 blocked``."""
    now = state.capacity
    parts = [tr("{taken} of {places} taken", taken=now.occupied, places=now.capacity)]
    if now.excess:
        parts.append(ntr("{n} more than places", "{n} more than places", now.excess))
    else:
        parts.append(ntr("{n} free", "{n} free", now.allocable))
    if now.blocked:
        parts.append(ntr("{n} blocked", "{n} blocked", now.blocked))
    return ", ".join(parts)


_OTHERS_DECIDE = frozenset(
    {Quarter.UAC_GIRLS, Quarter.UAC_BOYS, Quarter.MEDICAL_ISOLATION, Quarter.PREGNANT_POSTNATAL}
)


def quarter_words(quarter: Quarter | None) -> str:
    """What a part of the site is for; those that would mark who sleeps there are told apart for nobody."""
    if quarter is None:
        return ""
    if quarter in _OTHERS_DECIDE:
        return tr("reserved: ask before giving a place here")
    return {
        Quarter.FAMILY: lambda: tr("for families"),
        Quarter.WOMEN_ONLY: lambda: tr("for women and their children"),
        Quarter.MEN_ONLY: lambda: tr("for men"),
        Quarter.ACCESSIBLE: lambda: tr("step-free"),
        Quarter.OVERFLOW: lambda: tr("when all else is full"),
    }[quarter]()
