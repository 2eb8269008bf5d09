"""The pages around the sheet as plain JSON values: the posting copy, the supervisor's page, then and now, the chart."""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from datetime import date
from enum import Enum
from typing import Any

from shelterdesk.core.sheet import DailySheet
from shelterdesk.core.sheet_days import DaysChart
from shelterdesk.core.sheet_difference import ThenAndNow, number_said
from shelterdesk.core.sheet_internal import InternalPage
from shelterdesk.core.sheet_posting import PostingCopy
from shelterdesk.core.vocabulary import Missing


def page_json(page: PostingCopy | InternalPage | DaysChart) -> dict[str, object]:
    """A page by the names of its members; a number held back is null, one not measured says why (never 0)."""
    found: dict[str, object] = _plain(page)
    return found


def differences_json(both: ThenAndNow) -> dict[str, object]:
    """What differs between then and now, number by number, and the freezings of the day; not the two sheets again."""
    return {
        "then_at": both.then_at,
        "differences": [
            {
                "number": one.number,
                "said": number_said(one.number),
                "then": _plain(one.then),
                "now": _plain(one.now),
            }
            for one in both.differences
        ],
        "versions": [_plain(one) for one in both.versions],
    }


def _plain(value: Any) -> Any:
    if isinstance(value, Missing):
        return {"missing": value.value}
    if isinstance(value, DailySheet):
        return value.to_json()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Enum):
        return value.value
    if is_dataclass(value) and not isinstance(value, type):
        return {one.name: _plain(getattr(value, one.name)) for one in fields(value)}
    if isinstance(value, tuple | list):
        return [_plain(one) for one in value]
    return value
