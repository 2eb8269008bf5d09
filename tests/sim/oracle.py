"""What a set of lines says, by the rules of docs/bundle-format.md alone: pure standard library, nothing of the program.

Whatever the program answers about a log is compared with this. It knows heads and supersession (only with the right
hash, on the same field of the same record), conflicts, the shown value, who entered a record, whether it is void,
whose record it is, and the hash of the state.
"""

from __future__ import annotations

import hashlib
import json
import struct
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, NamedTuple

Id = tuple[int, int, int, bytes]
"""Desk, epoch, number, first 8 bytes of the line's hash."""

Record = tuple[bytes, int]
"""An entity together with a kind."""

VOID = 1
TWO_SIDED = (17, 18)  # transfer, transfer_line: two stations write them together

_decoder = json.JSONDecoder()


class Said(NamedTuple):
    """One op as its line says it; ``values`` are its fields with the exact JSON text of each."""

    eh: bytes
    pos: int
    id: Id
    hlc: int
    wall_ms: int
    user: str
    kind: int
    ent: bytes
    field: int
    values: dict[int, bytes]
    above: frozenset[Id]

    @property
    def record(self) -> Record:
        return (self.ent, self.kind)

    @property
    def dev(self) -> int:
        return self.id[0]

    @property
    def begins_with(self) -> int:
        """The number its event begins with."""
        return self.id[2] - self.pos

    def later(self, delta_ms: int) -> Said:
        """The same by a clock that counts so much later."""
        hlc = max(0, min(self.hlc + delta_ms * 65_536, 2**63 - 1))
        return self._replace(hlc=hlc, wall_ms=max(0, self.wall_ms + delta_ms))

    @property
    def rank(self) -> tuple[int, Id]:
        """What decides between heads that stand side by side."""
        return (self.hlc, self.id)


@lru_cache(maxsize=20_000)
def read_line(line: bytes) -> tuple[Said, ...]:
    """The ops of one line."""
    text, eh = line.decode(), hashlib.sha256(line).digest()
    said: dict[str, Any] = json.loads(text)
    found: list[Said] = []
    at = text.index('"o":[') + 5
    for pos, (kind, ent, number, _, above) in enumerate(said["o"]):
        for _ in range(3):
            at = text.index(",", at) + 1
        end = _decoder.raw_decode(text, at)[1]
        value = text[at:end]
        values = (
            {int(name): raw.encode() for name, raw in raw_members(value).items()}
            if number == 0
            else {number: value.encode()}
        )
        id_ = (int(said["d"], 16), said["e"], said["s"] + pos, eh[:8])
        names = frozenset((int(d, 16), e, s, bytes.fromhex(h)) for d, e, s, h in above)
        found.append(
            Said(
                eh, pos, id_, int(said["h"], 16), said["w"], said["u"], kind, bytes.fromhex(ent), number, values, names
            )
        )  # fmt: skip
        at = _decoder.raw_decode(text, end + 1)[1] + 2
    return tuple(found)


def raw_members(text: str) -> dict[str, str]:
    """The members of a JSON object with their values' exact text."""
    found, at = {}, 1
    while text[at] != "}":
        name, at = _decoder.raw_decode(text, at)
        end = _decoder.raw_decode(text, at + 1)[1]
        found[name] = text[at + 1 : end]
        at = end + (text[end] == ",")
    return found


def _void_of(value: bytes) -> tuple[str, frozenset[Id]] | None:
    """Reason and what was seen, of a value that voids; None for one that says the record counts, and for nonsense."""
    try:
        said = json.loads(value)
        saw = frozenset((int(d, 16), e, s, bytes.fromhex(h)) for d, e, s, h in said.get("saw", ()))
        return (said["reason"], saw) if isinstance(said["reason"], str) else None
    except (ValueError, TypeError, KeyError, AttributeError):
        return None


Verdict = Callable[[Said], str | None]
"""Why an op is not admitted whatever else is known, or None."""


@dataclass
class View:
    """What follows from some lines for somebody who knows a roster."""

    heads: dict[Record, dict[int, list[Said]]] = field(default_factory=dict)
    """Of each record and field the heads, the shown one first."""
    admitted: dict[Record, list[Said]] = field(default_factory=dict)
    aside: dict[tuple[bytes, int], str] = field(default_factory=dict)
    """Ops that are kept and not heard, as (hash of the line, place in it), and why."""

    def conflicts(self) -> set[tuple[bytes, int, int]]:
        """(Entity, kind, field) where heads say different things, or where it is open whether a record counts."""
        found = {
            (*record, number)
            for record, fields in self.heads.items()
            for number, several in fields.items()
            if number != VOID and len({one.values[number] for one in several}) > 1
        }
        return found | {(*record, VOID) for record in self.heads if self._is_void_open(record)}

    def _is_void_open(self, record: Record) -> bool:
        """Whether a record was voided for several reasons, or voided by somebody who had not seen an edit."""
        fields, ops = self.heads[record], self.admitted[record]
        voids = [_void_of(one.values[VOID]) for one in fields.get(VOID, ())]
        reasons = {None if said is None else said[0] for said in voids}
        if not voids or len(reasons) > 1:
            return bool(voids)
        is_made_twice = sum(one.field == 0 for one in ops) > 1
        edited = {number for number in fields if is_made_twice or any(one.field == number for one in ops)}
        saw = {id_ for said in voids if said is not None for id_ in said[1]}
        others = {one.id for number in edited - {VOID} for one in fields[number]}
        return None not in reasons and not others <= saw

    def void(self, record: Record) -> str | None:
        """Why a record counts as entered by mistake: every other head was seen by who says so."""
        fields = self.heads[record]
        try:
            voids = [json.loads(one.values[VOID]) for one in fields.get(VOID, ())]
            saw = {
                (int(d, 16), e, s, bytes.fromhex(h)) for said in voids for d, e, s, h in said.get("saw", ())
            }
            reason = voids[0]["reason"] if voids else None
        except (ValueError, TypeError, KeyError, AttributeError):
            return None
        others = {one.id for number, several in fields.items() if number != VOID for one in several}
        return str(reason) if reason is not None and others <= saw else None

    def author(self, record: Record) -> Said:
        """Who entered a record: a creation before any edit, then by clock and id."""
        return min(self.admitted[record], key=lambda one: (one.field != 0, one.hlc, one.id))

    def last_words(self) -> list[tuple[Record, int, Said]]:
        """Edits that have seen, directly or not, all else that was said of their field: what informed hands wrote last."""
        found = []
        for record, ops in self.admitted.items():
            by_field: dict[int, list[Said]] = {}
            for one in ops:
                for number in one.values:
                    by_field.setdefault(number, []).append(one)
            for number, several in by_field.items():
                if len(several) > 1 and (last := _saw_all(several)) is not None:
                    found.append((record, number, last))
        return found


