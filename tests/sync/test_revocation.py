"""A desk that was stolen: nothing it says or writes afterwards counts, whatever number it writes it under."""

from __future__ import annotations

import random
import shutil
from collections.abc import Mapping
from pathlib import Path

import pytest

from shelterdesk import startup
from shelterdesk.actions.clock import SetClock
from shelterdesk.actions.desk import Desk, sign_head
from shelterdesk.actions.exchange import export_bundle
from shelterdesk.actions.revoking import reinstate_desk, revoke_desk
from shelterdesk.actions.station import user_entry
from shelterdesk.actions.taking_in import import_from
from shelterdesk.core.belief import fold
from shelterdesk.core.errors import NotAllowed, NotFound, Refused
from shelterdesk.core.event import hex16, parse
from shelterdesk.core.roster import Statement, user_body
from shelterdesk.core.vocabulary import Role
from shelterdesk.db.check import check
from shelterdesk.db.state import state_of
from shelterdesk.db.statements import read_statement, statements
from shelterdesk.db.store import Store
from shelterdesk.keys.cardtoken import key_id
from shelterdesk.keys.desk import DeskKeys
from shelterdesk.keys.signing import SignedStatement, sign_statement
from shelterdesk.keys.user import new_user
from shelterdesk.startup import FILE
from shelterdesk.sync.intake import take_statements
from tests.stations import CHEAP
from tests.sync.worlds import World, at, carry, given_names, join, parts_in, register


@pytest.fixture
def second(world: World, clock: SetClock, tmp_path: Path) -> Path:
    """A second desk of station LB, ``LB1A``."""
    join(world.lb, tmp_path / "second", clock)
    return tmp_path / "second"


def said_by(keys: DeskKeys, kind: str, body: Mapping[str, object], number: int) -> Statement:
    members = {"statement": kind, "issuer": hex16(keys.dev), "number": number, "body": body}
    made = sign_statement(keys.signing, members)
    return read_statement(made.body, made.signature)


def reasons(desk: Desk) -> set[str]:
    return {row[0] for row in desk.store.conn.execute("SELECT DISTINCT reason FROM set_aside_op")}


def test_a_revoked_desk_is_sealed_to_no_more(
    world: World, second: Path, stick: Path, clock: SetClock
) -> None:
    with at(world.lb, clock) as lb:
        lost = next(d for d in lb.roster.desks.values() if d.slot == "LB1A")
        assert lost.age in lb.roster.recipients("LB")
        assert revoke_desk(lb, "LB1A").result.is_revoked
        export_bundle(lb, stick)
        assert lost.age not in lb.roster.recipients("LB")
    with at(second, clock) as desk:
        found = import_from(desk, stick).result
        assert found.elsewhere == 1 and "somebody else" in found.parts[0].reason
        register(desk, "Zoe")
        export_bundle(desk, stick)
    with at(world.office, clock) as office:
        import_from(office, stick)
        assert reasons(office) == {"revoked_desk"}  # whichever of the two parts came first
        assert given_names(office) == set()
        assert check(office.store.conn).findings == []


def test_what_a_revoked_desk_says_is_believed_no_more(
    world: World, second: Path, stick: Path, clock: SetClock
) -> None:
    """Not even under an old number, which whoever holds the key can write again."""
    with at(second, clock) as desk:
        thief = desk.store.keys
        card = key_id(thief.public)
        # Its own station's; and one of another's, which it has no word in.
        desk.publish("revoked_cards", {"cards": [[card, 7], ["ab" * 6, 7]]})
        export_bundle(desk, stick, "LB")
    with at(world.lb, clock) as lb:
        import_from(lb, stick)
        assert lb.roster.revoked_cards == {(card, 7)}
        revoke_desk(lb, "LB1A")
        keys, wrapped = new_user("words of a thief", CHEAP)
        entry = user_entry("thief", "", frozenset({Role.ADMIN}), keys, wrapped, "LB")
        for number in (1, 50):
            lb.store.add_statements([said_by(thief, "user", {"user": user_body(entry)}, number)])
        assert entry.id not in lb.roster.users
        assert lb.roster.revoked_cards == {(card, 7)}  # what was heard before stays


