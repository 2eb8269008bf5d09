"""``state`` as docs/bundle-format.md §8 describes it, computed here anew from the lines with nothing but the standard library."""

from __future__ import annotations

import hashlib
import json
import random
import re
import struct
from typing import Any

import pytest

from shelterdesk.actions.desk import Desk
from shelterdesk.actions.registration import register_family
from shelterdesk.core.kinds import INTAKE_ANSWERS, PERSON
from shelterdesk.core.people import FamilyForm, PersonForm
from shelterdesk.db.state import state_of

Head = tuple[bytes, int, int, int, int, bytes, bytes]


def raw_members(text: str) -> dict[str, str]:
    """The members of a JSON object with their values' exact text."""
    found, at, decoder = {}, 1, json.JSONDecoder()
    while text[at] != "}":
        name, at = decoder.raw_decode(text, at)
        end = decoder.raw_decode(text, at + 1)[1]
        found[name] = text[at + 1 : end]
        at = end + (text[end] == ",")
    return found


def heads_by_hand(lines: list[bytes]) -> list[Head]:
    """Every head, found as the rule says it."""
    ops: list[tuple[bytes, int, tuple[int, int, int, bytes], dict[int, bytes]]] = []
    replaced: set[tuple[bytes, int, int, int, int, bytes]] = set()
    for line in lines:
        text, said = line.decode(), json.loads(line)
        eh8 = hashlib.sha256(line).digest()[:8]
        values = re.split(r'\[\d+,"[0-9a-f]{32}",\d+,', text[text.index('"o":[') + 5 :])[1:]
        for n, ((_, ent, field, _, above), rest) in enumerate(zip(said["o"], values, strict=True)):
            end = json.JSONDecoder().raw_decode(rest)[1]
            value = rest[:end]
            id_ = (int(said["d"], 16), said["e"], said["s"] + n, eh8)
            given = (
                {int(k): v.encode() for k, v in raw_members(value).items()}
                if field == 0
                else {field: value.encode()}
            )
            ops.append((bytes.fromhex(ent), field, id_, given))
            if field:
                for d, e, s, h in above:
                    replaced.add((bytes.fromhex(ent), field, int(d, 16), e, s, bytes.fromhex(h)))
    return sorted(
        (ent, number, *id_, value)
        for ent, _, id_, given in ops
        for number, value in given.items()
        if (ent, number, *id_) not in replaced
    )


def state_by_hand(lines: list[bytes], issuer: int, number: int) -> str:
    digest = hashlib.sha256(b"state.v1@shelterdesk\0")
    for ent, field, dev, epoch, seq, eh8, value in heads_by_hand(lines):
        digest.update(
            ent + struct.pack(">IQQQ", field, dev, epoch, seq) + eh8 + struct.pack(">I", len(value)) + value
        )
    digest.update(b"roster" + struct.pack(">QQ", issuer, number))
    return digest.hexdigest()


@pytest.mark.parametrize("seed", range(4))
def test_the_description_gives_the_same_hash(desk: Desk, seed: int) -> None:
    rng = random.Random(seed)
    print(f"seed {seed}")
    people: list[str] = []
    for n in range(12):
        if people and rng.random() < 0.5:
            with desk.store.write(desk.user) as event:
                event.set(
                    PERSON,
                    rng.choice(people),
                    rng.choice(["given", "surnames", "note"]),
                    rng.choice(["É", None, f"N{n}"]),
                )
        elif people and rng.random() < 0.3:
            with desk.store.write(desk.user) as event:
                event.void(PERSON, people.pop(), "twice")
        else:
            done = register_family(desk, FamilyForm((PersonForm(given=f'Ana "{n}"', note="{[,"),))).result
            people += [member.ent for member in done.members]
            with desk.store.write(desk.user) as event:
                event.create(INTAKE_ANSWERS, {"person": people[-1]})
    lines: list[Any] = [bytes(row[0]) for row in desk.store.conn.execute("SELECT line FROM event")]
    rng.shuffle(lines)
    assert state_by_hand(lines, desk.roster.issuer, desk.roster.number) == state_of(desk.store.conn)
