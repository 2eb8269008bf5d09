"""Who may say what: a desk speaks for its own station, the office for everybody, strangers for nobody."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from shelterdesk.actions.clock import SetClock
from shelterdesk.actions.desk import Desk, changed_user, open_desk
from shelterdesk.actions.exchange import export_bundle
from shelterdesk.actions.revoking import revoke_desk
from shelterdesk.actions.taking_in import import_from
from shelterdesk.actions.users import add_user, disable_user
from shelterdesk.core.belief import fold, hangs_below
from shelterdesk.core.errors import WrongPassphrase
from shelterdesk.core.event import compose, hex16, row_op
from shelterdesk.core.kinds import PERSON
from shelterdesk.core.roster import DeskEntry, class_body, desk_body, user_body
from shelterdesk.core.vocabulary import Role
from shelterdesk.db import chain
from shelterdesk.db.statements import statements
from shelterdesk.keys import keyfile
from shelterdesk.keys.cardtoken import key_id
from shelterdesk.keys.classes import sign_class_body
from shelterdesk.keys.desk import DeskKeys
from shelterdesk.keys.signing import SignedStatement, canonical, sign_statement
from shelterdesk.sync.intake import keep_statements, take_statements
from shelterdesk.sync.trust import Judged, judge
from tests.stations import CHEAP, make_template
from tests.sync.worlds import World, at, given_names, join, register


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


@pytest.mark.parametrize("lost", [".admit", ".admit.sig"])
@pytest.mark.parametrize("damage", [None, b"", b"nonsense", b"\xff"])
def test_an_admission_that_lies_there_in_part_is_written_again(
    world: World, stick: Path, clock: SetClock, tmp_path: Path, lost: str, damage: bytes | None
) -> None:
    join(world.lb, tmp_path / "second", clock)
    with at(tmp_path / "second", clock) as desk:
        export_bundle(desk, stick)
        (path,) = stick.rglob(f"*{lost}")
        whole = path.read_bytes()
        path.unlink() if damage is None else path.write_bytes(damage)
        export_bundle(desk, stick)
        assert path.read_bytes() == whole
        before = path.stat().st_mtime_ns
        export_bundle(desk, stick)
        assert path.stat().st_mtime_ns == before  # what is right is not written again
    with at(world.office, clock) as office:
        assert import_from(office, stick).result.is_clean


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


def erase(mt: Desk, lb: Desk) -> SignedStatement:
    return signed(mt.store.keys, "erase", {"entities": ["0" * 32], "ground": "law"})


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
        card = key_id(keys.public)
        its_word = signed(keys, "revoked_cards", {"cards": [[card, 7]]})
        unknown_kind = signed(lb.store.keys, "weather", {"rain": True})
        found = judged(office, its_word, unknown_kind, admitted)
        assert [s.kind for s in found.new] == ["weather", "admit", "revoked_cards"] and not found.refused
        keep_statements(office.store, found.new)
        assert office.roster.revoked_cards == {(card, 7)}
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
    (
        "class_key",
        {"class": {"class": "health", "version": 1, "recipient": "x", "station": "LB", "wraps": []}},
    ),
    (
        "revocation",
        {"dev": "0" * 16, "epochs": [{"epoch": "a", "seq": 1, "chain": "0" * 64}], "statements": []},
    ),
    ("revocation", {"dev": "0" * 16, "epochs": [{"epoch": 0, "seq": 1, "chain": "00"}], "statements": []}),
    ("revocation", {"dev": "0" * 16, "epochs": [], "statements": ["all"]}),
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


LATER: list[tuple[str, dict[str, Any]]] = [
    ("clock_fix", {"dev": "0" * 16, "epoch": 0, "first": 1, "last": 9, "delta_ms": -86_400_000}),
    ("erase", {"entities": ["0" * 32], "ground": "request of the person, article 17"}),
    ("horizon", {"heard": [{"dev": "0" * 16, "epoch": 0, "seq": 9, "chain": "0" * 64}]}),
]
MISSHAPEN: list[tuple[str, dict[str, Any]]] = [
    ("clock_fix", {**LATER[0][1], "first": 10}),
    ("clock_fix", {**LATER[0][1], "delta_ms": "1"}),
    ("clock_fix", {**LATER[0][1], "dev": "1"}),
    ("erase", {"entities": [], "ground": "law"}),
    ("erase", {"entities": ["0" * 31], "ground": "law"}),
    ("erase", {"entities": ["0" * 32], "ground": " "}),
    ("horizon", {"heard": [{"dev": "0" * 16, "epoch": 0, "seq": -1, "chain": "0" * 64}]}),
    ("horizon", {"heard": 5}),
]


@pytest.mark.parametrize(("kind", "body"), [*LATER, *MISSHAPEN])
def test_what_acts_from_a_later_program_on_has_its_shape_now(
    world: World, clock: SetClock, kind: str, body: dict[str, Any]
) -> None:
    """Believed of the office and passed on; a shape nobody could act on is not let into the state."""
    with at(world.lb, clock) as lb, at(world.office, clock) as office:
        found = judged(lb, signed(office.store.keys, kind, body))
        assert bool(found.new) is ((kind, body) in LATER) and bool(found.refused) is not bool(found.new)


def test_a_desk_key_nobody_could_seal_to_is_refused(world: World, clock: SetClock) -> None:
    with at(world.lb, clock) as lb, at(world.office, clock) as office:
        keys = DeskKeys.new()
        entry = DeskEntry(keys.dev, keys.public, "age1nonsense", "LB", "LB1Z", lb.who.dev)
        assert judged(office, signed(lb.store.keys, "admit", {"desk": desk_body(entry)})).new == []
        other = replace(entry, age=keys.recipient, dev=5)
        assert judged(office, signed(lb.store.keys, "admit", {"desk": desk_body(other)})).new == []


def test_a_user_keeps_the_keys_the_id_was_made_of(world: World, clock: SetClock) -> None:
    """Whoever publishes a later revision cannot put a key of their own in, to be sealed to."""
    with at(world.lb, clock) as lb, at(world.office, clock) as office:
        user = lb.roster.users[lb.user.id]
        stolen = user_body(changed_user(user, age=DeskKeys.new().recipient))
        other = user_body(changed_user(user))
        other["wrapped"] = dict(next(u for u in lb.roster.users.values() if u.id != user.id).wrapped)
        for body in (stolen, other):
            assert judged(office, signed(lb.store.keys, "user", {"user": body})).new == []
        assert judged(office, signed(lb.store.keys, "user", {"user": user_body(changed_user(user))})).new


def test_an_operator_is_admitted_at_the_desks_of_their_station(
    world: World, stick: Path, clock: SetClock
) -> None:
    """The office knows both stations, and yet a user of one enters nothing at the other; its own people may."""
    with at(world.mt, clock) as mt, at(world.office, clock) as office:
        export_bundle(mt, stick)
        import_from(office, stick)
        visitor, chief = mt.user, office.user
    with at(world.lb, clock) as lb:
        own = lb.user
        offered = signed(lb.store.keys, "user", {"user": user_body(visitor)})
        assert judged(lb, offered).new == []  # nor can the desk make them one of its own
        for user, name in ((own, "Ana"), (visitor, "Zoe"), (chief, "Berta")):
            rng = random.Random(name)
            last = chain.last_of(lb.store.conn, lb.who.dev, 0)
            assert last is not None
            event = compose(
                dev=lb.who.dev, epoch=0, first_seq=last[0] + 1, hlc=1 << 50, wall_ms=1, zone="UTC", user=user.id,
                schema=1, merge_rules=1, salt=rng.randbytes(16),
                ops=[row_op(PERSON.number, rng.randbytes(16), {4: name})],
            )  # fmt: skip
            lb.store.take_in([event])
        export_bundle(lb, stick)
    with at(world.office, clock) as office:
        import_from(office, stick)
        assert given_names(office) == {"Ana", "Berta"}
        reasons = office.store.conn.execute("SELECT reason FROM set_aside_op").fetchall()
        assert reasons == [("other_station",)]


def test_namesakes_of_two_desks_both_log_in_at_both(
    world: World, stick: Path, clock: SetClock, tmp_path: Path
) -> None:
    """Each desk had let a Rosa in before it heard of the other's."""
    second = tmp_path / "second"
    join(world.lb, second, clock)
    ids = {}
    for folder, words in ((world.lb, "first words"), (second, "second words")):
        with at(folder, clock) as desk:
            ids[words] = add_user(desk, "Rosa", frozenset({Role.OPERATOR}), words, cost=CHEAP).result.id
            export_bundle(desk, stick, "LB")
    for folder in (world.lb, second):
        with at(folder, clock) as desk:
            import_from(desk, stick)
        for words, id_ in ids.items():
            opened = open_desk(folder, "rosa", words, clock)
            assert opened.user.id == id_
            opened.close()
    with at(second, clock) as desk:
        disable_user(desk, ids["first words"])
    with pytest.raises(WrongPassphrase):
        open_desk(second, "rosa", "first words", clock)
    open_desk(second, "rosa", "second words", clock).close()
    join(second, tmp_path / "third", clock)  # who joins later has both, each with their own words
    assert len(keyfile.users_held(tmp_path / "third")) == len(keyfile.users_held(second))


