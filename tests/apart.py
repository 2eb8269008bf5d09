"""Two real desks of one table that work apart and meet again by a stick; used wherever conflicts are looked at."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from shelterdesk.actions.clock import SetClock
from shelterdesk.actions.conflicts import Answer, ConflictLine, answers_of, list_conflicts
from shelterdesk.actions.desk import Desk
from shelterdesk.actions.exchange import export_bundle
from shelterdesk.actions.taking_in import import_from
from tests.sync.worlds import at, join


@dataclass
class Table:
    """Two folders of one station; ``sticks`` is where theirs are made."""

    one: Path
    two: Path
    sticks: Path
    clock: SetClock
    carried: int = 0

    @contextmanager
    def both(self, user: str = "admin", other: str = "admin") -> Iterator[tuple[Desk, Desk]]:
        """Both desks at work, each with its own user."""
        with at(self.one, self.clock, user) as one, at(self.two, self.clock, other) as two:
            yield one, two

    def meet(self, one: Desk, two: Desk) -> None:
        """A stick there and back, so that both hold everything."""
        for source, target in ((one, two), (two, one)):
            self.carried += 1
            stick = self.sticks / f"stick-{self.carried}"
            stick.mkdir(parents=True)
            self.clock.forward(timedelta(minutes=1))
            export_bundle(source, stick, source.who.station)
            import_from(target, stick)


def make_table(station: Path, folder: Path, clock: SetClock) -> Table:
    """A second desk beside a station's folder, admitted at the table."""
    join(station, folder / "two", clock)
    table = Table(station, folder / "two", folder / "sticks", clock)
    with table.both() as (one, two):
        table.meet(one, two)
    return table


def lines_of(desk: Desk) -> tuple[ConflictLine, ...]:
    """The first page of what was written apart, as a desk lists it."""
    reader = desk.reader()
    try:
        return list_conflicts(desk, reader).lines
    finally:
        reader.close()


def told_of(desk: Desk, line: ConflictLine) -> tuple[Answer, ...]:
    """The answers of a line with who wrote them."""
    reader = desk.reader()
    try:
        return answers_of(desk, reader, line)
    finally:
        reader.close()
