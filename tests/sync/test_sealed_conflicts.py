"""Sealed entries with two versions: a number for most, side by side for who holds the key, and nobody judges their own."""

from __future__ import annotations

import json
import secrets
from pathlib import Path

import pytest

from shelterdesk.actions.clock import SetClock
from shelterdesk.actions.conflicts import list_conflicts, settle
from shelterdesk.actions.desk import Desk, open_desk
from shelterdesk.actions.records import sealed_records
from shelterdesk.actions.sealed_conflicts import SealedLine, sealed_conflicts, settle_sealed
from shelterdesk.actions.undo import undo_last
from shelterdesk.actions.users import add_user
from shelterdesk.core.conflict_words import answer_words
from shelterdesk.core.errors import NotAllowed, Refused
from shelterdesk.core.event import parse, row_op
from shelterdesk.core.kinds import CARRIERS, HEALTH_NOTE, NOTE
from shelterdesk.core.vocabulary import Confidentiality, Role
from shelterdesk.keys.classes import new_class_key, seal
from tests.actions.at_site import person
from tests.stations import CHEAP, PASSPHRASE, Template

HEALTH, PROTECTION = Confidentiality.HEALTH, Confidentiality.PROTECTION
KINDS = {HEALTH: HEALTH_NOTE, PROTECTION: NOTE}


@pytest.fixture
def folder(desk: Desk, station_template: Template) -> Path:
    """A station with two nurses and two protection officers."""
    for name, role in (
        ("nurse", Role.HEALTH),
        ("nurse2", Role.HEALTH),
        ("pia", Role.PROTECTION),
        ("pol", Role.PROTECTION),
    ):
        add_user(
            desk, name, frozenset({role}), PASSPHRASE, recovery_code=station_template.recovery_code, cost=CHEAP
        )  # fmt: skip
    return desk.folder


def at_work(folder: Path, name: str, clock: SetClock) -> Desk:
    """The same folder with somebody else logged in."""
    return open_desk(folder, name, PASSPHRASE, clock)


def sealed(desk: Desk, name: Confidentiality, who: str, text: str, recipient: str = "") -> str:
    """A note as the class seals it."""
    kind = KINDS[name]
    key = desk.roster.class_key(name, desk.who.station)
    assert key is not None
    fields = {str(kind.field("person").number): who, str(kind.field("text").number): text}
    record = json.dumps({"kind": kind.number, "ent": "b" * 32, "fields": fields}).encode()
    return seal(record, recipient or key.recipient)


def written_apart(
    desks: dict[str, Desk], name: Confidentiality, who: str, *said: tuple[str, str, str]
) -> bytes:
    """One carrier, made and then changed by several users none of whom saw the others; its id."""
    carrier, ent = CARRIERS[name], secrets.token_bytes(16)
    number = carrier.field("sealed").number
    first = next(iter(desks.values()))
    made = row_op(
        carrier.number,
        ent,
        {number: sealed(first, name, who, "first"), carrier.field("key_version").number: 1},
    )
    with first.store.write(first.user) as event:
        event._sealed.add(made)
    line = first.store.conn.execute("SELECT line FROM event ORDER BY id DESC LIMIT 1").fetchone()[0]
    above = [parse(line).op_id(0)]
    for user, text, recipient in said:
        desk = desks[user]
        value = json.dumps(sealed(desk, name, who, text, recipient)).encode()
        with desk.store.write(desk.user) as event:
            event._sealed.add(type(made)(carrier.number, ent, number, value, tuple(above)))
    return ent


def texts(line: SealedLine) -> set[str]:
    """What the versions say, in the words of the cards."""
    return {answer_words(line.line.kind, "sealed", one.value, None, "UTC") for one in line.answers}


def counted(desk: Desk) -> tuple[int, int]:
    """How many are listed, and how many sealed ones there are besides."""
    reader = desk.reader()
    found = list_conflicts(desk, reader)
    reader.close()
    return len(found.lines), found.counts.sealed


