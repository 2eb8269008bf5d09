"""The numbers people carry: persons, households and arrival tokens, with a check character and no server.

A number is station code (letters), desk slot, counter and check character: ``LB1-000042-B``. Desks make
them alone; slots are handed out by the desk that admits another, so numbers never clash offline.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from shelterdesk.core.errors import Refused
from shelterdesk.core.words import tr

_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
#: Letters of a slot: without H and T, which mark households and tokens, and I and O, read as 1 and 0.
_SLOT_LETTERS = "ABCDEFGJKLMNPQRSUVWXYZ"
_SLOT = re.compile(rf"[1-9][0-9]*(?:[{_SLOT_LETTERS}]+[1-9][0-9]*)*[{_SLOT_LETTERS}]*")
_STATION = re.compile(r"[A-Z]{2,6}")
_DIGITS = {"P": 6, "H": 4, "T": 4}
_LOOK_ALIKES = str.maketrans("OIL", "011")


class Counted(StrEnum):
    """What a number counts; the value is the letter before the counter (persons show none)."""

    PERSON = "P"
    HOUSEHOLD = "H"
    TOKEN = "T"


class BadNumber(Refused):
    """What was typed or scanned is not a number of this house."""


@dataclass(frozen=True)
class HumanNumber:
    """A number taken apart; ``str()`` writes it as it is printed."""

    counted: Counted
    station: str
    slot: str
    counter: int

    @property
    def prefix(self) -> str:
        """Station and slot, as in ``LB1``."""
        return self.station + self.slot

    def __str__(self) -> str:
        counter = _counter_text(self.counted, self.counter)
        return f"{self.prefix}-{counter}-{check_character(self.prefix + counter)}"


def check_character(text: str) -> str:
    """The check character of digits and capital letters by ISO 7064 MOD 37,36 (hybrid system).

    It finds every single wrong character and almost every swap of neighbours. Raises ``ValueError`` for
    any other sign.
    """
    product = 36
    for sign in text:
        total = (product + _ALPHABET.index(sign)) % 36 or 36
        product = total * 2 % 37
    return _ALPHABET[(1 - product) % 36]


def person_number(station: str, slot: str, counter: int) -> str:
    """``person_number("LB", "1", 42)`` is ``LB1-000042-B``. Raises ``ValueError`` for impossible parts."""
    return _made(Counted.PERSON, station, slot, counter)


def household_number(station: str, slot: str, counter: int) -> str:
    """``household_number("LB", "1", 17)`` is ``LB1-H0017-W``. Raises ``ValueError`` for impossible parts."""
    return _made(Counted.HOUSEHOLD, station, slot, counter)


def token_number(station: str, slot: str, counter: int) -> str:
    """The token of an arrival group, ``LB1-T0007-M``. Raises ``ValueError`` for impossible parts."""
    return _made(Counted.TOKEN, station, slot, counter)


def _made(counted: Counted, station: str, slot: str, counter: int) -> str:
    if not is_station_code(station) or not is_slot(slot) or counter < 1:
        raise ValueError(f"no number can be made of {station!r}, {slot!r}, {counter}")
    return str(HumanNumber(counted, station, slot, counter))


def _counter_text(counted: Counted, counter: int) -> str:
    mark = "" if counted is Counted.PERSON else counted.value
    return f"{mark}{counter:0{_DIGITS[counted.value]}}"


def is_station_code(text: str) -> bool:
    """Whether a text can be a station's code: two to six capital letters A to Z."""
    return _STATION.fullmatch(text) is not None


def is_slot(text: str) -> bool:
    """Whether a text can be a desk's slot: groups of digits and letters in turn, digits first."""
    return _SLOT.fullmatch(text) is not None


def child_slot(parent: str, n: int) -> str:
    """The slot of the ``n``-th desk (from 1) that the desk of slot ``parent`` admits.

    Groups of digits and letters take turns: ``1`` admits ``1A``, ``1B`` … ``1AA``; ``1A`` admits ``1A1``,
    ``1A2``. So a slot says its whole ancestry and two desks never hand out the same one, however far apart
    they are. Raises ``ValueError`` for a parent that is no slot or ``n`` below 1.
    """
    if not is_slot(parent) or n < 1:
        raise ValueError(f"no slot hangs below {parent!r} as number {n}")
    if not parent[-1].isdigit():
        return f"{parent}{n}"
    letters = ""
    while n:
        n, at = divmod(n - 1, len(_SLOT_LETTERS))
        letters = _SLOT_LETTERS[at] + letters
    return parent + letters


def parse_number(text: str, prefix: str = "") -> HumanNumber:
    """A number as typed or scanned: any case, hyphens and leading zeros wanting, or only its end.

    ``42-B`` and ``H17-W`` are completed with ``prefix``, the desk's own station and slot (``LB1``). Raises
    :class:`BadNumber`, with a sentence, when the check character does not fit, when the parts cannot be
    told apart without hyphens, or when the text is no number at all.
    """
    clean = re.sub(r"[\s\u2010-\u2015\u2212_.-]+", "-", text.strip().upper()).strip("-")
    readings = _readings(clean, prefix.upper())
    if not readings:
        raise BadNumber(
            tr("{text} is not a number of this house.", text=text.strip()),
            tr("A number looks like LB1-000042-B; read it again from the card."),
        )
    fitting = {number for number, check in readings if str(number)[-1] == check}
    if not fitting:
        raise BadNumber(
            tr("{text} was misread: its last character does not fit the others.", text=text.strip()),
            tr("Read it again from the card, sign by sign."),
        )
    if len(fitting) > 1:
        raise BadNumber(
            tr("{text} can be read in two ways.", text=text.strip()),
            tr("Type it with its hyphens, as it is printed."),
        )
    return fitting.pop()


def _readings(clean: str, prefix: str) -> list[tuple[HumanNumber, str]]:
    """Every way to take the text apart, each with the check character it carries."""
    parts = clean.split("-")
    if len(parts) == 3:
        return _one(parts[0], parts[1], parts[2])
    if len(parts) == 2 and len(parts[1]) == 1:
        short = _one(prefix, parts[0], parts[1]) if prefix else []
        return short or _run_together(parts[0], parts[1])
    joined = "".join(parts)
    return _run_together(joined[:-1], joined[-1:])


def _run_together(body: str, check: str) -> list[tuple[HumanNumber, str]]:
    found = []
    for at in range(3, len(body)):
        for number, _ in _one(body[:at], body[at:], check):
            if str(number).replace("-", "")[:-1] == body:
                found.append((number, check))
    return found


def _one(prefix: str, counter: str, check: str) -> list[tuple[HumanNumber, str]]:
    mark, digits = (counter[:1], counter[1:]) if counter[:1] in ("H", "T") else ("P", counter)
    digits = digits.translate(_LOOK_ALIKES)
    station = re.match("[A-Z]*", prefix)
    code = station.group() if station else ""
    slot = prefix[len(code) :]
    plain = digits.isascii() and digits.isdigit() and len(digits) <= 12
    if not (plain and int(digits) and is_station_code(code) and is_slot(slot)):
        return []
    if len(check) != 1 or check not in _ALPHABET:
        return []
    return [(HumanNumber(Counted(mark), code, slot, int(digits)), check)]
