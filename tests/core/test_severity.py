"""The rule of the two severities: what differs a little, what differs gravely, and what comes first."""

from __future__ import annotations

import json
from typing import Any

import pytest

from shelterdesk.core.kinds import CARRIERS, KIND_NAMES, LOGGED, VOID
from shelterdesk.core.severity import (
    RANKS,
    TRIFLES,
    FieldClass,
    Severity,
    field_class,
    is_protected,
    of_rank,
    rank,
    severity,
    severity_of_void,
)
from shelterdesk.core.vocabulary import Confidentiality


def grave(kind: str, name: str, *values: Any) -> Severity:
    one = KIND_NAMES[kind]
    return severity(one.number, one.field(name).number, [json.dumps(value).encode() for value in values])


@pytest.mark.parametrize(
    ("kind", "field", "values"),
    [
        ("person", "surnames", ("Pérez", "Peres")),
        ("person", "birth", ("1990", "1991")),
        ("person", "birth", ("1990", "1990-03")),
        ("person", "sex", ("F", "M")),
        ("person", "sex", ("F", {"missing": "refused"})),
        ("person", "nationality", (["VEN"], ["COL"])),
        ("travel_document", "document_number", ("A123", "A124")),
        ("membership", "household", ("0" * 32, "1" * 32)),
        ("stay", "place", ("0" * 32, "1" * 32)),
        ("card", "person", ("0" * 32, "1" * 32)),
        ("flag", "instruction", ("call protection", "call the police")),
        ("flag", "to_at", (None, "2026-11-23T08:00:00-05:00[America/Panama]")),
        ("relation", "relation", ("FTH", "UNCLE")),
    ],
)
def test_who_somebody_is_where_and_what_protects_them_is_a_conflict(
    kind: str, field: str, values: tuple[Any, ...]
) -> None:
    assert grave(kind, field, *values) is Severity.CONFLICT


@pytest.mark.parametrize(
    ("kind", "field", "values"),
    [
        ("person", "note", ("limps", "walks with a stick")),
        ("person", "occupation", ("baker", "cook")),
        ("person", "surnames", ("PEREZ ", "Pérez")),
        ("person", "given", ("Ana  María", "ana maria", "ANA MARÍA")),
        ("person", "nationality", (["VEN", "COL"], ["COL", "VEN"])),
        ("person", "sex", ("F", {"missing": "not_asked"})),
        ("travel_document", "document_number", ("A 12-34", "a1234")),
        ("stay", "end_reason", ("LEFT_BUS", "LEFT_OTHER")),
    ],
)
def test_a_trifle_or_another_spelling_is_a_parallel_change(
    kind: str, field: str, values: tuple[Any, ...]
) -> None:
    assert grave(kind, field, *values) is Severity.PARALLEL


def test_two_names_that_have_no_letters_to_compare_are_a_conflict() -> None:
    assert grave("person", "given", "–", "…") is Severity.CONFLICT
    assert grave("person", "surnames", "", "Pérez") is Severity.CONFLICT


def test_a_field_or_kind_of_a_newer_program_is_a_conflict() -> None:
    assert severity(4, 9_999, [b'"a"', b'"A"']) is Severity.PARALLEL, (
        "another spelling is one, whatever it says"
    )
    assert severity(4, 9_999, [b'"a"', b'"b"']) is Severity.CONFLICT
    assert severity(9_999, 2, [b"1", b"2"]) is Severity.CONFLICT


def test_sealed_versions_are_conflicts_whatever_their_letters() -> None:
    for carrier in CARRIERS.values():
        assert severity(carrier.number, 2, [b'"x"', b'"X"']) is Severity.CONFLICT


def test_void_against_an_edit() -> None:
    person = KIND_NAMES["person"]
    note, sex = person.field("note").number, person.field("sex").number
    assert severity_of_void(person.number, {"twice"}, [sex]) is Severity.CONFLICT
    assert severity_of_void(person.number, {"twice"}, [note]) is Severity.PARALLEL
    assert severity_of_void(person.number, {"twice"}, [note, sex]) is Severity.CONFLICT
    assert severity_of_void(person.number, {"twice", "wrong boat"}, []) is Severity.PARALLEL
    assert severity_of_void(person.number, {"twice", None}, []) is Severity.CONFLICT


def test_identity_comes_first_then_health_then_protection_and_every_conflict_before_parallel_changes() -> (
    None
):
    def place(kind: str, name: str) -> FieldClass:
        one = KIND_NAMES[kind]
        return field_class(one.number, one.field(name).number)

    order = [
        place("person", "birth"), place("sealed_health", "sealed"), place("flag", "instruction"),
        place("membership", "household"), place("stay", "place"), place("person", "note"),
    ]  # fmt: skip
    assert order == sorted(order) == list(FieldClass)
    ranks = [rank(severity, about) for severity in Severity for about in FieldClass]
    assert ranks == sorted(ranks)
    assert all(of_rank(one) == (Severity(one // RANKS), FieldClass(one % RANKS)) for one in ranks)


def test_every_trifle_is_a_field_there_is_and_none_of_them_protects() -> None:
    for kind, fields in TRIFLES.items():
        assert fields <= {field.name for field in KIND_NAMES[kind].fields if field.number != VOID}
    assert "flag" not in TRIFLES and Confidentiality.PROTECTION in CARRIERS
    protected = {kind.name for kind in LOGGED if is_protected(kind.number)}
    assert protected == {"flag", "relation", "consent", "sealed_protection"}
