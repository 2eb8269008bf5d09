"""Desks of one table swept by kills: the desk that listens, and the one that calls it, each with the other beside it."""

from __future__ import annotations

import os
import select
import socket
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import Any

from shelterdesk.actions.clock import SetClock
from shelterdesk.actions.desk import Desk
from shelterdesk.actions.table import Sitting
from shelterdesk.actions.table_choice import Table
from shelterdesk.core.table_code import PIN_BYTES, TableCode
from shelterdesk.db import chain, exchange
from shelterdesk.db import receipts as held
from shelterdesk.db.state import state_of
from shelterdesk.keys import tls
from shelterdesk.sync.shelf import ShelfGone
from tests.faults.workflows import Say, Told, Workflow, later, of, step, whole
from tests.stations import MORNING, make_template
from tests.sync.tables import seated
from tests.sync.worlds import at, given_names, join, register

NAMES = {"lb": ("Ana", "Berta"), "lb2": ("Carla", "Dora")}
ALL = {name for some in NAMES.values() for name in some}
MOST_ROUNDS = 4_000
PAUSE_S = 0.01
PORT_FILE = "port"


def _prepare(place: Path) -> None:
    clock = SetClock(MORNING)
    make_template(place / "lb")
    join(place / "lb", place / "lb2", clock)
    for left in ("lb2.join", "lb2.reply"):
        (place / left).unlink()


def _sit(desk: Desk, listener: str, port: int) -> Sitting:
    """This desk at the table where ``lb`` or ``lb2`` listens."""
    if desk.folder.name == listener:
        return seated(desk, Table("listen", "127.0.0.1", port))
    (other,) = (one for one in desk.roster.desks.values() if one.dev != desk.who.dev)
    code = TableCode("127.0.0.1", port, tls.pin_of(other.sign, PIN_BYTES))
    return seated(desk, Table("call", code=str(code)))


def _registered(desk: Desk, say: Say) -> None:
    for name in NAMES[desk.folder.name]:
        if name not in given_names(desk):
            step(say, partial(register, desk, name))
        say("saved", desk.folder.name, name)


@contextmanager
def _other(place: Path, name: str, listener: str) -> Iterator[int]:
    """The other desk in a process of its own, until this one ends, however it ends."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = int(free.getsockname()[1])
    (place / PORT_FILE).write_text(str(port))
    here, there = os.pipe()
    child = os.fork()
    if child == 0:
        code = 1
        try:
            os.close(there)
            _go_on(place, name, listener, port, here)
            code = 0
        finally:
            os._exit(code)
    os.close(here)
    try:
        yield 0
    finally:
        os.close(there)
        _, status = os.waitpid(child, 0)
    if status:
        raise AssertionError(f"the desk beside ended with {status}")


def _go_on(place: Path, name: str, listener: str, port: int, ended: int) -> None:
    with at(place / name, later()) as desk:
        _registered(desk, lambda *_: None)
        with closing(_sit(desk, listener, port)) as sitting:
            while not select.select([ended], [], [], PAUSE_S)[0]:
                with suppress(ShelfGone):
                    sitting.round()


def _run(name: str, listener: str, place: Path, say: Say, clock: SetClock) -> None:
    port = int((place / PORT_FILE).read_text())
    with at(place / name, clock) as desk:
        _registered(desk, say)
        pause, seen = threading.Event(), set[str]()
        with closing(_sit(desk, listener, port)) as sitting:
            for _ in range(MOST_ROUNDS):
                with suppress(ShelfGone):
                    sitting.round()
                for one in sorted(given_names(desk) - seen):
                    seen.add(one)
                    say("known", name, one)
                if seen >= ALL and _is_confirmed(desk):
                    say("confirmed", name)
                    return
                pause.wait(PAUSE_S)
    raise AssertionError("the other desk never had all")


def _is_confirmed(desk: Desk) -> bool:
    """Whether the other desk said that it has all that this one wrote."""
    (other,) = (one.dev for one in desk.roster.desks.values() if one.dev != desk.who.dev)
    mine = desk.who.dev, desk.who.epoch
    upto = held.acknowledged_by(desk.store.conn, other).get(mine, 0)
    return upto >= chain.last_seq(desk.store.conn, *mine) > 0


def _look(place: Path, said: Sequence[Told]) -> list[str]:
    problems: list[str] = []
    there: dict[str, list[str]] = {}
    for name in NAMES:
        for desk in whole(place / name, problems):
            rows = desk.store.conn.execute("SELECT given FROM person WHERE void IS NULL").fetchall()
            there[name] = sorted(row[0] for row in rows)
            if exchange.set_aside_parts(desk.store.conn):
                problems.append(f"{name} set a good part aside")
            problems.extend(promised(desk))
    if problems:
        return problems
    for name, one in (*of(said, "saved"), *of(said, "known")):
        if there[name].count(one) != 1:
            problems.append(f"{one} was called there and is so {there[name].count(one)} times at {name}")
    for (name,) in of(said, "confirmed"):
        (other,) = NAMES.keys() - {name}
        if not set(NAMES[name]) <= set(there[other]):
            problems.append(f"{other} confirmed what it has not")
    return problems


def promised(desk: Desk) -> list[str]:
    """What this desk's receipts would confirm and is not here."""
    conn = desk.store.conn
    heard = conn.execute("SELECT dev, epoch, upto FROM heard").fetchall()
    return [
        f"{desk.folder.name}: a receipt would confirm what is not here"
        for dev, epoch, upto in heard
        if chain.last_seq(conn, dev, epoch) < upto
    ]


def _end(place: Path) -> Any:
    ends = []
    for name in NAMES:
        with at(place / name, later(40)) as desk:
            ends.append((sorted(given_names(desk)), state_of(desk.store.conn)))
    left = [one.name for name in NAMES for one in (place / name).rglob("*.partial")]
    return [[one[0] for one in ends], ends[0][1] == ends[1][1], left]


def _workflow(name: str, folder: str, listener: str) -> Workflow:
    (other,) = NAMES.keys() - {folder}
    beside: Callable[[Path], Any] = partial(_other, name=other, listener=listener)
    return Workflow(name, _prepare, partial(_run, folder, listener), _look, _end, beside)


LISTENS = _workflow("table-listens", "lb", "lb")
CALLS = _workflow("table-calls", "lb2", "lb")
