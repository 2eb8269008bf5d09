"""What happens in a world, step by step, drawn from its seed: people work, sticks travel and get lost, laptops die."""

from __future__ import annotations

import base64
import json
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from shelterdesk.actions.desk import changed_user
from shelterdesk.actions.exchange import export_bundle, export_receipts
from shelterdesk.actions.revoking import reinstate_desk, revoke_desk
from shelterdesk.actions.taking_in import Imported, import_from
from shelterdesk.actions.users import add_user
from shelterdesk.core.errors import NotAllowed, Refused
from shelterdesk.core.event import Op, OpId, compose, row_op
from shelterdesk.core.kinds import HOUSEHOLD, MEMBERSHIP, PERSON, SEALED_PROTECTION, TRAVEL_DOCUMENT
from shelterdesk.core.roster import user_body
from shelterdesk.core.vocabulary import Role
from shelterdesk.db import meta
from shelterdesk.db.chain import last_of
from tests.sim import oracle
from tests.sim.laptops import Laptops
from tests.sim.newcomers import Newcomers
from tests.sim.orders import Orders
from tests.sim.payload import left_in_parts, word_of
from tests.sim.world import Place, World
from tests.stations import CHEAP, PASSPHRASE

MOST_PLACES = 8
_WORDS = ("Ana", "Luz", "Éva", "María José", 'O"Neil', "", "أحمد")
_FIELDS = ("given", "surnames", "note", "sex")
_PARTS = "SHELTERDESK/*/*.age"
_HIGHEST = (1 << 63) - 1


@dataclass
class Stick:
    """A stick as it was written, by whom, and for whom."""

    folder: Path
    by: str
    for_: str


