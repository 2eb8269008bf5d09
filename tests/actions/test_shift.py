"""The shift: who typed the passphrase comes back by PIN or staff card, for hours, and never from the disk."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shelterdesk.actions.clock import SetClock, seconds_asleep, seconds_passed
from shelterdesk.actions.desk import Desk, open_desk
from shelterdesk.actions.records import add_record
from shelterdesk.actions.shift import (
    MOST_TRIES,
    Shift,
    UnknownStaffCard,
    WrongPin,
    check_pin,
    go_on_as,
    is_staff_code,
    new_staff_code,
    staff_card_number,
)
from shelterdesk.actions.users import disable_user
from shelterdesk.core.errors import BadField, Refused, WrongPassphrase
from shelterdesk.core.kinds import PERSON
from shelterdesk.db.check import check
from tests.stations import PASSPHRASE

PIN, OTHER = "4711", "80215"


class Seconds:
    """A clock of seconds somebody moves by hand."""

    at = 1000.0

    def __call__(self) -> float:
        return self.at


@pytest.fixture
def seconds() -> Seconds:
    return Seconds()


@pytest.fixture
def shift(seconds: Seconds, desk: Desk) -> Shift:
    made = Shift(seconds, 8)
    made.enter(desk)
    return made


@pytest.fixture
def both(shift: Shift, station_folder: Path, clock: SetClock) -> Iterator[Desk]:
    """The operator is in the shift beside the admin."""
    operator = open_desk(station_folder, "operator", PASSPHRASE, clock)
    shift.enter(operator)
    yield operator
    operator.close()


def test_a_pin_gives_the_same_keys_back(shift: Shift, desk: Desk) -> None:
    user = desk.user.id
    assert shift.is_member(user) and not shift.has_pin(user)
    shift.set_pin(user, PIN)
    assert shift.has_pin(user) and shift.has_pins
    keys = shift.by_pin(user, PIN)
    assert keys.age.identity == desk.user_keys.age.identity
    assert keys.signing.seed() == desk.user_keys.signing.seed()


def test_five_wrong_ones_end_the_pin_and_nothing_else(shift: Shift, desk: Desk, both: Desk) -> None:
    user, other = desk.user.id, both.user.id
    shift.set_pin(user, PIN)
    shift.set_pin(other, OTHER)
    lefts = []
    for _ in range(MOST_TRIES):
        with pytest.raises(WrongPin) as wrong:
            shift.by_pin(user, "0815")
        lefts.append(wrong.value.left)
    assert lefts == [4, 3, 2, 1, 0]
    with pytest.raises(WrongPin):
        shift.by_pin(user, PIN)  # the right one comes too late
    assert not shift.has_pin(user) and shift.is_member(user)
    assert shift.by_pin(other, OTHER)
    shift.enter(desk)  # the passphrase was typed
    shift.set_pin(user, PIN)
    assert shift.by_pin(user, PIN)


def test_a_right_one_starts_the_count_anew(shift: Shift, desk: Desk) -> None:
    shift.set_pin(desk.user.id, PIN)
    for _ in range(3):
        for _ in range(MOST_TRIES - 1):
            with pytest.raises(WrongPin):
                shift.by_pin(desk.user.id, OTHER)
        assert shift.by_pin(desk.user.id, PIN)


def test_it_ends_with_the_shift(shift: Shift, desk: Desk, seconds: Seconds) -> None:
    user = desk.user.id
    shift.set_pin(user, PIN)
    secret = shift._members[user].secret
    seconds.at += 8 * 3600 - 1
    assert shift.by_pin(user, PIN) and 0 < shift.hours_left(user) < 0.001
    seconds.at += 1
    with pytest.raises(WrongPin):
        shift.by_pin(user, PIN)
    assert not shift.is_member(user) and set(secret) == {0}, "what was kept is overwritten"
    with pytest.raises(Refused):
        shift.set_pin(user, PIN)


def test_a_clock_that_goes_back_ends_it_too(shift: Shift, desk: Desk, seconds: Seconds) -> None:
    shift.set_pin(desk.user.id, PIN)
    seconds.at -= 1
    assert not shift.has_pin(desk.user.id)


def test_a_shorter_shift_holds_at_once(shift: Shift, desk: Desk, seconds: Seconds) -> None:
    shift.set_pin(desk.user.id, PIN)
    seconds.at += 5 * 3600
    shift.set_hours(4)
    assert not shift.is_member(desk.user.id)
    shift.set_hours(0)
    shift.enter(desk)
    assert not shift.is_on and not shift.is_member(desk.user.id)


def test_ending_it_forgets_everybody(shift: Shift, desk: Desk, both: Desk) -> None:
    code = new_staff_code(1)
    shift.set_pin(desk.user.id, PIN)
    shift.bind_card(both.user.id, code)
    shift.end()
    assert not shift.has_pins and not shift.is_member(both.user.id)
    with pytest.raises(UnknownStaffCard):
        shift.by_card(code)


def test_the_first_letters_name_one_member(shift: Shift, desk: Desk, both: Desk) -> None:
    assert shift.named("OP") == both.user.id and shift.named("admin ") == desk.user.id
    assert shift.named("") == "" and shift.named("nobody") == "" and shift.named("supervisor") == ""


def test_a_staff_card_picks_its_user(shift: Shift, desk: Desk, both: Desk) -> None:
    code = new_staff_code(12)
    assert shift.bind_card(both.user.id, code.lower() + "\r") == 12
    assert shift.by_card(code).signing.public == both.user.sign
    with pytest.raises(Refused, match="somebody else"):
        shift.bind_card(desk.user.id, code)
    with pytest.raises(UnknownStaffCard):
        shift.by_card(new_staff_code(12))
    with pytest.raises(UnknownStaffCard):
        shift.bind_card(desk.user.id, "SDC1AAAA")
    shift.leave(both.user.id)
    with pytest.raises(UnknownStaffCard):
        shift.by_card(code)


@given(st.integers(0, 65_535))
def test_a_staff_code_says_its_number_and_nothing_twice(number: int) -> None:
    code = new_staff_code(number)
    assert staff_card_number(code) == number and is_staff_code(f" {code}\n")
    assert code != new_staff_code(number)


@given(st.text(max_size=50))
def test_other_texts_are_no_staff_codes(text: str) -> None:
    assert not is_staff_code(text)


@pytest.mark.parametrize("pin", ["", "123", "12345678", "abcd", "1111", "2345"])
def test_what_is_no_pin_is_refused(shift: Shift, desk: Desk, pin: str) -> None:
    with pytest.raises(BadField):
        check_pin(pin)
    with pytest.raises(BadField):
        shift.set_pin(desk.user.id, pin)
    assert not shift.has_pin(desk.user.id)


def test_the_open_file_goes_on_with_another_user(shift: Shift, desk: Desk, both: Desk) -> None:
    shift.set_pin(both.user.id, PIN)
    there = go_on_as(desk, shift.by_pin(both.user.id, PIN))
    assert there.store is desk.store and there.user.name == "operator"
    add_record(there, PERSON, {"given": "Ana"})
    who = there.store.conn.execute("SELECT user FROM event ORDER BY id DESC LIMIT 1").fetchone()[0]
    assert who == both.user.id
    assert check(there.store.conn).findings == []


def test_whoever_was_disabled_meanwhile_stays_out(shift: Shift, desk: Desk, both: Desk) -> None:
    shift.set_pin(both.user.id, PIN)
    disable_user(desk, "operator")
    with pytest.raises(WrongPassphrase):
        go_on_as(desk, shift.by_pin(both.user.id, PIN))


def test_nothing_of_it_is_ever_in_the_folder(shift: Shift, desk: Desk) -> None:
    """Neither the PIN nor anything made of it, nor the card: not in a file, not in a table."""
    code, user = new_staff_code(3), desk.user.id
    pin = "908172"
    shift.set_pin(user, pin)
    shift.bind_card(user, code)
    member = shift._members[user]
    assert member.pin and member.card
    go_on_as(desk, shift.by_pin(user, pin))
    add_record(desk, PERSON, {"given": "Ana"})
    marks = [member.pin, member.card, shift._key, code.encode()]
    marks += [hashlib.new(name, pin.encode()).digest() for name in ("md5", "sha1", "sha256", "blake2b")]
    identity = desk.user_keys.age.identity.encode()
    rows = "\n".join(desk.store.conn.iterdump()) if hasattr(desk.store.conn, "iterdump") else ""
    for (table,) in desk.store.conn.execute("SELECT name FROM sqlite_schema WHERE type = 'table'").fetchall():
        rows += "".join(repr(row) for row in desk.store.conn.execute(f'SELECT * FROM "{table}"').fetchall())
    assert pin not in rows and code not in rows and not any(repr(mark)[2:-1] in rows for mark in marks)
    desk.close()
    shift.end()
    files = [path.read_bytes() for path in desk.folder.rglob("*") if path.is_file()]
    assert len(files) > 3
    for mark in (*marks, *(mark.hex().encode() for mark in marks), identity):
        assert not any(mark in data for data in files)
    assert not any(pin.encode() in data for data in files)
    assert pin not in repr(member) and identity.decode() not in repr(member)


def test_the_clocks_of_sleep() -> None:
    first, asleep = seconds_passed(), seconds_asleep()
    assert seconds_passed() >= first and seconds_asleep() >= asleep - 0.1
