"""The office: made, stations enrolled by letters, posts and the matrix; practice and real never meet."""

from __future__ import annotations

import csv
import json
from datetime import date, timedelta
from pathlib import Path

import pytest

from shelterdesk.actions.clock import SetClock
from shelterdesk.actions.desk import Desk
from shelterdesk.actions.exchange import export_bundle
from shelterdesk.actions.offices import (
    accept_reply,
    enrol,
    enrol_request,
    list_posts,
    new_office,
    publish_matrix,
    read_enrol_request,
    read_reply,
)
from shelterdesk.actions.taking_in import import_from
from shelterdesk.core.errors import BadField, DamagedFile, NotAllowed, NotFound, Refused, WorldError
from shelterdesk.core.kinds import PERSON, SAME_AS
from shelterdesk.core.roster import OfficeEntry
from shelterdesk.core.vocabulary import Role
from shelterdesk.db.receipts import note_said
from shelterdesk.db.statements import statements
from shelterdesk.db.store import Store
from shelterdesk.keys import keyfile
from shelterdesk.keys.recovery import identity_of
from shelterdesk.startup import FILE
from tests.stations import CHEAP, PASSPHRASE, make_template
from tests.sync.conftest import made_world, stick, world
from tests.sync.worlds import World, at, join, register

__all__ = ["made_world", "stick", "world"]


def test_an_office_stands_alone_and_its_folder_is_kept(tmp_path: Path, clock: SetClock) -> None:
    made = new_office(tmp_path / "o", " Central ", "chief", PASSPHRASE, clock, cost=CHEAP)
    desk = made.desk
    assert desk.who.is_office and desk.who.station == "" and desk.who.name == "Central"
    assert desk.roster.office is not None and desk.roster.office.dev == desk.who.dev
    desk.close()
    with at(tmp_path / "o", clock, "chief") as again:
        assert again.user.roles >= {Role.ADMIN, Role.STATISTICIAN}
    with pytest.raises(Refused):
        new_office(tmp_path / "o", "Central", "chief", PASSPHRASE, clock, cost=CHEAP)
    for name, admin in (("", "chief"), ("Central", " ")):
        with pytest.raises(BadField):
            new_office(tmp_path / "p", name, admin, PASSPHRASE, clock, cost=CHEAP)


def office_of(desk: Desk) -> OfficeEntry | None:
    """The office that rules at a desk now."""
    return desk.roster.office


def test_enrolment_pins_the_office_and_lets_escrow_in(world: World, clock: SetClock) -> None:
    with at(world.lb, clock) as lb, at(world.office, clock) as office:
        ours = lb.roster.office
        assert ours is not None and ours.sign == office.store.keys.public
        assert keyfile.recipients(world.lb, keyfile.ESCROW) == (ours.escrow,)
        assert set(lb.roster.stations) == {"LB"}  # MT came after LB's reply
        assert set(office.roster.stations) == {"LB", "MT"}
        assert lb.roster.class_key("safeguarding", "LB") is not None
        assert len(lb.roster.recipients("LB")) == 3
        wraps = {user.name for user in lb.roster.users.values() if user.station == "MT"}
        assert not wraps
    file_key = keyfile.unlock_with_identity(world.lb, identity_of(world.escrow_code))
    store = Store(world.lb / FILE, file_key, clock)
    assert store.who.station == "LB"
    store.close()


def test_a_later_roster_reaches_a_station_by_bundle(world: World, stick: Path, clock: SetClock) -> None:
    with at(world.office, clock) as office:
        export_bundle(office, stick, "LB")
        number = office.roster.number
    with at(world.lb, clock) as lb:
        assert lb.roster.number < number
        assert import_from(lb, stick).result.is_clean
        assert lb.roster.number == number and set(lb.roster.stations) == {"LB", "MT"}
        assert {user.station for user in lb.roster.users.values()} == {"LB", ""}


