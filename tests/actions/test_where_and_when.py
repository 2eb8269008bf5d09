"""What is done in the wrong folder, and times that cannot be, are refused with a sentence and nothing is written."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from shelterdesk.actions.clock import SetClock
from shelterdesk.actions.counter import MOST_DAYS_LATE, serve
from shelterdesk.actions.desk import Desk
from shelterdesk.actions.offices import list_posts, new_office, publish_matrix
from shelterdesk.actions.person_lines import add_people
from shelterdesk.actions.records import add_record
from shelterdesk.actions.registration import register_family
from shelterdesk.actions.sheets import sheet_numbers
from shelterdesk.actions.station import StationPlanned, check_plan, new_station
from shelterdesk.core.errors import BadField, NotHere, Refused
from shelterdesk.core.kinds import KIND_NAMES
from shelterdesk.core.people import FamilyForm, PersonForm
from tests.stations import CHEAP, PASSPHRASE

PLAN = StationPlanned("LB", "Lajas Blancas", "PAN", "America/Panama", "admin")
AT_OFFICE: dict[str, Callable[[Desk], object]] = {
    "register": lambda desk: register_family(desk, FamilyForm((PersonForm(given="Ana"),))),
    "record": lambda desk: add_record(desk, KIND_NAMES["person"], {"given": "Ana"}),
    "place": lambda desk: add_record(desk, KIND_NAMES["place"], {"code": "A", "place_kind": "block"}),
    "sheet": lambda desk: sheet_numbers(desk, desk.clock.now().date()),
}


@pytest.mark.parametrize("what", AT_OFFICE)
def test_an_office_receives_nobody(tmp_path: Path, clock: SetClock, what: str) -> None:
    desk = new_office(tmp_path / "office", "Office", "admin", PASSPHRASE, clock, cost=CHEAP).desk
    try:
        with pytest.raises(NotHere, match="office's folder"):
            AT_OFFICE[what](desk)
        assert desk.store.conn.execute("SELECT count(*) FROM event").fetchone() == (0,)
        with pytest.raises(NotHere):
            add_people(desk, [b'{"given": "Ana"}'])
    finally:
        desk.close()


def test_a_station_is_no_office(desk: Desk, tmp_path: Path) -> None:
    today = desk.clock.now().date()
    for ask in (lambda: list_posts(desk), lambda: publish_matrix(desk, today, today, tmp_path / "m.csv")):
        with pytest.raises(NotHere, match="station's folder"):
            ask()
    assert not (tmp_path / "m.csv").exists()


def test_a_folder_in_use_is_taken_by_nobody_else(tmp_path: Path, clock: SetClock) -> None:
    folder = tmp_path / "office"
    new_office(folder, "Office", "admin", PASSPHRASE, clock, cost=CHEAP).desk.close()
    with pytest.raises(Refused, match="a station or an office"):
        new_office(folder, "Office", "admin", PASSPHRASE, clock, cost=CHEAP)
    with pytest.raises(Refused, match="a station or an office"):
        new_station(folder, PLAN, PASSPHRASE, clock, CHEAP)


@pytest.mark.parametrize("country", ["ZZZ", "XXA", "pan", "PA"])
def test_a_country_that_is_none_is_refused_at_set_up(country: str) -> None:
    with pytest.raises(BadField) as refused:
        check_plan(StationPlanned("LB", "Lajas Blancas", country, "America/Panama", "admin"))
    assert refused.value.field == "country"


def registered(desk: Desk) -> str:
    """A person's number."""
    return register_family(desk, FamilyForm((PersonForm(given="Ana"),))).result.members[0].number


def test_a_service_of_years_ago_is_a_year_mistyped(desk: Desk) -> None:
    number = registered(desk)
    for days in (MOST_DAYS_LATE + 1, 800):
        with pytest.raises(BadField) as refused:
            serve(desk, "LUNCH", number, at=desk.clock.now() - timedelta(days=days))
        assert refused.value.field == "time"


def test_what_is_entered_late_says_the_day_it_counts_for(desk: Desk) -> None:
    number = registered(desk)
    served = serve(desk, "LUNCH", number, at=desk.clock.now() - timedelta(days=2)).result
    day = (desk.clock.now() - timedelta(days=2)).date().isoformat()
    assert served.is_given and any(day in said for said in served.advice)


def test_food_outside_its_hours_is_given_and_said(desk: Desk, clock: SetClock) -> None:
    number = registered(desk)
    local_hour = clock.now().hour - 5  # Panama
    served = serve(desk, "DINNER" if local_hour < 17 else "BREAKFAST", number).result
    assert served.is_given and any(said.startswith("Outside its hours") for said in served.advice)


def test_needs_that_are_no_codes_are_sealed_and_said_without_repeating_them(desk: Desk) -> None:
    answers = list(add_people(desk, [b'{"given": "Ana", "needs": ["lonely", "CR-AF"]}']))
    warnings = " ".join(str(one) for one in answers[0]["warnings"])
    assert "needs:" in warnings and "lonely" not in warnings
    known = list(add_people(desk, [b'{"given": "Eva", "birth": "1990", "needs": ["CR-AF", "COT"]}']))
    assert known[0]["warnings"] == []