def test_a_station_revokes_no_card_of_another(world: World, clock: SetClock, tmp_path: Path) -> None:
    with at(world.mt, clock) as other:
        theirs = key_id(other.store.keys.public)
    with at(world.lb, clock) as desk:
        desk.publish("revoked_cards", {"cards": [[theirs, 4], [key_id(desk.store.keys.public), 5]]})
        mine = key_id(desk.store.keys.public)
    carry(world.lb, world.office, tmp_path / "there", clock)
    with at(world.office, clock) as office:
        assert office.roster.revoked_cards == {(mine, 5)}
        office.publish("revoked_cards", {"cards": [[theirs, 6]]})  # the office's word holds for all
        assert office.roster.revoked_cards == {(mine, 5), (theirs, 6)}


def test_nobody_below_answers_a_revocation_and_only_the_office_lifts_it(
    world: World, second: Path, stick: Path, clock: SetClock, tmp_path: Path
) -> None:
    with at(second, clock) as desk:
        register(desk, "Ana")
        with pytest.raises(Refused):
            revoke_desk(desk, "LB1")
        thief = desk.store.keys
        export_bundle(desk, stick)
    with at(world.office, clock) as office:
        import_from(office, stick)
        first = {"dev": hex16(thief.dev), "epochs": [], "statements": []}
        office.publish("revocation", first)
        assert given_names(office) == set()
        # A later, more generous one does not take it back: the strictest bound holds.
        revoke_desk(office, "LB1A")
        assert given_names(office) == set() and reasons(office) == {"revoked_desk"}
        with pytest.raises(NotFound):
            revoke_desk(office, "LB9")
        # The stolen desk, and its own station, cannot lift it either.
        lb = next(d for d in office.roster.desks.values() if d.slot == "LB1")
        root = {"dev": hex16(lb.dev), "epochs": [], "statements": []}
        lift = {"dev": hex16(thief.dev), "revocations": [s.sha.hex() for s in statements(office.store.conn)]}
        office.store.add_statements(
            [said_by(thief, "revocation", root, 1), said_by(thief, "reinstatement", lift, 2)]
        )
        assert not office.roster.desks[lb.dev].is_revoked and office.roster.desks[thief.dev].is_revoked
        assert not reinstate_desk(office, "LB1A").result.is_revoked
        assert given_names(office) == {"Ana"} and reasons(office) == set()
        assert check(office.store.conn).findings == []
    with at(world.lb, clock) as lb_desk, pytest.raises(Refused):
        reinstate_desk(lb_desk, "LB1A")
    with at(world.lb, clock, "operator") as lb_desk, pytest.raises(NotAllowed):
        revoke_desk(lb_desk, "LB1A")


def test_a_bound_holds_in_every_epoch(world: World, second: Path, stick: Path, clock: SetClock) -> None:
    """Neither a lower epoch that was never heard of, nor a new one, is a way round it."""
    with at(second, clock) as desk:
        startup.begin_epoch(desk.store.conn, clock)
        register(desk, "Ana")
        export_bundle(desk, stick)
    with at(world.office, clock) as office:
        import_from(office, stick)
        assert given_names(office) == {"Ana"}
        revoke_desk(office, "LB1A")
        assert given_names(office) == {"Ana"}
    with at(second, clock) as desk:
        dev, high = desk.who.dev, desk.who.epoch
        for epoch in (0, 3, high + 1):
            with desk.store.transaction() as conn:
                raw = conn.execute("SELECT value FROM meta WHERE key = 'whoami'").fetchone()[0]
                now = raw.replace(b'"epoch":%d' % desk.who.epoch, b'"epoch":%d' % epoch)
                conn.execute("UPDATE meta SET value = ? WHERE key = 'whoami'", (now,))
            register(desk, f"Zoe {epoch}")
            sign_head(desk.store)
        assert desk.who.dev == dev
        export_bundle(desk, stick, everything=True)
    with at(world.office, clock) as office:
        assert import_from(office, stick).result.not_admitted >= 3
        assert given_names(office) == {"Ana"}