ODD: list[Any] = [
    None,
    True,
    -1,
    0,
    1 << 62,
    "",
    "x",
    "0" * 16,
    "0" * 64,
    [],
    {},
    [[]],
    [None],
    {"a": 1},
    ["x", 5],
]
"""What a desk may write where something else belongs."""


def test_what_is_kept_can_always_be_folded(world: World, clock: SetClock, tmp_path: Path) -> None:
    """A statement that cannot be folded would shut every file that keeps it; a known desk signs what it likes."""
    rng = random.Random(5)
    join(world.lb, tmp_path / "second", clock)
    with at(world.lb, clock) as lb, at(world.office, clock) as office:
        for slot in ("LB1A",):
            revoke_desk(lb, slot)
        held, issued = statements(lb.store.conn), (lb.store.keys, office.store.keys)
        good = [(s.kind, s.body) for s in held]
        good.append(("reinstatement", {"dev": "0" * 16, "revocations": ["0" * 64]}))
        good.append(("class_key", _class_statement(lb)))
        kept = 0
        for n in range(1500):
            kind, body = good[n % len(good)]
            whole = json.loads(canonical(dict(body)))
            spot: Any = whole
            path = some_path(rng, whole)
            for step in path[:-1]:
                spot = spot[step]
            if path:
                spot[path[-1]] = rng.choice(ODD)
            for keys in issued:
                try:
                    said = signed(keys, kind, whole, 900 + n)
                except ValueError:
                    continue
                found = judge(lb.who, held, [said]).new
                kept += len(found)
                fold([*held, *found])
        assert kept > 100


