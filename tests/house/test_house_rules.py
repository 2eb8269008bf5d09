"""The rules no library checks: each is broken once and has to be noticed; the checkout itself keeps them."""

from __future__ import annotations

import ast
import subprocess
from pathlib import Path

import pytest

from tools.house_rules import (
    SYSTEM_DOOR,
    broken_rules,
    of_one_machine,
    of_one_system,
    sleeping,
    sql_outside,
)

TOP = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize(
    "code",
    [
        "import time\ntime.sleep(1)",
        "from time import sleep",
        "import asyncio\nasyncio.sleep(1)",
        "def test(qtbot): qtbot.wait(10)",
        "def test(self): self.qtbot.wait(10)",
        "QTest.qWait(10)",
    ],
)
def test_a_test_that_sleeps_is_noticed(code: str) -> None:
    assert len(list(sleeping("tests/x.py", ast.parse(code)))) == 1


@pytest.mark.parametrize(
    "code", ["event.wait(2)", "qtbot.waitUntil(ready)", "thread.wait(10)", "'time.sleep'"]
)
def test_waiting_for_something_is_welcome(code: str) -> None:
    assert list(sleeping("tests/x.py", ast.parse(code))) == []


@pytest.mark.parametrize(
    "code",
    [
        "run('SELECT ent FROM person WHERE void = 0')",
        "run('''\n    SELECT count(*)\n    FROM person''')",
        "run(f'SELECT {column} FROM {table}')",
        "run('INSERT INTO person VALUES (?)')",
        "run('INSERT OR IGNORE INTO person VALUES (?)')",
        "run('UPDATE person SET void = 1')",
        "run('DELETE FROM person')",
        "run('CREATE TABLE person (ent BLOB)')",
        "run('CREATE VIRTUAL TABLE names USING fts5(key)')",
        "run('PRAGMA journal_mode = WAL')",
        "run('WITH present AS (SELECT 1) SELECT 2')",
    ],
)
def test_sql_outside_its_rooms_is_noticed(code: str) -> None:
    tree = ast.parse(code)
    assert len(list(sql_outside("shelterdesk/reports/sheet.py", tree))) == 1
    assert list(sql_outside("shelterdesk/db/store.py", tree)) == []
    assert list(sql_outside("shelterdesk/office/store.py", tree)) == []


@pytest.mark.parametrize(
    "code",
    [
        "tr('Select a bed')",
        "tr('Create a practice station')",
        "tr('Update the program on this laptop; nothing was changed.')",
        "tr('With one key')",
        "def f():\n    'SELECT ent FROM person, it would say.'",
        "run('DELETED')",
    ],
)
def test_english_is_not_sql(code: str) -> None:
    assert list(sql_outside("shelterdesk/ui/x.py", ast.parse(code))) == []


# Put together here, so that this file keeps the rule itself.
@pytest.mark.parametrize(
    "line",
    [
        "see /" + "home/ana/main",
        "cd '/" + "work/main'",
        "PATH=/" + "opt/python",
        "--extra-index-" + "url x",
        "--find-" + "links x",
        "PIP" + "_INDEX_URL=x",
        "https://" + "pypi.org/simple",
        "https://" + "mirror.example/simple",
        "deb https://" + "deb.debian.org/debian bookworm main",
    ],
)
def test_what_belongs_to_one_machine_is_noticed(line: str) -> None:
    assert len(list(of_one_machine("docs/x.md", line))) == 1


@pytest.mark.parametrize(
    "line", ["docs/work/plan", "$root/opt/x", "/usr/share/fonts", "or/home/", "https://example.org/x"]
)
def test_what_holds_everywhere_is_welcome(line: str) -> None:
    assert list(of_one_machine("docs/x.md", line)) == []


def test_the_walk_over_a_checkout_finds_one_of_each(tmp_path: Path) -> None:
    def git(*arguments: str) -> None:
        subprocess.run(["git", *arguments], cwd=tmp_path, check=True, capture_output=True)

    git("init", "--quiet")
    for name, text in {
        "tests/test_x.py": "import time\ntime.sleep(1)\n",
        "shelterdesk/ui/x.py": "run('DELETE FROM person')\n",
        "docs/new.md": "in /" + "home/ana\n",
        "out/kept.txt": "ignored, yet added\n",
        "picture.bin": "",
    }.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, "utf-8")
    (tmp_path / "picture.bin").write_bytes(b"\x89PNG\xff")
    git("add", "--all")
    (tmp_path / ".gitignore").write_text("/out/\n/left/\n", "utf-8")
    (tmp_path / "left").mkdir()
    (tmp_path / "left" / "x.md").write_text("in /" + "home/ana\n", "utf-8")
    told = [line.split(":")[0] for line in broken_rules(tmp_path)]
    assert told == ["out/kept.txt (and 0 more)", "docs/new.md", "shelterdesk/ui/x.py", "tests/test_x.py"]


def test_this_checkout_keeps_the_rules() -> None:
    assert list(broken_rules(TOP)) == []


@pytest.mark.parametrize(
    "code",
    ["import fcntl", "import fcntl as locks", "from pwd import getpwnam", "import msvcrt", "import os\nos.sync()",
     "import os\nos.uname().machine", "def f():\n    import resource"],
)  # fmt: skip
def test_what_one_system_has_is_noticed_anywhere_but_behind_its_door(code: str) -> None:
    tree = ast.parse(code)
    assert len(list(of_one_system("shelterdesk/sync/stick.py", tree))) == 1
    assert list(of_one_system(SYSTEM_DOOR, tree)) == []


@pytest.mark.parametrize(
    "code", ["import os\nos.fsync(1)", "import platform", "os.replace(a, b)", "'import fcntl'"]
)
def test_what_every_system_has_is_welcome(code: str) -> None:
    assert list(of_one_system("shelterdesk/sync/stick.py", ast.parse(code))) == []