def test_old_numbers_used_again_are_not_heard(
    world: World, second: Path, stick: Path, clock: SetClock, tmp_path: Path
) -> None:
    """A thief goes on from a copy made before: the same numbers, signed by the same key, another chain."""
    thief, other = tmp_path / "thief", tmp_path / "other"
    other.mkdir()
    shutil.copytree(second, thief)
    with at(second, clock) as desk:
        register(desk, "Ana", "Berta")
        export_bundle(desk, stick)
    with at(thief, clock) as desk:
        register(desk, "Zoe")
        export_bundle(desk, other)
    offices = [world.office, tmp_path / "office-2"]
    shutil.copytree(world.office, offices[1])
    with at(offices[0], clock) as first, at(offices[1], clock, "chief") as late:
        import_from(first, stick)
        import_from(late, other)  # here the thief's history was heard first
        revoke_desk(first, "LB1A")
        late.store.add_statements(statements(first.store.conn))
        assert given_names(late) == set()
        import_from(first, other)
        import_from(late, stick)
        for office in (first, late):
            assert given_names(office) == {"Ana", "Berta"}
            assert reasons(office) == {"revoked_desk"}
        # What has the next number and another chain did not get into the line heard first.
        line = late.store.conn.execute(
            "SELECT count(*) FROM event WHERE dev = ? AND chain IS NOT NULL", (desk.who.dev,)
        )
        assert line.fetchone() == (2,)
        assert state_of(first.store.conn) == state_of(late.store.conn)


def test_events_beyond_a_gap_are_told_by_their_chain(
    world: World, second: Path, stick: Path, clock: SetClock, tmp_path: Path
) -> None:
    """A number proves nothing, a chain value does, with or without what lies before."""
    parts = []
    for name in ("Ana", "Berta"):
        with at(second, clock) as desk:
            register(desk, name)
            export_bundle(desk, stick)
        parts += [path for path in parts_in(stick) if path not in parts]
    assert len(parts) == 2
    shutil.copytree(world.office, tmp_path / "office-2")
    with at(world.office, clock) as office, at(tmp_path / "office-2", clock, "chief") as late:
        import_from(office, stick)
        revoke_desk(office, "LB1A")
        assert given_names(office) == {"Ana", "Berta"} and reasons(office) == set()
        late.store.add_statements(statements(office.store.conn))
        kept = parts[0].read_bytes()
        parts[0].unlink()
        import_from(late, stick)
        assert given_names(late) == {"Berta"}  # the chain values of its part lead up to the bound
        parts[0].write_bytes(kept)
        import_from(late, stick)
        assert given_names(late) == {"Ana", "Berta"} and reasons(late) == set()
        assert state_of(late.store.conn) == state_of(office.store.conn)
        assert check(late.store.conn).findings == []


def test_desks_beside_each_other_cannot_revoke_one_another(
    world: World, second: Path, clock: SetClock, tmp_path: Path
) -> None:
    join(world.lb, tmp_path / "third", clock)
    keys = []
    for folder in (second, tmp_path / "third"):
        with at(folder, clock) as desk:
            keys.append(desk.store.keys)
    with at(world.lb, clock) as lb:
        for one, other in (keys, reversed(keys)):
            body = {"dev": hex16(other.dev), "epochs": [], "statements": []}
            lb.store.add_statements([said_by(one, "revocation", body, 1)])
        assert [lb.roster.desks[k.dev].is_revoked for k in keys] == [False, False]


