"""Commands of the desks at one table: how this desk reaches it, and the exchange itself without a window."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from shelterdesk.actions.desk import Desk
from shelterdesk.actions.table import Sitting
from shelterdesk.actions.table_choice import Table, choose_table, table_of
from shelterdesk.actions.table_joining import admit_at_table, knock_at_table, wait_at_table, who_knocks
from shelterdesk.actions.table_lane import AGAIN_S, BUSY_S, IDLE_S
from shelterdesk.cli.people import reading
from shelterdesk.cli.ways import Ways, data, out, say
from shelterdesk.core.errors import Refused, WorldError
from shelterdesk.core.table_code import read_table_code
from shelterdesk.core.words import ntr, tr
from shelterdesk.sync.table_host import PORT


@click.group()
def table() -> None:
    """The desks of one table exchange by themselves: one listens, others call it, or all share a folder."""


@table.command("listen")
@click.option(
    "--address", help="The address of this laptop that the others reach; found by itself if left out."
)
@click.option("--port", default=PORT, show_default=True, type=click.IntRange(0, 65_535))
@click.pass_obj
def listen(ways: Ways, address: str | None, port: int) -> None:
    """This desk listens; the others call it with the code that `table run` shows."""
    _choose(ways, Table("listen", address or _usual_address(), port))


@table.command("call")
@click.argument("code")
@click.pass_obj
def call(ways: Ways, code: str) -> None:
    """Call the desk that listens, by the code it shows."""
    _choose(ways, Table("call", code=code))


@table.command("folder")
@click.argument("path", type=click.Path(path_type=Path))
@click.pass_obj
def folder(ways: Ways, path: Path) -> None:
    """Exchange through a folder that all desks of the table can open."""
    _choose(ways, Table("folder", folder=str(path.absolute())))


@table.command("leave")
@click.pass_obj
def leave(ways: Ways) -> None:
    """Work alone from now on."""
    _choose(ways, None)


@table.command("show")
@click.option("--json", "as_json", is_flag=True)
@click.pass_obj
def show(ways: Ways, as_json: bool) -> None:
    """How this desk reaches its table."""
    with ways.desk() as desk, reading(desk) as reader:
        found = table_of(reader)
    if as_json:
        data(
            {"way": None}
            if found is None
            else {
                "way": found.way,
                "address": found.address,
                "port": found.port,
                "code": found.code,
                "folder": found.folder,
            }
        )
    else:
        out(_said(found))


@table.command("run")
@click.option("--until-idle", is_flag=True, help="End once nothing is left to fetch or to bring.")
@click.option("--admit", "words", help="Admit the laptop that shows these six words when it asks.")
@click.pass_obj
def run(ways: Ways, until_idle: bool, words: str | None) -> None:
    """Exchange at the table until Ctrl+C; the window does the same by itself."""
    with ways.desk() as desk:
        with reading(desk) as reader:
            chosen = table_of(reader)
        if chosen is None:
            raise Refused(
                tr("This desk sits at no table."),
                tr("Choose one first: table listen, table call or table folder."),
            )
        sitting = Sitting(desk.folder, chosen, desk.store.keys.signing, desk.reader(), _at_once(desk))
        try:
            if sitting.code is not None:
                out(tr("Code of this table: {code}", code=str(sitting.code)))
            _rounds(desk, sitting, until_idle, words)
        except KeyboardInterrupt:
            say(
                tr(
                    "Stopped exchanging. This desk keeps its way to the table; table run goes on, table leave ends it."
                )
            )
        finally:
            sitting.close()


@table.command("join")
@click.argument("code")
@click.pass_obj
def join(ways: Ways, code: str) -> None:
    """A new laptop asks the desk that listens to be admitted, and waits for its admin."""
    guest, words = knock_at_table(ways.folder, read_table_code(code))
    say(tr("Words of this laptop: {words}", words=" ".join(words)))
    say(tr("An admin at the listening desk compares them and admits it; waiting. Ctrl+C ends it."))
    stopped = threading.Event()
    try:
        joined = wait_at_table(ways.folder, guest, ways.clock, stopped)
    except KeyboardInterrupt:
        guest.close()
        raise Refused(
            tr("Nobody has admitted this laptop yet."), tr("Ask again, or carry the request by stick.")
        ) from None
    assert joined is not None
    say(
        ntr(
            "This desk is {desk} now; {n} entry came along.",
            "This desk is {desk} now; {n} entries came along.",
            joined.events,
            desk=joined.desk,
        )
    )


def _choose(ways: Ways, chosen: Table | None) -> None:
    with ways.desk() as desk:
        choose_table(desk, chosen)
    out(_said(chosen))


def _said(chosen: Table | None) -> str:
    if chosen is None:
        return tr("This desk works alone.")
    if chosen.way == "listen":
        return tr("This desk listens at {address}, port {port}.", address=chosen.address, port=chosen.port)
    if chosen.way == "call":
        return tr("This desk calls the one of the code {code}.", code=chosen.code)
    return tr("The table shares the folder {name}.", name=chosen.folder)


def _at_once(desk: Desk) -> Callable[..., Any]:
    def do(action: Callable[..., Any], *args: Any) -> Any:
        return action(desk, *args).result

    return do


def _rounds(desk: Desk, sitting: Sitting, until_idle: bool, words: str | None) -> None:
    """Round after round; a fault of the network is said once and tried again, with ``until_idle`` it ends the command."""
    pause, trouble = threading.Event(), ""
    wanted = tuple(words.casefold().split()) if words else ()
    told: set[bytes] = set()
    while True:
        try:
            done = sitting.round()
        except WorldError as error:
            if until_idle:
                raise
            if error.sentence != trouble:
                trouble = error.sentence
                say(f"{error.sentence} {error.next_step}".strip())
            pause.wait(AGAIN_S)
            continue
        trouble = ""
        if done.events:
            out(ntr("{n} new entry", "{n} new entries", done.events))
        for alarm in done.alarms:
            say(alarm)
        is_knocked = _admit(desk, sitting, wanted, told)
        if until_idle and done.is_idle and not is_knocked:
            return
        pause.wait(IDLE_S if done.is_idle else BUSY_S)


def _admit(desk: Desk, sitting: Sitting, wanted: tuple[str, ...], told: set[bytes]) -> bool:
    """Admit the laptop of these words if it knocks; tell of others once, by their keys in ``told``."""
    if sitting.host is None:
        return False
    there = who_knocks(sitting.host.door)
    told.intersection_update(one.public for one in there)  # who comes again later is told again
    for knocking in there:
        if knocking.words == wanted:
            done = admit_at_table(desk, sitting.host.door, knocking.public).result
            out(tr("Admitted as {desk}.", desk=done.desk))
            return True
        if knocking.public not in told:
            told.add(knocking.public)
            shown = " ".join(knocking.words)
            say(tr("A laptop asks to join this table. The words on its screen: {words}.", words=shown))
            say(
                tr(
                    'If they are the same there, an admin admits it: stop with Ctrl+C, then table run --admit "{words}".',
                    words=shown,
                )
            )
    return False


def _usual_address() -> str:
    """The address by which this laptop reaches others; nothing is sent. Raises ``Refused`` without a network."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asked:
        try:
            asked.connect(("192.0.2.1", 9))  # TEST-NET-1 (RFC 5737): only the routing table is asked
            return str(asked.getsockname()[0])
        except OSError:
            raise Refused(
                tr("This laptop is on no network that leads anywhere."),
                tr("Name its address with --address."),
            ) from None


def add_to(root: click.Group) -> None:
    """Hang these commands into the command line."""
    root.add_command(table)
