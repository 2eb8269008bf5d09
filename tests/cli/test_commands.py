"""Commands as other programs use them: data out, one line when something is wrong, the status that was promised."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from shelterdesk.actions.desk import Desk
from shelterdesk.actions.registration import register_family
from shelterdesk.actions.users import add_user
from shelterdesk.cli import main
from shelterdesk.core.people import FamilyForm, PersonForm
from shelterdesk.core.vocabulary import Role
from tests.cli.conftest import Run
from tests.stations import CHEAP, PASSPHRASE, Template, seal_nonsense

FAMILY = [
    {
        "surnames": "Quispe Rojas",
        "given": "Rosa",
        "sex": "F",
        "birth": "1994-03",
        "household": "H1",
        "role": "HEAD",
        "ref": 1,
    },
    {"surnames": "Quispe Rojas", "given": "Luis", "sex": "M", "birth": "2016", "household": "H1", "ref": 2},
    {"given": "Nadie", "birth": "1994-13", "ref": 3},
]


def lines(records: list[dict[str, Any]]) -> str:
    return "\n".join(json.dumps(record) for record in records)


def test_a_family_from_lines_to_papers(run: Run, tmp_path: Path) -> None:
    status, out, _ = run("person", "add", "--json", "-", stdin=lines(FAMILY))
    answers = [json.loads(line) for line in out.splitlines()]
    assert status == 3
    assert answers[2] == {"ref": 3, "error": "birth: 1994-13 is not a month"}
    assert answers[0]["household"] == answers[1]["household"]
    number = answers[0]["number"]
    status, out, _ = run("find", "rojas qui", "--json")
    assert status == 0 and {json.loads(line)["number"] for line in out.splitlines()} == {
        number,
        answers[1]["number"],
    }
    plan = tmp_path / "plan.csv"
    plan.write_text(
        "code,parent,kind,quarter,capacity,area_m2,accessible\nA,,block,,,,\nA1,A,room,FAMILY,2,9,yes\n"
    )
    assert run("place", "import", plan)[0] == 0
    assert run("stay", "add", answers[0]["household"], "A1")[0] == 0
    assert json.loads(run("place", "list", "--json")[1].splitlines()[-1])["occupied"] == 2
    assert run("serve", "LUNCH", number)[0] == 0
    status, out, _ = run("serve", "LUNCH", number)
    assert status == 1 and "received" in out
    assert run("cards", "--household", answers[0]["household"], "-o", tmp_path / "cards.pdf")[0] == 0
    assert (tmp_path / "cards.pdf").read_bytes().startswith(b"%PDF")
    status, out, _ = run("person", "show", number, "--json")
    assert json.loads(out)["birth"] == "1994-03"
    assert run("stay", "end", number, "--reason", "LEFT_BUS")[0] == 0
    assert json.loads(run("status", "--json")[1])["present"] == 1
    assert run("check")[0] == 0


def test_the_sheet_balances_and_gives_its_numbers(run: Run, tmp_path: Path) -> None:
    came = [{**one, "arrived_at": "2026-11-22T10:00:00-05:00"} for one in FAMILY[:2]]
    run("person", "add", "--json", "-", stdin=lines(came))
    assert run("sheet", "--date", "2099-01-01", "-o", tmp_path / "s.pdf")[0] == 1
    status, out, _ = run("sheet", "--date", "2026-11-23", "-o", tmp_path / "s.pdf", "--json")
    numbers = json.loads(out)
    assert (status, numbers["present"], numbers["difference"]) == (0, 2, 0)


def test_what_is_wrong_is_one_line_and_status_one(run: Run, station_folder: Path, tmp_path: Path) -> None:
    wrong = tmp_path / "phrase"
    wrong.write_text("not this\n")
    assert (
        main(["--data", str(station_folder), "--user", "admin", "--passphrase-file", str(wrong), "state"])
        == 1
    )
    run("state")  # what was said so far is read
    status, out, err = run("state", folder=tmp_path / "nothing here")
    assert (status, out, len(err.strip().splitlines())) == (1, "", 1)
    refused: tuple[tuple[str, ...], ...] = (
        ("person", "show", "LB1-999999-A", "--json"),
        ("person", "show", "no such number", "--json"),
        ("serve", "SUPPER", "LB1-000001-T"),
        ("stay", "add", "LB1-000001-T", "Z9"),
        ("record", "show", "persons"),
        ("sheet", "--date", "tomorrow", "-o", str(tmp_path / "s.pdf")),
        ("place", "import", str(tmp_path / "no.csv")),
        ("import", str(tmp_path / "no stick")),
        ("export", "--to", str(tmp_path / "no" / "stick")),
        ("restore", str(tmp_path)),
        ("card", "verify", "SDC1AAAA"),
        ("user", "disable", "nobody"),
    )
    for words in refused:
        status, out, err = run(*words)
        assert (status, out) == (1, ""), words
        assert len(err.strip().splitlines()) == 1, err


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("A,B,room,,,,\nB,A,room,,,,\n", "A"),
        ("A,,block,,-4,,\n", "-4"),
        ("A,,tent,,4,,\n", "tent"),
        ("A,,block,,4,,\nA,,block,,4,,\n", "A"),
        ("A,X,room,,4,,\n", "X"),
    ],
)
def test_a_plan_that_cannot_be_leaves_nothing(run: Run, tmp_path: Path, text: str, said: str) -> None:
    plan = tmp_path / "plan.csv"
    plan.write_text(f"code,parent,kind,quarter,capacity,area_m2,accessible\n{text}")
    status, _, err = run("place", "import", plan)
    assert status == 1 and said in err and len(err.strip().splitlines()) == 1
    assert run("place", "list", "--json")[1] == ""


def test_roles_hold_on_the_command_line_too(run: Run) -> None:
    status, _, err = run("person", "add", "--json", "-", stdin=lines(FAMILY[:1]), user="counter")
    assert status == 1 and "role" in err
    assert run("user", "list", user="operator")[0] == 0
    assert run("sheet", "--date", "2026-11-24", "--json", user="gate")[0] == 1


def test_a_backup_and_its_restore(run: Run, tmp_path: Path) -> None:
    run("person", "add", "--json", "-", stdin=lines(FAMILY[:2]))
    status, out, _ = run("backup", "--to", tmp_path / "disk")
    assert status == 0
    before = run("state")[1]
    assert run("restore", out.strip(), folder=tmp_path / "new")[0] == 0
    assert run("state", folder=tmp_path / "new")[1] == before


def test_a_file_in_place_of_a_folder_is_said(run: Run, tmp_path: Path) -> None:
    locked = tmp_path / "locked"
    locked.write_text("a file where a folder should be")
    for words in (
        ("backup", "--to", str(locked)),
        ("export", "--to", str(locked)),
        ("cards", "--all-present", "-o", str(locked / "c.pdf")),
    ):
        status, _, err = run(*words)
        assert status == 1 and len(err.strip().splitlines()) == 1, words


def test_the_whole_route_from_two_stations_to_the_office(run: Run, tmp_path: Path) -> None:
    office = tmp_path / "office"
    assert run("office", "init", "--name", "Central", "--country", "PAN", folder=office)[0] == 0
    assert run("station", "enrol-request", "-o", tmp_path / "request.json")[0] == 0
    assert (
        run("office", "enrol", tmp_path / "request.json", "-o", tmp_path / "reply.json", folder=office)[0]
        == 0
    )
    assert run("import", tmp_path / "reply.json")[0] == 0
    run("person", "add", "--json", "-", stdin=lines(FAMILY[:2]))
    stick = tmp_path / "stick"
    assert run("export", "--to", stick)[0] == 0
    assert json.loads(run("office", "import", stick, "--json", folder=office)[1])["new"] > 0
    assert json.loads(run("office", "import", stick, "--json", folder=office)[1])["new"] == 0
    assert run("office", "receipts", "--to", stick, folder=office)[0] == 0
    assert run("import", stick)[0] == 0
    assert json.loads(run("status", "--json")[1])["only_here"] == 0
    assert run("state")[1] == run("state", folder=office)[1]
    assert (
        run(
            "office",
            "matrix",
            "--from",
            "2026-01-01",
            "--to",
            "2026-12-31",
            "-o",
            tmp_path / "m.csv",
            folder=office,
        )[0]
        == 0
    )
    part = next(stick.rglob("*.age"))
    part.write_bytes(part.read_bytes()[:-100])
    status, out, _ = run("office", "import", stick, "--json", folder=office)
    assert status in (1, 3) and json.loads(out)["new"] == 0


def test_users_come_go_and_come_back(run: Run, tmp_path: Path, station_template: Template) -> None:
    phrase, code = tmp_path / "phrase", tmp_path / "code"
    phrase.write_text("river boat lantern\n", "utf-8")
    code.write_text(station_template.recovery_code + "\n", "utf-8")
    assert run("user", "add", "rosa", "--role", "operator", "--new-passphrase-file", phrase)[0] == 0
    assert run("user", "disable", "rosa")[0] == 0
    as_rosa = ("--passphrase-file", phrase, "status")
    assert run(*as_rosa, user="rosa")[0] == 1
    assert run("user", "enable", "rosa")[0] == 0
    assert (
        run("user", "recover", "chief", "--recovery-code-file", code, "--new-passphrase-file", phrase)[0] == 0
    )
    assert run(*as_rosa, user="chief")[0] == 0
    code.write_text("NSFA9-XPNX9\n", "utf-8")
    status, _, said = run(
        "user", "recover", "x", "--recovery-code-file", code, "--new-passphrase-file", phrase
    )
    assert status == 1 and len(said.splitlines()) == 1


def test_what_is_done_elsewhere_is_one_line(run: Run, tmp_path: Path) -> None:
    sheet = tmp_path / "not" / "there.pdf"
    init = (
        "station",
        "init",
        "--code",
        "XX",
        "--name",
        "X",
        "--country",
        "PAN",
        "--timezone",
        "UTC",
        "--admin",
        "a",
    )
    status, _, said = run(*init, "--recovery-sheet", sheet, folder=tmp_path / "new")
    assert status == 1 and "no such folder" in said and not (tmp_path / "new").exists()
    assert run("office", "posts")[0] == 1
    status, _, said = run("place", "import", tmp_path)
    assert status == 1 and "is a folder" in said
    status, _, said = run("person", "add", "--json", "-", stdin="")
    assert status == 1 and said.strip()
    assert run("record", "show", "person", "0" * 32)[0] == 1


def test_who_shows_sealed_entries_hears_how_many_could_not_be_read(
    run: Run, desk: Desk, station_template: Template
) -> None:
    add_user(
        desk, "guard", frozenset({Role.PROTECTION}), PASSPHRASE,
        recovery_code=station_template.recovery_code, cost=CHEAP,
    )  # fmt: skip
    number = register_family(desk, FamilyForm((PersonForm(given="Ana"),))).result.members[0].number
    seal_nonsense(desk)
    desk.close()
    for command in (("record", "show", "child_status"), ("person", "show", number)):
        status, _, said = run(*command, user="guard")
        assert status == 0 and said.startswith("1 sealed entry could not be read: tell the office"), command
    assert "sealed" not in run("person", "show", number)[2], "who holds no key hears nothing"
