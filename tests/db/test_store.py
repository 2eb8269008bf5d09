"""The store on a real encrypted file: events and tables in one transaction, rights, rebuild, state."""

from __future__ import annotations

import random
from collections.abc import Sequence
from pathlib import Path

import pytest

from shelterdesk.actions.clock import SetClock
from shelterdesk.actions.desk import Desk, changed_user, open_desk
from shelterdesk.core.errors import BadField, NotAllowed, Refused
from shelterdesk.core.event import BadLine, Event, compose, parse, row_op
from shelterdesk.core.kinds import INTAKE_ANSWERS, LOGGED, PERSON, PLACE, SETTING, STAY, VOID
from shelterdesk.core.names import query_tokens
from shelterdesk.core.roster import user_body
from shelterdesk.core.vocabulary import Missing, Role
from shelterdesk.db import search
from shelterdesk.db.check import check
from shelterdesk.db.state import state_of
from shelterdesk.db.store import Store
from tests.stations import PASSPHRASE


def tables(store: Store) -> dict[str, list[tuple[object, ...]]]:
    """Everything derived, to compare."""
    names = [kind.name for kind in LOGGED] + ["presence", "head", "conflict"]
    found = {name: list(store.conn.execute(f"SELECT * FROM {name} ORDER BY 1, 2")) for name in names}
    found["person_key"] = list(store.conn.execute("SELECT ent, key FROM person_key ORDER BY ent"))
    return found


def lines(store: Store) -> list[bytes]:
    return [row[0] for row in store.conn.execute("SELECT line FROM event ORDER BY id")]


def register(desk: Desk, given: str) -> str:
    with desk.store.write(desk.user) as event:
        return event.create(
            PERSON, {"given": given, "sex": "F", "birth": Missing.REFUSED, "arrived_at": event.now}
        )


def test_a_write_is_an_event_and_its_effect(desk: Desk) -> None:
    ent = register(desk, "Ana")
    row = desk.store.conn.execute(
        "SELECT given, missing, arrived_at, arrived_at_ms FROM person WHERE ent = ?", (bytes.fromhex(ent),)
    ).fetchone()
    assert row == ("Ana", '{"birth":"refused"}', "2026-11-23T08:00:00-05:00[America/Panama]", 1795438800000)
    event = parse(lines(desk.store)[-1])
    assert (event.user, event.zone, event.ops[0].kind) == (desk.user.id, "America/Panama", PERSON.number)


def test_what_fails_leaves_nothing(desk: Desk) -> None:
    before = (tables(desk.store), lines(desk.store))
    with pytest.raises(ZeroDivisionError), desk.store.write(desk.user) as event:
        event.create(PERSON, {"given": "Ana"})
        raise ZeroDivisionError
    with pytest.raises(KeyError), desk.store.write(desk.user) as event:
        event.create(PERSON, {"given": "Ana", "no_such_field": 1})
    assert (tables(desk.store), lines(desk.store)) == before


def test_a_role_is_checked_where_it_is_written(operator_desk: Desk) -> None:
    with pytest.raises(NotAllowed), operator_desk.store.write(operator_desk.user) as event:
        event.create(PLACE, {"code": "A"})
    assert operator_desk.store.conn.execute("SELECT count(*) FROM place").fetchone() == (0,)


def test_edits_supersede_and_tables_follow(desk: Desk) -> None:
    ent = register(desk, "Ana")
    with desk.store.write(desk.user) as event:
        event.set(PERSON, ent, "given", "Anna")
    with desk.store.write(desk.user) as event:
        event.set(PERSON, ent, "given", "Hannah")
    assert desk.store.conn.execute(
        "SELECT given FROM person WHERE ent = ?", (bytes.fromhex(ent),)
    ).fetchone() == ("Hannah",)
    assert desk.store.conn.execute("SELECT count(*) FROM head").fetchone() == (1,)
    assert search.matching(desk.store.conn, query_tokens("hann")) == [bytes.fromhex(ent)]
    assert search.matching(desk.store.conn, query_tokens("ana")) == []


