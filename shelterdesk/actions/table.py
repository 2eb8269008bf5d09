"""The desks of one table exchange by themselves: one listens, the others call it, or all share a folder.

Every desk lays out its own work on a shelf of its own (``sync/laying_out.py``); couriers carry it to the shared one and
bring what others laid there (``sync/shelf_round.py``), which is taken in like a stick. The desk's own thread does the
short parts, laying out and taking in; everything that can be slow is done beside it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any, TypeVar

from shelterdesk.actions.crowded import crowd_alarms
from shelterdesk.actions.desk import Desk
from shelterdesk.actions.table_choice import Table
from shelterdesk.actions.table_joining import sweep_all
from shelterdesk.actions.taking_in import Import, Imported
from shelterdesk.core.changes import Changes, Done
from shelterdesk.core.errors import Refused
from shelterdesk.core.roster import Roster
from shelterdesk.core.table_code import TableCode, read_table_code
from shelterdesk.core.words import tr
from shelterdesk.db import exchange, parts_written
from shelterdesk.db.store import Reader
from shelterdesk.keys.desk import desk_id
from shelterdesk.keys.ed25519 import SigningKey
from shelterdesk.sync import table_finder
from shelterdesk.sync.inbox import Inbox
from shelterdesk.sync.laying_out import LaidOut, lay_out
from shelterdesk.sync.sending import table_audience
from shelterdesk.sync.shelf import FolderShelf, Shelf, read_shelf_name
from shelterdesk.sync.shelf_round import Courier
from shelterdesk.sync.table_guest import TableGuest
from shelterdesk.sync.table_host import TableHost

FOLDER, INBOX = "table", "table-inbox"
_KEPT_PARTS, _TIDY_AFTER = 2_000, 200
"""Parts of each desk remembered (200 bytes each), twice what can lie on a shelf; after so many files it is tidied."""

_MISSED = 60
"""Rounds without a file of a desk after which the others lay out its work for it."""

Result = TypeVar("Result")
Do = Callable[..., Any]
"""Runs ``action(desk, *args)`` where the desk's own work is done, and waits for what it gives."""


def lay_out_table(desk: Desk, absent: Collection[int]) -> Done[LaidOut]:
    """Lay out what the other desks of the table have not confirmed."""
    laid = lay_out(desk.store, desk.folder / FOLDER, table_audience(desk.store, absent))
    return Done(laid, Changes(frozenset()))


def take_in_table(desk: Desk, inbox: Path) -> Done[Imported]:
    """Take in what was fetched; whoever is logged in, it is the desks that exchange."""
    return Import(desk, None, None).run(inbox)


def tidy_table(desk: Desk) -> Done[None]:
    """Forget the oldest parts taken in: a table makes thousands a day, and what lies nowhere need not be known again."""
    with desk.store.transaction() as conn:
        exchange.forget_oldest_parts(conn, _KEPT_PARTS)
    return Done(None, Changes(frozenset()))


@dataclass(frozen=True, slots=True)
class Round:
    """What one round did: files fetched, events that were new, parts laid out, files brought; sentences to be read."""

    fetched: int = 0
    events: int = 0
    laid: int = 0
    brought: int = 0
    alarms: tuple[str, ...] = ()

    @property
    def is_idle(self) -> bool:
        """Whether nothing had to be done."""
        return not (self.fetched or self.laid or self.brought)


