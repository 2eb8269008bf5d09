"""Signed statements and chain heads: one way to write them, one key and one purpose each."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shelterdesk.core.errors import DamagedFile
from shelterdesk.keys import signing, sshsig
from shelterdesk.keys.ed25519 import SigningKey
from shelterdesk.keys.signing import STATEMENT
from shelterdesk.keys.sshsig import BadSignature

KEY = SigningKey(bytes(range(32)))
OTHER = SigningKey(bytes(32))
REVOKED = {"kind": "revoked_cards", "number": 7, "cards": [["0a1b2c3d4e5f", 42]], "note": "ñandú", "by": None}

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | st.text(st.characters(codec="utf-8")),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text(st.characters(codec="utf-8")), inner, max_size=3)
    ),
    max_leaves=6,
).map(lambda value: {"value": value})


def _levels(value: object) -> int:
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else None
    return 0 if inner is None else 1 + max((_levels(one) for one in inner), default=0)


@given(VALUES.filter(lambda value: _levels(value) <= signing.DEEPEST))
def test_a_statement_comes_back_as_it_was_signed(members: dict[str, object]) -> None:
    signed = signing.sign_statement(KEY, members)
    found = signing.verify_statement(signed.body, signed.signature, {KEY.public})
    assert found.members == members
    assert found.signer == KEY.public
    shuffled = dict(reversed(list(members.items())))
    assert signing.canonical(shuffled) == signed.body


def test_the_form_is_the_one_written_down() -> None:
    assert signing.canonical({"b": [1, True, None], "a": "é\n", "B": {}}) == (
        '{"B":{},"a":"é\\n","b":[1,true,null]}'.encode()
    )


def test_openssh_verifies_a_statement(tmp_path: Path) -> None:
    signed = signing.sign_statement(KEY, REVOKED)
    (tmp_path / "allowed").write_text(sshsig.allowed_signers_line("office", KEY.public, [STATEMENT]))
    (tmp_path / "x.sig").write_text(signed.signature)
    command = ["ssh-keygen", "-Y", "verify", "-f", "allowed", "-I", "office", "-n", STATEMENT, "-s", "x.sig"]
    for body, good in ((signed.body, True), (signed.body + b" ", False)):
        ended = subprocess.run(command, input=body, cwd=tmp_path, capture_output=True, check=False)
        assert (ended.returncode == 0) is good


def test_another_signer_byte_or_purpose_is_refused() -> None:
    signed = signing.sign_statement(KEY, REVOKED)
    with pytest.raises(BadSignature, match=r"roster-7\.json"):
        signing.verify_statement(signed.body, signed.signature, {OTHER.public}, "roster-7.json")
    with pytest.raises(BadSignature):
        signing.verify_statement(signed.body.replace(b"42", b"43"), signed.signature, {KEY.public})
    with pytest.raises(BadSignature):
        signing.verify_statement(signed.body, sshsig.sign(KEY, signed.body, sshsig.BUNDLE), {KEY.public})


@pytest.mark.parametrize(
    "body",
    [
        b'{"a":1,"a":2}',
        b'{"a": 1}',
        b'{"b":1,"a":1}',
        b'{"a":1.5}',
        b'{"a":NaN}',
        b'{"a":"\\u00e9"}',
        b'{"a":"\\ud800"}',
        b'{"a":1}\n',
        b"[]",
        b"",
        b"\xff",
        b'{"a":99999999999999999999}',
        b'{"a":' + b"9" * 5_000 + b"}",
        b'{"a":' * 9 + b"1" + b"}" * 9,
        b"[" * 100_000,
    ],
)
def test_a_second_spelling_is_damaged_even_when_signed(body: bytes) -> None:
    with pytest.raises(DamagedFile):
        signing.verify_statement(body, sshsig.sign(KEY, body, STATEMENT), {KEY.public})


@given(st.binary(max_size=60))
def test_no_signed_bytes_raise_anything_else(body: bytes) -> None:
    signature = sshsig.sign(KEY, body, STATEMENT)
    try:
        found = signing.verify_statement(body, signature, {KEY.public})
    except DamagedFile:
        return
    assert json.loads(body) == found.members


@pytest.mark.parametrize("value", [1.5, 2**63, -(2**63) - 1, {1: 2}, b"x", {"a", "b"}, "\ud800"])
def test_what_has_no_one_form_is_a_bug(value: object) -> None:
    with pytest.raises(ValueError, match=r"form|wide|text|surrogates"):
        signing.sign_statement(KEY, {"value": value})


def test_eight_levels_and_no_more() -> None:
    nested: dict[str, object] = {"deep": 1}
    for _ in range(7):
        nested = {"deep": nested}
    assert signing.canonical(nested)
    with pytest.raises(ValueError, match="deep"):
        signing.canonical({"deep": nested})


def test_an_endless_statement_is_neither_made_nor_read() -> None:
    with pytest.raises(ValueError, match="long"):
        signing.sign_statement(KEY, {"a": "x" * signing.LONGEST_STATEMENT})
    with pytest.raises(DamagedFile, match="long"):
        signing.verify_statement(bytes(signing.LONGEST_STATEMENT + 1), "", {KEY.public})


NUMBERS = st.integers(0, 2**63 - 1)
CHAINS = st.binary(min_size=32, max_size=32)


@given(NUMBERS, NUMBERS, CHAINS)
def test_a_chain_head_is_signed_for_its_place(epoch: int, seq: int, chain: bytes) -> None:
    signature = signing.sign_chain_head(KEY, epoch, seq, chain)
    assert len(signature) == 64
    assert signing.is_chain_head(KEY.public, epoch, seq, chain, signature)
    assert not signing.is_chain_head(KEY.public, epoch ^ 1, seq, chain, signature)
    assert not signing.is_chain_head(KEY.public, epoch, seq ^ 1, chain, signature)
    assert (
        not signing.is_chain_head(KEY.public, epoch, seq, chain[::-1] + b"", signature)
        or chain == chain[::-1]
    )
    assert not signing.is_chain_head(OTHER.public, epoch, seq, chain, signature)
    assert not signing.is_chain_head(KEY.public, epoch, seq, chain, signature[:-1])


def test_what_cannot_be_a_chain_head() -> None:
    for epoch, seq, chain in ((-1, 0, bytes(32)), (0, 2**63, bytes(32)), (0, 0, bytes(31))):
        assert not signing.is_chain_head(KEY.public, epoch, seq, chain, bytes(64))
        with pytest.raises(ValueError, match="chain head"):
            signing.sign_chain_head(KEY, epoch, seq, chain)
