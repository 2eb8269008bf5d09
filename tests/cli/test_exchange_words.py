"""What the commands of the exchange say: each sentence tells what is, and what to do next."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from click import Context, Group

from shelterdesk.actions.clock import SetClock
from shelterdesk.actions.desk import Desk
from shelterdesk.actions.table_joining import knock_at_table
from shelterdesk.cli import root
from shelterdesk.core.table_code import PIN_BYTES, TableCode, read_table_code
from shelterdesk.keys.tls import pin_of
from shelterdesk.sync.network_words import why_gone
from shelterdesk.sync.receipt_codes import receipt_codes
from tests.actions.at_site import person
from tests.cli.conftest import Run
from tests.cli.test_in_part import enrolled
from tests.cli.test_the_doors import one_line
from tests.stations import MORNING, PASSPHRASE
from tests.sync.worlds import at, carry, join


def test_who_asks_to_join_is_told_and_stopping_leaves_no_table(
    run: Run, station_folder: Path, tmp_path: Path
) -> None:
    run("table", "listen", "--address", "127.0.0.1", "--port", "0")
    with subprocess.Popen(
        # Whatever runs the tests in the background may have them ignore the signal that is sent here.
        ["env", "--default-signal=INT", sys.executable, "-m", "shelterdesk", "--data", station_folder, "table", "run"],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        env=os.environ
        | {"PYTHONUNBUFFERED": "1", "SHELTERDESK_LANGUAGE": "en", "SHELTERDESK_PASSPHRASE": PASSPHRASE},
        text=True,
    ) as host:  # fmt: skip
        watch = threading.Timer(120, host.kill)
        watch.start()
        try:
            assert host.stdout is not None and host.stderr is not None
            code = read_table_code(host.stdout.readline().split(":")[-1].strip())
            guest, words = knock_at_table(tmp_path / "new", code)
            guest.close()
            assert " ".join(words) in host.stderr.readline()
            assert f'table run --admit "{" ".join(words)}"' in host.stderr.readline()
            host.send_signal(signal.SIGINT)
            rest = host.stderr.read()
            assert "keeps its way to the table" in one_line(rest) and "left" not in rest
            assert host.wait() == 0
        finally:
            watch.cancel()
            host.kill()
    assert json.loads(run("table", "show", "--json")[1])["way"] == "listen"


def test_a_desks_own_code_is_recognised(run: Run, station_folder: Path) -> None:
    run("table", "listen", "--address", "127.0.0.1", "--port", "7000")
    with at(station_folder, SetClock(MORNING)) as desk:
        own = TableCode("127.0.0.1", 7000, pin_of(desk.store.keys.public, PIN_BYTES))
    status, _, err = run("table", "call", str(own))
    assert status == 1 and "own code" in one_line(err)
    assert json.loads(run("table", "show", "--json")[1])["way"] == "listen"


@pytest.mark.parametrize("command", [("export", "--to"), ("backup", "--to")])
def test_a_folder_that_is_not_there_is_said_to_be_missing(
    run: Run, tmp_path: Path, command: tuple[str, ...]
) -> None:
    status, _, err = run(*command, tmp_path / "no" / "such")
    assert status == 1 and "is not there" in one_line(err) and "protection" not in err
    (tmp_path / "file").write_text("x", "utf-8")
    status, _, err = run(*command, tmp_path / "file")
    assert status == 1 and "is a file" in one_line(err) and "protection" not in err


def receipt_text(run: Run, office_folder: Path, stick: Path) -> str:
    """A receipt of an office, as a scanner reads it."""
    assert run("office", "import", stick, folder=office_folder)[0] == 0
    with at(office_folder, SetClock(MORNING), user="admin") as office:
        return receipt_codes(office.store, "LB")[0]


def test_a_receipt_is_told_by_what_is_wrong_with_it(
    run: Run, office_folder: Path, tmp_path: Path, station_folder: Path
) -> None:
    shutil.copytree(station_folder, tmp_path / "before")
    _, stick = enrolled(run, office_folder, tmp_path)
    text = receipt_text(run, office_folder, stick)
    status, _, err = run("receipt", text, folder=tmp_path / "before")
    assert status == 1 and "knows no office yet" in one_line(err)
    body = text[:-40] + ("A" if text[-40] != "A" else "B") + text[-39:]
    status, _, err = run("receipt", body)
    assert status == 1 and "signed by nobody" not in err and "can" in one_line(err).casefold()
    assert run("receipt", text)[0] == 0


def test_what_was_set_aside_is_listed_with_what_to_do(
    run: Run, desk: Desk, tmp_path: Path, clock: SetClock
) -> None:
    assert run("set-aside") == (0, "Nothing is set aside.\n", "")
    folder = desk.folder
    join(folder, tmp_path / "second", clock)
    with at(tmp_path / "second", clock) as second:
        person(second, "Eva")
    assert run("station", "revoke", "LB1A", "--yes")[0] == 0
    carry(tmp_path / "second", folder, tmp_path / "stick", clock)
    status, out, _ = run("set-aside")
    assert status == 0 and "LB1A" in out and "taken out" in out and "lifts the revocation" in out
    status, out, _ = run("set-aside", "--json")
    found = [json.loads(line) for line in out.splitlines()]
    assert status == 0 and {one["code"] for one in found} == {"revoked_desk"}
    assert sum(one["entries"] for one in found) == json.loads(run("status", "--json")[1])["set_aside"]
    assert "set-aside" in run("status")[1]


def test_a_restored_desk_is_told_what_comes_next(run: Run, tmp_path: Path) -> None:
    status, out, _ = run("backup", "--to", tmp_path)
    assert status == 0
    status, _, said = run("restore", out.strip(), folder=tmp_path / "again")
    assert status == 0 and "as of 2026-11-23 08:00" in said
    assert "Next: take in the latest stick" in said and "make a new backup" in said


def test_a_clock_that_is_right_is_not_refused(run: Run) -> None:
    status, out, said = run("station", "clock", "--now", "2026-11-23T08:02")
    assert (status, said) == (0, "") and out.startswith("2026-11-23T08:00")
    status, _, said = run("station", "clock", "--now", "2026-11-23T19:00")
    assert status == 1 and "it says 2026-11-23 08:00" in one_line(said)


def test_addresses_are_told_without_words_of_libraries(run: Run, office_folder: Path, tmp_path: Path) -> None:
    enrolled(run, office_folder, tmp_path)
    for url, said in (
        ("sftp://somebody@127.0.0.1:9/in", "nothing listens there"),
        ("s3://bucket/in", "does not speak s3"),
        ("gopher://example.org/in", "does not speak gopher"),
    ):
        status, _, err = run("import", url)
        assert status == 1 and said in one_line(err), (url, err)
        assert not any(word in err for word in ("Errno", "install", "Protocol", "Unable", "getaddrinfo"))


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        (socket.gaierror(-2, "Name or service not known"), "no server of this name is known here"),
        (TimeoutError("timed out"), "no answer came in time"),
        (OSError(101, "Network is unreachable"), "no network leads there"),
        (ConnectionResetError(104, "Connection reset by peer"), "the connection broke off"),
        (ValueError("Protocol not known"), ""),
    ],
)
def test_why_nobody_answers(fault: Exception, said: str) -> None:
    assert why_gone(fault) == said


def test_a_repair_says_what_was_mended(run: Run, desk: Desk) -> None:
    ent, _ = person(desk, "Ana")
    assert run("check", "--repair")[2] == "Nothing had to be repaired.\n"
    with desk.store.transaction() as conn:
        conn.execute("UPDATE person SET given = 'Eva' WHERE ent = ?", (bytes.fromhex(ent),))
    status, out, _ = run("check")
    assert status == 1 and out and all(line.count(". ") >= 2 for line in out.splitlines())
    status, out, said = run("check", "--repair")
    assert status == 0 and out.startswith("Whole:")
    assert "Mended:" in said and "kept as before-repair-" in said
    assert run("check")[0] == 0
    assert json.loads(run("person", "show", ent, "--json")[1])["name"].startswith("Ana")


def test_no_word_of_the_program_is_said(run: Run) -> None:
    """Neither in the help nor in the guide: what a desk is told has words of the field."""

    def texts(command: object, name: str) -> list[str]:
        found = []
        if isinstance(command, Group):
            for key, one in command.commands.items():
                found += texts(one, f"{name} {key}")
        help_ = command.get_help(Context(command, info_name=name))  # type: ignore[attr-defined, arg-type]
        return [*found, help_]

    for text in texts(root, "shelterdesk"):
        words = text.replace("--epoch", "").replace("--roster", "").lower()
        assert "epoch" not in words and "roster" not in words and "replica" not in words, text
    guide = (Path(__file__).resolve().parents[2] / "docs" / "command-line.md").read_text("utf-8")
    left = guide.replace("`--epoch`", "").replace("`--roster`", "")
    assert "epoch" not in left and "roster" not in left
