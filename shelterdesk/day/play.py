"""The day itself: boats in the morning, beds, cards, lunch, the sheet at six, the stick, the office, the receipt."""

from __future__ import annotations

import os
import sys
from datetime import datetime, timedelta
from itertools import islice
from pathlib import Path
from zoneinfo import ZoneInfo

from PySide6.QtWidgets import QApplication

from shelterdesk import startup
from shelterdesk.actions.clock import SetClock, SystemClock
from shelterdesk.actions.demo import PASSPHRASE, practice_families, practice_station
from shelterdesk.actions.desk import open_desk
from shelterdesk.actions.offices import accept_reply, enrol, enrol_request, new_office, read_reply
from shelterdesk.actions.status import status
from shelterdesk.core.errors import Refused
from shelterdesk.core.practice_people import PracticeFamily
from shelterdesk.core.words import tr
from shelterdesk.day.afternoon import (
    exchange_with_office,
    look_somebody_up,
    lunch,
    morning_sheet,
    move_a_family,
)
from shelterdesk.day.hands import Hands, at_the_desk
from shelterdesk.day.journal import Journal
from shelterdesk.day.offscreen import choose_platform, without_hints
from shelterdesk.day.reception import count_a_boat, register

FAMILIES = 12
FEWEST_PEOPLE = 40
NEVER_NAMED = 2
_ZONE = "America/Panama"


def play_day(folder: Path, target: Path, seed: int) -> int:
    """Play a day on the practice station of ``folder`` (made where there is none); papers go into ``target``.

    Returns the exit status. Raises ``Refused`` for a real station, one with people, a used target folder.
    """
    choose_platform()
    clock = SetClock(_start_of_day())
    journal = Journal(target, clock, _ZONE)
    user = os.environ.get("SHELTERDESK_USER", "admin")
    passphrase = os.environ.get("SHELTERDESK_PASSPHRASE", PASSPHRASE)
    if not startup.is_set_up(folder):
        practice_station(folder, clock).close()
        user, passphrase = "admin", PASSPHRASE
        journal.note("practice_station_made")
    office = target / "office"
    _prepare(folder, office, user, passphrase, clock, journal)
    app = QApplication.instance() or QApplication(sys.argv[:1])
    with without_hints(), at_the_desk(folder, clock, user, passphrase) as hands:
        _play(hands, journal, clock, seed, target, office)
    del app
    journal.write_names()
    journal.note("day_over")
    sys.stdout.write(f"{target}\n")
    return 0


def _start_of_day() -> datetime:
    """Half past seven of the last day that has come to its 06:00: the day lies in the past, no clock is doubted."""
    now = SystemClock().now().astimezone(ZoneInfo(_ZONE))
    end = now.replace(hour=6, minute=0, second=0, microsecond=0)
    if end > now:
        end -= timedelta(days=1)
    return end - timedelta(hours=22, minutes=30)


def _prepare(
    folder: Path, office: Path, user: str, passphrase: str, clock: SetClock, journal: Journal
) -> None:
    """A practice station without people, adopted by a practice office."""
    desk = open_desk(folder, user, passphrase, clock)
    try:
        if not desk.who.is_practice:
            raise Refused(tr("A day is played on a practice station only."), tr("Choose an empty folder."))
        reader = desk.reader()
        present = status(reader).present
        reader.close()
        if present:
            raise Refused(tr("This practice station has people already."), tr("Choose an empty folder."))
        made = new_office(
            office, "Oficina central", "admin", passphrase, clock, is_practice=True, zone=_ZONE, country="PAN"
        )
        try:
            request, reply = office / "request.json", office / "reply.json"
            enrol_request(desk, request)
            enrol(made.desk, request, reply)
            accept_reply(desk, reply, read_reply(reply).words)
        finally:
            made.desk.close()
        for letter in (request, reply):
            letter.unlink()
        journal.note("station_adopted")
    finally:
        desk.close()


def chosen_families(seed: int, now: datetime) -> list[PracticeFamily]:
    """Twelve families of at least forty people: the first twelve that are large enough together."""
    drawn = practice_families(seed, now)
    found = list(islice(drawn, FAMILIES))
    while sum(len(family.members) for family in found) < FEWEST_PEOPLE:
        smallest = min(range(FAMILIES), key=lambda at: len(found[at].members))
        found[smallest] = max(islice(drawn, 4), key=lambda family: len(family.members))
    return found


def _play(hands: Hands, journal: Journal, clock: SetClock, seed: int, target: Path, office: Path) -> None:
    families = chosen_families(seed, clock.now())
    hands.open_screen("reception")
    hands.picture(journal.screenshots, "01-reception-empty")
    heads = sum(len(family.members) for family in families[:3]) + NEVER_NAMED
    count_a_boat(hands, heads, tr("Boat {n}", n=7))
    journal.note("boat_counted", people=heads)
    hands.picture(journal.screenshots, "02-reception-boat")
    for at, family in enumerate(families):
        clock.forward(timedelta(minutes=9))
        for person in family.members:
            journal.met(person)
        picture = journal.screenshots if at == 4 else None
        register(hands, family, with_token=at < 3, picture=picture)
        journal.note("family_registered", people=len(family.members))
    hands.picture(journal.screenshots, "04-reception-saved")
    move_a_family(hands, journal, clock)
    look_somebody_up(hands, journal)
    lunch(hands, journal, clock)
    morning_sheet(hands, journal, clock, target)
    exchange_with_office(hands, journal, clock, target, office)
