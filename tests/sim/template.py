"""The world all schedules begin in: an office, two stations it enrolled, desks they admitted; real keys, the same each time.

And a station that may be enrolled later.
"""

from __future__ import annotations

import random
import shutil
from dataclasses import dataclass
from pathlib import Path

from shelterdesk.actions.clock import SetClock
from shelterdesk.actions.desk import open_desk
from shelterdesk.actions.offices import new_office
from shelterdesk.actions.station import StationPlanned, new_station
from shelterdesk.core.roster import UserEntry
from shelterdesk.keys.user import UserKeys
from tests.sim.seeded import MORNING, determined
from tests.stations import CHEAP, PASSPHRASE
from tests.sync.worlds import adopt, join, register

_SEED = 20_261_123
OFFICE = "office"
DESKS = ("LB1", "LB1A", "LB1B", "LB1A1", "MT1", "MT1A")
LATER = "PA1"
"""A station that works alone when a world begins; the office may enrol it later."""
_ADMITTED_AT = {"LB1A": "LB1", "LB1B": "LB1", "LB1A1": "LB1A", "MT1A": "MT1"}


@dataclass(frozen=True)
class Furnished:
    """One folder of the template and what opens it without a passphrase."""

    name: str
    folder: Path
    key: bytes
    user: UserEntry
    user_keys: UserKeys


def make_template(base: Path) -> dict[str, Furnished]:
    """All folders, by the desk's slot; ``office`` for the office's. The same keys and lines whenever it is made."""
    base.mkdir(parents=True, exist_ok=True)
    clock = SetClock(MORNING)
    with determined(random.Random(_SEED)):
        office = new_office(base / OFFICE, "Central", "chief", PASSPHRASE, clock, cost=CHEAP).desk
        for code, name in (("LB", "Lajas Blancas"), ("MT", "Metetí")):
            plan = StationPlanned(code, name, "PAN", "America/Panama", "admin")
            desk = new_station(base / f"{code}1", plan, PASSPHRASE, clock, CHEAP).desk
            register(desk, "Rosa", "Iván")  # whom all desks of the station know from the start
            desk.close()
            adopt(office, base / f"{code}1", base, clock)
        office.close()
        for slot, at in _ADMITTED_AT.items():
            join(base / at, base / slot, clock)
        plan = StationPlanned("PA", "Paso Ancho", "PAN", "America/Panama", "admin")
        desk = new_station(base / LATER, plan, PASSPHRASE, clock, CHEAP).desk
        register(desk, "Elsa")
        desk.close()
        found = {name: _furnished(base, name, clock) for name in (OFFICE, *DESKS, LATER)}
    for name, made in found.items():
        assert made.folder.name == name
    return found


def _furnished(base: Path, name: str, clock: SetClock) -> Furnished:
    desk = open_desk(base / name, "chief" if name == OFFICE else "admin", PASSPHRASE, clock)
    assert name == OFFICE or desk.who.slot in (name, name[2:]), desk.who.slot
    made = Furnished(name, base / name, desk.store.file_key, desk.user, desk.user_keys)
    desk.close()
    return made


def furnish(one: Furnished, folder: Path) -> None:
    """A copy of a folder of the template."""
    shutil.copytree(one.folder, folder)
