"""Human numbers: check characters by the standard, slots that never clash, reading what was typed."""

from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from shelterdesk.core.number import (
    BadNumber,
    Counted,
    HumanNumber,
    check_character,
    child_slot,
    household_number,
    is_slot,
    parse_number,
    person_number,
    token_number,
)

SIGNS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"


@st.composite
def slots(draw: st.DrawFn) -> str:
    slot = str(draw(st.integers(1, 12)))
    for n in draw(st.lists(st.integers(1, 60), max_size=4)):
        slot = child_slot(slot, n)
    return slot


NUMBERS = st.builds(
    HumanNumber,
    st.sampled_from(Counted),
    st.text("ABCDEHTZ", min_size=2, max_size=6),
    slots(),
    st.integers(1, 9_999_999),
)


def test_the_examples_of_the_house_and_of_the_standard() -> None:
    assert check_character("A12425GABC1234002") == "M"
    assert person_number("LB", "1", 42) == "LB1-000042-B"
    assert household_number("LB", "1", 17) == "LB1-H0017-W"
    assert token_number("LB", "1", 7) == "LB1-T0007-M"
    assert person_number("LB", "1A", 1_234_567).startswith("LB1A-1234567-")


@given(st.text(SIGNS, min_size=1, max_size=20), st.data())
def test_every_single_wrong_character_is_found(text: str, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(text) - 1))
    other = data.draw(st.sampled_from(SIGNS))
    assume(other != text[at])
    assert check_character(text[:at] + other + text[at + 1 :]) != check_character(text)


@given(NUMBERS)
def test_a_printed_number_is_read_back(number: HumanNumber) -> None:
    assert parse_number(str(number)) == number
    assert parse_number(f" {str(number).lower().replace('-', ' – ')} ") == number


@given(NUMBERS)
def test_without_hyphens_it_is_read_back_or_refused_never_taken_for_another(number: HumanNumber) -> None:
    try:
        assert parse_number(str(number).replace("-", "").lower()) == number
    except BadNumber as refusal:
        assert "two ways" in refusal.sentence
        assert number.slot[-1].isdigit() or number.counter >= 1_000_000


@given(NUMBERS)
def test_the_end_alone_is_enough_at_the_desk_that_made_it(number: HumanNumber) -> None:
    printed = str(number)
    mark = "" if number.counted is Counted.PERSON else number.counted.value
    assert parse_number(f"{mark}{number.counter}-{printed[-1]}", number.prefix.lower()) == number


@pytest.mark.parametrize(
    "typed", ["lb1000042b", "LB1 000042 B", "lb1-000042-b", "42-B", "LB1-OOOO42-B", "LB1-42-B"]
)
def test_ways_to_type_one_number(typed: str) -> None:
    assert str(parse_number(typed, "LB1")) == "LB1-000042-B"


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("LB1-000042-C", "misread"),
        ("LB1-000024-B", "misread"),
        ("42-B", "not a number"),
        ("", "not a number"),
        ("Ana", "not a number"),
        ("LB1-000000-B", "not a number"),
        ("LB1-" + "9" * 40 + "-B", "not a number"),
        ("LB1-٤٢-B", "not a number"),
        ("L1-000042-B", "not a number"),
    ],
)
def test_what_is_refused_says_why(typed: str, said: str) -> None:
    with pytest.raises(BadNumber) as refusal:
        parse_number(typed)
    assert said in refusal.value.sentence
    assert refusal.value.next_step


@given(st.text(st.characters(exclude_categories=()), max_size=20), st.text(max_size=5))
def test_no_text_makes_it_fail(text: str, prefix: str) -> None:
    try:
        parse_number(text, prefix)
    except BadNumber:
        return


@given(slots(), slots(), st.integers(1, 2000), st.integers(1, 2000))
def test_slots_never_clash(parent: str, other: str, n: int, m: int) -> None:
    assert is_slot(child_slot(parent, n))
    assert child_slot(parent, n) != parent
    if (parent, n) != (other, m):
        assert child_slot(parent, n) != child_slot(other, m)


@given(NUMBERS, NUMBERS)
def test_two_numbers_are_never_printed_alike(one: HumanNumber, other: HumanNumber) -> None:
    assert (str(one) == str(other)) == (one == other)


def test_children_of_a_slot() -> None:
    assert [child_slot("1", n) for n in (1, 2, 22, 23)] == ["1A", "1B", "1Z", "1AA"]
    assert child_slot("1A", 12) == "1A12"
    assert child_slot("1A12", 1) == "1A12A"


@pytest.mark.parametrize(
    ("station", "slot", "counter"),
    [("L", "1", 1), ("lb", "1", 1), ("LB", "", 1), ("LB", "1H", 1), ("LB", "1", 0)],
)
def test_impossible_parts_make_no_number(station: str, slot: str, counter: int) -> None:
    with pytest.raises(ValueError, match="no number"):
        person_number(station, slot, counter)


@pytest.mark.parametrize(("parent", "n"), [("", 1), ("A", 1), ("1", 0), ("1I", 1)])
def test_impossible_slots(parent: str, n: int) -> None:
    with pytest.raises(ValueError, match="no slot"):
        child_slot(parent, n)


def test_signs_outside_the_alphabet_have_no_check_character() -> None:
    with pytest.raises(ValueError, match="substring"):
        check_character("a")
