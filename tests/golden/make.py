"""Makes the files of one format that are kept for ever: ``python -m tests.golden.make tests/golden/3``, once a format.

A station with people, edits and sealed entries, the stick it wrote, and the office before it took the stick
in; with what must be found in them. Synthetic people, keys of nobody, a passphrase everybody knows.

``1`` is of one desk. ``2`` (``--rich``) is of the same format and has what ``1`` lacks: several desks, one of them copied
and gone on apart, one revoked, receipts, admissions, and statements of every kind. ``3`` (``--erased``) has parts that say
``min_reader`` 2: of one entry its hash is left, of one a part, and a part passed on by a desk that did not write it.
"""

from __future__ import annotations

import json
import shutil
import sys
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from shelterdesk.actions.clock import SetClock
from shelterdesk.actions.desk import Desk, publish
from shelterdesk.actions.erasing import erase
from shelterdesk.actions.exchange import export_bundle, export_receipts
from shelterdesk.actions.lodging import end_stay, give_place
from shelterdesk.actions.places import import_plan
from shelterdesk.actions.records import add_record
from shelterdesk.actions.registration import RegisteredPerson, register_family
from shelterdesk.actions.revoking import reinstate_desk, revoke_desk
from shelterdesk.actions.station import user_entry
from shelterdesk.actions.taking_in import import_from
from shelterdesk.core.event import hex16
from shelterdesk.core.kinds import KIND_NAMES, PERSON
from shelterdesk.core.people import FamilyForm, PersonForm
from shelterdesk.core.roster import class_body, user_body
from shelterdesk.core.vocabulary import Role
from shelterdesk.db.chain import last_of
from shelterdesk.db.state import state_of
from shelterdesk.keys.cardtoken import key_id
from shelterdesk.keys.classes import sign_class_body
from shelterdesk.keys.user import UserKeys, wrap_user
from tests.stations import CHEAP, MORNING, PASSPHRASE
from tests.sync.worlds import at, carry, join, make_world, register

PLAN = "code,parent,kind,quarter,capacity\nA,,block,,\nA1,A,room,FAMILY,\nA1-1,A1,bed,,\nA1-2,A1,bed,,\n"


def plain(target: Path) -> None:
    """Write the folder of one desk; it must not be there."""
    with TemporaryDirectory() as scratch:
        folder = Path(scratch)
        world, clock = make_world(folder), SetClock(MORNING)
        clock.forward(timedelta(hours=1))
        (folder / "plan.csv").write_text(PLAN, "utf-8")
        with at(world.lb, clock) as desk:
            import_plan(desk, folder / "plan.csv")
            family = register_family(
                desk,
                FamilyForm((
                    PersonForm(surnames="Pérez Toussaint", given="Ana", birth="1994-03"),
                    PersonForm(given="安"), PersonForm(name_native="عبد الرحمن"),
                )),
            ).result  # fmt: skip
            give_place(desk, family.members[0].number, "A1-1")
            clock.forward(timedelta(minutes=5))
            with desk.store.write(desk.user) as event:
                event.set(PERSON, family.members[1].ent, "given", "安安")
            end_stay(desk, family.members[0].number, "LEFT_BUS")
            add_record(
                desk, KIND_NAMES["health_note"], {"person": family.members[0].ent, "text": "x" * 2_000}
            )
            add_record(desk, KIND_NAMES["safeguarding"], {"text": "A complaint."})
            (folder / "stick").mkdir()
            export_bundle(desk, folder / "stick")
            station = state_of(desk.store.conn)
        shutil.copytree(world.office, folder / "before")
        with at(world.office, clock) as office:
            taken = import_from(office, folder / "stick").result
            expected = {
                "station_state": station,
                "office_state": state_of(office.store.conn),
                "new": taken.new,
                "people": [member.number for member in family.members],
                "escrow_code": world.escrow_code,
                "opened_at": clock.now().isoformat(),
            }
        keep(target, world.lb, folder / "before", folder / "stick", expected)


