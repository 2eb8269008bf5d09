"""The station's own record: followed where it can be, and no folder shut by what it says."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import msgspec
import pytest

from shelterdesk.actions.desk import Desk, open_desk
from shelterdesk.actions.sheets import last_sheet_day
from shelterdesk.core.kinds import STATION
from shelterdesk.db import meta
from shelterdesk.db.station_row import station_row
from tests.stations import PASSPHRASE


def say(desk: Desk, field: str, value: Any) -> None:
    """Change the station's record as another program would: no form looks at the value."""
    found = station_row(desk.store.conn, desk.who.station)
    assert found is not None
    with desk.store.write(desk.user) as event:
        event.set(STATION, found[0], field, value)


def known(desk: Desk) -> tuple[str, int]:
    """Name and change hour as a screen reads them now."""
    reader = desk.reader()
    try:
        return reader.who.name, reader.who.change_hour
    finally:
        reader.close()


def test_a_name_and_an_hour_are_followed(desk: Desk) -> None:
    say(desk, "change_hour", 0)
    say(desk, "name", "Lajas")
    assert known(desk) == ("Lajas", 0)
    say(desk, "change_hour", 12)
    say(desk, "name", None)
    assert known(desk) == ("Lajas", 12)


@pytest.mark.parametrize("hour", [2.5, 13, 99, -1, "6", [6], None, 1 << 70])
def test_an_hour_nobody_could_enter_is_not_followed(desk: Desk, hour: Any) -> None:
    say(desk, "change_hour", 5)
    say(desk, "change_hour", hour)
    assert known(desk) == ("Lajas Blancas", 5)
    say(desk, "address", "by the river")  # and the desk goes on writing
    desk.close()
    again = open_desk(desk.folder, "admin", PASSPHRASE, desk.clock)
    assert again.who.change_hour == 5 and last_sheet_day(again) == date(2026, 11, 23)
    again.close()


@pytest.mark.parametrize("name", ["", "  ", "two\nlines", "x" * 81, {"missing": "refused"}])
def test_a_name_that_is_none_is_not_followed(desk: Desk, name: Any) -> None:
    say(desk, "name", name)
    assert known(desk)[0] == "Lajas Blancas"


@pytest.mark.parametrize("hour", [2.5, 99, "six", None])
def test_a_folder_spoilt_before_opens_again(desk: Desk, hour: Any) -> None:
    """Its hour is the usual one until the record says another."""
    plain = msgspec.to_builtins(meta.get_whoami(desk.store.conn)) | {"change_hour": hour}
    with desk.store.transaction() as conn:
        meta.put(conn, "whoami", msgspec.json.encode(plain))
    desk.close()
    again = open_desk(desk.folder, "admin", PASSPHRASE, desk.clock)
    assert again.who == replace(desk.who, change_hour=6)
    say(again, "change_hour", 4)
    assert known(again) == ("Lajas Blancas", 4)
    again.close()
