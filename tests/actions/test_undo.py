"""Taking back: everything as it was, politely refused when something builds on it, a correction once it left."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings

from shelterdesk.actions.access import note_access
from shelterdesk.actions.arrival_groups import close_group, count_group
from shelterdesk.actions.clock import SetClock
from shelterdesk.actions.desk import Desk, open_desk
from shelterdesk.actions.person_changes import edit_person, void_person
from shelterdesk.actions.records import sealed_records
from shelterdesk.actions.registration import RegisteredFamily, add_members, register_family, set_head
from shelterdesk.actions.undo import undo_last
from shelterdesk.actions.users import add_user
from shelterdesk.core.errors import Refused
from shelterdesk.core.kinds import CARD, CARRIERS, LOGGED, PLACE, STAY
from shelterdesk.core.people import ArrivalGroupForm, FamilyForm, PersonForm
from shelterdesk.core.vocabulary import AccessKind, Confidentiality, HouseholdRole, Missing, Role
from tests.families import families
from tests.stations import CHEAP, PASSPHRASE, Template

ANA = PersonForm("Pérez", "Ana", birth="1994-03")
LUIS = PersonForm("Pérez", "Luis", birth="2016")
TABLES = [kind.name for kind in LOGGED if kind.name not in ("access", "correction")]


def standing(desk: Desk) -> dict[str, list[tuple[object, ...]]]:
    """Everything that counts: the rows not voided, of the tables, the search and the presence."""
    found = {
        name: list(desk.store.conn.execute(f"SELECT * FROM {name} WHERE void IS NULL ORDER BY ent"))
        for name in TABLES
    }
    found["presence"] = list(desk.store.conn.execute("SELECT * FROM presence ORDER BY person, n"))
    found["keys"] = list(desk.store.conn.execute("SELECT ent, key FROM person_key ORDER BY ent"))
    return found


def family(desk: Desk, *members: PersonForm) -> RegisteredFamily:
    return register_family(desk, FamilyForm(members or (ANA, LUIS))).result


def corrections(desk: Desk) -> list[tuple[str, str, str]]:
    sql = "SELECT subject_kind, lower(hex(subject)), reason FROM correction"
    return [tuple(row) for row in desk.store.conn.execute(sql)]


@given(form=families())
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_registration_taken_back_leaves_what_was_there(desk: Desk, form: FamilyForm) -> None:
    before = standing(desk)
    done = register_family(desk, form).result
    undone = undo_last(desk, done.undo)
    assert standing(desk) == before
    assert corrections(desk) == [] and not undone.result.is_correction
    assert "not given again" in undone.result.said
    again = register_family(desk, form).result
    assert {one.number for one in again.members}.isdisjoint({one.number for one in done.members})
    undo_last(desk, again.undo)


def test_taking_back_is_taken_back_too(desk: Desk) -> None:
    done = family(desk)
    there = standing(desk)
    undone = undo_last(desk, done.undo).result
    assert standing(desk) != there
    assert "counts again" in undo_last(desk, undone.undo).result.said
    assert standing(desk) == there


def test_an_edit_a_head_and_a_mistake_are_taken_back(desk: Desk, clock: SetClock) -> None:
    done = family(desk)
    ana, luis = (member.number for member in done.members)
    actions: tuple[Callable[[], tuple[bytes, ...]], ...] = (
        lambda: (
            edit_person(desk, ana, {"given": "Anna", "birth": Missing.REFUSED, "note": "limps"}).result.undo
        ),
        lambda: edit_person(desk, ana, {"birth": "1990"}).result.undo,
        lambda: set_head(desk, luis).result,
        lambda: add_members(desk, done.household, [replace(ANA, role=HouseholdRole.HEAD)]).result.undo,
        lambda: void_person(desk, ana, "entered twice").result,
    )
    for action in actions:
        before = standing(desk)
        clock.forward(timedelta(minutes=1))
        token = action()
        assert standing(desk) != before
        undo_last(desk, token)
        assert standing(desk) == before


def test_a_group_counted_and_closed_is_taken_back(desk: Desk) -> None:
    token = count_group(desk, ArrivalGroupForm(7, {"F": {"18_59": 3}})).result
    before = standing(desk)
    undo_last(desk, close_group(desk, token.number, "gone on").result)
    assert standing(desk) == before
    undo_last(desk, token.undo)
    assert standing(desk)["arrival_group"] == []


def test_what_somebody_changed_since_is_not_taken_back(
    desk: Desk, station_folder: object, clock: SetClock
) -> None:
    done = family(desk)
    clock.forward(timedelta(minutes=10))
    other = open_desk(station_folder, "operator", PASSPHRASE, clock)  # type: ignore[arg-type]
    later = edit_person(other, done.members[0].number, {"given": "Hannah"}).result
    before = standing(desk)
    with pytest.raises(Refused) as refused:
        undo_last(desk, done.undo)
    assert refused.value.sentence == "operator changed this since, at 2026-11-23 08:10."
    assert refused.value.next_step and standing(desk) == before
    undo_last(other, later.undo)
    other.close()
    undo_last(desk, done.undo)
    assert standing(desk)["person"] == [], "the later change is gone, so the registration may go"


def test_an_edit_edited_again_is_not_taken_back_but_another_field_is(desk: Desk) -> None:
    number = family(desk).members[0].number
    first = edit_person(desk, number, {"given": "Anna"}).result.undo
    second = edit_person(desk, number, {"sex": "F"}).result.undo
    third = edit_person(desk, number, {"given": "Hannah"}).result.undo
    with pytest.raises(Refused):
        undo_last(desk, first)
    undo_last(desk, second)
    undo_last(desk, third)
    assert desk.store.conn.execute(
        "SELECT given, sex FROM person WHERE number = ?", (number,)
    ).fetchone() == (
        "Anna",
        None,
    )


def test_a_person_with_a_bed_since_is_not_unmade_under_it(desk: Desk) -> None:
    done = family(desk)
    with desk.store.write(desk.user) as event:
        place = event.create(PLACE, {"code": "A-1"})
        stay = event.create(STAY, {"person": done.members[1].ent, "place": place, "from_at": event.now})
    with pytest.raises(Refused, match="a bed"):
        undo_last(desk, done.undo)
    with desk.store.write(desk.user) as event:
        event.void(STAY, stay, "wrong bed")
    undo_last(desk, done.undo)
    assert standing(desk)["person"] == []


def test_newcomers_keep_a_household_from_being_unmade(desk: Desk) -> None:
    done = family(desk, ANA)
    add_members(desk, done.household, [LUIS])
    with pytest.raises(Refused, match="a member of the family"):
        undo_last(desk, done.undo)


def test_a_printed_card_is_no_longer_good_and_a_correction_is_kept(desk: Desk) -> None:
    done = family(desk)
    person = done.members[0].ent
    with desk.store.write(desk.user) as event:
        event.create(CARD, {"serial": 12, "person": person, "printed_at": event.now})
    note_access(desk, AccessKind.PRINTED, "person", person, "card", 1)
    undone = undo_last(desk, done.undo).result
    assert undone.is_correction
    assert "1 card is no longer good." in undone.said and "throw the paper away" in undone.said
    ((kind, subject, reason),) = corrections(desk)
    assert (kind, reason) == ("person", "undo: printed") and subject in {m.ent for m in done.members}
    undoes = desk.store.conn.execute("SELECT undoes FROM correction").fetchone()[0]
    assert all(eh.hex() in undoes for eh in done.undo)
    assert desk.store.conn.execute("SELECT count(*) FROM card WHERE revoked_at IS NULL").fetchone() == (0,)


def test_what_was_printed_before_the_edit_asks_for_no_correction(desk: Desk) -> None:
    done = family(desk)
    note_access(desk, AccessKind.PRINTED, "person", done.members[0].ent, "card", 1)
    edited = edit_person(desk, done.members[0].number, {"given": "Anna"}).result
    assert not undo_last(desk, edited.undo).result.is_correction
    opened = edit_person(desk, done.members[0].number, {"given": "Anna"}).result
    note_access(desk, AccessKind.OPENED, "person", done.members[0].ent)
    assert not undo_last(desk, opened.undo).result.is_correction
    assert corrections(desk) == []


@pytest.mark.parametrize(
    ("how", "said"),
    [
        ("bundle", "was written out already: the correction goes after it with the next bundle"),
        ("table", "Other desks may have seen it in these moments; the correction reaches them by itself"),
        ("receipt", "Others have it already: the correction goes to them"),
        ("access", "given out in a file or list already"),
    ],
)
def test_what_left_the_laptop_is_followed_by_a_correction(desk: Desk, how: str, said: str) -> None:
    done = family(desk)
    ids = [row[0] for row in desk.store.conn.execute("SELECT id FROM event ORDER BY id")]
    with desk.store.transaction() as conn:
        if how in ("bundle", "table"):
            conn.execute(
                "INSERT INTO bundle_out (audience, bundle_no, part, manifest, manifest_sha, signature, receipts, ids,"
                " skip, events, is_waiting) VALUES (?, 1, 1, x'00', x'00', '', x'00', ?, 0, ?, 1)",
                ("table:LB" if how == "table" else "office", f"[[{ids[0]},{ids[-1]}]]", len(ids)),
            )
        if how == "receipt":
            upto = conn.execute("SELECT max(last_seq) FROM event").fetchone()[0]
            conn.execute(
                "INSERT INTO acknowledged (dev, epoch, issuer, upto, chain, received_ms) VALUES (?, 0, 1, ?, x'00', 0)",
                (desk.who.dev, upto),
            )
    if how == "access":
        note_access(desk, AccessKind.EXPORTED, "person", done.members[0].ent, "list", 1)
    undone = undo_last(desk, done.undo).result
    assert undone.is_correction and said in undone.said
    assert [reason for _, _, reason in corrections(desk)] == ["undo: exported"]
    assert not undo_last(desk, family(desk).undo).result.is_correction, "what came after it has not left"


def test_sealed_answers_go_with_their_registration(
    desk: Desk, station_template: Template, clock: SetClock
) -> None:
    done = family(desk)
    add_user(
        desk, "protection", frozenset({Role.PROTECTION}), PASSPHRASE,
        recovery_code=station_template.recovery_code, cost=CHEAP,
    )  # fmt: skip
    officer = open_desk(desk.folder, "protection", PASSPHRASE, clock)
    assert len(sealed_records(officer, Confidentiality.PROTECTION, person=done.members[0].ent)) == 1
    undone = undo_last(desk, done.undo).result
    assert sealed_records(officer, Confidentiality.PROTECTION, person=done.members[0].ent) == []
    officer.close()
    carriers = {carrier.number for carrier in CARRIERS.values()}
    kinds = [
        {row[0] for row in desk.store.conn.execute(
            "SELECT kind FROM op o JOIN event e ON e.id = o.event WHERE e.eh = ?", (eh,)
        )}
        for eh in undone.undo
    ]  # fmt: skip
    assert len(kinds) == 2 and kinds[0].isdisjoint(carriers) and kinds[1] <= carriers


def test_nothing_to_take_back_is_said(desk: Desk) -> None:
    for token in ((), (bytes(32),)):
        with pytest.raises(Refused, match="nothing to take back"):
            undo_last(desk, token)
    done = family(desk)
    undo_last(desk, done.undo)
    with pytest.raises(Refused, match="taken back already"):
        undo_last(desk, done.undo)
