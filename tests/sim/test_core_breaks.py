"""What would go wrong is seen: the merge core broken on purpose in many ways, and the simulator says so each time."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import pytest

from shelterdesk.core import event, heads, home
from shelterdesk.core.event import Event
from shelterdesk.core.heads import Head, Logged
from shelterdesk.db import judging, merge, standing, state, tables
from shelterdesk.db.connection import Connection
from tests.sim import core_store
from tests.sim.core_run import Wrong, run

Heads = dict[int, list[Head]]
Change = Callable[[pytest.MonkeyPatch], None]


@pytest.fixture(scope="module")
def conn() -> Connection:
    return core_store.memory()


def other_ops(monkeypatch: pytest.MonkeyPatch, change: Callable[[Iterable[Logged]], list[Logged]]) -> None:
    """Let the rules see other ops than the log holds."""
    heads_, turn = heads.heads, heads.edited_in_turn

    def found(ops: Iterable[Logged]) -> Heads:
        return heads_(change(ops))

    def in_turn(ops: Collection[Logged]) -> tuple[Logged, dict[int, Logged]] | None:
        return turn(change(ops))

    for room in (standing, state):
        monkeypatch.setattr(room, "heads", found)
    monkeypatch.setattr(heads, "edited_in_turn", in_turn)
    monkeypatch.setattr(standing, "_edited_in_turn", lambda ent, admitted: None)


def with_above(one: Logged, above: Iterable[Any]) -> Logged:
    op = one.op
    return Logged(one.id, one.hlc, event.Op(op.kind, op.ent, op.field, op.value, tuple(above)))


def without_the_hash(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever has the number is replaced, whatever its hash."""

    def change(ops: Iterable[Logged]) -> list[Logged]:
        held = list(ops)
        at = {(o.id.dev, o.id.epoch, o.id.seq): o.id for o in held}
        return [with_above(o, (at.get((p.dev, p.epoch, p.seq), p) for p in o.op.supersedes)) for o in held]

    other_ops(monkeypatch, change)


def a_parent_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of several heads named, the last is forgotten."""
    other_ops(
        monkeypatch,
        lambda ops: [
            with_above(o, o.op.supersedes[:-1] if len(o.op.supersedes) > 1 else o.op.supersedes) for o in ops
        ],
    )


def every_field_replaced(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is named is replaced on whatever field it is."""
    heads_ = heads.heads

    def found(ops: Iterable[Logged]) -> Heads:
        held = list(ops)
        named = {above for one in held for above in one.op.supersedes}
        return {
            number: kept
            for number, several in heads_(held).items()
            if (kept := [head for head in several if head.id not in named])
        }

    for room in (standing, state):
        monkeypatch.setattr(room, "heads", found)
    monkeypatch.setattr(standing, "_edited_in_turn", lambda ent, admitted: None)


def ties_by_arrival(monkeypatch: pytest.MonkeyPatch) -> None:
    """Between heads that stand side by side, the one that came last is shown."""
    heads_ = heads.heads

    def found(ops: Iterable[Logged]) -> Heads:
        held = list(ops)
        order = {one.id: at for at, one in enumerate(held)}
        return {
            number: sorted(several, key=lambda head: order[head.id], reverse=True)
            for number, several in heads_(held).items()
        }

    monkeypatch.setattr(standing, "heads", found)


def the_clock_wins(monkeypatch: pytest.MonkeyPatch) -> None:
    """The latest clock is the only head, whoever saw what."""
    heads_ = heads.heads

    def found(ops: Iterable[Logged]) -> Heads:
        return {number: several[:1] for number, several in heads_(ops).items()}

    for room in (standing, state):
        monkeypatch.setattr(room, "heads", found)