def test_a_revocation_that_bounds_nobody_is_kept_in_any_order_and_is_not_in_the_state(
    world: World, second: Path, clock: SetClock, tmp_path: Path
) -> None:
    """Whether its issuer stands above the desk it names may become known before it, or after."""
    early, late = tmp_path / "early", tmp_path / "late"
    for copy in (early, late):
        shutil.copytree(second, copy)  # they know LB1A's fellow LB1B not yet
    join(world.lb, tmp_path / "third", clock)
    with at(tmp_path / "third", clock) as third, at(world.mt, clock) as mt:
        body = {"dev": hex16(third.who.dev), "epochs": [], "statements": []}
        stranger = said_by(mt.store.keys, "revocation", body, 1)
        keys = third.store.keys
    with at(second, clock) as desk:
        beside = said_by(desk.store.keys, "revocation", body, 900)
    with at(world.lb, clock) as lb:
        admission = next(s for s in statements(lb.store.conn) if s.body.get("desk", {}).get("slot") == "LB1B")
    found = []
    for copy, order in ((early, (admission, beside)), (late, (beside, admission))):
        with at(copy, clock) as desk:
            before = state_of(desk.store.conn)
            for one in order:
                judged, _ = take_statements(desk.store, [SignedStatement(one.raw, one.signature)])
                assert len(judged.new) == 1 and not judged.refused
            assert not desk.roster.desks[keys.dev].is_revoked
            assert state_of(desk.store.conn) == before
            found.append({s.sha for s in statements(desk.store.conn)})
    assert found[0] == found[1]
    with at(world.office, clock) as office:
        for one in (admission, stranger):
            take_statements(office.store, [SignedStatement(one.raw, one.signature)])
        assert not office.roster.desks[keys.dev].is_revoked
        before = state_of(office.store.conn)
        revoke_desk(office, "LB1B")
        bounded = state_of(office.store.conn)
        assert bounded != before
        reinstate_desk(office, "LB1B")
        assert state_of(office.store.conn) == before  # what was lifted is in force no more
        office.publish("erase", {"entities": ["0" * 32], "ground": "law"})
        assert state_of(office.store.conn) not in (before, bounded)


@pytest.mark.parametrize("seed", range(6))
def test_any_order_of_events_and_statements_gives_one_state(
    world: World, second: Path, stick: Path, clock: SetClock, tmp_path: Path, seed: int
) -> None:
    """Users, roles, admissions, revocations and events, each in any order, on files that begin alike."""
    rng = random.Random(seed)
    print(f"seed {seed}")
    with at(world.lb, clock) as lb:
        began = {s.sha for s in statements(lb.store.conn) if s.is_pinned}
        register(lb, "Ana")
        keys, wrapped = new_user("words", CHEAP)
        rosa = user_entry("rosa", "", frozenset({Role.OPERATOR}), keys, wrapped, "LB")
        lb.publish("user", {"user": user_body(rosa)})
        with at(second, clock) as desk:
            desk.store.add_statements(statements(lb.store.conn))
            register(desk, "Berta")
            desk.user = desk.roster.users[rosa.id]
            register(desk, "Carla")
            if seed % 2:
                revoke_desk(lb, "LB1A")  # as far as it is held here: not at all beyond the admission
            register(desk, "Dora")
            lines = [r[0] for r in desk.store.conn.execute("SELECT line FROM event ORDER BY id")]
            said = statements(desk.store.conn)
        down = rosa.roles if seed % 3 else frozenset({Role.GATE})
        lb.publish("user", {"user": user_body(rosa) | {"roles": sorted(down), "revision": 2}})
        lines += [r[0] for r in lb.store.conn.execute("SELECT line FROM event ORDER BY id")]
        everything = {s.sha: s for s in (*said, *statements(lb.store.conn))}
        who, file_key, own = lb.who, lb.store.file_key, lb.store.keys
    states = set()
    for n in range(4):
        store = Store.create(tmp_path / f"copy-{n}.db", file_key, who, own, clock)
        store.add_statements([s for s in everything.values() if s.sha in began])
        things: list[object] = [*everything.values(), *(parse(line) for line in lines)]
        rng.shuffle(things)
        for thing in things:
            if isinstance(thing, Statement):
                store.add_statements([thing])
            else:
                store.take_in([thing])  # type: ignore[list-item]
        states.add(state_of(store.conn))
        report = check(store.conn)
        assert all(f.code in ("unsigned", "signed_head") for f in report.findings), report.findings
        before = state_of(store.conn)
        store.rebuild()
        assert state_of(store.conn) == before
        assert fold(rng.sample(list(everything.values()), len(everything))) == store.roster
        store.close()
    assert len(states) == 1
    assert (tmp_path / "second" / FILE).exists()
