"""Standard sets and the standards of a day as plain JSON values, and back: for settings, files and frozen sheets."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from shelterdesk.core.standards import (
    Comparison,
    Indicator,
    IndicatorOfDay,
    Measurement,
    StandardSet,
    StandardsOfDay,
    Verdict,
)

_WHAT, _UNIT, _NAME = "what_", "unit_", "name_"


def set_to_json(standards: StandardSet) -> dict[str, object]:
    """A set as one object; words stand flat, ``what_en`` and so on, since a value of the log is not deep."""
    return {
        "code": standards.code,
        "version": standards.version,
        **_flat(_NAME, standards.name),
        "source": standards.source,
        "tolerance": standards.tolerance,
        "indicators": [_indicator_to_json(one) for one in standards.indicators],
    }


def set_from_json(document: object, valid_from: str = "") -> StandardSet:
    """The set of such an object; raises ``ValueError`` naming in plain words what is wrong with it."""
    whole = _object(document)
    lines = whole.get("indicators")
    if not isinstance(lines, list) or not lines:
        raise ValueError("indicators")
    found = tuple(_indicator(_object(one)) for one in lines)
    codes = [one.code for one in found]
    if len(set(codes)) != len(codes):
        raise ValueError("indicators: a code twice")
    version = whole.get("version", 1)
    if type(version) is not int or version < 1:
        raise ValueError("version")
    tolerance = _number(whole.get("tolerance", 25.0), "tolerance")
    if tolerance is None or tolerance < 0:
        raise ValueError("tolerance")
    return StandardSet(
        code=_text(whole, "code"),
        name=_words(whole, _NAME),
        version=version,
        source=_text(whole, "source"),
        indicators=found,
        tolerance=tolerance,
        valid_from=valid_from,
    )


def _indicator_to_json(one: Indicator) -> dict[str, object]:
    found: dict[str, object] = {
        "code": one.code,
        **_flat(_WHAT, one.what),
        **_flat(_UNIT, one.unit),
        "comparison": one.comparison.value,
        "target": one.target,
        "source": one.source,
        "verified": one.verified,
    }
    if one.high is not None:
        found["high"] = one.high
    if one.tolerance is not None:
        found["tolerance"] = one.tolerance
    return found


def _indicator(document: Mapping[str, Any]) -> Indicator:
    code = _text(document, "code")
    comparison = document.get("comparison")
    if not isinstance(comparison, str) or comparison not in set(Comparison):
        raise ValueError(f"{code}: comparison")
    target, high = _number(document.get("target"), code), _number(document.get("high"), code)
    wanted = Comparison(comparison)
    if (target is None) != (wanted is Comparison.NONE):
        raise ValueError(f"{code}: target")
    if wanted is Comparison.BETWEEN and (high is None or target is None or high < target):
        raise ValueError(f"{code}: high")
    if wanted is not Comparison.BETWEEN and high is not None:
        raise ValueError(f"{code}: high")
    tolerance = _number(document.get("tolerance"), code)
    if tolerance is not None and tolerance < 0:
        raise ValueError(f"{code}: tolerance")
    verified = document.get("verified")
    if not isinstance(verified, bool):
        raise ValueError(f"{code}: verified")
    return Indicator(
        code=code,
        what=_words(document, _WHAT),
        unit=_words(document, _UNIT, must=False),
        comparison=wanted,
        target=target,
        source=_text(document, "source"),
        verified=verified,
        high=high,
        tolerance=tolerance,
    )


def standards_to_json(standards: StandardsOfDay) -> dict[str, object]:
    """The standards of a day, with all they were computed from, so that an old sheet stays what it was."""
    return {
        "code": standards.code,
        "version": standards.version,
        **_flat(_NAME, standards.name),
        "source": standards.source,
        "tolerance": standards.tolerance,
        "lines": [
            {
                **_indicator_to_json(one.indicator),
                "numerator": one.measured.numerator,
                "denominator": one.measured.denominator,
                "value": one.measured.value,
                "why": one.measured.why,
                "verdict": one.verdict.value,
            }
            for one in standards.lines
        ],
    }


def standards_from_json(document: object) -> StandardsOfDay:
    """The standards of a day from such an object; raises ``ValueError`` or ``TypeError`` for another."""
    whole = _object(document)
    lines = whole.get("lines")
    if not isinstance(lines, list):
        raise ValueError("lines")
    return StandardsOfDay(
        code=_text(whole, "code"),
        name=_words(whole, _NAME),
        version=int(whole["version"]),
        source=str(whole.get("source", "")),
        tolerance=float(whole["tolerance"]),
        lines=tuple(_line(_object(one)) for one in lines),
    )


def _line(document: Mapping[str, Any]) -> IndicatorOfDay:
    measured = Measurement(
        numerator=_number(document.get("numerator"), "numerator"),
        denominator=_number(document.get("denominator"), "denominator"),
        value=_number(document.get("value"), "value"),
        why=str(document.get("why") or ""),
    )
    return IndicatorOfDay(_indicator(document), measured, Verdict(str(document["verdict"])))


def _flat(prefix: str, words: Mapping[str, str]) -> dict[str, object]:
    return {f"{prefix}{language}": text for language, text in words.items()}


def _words(document: Mapping[str, Any], prefix: str, *, must: bool = True) -> dict[str, str]:
    found = {
        key.removeprefix(prefix): value
        for key, value in document.items()
        if isinstance(key, str) and key.startswith(prefix) and isinstance(value, str)
    }
    if must and not found.get("en", "").strip():
        raise ValueError(f"{prefix}en")
    return found


def _object(value: object) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise ValueError("an object is needed")
    return value


def _text(document: Mapping[str, Any], name: str) -> str:
    value = document.get(name)
    if not isinstance(value, str) or not value.strip():
        raise ValueError(name)
    return value


def _number(value: object, name: str) -> float | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise ValueError(name)
    return value