@pytest.mark.parametrize(("name", "one", "two"), [(HEALTH, "nurse", "nurse2"), (PROTECTION, "pia", "pol")])
def test_holders_see_both_versions_and_the_others_a_number(
    folder: Path, desk: Desk, clock: SetClock, name: Confidentiality, one: str, two: str
) -> None:
    who, number = person(desk)
    mine, theirs = at_work(folder, one, clock), at_work(folder, two, clock)
    desks = {"admin": desk, one: mine, two: theirs}
    ent = written_apart(desks, name, who, ("admin", "fever", ""), (one, "no fever", ""))
    assert counted(desk) == (0, 1)
    with pytest.raises(NotAllowed):
        sealed_conflicts(desk)
    before = desk.store.conn.execute("SELECT count(*) FROM event").fetchone()[0]
    (line,) = sealed_conflicts(theirs).result
    assert texts(line) == {"Text: fever", "Text: no fever"} and line.closed == 0
    assert (line.line.ent, line.line.subject.number, line.line.kind) == (ent.hex(), number, KINDS[name].name)
    assert {told.user for answer in line.answers for told in answer.told} == {"admin", one}
    assert desk.store.conn.execute("SELECT count(*) FROM event").fetchone()[0] == before + 1, (
        "that it was opened"
    )

    with pytest.raises(Refused, match="sealed"):
        settle(theirs, line.line.row, line.answers[0].raw)
    with pytest.raises(NotAllowed):
        settle_sealed(desk, line.line.row, line.answers[0].raw)
    if name is PROTECTION:
        with pytest.raises(Refused, match="somebody else chooses"):
            settle_sealed(mine, line.line.row, line.answers[0].raw)
    chosen = line.answers[1]
    token = settle_sealed(theirs, line.line.row, chosen.raw).result
    assert counted(desk) == (0, 0) and sealed_conflicts(theirs).result == []
    (record,) = [one for one in sealed_records(theirs, name) if one.carrier == ent.hex()]
    assert f"Text: {record.values['text']}" == answer_words(
        line.line.kind, "sealed", chosen.value, None, "UTC"
    )
    undo_last(theirs, token)
    (again,) = sealed_conflicts(theirs).result
    assert texts(again) == texts(line) and counted(desk) == (0, 1)
    mine.close()
    theirs.close()


def test_two_versions_that_say_the_same_are_nothing_to_choose_for_holders(
    folder: Path, desk: Desk, clock: SetClock
) -> None:
    who, _ = person(desk)
    pia = at_work(folder, "pia", clock)
    written_apart({"admin": desk}, PROTECTION, who, ("admin", "alone", ""), ("admin", "alone", ""))
    assert counted(desk) == (0, 1), "who cannot open them cannot know"
    assert sealed_conflicts(pia).result == []
    pia.close()


def test_a_version_sealed_to_a_key_one_does_not_hold_is_not_overruled(
    folder: Path, desk: Desk, clock: SetClock
) -> None:
    who, _ = person(desk)
    pia = at_work(folder, "pia", clock)
    other = new_class_key(PROTECTION).key.recipient
    written_apart({"admin": desk}, PROTECTION, who, ("admin", "alone", ""), ("admin", "hidden", other))
    (line,) = sealed_conflicts(pia).result
    assert line.closed == 1 and len(line.answers) == 1
    with pytest.raises(Refused, match="sealed to a key you do not hold"):
        settle_sealed(pia, line.line.row, line.answers[0].raw)
    assert counted(desk) == (0, 1)
    pia.close()


def test_what_is_sealed_is_in_no_open_list(folder: Path, desk: Desk) -> None:
    who, _ = person(desk)
    written_apart({"admin": desk}, HEALTH, who, ("admin", "fever", ""), ("admin", "no fever", ""))
    reader = desk.reader()
    assert list_conflicts(desk, reader, ent=who).lines == ()
    reader.close()
