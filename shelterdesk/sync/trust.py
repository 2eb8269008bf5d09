"""Which statements are believed: signed by the right desk or office, in their right shape, within their reach.

SYNC §1.10. A station's desk speaks for its own station and for nobody else; what the office alone may say
is believed from the office whose key is pinned here, or from the one a desk of this station has adopted.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from shelterdesk.core.errors import WorldError
from shelterdesk.core.event import hex16
from shelterdesk.core.number import is_slot, is_station_code
from shelterdesk.core.roster import DeskEntry, Roster, Statement, fold
from shelterdesk.db.meta import Whoami
from shelterdesk.db.statements import read_statement
from shelterdesk.keys.age import is_recipient
from shelterdesk.keys.desk import desk_id
from shelterdesk.keys.signing import SignedStatement, verify_statement
from shelterdesk.keys.sshsig import claimed_signer
from shelterdesk.keys.user import WrappedUser

OFFICE_ONLY = frozenset({"clock_fix", "erase", "horizon"})
_GREATEST = 1 << 53
_NOBODY = Statement("roster", 0, 0, {"stations": [], "desks": [], "users": []}, b"", "", b"")


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
    adopted = _adopted(who, roster, held)
    while waiting:
        left: list[tuple[bytes, SignedStatement]] = []
        before = len(judged.new)
        for signer, signed in waiting:
            issuer = _issuer(roster, adopted, signer)
            if issuer is None:
                left.append((signer, signed))
                continue
            try:
                statement = read_believed(signed, issuer, roster, adopted, who)
            except ValueError as error:
                judged.refused.append(str(error))
                continue
            if statement.sha not in known:
                known.add(statement.sha)
                judged.new.append(statement)
        waiting = left
        if len(judged.new) == before:
            break
        roster = fold([*held, *judged.new])
        adopted = _adopted(who, roster, [*held, *judged.new])
    judged.unknown = len(waiting)
    return judged


def judge_from_root(who: Whoami, offered: Sequence[SignedStatement]) -> list[Statement]:
    """The statements of ``who.station`` that are believed where nothing of that station is known yet.

    A station starts alone, so its first word is a roster signed by a desk that stands in it; whose that is,
    people find out by comparing six words. Everything else hangs on that roster.
    """
    roots: list[Statement] = []
    for signed in offered:
        with suppress(WorldError, ValueError, KeyError, TypeError, AttributeError):
            signer = claimed_signer(signed.signature)
            verify_statement(signed.body, signed.signature, [signer])
            statement = read_statement(signed.body, signed.signature)
            if statement.kind != "roster" or statement.body.get("office"):
                continue
            own = fold([statement]).desks[statement.issuer]
            if own.sign == signer and own.station == who.station:
                roots.append(read_believed(signed, own, Roster(), frozenset(), who))
    return roots + judge(who, roots, offered).new


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


def _adopted(who: Whoami, roster: Roster, held: Iterable[Statement]) -> frozenset[bytes]:
    """Public keys of the office that rules here: the pinned one, else one a desk of this station adopted."""
    if roster.office is not None:
        return frozenset({roster.office.sign})
    found = set()
    for statement in held:
        desk = roster.desks.get(statement.issuer)
        if statement.kind == "adoption" and desk is not None and desk.station == who.station:
            with suppress(KeyError, TypeError, ValueError):
                found.add(bytes.fromhex(statement.body["office"]["sign"]))
    return frozenset(found)


def _issuer(roster: Roster, adopted: frozenset[bytes], signer: bytes) -> DeskEntry | None:
    """The desk or office that key belongs to."""
    dev = desk_id(signer)
    desk = roster.desks.get(dev)
    if desk is not None and desk.sign == signer:
        return desk
    return DeskEntry(dev, signer, "", "", "", is_office=True) if signer in adopted else None


def read_believed(
    signed: SignedStatement, issuer: DeskEntry, roster: Roster, adopted: frozenset[bytes], who: Whoami
) -> Statement:
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
        reason = _beyond_reach(statement, issuer, roster, adopted, who)
    except (KeyError, TypeError, ValueError, AttributeError, IndexError, WorldError):
        raise ValueError(f"shape of {statement.kind[:20]}") from None
    if reason:
        raise ValueError(f"{statement.kind[:20]}: {reason}")
    return statement


def _check_shape(statement: Statement) -> None:
    """Raise unless the roster can be folded with it and every key in it can be used."""
    body = statement.body
    if not isinstance(body, Mapping):
        raise TypeError("body")
    if statement.kind == "roster":
        fold([statement])
    else:
        fold([_NOBODY, statement])
    for desk in _desks(statement):
        dev = int(desk["dev"], 16)
        if hex16(dev) != desk["dev"] or desk_id(bytes.fromhex(desk["sign"])) != dev:
            raise ValueError("desk id")
        slot = desk["slot"].removeprefix(desk["station"])
        if not is_recipient(desk["age"]) or not is_slot(slot) or not is_station_code(desk["station"]):
            raise ValueError("desk")
    for station in body.get("stations", ()) if statement.kind == "roster" else ():
        if not is_station_code(station["code"]) or not all(
            isinstance(text, str) for text in station.values()
        ):
            raise ValueError("station")
    for user in _users(statement):
        if user["id"] != hex16(desk_id(bytes.fromhex(user["sign"]))) or not is_recipient(user["age"]):
            raise ValueError("user")
        if not isinstance(user["name"], str) or not user["name"].strip():
            raise ValueError("user name")
        WrappedUser.from_json(user["wrapped"])
    for class_ in _classes(statement):
        if not is_recipient(class_["recipient"]):
            raise ValueError("class key")
    office = body.get("office")
    if statement.kind in ("roster", "adoption") and office:
        if desk_id(bytes.fromhex(office["sign"])) != int(office["dev"], 16):
            raise ValueError("office id")
        if not is_recipient(office["age"]) or not is_recipient(office["escrow"]):
            raise ValueError("office keys")
        if not isinstance(office["name"], str):
            raise ValueError("office name")
    if statement.kind == "revocation":
        _check_revocation(body)
    if statement.kind == "revoked_cards":
        _check_cards(body)


def _check_revocation(body: Mapping[str, Any]) -> None:
    int(body["dev"], 16)
    for number in (body["epoch"], body["seq"]):
        if type(number) is not int or not 0 <= number < _GREATEST:
            raise ValueError("revocation")


def _check_cards(body: Mapping[str, Any]) -> None:
    for key, serial in body["cards"]:
        if not isinstance(key, str) or type(serial) is not int:
            raise ValueError("card")


def _desks(statement: Statement) -> list[Mapping[str, Any]]:
    if statement.kind == "roster":
        return list(statement.body.get("desks", ()))
    return [statement.body["desk"]] if statement.kind == "admit" else []


def _users(statement: Statement) -> list[Mapping[str, Any]]:
    if statement.kind == "roster":
        return list(statement.body.get("users", ()))
    return [statement.body["user"]] if statement.kind == "user" else []


def _classes(statement: Statement) -> list[Mapping[str, Any]]:
    if statement.kind == "roster":
        return list(statement.body.get("classes", ()))
    return [statement.body["class"]] if statement.kind == "class_key" else []


def _beyond_reach(
    statement: Statement, issuer: DeskEntry, roster: Roster, adopted: frozenset[bytes], who: Whoami
) -> str | None:
    """Why the issuer may not say this, or None."""
    if statement.kind == "roster" and bool(statement.body.get("practice", False)) != who.is_practice:
        return "practice and real work are never mixed"
    if issuer.is_office:
        return _office_beyond_reach(statement, issuer, adopted)
    if statement.kind in OFFICE_ONLY or (statement.kind == "roster" and statement.body.get("office")):
        return "only the office may say this"
    for desk in _desks(statement):
        held = roster.desks.get(int(desk["dev"], 16))
        if desk["station"] != issuer.station or (held is not None and held.station != issuer.station):
            return "it speaks for another station"
        if statement.kind == "admit" and not _hangs_below(desk["slot"], issuer.slot):
            return "the slot is not below the admitting desk's"
    for user in _users(statement):
        known = roster.users.get(user["id"])
        if user.get("station", "") != issuer.station or (
            known is not None and known.station != issuer.station
        ):
            return "it speaks for another station"
    if any(class_["station"] != issuer.station for class_ in _classes(statement)):
        return "it speaks for another station"
    if statement.kind == "roster" and any(
        s["code"] != issuer.station for s in statement.body.get("stations", ())
    ):
        return "it speaks for another station"
    if statement.kind == "adoption" and statement.body["station"] != issuer.station:
        return "it speaks for another station"
    if statement.kind == "revocation":
        revoked = roster.desks.get(int(statement.body["dev"], 16))
        if revoked is None or revoked.station != issuer.station:
            return "it speaks for another station"
    return None


def _office_beyond_reach(statement: Statement, issuer: DeskEntry, adopted: frozenset[bytes]) -> str | None:
    if issuer.sign not in adopted:
        return "this office has not adopted us"
    if statement.kind == "roster":
        office = statement.body.get("office")
        if not office or bytes.fromhex(office["sign"]) != issuer.sign:
            return "it names another office"
    return None


def _hangs_below(slot: str, above: str) -> bool:
    return slot.startswith(above) and len(slot) > len(above)