def _class_statement(desk: Desk) -> dict[str, object]:
    entry = desk.roster.class_key("health", "LB")
    assert entry is not None
    body = class_body(entry)
    signing = desk.user_keys.signing
    return {"class": body, "by": signing.public.hex(), "signature": sign_class_body(signing, body)}


def some_path(rng: random.Random, value: Any) -> list[Any]:
    path: list[Any] = []
    while isinstance(value, (dict, list)) and value and (not path or rng.random() < 0.8):
        key = rng.choice(sorted(value)) if isinstance(value, dict) else rng.randrange(len(value))
        path.append(key)
        value = value[key]
    return path


def test_a_later_roster_of_a_station_adds_no_class_key_at_the_office(world: World, clock: SetClock) -> None:
    with at(world.lb, clock) as lb, at(world.office, clock) as office:
        before = office.roster.classes
        root = next(s for s in statements(lb.store.conn) if s.is_pinned and s.kind == "roster")
        key = dict(root.body["classes"][0]) | {"recipient": DeskKeys.new().recipient}
        said = signed(lb.store.keys, "roster", dict(root.body) | {"classes": [key]})
        assert len(take_statements(office.store, [said])[0].new) == 1
        assert office.roster.classes == before
        assert {key.station for key in before} == {"", "LB", "MT"}


def test_slots_tell_who_hangs_below_whom() -> None:
    below = [("LB1A", "LB1"), ("LB1A1", "LB1"), ("LB1A1", "LB1A"), ("LB1AA", "LB1")]
    assert all(hangs_below(slot, above) for slot, above in below)
    apart = [
        ("LB10", "LB1"),
        ("LB1AA", "LB1A"),
        ("LB1", "LB1"),
        ("LB1", "LB1A"),
        ("MT1A", "LB1"),
        ("LB1A", ""),
    ]
    assert not any(hangs_below(slot, above) for slot, above in apart)
