"""What two desks did apart against a rule, each with whom it is about and what to do; nothing of it blocks anybody."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from shelterdesk.actions.conflicts import SETTLE
from shelterdesk.actions.desk import Desk
from shelterdesk.core.roster import Roster
from shelterdesk.core.severity import Severity
from shelterdesk.core.words import tr
from shelterdesk.db.conflict_subjects import Subject, subjects
from shelterdesk.db.met_apart import Finding, Met, met_apart
from shelterdesk.db.store import Reader


@dataclass(frozen=True, slots=True)
class MetLine:
    """One finding: whom it is about (the first can be opened), what it is about, how grave it is."""

    met: Met
    subjects: tuple[Subject, ...]
    about: str
    severity: Severity


def list_met_apart(desk: Desk, reader: Reader, today: date) -> list[MetLine]:
    """What stands against a rule since desks worked apart; ``today`` is the service day. Raises ``NotAllowed``."""
    desk.must(SETTLE)
    who = reader.who
    found = [] if who.is_office else met_apart(reader.conn, who.station, today)
    known = subjects(reader.conn, [record for one in found for record in one.records])
    lines = [
        MetLine(one.met, tuple(known[r] for r in one.records), one.about, _severity(one)) for one in found
    ]
    lines += _users(reader.roster, who.station)
    return sorted(lines, key=lambda one: one.severity)


def _severity(one: Finding) -> Severity:
    return Severity.PARALLEL if one.met is Met.SERVICE_TWICE else Severity.CONFLICT


def _users(roster: Roster, station: str) -> Iterable[MetLine]:
    """Two users who log in with one name, unless one stands in the place of the other."""
    together: dict[str, list[str]] = {}
    for user in roster.users.values():
        if user.is_active and user.station == station:
            together.setdefault(user.name.casefold(), []).append(user.id)
    for ids in together.values():
        if len(ids) > 1 and len({frozenset(roster.same_person(one)) for one in ids}) > 1:
            yield MetLine(Met.USER_TWICE, (), roster.users[ids[0]].name, Severity.CONFLICT)


def met_words(line: MetLine) -> tuple[str, str]:
    """What was done twice and what to do about it, a sentence each."""
    about = line.about
    said = {
        Met.TWO_BEDS: lambda: (
            tr("Two beds for one person: {about}.", about=about),
            tr("Ask where the person sleeps and end the other bed; meanwhile the one given last counts."),
        ),
        Met.BED_TWICE: lambda: (
            tr("One bed given to more people than it holds: {about}.", about=about),
            tr("Give one of them another bed; meanwhile all of them are lodged."),
        ),
        Met.CARD_TWICE: lambda: (
            tr("One card given to two people: number {about}.", about=about),
            tr("Take the card back and give each a new one; food and a bed are given meanwhile."),
        ),
        Met.NUMBER_TWICE: lambda: (
            tr("One number on two records: {about}.", about=about),
            tr("Open both; if it is one person, mark one as entered by mistake. Tell the office: a laptop may be a copy."),
        ),
        Met.SAME_PAPER: lambda: (
            tr("One document with two people: {about}.", about=about),
            tr("Ask whether they are one person; if so, mark one as entered by mistake."),
        ),
        Met.SERVICE_TWICE: lambda: (
            tr("Given at two counters: {about}.", about=about),
            tr("Nothing has to be done: it is counted once."),
        ),
        Met.USER_TWICE: lambda: (
            tr("Two people log in with one name: {about}.", about=about),
            tr("An admin disables one of them and lets them in again with another name."),
        ),
    }  # fmt: skip
    return said[line.met]()
