"""What the sweeps kill, starve and cut the power of: pieces of everyday work that tell what was called done.

A workflow works below one folder, its *place*, and can be run again: it goes on where it was cut off, as the person
at the desk would. ``said`` tells the driver after every step what the program called done; ``look`` then finds what
of that is missing, and ``end`` says what the place holds in the end, whatever way it came there.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any, TypeAlias, TypeVar

from shelterdesk import startup
from shelterdesk.actions.checking import check_folder
from shelterdesk.actions.clock import SetClock
from shelterdesk.actions.desk import Desk, open_desk
from shelterdesk.actions.faults import as_world
from shelterdesk.actions.person_changes import edit_person
from shelterdesk.actions.registration import register_family
from shelterdesk.actions.reserve import is_used_up, once_more, used_up_words
from shelterdesk.actions.station import StationPlanned, new_station
from shelterdesk.actions.users import set_own_passphrase
from shelterdesk.core.errors import WorldError, WrongPassphrase
from shelterdesk.core.people import FamilyForm, PersonForm
from shelterdesk.db.reserve import keep as keep_room
from shelterdesk.keys import keyfile
from tests.stations import CHEAP, MORNING, PASSPHRASE, make_template
from tests.sync.worlds import at, given_names

Told: TypeAlias = list[Any]
"""One acknowledgement: what was done, and of whom or what."""

Say: TypeAlias = Callable[..., None]
T = TypeVar("T")


class Faulty(Exception):
    """A step that failed with a sentence of the world and failed again; ``why`` was told already."""


@contextmanager
def _nobody(place: Path) -> Iterator[int]:
    yield 0


@dataclass(frozen=True)
class Workflow:
    """One piece of work: how its place is prepared, the work itself, what is looked for, what it ends in.

    ``beside`` is the other side of an exchange, a process of its own that is there as long as the work goes on; it gives
    the process that is to be harmed, 0 for the work's own.
    """

    name: str
    prepare: Callable[[Path], None]
    run: Callable[[Path, Say, SetClock], None]
    look: Callable[[Path, Sequence[Told]], list[str]]
    end: Callable[[Path], Any]
    beside: Callable[[Path], AbstractContextManager[int]] = _nobody

    @property
    def is_alone(self) -> bool:
        """Whether nobody is there beside it."""
        return self.beside is _nobody


def later(times: int = 0) -> SetClock:
    """The clock of a run: an hour on for every time it is begun again."""
    clock = SetClock(MORNING)
    clock.forward(timedelta(hours=1 + times))
    return clock


def step(say: Say, act: Callable[[], T]) -> T:
    """One step at an open desk; where the disk fails it is done once more, as a person would who reads the sentence."""
    try:
        return act()
    except Exception as fault:
        tell_fault(say, fault)
    return act()


def tell_fault(say: Say, fault: BaseException) -> None:
    """Tell the driver what the person would read; raises what is no fault of the world."""
    world = as_world(fault, Path())
    if world is None:
        raise fault
    say("fault", type(world).__name__, world.sentence, world.next_step)


def whole(folder: Path, problems: list[str], epoch: int | None = 0) -> Iterator[Desk]:
    """The desk of a folder, opened and checked; once, or not at all where it does not open."""
    try:
        desk = open_desk(
            folder, "chief" if folder.name.startswith("office") else "admin", PASSPHRASE, later(30)
        )
    except WorldError as error:
        problems.append(f"{folder.name} does not open: {error}")
        return
    try:
        if epoch is not None and desk.who.epoch != epoch:
            problems.append(f"{folder.name} took itself for a restored one")
        for finding in check_folder(desk).result.before.findings:
            problems.append(f"{folder.name}: {finding.code}")
        yield desk
    finally:
        desk.close()


@contextmanager
def copied(folder: Path, name: str) -> Iterator[Path]:
    """A copy of a folder of the place for the time of a look."""
    copy = folder.with_name(name)
    shutil.rmtree(copy, ignore_errors=True)
    shutil.copytree(folder, copy)
    try:
        yield copy
    finally:
        shutil.rmtree(copy, ignore_errors=True)


def people(desk: Desk) -> list[tuple[str, str]]:
    """Given names and surnames of everybody known, in order; a double shows as one."""
    rows = desk.store.conn.execute("SELECT given, surnames FROM person WHERE void IS NULL")
    return sorted((str(given), str(surnames or "")) for given, surnames in rows)


def of(said: Sequence[Told], what: str) -> list[Told]:
    """What was told of one thing."""
    return [one[1:] for one in said if one[0] == what]


# --- families registered and corrected --------------------------------------------------------------------------

FAMILIES = (("Ana", "Luis"), ("Berta",), ("Carla", "Dario", "Eva"), ("Flor", "Gil"))
EDITED = ("Ana", "Carla", "Gil")


def _prepare_save(place: Path) -> None:
    make_template(place / "lb")
    with at(place / "lb", SetClock(MORNING)) as desk:
        register_family(desk, _family(("Zoila",)))


def _family(names: Sequence[str]) -> FamilyForm:
    return FamilyForm(tuple(PersonForm(given=name) for name in names))


def _save(place: Path, say: Say, clock: SetClock) -> None:
    with at(place / "lb", clock) as desk:
        for names in FAMILIES:
            if names[0] not in given_names(desk):
                step(say, lambda: register_family(desk, _family(names)))  # noqa: B023  called at once
            say("family", *names)
        for name in EDITED:
            row = desk.store.conn.execute("SELECT number FROM person WHERE given = ?", (name,)).fetchone()
            step(say, lambda: edit_person(desk, row[0], {"surnames": f"de {name}"}))  # noqa: B023
            say("edited", name)
    say("closed")


def _look_save(place: Path, said: Sequence[Told]) -> list[str]:
    problems: list[str] = []
    for desk in whole(place / "lb", problems):
        found = people(desk)
        given = [one[0] for one in found]
        for names in FAMILIES:
            count = [given.count(name) for name in names]
            if len(set(count)) != 1 or count[0] > 1:
                problems.append(f"the family {names} is there {count} times")
            if list(names) in of(said, "family") and count[0] != 1:
                problems.append(f"the family {names} was called saved and is not there")
        for (name,) in of(said, "edited"):
            if (name, f"de {name}") not in found:
                problems.append(f"the surname of {name} was called saved and is not there")
        if "Zoila" not in given:
            problems.append("somebody registered long before is gone")
    return problems


def _end_save(place: Path) -> Any:
    with at(place / "lb", later(40)) as desk:
        households = desk.store.conn.execute("SELECT count(*) FROM household").fetchone()[0]
        return [people(desk), households]


# --- the same with room kept back for it ------------------------------------------------------------------------


def _save_with_reserve(place: Path, say: Say, clock: SetClock) -> None:
    with at(place / "lb", clock) as desk:
        if keep_room(desk.folder):
            say("kept")
        for names in FAMILIES:
            if names[0] not in given_names(desk):
                act = partial(register_family, desk, _family(names))
                step(say, lambda: once_more(desk, act))  # noqa: B023  called at once
            say("family", *names)
        if is_used_up(desk):
            say("used up", used_up_words())


# --- a passphrase changed: the key file replaced ----------------------------------------------------------------

NEW_PHRASE = "another one, which is longer"


def _opens(folder: Path, phrase: str) -> bool:
    try:
        keyfile.unlock(folder, "admin", phrase, later(20).now().timestamp())
    except WrongPassphrase:
        return False
    return True


def _prepare_passphrase(place: Path) -> None:
    make_template(place / "lb")


def _passphrase(place: Path, say: Say, clock: SetClock) -> None:
    folder = place / "lb"
    if _opens(folder, PASSPHRASE):
        with at(folder, clock) as desk:
            try:
                step(say, lambda: set_own_passphrase(desk, PASSPHRASE, NEW_PHRASE, CHEAP))
            except (
                WrongPassphrase
            ):  # the statement stood before the fault: the key file follows at the next log-in
                open_desk(folder, "admin", PASSPHRASE, clock).close()
    open_desk(folder, "admin", NEW_PHRASE, clock).close()
    say("changed")


def _look_passphrase(place: Path, said: Sequence[Told]) -> list[str]:
    folder, problems = place / "lb", list[str]()
    phrase = NEW_PHRASE if _opens(folder, NEW_PHRASE) else PASSPHRASE
    if of(said, "changed") and phrase != NEW_PHRASE:
        problems.append("the new passphrase was called set and does not open")
    try:
        desk = open_desk(folder, "admin", phrase, later(30))
    except WorldError as error:
        return [*problems, f"opens with neither passphrase: {error}"]
    findings = check_folder(desk).result.before.findings
    desk.close()
    if not _opens(folder, NEW_PHRASE) and not _opens(folder, PASSPHRASE):
        problems.append("after one log-in neither passphrase opens")
    if not keyfile.recipients(folder, keyfile.RECOVERY):
        problems.append("the recovery sheet is out of the key file")
    return [*problems, *(finding.code for finding in findings)]


def _end_passphrase(place: Path) -> Any:
    return [_opens(place / "lb", NEW_PHRASE), _opens(place / "lb", PASSPHRASE)]


# --- a station made from nothing --------------------------------------------------------------------------------


def _prepare_nothing(place: Path) -> None:
    place.mkdir(parents=True, exist_ok=True)


def _station(place: Path, say: Say, clock: SetClock) -> None:
    folder = place / "lb"
    if not (startup.is_set_up(folder) and keyfile.exists(folder)):
        plan = StationPlanned("LB", "Lajas Blancas", "PAN", "America/Panama", "admin")
        made = new_station(folder, plan, PASSPHRASE, clock, CHEAP)
        say("made")
        made.desk.close()
    with at(folder, clock) as desk:
        if "Ana" not in given_names(desk):
            step(say, lambda: register_family(desk, _family(("Ana",))))
        say("family", "Ana")


def _look_station(place: Path, said: Sequence[Told]) -> list[str]:
    problems: list[str] = []
    folder = place / "lb"
    if not (startup.is_set_up(folder) and keyfile.exists(folder)):
        return ["the station was called made and is not there"] if of(said, "made") else []
    for desk in whole(folder, problems):
        if of(said, "family") and people(desk) != [("Ana", "")]:
            problems.append("somebody called saved is not there")
    return problems


def _end_station(place: Path) -> Any:
    with at(place / "lb", later(40)) as desk:
        roster = desk.roster
        return [people(desk), sorted(user.name for user in roster.users.values()), sorted(roster.stations)]


RESERVE = Workflow("reserve", _prepare_save, _save_with_reserve, _look_save, _end_save)
SAVE = Workflow("save", _prepare_save, _save, _look_save, _end_save)
PASSPHRASE_CHANGE = Workflow(
    "passphrase", _prepare_passphrase, _passphrase, _look_passphrase, _end_passphrase
)
STATION = Workflow("station", _prepare_nothing, _station, _look_station, _end_station)