def test_words_are_compared(tmp_path: Path, clock: SetClock) -> None:
    make_template(tmp_path / "s")
    office = new_office(tmp_path / "o", "Central", "chief", PASSPHRASE, clock, cost=CHEAP).desk
    request, reply = tmp_path / "request", tmp_path / "reply"
    with at(tmp_path / "s", clock, "admin") as desk:
        asked = enrol_request(desk, request).result
        assert read_enrol_request(request).words == asked.words
        enrolled = enrol(office, request, reply, "LB").result
        assert enrolled.words == asked.words and enrolled.desks == ("LB1",)
        offered = read_reply(reply)
        assert (offered.office, offered.words) == ("Central", enrolled.office_words)
        with pytest.raises(Refused):
            accept_reply(desk, reply, asked.words)
        assert office_of(desk) is None
        accept_reply(desk, reply, [word.upper() for word in offered.words])
        accept_reply(desk, reply, offered.words)  # once more changes nothing
        assert office_of(desk) is not None
        assert sum(s.kind == "adoption" for s in statements(desk.store.conn)) == 2
    office.close()


def test_two_stations_of_one_code_are_refused(world: World, tmp_path: Path, clock: SetClock) -> None:
    make_template(tmp_path / "other", code="LB")
    request = tmp_path / "request"
    with at(tmp_path / "other", clock, "admin") as desk:
        enrol_request(desk, request)
    with at(world.office, clock) as office:
        before = office.roster.number
        with pytest.raises(Refused, match="Another station"):
            enrol(office, request, tmp_path / "reply")
        with pytest.raises(Refused, match="not MT"):
            enrol(office, request, tmp_path / "reply", "MT")
        assert office.roster.number == before and not (tmp_path / "reply").exists()


def test_enrolling_again_is_answered_again(world: World, tmp_path: Path, clock: SetClock) -> None:
    with at(world.lb, clock) as lb, at(world.office, clock) as office:
        enrol_request(lb, tmp_path / "request")
        enrol(office, tmp_path / "request", tmp_path / "reply")
        accept_reply(lb, tmp_path / "reply", read_reply(tmp_path / "reply").words)
        assert lb.roster.number == office.roster.number


@pytest.mark.parametrize(("station", "office"), [(True, False), (False, True)])
def test_practice_and_real_never_meet(tmp_path: Path, clock: SetClock, station: bool, office: bool) -> None:
    make_template(tmp_path / "s", practice=station)
    chief = new_office(tmp_path / "o", "C", "chief", PASSPHRASE, clock, is_practice=office, cost=CHEAP).desk
    with at(tmp_path / "s", clock, "admin") as desk:
        enrol_request(desk, tmp_path / "request")
        with pytest.raises(Refused, match="never mixed"):
            enrol(chief, tmp_path / "request", tmp_path / "reply")
    chief.close()


def test_practice_enrols_at_a_practice_office(tmp_path: Path, clock: SetClock) -> None:
    make_template(tmp_path / "s", practice=True)
    chief = new_office(tmp_path / "o", "C", "chief", PASSPHRASE, clock, is_practice=True, cost=CHEAP).desk
    with at(tmp_path / "s", clock, "admin") as desk:
        enrol_request(desk, tmp_path / "request")
        enrol(chief, tmp_path / "request", tmp_path / "reply")
        accept_reply(desk, tmp_path / "reply", read_reply(tmp_path / "reply").words)
        assert desk.roster.is_practice and chief.roster.is_practice
    chief.close()


def test_a_station_has_one_office(world: World, tmp_path: Path, clock: SetClock) -> None:
    first = new_office(tmp_path / "first", "First", "chief", PASSPHRASE, clock, cost=CHEAP).desk
    rival = new_office(tmp_path / "rival", "Rival", "chief", PASSPHRASE, clock, cost=CHEAP).desk
    make_template(tmp_path / "s")
    with at(tmp_path / "s", clock, "admin") as desk:
        enrol_request(desk, tmp_path / "request")
        for office in (first, rival):
            enrol(office, tmp_path / "request", tmp_path / office.who.name)
        accept_reply(desk, tmp_path / "First", read_reply(tmp_path / "First").words)
        with pytest.raises(Refused, match="already"):
            accept_reply(desk, tmp_path / "Rival", read_reply(tmp_path / "Rival").words)
        assert desk.roster.office is not None and desk.roster.office.name == "First"
        enrol_request(desk, tmp_path / "again")
        with pytest.raises(Refused, match="already"):
            enrol(rival, tmp_path / "again", tmp_path / "no")
    assert rival.roster.office is not None and rival.roster.office.name == "Rival"
    first.close()
    rival.close()


