"""From a station's desk to the office and back: what is written is taken in, once, whole, and confirmed."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from shelterdesk.actions.clock import SetClock
from shelterdesk.actions.exchange import export_bundle, export_receipts
from shelterdesk.actions.exchange_state import exchange_state
from shelterdesk.actions.taking_in import import_from
from shelterdesk.core.kinds import ACCESS, PERSON
from shelterdesk.sync import parts
from tests.stations import make_template
from tests.sync.worlds import World, adopt, at, events_of, given_names, parts_in, register, state


def test_what_was_written_arrives_once(world: World, stick: Path, clock: SetClock) -> None:
    with at(world.lb, clock) as desk:
        register(desk, "Ana", "Berta", "Carla")
        exported = export_bundle(desk, stick).result
        sent = events_of(desk)
    assert (exported.written, exported.already_there, exported.office_can_open) == (1, 0, True)
    with at(world.office, clock) as office:
        first = import_from(office, stick)
        assert first.result.new == len(sent) and first.result.is_clean
        assert {"person", "status"} <= first.changes.kinds
        assert set(sent) <= set(events_of(office)) and given_names(office) == {"Ana", "Berta", "Carla"}
        before = state(office)
        again = import_from(office, stick).result
        assert (again.new, again.known, again.set_aside, [p.outcome for p in again.parts]) == (
            0,
            first.result.new,
            0,
            ["known"],
        )
        assert state(office) == before


def test_parts_that_lie_there_are_not_written_again(
    world: World, stick: Path, clock: SetClock, tmp_path: Path
) -> None:
    with at(world.lb, clock) as desk:
        register(desk, "Ana")
        export_bundle(desk, stick)
        names = [p.name for p in parts_in(stick)]
        register(desk, "Berta")
        second = export_bundle(desk, stick).result
        assert (second.written, second.already_there) == (1, 1)
        assert set(names) < {p.name for p in parts_in(stick)}
        other = tmp_path / "other"
        other.mkdir()
        assert export_bundle(desk, other).result.written == 3
    # A damaged copy counts as absent and is written again.
    victim = stick / "SHELTERDESK" / parts_in(stick)[0].parent.name / names[0]
    victim.write_bytes(victim.read_bytes()[:-1])
    with at(world.lb, clock) as desk:
        assert export_bundle(desk, stick).result.written >= 2
    with at(world.office, clock) as office:
        import_from(office, stick)
        assert given_names(office) == {"Ana", "Berta"}


def test_any_stick_alone_is_enough(world: World, stick: Path, clock: SetClock, tmp_path: Path) -> None:
    with at(world.lb, clock) as desk:
        register(desk, "Ana")
        export_bundle(desk, stick)
        shutil.rmtree(stick)  # lost on the river
        register(desk, "Berta")
        other = tmp_path / "other"
        other.mkdir()
        export_bundle(desk, other)
        sent = events_of(desk)
    with at(world.office, clock) as office:
        import_from(office, other)
        assert set(sent) <= set(events_of(office))


def test_a_receipt_comes_home_and_only_here_falls(world: World, stick: Path, clock: SetClock) -> None:
    with at(world.lb, clock) as desk:
        register(desk, "Ana", "Berta")
        reader = desk.reader()
        before = exchange_state(reader)
        assert before.only_here > 2 and before.on_stick == 0 and before.last_receipt_ms is None
        export_bundle(desk, stick)
        written = exchange_state(reader)
        assert written.on_stick == written.only_here and written.last_written_ms is not None
        reader.close()
    with at(world.office, clock) as office:
        import_from(office, stick)
        receipts = export_receipts(office, stick).result
        assert len(receipts.names) == 1
    with at(world.lb, clock) as desk:
        back = import_from(desk, stick).result
        assert back.receipts == 1 and back.alarms == []
        reader = desk.reader()
        after = exchange_state(reader)
        assert after.only_here == 0 and after.only_here_since_ms is None and after.last_receipt_ms is not None
        reader.close()
        third = stick.parent / "third"
        third.mkdir()
        register(desk, "Carla")
        small = export_bundle(desk, third).result
        assert small.events == 2  # Carla and the export itself; the rest is confirmed
    with at(world.office, clock) as office:
        assert import_from(office, third).result.new == 2
        assert given_names(office) == {"Ana", "Berta", "Carla"}


def test_a_receipt_travels_in_a_bundle_too(world: World, stick: Path, clock: SetClock) -> None:
    with at(world.lb, clock) as desk:
        register(desk, "Ana")
        export_bundle(desk, stick)
    with at(world.office, clock) as office:
        import_from(office, stick)
        back = stick.parent / "back"
        back.mkdir()
        export_bundle(office, back, "LB")
    with at(world.lb, clock) as desk:
        found = import_from(desk, back).result
        assert found.receipts == 1 and found.is_clean, found
        reader = desk.reader()
        assert exchange_state(reader).only_here == 0
        reader.close()


def test_exporting_is_noted(world: World, stick: Path, clock: SetClock) -> None:
    with at(world.lb, clock, "operator") as desk:
        export_bundle(desk, stick)
        row = desk.store.conn.execute(f"SELECT access, subject_kind, detail FROM {ACCESS.name}").fetchall()
        assert row == [("exported", "bundle", "office")]


def test_an_edit_follows_its_record(world: World, stick: Path, clock: SetClock) -> None:
    with at(world.lb, clock) as desk:
        (ana,) = register(desk, "Ana")
        export_bundle(desk, stick)
    with at(world.office, clock) as office:
        import_from(office, stick)
    with at(world.lb, clock) as desk:
        with desk.store.write(desk.user) as event:
            event.set(PERSON, ana, "given", "Anna")
        export_bundle(desk, stick)
    with at(world.office, clock) as office:
        assert import_from(office, stick).result.new == 2
        assert given_names(office) == {"Anna"}
        before = state(office)
        office.store.rebuild()
        assert given_names(office) == {"Anna"} and state(office) == before


def test_a_part_from_before_the_enrolment_hinders_no_later_import(
    world: World, stick: Path, clock: SetClock, tmp_path: Path
) -> None:
    """It was sealed without the office; the same entries come again in the first bundle after it."""
    make_template(tmp_path / "sv", code="SV")
    with at(tmp_path / "sv", clock) as desk:
        register(desk, "Ana")
        export_bundle(desk, stick)
    with at(world.office, clock) as office:
        first = import_from(office, stick).result
        assert (first.new, first.refused + first.set_aside + first.elsewhere) == (0, 1)
        assert first.parts[0].reason and first.parts[0].advice
    with at(world.office, clock) as office:
        adopt(office, tmp_path / "sv", tmp_path, clock)
    with at(tmp_path / "sv", clock) as desk:
        export_bundle(desk, stick)
        sent = events_of(desk)
    with at(world.office, clock) as office:
        found = import_from(office, stick).result
        assert found.is_clean and found.elsewhere == 1 and set(sent) <= set(events_of(office))
        assert import_from(office, stick).result.is_clean


def test_after_an_upgrade_all_that_waits_is_written_anew_at_once(
    world: World, stick: Path, clock: SetClock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another schema.json: no bundle made before can be made again. Of three and more that was a program fault."""
    names = [f"P{n}" for n in range(5)]
    other = tmp_path / "other"
    other.mkdir()
    with at(world.lb, clock) as desk:
        for name in names:
            register(desk, name)
            export_bundle(desk, stick)
        monkeypatch.setattr(parts, "schema_member", lambda _: b'{"schema":2}')
        done = export_bundle(desk, other).result
        # What the five held, and the entry of this very export.
        assert (done.written, done.already_there) == (2, 0)
        assert [path.name for path in parts_in(other)] == sorted(part.name for part in done.parts)
        assert export_bundle(desk, other).result.already_there == 2
    with at(world.office, clock) as office:
        assert import_from(office, other).result.is_clean and given_names(office) == set(names)


def test_one_stick_for_two_stations_of_which_one_has_not_heard_of_the_other(
    world: World, stick: Path, clock: SetClock
) -> None:
    """What the other writes is for the office; there is nothing here to take in before it."""
    with at(world.lb, clock) as desk:
        other = next((one for one in desk.roster.desks.values() if one.station == "MT"), None)
        assert other is None, "the office enrolled it later"
    with at(world.mt, clock) as desk:
        register(desk, "Ana")
        export_bundle(desk, stick)
    with at(world.lb, clock) as desk:
        found = import_from(desk, stick).result
        assert [one.for_others for one in found.parts if one.outcome != "new"] == [True]
        assert all("not known here" not in one.reason for one in found.parts)
