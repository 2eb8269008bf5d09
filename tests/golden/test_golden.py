"""Files of every format, kept for ever: this program opens them, finds what was in them, and takes the old stick in."""

from __future__ import annotations

import json
import shutil
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from shelterdesk.actions.checking import check_folder
from shelterdesk.actions.clock import SetClock
from shelterdesk.actions.exchange import export_bundle, export_receipts
from shelterdesk.actions.people import show_person
from shelterdesk.actions.taking_in import import_from
from shelterdesk.db.state import state_of
from tests.sync.worlds import at

KEPT = sorted(p for p in Path(__file__).parent.iterdir() if (p / "expected.json").exists())


@pytest.fixture(params=KEPT, ids=lambda folder: f"format-{folder.name}")
def kept(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[Path, dict[str, Any], SetClock]:
    """A copy of a kept folder, what must be in it, and a clock that goes on from there."""
    source: Path = request.param
    shutil.copytree(source, tmp_path / "kept")
    expected: dict[str, Any] = json.loads((source / "expected.json").read_text("utf-8"))
    clock = SetClock(datetime.fromisoformat(expected["opened_at"]))
    clock.forward(timedelta(hours=1))
    return tmp_path / "kept", expected, clock


Kept = tuple[Path, dict[str, Any], SetClock]


def test_an_old_station_opens_whole(kept: Kept) -> None:
    folder, expected, clock = kept
    with at(folder / "station", clock) as desk:
        assert state_of(desk.store.conn) == expected["station_state"]
        assert check_folder(desk).result.before.findings == []
        reader = desk.reader()
        names = [show_person(desk, reader, number).result["name"] for number in expected["people"]]
        reader.close()
        assert names == ["Pérez Toussaint, Ana", "安安", "عبد الرحمن"]


def test_an_old_office_takes_an_old_stick_in(kept: Kept) -> None:
    folder, expected, clock = kept
    with at(folder / "office", clock) as office:
        found = import_from(office, folder / "stick").result
        lines = office.store.conn.execute("SELECT line FROM event WHERE line IS NOT NULL").fetchall()
        log = b"".join(bytes(row[0]) for row in lines)
        assert not [name for name in expected.get("erased", ()) if name.encode() in log]
        assert (found.new, found.set_aside, found.refused) == (expected["new"], 0, 0)
        assert len(found.alarms) == expected.get("alarms", 0)
        assert state_of(office.store.conn) == expected["office_state"]
        assert check_folder(office).result.before.findings == []


def test_an_old_station_goes_on_exchanging(kept: Kept, tmp_path: Path) -> None:
    folder, expected, clock = kept
    with at(folder / "office", clock) as office:
        import_from(office, folder / "stick")
        (tmp_path / "back").mkdir()
        export_receipts(office, tmp_path / "back")
    with at(folder / "station", clock) as desk:
        assert import_from(desk, tmp_path / "back").result.receipts == expected.get("receipts", 1)
        export_bundle(desk, tmp_path / "back")


def test_formats_are_kept() -> None:
    assert [p.name for p in KEPT][:3] == ["1", "2", "3"]
