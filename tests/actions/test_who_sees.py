"""What is looked at is noted, what a holder looks at is noted sealed, and who was disabled writes nothing more."""

from __future__ import annotations

import pytest

from shelterdesk.actions.access import SEALED_ACCESS
from shelterdesk.actions.desk import Desk, open_desk
from shelterdesk.actions.people import show_person
from shelterdesk.actions.records import add_record, sealed_unread, show_records, unread_words
from shelterdesk.actions.registration import register_family
from shelterdesk.actions.sealed_pages import sealed_of_person
from shelterdesk.actions.users import add_user, disable_user
from shelterdesk.core.errors import NotAllowed, NotFound, Refused
from shelterdesk.core.event import parse
from shelterdesk.core.kinds import ACCESS, KIND_NAMES, SEALED_PROTECTION
from shelterdesk.core.people import FamilyForm, PersonForm
from shelterdesk.core.vocabulary import Confidentiality, Role
from tests.stations import CHEAP, PASSPHRASE, Template, seal_nonsense


def accesses(desk: Desk) -> int:
    """How many open entries there are on who looked at what."""
    return int(desk.store.conn.execute("SELECT count(*) FROM access").fetchone()[0])


def test_records_shown_are_noted_and_the_notes_are_for_supervisors(desk: Desk) -> None:
    register_family(desk, FamilyForm((PersonForm(given="Ana"),)))
    add_user(desk, "op", frozenset({Role.OPERATOR}), PASSPHRASE, cost=CHEAP)
    desk.close()
    operator = open_desk(desk.folder, "op", PASSPHRASE, desk.clock)
    before = accesses(operator)
    assert len(show_records(operator, KIND_NAMES["person"])) == 1
    assert accesses(operator) == before + 1
    row = operator.store.conn.execute("SELECT subject_kind, count FROM access ORDER BY ent DESC").fetchone()
    assert row == ("person", 1)
    assert show_records(operator, KIND_NAMES["place"]) == [] and accesses(operator) == before + 1
    with pytest.raises(NotAllowed):
        show_records(operator, ACCESS)
    operator.close()
    admin = open_desk(desk.folder, "admin", PASSPHRASE, desk.clock)
    assert len(show_records(admin, ACCESS)) == before + 1
    admin.close()


def test_the_log_does_not_tell_on_whom_a_holder_looked_or_wrote(
    desk: Desk, station_template: Template
) -> None:
    family = register_family(desk, FamilyForm((PersonForm(given="Ana"), PersonForm(given="Eva")))).result
    add_user(
        desk, "guard", frozenset({Role.PROTECTION}), PASSPHRASE,
        recovery_code=station_template.recovery_code, cost=CHEAP,
    )  # fmt: skip
    desk.close()
    guard = open_desk(desk.folder, "guard", PASSPHRASE, desk.clock)
    upto = guard.store.conn.execute("SELECT max(id) FROM event").fetchone()[0]
    with_reader = guard.reader()
    for member in family.members:
        show_person(guard, with_reader, member.number, sealed=sealed_of_person(guard, member.ent))
    with_reader.close()
    add_record(guard, KIND_NAMES["child_status"], {"person": family.members[0].ent, "status": "alone"})
    lines = [
        parse(row[0])
        for row in guard.store.conn.execute("SELECT line FROM event WHERE id > ? ORDER BY id", (upto,))
    ]
    assert len(lines) >= 3
    assert {(op.kind, len(op.value)) for line in lines for op in line.ops} == {
        (SEALED_PROTECTION.number, len(lines[0].ops[0].value))
    }, "nothing but sealed values of one size: neither who was opened nor what was written"
    assert not any(member.ent.encode() in line.line for line in lines for member in family.members)
    noted = show_records(guard, SEALED_ACCESS[Confidentiality.PROTECTION])
    assert {one["subject"] for one in noted} >= {member.ent for member in family.members}
    guard.close()


def test_holders_hear_how_many_sealed_entries_cannot_be_read(desk: Desk, station_template: Template) -> None:
    add_user(
        desk, "guard", frozenset({Role.PROTECTION}), PASSPHRASE,
        recovery_code=station_template.recovery_code, cost=CHEAP,
    )  # fmt: skip
    for _ in range(2):
        seal_nonsense(desk)
    assert sealed_unread(desk) == 0, "who holds no key hears nothing"
    guard = open_desk(desk.folder, "guard", PASSPHRASE, desk.clock)
    assert show_records(guard, KIND_NAMES["child_status"]) == []
    assert sealed_unread(guard) == sealed_unread(guard, Confidentiality.PROTECTION) == 2
    assert sealed_unread(guard, Confidentiality.HEALTH) == 0
    with pytest.raises(NotFound) as one_of_them:
        show_records(guard, KIND_NAMES["child_status"], "a" * 32)
    assert one_of_them.value.next_step.startswith("2 sealed entries could not be read: tell the office")
    assert unread_words(1).startswith("1 sealed entry could not be read") and unread_words(0) == ""
    guard.close()


def test_who_was_disabled_meanwhile_writes_nothing_more(desk: Desk) -> None:
    add_user(desk, "op", frozenset({Role.OPERATOR}), PASSPHRASE, cost=CHEAP)
    operator = open_desk(desk.folder, "op", PASSPHRASE, desk.clock)
    register_family(operator, FamilyForm((PersonForm(given="Ana"),)))
    disable_user(desk, "op")
    events = operator.store.conn.execute("SELECT count(*) FROM event").fetchone()
    with pytest.raises(Refused, match="may not work here any more"):
        register_family(operator, FamilyForm((PersonForm(given="Eva"),)))
    assert operator.store.conn.execute("SELECT count(*) FROM event").fetchone() == events
    operator.close()
