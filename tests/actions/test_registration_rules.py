"""The rules of the form alone: what cannot be, what is asked again, ages in words, the size of a household."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shelterdesk.core.family_checks import problems_of, why_not
from shelterdesk.core.family_tidy import tidy
from shelterdesk.core.family_warnings import warnings_of
from shelterdesk.core.people import (
    Answer,
    DocumentForm,
    FamilyForm,
    IntakeAnswers,
    PersonForm,
    age_words,
    choose_head,
    document_key,
    household_words,
    is_child,
    level_of,
    tidy_text,
    unnamed_present,
)
from shelterdesk.core.vocabulary import DocumentType, HouseholdRole, Level, Missing, Relation, Sex
from tests.families import PERSONS

TODAY = date(2026, 11, 23)
ANA = PersonForm("Pérez", "Ana", sex=Sex.F, birth="1994", nationality=("VEN",))
CHILD = PersonForm("Pérez", "Luis", birth="2016")


@pytest.mark.parametrize(
    ("births", "words"),
    [
        ([], ""),
        (["1990"], "1 adult"),
        (
            ["1990", "1994-03", "2026-03-02", None, "2015"],
            "2 adults, 2 children (1 under 1 year), 1 of uncertain age",
        ),
        ([None], "1 of uncertain age"),
        (["2008"], "1 of uncertain age"),
        (["2025-12", "2026-01"], "2 children (2 under 1 year)"),
        (["~2009/2026-11-23", "~1986/2026-11-23"], "1 adult, 1 of uncertain age"),
    ],
)
def test_a_household_in_a_line(births: list[str | None], words: str) -> None:
    assert household_words(births, TODAY) == words


@pytest.mark.parametrize(
    ("birth", "words", "child"),
    [
        ("1990-05-02", "36", False),
        ("1990", "35–36", False),
        ("2026-03-02", "8 months", True),
        ("2026-10-23", "1 month", True),
        ("~1986/2026-11-23", "about 40", False),
        ("~1986..1996/2026-11-23", "30–40", False),
        ("~1906..2008/2026-11-23", "adult", False),
        ("~2009..2026/2026-11-23", "child", True),
        ("~2026-08/2026-11-23", "3 months", True),
        ("~2007/2026-11-23", "about 19", True),
        (None, "age not known", True),
        (Missing.REFUSED, "age not known", True),
        ("written by a newer program", "age not known", True),
    ],
)
def test_an_age_in_words_and_who_is_a_child(birth: str | None, words: str, child: bool) -> None:
    assert age_words(birth, TODAY) == words
    assert is_child(birth, TODAY) is child


@given(PERSONS)
def test_what_is_tidy_stays_as_it_is_and_has_no_problems(form: PersonForm) -> None:
    once = tidy(form, TODAY)
    assert tidy(once, TODAY) == once
    assert problems_of(once, TODAY) == []


@given(st.text(max_size=60))
def test_no_text_keeps_control_signs_or_turns_the_direction(text: str) -> None:
    clean = tidy_text(text)
    assert clean == tidy_text(clean) and clean == clean.strip()
    assert not any(
        sign < " " or "\u202a" <= sign <= "\u202e" or "\u2066" <= sign <= "\u2069" for sign in clean
    )


@given(st.integers(0, 50), st.integers(0, 80))
def test_naming_takes_one_from_the_unnamed_and_none_from_the_counted(heads: int, named: int) -> None:
    left = unnamed_present(heads, named, is_closed=False)
    assert left == (heads - named if named <= heads else 0)
    assert unnamed_present(heads, named, is_closed=True) == 0


@pytest.mark.parametrize(
    ("form", "field"),
    [
        (PersonForm(), "name"),
        (PersonForm("FNU", "-"), "name"),
        (replace(ANA, surnames="x" * 201), "surnames"),
        (replace(ANA, also_known_as=("x" * 201,)), "also_known_as"),
        (replace(ANA, note="x" * 2001), "note"),
        (replace(ANA, birth="1994-13"), "birth"),
        (replace(ANA, birth="2027"), "birth"),
        (replace(ANA, birth="about 150"), "birth"),
        (replace(ANA, nationality=("Narnia",)), "nationality"),
        (replace(ANA, birth_country="??"), "birth_country"),
        (replace(ANA, last_residence="Congo"), "last_residence"),
        (replace(ANA, languages=("español",)), "languages"),
        (replace(ANA, documents=(DocumentForm(DocumentType.LOST_IN_ROUTE, "A1"),)), "documents"),
        (replace(ANA, documents=(DocumentForm(DocumentType.PASSPORT, "A" * 201),)), "documents"),
        (replace(ANA, documents=(DocumentForm(DocumentType.PASSPORT, "A1", "Narnia"),)), "documents"),
        (
            replace(ANA, documents=(DocumentForm(DocumentType.PASSPORT, "A1", expiry="20280115"),)),
            "documents",
        ),
        (replace(ANA, bed_needs=("window!",)), "needs"),
        (replace(ANA, answers=IntakeAnswers(needs=('"' * 300,))), "needs"),
    ],
)
def test_what_cannot_be_names_its_field(form: PersonForm, field: str) -> None:
    found = why_not(FamilyForm((tidy(form, TODAY),)), TODAY)
    assert [(problem.member, problem.field) for problem in found] == [(0, field)]
    assert found[0].sentence


def test_a_person_without_a_name_is_registered_by_number() -> None:
    form = FamilyForm((PersonForm(surnames=Missing.REFUSED, birth="1990"),))
    assert why_not(form, TODAY) == []
    assert [warning.code for warning in warnings_of(form, TODAY)] == ["no_name"]
    assert [p.field for p in why_not(FamilyForm((PersonForm(surnames=Missing.NOT_ASKED),)), TODAY)] == [
        "name"
    ]


def test_a_family_has_one_head_and_somebody_in_it() -> None:
    two = FamilyForm((replace(ANA, role=HouseholdRole.HEAD), replace(CHILD, role=HouseholdRole.HEAD)))
    assert [(problem.member, problem.field) for problem in why_not(two, TODAY)] == [(1, "role")]
    assert [problem.field for problem in why_not(FamilyForm(()), TODAY)] == ["members"]
    assert [problem.field for problem in why_not(FamilyForm((ANA,) * 201), TODAY)] == ["members"]
    late = FamilyForm((ANA,), arrived_at=datetime(2026, 11, 24, 12, tzinfo=UTC))
    assert [problem.field for problem in why_not(late, TODAY)] == ["arrived_at"]


def codes(*members: PersonForm, others: tuple[str | None, ...] = ()) -> list[tuple[int | None, str]]:
    found = warnings_of(FamilyForm(members), TODAY, others)
    assert all(warning.sentence for warning in found)
    return [(warning.member, warning.code) for warning in found]


def test_a_child_without_an_adult_is_asked_about() -> None:
    assert codes(CHILD) == [(0, "child_alone")]
    assert codes(PersonForm("Pérez", "Eva")) == [(0, "child_alone")], (
        "of uncertain age: a child until shown otherwise"
    )
    assert codes(ANA, CHILD) == []
    assert codes(CHILD, others=("1990",)) == []
    assert codes(CHILD, others=("2012",)) == [(0, "child_alone")]
    assert codes(replace(CHILD, answers=IntakeAnswers(child_alone=Answer.NO))) == []
    assert codes(replace(CHILD, answers=IntakeAnswers(child_alone=Missing.REFUSED))) == []


def test_what_does_not_fit_is_looked_at_again() -> None:
    head = replace(ANA, role=HouseholdRole.HEAD)
    assert codes(replace(ANA, birth="1910")) == [(0, "very_old")]
    expired = replace(ANA, documents=(DocumentForm(DocumentType.PASSPORT, "A1", expiry="2020-01-01"),))
    assert codes(expired) == [(0, "document_expired")]
    unread = replace(ANA, documents=(DocumentForm(DocumentType.PASSPORT, "A1", mrz="P<VEN"),))
    assert codes(unread) == [(0, "mrz_unreadable")]
    assert codes(head, PersonForm("Pérez", "Eva", birth="1960", relation=Relation.CHILD)) == [
        (1, "relation_age")
    ]
    assert codes(head, PersonForm("Pérez", "Eva", birth="2001", relation=Relation.MTH)) == [
        (1, "relation_age")
    ]
    assert codes(head, PersonForm("Pérez", "Eva", birth="1960", relation=Relation.MTH)) == []
    assert codes(replace(CHILD, role=HouseholdRole.HEAD), ANA) == [(0, "head_is_child")]
    long_ago = FamilyForm((ANA,), arrived_at=datetime(2025, 1, 1, tzinfo=UTC))
    assert [warning.code for warning in warnings_of(long_ago, TODAY)] == ["long_ago"]
    born = FamilyForm((ANA, replace(CHILD, birth="2026-11-20")), arrived_at=datetime(2026, 11, 1, tzinfo=UTC))
    assert [warning.code for warning in warnings_of(born, TODAY)] == ["born_after_arrival"]


def test_the_first_sure_adult_of_the_family_is_head() -> None:
    member, along = HouseholdRole.MEMBER, HouseholdRole.ACCOMP_ADULT
    assert choose_head([(None, "2016"), (member, "1990"), (member, "1980")], TODAY) == 1
    assert choose_head([(along, "1990"), (member, "2016")], TODAY) == 1
    assert choose_head([(None, None), (None, "2016")], TODAY) == 0
    assert choose_head([], TODAY) is None


def test_a_registration_is_complete_once_everything_was_asked() -> None:
    full = replace(
        ANA, birth_country="VEN", last_residence=Missing.REFUSED, languages=("es",),
        documents=(DocumentForm(DocumentType.NONE),),
    )  # fmt: skip
    assert level_of(ANA) is Level.QUICK and level_of(full) is Level.COMPLETE
    assert level_of(replace(full, last_residence=Missing.NOT_ASKED)) is Level.QUICK
    assert level_of(replace(ANA, level=Level.COMPLETE)) is Level.COMPLETE


def test_a_document_number_is_found_however_it_is_spaced() -> None:
    assert document_key(" v-12.345 678 ") == "V12345678" == document_key("V12345678")