def keep(target: Path, station: Path, office: Path, stick: Path, expected: dict[str, Any]) -> None:
    """Put a station, an office and a stick where they are kept, without what belongs to a run."""
    shutil.copytree(station, target / "station")
    shutil.copytree(office, target / "office")
    shutil.copytree(stick, target / "stick")
    for one in target.rglob("*"):
        if one.name.endswith((".lock", ".log")) or one.name in ("preferences.json",):
            one.unlink()
    (target / "expected.json").write_text(json.dumps(expected, indent=1) + "\n", "utf-8")


def main(target: Path, flag: str) -> None:
    """Write one of the three."""
    {"--rich": rich, "--erased": erased}.get(flag, plain)(target)


def rich(target: Path) -> None:
    """Write the folder of several desks; it must not be there."""
    with TemporaryDirectory() as scratch:
        folder = Path(scratch)
        world, clock = make_world(folder), SetClock(MORNING)
        clock.forward(timedelta(hours=1))
        second, third, copy = folder / "second", folder / "third", folder / "copy"
        with at(world.lb, clock) as desk:
            people = _first_desk(desk, folder)
        join(world.lb, second, clock)
        join(second, third, clock)
        for one, name in ((second, "Berta"), (third, "Carla")):
            with at(one, clock) as desk:
                register(desk, name)
        shutil.copytree(second, copy)
        for one, name in ((second, "Dora"), (copy, "Elsa")):
            with at(one, clock) as desk:
                register(desk, name)
        for n, one in enumerate((second, copy, third)):
            carry(one, world.lb, folder / f"s{n}", clock)
        carry(world.lb, world.office, folder / "first", clock)
        with at(world.office, clock) as office:
            _every_word_of_the_office(office)
            (folder / "back").mkdir()
            export_bundle(office, folder / "back", "LB")
            export_receipts(office, folder / "back")
        with at(third, clock) as desk:
            register(desk, "Flor")  # it has not heard that it is revoked
        carry(third, world.lb, folder / "late", clock)
        with at(world.lb, clock) as desk:
            import_from(desk, folder / "back")
            publish(desk.store, "revoked_cards", {"cards": [[key_id(desk.store.keys.public), 7]]})
            publish(desk.store, "of a newer program", {"anything": [1, {"x": None}]})
            clock.forward(timedelta(minutes=5))
            with desk.store.write(desk.user) as event:
                event.set(PERSON, people[1].ent, "given", "安安")
            (folder / "stick").mkdir()
            export_bundle(desk, folder / "stick", everything=True)
            export_receipts(desk, folder / "stick")
            station = state_of(desk.store.conn)
        shutil.copytree(world.office, folder / "before")
        with at(world.office, clock) as office:
            taken = import_from(office, folder / "stick").result
            expected = {
                "station_state": station,
                "office_state": state_of(office.store.conn),
                "new": taken.new,
                "alarms": len(taken.alarms),
                "receipts": 2,
                "people": [member.number for member in people],
                "escrow_code": world.escrow_code,
                "opened_at": clock.now().isoformat(),
            }
        keep(target, world.lb, folder / "before", folder / "stick", expected)


def erased(target: Path) -> None:
    """Write the folder in which the office had two people erased; it must not be there."""
    with TemporaryDirectory() as scratch:
        folder = Path(scratch)
        world, clock = make_world(folder), SetClock(MORNING)
        clock.forward(timedelta(hours=1))
        second = folder / "second"
        with at(world.lb, clock) as desk:
            family = _with_somebody_to_be_erased(desk)
            (alone,) = register_family(desk, FamilyForm((PersonForm(given="Xochitl"),))).result.members
        join(world.lb, second, clock)
        with at(second, clock) as desk:
            with desk.store.write(desk.user) as event:
                event.set(PERSON, family[3].ent, "note", "from Zacatecas")
                event.set(PERSON, family[0].ent, "note", "of the one who stays")
            register(desk, "Berta")
        carry(second, world.lb, folder / "s", clock)
        carry(world.lb, world.office, folder / "first", clock)
        with at(world.office, clock) as office:
            erase(office, [family[3].number, alone.number], "a request: a sample")
            (folder / "back").mkdir()
            export_bundle(office, folder / "back", "LB")
            export_receipts(office, folder / "back")
        with at(second, clock) as desk:
            register(desk, "Carla")
            with desk.store.write(desk.user) as event:  # it has not heard; the station it tells has
                event.set(PERSON, family[3].ent, "note", "from Tenochtitlan")
                event.set(PERSON, family[1].ent, "note", "of another who stays")
        with at(world.lb, clock) as desk:
            import_from(desk, folder / "back")
        carry(second, world.lb, folder / "late", clock)
        (folder / "stick").mkdir()
        with at(second, clock) as desk:  # its own word for what is left of its entry
            import_from(desk, folder / "back")
            export_bundle(desk, folder / "stick", everything=True)
        carry(second, world.lb, folder / "later", clock)
        with at(world.lb, clock) as desk:
            register(desk, "Dora")
            export_bundle(desk, folder / "stick", everything=True)
            export_receipts(desk, folder / "stick")
            station = state_of(desk.store.conn)
        shutil.copytree(world.office, folder / "before")
        with at(world.office, clock) as office:
            taken = import_from(office, folder / "stick").result
            expected = {
                "station_state": station,
                "office_state": state_of(office.store.conn),
                "new": taken.new,
                "erased": ["Xochiquetzal", "Xochitl"],
                "receipts": 2,
                "people": [member.number for member in family[:3]],
                "escrow_code": world.escrow_code,
                "opened_at": clock.now().isoformat(),
            }
        keep(target, world.lb, folder / "before", folder / "stick", expected)