def _saw_all(several: list[Said]) -> Said | None:
    """The one op that names all the others, or names some that name the rest."""
    known = {one.id: one for one in several}
    named = {id_ for one in several if one.field for id_ in one.above}
    tops = [one for one in several if one.id not in named]
    if len(tops) != 1 or not tops[0].field:
        return None
    seen, todo = set[Id](), [tops[0]]
    while todo:
        one = todo.pop()
        if one.id not in seen:
            seen.add(one.id)
            todo += [known[id_] for id_ in (one.above if one.field else ()) if id_ in known]
    return tops[0] if len(seen) == len(known) else None


def look(
    lines: Iterable[bytes],
    verdict: Verdict | None = None,
    homes: Mapping[int, str] | None = None,
    erased: Collection[bytes] = (),
    later_by: Callable[[Said], int] | None = None,
) -> View:
    """What these lines say. ``homes`` are the stations of desks (empty text: an office); None for one station alone.

    ``erased`` are records of which nothing is left, ``later_by`` says by how much a clock was corrected (ms).
    """
    view = View()
    for line in lines:
        for one in read_line(line):
            if one.ent in erased:
                continue
            if later_by is not None and (delta := later_by(one)):
                one = one.later(delta)
            reason = verdict(one) if verdict is not None else None
            if reason is None:
                view.admitted.setdefault(one.record, []).append(one)
            else:
                view.aside[one.eh, one.pos] = reason
    if homes is not None:
        _keep_at_home(view, homes)
    for record, ops in view.admitted.items():
        view.heads[record] = heads_of(ops)
    return view


def _keep_at_home(view: View, homes: Mapping[int, str]) -> None:
    """Changes that another station made to a record are set aside, once it is known whose it is."""
    for record, ops in list(view.admitted.items()):
        makers = {homes.get(one.dev) for one in ops if one.field == 0}
        if not makers or record[1] in TWO_SIDED:
            continue
        authors = {one.id: one.dev for one in ops}
        for one in ops:
            home = homes.get(one.dev)
            named = {homes.get(authors[id_]) for id_ in one.above | _seen(one) if id_ in authors}
            is_against = len(makers) > 1 and not named <= {home, ""}
            if home != "" and (home not in makers or is_against):
                view.aside[one.eh, one.pos] = "other_home"
        view.admitted[record] = [one for one in ops if (one.eh, one.pos) not in view.aside]


def _seen(one: Said) -> frozenset[Id]:
    """What a void says it saw."""
    if one.field != VOID:
        return frozenset()
    try:
        saw = json.loads(one.values[VOID]).get("saw", ())
        return frozenset((int(d, 16), e, s, bytes.fromhex(h)) for d, e, s, h in saw)
    except (AttributeError, TypeError, ValueError):
        return frozenset()


def heads_of(ops: list[Said]) -> dict[int, list[Said]]:
    """The heads of each field of one record, the shown one first."""
    replaced = {(one.field, id_) for one in ops if one.field for id_ in one.above}
    found: dict[int, list[Said]] = {}
    for one in ops:
        for number in one.values:
            if (number, one.id) not in replaced:
                found.setdefault(number, []).append(one)
    for several in found.values():
        several.sort(key=lambda one: one.rank, reverse=True)
    return found


def state(view: View, issuer: int = 0, number: int = 0, statements: Iterable[bytes] = ()) -> str:
    """The hash two replicas must agree on (docs/bundle-format.md §8)."""
    digest = hashlib.sha256(b"state.v1@shelterdesk\0")
    for record in sorted(view.heads):
        fields = view.heads[record]
        for at in sorted(fields):
            for one in sorted(fields[at], key=lambda head: head.id):
                dev, epoch, seq, eh8 = one.id
                value = one.values[at]
                digest.update(record[0] + struct.pack(">IQQQ", at, dev, epoch, seq) + eh8)
                digest.update(struct.pack(">I", len(value)) + value)
    digest.update(b"roster" + struct.pack(">QQ", issuer, number))
    for sha in sorted(statements):
        digest.update(sha)
    return digest.hexdigest()


def left_of(line: bytes, erased: Collection[bytes]) -> bytes | dict[str, Any] | None:
    """What is left of a line where these records are erased: itself, what its JSON says then, None for its hash alone."""
    said: dict[str, Any] = json.loads(line)
    gone = [bytes.fromhex(op[1]) in erased for op in said["o"]]
    if not any(gone):
        return line
    if all(gone):
        return None
    left = [[0, op[1], 1, None, []] if is_gone else op for op, is_gone in zip(said["o"], gone, strict=True)]
    return said | {"o": left, "x": "0" * 32, "eh": hashlib.sha256(line).hexdigest()}
