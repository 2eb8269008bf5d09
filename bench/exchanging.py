"""Writing bundles, taking in edits and what is known already: how quick, how much memory, how many bytes."""

from __future__ import annotations

import gzip
import random
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from time import perf_counter

from bench.families import BEGAN, Registrations, in_slices
from bench.importing import bring, insert_bare
from bench.measure import Figure, Sizes, median, seconds
from bench.stations import OTHER, SEED, Filled, author_of, beds, copy_of, filled, opened
from shelterdesk.actions.desk import Desk
from shelterdesk.actions.exchange import export_bundle
from shelterdesk.actions.taking_in import import_from
from shelterdesk.core.event import Event, OpId, compose, field_op
from shelterdesk.core.kinds import MERGE_RULES, PERSON, SCHEMA_VERSION
from shelterdesk.core.moment import to_milliseconds

TOP = Path(__file__).resolve().parent.parent
_EDITED = ("note", "given", "surnames")


def run(sizes: Sizes, out: Path, work: Path) -> Iterator[Figure]:
    """Promise: 100,000 changes leave in 2 s, as many random edits come in in 10 s, what is known again in 2 s."""
    base = filled(sizes.people, out=out)
    brought = bring(base, work, sizes.import_ops)
    yield from _leaving(base, work, sizes)
    folder = copy_of(base, work / "again")
    with opened(folder) as desk:
        import_from(desk, brought.stick)
    again = _sealed_again(work, "sender")
    with opened(folder) as desk:
        began = perf_counter()
        found = import_from(desk, again).result
        taken = perf_counter() - began
    if found.new > 3 or not found.known:  # that the second stick was written is an entry of its own
        raise ValueError(f"it was not known: {found}")
    lines = [event.line for event in brought.events]
    yield Figure(
        f"the same {brought.ops:,} changes once more, sealed anew (opened, checked, all known)",
        taken,
        "s",
        "parsing and hashing the same lines",
        seconds(lambda: _parsed(lines)),
        most=2,
    )
    yield from _edits(base, work, sizes)
    yield from _memory(base, brought.stick, work)
    yield from _weight(sizes, out, brought.stick, brought.events)


def _leaving(base: Filled, work: Path, sizes: Sizes) -> Iterator[Figure]:
    """A first bundle of so many changes, sealed, signed and read back."""
    with opened(base.folder) as desk:
        places = beds(desk)
    took, packed, ops = [], [], 0
    for at in range(sizes.rounds):
        folder, stick = work / f"leaving-{at}", work / f"leaving-stick-{at}"
        copy_of(base, work / f"base-{at}").joinpath(OTHER).rename(folder)
        stick.mkdir()
        lines: list[bytes] = []
        with opened(folder) as desk:
            line = Registrations(author_of(desk, "LB1A"), places, SEED + 5, began=BEGAN + timedelta(days=500))
            for some in in_slices(_so_many(line, sizes.import_ops), 2_000):
                desk.store.take_in(some)
                lines += [event.line for event in some]
            ops = line.ops
            took.append(seconds(lambda desk=desk, stick=stick: export_bundle(desk, stick, "LB")))  # type: ignore[misc]
        packed.append(seconds(lambda lines=lines: gzip.compress(b"\n".join(lines), 6)))  # type: ignore[misc]
    yield Figure(
        f"export of {ops:,} changes to a folder (planned, packed, sealed, signed, read back)",
        median(took),
        "s",
        "gzip -6 of the same lines, once",
        median(packed),
        most=2,
    )


def _so_many(line: Registrations, ops: int) -> Iterator[Event]:
    while line.ops < ops:
        yield from line.events(line.people + 1)


def _sealed_again(work: Path, sender: str) -> Path:
    """The bundle of the sender on a second stick: the same parts under another seal."""
    stick = work / "again-stick"
    stick.mkdir()
    with opened(work / sender) as desk:
        export_bundle(desk, stick, "LB")
    return stick


def _parsed(lines: list[bytes]) -> None:
    from shelterdesk.core.event import parse

    for line in lines:
        parse(line)


