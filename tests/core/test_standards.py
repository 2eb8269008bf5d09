"""Standards: how a value is held against its target, what is measured, and what is not measured apart from nothing."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shelterdesk.core.standards import (
    Comparison,
    Indicator,
    Measurement,
    SiteFacts,
    Verdict,
    held_against,
    measured,
    share_of,
    standards_of_day,
)
from shelterdesk.core.standards_json import (
    set_from_json,
    set_to_json,
    standards_from_json,
    standards_to_json,
)
from tests.made_sheets import standard_set, toilets, water
from tests.made_sheets import standards_of_day as made_of_day

SETS = json.loads(
    (Path(__file__).parents[2] / "resources/vocabularies/standard_sets.json").read_text("utf-8")
)["sets"]
FACTS = SiteFacts(present=100, usable_places=80, blocks=4)


def verdict(indicator: Indicator, value: float, tolerance: float = 25) -> Verdict:
    return held_against(indicator, Measurement(value, 1, value), tolerance)


@pytest.mark.parametrize(
    ("value", "said"),
    [(50, "meets"), (0, "meets"), (50.5, "worse"), (62.5, "worse"), (62.6, "beyond")],
)
def test_at_most(value: float, said: str) -> None:
    assert verdict(toilets(50), value) == said


@pytest.mark.parametrize(
    ("value", "said"),
    [(15, "meets"), (400, "meets"), (14.9, "worse"), (11.25, "worse"), (11.2, "beyond"), (0, "beyond")],
)
def test_at_least(value: float, said: str) -> None:
    assert verdict(water(), value) == said


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (2, "meets"),
        (5, "meets"),
        (5.1, "worse"),
        (6.25, "worse"),
        (6.3, "beyond"),
        (1.5, "worse"),
        (1, "beyond"),
    ],
)
def test_between(value: float, said: str) -> None:
    stay = replace(toilets(2), comparison=Comparison.BETWEEN, high=5.0)
    assert verdict(stay, value) == said


def test_an_indicator_has_a_tolerance_of_its_own_or_no_target() -> None:
    beds = replace(toilets(100), tolerance=20.0)
    assert [verdict(beds, value) for value in (100, 120, 120.5)] == ["meets", "worse", "beyond"]
    assert verdict(replace(toilets(), comparison=Comparison.NONE, target=None), 9) is Verdict.NO_TARGET
    nobody = replace(toilets(0), code="SQ1")
    assert (verdict(nobody, 0), verdict(nobody, 1)) == ("meets", "beyond")


@given(st.floats(0.01, 1e6), st.floats(0, 1e6), st.floats(0, 1e6), st.floats(0, 100))
def test_worse_never_gets_better_further_off(
    target: float, one: float, other: float, tolerance: float
) -> None:
    order = [Verdict.MEETS, Verdict.WORSE, Verdict.BEYOND]
    near, far = sorted((one, other))
    most, least = toilets(target), replace(water(), target=target)
    assert order.index(verdict(most, near, tolerance)) <= order.index(verdict(most, far, tolerance))
    assert order.index(verdict(least, near, tolerance)) >= order.index(verdict(least, far, tolerance))


def test_none_that_works_is_not_the_same_as_not_measured() -> None:
    none = measured("TO1", replace(FACTS, toilets_f=0, toilets_m=0))
    assert (none.numerator, none.denominator, none.value) == (100, 0, None)
    assert held_against(toilets(), none, 25) is Verdict.BEYOND
    half = measured("TO1", replace(FACTS, toilets_f=4))
    assert (half.value, half.why) == (None, "toilets")
    assert held_against(toilets(), half, 25) is Verdict.NOT_MEASURED
    assert held_against(toilets(), measured("XX9", FACTS), 25) is Verdict.NOT_MEASURED
    empty = replace(FACTS, present=0, toilets_f=0, toilets_m=0, water_litres=0)
    assert held_against(toilets(), measured("TO1", empty), 25) is Verdict.NOT_MEASURED
    assert measured("WS1", empty).why == "nobody"
    assert measured("WS1", replace(FACTS, water_litres=0)).value == 0.0


def test_what_is_measured() -> None:
    facts = replace(
        FACTS,
        covered_m2=420.0,
        toilets_f=6,
        toilets_m=2,
        toilets_accessible=2,
        showers_f=1,
        showers_m=1,
        taps=1,
        water_litres=1_600,
        days_here=(9.0, 1.0, 3.0, 2.0),
        registered=19,
        arrived=20,
    )
    told = {
        code: measured(code, facts).value
        for code in ("SP1", "TO1", "TO2", "TO4", "SH1", "WS1", "WS2", "OC1", "RG1")
    }
    assert told == {
        "SP1": 4.2, "TO1": 12.5, "TO2": 3.0, "TO4": 0.5, "SH1": 50.0, "WS1": 16.0, "WS2": 100.0, "OC1": 125.0,
        "RG1": 95.0,
    }  # fmt: skip
    assert (measured("ST1", facts).value, measured("ST1P", facts).value) == (2.0, 9.0)
    assert measured("ST1", facts).denominator == 4


@given(st.lists(st.floats(0, 1e4), min_size=1), st.integers(1, 100))
def test_so_many_do_not_pass_a_share(values: list[float], percent: int) -> None:
    ordered = sorted(values)
    found = share_of(ordered, percent)
    assert found is not None
    assert sum(one <= found for one in ordered) * 100 >= percent * len(ordered)
    assert sum(one < found for one in ordered) * 100 < percent * len(ordered)


@pytest.mark.parametrize("document", SETS, ids=lambda one: one["code"])
def test_the_sets_that_come_with_the_program(document: dict[str, object]) -> None:
    found = set_from_json(document)
    assert set_from_json(set_to_json(found)) == found
    for line in found.indicators:
        assert line.source and line.what_in("es") != line.what_in("en")
        assert line.unit_in("xx") == line.unit["en"]
    assert {"SP1", "WS1", "TO1", "OC1", "ST1", "RG1"} <= {line.code for line in found.indicators}
    day = standards_of_day(found, FACTS)
    assert standards_from_json(standards_to_json(day)) == day
    assert [one.indicator.code for one in day.measured] == ["OC1"]


def test_a_day_comes_back_as_it_was() -> None:
    assert standards_from_json(json.loads(json.dumps(standards_to_json(made_of_day())))) == made_of_day()


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"comparison": "about"}, "TO1: comparison"),
        ({"target": None}, "TO1: target"),
        ({"target": float("nan")}, "TO1"),
        ({"target": True}, "TO1"),
        ({"high": 3}, "TO1: high"),
        ({"tolerance": -1}, "TO1: tolerance"),
        ({"source": " "}, "source"),
        ({"verified": "yes"}, "TO1: verified"),
        ({"what_en": ""}, "what_en"),
        ({"code": "WS1"}, "indicators: a code twice"),
    ],
)
def test_a_set_that_cannot_be(change: dict[str, object], named: str) -> None:
    document = set_to_json(standard_set())
    lines = document["indicators"]
    assert isinstance(lines, list)
    lines[0].update(change)
    with pytest.raises(ValueError, match=named):
        set_from_json(document)
