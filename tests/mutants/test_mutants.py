"""Mutants of parts: none gets in, none makes the program stumble; and the judge notices when a check is taken away."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from shelterdesk.core.erased import is_hash_line, read_brought
from shelterdesk.core.errors import WorldError
from shelterdesk.core.event import Event, parse
from shelterdesk.keys.signing import Statement
from shelterdesk.sync import intake, lines, reader, receipts, trust
from tests.mutants import campaign
from tests.mutants.erased import ERASED
from tests.mutants.forge import Draft, as_it_lay, sealed_anew
from tests.mutants.judging import ACCEPTED, OWN_WORD, UNCHANGED, tried
from tests.mutants.setting import Setting, make_setting
from tests.mutants.whole import RealOffice

IN_SUITE, IN_SOAK = 2_000, 100_000
ERASED_IN_SUITE, ERASED_IN_LOG = 300, 10_000


@pytest.fixture(scope="module")
def setting(tmp_path_factory: pytest.TempPathFactory) -> Setting:
    """The desks, the office and good parts, made once."""
    return make_setting(tmp_path_factory.mktemp("mutants"))


@pytest.fixture
def real(setting: Setting, tmp_path: Path) -> Iterator[RealOffice]:
    """An office that takes mutants in."""
    office = RealOffice(setting, tmp_path)
    yield office
    office.close()


def test_good_parts_are_taken(setting: Setting, real: RealOffice) -> None:
    """What every mutant is compared with: the parts open, what is in them is what somebody wrote."""
    for part in (*setting.parts, setting.old, *setting.others):
        outcome = tried(setting, real.office, as_it_lay(part, "good"))
        assert outcome.code == UNCHANGED, outcome
    for part in setting.parts:
        outcome = tried(setting, real.office, sealed_anew(setting, part, part.plain, "good"))
        assert outcome.code == OWN_WORD and not outcome.kept_unsigned


def test_two_thousand_mutants(setting: Setting, real: RealOffice) -> None:
    """The first of the hundred thousand. One in fifty goes through the whole import into a real office."""
    print(f"mutants 0 to {IN_SUITE}")
    tally = campaign.play(setting, real, 0, IN_SUITE)
    assert tally.failures == []
    assert tally.tried == IN_SUITE and tally.whole == IN_SUITE // campaign.WHOLE
    assert tally.signed > IN_SUITE // 2
    # Every layer is reached: each of these checks refused something, and something came through to the end.
    assert {
        "check_outside", "open_part", "unpack", "read_header", "next", "read_manifest", "check_members", "content",
        "unzip_lines", "examine", "check_counts", "check_range", "from_member", "opened",
    } <= set(tally.layers)  # fmt: skip
    assert {
        "bad_signature", "no_signature", "unknown_signer", "bad_name", "not_for_us", "damaged", "sender", "manifest",
        "members", "bomb", "line", "chain", "receipt", "newer", OWN_WORD,
    } <= set(tally.codes)  # fmt: skip


def _no_inner_signature(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        reader, "verify", lambda data, armour, namespace, allowed, what="": next(iter(allowed))
    )


def _no_chain(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reader, "_check_ranges", lambda manifest, events, known: [])


def _no_statement_signature(monkeypatch: pytest.MonkeyPatch) -> None:
    def unverified(body: bytes, signature: str, allowed: Any, what: str = "") -> Statement:
        try:
            return Statement(json.loads(body), next(iter(allowed)))
        except (ValueError, RecursionError):
            raise WorldError("", "") from None

    monkeypatch.setattr(trust, "verify_statement", unverified)
    monkeypatch.setattr(receipts, "verify_statement", unverified)


def _no_reach(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trust, "beyond_reach", lambda statement, issuer, is_practice: None)
    monkeypatch.setattr("shelterdesk.core.belief.beyond_reach", lambda statement, issuer, is_practice: None)


def _no_sizes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reader, "check_members", lambda members: None)


@pytest.mark.parametrize(
    "without", [_no_inner_signature, _no_chain, _no_statement_signature, _no_reach, _no_sizes]
)
def test_a_check_taken_away_is_noticed(
    setting: Setting,
    real: RealOffice,
    monkeypatch: pytest.MonkeyPatch,
    without: Callable[[pytest.MonkeyPatch], None],
) -> None:
    """The judge is no ornament: without this check a mutant gets in, or the program stumbles."""
    monkeypatch.setattr(campaign, "keep", lambda number, attempt, outcome: None)
    monkeypatch.setattr(campaign, "WHOLE", 1 << 40)
    without(monkeypatch)
    for first in range(1, 2_000, 250):
        tally = campaign.play(setting, real, first, first + 250)
        if tally.failures:
            return
    pytest.fail("nothing got in")


@pytest.fixture(scope="module")
def with_erasures(tmp_path_factory: pytest.TempPathFactory) -> Setting:
    """The same, where the office had two people erased."""
    return make_setting(tmp_path_factory.mktemp("erased"), with_erasures=True)


@pytest.fixture
def real_erased(with_erasures: Setting, tmp_path: Path) -> Iterator[RealOffice]:
    """An office of that world that takes mutants in."""
    office = RealOffice(with_erasures, tmp_path)
    yield office
    office.close()


def test_parts_with_erased_lines_are_taken(with_erasures: Setting, real_erased: RealOffice) -> None:
    """What the erased mutants are made from: both say ``min_reader`` 2, and they get in."""
    small = [line for lines in Draft.of(with_erasures, with_erasures.small).lines for line in lines]
    assert any(line.startswith(b'{"eh":') for line in small)  # and a hash alone
    for part in with_erasures.parts:
        one = Draft.of(with_erasures, part)
        lines = [line for lines in one.lines for line in lines]
        assert one.manifest["min_reader"] == 2
        assert any(b'"eh":' in line and b'"o":' in line for line in lines)
        attempt = sealed_anew(with_erasures, part, part.plain, "good")
        outcome = tried(with_erasures, real_erased.office, attempt)
        assert outcome.code == OWN_WORD
        assert real_erased.take(attempt, outcome).why == ""


def test_mutants_of_erased_lines(with_erasures: Setting, real_erased: RealOffice) -> None:
    """The first of the ten thousand. One in five goes through the whole import into a real office."""
    print(f"erased mutants 0 to {ERASED_IN_SUITE}")
    tally = campaign.play(with_erasures, real_erased, 0, ERASED_IN_SUITE)
    assert tally.failures == []
    assert tally.signed == ERASED_IN_SUITE and tally.whole == ERASED_IN_SUITE // campaign.WHOLE_ERASED
    assert len(tally.kinds) == len(ERASED) and tally.kept_unsigned > ERASED_IN_SUITE
    assert {"examine", "check_range", "read_manifest", "opened"} <= set(tally.layers)


def _anybodys_word(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(intake, "_second_hand", lambda store, opened: set())


def _anything_erased(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(intake, "may_be_left", lambda event, erased: True)


def _any_reader(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reader, "ERASED_LINES", 0)


def _no_need_of_a_gap(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lines, "read_brought", lambda line: line_of(line) or parse(line))


def line_of(line: bytes) -> Event | None:
    """A hash alone, as the program reads it; None for what is none."""
    return read_brought(line) if is_hash_line(line) else None


@pytest.mark.parametrize("without", [_anybodys_word, _anything_erased, _any_reader, _no_need_of_a_gap])
def test_a_check_of_erased_lines_taken_away_is_noticed(
    with_erasures: Setting,
    real_erased: RealOffice,
    monkeypatch: pytest.MonkeyPatch,
    without: Callable[[pytest.MonkeyPatch], None],
) -> None:
    monkeypatch.setattr(campaign, "keep", lambda number, attempt, outcome: None)
    monkeypatch.setattr(campaign, "WHOLE_ERASED", 1)
    without(monkeypatch)
    for first in range(0, 1_000, 50):
        if campaign.play(with_erasures, real_erased, first, first + 50).failures:
            return
    pytest.fail("nothing got in")


def test_what_gets_in_is_kept(
    setting: Setting, real: RealOffice, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(campaign, "KEPT", tmp_path)
    attempt = as_it_lay(setting.small, "changed", sealed=setting.small.sealed + b"x")
    outcome = tried(setting, real.office, attempt)
    assert not outcome.is_failure
    campaign.keep(7, attempt, type(outcome)(ACCEPTED, "opened", "made up"))
    assert (tmp_path / "7" / str(attempt.name)).read_bytes() == attempt.sealed
    assert "made up" in (tmp_path / "7" / "outcome").read_text("utf-8")


def test_a_line_of_the_log_sums_a_block_up(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The runner itself, on a few: its log has one line a block, and says what it should."""
    log = tmp_path / "log.jsonl"
    assert campaign.campaign(500, 560, log) == 0
    (line,) = (json.loads(one) for one in log.read_text("utf-8").splitlines())
    assert json.loads(capsys.readouterr().out) == line
    assert (line["from"], line["to"], line["failures"], line["through_import"]) == (500, 560, [], 2)
    assert sum(line["codes"].values()) == sum(line["layers"].values()) == sum(line["kinds"].values()) == 60


