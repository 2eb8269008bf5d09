"""Receipts on paper: which lines they say of a station, and what a scanned one confirms here."""

from __future__ import annotations

from dataclasses import dataclass

import msgspec

from shelterdesk.core.errors import Refused
from shelterdesk.core.moment import to_milliseconds
from shelterdesk.core.words import tr
from shelterdesk.db import chain
from shelterdesk.db import receipts as held
from shelterdesk.db.statements import read_statement
from shelterdesk.db.store import Store
from shelterdesk.keys.receiptcode import (
    CHAIN_BYTES,
    MOST_LINES,
    ConfirmedUpto,
    ReceiptCode,
    make_receipt_code,
    read_receipt_code,
)
from shelterdesk.sync.receipts import Body, is_newer_by_word, note_said


@dataclass(frozen=True, slots=True)
class CodeTaken:
    """What a scanned receipt brought: who confirmed, when it was made (Unix ms), how many lines fitted, what grew.

    ``newer_self`` is an epoch in which the issuer holds more of this desk than this desk; ``others`` are desks whose
    history is another one here.
    """

    issuer: int
    made_ms: int
    confirmed: int
    grew: int
    newer_self: int | None
    others: tuple[int, ...]


def receipt_codes(store: Store, station: str) -> list[str]:
    """The codes that confirm to a station's desks what is held of them whole; none where nothing was heard."""
    lines: list[ConfirmedUpto] = []
    for dev, desk in sorted(store.roster.desks.items()):
        if desk.is_office or desk.station != station:
            continue
        heard = held.confirmable(store.conn, dev)
        lines += [
            ConfirmedUpto(dev, one.epoch, one.upto, one.chain[:CHAIN_BYTES]) for one in heard if one.upto
        ]
    now = to_milliseconds(store.now) // 1000
    key, who = store.keys.signing, store.who
    return [
        make_receipt_code(key, who.dev, now, lines[at : at + MOST_LINES], who.is_practice)
        for at in range(0, len(lines), MOST_LINES)
    ]


def take_receipt_code(store: Store, text: str) -> CodeTaken:
    """Believe and apply a scanned receipt; the same one again changes nothing.

    Nothing is confirmed where the chain value is not the one of this log (SYNC §1.7). Raises ``BadReceiptCode``, and
    ``Refused`` for a receipt of nobody known here, or of practice where work is real.
    """
    code = read_receipt_code(text)
    desk = store.roster.desks.get(code.issuer)
    if desk is None:
        raise _of_nobody_known(store)
    if desk.is_revoked:
        raise Refused(
            tr("The desk that made this receipt was taken out."),
            tr("Nothing was confirmed by it. Ask the office for another."),
        )
    if not code.is_signed_by(desk.sign):
        raise Refused(
            tr(
                "The signature of this receipt does not fit: a sign was read wrong, or the paper was changed."
            ),
            tr(
                "Nothing was confirmed by it. Scan it again; if it stays so, ask the office to print it anew."
            ),
        )
    if code.is_practice != store.who.is_practice:
        raise Refused(tr("Practice and real work are never mixed: this receipt is of the other kind."))
    return _apply(store, code)


def _of_nobody_known(store: Store) -> Refused:
    """Why a receipt's maker is not known here: there is no office yet, it is another one, or a sign was misread."""
    if store.roster.office is None:
        return Refused(
            tr("This desk knows no office yet, so no receipt can be checked."),
            tr(
                "Nothing was confirmed by it. Take in the office's reply or a stick of this station first, then scan it"
                " again."
            ),
        )
    return Refused(
        tr("This desk does not know who made this receipt: another office, or a sign was read wrong."),
        tr("Nothing was confirmed by it. Scan it again; if it stays so, ask which office made it."),
    )


def _newest_made(store: Store, issuer: int) -> dict[int, int]:
    """When an issuer made the newest receipt held here of each desk (Unix ms, by its own clock)."""
    return {
        one.dev: msgspec.convert(read_statement(one.raw, one.signature).body, type=Body).made_ms
        for one in held.receipts_held(store.conn)
        if one.issuer == issuer
    }


def _apply(store: Store, code: ReceiptCode) -> CodeTaken:
    confirmed = grew = 0
    newer: int | None = None
    others: list[int] = []
    now = to_milliseconds(store.now)
    newest = _newest_made(store, code.issuer)
    with store.transaction() as conn:
        note_said(store, [(line.dev, line.epoch, line.upto) for line in code.lines], code.issuer, now)
        for line in code.lines:
            if code.made_s * 1000 + 999 < newest.get(line.dev, 0):
                continue  # what its issuer has taken back since, put back from a backup, is not confirmed by an old paper
            ours = chain.value_at(conn, line.dev, line.epoch, line.upto)
            if ours is not None and ours[:CHAIN_BYTES] == line.chain:
                confirmed += 1
                grew += held.acknowledge(conn, line.dev, line.epoch, code.issuer, line.upto, ours, now)
            elif line.dev == store.who.dev and is_newer_by_word(store, code.issuer, line.epoch, line.upto):
                newer = max(line.epoch, newer or 0)
            elif line.upto <= chain.last_seq(conn, line.dev, line.epoch):
                others.append(line.dev)
    return CodeTaken(code.issuer, code.made_s * 1000, confirmed, grew, newer, tuple(others))
