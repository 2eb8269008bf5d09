"""People as lines of JSON: what other programs send in (``person add --json -``) and what they hear back."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from shelterdesk.actions.desk import Desk
from shelterdesk.actions.registration import RegisteredFamily, local_day, register_family
from shelterdesk.core.errors import BadField, NotFound, Refused
from shelterdesk.core.family_checks import problems_of
from shelterdesk.core.family_tidy import tidy
from shelterdesk.core.json_line import Line, object_of
from shelterdesk.core.number import BadNumber, Counted
from shelterdesk.core.people import FamilyForm, PersonForm
from shelterdesk.core.person_line import ReadLine, read_line
from shelterdesk.core.role_words import cannot_write
from shelterdesk.core.roles import may_write
from shelterdesk.core.vocabulary import HouseholdRole
from shelterdesk.core.words import tr
from shelterdesk.db.people import entity_of

MOST_TOGETHER = 60
"""Most lines of one household saved in one event; further ones follow into the same household."""

_HOUSEHOLD_SHAPE = re.compile(r"[A-Z]{2,6}[1-9][0-9A-Z]*-H[0-9]{4,}-[0-9A-Z]", re.IGNORECASE)

Answer = dict[str, Any]


@dataclass(frozen=True)
class _Household:
    """A household this call has made or found, and whether a line named its head."""

    ent: str
    has_head: bool


@dataclass
class _Together:
    """Lines that wait to be saved in one event: same household, same arrival."""

    label: str | None
    arrival: tuple[datetime | None, str, str | None]
    lines: list[tuple[Answer, ReadLine]] = field(default_factory=list)


def add_people(
    desk: Desk,
    lines: Iterable[Line],
    progress: Callable[[int], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> Iterator[Answer]:
    """Register the people of some lines, one answer a line, in their order (CLI.md, ``person add``).

    Lines of one household that follow each other are saved in one event, committed before their answers are
    given: what was answered is saved. A line that cannot be is answered with its error and
    the others go on. ``progress`` hears how many lines are done; once ``cancelled`` says so nothing further is
    saved and the lines left get no answer. Raises ``NotAllowed`` or ``NotHere`` before the first line, and what stops every
    write (``DiskFull``, ``Busy``).
    """
    if not may_write(desk.user.roles, "person"):
        raise cannot_write("person")
    desk.must_be_station()
    return _add_people(desk, lines, progress or (lambda n: None), cancelled or (lambda: False))


def _add_people(
    desk: Desk, lines: Iterable[Line], progress: Callable[[int], None], cancelled: Callable[[], bool]
) -> Iterator[Answer]:
    households: dict[str, _Household] = {}
    waiting: list[tuple[Answer, ReadLine | None]] = []
    together: _Together | None = None
    done = 0

    def flush() -> Iterator[Answer]:
        nonlocal done, together
        if not waiting:
            return
        if together is not None:
            _save(desk, together, households)
        together = None
        for answer, _ in waiting:
            done += 1
            yield answer
        waiting.clear()
        progress(done)

    for n, line in enumerate(lines, start=1):
        if cancelled():
            return
        answer: Answer = {"ref": n}
        read = _read(desk, line, answer)
        key = None if read is None else (read.household, _arrival(read))
        fits = (
            together is not None and key == (together.label, together.arrival) and together.label is not None
        )
        # A line that cannot be must not part its household: it waits with it for its turn to be answered.
        if read is not None and (not fits or (together is not None and len(together.lines) >= MOST_TOGETHER)):
            yield from flush()
        waiting.append((answer, read))
        if read is None:
            if together is None:
                yield from flush()
            continue
        if together is None:
            together = _Together(read.household, _arrival(read))
        together.lines.append((answer, read))
        if read.household is None:
            yield from flush()
    if not cancelled():
        yield from flush()


def _arrival(read: ReadLine) -> tuple[datetime | None, str, str | None]:
    return (read.arrived_at, str(read.entry_route), read.arrival_group)


def _read(desk: Desk, line: Line, answer: Answer) -> ReadLine | None:
    """A line as a form; None with the error in its answer."""
    today = local_day(desk)
    try:
        raw = object_of(line)
        if raw.get("ref") is not None:
            answer["ref"] = raw["ref"]
        read = read_line(raw, desk.who.zone)
        read = replace(read, form=tidy(read.form, today))
        for problem in problems_of(read.form, today):
            raise BadField(problem.field, problem.sentence)
        if read.arrived_at is not None and read.arrived_at > desk.clock.now():
            raise BadField("arrived_at", tr("this arrival is still to come"))
        _check_known(desk, "household", Counted.HOUSEHOLD, _shaped(read.household))
        _check_known(desk, "arrival_group", Counted.TOKEN, read.arrival_group)
    except BadField as bad:
        answer["error"] = f"{bad.field}: {bad.sentence.rstrip('.')}"
        return None
    return read


def _shaped(label: str | None) -> str | None:
    """A household that is a number, None for a label: misread, it must not found a new family."""
    return label if label is not None and _HOUSEHOLD_SHAPE.fullmatch(label) else None


def _check_known(desk: Desk, member: str, counted: Counted, said: str | None) -> None:
    if said is None:
        return
    try:
        found = entity_of(desk.store.conn, counted, said, desk.who.slot)
    except BadNumber as bad:
        raise BadField(member, bad.sentence) from None
    if found is None:
        raise BadField(member, NotFound(said[:40]).sentence)


def _save(desk: Desk, together: _Together, households: dict[str, _Household]) -> None:
    """Save lines of one household in one event and fill their answers."""
    label = together.label
    known = None if label is None else households.get(label)
    forms, demoted = _one_head(
        [read.form for _, read in together.lines], known is not None and known.has_head
    )
    first = together.lines[0][1]
    family = FamilyForm(
        members=tuple(forms),
        household=known.ent if known is not None else _shaped(label),
        arrival_group=first.arrival_group,
        arrived_at=first.arrived_at,
        entry_route=first.entry_route,
    )
    try:
        done = register_family(desk, family).result
    except Refused as refused:
        where = f"{refused.field}: " if isinstance(refused, BadField) else ""
        for answer, _ in together.lines:
            answer["error"] = f"{where}{refused.sentence.rstrip('.')}"
        return
    if label is not None:
        named = any(form.role is HouseholdRole.HEAD for form in forms)
        households[label] = _Household(done.household, named or (known is not None and known.has_head))
    _answer(together, done, demoted)


def _one_head(forms: list[PersonForm], has_head: bool) -> tuple[list[PersonForm], set[int]]:
    """Forms with at most one head among all lines of the call; the places of those made members."""
    demoted: set[int] = set()
    ready = []
    for at, form in enumerate(forms):
        if form.role is HouseholdRole.HEAD:
            if has_head:
                form = replace(form, role=HouseholdRole.MEMBER)
                demoted.add(at)
            has_head = True
        ready.append(form)
    return ready, demoted


def _answer(together: _Together, done: RegisteredFamily, demoted: set[int]) -> None:
    for at, ((answer, read), person) in enumerate(zip(together.lines, done.members, strict=True)):
        warnings = list(read.warnings)
        if at in demoted:
            warnings.append(tr("role: this family has a head already, entered as a member"))
        warnings += [one.sentence for one in done.warnings if one.member in (at, None)]
        answer.update(
            person=person.ent, number=person.number, household=done.household_number, warnings=warnings
        )
