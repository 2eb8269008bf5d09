"""What an office with two admins does only if both want it, each with a key of their own."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from shelterdesk.actions.clock import SetClock
from shelterdesk.actions.deciding import decide
from shelterdesk.actions.desk import Desk
from shelterdesk.actions.erasing import erase
from shelterdesk.actions.revoking import revoke_desk
from shelterdesk.actions.station import user_entry
from shelterdesk.actions.two_persons import _message, needs_second, proposals, withdraw
from shelterdesk.core.errors import BadField, NotAllowed, NotFound, NotHere, Refused
from shelterdesk.core.kinds import PERSON
from shelterdesk.core.roster import user_body
from shelterdesk.core.vocabulary import Role
from shelterdesk.db import meta
from shelterdesk.db.statements import statements
from shelterdesk.keys import keyfile
from shelterdesk.keys.ed25519 import is_signed_by
from shelterdesk.keys.user import new_user
from tests.stations import CHEAP, PASSPHRASE
from tests.sync.worlds import World, at, carry, copied, make_world


@pytest.fixture(scope="module")
def made_world(tmp_path_factory: pytest.TempPathFactory) -> World:
    return make_world(tmp_path_factory.mktemp("world"))


@pytest.fixture
def world(made_world: World, tmp_path: Path) -> World:
    return copied(made_world, tmp_path)


def let_in(office: Desk, name: str, role: Role = Role.ADMIN) -> None:
    """Somebody more in the office."""
    keys, wrapped = new_user(PASSPHRASE, CHEAP)
    entry = user_entry(name, "", frozenset({role}), keys, wrapped, "")
    office.publish("user", {"user": user_body(entry)})
    keyfile.add_user(office.folder, office.store.file_key, name, wrapped)


@pytest.fixture
def person(world: World, clock: SetClock, tmp_path: Path) -> str:
    """Somebody the office holds."""
    with at(world.lb, clock) as desk, desk.store.write(desk.user) as event:
        ent = event.create(PERSON, {"given": "Xochiquetzal", "arrived_at": event.now, "station": "LB"})
    carry(world.lb, world.office, tmp_path / "stick", clock)
    return ent


def of_kind(desk: Desk, kind: str) -> list[dict[str, object]]:
    return [dict(s.body) for s in statements(desk.store.conn) if s.kind == kind]


def test_one_admin_goes_on_alone(world: World, clock: SetClock, person: str) -> None:
    with at(world.office, clock) as office:
        let_in(office, "figures", Role.STATISTICIAN)
        assert not needs_second(office)
        assert erase(office, [person], "request 12").result.proposal is None
        assert len(of_kind(office, "erase")) == 1 and person in str(of_kind(office, "erase"))


def test_two_admins_decide_together(world: World, clock: SetClock, person: str) -> None:
    with at(world.office, clock) as office:
        let_in(office, "second")
        assert needs_second(office)
        done = erase(office, [person], "request 12").result
        assert done.proposal is not None and done.records == 1
        assert of_kind(office, "erase") == [] and "Xochiquetzal" in str(
            office.store.conn.execute("SELECT * FROM person").fetchall()
        )
        with pytest.raises(Refused, match="second person"):
            decide(office, done.proposal.number)
        with pytest.raises(NotFound):
            decide(office, 99)
        first = office.user_keys.signing.public
    with at(world.office, clock, "second") as office:
        assert [one.what for one in proposals(office)] == ["erase"]
        decide(office, done.proposal.number)
        assert proposals(office) == []
        (said,) = of_kind(office, "erase")
        agreed = said["agreed"]
        assert isinstance(agreed, list) and [one["by"] for one in agreed] == [
            first.hex(),
            office.user_keys.signing.public.hex(),
        ]
        assert office.store.conn.execute("SELECT count(*) FROM person").fetchone() == (0,)


def test_both_sign_what_is_done_and_nothing_else(world: World, clock: SetClock, person: str) -> None:
    with at(world.office, clock) as office:
        let_in(office, "second")
        erase(office, [person], "request 12")
        # Whoever can change the office's file cannot change what the first admin signed.
        stored = json.loads(meta.get(office.store.conn, "proposals") or b"[]")
        stored[0]["body"]["ground"] = "request 13"
        meta.put(office.store.conn, "proposals", json.dumps(stored).encode())
    with at(world.office, clock, "second") as office:
        with pytest.raises(Refused, match="not what chief signed"):
            decide(office, stored[0]["number"])
        withdraw(office, stored[0]["number"])
        assert proposals(office) == [] and of_kind(office, "erase") == []


def test_revoking_a_desk_waits_for_the_second_too(world: World, clock: SetClock) -> None:
    with at(world.office, clock) as office:
        let_in(office, "second")
        done = revoke_desk(office, "MT1").result
        assert not done.is_revoked and done.proposal is not None and of_kind(office, "revocation") == []
    with at(world.office, clock, "second") as office:
        decide(office, done.proposal.number)
        desk = next(d for d in office.roster.desks.values() if d.slot == "MT1")
        assert desk.is_revoked
        (said,) = of_kind(office, "revocation")
        agreed = said["agreed"]
        assert isinstance(agreed, list) and len(agreed) == 2
        message = _message("revoke", {"desk": "MT1"}, done.proposal.number)
        for one in agreed:
            assert is_signed_by(bytes.fromhex(one["by"]), message, bytes.fromhex(one["signature"]))


def test_who_may_and_what_a_ground_may_say(world: World, clock: SetClock, person: str) -> None:
    with at(world.lb, clock) as desk, pytest.raises(NotHere):
        erase(desk, [person], "request 12")
    with at(world.office, clock) as office:
        let_in(office, "figures", Role.STATISTICIAN)
        for ground in ("", "   ", "x" * 1000, "Xochiquetzal asked for it", "for XOCHIQUETZAL"):
            with pytest.raises(BadField):
                erase(office, [person], ground)
        with pytest.raises(BadField):
            erase(office, [], "request 12")
        with pytest.raises(BadField):
            erase(office, [person], "request 12", ["not an id"])
        with pytest.raises(NotFound):
            erase(office, ["LB1-000099-X"], "request 12")
    with at(world.office, clock, "figures") as office, pytest.raises(NotAllowed):
        erase(office, [person], "request 12")
