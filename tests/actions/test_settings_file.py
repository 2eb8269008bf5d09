"""The set-up of a station carried to another: looked at first, all or nothing, undone; bad files refused with the reason."""

from __future__ import annotations

import json
import os
import random
import shutil
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from shelterdesk.actions.clock import SetClock
from shelterdesk.actions.desk import Desk, open_desk
from shelterdesk.actions.log_in_rules import LogInRules, log_in_rules, set_log_in_rules
from shelterdesk.actions.places import list_places
from shelterdesk.actions.records import add_record
from shelterdesk.actions.settings_file import (
    SettingsChange,
    export_settings,
    look_at_settings,
    take_settings_in,
)
from shelterdesk.actions.station_facts import StationFacts, change_station, station_facts
from shelterdesk.actions.undo import undo_last
from shelterdesk.core.errors import CannotWrite, NewerData, NotAllowed, NotFound, Refused, WorldError
from shelterdesk.core.kinds import SERVICE_TYPE, SETTING
from shelterdesk.db.settings import setting_of_day
from tests.actions.at_site import person, with_plan
from tests.stations import PASSPHRASE, Template


@pytest.fixture
def desk(station_folder: Path, clock: SetClock) -> Iterator[Desk]:
    opened = open_desk(station_folder, "admin", PASSPHRASE, clock)
    yield opened
    opened.close()


@pytest.fixture
def other(station_template: Template, tmp_path: Path, clock: SetClock) -> Iterator[Desk]:
    """A second folder of the same start."""
    shutil.copytree(station_template.folder, tmp_path / "second")
    opened = open_desk(tmp_path / "second", "admin", PASSPHRASE, clock)
    yield opened
    opened.close()


@pytest.fixture(autouse=True)
def later(clock: SetClock) -> None:
    """A while after the start: of two settings of one moment it is chance which holds."""
    clock.forward(timedelta(minutes=5))


def set_up(desk: Desk) -> None:
    """A station that is not as it began."""
    with_plan(desk)
    with closing(desk.reader()) as reader:
        facts = station_facts(reader)
    change_station(desk, StationFacts(facts.name, facts.address, 5, facts.standard_set))
    add_record(desk, SETTING, {"key": "card_valid_days", "value": 30, "source": "decided here"})
    set_log_in_rules(desk, LogInRules(10, 6))
    add_record(
        desk,
        SERVICE_TYPE,
        {"code": "SNACK", "name": {"es": "Merienda", "en": "Snack"}, "service_class": "meal", "per_day": 2},
    )
    person(desk, "Zuleika", surnames="Zamorano")


def test_another_station_is_set_up_alike_and_set_back(
    desk: Desk, other: Desk, tmp_path: Path, clock: SetClock
) -> None:
    file = tmp_path / "s.json"
    set_up(desk)
    clock.forward(timedelta(minutes=1))
    export_settings(desk, file)
    text = file.read_text("utf-8")
    assert "Zuleika" not in text and "Zamorano" not in text and "admin" not in text
    looked = look_at_settings(other, file).result
    assert other.store.conn.execute("SELECT count(*) FROM place").fetchone() == (0,), "only looked at"
    taken = take_settings_in(other, file).result
    assert taken.changes == looked
    assert SettingsChange("card_valid_days", "90", "30") in looked
    assert {one.what for one in looked} >= {"Service SNACK", "Site plan", "shift_hours"}
    assert setting_of_day(other.store.conn, "card_valid_days", other.clock.now().date()) == 30
    assert log_in_rules(other) == LogInRules(10, 6)
    with closing(other.reader()) as reader:
        assert len(list_places(reader).to_json()) == 9
        assert station_facts(reader).change_hour == 5
    assert look_at_settings(other, file).result == (), "nothing is different any more"
    undo_last(other, taken.undo)
    assert look_at_settings(other, file).result == looked


def test_what_holds_from_a_day_is_not_hidden_by_an_older_day(desk: Desk, other: Desk, tmp_path: Path) -> None:
    add_record(
        desk, SETTING, {"key": "card_valid_days", "value": 30, "source": "a", "valid_from": "2020-01-01"}
    )
    add_record(
        other, SETTING, {"key": "card_valid_days", "value": 45, "source": "b", "valid_from": "2024-01-01"}
    )
    export_settings(desk, tmp_path / "s.json")
    take_settings_in(other, tmp_path / "s.json")
    assert setting_of_day(other.store.conn, "card_valid_days", other.clock.now().date()) == 30


def test_only_an_admin_writes_or_takes_it(operator_desk: Desk, tmp_path: Path) -> None:
    for action in (export_settings, look_at_settings, take_settings_in):
        with pytest.raises(NotAllowed):
            action(operator_desk, tmp_path / "s.json")


