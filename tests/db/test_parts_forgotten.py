"""Of the parts a table takes in by the thousand the oldest are forgotten, and nobody is asked for them again."""

from __future__ import annotations

from shelterdesk.actions.desk import Desk
from shelterdesk.db import exchange, peers
from shelterdesk.db.exchange import PartIn

SENDER, MOST = 7, 20


def came(desk: Desk, number: int, part: int = 1, parts: int = 1, *, is_whole: bool = True) -> None:
    """A part of a bundle that was taken in, at the time of its number."""
    sha = number.to_bytes(16, "big") + part.to_bytes(16, "big")
    with desk.store.transaction() as conn:
        exchange.begin_part(conn, PartIn(sha, sha.hex(), SENDER, number, part, parts, 1, 1), number)
        if is_whole:
            exchange.complete_part(conn, sha, sha.hex(), number)


def held(desk: Desk) -> list[int]:
    rows = desk.store.conn.execute("SELECT DISTINCT bundle_no FROM part_in ORDER BY bundle_no")
    return [number for (number,) in rows]


def forget(desk: Desk) -> None:
    with desk.store.transaction() as conn:
        exchange.forget_oldest_parts(conn, MOST)


def test_the_last_stay_and_those_that_are_not_whole(desk: Desk) -> None:
    for number in range(1, 51):
        if number == 4:
            came(desk, number, 2, 3)
        elif number == 6:
            came(desk, number, is_whole=False)
        else:
            came(desk, number)
    forget(desk)
    assert held(desk) == [4, 6, *range(31, 51)]
    forget(desk)
    assert held(desk) == [4, 6, *range(31, 51)]


def test_few_are_all_kept(desk: Desk) -> None:
    for number in range(1, MOST + 1):
        came(desk, number)
    forget(desk)
    assert held(desk) == list(range(1, MOST + 1))


def test_what_was_forgotten_is_no_bundle_that_never_came(desk: Desk) -> None:
    for number in range(1, 51):
        if number == 4:
            came(desk, number, 2, 3)
        elif number != 40:
            came(desk, number)
    forget(desk)
    assert peers.bundles_lacking(desk.store.conn, SENDER) == (4, 40)
    came(desk, 9)  # an old stick, met again
    assert peers.bundles_lacking(desk.store.conn, SENDER) == (4, 40)


def test_one_part_in_two_copies_is_not_the_other_part(desk: Desk) -> None:
    came(desk, 1, 1, 2)
    with desk.store.transaction() as conn:  # planned anew: another manifest of the same part
        exchange.begin_part(conn, PartIn(b"x" * 32, "x", SENDER, 1, 1, 2, 1, 1), 1)
        exchange.complete_part(conn, b"x" * 32, "x", 1)
    for number in range(2, 40):
        came(desk, number)
    forget(desk)
    assert exchange.parts_missing(desk.store.conn, SENDER) == [(1, 2, 2)]
