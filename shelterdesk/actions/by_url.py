"""Bundles to and from an address on the network by hand, with progress: what a stick does, without the stick."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from pathlib import Path

from shelterdesk.actions.crowded import crowd_alarms
from shelterdesk.actions.desk import Desk
from shelterdesk.actions.exchange import export_receipts
from shelterdesk.actions.posting import HALVES, INBOX, OUTBOX, lay_out_post, note_posted
from shelterdesk.actions.taking_in import Import, Imported
from shelterdesk.core.changes import Changes, Done
from shelterdesk.core.errors import Refused
from shelterdesk.core.event import hex16
from shelterdesk.core.kinds import ACCESS
from shelterdesk.core.vocabulary import AccessKind
from shelterdesk.core.words import tr
from shelterdesk.db import parts_written
from shelterdesk.sync import stick
from shelterdesk.sync.inbox import Inbox
from shelterdesk.sync.place import Place
from shelterdesk.sync.sending import OFFICE
from shelterdesk.sync.shelf import FolderShelf
from shelterdesk.sync.shelf_round import Courier
from shelterdesk.sync.url_shelf import UrlShelf

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Posted:
    """What lies at the address now: the files brought just now, and the parts that are there."""

    where: str
    brought: int
    parts: int


def export_to_url(desk: Desk, place: Place, progress: Progress | None = None) -> Done[Posted]:
    """Bring what the office has not confirmed to an address; ``progress`` hears (bytes, of all) of each file.

    Raises ``NotAllowed``, ``Refused`` before there is an office, and what the server raises.
    """
    desk.must("write a bundle")
    if desk.roster.office is None or desk.who.is_office:
        raise Refused(
            tr("Only a station that an office has enrolled sends there."),
            tr("Ask an office to enrol it first."),
        )
    with desk.store.write(desk.user) as event:
        event.create(
            ACCESS,
            {
                "access": AccessKind.EXPORTED.value,
                "subject_kind": "bundle",
                "happened_at": event.now,
                "detail": OFFICE,
            },
        )
    lay_out_post(desk)
    with _Open(desk, place, progress) as way:
        brought = way.bring()
        parts = [name for name in way.own.entries() if name.endswith(".age") and way.is_mine(name)]
        note_posted(desk, [name.partition("/")[2] for name in parts], way.shelf.where)
    return Done(Posted(way.shelf.where, brought, len(parts)), Changes.of("status"))


def import_from_url(desk: Desk, place: Place, progress: Progress | None = None) -> Done[Imported]:
    """Take in what lies at an address: an office all of it, a station what is for it. Raises as :func:`export_to_url`."""
    desk.must("take in bundles")
    found = Imported()
    kinds: set[str] = set()
    with _Open(desk, place, None) as way:
        while way.fetch():
            done = Import(desk, progress, None).run(way.inbox.path)
            found.add(done.result)
            kinds |= done.changes.kinds
            way.inbox.clear()
        for alarm in crowd_alarms(desk.roster, desk.who.dev, way.shelf):
            found.alarms.append(alarm)
    return Done(found, Changes(frozenset(kinds | {"status"})))


def receipts_to_url(desk: Desk, place: Place) -> Done[Posted]:
    """Bring receipts for every desk heard from. Raises as :func:`export_to_url`."""
    (desk.folder / OUTBOX).mkdir(exist_ok=True)
    written = export_receipts(desk, desk.folder / OUTBOX)
    with _Open(desk, place, None) as way:
        way.bring()
    return Done(Posted(way.shelf.where, len(written.result.names), 0), written.changes)


class _Open:
    """A connection for one piece of work, and the courier that goes by it."""

    def __init__(self, desk: Desk, place: Place, progress: Progress | None) -> None:
        who = desk.who
        own: Path = desk.folder / OUTBOX
        own.mkdir(exist_ok=True)
        office = desk.roster.office
        near = [stick.RECEIPTS, hex16(who.dev), *([] if office is None else [hex16(office.dev)])]
        self.desk = desk
        self.shelf = UrlShelf(place, None if who.is_office else near, desk.folder / HALVES)
        self.shelf.told = progress
        self.own = FolderShelf(own)
        self.inbox = Inbox(desk.folder, INBOX)
        self.courier = Courier(who.dev, self.own, self.inbox)

    def __enter__(self) -> _Open:
        return self

    def __exit__(self, *_: object) -> None:
        self.inbox.close()
        self.shelf.close()

    def is_mine(self, name: str) -> bool:
        """Whether a name is of this desk's own folder."""
        return name.startswith(f"{hex16(self.desk.who.dev)}/")

    def fetch(self) -> int:
        """Copy what is new into the inbox."""
        return self.courier.fetch(self.shelf, self.shelf.entries(), self._known)

    def bring(self) -> int:
        """Bring what lies ready."""
        return self.courier.bring(self.shelf, self.shelf.entries(), self._known)

    def _known(self, sha16s: Collection[str]) -> set[str]:
        return parts_written.files_known(self.desk.store.conn, sha16s)
