"""Taking in another desk's bundle, against a bare executemany of its ops; and saving while that goes on."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from multiprocessing import get_context
from multiprocessing.queues import Queue
from multiprocessing.synchronize import Event as Flag
from pathlib import Path
from time import perf_counter, sleep

from bench.families import BEGAN, Registrations, first_people, in_slices
from bench.measure import Figure, Sizes, median, percentile, seconds
from bench.saving import form_of
from bench.stations import (
    NOW,
    OTHER,
    SEED,
    Filled,
    author_of,
    beds,
    copy_of,
    filled,
    opened,
)
from shelterdesk.actions.clock import SetClock
from shelterdesk.actions.exchange import export_bundle
from shelterdesk.actions.registration import register_family
from shelterdesk.actions.taking_in import import_from
from shelterdesk.core.event import Event
from shelterdesk.core.people import FamilyForm
from shelterdesk.db.connection import open_file
from shelterdesk.startup import FILE
from shelterdesk.sync.intake import SLICE_OPS, slices

_PAUSE_S = 0.02
"""Between two saves beside an import: a desk that never stops, not a loop that fights for the lock."""


@dataclass(frozen=True, slots=True)
class Brought:
    """A stick with another desk's bundle, and the events in it."""

    stick: Path
    events: list[Event]
    ops: int


def run(sizes: Sizes, out: Path, work: Path) -> Iterator[Figure]:
    """Promise: 100,000 new changes within 5 s and six bare inserts of them; a save meanwhile within 50 ms."""
    base = filled(sizes.people, out=out)
    brought = bring(base, work, sizes.import_ops)
    bare, took = [], []
    for at in range(sizes.rounds):
        folder = copy_of(base, work / f"receiver-{at}")
        bare.append(insert_bare(folder, brought.events))
        with opened(folder) as desk:
            began = perf_counter()
            found = import_from(desk, brought.stick).result
            took.append(perf_counter() - began)
        if not found.is_clean or found.new < len(brought.events):
            raise ValueError(f"the bundle did not come in whole: {found}")
        shutil.rmtree(folder)
    yield Figure(
        f"import of {brought.ops:,} new changes into {base.people:,} people (opened, checked, parsed, merged)",
        median(took),
        "s",
        f"bare executemany of the same changes with their values, {SLICE_OPS} to a commit",
        median(bare),
        most=5,
        most_times=6,
    )
    waits, imported, alone = save_beside(base, brought, work, sizes.saves_beside)
    yield Figure(
        f"save of a person in another process while that import runs, p99 of {len(waits)}"
        f" (the import then took {imported:.1f} s)",
        percentile(waits, 99) * 1e3,
        "ms",
        "the same saves with nobody importing, p99",
        percentile(alone, 99) * 1e3,
        most=50,
    )


def bring(base: Filled, work: Path, ops: int) -> Brought:
    """A bundle of the second desk's own registrations on a stick, for the other desks of its station."""
    folder = work / "sender"
    shutil.copytree(base.folder / OTHER, folder)
    stick = work / "stick"
    stick.mkdir()
    with opened(base.folder) as desk:
        places = beds(desk)
    events: list[Event] = []
    with opened(folder) as desk:
        line = Registrations(author_of(desk, "LB1A"), places, SEED + 2, began=BEGAN + timedelta(days=400))
        while line.ops < ops:
            events += line.events(line.people + 1)
        for some in in_slices(iter(events), 2_000):
            desk.store.take_in(some)
        export_bundle(desk, stick, "LB")
    return Brought(stick, events, line.ops)


def insert_bare(folder: Path, events: list[Event]) -> float:
    """Seconds to insert the ops of these events, value and all, as rows of one table of the station's file."""
    with opened(folder) as desk:
        key = desk.store.file_key
    conn = open_file(folder / FILE, key)
    conn.execute(
        "CREATE TABLE bare (ent BLOB, event INTEGER, pos INTEGER, kind INTEGER, field INTEGER, value BLOB,"
        " PRIMARY KEY (ent, event, pos)) WITHOUT ROWID"
    )
    parts, number = [], 0
    for some in slices(events):
        rows = []
        for event in some:
            number += 1
            rows += [(op.ent, number, pos, op.kind, op.field, op.value) for pos, op in enumerate(event.ops)]
        parts.append(rows)

    def insert() -> None:
        for rows in parts:
            conn.execute("BEGIN IMMEDIATE")
            conn.executemany("INSERT INTO bare VALUES (?, ?, ?, ?, ?, ?)", rows)
            conn.execute("COMMIT")

    taken = seconds(insert)
    conn.execute("DROP TABLE bare")
    conn.close()
    return taken


def save_beside(
    base: Filled, brought: Brought, work: Path, most: int
) -> tuple[list[float], float, list[float]]:
    """Seconds of saves while an import runs in this process, of the import, and of saves without one."""
    folder = copy_of(base, work / "beside")
    at_once = get_context("spawn")
    results: Queue[tuple[list[float], list[float]]] = at_once.Queue()
    ready, started, ended = at_once.Event(), at_once.Event(), at_once.Event()
    other = at_once.Process(target=_save_on, args=(folder, most, ready, started, ended, results))
    other.start()
    ready.wait()
    with opened(folder) as desk:
        started.set()
        imported = seconds(lambda: import_from(desk, brought.stick))
        ended.set()
        during, alone = results.get()
        other.join()
    return during, imported, alone


def _save_on(
    folder: Path,
    most: int,
    ready: Flag,
    started: Flag,
    ended: Flag,
    results: Queue[tuple[list[float], list[float]]],
) -> None:
    """The other process: a person now and then, alone first, then until the import is done."""
    people = iter(first_people(SEED + 3, 2 * most + 4))
    clock = SetClock(NOW)
    during: list[float] = []
    with opened(folder, clock) as desk:

        def save() -> float:
            clock.forward(timedelta(seconds=20))
            family = FamilyForm((form_of(next(people)),))
            taken = seconds(lambda: register_family(desk, family))
            sleep(_PAUSE_S)
            return taken

        save()  # what is loaded at the first save is not the lock's doing
        alone = [save() for _ in range(most)]
        ready.set()
        started.wait()
        while not during or (len(during) < most and not ended.is_set()):
            during.append(save())
    results.put((during, alone))