def test_letters_that_are_none(world: World, tmp_path: Path, clock: SetClock) -> None:
    with at(world.lb, clock) as lb, at(world.office, clock) as office:
        enrol_request(lb, tmp_path / "request")
        good = json.loads((tmp_path / "request").read_text())
        for change in (
            {"statement": good["statement"].replace('"LB"', '"XX"')},
            {"signature": ""},
            {"shelterdesk": "admission"},
            {"statement": 7},
        ):
            (tmp_path / "bad").write_text(json.dumps(good | change))
            with pytest.raises(WorldError):
                enrol(office, tmp_path / "bad", tmp_path / "reply")
        for raw in (b"", b"{}", b"[]", b"\xff", b"[" * 5000):
            (tmp_path / "bad").write_bytes(raw)
            with pytest.raises(DamagedFile):
                enrol(office, tmp_path / "bad", tmp_path / "reply")
        with pytest.raises(NotFound):
            enrol(office, tmp_path / "none", tmp_path / "reply")
        with pytest.raises(Refused):
            enrol(lb, tmp_path / "request", tmp_path / "reply")
        with pytest.raises(Refused):
            enrol_request(office, tmp_path / "request")
        assert not (tmp_path / "reply").exists()


def test_posts_say_who_was_heard(world: World, stick: Path, clock: SetClock) -> None:
    with at(world.mt, clock) as mt:
        register(mt, "Ana")
        export_bundle(mt, stick)
    with at(world.office, clock) as office:
        import_from(office, stick)
        lb, mt_post = list_posts(office)
        assert (lb.station, lb.last_heard_ms, lb.contiguous) == ("LB", None, ())
        assert mt_post.last_heard_ms is not None and mt_post.contiguous[0].desk == "MT1"
        assert (mt_post.set_aside, mt_post.conflicts, mt_post.gaps) == (0, 0, ())
    with at(world.lb, clock, "operator") as desk, pytest.raises(NotAllowed):
        list_posts(desk)


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(newline="") as stream:
        return [row for row in csv.DictReader(stream) if not row["station"].startswith("#")]


def test_the_matrix_counts_each_person_once_and_says_what_it_lacks(
    world: World, stick: Path, clock: SetClock, tmp_path: Path
) -> None:
    month = timedelta(days=31)
    with at(world.lb, clock) as lb:
        ana, _ = register(lb, "Ana", "Berta")
        with lb.store.write(lb.user) as event:
            event.set(PERSON, ana, "nationality", ["VEN"])
            gone = event.create(PERSON, {"given": "Zoe", "arrived_at": event.now, "station": "LB"})
        with lb.store.write(lb.user) as event:
            event.void(PERSON, gone, "entered twice")
    with at(world.mt, clock) as mt:
        (again,) = register(mt, "Anna")
        with mt.store.write(mt.user) as event:
            event.set(PERSON, again, "nationality", ["VEN"])
    with at(world.lb, clock) as lb:
        with lb.store.write(lb.user) as event:
            event.create(SAME_AS, {"person": ana, "other": again, "verdict": "same", "decided_at": event.now})
        clock.forward(month)
        register(lb, "Carla")
        export_bundle(lb, stick)
    with at(world.mt, clock) as mt:
        export_bundle(mt, stick)
    out = tmp_path / "matrix.csv"
    with at(world.office, clock) as office:
        assert import_from(office, stick).result.is_clean
        published = publish_matrix(office, date(2026, 10, 1), date(2026, 12, 31), out).result
        log = office.store.conn.execute("SELECT detail FROM access WHERE subject_kind = 'matrix'").fetchall()
        assert log == [("2026-10-01/2026-12-31",)]
    rows = rows_of(out)
    assert published.rows == len(rows)
    cells = {
        (r["station"], r["period_start"], r["nationality_iso3"]): (r["total"], r["status"]) for r in rows
    }
    assert cells["LB", "2026-11-01", "VEN"] == ("1", "PR")  # its records begin within the month
    assert cells["LB", "2026-11-01", "XXX"] == ("1", "PR")
    assert cells["LB", "2026-12-01", "XXX"] == ("1", "PR")  # and the month is not over
    assert ("MT", "2026-11-01", "VEN") not in cells  # the same person, counted at the first arrival
    assert cells["MT", "2026-10-01", ""] == ("", "ND") == cells["LB", "2026-10-01", ""]
    notes = {(r["station"], r["period_start"]): r["note"] for r in rows}
    assert "begin" in notes["LB", "2026-10-01"]
    assert all("Ana" not in line for line in out.read_text().splitlines())