def test_a_void_record_is_kept_out_of_population_and_search(desk: Desk) -> None:
    ent = register(desk, "Ana")
    with desk.store.write(desk.user) as event:
        event.void(PERSON, ent, "entered twice")
    row = desk.store.conn.execute("SELECT void FROM person WHERE ent = ?", (bytes.fromhex(ent),)).fetchone()
    assert row == ("entered twice",)
    assert desk.store.conn.execute("SELECT count(*) FROM presence").fetchone() == (0,)
    assert search.matching(desk.store.conn, query_tokens("ana")) == []


def test_a_sealed_record_shows_nothing(desk: Desk) -> None:
    with desk.store.write(desk.user) as event:
        person = event.create(PERSON, {"given": "Ana"})
        event.create(INTAKE_ANSWERS, {"person": person, "child_alone": "yes"})
    with desk.store.write(desk.user) as event:
        event.create(INTAKE_ANSWERS, {"person": person})
    sealed = [line for line in lines(desk.store) if b"[101," in line]
    assert len(sealed) == 2 and not any(person.encode() in line for line in sealed)
    assert len(sealed[0]) == len(sealed[1])


def test_rebuilt_tables_are_the_same(desk: Desk) -> None:
    people = [register(desk, f"Ana {n}") for n in range(20)]
    with desk.store.write(desk.user) as event:
        place = event.create(PLACE, {"code": "A-1", "capacity": 4})
        for person in people:
            event.create(STAY, {"person": person, "place": place, "from_at": event.now})
    for person in people[::3]:
        with desk.store.write(desk.user) as event:
            event.set(PERSON, person, "sex", "X")
    with desk.store.write(desk.user) as event:
        event.void(PERSON, people[4], "a mistake")
    before, state = tables(desk.store), state_of(desk.store.conn)
    desk.store.rebuild()
    assert tables(desk.store) == before
    assert state_of(desk.store.conn) == state


def replica(desk: Desk, folder: Path, events: Sequence[Event], step: int) -> Store:
    """Another file of the same roster that takes the events in, so many at a time."""
    copy = Store.create(
        folder / f"replica-{step}.db", desk.store.file_key, desk.who, desk.store.keys, desk.clock
    )
    from shelterdesk.db.statements import statements

    copy.add_statements(statements(desk.store.conn))
    for start in range(0, len(events), step):
        copy.take_in(list(events[start : start + step]))
    return copy


@pytest.mark.parametrize("seed", range(12))
def test_any_order_any_slices_any_repetition_give_the_same_state(
    desk: Desk, tmp_path: Path, seed: int
) -> None:
    rng = random.Random(seed)
    people = [register(desk, f"Ana {n}") for n in range(5)]
    for n in range(25):
        with desk.store.write(desk.user) as event:
            event.set(PERSON, rng.choice(people), rng.choice(("given", "surnames", "sex")), f"value {n}")
    events = [parse(line) for line in lines(desk.store)]
    shuffled = events + rng.sample(events, 10)
    rng.shuffle(shuffled)
    other = replica(desk, tmp_path, shuffled, rng.choice((1, 2, 7, 100)))
    assert state_of(other.conn) == state_of(desk.store.conn)
    assert tables(other) == tables(desk.store)
    chain = "SELECT seq, chain FROM event ORDER BY seq"
    assert list(other.conn.execute(chain)) == list(desk.store.conn.execute(chain))
    assert list(other.conn.execute("SELECT * FROM seen")) == list(
        desk.store.conn.execute("SELECT * FROM seen")
    )
    other.close()


def test_what_readers_would_set_aside_is_not_written(desk: Desk) -> None:
    deep: object = "x"
    for _ in range(6):
        deep = [deep]
    for value in ("é" * 31_000, {"a": "y" * 70_000}, deep):
        with pytest.raises(BadField, match="too long"), desk.store.write(desk.user) as event:
            event.create(SETTING, {"key": "k", "value": value})
    with desk.store.write(desk.user) as event:
        for n in range(12):
            event.create(SETTING, {"key": f"k{n}", "value": "z" * 59_000})
    assert max(map(len, lines(desk.store))) < 1 << 20
    assert desk.store.conn.execute("SELECT count(*) FROM setting WHERE key LIKE 'k%'").fetchone() == (12,)