@pytest.mark.soak
@pytest.mark.timeout(7200)
def test_a_hundred_thousand_mutants(tmp_path: Path) -> None:
    """SYNC §3, test 6: none accepted, none crashes, each below two seconds and 256 MiB."""
    assert campaign.campaign(0, IN_SOAK, tmp_path / "mutants.jsonl") == 0


KEPT_LOGS = Path(__file__).resolve().parents[2] / "docs" / "campaigns"


@pytest.mark.parametrize(
    ("name", "many", "whole"),
    [
        ("mutants.jsonl", IN_SOAK, campaign.WHOLE),
        ("mutants-erased.jsonl", ERASED_IN_LOG, campaign.WHOLE_ERASED),
    ],
)
def test_the_log_of_the_campaign_is_whole(name: str, many: int, whole: int) -> None:
    """All were played, block after block, half of them signed, and none got in."""
    lines = [json.loads(line) for line in (KEPT_LOGS / name).read_text("utf-8").splitlines()]
    at = 0
    for line in lines:
        assert line["from"] == at and line["failures"] == []
        assert line["slowest_s"] < campaign.MOST_S and line["memory_grown_mib"] < campaign.MOST_MIB
        at = line["to"]
    assert at == many
    assert sum(line["signed"] for line in lines) >= many // 2
    assert sum(line["through_import"] for line in lines) == many // whole
