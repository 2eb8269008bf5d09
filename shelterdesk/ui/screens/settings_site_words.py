"""What the editor of the site plan proposes and names: the next code, and for whom a quarter is."""

from __future__ import annotations

import re
from collections.abc import Sequence

from shelterdesk.core.lodging import PlaceState, by_code
from shelterdesk.core.vocabulary import PlaceKind, Quarter
from shelterdesk.core.words import tr

NO_QUARTER = "-"

_END = re.compile(r"^(.*?)(\d+)$")


def quarter_options() -> list[tuple[str, str]]:
    """Every quarter with its words, for those who edit the plan; elsewhere some are told apart for nobody."""
    return [
        (NO_QUARTER, tr("as what it lies in")),
        (Quarter.FAMILY.value, tr("families")),
        (Quarter.WOMEN_ONLY.value, tr("women and their children")),
        (Quarter.MEN_ONLY.value, tr("men")),
        (Quarter.UAC_GIRLS.value, tr("girls in care of the station")),
        (Quarter.UAC_BOYS.value, tr("boys in care of the station")),
        (Quarter.MEDICAL_ISOLATION.value, tr("isolation, by the health service only")),
        (Quarter.PREGNANT_POSTNATAL.value, tr("before and after a birth")),
        (Quarter.ACCESSIBLE.value, tr("people who need it step-free")),
        (Quarter.OVERFLOW.value, tr("when all else is full")),
    ]


def next_code(tree: Sequence[PlaceState], parent: str | None, kind: PlaceKind) -> str:
    """A free code after those of the same kind beside it: ``A03`` after A02, ``A01-1`` for the first bed of A01."""
    taken = {state.place.code.casefold() for top in tree for state in top.walk()}
    beside = [
        state.place.code
        for top in tree
        for state in top.walk()
        if state.place.parent == parent and state.place.kind is kind
    ]
    last = max(beside, key=by_code, default=None)
    if last is None:
        if kind is PlaceKind.BLOCK:
            return next(
                (letter for letter in "ABCDEFGHIJKLMNOPQRSTUVWXYZ" if letter.casefold() not in taken), ""
            )
        proposed = f"{parent}01" if kind is PlaceKind.ROOM else f"{parent}-1"
        return proposed if proposed.casefold() not in taken else ""
    return _after(last, taken)


def _after(code: str, taken: set[str]) -> str:
    if len(code) == 1 and code.isalpha():
        later = [chr(at) for at in range(ord(code.upper()) + 1, ord("Z") + 1)]
        return next((letter for letter in later if letter.casefold() not in taken), "")
    found = _END.match(code)
    if found is None:
        return ""
    before, number, width = found[1], int(found[2]), len(found[2])
    for further in range(number + 1, number + 1000):
        proposed = f"{before}{further:0{width}d}"
        if proposed.casefold() not in taken:
            return proposed
    return ""
