"""A small world for the exchange: an office, stations it has enrolled, sticks between them; all real files."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from shelterdesk.actions.admission import admit, finish_join, join_request, read_admission, read_join_request
from shelterdesk.actions.clock import SetClock
from shelterdesk.actions.desk import Desk, open_desk
from shelterdesk.actions.exchange import export_bundle
from shelterdesk.actions.offices import accept_reply, enrol, enrol_request, new_office, read_reply
from shelterdesk.actions.taking_in import import_from
from shelterdesk.core.kinds import PERSON
from shelterdesk.db.state import state_of
from shelterdesk.keys.desk import desk_hex
from tests.stations import CHEAP, MORNING, PASSPHRASE, make_template


@dataclass(frozen=True)
class World:
    """Folders of an office and of two stations it enrolled, ``LB`` and ``MT``; each closed."""

    office: Path
    lb: Path
    mt: Path
    escrow_code: str


def make_world(folder: Path) -> World:
    """Make the world once; tests work on copies."""
    clock = SetClock(MORNING)
    made = new_office(folder / "office", "Central", "chief", PASSPHRASE, clock, cost=CHEAP)
    for code in ("LB", "MT"):
        make_template(folder / code.lower(), code=code)
        adopt(made.desk, folder / code.lower(), folder, clock)
    made.desk.close()
    return World(folder / "office", folder / "lb", folder / "mt", made.escrow_code)


def adopt(office: Desk, station: Path, folder: Path, clock: SetClock) -> None:
    """Enrol a station's folder at an office by request and reply."""
    desk = open_desk(station, "admin", PASSPHRASE, clock)
    request, reply = folder / f"{station.name}-request.json", folder / f"{station.name}-reply.json"
    enrol_request(desk, request)
    enrol(office, request, reply)
    accept_reply(desk, reply, read_reply(reply).words)
    desk.close()


def copied(world: World, folder: Path) -> World:
    """A copy of the world for one test."""
    for one in (world.office, world.lb, world.mt):
        shutil.copytree(one, folder / one.name)
    return World(folder / "office", folder / "lb", folder / "mt", world.escrow_code)


@contextmanager
def at(folder: Path, clock: SetClock, user: str | None = None) -> Iterator[Desk]:
    """A desk at work in a folder, closed afterwards."""
    name = user or ("chief" if folder.name == "office" else "admin")
    desk = open_desk(folder, name, PASSPHRASE, clock)
    try:
        yield desk
    finally:
        desk.close()


def register(desk: Desk, *names: str) -> list[str]:
    """People registered one transaction each, a second apart."""
    found = []
    for name in names:
        if isinstance(desk.clock, SetClock):
            desk.clock.forward(timedelta(seconds=1))
        with desk.store.write(desk.user) as event:
            found.append(
                event.create(
                    PERSON, {"given": name, "sex": "F", "arrived_at": event.now, "station": desk.who.station}
                )
            )
    return found


def carry(from_: Path, to: Path, stick: Path, clock: SetClock, for_: str | None = None) -> None:
    """One stick written at one folder and taken in at the other; ``for_`` whom, where that is not plain."""
    stick.mkdir(exist_ok=True)
    with at(from_, clock) as desk:
        export_bundle(desk, stick, for_ or ("office" if to.name == "office" else desk.who.station))
    with at(to, clock) as desk:
        import_from(desk, stick)


def parts_in(stick: Path, dev: int | None = None) -> list[Path]:
    """The parts lying on a stick."""
    folder = "*" if dev is None else desk_hex(dev)
    return sorted((stick / "SHELTERDESK").glob(f"{folder}/*.age"))


def events_of(desk: Desk) -> list[bytes]:
    """The hashes of all events held."""
    return sorted(row[0] for row in desk.store.conn.execute("SELECT eh FROM event"))


def state(desk: Desk) -> str:
    """The hash of the logical state."""
    return state_of(desk.store.conn)


def given_names(desk: Desk) -> set[str]:
    """The given names of everybody known here."""
    return {row[0] for row in desk.store.conn.execute("SELECT given FROM person WHERE void IS NULL")}


def join(station: Path, folder: Path, clock: SetClock) -> None:
    """A new desk in ``folder`` that joins at the station's folder."""
    request, reply = folder.with_suffix(".join"), folder.with_suffix(".reply")
    asked = join_request(folder, request)
    with at(station, clock) as desk:
        assert read_join_request(request).words == asked.words
        admitted = admit(desk, request, reply).result
        assert admitted.words == asked.words
    offered = read_admission(folder, reply)
    assert (offered.words, offered.desk) == (admitted.own_words, admitted.desk)
    finish_join(folder, reply, offered.words, clock)
