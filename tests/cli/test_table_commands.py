"""A table without a window: the way is chosen, desks exchange until nothing is left, a laptop is admitted by its words."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from shelterdesk.actions.clock import SetClock
from shelterdesk.core.table_code import TableCode
from tests.cli.conftest import Run
from tests.cli.test_the_doors import one_line
from tests.stations import MORNING, PASSPHRASE
from tests.sync.worlds import join

PERSON = json.dumps({"given": "Ana", "sex": "F", "ref": "a"})


@pytest.fixture
def second(station_folder: Path, tmp_path: Path) -> Path:
    """A second desk of the test's station."""
    join(station_folder, tmp_path / "second", SetClock(MORNING))
    return tmp_path / "second"


def names(run: Run, folder: Path | None = None) -> list[str]:
    return [json.loads(line)["name"] for line in run("find", "Ana", "--json", folder=folder)[1].splitlines()]


def test_two_desks_by_a_folder(run: Run, second: Path, tmp_path: Path) -> None:
    share = tmp_path / "share"
    share.mkdir()
    for folder in (None, second):
        assert run("table", "folder", share, folder=folder)[0] == 0
    assert json.loads(run("table", "show", "--json")[1])["folder"] == str(share)
    assert run("person", "add", "--json", "-", stdin=PERSON)[0] == 0
    for folder in (None, second):
        assert run("table", "run", "--until-idle", folder=folder)[0] == 0
    assert names(run, second) == names(run) != []
    assert run("table", "leave")[0] == 0
    status, _, err = run("table", "run", "--until-idle")
    assert status == 1 and "table listen" in one_line(err)


def test_a_desk_that_nobody_answers_says_so(run: Run) -> None:
    assert run("table", "call", TableCode("127.0.0.1", 9, bytes(9)))[0] == 0
    status, _, err = run("table", "run", "--until-idle")
    assert status == 1 and "127.0.0.1 does not answer" in one_line(err)
    status, _, err = run("table", "call", "ABC")
    assert status == 1 and "25 signs" in one_line(err)
    status, _, err = run("table", "folder", "nowhere")
    assert status == 1 and "is not there" in one_line(err)


def test_a_desk_listens_in_a_process_of_its_own_and_admits_by_words(
    run: Run, station_folder: Path, tmp_path: Path
) -> None:
    run("person", "add", "--json", "-", stdin=PERSON)
    run("table", "listen", "--address", "127.0.0.1", "--port", "0")
    new = tmp_path / "new"
    asked = run("station", "join-request", "-o", tmp_path / "request.json", folder=new)[2]
    words = asked.split("six words:")[-1].strip(" .\n")
    with subprocess.Popen(
        [sys.executable, "-m", "shelterdesk", "--data", station_folder, "table", "run", "--admit", words],
        stdout=subprocess.PIPE,
        env=os.environ
        | {"PYTHONUNBUFFERED": "1", "SHELTERDESK_LANGUAGE": "en", "SHELTERDESK_PASSPHRASE": PASSPHRASE},
        text=True,
    ) as host:
        watch = threading.Timer(120, host.kill)
        watch.start()
        try:
            assert host.stdout is not None
            code = host.stdout.readline().split(":")[-1].strip()
            status, _, err = run("table", "join", code, folder=new)
            assert status == 0 and "LB1A" in err
            assert run("table", "call", code, folder=new)[0] == 0
            run("person", "add", "--json", "-", stdin=PERSON, folder=new)
            assert run("table", "run", "--until-idle", folder=new)[0] == 0
            assert "Admitted as LB1A" in host.stdout.readline()
            assert "new entr" in host.stdout.readline()
        finally:
            watch.cancel()
            host.terminate()
    assert len(names(run)) == 2
