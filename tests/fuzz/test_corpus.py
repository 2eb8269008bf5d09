"""What searches have found, played again: no parser raises anything but its documented error."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest

from shelterdesk.core.event import parse
from shelterdesk.sync import container
from shelterdesk.sync.manifest import read_manifest
from shelterdesk.sync.trust import judge
from tests.fuzz import run, targets
from tests.fuzz.people import WHO, every_statement, held, said
from tests.fuzz.seeds import seeds
from tests.mutants.trees import changed_bytes, changed_tree

MOST_FILES, MOST_BYTES = 200, 500_000


def kept(target: str) -> list[Path]:
    """The inputs kept of a target, in order."""
    return sorted(path for path in (run.KEPT / target).iterdir() if path.is_file())


@pytest.mark.parametrize("target", run.TARGETS)
def test_what_was_found_is_played_again(target: str) -> None:
    assert kept(target)
    for path in kept(target):
        targets.TARGETS[target](path.read_bytes())
    for data in seeds(target):
        targets.TARGETS[target](data)


@pytest.mark.parametrize("target", run.TARGETS)
def test_a_short_search_without_guidance(target: str) -> None:
    """A few hundred changes of what is kept; in the time of a test, and the same each time."""
    rng = Random(f"search {target}")
    begin = [*seeds(target), *(path.read_bytes() for path in kept(target))]
    for _ in range(300):
        data = rng.choice(begin)
        if target in run.TREES and rng.random() < 0.6:
            try:
                data = json.dumps(changed_tree(rng, json.loads(data))).encode()
            except (ValueError, RecursionError):
                data = changed_bytes(rng, data)
        else:
            data = changed_bytes(rng, data)
        targets.TARGETS[target](data)


def test_every_target_is_kept_small() -> None:
    assert tuple(targets.TARGETS) == run.TARGETS
    files = [path for path in run.KEPT.rglob("*") if path.is_file()]
    assert {path.parent.name for path in files} == set(run.TARGETS)
    assert len(files) <= MOST_FILES and sum(path.stat().st_size for path in files) <= MOST_BYTES


def test_the_seeds_are_good() -> None:
    """A search that begins with nothing that is taken would never get past the first check."""
    for line in seeds("event"):
        assert parse(line).ops
    for raw in seeds("manifest"):
        assert read_manifest(raw).members
    for data in seeds("archive"):
        assert list(container.unpack(data)) is not None
    before = held()
    for keys, members in every_statement():
        one = said(keys, members["statement"], members["body"], members["number"])
        judged = judge(WHO, before.statements, [one])
        assert len(judged.new) == 1, (members["statement"], judged.refused)


@pytest.mark.parametrize(
    ("target", "name"),
    [
        ("manifest", "read_manifest"),
        ("event", "parse"),
        ("statement", "judge"),
        ("receipt", "from_member"),
        ("card", "read_token"),
    ],
)
def test_a_parser_that_stumbles_is_noticed(monkeypatch: pytest.MonkeyPatch, target: str, name: str) -> None:
    def stumbling(*_: object, **__: object) -> None:
        raise KeyError("a defect")

    monkeypatch.setattr(targets, name, stumbling)
    play: Callable[[bytes], None] = targets.TARGETS[target]
    with pytest.raises(KeyError):
        for data in seeds(target):
            play(data)


def test_the_log_says_how_long_each_was_searched() -> None:
    """The table in the document is the sum of the log: nobody has to believe a figure that was typed."""
    lines = [json.loads(line) for line in run.LOG.read_text("utf-8").splitlines()]
    assert {line["target"] for line in lines} == set(run.TARGETS)
    text = run.LOG.with_name("fuzzing.md").read_text("utf-8")
    for row in run.table(lines):
        assert row in text, row


def test_all_targets_go_on_where_the_log_ends() -> None:
    """The one that has had least comes first, and none that has had enough."""
    lines: list[run.Line] = [
        {"target": target, "cpu_s": 3_600 if at < 8 else at * 100} for at, target in enumerate(run.TARGETS)
    ]
    wanted = run.still_wanted([*lines, {"target": run.TARGETS[8], "cpu_s": 1_000}], 3_600)
    assert wanted == [(run.TARGETS[9], 2_700), (run.TARGETS[8], 1_800)]
    assert run.still_wanted(lines, 1) == []
    assert len(run.still_wanted([], 1)) == len(run.TARGETS)
