"""Which statements are kept: signed by a desk or office known here, in their right shape, within their reach.

SYNC §1.10. A station's desk speaks for its own station and for nobody else; the office's word is heard once a
desk of this station has adopted it. Keeping is not yet believing: what of all statements held counts follows
from the whole set (``core/belief.py``), so that the order in which they came makes no difference.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from shelterdesk.core.belief import (
    beyond_reach,
    classes_in,
    desks_in,
    fold,
    read_desk,
    read_office,
    users_in,
)
from shelterdesk.core.errors import WorldError
from shelterdesk.core.event import hex16
from shelterdesk.core.members import read_user
from shelterdesk.core.number import is_slot, is_station_code
from shelterdesk.core.roster import DeskEntry, Roster, Statement
from shelterdesk.db.meta import Whoami
from shelterdesk.db.statements import read_statement
from shelterdesk.keys.age import is_recipient
from shelterdesk.keys.classes import is_class_body
from shelterdesk.keys.desk import desk_id
from shelterdesk.keys.signing import SignedStatement, verify_statement
from shelterdesk.keys.sshsig import claimed_signer
from shelterdesk.keys.user import WrappedUser, user_id
from shelterdesk.sync.manifest import check_desk

_GREATEST = 1 << 53
_MOST_NAMED = 20_000


@dataclass(slots=True)
class Judged:
    """What was offered, judged: ``new`` is to be kept, ``refused`` says of each other one why not."""

    new: list[Statement] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    unknown: int = 0  # signed by nobody known here


def judge(
    who: Whoami, held: Sequence[Statement], offered: Iterable[SignedStatement], root: Roster | None = None
) -> Judged:
    """Judge statements against those held; one may vouch for the signer of the next, in any order.

    ``root`` is the roster to begin with, where it is not the one that follows from those held.
    """
    judged = Judged()
    known = {statement.sha for statement in held}
    waiting = _unread(offered, known, judged)
    roster = root if root is not None else fold(held)
    while waiting:
        left: list[tuple[bytes, SignedStatement]] = []
        before = len(judged.new)
        for signer, signed in waiting:
            issuer = _issuer(roster, signer)
            if issuer is None:
                left.append((signer, signed))
                continue
            try:
                statement = read_kept(signed, issuer, roster, who.is_practice)
            except ValueError as error:
                judged.refused.append(str(error))
                continue
            if statement.sha not in known:
                known.add(statement.sha)
                judged.new.append(statement)
        waiting = left
        if len(judged.new) == before:
            break
        if waiting:
            roster = fold([*held, *judged.new])
    judged.unknown = len(waiting)
    return judged


def judge_from_root(
    who: Whoami, offered: Sequence[SignedStatement], pins: Collection[str]
) -> list[Statement]:
    """The statements of ``who.station`` that can be kept where nothing of that station is known yet.

    ``pins`` are the hashes of those people vouched for where they come from; the first roster of the station,
    signed by a desk that stands in it, must be among them. Whose letter says so, people find out by comparing
    six words. Empty where there is no such roster.
    """
    by_sha = {hashlib.sha256(signed.body).hexdigest(): signed for signed in offered}
    pinned = [root for sha in pins if (root := _root(by_sha.get(sha), who)) is not None]
    if len(pinned) != 1:
        return []
    found = judge(who, pinned, offered).new
    return pinned + [replace(s, is_pinned=s.kind == "adoption" and s.sha.hex() in pins) for s in found]


def _root(signed: SignedStatement | None, who: Whoami) -> Statement | None:
    """A station's first roster, vouched for by itself alone; None for anything else."""
    if signed is None:
        return None
    try:
        signer = claimed_signer(signed.signature)
        verify_statement(signed.body, signed.signature, [signer])
        statement = read_statement(signed.body, signed.signature)
        if statement.kind != "roster" or statement.body.get("office"):
            return None
        own = {entry.dev: entry for entry in map(read_desk, desks_in(statement))}[desk_id(signer)]
        if own.sign != signer or own.station != who.station:
            return None
        return replace(read_kept(signed, own, Roster(), who.is_practice), is_pinned=True)
    except (WorldError, ValueError, KeyError, TypeError, AttributeError):
        return None


