"""Finding people and their pages on a real file: numbers, papers, spellings, order, and as it was known then."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from shelterdesk.actions.arrival_groups import count_group
from shelterdesk.actions.clock import SetClock
from shelterdesk.actions.desk import Desk, open_desk
from shelterdesk.actions.people import show_person
from shelterdesk.actions.person_changes import edit_person, void_person
from shelterdesk.actions.registration import RegisteredFamily, local_day, register_family
from shelterdesk.core.errors import NotFound
from shelterdesk.core.event import parse
from shelterdesk.core.kinds import CARD, FLAG, MEMBERSHIP, MOVEMENT, PERSON, PLACE, SAME_AS, STAY
from shelterdesk.core.number import BadNumber, Counted
from shelterdesk.core.people import ArrivalGroupForm, DocumentForm, FamilyForm, PersonForm
from shelterdesk.core.vocabulary import DocumentType, Missing, Relation
from shelterdesk.db.people import PersonLine, entity_of, find_people
from shelterdesk.db.statements import statements
from shelterdesk.db.store import Reader, Store
from tests.stations import PASSPHRASE


@pytest.fixture
def reader(desk: Desk) -> Iterator[Reader]:
    opened = desk.reader()
    yield opened
    opened.close()


def register(desk: Desk, *members: PersonForm, token: str | None = None) -> RegisteredFamily:
    return register_family(desk, FamilyForm(members, arrival_group=token)).result


def person(surnames: str, given: str, native: str = "", birth: str = "1990") -> PersonForm:
    return PersonForm(surnames, given, native, birth=birth)


def find(desk: Desk, reader: Reader, text: str, limit: int = 20) -> list[PersonLine]:
    return find_people(reader, text, local_day(desk), limit)


def names(found: list[PersonLine]) -> list[str]:
    return [line.name for line in found]


def test_a_line_says_who_and_where(desk: Desk, reader: Reader) -> None:
    done = register(
        desk, PersonForm("Pérez", "Ana", sex=Missing.REFUSED, birth="1994-03", nationality=("VEN", "COL"))
    )
    with desk.store.write(desk.user) as event:
        place = event.create(PLACE, {"code": "A-1"})
        event.create(STAY, {"person": done.members[0].ent, "place": place, "from_at": event.now})
    (line,) = find(desk, reader, "perez")
    assert line == PersonLine(
        ent=done.members[0].ent, number=done.members[0].number, name="Pérez, Ana", sex=None, birth="1994-03",
        age_text="32", nationality=("VEN", "COL"), household=done.household_number, place="A-1", is_present=True,
    )  # fmt: skip


def test_numbers_are_found_however_they_are_typed(desk: Desk, reader: Reader) -> None:
    papers = (DocumentForm(DocumentType.NATIONAL_ID, "V-12.345.678", "VEN"),)
    first = register(desk, person("Pérez", "Ana"), PersonForm("Pérez", "Luis", documents=papers))
    token = count_group(desk, ArrivalGroupForm(4, {})).result.number
    second = register(desk, person("Begum", ""), token=token)
    ana, luis = first.members
    begum = second.members[0]
    check = ana.number[-1]
    for typed in (
        ana.number,
        ana.number.lower(),
        f"1-{check}",
        f"1{check}",
        "LB1-1",
        "lb1-000001",
        "1",
        "000001",
    ):
        assert [line.number for line in find(desk, reader, typed)] == [ana.number], typed
    for typed in (first.household_number, "h1", f"H1-{first.household_number[-1]}", "LB1-H1"):
        assert [line.number for line in find(desk, reader, typed)] == [ana.number, luis.number], typed
    for typed in (token, "t1", "lb1-t0001"):
        assert [line.number for line in find(desk, reader, typed)] == [begum.number], typed
    for typed in ("V12345678", "v-12.345.678", "V 12345678"):
        assert [line.number for line in find(desk, reader, typed)] == [luis.number], typed
    assert [line.number for line in find(desk, reader, "LB1-0000")] == [ana.number, luis.number, begum.number]
    assert find(desk, reader, "LB1-000001-" + ("A" if check != "A" else "B")) == []
    assert find(desk, reader, "7") == [] and find(desk, reader, "") == [] and find(desk, reader, "-") == []


def test_names_as_typed_come_before_those_that_sound_alike(
    desk: Desk, reader: Reader, clock: SetClock
) -> None:
    alike = register(desk, person("Peres", "Zoe")).members[0]
    gone = register(desk, person("Pérez", "Rosa")).members[0]
    given = register(desk, person("Toussaint", "Pérez")).members[0]
    sure = register(desk, person("Pérez", "Ana")).members[0]
    with desk.store.write(desk.user) as event:
        event.create(MOVEMENT, {"person": gone.ent, "movement": "DEPARTED_BUS", "happened_at": event.now})
    found = find(desk, reader, "perez")
    assert [line.ent for line in found] == [sure.ent, given.ent, gone.ent, alike.ent]
    assert [line.is_present for line in found] == [True, True, False, True]
    assert [line.ent for line in find(desk, reader, "perez", limit=2)] == [sure.ent, given.ent]


def test_any_script_and_order_finds_and_the_voided_are_gone(desk: Desk, reader: Reader) -> None:
    arabic = register(desk, person("", "محمد الحسن")).members[0]
    register(desk, person("王", "小明", "王小明"))
    assert find(desk, reader, "mohamed")[0].ent == arabic.ent
    assert find(desk, reader, "hassan muhammad")[0].ent == arabic.ent
    assert names(find(desk, reader, "xiaom wang")) == ["王, 小明"]
    void_person(desk, arabic.number, "a test")
    assert find(desk, reader, "mohamed") == [] and find(desk, reader, arabic.number) == []
    assert entity_of(reader.conn, Counted.PERSON, arabic.number, "LB1") is None
    assert entity_of(reader.conn, Counted.PERSON, arabic.ent, "LB1", voided=True) == bytes.fromhex(arabic.ent)
    with pytest.raises(BadNumber):
        entity_of(reader.conn, Counted.PERSON, "what", "LB1")


def show(desk: Desk, reader: Reader, number: str, **more: Any) -> dict[str, Any]:
    return show_person(desk, reader, number, **more).result


def test_a_page_holds_everything_that_happened_in_order(desk: Desk, reader: Reader, clock: SetClock) -> None:
    done = register(
        desk, person("Pérez", "Ana"), PersonForm("Pérez", "Luis", birth="2016", relation=Relation.CHILD)
    )
    ana, luis = done.members
    with desk.store.write(desk.user) as event:
        place = event.create(PLACE, {"code": "B-2"})
        event.create(STAY, {"person": ana.ent, "place": place, "from_at": event.now, "until": "2026-12-01"})
    clock.forward(timedelta(minutes=30))
    with desk.store.write(desk.user) as event:
        event.create(CARD, {"serial": 7, "person": ana.ent, "printed_at": event.now, "bound_at": event.now})
        event.create(FLAG, {"person": ana.ent, "name": "priority", "from_at": event.now})
        event.create(
            SAME_AS, {"person": luis.ent, "other": ana.ent, "verdict": "different", "decided_at": event.now}
        )
    clock.forward(timedelta(hours=1))
    with desk.store.write(desk.user) as event:
        event.create(
            MOVEMENT, {"person": ana.ent, "movement": "OUT", "happened_at": event.now, "external": "clinic"}
        )
    plain = show(desk, reader, ana.number)
    assert plain["household"]["words"] == "1 adult, 1 child"
    assert [m["relation"] for m in plain["household"]["members"]] == [None, "CHILD"]
    said = [entry["what"] for entry in plain["timeline"]]
    assert said[0] == "Arrived" and said[-1] == "Went out through the gate: clinic"
    assert {"Registered", "Lodged in B-2", "Card 7 printed", "Card 7 given", "Flag set: priority"} <= set(
        said
    )
    assert all(entry["by"] == "admin" and entry["at"] for entry in plain["timeline"])
    assert plain["stays"][0]["place"] == "B-2" and len(plain["stays"][0]["place_id"]) == 32
    assert plain["same_as"][0]["person"] == luis.number and plain["is_present"] is True
    assert plain["age_band"] == "18_59" and plain["age_at_arrival"] == [35, 36]
    assert {change["kind"] for change in plain["history"]} >= {
        "person",
        "membership",
        "stay",
        "card",
        "movement",
    }
    assert "sealed" not in plain
    health = {"screenings": [{"temperature_c": 37.0}]}
    assert show(desk, reader, ana.number, sealed=health)["screenings"] == health["screenings"]


def test_as_it_was_known_at_a_moment(desk: Desk, reader: Reader, clock: SetClock) -> None:
    morning = clock.now()
    clock.forward(timedelta(hours=1))
    done = register(desk, person("Pérez", "Ana"), person("Pérez", "Luis", birth="2016"))
    ana, luis = done.members
    registered = clock.now()
    clock.forward(timedelta(hours=1))
    edit_person(desk, ana.number, {"given": "Hannah", "birth": Missing.REFUSED})
    with desk.store.write(desk.user) as event:
        event.create(MOVEMENT, {"person": ana.ent, "movement": "DEPARTED_BUS", "happened_at": event.now})
    edited = clock.now()
    clock.forward(timedelta(hours=1))
    void_person(desk, luis.number, "entered twice")
    void_person(desk, ana.number, "entered twice")
    with pytest.raises(NotFound):
        show(desk, reader, ana.number)
    with pytest.raises(NotFound):
        show(desk, reader, ana.number, as_of=morning)
    with pytest.raises(NotFound):
        show(desk, reader, ana.number, as_of=clock.now())
    then = show(desk, reader, ana.number, as_of=registered)
    assert (then["name"], then["birth"], then["missing"].get("birth")) == ("Pérez, Ana", "1990", None)
    assert then["is_present"] is True and len(then["household"]["members"]) == 2
    assert then["as_of"] == "2026-11-23T09:00:00-05:00[America/Panama]" and len(then["history"]) == 2
    later = show(desk, reader, ana.number, as_of=edited)
    assert (later["name"], later["birth"], later["missing"]["birth"]) == ("Pérez, Hannah", None, "refused")
    assert later["is_present"] is False and [m["movement"] for m in later["movements"]] == ["DEPARTED_BUS"]


def test_what_was_given_to_somebody_else_since_was_theirs_then(
    desk: Desk, reader: Reader, clock: SetClock
) -> None:
    done = register(desk, person("Pérez", "Ana"), person("Pérez", "Beto"))
    ana, beto = done.members
    with desk.store.write(desk.user) as event:
        card = event.create(CARD, {"serial": 7, "person": ana.ent})
        event.create(CARD, {"serial": 8, "person": beto.ent})
        loose = event.create(CARD, {"serial": 9})
    given = clock.now()
    for to in (beto.ent, ana.ent, beto.ent):
        clock.forward(timedelta(hours=1))
        with desk.store.write(desk.user) as event:
            event.set(CARD, card, "person", to)
            event.set(CARD, loose, "person", ana.ent)

    def serials(number: str, hours: int | None) -> list[int]:
        as_of = None if hours is None else given + timedelta(hours=hours)
        return [one["serial"] for one in show(desk, reader, number, as_of=as_of)["cards"]]

    assert [(serials(ana.number, n), serials(beto.number, n)) for n in (0, 1, 2, None)] == [
        ([7], [8]),
        ([9], [7, 8]),
        ([7, 9], [8]),
        ([9], [7, 8]),
    ]


def test_what_two_desks_changed_apart_is_shown_as_a_conflict(
    desk: Desk, reader: Reader, clock: SetClock, tmp_path: Any
) -> None:
    done = register(desk, person("Pérez", "Ana"))
    ana = done.members[0]
    lines = [parse(row[0]) for row in desk.store.conn.execute("SELECT line FROM event ORDER BY id")]
    apart = Store.create(tmp_path / "apart.db", desk.store.file_key, desk.who, desk.store.keys, clock)
    apart.add_statements(statements(desk.store.conn))
    apart.take_in(list(lines))
    with apart.write(desk.user) as event:
        event.set(PERSON, ana.ent, "given", "Anne")
    edit_person(desk, ana.number, {"given": "Anna"})
    theirs = [parse(row[0]) for row in apart.conn.execute("SELECT line FROM event ORDER BY id DESC LIMIT 1")]
    apart.close()
    desk.store.take_in(list(theirs))
    (conflict,) = show(desk, reader, ana.number)["conflicts"]
    assert conflict["field"] == "given" and sorted(conflict["values"]) == ["Anna", "Anne"]
    assert conflict["values"][0] == show(desk, reader, ana.number)["given"]


def test_somebody_who_left_a_household_is_no_longer_its_member(desk: Desk, reader: Reader) -> None:
    done = register(desk, person("Pérez", "Ana"), person("Pérez", "Luis"))
    membership = entity_in(desk, done.members[1].ent)
    with desk.store.write(desk.user) as event:
        event.set(MEMBERSHIP, membership, "to_at", event.now)
    assert names(find(desk, reader, done.household_number)) == ["Pérez, Ana"]
    plain = show(desk, reader, done.members[1].number)
    assert plain["household"] is None and find(desk, reader, "luis")[0].household is None


def entity_in(desk: Desk, who: str) -> str:
    sql = "SELECT ent FROM membership WHERE person = ?"
    return str(desk.store.conn.execute(sql, (bytes.fromhex(who),)).fetchone()[0].hex())


def test_a_number_given_twice_by_cloned_desks_finds_both(desk: Desk, reader: Reader, clock: SetClock) -> None:
    first = register(desk, person("Pérez", "Ana")).members[0]
    clock.forward(timedelta(seconds=1))
    with desk.store.write(desk.user) as event:
        event.create(PERSON, {"number": first.number, "given": "Zoe", "arrived_at": event.now})
    assert {line.name for line in find(desk, reader, first.number)} == {"Pérez, Ana", "Zoe"}
    assert entity_of(reader.conn, Counted.PERSON, first.number, "LB1") == bytes.fromhex(first.ent)


def test_the_counter_may_find_but_its_reader_writes_nothing(station_folder: Any, clock: SetClock) -> None:
    counter = open_desk(station_folder, "counter", PASSPHRASE, clock)
    reader = counter.reader()
    assert find(counter, reader, "ana") == []
    with pytest.raises(Exception, match="readonly"):
        reader.conn.execute("DELETE FROM person")
    reader.close()
    counter.close()
