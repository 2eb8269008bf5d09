"""What the station sets for its papers: counted and printed with it, within limits, taken back, minded by the day."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from shelterdesk.actions.cards import second_of
from shelterdesk.actions.clock import SetClock
from shelterdesk.actions.desk import Desk, open_desk
from shelterdesk.actions.paper_settings import LIMITS, PaperSettings, paper_settings, set_paper_settings
from shelterdesk.actions.records import add_record
from shelterdesk.actions.registration import local_day
from shelterdesk.actions.undo import undo_last
from shelterdesk.core.errors import BadField, NotAllowed
from shelterdesk.core.kinds import SETTING
from shelterdesk.core.sheet_settings import LONG_STAY_DAYS
from shelterdesk.db.sheet_settings import sheet_settings
from tests.stations import PASSPHRASE

USUAL = PaperSettings(24, 5, 6, 90, "own")
OTHERS = PaperSettings(12, 9, 2, 30, "none")


def with_number(field: str, number: int) -> PaperSettings:
    numbers: dict[str, Any] = {field: number}
    return replace(USUAL, **numbers)


def held(desk: Desk) -> PaperSettings:
    with closing(desk.store.reader()) as reader:
        return paper_settings(reader, desk.clock.now())


def test_what_is_set_is_what_papers_are_made_with_and_is_taken_back(desk: Desk, clock: SetClock) -> None:
    assert held(desk) == USUAL
    clock.forward(timedelta(minutes=1))
    done = set_paper_settings(desk, OTHERS).result
    assert held(desk) == OTHERS
    on = local_day(desk)
    sheet = sheet_settings(desk.store.conn, on)
    assert (sheet.outside_hours, sheet.long_stay_days, sheet.morning_hours) == (12, 9, 2)
    assert second_of(desk.store.conn, "", on) == "none"
    assert set_paper_settings(desk, OTHERS).result.undo == (), "nothing was different"
    clock.forward(timedelta(minutes=1))
    undo_last(desk, done.undo)
    assert held(desk) == USUAL


@pytest.mark.parametrize(("field", "limits"), LIMITS.items())
def test_numbers_stay_within_their_limits(
    desk: Desk, clock: SetClock, field: str, limits: tuple[int, int]
) -> None:
    for edge in limits:
        clock.forward(timedelta(minutes=1))
        set_paper_settings(desk, with_number(field, edge))
        assert getattr(held(desk), field) == edge
    for beyond in (limits[0] - 1, limits[1] + 1):
        with pytest.raises(BadField) as refused:
            set_paper_settings(desk, with_number(field, beyond))
        assert refused.value.field == field
    with pytest.raises(BadField):
        set_paper_settings(desk, replace(USUAL, second_language="tlh"))


def test_only_an_admin_sets_them(desk: Desk, station_folder: Path, clock: SetClock) -> None:
    desk.close()
    supervisor = open_desk(station_folder, "supervisor", PASSPHRASE, clock)
    with pytest.raises(NotAllowed):
        set_paper_settings(supervisor, OTHERS)
    supervisor.close()


def test_what_was_said_for_a_day_does_not_lie_over_what_is_set_now(desk: Desk, clock: SetClock) -> None:
    today = local_day(desk)
    for day, value in ((today - timedelta(days=3), 7), (today + timedelta(days=30), 20)):
        said = {"key": LONG_STAY_DAYS, "value": value, "source": "x", "valid_from": day.isoformat()}
        add_record(desk, SETTING, said)
    clock.forward(timedelta(minutes=1))
    assert held(desk).long_stay_days == 7
    set_paper_settings(desk, replace(held(desk), long_stay_days=11))
    assert held(desk).long_stay_days == 11
    assert sheet_settings(desk.store.conn, today - timedelta(days=1)).long_stay_days == 7
    clock.forward(timedelta(days=31))
    assert held(desk).long_stay_days == 20, "what is said for a later day holds from then on"
