"""The status bar: people, places, what is only here, gaps, conflicts, other desks, the last backup."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

from shelterdesk.actions.backups import make_backup
from shelterdesk.actions.clock import SetClock
from shelterdesk.actions.desk import Desk
from shelterdesk.actions.places import block_places
from shelterdesk.actions.status import Gap, HeardDesk, Status, status
from shelterdesk.core.event import parse
from shelterdesk.core.kinds import PERSON
from tests.actions.at_site import group, hear, moved, person, second_desk, with_plan
from tests.stations import MORNING


def now(desk: Desk) -> Status:
    reader = desk.reader()
    try:
        return status(reader, desk.clock.now())
    finally:
        reader.close()


def test_people_and_places(desk: Desk) -> None:
    with_plan(desk)
    block_places(desk, "A-2", 2, "wet")
    for _ in range(3):
        ent, _ = person(desk)
    group(desk, 4)
    moved(desk, ent, "DEPARTED_OTHER")
    found = now(desk)
    assert (found.station, found.desk, found.practice, found.is_office) == ("LB", "LB1", False, False)
    assert (found.present, found.unnamed, found.places) == (6, 4, 11)


def test_what_is_only_here_and_since_when(desk: Desk, clock: SetClock) -> None:
    conn = desk.store.conn
    everything = int(conn.execute("SELECT count(*) FROM event").fetchone()[0])
    clock.forward(timedelta(hours=3))
    person(desk)
    found = now(desk)
    assert (found.only_here, found.only_here_since) == (
        everything + 1,
        "2026-11-23T08:00:00-05:00[America/Panama]",
    )
    assert found.last_receipt is None and found.last_backup is None
    upto = conn.execute("SELECT max(last_seq) FROM event").fetchone()[0]
    with desk.store.transaction() as local:
        local.execute(
            "INSERT INTO acknowledged (dev, epoch, issuer, upto, chain, received_ms) VALUES (?, 0, 7, ?, x'00', ?)",
            (desk.who.dev, upto, int(MORNING.timestamp() * 1000)),
        )
    confirmed = now(desk)
    assert (confirmed.only_here, confirmed.only_here_since) == (0, None)
    assert confirmed.last_receipt == "2026-11-23T08:00:00-05:00[America/Panama]"
    assert confirmed.office_receipt is None, "a desk of the table is not the office"
    clock.forward(timedelta(minutes=5))
    person(desk)
    after = now(desk)
    assert (after.only_here, after.only_here_since) == (1, "2026-11-23T11:05:00-05:00[America/Panama]")


def test_other_desks_gaps_and_conflicts(desk: Desk, tmp_path: Path, clock: SetClock) -> None:
    other = second_desk(desk, tmp_path / "other")
    ent, _ = person(other)
    person(other)
    person(other)
    lines = [
        parse(line)
        for (line,) in other.store.conn.execute(
            "SELECT line FROM event WHERE dev = ? ORDER BY seq", (other.who.dev,)
        )
    ]
    desk.store.take_in([lines[0], lines[2]])
    found = now(desk)
    assert found.gaps == (Gap("LB1A", 0, 2, 2),) and found.desks == (HeardDesk("LB1A", None),)
    hear(desk, other)
    assert now(desk).gaps == () and now(desk).only_at_table == now(desk).only_here + 3
    for one, name in ((desk, "Ana"), (other, "Anna")):
        with one.store.write(one.user) as event:
            event.set(PERSON, ent, "given", name)
    hear(desk, other)
    assert (now(desk).conflicts, now(desk).set_aside) == (1, 0)
    other.store.close()


def test_entries_of_a_desk_nobody_admitted_are_set_aside(desk: Desk, tmp_path: Path) -> None:
    other = second_desk(desk, tmp_path / "other")
    person(other)
    fresh = Path(tmp_path / "fresh")
    third = second_desk(other, fresh)
    person(third)
    hear(desk, third)  # its admission has not arrived here
    assert now(desk).set_aside == 1
    other.store.close()
    third.store.close()


def test_backup_and_clock(desk: Desk, tmp_path: Path, clock: SetClock) -> None:
    clock.forward(timedelta(hours=1))
    make_backup(desk, tmp_path / "backups")
    assert now(desk).last_backup == "2026-11-23T09:00:00-05:00[America/Panama]"
    assert not now(desk).clock_doubt
    person(desk)
    reader = desk.reader()
    assert status(reader, clock.now() - timedelta(days=2)).clock_doubt
    desk.store.clock_doubt = True
    person(desk)
    assert status(reader).clock_doubt
    reader.close()


def test_the_status_as_plain_values(desk: Desk) -> None:
    plain = json.loads(json.dumps(now(desk).to_json()))
    wanted = {
        "present", "places", "unnamed", "only_here", "only_here_since", "last_receipt", "gaps", "conflicts",
        "set_aside", "clock_doubt", "desks", "last_backup", "practice", "station",
    }  # fmt: skip
    assert wanted <= set(plain) and plain["present"] == 0 and plain["gaps"] == []
