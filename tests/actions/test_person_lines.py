"""People as lines of JSON: the contract other programs rely on, line by line."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shelterdesk.actions.clock import SetClock
from shelterdesk.actions.desk import Desk, open_desk
from shelterdesk.actions.people import show_person
from shelterdesk.actions.person_lines import MOST_TOGETHER, add_people
from shelterdesk.actions.registration import local_day
from shelterdesk.core.errors import NotAllowed
from shelterdesk.core.kinds import PERSON
from shelterdesk.core.number import Counted
from shelterdesk.core.vocabulary import DocumentType, EntryRoute, Relation
from shelterdesk.db.households import household
from shelterdesk.db.people import entity_of
from tests.stations import PASSPHRASE

EXAMPLE: dict[str, Any] = {
    "surnames": "Pérez Toussaint", "given": "Ana", "name_native": None, "sex": "F", "birth": "1994-03",
    "nationality": ["VEN"], "birth_country": "VEN", "last_residence": "CHL", "languages": ["es"],
    "household": "H1", "role": "HEAD", "relation": None,
    "documents": [{"type": "PASSPORT", "number": "012345678", "issuer": "VEN", "expiry": "2028-01-15"}],
    "arrived_at": "2026-11-23T06:40:00-05:00", "entry_route": "BAJO_CHIQUITO", "needs": [], "ref": "row-17",
}  # fmt: skip
LUIS = {"given": "Luis", "birth": "2016", "household": "H1", "relation": "CHILD"}


def answers(desk: Desk, *lines: Any) -> list[dict[str, Any]]:
    return list(add_people(desk, lines))


def shown(desk: Desk, number: str) -> dict[str, Any]:
    reader = desk.reader()
    try:
        return show_person(desk, reader, number).result
    finally:
        reader.close()


def events(desk: Desk) -> int:
    return int(desk.store.conn.execute("SELECT count(*) FROM event").fetchone()[0])


def test_the_example_of_the_contract(operator_desk: Desk) -> None:
    (answer,) = answers(operator_desk, json.dumps(EXAMPLE))
    assert list(answer) == ["ref", "person", "number", "household", "warnings"]
    assert answer["ref"] == "row-17" and answer["warnings"] == [] and len(answer["person"]) == 32
    assert answer["number"].startswith("LB1-000001-") and answer["household"].startswith("LB1-H0001-")
    plain = shown(operator_desk, answer["number"])
    for key in ("surnames", "given", "sex", "birth", "nationality", "birth_country", "last_residence", "languages",
                "entry_route"):  # fmt: skip
        assert plain[key] == EXAMPLE[key], key
    assert plain["name_native"] is None
    assert plain["arrived_at"] == "2026-11-23T06:40:00-05:00[America/Panama]"
    paper = plain["documents"][0]
    assert (paper["document_type"], paper["document_number"], paper["issuer"], paper["expiry"]) == (
        "PASSPORT", "012345678", "VEN", "2028-01-15"
    )  # fmt: skip
    assert plain["household"]["role"] == "HEAD" and plain["household"]["number"] == answer["household"]
    json.dumps(plain)


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"birth": "1994-13"}, "birth: 1994-13 is not a month"),
        ({"birth": 1994.5}, "birth: this is not a text"),
        ({"birth": "2030"}, "birth: 2030 is still to come"),
        ({"surnames": None, "given": None}, "name: a surname, a given name or the name in its own script is needed"),
        ({"given": ["Ana"]}, "given: this is not a text"),
        ({"sex": "female"}, "sex: female is not on the list: F, M, X, U"),
        ({"nationality": ["ZZZ"]}, "nationality: ZZZ is not a country"),
        ({"nationality": [3]}, "nationality: this is not a list of texts"),
        ({"last_residence": "Narnia"}, "last_residence: Narnia is not a country"),
        ({"languages": ["Spanish"]}, "languages: spanish is not a language code"),
        ({"interpreter": "yes"}, "interpreter: this is neither true nor false"),
        ({"role": "BOSS"}, "role: BOSS is not on the list: HEAD, MEMBER, ACCOMP_ADULT"),
        ({"relation": "SON"}, f"relation: SON is not on the list: {', '.join(Relation)}"),
        ({"level": "L9"}, "level: L9 is not on the list: L0, L1, L2"),
        ({"documents": {"type": "PASSPORT"}}, "documents: this is not a list of objects"),
        ({"documents": [{"number": "1"}]}, "documents: a document needs its type"),
        ({"documents": [{"type": "TICKET"}]}, f"documents: TICKET is not on the list: {', '.join(DocumentType)}"),
        ({"documents": [{"type": "PASSPORT", "expiry": "15/01/2028"}]}, "documents: 15/01/2028 is not a date"),
        ({"arrived_at": "0001-01-01T00:00:00+14:00"}, "arrived_at: 0001-01-01T00:00:00+14:00 is not of the years 1900 to 2199"),
        ({"occupation": "a\0b"}, "occupation: this holds control signs, which nobody can see"),
        ({"arrived_at": "tomorrow"}, "arrived_at: tomorrow is not a date and time"),
        ({"arrived_at": "2026-11-23T23:00"}, "arrived_at: this arrival is still to come"),
        ({"entry_route": "BY_AIR"}, f"entry_route: BY_AIR is not on the list: {', '.join(EntryRoute)}"),
        ({"arrival_group": "LB1-T0007-9"}, "arrival_group: LB1-T0007-9 was misread: its last character does not fit the others"),
        ({"household": "LB1-H0017-W"}, "household: LB1-H0017-W is not known here"),
        ({"household": "LB1-H0017-9"}, "household: LB1-H0017-9 was misread: its last character does not fit the others"),
        ({"missing": {"birth": "lost"}, "birth": None}, "birth: lost is no reason for a missing value"),
        ({"missing": "birth"}, "missing: this is not an object of reasons"),
        ({"answers": {"pregnant": "maybe"}}, "answers: an answer is yes or no"),
        ({"answers": "no"}, "answers: this is not an object of answers"),
        ({"needs": ["x" * 500]}, "needs: this is more than the sealed questions can hold"),
    ],
)  # fmt: skip
def test_every_error_names_the_member_and_the_others_go_on(
    desk: Desk, change: dict[str, Any], error: str
) -> None:
    bad = {"given": "Eva", "birth": "1990", "ref": "bad", **change}
    found = answers(desk, EXAMPLE, bad, LUIS)
    assert found[1] == {"ref": "bad", "error": error}
    assert found[0]["household"] == found[2]["household"] and found[2]["ref"] == 3
    assert desk.store.conn.execute("SELECT count(*) FROM person").fetchone() == (2,)


@pytest.mark.parametrize(
    ("line", "error"),
    [
        ("{", "line: this is not JSON"),
        (b"\xff", "line: this is not JSON"),
        ("[1]", "line: this is not an object"),
    ],
)
def test_a_line_that_is_none(desk: Desk, line: Any, error: str) -> None:
    assert answers(desk, line) == [{"ref": 1, "error": error}]


def test_lines_of_one_household_are_one_event(desk: Desk) -> None:
    before = events(desk)
    found = answers(
        desk, EXAMPLE, {**LUIS, "arrived_at": EXAMPLE["arrived_at"], "entry_route": "BAJO_CHIQUITO"}
    )
    assert events(desk) - before == 2, "one open, one sealed"
    assert len({answer["household"] for answer in found}) == 1
    own = shown(desk, found[1]["number"])["household"]
    assert (own["role"], own["relation"]) == ("MEMBER", "CHILD")


def test_a_label_met_again_and_a_number_name_the_same_household(desk: Desk) -> None:
    first = answers(desk, {"given": "Luis", "birth": "2016", "household": "A"}, {"given": "Eva", "birth": "1980"},
                    {"given": "Ana", "birth": "1990", "household": "A", "role": "HEAD"})  # fmt: skip
    assert first[0]["household"] == first[2]["household"] != first[1]["household"]
    assert shown(desk, first[2]["number"])["household"]["role"] == "HEAD"
    again = answers(desk, {"given": "Rosa", "birth": "1970", "household": first[0]["household"]})
    assert again[0]["household"] == first[0]["household"]
    other = answers(desk, {"given": "Zoe", "birth": "1970", "household": "A"})
    assert other[0]["household"] != first[0]["household"], "labels hold for one call"
    ent = entity_of(desk.store.conn, Counted.HOUSEHOLD, first[0]["household"], "LB1")
    assert ent is not None
    held = household(desk.store.conn, ent, local_day(desk))
    assert held is not None and [m.role for m in held.members].count("HEAD") == 1 and len(held.members) == 3


def test_a_second_head_becomes_a_member_and_hears_so(desk: Desk) -> None:
    found = answers(desk, EXAMPLE, {"given": "Juan", "birth": "1990", "household": "H1", "role": "HEAD"})
    assert found[1]["warnings"] == ["role: this family has a head already, entered as a member"]
    assert shown(desk, found[0]["number"])["household"]["role"] == "HEAD"


def test_what_is_not_known_here_is_left_out_aloud(desk: Desk) -> None:
    (answer,) = answers(desk, {"given": "Ana", "birth": "1990", "shoe_size": 38,
                               "documents": [{"type": "PASSPORT", "number": "A1", "colour": "red"}]})  # fmt: skip
    assert answer["warnings"] == [
        "shoe_size: not known here, left out", "documents.colour: not known here, left out"
    ]  # fmt: skip


def test_a_reason_stands_for_a_value(desk: Desk) -> None:
    (answer,) = answers(desk, {"given": "Ana", "birth": None, "nationality": {"missing": "refused"}, "sex": None,
                               "missing": {"birth": "unknown"}})  # fmt: skip
    plain = shown(desk, answer["number"])
    assert plain["birth"] is None and plain["nationality"] is None
    assert {k: plain["missing"][k] for k in ("birth", "nationality", "sex", "literacy")} == {
        "birth": "unknown", "nationality": "refused", "sex": "not_asked", "literacy": "not_asked"
    }  # fmt: skip
    assert "Ask whether" not in str(answer["warnings"]) and len(answer["warnings"]) == 1, (
        "of unknown age: a child"
    )
    (nameless,) = answers(desk, {"given": {"missing": "refused"}, "birth": "1990"})
    assert nameless["warnings"] == ["Registered without a name, by the number alone."]


def test_bed_needs_are_open_and_all_others_sealed(desk: Desk) -> None:
    (answer,) = answers(desk, {"given": "Ana", "birth": "1990", "needs": ["lower_bunk", "SV-VA"],
                               "answers": {"feels_unsafe": True}})  # fmt: skip
    plain = shown(desk, answer["number"])
    assert [need["bed_need"] for need in plain["bed_needs"]] == ["LOWER_BUNK"]
    log = b"".join(row[0] for row in desk.store.conn.execute("SELECT line FROM event"))
    assert b"SV-VA" not in log and b"SV-VA" not in json.dumps(plain).encode()


def test_lines_are_read_as_they_come_and_saved_household_by_household(desk: Desk) -> None:
    heard: list[int] = []
    counts: list[int] = []

    def lines() -> Iterator[dict[str, Any]]:
        for n in range(6):
            yield {"given": f"Ana {n}", "birth": "1990", "household": f"F{n // 2}"}
            counts.append(int(desk.store.conn.execute("SELECT count(*) FROM person").fetchone()[0]))

    assert len(list(add_people(desk, lines(), heard.append))) == 6
    assert counts == [0, 0, 2, 2, 4, 4], "each household is saved as soon as the next begins"
    assert heard == [2, 4, 6]


def test_cancelled_means_nothing_further_is_saved(desk: Desk) -> None:
    given_ = [{"given": f"Ana {n}", "birth": "1990"} for n in range(5)]
    got: list[dict[str, Any]] = []
    for answer in add_people(desk, given_, cancelled=lambda: len(got) >= 2):
        got.append(answer)
    assert len(got) == 2
    assert desk.store.conn.execute("SELECT count(*) FROM person").fetchone() == (2,)


def test_a_very_large_household_is_saved_in_parts(desk: Desk) -> None:
    found = answers(
        desk, *({"given": f"Ana {n}", "birth": "1990", "household": "X"} for n in range(MOST_TOGETHER + 5))
    )
    assert len({answer["household"] for answer in found}) == 1
    assert len({answer["number"] for answer in found}) == MOST_TOGETHER + 5
    heads = desk.store.conn.execute("SELECT count(*) FROM membership WHERE role = 'HEAD'").fetchone()
    assert heads == (1,)


def test_a_role_that_registers_nobody_is_told_at_once(station_folder: Any, clock: SetClock) -> None:
    counter = open_desk(station_folder, "counter", PASSPHRASE, clock)
    try:
        with pytest.raises(NotAllowed):
            add_people(counter, [EXAMPLE])
    finally:
        counter.close()


JSON = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(-5, 3000),
        st.floats(allow_nan=False, allow_infinity=False),
        st.text(max_size=12),
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=6,
)
KEYS = st.sampled_from(["surnames", "given", "name_native", "sex", "birth", "nationality", "languages", "household",
                        "role", "documents", "arrived_at", "needs", "answers", "missing", "ref", "single_name",
                        "also_known_as", "arrival_group", "interpreter", "new"])  # fmt: skip


@given(lines=st.lists(st.dictionaries(KEYS, JSON, max_size=6), max_size=6))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_comes_in_every_line_is_answered_in_its_turn(
    desk: Desk, lines: list[dict[str, Any]]
) -> None:
    before = int(desk.store.conn.execute(f"SELECT count(*) FROM {PERSON.name}").fetchone()[0])
    found = answers(desk, *(json.dumps(line) for line in lines))
    assert [answer["ref"] for answer in found] == [
        line["ref"] if line.get("ref") is not None else n for n, line in enumerate(lines, start=1)
    ]
    saved = [answer for answer in found if "number" in answer]
    assert all(("error" in answer) != ("number" in answer) for answer in found)
    after = int(desk.store.conn.execute(f"SELECT count(*) FROM {PERSON.name}").fetchone()[0])
    assert after - before == len(saved)
