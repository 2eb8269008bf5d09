"""Finding people while typing, in a file of a million of them."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from time import perf_counter

from bench.measure import Figure, Sizes, median, percentile
from bench.stations import NOW, SEED, filled, opened
from shelterdesk.core.names import folded_words, query_tokens
from shelterdesk.db.people import find_people
from shelterdesk.db.search import matching
from shelterdesk.db.store import Reader

LENGTHS = (2, 3, 4, 6)
_BASE = "bare prefix query of the index, the newest 20 rows"
_BARE = "SELECT rowid FROM person_search WHERE person_search MATCH ? ORDER BY rowid DESC LIMIT 20"


def run(sizes: Sizes, out: Path, work: Path) -> Iterator[Figure]:
    """Promise: 95 of 100 queries of two to six letters, one word or two, answered within 20 ms."""
    crowd = filled(sizes.crowd, sealed=False, leaving=True, out=out)
    yield Figure(
        f"import path filling it: {crowd.ops:,} changes in slices of 2,000 (noted when it was made)",
        crowd.ops / max(crowd.seconds, 1e-9),
        "changes/s",
    )
    with opened(crowd.folder) as desk:
        reader = desk.reader()
        try:
            yield from _figures(reader, crowd.people, sizes)
        finally:
            reader.close()


def _figures(reader: Reader, people: int, sizes: Sizes) -> Iterator[Figure]:
    typed = typed_texts(reader, people, sizes.queries)
    everything = [text for texts in typed.values() for text in texts]
    bare = _times(lambda text: _bare(reader, text), everything)
    found = _times(lambda text: matching(reader.conn, query_tokens(text)), everything)
    yield Figure(
        f"all {len(everything):,} queries: the index alone, up to 200 people, by sound too, p95",
        percentile(found, 95) * 1e3,
        "ms",
        f"{_BASE}, p95",
        percentile(bare, 95) * 1e3,
        most=20,
    )
    for (words, length), texts in typed.items():
        bare = _times(lambda text: _bare(reader, text), texts)
        whole = _times(lambda text: find_people(reader, text, NOW.date()), texts)
        yield Figure(
            f"{'one word' if words == 1 else 'two words'} of {length} letters: the whole answer, 20 lines,"
            f" p95 (median {median(whole) * 1e3:.2f} ms)",
            percentile(whole, 95) * 1e3,
            "ms",
            f"{_BASE}, p95",
            percentile(bare, 95) * 1e3,
            most=20,
        )


def typed_texts(reader: Reader, people: int, count: int) -> dict[tuple[int, int], list[str]]:
    """What is typed to find people picked by chance, by number of words and letters of each.

    Names that many bear are typed often, as at a desk. Each list has ``count`` texts.
    """
    rng = random.Random(SEED)
    typed: dict[tuple[int, int], list[str]] = {(w, n): [] for w in (1, 2) for n in LENGTHS}
    while any(len(texts) < count for texts in typed.values()):
        row = reader.conn.execute(
            "SELECT p.surnames, p.given FROM person_key k JOIN person p ON p.ent = k.ent WHERE k.id = ?",
            (rng.randint(1, people),),
        ).fetchone()
        if row is None:
            continue
        words = folded_words(" ".join(part for part in row if part))
        rng.shuffle(words)
        for (many, length), texts in typed.items():
            long = [word[:length] for word in words if len(word) >= length]
            if len(texts) < count and len(long) >= many:
                texts.append(" ".join(long[:many]))
    return typed


def _bare(reader: Reader, text: str) -> None:
    query = " ".join(f'"{word}"*' for word in text.split())
    reader.conn.execute(_BARE, (query,)).fetchall()


def _times(ask: Callable[[str], object], texts: Sequence[str]) -> list[float]:
    taken = []
    for text in texts:
        began = perf_counter()
        ask(text)
        taken.append(perf_counter() - began)
    return taken
