"""Families registered through the real store: one event, one head, numbers for ever, sealed answers of one size."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shelterdesk.actions.arrival_groups import close_group, count_group, groups, recount_group
from shelterdesk.actions.clock import SetClock
from shelterdesk.actions.desk import Desk, open_desk
from shelterdesk.actions.person_changes import (
    add_document,
    answer_again,
    edit_person,
    form_of,
    void_person,
)
from shelterdesk.actions.records import sealed_records
from shelterdesk.actions.registration import (
    RegisteredFamily,
    add_members,
    local_day,
    register_family,
    set_head,
)
from shelterdesk.actions.undo import undo_last
from shelterdesk.actions.users import add_user
from shelterdesk.core.errors import BadField, NotAllowed, NotFound, Refused
from shelterdesk.core.event import Event, parse
from shelterdesk.core.family_checks import NotThisForm
from shelterdesk.core.family_tidy import tidy
from shelterdesk.core.kinds import ARRIVAL_GROUP, CARRIERS, MEMBERSHIP, PLACE
from shelterdesk.core.moment import moment_text
from shelterdesk.core.number import parse_number
from shelterdesk.core.people import (
    Answer,
    ArrivalGroupForm,
    DocumentForm,
    FamilyForm,
    IntakeAnswers,
    PersonForm,
    person_values,
)
from shelterdesk.core.vocabulary import (
    Confidentiality,
    DocumentType,
    EntryRoute,
    HouseholdRole,
    Missing,
    Relation,
    Role,
    Sex,
)
from shelterdesk.db.households import Household, household
from shelterdesk.db.person_page import PersonPage, person_page
from tests.families import families
from tests.stations import CHEAP, PASSPHRASE, Template

ANA = PersonForm("Pérez Toussaint", "Ana", sex=Sex.F, birth="1994-03", nationality=("VEN",))
LUIS = PersonForm("Pérez", "Luis", sex=Sex.M, birth="2016", relation=Relation.CHILD)
CARRIER_NUMBERS = {carrier.number for carrier in CARRIERS.values()}
FEW = settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def lines(desk: Desk) -> list[Event]:
    return [parse(row[0]) for row in desk.store.conn.execute("SELECT line FROM event ORDER BY id")]


def page(desk: Desk, number: str) -> PersonPage:
    reader = desk.reader()
    try:
        row = reader.conn.execute("SELECT ent FROM person WHERE number = ?", (number,)).fetchone()
        found = person_page(reader, row[0])
        assert found is not None
        return found
    finally:
        reader.close()


def home(desk: Desk, ent: str) -> Household:
    found = household(desk.store.conn, bytes.fromhex(ent), local_day(desk))
    assert found is not None
    return found


def registered(desk: Desk, *members: PersonForm, **more: object) -> RegisteredFamily:
    return register_family(desk, replace(FamilyForm(members), **more)).result  # type: ignore[arg-type]


def test_a_family_is_one_open_event_and_one_sealed(operator_desk: Desk) -> None:
    before = len(lines(operator_desk))
    done = register_family(operator_desk, FamilyForm((ANA, replace(LUIS, bed_needs=("LOWER_BUNK",)))))
    added = lines(operator_desk)[before:]
    assert [event.eh for event in added] == list(done.result.undo)
    kinds = [{op.kind for op in event.ops} for event in added]
    assert len(added) == 2 and kinds[0].isdisjoint(CARRIER_NUMBERS) and kinds[1] <= CARRIER_NUMBERS
    assert len(added[1].ops) == 2, "one sealed record for each person"
    assert {"person", "household", "membership", "bed_need", "sealed_protection"} == done.changes.kinds
    assert [parse_number(one.number).counter for one in done.result.members] == [1, 2]
    assert [(m.name, m.role, m.relation) for m in home(operator_desk, done.result.household).members] == [
        ("Pérez Toussaint, Ana", "HEAD", None),
        ("Pérez, Luis", "MEMBER", "CHILD"),
    ]


@given(family=families())
@FEW
def test_what_a_family_said_is_what_its_pages_say(desk: Desk, family: FamilyForm) -> None:
    done = register_family(desk, family).result
    today = local_day(desk)
    for person, said in zip(done.members, family.members, strict=True):
        held = page(desk, person.number)
        form = tidy(said, today)
        assert person_values(form_of(held.record)) == person_values(form)
        papers = [
            (r.values.get("document_number"), r.missing.get("document_number"))
            for r in held.sections["documents"]
        ]
        assert papers == [
            (None, d.number.value) if isinstance(d.number, Missing) else (d.number, None)
            for d in form.documents
        ]
        assert [r.text("bed_need") for r in held.sections["bed_needs"]] == list(form.bed_needs)
        assert (
            held.is_present and held.household is not None and held.household.number == done.household_number
        )
    heads = [member for member in home(desk, done.household).members if member.role == "HEAD"]
    assert len(heads) == 1
    named = [at for at, said in enumerate(family.members) if said.role is HouseholdRole.HEAD]
    assert not named or heads[0].ent == done.members[named[0]].ent


@given(batches=st.lists(families(), min_size=2, max_size=4))
@FEW
def test_the_answers_change_no_size_and_numbers_never_repeat(desk: Desk, batches: list[FamilyForm]) -> None:
    start = len(lines(desk))
    for family in batches:
        register_family(desk, family)
    sealed = [event for event in lines(desk)[start:] if event.ops[0].kind in CARRIER_NUMBERS]
    assert sum(len(event.ops) for event in sealed) == sum(len(family.members) for family in batches)
    assert (
        len({len(op.value) for event in lines(desk) for op in event.ops if op.kind in CARRIER_NUMBERS}) == 1
    )
    numbers = [row[0] for row in desk.store.conn.execute("SELECT number FROM person")]
    assert len(numbers) == len(set(numbers))
    assert all(str(parse_number(number)) == number for number in numbers)


def test_a_holder_reads_the_answers_and_nobody_else(
    desk: Desk, station_template: Template, clock: SetClock
) -> None:
    answers = IntakeAnswers(Answer.YES, child_alone=Missing.REFUSED, needs=("SV-VA",))
    done = registered(desk, replace(ANA, answers=answers))
    assert b"SV-VA" not in b"".join(event.line for event in lines(desk))
    add_user(
        desk, "protection", frozenset({Role.PROTECTION}), PASSPHRASE,
        recovery_code=station_template.recovery_code, cost=CHEAP,
    )  # fmt: skip
    folder = desk.folder
    with pytest.raises(NotAllowed):
        sealed_records(desk, Confidentiality.PROTECTION, person=done.members[0].ent)
    officer = open_desk(folder, "protection", PASSPHRASE, clock)
    try:
        found = sealed_records(officer, Confidentiality.PROTECTION, person=done.members[0].ent)
    finally:
        officer.close()
    assert [record.kind for record in found] == ["intake_answers"]
    assert found[0].values["pregnant"] == "yes" and found[0].values["needs"] == ["SV-VA"]
    assert found[0].missing["child_alone"] == "refused" and found[0].missing["feels_unsafe"] == "not_asked"


def test_nothing_of_a_refused_family_is_kept(desk: Desk) -> None:
    before = len(lines(desk))
    with pytest.raises(NotThisForm) as refused:
        registered(desk, ANA, replace(LUIS, birth="1994-13", nationality=("Narnia",)))
    assert [(p.member, p.field, p.sentence) for p in refused.value.problems] == [
        (1, "birth", "1994-13 is not a month."),
        (1, "nationality", "Narnia is not a country"),
    ]
    with pytest.raises(NotFound):
        registered(desk, ANA, replace(LUIS, place="Z-9"))
    assert len(lines(desk)) == before
    assert registered(desk, ANA).members[0].number.startswith("LB1-000001-"), "no number was used up"


def test_a_bed_given_with_the_registration_is_a_stay(desk: Desk) -> None:
    with desk.store.write(desk.user) as event:
        event.create(PLACE, {"code": "A-1", "place_kind": "bed"})
    done = registered(desk, replace(ANA, place="A-1"), LUIS)
    stays = page(desk, done.members[0].number).sections["stays"]
    assert [(stay.labels["place"], stay.values.get("to_at")) for stay in stays] == [("A-1", None)]
    assert page(desk, done.members[1].number).sections["stays"] == ()


def test_roles_that_do_not_register_are_refused(station_folder: object, clock: SetClock) -> None:
    gate = open_desk(station_folder, "gate", PASSPHRASE, clock)  # type: ignore[arg-type]
    try:
        with pytest.raises(NotAllowed):
            registered(gate, ANA)
        assert gate.store.conn.execute("SELECT count(*) FROM person").fetchone() == (0,)
    finally:
        gate.close()


def test_newcomers_join_and_a_new_head_follows_the_old_one(desk: Desk) -> None:
    done = registered(desk, ANA, LUIS)
    father = PersonForm("Pérez", "Juan", sex=Sex.M, birth="1990")
    joined = add_members(desk, done.household_number, [replace(father, role=HouseholdRole.HEAD)]).result
    assert joined.household == done.household
    found = home(desk, done.household).members
    assert [(m.name, m.role) for m in found] == [
        ("Pérez, Juan", "HEAD"), ("Pérez Toussaint, Ana", "MEMBER"), ("Pérez, Luis", "MEMBER")
    ]  # fmt: skip
    set_head(desk, done.members[0].number)
    after = home(desk, done.household).members
    assert [m.name for m in after if m.role == "HEAD"] == ["Pérez Toussaint, Ana"]
    assert all(m.relation is None for m in after), "relations to the old head say nothing of the new one"
    with pytest.raises(NotFound):
        add_members(desk, "LB1-H0099-K", [father])
    with pytest.raises(NotFound):
        add_members(desk, "no number", [father])


def test_heads_named_by_two_desks_apart_are_shown_as_double(desk: Desk) -> None:
    done = registered(desk, ANA, LUIS)
    luis = page(desk, done.members[1].number).sections["memberships"][0]
    with desk.store.write(desk.user) as event:
        event.set(MEMBERSHIP, luis.ent, "role", "HEAD")
    found = home(desk, done.household).members
    assert [(m.is_head, m.is_double) for m in found].count((True, False)) == 1
    assert [(m.is_head, m.is_double) for m in found].count((False, True)) == 1


def test_editing_writes_only_what_differs(desk: Desk, clock: SetClock) -> None:
    number = registered(desk, ANA).members[0].number
    clock.forward(timedelta(minutes=5))
    done = edit_person(
        desk, number, {"birth": "1994-03", "given": "Anna", "nationality": ("HTI",), "sex": Sex.F}
    )
    assert set(done.result.changed) == {"given", "nationality"}
    held = page(desk, number)
    assert (held.name, held.record.values["nationality"]) == ("Pérez Toussaint, Anna", ["HTI"])
    assert [change.values for change in held.changes if not change.is_creation] == [
        {"given": "Anna"}, {"nationality": ["HTI"]}
    ]  # fmt: skip
    edit_person(desk, number, {"birth": Missing.REFUSED, "entry_route": EntryRoute.JAQUE_PACIFIC})
    held = page(desk, number)
    assert held.record.missing["birth"] == "refused" and held.record.text("entry_route") == "JAQUE_PACIFIC"
    assert edit_person(desk, number, {"birth": Missing.REFUSED, "sex": Sex.F}).result.undo == ()


@pytest.mark.parametrize(
    ("given_", "field"),
    [
        ({"birth": "2030"}, "birth"),
        ({"surnames": "", "given": ""}, "name"),
        ({"number": "LB1-000009-9"}, "number"),
        ({"entry_route": "BY_AIR"}, "entry_route"),
        ({"relation": "BEST_FRIEND"}, "relation"),
        ({"role": "MEMBER"}, "role"),
        ({"arrived_at": datetime(2026, 12, 24, tzinfo=UTC)}, "arrived_at"),
        ({"arrived_at": "yesterday"}, "arrived_at"),
        ({"languages": ("Spanish",)}, "languages"),
    ],
)
def test_an_edit_that_cannot_be_names_its_field(desk: Desk, given_: dict[str, object], field: str) -> None:
    number = registered(desk, ANA).members[0].number
    before = len(lines(desk))
    with pytest.raises(BadField) as refused:
        edit_person(desk, number, given_)
    assert refused.value.field == field
    assert len(lines(desk)) == before


def test_relation_and_head_are_edited_with_the_person(desk: Desk) -> None:
    done = registered(desk, ANA, LUIS)
    ana, luis = (member.number for member in done.members)
    assert edit_person(desk, luis, {"relation": "NEPHEW", "relation_proof": "claimed"}).result.changed == (
        "relation",
        "relation_proof",
    )
    assert home(desk, done.household).members[1].relation == "NEPHEW"
    edit_person(desk, luis, {"role": HouseholdRole.HEAD})
    assert [m.number for m in home(desk, done.household).members] == [luis, ana]


def test_papers_and_answers_come_later_too(desk: Desk) -> None:
    number = registered(desk, ANA).members[0].number
    add_document(desk, number, DocumentForm(DocumentType.PASSPORT, "v-12.345 678", "VEN", "2028-01-15"))
    paper = page(desk, number).sections["documents"][0]
    assert (paper.text("document_number"), paper.text("expiry")) == ("V12345678", "2028-01-15")
    with pytest.raises(NotThisForm):
        add_document(desk, number, DocumentForm(DocumentType.PASSPORT, expiry="2028-13"))
    before = len(lines(desk))
    answer_again(desk, number, IntakeAnswers(feels_unsafe=Answer.YES))
    added = lines(desk)[before:]
    assert [{op.kind for op in event.ops} for event in added] == [
        {CARRIERS[Confidentiality.PROTECTION].number}
    ]


def test_the_zone_of_a_passport_is_checked_and_kept(desk: Desk) -> None:
    good = "P<VENGONZALEZ<RODRIGUEZ<<MARIA<JOSE<<<<<<<<<\n0123456784VEN9502286F2801153<<<<<<<<<<<<<<<0"
    bad = good.replace("0123456784VEN", "0123456785VEN")
    papers = (DocumentForm(DocumentType.PASSPORT, "012345678", "VEN", mrz=good),)
    fine = registered(desk, PersonForm("González", "María", birth="1995-02-28", documents=papers))
    assert fine.warnings == ()
    papers = (replace(papers[0], mrz=bad),)
    doubted = registered(desk, PersonForm("González", "María", birth="1990", documents=papers))
    assert {warning.code for warning in doubted.warnings} == {"mrz_check", "mrz_birth", "same_document"}
    kept = page(desk, doubted.members[0].number).sections["documents"][0]
    assert kept.values["mrz_check"]["valid"] is False and kept.text("mrz") == bad


def test_an_entry_by_mistake_takes_its_records_along_and_leaves_a_head(desk: Desk) -> None:
    papers = (DocumentForm(DocumentType.PASSPORT, "A1234567", "VEN"),)
    done = registered(desk, replace(ANA, documents=papers, bed_needs=("QUIET",)), LUIS)
    void_person(desk, done.members[0].number, "entered twice")
    counts = [
        desk.store.conn.execute(f"SELECT count(*) FROM {table} WHERE void IS NULL").fetchone()[0]
        for table in ("person", "membership", "travel_document", "bed_need", "household")
    ]
    assert counts == [1, 1, 0, 0, 1]
    assert [(m.name, m.role) for m in home(desk, done.household).members] == [("Pérez, Luis", "HEAD")]
    void_person(desk, done.members[1].number, "the whole family")
    assert household(desk.store.conn, bytes.fromhex(done.household), local_day(desk)) is None
    with pytest.raises(NotFound):
        void_person(desk, done.members[1].number, "again")
    with pytest.raises(BadField):
        void_person(desk, registered(desk, ANA).members[0].number, " ")


def test_a_token_taken_back_meanwhile_is_named_by_its_number(desk: Desk) -> None:
    token = count_group(desk, ArrivalGroupForm(2, {})).result
    undo_last(desk, token.undo)
    with pytest.raises(NotFound) as refused:
        registered(desk, ANA, arrival_group=token.ent)
    assert refused.value.sentence == f"{token.number} is not known here."
    assert refused.value.next_step.startswith("It was taken back meanwhile")
    with pytest.raises(NotFound, match="This token is not known here"):
        registered(desk, ANA, arrival_group="ab" * 16)
    with pytest.raises(NotFound, match="This family is not known here"):
        registered(desk, ANA, household="ab" * 16)


def test_a_time_nobody_can_read_is_as_unknown_as_none(desk: Desk) -> None:
    """A faulty desk wrote it; families are registered and the group is closed all the same."""
    with desk.store.write(desk.user) as event:
        times = {"arrived_at": "yesterday", "closed_at": "soon after"}
        group = event.create(ARRIVAL_GROUP, {"number": "LB1-T0009-X", "head_count": 1, **times})
    done = registered(desk, ANA, arrival_group=group)
    came = page(desk, done.members[0].number).record.text("arrived_at")
    assert came == moment_text(desk.clock.now(), desk.who.zone)
    with pytest.raises(Refused, match="LB1-T0009-X is closed already"):
        close_group(desk, group, "all named")


def test_a_group_is_counted_named_and_closed(desk: Desk, clock: SetClock) -> None:
    form = ArrivalGroupForm(5, {"F": {"18_59": 2, "0_4": 0}, "U": {"minor": 2}}, vehicle="piragua 7", mode="boat",
                            entry_route=EntryRoute.BAJO_CHIQUITO)  # fmt: skip
    token = count_group(desk, form).result
    assert token.number.startswith("LB1-T0001-")
    reader = desk.reader()
    clock.forward(timedelta(hours=2))

    def numbers() -> tuple[int, int, int]:
        (held,) = groups(desk, reader, only_open=False)
        return held.head_count, held.named, held.unnamed

    assert numbers() == (5, 0, 5) and groups(desk, reader)[0].counted == {
        "F": {"18_59": 2},
        "U": {"minor": 2},
    }
    done = registered(desk, ANA, LUIS, arrival_group=token.number)
    held = page(desk, done.members[0].number).record
    assert held.labels["arrival_group"] == token.number and held.text("entry_route") == "BAJO_CHIQUITO"
    assert held.text("arrived_at") == "2026-11-23T08:00:00-05:00[America/Panama]", (
        "they came when they were counted"
    )
    assert numbers() == (5, 2, 3)
    recount_group(desk, token.number, 6, {"F": {"18_59": 3}})
    assert numbers() == (6, 2, 4)
    with pytest.raises(BadField):
        close_group(desk, token.number, " ")
    close_group(desk, token.number, "went on by bus")
    assert numbers() == (6, 2, 0) and groups(desk, reader) == []
    with pytest.raises(Refused):
        close_group(desk, token.number, "again")
    reader.close()


@given(heads=st.integers(1, 8), named=st.integers(0, 10))
@FEW
def test_unnamed_is_what_is_left_and_never_less_than_nobody(desk: Desk, heads: int, named: int) -> None:
    token = count_group(desk, ArrivalGroupForm(heads, {})).result
    for _ in range(named):
        registered(desk, ANA, arrival_group=token.number)
    reader = desk.reader()
    held = next(group for group in groups(desk, reader) if group.ent == token.ent)
    reader.close()
    assert (held.named, held.unnamed) == (named, max(0, heads - named))


@pytest.mark.parametrize(
    ("form", "field"),
    [
        (ArrivalGroupForm(0, {}), "head_count"),
        (ArrivalGroupForm(3, {"F": {"18_59": 4}}), "counted"),
        (ArrivalGroupForm(3, {"F": {"18_59": -1}}), "counted"),
        (ArrivalGroupForm(3, {"W": {"18_59": 1}}), "counted"),
        (ArrivalGroupForm(3, {"F": {"adults": 1}}), "counted"),
        (ArrivalGroupForm(3, {}, arrived_at=datetime(2026, 11, 25, tzinfo=UTC)), "arrived_at"),
    ],
)
def test_a_count_that_cannot_be_is_refused(desk: Desk, form: ArrivalGroupForm, field: str) -> None:
    with pytest.raises(NotThisForm) as refused:
        count_group(desk, form)
    assert refused.value.field == field


def test_the_register_is_plain_json_in_the_log(desk: Desk) -> None:
    registered(desk, replace(ANA, birth=Missing.UNKNOWN))
    person = next(op for event in lines(desk) for op in event.ops if op.kind == 4)
    values = json.loads(person.value)
    assert (
        values["10"] == {"missing": "unknown"}
        and values["11"] == ["VEN"]
        and values["12"] == {"missing": "not_asked"}
    )
