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


def enrolled(run: Run, office_folder: Path, letters: Path) -> tuple[Path, Path]:
    """The office's reply, taken in, and the station's first stick for it."""
    request, reply, stick = letters / "request.json", letters / "reply.json", letters / "stick"
    run("station", "enrol-request", "-o", request)
    run("office", "enrol", request, "-o", reply, folder=office_folder)
    run("import", reply)
    run("export", "--to", stick)
    return reply, stick


def test_a_source_that_cannot_be_read_lets_the_others_in(
    run: Run, office_folder: Path, tmp_path: Path
) -> None:
    reply, stick = enrolled(run, office_folder, tmp_path)
    asked = ("office", "import", stick, tmp_path / ("n" * 300), reply, "--json")
    status, out, _ = run(*asked, folder=office_folder)
    found = json.loads(out)
    assert (status, found["refused"]) == (IN_PART, 2) and found["new"] > 0
    gone = "sftp://somebody@127.0.0.1:9/in"
    status, out, _ = run("office", "import", stick, gone, "--json", folder=office_folder)
    found = json.loads(out)
    assert (status, found["refused"], found["new"]) == (IN_PART, 1, 0)
    assert "127.0.0.1:9 does not answer" in found["parts"][-1]["reason"]


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


def interrupted(done: int) -> Iterator[dict[str, str]]:
    for n in range(done):
        yield {"id": str(n)}
    raise KeyboardInterrupt


def test_lines_done_before_somebody_stopped_it_count(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        answer_lines(interrupted(3))
    assert ended.value.code == IN_PART and "3 lines were done before that" in capsys.readouterr().err


def test_a_stick_that_is_not_plugged_in_is_not_made_on_the_laptop(run: Run) -> None:
    for words in (("export", "--to"), ("backup", "--to")):
        for place in (Path("/", "media", "no stick"), Path("/", "run", "media", "nobody", "stick")):
            status, out, err = run(*words, place)
            assert (status, out) == (REFUSED, "") and "No stick is at" in one_line(err)
            assert not place.exists()


def test_a_misspelt_member_is_refused_and_an_unknown_one_told(run: Run) -> None:
    lines = '{"given": "Ana", "surname": "Vega"}\n{"given": "Eva", "favourite_colour": "blue"}\n'
    status, out, _ = run("person", "add", "--json", "-", stdin=lines)
    first, second = (json.loads(line) for line in out.splitlines())
    assert status == IN_PART and "surnames" in json.dumps(first["error"], ensure_ascii=False)
    assert any("favourite_colour" in one for one in second["warnings"])


def test_new_cards_say_that_they_end_the_old_ones(run: Run, tmp_path: Path) -> None:
    run("person", "add", "--json", "-", stdin='{"given": "Ana"}\n')
    assert "not valid any more" not in run("cards", "--all-present", "-o", tmp_path / "a.pdf")[2]
    assert (
        "1 earlier card is not valid any more" in run("cards", "--all-present", "-o", tmp_path / "a.pdf")[2]
    )


def test_a_meal_taken_says_until_when(run: Run) -> None:
    run("person", "add", "--json", "-", stdin='{"given": "Ana"}\n')
    found = json.loads(run("find", "Ana", "--json")[1].splitlines()[0])
    assert run("serve", "LUNCH", found["number"])[0] == 0
    status, out, _ = run("serve", "LUNCH", found["number"])
    assert status == REFUSED and "Not again before" in out + run("serve", "LUNCH", found["number"])[2]


def test_posts_have_headings_and_say_when_they_were_heard(
    run: Run, office_folder: Path, tmp_path: Path
) -> None:
    _, stick = enrolled(run, office_folder, tmp_path)
    run("office", "import", stick, folder=office_folder)
    heads, line = run("office", "posts", folder=office_folder)[1].splitlines()
    told = dict(zip(heads.split("\t"), line.split("\t"), strict=True))
    assert told["Station"] == "LB" and told["Last heard"].startswith("2026-11-2")
    assert told["Whole up to"].startswith("LB1:") and told["Gaps"] == told["Set aside"] == "0"


def test_of_days_before_the_records_nothing_is_known(run: Run, tmp_path: Path) -> None:
    status, out, err = run("sheet", "--date", "2026-11-01", "--json")
    assert (status, out) == (REFUSED, "") and "begin on 2026-11-2" in one_line(err)
    run("person", "add", "--json", "-", stdin='{"given": "Ana", "arrived_at": "2026-11-01T09:00-05:00"}\n')
    told = json.loads(run("sheet", "--date", "2026-11-02", "--json")[1])
    assert told["present"] == 1 and told["without_a_place"] == 1 and told["occupancy_percent"] is None
    assert run("sheet", "--date", "2026-10-31", "--json")[0] == REFUSED
