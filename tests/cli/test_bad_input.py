"""What a script, a pipe or a tired hand gives by mistake: one line, the status promised, nothing half done."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.cli.conftest import Run
from tests.cli.test_commands import FAMILY, lines
from tests.stations import PASSPHRASE

AS: Mapping[str, str] = {
    "SHELTERDESK_USER": "admin",
    "SHELTERDESK_PASSPHRASE": PASSPHRASE,
    "SHELTERDESK_LANGUAGE": "en",
}
TOP = Path(__file__).parents[2]


def one_line(said: str) -> bool:
    return len(said.strip().splitlines()) == 1


@pytest.fixture
def office(run: Run, tmp_path: Path) -> Path:
    folder = tmp_path / "office"
    assert run("office", "init", "--name", "Central", "--country", "PAN", folder=folder)[0] == 0
    return folder


@pytest.mark.parametrize(
    "words",
    [
        ("serve", "LUNCH", "LB1-000001-T"),
        ("stay", "add", "LB1-000001-T", "A1"),
        ("stay", "end", "LB1-000001-T", "--reason", "LEFT_BUS"),
        ("place", "list", "--json"),
        ("place", "import", "plan.csv"),
        ("cards", "--all-present", "-o", "cards.pdf"),
        ("sheet", "--date", "2026-11-23", "--json"),
        ("person", "add", "--json", "-"),
        ("record", "add", "place", "--json", "-"),
    ],
)
def test_work_of_a_station_in_an_offices_folder(run: Run, office: Path, words: tuple[str, ...]) -> None:
    stdin = json.dumps({"given": "Ana"} if words[0] == "person" else {"code": "A", "place_kind": "block"})
    status, out, err = run(*words, stdin=stdin, folder=office)
    assert (status, out) == (1, "") and "office's folder" in err and one_line(err)


@pytest.mark.parametrize(
    "words",
    [
        ("office", "posts"),
        ("office", "import", "stick"),
        ("office", "receipts", "--to", "stick"),
        ("office", "matrix", "--from", "2026-01-01", "--to", "2026-12-31", "-o", "m.csv"),
    ],
)
def test_work_of_the_office_in_a_stations_folder(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...]
) -> None:
    monkeypatch.chdir(tmp_path)
    status, out, err = run(*words)
    assert (status, out) == (1, "") and "station's folder" in err and one_line(err)
    assert not (tmp_path / "m.csv").exists() and not (tmp_path / "stick").exists()


def test_where_a_paper_cannot_go_nothing_is_done(run: Run, tmp_path: Path) -> None:
    run("person", "add", "--json", "-", stdin=lines(FAMILY[:2]))
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo)
    before = run("state")[1]
    for target in (tmp_path, Path("."), tmp_path / "no" / "such.pdf", fifo, tmp_path / ("n" * 300)):
        for words in (
            ("cards", "--all-present", "-o", str(target)),
            ("sheet", "--date", "2026-11-23", "-o", str(target)),
            ("station", "enrol-request", "-o", str(target)),
            ("station", "admit", "no-request", "-o", str(target)),
        ):
            status, out, err = run(*words)
            assert (status, out) == (1, "") and one_line(err), (words, err)
            assert "cannot be written" in err, (words, err)
    assert run("state")[1] == before and fifo.is_fifo()
    new = tmp_path / "further"
    assert run("station", "join-request", "-o", tmp_path, folder=new)[0] == 1
    assert not new.exists()


def test_a_link_to_a_file_stays_a_link(run: Run, tmp_path: Path) -> None:
    run("person", "add", "--json", "-", stdin=lines(FAMILY[:2]))
    (tmp_path / "real.pdf").touch()
    (tmp_path / "link.pdf").symlink_to("real.pdf")
    assert run("cards", "--all-present", "-o", tmp_path / "link.pdf")[0] == 0
    assert (tmp_path / "link.pdf").is_symlink()
    assert (tmp_path / "real.pdf").read_bytes().startswith(b"%PDF")


def test_an_admission_whose_reply_cannot_be_written_admits_nobody(run: Run, tmp_path: Path) -> None:
    further, request = tmp_path / "further", tmp_path / "request.json"
    assert run("station", "join-request", "-o", request, folder=further)[0] == 0
    assert run("station", "admit", request, "-o", tmp_path / "no" / "reply")[0] == 1
    assert run("station", "admit", request, "-o", tmp_path / "reply")[0] == 0
    status, _, err = run("import", tmp_path / "not there", folder=further)
    assert status == 1 and "is not there" in err


def test_nothing_came_in(run: Run) -> None:
    for words in (("person", "add"), ("record", "add", "place"), ("mrz",)):
        status, out, err = run(*words, "--json", "-", stdin="\n\n")
        assert (status, out) == (1, "") and "No line came in" in err


def test_a_bad_line_of_a_record_lets_the_others_go_on(run: Run) -> None:
    stdin = (
        '{"code": "A", "place_kind": "block"}\nno json\n{"code": "a", "place_kind": "block"}\n[1]\n'
        '{"code": {"missing": []}, "place_kind": "block"}\n{"ref": "last", "code": "C", "place_kind": "block"}\n'
    )
    status, out, _ = run("record", "add", "place", "--json", "-", stdin=stdin)
    answers = [json.loads(line) for line in out.splitlines()]
    assert status == 3 and [one["ref"] for one in answers] == [1, 2, 3, 4, 5, "last"]
    assert ["error" in one for one in answers] == [False, True, True, True, True, False]
    assert run("record", "add", "place", "--json", "-", stdin="no json")[0] == 1


@pytest.mark.parametrize(
    "words",
    [
        ("sheet", "--date", "0001-01-01", "--json"),
        ("sheet", "--date", "2026-11-23", "--json", "--as-known-on", "9999-12-31T23:59:59-12:00"),
        ("person", "show", "LB1-000001-T", "--json", "--as-of", "0001-01-01T00:00+14:00"),
        ("serve", "LUNCH", "LB1-000001-T", "--at", "0001-01-01T00:00+14:00"),
    ],
)
def test_a_year_no_calendar_shows(run: Run, words: tuple[str, ...]) -> None:
    status, out, err = run(*words)
    assert (status, out) == (1, "") and "1900 to 2199" in err and one_line(err)


def test_a_matrix_of_all_years_is_refused(run: Run, office: Path, tmp_path: Path) -> None:
    words = ("office", "matrix", "--from", "0001-01-01", "--to", "9999-12-31", "-o", tmp_path / "m.csv")
    status, _, err = run(*words, folder=office)
    assert status == 1 and err.startswith("from: ") and not (tmp_path / "m.csv").exists()


def test_one_stick_that_is_not_there_lets_the_others_in(run: Run, office: Path, tmp_path: Path) -> None:
    request, reply, stick = tmp_path / "request.json", tmp_path / "reply.json", tmp_path / "stick"
    run("station", "enrol-request", "-o", request)
    run("office", "enrol", request, "-o", reply, folder=office)
    run("import", reply)
    run("export", "--to", stick)
    status, out, _ = run("office", "import", tmp_path / "none", stick, "--json", folder=office)
    found = json.loads(out)
    assert (status, found["refused"]) == (3, 1) and found["new"] > 0
    assert found["parts"][0]["name"] == str(tmp_path / "none")


@pytest.mark.parametrize("name", ["a\nb", "a\0b", "\udcff", "n" * 81, " "])
def test_a_name_that_is_no_line_is_refused(run: Run, tmp_path: Path, name: str) -> None:
    phrase = tmp_path / "phrase"
    phrase.write_text("three words")
    status, _, err = run("user", "add", name, "--role", "gate", "--new-passphrase-file", phrase)
    assert status == 1 and err.startswith("name: ") and one_line(err)
    made = tmp_path / "made"
    words = ("--country", "PAN", "--timezone", "America/Panama", "--admin", "admin")
    assert run("station", "init", "--code", "LC", "--name", name, *words, folder=made)[0] == 1
    assert run("office", "init", "--name", name, folder=made)[0] == 1
    assert run("office", "init", "--name", "Central", "--country", "ZZZ", folder=made)[0] == 1
    assert run("office", "init", "--name", "Central", "--timezone", "Mars/Base", folder=made)[0] == 1
    assert not made.exists()


@pytest.mark.parametrize(
    "organisation", ["x" * 10_000, "Cruz\nRoja", "Cruz\x1b[31mRoja"], ids=["long", "lines", "signs"]
)
def test_an_organisation_that_is_no_line_is_refused(run: Run, tmp_path: Path, organisation: str) -> None:
    phrase = tmp_path / "phrase"
    phrase.write_text("a b c d")
    add = ("user", "add", "rosa", "--role", "operator", "--new-passphrase-file", phrase, "--organisation")
    status, _, said = run(*add, organisation)
    assert status == 1 and one_line(said) and "A name is one line of at most 80 signs." in said
    assert "rosa" not in run("user", "list")[1]
    assert run(*add, " Cruz Roja ")[0] == 0


def test_a_path_that_cannot_be_is_said_in_one_line(run: Run, tmp_path: Path) -> None:
    long = tmp_path / ("n" * 300)
    for words in (("state",), ("restore", str(tmp_path)), ("demo", "--no-window", "--people", "0")):
        status, out, err = run(*words, folder=long)
        assert (status, out) == (1, "") and one_line(err), (words, err)
    for path in (("place", "import"), ("import",), ("restore",)):
        words = (*path, str(long))
        status, out, err = run(*words)
        assert (status, out) == (1, "") and one_line(err), (words, err)
    assert not list(tmp_path.rglob("reports/*")), "a path mistyped is no fault of the program"


def test_wrong_use_is_one_line_that_names_the_help(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    for words in (
        ("find",),
        ("find", "x", "--limit", "0"),
        ("nothing",),
        ("user", "add", "x", "--role", "y"),
    ):
        status, out, err = run(*words)
        assert (status, out) == (2, "") and one_line(err) and "--help)" in err, err
    done = shelterdesk(["--data", "x", "state"], environment={"SHELTERDESK_LANGUAGE": "fr"})
    assert done.returncode == 2 and "fr is not spoken here" in done.stderr


def test_a_serving_says_the_code_of_the_service(run: Run) -> None:
    run("person", "add", "--json", "-", stdin=lines(FAMILY[:1]))
    assert json.loads(run("serve", "lunch", "LB1-000001-T", "--json")[1])["service"] == "LUNCH"


def shelterdesk(
    words: list[str],
    stdin: bytes = b"",
    *,
    redirect: str = "",
    limit: str = "",
    environment: Mapping[str, str] | None = None,
) -> subprocess.CompletedProcess[str]:
    """The program as a process of its own, its streams as a shell leaves them."""
    clean = {
        k: v for k, v in os.environ.items() if k not in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
    }
    door = [sys.executable, "-m", "shelterdesk", *words]
    return subprocess.run(
        ["bash", "-c", f'{limit} "$@" {redirect}', "-", *door],
        cwd=TOP,
        env={**clean, **(AS if environment is None else environment)},
        input=stdin.decode("latin-1"),
        encoding="latin-1",
        capture_output=True,
        timeout=60,
        check=False,
    )


@pytest.fixture
def inside(run: Run, station_folder: Path) -> list[str]:
    """The first words of a command in the test's station; somebody is registered there."""
    run("person", "add", "--json", "-", stdin=lines([{**FAMILY[0], "given": "Ñusta"}]))
    return ["--data", str(station_folder)]