def _unread(
    offered: Iterable[SignedStatement], known: set[bytes], judged: Judged
) -> list[tuple[bytes, SignedStatement]]:
    """What is not held yet, with the key each names as its signer; nothing of it is parsed before that key is known."""
    waiting: list[tuple[bytes, SignedStatement]] = []
    for signed in offered:
        if hashlib.sha256(signed.body).digest() in known:
            continue
        try:
            waiting.append((claimed_signer(signed.signature), signed))
        except WorldError:
            judged.refused.append("signature")
    return waiting


def _issuer(roster: Roster, signer: bytes) -> DeskEntry | None:
    """The desk or office that key belongs to."""
    dev = desk_id(signer)
    desk = roster.desks.get(dev)
    if desk is not None and desk.sign == signer:
        return desk
    return DeskEntry(dev, signer, "", "", "", is_office=True) if signer in roster.adopted else None


def read_kept(signed: SignedStatement, issuer: DeskEntry, roster: Roster, is_practice: bool) -> Statement:
    """The statement, if its signature, shape and reach are right; raises ``ValueError`` naming what is not."""
    try:
        verify_statement(signed.body, signed.signature, [issuer.sign])
    except WorldError:
        raise ValueError("signature") from None
    statement = read_statement(signed.body, signed.signature)
    if statement.issuer != issuer.dev or not 0 < statement.number < _GREATEST:
        raise ValueError("issuer or number")
    try:
        _check_shape(statement)
        reason = beyond_reach(statement, issuer, is_practice) or _against_known(statement, issuer, roster)
    except (KeyError, TypeError, ValueError, AttributeError, IndexError, WorldError):
        raise ValueError(f"shape of {statement.kind[:20]}") from None
    if reason:
        raise ValueError(f"{statement.kind[:20]}: {reason}")
    return statement


def _against_known(statement: Statement, issuer: DeskEntry, roster: Roster) -> str | None:
    """Why a desk's statement takes a desk or user of another station for its own, or None.

    Nothing else is asked of what is known already: whether the issuer stands above a desk it revokes may only
    become known later, and belief asks it of the whole set. This one may hang on what came first, since nobody
    but an office hears two stations, and of the two claims it is the first heard that holds.
    """
    if issuer.is_office:
        return None
    for desk in desks_in(statement):
        held = roster.desks.get(int(desk["dev"], 16))
        if held is not None and held.station != issuer.station:
            return "it speaks for another station"
    for user in users_in(statement):
        known = roster.users.get(user["id"])
        if known is not None and known.station != issuer.station:
            return "it speaks for another station"
    return None


def _check_shape(statement: Statement) -> None:
    """Raise unless the statement can be folded and every key in it can be used."""
    body = statement.body
    if not isinstance(body, Mapping):
        raise TypeError("body")
    for desk in desks_in(statement):
        _check_desk(desk)
    for station in body.get("stations", ()) if statement.kind == "roster" else ():
        texts = (station["code"], station["name"], station["country"], station["timezone"])
        if not is_station_code(station["code"]) or not all(isinstance(text, str) for text in texts):
            raise ValueError("station")
    for user in users_in(statement):
        _check_user(user)
    for class_ in classes_in(statement):
        _check_class(class_)
    if statement.kind == "adoption" or (statement.kind == "roster" and body.get("office")):
        _check_office(body["office"])
    if statement.kind == "roster" and body.get("recovery") is not None:
        _is_hex(body["recovery"], 32)
        if body.get("recovery_age") is not None and not is_recipient(body["recovery_age"]):
            raise ValueError("recovery sheet")
    if statement.kind == "adoption" and not isinstance(body["station"], str):
        raise ValueError("station")
    if statement.kind == "class_key":
        _is_hex(body["by"], 32)
        if not is_class_body(bytes.fromhex(body["by"]), body["class"], body["signature"]):
            raise ValueError("no holder's signature")
    if statement.kind == "revocation":
        _check_revocation(body)
    if statement.kind == "reinstatement":
        check_desk(body["dev"])
        _are_hashes(body["revocations"])
    if statement.kind == "revoked_cards":
        for key, serial in body["cards"]:
            if not isinstance(key, str) or type(serial) is not int:
                raise ValueError("card")

    if statement.kind in _LATER:
        _LATER[statement.kind](body)


def _check_clock_fix(body: Mapping[str, Any]) -> None:
    """A range of one desk's events and by how much their clock was wrong (SYNC §1.3)."""
    check_desk(body["dev"])
    first, last, delta = body["first"], body["last"], body["delta_ms"]
    for number in (body["epoch"], first, last):
        if type(number) is not int or not 0 <= number < _GREATEST:
            raise ValueError("range")
    if not 0 < first <= last or type(delta) is not int or not -_GREATEST < delta < _GREATEST:
        raise ValueError("range or delta")


