"""The field registry only grows: a number once given keeps its name, its type and its class (SYNC §1.9)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from shelterdesk.core.kinds import CARRIERS, KIND_NAMES, KINDS, LOGGED, VOID, FieldType
from shelterdesk.core.vocabulary import Confidentiality

GIVEN: dict[str, Any] = json.loads(Path(__file__).with_name("registry.json").read_text("utf-8"))
"""Every number given so far. New ones are added here by hand, none is ever changed or taken out."""


@pytest.mark.parametrize("number", [str(number) for number in sorted(int(number) for number in GIVEN)])
def test_a_number_once_given_keeps_its_meaning(number: str) -> None:
    kind, given = KINDS[int(number)], GIVEN[number]
    assert (kind.name, kind.confidentiality.value) == (given["name"], given["confidentiality"])
    held = {str(field.number): [field.name, field.type.value] for field in kind.fields}
    assert {n: held.get(n) for n in given["fields"]} == given["fields"]


def test_every_number_in_use_is_written_down() -> None:
    used = {(n, f.number) for n, kind in KINDS.items() for f in kind.fields}
    assert used == {(int(n), int(f)) for n, kind in GIVEN.items() for f in kind["fields"]}


def test_names_are_as_unique_as_numbers() -> None:
    assert len(KIND_NAMES) == len(KINDS)
    for kind in KINDS.values():
        assert len({field.name for field in kind.fields}) == len(kind.fields)
        assert kind.numbered(VOID) is not None and all(field.number > 0 for field in kind.fields)


def test_what_is_sealed_travels_in_a_carrier_alone() -> None:
    sealed = [kind for kind in KINDS.values() if kind.is_sealed]
    assert sealed and not set(sealed) & set(LOGGED)
    assert set(CARRIERS) == {kind.confidentiality for kind in sealed}
    for carrier in CARRIERS.values():
        assert carrier.confidentiality is Confidentiality.OPEN
        assert [f.type for f in carrier.fields if f.type is FieldType.SEALED] == [FieldType.SEALED]
