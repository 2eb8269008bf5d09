"""A world of real desks: encrypted files, sealed and signed parts on sticks, and a journal of what really happened.

The journal knows every line ever saved and what it followed, which no desk knows; the oracle asks it how far a revoked
desk is heard, and in the end it says what must not have been lost.
"""

from __future__ import annotations

import json
import random
import shutil
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from shelterdesk import startup
from shelterdesk.actions.desk import Desk, begin_work, open_desk
from shelterdesk.actions.erasures_file import hear_erasures
from shelterdesk.core.event import GENESIS, chain_next
from shelterdesk.core.roster import UserEntry
from shelterdesk.db.chain import last_of
from shelterdesk.db.state import state_of
from shelterdesk.db.store import Store
from tests.sim import oracle
from tests.sim.belief import Belief, believe
from tests.sim.core_run import apart, rows_by_hand
from tests.sim.oracle import Said, View
from tests.sim.payload import left_in_file
from tests.sim.seeded import DeskClock, WorldTime, any_offset
from tests.sim.template import OFFICE, Furnished, furnish
from tests.stations import PASSPHRASE

PERSON_COLUMNS = {3: "surnames", 4: "given", 9: "sex", 28: "note"}


class Wrong(AssertionError):
    """Something in a world is not as it must be; ``story`` is how it came to that."""

    def __init__(self, sentence: str, story: Iterable[str] = ()) -> None:
        super().__init__(sentence)
        self.story = list(story)


@dataclass
class Journal:
    """Every line ever saved, by its hash: the line, and the hash of the one it follows on its desk's own line."""

    lines: dict[bytes, bytes] = field(default_factory=dict)
    chains: dict[bytes, bytes] = field(default_factory=dict)
    upto: dict[tuple[int, int, bytes], frozenset[bytes]] = field(default_factory=dict)
    """By desk, epoch and chain value the hashes of everything on the line that ends there."""
    lost: set[bytes] = field(default_factory=set)
    """What nobody held any more when a laptop was lost."""
    before_healing: set[bytes] = field(default_factory=set)
    """What had been saved when everybody began to meet everybody: each exchange adds a line to the log itself."""

    def is_copied(self, dev: int) -> bool:
        """Whether a desk really wrote two lines under the same numbers."""
        places: dict[tuple[int, int], set[bytes]] = {}
        for line in self.lines.values():
            said = oracle.read_line(line)[0]
            if said.dev == dev:
                places.setdefault(said.id[1:3], set()).add(said.eh)
        return any(len(several) > 1 for several in places.values())

    def note(self, dev: int, epoch: int, line: bytes, eh: bytes, before: bytes) -> None:
        """A line was saved after the one that ends in ``before``."""
        value = chain_next(before, eh)
        self.lines[eh] = line
        self.chains[eh] = value
        self.upto[dev, epoch, value] = self.line_to(dev, epoch, before) | {eh}

    def author(self, eh: bytes) -> int:
        """The desk that saved a line."""
        return oracle.read_line(self.lines[eh])[0].dev

    def line_to(self, dev: int, epoch: int, value: bytes) -> frozenset[bytes]:
        """What is on the line that ends in a chain value."""
        return frozenset() if value == GENESIS else self.upto[dev, epoch, value]


@dataclass
class Place:
    """A folder with a desk at work in it. A copy of one is another place of the same desk."""

    name: str
    folder: Path
    made: Furnished
    clock: DeskClock
    desk: Desk
    users: list[UserEntry]
    images: list[Path] = field(default_factory=list)

    @property
    def store(self) -> Store:
        return self.desk.store

    @property
    def is_office(self) -> bool:
        return self.made.name == OFFICE

    @property
    def station(self) -> str:
        return self.desk.who.station

    def hashes(self) -> set[bytes]:
        """The hashes of every line held here."""
        return {row[0] for row in self.store.conn.execute("SELECT eh FROM event")}

    def second_hand(self) -> set[bytes]:
        """Of the lines held here those of which something was erased and nobody who may say so brought what is left."""
        return {
            row[0]
            for row in self.store.conn.execute("SELECT eh FROM withheld w JOIN event e ON e.id = w.event")
        }

    def statements(self) -> list[bytes]:
        """The exact bytes of every statement held here."""
        return [row[0] for row in self.store.conn.execute("SELECT raw FROM statement")]


