"""A sheet as it was known then beside what is known now: which numbers differ, and who is behind a difference."""

from __future__ import annotations

from dataclasses import dataclass

from shelterdesk.core.sheet import DailySheet, Measured


@dataclass(frozen=True, slots=True)
class Difference:
    """One number that is another now.

    ``number`` is its name in parts divided by dots: a field of the sheet (``arrivals``, ``present``), ``came``,
    ``left``, ``sex_age.F.0_4``, ``nationality.VEN``, ``block.A.occupied``, ``facilities.taps``,
    ``standard.TO1``. ``then`` and ``now`` are counts, or why there is none (a nationality or block not on the one
    sheet is 0 there).
    """

    number: str
    then: Measured
    now: Measured

    @property
    def by(self) -> int | None:
        """How many more there are now, signed; None where one of the two was not counted."""
        if isinstance(self.then, int) and isinstance(self.now, int):
            return self.now - self.then
        return None


@dataclass(frozen=True, slots=True)
class SheetVersion:
    """One freezing of a day: all are kept, ``counts`` is true of exactly one of them.

    ``ent`` is its record; ``frozen_at`` RFC 9557; ``signed_by`` empty for one frozen by the program itself
    (``automatic``), which ``written_by`` was logged in for and nobody had signed.
    """

    ent: str
    frozen_at: str
    signed_by: str
    automatic: bool
    counts: bool
    present: int
    written_by: str = ""


@dataclass(frozen=True, slots=True)
class ThenAndNow:
    """A day's sheet as known then (frozen, or at a chosen time) and as known now, with what differs.

    ``then_at`` is the moment of the knowledge (RFC 9557). ``versions`` are all freezings of the day, the one that
    counts first; empty when *then* is a chosen time of a day never frozen.
    """

    then: DailySheet
    now: DailySheet
    then_at: str
    differences: tuple[Difference, ...] = ()
    versions: tuple[SheetVersion, ...] = ()


@dataclass(frozen=True, slots=True)
class PersonBehind:
    """Somebody behind a number or a difference, for those who may open people; never on a posted paper.

    ``then`` and ``now`` say in a sentence what was known then and what is now (empty where the page asks no such
    thing); ``entry`` is the kind of the record that made the difference (a kind's name), ``entry_ent`` the record,
    ``by`` who wrote it, ``desk`` where, ``at`` when (RFC 9557). A head of a group without a name has no ``ent``, the
    group's number stands in ``number`` and ``heads`` counts them.
    """

    ent: str | None
    number: str
    name: str
    then: str = ""
    now: str = ""
    entry: str = ""
    entry_ent: str | None = None
    by: str = ""
    desk: str = ""
    at: str = ""
    heads: int = 1
