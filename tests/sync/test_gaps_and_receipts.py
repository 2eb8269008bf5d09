"""Lost parts, gaps, receipts that do not fit, restored desks: kept, said, and made good by the next stick."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from shelterdesk.actions.backups import make_backup
from shelterdesk.actions.clock import SetClock
from shelterdesk.actions.desk import Desk, open_desk
from shelterdesk.actions.exchange import export_bundle, export_receipts
from shelterdesk.actions.exchange_state import exchange_state
from shelterdesk.actions.restoring import restore
from shelterdesk.actions.taking_in import import_from
from shelterdesk.core.errors import NotAllowed
from shelterdesk.core.event import hex16
from shelterdesk.db import exchange
from shelterdesk.db import receipts as held
from shelterdesk.db.check import check
from shelterdesk.keys.signing import SignedStatement, sign_statement
from shelterdesk.office.posts import posts
from shelterdesk.sync import cutting, manifest
from shelterdesk.sync.receipts import make_receipt, read_receipt, take_receipts
from shelterdesk.ui.tables.posts import post_said
from tests.stations import PASSPHRASE
from tests.sync.worlds import World, at, events_of, given_names, join, parts_in, register, state


def state_here(desk: Desk) -> tuple[int, tuple[tuple[str, int, int], ...]]:
    reader = desk.reader()
    found = exchange_state(reader)
    reader.close()
    return found.only_here, found.gaps


@pytest.fixture
def small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Parts of ten ops, so that a few people make several."""
    monkeypatch.setattr(cutting, "MAX_EVENT_OPS", 10)


def test_a_lost_part_is_a_gap_and_the_rest_is_used(
    world: World, stick: Path, clock: SetClock, small_parts: None
) -> None:
    with at(world.lb, clock) as desk:
        register(desk, *(f"P{n}" for n in range(40)))
        written = export_bundle(desk, stick).result
        assert written.written >= 4
    lying = sorted(parts_in(stick), key=lambda p: int(p.name.split("-")[1].split("of")[0]))
    kept = lying[1].read_bytes()
    lying[1].unlink()
    with at(world.office, clock) as office:
        found = import_from(office, stick).result
        assert found.new > 20
        (lb, mt) = posts(office.reader())
        assert [(gap.desk, gap.last - gap.first + 1) for gap in lb.gaps] == [("LB1", 10)]
        assert [(one.part, one.parts) for one in lb.missing_parts] == [(2, len(lying))]
        assert mt.last_heard_ms is None and mt.gaps == ()
        receipt = make_receipt(office.store, lb_dev(office))
        assert receipt is not None
        _, _, body = read_receipt(SignedStatement(receipt.raw, receipt.signature), office.roster, False)
        assert body.heard[0].upto == lb.contiguous[0].upto < lb.gaps[0].first
        assert body.heard[0].beyond
        lying[1].write_bytes(kept)
        import_from(office, stick)
        (lb, _) = posts(office.reader())
        assert lb.gaps == () and lb.missing_parts == ()
        assert len(given_names(office)) == 40
        newer = make_receipt(office.store, lb_dev(office))
        assert newer is not None and newer.number > receipt.number
        assert make_receipt(office.store, lb_dev(office)) == newer  # no news, no new number


def test_parts_that_are_only_said_to_be_missing_are_counted_and_not_all_listed(
    world: World, clock: SetClock
) -> None:
    """Five bundles of 999,999 parts each, of which one came, once made five million lines."""
    with at(world.office, clock) as office:
        dev = lb_dev(office)
        with office.store.transaction() as conn:
            for n in range(1, 6):
                part = exchange.PartIn(bytes([n]) * 32, str(n), dev, n, 2, 999_999, 1, 1)
                exchange.begin_part(conn, part, 1)
                exchange.complete_part(conn, part.manifest_sha, str(n), 1)
        (lb, mt) = posts(office.reader())
        listed = [(one.bundle_no, one.part) for one in lb.missing_parts]
        assert listed == [(1, 1), *((1, n) for n in range(3, exchange.MOST_LISTED + 2))]
        assert lb.parts_missing == 5 * 999_998
        said = post_said(lb)
        assert len(said) == 4 and said[-1].startswith("4999987 further parts did not come")
        assert mt.missing_parts == () and mt.parts_missing == 0


def lb_dev(office: Desk) -> int:
    return next(desk.dev for desk in office.roster.desks.values() if desk.slot == "LB1")


