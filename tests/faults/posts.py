"""Sending to a server swept by kills: the desk that sends and fetches, and the server's own process."""

from __future__ import annotations

import ctypes
import getpass
import shutil
import signal
import socket
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import Any

from shelterdesk.actions.clock import SetClock
from shelterdesk.actions.desk import Desk
from shelterdesk.actions.exchange import export_receipts
from shelterdesk.actions.posting import Posting
from shelterdesk.actions.taking_in import import_from
from shelterdesk.db import chain, exchange
from shelterdesk.sync import stick
from shelterdesk.sync.faults import said as said_why
from shelterdesk.sync.place import Place
from shelterdesk.sync.receipts import office_receipt
from shelterdesk.sync.shelf import ShelfGone
from tests.faults.tables import promised
from tests.faults.workflows import Say, Told, Workflow, copied, later, of, step, whole
from tests.stations import MORNING
from tests.sync.sftp_house import sshd, wait_for
from tests.sync.tables import at_once
from tests.sync.worlds import at, given_names, make_world, register

NAMES = ("Ana", "Berta", "Carla")
MOST_ROUNDS = 50
_PR_SET_PDEATHSIG, _PR_SET_PTRACER, _ANY = 1, 0x59616D61, -1


def _prepare(place: Path) -> None:
    make_world(place)
    shutil.rmtree(place / "mt")
    (place / "served").mkdir()
    (place / "keys").mkdir()
    for name in ("host", "user"):
        file = str(place / "keys" / name)
        subprocess.run(
            ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", file], check=True, capture_output=True
        )
    with at(place / "lb", SetClock(MORNING)) as desk:
        register(desk, "Zoila")


def _ends_with_us() -> None:
    """The server ends with the process that started it, and may be traced."""
    libc = ctypes.CDLL(None)
    libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    libc.prctl(_PR_SET_PTRACER, _ANY, 0, 0, 0)


@contextmanager
def _server(place: Path, is_harmed: bool) -> Iterator[int]:
    """A server of this run's own; it gives its process where that is to be harmed."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = int(free.getsockname()[1])
    keys = place / "keys"
    command = sshd(keys, port)
    (keys / "port").write_text(str(port))
    process = subprocess.Popen(
        command, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL, preexec_fn=_ends_with_us
    )
    try:
        wait_for(port, process)
        yield process.pid if is_harmed else 0
    finally:
        process.terminate()
        process.wait()


def _address(place: Path) -> Place:
    port = (place / "keys" / "port").read_text()
    shown = subprocess.run(
        ["ssh-keygen", "-l", "-f", place / "keys" / "host.pub"], check=True, capture_output=True, text=True
    ).stdout.split()[1]
    url = f"sftp://{getpass.getuser()}@127.0.0.1:{port}{place / 'served'}"
    return Place(url, key_file=str(place / "keys" / "user"), host_key=shown)


def _run(place: Path, say: Say, clock: SetClock) -> None:
    with suppress(ShelfGone):
        _post(place, say, clock)
        return
    say("gone")  # the server was killed: the lane would try again after a while


def _post(place: Path, say: Say, clock: SetClock) -> None:
    with at(place / "lb", clock) as desk:
        for name in NAMES:
            if name not in given_names(desk):
                step(say, partial(register, desk, name))
            say("saved", name)
        _rounds(desk, place)
        say("sent")
    with at(place / "office", clock) as office:
        step(say, lambda: import_from(office, place / "served"))
        step(say, lambda: export_receipts(office, place / "served"))
        say("received")
    with at(place / "lb", clock) as desk:
        _rounds(desk, place)
        if not _is_confirmed(desk):
            raise AssertionError("the receipt did not come")
        say("confirmed")


def _rounds(desk: Desk, place: Path) -> None:
    with closing(Posting(desk.folder, _address(place), desk.reader(), at_once(desk))) as going:
        for _ in range(MOST_ROUNDS):
            if not going.round():
                return
    raise AssertionError("still busy")


def _is_confirmed(desk: Desk) -> bool:
    """Whether the office's receipt covers all that this desk wrote."""
    mine = desk.who.dev, 0
    return office_receipt(desk.store).get(mine, 0) >= chain.last_seq(desk.store.conn, *mine) > 0


def _look(place: Path, said: Sequence[Told]) -> list[str]:
    problems: list[str] = []
    for desk in whole(place / "lb", problems):
        have = given_names(desk)
        for (name,) in of(said, "saved"):
            if name not in have:
                problems.append(f"{name} was called saved and is not there")
        if of(said, "confirmed") and not _is_confirmed(desk):
            problems.append("what was confirmed is confirmed no longer")
        upto = office_receipt(desk.store)
    for office in whole(place / "office", problems):
        problems.extend(promised(office))
        if of(said, "received") and not set(NAMES) <= given_names(office):
            problems.append("the office called them received and has them not")
        if exchange.set_aside_parts(office.store.conn):
            problems.append("the office set a good part aside")
        for (dev, epoch), seq in upto.items():
            if chain.last_seq(office.store.conn, dev, epoch) < seq:
                problems.append("more is confirmed than the office has")
    if problems:
        return problems
    with copied(place / "office", "office-look") as folder:
        with at(folder, later(25), "chief") as office:
            with suppress(stick.NotOurs):
                found = import_from(office, place / "served").result
                # One whose signature is still on its way counts as absent; everything else would be believed by half.
                odd = [part for part in found.parts if part.outcome in ("set_aside", "refused")]
                odd = [part for part in odd if part.reason != said_why("no_signature", {})[0]]
                if odd or found.alarms:
                    problems.append(
                        f"a file half sent is believed, or an alarm: {found.parts} {found.alarms}"
                    )
            if of(said, "sent") and not set(NAMES) <= given_names(office):
                problems.append("they were called sent and do not lie at the server")
    return problems


def _end(place: Path) -> Any:
    with at(place / "office", later(40)) as office, at(place / "lb", later(40)) as desk:
        import_from(office, place / "served")
        return [sorted(given_names(office)), sorted(given_names(desk)), _is_confirmed(desk)]


POST = Workflow("post", _prepare, _run, _look, _end, partial(_server, is_harmed=False))
SERVER = Workflow("post-server", _prepare, _run, _look, _end, partial(_server, is_harmed=True))
