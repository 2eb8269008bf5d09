"""Who is where in the house, as lists on paper have it: blocks, rooms and beds, each with its people.

A list leaves the desk. It says where somebody is and by which number they go, never what a part of the site
is for, why somebody is away, or who is a child.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from shelterdesk.core.cards import bed_code_for_card
from shelterdesk.core.lodging import PlaceState
from shelterdesk.core.vocabulary import PlaceKind
from shelterdesk.core.words import tr


@dataclass(frozen=True, slots=True)
class PaperFacts:
    """What every paper says of itself. ``printed_at`` is an RFC 9557 text, ``state`` the hash of what is known.

    ``printed_by`` is empty where nobody was asked who they are (a locked desk).
    """

    station_code: str
    station_name: str
    printed_by: str
    printed_at: str
    state: str
    practice: bool


@dataclass(frozen=True, slots=True)
class ListLine:
    """Somebody on a list, or ``heads`` people of a token who have no name yet (then ``number`` is the token).

    ``name`` is None where none is printed; ``group_size`` likewise.
    """

    bed: str | None
    number: str
    name: str | None = None
    group_size: int | None = None
    heads: int = 1
    is_token: bool = False


@dataclass(frozen=True, slots=True)
class OutsideLine:
    """Somebody who is out of the house for a while and keeps a place in it; ``since`` an RFC 9557 text.

    Where they are is not said: a paper that tells who is in hospital tells an illness (DESIGN §2.3).
    """

    number: str
    name: str | None
    since: str


@dataclass(frozen=True, slots=True)
class RoomList:
    """The people of a room; ``room`` None for beds that lie in no room."""

    room: str | None
    lines: tuple[ListLine, ...]

    @property
    def people(self) -> int:
        """How many, heads without a name included."""
        return sum(line.heads for line in self.lines)


@dataclass(frozen=True, slots=True)
class BlockList:
    """A block under a name that says only where it is."""

    block: str
    rooms: tuple[RoomList, ...]

    @property
    def people(self) -> int:
        """How many, heads without a name included."""
        return sum(room.people for room in self.rooms)


@dataclass(frozen=True, slots=True)
class EvacuationList:
    """Everybody to be found outside after an alarm: by block, without a place, and apart who need not be sought."""

    facts: PaperFacts
    blocks: tuple[BlockList, ...]
    without_place: tuple[ListLine, ...]
    outside: tuple[OutsideLine, ...]
    with_names: bool
    while_locked: bool = False

    @property
    def to_find(self) -> int:
        """How many people have to be found."""
        return sum(block.people for block in self.blocks) + sum(line.heads for line in self.without_place)

    @property
    def unnamed(self) -> int:
        """How many of them have no name yet: heads of tokens."""
        lines = [line for block in self.blocks for room in block.rooms for line in room.lines]
        return sum(line.heads for line in (*lines, *self.without_place) if line.is_token)


@dataclass(frozen=True, slots=True)
class ResidentList:
    """The people in the house by block, bed after bed; of one block or of all."""

    facts: PaperFacts
    blocks: tuple[BlockList, ...]
    without_place: tuple[ListLine, ...]

    @property
    def people(self) -> int:
        """How many people stand on it."""
        return sum(block.people for block in self.blocks) + sum(line.heads for line in self.without_place)


def block_names(tree: Iterable[PlaceState]) -> dict[str, str]:
    """The places on top of the plan by code, each with the name that may be printed.

    A code that tells what the block is for gives way to its place in the plan's order (as on the daily sheet).
    """
    return {
        top.place.code: bed_code_for_card(top.place.code) or tr("Block {n}", n=at)
        for at, top in enumerate(tree, start=1)
    }


def blocks_of(
    tree: Sequence[PlaceState], lines: Mapping[str, Sequence[ListLine]], only: str | None = None
) -> tuple[BlockList, ...]:
    """The plan's blocks with their rooms, in the order of the plan; ``lines`` by code of the place itself.

    ``only`` is the code of one block. Rooms where nobody is are left out, blocks are not. Codes that tell what
    for a place is are replaced by a number within their block.
    """
    names = block_names(tree)
    return tuple(
        BlockList(names[top.place.code], _rooms(top, lines))
        for top in tree
        if only is None or top.place.code == only
    )


def _rooms(top: PlaceState, lines: Mapping[str, Sequence[ListLine]]) -> tuple[RoomList, ...]:
    found: dict[str | None, list[ListLine]] = {}
    beds = 0
    for room, state in _units(top, None):
        code = room.place.code if room is not None else None
        several = found.setdefault(code, [])
        bed = None
        if state.place.kind is PlaceKind.BED:
            beds += 1
            bed = bed_code_for_card(state.place.code) or tr("Bed {n}", n=beds)
        several += [replace(one, bed=bed) for one in lines.get(state.place.code, ())]
    rooms = {code: at for at, code in enumerate((code for code in found if code is not None), start=1)}
    return tuple(
        RoomList(_room_name(code, rooms), tuple(several)) for code, several in found.items() if several
    )


def _room_name(code: str | None, rooms: Mapping[str, int]) -> str | None:
    if code is None:
        return None
    return bed_code_for_card(code) or tr("Room {n}", n=rooms[code])


def _units(state: PlaceState, room: PlaceState | None) -> Iterable[tuple[PlaceState | None, PlaceState]]:
    """Every place of a block with the room it lies in."""
    if state.place.kind is PlaceKind.ROOM:
        room = state
    yield room, state
    for child in state.children:
        yield from _units(child, room)