class Sitting:
    """This desk at its table, from joining to leaving; made and used on one thread, which is not the desk's own."""

    def __init__(self, folder: Path, table: Table, signing: SigningKey, reader: Reader, do: Do) -> None:
        """Raises ``Refused`` where the port to listen at is taken, ``BadTableCode``."""
        self.table = table
        self._folder = folder
        self._reader, self._do = reader, do
        self._dev = reader.who.dev
        self._members: Mapping[int, bytes] = _members(reader.roster, reader.who.station)
        own = folder / FOLDER
        own.mkdir(exist_ok=True)
        self._inbox = Inbox(folder, INBOX)
        self._courier = Courier(self._dev, FolderShelf(own), self._inbox)
        self._courier.own.clear_partials()
        self.host: TableHost | None = None
        self._shelf: Shelf = self._courier.own
        self._signing = signing
        try:
            if table.way == "listen":
                self._listen()
            elif table.way == "call":
                self._shelf = TableGuest(read_table_code(table.code), signing)
            else:
                self._shelf = FolderShelf(Path(table.folder), lambda: reader.roster.desks)
        except BaseException:
            self._inbox.close()
            raise
        self._laid_at = (-1, frozenset[int]())
        self._missed: dict[int, int] = {}
        self._alarms: list[str] = []
        self._crowded: set[str] = set()  # sentences told in this sitting
        self._fetched = _TIDY_AFTER  # once when the sitting begins
        self.desks: frozenset[int] = frozenset()

    @property
    def code(self) -> TableCode | None:
        """What others type to call this desk, if it listens."""
        return self.host.code if self.host is not None else None

    def _listen(self) -> None:
        """Listen at the address chosen, or at the one this laptop has by now; raises ``Refused`` where it has none."""
        host, self.host = self.host, None
        if host is not None:
            host.stop()
        self.host = _listening(self._folder / FOLDER, self._signing, lambda: self._members, self.table)

    def round(self) -> Round:
        """Fetch and take in, lay out and bring; raises :class:`WorldError` where the shelf or the disk does not."""
        if self.table.way == "listen" and (self.host is None or not table_finder.is_here(self.host.address)):
            self._listen()
        roster, station = self._reader.roster, self._reader.who.station
        members = _members(roster, station)
        if members != self._members:
            self._members = members
            self._courier.forget_failures()
        entries = self._shelf.entries()
        self.desks = frozenset(s.writer for n in entries if (s := read_shelf_name(n)) and s.is_part)
        crowded = set(crowd_alarms(roster, self._dev, self._shelf)) - self._crowded
        self._crowded |= crowded
        self._alarms += sorted(crowded)
        fetched = self._courier.fetch(self._shelf, entries, self._known)
        taken = Imported()
        if fetched:
            taken = self._courier.take_in(lambda: self._do(take_in_table, self._inbox.path))
            self._tidy(fetched)
            self._alarms += [one for one in (*taken.alarms, *taken.news) if one not in self._alarms]
        laid = self._lay_out(self._absent(roster, station))
        brought = 0
        if self._shelf is not self._courier.own:
            brought = self._courier.bring(self._shelf, entries, self._known)
        # One whose round ends with a fault is told by the next.
        alarms, self._alarms = tuple(self._alarms), []
        return Round(fetched, taken.new, laid, brought, alarms)

    def names(self) -> tuple[str, ...]:
        """The other desks of this table by their number ranges (``LB1A``): those connected; of a folder, whose work is in it."""
        desks = self._reader.roster.desks
        there = self._here() & self._members.keys() - {self._dev}
        return tuple(sorted(desks[dev].slot for dev in there if dev in desks))

    def _here(self) -> frozenset[int]:
        if self.host is not None:
            return frozenset(self.host.guests)
        if isinstance(self._shelf, TableGuest):
            return self._shelf.here | {desk_id(self._shelf.host_public)}
        return self.desks

    def cut_off(self) -> None:
        """End a talk that is under way, from another thread; the round ends with a fault."""
        if isinstance(self._shelf, TableGuest):
            self._shelf.cut_off()

    def close(self) -> None:
        """Leave the table; what lies on the shelf stays for the others."""
        if self.host is not None:
            self.host.stop()
            sweep_all(self._folder)
        self._shelf.close()
        self._inbox.close()
        self._reader.close()

    def _tidy(self, fetched: int) -> None:
        self._fetched += fetched
        if self._fetched >= _TIDY_AFTER:
            self._do(tidy_table)
            self._fetched = 0

    def _known(self, sha16s: Collection[str]) -> set[str]:
        return parts_written.files_known(self._reader.conn, sha16s)

    def _lay_out(self, absent: frozenset[int]) -> int:
        """Lay out anew if anything was written here since the last time.

        Laying out writes too, so after it comes one round that finds nothing; a save in between is never passed over.
        """
        now = (self._reader.version, absent)
        if now == self._laid_at:
            return 0
        laid: LaidOut = self._do(lay_out_table, absent)
        self._laid_at = now
        return len(laid.written) + len(laid.receipts)

    def _absent(self, roster: Roster, station: str) -> frozenset[int]:
        """Desks of the station of which nothing has lain on the shelf for a while."""
        others = {desk.dev for desk in roster.desks.values() if desk.station == station} - {self._dev}
        for dev in others:
            self._missed[dev] = 0 if dev in self.desks else self._missed.get(dev, 0) + 1
        return frozenset(dev for dev in others if self._missed[dev] >= _MISSED)


def _members(roster: Roster, station: str) -> dict[int, bytes]:
    """The desks of a station that are heard, with their public keys."""
    return {d.dev: d.sign for d in roster.desks.values() if d.station == station and not d.is_revoked}


def _listening(
    folder: Path, signing: SigningKey, members: Callable[[], Mapping[int, bytes]], table: Table
) -> TableHost:
    """Listen at the port chosen, or at any other where another program has it; where the network gave this laptop
    another address since, at that one: those who call find it (``sync/table_finder.py``)."""
    addresses = dict.fromkeys((table.address, table_finder.address_now(table.address)))
    for address, port in product(addresses, (table.port, 0)):
        with suppress(OSError):
            host = TableHost(folder, signing, members, address, port)
            host.start()
            return host
    raise Refused(
        tr("This laptop cannot listen at the address {address}.", address=table.address),
        tr("Join the local network first, or choose another of its addresses; a shared folder works too."),
    )
