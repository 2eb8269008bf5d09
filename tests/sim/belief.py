"""Who is heard, told anew from the statements as they stand (docs/bundle-format.md §5): pure standard library.

For the honest worlds of the simulator: one office, which every station has adopted, and desks that say only what they may.
How far a revoked desk is heard is asked of the world itself, which knows who wrote what after what.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.sim.oracle import Said, Verdict

LineTo = Callable[[int, int, bytes], frozenset[bytes] | None]
"""(Epoch's desk, epoch, chain value) → the hashes of the events on the line that ends there; None for no such line."""

_OFFICE = ""


@dataclass
class Belief:
    """What follows from the statements somebody holds."""

    issuer: int = 0
    number: int = 0
    homes: dict[int, str] = field(default_factory=dict)
    """Desks and the station of each; the office's own is empty."""
    users: set[tuple[str, str]] = field(default_factory=set)
    """(Station, user): the office's people stand under no station."""
    bounds: dict[int, list[Mapping[int, bytes]]] = field(default_factory=dict)
    """Of each desk, the revocations in force: by epoch the chain value up to which it is heard."""
    in_force: list[bytes] = field(default_factory=list)
    erased: set[bytes] = field(default_factory=set)
    """Records of which nothing is left anywhere."""
    clocks: list[Mapping[str, Any]] = field(default_factory=list)
    """Corrections of clocks, the last that holds first."""

    def later_by(self, one: Said) -> int:
        """By how much the clock of an entry counts later (ms)."""
        for body in self.clocks:
            if (int(body["dev"], 16), body["epoch"]) == one.id[:2] and (
                body["first"] <= one.begins_with <= body["last"]
            ):
                return int(body["delta_ms"])
        return 0

    def verdict(self, line_to: LineTo) -> Verdict:
        """Why an op is not admitted, or None."""
        names = {user for _, user in self.users}

        def verdict(one: Said) -> str | None:
            home = self.homes.get(one.dev)
            if home is None:
                return "unknown_desk"
            epoch = one.id[1]
            for bound in self.bounds.get(one.dev, ()):
                line = line_to(one.dev, epoch, bound[epoch]) if epoch in bound else None
                if line is None or one.eh not in line:
                    return "revoked_desk"
            if (home, one.user) in self.users or (_OFFICE, one.user) in self.users:
                return None
            return "other_station" if one.user in names else "unknown_operator"

        return verdict


@dataclass(frozen=True)
class _Statement:
    sha: bytes
    kind: str
    issuer: int
    number: int
    body: Mapping[str, Any]


def believe(raws: Iterable[bytes]) -> Belief:
    """What the statements with these exact bytes mean together."""
    held = [_read(raw) for raw in raws]
    offices = [s for s in held if s.kind == "roster" and s.body.get("office")]
    ruling = max(offices, key=lambda s: s.number)
    found = Belief(ruling.issuer, ruling.number, {ruling.issuer: _OFFICE})
    above: dict[int, int | None] = {}
    for statement in sorted(offices, key=lambda s: s.number):
        for desk in statement.body["desks"]:
            _know(found, above, desk)
    of_office = [s for s in held if s.issuer == ruling.issuer]
    _users(found, of_office)
    _applied(found, of_office)
    lifted = {sha for s in of_office if s.kind == "reinstatement" for sha in s.body["revocations"]}
    revoking = [s for s in of_office if s.kind == "revocation"]
    ready = sorted(above, key=lambda dev: (len(_above(above, dev)), dev))
    while ready:  # those above before those they admitted
        dev = ready.pop(0)
        heeded = [
            s
            for s in revoking
            if int(s.body["dev"], 16) == dev
            and s.sha.hex() not in lifted
            and (s.issuer == ruling.issuer or s.issuer in _above(above, dev))
        ]
        if heeded:
            found.bounds[dev] = [
                {one["epoch"]: bytes.fromhex(one["chain"]) for one in s.body["epochs"]} for s in heeded
            ]
            found.in_force += [s.sha for s in heeded]
        own = [s for s in held if s.issuer == dev]
        own = [s for s in own if all(s.sha.hex() in heard.body["statements"] for heard in heeded)]
        _users(found, own)
        revoking += [s for s in own if s.kind == "revocation"]
        for statement in own:
            if statement.kind == "admit" and int(statement.body["desk"]["dev"], 16) not in above:
                _know(found, above, statement.body["desk"])
                ready.append(int(statement.body["desk"]["dev"], 16))
    return found


def _applied(found: Belief, of_office: Iterable[_Statement]) -> None:
    for statement in sorted(of_office, key=lambda s: (s.number, s.sha), reverse=True):
        if statement.kind == "erase":
            found.erased.update(bytes.fromhex(ent) for ent in statement.body["entities"])
        elif statement.kind == "clock_fix":
            found.clocks.append(statement.body)
        else:
            continue
        found.in_force.append(statement.sha)


def _read(raw: bytes) -> _Statement:
    said = json.loads(raw)
    return _Statement(
        hashlib.sha256(raw).digest(), said["statement"], int(said["issuer"], 16), said["number"], said["body"]
    )


def _know(found: Belief, above: dict[int, int | None], desk: Mapping[str, Any]) -> None:
    dev = int(desk["dev"], 16)
    found.homes[dev] = desk["station"]
    above[dev] = int(desk["admitted_by"], 16) if desk["admitted_by"] else None


def _users(found: Belief, said: Iterable[_Statement]) -> None:
    for statement in said:
        users = statement.body.get("users", ()) if statement.kind == "roster" else ()
        if statement.kind == "user":
            users = (statement.body["user"],)
        found.users.update((user["station"], user["id"]) for user in users)


def _above(above: Mapping[int, int | None], dev: int) -> set[int]:
    found: set[int] = set()
    at = above.get(dev)
    while at is not None and at not in found:
        found.add(at)
        at = above.get(at)
    return found