def test_json_is_utf8_whatever_the_terminal_speaks(inside: list[str]) -> None:
    done = shelterdesk(
        [*inside, "find", "quispe", "--json"], environment={**AS, "PYTHONIOENCODING": "latin-1"}
    )
    assert "Ñusta" in json.loads(done.stdout.encode("latin-1").decode("utf-8"))["name"], done.stderr


def test_bytes_that_are_no_text_come_in(inside: list[str]) -> None:
    strict = {**AS, "PYTHONIOENCODING": "utf-8:strict"}
    done = shelterdesk(
        [*inside, "record", "add", "place", "--json", "-"], b'{"code": "\xff"}\n', environment=strict
    )
    assert done.returncode == 1 and json.loads(done.stdout) == {"ref": 1, "error": "line: this is not JSON"}
    done = shelterdesk(["mrz", "--json", "-"], b"\xff\n", environment=strict)
    assert done.returncode == 1 and "error" in json.loads(done.stdout)


def test_streams_that_are_closed_full_or_left(inside: list[str], station_folder: Path) -> None:
    done = shelterdesk([*inside, "find", "quispe", "--json"], redirect="> /dev/full")
    assert done.returncode == 1 and "cannot be written" in done.stderr and one_line(done.stderr)
    done = shelterdesk([*inside, "person", "add", "--json", "-"], redirect="<&-")
    assert done.returncode == 1 and "No line came in" in done.stderr
    assert shelterdesk([*inside, "find", "quispe", "--json"], redirect=">&-").returncode == 0
    assert shelterdesk([*inside, "state", "--no-such"], redirect="2>&-").returncode == 2
    done = shelterdesk([*inside, "record", "show", "person"], redirect="| true; exit ${PIPESTATUS[0]}")
    assert (done.returncode, done.stderr) == (0, "")
    assert not (station_folder / "reports").exists()


@pytest.mark.parametrize(
    "words",
    [
        "station init --code LB --name L --country PAN --timezone America/Panama --admin admin",
        "office init --name Central",
    ],
)
def test_a_set_up_that_ran_out_of_room_can_be_done_again(tmp_path: Path, words: str) -> None:
    folder = tmp_path / "made"
    command = ["--data", str(folder), *words.split()]
    done = shelterdesk(command, limit="ulimit -f 100;")
    assert done.returncode == 1 and "cannot be written" in done.stderr and one_line(done.stderr), done.stderr
    assert not list(folder.glob("station.db*"))
    assert shelterdesk(command).returncode == 0


def test_a_window_where_there_is_no_display(inside: list[str]) -> None:
    done = shelterdesk(inside)
    assert (done.returncode, done.stdout) == (1, "") and "no display" in done.stderr and one_line(done.stderr)
