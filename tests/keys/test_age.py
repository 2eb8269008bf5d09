"""Sealing to recipients: whole or nothing, and the same format as the age program."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from shelterdesk.core.errors import DamagedFile
from shelterdesk.keys import age, bech32
from shelterdesk.keys.age import NotForUs

US = age.derived(bytes(range(32)))
THEM = age.derived(bytes(range(1, 33)))
SEALED = age.encrypt(b"a line\n" * 20_000, [US.recipient])


def test_the_age_program_opens_what_is_sealed_here(tmp_path: Path) -> None:
    (tmp_path / "key").write_text(THEM.identity + "\n")
    data = b"ten thousand people\n" * 5_000
    sealed = age.encrypt(data, [US.recipient, THEM.recipient])
    opened = subprocess.run(
        ["age", "-d", "-i", "key"], input=sealed, cwd=tmp_path, capture_output=True, check=True
    )
    assert opened.stdout == data


def test_what_the_age_program_sealed_is_opened_here() -> None:
    sealed = subprocess.run(
        ["age", "-r", US.recipient], input=b"\0\1\2 hello", capture_output=True, check=True
    ).stdout
    assert age.decrypt(sealed, [THEM.identity, US.identity]) == b"\0\1\2 hello"
    with pytest.raises(NotForUs):
        age.decrypt(sealed, [THEM.identity])


def test_another_key_and_no_key_do_not_open() -> None:
    for identities in ([THEM.identity], []):
        with pytest.raises(NotForUs):
            age.decrypt(SEALED, identities)


@pytest.mark.parametrize("length", [0, 1, 50, 200, 65_000, -1])
def test_a_cut_file_is_damaged(length: int) -> None:
    length %= len(SEALED)
    with pytest.raises((DamagedFile, NotForUs)):
        age.decrypt(SEALED[:length], [US.identity])


def test_a_file_with_something_behind_it_is_damaged() -> None:
    with pytest.raises(DamagedFile, match="part 3"):
        age.decrypt(SEALED + b"\0", [US.identity], "part 3")


@given(st.integers(0, len(SEALED) - 1), st.integers(1, 255))
def test_a_flipped_byte_anywhere_opens_nothing(place: int, flip: int) -> None:
    changed = SEALED[:place] + bytes([SEALED[place] ^ flip]) + SEALED[place + 1 :]
    with pytest.raises((DamagedFile, NotForUs)):
        age.decrypt(changed, [US.identity])


@given(st.binary())
def test_no_bytes_raise_anything_of_the_library(data: bytes) -> None:
    for prefix in (b"", b"age-encryption.org/v1\n", b"age-encryption.org/v1\n-> scrypt AAAA 30\nAAAA\n--- "):
        with pytest.raises((DamagedFile, NotForUs)):
            age.decrypt(prefix + data, [US.identity])


@given(st.text())
def test_a_text_that_is_no_key_is_damaged(text: str) -> None:
    with pytest.raises(DamagedFile):
        age.key_of(text)
    with pytest.raises(DamagedFile):
        age.encrypt(b"", [text])
    with pytest.raises(DamagedFile):
        age.decrypt(SEALED, [text])
    assert not age.is_recipient(text)


def test_sealing_to_nobody_is_a_bug() -> None:
    with pytest.raises(ValueError, match="recipient"):
        age.encrypt(b"", [])


@given(st.binary(min_size=32, max_size=32))
def test_a_derived_key_is_the_one_of_its_scalar(scalar: bytes) -> None:
    key = age.derived(scalar)
    public = X25519PrivateKey.from_private_bytes(scalar).public_key().public_bytes_raw()
    assert key.recipient == bech32.encoded("age", public)
    assert key.identity == bech32.encoded("age-secret-key-", scalar).upper()
    assert age.is_recipient(key.recipient)
    assert not age.is_recipient(key.recipient.upper())


def test_bech32_agrees_with_the_specification() -> None:
    # BIP 173, test vectors; the second has data of 48 five-bit groups, 30 bytes
    assert bech32.encoded("a", b"") == "a12uel5l"
    assert bech32.encoded(
        "split", bytes.fromhex("c5f38b70305f519bf66d85fb6cf03058f3dde463ecd7918f2dc743918f2d")
    ) == ("split1checkupstagehandshakeupstreamerranterredcaperred2y9e3w")


def test_every_new_key_is_another_and_hides_its_secret() -> None:
    first, second = age.new_identity(), age.new_identity()
    assert first != second
    assert first.identity.startswith("AGE-SECRET-KEY-1")
    assert "SECRET" not in repr(first)


def test_a_derived_key_needs_32_bytes() -> None:
    with pytest.raises(ValueError, match="32"):
        age.derived(b"short")
