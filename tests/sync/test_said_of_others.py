"""What a desk says that another wrote: its bare word moves nobody to a new epoch and shows no gap that cannot be."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from shelterdesk import startup
from shelterdesk.actions.clock import SetClock
from shelterdesk.actions.desk import Desk
from shelterdesk.actions.exchange import export_bundle, export_receipts
from shelterdesk.actions.taking_in import import_from
from shelterdesk.core.event import hex16
from shelterdesk.db import meta
from shelterdesk.db import receipts as held
from shelterdesk.keys.signing import SignedStatement, sign_statement
from shelterdesk.sync import cutting
from shelterdesk.sync.receipts import make_receipt, note_said, take_receipts
from tests.sync.worlds import World, at, given_names, join, register

FURTHEST = (1 << 53) - 1


@pytest.fixture
def second(world: World, clock: SetClock, tmp_path: Path) -> Path:
    """A second desk of station LB, ``LB1A``."""
    join(world.lb, tmp_path / "second", clock)
    return tmp_path / "second"


def receipt_by(desk: Desk, of: int, number: int, **line: Any) -> SignedStatement:
    """A receipt as anybody can sign one, of one epoch of another desk."""
    body: Mapping[str, Any] = {
        "desk": hex16(of), "practice": False, "made_ms": 1, "roster": ["0", 1],
        "heard": [{"epoch": 0, "upto": 1, "chain": "0" * 64} | line],
    }  # fmt: skip
    members = {"statement": "receipt", "issuer": hex16(desk.who.dev), "number": number, "body": body}
    return sign_statement(desk.store.keys.signing, members)


def put_on(stick: Path, issuer: int, dev: int, receipt: SignedStatement) -> None:
    folder = stick / "SHELTERDESK" / "receipts"
    folder.mkdir(parents=True, exist_ok=True)
    name = f"{hex16(issuer)}-{hex16(dev)}.json"
    (folder / name).write_bytes(receipt.body)
    (folder / f"{name}.sig").write_text(receipt.signature)


def test_a_desk_cannot_drive_another_from_epoch_to_epoch(
    world: World, second: Path, stick: Path, clock: SetClock
) -> None:
    """One stick taken in three times once made three epochs, each with its gap in the numbers."""
    with at(world.lb, clock) as lb:
        register(lb, "Ana")
        dev = lb.who.dev
    for n, (epoch, upto) in enumerate(((FURTHEST, FURTHEST), (0, FURTHEST), (0, 40), (7, 1)), 1):
        head = {"seq": upto, "chain": "1" * 64, "signature": "2" * 128}
        for more in ({}, {"head": head}):
            with at(second, clock) as liar:
                put_on(
                    stick,
                    liar.who.dev,
                    dev,
                    receipt_by(liar, dev, 2 * n + bool(more), epoch=epoch, upto=upto, **more),
                )
            with at(world.lb, clock) as lb:
                found = import_from(lb, stick).result
                assert (found.receipts, found.alarms, lb.who.epoch) == (1, [], 0)
                assert not import_from(lb, stick).result.alarms and lb.who.epoch == 0
                assert all(gap.last < 1 << 30 for gap in held.gaps(lb.store.conn))


def test_nor_by_what_it_says_it_holds(world: World, second: Path, stick: Path, clock: SetClock) -> None:
    with at(world.lb, clock) as lb:
        dev = lb.who.dev
    with at(second, clock) as liar:
        with liar.store.transaction() as conn:
            conn.execute("INSERT OR REPLACE INTO seen VALUES (?, 0, 1, 900)", (dev,))
        register(liar, "Berta")
        export_bundle(liar, stick, "LB")
    with at(world.lb, clock) as lb:
        found = import_from(lb, stick).result
        assert given_names(lb) == {"Berta"} and not found.alarms and lb.who.epoch == 0


def test_a_fellow_desk_shows_a_restored_one_what_it_signed(
    world: World, second: Path, stick: Path, clock: SetClock, tmp_path: Path
) -> None:
    with at(world.lb, clock) as lb:
        register(lb, "Ana")
    shutil.copytree(world.lb, tmp_path / "backup")
    with at(world.lb, clock) as lb:
        register(lb, "Berta")
        export_bundle(lb, stick, "LB")
    back = tmp_path / "back"
    with at(second, clock) as desk:
        import_from(desk, stick)
        receipt = make_receipt(desk.store, lb.who.dev)
        assert receipt is not None
        put_on(back, desk.who.dev, lb.who.dev, SignedStatement(receipt.raw, receipt.signature))
    shutil.rmtree(world.lb)
    shutil.copytree(tmp_path / "backup", world.lb)
    (world.lb / startup.HIGH_WATER).unlink()
    with at(world.lb, clock) as lb:
        assert len(import_from(lb, back).result.alarms) == 1
        epoch = lb.who.epoch
        assert epoch > 0
        assert not import_from(lb, back).result.alarms and lb.who.epoch == epoch


def test_a_desk_put_back_to_before_a_restore_learns_of_the_epoch_it_lost(
    world: World, stick: Path, clock: SetClock, tmp_path: Path
) -> None:
    """Everything of its present epoch is there, and yet the numbers it gave since must not be given again."""
    with at(world.lb, clock) as lb:
        register(lb, "Ana")
    shutil.copytree(world.lb, tmp_path / "backup")
    with at(world.lb, clock) as lb:
        startup.begin_epoch(lb.store.conn, clock)
        register(lb, "Berta")
        export_bundle(lb, stick)
        lost = lb.who.epoch
    back = tmp_path / "back"
    back.mkdir()
    with at(world.office, clock) as office:
        import_from(office, stick)
        export_receipts(office, back)
    shutil.rmtree(world.lb)
    shutil.copytree(tmp_path / "backup", world.lb)
    (world.lb / startup.HIGH_WATER).unlink()
    with at(world.lb, clock) as lb:
        assert lb.who.epoch == 0
        assert len(import_from(lb, back).result.alarms) == 1
        epoch = lb.who.epoch
        assert epoch > lost
        assert not import_from(lb, back).result.alarms and lb.who.epoch == epoch


def test_the_offices_bare_word_counts_within_reason(world: World, clock: SetClock) -> None:
    """As a receipt without the desk's own signature says it."""
    with at(world.office, clock) as office, at(world.lb, clock) as lb:
        for number, (epoch, upto, moved) in enumerate(
            ((0, FURTHEST, None), (FURTHEST, 1, None), (5, 9, None), (0, 900, 0)), 1
        ):
            said = receipt_by(office, lb.who.dev, number, epoch=epoch, upto=upto)
            assert take_receipts(lb.store, [said]).newer_self == moved


