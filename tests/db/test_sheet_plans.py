"""No query of a sheet reads a whole table: of a million people only those around the day are looked at."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest

from shelterdesk.actions.clock import SetClock
from shelterdesk.actions.desk import Desk
from shelterdesk.actions.lodging import give_place
from shelterdesk.actions.sheet_pages import days_chart, internal_page
from shelterdesk.actions.sheets import days_to_freeze, sheet_numbers
from shelterdesk.core.kinds import SAME_AS
from shelterdesk.db.span_tree import nodes_around
from tests.actions.at_site import group, moved, person, with_plan

DAY = date(2026, 11, 24)
LARGE = frozenset(
    "person presence stay movement arrival_group counted_group named_head service event op head membership".split()
)
"""Tables that grow with every person; the plan, the settings, the roster and the links do not.

The indexes named *open* hold only who is in the house now."""


@pytest.fixture
def busy(desk: Desk, clock: SetClock) -> Desk:
    """A desk with something in every table that a sheet asks."""
    with_plan(desk)
    people = [person(desk, given=f"P{n}") for n in range(4)]
    give_place(desk, people[0][1], "A-1-1")
    group(desk, 3)
    moved(desk, people[1][0], "DEPARTED_BUS")
    with desk.store.write(desk.user) as event:
        event.create(SAME_AS, {"person": people[2][0], "other": people[3][0], "verdict": "same"})
    clock.set(datetime(2026, 11, 25, 11, 5, tzinfo=UTC))
    return desk


ASKED: dict[str, Callable[[Desk], object]] = {
    "sheet": lambda desk: sheet_numbers(desk, DAY),
    "chart": lambda desk: days_chart(desk, DAY),
    "page": lambda desk: internal_page(desk, DAY),
    "missing": days_to_freeze,
}


@pytest.mark.parametrize("asked", ASKED)
def test_no_large_table_is_read_whole(busy: Desk, asked: str) -> None:
    conn = busy.store.conn
    said: list[str] = []
    conn.set_trace_callback(said.append)
    ASKED[asked](busy)
    conn.set_trace_callback(None)
    # Of an empty list nothing is read, whatever the plan says.
    asking = [sql for sql in said if sql.lstrip().startswith("SELECT") and " IN ()" not in sql]
    assert len(asking) > 1
    for sql in asking:
        for *_, detail in conn.execute(f"EXPLAIN QUERY PLAN {sql}").fetchall():
            one_sided = re.match(r"SEARCH (\w+) (?!.*_open).*\(\w+[<>]\?\)$", detail)
            assert one_sided is None or one_sided[1] not in LARGE, f"all before or all after: {detail}: {sql}"
            found = re.match(
                r"SCAN (\w+)(?! USING (?:COVERING )?INDEX (?:counted_group|presence)_open)", detail
            )
            if found is None or found[1] not in LARGE:
                continue
            assert sql.endswith("LIMIT 1"), f"{detail}: {sql}"


def test_who_was_here_is_found_at_the_nodes_around_a_moment(busy: Desk) -> None:
    conn = busy.store.conn
    rows = conn.execute("SELECT node, from_ms, to_ms FROM presence WHERE to_ms IS NOT NULL").fetchall()
    assert rows
    for node, from_ms, to_ms in rows:
        for at_ms in (from_ms, (from_ms + to_ms) // 2, to_ms):
            assert node in nodes_around(at_ms)


@pytest.mark.parametrize("seed", range(20))
def test_every_time_is_filed_where_a_moment_within_it_looks(busy: Desk, seed: int) -> None:
    """Spans of every length, from before 1900 to after 2100, against a plain comparison."""
    import random

    rng, conn = random.Random(seed), busy.store.conn
    base = int(datetime(2026, 1, 1, tzinfo=UTC).timestamp() * 1000)
    conn.execute("DELETE FROM presence")
    spans = []
    for n in range(60):
        reach = 10 ** rng.randrange(4, 13)
        begin = base + rng.randrange(-3 * reach, reach) - rng.choice((0, 0, 4 * 10**12, -(10**14)))
        end = begin + rng.choice((0, 1, rng.randrange(reach), 3_600_000))
        spans.append((begin, end))
        conn.execute(
            "INSERT INTO presence (person, from_ms, to_ms, how_in, n) VALUES (?, ?, ?, 'ARRIVED', 0)",
            (n.to_bytes(16, "big"), begin, end),
        )
    moments = [at + d for span in spans for at in span for d in (-1, 0, 1)]
    for at_ms in moments:
        nodes = nodes_around(at_ms)
        found = conn.execute(
            f"SELECT count(*) FROM presence WHERE node IN ({','.join('?' * len(nodes))}) AND from_ms < ? AND to_ms >= ?",
            (*nodes, at_ms, at_ms),
        ).fetchone()[0]
        assert found == sum(begin < at_ms <= end for begin, end in spans), (seed, at_ms - base)
    assert timedelta(milliseconds=max(end - begin for begin, end in spans)) > timedelta(0)
