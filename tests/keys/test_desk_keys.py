"""Desk keys: the id that follows from them, the spoken words, and how they are stored."""

from __future__ import annotations

import hashlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shelterdesk.core.errors import DamagedFile
from shelterdesk.keys import age
from shelterdesk.keys.desk import DeskKeys, desk_hex, desk_id
from shelterdesk.keys.fingerprint import fingerprint_words, word_list

PUBLIC = st.binary(min_size=32, max_size=32)


@given(PUBLIC)
def test_a_desk_id_is_the_first_63_bits_of_the_hash(public: bytes) -> None:
    bits = "".join(f"{byte:08b}" for byte in hashlib.sha256(public).digest())
    assert desk_id(public) == int(bits[:63], 2)
    assert 0 <= desk_id(public) < 2**63  # a signed BIGINT holds it
    assert int(desk_hex(desk_id(public)), 16) == desk_id(public)
    assert len(desk_hex(desk_id(public))) == 16


def test_a_number_that_is_no_desk_id_is_a_bug() -> None:
    for number in (-1, 2**63):
        with pytest.raises(ValueError, match="63"):
            desk_hex(number)


def test_keys_come_back_from_the_station_file() -> None:
    keys = DeskKeys.new()
    again = DeskKeys.from_stored(keys.stored())
    assert (again.public, again.recipient, again.dev) == (keys.public, keys.recipient, keys.dev)
    assert again.signing.sign(b"x") == keys.signing.sign(b"x")
    assert age.decrypt(age.encrypt(b"x", [keys.recipient]), [again.age.identity]) == b"x"


def test_keys_are_not_shown() -> None:
    keys = DeskKeys.new()
    assert keys.signing.seed().hex() not in repr(keys)
    assert keys.age.identity not in repr(keys)


@pytest.mark.parametrize(
    "change",
    [
        {"v": 2},
        {"ed25519": "00"},
        {"ed25519": None},
        {"ed25519": "zz" * 32},
        {"age": "AGE-SECRET-KEY-1"},
        {"age": 3},
    ],
)
def test_stored_keys_that_are_not_whole_are_damaged(change: dict[str, object]) -> None:
    stored = json.loads(DeskKeys.new().stored()) | change
    with pytest.raises(DamagedFile):
        DeskKeys.from_stored(json.dumps(stored).encode())


@given(st.binary())
def test_other_bytes_are_damaged(data: bytes) -> None:
    with pytest.raises(DamagedFile):
        DeskKeys.from_stored(data)


def test_there_are_4096_different_short_words() -> None:
    words = word_list()
    assert len(words) == len(set(words)) == 4096
    assert all(4 <= len(word) <= 6 and word.isascii() and word.islower() for word in words)
    assert not {"sida", "puta", "paki"} & set(words)


def test_the_word_list_is_for_ever() -> None:
    # Two versions of the program are compared by voice: a changed order would say "not the same key".
    assert (
        hashlib.sha256(" ".join(word_list()).encode()).hexdigest()
        == "94d1b6beb5e52aaa97ac849e19211cfa3f3b6c8ec844fe1eebb6baeb7fd5e698"
    )
    assert fingerprint_words(bytes(32)) == ("sate", "fori", "sachi", "pepo", "rupi", "tuko")


@given(PUBLIC, st.integers(0, 255))
def test_another_key_has_other_words(public: bytes, bit: int) -> None:
    changed = (int.from_bytes(public, "big") ^ 1 << bit).to_bytes(32, "big")
    assert len(fingerprint_words(public)) == 6
    assert fingerprint_words(public) != fingerprint_words(changed)
    assert set(fingerprint_words(public)) <= set(word_list())


def test_a_desk_says_its_words() -> None:
    keys = DeskKeys.new()
    assert keys.words == fingerprint_words(keys.public)
