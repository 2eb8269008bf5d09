"""Class keys: only who holds one hands it on; a later version and a wrap that came late are read like the first."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from shelterdesk.actions.class_keys import class_identities, renew_class_key
from shelterdesk.actions.desk import Desk, open_desk, publish
from shelterdesk.actions.records import add_record, sealed_records
from shelterdesk.actions.station import user_entry
from shelterdesk.actions.users import add_user, disable_user, list_users
from shelterdesk.core.errors import NotAllowed, Refused
from shelterdesk.core.event import parse
from shelterdesk.core.kinds import NOTE
from shelterdesk.core.roster import ClassKey as ClassEntry
from shelterdesk.core.roster import Statement, class_body, user_body
from shelterdesk.core.vocabulary import Confidentiality, Role
from shelterdesk.db.statements import read_statement, statements
from shelterdesk.db.store import Store
from shelterdesk.keys.classes import new_class_key, sign_class_body, wrap_class_key
from shelterdesk.keys.ed25519 import SigningKey
from shelterdesk.keys.signing import SignedStatement, sign_statement
from shelterdesk.keys.user import new_user
from shelterdesk.sync.trust import judge
from tests.stations import CHEAP, PASSPHRASE, Template

PROTECTION = Confidentiality.PROTECTION


def holder(desk: Desk, name: str, code: str | None = None) -> None:
    add_user(desk, name, frozenset({Role.PROTECTION}), PASSPHRASE, recovery_code=code, cost=CHEAP)


def as_user(desk: Desk, name: str) -> Desk:
    desk.close()
    return open_desk(desk.folder, name, PASSPHRASE, desk.clock)


def texts(desk: Desk) -> list[str]:
    return [str(record.values["text"]) for record in sealed_records(desk, PROTECTION, kind=NOTE)]


def said(signing: SigningKey, entry: ClassEntry) -> dict[str, object]:
    body = class_body(entry)
    return {"class": body, "by": signing.public.hex(), "signature": sign_class_body(signing, body)}


Forgery = Callable[[Desk, ClassEntry], dict[str, Any]]


def new_key_by_the_admin(desk: Desk, now: ClassEntry) -> dict[str, Any]:
    key = new_class_key(PROTECTION, now.version + 1)
    mine = wrap_class_key(key, [desk.user.age])
    entry = ClassEntry("protection", key.version, key.key.recipient, "LB", ((desk.user.id, mine),))
    return said(desk.user_keys.signing, entry)


def other_first_key(desk: Desk, now: ClassEntry) -> dict[str, Any]:
    key = new_class_key(PROTECTION)
    entry = ClassEntry("protection", 1, key.key.recipient, "LB", ((desk.user.id, "x"), ("recovery", "x")))
    return said(desk.user_keys.signing, entry)


def bogus_wrap(desk: Desk, now: ClassEntry) -> dict[str, Any]:
    doctor = desk.roster.users_named("doctor", "LB")[0]
    wrap = wrap_class_key(new_class_key(PROTECTION), [doctor.age])
    entry = ClassEntry("protection", now.version, now.recipient, "LB", ((doctor.id, wrap),))
    return said(desk.user_keys.signing, entry)


def in_a_roster(desk: Desk, now: ClassEntry) -> dict[str, Any]:
    key = new_class_key(PROTECTION, 9)
    entry = ClassEntry("protection", 9, key.key.recipient, "LB", (("recovery", "x"),))
    root = next(s for s in statements(desk.store.conn) if s.kind == "roster")
    return dict(root.body) | {"classes": [class_body(entry)]}


@pytest.mark.parametrize("forgery", [new_key_by_the_admin, other_first_key, bogus_wrap, in_a_roster])
def test_a_desk_alone_adds_nothing_to_a_class(
    desk: Desk, station_template: Template, forgery: Forgery
) -> None:
    holder(desk, "doctor", station_template.recovery_code)
    before = desk.roster.classes
    now = desk.roster.class_key("protection", "LB")
    assert now is not None
    body = forgery(desk, now)
    desk.publish("roster" if "classes" in body else "class_key", body)
    assert desk.roster.classes == before
    add_record(desk, NOTE, {"text": "sealed"})
    opened = as_user(desk, "doctor")
    assert texts(opened) == ["sealed"]
    opened.close()


def test_the_set_up_of_a_station_is_its_first_roster_and_no_other(
    desk: Desk, station_template: Template
) -> None:
    """Not one written later under its number, however its hash falls."""
    holder(desk, "doctor", station_template.recovery_code)
    now, before = desk.roster.class_key("protection", "LB"), desk.roster.classes
    assert now is not None
    root = next(s for s in statements(desk.store.conn) if s.is_pinned)
    body = in_a_roster(desk, now)
    found: list[Statement] = []
    for n in range(200):
        members = {
            "statement": "roster",
            "issuer": f"{desk.who.dev:016x}",
            "number": 1,
            "body": body | {"n": n},
        }
        made = sign_statement(desk.store.keys.signing, members)
        found.append(read_statement(made.body, made.signature))
        if found[-1].sha < root.sha:
            break
    assert found[-1].sha < root.sha
    desk.store.add_statements(found)
    assert desk.roster.classes == before


def test_a_wrap_that_holds_another_key_is_passed_over(desk: Desk, station_template: Template) -> None:
    """Even a holder can write one; the good ones beside it open."""
    holder(desk, "first", station_template.recovery_code)
    holder(desk, "second", station_template.recovery_code)
    add_record(desk, NOTE, {"text": "sealed"})
    second = desk.roster.users_named("second", "LB")[0]
    first = as_user(desk, "first")
    now = first.roster.class_key("protection", "LB")
    assert now is not None
    bad = tuple((second.id, wrap_class_key(new_class_key(PROTECTION), [second.age])) for _ in range(12))
    entry = ClassEntry("protection", now.version, now.recipient, "LB", bad)
    first.publish("class_key", said(first.user_keys.signing, entry))
    opened = as_user(first, "second")
    assert texts(opened) == ["sealed"]
    opened.close()


def test_a_class_key_without_a_holders_signature_is_not_kept(desk: Desk, station_template: Template) -> None:
    holder(desk, "doctor", station_template.recovery_code)
    good = next(s for s in statements(desk.store.conn) if s.kind == "class_key")
    body = dict(good.body)
    for change in ({"signature": "0" * 128}, {"by": "0" * 64}, {"class": {**body["class"], "version": 2}}):
        made: list[SignedStatement] = []
        members = {
            "statement": "class_key",
            "issuer": f"{desk.who.dev:016x}",
            "number": 900,
            "body": body | change,
        }
        made.append(sign_statement(desk.store.keys.signing, members))
        found = judge(desk.who, statements(desk.store.conn), made)
        assert found.new == [] and found.refused == ["shape of class_key"]


def test_a_holder_hands_on_and_renews(desk: Desk, station_template: Template) -> None:
    """After a holder has left, a new version is sealed to; who stayed reads both, who left reads the old one."""
    holder(desk, "first", station_template.recovery_code)
    add_record(desk, NOTE, {"text": "before"})
    first = as_user(desk, "first")
    with pytest.raises(NotAllowed):
        holder(first, "second")  # adding users is for admins; a holder lends the key
    first.close()
    desk = open_desk(desk.folder, "admin", PASSPHRASE, desk.clock)
    with pytest.raises(Refused):
        holder(desk, "second")
    with pytest.raises(NotAllowed):
        renew_class_key(desk, PROTECTION)
    holder(desk, "second", station_template.recovery_code)
    disable_user(desk, "first")
    second = as_user(desk, "second")
    assert texts(second) == ["before"]
    assert renew_class_key(second, PROTECTION).result == 2
    add_record(second, NOTE, {"text": "after"})
    assert texts(second) == ["before", "after"]
    assert [key.version for key in class_identities(second, PROTECTION)] == [1, 2]
    newest = second.roster.class_key("protection", "LB")
    assert newest is not None and newest.version == 2
    assert {name for name, _ in newest.wraps} == {"recovery", second.user.id}
    admin = as_user(second, "admin")
    # A third holder gets every version, so that old entries are not lost to them.
    holder(admin, "third", station_template.recovery_code)
    assert [line.holds for line in list_users(admin) if line.name == "third"] == [("protection",)]
    third = as_user(admin, "third")
    assert texts(third) == ["before", "after"]
    third.close()


def test_who_left_cannot_bring_themselves_back_in(desk: Desk, station_template: Template) -> None:
    holder(desk, "left", station_template.recovery_code)
    holder(desk, "stayed", station_template.recovery_code)
    disable_user(desk, "left")
    left = desk.roster.users_named("left", "LB")[0]
    stayed = as_user(desk, "stayed")
    renew_class_key(stayed, PROTECTION)
    renew_class_key(stayed, PROTECTION)
    newest = stayed.roster.class_key("protection", "LB")
    keys, _ = new_user("x words", CHEAP)
    assert newest is not None and newest.version == 3
    entry = ClassEntry("protection", 3, newest.recipient, "LB", ((left.id, "wrap"),))
    stayed.publish("class_key", said(keys.signing, entry))
    assert stayed.roster.class_key("protection", "LB") == newest
    stayed.close()


def test_a_sealed_record_admitted_late_reaches_holders(
    desk: Desk, station_template: Template, tmp_path: Path
) -> None:
    """Its events came before the statement that lets their operator in, and were looked at by then."""
    holder(desk, "doctor", station_template.recovery_code)
    keys, wrapped = new_user("words of rosa", CHEAP)
    rosa = user_entry("rosa", "", frozenset({Role.OPERATOR}), keys, wrapped, "LB")
    other = Store.create(tmp_path / "other.db", desk.store.file_key, desk.who, desk.store.keys, desk.clock)
    other.add_statements(statements(desk.store.conn))
    other.take_in([parse(r[0]) for r in desk.store.conn.execute("SELECT line FROM event ORDER BY id")])
    publish(other, "user", {"user": user_body(rosa)})
    with other.write(rosa) as event:
        event.create(NOTE, {"text": "late"})
    lines = [parse(r[0]) for r in other.conn.execute("SELECT line FROM event ORDER BY id")]
    admission = statements(other.conn)
    other.close()
    doctor = as_user(desk, "doctor")
    doctor.store.take_in(lines)
    assert texts(doctor) == []
    doctor.store.add_statements(admission)
    assert texts(doctor) == ["late"]
    # And what is set aside after all leaves them again.
    gone = user_body(rosa) | {"roles": [], "revision": 2}
    publish(doctor.store, "user", {"user": gone})
    assert texts(doctor) == []
    doctor.close()
