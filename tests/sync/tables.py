"""Three desks of station LB at one table, each with the courier that carries its work; real files, real sockets."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from shelterdesk.actions.clock import SetClock
from shelterdesk.actions.desk import Desk
from shelterdesk.actions.table import Do, Round, Sitting
from shelterdesk.actions.table_choice import Table
from tests.sync.worlds import World, at, join


def make_three(world: World, folder: Path, clock: SetClock) -> list[Path]:
    """The folders of LB1 and of two desks that joined it; copied for each test."""
    join(world.lb, folder / "lb2", clock)
    join(world.lb, folder / "lb3", clock)
    return [world.lb, folder / "lb2", folder / "lb3"]


def copies(folders: list[Path], to: Path) -> list[Path]:
    """The same folders for one test."""
    return [Path(shutil.copytree(one, to / one.name)) for one in folders]


def at_once(desk: Desk) -> Do:
    """An action of a desk run where it is called, as the command line does."""

    def do(action: Callable[..., Any], *args: Any) -> Any:
        return action(desk, *args).result

    return do


def seated(desk: Desk, table: Table) -> Sitting:
    """A desk that joined a table."""
    return Sitting(desk.folder, table, desk.store.keys.signing, desk.reader(), at_once(desk))


@dataclass
class Seats:
    """Desks and their sittings, in the order of the folders."""

    desks: list[Desk]
    sittings: list[Sitting]

    def rounds(self, most: int = 12) -> list[Round]:
        """Rounds of everybody in turn until nobody has anything to do."""
        done: list[Round] = []
        for _ in range(most):
            now = [sitting.round() for sitting in self.sittings]
            done += now
            if all(one.is_idle for one in now):
                return done
        raise AssertionError(f"still busy after {most} rounds: {done[-len(self.sittings) :]}")


LISTEN = Table("listen", "127.0.0.1", 0)


@contextmanager
def table_of(folders: list[Path], clock: SetClock, shared: Path | None = None) -> Iterator[Seats]:
    """All desks at one table: the first listens, or all share a folder; closed afterwards."""
    with ExitStack() as stack:
        desks = [stack.enter_context(at(folder, clock)) for folder in folders]
        first = LISTEN if shared is None else Table("folder", folder=str(shared))
        sittings = [seated(desks[0], first)]
        stack.callback(sittings[0].close)
        rest = first if shared is not None else Table("call", code=str(sittings[0].code))
        for desk in desks[1:]:
            sittings.append(seated(desk, rest))
            stack.callback(sittings[-1].close)
        yield Seats(desks, sittings)
