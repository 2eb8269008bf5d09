"""The guide and the command line know the same commands, every command explains itself, nothing shows a traceback."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from shelterdesk.cli import main, root
from shelterdesk.core.kinds import CARRIERS, KINDS, VOID
from shelterdesk.core.record_rules import LISTS

GUIDE = Path(__file__).parents[2] / "docs" / "command-line.md"


def commands(group: click.Group, before: str = "") -> Iterator[tuple[str, click.Command]]:
    """Every command with its full words, groups left out."""
    for name, command in group.commands.items():
        words = f"{before} {name}".strip()
        if isinstance(command, click.Group):
            yield from commands(command, words)
        else:
            yield words, command


def documented() -> set[str]:
    """Commands named in the first column of the guide's tables."""
    rows = re.findall(r"^\| `([a-z -]+)` \|", GUIDE.read_text("utf-8"), re.MULTILINE)
    return {row for row in rows if row != "shelterdesk"}


def kinds_table() -> str:
    """The list of kinds and fields as it stands in the guide."""
    rows = ["| kind | class | fields |", "|---|---|---|"]
    for kind in KINDS.values():
        if kind not in CARRIERS.values():
            fields = ", ".join(f"`{f.name}` {f.type.value}" for f in kind.fields if f.number != VOID)
            rows.append(f"| **{kind.name}** | {kind.confidentiality.value} | {fields} |")
    return "\n".join(rows) + "\n"


def lists_table() -> str:
    """The closed lists as they stand in the guide."""
    rows = ["| field | words |", "|---|---|"]
    for (kind, field), words in sorted(LISTS.items()):
        rows.append(f"| **{kind}** `{field}` | {', '.join(str(word) for word in words)} |")
    return "\n".join(rows) + "\n"


def test_the_guide_lists_the_words_of_every_closed_list() -> None:
    assert f"## Words of closed lists\n{lists_table()}\n## Kinds of record\n" in GUIDE.read_text("utf-8")


def test_the_guide_lists_every_kind_with_its_fields() -> None:
    assert GUIDE.read_text("utf-8").endswith("## Kinds of record\n" + kinds_table())


def test_the_first_hour_runs_as_it_stands(tmp_path: Path) -> None:
    """Word for word in an empty folder; ``shelterdesk`` is the program of this checkout."""
    block = re.search(r"## A first hour\n.*?```sh\n(.*?)```", GUIDE.read_text("utf-8"), re.DOTALL)
    assert block is not None
    door = f'shelterdesk() {{ "{sys.executable}" -m shelterdesk "$@"; }}\n'
    top = str(Path(__file__).parents[2])
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", door + block[1]],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": top, "LC_ALL": "C.UTF-8"},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    last = json.loads(done.stdout.splitlines()[-1])
    assert (last["present"], last["places"]) == (2, 2)
    assert (tmp_path / "cards.pdf").exists() and list((tmp_path / "stick").rglob("*.age"))


def test_the_guide_documents_every_command_and_no_other() -> None:
    assert documented() == {words for words, _ in commands(root)}


def test_the_guide_names_every_option_and_no_other() -> None:
    real = {o for _, c in commands(root) for p in c.params for o in p.opts} | {
        o for p in root.params for o in p.opts
    }
    real = {option for option in real if option.startswith("--")} - {"--help", "--version"}
    assert set(re.findall(r"(--[a-z][a-z-]+)", GUIDE.read_text("utf-8"))) == real


@pytest.mark.parametrize("words", [words for words, _ in commands(root)])
def test_every_command_explains_itself(words: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*words.split(), "--help"]) == 0
    said = capsys.readouterr().out
    assert said.startswith("Usage: ") and len(said.splitlines()) >= 5


@pytest.mark.parametrize("words", [words for words, _ in commands(root)])
def test_wrong_use_is_status_two(words: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*words.split(), "--no-such-option"]) == 2
    assert "Traceback" not in capsys.readouterr().err
