"""Makes the files of one format that are kept for ever: ``python -m tests.golden.make tests/golden/1``, once a format.

A station with people, edits and sealed entries, the stick it wrote, and the office before it took the stick
in; with what must be found in them. Synthetic people, keys of nobody, a passphrase everybody knows.
"""

from __future__ import annotations

import json
import shutil
import sys
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from shelterdesk.actions.clock import SetClock
from shelterdesk.actions.exchange import export_bundle, import_from
from shelterdesk.actions.lodging import end_stay, give_place
from shelterdesk.actions.places import import_plan
from shelterdesk.actions.records import add_record
from shelterdesk.actions.registration import register_family
from shelterdesk.core.kinds import KIND_NAMES, PERSON
from shelterdesk.core.people import FamilyForm, PersonForm
from shelterdesk.db.state import state_of
from tests.stations import MORNING
from tests.sync.worlds import at, make_world

PLAN = "code,parent,kind,quarter,capacity\nA,,block,,\nA1,A,room,FAMILY,\nA1-1,A1,bed,,\nA1-2,A1,bed,,\n"


def main(target: Path) -> None:
    """Write the folder; it must not be there."""
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
        shutil.copytree(world.lb, target / "station")
        shutil.copytree(folder / "before", target / "office")
        shutil.copytree(folder / "stick", target / "stick")
        for one in target.rglob("*"):
            if one.name.endswith((".lock", ".log")) or one.name in ("preferences.json",):
                one.unlink()
        (target / "expected.json").write_text(json.dumps(expected, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
