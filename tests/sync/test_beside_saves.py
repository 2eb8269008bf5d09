"""An import gives way: who saves meanwhile gets the turn at once, and nothing of either is lost."""

from __future__ import annotations

import shutil
import threading
import time
from datetime import timedelta
from pathlib import Path

import pytest

from shelterdesk.actions.clock import SetClock
from shelterdesk.actions.desk import open_desk
from shelterdesk.actions.exchange import export_bundle
from shelterdesk.actions.taking_in import import_from
from shelterdesk.core.kinds import ACCESS, HOUSEHOLD, MEMBERSHIP, PERSON, SERVICE, TRAVEL_DOCUMENT
from tests.stations import MORNING, PASSPHRASE
from tests.sync.worlds import World, at, given_names

SAVE_P99_MS = 50
IMPORT_S = 5.0


def work(folder: Path, clock: SetClock, stick: Path, ops: int) -> int:
    """A station that has written so many ops, families with papers and services; exported. Returns its events."""
    with at(folder, clock) as desk:
        done = 0
        while done < ops:
            clock.forward(timedelta(seconds=20))
            with desk.store.write(desk.user) as event:
                household = event.create(HOUSEHOLD, {"number": f"LB1-H{done:06d}"})
                family = [
                    event.create(
                        PERSON,
                        {
                            "given": f"Ana{done}n{n}",
                            "surnames": "Pérez",
                            "sex": "F",
                            "arrived_at": event.now,
                            "station": "LB",
                        },
                    )
                    for n in range(4)
                ]
                for person in family:
                    event.create(MEMBERSHIP, {"household": household, "person": person})
                    event.create(TRAVEL_DOCUMENT, {"person": person, "document_number": f"{done:09d}"})
            with desk.store.write(desk.user) as event:
                for person in family * 3:
                    event.create(
                        SERVICE, {"person": person, "happened_at": event.now, "service_day": "2026-11-23"}
                    )
            done += 25
        export_bundle(desk, stick)
        return int(desk.store.conn.execute("SELECT count(*) FROM event").fetchone()[0])


class Saver(threading.Thread):
    """Somebody at another window of the same folder, who saves every few milliseconds."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self.folder, self.stop, self.ready = folder, threading.Event(), threading.Event()
        self.waits: list[float] = []
        self.fault: BaseException | None = None

    def run(self) -> None:
        try:
            desk = open_desk(self.folder, "chief", PASSPHRASE, SetClock(MORNING))
            self.ready.set()
            while not self.stop.wait(0.02):
                began = time.perf_counter()
                with desk.store.write(desk.user) as event:
                    event.create(ACCESS, {"access": "opened", "happened_at": event.now})
                self.waits.append(time.perf_counter() - began)
            desk.close()
        except BaseException as error:
            self.fault = error
            self.ready.set()


def import_beside_saves(world: World, stick: Path, clock: SetClock) -> tuple[float, Saver, int, int]:
    saver = Saver(world.office)
    saver.start()
    saver.ready.wait(30)
    with at(world.office, clock) as office:
        began = time.perf_counter()
        new = import_from(office, stick).result.new
        took = time.perf_counter() - began
        saver.stop.set()
        saver.join()
        if saver.fault is not None:
            raise saver.fault
        saved = int(
            office.store.conn.execute("SELECT count(*) FROM access WHERE access = 'opened'").fetchone()[0]
        )
    return took, saver, new, saved


def test_saves_go_on_during_an_import(world: World, stick: Path, clock: SetClock) -> None:
    events = work(world.lb, clock, stick, 5_000)
    _, saver, new, saved = import_beside_saves(world, stick, clock)
    assert new == events and saved == len(saver.waits) > 0
    with at(world.office, clock) as office:
        assert len(given_names(office)) == 800


@pytest.mark.soak
def test_a_hundred_thousand_ops_in_five_seconds(
    world: World, stick: Path, clock: SetClock, tmp_path: Path
) -> None:
    """SYNC §3, test 12: with all checks, decryption and parsing; saves of another window wait 50 ms at most."""
    events = work(world.lb, clock, stick, 100_000)
    alone = tmp_path / "alone" / "office"
    shutil.copytree(world.office, alone)
    with at(alone, clock) as office:
        began = time.perf_counter()
        assert import_from(office, stick).result.new == events
        took = time.perf_counter() - began
        began = time.perf_counter()
        import_from(office, stick)
        again = time.perf_counter() - began
    beside, saver, new, saved = import_beside_saves(world, stick, clock)
    waits = sorted(saver.waits)
    p99 = waits[int(len(waits) * 0.99)] * 1000
    print(
        f"import {took:.2f} s, again {again:.2f} s, beside saves {beside:.2f} s; {saved} saves, p99 {p99:.1f} ms"
    )
    assert new == events and took <= IMPORT_S and again <= 2 and p99 <= SAVE_P99_MS
