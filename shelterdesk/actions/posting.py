"""To the office over a network, whenever there is one: what nobody confirmed goes up by itself, receipts come down.

The same parts as on a stick, laid out on this laptop first and carried from there (``sync/shelf_round.py``): a link that
is slow or dies in the middle of a file never harms the desk, and is gone on with where it stopped.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from pathlib import Path

from shelterdesk.actions.crowded import crowd_alarms
from shelterdesk.actions.desk import Desk
from shelterdesk.actions.round_lane import RoundLane
from shelterdesk.actions.table import Do
from shelterdesk.actions.taking_in import Import, Imported
from shelterdesk.core.changes import Changes, Done
from shelterdesk.core.errors import WorldError
from shelterdesk.core.event import hex16
from shelterdesk.core.moment import Clock, to_milliseconds
from shelterdesk.db import parts_written
from shelterdesk.db import receipts as held
from shelterdesk.db.store import Reader
from shelterdesk.sync import stick
from shelterdesk.sync.inbox import Inbox
from shelterdesk.sync.laying_out import LaidOut, lay_out
from shelterdesk.sync.place import Place
from shelterdesk.sync.sending import OFFICE, audience_of
from shelterdesk.sync.shelf import FolderShelf
from shelterdesk.sync.shelf_round import Courier
from shelterdesk.sync.url_shelf import UrlShelf

OUTBOX, INBOX, HALVES = "outbox", "outbox-inbox", "outbox-halves"

IDLE_S, BUSY_S = 60.0, 1.0
AGAIN_S = (15.0, 30.0, 60.0, 120.0, 300.0)
"""Pauses after one, two, … looks in vain: a network that is away for the night is not knocked at every second."""


def try_post(place: Place) -> None:
    """Look at the server once; raises ``NewServer`` with its key to be compared, ``NoEntry``, ``ShelfGone``, ``Refused``."""
    shelf = UrlShelf(place, (stick.RECEIPTS,))
    try:
        shelf.entries()
    finally:
        shelf.close()


def lay_out_post(desk: Desk) -> Done[LaidOut]:
    """Lay out what the office has not confirmed, ready to be carried."""
    (desk.folder / OUTBOX).mkdir(exist_ok=True)
    audience = replace(audience_of(desk.store, OFFICE), is_standing=True)
    return Done(lay_out(desk.store, desk.folder / OUTBOX, audience), Changes(frozenset()))


def note_posted(desk: Desk, names: Collection[str], where: str) -> Done[None]:
    """Remember that these files lie at the server, whole."""
    with desk.store.transaction() as conn:
        parts_written.carried_on(conn, names, where, to_milliseconds(desk.store.now))
    return Done(None, Changes.of("status"))


def take_in_post(desk: Desk, inbox: Path) -> Done[Imported]:
    """Take in the receipts, and whatever the office has sent."""
    return Import(desk, None, None).run(inbox)


@dataclass(frozen=True, slots=True)
class PostStanding:
    """How the sending goes, for people; ``last_ms`` when the server was reached last, ``sending`` (bytes, of all) now."""

    place: Place | None = None
    last_ms: int | None = None
    waiting: int = 0  # files still to be brought
    sending: tuple[int, int] = (0, 0)
    trouble: str = ""
    alarms: tuple[str, ...] = ()  # of this sitting, each to be read by somebody


class Posting:
    """Rounds between this desk's outbox and the server; made and used on one thread."""

    def __init__(
        self,
        folder: Path,
        place: Place,
        reader: Reader,
        do: Do,
        told: Callable[[int, int], None] | None = None,
    ) -> None:
        self._reader, self._do = reader, do
        self._dev = reader.who.dev
        own = folder / OUTBOX
        own.mkdir(exist_ok=True)
        office = reader.roster.office
        folders = [stick.RECEIPTS, hex16(self._dev), *([] if office is None else [hex16(office.dev)])]
        self._shelf = UrlShelf(place, folders, folder / HALVES)
        self._shelf.told = told
        self._inbox = Inbox(folder, INBOX)
        self._courier = Courier(self._dev, FolderShelf(own), self._inbox)
        self._laid_at = -1
        self.alarms: list[str] = []

    def round(self) -> int:
        """Fetch and take in, lay out and bring; returns how much was done. Raises what the server or the disk raises."""
        entries = {name: stamp for name, stamp in self._shelf.entries().items() if self._concerns(name)}
        self._alarm(crowd_alarms(self._reader.roster, self._dev, self._shelf))
        fetched = self._courier.fetch(self._shelf, entries, self._known)
        if fetched:
            taken: Imported = self._courier.take_in(lambda: self._do(take_in_post, self._inbox.path))
            self._alarm((*taken.alarms, *taken.news))
        laid = self._lay_out()
        brought = self._courier.bring(self._shelf, entries, self._known)
        if brought:
            parts = [name.partition("/")[2] for name in self._courier.own.entries() if name.endswith(".age")]
            self._do(note_posted, parts, self._shelf.where)
        return fetched + laid + brought

    def waiting(self) -> int:
        """Entries of this desk that no receipt has come for."""
        return held.only_here(self._reader.conn, self._dev).events

    def cut_off(self) -> None:
        """End what is under way, from another thread."""
        self._shelf.cut_off()

    def close(self) -> None:
        """Go no more rounds."""
        self._shelf.close()
        self._inbox.close()
        self._reader.close()

    def _alarm(self, sentences: Collection[str]) -> None:
        self.alarms += [one for one in sentences if one not in self.alarms]

    def _concerns(self, name: str) -> bool:
        """Receipts for desks of other stations are none of this desk's business."""
        return not name.startswith(f"{stick.RECEIPTS}/") or f"-{hex16(self._dev)}.json" in name

    def _known(self, sha16s: Collection[str]) -> set[str]:
        return parts_written.files_known(self._reader.conn, sha16s)

    def _lay_out(self) -> int:
        now = self._reader.version
        if now == self._laid_at:
            return 0
        laid: LaidOut = self._do(lay_out_post)
        self._laid_at = now
        return len(laid.written)


