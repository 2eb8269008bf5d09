"""Card tokens: what a desk signed is valid anywhere, and nothing else is."""

from __future__ import annotations

import base64
import random
import re
from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from shelterdesk.keys import cardtoken
from shelterdesk.keys.cardclaim import CardUnreadable, CardVerdict
from shelterdesk.keys.cardtoken import key_id, make_token, read_token, verify
from shelterdesk.keys.desk import desk_id
from shelterdesk.keys.ed25519 import SigningKey

DESK = SigningKey(bytes(range(32)))
ELSEWHERE = SigningKey(bytes(range(1, 33)))
KEYS = {key_id(DESK.public): DESK.public, key_id(ELSEWHERE.public): ELSEWHERE.public}
EXPIRY = date(2027, 2, 28)
TODAY = date(2026, 11, 23)
TOKEN = make_token(DESK, 42, EXPIRY)
NONE_REVOKED: frozenset[tuple[str, int]] = frozenset()
BASE32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"


def accepted(text: str) -> bool:
    """Whether a scanned text would be taken for a valid card by any desk that knows both keys."""
    try:
        claim = read_token(text)
    except CardUnreadable:
        return False
    verdicts = {verify(claim, KEYS, date(2020, 1, 1), NONE_REVOKED, practice) for practice in (False, True)}
    return CardVerdict.VALID in verdicts


SERIALS = st.integers(0, 2**48 - 1)
DAYS = st.dates(date(2020, 1, 1), date(2199, 6, 6))


@given(SERIALS, DAYS, st.booleans())
def test_a_card_says_what_was_put_into_it(serial: int, expiry: date, practice: bool) -> None:
    token = make_token(DESK, serial, expiry, practice)
    claim = read_token(token)
    assert (claim.serial, claim.expiry, claim.practice) == (serial, expiry, practice)
    assert claim.card == (key_id(DESK.public), serial)
    assert verify(claim, KEYS, expiry, NONE_REVOKED, practice) is CardVerdict.VALID


def test_a_token_fits_the_code_and_any_keyboard() -> None:
    assert re.fullmatch(r"SDC1[A-Z2-7]{127}", TOKEN)
    assert len(TOKEN) == cardtoken.TOKEN_LENGTH <= 154  # QR version 6-M, alphanumeric


def test_the_layout_is_the_one_written_down() -> None:
    data = base64.b32decode(TOKEN[4:] + "=")
    assert len(data) == 79
    assert data[0] == 0x10
    assert data[1:7].hex() == key_id(DESK.public)
    assert data[7:13] == (42).to_bytes(6, "big")
    assert date(2020, 1, 1) + timedelta(days=int.from_bytes(data[13:15], "big")) == EXPIRY
    assert data[15:] == DESK.sign(b"card.v1@shelterdesk\0" + data[:15])


@given(st.binary(min_size=32, max_size=32))
def test_the_key_id_follows_from_the_desk_id(public: bytes) -> None:
    assert cardtoken.key_id_of_desk(desk_id(public)) == key_id(public)


def test_verdicts() -> None:
    claim = read_token(TOKEN)
    assert verify(claim, KEYS, EXPIRY, NONE_REVOKED) is CardVerdict.VALID
    assert verify(claim, KEYS, EXPIRY + timedelta(days=1), NONE_REVOKED) is CardVerdict.EXPIRED
    assert verify(claim, KEYS, TODAY, {claim.card}) is CardVerdict.REVOKED
    assert verify(claim, KEYS, date(2030, 1, 1), {claim.card}) is CardVerdict.REVOKED
    assert verify(claim, KEYS, TODAY, {(key_id(ELSEWHERE.public), 42)}) is CardVerdict.VALID
    assert verify(claim, {}, TODAY, NONE_REVOKED) is CardVerdict.UNKNOWN_STATION
    assert verify(claim, {claim.key_id: ELSEWHERE.public}, TODAY, NONE_REVOKED) is CardVerdict.FORGED


def test_a_practice_card_is_none_at_a_real_station() -> None:
    claim = read_token(make_token(DESK, 1, EXPIRY, practice=True))
    assert verify(claim, KEYS, TODAY, NONE_REVOKED) is CardVerdict.PRACTICE
    assert verify(claim, KEYS, TODAY, NONE_REVOKED, practice=True) is CardVerdict.VALID


