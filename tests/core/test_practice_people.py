"""The invented people of practice stations: the same for the same seed, and as varied as the field."""

from __future__ import annotations

import csv
import itertools
import json
import random
import unicodedata
from collections import Counter
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from shelterdesk.core.birth import age_range, from_stored
from shelterdesk.core.countries import iso3
from shelterdesk.core.mrz import read_zone
from shelterdesk.core.names import display_name
from shelterdesk.core.practice_people import PracticeFamily, PracticePerson, families
from shelterdesk.core.vocabulary import DocumentType, HouseholdRole, PlaceKind, Quarter, Relation, Sex

NOW = datetime(2026, 11, 23, 15, 40, tzinfo=UTC)
TODAY = date(2026, 11, 23)
PARENTS = (None, Relation.SPS, Relation.DOMPART)
DEMO = Path(__file__).parents[2] / "resources" / "demo"


def demo_names() -> dict[str, Any]:
    names: dict[str, Any] = json.loads((DEMO / "names.json").read_text(encoding="utf-8"))
    return names


@pytest.fixture(scope="module")
def houses() -> list[PracticeFamily]:
    return list(itertools.islice(families(demo_names(), random.Random(7), NOW), 1500))


@pytest.fixture(scope="module")
def people(houses: list[PracticeFamily]) -> list[PracticePerson]:
    return [person for house in houses for person in house.members]


def test_the_same_seed_gives_the_same_people_and_another_gives_others(houses: list[PracticeFamily]) -> None:
    again = list(itertools.islice(families(demo_names(), random.Random(7), NOW), 1500))
    other = list(itertools.islice(families(demo_names(), random.Random(8), NOW), 1500))
    assert again == houses
    assert other != houses


def test_every_family_has_one_head_and_everybody_else_a_relation(houses: list[PracticeFamily]) -> None:
    for house in houses:
        assert house.head.role is HouseholdRole.HEAD and house.head.relation is None
        assert all(one.role is HouseholdRole.MEMBER and one.relation for one in house.members[1:])


def test_children_are_younger_than_their_parents(houses: list[PracticeFamily]) -> None:
    for house in houses:
        parents = [one for one in house.members if one.relation in PARENTS]
        for child in (one for one in house.members if one.relation is Relation.CHILD):
            assert child.age < 18
            assert all(child.age <= parent.age - 17 or child.age == 0 for parent in parents)


def test_everybody_has_a_name_and_codes_that_exist(people: list[PracticePerson]) -> None:
    for one in people:
        assert display_name(one.surnames, one.given, one.name_native)
        for code in (*one.nationality, one.birth_country, one.last_residence):
            assert iso3(code) == code
        assert one.languages


def test_a_birth_fits_the_age_or_has_a_reason_why_it_is_missing(people: list[PracticePerson]) -> None:
    for one in people:
        assert (one.birth is None) is (one.birth_missing is not None)
        ages = age_range(from_stored(one.birth), TODAY)
        assert ages is None or ages[0] <= one.age <= ages[1]


def test_every_zone_is_valid_and_says_the_same_as_the_person(people: list[PracticePerson]) -> None:
    zones = [(one, paper) for one in people for paper in one.documents if paper.mrz]
    assert len(zones) > 500
    for one, paper in zones:
        zone = read_zone(paper.mrz, TODAY)
        assert zone.valid
        assert (zone.number, zone.issuer, zone.birth) == (paper.number, paper.issuer, one.birth)
        assert zone.expiry == paper.expiry and zone.nationality == one.nationality[0]
        assert zone.sex == one.sex.value


def test_the_gaps_and_forms_of_the_field_are_all_there(people: list[PracticePerson]) -> None:
    told = [one.birth or "" for one in people]
    births = Counter("estimated" if birth.startswith("~") else len(birth) for birth in told)
    assert set(births) == {"estimated", 0, 4, 7, 10}
    assert births[10] > len(people) / 2
    assert {one.birth_missing for one in people if one.birth_missing} != set()
    kinds = {paper.type for one in people for paper in one.documents}
    assert {DocumentType.PASSPORT, DocumentType.NATIONAL_ID, DocumentType.BIRTH_CERT} <= kinds
    assert DocumentType.NONE in kinds
    assert {one.sex for one in people} == {Sex.F, Sex.M, Sex.X}
    assert any(one.single_name for one in people)
    assert any(len(one.surnames.split()) == 2 for one in people)
    assert any(one.name_native and not one.surnames and not one.given for one in people)
    assert any(one.birth_country == "CHL" and "HTI" in one.nationality for one in people)


SCRIPTS = {
    "LATIN": "Latin",
    "ARABIC": "Arabic",
    "DEVANAGARI": "Devanagari",
    "BENGALI": "Bengali",
    "CJK": "Han",
    "ETHIOPIC": "Ethiopic",
    "CYRILLIC": "Cyrillic",
}


