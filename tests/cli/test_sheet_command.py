"""The daily sheet by command: its pages and differences as JSON, days that froze themselves, the standards."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest

import shelterdesk.cli
from shelterdesk.actions.clock import SetClock
from shelterdesk.actions.desk import Desk, open_desk
from shelterdesk.actions.sheets import freeze_sheet
from shelterdesk.core.sheet import sheet_from_json
from tests.actions.at_site import person
from tests.actions.test_sheet_pages import DAY, SIX
from tests.cli.conftest import Run
from tests.stations import MORNING, PASSPHRASE


@contextmanager
def at_work(folder: Path, clock: SetClock) -> Iterator[Desk]:
    desk = open_desk(folder, "admin", PASSPHRASE, clock)
    try:
        yield desk
    finally:
        desk.close()


@pytest.fixture
def next_day(run: Run, station_folder: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Seven people came on the first day, its sheet was signed, one more was entered late; a day later."""
    clock = SetClock(MORNING)
    with at_work(station_folder, clock) as desk:
        for _ in range(7):
            person(desk)
        clock.set(SIX + timedelta(minutes=5))
        freeze_sheet(desk, DAY)
        person(desk, sex="M", arrived_at=MORNING)
    monkeypatch.setattr(shelterdesk.cli, "clock_given", lambda: SetClock(SIX + timedelta(days=1, hours=8)))
    return run


def test_the_numbers_with_what_differs(next_day: Run) -> None:
    status, out, err = next_day("sheet", "--date", "2026-11-24", "--json", "--differences")
    told = json.loads(out)
    assert status == 0 and "1 sheet froze itself" in err
    assert {one["number"]: (one["then"], one["now"]) for one in told["differences"]}["present"] == (7, 8)
    assert told["versions"][0]["signed_by"] == "admin" and told["then_at"].startswith("2026-11-24T06:05")
    assert sheet_from_json(told).present == 8
    status, out, err = next_day("sheet", "--date", "2026-11-25", "--json", "--differences")
    told = json.loads(out)
    assert (status, err) == (0, "") and told["versions"][0]["automatic"] is True
    assert told["differences"] == [] and told["corrections"] == 1


def test_the_pages(next_day: Run) -> None:
    status, out, _ = next_day("sheet", "--date", "2026-11-24", "--json", "--posting")
    wall = json.loads(out)
    assert status == 0 and wall["present"] == {"name": "present", "count": 7, "small": False}
    status, out, _ = next_day("sheet", "--date", "2026-11-25", "--json", "--internal")
    page = json.loads(out)
    assert status == 0 and page["present"] == 8 and page["meals"][0]["served"] == {"missing": "not_measured"}
    for words in (
        ("--posting",),
        ("--posting", "--internal", "--json"),
        ("--json", "--internal", "--as-known-on", "2026-11-24T08:00"),
        ("--differences", "-o", "s.pdf"),
    ):
        assert next_day("sheet", "--date", "2026-11-24", *words)[0] == 2
    assert next_day("sheet", "--date", "2026-11-24", "--json", "--internal", user="operator")[0] == 1


def test_standards_out_and_back(run: Run, tmp_path: Path) -> None:
    status, out, _ = run("standards", "list")
    assert status == 0 and "TRANSIT\tTransit or reception centre · v1" in out
    target = tmp_path / "set.json"
    assert run("standards", "export", "transit", "-o", target)[0] == 0
    changed = json.loads(target.read_text("utf-8"))
    changed["tolerance"] = 10
    target.write_text(json.dumps(changed), "utf-8")
    status, _, err = run("standards", "save", target, "--source", "Our plan", "--from", "2026-11-23")
    assert status == 0 and "v2" in err
    told = [json.loads(line) for line in run("standards", "list", "--json")[1].splitlines()]
    assert {one["code"]: (one["version"], one["tolerance"]) for one in told}["TRANSIT"] == (2, 10)
    assert run("standards", "choose", "site")[0] == 0
    assert json.loads(run("sheet", "--date", "2026-11-23", "--json")[1])["standards"]["code"] == "SITE"
    assert run("standards", "save", target, "--source", "x", user="operator")[0] == 1
    assert run("standards", "choose", "none")[0] == 1
    target.write_text("{}", "utf-8")
    assert run("standards", "save", target, "--source", "x")[0] == 1
