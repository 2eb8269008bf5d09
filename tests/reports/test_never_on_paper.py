"""What may never be on paper: asked of every report there is, found by walking what its functions take."""

from __future__ import annotations

import ast
import inspect
import pkgutil
import typing
from collections.abc import Iterator
from dataclasses import dataclass, fields, is_dataclass
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

import shelterdesk.reports
from shelterdesk.core.kinds import KINDS
from shelterdesk.core.paper_rules import (
    MAY_ON_PAPER,
    NEVER_CLASSES,
    NEVER_ON_PAPER,
    forbidden_on_paper,
    refused_on_paper,
)
from shelterdesk.core.vocabulary import Confidentiality

MODULES = sorted(one.name for one in pkgutil.iter_modules(shelterdesk.reports.__path__))


def module_named(name: str) -> ModuleType:
    """A module of the reports."""
    return import_module(f"shelterdesk.reports.{name}")


def names_known(module: ModuleType) -> dict[str, Any]:
    """The names of a module with those it imports for the type checker alone."""
    known = dict(vars(module))
    source = Path(str(module.__file__)).read_text("utf-8")
    for node in ast.parse(source).body:
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test):
            exec(compile(ast.Module(node.body, []), str(module.__file__), "exec"), known)
    return known


def doors(module: ModuleType) -> Iterator[tuple[str, Any]]:
    """The functions others call: of the module, and of its classes the makers and methods."""
    for name, thing in vars(module).items():
        if getattr(thing, "__module__", None) != module.__name__ or name.startswith("_"):
            continue
        if inspect.isfunction(thing):
            yield name, thing
        elif inspect.isclass(thing) and not is_dataclass(thing):
            for inner, method in vars(thing).items():
                if inspect.isfunction(method) and (inner == "__init__" or not inner.startswith("_")):
                    yield f"{name}.{inner}", method


def dataclasses_in(hint: Any, seen: set[type]) -> None:
    """Gather every dataclass a type holds, however deep: in lists, unions, mappings and its own fields."""
    for part in typing.get_args(hint):
        dataclasses_in(part, seen)
    if isinstance(hint, type) and is_dataclass(hint) and hint not in seen:
        seen.add(hint)
        hints = typing.get_type_hints(hint, names_known(import_module(hint.__module__)))
        for one in fields(hint):
            dataclasses_in(hints[one.name], seen)


def taken_by(module: ModuleType) -> tuple[set[type], list[tuple[str, str]]]:
    """The dataclasses that the doors of a report take, and the names of what they take: (door, parameter)."""
    seen: set[type] = set()
    said = []
    known = names_known(module)
    for name, door in doors(module):
        hints = typing.get_type_hints(door, known)
        for parameter in inspect.signature(door).parameters:
            said.append((name, parameter))
            dataclasses_in(hints.get(parameter), seen)
    for thing in vars(module).values():  # dataclasses of the report itself are what it is made of
        if isinstance(thing, type) and is_dataclass(thing) and thing.__module__ == module.__name__:
            dataclasses_in(thing, seen)
    return seen, said


@pytest.mark.parametrize("name", MODULES)
def test_no_report_takes_what_may_not_stand_on_paper(name: str) -> None:
    taken, parameters = taken_by(module_named(name))
    refused = {
        f"{one.__name__}.{field.name}": why
        for one in taken
        for field in fields(one)
        if (why := refused_on_paper(one.__name__, field.name)) is not None
    }
    refused |= {
        f"{door}({parameter})": why
        for door, parameter in parameters
        if (why := refused_on_paper(door, parameter)) is not None
    }
    assert not refused, "leave it out, or name it with its reason in core/paper_rules.MAY_ON_PAPER"


def test_the_walk_finds_what_reports_are_made_of() -> None:
    found = {one.__name__ for name in MODULES for one in taken_by(module_named(name))[0]}
    assert {
        "LodgingCard",
        "Wristband",
        "DailySheet",
        "NationalityCount",
        "MatrixRow",
        "RecoverySheet",
    } <= found


def test_every_exception_is_of_something_on_paper_and_has_a_reason() -> None:
    taken = {(one.__name__, field.name) for name in MODULES
             for one in taken_by(module_named(name))[0] for field in fields(one)}  # fmt: skip
    doors_too = {one for name in MODULES for one in taken_by(module_named(name))[1]}
    for (holder, field), why in MAY_ON_PAPER.items():
        assert (holder, field) in taken | doors_too, (
            f"{holder}.{field} is on no paper: take the exception out"
        )
        assert forbidden_on_paper(field), f"{field} needs no exception"
        assert len(why.split()) > 3


@dataclass(frozen=True)
class _Innermost:
    has_hiv: bool


@dataclass(frozen=True)
class _Outer:
    lines: tuple[dict[str, list[_Innermost | None]], ...]


def test_the_walk_goes_to_the_bottom() -> None:
    seen: set[type] = set()
    dataclasses_in(list[_Outer] | None, seen)
    assert seen == {_Outer, _Innermost}
    assert refused_on_paper("_Innermost", "has_hiv") == "illness"


def test_every_sealed_class_is_never_on_paper() -> None:
    assert NEVER_CLASSES == set(Confidentiality) - {Confidentiality.OPEN}


@pytest.mark.parametrize(
    ("kind", "field"),
    [
        ("travel_document", "document_number"), ("travel_document", "mrz"), ("person", "photo"),
        ("person", "nationality"), ("bed_need", "bed_need"), ("place", "quarter"), ("station", "address"),
        ("intake_answers", "pregnant"), ("intake_answers", "child_alone"), ("intake_answers", "feels_unsafe"),
        ("intake_answers", "mobility"), ("screening", "findings"), ("child_status", "carer"),
        ("contact", "contact"), ("screening", "temperature_c"),
    ],
)  # fmt: skip
def test_fields_of_the_records_that_are_forbidden(kind: str, field: str) -> None:
    assert next(one for one in KINDS.values() if one.name == kind).field(field)
    assert forbidden_on_paper(field) in NEVER_ON_PAPER


@pytest.mark.parametrize(
    ("field", "why"),
    [
        ("documents", "document"), ("passports", "document"), ("illnesses", "illness"), ("diagnoses", "illness"),
        ("has_disabilities", "disability"), ("quarters", "kind of quarter"), ("addresses", "contact"),
        ("citizenships", "nationality"), ("ethnicities", "belief and origin"), ("photos", "photo"),
    ],
)  # fmt: skip
def test_several_are_forbidden_like_one(field: str, why: str) -> None:
    assert forbidden_on_paper(field) == why


@pytest.mark.parametrize("field", ["beds", "lines", "notes", "series", "status", "services", "stays"])
def test_other_words_with_an_s_may(field: str) -> None:
    assert forbidden_on_paper(field) is None


@pytest.mark.parametrize("field", ["number", "first_name", "bed_code", "group_size", "station_name", "given"])
def test_fields_that_may(field: str) -> None:
    assert forbidden_on_paper(field) is None
