"""Receipts: what was heard of a desk, signed; and what a receipt of others confirms here.

SYNC §1.7. A receipt confirms complete parts only, names the branch by its chain hash, and clears nothing
unless that hash is the one in this log.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

import msgspec

from shelterdesk.core.belief import desks_in
from shelterdesk.core.errors import WorldError
from shelterdesk.core.event import GENESIS, hex16
from shelterdesk.core.moment import to_milliseconds
from shelterdesk.core.roster import DeskEntry, Roster
from shelterdesk.db import chain, meta
from shelterdesk.db import receipts as held
from shelterdesk.db.beside import Author, Beside, beside_lines
from shelterdesk.db.connection import Connection
from shelterdesk.db.meta import Whoami
from shelterdesk.db.receipts import Heard, HeldReceipt
from shelterdesk.db.statements import read_statement, statements
from shelterdesk.db.store import Store
from shelterdesk.keys.desk import desk_id
from shelterdesk.keys.signing import SignedStatement, is_chain_head, sign_statement, verify_statement
from shelterdesk.keys.sshsig import claimed_signer
from shelterdesk.sync.faults import SetAside
from shelterdesk.sync.manifest import SignedHead, check_desk, check_head, check_hex

_GREATEST = 1 << 53


class Line(msgspec.Struct, frozen=True):
    """What a receipt says of one epoch: whole up to ``upto`` with this chain there, more ranges, set aside.

    ``head`` is the last head the desk itself signed up to there: a desk that lost its work to a restored backup
    sees by its own signature that it wrote it, and takes nobody's word for it. ``beside`` is what is held behind a
    gap or on a second branch: first and last number, and the chain value after the last; from 1 on where the
    line that ends there is held whole.
    """

    epoch: int
    upto: int
    chain: str
    beyond: list[tuple[int, int]] = []
    set_aside: list[tuple[int, int, str]] = []
    head: SignedHead | None = None
    beside: list[tuple[int, int, str]] = []


class Body(msgspec.Struct, frozen=True):
    """What a receipt says: to which desk, by which roster, when (Unix milliseconds), in which epoch of its issuer."""

    desk: str
    practice: bool
    made_ms: int
    roster: tuple[str, int]
    heard: list[Line]
    epoch: int = 0


@dataclass(slots=True)
class Confirmed:
    """What receipts brought: how many were news, entries confirmed, histories that differ from ours."""

    new: int = 0
    grew: bool = False
    other_history: list[int] = field(default_factory=list)  # desks
    newer_self: int | None = None  # epoch in which others hold more of this desk than this desk
    refused: list[str] = field(default_factory=list)


def make_receipt(store: Store, dev: int, beside: Mapping[Author, Beside] | None = None) -> HeldReceipt | None:
    """The receipt of this folder for a desk, made anew only when there is news; None if nothing was ever heard.

    A folder that was put back from a backup says so also of a desk it has not heard: before, it may have.
    ``beside`` is what lies beside all lines, where it was read before.
    """
    who, roster, now = store.who, store.roster, to_milliseconds(store.now)
    lines = [_line(heard) for heard in held.confirmable(store.conn, dev, beside, is_own=dev == store.who.dev)]
    if not lines and who.epoch == 0:
        return None
    news = {"practice": who.is_practice, "roster": [hex16(roster.issuer), roster.number], "heard": lines}
    if who.epoch > 0:
        news["epoch"] = who.epoch
    for last in held.receipts_held(store.conn):
        if (last.issuer, last.dev) == (who.dev, dev):
            body = read_statement(last.raw, last.signature).body
            if {name: body.get(name) for name in news} == news:
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
    line: dict[str, Any] = {
        "epoch": heard.epoch,
        "upto": heard.upto,
        "chain": heard.chain.hex(),
        "beyond": [list(one) for one in heard.beyond],
        "set_aside": [list(one) for one in heard.set_aside],
    }
    if heard.head is not None:
        seq, value, signature = heard.head
        line["head"] = {"seq": seq, "chain": value.hex(), "signature": signature.hex()}
    if heard.beside:
        line["beside"] = [[first, last, value.hex()] for first, last, value in heard.beside]
    return line


def receipts_for(store: Store, desks: Collection[int] | None) -> list[HeldReceipt]:
    """Our receipts for those desks (None: all heard, and this one itself), and those of others we hold for them."""
    beside = beside_lines(store.conn)
    wanted = set(held.desks_heard(store.conn))
    if store.who.epoch > 0:
        wanted |= {desk.dev for desk in store.roster.desks.values() if not desk.is_office}
        wanted |= desks_named(store).keys()
    wanted = {dev for dev in wanted if desks is None or dev in desks}
    wanted.discard(store.who.dev)
    if desks is None and not store.who.is_office:
        wanted.add(store.who.dev)
    own = [make_receipt(store, dev, beside) for dev in sorted(wanted)]
    passed_on = [
        one
        for one in held.receipts_held(store.conn)
        if one.issuer != store.who.dev and (desks is None or one.dev in desks)
    ]
    return [one for one in own if one is not None] + passed_on


def desks_named(store: Store) -> dict[int, str]:
    """The desks that statements held here admit, with their stations, believed or not.

    Who was put back and has not heard any more who let them in may have confirmed their work before.
    """
    return {
        int(desk["dev"], 16): str(desk["station"])
        for statement in statements(store.conn)
        if statement.kind == "admit"
        for desk in desks_in(statement)
    }


def desks_of(store: Store, station: str) -> set[int]:
    """The desks of a station, those among them that somebody admitted whom nobody here believes."""
    found = {desk.dev for desk in store.roster.desks.values() if desk.station == station}
    return found | {dev for dev, of in desks_named(store).items() if of == station}


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
        if not 0 <= body.epoch < _GREATEST:
            raise ValueError("a number outside its range")
        for line in body.heard:
            if not 0 <= line.epoch < _GREATEST or not 0 <= line.upto < _GREATEST:
                raise ValueError("a number outside its range")
            check_hex("chain", line.chain, 32)
            if line.head is not None:
                check_head(line.head)
            for first, last, value in line.beside:
                check_hex("chain", value, 32)
                if not 0 < first <= last < _GREATEST:
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
                if number > meta.count_now(conn, "receipt"):  # it signed that and does not know it: put back
                    meta.count_at_least(conn, "receipt", number)  # once told is enough
                    own = [line.epoch for line in body.heard] if dev == issuer else []
                    confirmed.newer_self = max(store.who.epoch, confirmed.newer_self or 0, *own)
                continue
            last = held.newest_receipt(conn, issuer, dev)
            newest = 0 if last is None else last.number
            if held.keep_receipt(conn, HeldReceipt(issuer, dev, number, signed.body, signed.signature, now)):
                confirmed.new += dev != issuer  # what a desk says of itself is no receipt to anybody
                was_put_back = last is not None and _was_put_back(last, body)
                says = {line.epoch: _still_confirmed(conn, dev, line, was_put_back) for line in body.heard}
                held.confirm_no_more(conn, dev, issuer, says)
                note_said(
                    store, [(dev, line.epoch, line.upto) for line in body.heard if line.upto], issuer, now
                )
            for line in body.heard:
                if dev == store.who.dev and _is_newer_self(store, issuer, line):
                    confirmed.newer_self = max(line.epoch, confirmed.newer_self or 0)
                if number >= newest:  # an older one may speak of what its issuer has lost since
                    _apply(store, confirmed, issuer, dev, line, now)
    return confirmed


def _was_put_back(last: HeldReceipt, says: Body) -> bool:
    """Whether the issuer goes on in another epoch than when it last said something: what it held then it may have lost."""
    return bool(read_statement(last.raw, last.signature).body.get("epoch", 0) != says.epoch)


def _still_confirmed(conn: Connection, dev: int, line: Line, was_put_back: bool) -> int:
    """How far a receipt confirms the line of a desk's epoch as it is here, or will turn out to when more of it comes.

    Of an issuer that ``was_put_back`` nothing is hoped: beyond what is here its line may be another branch, and what it
    confirmed before would never be sent again. Once more of the line comes the receipt is applied anew.
    """
    places = [(line.upto, line.chain), *((last, value) for first, last, value in line.beside if first == 1)]
    last_here = chain.last_seq(conn, dev, line.epoch)
    return max(
        (
            seq
            for seq, value in places
            if (seq > last_here and not was_put_back)
            or chain.value_at(conn, dev, line.epoch, seq) == bytes.fromhex(value)
        ),
        default=0,
    )


def _may_say(here: Whoami, speaker: DeskEntry, of: DeskEntry | None) -> bool:
    """Whether a speaker can know how far a desk has written, and this folder has any business with it."""
    if of is None:
        return speaker.is_office
    return (speaker.is_office or of.station == speaker.station) and (
        here.is_office or of.station == here.station
    )


def note_said(store: Store, claims: Collection[tuple[int, int, int]], by_dev: int, now: int) -> None:
    """How far (desk, epoch, upto) desks have written, as somebody says who can know it.

    A desk knows its own station, the office everybody; what a desk says of others would only make people look
    for entries that do not exist. Nor is another station's work looked for at a station: it is sent none of it.
    """
    desks = store.roster.desks
    speaker = desks.get(by_dev)
    if speaker is not None:
        heard = [claim for claim in claims if _may_say(store.who, speaker, desks.get(claim[0]))]
        held.note_said(store.conn, heard, by_dev, now)


def is_newer_by_word(store: Store, by_dev: int, epoch: int, upto: int) -> bool:
    """Whether somebody's bare word that this desk wrote more in an epoch is reason to go on in a new one.

    The office's is, of the present epoch and within reason. Any other desk could drive this one from epoch to
    epoch with it; from others this desk's own signature is asked (``is_newer_by_head``).
    """
    office = store.roster.office
    if office is None or by_dev != office.dev or epoch != store.who.epoch:
        return False
    last = _written(store, epoch)
    return last < upto <= last + held.MAX_JUMP


def is_newer_by_head(store: Store, epoch: int, head: SignedHead | None) -> bool:
    """Whether this desk signed, in its present epoch or a later one, what it does not hold: its file was put back.

    A desk put back to before an earlier restore does not know the epoch it went on in then, others do. One that has
    written on under the same numbers meanwhile is shown another chain there than its own: so is the copy of a folder.
    """
    if head is None or epoch < store.who.epoch:
        return False
    value, signature = bytes.fromhex(head.chain), bytes.fromhex(head.signature)
    if head.seq <= _written(store, epoch) and chain.value_at(store.conn, store.who.dev, epoch, head.seq) in (
        None,
        value,
    ):
        return False
    return is_chain_head(store.keys.public, epoch, head.seq, value, signature)


def _written(store: Store, epoch: int) -> int:
    """How far this desk's own line of an epoch is here."""
    last = chain.last_of(store.conn, store.who.dev, epoch)
    return 0 if last is None else last[0]