def test_parts_are_cut_at_the_same_places(
    world: World, stick: Path, clock: SetClock, tmp_path: Path, small_parts: None
) -> None:
    other = tmp_path / "other"
    other.mkdir()
    with at(world.lb, clock) as desk:
        register(desk, *(f"P{n}" for n in range(30)))
        export_bundle(desk, stick)
        first = desk.store.conn.execute("SELECT bundle_no, part, manifest_sha FROM bundle_out").fetchall()
        export_bundle(desk, other)
        again = desk.store.conn.execute("SELECT bundle_no, part, manifest_sha FROM bundle_out").fetchall()
        assert again[: len(first)] == first
        assert len(parts_in(other)) == len(first) + 1  # and the one with the first export itself
        sizes = [
            manifest.read_manifest(raw).counts.ops
            for (raw,) in desk.store.conn.execute("SELECT manifest FROM bundle_out ORDER BY bundle_no, part")
        ]
        assert max(sizes) <= 10


def test_any_order_of_parts_gives_one_state(
    world: World, stick: Path, clock: SetClock, tmp_path: Path, small_parts: None
) -> None:
    with at(world.lb, clock) as desk:
        register(desk, *(f"P{n}" for n in range(30)))
        export_bundle(desk, stick)
    twin = tmp_path / "office-2"
    shutil.copytree(world.office, twin)
    with at(world.office, clock) as office:
        import_from(office, stick)
        whole = state(office)
    single = tmp_path / "single"
    for path in reversed(parts_in(stick)):
        folder = single / "SHELTERDESK" / path.parent.name
        shutil.rmtree(single, ignore_errors=True)
        folder.mkdir(parents=True)
        for one in (path, path.with_name(f"{path.name}.sig")):
            shutil.copy(one, folder)
        office = open_desk(twin, "chief", PASSPHRASE, clock)
        import_from(office, single)
        import_from(office, single)
        office.close()
    office = open_desk(twin, "chief", PASSPHRASE, clock)
    assert state(office) == whole
    office.close()


def test_stopping_an_import_confirms_nothing_of_the_part(world: World, stick: Path, clock: SetClock) -> None:
    with at(world.lb, clock) as desk:
        register(desk, *(f"P{n}" for n in range(600)))
        export_bundle(desk, stick)
    asked = []

    def after_one_slice() -> bool:
        asked.append(1)
        return len(asked) > 2

    with at(world.office, clock) as office:
        found = import_from(office, stick, cancelled=after_one_slice).result
        assert found.was_cancelled and 0 < len(given_names(office)) < 600
        assert check(office.store.conn).findings == [], (
            "what has come so far is signed by a head still to come"
        )
        assert held.confirmable(office.store.conn, lb_dev(office)) == []
        assert import_from(office, stick).result.is_clean
        assert len(given_names(office)) == 600
        assert held.confirmable(office.store.conn, lb_dev(office))[0].upto > 600


def test_a_receipt_for_another_history_clears_nothing(world: World, stick: Path, clock: SetClock) -> None:
    with at(world.lb, clock) as desk:
        register(desk, "Ana")
        export_bundle(desk, stick)
    with at(world.office, clock) as office:
        import_from(office, stick)
        receipt = make_receipt(office.store, lb_dev(office))
        assert receipt is not None
        office_key = office.store.keys.signing
        members = json.loads(receipt.raw)
        members["number"] += 1
        members["body"]["heard"][0]["chain"] = "ab" * 32
        forged = sign_statement(office_key, members)
    with at(world.lb, clock) as desk:
        before = state_here(desk)[0]
        confirmed = take_receipts(desk.store, [SignedStatement(forged.body, forged.signature)])
        assert confirmed.other_history == [desk.who.dev] and not confirmed.grew
        assert state_here(desk)[0] == before


def test_receipts_nobody_may_write(world: World, stick: Path, clock: SetClock) -> None:
    with at(world.lb, clock) as desk:
        register(desk, "Ana")
        export_bundle(desk, stick)
    with at(world.office, clock) as office:
        import_from(office, stick)
        good = make_receipt(office.store, lb_dev(office))
        assert good is not None
    with at(world.mt, clock) as other, at(world.lb, clock) as desk:
        stranger = sign_statement(other.store.keys.signing, json.loads(good.raw))
        unsigned = SignedStatement(good.raw[:-1] + b" ", good.signature)
        practice = replace(desk.who, is_practice=True)
        confirmed = take_receipts(desk.store, [stranger, unsigned, SignedStatement(b"", "")])
        assert len(confirmed.refused) == 3 and not confirmed.grew
        with pytest.raises(ValueError, match="practice"):
            read_receipt(SignedStatement(good.raw, good.signature), desk.roster, practice.is_practice)
        first = take_receipts(desk.store, [SignedStatement(good.raw, good.signature)])
        again = take_receipts(desk.store, [SignedStatement(good.raw, good.signature)])
        assert (first.new, first.grew, again.new, again.grew) == (1, True, 0, False)