class PostLane(RoundLane[Posting]):
    """The outbox goes by itself; ``told`` is called on the lane's thread."""

    def __init__(
        self,
        folder: Path,
        place: Place,
        open_reader: Callable[[], Reader],
        do: Do,
        clock: Clock,
        told: Callable[[PostStanding], object],
    ) -> None:
        super().__init__("post", folder, open_reader, clock)
        self.standing = PostStanding(place)
        self._place, self._do, self._told = place, do, told
        self._failed = 0

    def begin(self, reader: Reader) -> Posting:
        return Posting(self.folder, self._place, reader, self._do, self._sending)

    def round(self, going: Posting) -> float:
        done = going.round()
        self._failed = 0
        self._say(
            PostStanding(
                self._place,
                to_milliseconds(self.clock.now()),
                going.waiting(),
                (0, 0),
                "",
                tuple(going.alarms),
            )
        )
        return BUSY_S if done else IDLE_S

    def trouble(self, fault: WorldError) -> float:
        self._say(
            replace(self.standing, trouble=f"{fault.sentence} {fault.next_step}".strip(), sending=(0, 0))
        )
        pause = AGAIN_S[min(self._failed, len(AGAIN_S) - 1)]
        self._failed += 1
        return pause

    def wake(self) -> None:
        """New entries wait for the next look: each would be a part of its own."""

    def look_now(self) -> None:
        """Somebody asked: look at once."""
        super().wake()

    def _sending(self, done: int, of: int) -> None:
        self._say(replace(self.standing, sending=(done, of)))

    def _say(self, now: PostStanding) -> None:
        if now != self.standing:
            self.standing = now
            self._told(now)
