"""Receipts in a code: read as made, within a kilobyte, and nothing but our own sentence for any other text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shelterdesk.keys.ed25519 import SigningKey
from shelterdesk.keys.receiptcode import (
    MOST_LINES,
    BadReceiptCode,
    ConfirmedUpto,
    is_receipt_code,
    make_receipt_code,
    read_receipt_code,
)

KEY = SigningKey.new()
LINES = st.lists(
    st.builds(
        ConfirmedUpto,
        st.integers(0, (1 << 63) - 1),
        st.integers(0, (1 << 53) - 1),
        st.integers(0, (1 << 40) - 1),
        st.binary(min_size=16, max_size=16),
    ),
    min_size=1,
    max_size=MOST_LINES,
)


@given(LINES, st.integers(1_600_000_000, 4_000_000_000), st.booleans())
def test_a_code_is_read_as_made(lines: list[ConfirmedUpto], made_s: int, practice: bool) -> None:
    text = make_receipt_code(KEY, 7, made_s, lines, practice)
    assert len(text) <= 1_000 and is_receipt_code(text)
    for typed in (text, f" {text.lower()}\r\n"):
        found = read_receipt_code(typed)
        assert (found.issuer, found.made_s, found.is_practice, list(found.lines)) == (
            7,
            made_s,
            practice,
            lines,
        )
        assert found.is_signed_by(KEY.public) and not found.is_signed_by(SigningKey.new().public)


@given(st.data())
def test_a_changed_code_is_not_signed(data: st.DataObject) -> None:
    text = make_receipt_code(KEY, 7, 1_800_000_000, [ConfirmedUpto(1, 0, 812, bytes(16))], False)
    at = data.draw(st.integers(4, len(text) - 1))
    sign = data.draw(st.sampled_from("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"))
    changed = text[:at] + sign + text[at + 1 :]
    if changed == text:
        return
    try:
        assert not read_receipt_code(changed).is_signed_by(KEY.public)
    except BadReceiptCode:
        return


@given(st.one_of(st.text(), st.text("ABC234=SDR1").map(lambda text: "SDR1" + text)))
def test_any_other_text_is_refused_in_one_sentence(text: str) -> None:
    with pytest.raises(BadReceiptCode):
        read_receipt_code(text)


def test_more_lines_than_a_code_holds_are_not_written() -> None:
    for lines in ([], [ConfirmedUpto(1, 0, 1, bytes(16))] * 16, [ConfirmedUpto(1, 0, 1 << 41, bytes(16))]):
        with pytest.raises(ValueError, match="receipt code"):
            make_receipt_code(KEY, 7, 1_800_000_000, lines, False)
