"""A name from the right stands among words from the left without turning them."""

from __future__ import annotations

import pytest
from bidi import get_display

from shelterdesk.core.people import isolated


@pytest.mark.parametrize("name", ["محمد المصري", "שרה", "محمد Ali"])
def test_numbers_beside_such_a_name_keep_their_side(name: str) -> None:
    assert get_display(f"{isolated(name)}, 5 people").rstrip("\u2069").endswith(", 5 people")
    assert isolated(name)[1:-1] == name


def test_other_names_are_left_as_they_are() -> None:
    for name in ("Ana", "Шевченко", "王小明", "አበበ", ""):
        assert isolated(name) == name
