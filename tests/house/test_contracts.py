"""The arrows between the rooms: every contract is broken once in a copy, and has to notice."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

TOP = Path(__file__).resolve().parents[2]
ROOMS = "Arrows go down; only __main__ and day join the command line to the window"
QT = "Only ui (and day, which plays it) imports Qt"
SQL = "Only db (and office, for its own engine) speaks to SQLite"

# file of the package, what it must not import, the contract that has to notice
OFFENCES = [
    ("core/words.py", "shelterdesk.keys", ROOMS),
    ("keys/__init__.py", "shelterdesk.db", ROOMS),
    ("db/__init__.py", "shelterdesk.sync", ROOMS),
    ("db/__init__.py", "shelterdesk.startup", ROOMS),
    ("sync/__init__.py", "shelterdesk.reports", ROOMS),
    ("reports/__init__.py", "shelterdesk.sync", ROOMS),
    ("sync/__init__.py", "shelterdesk.office", ROOMS),
    ("office/__init__.py", "shelterdesk.actions", ROOMS),
    ("startup.py", "shelterdesk.actions", ROOMS),
    ("actions/__init__.py", "shelterdesk.cli", ROOMS),
    ("actions/__init__.py", "shelterdesk.ui", ROOMS),
    ("cli.py", "shelterdesk.ui", ROOMS),
    ("cli.py", "shelterdesk.day", ROOMS),
    ("ui/__init__.py", "shelterdesk.cli", ROOMS),
    ("ui/__init__.py", "shelterdesk.day", ROOMS),
    ("a_new_room.py", "shelterdesk.core", ROOMS),
    ("core/words.py", "PySide6.QtCore", QT),
    ("cli.py", "PySide6.QtWidgets", QT),
    ("actions/__init__.py", "qtawesome", QT),
    ("a_new_room.py", "PySide6", QT),
    ("sync/__init__.py", "sqlcipher3", SQL),
    ("reports/__init__.py", "sqlite3", SQL),
    ("ui/__init__.py", "sqlite_utils", SQL),
]
WELCOME = [
    ("ui/__init__.py", "PySide6.QtWidgets"),
    ("day.py", "PySide6.QtCore"),
    ("day.py", "shelterdesk.ui"),
    ("day.py", "shelterdesk.cli"),
    ("__main__.py", "shelterdesk.day"),
    ("db/__init__.py", "sqlcipher3"),
    ("office/__init__.py", "sqlite3"),
    ("startup.py", "shelterdesk.db"),
    ("actions/__init__.py", "shelterdesk.startup"),
    ("cli.py", "shelterdesk.startup"),
]


def lint(folder: Path) -> subprocess.CompletedProcess[str]:
    """What lint-imports says about the package in a folder, under the contracts of that folder."""
    command = [
        str(Path(sys.executable).with_name("lint-imports")),
        "--no-cache",
        "--config",
        "pyproject.toml",
    ]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True)


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The package and its contracts in a folder of their own."""
    ignored = shutil.ignore_patterns("__pycache__")
    shutil.copytree(TOP / "shelterdesk", tmp_path / "shelterdesk", ignore=ignored)
    shutil.copy(TOP / "pyproject.toml", tmp_path)
    return tmp_path


def add_import(folder: Path, file: str, imported: str) -> None:
    """Make one file import something; rooms that are not built yet enter empty."""
    if imported in ("shelterdesk.cli", "shelterdesk.day", "shelterdesk.startup"):
        (folder / f"{imported.replace('.', '/')}.py").touch()
    with (folder / "shelterdesk" / file).open("a", encoding="utf-8") as source:
        source.write(f"\nimport {imported}\n")


def test_the_arrows_of_the_house_go_down() -> None:
    done = lint(TOP)
    assert done.returncode == 0, done.stdout
    assert "Contracts: 3 kept, 0 broken." in done.stdout


@pytest.mark.parametrize(("file", "imported", "contract"), OFFENCES)
def test_an_arrow_that_goes_up_is_noticed(file: str, imported: str, contract: str, copy: Path) -> None:
    add_import(copy, file, imported)
    done = lint(copy)
    assert done.returncode != 0
    assert f"{contract} BROKEN" in done.stdout or (file == "a_new_room.py" and "a_new_room" in done.stdout)


def test_an_arrow_hidden_in_a_function_is_noticed(copy: Path) -> None:
    with (copy / "shelterdesk" / "core" / "words.py").open("a", encoding="utf-8") as source:
        source.write("\ndef hidden() -> None:\n    import shelterdesk.db\n")
    assert f"{ROOMS} BROKEN" in lint(copy).stdout


def test_the_arrows_that_are_meant_are_welcome(copy: Path) -> None:
    for file, imported in WELCOME:
        add_import(copy, file, imported)
    done = lint(copy)
    assert done.returncode == 0, done.stdout
