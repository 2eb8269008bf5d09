"""Events are judged by what is known now, again when that changes, and the check asks the same question."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from shelterdesk.actions.clock import SetClock
from shelterdesk.actions.desk import Desk, changed_user, open_desk, user_by_key
from shelterdesk.actions.station import user_entry
from shelterdesk.actions.users import disable_user, enable_user
from shelterdesk.core.errors import NotAllowed, Refused
from shelterdesk.core.event import parse
from shelterdesk.core.kinds import ACCESS, PERSON, SETTING
from shelterdesk.core.roster import Statement, UserEntry, user_body
from shelterdesk.core.vocabulary import Role
from shelterdesk.db import judging
from shelterdesk.db.check import check
from shelterdesk.db.state import state_of
from shelterdesk.db.statements import statements
from shelterdesk.db.store import Store
from shelterdesk.keys.user import new_user
from tests.stations import CHEAP, PASSPHRASE


def register(desk: Desk, user: UserEntry, *names: str) -> None:
    for name in names:
        with desk.store.write(user) as event:
            event.create(PERSON, {"given": name, "sex": "F", "arrived_at": event.now})


def names(store: Store) -> set[str]:
    return {row[0] for row in store.conn.execute("SELECT given FROM person")}


def reasons(store: Store) -> dict[str, int]:
    return dict(store.conn.execute("SELECT reason, count(*) FROM set_aside_op GROUP BY reason"))


def revised(desk: Desk, name: str, **what: object) -> dict[str, object]:
    return {"user": user_body(changed_user(desk.roster.users_named(name, "LB")[0], **what))}


def rosa_at(desk: Desk, station: str = "LB", role: Role = Role.OPERATOR) -> UserEntry:
    keys, wrapped = new_user("words", CHEAP)
    entry = user_entry("rosa", "", frozenset({role}), keys, wrapped, station)
    desk.publish("user", {"user": user_body(entry)})
    return entry


@pytest.mark.parametrize("slice_events", [2, 300])
def test_what_was_entered_is_judged_again_when_a_role_changes(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, slice_events: int
) -> None:
    """In slices of any size; what a role may still write stays."""
    monkeypatch.setattr(judging, "SLICE_EVENTS", slice_events)
    monkeypatch.setattr(judging, "_WINDOW", slice_events)
    rosa = rosa_at(desk)
    register(desk, rosa, "Ana", "Berta", "Carla")
    with desk.store.write(rosa) as event:
        event.create(ACCESS, {"access": "opened", "subject_kind": "person", "happened_at": event.now})
    register(desk, desk.user, "Dora")
    desk.publish("user", revised(desk, "rosa", roles=frozenset({Role.STATISTICIAN})))
    assert names(desk.store) == {"Dora"} and reasons(desk.store) == {"role": 3}
    assert desk.store.conn.execute(f"SELECT count(*) FROM {ACCESS.name}").fetchone() == (1,)
    assert check(desk.store.conn).findings == []
    desk.publish("user", revised(desk, "rosa", roles=frozenset({Role.OPERATOR})))
    assert names(desk.store) == {"Ana", "Berta", "Carla", "Dora"} and reasons(desk.store) == {}
    assert check(desk.store.conn).findings == []


def test_nothing_is_judged_again_for_a_statement_that_changes_no_right(desk: Desk) -> None:
    """Statements arrive with every stick: a passphrase, a card, a further user must cost nothing."""
    rosa = rosa_at(desk)
    register(desk, rosa, "Ana")
    before = desk.roster
    desk.publish("user", revised(desk, "rosa", organisation="Other"))
    desk.publish("revoked_cards", {"cards": [["ab", 7]]})
    disable_user(desk, "rosa")
    found = judging.changed(before, desk.roster)
    assert found == judging.Changed(frozenset(), frozenset(), frozenset(), False)
    rosa_at(desk)
    assert not judging.is_waiting(desk.store.conn)
    assert names(desk.store) == {"Ana"}  # disabling ends log-ins, it takes no entry away


def test_judging_broken_off_is_finished_when_the_file_is_opened(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, clock: SetClock
) -> None:
    monkeypatch.setattr(judging, "_WINDOW", 2)
    rosa = rosa_at(desk)
    register(desk, rosa, "Ana", "Berta", "Carla")
    monkeypatch.setattr(Store, "judge_waiting", lambda self: set())  # as if the process had ended there
    desk.publish("user", revised(desk, "rosa", roles=frozenset()))
    assert names(desk.store) == {"Ana", "Berta", "Carla"} and judging.is_waiting(desk.store.conn)
    monkeypatch.undo()
    desk.close()
    again = open_desk(desk.folder, "admin", PASSPHRASE, clock)
    assert names(again.store) == set() and not judging.is_waiting(again.store.conn)
    again.close()


def test_an_edit_made_apart_does_not_undo_a_disabling(desk: Desk, tmp_path: Path, clock: SetClock) -> None:
    """Whatever its revision; but who saw the disabling can take it back."""
    rosa = rosa_at(desk)
    edits = [revised(desk, "rosa", organisation=f"O{n}") for n in range(3)]
    for n, edit in enumerate(edits):
        edit["user"]["revision"] = 10 + n  # type: ignore[index]
    disable_user(desk, "rosa")
    assert not desk.roster.users[rosa.id].is_active
    for edit in edits:  # from a desk that had not heard of it
        desk.publish("user", edit)
    now = desk.roster.users[rosa.id]
    assert (now.is_active, now.organisation, now.revision) == (False, "O2", 12)
    # A second disabling, made apart, is not undone by who saw the first one only.
    informed = revised(desk, "rosa", is_active=True)
    desk.publish("user", {"user": user_body(changed_user(now, is_active=False))})
    desk.publish("user", informed)
    assert not desk.roster.users[rosa.id].is_active
    assert enable_user(desk, "rosa").result.is_active
    assert desk.roster.users[rosa.id].is_active
    disable_user(desk, "rosa")
    assert not desk.roster.users[rosa.id].is_active
    enable_user(desk, rosa.id)
    assert user_by_key(desk.roster, desk.user_keys) == desk.roster.users[desk.user.id]
    assert desk.roster.users[rosa.id].is_active


def test_of_namesakes_the_one_meant_is_named_by_id(desk: Desk) -> None:
    first, second = rosa_at(desk), rosa_at(desk, role=Role.GATE)
    with pytest.raises(Refused, match=first.id):
        disable_user(desk, "Rosa")
    assert disable_user(desk, second.id).result.roles == ("gate",)
    assert [u.is_active for u in (desk.roster.users[first.id], desk.roster.users[second.id])] == [True, False]


def test_the_check_compares_what_is_set_aside_with_the_roster(desk: Desk) -> None:
    rosa = rosa_at(desk, role=Role.GATE)
    register(desk, desk.user, "Ana")
    with pytest.raises(NotAllowed):
        register(desk, rosa, "Berta")
    event = desk.store.conn.execute("SELECT max(id) FROM event").fetchone()[0]
    before = state_of(desk.store.conn)
    for damage in (
        f"INSERT INTO set_aside_op (event, pos, reason) VALUES ({event}, 0, 'role')",
        "INSERT INTO set_aside_op (event, pos, reason) VALUES (999, 0, 'role')",
    ):
        desk.store.conn.execute(damage)
        found = check(desk.store.conn)
        assert "table:set_aside_op" in {f.code for f in found.findings}
        desk.store.rebuild()
        assert check(desk.store.conn).findings == []
        assert state_of(desk.store.conn) == before


@pytest.mark.parametrize("seed", range(8))
def test_rights_that_change_and_events_in_any_order_give_one_state(
    desk: Desk, tmp_path: Path, clock: SetClock, seed: int
) -> None:
    rng = random.Random(seed)
    print(f"seed {seed}")
    kinds = {Role.OPERATOR: PERSON, Role.ADMIN: SETTING}
    people = [rosa_at(desk, role=Role.ADMIN) for _ in range(3)]
    for n in range(12):
        user = desk.roster.users[rng.choice(people).id]
        allowed = [kind for role, kind in kinds.items() if role in user.roles]
        if allowed and user.is_active and rng.random() < 0.6:
            with desk.store.write(user) as event:
                kind = rng.choice(allowed)
                event.create(kind, {"given": f"P{n}"} if kind is PERSON else {"key": f"k{n}", "value": n})
        elif rng.random() < 0.3:
            changed = changed_user(user, is_active=not user.is_active)
            desk.publish("user", {"user": user_body(changed)})
        else:
            roles = frozenset(rng.sample([Role.OPERATOR, Role.ADMIN, Role.GATE], rng.randrange(3)))
            desk.publish("user", {"user": user_body(changed_user(user, roles=roles))})
    lines = [row[0] for row in desk.store.conn.execute("SELECT line FROM event ORDER BY id")]
    said = statements(desk.store.conn)
    states = {state_of(desk.store.conn)}
    for n in range(3):
        store = Store.create(tmp_path / f"{n}.db", desk.store.file_key, desk.who, desk.store.keys, clock)
        store.add_statements([s for s in said if s.is_pinned])
        things: list[Statement | bytes] = [*said, *lines]
        rng.shuffle(things)
        for thing in things:
            if isinstance(thing, Statement):
                store.add_statements([thing])
            else:
                store.take_in([parse(thing)])
        states.add(state_of(store.conn))
        assert check(store.conn).findings == []
        store.close()
    assert len(states) == 1
