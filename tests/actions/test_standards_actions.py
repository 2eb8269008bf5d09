"""Standard sets as an admin works with them: a new version, a file of one, another choice; old sheets stay."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from shelterdesk.actions.clock import SetClock
from shelterdesk.actions.desk import Desk
from shelterdesk.actions.sheets import freeze_sheet, frozen_sheet, sheet_json, sheet_numbers
from shelterdesk.actions.standards import (
    choose_set,
    export_set,
    read_set_file,
    save_set,
    set_of_day,
    shipped_sets,
    standard_sets,
    versions_of,
)
from shelterdesk.actions.station_facts import change_station, station_facts
from shelterdesk.actions.undo import undo_last
from shelterdesk.core.errors import BadField, DamagedFile, NotAllowed, NotFound
from shelterdesk.core.kinds import FACILITY_DAY, SETTING
from shelterdesk.core.sheet import sheet_from_json
from shelterdesk.core.standards import StandardSet, Verdict
from shelterdesk.db.standards import PREFIX
from tests.actions.at_site import hear, person, second_desk

TODAY = date(2026, 11, 23)
SHEET = date(2026, 11, 24)


def transit() -> StandardSet:
    return next(one for one in shipped_sets() if one.code == "TRANSIT")


def with_target(standards: StandardSet, code: str, target: float) -> StandardSet:
    lines = (replace(one, target=target) if one.code == code else one for one in standards.indicators)
    return replace(standards, indicators=tuple(lines))


def chosen(desk: Desk, day: date = TODAY) -> StandardSet | None:
    reader = desk.reader()
    try:
        return set_of_day(reader, day)
    finally:
        reader.close()


def test_a_version_holds_from_its_day_and_can_be_taken_back(desk: Desk) -> None:
    done = save_set(desk, with_target(transit(), "TO1", 30), "Our plan", TODAY + timedelta(days=1)).result
    assert (done.standards.version, done.standards.source) == (2, "Our plan")
    assert chosen(desk) == transit()
    tomorrow = chosen(desk, TODAY + timedelta(days=1))
    assert tomorrow is not None and tomorrow.version == 2
    line = tomorrow.indicator("TO1")
    assert line is not None and line.target == 30
    reader = desk.reader()
    assert [one.version for one in versions_of(reader, "TRANSIT")] == [1, 2]
    undo_last(desk, done.undo)
    assert [one.version for one in versions_of(reader, "TRANSIT")] == [1]
    reader.close()


def test_frozen_sheets_keep_the_standards_they_were_measured_by(desk: Desk, clock: SetClock) -> None:
    person(desk)
    with desk.store.write(desk.user) as event:
        event.create(FACILITY_DAY, {"day": SHEET.isoformat(), "toilets_f": 1, "toilets_m": 0, "taps": 0})
    clock.set(datetime(2026, 11, 24, 11, 5, tzinfo=UTC))
    frozen = freeze_sheet(desk, SHEET).result.sheet
    save_set(desk, with_target(transit(), "TO1", 0.5), "Stricter", SHEET)
    now = sheet_numbers(desk, SHEET)
    assert (frozen.standard_set, now.standard_set) == (
        "Transit or reception centre · v1",
        "Transit or reception centre · v2",
    )
    verdicts = [
        line.verdict for one in (frozen, now) if one.standards and (line := one.standards.line("TO1"))
    ]
    assert verdicts == [Verdict.MEETS, Verdict.BEYOND]
    reader = desk.reader()
    held = frozen_sheet(reader, SHEET)
    reader.close()
    assert held is not None and held.sheet == frozen
    stored = json.loads(json.dumps(sheet_json(now)))
    assert sheet_from_json(stored) == now


def test_a_sheet_frozen_by_an_older_program_is_read(desk: Desk) -> None:
    stored = sheet_json(sheet_numbers(desk, SHEET))
    for name in ("standards", "automatic"):
        del stored[name]
    old = sheet_from_json(json.loads(json.dumps(stored)))
    assert old.standards is None and not old.automatic


def test_the_station_chooses_by_code_or_name(desk: Desk) -> None:
    choose_set(desk, "site")
    assert sheet_numbers(desk, SHEET).standard_set == "Site for a longer stay · v1"
    reader = desk.reader()
    facts = station_facts(reader)
    reader.close()
    change_station(desk, replace(facts, standard_set="centro de migrantes (oim)"))
    assert getattr(chosen(desk), "code", None) == "IOM"
    change_station(desk, replace(facts, standard_set="Of our own"))
    made = sheet_numbers(desk, SHEET)
    assert made.standards is None and made.standard_set == "Of our own"
    with pytest.raises(NotFound):
        choose_set(desk, "NONE")


def test_out_into_a_file_and_back(desk: Desk, tmp_path: Path) -> None:
    reader, path = desk.reader(), tmp_path / "set.json"
    assert read_set_file_after(export_set(reader, "transit", TODAY, path), path)
    reader.close()
    for text in ("", "[]", "{", '{"code": "X"}', "[" * 100_000):
        path.write_text(text, "utf-8")
        with pytest.raises(DamagedFile):
            read_set_file(path)
    with pytest.raises(NotFound):
        read_set_file(tmp_path / "none.json")


def read_set_file_after(written: StandardSet, path: Path) -> bool:
    return read_set_file(path) == written


def test_what_is_refused(desk: Desk, operator_desk: Desk) -> None:
    for wanted, source in (
        (transit(), " "),
        (transit(), "x" * 201),
        (replace(transit(), code="a b"), "us"),
        (replace(transit(), indicators=()), "us"),
    ):
        with pytest.raises(BadField):
            save_set(desk, wanted, source)
    for act in (lambda: save_set(operator_desk, transit(), "us"), lambda: choose_set(operator_desk, "SITE")):
        with pytest.raises(NotAllowed):
            act()


def test_settings_of_a_faulty_desk_are_passed_over(desk: Desk) -> None:
    with desk.store.write(desk.user) as event:
        for value in ({"code": "TRANSIT"}, [1], "text", {"code": "OTHER", "indicators": []}):
            event.create(SETTING, {"key": PREFIX + "TRANSIT", "value": value, "valid_from": "2026-01-01"})
    assert chosen(desk) == transit()


def test_two_versions_made_apart_end_as_one_choice(desk: Desk, clock: SetClock, tmp_path: Path) -> None:
    other = second_desk(desk, tmp_path / "other")
    save_set(desk, with_target(transit(), "TO1", 40), "One", TODAY)
    clock.forward(timedelta(minutes=1))
    save_set(other, with_target(transit(), "TO1", 30), "Other", TODAY)
    hear(desk, other)
    hear(other, desk)
    assert chosen(desk) == chosen(other) and getattr(chosen(desk), "source", "") == "Other"
    other.close()


def test_the_list_by_code(desk: Desk) -> None:
    reader = desk.reader()
    assert [one.code for one in standard_sets(reader, TODAY)] == ["EUAA", "IOM", "SITE", "TRANSIT"]
    reader.close()
