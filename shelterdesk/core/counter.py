"""Who may receive what at a counter: the rule of a service and the day's history of a person give one answer.

Water, food and health care cannot be held back by any flag (DESIGN §2.6); a second helping of the same day
is refused until it is due, and given with a reason.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

NEVER_HELD_BACK = frozenset({"meal", "food", "water", "health", "bed"})
"""Classes of service no flag can hold back; that is code, not a setting (DESIGN §2.6)."""


class Verdict(StrEnum):
    """The one word of the counter's answer."""

    GIVEN = "given"
    ALREADY = "already"  # as often as a day allows
    TOO_SOON = "too_soon"  # the interval is not over
    EXCLUDED = "excluded"  # another service of the day stands in its place
    HELD_BACK = "held_back"  # a flag says so, and names who may lift it
    UNKNOWN = "unknown"  # nobody known here has this card or number


@dataclass(frozen=True, slots=True)
class ServiceRule:
    """A service as the station defined it. ``names`` by language; hours are local, both included."""

    code: str
    names: Mapping[str, str] = field(default_factory=dict)
    service_class: str = ""
    per_day: int | None = None
    min_interval_minutes: int = 0
    excludes: frozenset[str] = frozenset()
    family_pickup: bool = True
    present_only: bool = False
    from_hour: int | None = None
    to_hour: int | None = None
    inactive: bool = False

    def name(self, language: str) -> str:
        """The name in a language, else in Spanish, else in any, else the code."""
        names = self.names
        return names.get(language[:2]) or names.get("es") or next(iter(names.values()), self.code)

    def is_proposed_at(self, hour: int) -> bool:
        """Whether the counter proposes it at a local hour."""
        return (
            not self.inactive
            and self.from_hour is not None
            and self.to_hour is not None
            and self.from_hour <= hour <= self.to_hour
        )


@dataclass(frozen=True, slots=True)
class Received:
    """What somebody received: when (UTC ms), for which service day, at which counter, by which record."""

    ent: str
    service: str
    at_ms: int
    day: date
    counter: str = ""
    with_reason: bool = False  # given although the rule said no


@dataclass(frozen=True, slots=True)
class Answer:
    """What the rule says. ``previous`` is what stands in the way, ``until_ms`` when it is free again."""

    verdict: Verdict
    previous: Received | None = None
    until_ms: int | None = None

    @property
    def is_free(self) -> bool:
        """Whether it may be given now."""
        return self.verdict is Verdict.GIVEN


FREE = Answer(Verdict.GIVEN)


def may_receive(
    rule: ServiceRule,
    counted: Sequence[Received],
    at_ms: int,
    day: date,
    day_ends_ms: int,
    rules: Mapping[str, ServiceRule] | None = None,
) -> Answer:
    """Whether a person may receive a service at a moment of a service day.

    ``counted`` is what they received and counts, in any order. Checked in the order of PEERS §A 3.1: not
    together with another service of the day (either of the two may say so), so often a day, so long apart.
    """
    today = [one for one in counted if one.day == day]
    others = rules or {}
    for one in sorted(today, key=_order):
        theirs = others.get(one.service)
        if one.service in rule.excludes or (theirs is not None and rule.code in theirs.excludes):
            return Answer(Verdict.EXCLUDED, one, day_ends_ms)
    same = sorted((one for one in counted if one.service == rule.code), key=_order)
    same_today = [one for one in same if one.day == day]
    if rule.per_day is not None and rule.per_day > 0 and len(same_today) >= rule.per_day:
        return Answer(Verdict.ALREADY, same_today[-1], day_ends_ms)
    gap = rule.min_interval_minutes * 60_000
    for one in reversed(same):
        # Symmetric, so that a paper list entered later meets the interval from both sides.
        if gap > 0 and abs(at_ms - one.at_ms) < gap:
            return Answer(Verdict.TOO_SOON, one, one.at_ms + gap)
    return FREE


def _order(one: Received) -> tuple[int, str]:
    return (one.at_ms, one.ent)


def doubles(history: Iterable[Received], rules: Mapping[str, ServiceRule]) -> frozenset[str]:
    """Records of one person that do not count: what two counters gave apart, the later one of each two.

    A pure function of the set, so every replica marks the same ones (SYNC §1.0). What was given with a
    reason counts and is no measure for the others: somebody decided it beside the rule.
    """
    counted: list[Received] = []
    double: set[str] = set()
    for one in sorted((one for one in history if not one.with_reason), key=_order):
        rule = rules.get(one.service)
        if rule is None or may_receive(rule, counted, one.at_ms, one.day, 0, rules).is_free:
            counted.append(one)
        else:
            double.add(one.ent)
    return frozenset(double)


@dataclass(frozen=True, slots=True)
class Held:
    """A flag shown at the counter: its instruction, what it holds back, which role may lift it."""

    name: str
    instruction: str
    holds_back: frozenset[str]
    lifted_by_role: str


def held_back(rule: ServiceRule, flags: Iterable[Held]) -> Held | None:
    """The flag that holds this service back, or None; never for what nobody may be refused."""
    if rule.service_class in NEVER_HELD_BACK:
        return None
    return next((flag for flag in flags if rule.code in flag.holds_back), None)