class World:
    """All places of one schedule, the sticks between them, and the journal."""

    def __init__(
        self, base: Path, template: dict[str, Furnished], names: Iterable[str], rng: random.Random
    ) -> None:
        self.base = base
        self.rng = rng
        self._template = template
        self.begun_with: set[str] = set()
        self.worded: set[bytes] = set()
        """Records in which a word stands that tells of them alone (``payload.py``)."""
        self.time = WorldTime()
        self.journal = Journal()
        self.story: list[str] = []
        self.counts: Counter[str] = Counter()
        self.places: list[Place] = []
        self._made = 0
        base.mkdir(parents=True)
        for name in names:
            self.begin(name)

    def begin(self, name: str) -> Place:
        """A laptop of the template, as it is there, begins to work in this world."""
        one = self._template[name]
        folder = self.new_path(name)
        furnish(one, folder)
        place = self.opened(name, folder, one, DeskClock(self.time, any_offset(self.rng)), is_new=True)
        self.places.append(place)
        self.begun_with.add(name)
        self._known_from_the_start(place)
        return place

    def logged_in(self, name: str, folder: Path, clock: DeskClock) -> Place:
        """Open a folder made a moment ago as its admin does, with the passphrase."""
        desk = open_desk(folder, "admin", PASSPHRASE, clock)
        desk.store.conn.execute("PRAGMA synchronous = OFF")
        made = Furnished(name, folder, desk.store.file_key, desk.user, desk.user_keys)
        place = Place(name, folder, made, clock, desk, [desk.user])
        self.places.append(place)
        return place

    def _known_from_the_start(self, place: Place) -> None:
        before: dict[tuple[int, int], bytes] = {}
        for dev, epoch, line, eh in place.store.conn.execute(
            "SELECT dev, epoch, line, eh FROM event ORDER BY dev, epoch, seq"
        ):
            self.journal.note(dev, epoch, line, eh, before.get((dev, epoch), GENESIS))
            before[dev, epoch] = self.journal.chains[eh]

    @property
    def office(self) -> Place:
        return next(place for place in self.places if place.is_office)

    def new_path(self, what: str) -> Path:
        """A path in this world that is not there yet."""
        self._made += 1
        return self.base / f"{self._made}-{what}"

    def opened(
        self, name: str, folder: Path, made: Furnished, clock: DeskClock, *, is_new: bool = False
    ) -> Place:
        """Open a folder as at a log-in, without the passphrase; of the template's own the file only."""
        if is_new:
            store = Store(folder / startup.FILE, made.key, clock)
        else:
            store = startup.open_store(folder, made.key, clock)
        store.conn.execute("PRAGMA synchronous = OFF")  # the disk keeps its word here
        if not is_new:
            hear_erasures(store, folder / startup.ERASED)
            begin_work(store, folder)
        desk = Desk(folder, store, made.user, made.user_keys)
        return Place(name, folder, made, clock, desk, [made.user])

    def tell(self, place: Place | None, what: str) -> None:
        """A line of the story."""
        at = "" if place is None else f"{place.name} ({place.clock.now():%Y-%m-%d %H:%M}): "
        self.story.append(f"{len(self.story)}. {at}{what}")

    @contextmanager
    def saving(self, place: Place) -> Iterator[None]:
        """Whatever the desk saves inside goes into the journal, called saved once the block ends."""
        conn = place.store.conn
        who = place.desk.who
        upto, before = last_of(conn, who.dev, who.epoch) or (0, GENESIS)
        yield
        for seq, line, eh in conn.execute(
            "SELECT seq, line, eh FROM event WHERE dev = ? AND epoch = ? AND seq > ? AND chain IS NOT NULL ORDER BY seq",
            (who.dev, who.epoch, upto),
        ):
            assert seq == upto + 1, "a desk's own line has a hole"
            assert oracle.read_line(line)[0].eh == eh, "a desk saved what it does not stand by"
            self.journal.note(who.dev, who.epoch, line, eh, before)
            before, upto = self.journal.chains[eh], seq + len(oracle.read_line(line)) - 1

    def lose(self, place: Place) -> None:
        """The laptop is gone with everything on it that is nowhere else."""
        held = place.hashes()
        elsewhere: set[bytes] = set()
        for other in self.places:
            if other is not place:
                elsewhere |= other.hashes()
        self.journal.lost |= held - elsewhere
        place.store.close()
        shutil.rmtree(place.folder)

    def close(self) -> None:
        """Everything goes."""
        for place in self.places:
            place.store.close()
        shutil.rmtree(self.base)

    def wrong(self, sentence: str) -> Wrong:
        """What is wrong, with the story so far."""
        return Wrong(sentence, self.story)

    # -- what a place says, against the oracle

    def look(self, place: Place) -> tuple[View, str]:
        """What the oracle says of the lines and statements held at a place: the view, and its state."""
        belief = believe(place.statements())
        held = [
            eh
            for eh, line in place.store.conn.execute("SELECT eh, line FROM event")
            if self._as_left(place, belief, eh, line)
        ]
        second_hand, heard = place.second_hand(), belief.verdict(self.journal.line_to)

        def verdict(one: Said) -> str | None:
            reason = heard(one)
            is_known = reason not in ("unknown_desk", "revoked_desk")
            return "unsigned" if is_known and one.eh in second_hand else reason

        lines = [self.journal.lines[eh] for eh in held]
        view = oracle.look(
            lines, verdict, belief.homes, belief.erased, belief.later_by if belief.clocks else None
        )
        return view, oracle.state(view, belief.issuer, belief.number, belief.in_force)

    def _as_left(self, place: Place, belief: Belief, eh: bytes, line: bytes | None) -> bool:
        """That a line is kept whole, or as it is to be left where something in it was erased; else :class:`Wrong`."""
        saved = self.journal.lines[eh]
        if line == saved and not belief.erased:
            return True
        expected = oracle.left_of(saved, belief.erased)
        found = json.loads(line) if line is not None and isinstance(expected, dict) else line
        self.same(place, f"what is kept of line {eh.hex()[:8]}", found, expected)
        return True

    def nothing_left_of_erased(self, place: Place) -> None:
        """No word of what is erased as far as a place knows stands anywhere in its file."""
        erased = self.worded & place.desk.roster.erased
        left = left_in_file(place.folder, place.made.key, erased)
        self.same(place, "records erased and still in the file", left, set())
        self.counts["looked_for"] += len(erased)

    def authors_at(self, place: Place) -> list[tuple[bytes, int]]:
        """Every line held at a place, with the desk that wrote it."""
        return place.store.conn.execute("SELECT eh, dev FROM event").fetchall()

    def compare(self, place: Place) -> View:
        """Everything a place says of its log against the oracle."""
        view, said = self.look(place)
        conn = place.store.conn
        aside = {
            (eh, pos): reason
            for eh, pos, reason in conn.execute(
                "SELECT e.eh, s.pos, s.reason FROM set_aside_op s JOIN event e ON e.id = s.event"
            )
        }
        rows = {
            row[0]: row[1:]
            for row in conn.execute(
                f"SELECT ent, dev, entered_ms, entered_by, void, {', '.join(PERSON_COLUMNS.values())} FROM person"
            )
        }
        conflicts = set(conn.execute("SELECT ent, kind, field FROM conflict"))
        held = conn.execute("SELECT count(*), count(DISTINCT eh) FROM event").fetchone()
        self.same(place, "set aside", aside, view.aside)
        self.same(place, "events held once", held[0], held[1])
        self.same(place, "conflicts", conflicts, view.conflicts())
        self.same(place, "people", rows, rows_by_hand(view, 4, PERSON_COLUMNS))
        self.same(place, "state", state_of(conn), said)
        return view

    def same(self, place: Place, what: str, found: object, expected: object) -> None:
        """Raise :class:`Wrong` unless what was found is what was expected."""
        if found != expected:
            raise self.wrong(f"{place.name}: {what}\n{apart(found, expected)}")
