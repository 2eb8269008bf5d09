"""The daily sheet as an action: from a desk or a reader, frozen once, printed, as it was known."""

from __future__ import annotations

import json
from datetime import date, timedelta
from pathlib import Path

import pypdfium2
import pytest

from shelterdesk.actions.clock import SetClock
from shelterdesk.actions.counter import serve
from shelterdesk.actions.desk import Desk, open_desk
from shelterdesk.actions.lodging import give_place
from shelterdesk.actions.sheets import (
    freeze_sheet,
    frozen_days,
    frozen_sheet,
    last_sheet_day,
    print_sheet,
    sheet_json,
    sheet_numbers,
)
from shelterdesk.core.errors import BadField, CannotWrite, NotAllowed, NotFound, Refused
from shelterdesk.core.kinds import FACILITY_DAY, STATION
from shelterdesk.core.sheet import SheetBand, sheet_from_json
from shelterdesk.core.vocabulary import Missing, Sex
from tests.actions.at_site import group, hear, moved, person, second_desk, with_plan
from tests.stations import MORNING, PASSPHRASE

DAY = date(2026, 11, 24)
"""The sheet that covers the 23rd 06:00 to the 24th 06:00."""


@pytest.fixture
def next_morning(desk: Desk, clock: SetClock) -> Desk:
    """A day at the site: six came, one left by bus, one was born, three of a token have no name."""
    with_plan(desk)
    people = [
        person(desk, sex="M" if n % 2 else "F", nationality=["HTI"] if n else ["VEN"]) for n in range(6)
    ]
    person(desk, birth="2026-11-23", entry_kind="BORN", nationality=[])
    group(desk, 3)
    give_place(desk, people[0][1], "A-1-1")
    give_place(desk, people[1][1], "A-1-1")
    give_place(desk, people[2][1], "A-2")
    clock.set(MORNING + timedelta(hours=4, minutes=30))
    for _, number in people[:4]:
        serve(desk, "LUNCH", number)
    clock.set(MORNING + timedelta(hours=6))
    moved(desk, people[5][0], "DEPARTED_BUS")
    clock.set(MORNING + timedelta(hours=22, minutes=4))  # 06:04
    return desk


def test_the_numbers_of_the_morning(next_morning: Desk) -> None:
    desk = next_morning
    assert last_sheet_day(desk) == DAY
    made = sheet_numbers(desk, DAY)
    assert (made.present_prev, made.arrivals, made.births, made.departures_bus) == (0, 9, 1, 1)
    assert (made.present, made.of_which_unnamed, made.difference, made.corrections) == (9, 3, 0, 0)
    assert (made.from_at, made.to_at) == (
        "2026-11-23T06:00:00-05:00[America/Panama]",
        "2026-11-24T06:00:00-05:00[America/Panama]",
    )
    assert (made.sex_age.cell(Sex.F, SheetBand.A18_59), made.sex_age.cell(Sex.F, SheetBand.A0_4)) == (3, 1)
    assert {one.code: one.count for one in made.nationalities.shown} == {"HTI": 4, "VEN": 1, "XXX": 1}
    assert [(b.block, b.places.capacity, b.places.occupied) for b in made.blocks] == [
        ("A", 9, 3),
        ("B", 4, 0),
    ]
    assert made.without_a_place == 6
    assert (made.facilities.meals_lunch, made.facilities.meals_dinner) == (4, Missing.NOT_MEASURED)
    assert (made.generated_by, made.provisional, made.practice, made.silent_desks) == (
        "admin",
        False,
        False,
        (),
    )


def test_measured_figures_and_the_standard_set(next_morning: Desk) -> None:
    desk = next_morning
    station = desk.store.conn.execute("SELECT ent FROM station").fetchone()[0].hex()
    with desk.store.write(desk.user) as event:
        event.set(STATION, station, "standard_set", "Sphere 2018")
        places = [
            row[0].hex() for row in event.conn.execute("SELECT ent FROM place WHERE code IN ('A', 'B')")
        ]
        event.create(FACILITY_DAY, {"day": DAY.isoformat(), "toilets_f": 4, "taps": 0, "place": places[0]})
        event.create(FACILITY_DAY, {"day": DAY.isoformat(), "toilets_f": 3, "place": places[1]})
        event.create(FACILITY_DAY, {"day": DAY.isoformat(), "meals_lunch": 900})
    made = sheet_numbers(desk, DAY)
    assert made.standard_set == "Sphere 2018"
    figures = made.facilities
    assert (figures.toilets_f, figures.taps, figures.meals_lunch, figures.showers_m) == (
        7, 0, 900, Missing.NOT_MEASURED,
    )  # fmt: skip


def test_a_reader_counts_the_same(next_morning: Desk) -> None:
    reader = next_morning.reader()
    mine = sheet_numbers(next_morning, DAY)
    assert sheet_numbers(reader, DAY, now=next_morning.clock.now(), by="admin") == mine
    assert sheet_numbers(reader, DAY).provisional  # nothing was entered after six yet
    reader.close()


def test_another_desk_not_heard_from_is_named(next_morning: Desk, tmp_path: Path, clock: SetClock) -> None:
    other = second_desk(next_morning, tmp_path / "other")
    made = sheet_numbers(next_morning, DAY)
    assert [(one.label, one.last_heard_at) for one in made.silent_desks] == [("LB1A", None)]
    assert made.provisional
    with next_morning.store.transaction() as conn:
        for at in (made_ms := int(MORNING.timestamp() * 1000), made_ms + 23 * 3_600_000):
            conn.execute(
                "INSERT OR REPLACE INTO heard (dev, epoch, from_dev, upto, at_ms) VALUES (?, 0, 1, 1, ?)",
                (other.who.dev, at),
            )
            silent = sheet_numbers(next_morning, DAY).silent_desks
            assert bool(silent) == (at == made_ms)
    other.store.close()