def _is_newer_self(store: Store, issuer: int, line: Line) -> bool:
    return is_newer_by_word(store, issuer, line.epoch, line.upto) or is_newer_by_head(
        store, line.epoch, line.head
    )


def apply_held(store: Store, desks: Collection[int]) -> None:
    """Apply the newest receipts held for these desks again, inside the caller's transaction.

    Entries of theirs came: a receipt that was here before them, in the same part above all, may speak of them.
    """
    confirmed, now = Confirmed(), to_milliseconds(store.now)
    for one in held.receipts_held(store.conn):
        if one.dev in desks and one.issuer != store.who.dev:
            for line in msgspec.convert(read_statement(one.raw, one.signature).body, type=Body).heard:
                _apply(store, confirmed, one.issuer, one.dev, line, now)


def _apply(store: Store, confirmed: Confirmed, issuer: int, dev: int, line: Line, now: int) -> None:
    """What one line of a receipt confirms here: nothing unless the chain is ours.

    Also of the newest receipt seen again: what it speaks of may have come here only since.
    """
    conn, who = store.conn, store.who
    for first, last, value in line.beside:
        # What is a branch there may be the main line here.
        here = chain.value_at(conn, dev, line.epoch, last) if first == 1 else None
        if here is not None and here.hex() == value:
            confirmed.grew |= held.acknowledge(conn, dev, line.epoch, issuer, last, here, now)
    if line.upto > chain.last_seq(conn, dev, line.epoch):
        return
    ours = GENESIS if line.upto == 0 else chain.value_at(conn, dev, line.epoch, line.upto)
    if ours is None or ours != bytes.fromhex(line.chain):
        # Of a desk's word for its own line nothing is said here: the second history itself comes with it.
        if (ours is not None or dev == who.dev) and issuer != dev:
            confirmed.other_history.append(dev)
        return
    if line.upto and held.acknowledge(conn, dev, line.epoch, issuer, line.upto, ours, now):
        confirmed.grew = True


def confirmed_beside(
    store: Store, issuers: Collection[int], beside: Mapping[Author, Beside]
) -> dict[int, set[int]]:
    """Which events beside main lines each issuer has, by what its newest receipts say: their ids in the log.

    Proved down from the places it names; the end of its own main line, which may be a branch here, is one of them.
    """
    found: dict[int, set[int]] = {issuer: set() for issuer in issuers}
    for one in held.receipts_held(store.conn) if beside else []:
        if one.issuer not in found:
            continue
        for line in msgspec.convert(read_statement(one.raw, one.signature).body, type=Body).heard:
            lying = beside.get((one.dev, line.epoch))
            if lying is not None:
                for first, last, value in [(1, line.upto, line.chain), *line.beside]:
                    found[one.issuer].update(
                        id_ for id_, _ in lying.down((last, bytes.fromhex(value)), first)
                    )
    return found


def office_receipt(store: Store) -> Mapping[tuple[int, int], int]:
    """How far the office confirmed every author; nothing before adoption."""
    office = store.roster.office
    return {} if office is None else held.acknowledged_by(store.conn, office.dev)