def test_a_month_all_here_without_anybody_is_a_true_zero(
    world: World, stick: Path, clock: SetClock, tmp_path: Path
) -> None:
    with at(world.lb, clock) as lb:
        register(lb, "Ana")
        clock.forward(timedelta(days=70))
        register(lb, "Berta")
        export_bundle(lb, stick)
    out = tmp_path / "matrix.csv"
    with at(world.office, clock) as office:
        import_from(office, stick)
        publish_matrix(office, date(2026, 12, 1), date(2026, 12, 31), out)
        lb_row, mt_row = rows_of(out)
        assert (lb_row["total"], lb_row["status"]) == ("0", "0")
        assert (mt_row["total"], mt_row["status"]) == ("", "ND")
        with pytest.raises(BadField):
            publish_matrix(office, date(2026, 12, 1), date(2026, 11, 1), out)


def test_gaps_make_a_month_provisional(world: World, stick: Path, clock: SetClock, tmp_path: Path) -> None:
    with at(world.lb, clock) as lb:
        register(lb, "Ana")
        clock.forward(timedelta(days=40))
        register(lb, "Berta")
        clock.forward(timedelta(days=40))
        register(lb, "Carla")
        dev = lb.who.dev
        export_bundle(lb, stick)
    with at(world.office, clock) as office:
        import_from(office, stick)
        with office.store.transaction() as conn:
            note_said(conn, [(dev, 0, 9_999)], 1, 1)
        publish_matrix(office, date(2027, 1, 1), date(2027, 1, 31), tmp_path / "m.csv")
        row = rows_of(tmp_path / "m.csv")[0]
        assert row["status"] == "PR" and "missing" in row["note"]


def test_a_desk_of_the_table_meets_the_office_through_its_neighbour(tmp_path: Path, clock: SetClock) -> None:
    """Only one desk took the office's reply in; the others follow its adoption, and escrow opens them too."""
    make_template(tmp_path / "first")
    join(tmp_path / "first", tmp_path / "second", clock)
    made = new_office(tmp_path / "o", "Central", "chief", PASSPHRASE, clock, cost=CHEAP)
    carried = tmp_path / "carried"
    carried.mkdir()
    with at(tmp_path / "first", clock, "admin") as desk:
        enrol_request(desk, tmp_path / "request")
        assert enrol(made.desk, tmp_path / "request", tmp_path / "reply").result.desks == ("LB1", "LB1A")
        accept_reply(desk, tmp_path / "reply", read_reply(tmp_path / "reply").words)
        export_bundle(desk, carried, "LB")
    with at(tmp_path / "second", clock, "admin") as desk:
        assert office_of(desk) is None
        assert import_from(desk, carried).result.is_clean
        office = office_of(desk)
        assert office is not None and office.name == "Central"
        assert keyfile.recipients(tmp_path / "second", keyfile.ESCROW) == (office.escrow,)
        assert export_bundle(desk, carried).result.office_can_open
    assert import_from(made.desk, carried).result.is_clean
    made.desk.close()