class Schedule:
    """The steps of one world."""

    def __init__(self, world: World, leaning: Mapping[str, int], *, is_poisoned: bool) -> None:
        self.world = world
        self.rng = world.rng
        self.leaning = leaning
        self.sticks: list[Stick] = []
        self.is_poisoned = is_poisoned
        self.lose_every = self.rng.choice((0, 3, 4, 6))  # every so many sticks is lost
        self.written = 0
        self.laptops, self.newcomers, self.orders = Laptops(self), Newcomers(self), Orders(self)
        one, new, said = self.laptops, self.newcomers, self.orders
        self.acts: tuple[tuple[Callable[[Place], None], int], ...] = (
            (self.register, 8), (self.edit, 24), (self.resolve, 8), (self.void, 3), (self.seal, 3),
            (self.document, 3), (self.export, 12), (self.take_in, 15), (self.meet, 7), (self.receipts, 2),
            (one.jump, 4), (one.reopen, 2), (one.image, 3), (one.put_back, 7), (one.copy, 3), (one.back_up_and_restore, 1),
            (self.hostile, 4), (self.new_user, 1), (self.other_user, 2), (self.revoke, 2), (said.erase, 2),
            (said.second_admin, 1), (said.correct_clock, 1), (new.join, 1), (new.enrol, 1),
        )  # fmt: skip

    def step(self) -> Place:
        """Something happens somewhere; where."""
        world = self.world
        world.time.forward(timedelta(seconds=self.rng.choice((0, 1, 40, 3_600, 86_400))))
        place = self.rng.choice(world.places)
        acts = [act for act, _ in self.acts]
        weights = tuple(w + self.leaning.get(act.__name__, 0) for act, w in self.acts)
        self.rng.choices(acts, weights)[0](place)
        return next(p for p in world.places if p.name == place.name)

    @property
    def is_full(self) -> bool:
        """Whether a world has as many places as it can have."""
        return len(self.world.places) >= MOST_PLACES

    # -- people at work

    def write(self, place: Place, folder: Path, for_: str, what: str) -> bool:
        """Write a stick; False where a revoked desk is refused. Nothing of what is erased stands in what is new on it."""
        before = set(folder.glob(_PARTS))
        is_written = self.save(place, what, lambda: export_bundle(place.desk, folder, for_))
        erased = self.world.worded & place.desk.roster.erased
        if erased:
            identity = self.world.office.store.keys.age.identity
            left = left_in_parts(set(folder.glob(_PARTS)) - before, identity, erased)
            self.world.same(place, "records erased and in a part written afterwards", left, set())
        return is_written

    def save(self, place: Place, what: str, act: Callable[[], object]) -> bool:
        """Do what saves; False where it is refused, with nothing saved."""
        try:
            with self.world.saving(place):
                act()
        except (NotAllowed, Refused) as error:
            if place.desk.who.dev in self.bound(place):
                self.world.tell(place, f"{what}: refused, the desk is revoked")
                return False
            raise self.world.wrong(f"{place.name}: {what}: {error}") from error
        self.world.tell(place, what)
        return True

    def bound(self, place: Place) -> set[int]:
        """The desks that are revoked as far as a place knows."""
        return {desk.dev for desk in place.desk.roster.desks.values() if desk.is_revoked}

    def register(self, place: Place) -> None:
        """Somebody comes; at the office nobody does."""
        if place.is_office:
            return self.export(place)
        given = self.rng.choice(_WORDS)

        def act() -> None:
            with place.store.write(place.desk.user) as event:
                ents = [event.create(PERSON, {"given": given, "sex": "F", "arrived_at": event.now})]
                if self.rng.random() < 0.3:
                    house = event.create(HOUSEHOLD, {"number": str(self.rng.randint(1, 9))})
                    ents.append(event.create(PERSON, {"given": given, "sex": "M", "arrived_at": event.now}))
                    for ent in ents:
                        event.create(MEMBERSHIP, {"household": house, "person": ent, "role": "MEMBER"})
                if self.rng.random() < 0.3:
                    event.set(PERSON, ents[0], "note", "at once")
                for ent in ents:
                    event.set(PERSON, ent, "surnames", self._worded(ent))

        self.save(place, f"registers {given!r}", act)
        return None

    def _worded(self, ent: str) -> str:
        self.world.worded.add(bytes.fromhex(ent))
        return word_of(ent)

    def document(self, place: Place) -> None:
        """A document of somebody, whether they were erased meanwhile or not."""
        person = self._somebody(place)
        if person is None:
            return

        def act() -> None:
            with place.store.write(place.desk.user) as event:
                ent = event.create(TRAVEL_DOCUMENT, {"person": person})
                event.set(TRAVEL_DOCUMENT, ent, "document_number", self._worded(ent))

        self.save(place, f"notes a document of {person[-6:]}", act)

    def _somebody(self, place: Place) -> str | None:
        found = [row[0] for row in place.store.conn.execute("SELECT ent FROM person ORDER BY ent LIMIT 3")]
        return self.rng.choice(found).hex() if found and not place.is_office else None

    def edit(self, place: Place) -> None:
        """Fields of somebody known here are changed, as all desks change them that know them."""
        ent = self._somebody(place)
        if ent is None:
            return self.register(place)
        changes = [
            (self.rng.choice(_FIELDS), self.rng.choice(_WORDS)) for _ in range(self.rng.choice((1, 1, 2)))
        ]

        def act() -> None:
            with place.store.write(place.desk.user) as event:
                for name, value in changes:
                    word = "" if name == "sex" or not value else f" {self._worded(ent)}"
                    event.set(PERSON, ent, name, f"{value}{word}" or None)

        self.save(place, f"edits {ent[-6:]}: {changes}", act)
        return None

    def resolve(self, place: Place) -> None:
        """One of the values that stand side by side is chosen, all of them named."""
        found = place.store.conn.execute(
            "SELECT ent, field FROM conflict WHERE kind = ? AND field > 1 ORDER BY ent, field",
            (PERSON.number,),
        ).fetchall()
        if not found or place.is_office:
            return self.edit(place)
        ent, number = self.rng.choice(found)
        field = PERSON.numbered(number)
        assert field is not None

        def act() -> None:
            with place.store.write(place.desk.user) as event:
                event.set(PERSON, ent.hex(), field.name, "agreed")

        if self.save(place, f"resolves {ent.hex()[-6:]}.{field.name}", act):
            self.world.counts["resolved"] += 1
        return None

    def void(self, place: Place) -> None:
        """Somebody was entered by mistake."""
        ent = self._somebody(place)
        if ent is None:
            return

        def act() -> None:
            with place.store.write(place.desk.user) as event:
                event.void(PERSON, ent, "twice")

        self.save(place, f"voids {ent[-6:]}", act)

    def seal(self, place: Place) -> None:
        """A sealed record; its bytes are drawn like all else, nobody opens it here."""
        text = base64.b64encode(self.rng.randbytes(300)).decode() + "." * 112

        def act() -> None:
            with place.store.write(place.desk.user) as event:
                event._sealed.add(row_op(SEALED_PROTECTION.number, self.rng.randbytes(16), {2: text, 3: 1}))

        self.save(place, "seals a record", act)

    def hostile(self, place: Place) -> None:
        """An enrolled desk writes what the program never would: false parents, numbers to come, clocks near the end."""
        conn, rng = place.store.conn, self.rng
        lines = conn.execute("SELECT line, eh FROM event WHERE line IS NOT NULL ORDER BY dev, epoch, seq, eh")
        whole = [read for line, eh in lines if (read := oracle.read_line(line))[0].eh == eh]
        said = [one for several in whole for one in several if one.kind == PERSON.number]
        if not said or place.is_office:
            return
        about = rng.choice(said)
        dev, epoch, seq, eh8 = rng.choice(said).id
        above = rng.choice(
            (
                [(dev, epoch, seq, eh8)],
                [(dev, epoch, seq, rng.randbytes(8))],
                [(dev, epoch, seq + n, rng.randbytes(8)) for n in range(1, 5)],
                [],
            )
        )
        ops = [Op(PERSON.number, about.ent, 4, b'"mine"', tuple(OpId(*one) for one in above))]
        if rng.random() < 0.3:
            ops.append(Op(PERSON.number, about.ent, 900, b'{"newer":[1.50]}'))
        if rng.random() < 0.2:
            ops.append(Op(500, rng.randbytes(16), 0, b'{"2":"of a newer program"}'))
        who = place.desk.who
        at = last_of(conn, who.dev, who.epoch)
        hlc = meta.get_hlc(conn) + 1
        if self.is_poisoned:
            hlc = _HIGHEST - rng.randint(0, 1_000)
            self.world.counts["poisoned"] += 1
        event = compose(
            dev=who.dev, epoch=who.epoch, first_seq=1 if at is None else at[0] + 1, hlc=hlc, wall_ms=1, zone="UTC",
            user=place.desk.user.id, schema=7, merge_rules=1, salt=rng.randbytes(16), ops=ops,
        )  # fmt: skip
        with self.world.saving(place):
            place.store.take_in([event])
        self.world.tell(
            place, f"a hostile hand writes on {about.ent.hex()[-6:]}, naming {len(above)}, clock {hlc}"
        )

    # -- sticks

    def hear_of_it(self, place: Place) -> None:
        """A stick of the office goes straight to a desk, so that it knows what the office ordered."""
        office = self.world.office
        if place is office or place.station not in office.desk.roster.stations:
            return
        folder = self.world.new_path("order")
        folder.mkdir()
        if self.write(office, folder, place.station, f"writes for {place.name}"):
            self.world.tell(place, f"takes in the order: {told(self.taken(place, folder))}")

    def _for(self, place: Place) -> str:
        if place.is_office:
            return self.rng.choice(("LB", "LB", *sorted(set(place.desk.roster.stations) - {"LB"})))
        return self.rng.choice(("office", place.station))

    def export(self, place: Place) -> None:
        """A stick is written, or one that was written before is written again."""
        for_ = self._for(place)
        mine = [stick for stick in self.sticks if stick.by == place.name and stick.for_ == for_]
        again = self.rng.choice(mine) if mine and self.rng.random() < 0.15 else None
        stick = again or Stick(self.world.new_path("stick"), place.name, for_)
        stick.folder.mkdir(exist_ok=True)
        if self.write(place, stick.folder, for_, f"writes a stick for {for_}"):
            self.written += 1
            if again is None and self.lose_every and self.written % self.lose_every == 0:
                self.world.tell(place, "the stick is lost")
                self.world.counts["sticks_lost"] += 1
            elif again is None:
                self.sticks.append(stick)

    def receipts(self, place: Place) -> None:
        """Receipts alone are written."""
        stick = Stick(self.world.new_path("receipts"), place.name, "all")
        stick.folder.mkdir()
        export_receipts(place.desk, stick.folder)
        self.world.tell(place, "writes receipts")
        self.sticks.append(stick)

    def take_in(self, place: Place) -> None:
        """Some stick is taken in, new or long known, whole or not; perhaps the import is stopped."""
        if not self.sticks:
            return self.export(place)
        stick = self.rng.choice(self.sticks[-6:] if self.rng.random() < 0.8 else self.sticks)
        folder, what = self._on_the_way(stick)
        asked: list[int] = []
        patience = self.rng.randint(1, 3) if self.rng.random() < 0.12 else None

        def stopped() -> bool:
            asked.append(1)
            return patience is not None and len(asked) > patience

        found = self.taken(place, folder, stopped)
        self.world.tell(place, f"takes in what {stick.by} wrote for {stick.for_}{what}: {told(found)}")
        if folder != stick.folder:
            shutil.rmtree(folder)
        return None

    def meet(self, place: Place) -> None:
        """A stick goes straight from one desk to another that can open it."""
        others = [
            one
            for one in self.world.places
            if one is not place and (place.is_office or one.is_office or one.station == place.station)
        ]
        if not others:
            return self.edit(place)
        other = self.rng.choice(others)
        folder = self.world.new_path("meeting")
        folder.mkdir()
        for_ = "office" if other.is_office else other.station
        if self.write(place, folder, for_, f"writes for {other.name}"):
            self.world.tell(other, f"takes in what {place.name} brings: {told(self.taken(other, folder))}")
        return None

    def _on_the_way(self, stick: Stick) -> tuple[Path, str]:
        """The stick as it arrives: as it was, or a copy of it with parts missing or cut."""
        parts = sorted(stick.folder.glob(_PARTS))
        if not parts or self.rng.random() < 0.75:
            return stick.folder, ""
        copy = self.world.new_path("copy")
        shutil.copytree(stick.folder, copy)
        part = copy / self.rng.choice(parts).relative_to(stick.folder)
        how = self.rng.choice(("dropped", "cut", "without its signature"))
        if how == "dropped":
            part.unlink()
        elif how == "cut":
            part.write_bytes(part.read_bytes()[: self.rng.randrange(1, 3_000)])
        else:
            part.with_name(f"{part.name}.sig").unlink()
        self.world.counts["parts_hurt"] += 1
        return copy, f", one part {how}"

    def taken(self, place: Place, folder: Path, stopped: Callable[[], bool] | None = None) -> Imported:
        """What an import found; alarms are expected only of copies and restores, faults never."""
        found = import_from(place.desk, folder, None, stopped).result
        slots: dict[str, list[int]] = {}
        for desk in place.desk.roster.desks.values():
            slots.setdefault(desk.slot, []).append(desk.dev)  # copies of one desk may admit two with one name
        for alarm in found.alarms:
            devs = slots.get(alarm.split()[0])
            if "two histories" in alarm and devs and not any(map(self.world.journal.is_copied, devs)):
                raise self.world.wrong(
                    f"{place.name}: {alarm.split()[0]} was never copied, and is said to be"
                )
        for part in found.parts:
            if "fault" in part.reason.casefold() or "stumbled" in part.reason.casefold():
                raise self.world.wrong(f"{place.name}: the program stumbled over {part.name}: {part.reason}")
        return found

    # -- who belongs

    def new_user(self, place: Place) -> None:
        """The admin lets somebody in, or shuts somebody out."""
        if place.is_office or place.desk.who.dev in self.bound(place):
            return
        name = f"user {len(self.world.story)}"
        roles = frozenset({Role.OPERATOR, Role.SUPERVISOR})
        add_user(place.desk, name, roles, f"{PASSPHRASE}-{PASSPHRASE}", cost=CHEAP)
        entry = place.desk.roster.user_named(name, place.station)
        assert entry is not None
        place.users.append(entry)
        self.world.tell(place, f"lets in {name}")
        if self.rng.random() < 0.3:
            place.desk.publish("user", {"user": user_body(changed_user(entry, is_active=False))})
            place.users.remove(entry)
            self.world.tell(place, f"shuts out {name}")

    def other_user(self, place: Place) -> None:
        """Somebody else logs in."""
        known = [user for user in place.users if place.desk.roster.users.get(user.id, user).is_active]
        place.desk.user = self.rng.choice(
            [u for u in known if u.id in place.desk.roster.users] or [place.made.user]
        )
        self.world.tell(place, f"{place.desk.user.name} logs in")

    def revoke(self, place: Place) -> None:
        """The office, or a desk above, hears a desk no further than it is held; or the office takes that back."""
        roster, who = place.desk.roster, place.desk.who
        if place.desk.user.id != place.made.user.id or who.dev in self.bound(place):
            return
        bound = [d for d in roster.desks.values() if d.is_revoked and not d.is_office]
        if place.is_office and bound and self.rng.random() < 0.6:
            slot = self.rng.choice(sorted(d.slot for d in bound))
            reinstate_desk(place.desk, slot)
            self.world.tell(place, f"lifts the revocation of {slot}")
            return
        others = [
            d.slot for d in roster.desks.values() if not d.is_office and d.dev != who.dev and not d.is_revoked
        ]
        others = sorted(s for s in others if place.is_office or roster.is_above(who.dev, _dev(place, s)))
        if others:
            slot = self.rng.choice(others)
            proposal = revoke_desk(place.desk, slot).result.proposal
            self.orders.asks_a_second(place, proposal)
            if proposal is not None:
                self.world.tell(place, f"proposes to revoke {slot}")
                if not self.orders.second_agrees(place, proposal.number):
                    return
            self.world.counts["revocations"] += 1
            self.world.tell(place, f"revokes {slot}")


def _dev(place: Place, slot: str) -> int:
    return next(d.dev for d in place.desk.roster.desks.values() if d.slot == slot)


def told(found: Imported) -> str:
    """What an import found, in one line of a story."""
    said = f"{found.new} new, {found.known} known, {found.not_admitted} not admitted"
    left = [
        f"{part.name[17:30]} {part.outcome}" for part in found.parts if part.outcome not in ("new", "known")
    ]
    return json.dumps([said, *left, *(f"ALARM {one[:60]}" for one in found.alarms)], ensure_ascii=False)