def test_the_practice_flag_is_signed() -> None:
    data = bytearray(base64.b32decode(make_token(DESK, 1, EXPIRY, practice=True)[4:] + "="))
    data[0] ^= 1
    claim = read_token("SDC1" + base64.b32encode(bytes(data)).decode().rstrip("="))
    assert not claim.practice
    assert verify(claim, KEYS, TODAY, NONE_REVOKED) is CardVerdict.FORGED


def test_a_claim_put_together_by_hand_is_forged() -> None:
    claim = read_token(TOKEN)
    for changed in (
        replace(claim, serial=43),
        replace(claim, expiry=date(2099, 1, 1)),
        replace(claim, key_id=key_id(ELSEWHERE.public)),
        replace(claim, practice=True),
    ):
        assert verify(changed, KEYS, TODAY, NONE_REVOKED, practice=True) is CardVerdict.FORGED


@pytest.mark.parametrize("typed", [TOKEN.lower(), f" {TOKEN}\r\n", f"\t{TOKEN.swapcase()}\n"])
def test_what_a_reader_does_to_a_code_is_forgiven(typed: str) -> None:
    assert read_token(typed) == read_token(TOKEN)


def test_a_card_of_a_later_program_says_so() -> None:
    for first in (0x20, 0x12, 0x00):
        data = bytes([first]) + base64.b32decode(TOKEN[4:] + "=")[1:]
        with pytest.raises(CardUnreadable, match="newer"):
            read_token("SDC1" + base64.b32encode(data).decode().rstrip("="))


def test_two_thousand_mutated_codes_are_refused(seed: int) -> None:
    dice = random.Random(seed)
    refused = 0
    while refused < 2_000:
        text = list(TOKEN)
        for _ in range(dice.choice((1, 1, 1, 2, 3, 10))):
            place = dice.randrange(len(text))
            change = dice.randrange(5)
            if change == 0 and len(text) > 1:
                del text[place]
            elif change == 1:
                text.insert(place, dice.choice(BASE32))
            elif change == 2:
                other = dice.randrange(len(text))
                text[place], text[other] = text[other], text[place]
            else:
                text[place] = dice.choice(BASE32 + "0189 =-\u0131\u017f")
        mutant = "".join(text)
        if mutant.strip().upper() == TOKEN:
            continue
        assert not accepted(mutant), mutant
        refused += 1


@given(st.integers(0, len(TOKEN) - 1), st.characters())
def test_any_one_other_character_is_refused(place: int, character: str) -> None:
    assume(not (character.isascii() and character.upper() == TOKEN[place]))
    assert not accepted(TOKEN[:place] + character + TOKEN[place + 1 :])


def test_every_spare_bit_is_looked_at() -> None:
    """127 characters hold 635 bits for 632: the last character has seven others that decode alike."""
    assert not any(accepted(TOKEN[:-1] + last) for last in BASE32 if last != TOKEN[-1])


@given(SERIALS, DAYS)
def test_parts_of_two_true_cards_make_no_third(serial: int, expiry: date) -> None:
    other = make_token(DESK, serial, expiry)
    assume(other != TOKEN)
    for cut in range(5, len(TOKEN), 9):
        mixed = TOKEN[:cut] + other[cut:]
        assert mixed in (TOKEN, other) or not accepted(mixed)


@given(st.one_of(st.text(), st.text(BASE32, min_size=127, max_size=127).map("SDC1".__add__)))
def test_no_text_raises_anything_but_unreadable(text: str) -> None:
    try:
        claim = read_token(text)
    except CardUnreadable:
        return
    assert verify(claim, KEYS, TODAY, NONE_REVOKED) is not CardVerdict.VALID


@pytest.mark.parametrize(
    "text", ["", "SDC1", "<img src=x>" * 12, "%s%n" * 40, "\u202e" * 131, "\x00" * 131, "A" * 10**6]
)
def test_what_may_be_printed_to_harm_is_unreadable(text: str) -> None:
    with pytest.raises(CardUnreadable):
        read_token(text)


def test_what_does_not_fit_a_card_is_a_bug() -> None:
    for serial, expiry in ((-1, EXPIRY), (2**48, EXPIRY), (1, date(2019, 12, 31)), (1, date(2199, 6, 7))):
        with pytest.raises(ValueError, match="range"):
            make_token(DESK, serial, expiry)


def test_a_desk_signature_for_another_purpose_is_no_card() -> None:
    data = base64.b32decode(TOKEN[4:] + "=")[:15]
    claim = read_token("SDC1" + base64.b32encode(data + DESK.sign(data)).decode().rstrip("="))
    assert verify(claim, KEYS, TODAY, NONE_REVOKED) is CardVerdict.FORGED
