"""What other programs may count on: answers as they are saved, counts apart for what is nobody's fault, damage said."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from tests.cli.conftest import Run
from tests.stations import PASSPHRASE


def program(folder: Path, *words: str) -> list[str]:
    """The program as a process of its own, as other programs start it."""
    return [sys.executable, "-m", "shelterdesk", "--data", str(folder), "--user", "admin", *words]


def surroundings() -> dict[str, str]:
    return {**os.environ, "SHELTERDESK_PASSPHRASE": PASSPHRASE, "SHELTERDESK_LANGUAGE": "en"}


def one_line(said: str) -> str:
    assert len(said.strip().splitlines()) == 1, said
    return said.strip()


def test_a_group_without_a_command_shows_its_help(run: Run) -> None:
    status, _, err = run("station")
    assert status == 2 and "enrol-request" in err


def test_each_line_is_answered_before_the_next_one_comes(station_folder: Path) -> None:
    env = {name: value for name, value in surroundings().items() if name != "PYTHONUNBUFFERED"}
    with subprocess.Popen(
        program(station_folder, "person", "add", "--json", "-"),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=env,
    ) as running:
        assert running.stdin is not None and running.stdout is not None
        for n in range(2):
            running.stdin.write(b'{"given": "Ana", "ref": %d}\n' % n)
            running.stdin.flush()
            assert json.loads(running.stdout.readline())["ref"] == n
        running.stdin.close()
        assert running.wait() == 0


def test_whoever_stops_listening_ends_the_command(station_folder: Path) -> None:
    read, write = os.pipe()
    os.close(read)
    done = subprocess.run(
        program(station_folder, "person", "add", "--json", "-"),
        input=b'{"given": "Ana"}\n' * 5,
        stdout=write,
        stderr=subprocess.PIPE,
        env=surroundings(),
        check=False,
    )
    os.close(write)
    assert (done.returncode, done.stderr) == (3, b"")


def test_random_bytes_for_a_passport_are_one_short_line(run: Run) -> None:
    status, out, _ = run("mrz", "--json", "-", stdin=b"\xff\x00garbage\n" * 500)
    assert status == 1 and len(out) < 300 and "error" in json.loads(out)


def test_an_address_that_this_program_does_not_speak_is_said(run: Run, office_folder: Path) -> None:
    for words, folder in (
        (("import", "https://example.org/in"), None),
        (("office", "receipts", "--to", "s3://bucket/in"), office_folder),
        (("import", "gopher://example.org/in"), None),
    ):
        status, out, err = run(*words, folder=folder)
        assert (status, out) == (1, "") and "does not speak" in one_line(err), words
    status, out, err = run("export", "--to", "sftp://somebody@127.0.0.1:9/in")
    assert (status, out) == (1, "") and "an office has enrolled" in one_line(err)
    status, out, err = run("backup", "--to", "sftp://somebody@127.0.0.1:9/in")
    assert (status, out) == (1, "") and "no address on the network" in one_line(err)


def test_options_with_times_are_named(run: Run) -> None:
    for words, option in (
        (("serve", "LUNCH", "LB1-000001-T", "--at", "noon"), "at"),
        (("serve", "LUNCH", "LB1-000001-T", "--at", "0001-01-01T00:00+14:00"), "at"),
        (("serve", "LUNCH", "LB1-000001-T", "--at", "2026-11-23T07:00[Europe]"), "at"),
        (("person", "show", "LB1-000001-T", "--as-of", "noon"), "as-of"),
        (("sheet", "--date", "2026-11-23", "--json", "--as-known-on", "noon"), "as-known-on"),
        (("sheet", "--date", "2026-02-30", "--json"), "date"),
    ):
        status, out, err = run(*words)
        assert (status, out) == (1, "") and one_line(err).startswith(f"{option}: "), words


def enrol(run: Run, office_folder: Path, letters: Path) -> None:
    """The office takes the station's series over."""
    request, reply = letters / "request.json", letters / "reply.json"
    assert run("station", "enrol-request", "-o", request)[0] == 0
    assert run("office", "enrol", request, "-o", reply, folder=office_folder)[0] == 0
    assert run("import", reply)[0] == 0


def test_an_office_counts_the_people_of_its_stations(run: Run, office_folder: Path, tmp_path: Path) -> None:
    enrol(run, office_folder, tmp_path)
    run("person", "add", "--json", "-", stdin='{"given": "Ana"}\n{"given": "Eva"}\n')
    run("export", "--to", tmp_path / "stick")
    run("import", tmp_path / "stick", folder=office_folder)
    here, there = (json.loads(run("status", "--json", folder=at)[1]) for at in (None, office_folder))
    assert (here["present"], there["present"], there["places"]) == (2, 2, None)
    assert run("status", folder=office_folder)[1].startswith("2 people present.")


def test_parts_for_others_are_said_once_and_not_held_against_anybody(
    run: Run, office_folder: Path, tmp_path: Path
) -> None:
    stick = tmp_path / "stick"
    run("export", "--to", stick)
    run("export", "--to", stick)
    enrol(run, office_folder, tmp_path)
    run("export", "--to", stick)
    for _ in range(2):
        status, out, err = run("import", stick, folder=office_folder)
        assert status == 0 and len(out.splitlines()) == 1
        assert "2 parts are for others" in one_line(err)
    status, out, _ = run("import", stick, "--json", folder=office_folder)
    found = json.loads(out)
    assert (status, found["for_others"], found["set_aside"], found["refused"]) == (0, 2, 0, 0)
    assert json.loads(run("status", "--json", folder=office_folder)[1])["set_aside"] == 0


def test_what_lies_there_and_is_none_of_ours_is_told(run: Run, tmp_path: Path) -> None:
    stick = tmp_path / "stick"
    run("export", "--to", stick)
    part = next(stick.rglob("*.age"))
    part.unlink()
    part.mkdir()
    status, out, err = run("import", stick, "--json")
    assert status == 0 and json.loads(out)["strange"] == 1 and "not touched" in one_line(err)


def test_a_damaged_file_is_said_with_what_to_do(run: Run, station_folder: Path, tmp_path: Path) -> None:
    file = station_folder / "station.db"
    whole = file.read_bytes()
    file.write_bytes(whole[:8192] + bytes(len(whole) - 8192))
    for words in (("state",), ("check",), ("find", "a"), ("backup", "--to", str(tmp_path / "disk"))):
        status, out, err = run(*words)
        assert (status, out) == (1, "") and "backup" in one_line(err), words
    file.write_bytes(b"")
    status, _, err = run("state")
    assert status == 1 and "empty" in one_line(err)
    assert not (station_folder / "reports").exists(), "the world's fault, not ours"


def test_a_file_is_no_backup(run: Run, tmp_path: Path) -> None:
    (tmp_path / "plan.csv").write_text("code\n", "utf-8")
    status, _, err = run("restore", tmp_path / "plan.csv", folder=tmp_path / "new")
    assert status == 1 and "shelterdesk-backup" in one_line(err) and not (tmp_path / "new").exists()
