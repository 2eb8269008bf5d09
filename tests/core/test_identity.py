"""Entity ids: version and variant as the standard has them, in the order asked for, whatever the clock does."""

from __future__ import annotations

import uuid

from hypothesis import given
from hypothesis import strategies as st

from shelterdesk.core.identity import EntityOrder, new_entity


@given(st.integers(0, (1 << 48) - 1), st.binary(min_size=10, max_size=10))
def test_an_id_is_a_uuid_of_version_seven(ms: int, randomness: bytes) -> None:
    made = uuid.UUID(bytes=new_entity(ms, randomness))
    assert made.version == 7 and made.variant == uuid.RFC_4122 and made.int >> 80 == ms


@given(st.lists(st.integers(0, 5), min_size=2, max_size=60))
def test_ids_come_in_the_order_asked_for(clock: list[int]) -> None:
    order = EntityOrder()
    made = [order.next(ms, bytes(10)) for ms in clock for _ in range(90)]
    assert made == sorted(made) and len(set(made)) == len(made)
