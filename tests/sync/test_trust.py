"""Who may say what: a desk speaks for its own station, the office for everybody, strangers for nobody."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from shelterdesk.actions.clock import SetClock
from shelterdesk.actions.desk import Desk, changed_user
from shelterdesk.actions.exchange import export_bundle, import_from
from shelterdesk.actions.users import add_user, disable_user
from shelterdesk.core.event import hex16
from shelterdesk.core.roster import DeskEntry, desk_body, user_body
from shelterdesk.core.vocabulary import Role
from shelterdesk.db.statements import statements
from shelterdesk.keys import keyfile
from shelterdesk.keys.desk import DeskKeys
from shelterdesk.keys.signing import SignedStatement, sign_statement
from shelterdesk.sync.intake import keep_statements, take_statements
from shelterdesk.sync.trust import Judged, judge
from tests.stations import CHEAP, make_template
from tests.sync.worlds import World, at, join, register


def signed(keys: DeskKeys, kind: str, body: Mapping[str, Any], number: int = 900) -> SignedStatement:
    return sign_statement(
        keys.signing, {"statement": kind, "issuer": hex16(keys.dev), "number": number, "body": dict(body)}
    )


def judged(at_: Desk, *offered: SignedStatement) -> Judged:
    return judge(at_.who, statements(at_.store.conn), offered)


def test_a_new_user_travels_and_can_log_in_elsewhere(
    world: World, stick: Path, clock: SetClock, tmp_path: Path
) -> None:
    join(world.lb, tmp_path / "second", clock)
    with at(world.lb, clock) as desk:
        add_user(desk, "rosa", frozenset({Role.OPERATOR}), "a passphrase", cost=CHEAP)
        disable_user(desk, "gate")
        export_bundle(desk, stick, "LB")
    with at(tmp_path / "second", clock) as desk:
        assert keyfile.has_user(tmp_path / "second", "gate")
        found = import_from(desk, stick)
        assert found.result.statements >= 2 and "roster" in found.changes.kinds
        assert keyfile.has_user(tmp_path / "second", "rosa")
        assert not keyfile.has_user(tmp_path / "second", "gate")


def test_an_admission_in_clear_makes_the_new_desk_known(
    world: World, stick: Path, clock: SetClock, tmp_path: Path
) -> None:
    """The office never heard of the new desk: what it needs lies beside the parts."""
    join(world.lb, tmp_path / "second", clock)
    join(tmp_path / "second", tmp_path / "third", clock)
    with at(tmp_path / "third", clock) as desk:
        register(desk, "Ana")
        export_bundle(desk, stick)
    assert len(list(stick.rglob("*.admit"))) == 2
    with at(world.office, clock) as office:
        found = import_from(office, stick).result
        assert found.is_clean and found.new > 0 and found.not_admitted == 0
        assert {"LB1A", "LB1A1"} <= {desk.slot for desk in office.roster.desks.values()}


def test_a_stranger_is_left_alone_and_listed(
    world: World, stick: Path, clock: SetClock, tmp_path: Path
) -> None:
    make_template(tmp_path / "stranger", code="XX")
    with at(tmp_path / "stranger", clock) as desk:
        register(desk, "Ana")
        alone = export_bundle(desk, stick).result
        assert not alone.office_can_open and alone.note
    with at(world.office, clock) as office:
        found = import_from(office, stick).result
        assert (found.refused, found.new, found.statements) == (1, 0, 0)
        assert "not known" in found.parts[0].reason
        assert office.store.conn.execute("SELECT count(*) FROM part_set_aside").fetchone() == (0,)


Speech = Callable[[Desk, Desk], SignedStatement]


def foreign_user(mt: Desk, lb: Desk) -> SignedStatement:
    user = lb.roster.users[lb.user.id]
    return signed(mt.store.keys, "user", {"user": user_body(changed_user(user, is_active=False))})


def stolen_user(mt: Desk, lb: Desk) -> SignedStatement:
    user = lb.roster.users[lb.user.id]
    return signed(mt.store.keys, "user", {"user": user_body(changed_user(user, station="MT"))})


def foreign_desk(mt: Desk, lb: Desk) -> SignedStatement:
    keys = DeskKeys.new()
    entry = DeskEntry(keys.dev, keys.public, keys.recipient, "LB", "LB1Z", mt.who.dev)
    return signed(mt.store.keys, "admit", {"desk": desk_body(entry)})


def slot_of_another(mt: Desk, lb: Desk) -> SignedStatement:
    keys = DeskKeys.new()
    entry = DeskEntry(keys.dev, keys.public, keys.recipient, "MT", "MT2", mt.who.dev)
    return signed(mt.store.keys, "admit", {"desk": desk_body(entry)})


def own_office(mt: Desk, lb: Desk) -> SignedStatement:
    keys = mt.store.keys
    office = {
        "dev": hex16(keys.dev),
        "name": "Me",
        "sign": keys.public.hex(),
        "age": keys.recipient,
        "escrow": keys.recipient,
    }
    return signed(
        keys, "roster", {"practice": False, "stations": [], "desks": [], "users": [], "office": office}
    )


def another_practice(mt: Desk, lb: Desk) -> SignedStatement:
    return signed(mt.store.keys, "roster", {"practice": True, "stations": [], "desks": [], "users": []})


def revoke_another(mt: Desk, lb: Desk) -> SignedStatement:
    return signed(mt.store.keys, "revocation", {"dev": hex16(lb.who.dev), "epoch": 0, "seq": 1})


def erase(mt: Desk, lb: Desk) -> SignedStatement:
    return signed(mt.store.keys, "erase", {"ent": "0" * 32})


def by_another_key(mt: Desk, lb: Desk) -> SignedStatement:
    return sign_statement(
        mt.store.keys.signing,
        {"statement": "revoked_cards", "issuer": hex16(lb.who.dev), "number": 1, "body": {"cards": []}},
    )


@pytest.mark.parametrize(
    "speech",
    [
        foreign_user,
        stolen_user,
        foreign_desk,
        slot_of_another,
        own_office,
        another_practice,
        revoke_another,
        erase,
        by_another_key,
    ],
)
def test_a_desk_does_not_reach_beyond_its_station(world: World, clock: SetClock, speech: Speech) -> None:
    with at(world.mt, clock) as mt, at(world.lb, clock) as lb, at(world.office, clock) as office:
        said = speech(mt, lb)
        found = judged(office, said)
        assert found.new == [] and len(found.refused) == 1
        assert judged(lb, said).new == []


def test_what_a_desk_may_say_is_believed(world: World, clock: SetClock) -> None:
    with at(world.lb, clock) as lb, at(world.office, clock) as office:
        keys = DeskKeys.new()
        slot = DeskEntry(keys.dev, keys.public, keys.recipient, "LB", "LB1Z", lb.who.dev)
        admitted = signed(lb.store.keys, "admit", {"desk": desk_body(slot)})
        its_word = signed(keys, "revoked_cards", {"cards": [["ab", 7]]})
        unknown_kind = signed(lb.store.keys, "weather", {"rain": True})
        found = judged(office, its_word, unknown_kind, admitted)
        assert [s.kind for s in found.new] == ["weather", "admit", "revoked_cards"] and not found.refused
        keep_statements(office.store, found.new)
        assert office.roster.revoked_cards == {("ab", 7)}
        assert take_statements(office.store, [admitted, its_word])[0].new == []


SHAPES: list[tuple[str, Any]] = [
    ("roster", {"stations": [{"code": "LB"}]}),
    ("roster", {"desks": [{}]}),
    ("roster", {"desks": 7}),
    ("roster", {"users": [{"id": "x"}]}),
    ("admit", {}),
    ("admit", {"desk": None}),
    ("admit", {"desk": {"dev": "zz"}}),
    ("user", {"user": {"id": 1}}),
    ("class_key", {"class": {"class": "health"}}),
    ("revocation", {"dev": "0" * 16, "epoch": "a", "seq": 1}),
    ("revocation", {}),
    ("revoked_cards", {"cards": [[1, "x"]]}),
    ("revoked_cards", {"cards": "abc"}),
    ("adoption", {"station": "LB", "office": {"dev": "1"}}),
]


@pytest.mark.parametrize(("kind", "body"), SHAPES)
def test_a_misshapen_statement_is_refused_and_the_roster_still_folds(
    world: World, clock: SetClock, kind: str, body: Any
) -> None:
    with at(world.lb, clock) as lb, at(world.office, clock) as office:
        found = judged(office, signed(lb.store.keys, kind, body))
        assert found.new == [] and len(found.refused) == 1
        before = office.roster
        take_statements(office.store, [signed(lb.store.keys, kind, body)])
        assert office.roster == before


def test_a_desk_key_nobody_could_seal_to_is_refused(world: World, clock: SetClock) -> None:
    with at(world.lb, clock) as lb, at(world.office, clock) as office:
        keys = DeskKeys.new()
        entry = DeskEntry(keys.dev, keys.public, "age1nonsense", "LB", "LB1Z", lb.who.dev)
        assert judged(office, signed(lb.store.keys, "admit", {"desk": desk_body(entry)})).new == []
        other = replace(entry, age=keys.recipient, dev=5)
        assert judged(office, signed(lb.store.keys, "admit", {"desk": desk_body(other)})).new == []


def test_a_revoked_desk_is_sealed_to_no_more(
    world: World, stick: Path, clock: SetClock, tmp_path: Path
) -> None:
    join(world.lb, tmp_path / "second", clock)
    with at(world.lb, clock) as lb:
        lost = next(d for d in lb.roster.desks.values() if d.slot == "LB1A")
        assert lost.age in lb.roster.recipients("LB")
        lb.publish("revocation", {"dev": hex16(lost.dev), "epoch": 0, "seq": 0})
        export_bundle(lb, stick)
        assert lost.age not in lb.roster.recipients("LB")
    with at(tmp_path / "second", clock) as desk:
        found = import_from(desk, stick).result
        assert found.refused == 1 and "somebody else" in found.parts[0].reason
        register(desk, "Zoe")
        export_bundle(desk, stick)
    with at(world.office, clock) as office:
        import_from(office, stick)
        reasons = office.store.conn.execute("SELECT DISTINCT reason FROM set_aside_op").fetchall()
        assert reasons == [("revoked_desk",)]  # whichever of the two parts came first
        rows = office.store.conn.execute("SELECT count(*) FROM person WHERE given = 'Zoe'").fetchone()
        assert rows == (0,)