@pytest.mark.parametrize(
    "desk_id", ["f" * 17, "f" * 16, "8" + "0" * 15, "1" * 15, "A" * 16, "0x" + "1" * 14, "", 7]
)
def test_a_receipt_for_what_can_be_no_desk_is_refused(world: World, clock: SetClock, desk_id: object) -> None:
    """An id wider than 63 bits once ended the whole import inside the database."""
    with at(world.office, clock) as office, at(world.lb, clock) as desk:
        body = {"desk": desk_id, "practice": False, "made_ms": 1, "roster": ["0", 1], "heard": []}
        said = {"statement": "receipt", "issuer": hex16(office.who.dev), "number": 1, "body": body}
        confirmed = take_receipts(desk.store, [sign_statement(office.store.keys.signing, said)])
        assert len(confirmed.refused) == 1 and confirmed.new == 0


def test_a_restored_desk_goes_on_in_a_new_epoch_and_loses_nothing(
    world: World, stick: Path, clock: SetClock, tmp_path: Path
) -> None:
    backup = tmp_path / "backup"
    with at(world.lb, clock) as desk:
        register(desk, "Ana")
    shutil.copytree(world.lb, backup)
    with at(world.lb, clock) as desk:
        register(desk, "Berta")
        export_bundle(desk, stick)
        lost = events_of(desk)
    with at(world.office, clock) as office:
        import_from(office, stick)
        back = tmp_path / "back"
        back.mkdir()
        export_bundle(office, back, "LB", everything=True)
    shutil.rmtree(world.lb)
    shutil.copytree(backup, world.lb)
    (world.lb / "highwater.json").unlink()  # the laptop itself is gone, and its mark with it
    with at(world.lb, clock) as desk:
        assert desk.who.epoch == 0 and given_names(desk) == {"Ana"}
        found = import_from(desk, back).result
        assert desk.who.epoch > 0 and len(found.alarms) == 1
        assert given_names(desk) == {"Ana", "Berta"} and set(lost) <= set(events_of(desk))
        register(desk, "Carla")
        export_bundle(desk, stick)
    with at(world.office, clock) as office:
        found = import_from(office, stick).result
        assert not found.alarms and given_names(office) == {"Ana", "Berta", "Carla"}


def test_a_third_party_reveals_what_is_missing(world: World, stick: Path, clock: SetClock) -> None:
    with at(world.lb, clock) as desk:
        register(desk, "Ana")
        export_bundle(desk, stick)
        last = desk.store.conn.execute(
            "SELECT max(last_seq) FROM event WHERE dev = ?", (desk.who.dev,)
        ).fetchone()[0]
    with at(world.office, clock) as office:
        with office.store.transaction() as conn:
            held.note_said(conn, [(lb_dev(office), 0, last)], 99, 1)
        assert state_here(office)[1] == (("LB1", 1, last),)
        import_from(office, stick)
        assert state_here(office)[1] == ()


def test_a_station_does_not_look_for_the_work_of_another(
    world: World, tmp_path: Path, clock: SetClock
) -> None:
    """Receipts of all lie in one folder; who takes them in there is not told to ask another station for its stick."""
    bundles, receipts = tmp_path / "bundles", tmp_path / "receipts"
    bundles.mkdir()
    receipts.mkdir()
    for station in (world.lb, world.mt):
        with at(station, clock) as desk:
            register(desk, station.name)
            export_bundle(desk, bundles)
    with at(world.office, clock) as office:
        import_from(office, bundles)
        export_bundle(office, bundles, "LB")
        export_receipts(office, receipts)
    with at(world.lb, clock) as desk:
        import_from(desk, bundles)
        import_from(desk, receipts)
        assert state_here(desk)[1] == ()


def test_receipts_are_refused_by_role(world: World, stick: Path, clock: SetClock) -> None:
    with at(world.lb, clock, "counter") as desk:
        for act in (export_bundle, import_from, export_receipts):
            with pytest.raises(NotAllowed):
                act(desk, stick)


