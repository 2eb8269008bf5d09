"""The number on a card printed ahead: whose card it is will be said by a scan, until then it has its own."""

from __future__ import annotations

import re

from shelterdesk.core.number import check_character

_NUMBER = re.compile(r"([A-Z]{2,6}[1-9][0-9A-Z]*)-C([0-9]{5,9})-([0-9A-Z])")


def blank_number(prefix: str, serial: int) -> str:
    """``blank_number("LB1", 7)`` is ``LB1-C00007-`` and a check character (ISO 7064 MOD 37,36).

    ``prefix`` is the station and slot of the desk that printed it, ``serial`` that desk's own of the card.
    """
    body = f"{prefix}-C{serial:05d}"
    return f"{body}-{check_character(body.replace('-', ''))}"


def read_blank_number(text: str) -> tuple[str, int] | None:
    """The desk's prefix and the serial of such a number as typed; None for anything else, or misread."""
    found = _NUMBER.fullmatch(text.strip().upper())
    if found is None or blank_number(found[1], int(found[2])) != found[0]:
        return None
    return found[1], int(found[2])
