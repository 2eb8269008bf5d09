"""``conflicts`` and ``settle``: the same list and the same choice as in the window."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from shelterdesk.actions.clock import SetClock
from shelterdesk.actions.desk import Desk
from shelterdesk.core.kinds import PERSON
from tests.actions.at_site import hear, person, second_desk
from tests.cli.conftest import Run


@pytest.fixture
def apart(desk: Desk, tmp_path: Path, clock: SetClock) -> Iterator[str]:
    """A person of whom two desks wrote two birth dates and two notes."""
    other = second_desk(desk, tmp_path / "other")
    ent, _ = person(desk, "Ana", surnames="Pérez")
    hear(other, desk)
    for one, born, note in ((desk, "1990", "limps"), (other, "1991", "tired")):
        clock.forward(timedelta(minutes=5))
        with one.store.write(one.user) as event:
            event.set(PERSON, ent, "birth", born)
            event.set(PERSON, ent, "note", note)
    hear(desk, other)
    other.store.close()
    yield ent


def listed(run: Run) -> list[dict[str, Any]]:
    """What ``conflicts --json`` prints."""
    status, out, _ = run("conflicts", "--json")
    assert status == 0
    return [json.loads(line) for line in out.splitlines()]


def test_the_list_says_who_wrote_what_where_and_when(run: Run, apart: str) -> None:
    birth, note = listed(run)
    assert (birth["id"], birth["kind"], birth["field"]) == (apart, "person", "birth")
    assert (birth["severity"], birth["about"], note["severity"]) == ("conflict", "identity", "parallel")
    assert birth["name"] == "Pérez, Ana" and birth["number"].startswith("LB1-")
    assert birth["answers"] == [
        {
            "take": 1, "value": "1991", "shown": True,
            "by": [{"user": "admin", "desk": "LB1A", "at": "2026-11-23T08:10:00-05:00[America/Panama]"}],
        },
        {
            "take": 2, "value": "1990", "shown": False,
            "by": [{"user": "admin", "desk": "LB1", "at": "2026-11-23T08:05:00-05:00[America/Panama]"}],
        },
    ]  # fmt: skip
    status, out, _ = run("conflicts")
    assert status == 0 and f"conflict · {birth['number']} · Pérez, Ana · {apart} birth" in out
    assert "  1. Born: 1991, year only (shown now) · admin, LB1A, 08:10\n" in out
    assert "America/Panama" not in out and "T08" not in out


def test_a_number_of_the_list_settles_it_and_a_value_too(run: Run, apart: str) -> None:
    assert json.loads(run("status", "--json")[1])["conflicts"] == 2
    status, out, said = run("settle", apart, "birth", "--take", "2")
    assert (status, out) == (0, "")
    assert "Pérez, Ana · Born: 1990, year only (in the history: 1991, year only)." in said.splitlines()[0]
    assert said.splitlines()[1].endswith(f"settle {apart} birth --kind person --undo")
    assert run("settle", apart, "note", "--value", '"limps, tired"', "--kind", "person")[0] == 0
    assert listed(run) == [] and json.loads(run("status", "--json")[1])["conflicts"] == 0
    plain = json.loads(run("person", "show", apart, "--json")[1])
    assert (plain["birth"], plain["note"], plain["conflicts"]) == ("1990", "limps, tired", [])
    assert (
        run("conflicts")[1]
        == "Nothing was written apart. What was done twice stands in the window: Exchange, Done twice.\n"
    )


@pytest.mark.parametrize(
    ("words", "status", "said"),
    [
        (("birth",), 2, "--take N or --value"),
        (("birth", "--take", "1", "--undo"), 2, "--take N or --value"),
        (("birth", "--undo"), 1, "A choice about"),
        (("birth", "--take", "1", "--value", "1"), 2, "--take N or --value"),
        (("birth", "--value", "1990"), 1, "birth"),
        (("birth", "--value", "{"), 2, "no JSON"),
        (("birth", "--value", '"1990-13"'), 1, "13"),
        (("birth", "--take", "3"), 1, "There is no answer 3. There are 2."),
        (("birth", "--take", "0"), 1, "There is no answer 0."),
        (("given", "--take", "1"), 1, "The list of conflicts says which there are."),
        (("birth", "--take", "1", "--kind", "stay"), 1, "The list of conflicts says which there are."),
    ],
)
def test_what_cannot_be_is_said_and_settles_nothing(
    run: Run, apart: str, words: tuple[str, ...], status: int, said: str
) -> None:
    found, _, err = run("settle", apart, *words)
    assert found == status and said in err and len(err.strip().splitlines()) == 1
    assert len(listed(run)) == 2


def test_what_the_list_prints_is_taken_and_the_choice_goes_back(run: Run, apart: str) -> None:
    """By the number and the words of the field; then everything stands as before."""
    before = listed(run)
    number = before[0]["number"]
    assert run("settle", number.lower(), "Born", "--take", "2")[0] == 0
    assert [one["field"] for one in listed(run)] == ["note"]
    status, _, said = run("settle", apart, "birth", "--undo")
    assert status == 0 and "Taken back" in said
    assert listed(run) == before
    status, _, said = run("settle", apart, "birth", "--undo")
    assert status == 1 and "A choice about" in said
    assert run("settle", number, "Born", "--take", "2")[0] == 0
    back = run("settle", number, "note", "--value", '"both"')[2].splitlines()[1].partition(": ")[2].split()
    assert run(*back)[0] == 0 and [one["field"] for one in listed(run)] == ["note"]


def test_a_choice_that_somebody_built_on_is_not_taken_back(run: Run, apart: str, desk: Desk) -> None:
    assert run("settle", apart, "birth", "--take", "2")[0] == 0
    with desk.store.write(desk.user) as event:
        event.set(PERSON, apart, "birth", "1992")
    status, _, said = run("settle", apart, "birth", "--undo")
    assert status == 1 and "A choice about" in said
    assert json.loads(run("person", "show", apart, "--json")[1])["birth"] == "1992"


def test_an_id_that_is_none_and_a_role_that_may_not(run: Run, apart: str) -> None:
    for ent in ("xyz", "f" * 32, "ü" * 32):
        assert run("settle", ent, "birth", "--take", "1")[0] == 1
    status, _, err = run("conflicts", user="counter")
    assert status == 1 and "Your role cannot choose between what two desks wrote." in err
    assert run("settle", apart, "birth", "--take", "1", user="counter")[0] == 1
    assert run("settle", apart, "birth", "--take", "1", user="operator")[0] == 0
