"""What the log holds about some people: everything that goes when they are erased (SYNC §1.4).

All records of the kinds that name a person (``core/about.py``), admitted or set aside; what was put right about any of
them; a family that has nobody else; searches that would have found them. Sealed entries name nobody to who has no key:
their holders find them (``db/classes.py``).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

import msgspec

from shelterdesk.core.about import ABOUT
from shelterdesk.core.event import ROW, BadLine, parse, row_values
from shelterdesk.core.kinds import KIND_NAMES, KINDS
from shelterdesk.core.vocabulary import AccessKind
from shelterdesk.db.connection import Connection, in_parts
from shelterdesk.db.population import clusters

LEAST_LETTERS = 3
"""Shorter pieces of a search say nothing of whom was meant."""


def same_person(conn: Connection, persons: Iterable[bytes]) -> set[bytes]:
    """These records and all that are linked with them as the same person."""
    tops = clusters(conn)
    found = set(persons)
    wanted = {tops.get(one, one) for one in found}
    return found | {ent for ent, top in tops.items() if top in wanted}


def records_about(conn: Connection, persons: Collection[bytes]) -> set[bytes]:
    """The ids of all records that tell of these people, their own among them."""
    found = set(persons)
    names = [f'"{ent.hex()}"'.encode() for ent in persons]
    for kind, fields in ABOUT.items():
        for name in fields:
            for marks, part in in_parts(sorted(persons)):
                found.update(
                    r[0] for r in conn.execute(f"SELECT ent FROM {kind} WHERE {name} IN ({marks})", part)
                )
            # Said of them in a conflict, and not shown.
            field = KIND_NAMES[kind].field(name)
            for marks, said in in_parts(names):
                found.update(
                    row[0]
                    for row in conn.execute(
                        f"SELECT ent FROM head WHERE kind = ? AND field = ? AND value IN ({marks})",
                        (KIND_NAMES[kind].number, field.number, *said),
                    )
                )
    found.update(_set_aside(conn, set(persons)))
    found.update(_emptied_families(conn, found))
    for marks, part in in_parts(sorted(found)):
        found.update(
            row[0] for row in conn.execute(f"SELECT ent FROM correction WHERE subject IN ({marks})", part)
        )
    return found | set(_searches(conn, persons))


def _set_aside(conn: Connection, persons: Collection[bytes]) -> Iterator[bytes]:
    """Records about them that stand in no table, since who wrote them may not."""
    rows = conn.execute(
        "SELECT DISTINCT e.line FROM set_aside_op s JOIN event e ON e.id = s.event WHERE e.line IS NOT NULL"
    ).fetchall()
    for (line,) in rows:
        try:
            ops = parse(line).ops
        except BadLine:
            continue
        for op in ops:
            kind = KINDS.get(op.kind)
            if kind is None or kind.name not in ABOUT or op.field != ROW:
                continue
            given = row_values(op)
            said = [given.get(kind.field(name).number, b"null") for name in ABOUT[kind.name]]
            if any(_named(value) in persons for value in said):
                yield op.ent


def _named(value: bytes) -> bytes | None:
    try:
        return bytes.fromhex(msgspec.json.decode(value, type=str))
    except (msgspec.MsgspecError, ValueError):
        return None


def _emptied_families(conn: Connection, ents: Collection[bytes]) -> set[bytes]:
    """Households whose every member goes: what is noted of them tells of these people alone."""
    members: dict[bytes, bool] = {}
    for marks, part in in_parts(sorted(ents)):
        for (household,) in conn.execute(
            f"SELECT DISTINCT household FROM membership WHERE ent IN ({marks}) AND household IS NOT NULL",
            part,
        ):
            members.setdefault(household, True)
    for marks, part in in_parts(sorted(members)):
        for ent, household in conn.execute(
            f"SELECT ent, household FROM membership WHERE household IN ({marks})", part
        ):
            if ent not in ents:
                members[household] = False
    return {household for household, is_empty in members.items() if is_empty}


def _searches(conn: Connection, persons: Collection[bytes]) -> Iterator[bytes]:
    """Searches kept as who looked for whom, whose words are all the beginning of one of their names."""
    keys: list[list[str]] = []
    for marks, part in in_parts(sorted(persons)):
        keys += [
            row[0].split() for row in conn.execute(f"SELECT key FROM person_key WHERE ent IN ({marks})", part)
        ]
    if not keys:
        return
    for ent, detail in conn.execute(
        "SELECT ent, detail FROM access WHERE access = ? AND detail IS NOT NULL", (AccessKind.SEARCHED.value,)
    ):
        words = str(detail).split()
        if max(map(len, words), default=0) < LEAST_LETTERS:
            continue
        if any(all(any(name.startswith(word) for name in key) for word in words) for key in keys):
            yield ent


def told_since(conn: Connection, erased: Collection[bytes]) -> set[bytes]:
    """Records about people erased already that came only now, from a desk that had not heard of it."""
    found: set[bytes] = set()
    for kind, fields in ABOUT.items():
        for name in fields:
            for marks, part in in_parts(sorted(erased)):
                found.update(
                    r[0] for r in conn.execute(f"SELECT ent FROM {kind} WHERE {name} IN ({marks})", part)
                )
    return found - set(erased)


def names_of(conn: Connection, persons: Collection[bytes]) -> set[str]:
    """The folded words of their names, those of some length: what the ground of an erasure must not hold."""
    found: set[str] = set()
    for marks, part in in_parts(sorted(persons)):
        for (key,) in conn.execute(f"SELECT key FROM person_key WHERE ent IN ({marks})", part):
            found.update(word for word in key.split() if len(word) >= LEAST_LETTERS)
    return found
