"""What is said of a passphrase while it is typed, and what counts as a PIN."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shelterdesk.core.passphrases import Strength, is_first_guess, is_pin, strength


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("demo", Strength.WEAK),
        ("aaaaaaaaaaaaaaaaaaaa", Strength.WEAK),
        ("boat boat boat boat", Strength.WEAK),
        ("1234512345", Strength.FAIR),
        ("río barca luz", Strength.FAIR),
        ("río barca lámpara piedra", Strength.GOOD),
        ("uncommonly-longword", Strength.GOOD),
        ("أربع كلمات سهلة جدا", Strength.GOOD),
    ],
)
def test_words_and_length_count(text: str, said: Strength) -> None:
    assert strength(text) is said


@given(st.text(max_size=40))
def test_every_text_has_a_strength(text: str) -> None:
    assert strength(text) in Strength


@pytest.mark.parametrize("pin", ["4711", "80215", "000001"])
def test_a_pin(pin: str) -> None:
    assert is_pin(pin)


@pytest.mark.parametrize("text", ["", "123", "1234567", "12a4", "١٢٣٤", "-123", "1 23", "²³¹4"])
def test_no_pin(text: str) -> None:
    assert not is_pin(text)


@pytest.mark.parametrize("pin", ["0000", "1234", "4321", "890123", "999999"])
def test_first_guesses(pin: str) -> None:
    assert is_first_guess(pin)
    assert not is_first_guess(f"{pin[:3]}{(int(pin[2]) + 5) % 10}")
