"""Real stations for tests: made once with a cheap passphrase cost, copied for each test that wants one."""

from __future__ import annotations

import secrets
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from shelterdesk.actions.clock import SetClock
from shelterdesk.actions.desk import Desk, open_desk
from shelterdesk.actions.station import StationPlanned, new_station, user_entry
from shelterdesk.core.event import row_op
from shelterdesk.core.kinds import CARRIERS
from shelterdesk.core.roster import user_body
from shelterdesk.core.vocabulary import Confidentiality, Role
from shelterdesk.keys import keyfile
from shelterdesk.keys.classes import seal
from shelterdesk.keys.passphrase import Argon2Cost
from shelterdesk.keys.user import new_user

CHEAP = Argon2Cost(memory_kib=64, passes=1, lanes=1)
PASSPHRASE = "demo"
MORNING = datetime(2026, 11, 23, 13, 0, tzinfo=UTC)  # 08:00 in Panama


@dataclass(frozen=True)
class Template:
    """A made station's folder and the code of its recovery sheet."""

    folder: Path
    recovery_code: str


def make_template(folder: Path, *, practice: bool = False, code: str = "LB") -> Template:
    """A station with one user for each of operator, counter, supervisor; ``admin`` made it."""
    clock = SetClock(MORNING)
    plan = StationPlanned(code, "Lajas Blancas", "PAN", "America/Panama", "admin", is_practice=practice)
    made = new_station(folder, plan, PASSPHRASE, clock, CHEAP)
    for role in (Role.OPERATOR, Role.COUNTER, Role.GATE, Role.SUPERVISOR):
        keys, wrapped = new_user(PASSPHRASE, CHEAP)
        entry = user_entry(role.value, "", frozenset({role}), keys, wrapped, code)
        made.desk.publish("user", {"user": user_body(entry)})
        keyfile.add_user(folder, made.desk.store.file_key, role.value, wrapped)
    made.desk.close()
    return Template(folder, made.recovery_code)


def seal_nonsense(desk: Desk, name: Confidentiality = Confidentiality.PROTECTION) -> None:
    """A sealed record that opens for holders and says nothing any program can read."""
    key = desk.roster.class_key(name, desk.who.station)
    assert key is not None
    carrier = CARRIERS[name]
    fields = {
        carrier.field("sealed").number: seal(b"{", key.recipient),
        carrier.field("key_version").number: 1,
    }
    with desk.store.write(desk.user) as event:
        event._sealed.add(row_op(carrier.number, secrets.token_bytes(16), fields))


@pytest.fixture(scope="session")
def station_template(tmp_path_factory: pytest.TempPathFactory) -> Template:
    """The station all desks of a test run are copied from."""
    return make_template(tmp_path_factory.mktemp("template") / "station")


@pytest.fixture
def station_folder(station_template: Template, tmp_path: Path) -> Path:
    """A copy of the template of this test's own."""
    folder = tmp_path / "station"
    shutil.copytree(station_template.folder, folder)
    return folder


@pytest.fixture
def clock() -> SetClock:
    """Eight in the morning in Panama, until moved."""
    return SetClock(MORNING)


@pytest.fixture
def desk(station_folder: Path, clock: SetClock) -> Iterator[Desk]:
    """A desk with its admin (also supervisor and operator) logged in."""
    opened = open_desk(station_folder, "admin", PASSPHRASE, clock)
    yield opened
    opened.close()


@pytest.fixture
def operator_desk(station_folder: Path, clock: SetClock) -> Iterator[Desk]:
    """The same folder with an operator logged in."""
    opened = open_desk(station_folder, "operator", PASSPHRASE, clock)
    yield opened
    opened.close()
