"""Which statements are believed, and the roster that follows from them: a pure function of the set held.

SYNC §1.10 and §1.0. Belief begins with what people vouched for (pinned statements) and goes down the tree of
admissions: an office over its stations, a desk over those it admitted. So whoever is revoked is revoked by
somebody above, nobody can answer a revocation with another, and the order in which statements came can make no
difference. Signatures were checked where statements came in (``sync/trust.py``); here their content counts.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from heapq import heappop, heappush
from typing import Any

from shelterdesk.core.members import fold_users
from shelterdesk.core.roster import (
    ClockFix,
    DeskEntry,
    OfficeEntry,
    Revocation,
    Roster,
    Statement,
    StationEntry,
    is_above,
)
from shelterdesk.core.wraps import fold_classes

OFFICE_ONLY = frozenset({"clock_fix", "erase", "horizon", "reinstatement"})
"""What nobody but the office may say."""

_APPLIED = frozenset({"erase", "clock_fix", "revocation", "reinstatement"})

Said = tuple[Statement, DeskEntry]
"""A believed statement and the desk or office that issued it."""


def fold(statements: Iterable[Statement]) -> Roster:
    """The roster that follows from a set of statements, whatever their order; empty without a pinned one.

    The highest-numbered roster of the office rules once a desk of the station has adopted it; what a station
    said before stays beneath it, so that nothing already issued changes (SYNC §1.0).
    """
    held = sorted({s.sha: s for s in statements}.values(), key=_rank)
    root = next((s for s in held if s.is_pinned and s.kind == "roster"), None)
    if root is None:
        return Roster()
    said: dict[int, list[Statement]] = {}
    for statement in held:
        said.setdefault(statement.issuer, []).append(statement)
    office, rosters, adopted = _office(root, said)
    tree = _grow(root, said, office, rosters, is_bounded=True)
    base = rosters[-1] if rosters else root
    stations: dict[str, StationEntry] = {}
    for statement in (root, *rosters):
        stations.update({s["code"]: _station(s) for s in statement.body.get("stations", ())})
    members = fold_users(tree.believed)
    users = {member.id: member for _, member in sorted(members.items(), reverse=True)}
    revoked = {
        (key, serial)
        for statement, issuer in tree.believed
        if statement.kind == "revoked_cards"
        for key, serial in statement.body["cards"]
        if issuer.is_office or key in _card_keys(tree, issuer.station)
    }
    return Roster(
        number=base.number,
        issuer=base.issuer,
        is_practice=bool(base.body.get("practice", False)),
        stations=stations,
        desks=tree.desks,
        users=users,
        members=members,
        classes=fold_classes(_set_ups(root, tree), tree.believed, members),
        office=office,
        adopted=adopted,
        revoked_cards=frozenset(revoked),
        applied=tuple(sorted(s.sha for s, _ in tree.believed if s.kind in _APPLIED)),
        erased=frozenset(
            bytes.fromhex(ent) for s, _ in tree.believed if s.kind == "erase" for ent in s.body["entities"]
        ),
        clock_fixes=tuple(
            _clock_fix(s)
            for s, _ in sorted(tree.believed, key=lambda one: _rank(one[0]))
            if s.kind == "clock_fix"
        ),
    )


def beyond_reach(statement: Statement, issuer: DeskEntry, is_practice: bool) -> str | None:
    """Why the issuer may not say this, judged by its content alone, or None."""
    body = statement.body
    if statement.kind == "roster" and bool(body.get("practice", False)) != is_practice:
        return "practice and real work are never mixed"
    if issuer.is_office:
        named = body.get("office") if statement.kind == "roster" else None
        if statement.kind == "roster" and (not named or bytes.fromhex(named["sign"]) != issuer.sign):
            return "it names another office"
        return None
    if statement.kind in OFFICE_ONLY or (statement.kind == "roster" and body.get("office")):
        return "only the office may say this"
    codes = [one["station"] for one in (*desks_in(statement), *classes_in(statement))]
    codes += [user.get("station", "") for user in users_in(statement)]
    if statement.kind == "roster":
        codes += [one["code"] for one in body.get("stations", ())]
    if statement.kind == "adoption":
        codes.append(body["station"])
    if any(code != issuer.station for code in codes):
        return "it speaks for another station"
    for desk in desks_in(statement):
        is_itself = statement.kind == "roster" and int(desk["dev"], 16) == issuer.dev
        if not is_itself and not hangs_below(desk["slot"], issuer.slot):
            return "the slot is not below the admitting desk's"
    return None


def hangs_below(slot: str, above: str) -> bool:
    """Whether a slot belongs to a desk admitted, directly or not, by that of another (``LB1A1`` by ``LB1``).

    Digits and letters take turns, so ``LB10`` does not hang below ``LB1``.
    """
    below = slot.removeprefix(above)
    return (
        bool(above) and len(below) < len(slot) and bool(below) and below[0].isdigit() != above[-1].isdigit()
    )


def desks_in(statement: Statement) -> list[Mapping[str, Any]]:
    """The desks a statement speaks of."""
    if statement.kind == "roster":
        return list(statement.body.get("desks", ()))
    return [statement.body["desk"]] if statement.kind == "admit" else []


def users_in(statement: Statement) -> list[Mapping[str, Any]]:
    """The users a statement speaks of."""
    if statement.kind == "roster":
        return list(statement.body.get("users", ()))
    return [statement.body["user"]] if statement.kind == "user" else []


def classes_in(statement: Statement) -> list[Mapping[str, Any]]:
    """The class keys a statement speaks of."""
    if statement.kind == "roster":
        return list(statement.body.get("classes", ()))
    return [statement.body["class"]] if statement.kind == "class_key" else []


def read_desk(body: Mapping[str, Any]) -> DeskEntry:
    """A desk from a statement."""
    above = body.get("admitted_by")
    return DeskEntry(
        dev=int(body["dev"], 16),
        sign=bytes.fromhex(body["sign"]),
        age=body["age"],
        station=body["station"],
        slot=body["slot"],
        admitted_by=int(above, 16) if above else None,
    )


def read_office(body: Mapping[str, Any]) -> OfficeEntry:
    """An office from a roster or an adoption."""
    return OfficeEntry(
        dev=int(body["dev"], 16),
        name=body["name"],
        sign=bytes.fromhex(body["sign"]),
        age=body["age"],
        escrow=body["escrow"],
    )


def _rank(statement: Statement) -> tuple[int, int, bytes]:
    return (statement.number, statement.issuer, statement.sha)


def _station(body: Mapping[str, Any]) -> StationEntry:
    return StationEntry(body["code"], body["name"], body["country"], body["timezone"])


@dataclass(slots=True)
class _Tree:
    """Desks known, and what of their words is believed."""

    desks: dict[int, DeskEntry] = field(default_factory=dict)
    believed: list[Said] = field(default_factory=list)
    levels: dict[int, int] = field(default_factory=dict)
    card_keys: dict[str, frozenset[str]] = field(default_factory=dict)


def _office(
    root: Statement, said: Mapping[int, list[Statement]]
) -> tuple[OfficeEntry | None, list[Statement], frozenset[bytes]]:
    """The office that rules, its rosters in order, and the keys its word may come from.

    An adoption made at this very desk counts before any other, then the one of the desk nearest the root. It is
    looked for without regard to revocations: the office must stay who it is whomever it revokes.
    """
    if root.body.get("office"):
        rosters = _rosters_of(root.body["office"]["sign"], root.issuer, said)
        office = read_office(rosters[-1].body["office"])
        return office, rosters, frozenset({office.sign})
    tree = _grow(root, said, None, [], is_bounded=False)
    code = _code_of(root)
    adoptions = [(s, d) for s, d in tree.believed if s.kind == "adoption" and s.body["station"] == code]
    adoptions.sort(key=lambda one: (not one[0].is_pinned, tree.levels[one[1].dev], _rank(one[0])))
    for statement, _ in adoptions:
        sign = statement.body["office"]["sign"]
        rosters = _rosters_of(sign, int(statement.body["office"]["dev"], 16), said)
        if rosters:
            office = read_office(rosters[-1].body["office"])
            return office, rosters, frozenset({office.sign})
    return None, [], frozenset(bytes.fromhex(s.body["office"]["sign"]) for s, _ in adoptions)


def _rosters_of(sign: str, dev: int, said: Mapping[int, list[Statement]]) -> list[Statement]:
    found = [s for s in said.get(dev, ()) if s.kind == "roster" and s.body.get("office")]
    return [s for s in found if s.body["office"]["sign"] == sign]


def _code_of(root: Statement) -> str:
    """The station whose first roster this is."""
    own = next((d for d in desks_in(root) if int(d["dev"], 16) == root.issuer), None)
    return "" if own is None else str(own["station"])


def _grow(
    root: Statement,
    said: Mapping[int, list[Statement]],
    office: OfficeEntry | None,
    rosters: Iterable[Statement],
    *,
    is_bounded: bool,
) -> _Tree:
    """Go down the tree of admissions, each desk after those above it; ``is_bounded`` heeds revocations."""
    tree = _Tree()
    is_practice = bool(root.body.get("practice", False))
    if not root.body.get("office"):
        tree.desks.update({entry.dev: entry for entry in map(read_desk, desks_in(root))})
    for statement in rosters:
        tree.desks.update({entry.dev: entry for entry in map(read_desk, desks_in(statement))})
    revoking: dict[int, list[Said]] = {}
    lifted: set[str] = set()
    if office is not None:
        ruler = DeskEntry(office.dev, office.sign, office.age, "", "", is_office=True)
        tree.desks[office.dev] = ruler
        tree.levels[office.dev] = -1
        for statement in said.get(office.dev, ()):
            if beyond_reach(statement, ruler, is_practice) is None:
                _believe(tree, statement, ruler, revoking)
                if statement.kind == "reinstatement":
                    lifted.update(statement.body["revocations"])
    waiting: list[tuple[int, int]] = []
    for dev in tree.desks:
        if dev not in tree.levels:
            heappush(waiting, (_level(tree.desks, dev), dev))
    while waiting:
        level, dev = heappop(waiting)
        if dev in tree.levels:
            continue
        tree.levels[dev] = level
        heeded: list[Statement] = []
        if is_bounded:
            heeded = [s for s in _in_force(tree, dev, revoking) if s.sha.hex() not in lifted]
        bounds = sorted((_revocation(s) for s in heeded), key=lambda one: one.sha)
        entry = tree.desks[dev] = replace(tree.desks[dev], revocations=tuple(bounds))
        named = [set(s.body["statements"]) for s in heeded]
        for statement in said.get(dev, ()):
            is_heard = statement is root or all(statement.sha.hex() in shas for shas in named)
            if not is_heard or beyond_reach(statement, entry, is_practice) is not None:
                continue
            _believe(tree, statement, entry, revoking)
            if statement is not root:
                for below in map(read_desk, desks_in(statement)):
                    if below.dev not in tree.desks:
                        tree.desks[below.dev] = replace(below, admitted_by=dev)
                        heappush(waiting, (level + 1, below.dev))
    return tree


def _level(desks: Mapping[int, DeskEntry], dev: int) -> int:
    """How many desks stand above one, as far as they are known."""
    level, seen, above = 0, {dev}, desks[dev].admitted_by
    while above is not None and above in desks and above not in seen:
        seen.add(above)
        above = desks[above].admitted_by
        level += 1
    return level


def _believe(tree: _Tree, statement: Statement, issuer: DeskEntry, revoking: dict[int, list[Said]]) -> None:
    tree.believed.append((statement, issuer))
    if statement.kind == "revocation":
        revoking.setdefault(int(statement.body["dev"], 16), []).append((statement, issuer))


def _in_force(tree: _Tree, dev: int, revoking: Mapping[int, list[Said]]) -> list[Statement]:
    """Revocations of a desk by the office or by a desk above it."""
    return [s for s, by in revoking.get(dev, ()) if by.is_office or is_above(tree.desks, by.dev, dev)]


def _revocation(statement: Statement) -> Revocation:
    """Of an epoch named twice the lower place holds."""
    epochs: dict[int, tuple[int, bytes]] = {}
    for one in statement.body["epochs"]:
        place = (int(one["seq"]), bytes.fromhex(one["chain"]))
        epochs[int(one["epoch"])] = min(place, epochs.get(int(one["epoch"]), place))
    return Revocation(statement.sha, epochs)


def _card_keys(tree: _Tree, station: str) -> frozenset[str]:
    """The ids by which cards name the desks of a station: the first 48 bits of the desk's own (``keys/cardtoken.py``).

    A desk revokes its own station's cards, so that nobody can make another's people stand before a closed counter.
    """
    if station not in tree.card_keys:
        tree.card_keys[station] = frozenset(
            f"{dev >> 15:012x}" for dev, desk in tree.desks.items() if desk.station == station
        )
    return tree.card_keys[station]


def _clock_fix(statement: Statement) -> ClockFix:
    body = statement.body
    return ClockFix(int(body["dev"], 16), body["epoch"], body["first"], body["last"], body["delta_ms"])


def _set_ups(root: Statement, tree: _Tree) -> dict[str, Statement]:
    """Per station the roster its class keys began with: the pinned one, else the first of its first desk."""
    found: dict[str, Statement] = {}
    for statement, issuer in sorted(tree.believed, key=lambda one: _rank(one[0])):
        if statement.kind == "roster" and not issuer.is_office and issuer.admitted_by is None:
            found.setdefault(issuer.station, statement)
    offices = [s for s, issuer in tree.believed if s.kind == "roster" and issuer.is_office]
    if offices:
        found[""] = offices[-1]
    if not root.body.get("office"):
        found[_code_of(root)] = root
    return found
