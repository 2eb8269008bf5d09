"""The code of a listening desk: read as it was shown, and every slip of the hand found."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shelterdesk.core.table_code import BadTableCode, TableCode, is_table_code, read_table_code

CODES = st.builds(
    TableCode,
    st.ip_addresses(v=4).map(str),
    st.integers(1, 65_535),
    st.binary(min_size=9, max_size=9),
)


@given(CODES)
def test_a_code_is_read_as_shown_and_as_scanned(code: TableCode) -> None:
    assert read_table_code(str(code)) == code
    assert read_table_code(code.scanned) == code
    assert read_table_code(f"  {str(code).lower().replace('-', ' ')} ") == code
    assert is_table_code(code.scanned) and len(str(code)) == 29


@given(CODES)
def test_signs_that_look_like_others_are_taken_for_them(code: TableCode) -> None:
    body, check = code.signs[:-1], code.signs[-1]
    assert read_table_code(body.translate(str.maketrans("OIB", "018")) + check) == code


@given(CODES, st.integers(0, 24), st.sampled_from("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"))
def test_one_wrong_sign_is_found(code: TableCode, at: int, sign: str) -> None:
    signs = code.signs
    if signs[at] == sign:
        return
    with pytest.raises(BadTableCode):
        read_table_code(signs[:at] + sign + signs[at + 1 :])


@given(st.text(max_size=40))
def test_any_other_text_is_refused(text: str) -> None:
    try:
        found = read_table_code(text)
    except BadTableCode:
        return
    assert read_table_code(str(found)) == found


def test_a_port_of_zero_is_none() -> None:
    with pytest.raises(BadTableCode):
        read_table_code(str(TableCode("127.0.0.1", 0, bytes(9))))
