"""A clock that cannot be right: who is at the desk says the time, facts get it, and nobody is kept from working."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from shelterdesk import MADE
from shelterdesk.actions.clock import SetClock
from shelterdesk.actions.desk import Desk, open_desk
from shelterdesk.actions.registration import register_family
from shelterdesk.actions.said_clock import go_on_with_clock, said_on_wall, say_time
from shelterdesk.core.errors import BadField, Refused
from shelterdesk.core.event import Event, parse
from shelterdesk.core.moment import DeskClock
from shelterdesk.core.people import FamilyForm, PersonForm
from tests.stations import MORNING, PASSPHRASE

NEXT_DAY = MORNING + timedelta(days=1)


class Laptop:
    """A laptop whose clock anybody may set to anything between two starts."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def start(self, shows: datetime) -> Desk:
        self.machine = SetClock(shows)
        return open_desk(self.folder, "admin", PASSPHRASE, DeskClock(self.machine))


@pytest.fixture
def laptop(desk: Desk) -> Laptop:
    """Used yesterday, by a clock that was right."""
    registered(desk)
    desk.close()
    return Laptop(desk.folder)


def registered(desk: Desk) -> Event:
    """Register somebody; the entry."""
    register_family(desk, FamilyForm((PersonForm(given="Ana"),)))
    line = desk.store.conn.execute("SELECT line FROM event WHERE line LIKE '%Ana%' ORDER BY id DESC LIMIT 1")
    return parse(line.fetchone()[0])


def arrived(desk: Desk) -> str:
    """When the last person arrived, as their record says."""
    row = desk.store.conn.execute("SELECT arrived_at FROM person ORDER BY ent DESC LIMIT 1").fetchone()
    return str(row[0])


def test_a_right_clock_asks_nothing(laptop: Laptop) -> None:
    desk = laptop.start(NEXT_DAY)
    assert not desk.store.asks_for_date and not desk.store.clock_doubt
    with pytest.raises(Refused, match="not in doubt: it says 2026-"):
        say_time(desk, NEXT_DAY + timedelta(hours=2))
    done = say_time(desk, NEXT_DAY + timedelta(minutes=2)).result  # both say the same: nothing to refuse
    assert done.is_machine_right and not desk.store.clock_doubt
    desk.close()


@pytest.mark.parametrize("shows", [datetime(1970, 1, 1, tzinfo=UTC), datetime(2036, 5, 5, tzinfo=UTC)])
def test_the_time_said_is_the_time_of_facts_until_the_clock_is_right(laptop: Laptop, shows: datetime) -> None:
    desk = laptop.start(shows)
    assert (desk.store.asks_for_date, desk.clock.now()) == (True, shows)
    done = say_time(desk, NEXT_DAY).result
    assert done.now.startswith("2026-11-24T08:00") and not done.is_machine_right
    assert (desk.store.asks_for_date, desk.clock.now()) == (False, NEXT_DAY)
    entry = registered(desk)
    assert entry.clock_doubt and arrived(desk).startswith("2026-11-24T08:00")
    laptop.machine.forward(timedelta(hours=2))
    desk.close()
    # The clock went on by itself: nothing is asked again.
    desk = laptop.start(shows + timedelta(hours=3))
    assert not desk.store.asks_for_date and desk.store.clock_doubt
    assert desk.clock.now() == NEXT_DAY + timedelta(hours=3)
    desk.close()
    # It began anew: what was said does not fit any more.
    if shows.year == 1970:
        desk = laptop.start(shows)
        assert desk.store.asks_for_date and desk.clock.now() == shows
        desk.close()
    # Somebody set it right: it is the machine's again.
    desk = laptop.start(NEXT_DAY + timedelta(days=1))
    assert not desk.store.clock_doubt and desk.clock.now() == NEXT_DAY + timedelta(days=1)
    assert not registered(desk).clock_doubt
    desk.close()
    desk = laptop.start(shows + timedelta(hours=5))
    assert desk.store.asks_for_date  # what was said then is forgotten
    desk.close()


def test_nobody_has_to_know_the_date(laptop: Laptop) -> None:
    desk = laptop.start(datetime(1970, 1, 1, tzinfo=UTC))
    go_on_with_clock(desk)
    assert not desk.store.asks_for_date and registered(desk).clock_doubt
    desk.close()
    desk = laptop.start(datetime(1970, 1, 2, tzinfo=UTC))
    assert desk.store.asks_for_date
    desk.close()


def test_a_clock_that_looks_wrong_and_is_right_is_believed_once_somebody_says_so(laptop: Laptop) -> None:
    years_later = NEXT_DAY + timedelta(days=900)
    desk = laptop.start(years_later)
    assert desk.store.asks_for_date
    assert say_time(desk, years_later + timedelta(minutes=2)).result.is_machine_right
    assert not desk.store.clock_doubt and not registered(desk).clock_doubt
    desk.close()
    desk = laptop.start(years_later + timedelta(days=30))
    assert not desk.store.clock_doubt
    desk.close()


@pytest.mark.parametrize("typed", [MADE - timedelta(seconds=1), MADE + timedelta(days=365 * 101)])
def test_no_time_before_the_program_was_made(laptop: Laptop, typed: datetime) -> None:
    desk = laptop.start(datetime(1970, 1, 1, tzinfo=UTC))
    with pytest.raises(BadField):
        say_time(desk, typed)
    assert desk.store.asks_for_date
    desk.close()


def test_a_clock_from_before_the_program_was_made_cannot_be_right(laptop: Laptop) -> None:
    desk = laptop.start(MADE - timedelta(days=1))
    assert desk.store.asks_for_date
    desk.close()


def test_a_typed_time_is_the_stations(desk: Desk) -> None:
    at = said_on_wall(desk, "2026-11-28", "14:30")
    assert at.astimezone(UTC) == datetime(2026, 11, 28, 19, 30, tzinfo=UTC)
    for day, time in (("2026-13-01", "10:00"), ("", ""), ("2026-11-28", "25:00")):
        with pytest.raises(BadField):
            said_on_wall(desk, day, time)


def test_a_word_for_one_clock_excuses_no_other(laptop: Laptop) -> None:
    """Who confirmed a clock that looked wrong is asked again when it stands somewhere else."""
    years_later = NEXT_DAY + timedelta(days=900)
    desk = laptop.start(years_later)
    say_time(desk, years_later)
    laptop.machine.forward(timedelta(days=200))
    desk.close()
    desk = laptop.start(years_later + timedelta(days=3))  # it went back while the desk was closed
    assert desk.store.asks_for_date
    desk.close()
