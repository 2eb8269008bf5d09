"""A complaint about staff reaches the office's safeguarding recipient and nobody else, and does not show on its way."""

from __future__ import annotations

from pathlib import Path

import pytest

from shelterdesk.actions.clock import SetClock
from shelterdesk.actions.desk import open_desk
from shelterdesk.actions.exchange import export_bundle
from shelterdesk.actions.records import add_record, show_records
from shelterdesk.actions.taking_in import import_from
from shelterdesk.actions.users import add_user
from shelterdesk.core.errors import NotAllowed, Refused
from shelterdesk.core.event import parse
from shelterdesk.core.kinds import CARRIERS, KIND_NAMES
from shelterdesk.core.vocabulary import Confidentiality, Role
from tests.stations import CHEAP, PASSPHRASE
from tests.sync.worlds import World, at, copied, make_world

COMPLAINT = KIND_NAMES["safeguarding"]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> World:
    return make_world(tmp_path_factory.mktemp("world"))


def test_a_complaint_goes_to_the_office_alone(made: World, tmp_path: Path, clock: SetClock) -> None:
    world = copied(made, tmp_path)
    with at(world.lb, clock) as desk:
        ent = add_record(
            desk, COMPLAINT, {"text": "He asked for money at the counter.", "about_role": "counter"}
        ).result
        with pytest.raises(NotAllowed):
            show_records(desk, COMPLAINT)
        with pytest.raises(Refused):
            add_user(desk, "guard", frozenset({Role.SAFEGUARDING}), PASSPHRASE, cost=CHEAP)
        export_bundle(desk, tmp_path)
    with at(world.office, clock) as office:
        import_from(office, tmp_path)
        with pytest.raises(Refused):  # an admin alone cannot open a class, nor hand it on
            add_user(office, "guard", frozenset({Role.SAFEGUARDING}), PASSPHRASE, cost=CHEAP)
        add_user(
            office,
            "guard",
            frozenset({Role.SAFEGUARDING}),
            PASSPHRASE,
            recovery_code=world.escrow_code,
            cost=CHEAP,
        )
        with pytest.raises(NotAllowed):
            show_records(office, COMPLAINT)
    guard = open_desk(world.office, "guard", PASSPHRASE, clock)
    found = show_records(guard, COMPLAINT)
    guard.close()
    assert [(one["id"], one["text"]) for one in found] == [(ent, "He asked for money at the counter.")]


def test_the_log_does_not_tell_a_complaint_from_an_intake(
    made: World, tmp_path: Path, clock: SetClock
) -> None:
    world = copied(made, tmp_path)
    with at(world.lb, clock, "operator") as desk:
        add_record(desk, KIND_NAMES["intake_answers"], {"pregnant": "no"})
        add_record(desk, COMPLAINT, {"text": "He asked for money."})
        lines = [
            parse(row[0])
            for row in desk.store.conn.execute("SELECT line FROM event ORDER BY id DESC LIMIT 2")
        ]
    kinds = {(op.kind, op.field, len(op.value)) for event in lines for op in event.ops}
    assert len(kinds) == 1 and next(iter(kinds))[0] == CARRIERS[Confidentiality.PROTECTION].number
    assert {len(event.line) for event in lines} == {len(lines[0].line)}


def test_a_long_note_is_sealed_in_a_larger_bucket(made: World, tmp_path: Path, clock: SetClock) -> None:
    world = copied(made, tmp_path)
    with at(world.lb, clock, "operator") as desk:
        add_record(desk, KIND_NAMES["health_note"], {"text": "x" * 5_000})
        with pytest.raises(Refused):
            add_record(desk, KIND_NAMES["health_note"], {"text": "x" * 70_000})
