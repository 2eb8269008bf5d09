"""What was done before something went wrong is done, and the exit status says so; replies are compared by six words."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from shelterdesk.cli.ways import IN_PART, REFUSED, answer_lines
from shelterdesk.core.errors import DiskFull
from tests.cli.conftest import Run
from tests.cli.test_the_doors import one_line


def answers(done: int) -> Iterator[dict[str, str]]:
    for n in range(done):
        yield {"id": str(n)}
    raise DiskFull("disk")


def test_lines_done_before_the_disk_was_full_count(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        answer_lines(answers(2))
    said = capsys.readouterr()
    assert ended.value.code == IN_PART and len(said.out.splitlines()) == 2
    assert "no room left" in said.err and "2 lines were done before that" in said.err
    with pytest.raises(DiskFull):
        answer_lines(answers(0))


def test_a_source_that_cannot_be_read_lets_the_others_in(
    run: Run, office_folder: Path, tmp_path: Path
) -> None:
    request, reply, stick = tmp_path / "request.json", tmp_path / "reply.json", tmp_path / "stick"
    run("station", "enrol-request", "-o", request)
    run("office", "enrol", request, "-o", reply, folder=office_folder)
    run("import", reply)
    run("export", "--to", stick)
    asked = ("office", "import", stick, tmp_path / ("n" * 300), reply, "--json")
    status, out, _ = run(*asked, folder=office_folder)
    found = json.loads(out)
    assert (status, found["refused"]) == (IN_PART, 2) and found["new"] > 0
    status, out, err = run("office", "import", stick, "sftp://example.org/in", folder=office_folder)
    assert (status, out) == (REFUSED, "") and "network" in one_line(err)


def test_the_words_of_an_office_are_compared(run: Run, office_folder: Path, tmp_path: Path) -> None:
    request, reply = tmp_path / "request.json", tmp_path / "reply.json"
    run("station", "enrol-request", "-o", request)
    own = run("office", "enrol", request, "-o", reply, folder=office_folder)[2]
    words = own.split("six words:")[-1].split(".")[0]
    status, _, err = run("import", reply, "--words", " ".join(reversed(words.split())))
    assert status == REFUSED and "not the six words" in err and "from now on" not in err
    status, _, err = run("import", reply, "--words", words.upper())
    assert status == 0 and "Nobody compared" not in err


def test_the_words_of_a_desk_are_compared(run: Run, tmp_path: Path) -> None:
    further, request, reply = tmp_path / "further", tmp_path / "request.json", tmp_path / "reply"
    run("station", "join-request", "-o", request, folder=further)
    assert run("station", "admit", request, "-o", reply)[0] == 0
    status, _, err = run("import", reply, "--words", "one two three four five six", folder=further)
    assert status == REFUSED and "not the six words" in err
    assert not (further / "station.db").exists()
    status, _, err = run("import", reply, folder=further)
    assert status == 0 and "Its six words:" in err and "Nobody compared" in err
