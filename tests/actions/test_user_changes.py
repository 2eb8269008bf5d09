"""Users changed by an admin: roles, organisations, a new passphrase that is good once, class keys handed on later."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from shelterdesk.actions.class_keys import class_identities, renew_class_key
from shelterdesk.actions.clock import SetClock
from shelterdesk.actions.desk import Desk, OwnPassphraseFirst, open_desk
from shelterdesk.actions.drafts import is_sheet_waiting
from shelterdesk.actions.exchange import export_bundle
from shelterdesk.actions.log_in_rules import LogInRules, log_in_rules, set_log_in_rules
from shelterdesk.actions.records import add_record, show_records
from shelterdesk.actions.recovery_renewal import begin_recovery_sheet, finish_recovery_sheet
from shelterdesk.actions.taking_in import import_from
from shelterdesk.actions.undo import undo_last
from shelterdesk.actions.user_changes import (
    change_user,
    first_log_in,
    let_into_class,
    reset_passphrase,
    take_back_reset,
)
from shelterdesk.actions.users import (
    UserLine,
    add_user,
    disable_user,
    enable_user,
    list_users,
    set_own_passphrase,
)
from shelterdesk.core.errors import BadField, NotAllowed, Refused, WrongPassphrase
from shelterdesk.core.kinds import NOTE
from shelterdesk.core.roster import FIRST, RESET, user_body
from shelterdesk.core.vocabulary import Confidentiality, Role
from shelterdesk.db.check import check
from shelterdesk.keys.age import NotForUs, key_of
from shelterdesk.keys.classes import unwrap_class_key
from shelterdesk.keys.user import WrappedUser, open_user
from tests.stations import CHEAP, PASSPHRASE, Template
from tests.sync.worlds import join, register, state

GIVEN, OWN = "words on a slip", "words of my own"


@contextmanager
def at(folder: Path, clock: SetClock, name: str = "admin", phrase: str = PASSPHRASE) -> Iterator[Desk]:
    with closing(open_desk(folder, name, phrase, clock)) as desk:
        yield desk


def line(desk: Desk, name: str) -> UserLine:
    found = [one for one in list_users(desk) if one.name == name]
    assert len(found) == 1, "each person stands in the list once"
    return found[0]


def test_a_new_passphrase_is_good_for_one_log_in(desk: Desk, station_folder: Path, clock: SetClock) -> None:
    before = line(desk, "operator")
    again = reset_passphrase(desk, "operator", GIVEN, CHEAP).result
    assert (again.name, again.roles, again.is_reset) == (before.name, before.roles, True)
    assert again.id != before.id and line(desk, "operator") == again
    with pytest.raises(WrongPassphrase):
        open_desk(station_folder, "operator", PASSPHRASE, clock)
    with pytest.raises(OwnPassphraseFirst):
        open_desk(station_folder, "operator", GIVEN, clock)
    for wrong in (GIVEN, "abc"):
        with pytest.raises(BadField):
            first_log_in(station_folder, "operator", GIVEN, wrong, clock, CHEAP)
    with closing(first_log_in(station_folder, "operator", GIVEN, OWN, clock, CHEAP)) as operator:
        assert (
            operator.user.name == "operator"
            and operator.user.lent == ""
            and not line(operator, "operator").is_reset
        )
        register(operator, "Ana")
        assert check(operator.store.conn).findings == []
    with pytest.raises(WrongPassphrase):
        open_desk(station_folder, "operator", GIVEN, clock)
    with pytest.raises(Refused):
        first_log_in(station_folder, "operator", OWN, "other words", clock, CHEAP)
    with at(station_folder, clock, "operator", OWN) as operator:
        assert line(operator, "operator").is_active


def test_the_other_desk_asks_for_the_new_passphrase(
    station_folder: Path, tmp_path: Path, clock: SetClock
) -> None:
    """Through two desks that exchange bundles: the reset goes one way, the own passphrase the other."""
    second, stick = tmp_path / "second", tmp_path / "stick"
    stick.mkdir()
    join(station_folder, second, clock)
    with at(station_folder, clock) as desk:
        register(desk, "Ana")
        reset_passphrase(desk, "operator", GIVEN, CHEAP)
        export_bundle(desk, stick, "LB")
    with at(second, clock, "operator") as there:  # not heard of it yet
        register(there, "Berta")
    with at(second, clock) as there:
        import_from(there, stick)
    with pytest.raises(WrongPassphrase):
        open_desk(second, "operator", PASSPHRASE, clock)
    with pytest.raises(OwnPassphraseFirst):
        open_desk(second, "operator", GIVEN, clock)
    with closing(first_log_in(second, "operator", GIVEN, OWN, clock, CHEAP)) as there:
        register(there, "Carla")
        export_bundle(there, stick, "LB")
    with at(station_folder, clock) as desk:
        import_from(desk, stick)
        assert line(desk, "operator").is_active
    with at(station_folder, clock, "operator", OWN) as desk, at(second, clock) as there:
        assert state(desk) == state(there)
        assert check(desk.store.conn).findings == [] == check(there.store.conn).findings


def test_two_resets_made_apart_both_stand_until_one_is_taken_away(
    station_folder: Path, tmp_path: Path, clock: SetClock
) -> None:
    second, stick = tmp_path / "second", tmp_path / "stick"
    stick.mkdir()
    join(station_folder, second, clock)
    with at(second, clock) as there:
        reset_passphrase(there, "operator", "other words", CHEAP)
        export_bundle(there, stick, "LB")
    with at(station_folder, clock) as desk:
        reset_passphrase(desk, "operator", GIVEN, CHEAP)
        import_from(desk, stick)
        both = [one for one in list_users(desk) if one.name == "operator"]
        assert len(both) == 2 and all(one.is_reset and one.is_active for one in both)
        disable_user(desk, both[0].id)
        assert [one.is_active for one in list_users(desk) if one.name == "operator"].count(True) == 1


def test_a_reset_is_taken_back_until_it_was_used(desk: Desk, station_folder: Path, clock: SetClock) -> None:
    old = line(desk, "operator").id
    new = reset_passphrase(desk, "operator", GIVEN, CHEAP).result.id
    assert take_back_reset(desk, new).result.id == old and line(desk, "operator").id == old
    with pytest.raises(WrongPassphrase):
        open_desk(station_folder, "operator", GIVEN, clock)
    open_desk(station_folder, "operator", PASSPHRASE, clock).close()
    reset_passphrase(desk, "operator", GIVEN, CHEAP)
    first_log_in(station_folder, "operator", GIVEN, OWN, clock, CHEAP).close()
    with pytest.raises(Refused, match="already"):
        take_back_reset(desk, "operator")


def test_who_may_reset_whom(desk: Desk, operator_desk: Desk) -> None:
    with pytest.raises(NotAllowed):
        reset_passphrase(operator_desk, "counter", GIVEN, CHEAP)
    with pytest.raises(Refused, match="you"):
        reset_passphrase(desk, "admin", GIVEN, CHEAP)
    with pytest.raises(BadField):
        reset_passphrase(desk, "operator", "abc", CHEAP)


def test_an_admin_who_has_not_come_back_yet_does_not_count(
    desk: Desk, station_folder: Path, clock: SetClock
) -> None:
    change_user(desk, "operator", frozenset({Role.ADMIN}), "")
    reset_passphrase(desk, "operator", GIVEN, CHEAP)
    with pytest.raises(Refused, match="last admin"):
        change_user(desk, "admin", frozenset({Role.OPERATOR}), "")
    with pytest.raises(Refused, match="last admin"):
        disable_user(desk, "admin")
    first_log_in(station_folder, "operator", GIVEN, OWN, clock, CHEAP).close()
    disable_user(desk, "admin")


def test_a_sheet_that_waited_for_who_forgot_their_passphrase_keeps_nobody_from_a_new_one(
    desk: Desk, station_folder: Path, clock: SetClock
) -> None:
    """Whoever made the station put the sheet off and forgot the passphrase: the second admin goes on."""
    change_user(desk, "operator", frozenset({Role.ADMIN}), "")
    begun = begin_recovery_sheet(desk).result
    assert begin_recovery_sheet(desk).result == begun
    desk.close()
    with at(station_folder, clock, "operator") as second:
        with pytest.raises(Refused, match="not put away yet"):
            begin_recovery_sheet(second)
        reset_passphrase(second, "admin", GIVEN, CHEAP)
        new = begin_recovery_sheet(second).result
        assert new != begun
        assert finish_recovery_sheet(second).result.is_new and not is_sheet_waiting(station_folder)


def test_a_disabled_person_who_was_reset_comes_back_once(desk: Desk) -> None:
    reset_passphrase(desk, "operator", GIVEN, CHEAP)
    disable_user(desk, "operator")
    assert not line(desk, "operator").is_active
    assert enable_user(desk, "operator").result.is_active and line(desk, "operator").is_reset


def test_health_entries_open_again_once_a_holder_lets_them_in(
    desk: Desk, station_folder: Path, station_template: Template, clock: SetClock
) -> None:
    code = station_template.recovery_code
    for name in ("nurse", "doctor"):
        add_user(desk, name, frozenset({Role.PROTECTION}), PASSPHRASE, recovery_code=code, cost=CHEAP)
    add_record(desk, NOTE, {"text": "sealed"})
    assert line(desk, "nurse").holds == ("protection",) and line(desk, "nurse").waits == ()
    reset_passphrase(desk, "nurse", GIVEN, CHEAP)
    assert line(desk, "nurse").waits == ("protection",) and line(desk, "nurse").holds == ()
    with at(station_folder, clock, "doctor") as doctor:
        with pytest.raises(Refused, match="somebody else chose"):
            let_into_class(doctor, "nurse", Role.PROTECTION)
        first_log_in(station_folder, "nurse", GIVEN, OWN, clock, CHEAP).close()
        with at(station_folder, clock, "nurse", OWN) as nurse, pytest.raises(NotAllowed):
            show_records(nurse, NOTE)
        with pytest.raises(Refused, match="does not have the role"):
            let_into_class(doctor, "nurse", Role.HEALTH)
        let_into_class(doctor, "nurse", Role.PROTECTION)
    with at(station_folder, clock, "nurse", OWN) as nurse:
        assert [r["text"] for r in show_records(nurse, NOTE)] == ["sealed"]
        assert line(nurse, "nurse").waits == ()


def test_an_admin_who_gave_the_passphrase_opens_nothing_with_it(
    desk: Desk, station_folder: Path, station_template: Template, clock: SetClock
) -> None:
    """The statement with the keys the admin made lies in the file for ever; no class key is wrapped to them."""
    reset_passphrase(desk, "operator", GIVEN, CHEAP)
    lent = desk.roster.users[line(desk, "operator").id]
    first_log_in(station_folder, "operator", GIVEN, OWN, clock, CHEAP).close()
    change_user(desk, "operator", frozenset({Role.HEALTH}), "", recovery_code=station_template.recovery_code)
    held = open_user(WrappedUser.from_json(dict(lent.wrapped)), GIVEN)  # the admin still can
    wraps = [text for key in desk.roster.classes for _, text in key.wraps]
    assert wraps
    for text in wraps:
        with pytest.raises(NotForUs):
            unwrap_class_key(text, [held.age.identity])
    assert key_of(held.age.identity).recipient == lent.age and lent.lent == RESET


def test_a_class_is_not_opened_for_a_passphrase_somebody_else_chose(
    desk: Desk, station_template: Template
) -> None:
    add_user(desk, "Rosa", frozenset({Role.OPERATOR}), "first words", cost=CHEAP)
    assert desk.roster.user_named("Rosa", "LB") is not None
    rosa = desk.roster.users_named("Rosa", "LB")[0]
    assert rosa.lent == FIRST
    wanted = frozenset({Role.OPERATOR, Role.HEALTH})
    with pytest.raises(Refused, match="somebody else chose"):
        change_user(desk, "Rosa", wanted, "", recovery_code=station_template.recovery_code)
    assert desk.roster.users_named("Rosa", "LB")[0] == rosa


def test_roles_and_organisation_are_changed(desk: Desk, station_folder: Path, clock: SetClock) -> None:
    done = change_user(desk, "operator", frozenset({Role.SUPERVISOR, Role.OPERATOR}), " Cruz Roja ").result
    assert done.before.roles == ("operator",) and done.kept == ()
    assert (done.line.roles, done.line.organisation) == (("operator", "supervisor"), "Cruz Roja")
    with at(station_folder, clock, "operator") as operator:
        operator.must("see who looked at what")
    for wrong in (frozenset[Role](), frozenset({Role.OPERATOR})):
        with pytest.raises(Refused):
            change_user(desk, "admin", wrong, "")
    with pytest.raises(BadField):
        change_user(desk, "operator", frozenset({Role.OPERATOR}), "x" * 100)
    change_user(desk, "operator", frozenset({Role.ADMIN}), "")
    change_user(desk, "admin", frozenset({Role.OPERATOR}), "")
    with pytest.raises(NotAllowed):
        change_user(desk, "operator", frozenset({Role.OPERATOR}), "")  # the right is gone at once


def test_a_role_with_a_key_needs_a_holder_and_leaves_the_key_behind(
    desk: Desk, station_folder: Path, station_template: Template, clock: SetClock
) -> None:
    code, both = station_template.recovery_code, frozenset({Role.OPERATOR, Role.HEALTH})
    with pytest.raises(Refused, match="Nobody here can hand over"):
        change_user(desk, "operator", both, "")
    changed = change_user(desk, "operator", both, "", recovery_code=code).result
    assert changed.line.holds == ("health",)
    add_user(desk, "nurse", frozenset({Role.HEALTH}), PASSPHRASE, recovery_code=code, cost=CHEAP)
    done = change_user(desk, "operator", frozenset({Role.OPERATOR}), "").result
    assert done.kept == (Confidentiality.HEALTH,)
    with at(station_folder, clock, "nurse") as nurse:
        assert renew_class_key(nurse, Confidentiality.HEALTH).result == 2
        assert len(class_identities(nurse, Confidentiality.HEALTH)) == 2
    with at(station_folder, clock, "operator") as operator:
        assert len(class_identities(operator, Confidentiality.HEALTH)) == 1, "the new key is not theirs"


def test_the_rules_of_the_station(desk: Desk, operator_desk: Desk) -> None:
    assert log_in_rules(desk) == LogInRules(8, 8)
    with pytest.raises(NotAllowed):
        set_log_in_rules(operator_desk, LogInRules(12, 4))
    for wrong in (LogInRules(3, 8), LogInRules(8, 13), LogInRules(99, 8)):
        with pytest.raises(BadField):
            set_log_in_rules(desk, wrong)
    done = set_log_in_rules(desk, LogInRules(12, 0)).result
    assert log_in_rules(operator_desk) == LogInRules(12, 0)
    with pytest.raises(BadField, match="12"):
        add_user(desk, "Luz", frozenset({Role.OPERATOR}), "eleven char", cost=CHEAP)
    with pytest.raises(BadField, match="12"):
        set_own_passphrase(operator_desk, PASSPHRASE, "eleven char", CHEAP)
    assert set_log_in_rules(desk, LogInRules(12, 0)).changes.kinds == frozenset()
    undo_last(desk, done.undo)
    assert log_in_rules(desk) == LogInRules(8, 8)


def test_a_practice_station_asks_for_no_length(desk: Desk) -> None:
    assert log_in_rules(desk).passphrase_length == 8
    desk.store.who = replace(desk.who, is_practice=True)
    assert log_in_rules(desk).passphrase_length == len("demo")


def test_a_statement_of_before_says_nothing_new(desk: Desk) -> None:
    """Bytes of a user's statement are what they were where nobody lent a passphrase."""
    body = user_body(desk.roster.users_named("operator", "LB")[0])
    assert not {"lent", "follows"} & set(body)


def test_keys_that_were_replaced_come_back_by_no_door(
    desk: Desk, station_folder: Path, clock: SetClock
) -> None:
    """Whoever learnt the passphrase they forgot, or the slip of an admin, would be let in under their name."""
    old = line(desk, "operator")
    slip = reset_passphrase(desk, "operator", GIVEN, CHEAP).result
    first_log_in(station_folder, "operator", GIVEN, OWN, clock, CHEAP).close()
    for gone in (old, slip):
        for change in (enable_user, lambda desk, name: reset_passphrase(desk, name, GIVEN, CHEAP)):
            with pytest.raises(Refused, match="have been replaced"):
                change(desk, gone.id)
    disable_user(desk, "operator")
    with pytest.raises(Refused, match="have been replaced"):
        enable_user(desk, old.id)
    assert enable_user(desk, "operator").result.id not in (old.id, slip.id)
