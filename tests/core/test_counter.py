"""The rule at the counter: once a day, so long apart, one instead of another; the same answer on every desk."""

from __future__ import annotations

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from shelterdesk.core.counter import Held, Received, ServiceRule, Verdict, doubles, held_back, may_receive

DAY, NEXT = date(2026, 11, 23), date(2026, 11, 24)
HOUR = 3_600_000
ENDS = 40 * HOUR
LUNCH = ServiceRule("LUNCH", {"es": "Almuerzo", "en": "Lunch"}, "meal", per_day=1, from_hour=11, to_hour=16)
IFTAR = ServiceRule("IFTAR", {}, "meal", per_day=1, excludes=frozenset({"LUNCH"}))
SOAP = ServiceRule("SOAP", {}, "item", min_interval_minutes=60 * 24 * 7)
RULES = {rule.code: rule for rule in (LUNCH, IFTAR, SOAP)}


def had(service: str, hour: float, day: date = DAY, ent: str = "a", reason: bool = False) -> Received:
    return Received(ent, service, int(hour * HOUR), day, "LB1", reason)


def test_once_a_day_and_until_when() -> None:
    assert may_receive(LUNCH, [], 18 * HOUR, DAY, ENDS).is_free
    said = may_receive(LUNCH, [had("LUNCH", 17.5)], 18 * HOUR, DAY, ENDS)
    assert (said.verdict, said.previous, said.until_ms) == (Verdict.ALREADY, had("LUNCH", 17.5), ENDS)
    assert may_receive(LUNCH, [had("LUNCH", 17.5)], 41 * HOUR, NEXT, ENDS).is_free
    twice = ServiceRule("LUNCH", per_day=2)
    assert may_receive(twice, [had("LUNCH", 17.5)], 18 * HOUR, DAY, ENDS).is_free
    assert may_receive(ServiceRule("WATER"), [had("WATER", 17)] * 9, 18 * HOUR, DAY, ENDS).is_free


def test_one_instead_of_another_whichever_says_so() -> None:
    for rule, before in ((IFTAR, "LUNCH"), (LUNCH, "IFTAR")):
        said = may_receive(rule, [had(before, 17)], 18 * HOUR, DAY, ENDS, RULES)
        assert (said.verdict, said.until_ms) == (Verdict.EXCLUDED, ENDS)
    assert may_receive(IFTAR, [had("LUNCH", 17)], 41 * HOUR, NEXT, ENDS, RULES).is_free


def test_so_long_apart_from_both_sides() -> None:
    before = [had("SOAP", 0)]
    said = may_receive(SOAP, before, 24 * HOUR, NEXT, ENDS)
    assert (said.verdict, said.until_ms) == (Verdict.TOO_SOON, 7 * 24 * HOUR)
    assert may_receive(SOAP, before, 7 * 24 * HOUR, NEXT, ENDS).is_free
    assert may_receive(SOAP, [had("SOAP", 24)], 0, DAY, ENDS).verdict is Verdict.TOO_SOON


def test_what_two_counters_gave_apart_counts_once_and_a_reason_counts() -> None:
    first, second = had("LUNCH", 17.5, ent="b"), had("LUNCH", 17.6, ent="a")
    assert doubles([second, first], RULES) == {"a"}
    assert doubles([first, had("LUNCH", 17.6, ent="c", reason=True)], RULES) == frozenset()
    assert doubles([first, had("LUNCH", 41, NEXT, "d")], RULES) == frozenset()
    assert doubles([had("OTHER", 1, ent="x"), had("OTHER", 1, ent="y")], RULES) == frozenset()


def test_names_in_the_language_asked_for() -> None:
    assert (LUNCH.name("en"), LUNCH.name("es_PA"), LUNCH.name("fr"), SOAP.name("en")) == (
        "Lunch", "Almuerzo", "Almuerzo", "SOAP",
    )  # fmt: skip
    assert LUNCH.is_proposed_at(16) and not LUNCH.is_proposed_at(17) and not SOAP.is_proposed_at(12)


def test_no_flag_holds_food_water_or_care_back() -> None:
    flag = Held("Ask", "", frozenset({"LUNCH", "SOAP", "WATER", "DOCTOR"}), "supervisor")
    assert held_back(SOAP, [flag]) == flag
    for kind in ("meal", "food", "water", "health", "bed"):
        assert held_back(ServiceRule("WATER", service_class=kind), [flag]) is None


received = st.builds(
    Received,
    ent=st.uuids().map(lambda one: one.hex),
    service=st.sampled_from(["LUNCH", "IFTAR", "SOAP"]),
    at_ms=st.integers(0, 40 * HOUR),
    day=st.sampled_from([DAY, NEXT]),
    counter=st.just("LB1"),
    with_reason=st.booleans(),
)


@given(st.lists(received, max_size=8, unique_by=lambda one: one.ent))
def test_doubles_are_the_same_in_any_order_and_keep_the_rule(history: list[Received]) -> None:
    marked = doubles(history, RULES)
    shuffled = sorted(history, key=lambda one: one.ent)
    assert doubles(shuffled, RULES) == marked
    plain = [one for one in history if one.ent not in marked and not one.with_reason]
    for day in (DAY, NEXT):
        assert sum(1 for one in plain if one.service == "LUNCH" and one.day == day) <= 1
    assert not any(one.ent in marked for one in history if one.with_reason)


@given(st.lists(received, max_size=6, unique_by=lambda one: one.ent))
def test_what_the_rule_lets_through_is_never_marked_later(history: list[Received]) -> None:
    counted = [one for one in history if one.ent not in doubles(history, RULES)]
    newest = max((one.at_ms for one in history), default=0) + 1
    for rule in RULES.values():
        if may_receive(rule, counted, newest, DAY, ENDS, RULES).is_free:
            more = Received("z" * 32, rule.code, newest, DAY)
            assert more.ent not in doubles([*history, more], RULES)
