"""Joining a station over the local network: a laptop knocks at the desk that listens, an admin compares six words.

The same request and the same answer as by stick (``actions/admission.py``); only the carrying is done by the table. The
code pins the key of the listening desk, so the new laptop need not compare anything; the admin does, as always.
"""

from __future__ import annotations

import tempfile
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from shelterdesk.actions.admission import (
    Admitted,
    Joined,
    admit,
    finish_join,
    join_keys,
    join_request,
    read_admission,
)
from shelterdesk.actions.desk import Desk
from shelterdesk.actions.table_choice import sit_where_admitted
from shelterdesk.core.changes import Done
from shelterdesk.core.errors import Refused, WorldError
from shelterdesk.core.moment import Clock
from shelterdesk.core.table_code import TableCode
from shelterdesk.core.words import tr
from shelterdesk.keys.fingerprint import fingerprint_words
from shelterdesk.keys.safefile import write_whole
from shelterdesk.sync.letter import parse_letter
from shelterdesk.sync.shelf import ShelfGone
from shelterdesk.sync.table_door import JoinDoor
from shelterdesk.sync.table_guest import NotTheTable, TableGuest

REPLY = "admission.tar"
ASK_AGAIN_S = 1.0


@dataclass(frozen=True, slots=True)
class Knocking:
    """A laptop that asks to join: its key and the six words its screen shows."""

    public: bytes
    words: tuple[str, ...]


def who_knocks(door: JoinDoor | None) -> tuple[Knocking, ...]:
    """The laptops that wait for an admin; letters that are none are turned away at once."""
    if door is None:
        return ()
    found = []
    for knock in door.knocks():
        try:
            letter = parse_letter(knock.letter, "join_request")
            if letter.signer != knock.public:
                raise Refused(tr("The request is of another laptop than the one that brought it."))
        except WorldError:
            door.turn_away(knock.public)
            continue
        found.append(Knocking(knock.public, tuple(letter.words)))
    return tuple(found)


def admit_at_table(desk: Desk, door: JoinDoor, public: bytes) -> Done[Admitted]:
    """Admit a laptop that knocks, its words compared; the answer waits for it at the door.

    Raises what ``admit`` raises, and ``Refused`` for one that does not knock any more.
    """
    letter = next((knock.letter for knock in door.knocks() if knock.public == public), None)
    if letter is None:
        raise Refused(
            tr("This laptop does not ask any more."), tr("Let it ask again with the code of this desk.")
        )
    folder = Path(tempfile.mkdtemp(prefix="table-join-", dir=desk.folder))
    request = folder / "request.json"
    write_whole(request, letter)
    try:
        done = admit(desk, request, folder / REPLY)
    except BaseException:
        sweep(folder)
        raise
    door.let_in(public, folder / REPLY)
    return done


def sweep(folder: Path) -> None:
    """Take the files of an admission away: the answer was fetched, or nobody will any more."""
    for name in ("request.json", REPLY):
        with suppress(OSError):
            (folder / name).unlink()
    with suppress(OSError):
        folder.rmdir()


def sweep_all(folder: Path) -> None:
    """Answers that nobody fetched go when the desk leaves its table; each laptop can ask again by stick."""
    for one in folder.glob("table-join-*"):
        if one.is_dir():
            sweep(one)


def knock_at_table(folder: Path, code: TableCode) -> tuple[TableGuest, tuple[str, ...]]:
    """Ask the listening desk to be admitted; returns the way to it, and the words to be compared there.

    The folder must be empty or wait for an answer already. Raises ``ShelfGone``, ``NotTheTable``, ``Refused``.
    """
    request = folder / "join-request.json"
    asked = join_request(folder, request)
    guest = TableGuest(code, join_keys(folder).signing)
    try:
        guest.knock(request.read_bytes())
    except BaseException:
        guest.close()
        raise
    finally:
        request.unlink(missing_ok=True)
    return guest, asked.words


def join_at_table(
    folder: Path,
    guest: TableGuest,
    clock: Clock,
    progress: Callable[[int, int], None] | None = None,
    told: Callable[[int], None] | None = None,
) -> Joined | None:
    """Fetch the answer and become a desk that calls this table; None while the admin has not decided.

    ``progress`` hears (bytes fetched, bytes of all), ``told`` how many entries are in. Raises ``Refused`` when turned
    away, ``NotTheTable`` where the answer is not signed by the desk of the code, and as ``finish_join``.
    """
    reply = folder / REPLY
    if not guest.fetch(reply, progress):
        return None
    try:
        offer = read_admission(folder, reply)
        if not same_desk(offer.words, guest.host_public):
            raise NotTheTable
        seat = partial(sit_where_admitted, code=guest.code)
        return finish_join(folder, reply, offer.words, clock, told, seat).result
    finally:
        reply.unlink(missing_ok=True)


def wait_at_table(
    folder: Path,
    guest: TableGuest,
    clock: Clock,
    stopped: threading.Event,
    told: Callable[[int], None] | None = None,
) -> Joined | None:
    """Ask again and again until an admin has decided; None once ``stopped``. Raises as :func:`join_at_table`.

    A listening desk that is away for a while is waited for.
    """
    try:
        while not stopped.is_set():
            with suppress(ShelfGone):
                joined = join_at_table(folder, guest, clock, None, told)
                if joined is not None:
                    return joined
            stopped.wait(ASK_AGAIN_S)
    finally:
        guest.close()
    return None


def same_desk(words: Sequence[str], public: bytes) -> bool:
    """Whether these six words are those of that key."""
    return tuple(words) == fingerprint_words(public)