def _with_somebody_to_be_erased(desk: Desk) -> tuple[RegisteredPerson, ...]:
    """A family of four in one entry."""
    form = FamilyForm((
        PersonForm(surnames="Pérez Toussaint", given="Ana", birth="1994-03"),
        PersonForm(given="安安"), PersonForm(name_native="عبد الرحمن"), PersonForm(given="Xochiquetzal"),
    ))  # fmt: skip
    return register_family(desk, form).result.members


def _first_desk(desk: Desk, folder: Path) -> tuple[RegisteredPerson, ...]:
    """A family, a place, sealed entries, and a further holder of a class key."""
    (folder / "plan.csv").write_text(PLAN, "utf-8")
    import_plan(desk, folder / "plan.csv")
    family = register_family(
        desk,
        FamilyForm((
            PersonForm(surnames="Pérez Toussaint", given="Ana", birth="1994-03"),
            PersonForm(given="安"), PersonForm(name_native="عبد الرحمن"),
        )),
    ).result  # fmt: skip
    give_place(desk, family.members[0].number, "A1-1")
    add_record(desk, KIND_NAMES["health_note"], {"person": family.members[0].ent, "text": "x" * 2_000})
    nurse = UserKeys.new()
    wrapped = wrap_user(nurse, PASSPHRASE, CHEAP)
    entry = user_entry("nurse", "", frozenset({Role.HEALTH}), nurse, wrapped, desk.who.station)
    desk.publish("user", {"user": user_body(entry)})
    key = desk.roster.class_key("health", desk.who.station)
    assert key is not None
    # Nobody but the sheet holds it: a wrap that nobody may hand on is kept and not believed.
    body = class_body(replace(key, wraps=((entry.id, "d3JhcA=="),)))
    said = {
        "class": body,
        "by": nurse.signing.public.hex(),
        "signature": sign_class_body(nurse.signing, body),
    }
    desk.publish("class_key", said)
    return family.members


def _every_word_of_the_office(office: Desk) -> None:
    """What only the office says; none of it changes what the lines of this station say."""
    desks = {desk.slot: desk for desk in office.roster.desks.values()}
    revoke_desk(office, "LB1A")
    reinstate_desk(office, "LB1A")
    revoke_desk(office, "LB1A1")
    dev = hex16(desks["LB1"].dev)
    upto = last_of(office.store.conn, desks["LB1"].dev, 0)
    assert upto is not None
    heard = [{"dev": dev, "epoch": 0, "seq": upto[0], "chain": upto[1].hex()}]
    publish(
        office.store, "clock_fix", {"dev": dev, "epoch": 0, "first": 1, "last": 2, "delta_ms": -3_600_000}
    )
    publish(office.store, "erase", {"entities": ["0" * 31 + "1"], "ground": "nobody: a sample"})
    publish(office.store, "horizon", {"heard": heard})


if __name__ == "__main__":
    main(Path(sys.argv[-1]), sys.argv[1])