def changed(file: Path, **values: object) -> Path:
    document = json.loads(file.read_text("utf-8")) | values
    file.write_text(json.dumps(document), "utf-8")
    return file


@pytest.mark.parametrize(
    "values",
    [
        {"format": "other"}, {"version": 0}, {"version": "1"}, {"change_hour": "six"}, {"change_hour": 23},
        {"settings": {}}, {"settings": [{"key": "a"}]}, {"settings": [{"key": "", "value": 1, "source": "", "valid_from": ""}]},
        {"settings": [{"key": "a", "value": 1, "source": "", "valid_from": "soon"}]},
        {"settings": [{"key": "standard_set.X", "value": {"code": "X"}, "source": "", "valid_from": ""}]},
        {"services": []}, {"services": {"A": 1}}, {"services": {"A": {"service_class": "meal", "per_day": -1}}},
        {"services": {"A": {"name": "no names"}}},
        {"plan": "code,kind"}, {"plan": ["code,kind", "A,block", "A,block"]}, {"plan": [1]},
    ],
)  # fmt: skip
def test_a_bad_file_is_refused_whole(desk: Desk, tmp_path: Path, values: dict[str, object]) -> None:
    set_up(desk)
    file = tmp_path / "s.json"
    export_settings(desk, file)
    changed(file, **values)
    before = desk.store.conn.execute("SELECT count(*) FROM event").fetchone()
    for action in (look_at_settings, take_settings_in):
        with pytest.raises(WorldError) as refused:
            action(desk, file)
        assert refused.value.sentence
    assert desk.store.conn.execute("SELECT count(*) FROM event").fetchone() == before


def test_one_of_a_newer_program_is_said_to_be_that(desk: Desk, tmp_path: Path) -> None:
    file = tmp_path / "s.json"
    export_settings(desk, file)
    with pytest.raises(NewerData):
        take_settings_in(desk, changed(file, version=2))


def test_a_file_that_is_not_there_or_cannot_be_written(desk: Desk, tmp_path: Path) -> None:
    with pytest.raises(NotFound):
        look_at_settings(desk, tmp_path / "none.json")
    with pytest.raises(CannotWrite):
        export_settings(desk, tmp_path / "none" / "s.json")


@pytest.mark.parametrize("seed", range(4))
def test_a_mutated_file_is_taken_or_refused_and_never_half(desk: Desk, tmp_path: Path, seed: int) -> None:
    set_up(desk)
    file, good = tmp_path / "m.json", tmp_path / "s.json"
    export_settings(desk, good)
    raw, chance = good.read_bytes(), random.Random(seed)
    for _ in range(60):
        data = bytearray(raw)
        for _ in range(chance.randint(1, 3)):
            data[chance.randrange(len(data))] = chance.randrange(256)
        file.write_bytes(data)
        before = desk.store.conn.execute("SELECT count(*) FROM event").fetchone()[0]
        try:
            taken = take_settings_in(desk, file).result
        except WorldError:
            assert desk.store.conn.execute("SELECT count(*) FROM event").fetchone()[0] == before
        else:
            assert desk.store.conn.execute("SELECT count(*) FROM event").fetchone()[0] == before + bool(
                taken.changes
            )


@pytest.mark.parametrize(
    "value", ["1e999", "-1e999", "NaN", '"\\ud800"', '{"\\udfff": 1}', "[" * 5000 + "]" * 5000]
)
def test_a_value_no_file_can_carry_on_is_refused(desk: Desk, tmp_path: Path, value: str) -> None:
    """What Python's own JSON takes and would break every later export of the station."""
    file = tmp_path / "s.json"
    export_settings(desk, file)
    line = f'{{"key": "odd", "value": {value}, "source": "x", "valid_from": ""}}'
    document = {**json.loads(file.read_text("utf-8")), "settings": ["@"]}
    file.write_text(json.dumps(document).replace('"@"', line), "utf-8")
    with pytest.raises(WorldError) as refused:
        take_settings_in(desk, file)
    assert refused.value.next_step
    export_settings(desk, tmp_path / "again.json")


def test_a_pipe_and_a_folder_are_no_files(desk: Desk, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.json")
    for path in (tmp_path / "pipe.json", tmp_path):
        with pytest.raises(WorldError):
            look_at_settings(desk, path)


def test_a_file_put_in_the_place_of_the_one_looked_at_changes_nothing(desk: Desk, tmp_path: Path) -> None:
    file = tmp_path / "s.json"
    export_settings(desk, file)
    line = {"key": "card_valid_days", "value": 7, "source": "x", "valid_from": ""}
    agreed = look_at_settings(desk, changed(file, settings=[line])).result
    changed(file, settings=[{**line, "value": 1}])
    with pytest.raises(Refused, match="not the one you looked at"):
        take_settings_in(desk, file, agreed)
    changed(file, settings=[line])
    assert take_settings_in(desk, file, agreed).result.changes == agreed
