"""The code of the recovery sheet opens a station whose passphrases are all forgotten, and nothing else does."""

from __future__ import annotations

from pathlib import Path

import pytest

from shelterdesk.actions.clock import SetClock
from shelterdesk.actions.desk import Desk, open_desk
from shelterdesk.actions.offices import new_office
from shelterdesk.actions.records import sealed_records
from shelterdesk.actions.recovering import recover
from shelterdesk.actions.registration import register_family
from shelterdesk.actions.users import disable_user, enable_user, list_users
from shelterdesk.core.errors import BadField, NotAllowed, Refused, WrongPassphrase
from shelterdesk.core.people import FamilyForm, PersonForm
from shelterdesk.core.vocabulary import Confidentiality, Role
from shelterdesk.db.check import check
from shelterdesk.keys.keyfile import WrongRecoveryCode
from shelterdesk.keys.recovery import RecoveryTypo, new_recovery
from tests.stations import CHEAP, PASSPHRASE, Template

NEW = "another river another boat"


def test_the_sheet_lets_a_new_admin_in_and_the_old_passphrase_ends(
    desk: Desk, station_template: Template, clock: SetClock
) -> None:
    register_family(desk, FamilyForm((PersonForm(given="Ana"),)))
    desk.close()
    opened = recover(desk.folder, station_template.recovery_code, "Admin", NEW, clock, CHEAP)
    assert {Role.ADMIN, Role.SUPERVISOR, Role.OPERATOR} == opened.user.roles
    register_family(opened, FamilyForm((PersonForm(given="Eva"),)))
    assert [(u.name, u.is_active) for u in list_users(opened)].count(("Admin", True)) == 1
    assert check(opened.store.conn).findings == []
    looked = opened.store.conn.execute("SELECT detail FROM access WHERE subject_kind = 'station'").fetchall()
    assert looked == [("with the recovery sheet",)]
    with pytest.raises(NotAllowed):  # the sheet opens the file; sealed entries it does not open by itself
        sealed_records(opened, Confidentiality.PROTECTION)
    opened.close()
    with pytest.raises(WrongPassphrase):
        open_desk(desk.folder, "admin", PASSPHRASE, clock)
    again = open_desk(desk.folder, "admin", NEW, clock)
    again.close()


def test_of_the_namesakes_a_sheet_leaves_the_one_meant_is_the_one_that_can_be_changed(
    desk: Desk, station_template: Template, clock: SetClock
) -> None:
    desk.close()
    recover(desk.folder, station_template.recovery_code, "supervisor", NEW, clock, CHEAP).close()
    admin = open_desk(desk.folder, "admin", PASSPHRASE, clock)
    old, new = sorted(admin.roster.users_named("supervisor", "LB"), key=lambda user: user.is_active)
    assert (old.is_active, new.is_active) == (False, True)
    assert disable_user(admin, "supervisor").result.id == new.id
    with pytest.raises(Refused, match=r"Several people here have the name supervisor\. Name the one"):
        enable_user(admin, "supervisor")
    assert enable_user(admin, new.id).result.is_active
    assert enable_user(admin, "supervisor").result.id == old.id
    with pytest.raises(Refused):
        disable_user(admin, "supervisor")
    admin.close()


def test_a_code_of_another_sheet_opens_nothing(desk: Desk, clock: SetClock) -> None:
    desk.close()
    before = (desk.folder / "keys.json").read_bytes()
    with pytest.raises(WrongRecoveryCode):
        recover(desk.folder, new_recovery().code, "admin", NEW, clock, CHEAP)
    with pytest.raises(RecoveryTypo):
        recover(desk.folder, "not a code", "admin", NEW, clock, CHEAP)
    with pytest.raises(BadField):
        recover(desk.folder, new_recovery().code, "admin", "", clock, CHEAP)
    assert (desk.folder / "keys.json").read_bytes() == before
    open_desk(desk.folder, "admin", PASSPHRASE, clock).close()


def test_the_escrow_sheet_of_an_office_does_the_same(tmp_path: Path, clock: SetClock) -> None:
    made = new_office(tmp_path / "office", "Central", "chief", PASSPHRASE, clock, cost=CHEAP)
    made.desk.close()
    opened = recover(tmp_path / "office", made.escrow_code, "second chief", NEW, clock, CHEAP)
    assert opened.who.is_office and Role.ADMIN in opened.user.roles
    opened.close()
    open_desk(tmp_path / "office", "chief", PASSPHRASE, clock).close()
    open_desk(tmp_path / "office", "second chief", NEW, clock).close()