def test_what_is_said_of_others_is_kept_where_it_can_be_known(
    world: World, second: Path, clock: SetClock
) -> None:
    with at(world.lb, clock) as lb, at(world.mt, clock) as mt, at(world.office, clock) as office:
        (lb1, mt1), centre = (lb.who.dev, mt.who.dev), office.who.dev
        with office.store.transaction() as conn:
            note_said(office.store, [(lb1, 0, 5), (mt1, 0, 6), (99, 0, 7)], mt1, 1)
            assert held.gaps(conn) == [held.Gap(mt1, 0, 1, 6)]
            note_said(office.store, [(mt1, n, 1) for n in range(1000)], mt1, 1)
            assert len(held.gaps(conn)) == held.MOST_EPOCHS
            note_said(office.store, [(mt1, 0, held.MAX_JUMP + 1)], mt1, 1)
            note_said(office.store, [(mt1, 0, 9)], 12345, 1)  # somebody not known here
            assert held.gaps(conn)[0] == held.Gap(mt1, 0, 1, 6)
        with lb.store.transaction() as conn:
            note_said(lb.store, [(mt1, 0, 8)], centre, 1)
            assert held.gaps(conn) == [held.Gap(mt1, 0, 1, 8)]
            conn.execute(
                "UPDATE said_to_exist SET upto = ?", (FURTHEST,)
            )  # as an earlier program believed it
            assert all(gap.last < FURTHEST for gap in held.gaps(conn))


def test_the_new_epoch_is_above_the_one_a_part_shows_though_the_clock_stands_in_1970(
    world: World, stick: Path, clock: SetClock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody's receipt lies there, only what the desk wrote itself: each part of it once made one more epoch."""
    monkeypatch.setattr(cutting, "MAX_EVENT_OPS", 10)
    shutil.copytree(world.lb, tmp_path / "backup")
    with at(world.lb, clock) as lb:
        startup.begin_epoch(lb.store.conn, clock)
    with at(world.lb, clock) as lb:
        register(lb, *(f"P{n}" for n in range(30)))
        lost = lb.who.epoch
        assert export_bundle(lb, stick).result.written > 2
    shutil.rmtree(world.lb)
    shutil.copytree(tmp_path / "backup", world.lb)
    (world.lb / startup.HIGH_WATER).unlink()
    with at(world.lb, SetClock(datetime(1970, 1, 1, 0, 30, tzinfo=UTC))) as lb:
        before = meta.count_now(lb.store.conn, "bundle")
        assert lb.who.epoch == 0
        assert len(import_from(lb, stick).result.alarms) == 1
        assert lb.who.epoch > lost > 0
        assert meta.count_now(lb.store.conn, "bundle") == before + startup.EPOCH_GAP, "one epoch, one gap"