def edits_of(desk: Desk, author: Desk, many: int, seed: int) -> Iterator[Event]:
    """Random edits of people known at ``desk``, one field each, by the other desk; half of them saw what they replace."""
    rng = random.Random(seed)
    rows = _people(desk)
    rng.shuffle(rows)  # ids come in the order of making, and the edits shall not
    key = author.store.who.dev
    seq, hlc = 1, (to_milliseconds(author.store.now) << 16)
    for n in range(many):
        ent, dev, epoch, row_seq, eh8 = rows[n % len(rows)]
        field = PERSON.field(_EDITED[n % len(_EDITED)])
        saw = (OpId(dev, epoch, row_seq, eh8),) if rng.random() < 0.5 else ()
        hlc += 1 << 16
        event = compose(
            dev=key,
            epoch=0,
            first_seq=seq,
            hlc=hlc,
            wall_ms=hlc >> 16,
            zone="America/Panama",
            user=author.user.id,
            schema=SCHEMA_VERSION,
            merge_rules=MERGE_RULES,
            salt=rng.randbytes(16),
            ops=[field_op(PERSON.number, ent, field.number, f"edited {n}", saw)],
        )
        seq = event.last_seq + 1
        yield event


def _people(desk: Desk) -> list[tuple[bytes, int, int, int, bytes]]:
    """Every person with the op that made it: entity, desk, epoch, number, beginning of the line's hash."""
    found = desk.store.conn.execute(
        "SELECT o.ent, e.dev, e.epoch, e.seq + o.pos, substr(e.eh, 1, 8) FROM op o JOIN event e ON e.id = o.event"
        " WHERE o.kind = ? AND o.field = 0",
        (PERSON.number,),
    )
    return [(bytes(ent), dev, epoch, seq, bytes(eh8)) for ent, dev, epoch, seq, eh8 in found]


def _edits(base: Filled, work: Path, sizes: Sizes) -> Iterator[Figure]:
    """Edits of another desk to random people, come in by stick."""
    sender, stick = work / "editor", work / "edits"
    copy_of(base, work / "base-edits").joinpath(OTHER).rename(sender)
    stick.mkdir()
    with opened(base.folder) as desk, opened(sender) as author:
        events = list(edits_of(desk, author, sizes.import_ops, SEED + 6))
        for some in in_slices(iter(events), 2_000):
            author.store.take_in(some)
        export_bundle(author, stick, "LB")
    bare, took = [], []
    for at in range(sizes.rounds):
        folder = copy_of(base, work / f"edited-{at}")
        bare.append(insert_bare(folder, events))
        with opened(folder) as desk:
            took.append(seconds(lambda desk=desk: import_from(desk, stick)))  # type: ignore[misc]
    yield Figure(
        f"import of {len(events):,} random edits of {base.people:,} people, half of them made without seeing the value",
        median(took),
        "s",
        "bare executemany of the same changes with their values, 500 to a commit",
        median(bare),
        most=10,
        most_times=20,
    )


def _memory(base: Filled, stick: Path, work: Path) -> Iterator[Figure]:
    """The most memory a process holds that takes the bundle in."""
    folder = copy_of(base, work / "memory")
    code = (
        "import sys; from pathlib import Path; from bench.measure import peak; from bench.stations import opened;"
        "from shelterdesk.actions.taking_in import import_from\n"
        "with opened(Path(sys.argv[1])) as desk: import_from(desk, Path(sys.argv[2]))\n"
        "print(peak())"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(folder), str(stick)],
        cwd=TOP,
        capture_output=True,
        text=True,
        check=True,
    )
    yield Figure(
        "most memory of a process that takes that bundle in", float(done.stdout) / (1 << 20), "MB", most=400
    )


def _weight(sizes: Sizes, out: Path, stick: Path, events: list[Event]) -> Iterator[Figure]:
    """Bytes of a change on disk in a small and in a large file, of a person on disk and on the stick."""
    small, large = filled(sizes.people // 8, out=out), filled(sizes.people + sizes.people // 4, out=out)
    per_small = (small.bytes_after - small.bytes_before) / small.ops
    per_large = (large.bytes_after - large.bytes_before) / large.ops
    yield Figure(
        f"bytes of the file per change at {large.ops:,} changes",
        per_large,
        "bytes",
        f"at {small.ops:,} changes",
        per_small,
        most_times=1.1,
    )
    people = sum(1 for event in events for op in event.ops if op.kind == PERSON.number)
    lying = sum(path.stat().st_size for path in stick.rglob("*.age"))
    yield Figure("bytes of a sealed bundle on the stick per person", lying / max(1, people), "bytes")