def test_a_record_too_long_in_all_is_refused_before_it_is_written(desk: Desk) -> None:
    before = len(lines(desk.store))
    with pytest.raises(Refused, match="together are too long"), desk.store.write(desk.user) as event:
        event.create(SETTING, {"key": "k", "value": {str(n): "y" * 50_000 for n in range(8)}})
    ent = register(desk, "Ana")
    with desk.store.write(desk.user) as event:
        event.set(PERSON, ent, "also_known_as", ["z" * 50_000] * 5)
    with pytest.raises(Refused, match="together are too long"), desk.store.write(desk.user) as event:
        event.set(PERSON, ent, "also_known_as", ["z" * 50_000] * 6)
    assert len(lines(desk.store)) == before + 2
    with pytest.raises(ValueError, match="read by nobody"):
        op = row_op(PERSON.number, bytes(16), {3: "x" * (1 << 20)})
        compose(
            dev=1, epoch=0, first_seq=1, hlc=1, wall_ms=1, zone="UTC", user="u", schema=1, merge_rules=1,
            salt=bytes(16), ops=[op],
        )  # fmt: skip


def test_a_second_word_on_a_field_in_one_write_is_the_word(desk: Desk) -> None:
    with desk.store.write(desk.user) as event:
        ent = event.create(PERSON, {"given": "Ana", "surnames": "Vega"})
        event.set(PERSON, ent, "given", "Luz")
        event.set(PERSON, ent, "surnames", None)
    assert len(parse(lines(desk.store)[-1]).ops) == 1
    with desk.store.write(desk.user) as event:
        event.set(PERSON, ent, "given", "Eva")
        event.set(PERSON, ent, "sex", "F")
        event.set(PERSON, ent, "given", "Iris")
    conn = desk.store.conn
    assert conn.execute("SELECT given, surnames, sex FROM person").fetchall() == [("Iris", None, "F")]
    assert conn.execute("SELECT count(*) FROM conflict").fetchone() == (0,)
    assert check(conn).is_whole


def test_a_record_is_not_void_from_the_first(desk: Desk) -> None:
    register(desk, "Ana")
    line = lines(desk.store)[-1]
    assert b',0,{"' in line
    with pytest.raises(BadLine, match="void from the first"):
        parse(line.replace(b',0,{"', b',0,{"1":{"reason":"x"},"', 1))


def test_a_role_taken_away_since_the_log_in_is_away(desk: Desk, clock: SetClock) -> None:
    beside = open_desk(desk.folder, "operator", PASSPHRASE, clock)
    entry = changed_user(desk.roster.users[beside.user.id], roles=frozenset({Role.GATE}))
    desk.publish("user", {"user": user_body(entry)})
    before = len(lines(desk.store))
    with pytest.raises(NotAllowed), beside.store.write(beside.user) as event:
        event.create(PERSON, {"given": "Ana"})
    assert len(lines(desk.store)) == before
    beside.close()


@pytest.mark.parametrize("value", [b'"\xff"', b"1e999"])
def test_a_value_that_does_not_decode_is_no_line(desk: Desk, value: bytes) -> None:
    register(desk, "Ana")
    line = lines(desk.store)[-1]
    assert b'"Ana"' in line
    with pytest.raises(BadLine):
        parse(line.replace(b'"Ana"', value))


def test_a_void_that_saw_nonsense_hides_nothing(desk: Desk) -> None:
    ent = register(desk, "Ana")
    with desk.store.write(desk.user) as event:
        event.set_raw(PERSON, ent, VOID, b'{"reason":"x","saw":[["zz",0,1,"zz"]]}')
    assert desk.store.conn.execute("SELECT void FROM person").fetchone() == (None,)
