"""What the station has set for its papers: when somebody is long outside or long here, and what cards speak."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from shelterdesk.actions.bearers import local_today
from shelterdesk.actions.cards import (
    MOST_VALID_DAYS,
    NONE,
    OWN,
    SECOND_LANGUAGE,
    VALID_FOR,
    sentences,
    valid_days,
)
from shelterdesk.actions.desk import Desk
from shelterdesk.actions.setting_change import say_settings
from shelterdesk.core.changes import Changes, Done
from shelterdesk.core.errors import BadField
from shelterdesk.core.sheet_settings import LIMITS as sheet_limits
from shelterdesk.core.sheet_settings import LONG_STAY_DAYS, MORNING_HOURS, OUTSIDE_HOURS
from shelterdesk.core.words import tr
from shelterdesk.db.connection import Connection
from shelterdesk.db.settings import setting_of_day
from shelterdesk.db.sheet_settings import sheet_settings
from shelterdesk.db.store import Reader


@dataclass(frozen=True, slots=True)
class PaperSettings:
    """``outside_hours`` until somebody who went out is overdue, ``long_stay_days`` after which somebody is here for
    long, ``morning_hours`` after the change hour until a sheet freezes itself, ``card_days`` a card is good for;
    ``second_language`` of cards is the person's own (``own``), ``none``, or a language code.
    """

    outside_hours: int
    long_stay_days: int
    morning_hours: int
    card_days: int
    second_language: str


@dataclass(frozen=True, slots=True)
class PapersSet:
    """The settings as they are now, and how to take the change back."""

    settings: PaperSettings
    undo: tuple[bytes, ...] = ()


LIMITS = {
    "outside_hours": sheet_limits[OUTSIDE_HOURS],
    "long_stay_days": sheet_limits[LONG_STAY_DAYS],
    "morning_hours": sheet_limits[MORNING_HOURS],
    "card_days": (1, MOST_VALID_DAYS),
}
"""The least and the most of each number, by its field."""


def paper_settings(reader: Reader, now: datetime) -> PaperSettings:
    """What holds on the day of ``now`` at the station."""
    return _held(reader.conn, local_today(reader.who, now))


def _held(conn: Connection, today: date) -> PaperSettings:
    sheet = sheet_settings(conn, today)
    second = setting_of_day(conn, SECOND_LANGUAGE, today)
    is_known = isinstance(second, str) and (second in (OWN, NONE) or second in sentences())
    return PaperSettings(
        sheet.outside_hours,
        sheet.long_stay_days,
        sheet.morning_hours,
        valid_days(conn, today),
        second if is_known else OWN,
    )


def set_paper_settings(desk: Desk, wanted: PaperSettings) -> Done[PapersSet]:
    """Set them for every desk of the station; frozen sheets and printed cards stay as they are.

    Raises ``BadField`` named after the field, ``NotAllowed``.
    """
    desk.must("change settings")
    for field, (low, high) in LIMITS.items():
        if not low <= getattr(wanted, field) <= high:
            raise BadField(field, tr("It is a number from {low} to {high}.", low=low, high=high))
    if wanted.second_language not in (OWN, NONE, *sentences()):
        raise BadField("second_language", tr("There is no card sentence in this language yet."))
    now = _held(desk.store.conn, local_today(desk.who, desk.clock.now()))
    undo = say_settings(desk, _by_key(wanted), _by_key(now))
    return Done(PapersSet(wanted, undo), Changes.of("setting") if undo else Changes())


def _by_key(settings: PaperSettings) -> dict[str, int | str]:
    return {
        OUTSIDE_HOURS: settings.outside_hours,
        LONG_STAY_DAYS: settings.long_stay_days,
        MORNING_HOURS: settings.morning_hours,
        VALID_FOR: settings.card_days,
        SECOND_LANGUAGE: settings.second_language,
    }
