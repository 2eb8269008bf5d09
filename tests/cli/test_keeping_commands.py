"""Backups and the end of a station at the command line: each refusal one line, nothing half done."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from shelterdesk import startup
from shelterdesk.keys import destroy
from tests.cli.conftest import Run
from tests.stations import Template

REASON = "the office was washed away"


def test_a_disk_is_used_listed_and_its_backup_tried(run: Run, tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    assert run("backups", "use", disk)[0] == 0
    assert run("backups", "list", disk)[0] == 1
    status, made, _ = run("backup", "--to", disk, "--keep")
    assert status == 0
    status, out, _ = run("backups", "list", disk, "--json")
    line = json.loads(out)
    assert status == 0 and line["folder"] == made.strip() and line["in_use"] is True
    status, out, _ = run("backups", "try", made.strip(), "--json")
    assert status == 0 and json.loads(out)["equal"] == "state"
    assert "Opened and whole" in run("backups", "try", made.strip())[1]
    (Path(made.strip()) / "station.db").write_bytes(b"short")
    status, out, err = run("backups", "try", made.strip())
    assert status == 1 and not out and "Use another backup" in err
    assert run("backups", "use", disk, "--no-longer")[0] == 0
    assert run("backups", "use", tmp_path / "a" / "b")[0] == 1


def test_a_backup_is_restored_with_the_recovery_sheet(
    run: Run, tmp_path: Path, station_template: Template
) -> None:
    made = run("backup", "--to", tmp_path / "stick")[1].strip()
    code = tmp_path / "code.txt"
    code.write_text(f"{station_template.recovery_code}\n")
    new = tmp_path / "new"
    status, _, err = run("restore", made, "--recovery-code-file", code, folder=new, user="Rosa")
    assert status == 0, err
    assert run("status", folder=new, user="Rosa")[0] == 0


def test_a_station_is_closed_after_two_confirmations(run: Run, tmp_path: Path, station_folder: Path) -> None:
    last = tmp_path / "last"
    status, _, err = run("station", "close", "--code", "LB", "--backup-to", last)
    assert status == 1 and "--for-ever" in err
    status, _, err = run("station", "close", "--code", "MT", "--backup-to", last, "--for-ever")
    assert status == 1 and err.startswith("code: ")
    status, _, err = run("station", "close", "--code", "LB", "--backup-to", last, "--for-ever")
    assert status == 1 and "no office" in err
    status, out, err = run(
        "station", "close", "--code", "LB", "--backup-to", last, "--for-ever", "--reason", REASON
    )
    assert status == 0 and Path(out.strip()).is_dir() and "is closed" in err
    assert not startup.is_set_up(station_folder) and (station_folder / destroy.CLOSED).exists()
    status, _, err = run("status")
    assert status == 1 and "no station" in err
    assert run("restore", out.strip(), folder=tmp_path / "new")[0] == 0


def test_not_while_a_window_is_open_and_a_wipe_all_the_same(
    run: Run, tmp_path: Path, station_folder: Path
) -> None:
    lock = startup.WindowLock(station_folder)
    status, _, err = run(
        "station", "close", "--code", "LB", "--backup-to", tmp_path / "l", "--for-ever", "--reason", REASON
    )
    assert status == 1 and "already open" in err
    assert run("station", "wipe", "--code", "LB")[0] == 1
    assert run("station", "wipe", "--code", "LB", "--for-ever", user="operator")[0] == 1
    assert run("station", "wipe", "--code", "LB", "--for-ever")[0] == 0
    lock.release()
    assert not startup.is_set_up(station_folder)


@pytest.mark.parametrize("name", ["backup.json", "keys.json", "station.db"])
def test_a_backup_that_lacks_a_file_is_said(run: Run, tmp_path: Path, name: str) -> None:
    made = Path(run("backup", "--to", tmp_path / "stick")[1].strip())
    (made / name).unlink()
    status, _, err = run("restore", made, folder=tmp_path / "new")
    assert status == 1 and err.count("\n") == 1
    assert not startup.is_set_up(tmp_path / "new")
    shutil.rmtree(made)
    assert run("restore", made, folder=tmp_path / "new")[0] == 1
