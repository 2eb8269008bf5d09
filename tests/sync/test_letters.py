"""Letters from somebody who does not write what they should: a sentence for people, never a crash."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import pytest

from shelterdesk.actions.clock import SetClock
from shelterdesk.actions.desk import Desk
from shelterdesk.actions.offices import REPLY, REQUEST, accept_reply, enrol_request, read_reply
from shelterdesk.core.errors import DamagedFile, WorldError
from shelterdesk.core.event import hex16
from shelterdesk.db.statements import statements
from shelterdesk.keys.desk import DeskKeys
from shelterdesk.keys.signing import SignedStatement, canonical, sign_statement
from shelterdesk.office.enrolment import station_statements
from shelterdesk.sync.letter import enclosed, letter_bytes, parse_letter, read_letter, write_letter
from tests.sync.test_trust import ODD, some_path
from tests.sync.worlds import World, at


def spoilt(rng: random.Random, whole: Any) -> Any:
    """The same with another value in one place."""
    found = json.loads(canonical(whole))
    path = some_path(rng, found)
    spot = found
    for step in path[:-1]:
        spot = spot[step]
    if path:
        spot[path[-1]] = rng.choice(ODD)
    return found


def spoilt_letter(rng: random.Random, keys: DeskKeys, body: Any) -> Any:
    """A letter's body spoilt in one place: of its own, or of a statement enclosed that is signed anew."""
    if rng.random() < 0.5:
        return spoilt(rng, body)
    found = json.loads(canonical(body))
    pair = rng.choice(found["statements"])
    said = sign_statement(keys.signing, spoilt(rng, json.loads(pair[0])))
    pair[:] = [said.body.decode(), said.signature]
    return found


def reply_of(office: Desk, lb: Desk) -> dict[str, Any]:
    mine = [
        SignedStatement(s.raw, s.signature)
        for s in statements(office.store.conn)
        if s.issuer == office.who.dev and (s.kind != "roster" or s.number == office.roster.number)
    ]
    desk, station = hex16(lb.who.dev), lb.who.station
    return {"station": station, "desk": desk, "practice": False, "statements": enclosed(mine)}


@pytest.mark.parametrize(
    "pair", [["{}", 5], ["{}", None], [5, "x"], ["{}"], "ab", {"a": "b"}, [["{}"], "x"], None]
)
def test_what_is_enclosed_is_two_texts(clock: SetClock, pair: Any) -> None:
    """A number for a signature once left as a fault of ours."""
    keys = DeskKeys.new()
    for found in ([pair], pair):
        letter = parse_letter(letter_bytes(keys, REQUEST, {"statements": found}), REQUEST)
        with pytest.raises(DamagedFile):
            print(letter.statements)


def test_a_letter_of_any_shape_leaves_as_a_sentence(world: World, tmp_path: Path, clock: SetClock) -> None:
    rng = random.Random(3)
    path = tmp_path / "letter"
    with at(world.lb, clock) as lb, at(world.office, clock) as office:
        enrol_request(lb, path)
        asked = json.loads(canonical(dict(read_letter(path, REQUEST).body)))
        offered = reply_of(office, lb)
        write_letter(path, office.store.keys, REPLY, offered)
        accept_reply(lb, path, office.store.keys.words)
        refused = 0
        for _ in range(400):
            write_letter(path, lb.store.keys, REQUEST, spoilt_letter(rng, lb.store.keys, asked))
            try:
                station_statements(read_letter(path, REQUEST), office.who)
            except WorldError:
                refused += 1
            write_letter(path, office.store.keys, REPLY, spoilt_letter(rng, office.store.keys, offered))
            try:
                read_reply(path)
                accept_reply(lb, path, office.store.keys.words)
            except WorldError:
                refused += 1
        assert refused > 200


@pytest.mark.parametrize(
    ("roster", "name"),
    [({"office": {}}, ""), ({"office": {"name": 7}}, "7"), ({"office": {"name": "C"}}, "C")],
)
def test_a_reply_without_what_it_should_hold(
    world: World, tmp_path: Path, clock: SetClock, roster: dict[str, Any], name: str
) -> None:
    keys, path = DeskKeys.new(), tmp_path / "letter"
    roster["office"]["sign"] = keys.public.hex()
    body = {"statement": "roster", "issuer": hex16(keys.dev), "number": 1, "body": roster}
    said = enclosed([sign_statement(keys.signing, body)])
    letter = {"station": "LB", "desk": "", "practice": False, "statements": said}
    write_letter(path, keys, REPLY, letter)
    assert read_reply(path).office == name
    # A whole office, and yet a roster that lists no desk at all.
    with at(world.office, clock) as office, at(world.lb, clock) as lb:
        ours = reply_of(office, lb)
        raw = next(text for text, _ in ours["statements"] if '"statement":"roster"' in text)
        bare = json.loads(raw)
        del bare["body"]["desks"]
        ours["statements"] = enclosed([sign_statement(office.store.keys.signing, bare)])
        write_letter(path, office.store.keys, REPLY, ours)
        with pytest.raises(WorldError):
            accept_reply(lb, path, office.store.keys.words)