def test_a_part_of_another_desk_never_finished_keeps_nothing_from_being_confirmed(
    world: World, stick: Path, clock: SetClock, small_parts: None
) -> None:
    """One import that was stopped once silenced what lies beyond gaps in all receipts, of all desks, for ever."""
    with at(world.lb, clock) as desk:
        register(desk, *(f"P{n}" for n in range(40)))
        export_bundle(desk, stick)
    sorted(parts_in(stick), key=lambda p: int(p.name.split("-")[1].split("of")[0]))[1].unlink()
    with at(world.mt, clock) as desk:
        mt = desk.who.dev
    with at(world.office, clock) as office:
        with office.store.transaction() as conn:
            exchange.begin_part(conn, exchange.PartIn(bytes(32), "", mt, 1, 1, 1, 1, 1), 1)
        import_from(office, stick)
        assert held.confirmable(office.store.conn, lb_dev(office))[0].beyond


def test_a_part_its_sender_planned_anew_is_forgotten_once_all_of_it_is_held(
    world: World, stick: Path, clock: SetClock, tmp_path: Path
) -> None:
    def unfinished(desk: Desk) -> int:
        return len(desk.store.conn.execute("SELECT 1 FROM part_in WHERE is_complete = 0").fetchall())

    with at(world.lb, clock) as desk:
        register(desk, "Ana")
        export_bundle(desk, stick)
        earlier = parts_in(stick)
        names = [f"P{n}" for n in range(600)]
        register(desk, *names)
        export_bundle(desk, stick)
    asked: list[int] = []

    def after_one_slice() -> bool:
        asked.append(1)
        return len(asked) > 2

    (later,) = set(parts_in(stick)) - set(earlier)
    alone = tmp_path / "alone" / "SHELTERDESK" / later.parent.name
    alone.mkdir(parents=True)
    for one in (later, later.with_name(f"{later.name}.sig")):
        one.rename(alone / one.name)
    with at(world.office, clock) as office:
        assert import_from(office, tmp_path / "alone", cancelled=after_one_slice).result.was_cancelled
        assert 0 < len(given_names(office)) < 600 and unfinished(office) == 1
        # An older part says nothing of what came after it.
        assert import_from(office, stick).result.is_clean and unfinished(office) == 1
    # Another desk can open the parts now: all are planned anew, and the one begun is never written again.
    join(world.lb, tmp_path / "second", clock)
    with at(world.lb, clock) as desk:
        (tmp_path / "new").mkdir()
        export_bundle(desk, tmp_path / "new")
    with at(world.office, clock) as office:
        assert import_from(office, tmp_path / "new").result.is_clean
        assert given_names(office) == {"Ana", *names} and unfinished(office) == 0


def test_an_office_put_back_gets_again_what_it_had_confirmed(
    world: World, clock: SetClock, tmp_path: Path
) -> None:
    """It lost what came after its backup; a desk that only believed the receipts of before never sent it again."""
    sticks = iter(range(100))

    def carried(from_: Path, to: Path) -> None:
        stick = tmp_path / f"stick-{next(sticks)}"
        stick.mkdir()
        with at(from_, clock) as desk:
            export_bundle(desk, stick, "office" if to == world.office else "LB")
        with at(to, clock) as desk:
            import_from(desk, stick)

    backups = tmp_path / "backups"
    with at(world.lb, clock) as desk:
        register(desk, "Ana")
    carried(world.lb, world.office)
    with at(world.office, clock) as office:
        made = make_backup(office, backups).result
    with at(world.lb, clock) as desk:
        register(desk, "Berta")
    carried(world.lb, world.office)
    carried(world.office, world.lb)
    old = tmp_path / f"stick-{next(sticks)}"
    shutil.copytree(tmp_path / "stick-2", old)
    with at(world.lb, clock) as desk:
        assert state_here(desk)[0] < 3  # Ana and Berta are confirmed
    shutil.rmtree(world.office)
    restore(made.folder, world.office, "chief", PASSPHRASE, clock).close()
    with at(world.office, clock) as office:
        assert given_names(office) == {"Ana"}
    carried(world.lb, world.office)  # what was not confirmed: nothing of Berta
    carried(world.office, world.lb)  # the newer receipt says so
    with at(world.lb, clock) as desk:
        import_from(desk, old)  # what the office said before it lost anything clears nothing again
        assert state_here(desk)[0] >= 3
    carried(world.lb, world.office)
    with at(world.office, clock) as office:
        assert given_names(office) == {"Ana", "Berta"}
        assert check(office.store.conn).findings == []


