"""From passphrase to key, wraps under a key, and the keys of a user under a passphrase."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shelterdesk.core.errors import BadField, DamagedFile, WrongPassphrase
from shelterdesk.keys import passphrase, user
from shelterdesk.keys.passphrase import Argon2Cost
from shelterdesk.keys.user import WrappedUser

CHEAP = Argon2Cost(memory_kib=64, passes=1, lanes=1)
SALT = bytes(16)
KEYS, WRAPPED = user.new_user("río bravo", CHEAP)


def test_the_default_cost_is_the_one_designed() -> None:
    cost = passphrase.DEFAULT_COST
    assert (cost.memory_kib, cost.passes, cost.lanes) == (65_536, 3, 4)
    assert len(passphrase.derive("demo", SALT)) == 32


def test_the_key_is_that_of_argon2id() -> None:
    """The vector of the reference implementation (phc-winner-argon2, test.c): id, t=2, m=2^8, p=1."""
    key = passphrase.derive("password", b"somesalt", Argon2Cost(256, 2, 1))
    assert key.hex() == "9dfeb910e80bad0311fee20f9c0e2b12c17987b4cac90c2ef54d5b3021c68bfe"


def test_a_passphrase_is_the_same_from_every_keyboard() -> None:
    composed, apart = "r\u00edo bravo", "ri\u0301o\u00a0bravo"
    assert passphrase.derive(composed, SALT, CHEAP) == passphrase.derive(apart, SALT, CHEAP)
    assert passphrase.derive("Demo", SALT, CHEAP) != passphrase.derive("demo", SALT, CHEAP)


def test_salt_and_cost_make_another_key() -> None:
    base = passphrase.derive("x", SALT, CHEAP)
    assert base != passphrase.derive("x", bytes([1] * 16), CHEAP)
    assert base != passphrase.derive("x", SALT, Argon2Cost(64, 2, 1))


def test_an_empty_or_endless_passphrase_is_refused() -> None:
    for phrase in ("", "x" * 1025):
        with pytest.raises(BadField):
            passphrase.derive(phrase, SALT, CHEAP)
        with pytest.raises(WrongPassphrase):
            user.open_user(WRAPPED, phrase)


_SMALL_MACHINE = """
import resource
from shelterdesk.keys import passphrase

resource.setrlimit(resource.RLIMIT_AS, (400 << 20, 400 << 20))
try:
    passphrase.derive("x", bytes(16), passphrase.Argon2Cost(memory_kib=1 << 20, passes=1, lanes=1))
except passphrase.OutOfMemory as said:
    print(said)
"""


def test_a_cost_beyond_the_memory_is_the_worlds_fault() -> None:
    here = subprocess.run([sys.executable, "-c", _SMALL_MACHINE], capture_output=True, text=True, check=True)
    assert "1024 MiB" in here.stdout


def test_a_cost_that_argon2_does_not_know_is_a_bug() -> None:
    for memory_kib, passes, lanes in ((7, 1, 1), (64, 0, 1), (64, 1, 0), (64, 1, 9)):
        with pytest.raises(ValueError, match="Argon2"):
            Argon2Cost(memory_kib, passes, lanes)


@given(st.binary(max_size=100), st.binary(max_size=20))
def test_a_wrap_opens_for_its_key_and_purpose_alone(secret: bytes, purpose: bytes) -> None:
    key, other = b"k" * 32, b"o" * 32
    blob = passphrase.wrap(secret, key, purpose)
    assert passphrase.unwrap(blob, key, purpose) == secret
    assert passphrase.unwrap(blob, other, purpose) is None
    assert passphrase.unwrap(blob, key, purpose + b"!") is None
    assert passphrase.unwrap(blob[:-1], key, purpose) is None
    assert passphrase.unwrap(blob[:5], key, purpose) is None
    assert passphrase.wrap(secret, key, purpose) != blob


def test_a_user_travels_as_json_and_logs_in_at_another_desk() -> None:
    travelled = json.loads(json.dumps(WRAPPED.as_json()))
    opened = user.open_user(WrappedUser.from_json(travelled), "río bravo")
    assert opened.signing.public == KEYS.signing.public == WRAPPED.public
    assert opened.age == KEYS.age
    assert opened.signing.seed() == KEYS.signing.seed()


def test_what_travels_holds_no_secret() -> None:
    text = json.dumps(WRAPPED.as_json()) + repr(WRAPPED) + repr(KEYS)
    assert KEYS.age.identity not in text
    assert KEYS.signing.seed().hex() not in text
    assert WRAPPED.wrap.blob.hex() not in repr(WRAPPED)


def test_a_wrong_passphrase_does_not_open() -> None:
    for phrase in ("Río bravo", "río bravo ", "demo"):
        with pytest.raises(WrongPassphrase):
            user.open_user(WRAPPED, phrase)


def test_a_wrap_shown_under_other_public_keys_does_not_open() -> None:
    _, other = user.new_user("río bravo", CHEAP)
    for mixed in (
        WrappedUser(other.recipient, WRAPPED.public, WRAPPED.wrap),
        WrappedUser(WRAPPED.recipient, other.public, WRAPPED.wrap),
    ):
        with pytest.raises(WrongPassphrase):
            user.open_user(mixed, "río bravo")


def test_a_changed_passphrase_keeps_the_keys() -> None:
    changed = user.change_passphrase(WRAPPED, "río bravo", "monte", Argon2Cost(128, 1, 1))
    assert user.open_user(changed, "monte").signing.seed() == KEYS.signing.seed()
    assert changed.wrap.salt != WRAPPED.wrap.salt
    assert (changed.recipient, changed.public) == (WRAPPED.recipient, WRAPPED.public)
    with pytest.raises(WrongPassphrase):
        user.open_user(changed, "río bravo")
    with pytest.raises(WrongPassphrase):
        user.change_passphrase(WRAPPED, "monte", "x", CHEAP)
    with pytest.raises(BadField):
        user.change_passphrase(WRAPPED, "río bravo", "", CHEAP)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("v", 2),
        ("v", True),
        ("recipient", "age1nobody"),
        ("public", "ff"),
        ("public", WRAPPED.public.hex().upper() + "Z"),
        ("wrap", []),
        ("wrap.salt", "00"),
        ("wrap.blob", "not base64"),
        ("wrap.cost.kdf", "scrypt"),
        ("wrap.cost.v", 16),
        ("wrap.cost.m", 1 << 30),
        ("wrap.cost.m", 1),
        ("wrap.cost.t", 10**9),
        ("wrap.cost.p", 0),
        ("wrap.cost.t", 1.5),
    ],
    ids=lambda one: str(one)[:12] if not str(one).endswith("Z") else "upper and Z",
)
def test_a_user_that_is_not_whole_is_damaged(path: str, value: object) -> None:
    found = json.loads(json.dumps(WRAPPED.as_json()))
    *parents, last = path.split(".")
    inner = found
    for name in parents:
        inner = inner[name]
    inner[last] = value
    with pytest.raises(DamagedFile):
        WrappedUser.from_json(found)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@settings(max_examples=50)
@given(JSON)
def test_any_other_json_is_damaged(found: object) -> None:
    with pytest.raises(DamagedFile):
        WrappedUser.from_json(found)
