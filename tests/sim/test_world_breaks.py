"""The exchange broken on purpose: each time a world says so, by a line that is lost, confirmed wrongly or set aside wrongly."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import pytest

from shelterdesk import startup
from shelterdesk.actions import admission, erasures_file, taking_in, two_persons
from shelterdesk.core.changes import Done
from shelterdesk.core.event import Event
from shelterdesk.db import erasing, judging, merge, receipts
from shelterdesk.db.clocks import Clocks
from shelterdesk.db.store import Store
from shelterdesk.db.vouching import Reach
from shelterdesk.sync import intake, sending
from shelterdesk.sync import receipts as said
from tests.sim import world_run
from tests.sim.world_run import Player

Change = Callable[[pytest.MonkeyPatch], None]


def a_line_falls_from_the_stick(monkeypatch: pytest.MonkeyPatch) -> None:
    """The last line of a part is not merged, and the part counts as whole."""
    slices = intake.slices

    def short(events: Sequence[Event], most: int = intake.SLICE_OPS) -> Iterator[list[Event]]:
        return slices(events[:-1] if len(events) > 3 else events, most)

    monkeypatch.setattr(intake, "slices", short)


def branches_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same numbers with another hash are left out."""
    only_new = merge._only_new

    def dropped(conn: Any, events: list[Event], taken: merge.Taken) -> list[Event]:
        held = merge._held_places(conn, events)
        return [o for o in only_new(conn, events, taken) if not held.get((o.dev, o.epoch, o.first_seq))]

    monkeypatch.setattr(merge, "_only_new", dropped)


def receipts_only_grow(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever was put back is believed to hold what it held before."""
    monkeypatch.setattr(receipts, "confirm_no_more", lambda conn, dev, issuer, says: None)


def the_future_held_back(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lines from beyond tomorrow, by the reader's clock, wait."""
    take = merge.take_in

    def held(conn: Any, events: Sequence[Event], *rest: Any) -> merge.Taken:
        newest = conn.execute("SELECT coalesce(max(wall_ms), 0) FROM event").fetchone()[0]
        return take(conn, [o for o in events if o.wall_ms <= max(newest, 1) + 10**11], *rest)

    monkeypatch.setattr("shelterdesk.db.store.take_in", held)


def revoked_by_number(monkeypatch: pytest.MonkeyPatch) -> None:
    """A revoked desk is heard up to a number, whichever line it stands on."""
    monkeypatch.setattr(Reach, "has", lambda self, event, last_seq, is_main: last_seq <= self.upto)


def never_judged_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """What was decided about a line stays, whatever is said of its desk later."""
    monkeypatch.setattr(judging, "put_off", lambda conn, what, subject: None)


def old_numbers_given_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """A restored desk goes on in its old epoch and its lines there are overwritten by whoever holds others."""
    branches_refused(monkeypatch)
    monkeypatch.setattr(startup, "begin_epoch", lambda conn, clock, above=0: None)


def confirmed_by_number(monkeypatch: pytest.MonkeyPatch) -> None:
    """A receipt confirms numbers, whatever line its issuer holds under them."""

    def apply(at: Store, confirmed: Any, issuer: int, dev: int, line: Any, now: int) -> None:
        receipts.acknowledge(at.conn, dev, line.epoch, issuer, line.upto, bytes.fromhex(line.chain), now)

    monkeypatch.setattr(said, "_apply", apply)


def everybody_accused(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever stands in one slice with a second history is said to have one."""
    take = merge.take_in

    def accused(conn: Any, events: Sequence[Event], *rest: Any) -> merge.Taken:
        taken = take(conn, events, *rest)
        taken.forked = {event.dev for event in events} if taken.forks else set()
        return taken

    monkeypatch.setattr("shelterdesk.db.store.take_in", accused)


def late_entries_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    """What comes about somebody after they were erased stays."""
    monkeypatch.setattr(merge, "_as_kept", lambda event, roster, clocks: clocks.right(event))


def nothing_swept(monkeypatch: pytest.MonkeyPatch) -> None:
    """What was erased stays in the log beside the file."""
    monkeypatch.setattr(erasing, "sweep", lambda conn: True)


def told_of_afterwards(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a desk notes of somebody before it hears that they are erased is no business of the office's."""
    monkeypatch.setattr(taking_in, "erase_late", lambda desk: Done(0))


def the_note_unread(monkeypatch: pytest.MonkeyPatch) -> None:
    """A restored file does not hear what was erased since the backup."""
    monkeypatch.setattr(erasures_file, "_says_erase", lambda one: False)


def clocks_as_they_were(monkeypatch: pytest.MonkeyPatch) -> None:
    """A corrected clock counts as it was."""
    monkeypatch.setattr(Clocks, "right", lambda self, event: event)


def one_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """An office with two admins does what one of them wants."""
    monkeypatch.setattr(two_persons, "needs_second", lambda desk: False)


def nothing_to_begin_with(monkeypatch: pytest.MonkeyPatch) -> None:
    """A laptop that joins is not given what its station knows."""
    monkeypatch.setattr(admission, "plan", lambda store, audience: [])


def revoked_desks_told_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """No receipt reaches a desk that is revoked, whatever its reader has lost since."""
    monkeypatch.setattr(sending, "_write_receipts_for_revoked", lambda store, ours, audience: None)


BREAKS: dict[Change, tuple[int, dict[str, int]]] = {
    a_line_falls_from_the_stick: (3, {}),
    branches_refused: (2, {"copy": 10}),
    receipts_only_grow: (1, {"gather": 1, "put_back": 20}),
    the_future_held_back: (4, {}),
    revoked_by_number: (74, {"copy": 20, "revoke": 20}),
    never_judged_again: (12, {}),
    old_numbers_given_again: (11, {}),
    confirmed_by_number: (2, {}),
    everybody_accused: (7, {"copy": 20, "meet": 20}),
    late_entries_kept: (0, {"erase": 15, "document": 10}),
    nothing_swept: (0, {"erase": 15}),
    told_of_afterwards: (14, {"erase": 15, "document": 15}),
    the_note_unread: (12, {"erase": 15, "back_up_and_restore": 20}),
    clocks_as_they_were: (0, {"correct_clock": 15}),
    one_alone: (0, {"second_admin": 15, "erase": 10}),
    nothing_to_begin_with: (0, {"join": 15}),
    revoked_desks_told_nothing: (23, {"gather": 1, "put_back": 15, "revoke": 15}),
}
"""How it is broken, from which seed on it soon shows, and what has to happen more often for that."""

SEEDS = 60


@pytest.mark.parametrize("broken", BREAKS, ids=lambda change: change.__name__)
def test_what_is_broken_is_found(broken: Change, player: Player, monkeypatch: pytest.MonkeyPatch) -> None:
    broken(monkeypatch)
    monkeypatch.setattr(world_run, "_MOST_ROUNDS", 3)
    first, leaning = BREAKS[broken]
    for seed in range(first, first + SEEDS):
        try:
            player.play(seed, is_watched=False, leaning=leaning)
        except AssertionError as found:
            print(f"{broken.__name__}: found by seed {seed}: {str(found)[:200]}")
            return
    pytest.fail(f"{SEEDS} seeds and nothing was noticed")


def test_unbroken_they_say_nothing(player: Player) -> None:
    for first, leaning in BREAKS.values():
        player.play(first, is_watched=False, leaning=leaning)
