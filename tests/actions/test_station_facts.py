"""What may change of a station: by an admin, for every desk, and back again; a sheet that is renewed."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from shelterdesk.actions.class_keys import renew_class_key
from shelterdesk.actions.clock import SetClock
from shelterdesk.actions.desk import Desk, open_desk
from shelterdesk.actions.drafts import keep_recovery_code
from shelterdesk.actions.recovery_renewal import (
    begin_recovery_sheet,
    drop_recovery_sheet,
    finish_recovery_sheet,
    is_in_force,
)
from shelterdesk.actions.sheets import last_sheet_day, sheet_numbers
from shelterdesk.actions.station_facts import StationFacts, change_station, station_facts
from shelterdesk.actions.undo import undo_last
from shelterdesk.actions.users import add_user
from shelterdesk.core.errors import BadField, NotAllowed, Refused
from shelterdesk.core.vocabulary import Confidentiality, Role
from shelterdesk.keys import keyfile
from shelterdesk.keys.classes import new_class_key, sign_class_body
from shelterdesk.keys.recovery import new_recovery, signing_key_of
from tests.stations import CHEAP, PASSPHRASE, Template
from tests.sync.worlds import at, carry, join

HEALTH = frozenset({Role.HEALTH})
WANTED = StationFacts("Lajas Blancas norte", "Río Chucunaque, puerto", 0, "Sphere 2018, tránsito")


def test_a_change_holds_for_readers_the_sheet_and_after_reopening(
    desk: Desk, station_folder: Path, clock: SetClock
) -> None:
    reader = desk.reader()
    assert station_facts(reader) == StationFacts("Lajas Blancas", "", 6, "")
    done = change_station(desk, WANTED)
    assert done.result.changed == ("name", "address", "change_hour", "standard_set")
    assert done.changes.kinds == {"station"}
    assert station_facts(reader) == WANTED and reader.who.change_hour == 0
    reader.close()
    sheet = sheet_numbers(desk, last_sheet_day(desk))
    assert sheet.standard_set == WANTED.standard_set
    again = change_station(desk, WANTED)
    assert again.result.changed == () and again.result.undo == ()
    desk.close()
    opened = open_desk(station_folder, "admin", PASSPHRASE, clock)
    assert (opened.who.name, opened.who.change_hour) == (WANTED.name, 0)
    opened.close()


def test_taking_it_back_brings_name_and_hour_back(desk: Desk) -> None:
    done = change_station(desk, WANTED)
    undo_last(desk, done.result.undo)
    assert (desk.who.name, desk.who.change_hour) == ("Lajas Blancas", 6)
    reader = desk.reader()
    assert station_facts(reader) == StationFacts("Lajas Blancas", "", 6, "")
    reader.close()


def test_the_other_desk_of_the_station_follows(station_folder: Path, tmp_path: Path, clock: SetClock) -> None:
    second = tmp_path / "second"
    join(station_folder, second, clock)
    with at(station_folder, clock) as first:
        change_station(first, WANTED)
    stick = tmp_path / "stick"
    stick.mkdir()
    carry(station_folder, second, stick, clock)
    with at(second, clock) as desk:
        assert (desk.who.name, desk.who.change_hour, desk.who.slot) == (WANTED.name, 0, "LB1A")


@pytest.mark.parametrize(
    ("field", "facts"),
    [
        ("name", replace(WANTED, name="  ")),
        ("name", replace(WANTED, name="x" * 81)),
        ("change_hour", replace(WANTED, change_hour=13)),
        ("change_hour", replace(WANTED, change_hour=6.5)),  # type: ignore[arg-type]
        ("address", replace(WANTED, address="x" * 201)),
    ],
)
def test_what_cannot_be_is_named_and_nothing_changes(desk: Desk, field: str, facts: StationFacts) -> None:
    with pytest.raises(BadField) as refused:
        change_station(desk, facts)
    assert refused.value.field == field and desk.who.name == "Lajas Blancas"


def test_only_an_admin_changes_the_station(operator_desk: Desk) -> None:
    with pytest.raises(NotAllowed):
        change_station(operator_desk, WANTED)
    assert operator_desk.who.name == "Lajas Blancas"


def test_a_new_sheet_takes_the_place_of_the_old_one_when_it_is_put_away(
    desk: Desk, station_folder: Path, station_template: Template
) -> None:
    code = begin_recovery_sheet(desk).result
    assert begin_recovery_sheet(desk).result == code, "asked again, the same sheet"
    assert keyfile.unlock_with_recovery(station_folder, station_template.recovery_code)
    done = finish_recovery_sheet(desk, station_template.recovery_code).result
    assert done.is_new and not done.shut
    assert keyfile.unlock_with_recovery(station_folder, code) == desk.store.file_key
    with pytest.raises(keyfile.WrongRecoveryCode):
        keyfile.unlock_with_recovery(station_folder, station_template.recovery_code)
    assert not finish_recovery_sheet(desk).result.is_new
    added = add_user(desk, "nurse", HEALTH, PASSPHRASE, recovery_code=code, cost=CHEAP).result
    assert added.name == "nurse"
    newer = begin_recovery_sheet(desk).result
    assert not finish_recovery_sheet(desk, code).result.shut
    assert (
        add_user(desk, "midwife", HEALTH, PASSPHRASE, recovery_code=newer, cost=CHEAP).result.name
        == "midwife"
    )


def test_a_replaced_sheet_has_no_say_once_the_key_was_renewed(desk: Desk, station_template: Template) -> None:
    old = station_template.recovery_code
    code = begin_recovery_sheet(desk).result
    finish_recovery_sheet(desk, old)
    add_user(desk, "nurse", HEALTH, PASSPHRASE, recovery_code=code, cost=CHEAP)
    nurse = open_desk(desk.folder, "nurse", PASSPHRASE, desk.clock)
    assert renew_class_key(nurse, Confidentiality.HEALTH).result == 2
    nurse.close()
    desk.store._roster = None
    renewed = desk.roster.class_key("health", desk.who.station)
    assert renewed is not None and [sheet for sheet, _ in renewed.sheets] == [
        signing_key_of(code).public.hex()
    ]
    for stolen, is_heard in ((old, False), (code, True)):
        key = new_class_key(Confidentiality.HEALTH, 3)
        body = {
            "class": "health", "version": 3, "recipient": key.key.recipient, "station": desk.who.station, "wraps": [],
        }  # fmt: skip
        signing = signing_key_of(stolen)
        signature = sign_class_body(signing, body)
        desk.publish("class_key", {"class": body, "by": signing.public.hex(), "signature": signature})
        newest = desk.roster.class_key("health", desk.who.station)
        assert newest is not None and (newest.recipient == key.key.recipient) is is_heard


def test_renewing_gives_the_key_to_no_sheet_an_admin_made_alone(
    desk: Desk, station_template: Template
) -> None:
    old = station_template.recovery_code
    add_user(desk, "nurse", HEALTH, PASSPHRASE, recovery_code=old, cost=CHEAP)
    code = begin_recovery_sheet(desk).result
    finish_recovery_sheet(desk)
    nurse = open_desk(desk.folder, "nurse", PASSPHRASE, desk.clock)
    renew_class_key(nurse, Confidentiality.HEALTH)
    nurse.close()
    desk.store._roster = None
    newest = desk.roster.class_key("health", desk.who.station)
    assert newest is not None and newest.version == 2 and newest.sheets == ()
    with pytest.raises(keyfile.WrongRecoveryCode):
        add_user(desk, "midwife", HEALTH, PASSPHRASE, recovery_code=code, cost=CHEAP)


def test_a_sheet_an_admin_makes_alone_opens_no_class(desk: Desk, station_template: Template) -> None:
    code = begin_recovery_sheet(desk).result
    with pytest.raises(keyfile.WrongRecoveryCode):
        finish_recovery_sheet(desk, new_recovery().code)
    assert not is_in_force(desk, code), "a mistyped old code changes nothing"
    done = finish_recovery_sheet(desk).result
    assert set(done.shut) == {Confidentiality.HEALTH, Confidentiality.PROTECTION}
    with pytest.raises(keyfile.WrongRecoveryCode):
        add_user(desk, "nurse", HEALTH, PASSPHRASE, recovery_code=code, cost=CHEAP)
    # Nor does it help to say that it holds the key: a holder must have signed that.
    newest = desk.roster.class_key("health", desk.who.station)
    assert newest is not None
    body = {
        "class": "health", "version": 1, "recipient": newest.recipient, "station": desk.who.station,
        "wraps": [["recovery", "x"]], "sheet": signing_key_of(code).public.hex(),
    }  # fmt: skip
    own = signing_key_of(code)
    said = {"class": body, "by": own.public.hex(), "signature": sign_class_body(own, body)}
    desk.publish("class_key", said)
    assert desk.roster.class_key("health", desk.who.station) == newest


def test_the_only_sheet_there_is_cannot_be_dropped_nor_covered(
    desk: Desk, station_folder: Path, station_template: Template, clock: SetClock
) -> None:
    keep_recovery_code(desk, station_template.recovery_code)
    assert begin_recovery_sheet(desk).result == station_template.recovery_code
    with pytest.raises(Refused):
        drop_recovery_sheet(desk)
    desk.close()
    other = open_desk(station_folder, "supervisor", PASSPHRASE, clock)
    with pytest.raises(NotAllowed):
        begin_recovery_sheet(other)
    other.close()
