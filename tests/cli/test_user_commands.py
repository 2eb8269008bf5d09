"""Users at the command line: what the window can do with people who log in, by script."""

from __future__ import annotations

import json
from pathlib import Path

import pypdfium2
import pytest

from shelterdesk.keys.recovery import as_printed
from tests.cli.conftest import Run
from tests.stations import Template


@pytest.fixture
def secrets(tmp_path: Path, station_template: Template) -> dict[str, Path]:
    """Files with one secret each."""
    said = {
        "given": "words on a slip",
        "own": "words of my own",
        "code": as_printed(station_template.recovery_code),
    }
    for name, text in said.items():
        (tmp_path / name).write_text(f"{text}\n", "utf-8")
    return {name: tmp_path / name for name in said}


def listed(run: Run, name: str) -> dict[str, object]:
    status, out, _ = run("user", "list", "--json")
    assert status == 0
    found = [json.loads(line) for line in out.splitlines()]
    return dict(next(one for one in found if one["name"] == name))


def test_a_passphrase_is_reset_and_an_own_one_chosen(run: Run, secrets: dict[str, Path]) -> None:
    given, own = secrets["given"], secrets["own"]
    assert run("user", "reset", "operator", "--new-passphrase-file", given)[0] == 0
    assert listed(run, "operator")["is_reset"] is True
    status, _, err = run("--passphrase-file", given, "status", user="operator")
    assert status == 1 and "shelterdesk user passphrase" in err
    status, _, err = run(
        "--passphrase-file", given, "user", "passphrase", "--new-passphrase-file", given, user="operator"
    )
    assert status == 1 and "Choose another one" in err
    change = ("user", "passphrase", "--new-passphrase-file")
    assert run("--passphrase-file", given, *change, own, user="operator")[0] == 0
    assert run("--passphrase-file", own, "status", user="operator")[0] == 0
    assert (
        run("--passphrase-file", own, *change, given, user="operator")[0] == 0
    )  # an own one is changed as ever
    assert run("--passphrase-file", given, "status", user="operator")[0] == 0
    assert run("user", "reset", "admin", "--new-passphrase-file", given)[0] == 1
    assert run("user", "reset", "counter", "--new-passphrase-file", given, user="operator")[0] == 1


def test_roles_change_and_keys_are_handed_on_and_renewed(run: Run, secrets: dict[str, Path]) -> None:
    code, given, own = secrets["code"], secrets["given"], secrets["own"]
    both = ("--role", "operator", "--role", "health")
    status, _, err = run("user", "change", "operator", *both)
    assert status == 1 and "Nobody here can hand over" in err
    assert run("user", "change", "operator", *both, "--recovery-code-file", code)[0] == 0
    assert run("user", "change", "operator", "--organisation", "Cruz Roja")[0] == 0
    line = listed(run, "operator")
    assert (line["roles"], line["organisation"], line["holds"]) == (
        ["health", "operator"],
        "Cruz Roja",
        ["health"],
    )
    assert run("user", "reset", "operator", "--new-passphrase-file", given)[0] == 0
    waiting = ("user", "let-in", "operator", "--role", "health", "--recovery-code-file", code)
    status, _, err = run(*waiting)
    assert status == 1 and "somebody else chose" in err
    assert (
        run("--passphrase-file", given, "user", "passphrase", "--new-passphrase-file", own, user="operator")[
            0
        ]
        == 0
    )
    assert listed(run, "operator")["waits"] == ["health"]
    assert run(*waiting)[0] == 0 and listed(run, "operator")["holds"] == ["health"]
    assert run("user", "renew-key", "health")[0] == 1  # an admin alone cannot
    assert run("--passphrase-file", own, "user", "renew-key", "health", user="operator")[0] == 0
    status, _, err = run("user", "disable", "operator")
    assert status == 0 and "Make a new key" in err


def test_a_new_recovery_sheet_in_two_steps(
    run: Run, secrets: dict[str, Path], tmp_path: Path, station_template: Template
) -> None:
    sheet = tmp_path / "sheet.pdf"
    status, _, err = run("station", "recovery-sheet", "--put-away")
    assert status == 1 and "waits" in err
    for wrong in ((), ("-o", sheet, "--put-away")):
        assert run("station", "recovery-sheet", *wrong)[0] == 2
    assert run("station", "recovery-sheet", "-o", sheet, user="operator")[0] == 1
    assert run("station", "recovery-sheet", "-o", sheet)[0] == 0
    text = pypdfium2.PdfDocument(sheet)[0].get_textpage().get_text_range()
    first = as_printed(station_template.recovery_code).split("-")[0]
    assert "Recovery sheet" in text and first not in text
    recover = ("user", "recover", "chief", "--new-passphrase-file", secrets["own"], "--recovery-code-file")
    done = run("station", "recovery-sheet", "--put-away", "--old-recovery-code-file", secrets["code"])
    assert done[0] == 0 and "does not open" not in done[2]
    assert run(*recover, secrets["code"])[0] == 1  # the old one opens it no longer


def test_staff_cards_on_paper(run: Run, tmp_path: Path) -> None:
    target = tmp_path / "staff.pdf"
    make = ("user", "staff-cards", "-o", target, "--count", "12", "--from", "40", "--role", "supervisor")
    assert run(*make, user="operator")[0] == 1 and not target.exists()
    assert run("user", "staff-cards", "-o", target, "--count", "0")[0] == 1
    assert run(*make)[0] == 0
    document = pypdfium2.PdfDocument(target)
    assert len(document) == 2
    text = document[0].get_textpage().get_text_range()
    assert "40" in text and "supervisor" in text and "admin" not in text


def test_a_short_passphrase_for_a_real_station_is_remarked_on(run: Run, tmp_path: Path) -> None:
    init = (
        "station",
        "init",
        "--code",
        "LB",
        "--name",
        "N",
        "--country",
        "PAN",
        "--timezone",
        "America/Panama",
    )
    status, _, err = run(*init, "--admin", "admin", folder=tmp_path / "real")
    assert status == 0 and "short for a real station" in err
    status, _, err = run(*init, "--admin", "admin", "--practice", folder=tmp_path / "practice")
    assert status == 0 and "short for" not in err