def script_of(text: str) -> str:
    """The script a name is written in; ``mixed`` for more than one, ``other`` for any further and for none."""
    found = {
        SCRIPTS.get(unicodedata.name(sign, "OTHER").split()[0], "other")
        for sign in text
        if unicodedata.category(sign)[0] == "L"
    }
    return "mixed" if len(found) > 1 else found.pop() if found else "other"


def test_names_stand_in_their_own_scripts(people: list[PracticePerson]) -> None:
    scripts = {script_of(one.name_native) for one in people if one.name_native}
    assert scripts == {"Arabic", "Devanagari", "Bengali", "Han", "Ethiopic", "Cyrillic"}
    assert {script_of(one.surnames + one.given) for one in people if one.surnames or one.given} == {"Latin"}


def test_nationalities_weigh_as_on_the_route(people: list[PracticePerson]) -> None:
    counts = Counter(one.nationality[0] for one in people)
    assert counts.most_common(1)[0][0] == "VEN"
    assert 0.35 < counts["VEN"] / len(people) < 0.6
    assert {"HTI", "CHN", "COL", "ECU", "AFG", "BGD", "NPL", "IND", "CMR", "ERI"} <= set(counts)


def test_the_patterns_of_naming_pass_names_on(houses: list[PracticeFamily]) -> None:
    spanish = [house for house in houses if house.head.languages[0] == "es"]
    both = []
    for house in spanish:
        parents = {one.sex: one for one in house.members if one.relation in PARENTS}
        if Sex.M in parents and Sex.F in parents:
            both.append((parents[Sex.M], parents[Sex.F], house))
    assert both
    for father, mother, house in both:
        for child in (one for one in house.members if one.relation is Relation.CHILD):
            assert child.surnames == f"{father.surnames.split()[0]} {mother.surnames.split()[0]}"
    for house in houses:
        ours = [one for one in house.members if one.languages[0] in ("am", "ti")]
        born = [one for one in ours if one.relation is Relation.CHILD]
        assert len({one.surnames for one in born if one.surnames}) <= 1


def test_a_person_as_a_line_of_the_command_line(people: list[PracticePerson]) -> None:
    line = json.loads(json.dumps(people[0].to_json()))
    assert set(line) == {
        "surnames", "given", "name_native", "sex", "birth", "nationality", "birth_country", "last_residence",
        "languages", "role", "relation", "documents",
    }  # fmt: skip
    for one in people:
        told = one.to_json()
        assert told["surnames"] or told["given"] or told["name_native"]


def test_a_pattern_that_is_not_known_is_refused() -> None:
    names = demo_names()
    names["cultures"][0]["pattern"] = "numbered"
    with pytest.raises(ValueError, match="numbered"):
        next(families(names, random.Random(1), NOW))


def test_the_parts_of_names_are_enough_and_in_their_script() -> None:
    for culture in demo_names()["cultures"]:
        given_names, surnames = culture["female"] + culture["male"], culture["family"]
        latin_only = isinstance(given_names[0], str)
        assert len(given_names) >= (40 if latin_only else 12), culture["key"]
        assert len(surnames) >= (40 if latin_only else 12) or culture["pattern"] == "father_as_second"
        for part in given_names + surnames:
            latin = part if latin_only else part[0]
            assert script_of(latin) == "Latin"
            assert latin_only or script_of(part[1]) not in ("Latin", "mixed", "other")


def test_the_site_plan_hangs_together() -> None:
    with (DEMO / "plan.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert list(rows[0]) == ["code", "parent", "kind", "quarter", "capacity", "area_m2", "accessible"]
    by_code = {row["code"]: row for row in rows}
    assert len(by_code) == len(rows)
    above = {PlaceKind.ROOM: PlaceKind.BLOCK, PlaceKind.BED: PlaceKind.ROOM}
    for row in rows:
        kind = PlaceKind(row["kind"])
        assert (row["parent"] == "") is (kind is PlaceKind.BLOCK)
        if kind in above:
            assert by_code[row["parent"]]["kind"] == above[kind]
            assert row["code"].startswith(row["parent"])
        if kind is PlaceKind.BED:
            assert row["capacity"] == "1" and row["quarter"] == by_code[row["parent"]]["quarter"]
    assert {row["quarter"] for row in rows if row["quarter"]} == {quarter.value for quarter in Quarter}
    assert 180 <= sum(int(row["capacity"] or 0) for row in rows) <= 220
    for row in rows:
        if row["area_m2"]:
            beds = [bed for bed in rows if bed["parent"] == row["code"]]
            assert float(row["area_m2"]) / max(len(beds), int(row["capacity"] or 1)) >= 3.5