def test_a_desk_put_back_gets_again_what_others_wrote(world: World, clock: SetClock, tmp_path: Path) -> None:
    """Its earlier receipts had confirmed what its fellow desk wrote; the office had nothing more to send it."""
    join(world.lb, tmp_path / "second", clock)
    with at(tmp_path / "second", clock) as desk:
        made = make_backup(desk, tmp_path / "backups").result
    with at(world.lb, clock) as desk:
        register(desk, "Ana")
    for n, (from_, to) in enumerate(
        [
            (world.lb, world.office),
            (world.office, tmp_path / "second"),
            (tmp_path / "second", world.office),  # with its receipt for Ana
            (world.office, tmp_path / "second"),
        ]
    ):
        stick = tmp_path / f"s{n}"
        stick.mkdir()
        with at(from_, clock) as desk:
            export_bundle(desk, stick, "LB" if from_ == world.office else "office")
        with at(to, clock) as desk:
            import_from(desk, stick)
    shutil.rmtree(tmp_path / "second")
    restore(made.folder, tmp_path / "second", "admin", PASSPHRASE, clock).close()
    with at(tmp_path / "second", clock) as desk:
        assert given_names(desk) == set()
    for n in range(3):
        for m, (from_, to) in enumerate(
            [(tmp_path / "second", world.office), (world.office, tmp_path / "second")]
        ):
            stick = tmp_path / f"again-{n}-{m}"
            stick.mkdir()
            with at(from_, clock) as desk:
                export_bundle(desk, stick, "LB" if from_ == world.office else "office")
            with at(to, clock) as desk:
                import_from(desk, stick)
    with at(tmp_path / "second", clock) as desk:
        assert given_names(desk) == {"Ana"}


def test_a_desk_put_back_gets_again_what_it_wrote_itself(
    world: World, clock: SetClock, tmp_path: Path
) -> None:
    """Nobody sent an author its own entries: whoever wrote them was thought to have them."""

    def carried(from_: Path, to: Path, name: str) -> list[str]:
        stick = tmp_path / name
        stick.mkdir()
        with at(from_, clock) as desk:
            export_bundle(desk, stick, "office" if to == world.office else "LB")
        with at(to, clock) as desk:
            return import_from(desk, stick).result.alarms

    with at(world.lb, clock) as desk:
        made = make_backup(desk, tmp_path / "backups").result
        register(desk, "Ana")
    carried(world.lb, world.office, "s1")
    carried(world.office, world.lb, "s2")
    with at(world.office, clock) as office:
        (tmp_path / "s3").mkdir()
        assert export_bundle(office, tmp_path / "s3", "LB").result.events == 0  # it is known to have them
    shutil.rmtree(world.lb)
    restore(made.folder, world.lb, "admin", PASSPHRASE, clock).close()
    carried(world.lb, world.office, "s4")
    carried(world.office, world.lb, "s5")
    with at(world.lb, clock) as desk:
        assert given_names(desk) == {"Ana"}
        assert check(desk.store.conn).findings == []


def test_an_office_whose_disk_was_put_back_is_told_by_its_own_receipts(
    world: World, clock: SetClock, tmp_path: Path
) -> None:
    """No mark beside its file, and no desk holds an office's entries: what it once signed comes back with every stick.

    All it had heard of that desk came after the image, so that it has nothing to say of it but that.
    """
    sticks = iter(range(100))

    def carried(from_: Path, to: Path) -> list[str]:
        stick = tmp_path / f"stick-{next(sticks)}"
        stick.mkdir()
        with at(from_, clock) as desk:
            export_bundle(desk, stick, "office" if to == world.office else "LB")
        with at(to, clock) as desk:
            return import_from(desk, stick).result.alarms

    shutil.copytree(world.office, tmp_path / "image")
    with at(world.lb, clock) as desk:
        register(desk, "Ana")
    carried(world.lb, world.office)
    carried(world.office, world.lb)
    with at(world.lb, clock) as desk:
        assert state_here(desk)[0] < 3
    shutil.rmtree(world.office)
    shutil.copytree(tmp_path / "image", world.office)
    (alarm,) = carried(world.lb, world.office)
    assert "after a restored backup" in alarm
    carried(world.office, world.lb)
    assert carried(world.lb, world.office) == []
    with at(world.office, clock) as office:
        assert office.who.epoch > 0 and given_names(office) == {"Ana"}
        assert check(office.store.conn).findings == []