def forks_dropped(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same numbers with another hash are refused."""
    only_new = merge._only_new

    def dropped(conn: Connection, events: list[Event], taken: merge.Taken) -> list[Event]:
        held = merge._held_places(conn, events)
        return [
            one for one in only_new(conn, events, taken) if not held.get((one.dev, one.epoch, one.first_seq))
        ]

    monkeypatch.setattr(merge, "_only_new", dropped)


def duplicates_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is known already is taken in again."""

    def all_of_them(conn: Connection, events: list[Event], taken: merge.Taken) -> list[Event]:
        return list({event.eh: event for event in events}.values())

    monkeypatch.setattr(merge, "_only_new", all_of_them)


def poison_held_back(monkeypatch: pytest.MonkeyPatch) -> None:
    """Events of a clock far ahead are not taken in."""
    only_new = merge._only_new

    def held(conn: Connection, events: list[Event], taken: merge.Taken) -> list[Event]:
        return [one for one in only_new(conn, events, taken) if one.hlc < 1 << 62]

    monkeypatch.setattr(merge, "_only_new", held)


def newer_kinds_dropped(monkeypatch: pytest.MonkeyPatch) -> None:
    """Kinds of a newer program leave no trace."""
    only_new = merge._only_new

    def known(conn: Connection, events: list[Event], taken: merge.Taken) -> list[Event]:
        return [one for one in only_new(conn, events, taken) if one.ops[0].kind < 200]

    monkeypatch.setattr(merge, "_only_new", known)


def conflicts_by_count(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two heads are a conflict also where they say the same."""
    monkeypatch.setattr(standing, "in_conflict", lambda several: len(several) > 1)


def not_judged_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """What was set aside stays so when its user becomes known."""
    monkeypatch.setattr(
        judging, "changed", lambda before, after: replace(_changed(before, after), has_grown=False)
    )


_changed = judging.changed


def homes_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    """Anybody may change anybody's records."""

    def nobody(kind: int, authors: Sequence[home.Author], homes: Mapping[int, str]) -> frozenset[int]:
        return frozenset()

    monkeypatch.setattr(standing, "foreign", nobody)
    assert home.foreign is not nobody


def voids_hide_all(monkeypatch: pytest.MonkeyPatch) -> None:
    """A void hides a record whatever was edited apart from it."""

    def reason(found: Heads) -> str | None:
        voids = found.get(1)
        return "twice" if voids else None

    monkeypatch.setattr(standing, "void_reason", reason)


def test_the_way_of_breaking_breaks_nothing(conn: Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    other_ops(monkeypatch, list)
    for seed in range(SEEDS):
        run(seed, conn, is_watched=False, is_whole=False)


def only_the_first_edit(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tables are not brought along by later slices."""
    anew = merge._put_anew

    def once(conn: Connection, found: Mapping[bytes, standing.Stood], touched: tables.Touched) -> None:
        held = {ent for (ent,) in conn.execute("SELECT DISTINCT ent FROM head")}
        anew(conn, {ent: one for ent, one in found.items() if ent not in held}, touched)

    monkeypatch.setattr(merge, "_put_anew", once)


BREAKS: tuple[Change, ...] = (
    without_the_hash, a_parent_lost, every_field_replaced, ties_by_arrival, the_clock_wins, forks_dropped,
    duplicates_kept, poison_held_back, newer_kinds_dropped, conflicts_by_count, not_judged_again, homes_forgotten,
    voids_hide_all, only_the_first_edit,
)  # fmt: skip

SEEDS = 150


@pytest.mark.parametrize("broken", BREAKS, ids=lambda change: change.__name__)
def test_what_is_broken_is_found(broken: Change, conn: Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    broken(monkeypatch)
    for seed in range(SEEDS):
        try:
            run(seed, conn, is_watched=False, is_whole=False)
        except (Wrong, AssertionError) as found:
            print(f"found by seed {seed}: {str(found)[:200]}")
            return
        except Exception as stumbled:
            assert broken is duplicates_kept, stumbled
            return
    pytest.fail(f"{SEEDS} seeds and nothing was noticed")
