"""A desk that lies says of an entry of its own that it was erased, under the hash of another desk's: nobody loses theirs."""

from __future__ import annotations

from pathlib import Path
from random import Random

import pytest

from shelterdesk.actions.checking import check_folder
from shelterdesk.actions.taking_in import import_from
from shelterdesk.core.event import parse
from tests.mutants.erased import hash_alone
from tests.mutants.forge import Draft, hash_named
from tests.mutants.judging import tried
from tests.mutants.setting import Setting, make_setting
from tests.mutants.whole import RealOffice


@pytest.fixture(scope="module")
def setting(tmp_path_factory: pytest.TempPathFactory) -> Setting:
    return make_setting(tmp_path_factory.mktemp("borrowed"), with_erasures=True)


def borrowed(setting: Setting, *, by_the_liar: bool) -> tuple[Draft, bytes, int]:
    """A part with an entry of an honest desk and, at a place of the desk that lies, its hash alone; the honest one too.

    ``by_the_liar``: the range with the hash stands before the honest desk's, else behind it.
    """
    one = Draft.of(setting, setting.small)
    one.manifest["min_reader"] = 2
    me = f"{setting.liar.dev:016x}"
    theirs = next(n for n, range_ in enumerate(one.manifest["ranges"]) if range_["dev"] != me)
    mine = next(n for n, range_ in enumerate(one.manifest["ranges"]) if range_["dev"] == me)
    line = next(line for line in reversed(one.lines[theirs]) if b'"eh":' not in line)
    last = parse(one.lines[mine][-1])
    one.lines[mine][-1] = hash_alone(
        hash_named(line).hex(), me, last.epoch, last.first_seq, len(last.ops), last.wall_ms
    )
    if (mine < theirs) is not by_the_liar:
        for several in (one.manifest["ranges"], one.lines):
            several[mine], several[theirs] = several[theirs], several[mine]
    one.settle_lines(Random(1))
    return one, hash_named(line), parse(line).dev


@pytest.mark.parametrize("first", [True, False])
def test_the_honest_entry_is_held_and_counts(setting: Setting, tmp_path: Path, first: bool) -> None:
    one, eh, dev = borrowed(setting, by_the_liar=first)
    real = RealOffice(setting, tmp_path)
    try:
        attempt = one.attempt("borrowed")
        outcome = tried(setting, real.office, attempt)
        assert outcome.code == "own word"
        real._write(attempt)
        desk = real._open()
        import_from(desk, real.stick)
        rows = desk.store.conn.execute("SELECT dev, line FROM event WHERE eh = ?", (eh,)).fetchall()
        assert sorted(row[0] for row in rows) == sorted((dev, setting.liar.dev))
        assert dict(rows)[dev] == setting.whole[eh]
        aside = desk.store.conn.execute(
            "SELECT s.reason FROM set_aside_op s JOIN event e ON e.id = s.event WHERE e.eh = ? AND e.dev = ?",
            (eh, dev),
        ).fetchall()
        assert aside == []
        chained = desk.store.conn.execute(
            "SELECT chain FROM event WHERE dev = ? AND eh = ?", (dev, eh)
        ).fetchone()
        said = next(r for r in one.manifest["ranges"] if r["dev"] == f"{dev:016x}")
        assert chained[0] is not None and said["head"] is not None
        assert check_folder(desk).result.before.findings == []
    finally:
        real.close()