def _check_erase(body: Mapping[str, Any]) -> None:
    """Whose records are blanked, and on what ground (SYNC §1.4); the ground names nobody."""
    entities = body["entities"]
    if not isinstance(entities, list) or not 0 < len(entities) <= 10_000:
        raise ValueError("entities")
    for ent in entities:
        _is_hex(ent, 16)
    if not isinstance(body["ground"], str) or not body["ground"].strip():
        raise ValueError("ground")


def _check_horizon(body: Mapping[str, Any]) -> None:
    """How far the office holds everybody's events, so that tombstones before may go (SYNC §1.4)."""
    for one in body["heard"]:
        check_desk(one["dev"])
        _is_hex(one["chain"], 32)
        if any(type(one[name]) is not int or not 0 <= one[name] < _GREATEST for name in ("epoch", "seq")):
            raise ValueError("heard")


_LATER = {"clock_fix": _check_clock_fix, "erase": _check_erase, "horizon": _check_horizon}
"""Statements of the office that are believed and passed on, and act from a later program on."""


def _check_desk(desk: Mapping[str, Any]) -> None:
    entry = read_desk(desk)
    if hex16(entry.dev) != desk["dev"] or desk_id(entry.sign) != entry.dev:
        raise ValueError("desk id")
    if desk.get("admitted_by"):
        check_desk(desk["admitted_by"])
    slot = entry.slot.removeprefix(entry.station)
    if not is_recipient(entry.age) or not is_slot(slot) or not is_station_code(entry.station):
        raise ValueError("desk")


def _check_user(user: Mapping[str, Any]) -> None:
    entry = read_user(user)
    if not is_recipient(entry.age) or entry.id != user_id(entry.sign, entry.age):
        raise ValueError("user id")
    wrapped = WrappedUser.from_json(dict(entry.wrapped))
    if (wrapped.public, wrapped.recipient) != (entry.sign, entry.age):
        raise ValueError("keys of another user")
    if not isinstance(entry.name, str) or not entry.name.strip() or not isinstance(entry.organisation, str):
        raise ValueError("user name")
    if (
        type(user["revision"]) is not int
        or type(user["active"]) is not bool
        or not isinstance(entry.station, str)
    ):
        raise ValueError("user")
    if not isinstance(entry.lent, str) or not isinstance(entry.follows, str):
        raise ValueError("user")
    _are_hashes(user.get("enables", []))


def _check_class(class_: Mapping[str, Any]) -> None:
    if not is_recipient(class_["recipient"]) or type(class_["version"]) is not int:
        raise ValueError("class key")
    if not 0 < class_["version"] < 1 << 31 or not isinstance(class_["station"], str):
        raise ValueError("class key")
    if not isinstance(class_["class"], str):
        raise ValueError("class")
    if class_.get("sheet") is not None:
        _is_hex(class_["sheet"], 32)
        if not is_recipient(class_["sheet_age"]):
            raise ValueError("sheet")
    for holder, wrap in class_.get("wraps", ()):
        if not isinstance(holder, str) or not isinstance(wrap, str):
            raise ValueError("wrap")


def _check_office(body: Mapping[str, Any]) -> None:
    office = read_office(body)
    if desk_id(office.sign) != office.dev or not isinstance(office.name, str):
        raise ValueError("office")
    if not is_recipient(office.age) or not is_recipient(office.escrow):
        raise ValueError("office keys")


def _check_revocation(body: Mapping[str, Any]) -> None:
    check_desk(body["dev"])
    if not isinstance(body["epochs"], list) or len(body["epochs"]) > _MOST_NAMED:
        raise ValueError("revocation")
    for one in body["epochs"]:
        _is_hex(one["chain"], 32)
        for number in (one["epoch"], one["seq"]):
            if type(number) is not int or not 0 <= number < _GREATEST:
                raise ValueError("revocation")
    _are_hashes(body["statements"])


def _are_hashes(found: Any) -> None:
    if not isinstance(found, list) or len(found) > _MOST_NAMED:
        raise ValueError("hashes")
    for one in found:
        _is_hex(one, 32)


def _is_hex(text: str, length: int) -> None:
    if len(text) != 2 * length or bytes.fromhex(text).hex() != text:
        raise ValueError("hex")
