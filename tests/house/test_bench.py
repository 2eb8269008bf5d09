"""The benchmarks still run: each once with a handful of everything, none of its times judged."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench.__main__ import RUNS, main, measured
from bench.families import Author, NameWords, Registrations
from bench.figures import Found, page, table
from bench.measure import TINY, Figure, median, percentile
from bench.stations import SEED, filled, opened
from shelterdesk.db.check import check


@pytest.mark.parametrize("name", RUNS)
def test_each_measurement_runs(name: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    found = measured(name, TINY, tmp_path)
    assert found.figures and all(one.value >= 0 for one in found.figures)
    assert name in capfd.readouterr().out
    assert [left.name for left in tmp_path.iterdir() if not left.name.startswith("station-")] == []


def test_a_filled_station_is_kept_and_whole(tmp_path: Path) -> None:
    told: list[str] = []
    other = filled(TINY.people, out=tmp_path, told=told.append)
    told.clear()
    first = filled(TINY.people, leaving=True, out=tmp_path, told=told.append)
    assert filled(TINY.people, leaving=True, out=tmp_path, told=told.append) == first
    assert len(told) == 1, "made once"
    assert other.folder.exists(), "another kind of station is another one"
    with opened(first.folder) as desk:
        assert check(desk.store.conn).is_whole
        counted = desk.store.conn.execute("SELECT count(*), count(to_ms) FROM presence").fetchone()
    assert counted[0] == TINY.people and 0 < counted[1] < TINY.people, "some have left, some are there"


def lines(seed: int, people: int = 40) -> list[bytes]:
    author = Author(7, "LB", "1B", "u", "", 1)
    return [event.line for event in Registrations(author, ["0" * 32], seed, sealed=False).events(people)]


def test_the_same_seed_gives_the_same_lines() -> None:
    assert lines(SEED) == lines(SEED)
    assert lines(SEED) != lines(SEED + 1)


def test_made_names_are_many_and_unevenly_borne() -> None:
    import random

    words = NameWords(random.Random(SEED), 2_000)
    assert len(set(words.words)) == 2_000
    drawn = words.some(20_000)
    common = sum(1 for word in drawn if word in set(words.words[:20]))
    assert common > len(drawn) * 0.15 and len(set(drawn)) > 1_000


def test_a_figure_judges_itself() -> None:
    slow = Figure("x", 3.0, "s", "bare", 1.0, most=5, most_times=2)
    assert slow.ratio == 3 and slow.is_met is False
    assert Figure("x", 3.0, "s", "bare", 2.0, most=5, most_times=2).is_met is True
    assert Figure("x", 6.0, "s", most=5).is_met is False
    assert Figure("x", 6.0, "s").is_met is None
    assert median([3, 1, 2, 10]) == 2.5 and percentile([1, 2, 3, 4, 5], 95) == pytest.approx(4.8)


def test_the_page_says_how_it_was_measured() -> None:
    found = {"cards": Found([Figure("x", 3.0, "s", "bare", 1.0, most_times=2)], 7.0, 2.5)}
    written = page(found, "2 processors", 5)
    assert "python -m bench cards" in written and "**not met**" in written and "seed 5" in written
    assert "shared" in written and "NOT MET" in table(found["cards"].figures)
    assert "upper bounds" not in page({"cards": Found([], 1.0, 0.1)}, "2 processors", 5)


def test_an_unknown_name_is_refused(capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["nothing"])
    assert "nothing" in capfd.readouterr().err
