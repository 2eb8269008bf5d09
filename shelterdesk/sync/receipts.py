"""Receipts: what was heard of a desk, signed; and what a receipt of others confirms here.

SYNC §1.7. A receipt confirms complete parts only, names the branch by its chain hash, and clears nothing
unless that hash is the one in this log.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

import msgspec

from shelterdesk.core.errors import WorldError
from shelterdesk.core.event import GENESIS, hex16
from shelterdesk.core.moment import to_milliseconds
from shelterdesk.core.roster import Roster
from shelterdesk.db import chain, meta
from shelterdesk.db import receipts as held
from shelterdesk.db.receipts import Heard, HeldReceipt
from shelterdesk.db.statements import read_statement
from shelterdesk.db.store import Store
from shelterdesk.keys.desk import desk_id
from shelterdesk.keys.signing import SignedStatement, sign_statement, verify_statement
from shelterdesk.keys.sshsig import claimed_signer
from shelterdesk.sync.faults import SetAside
from shelterdesk.sync.manifest import check_desk

_GREATEST = 1 << 53


class Line(msgspec.Struct, frozen=True):
    """What a receipt says of one epoch: whole up to ``upto`` with this chain there, more ranges, set aside."""

    epoch: int
    upto: int
    chain: str
    beyond: list[tuple[int, int]] = []
    set_aside: list[tuple[int, int, str]] = []


class Body(msgspec.Struct, frozen=True):
    """What a receipt says: to which desk, by which roster, when (Unix milliseconds)."""

    desk: str
    practice: bool
    made_ms: int
    roster: tuple[str, int]
    heard: list[Line]


@dataclass(slots=True)
class Confirmed:
    """What receipts brought: how many were news, entries confirmed, histories that differ from ours."""

    new: int = 0
    grew: bool = False
    other_history: list[int] = field(default_factory=list)  # desks
    newer_self: int | None = None  # epoch in which the issuer holds more of this desk than this desk
    refused: list[str] = field(default_factory=list)


def make_receipt(store: Store, dev: int) -> HeldReceipt | None:
    """The receipt of this folder for a desk, made anew only when there is news; None if nothing was heard."""
    lines = [_line(heard) for heard in held.confirmable(store.conn, dev)]
    if not lines:
        return None
    who, roster, now = store.who, store.roster, to_milliseconds(store.now)
    news = {"practice": who.is_practice, "roster": [hex16(roster.issuer), roster.number], "heard": lines}
    for last in held.receipts_held(store.conn):
        if (last.issuer, last.dev) == (who.dev, dev):
            body = read_statement(last.raw, last.signature).body
            if {name: body[name] for name in news} == news:
                return last
    with store.transaction() as conn:
        number = meta.next_count(conn, "receipt")
        signed = sign_statement(
            store.keys.signing,
            {
                "statement": "receipt",
                "issuer": hex16(who.dev),
                "number": number,
                "body": news | {"desk": hex16(dev), "made_ms": now},
            },
        )
        made = HeldReceipt(who.dev, dev, number, signed.body, signed.signature, now)
        held.keep_receipt(conn, made)
    return made


def _line(heard: Heard) -> dict[str, Any]:
    return {
        "epoch": heard.epoch,
        "upto": heard.upto,
        "chain": heard.chain.hex(),
        "beyond": [list(one) for one in heard.beyond],
        "set_aside": [list(one) for one in heard.set_aside],
    }


def receipts_for(store: Store, desks: Collection[int] | None) -> list[HeldReceipt]:
    """Our receipts for those desks (None: all heard), and those of others we hold for them."""
    own = [make_receipt(store, dev) for dev in held.desks_heard(store.conn) if desks is None or dev in desks]
    passed_on = [
        one
        for one in held.receipts_held(store.conn)
        if one.issuer != store.who.dev and (desks is None or one.dev in desks)
    ]
    return [one for one in own if one is not None and one.dev != store.who.dev] + passed_on


def as_member(receipts: Collection[HeldReceipt]) -> bytes:
    """The member ``receipts.json``: every receipt as its exact text with its signature."""
    found = [{"receipt": one.raw.decode("utf-8"), "signature": one.signature} for one in receipts]
    return msgspec.json.encode({"receipts": found})


class _Entry(msgspec.Struct):
    receipt: str
    signature: str


class _Member(msgspec.Struct):
    receipts: list[_Entry]


def from_member(raw: bytes) -> list[SignedStatement]:
    """The receipts in ``receipts.json``, unchecked; raises :class:`SetAside`."""
    try:
        found = msgspec.json.decode(raw, type=_Member)
        return [SignedStatement(one.receipt.encode("utf-8"), one.signature) for one in found.receipts]
    except (msgspec.MsgspecError, UnicodeError, RecursionError) as error:
        raise SetAside("receipt", what=str(error)[:80]) from None


def read_receipt(signed: SignedStatement, roster: Roster, is_practice: bool) -> tuple[int, int, Body]:
    """(issuer, number, what it says); raises ``ValueError`` for one that cannot be believed."""
    try:
        signer = claimed_signer(signed.signature)
        issuer = desk_id(signer)
        desk = roster.desks.get(issuer)
        if desk is None or desk.sign != signer:
            raise ValueError("unknown issuer")
        verify_statement(signed.body, signed.signature, [signer])
        statement = read_statement(signed.body, signed.signature)
        if statement.kind != "receipt" or statement.issuer != issuer or not 0 < statement.number < _GREATEST:
            raise ValueError("not a receipt")
        body = msgspec.convert(statement.body, type=Body)
        for line in body.heard:
            if not (
                0 <= line.epoch < _GREATEST
                and 0 <= line.upto < _GREATEST
                and len(bytes.fromhex(line.chain)) == 32
            ):
                raise ValueError("a number outside its range")
        check_desk(body.desk)
    except WorldError as error:
        raise ValueError(error.sentence) from None
    except msgspec.MsgspecError as error:
        raise ValueError(str(error)[:80]) from None
    if body.practice != is_practice:
        raise ValueError("practice")
    return issuer, statement.number, body


def take_receipts(store: Store, offered: Collection[SignedStatement]) -> Confirmed:
    """Believe, keep and apply receipts, in one transaction."""
    confirmed = Confirmed()
    now = to_milliseconds(store.now)
    with store.transaction() as conn:
        for signed in offered:
            try:
                issuer, number, body = read_receipt(signed, store.roster, store.who.is_practice)
            except ValueError as error:
                confirmed.refused.append(str(error))
                continue
            dev = int(body.desk, 16)
            if issuer == store.who.dev:
                continue
            if held.keep_receipt(conn, HeldReceipt(issuer, dev, number, signed.body, signed.signature, now)):
                confirmed.new += 1
            for line in body.heard:
                _apply(store, confirmed, issuer, dev, line, now)
    return confirmed


def _apply(store: Store, confirmed: Confirmed, issuer: int, dev: int, line: Line, now: int) -> None:
    """What one line of a receipt confirms here: nothing unless the chain is ours."""
    conn, who = store.conn, store.who
    held.note_said(conn, [(dev, line.epoch, line.upto)] if line.upto else [], issuer, now)
    last = chain.last_seq(conn, dev, line.epoch)
    if line.upto > last:
        if dev == who.dev and line.epoch >= who.epoch:
            confirmed.newer_self = max(line.epoch, confirmed.newer_self or 0)
        return
    ours = GENESIS if line.upto == 0 else chain.value_at(conn, dev, line.epoch, line.upto)
    if ours is None or ours != bytes.fromhex(line.chain):
        if ours is not None or dev == who.dev:
            confirmed.other_history.append(dev)
        return
    if line.upto and held.acknowledge(conn, dev, line.epoch, issuer, line.upto, ours, now):
        confirmed.grew = True


def office_receipt(store: Store) -> Mapping[tuple[int, int], int]:
    """How far the office confirmed every author; nothing before adoption."""
    office = store.roster.office
    return {} if office is None else held.acknowledged_by(store.conn, office.dev)