def test_two_desks_with_the_same_log_print_the_same_sheet(next_morning: Desk, tmp_path: Path) -> None:
    other = second_desk(next_morning, tmp_path / "other")
    person(other, "Luz")
    hear(next_morning, other)
    one, two = sheet_numbers(next_morning, DAY), sheet_numbers(other, DAY)
    assert (one.state, one.present, one.blocks, one.sex_age) == (
        two.state,
        two.present,
        two.blocks,
        two.sex_age,
    )
    other.store.close()


def test_a_sheet_is_frozen_once_and_what_came_later_is_a_correction(
    next_morning: Desk, clock: SetClock
) -> None:
    desk = next_morning
    with pytest.raises(Refused):
        freeze_sheet(desk, DAY + timedelta(days=1))
    done = freeze_sheet(desk, DAY)
    assert done.changes.kinds == {"daily_sheet"} and done.result.sheet.present == 9
    with pytest.raises(Refused):
        freeze_sheet(desk, DAY)
    signed = desk.store.conn.execute("SELECT signed_by, provisional, as_known FROM daily_sheet").fetchone()
    assert signed[:2] == ("admin", 0) and list(json.loads(signed[2])) == [f"{desk.who.dev:016x}.0"]
    person(desk, arrived_at=MORNING + timedelta(hours=1))  # found on a paper list
    clock.forward(timedelta(days=1))
    made = sheet_numbers(desk, DAY + timedelta(days=1))
    assert (made.present_prev, made.corrections, made.arrivals, made.present, made.difference) == (
        9,
        1,
        0,
        10,
        0,
    )
    assert sheet_numbers(desk, DAY).present == 10
    reader = desk.reader()
    held = frozen_sheet(reader, DAY)
    assert held is not None and held.sheet == done.result.sheet and frozen_days(reader) == [DAY]
    reader.close()


def test_as_it_was_known(next_morning: Desk, clock: SetClock) -> None:
    desk = next_morning
    then = clock.now()
    before = sheet_numbers(desk, DAY)
    clock.forward(timedelta(hours=1))
    person(desk, arrived_at=MORNING)
    assert sheet_numbers(desk, DAY).present == 10
    known = sheet_numbers(desk, DAY, as_known_on=then)
    assert known == before
    reader = desk.reader()
    assert sheet_numbers(reader, DAY, as_known_on=then, by="admin", now=clock.now()) == before
    reader.close()
    with pytest.raises(BadField):
        sheet_numbers(desk, DAY, as_known_on=clock.now() + timedelta(days=1))


def test_printing_is_noted_and_a_file_that_fails_is_not(next_morning: Desk, tmp_path: Path) -> None:
    desk, out = next_morning, tmp_path / "sheet.pdf"
    done = print_sheet(desk, DAY, out)
    pdf = pypdfium2.PdfDocument(out)
    text = pdf[0].get_textpage().get_text_bounded()
    pdf.close()
    assert done.result.pages == 2 and done.result.sheet.state[:10] in text and "Lajas Blancas" in text
    accesses = "SELECT access, subject_kind, detail FROM access"
    assert list(desk.store.conn.execute(accesses)) == [("printed", "daily_sheet", "2026-11-24")]
    with pytest.raises(CannotWrite):
        print_sheet(desk, DAY, tmp_path / "none" / "sheet.pdf")
    with pytest.raises(NotFound):
        print_sheet(desk, DAY, out, as_frozen=True)
    assert len(list(desk.store.conn.execute(accesses))) == 1
    freeze_sheet(desk, DAY)
    person(desk, arrived_at=MORNING)
    assert print_sheet(desk, DAY, out, as_frozen=True, paper="letter").result.sheet.present == 9


def test_days_to_come_and_roles(
    next_morning: Desk, station_folder: Path, clock: SetClock, tmp_path: Path
) -> None:
    with pytest.raises(BadField):
        sheet_numbers(next_morning, DAY + timedelta(days=2))
    assert sheet_numbers(next_morning, DAY + timedelta(days=1)).provisional
    counter = open_desk(station_folder, "counter", PASSPHRASE, clock)
    for act in (
        lambda: sheet_numbers(counter, DAY),
        lambda: freeze_sheet(counter, DAY),
        lambda: print_sheet(counter, DAY, tmp_path / "sheet.pdf"),
    ):
        with pytest.raises(NotAllowed):
            act()
    counter.close()


def test_the_numbers_as_json_read_back(next_morning: Desk) -> None:
    made = sheet_numbers(next_morning, DAY)
    plain = json.loads(json.dumps(sheet_json(made)))
    assert sheet_from_json(plain) == made and plain["difference"] == 0


def test_a_day_before_the_records_begin_is_not_frozen_as_nobody(next_morning: Desk) -> None:
    """Nothing is known of it: a sheet of noughts would be kept and signed, and stand on the chart."""
    with pytest.raises(BadField) as refused:
        freeze_sheet(next_morning, date(2020, 1, 1))
    assert "begin on 2026-11-23" in refused.value.sentence and refused.value.next_step
    assert next_morning.store.conn.execute("SELECT count(*) FROM daily_sheet").fetchone() == (0,)
