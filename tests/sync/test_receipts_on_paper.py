"""Receipts on paper: printed at the office, read back by a scanner, taken in at the station, and only there."""

from __future__ import annotations

from datetime import timedelta
from io import BytesIO
from pathlib import Path

import pypdfium2
import pytest
import zxingcpp

from shelterdesk.actions.clock import SetClock
from shelterdesk.actions.desk import Desk
from shelterdesk.actions.exchange import export_bundle
from shelterdesk.actions.exchange_state import exchange_state
from shelterdesk.actions.receipt_slip import print_receipts, scan_receipt
from shelterdesk.actions.revoking import revoke_desk
from shelterdesk.actions.taking_in import import_from
from shelterdesk.core.errors import NotFound, Refused
from shelterdesk.core.event import hex16
from shelterdesk.core.moment import to_milliseconds
from shelterdesk.keys.ed25519 import SigningKey
from shelterdesk.keys.receiptcode import ConfirmedUpto, make_receipt_code
from shelterdesk.keys.signing import sign_statement
from shelterdesk.sync.receipt_codes import receipt_codes
from shelterdesk.sync.receipts import take_receipts
from tests.sync.worlds import World, at, join, register


def scanned(pdf: bytes) -> list[str]:
    """The texts of all codes on a paper, as a reader sees them at 200 dpi."""
    found = []
    for page in pypdfium2.PdfDocument(pdf):
        picture = page.render(scale=200 / 72).to_pil()
        found += [code.text for code in zxingcpp.read_barcodes(picture)]
    return found


def only_here(desk: Desk) -> int:
    reader = desk.reader()
    try:
        return exchange_state(reader).only_here
    finally:
        reader.close()


def printed(office: Desk, station: str) -> list[str]:
    out = BytesIO()
    done = print_receipts(office, station, out=out)
    assert done.result.pages == 1
    return scanned(out.getvalue())


def test_a_receipt_comes_home_on_paper(world: World, stick: Path, clock: SetClock) -> None:
    with at(world.lb, clock) as desk, at(world.office, clock) as office:
        register(desk, "Ana", "Eva")
        export_bundle(desk, stick)
        import_from(office, stick)
        (text,) = printed(office, "LB")
        before = only_here(desk)
        done = scan_receipt(desk, text).result
        assert not done.is_alarm and "Central taken in" in done.sentence
        assert only_here(desk) == 0 < before
        assert "confirmed before" in scan_receipt(desk, text.lower()).result.sentence
        # What was written since is not confirmed by it, and the next bundle holds just that.
        register(desk, "Sol")
        assert only_here(desk) > 0


def test_one_code_confirms_all_desks_of_a_station(
    world: World,
    stick: Path,
    tmp_path: Path,
    clock: SetClock,
) -> None:
    join(world.lb, tmp_path / "second", clock)
    with at(tmp_path / "second", clock) as second:
        register(second, "Eva")
        export_bundle(second, stick)
    with at(world.lb, clock) as desk, at(world.office, clock) as office:
        import_from(desk, stick)
        export_bundle(desk, stick)
        import_from(office, stick)
        (text,) = printed(office, "LB")
        assert not scan_receipt(desk, text).result.is_alarm
        assert only_here(desk) == 0
    with at(tmp_path / "second", clock) as second:
        scan_receipt(second, text)
        assert only_here(second) == 0


def test_nothing_is_confirmed_by_a_receipt_of_others(world: World, stick: Path, clock: SetClock) -> None:
    with at(world.lb, clock) as desk, at(world.mt, clock) as other, at(world.office, clock) as office:
        with pytest.raises(Refused, match="Nothing was heard"):
            print_receipts(office, "LB", out=BytesIO())
        with pytest.raises(NotFound):
            print_receipts(office, "XX", out=BytesIO())
        register(desk, "Ana")
        export_bundle(desk, stick)
        import_from(office, stick)
        (text,) = receipt_codes(office.store, "LB")
        assert "for another station" in scan_receipt(other, text).result.sentence
        before = only_here(desk)
        strange = SigningKey.new()
        lines = [ConfirmedUpto(desk.who.dev, desk.who.epoch, 1, bytes(16))]
        with pytest.raises(Refused, match="signature of this receipt does not fit"):
            scan_receipt(desk, make_receipt_code(strange, office.who.dev, 1_800_000_000, lines, False))
        with pytest.raises(Refused, match="other kind"):
            scan_receipt(
                desk, make_receipt_code(office.store.keys.signing, office.who.dev, 1_800_000_000, lines, True)
            )
        wrong = make_receipt_code(office.store.keys.signing, office.who.dev, 1_800_000_000, lines, False)
        done = scan_receipt(desk, wrong).result
        assert done.is_alarm and "another history" in done.sentence and only_here(desk) == before


def test_an_old_paper_confirms_nothing_that_was_taken_back(
    world: World, stick: Path, clock: SetClock
) -> None:
    """An office put back from a backup says how little it holds; a paper of before must not say more."""
    with at(world.lb, clock) as desk, at(world.office, clock) as office:
        register(desk, "Ana")
        export_bundle(desk, stick)
        import_from(office, stick)
        (old,) = receipt_codes(office.store, "LB")
        clock.forward(timedelta(hours=1))
        signed = sign_statement(
            office.store.keys.signing,
            {
                "statement": "receipt",
                "issuer": hex16(office.who.dev),
                "number": 1_000,
                "body": {
                    "desk": hex16(desk.who.dev),
                    "practice": False,
                    "roster": [hex16(office.roster.issuer), office.roster.number],
                    "made_ms": to_milliseconds(clock.now()),
                    "heard": [
                        {
                            "epoch": desk.who.epoch,
                            "upto": 0,
                            "chain": bytes(32).hex(),
                            "beyond": [],
                            "set_aside": [],
                        }
                    ],
                },
            },
        )
        assert take_receipts(desk.store, [signed]).new == 1
        before = only_here(desk)
        said = scan_receipt(desk, old).result
        assert "older than one" in said.sentence and only_here(desk) == before > 0


def test_a_revoked_desk_confirms_nothing(world: World, stick: Path, tmp_path: Path, clock: SetClock) -> None:
    join(world.lb, tmp_path / "second", clock)
    with at(world.lb, clock) as desk, at(tmp_path / "second", clock) as second:
        register(desk, "Ana")
        export_bundle(desk, stick, "LB")
        import_from(second, stick)
        (code,) = receipt_codes(second.store, "LB")
        revoke_desk(desk, "LB1A")
        with pytest.raises(Refused, match="was taken out"):
            scan_receipt(desk, code)


def test_a_desk_that_lost_its_work_learns_it_from_the_paper(
    world: World, stick: Path, clock: SetClock
) -> None:
    with at(world.lb, clock) as desk, at(world.office, clock) as office:
        epoch = desk.who.epoch
        lines = [ConfirmedUpto(desk.who.dev, epoch, 5_000, bytes(16))]
        key = office.store.keys.signing
        done = scan_receipt(desk, make_receipt_code(key, office.who.dev, 1_800_000_000, lines, False)).result
        assert done.is_alarm and "had lost" in done.sentence and desk.who.epoch > epoch
