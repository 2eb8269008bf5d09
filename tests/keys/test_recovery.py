"""The recovery code: typed back from paper it gives the same key, and a slip is told by its group."""

from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from shelterdesk.keys import age, recovery
from shelterdesk.keys.recovery import ALPHABET, GROUP_LENGTH, GROUPS, RecoveryTypo

MADE = recovery.new_recovery()
GROUPS_MADE = MADE.code.split("-")
CHARACTERS = GROUPS * GROUP_LENGTH


def test_a_code_opens_what_was_sealed_to_its_recipient() -> None:
    sealed = age.encrypt(b"file key", [MADE.recipient])
    assert age.decrypt(sealed, [recovery.identity_of(MADE.code)]) == b"file key"
    assert recovery.recipient_of(MADE.code) == MADE.recipient


def test_a_code_is_160_bits_in_groups_of_plain_characters() -> None:
    assert [len(group) for group in GROUPS_MADE] == [GROUP_LENGTH] * GROUPS
    assert set("".join(GROUPS_MADE)) <= set(ALPHABET)
    assert len(set(ALPHABET)) == 32
    assert not set("ILOU") & set(ALPHABET)
    assert GROUPS * (GROUP_LENGTH - 1) * 5 == 160
    assert len({recovery.new_recovery().code for _ in range(20)}) == 20


def test_a_printed_code_is_for_ever() -> None:
    """Paper in a safe is not rewritten: the same code must give the same key in every later version."""
    code = "3AHRH-Z6DM5-V29GQ-QY5C1-KT18K-FPX47-BJS0N-7ENWE"
    assert recovery.recipient_of(code) == "age1snqfjkwucrag7z0mr38kmvjee5c5asyz439cd5yje67txpmfdfcs94mcmn"


@pytest.mark.parametrize("between", ["-", " ", "", " - ", "\n", "\u2013", "."])
def test_it_may_be_typed_as_people_type(between: str) -> None:
    typed = between.join(GROUPS_MADE).lower().replace("1", "l").replace("0", "o")
    assert recovery.as_printed(typed) == MADE.code
    assert recovery.recipient_of(" " + typed + "\n") == MADE.recipient
    assert recovery.recipient_of(typed.replace("l", "i")) == MADE.recipient


@given(st.integers(0, CHARACTERS - 1), st.sampled_from(ALPHABET))
def test_a_wrong_character_is_told_by_its_group(place: int, character: str) -> None:
    plain = MADE.code.replace("-", "")
    assume(plain[place] != character)
    with pytest.raises(RecoveryTypo) as said:
        recovery.identity_of(plain[:place] + character + plain[place + 1 :])
    assert said.value.groups == (place // GROUP_LENGTH + 1,)
    assert str(place // GROUP_LENGTH + 1) in str(said.value)


@given(st.integers(0, GROUPS - 1), st.integers(0, GROUP_LENGTH - 2))
def test_two_neighbours_exchanged_are_told_by_their_group(group: int, place: int) -> None:
    code = recovery.new_recovery().code.split("-")
    right = code[group]
    assume(right[place] != right[place + 1])
    code[group] = right[:place] + right[place + 1] + right[place] + right[place + 2 :]
    with pytest.raises(RecoveryTypo) as said:
        recovery.identity_of("-".join(code))
    assert said.value.groups == (group + 1,)


@given(st.permutations(range(GROUPS)))
def test_groups_in_another_order_are_told(order: list[int]) -> None:
    moved = tuple(place + 1 for place, group in enumerate(order) if place != group)
    assume(moved)
    with pytest.raises(RecoveryTypo) as said:
        recovery.identity_of(" ".join(GROUPS_MADE[group] for group in order))
    assert said.value.groups == moved


def test_a_group_too_short_or_too_long_is_told() -> None:
    typed = list(GROUPS_MADE)
    typed[2] = typed[2][:-1]
    typed[6] += "7"
    with pytest.raises(RecoveryTypo) as said:
        recovery.identity_of("-".join(typed))
    assert said.value.groups == (3, 7)


@pytest.mark.parametrize("code", ["", "-", MADE.code[:-6], MADE.code + "-00000", "x" * 100_000], ids=range(5))
def test_a_code_of_another_length_is_told_without_a_group(code: str) -> None:
    with pytest.raises(RecoveryTypo) as said:
        recovery.recipient_of(code)
    assert said.value.groups == ()


@given(st.text())
def test_no_text_raises_anything_else(text: str) -> None:
    with pytest.raises(RecoveryTypo):
        recovery.identity_of(text)


def test_a_recovery_does_not_show_its_code() -> None:
    assert GROUPS_MADE[0] not in repr(MADE).replace(MADE.recipient, "")
