"""A boat's family from the water to its cards, by keyboard alone on a real station."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from shelterdesk.actions.clock import SetClock
from shelterdesk.actions.desk import Desk, open_desk
from shelterdesk.actions.people import find_people
from shelterdesk.core.vocabulary import HouseholdRole, Missing
from shelterdesk.db.households import Household, household, households_of
from shelterdesk.db.person_page import PersonPage, person_page
from shelterdesk.ui.screens.people_words import missing_words
from tests.stations import PASSPHRASE
from tests.ui.reception_at_work import ALT, CTRL, KEY, AtWork, plan_the_site, reception

SPECIMEN_I = "P<VENGONZALEZ<RODRIGUEZ<<MARIA<JOSE<<<<<<<<<", "0123456784VEN9502286F2801153<<<<<<<<<<<<<<<0"


@pytest.fixture
def planned(station_folder: Path, clock: SetClock) -> Path:
    """A station with beds."""
    plan_the_site(station_folder, clock)
    return station_folder


def pages_of(desk: Desk, text: str) -> list[PersonPage]:
    """The pages of whoever answers to some words."""
    reader = desk.reader()
    try:
        found = [person_page(reader, bytes.fromhex(one.ent)) for one in find_people(desk, reader, text)]
        return [page for page in found if page is not None]
    finally:
        reader.close()


def family_of(desk: Desk, person: str) -> Household:
    """The household somebody belongs to."""
    reader = desk.reader()
    try:
        ent = households_of(reader.conn, bytes.fromhex(person))[0]
        found = household(reader.conn, ent, desk.clock.now().date())
        assert found is not None
        return found
    finally:
        reader.close()


def mother(work: AtWork) -> None:
    """The first member comes from her passport: F3, two lines as a reader types them, the rest by hand."""
    work.press(KEY.Key_F3)
    work.enter(*SPECIMEN_I)
    assert work.label == "Born in", "the scan leads to the first field the passport does not answer"
    work.enter("vene", "es, fr")
    work.press(KEY.Key_Return)  # the kind of paper is known
    work.press(KEY.Key_Return)  # and its number
    work.enter("n", "n", "n", "n")
    work.enter("07:50", "bajo")
    assert work.label == "Bed"
    work.press(KEY.Key_Return)


def father(work: AtWork) -> None:
    """A further member: the surname is proposed and typed over, the age is said, a paper was lost."""
    assert work.label == "Surnames"
    assert work.text_in("surnames") == "Gonzalez Rodriguez"
    work.enter("Pérez", "José", "unos 40", "m", "ven", "col", "husb", "es", "lost")
    work.enter(*"nnnn")  # the number of a lost paper is not asked for


def test_a_family_of_five_by_keyboard_alone(
    planned: Path, clock: SetClock, qtbot: QtBot, tmp_path: Path
) -> None:
    with reception(planned, clock, qtbot) as work:
        mother(work)
        father(work)
        # A daughter whose birth is partly known, with two nationalities.
        work.enter("", "Ana", "05/2016", "f", "ven, chile", "chile", "daughter", "es")
        work.press(KEY.Key_N, ALT)  # the kind of paper takes no reason: nothing happens
        work.enter("", "", "", "", "", "")
        # A grandmother who does not want to say when she was born.
        work.enter("Rodríguez", "Rosa")
        work.press(KEY.Key_R, ALT)
        assert work.reason_in("birth") == missing_words(Missing.REFUSED)
        work.enter("", "f")
        work.press(KEY.Key_U, ALT)
        assert work.reason_in("nationality") == missing_words(Missing.UNKNOWN)
        work.enter("", "-", "grandparent", "", "", "", "", "", "", "")
        # A baby.
        work.enter("", "Luz", "3 meses", "f", "ven", "ven", "daughter")
        work.rest()
        assert len(work.screen.family.tiles.tiles) == 5
        assert work.screen.family.together.bed.is_proposed
        work.save()
        said = work.window.toast.text()
        assert "Family LB1-H0001-" in said and "5 people" in said
        assert "5 cards go to print" in said
        assert [pages[:5] for pages in work.printed] == [b"%PDF-"]
        assert work.screen.draft() == {}
        assert work.focused is work.screen.family.first_editor()

    desk = open_desk(planned, "admin", PASSPHRASE, clock)
    try:
        (maria,) = pages_of(desk, "012345678")
        assert (maria.record.text("surnames"), maria.record.text("given")) == (
            "Gonzalez Rodriguez",
            "Maria Jose",
        )
        assert maria.record.text("birth") == "1995-02-28"
        assert maria.record.values["nationality"] == ["VEN"]
        assert maria.record.values["languages"] == ["es", "fr"]
        assert maria.record.text("arrived_at").startswith("2026-11-23T07:50:00-05:00")
        assert maria.record.text("entry_route") == "BAJO_CHIQUITO"
        (paper,) = maria.sections["documents"]
        assert paper.text("expiry") == "2028-01-15" and paper.values["mrz_check"]["valid"] is True
        people = {m.name.rpartition(", ")[2]: m for m in family_of(desk, maria.ent).members}
        assert set(people) == {"Maria Jose", "José", "Ana", "Rosa", "Luz"}
        assert people["Maria Jose"].role == HouseholdRole.HEAD
        assert people["José"].birth == "~1986/2026-11-23" and people["José"].relation == "SPS"
        assert people["Ana"].birth == "2016-05" and people["Ana"].relation == "CHILD"
        assert people["Ana"].name == "Gonzalez Rodriguez, Ana", "the surname proposed was taken"
        assert people["Luz"].birth == "~2026-08/2026-11-23"
        (rosa,) = pages_of(desk, "Rosa")
        assert rosa.record.missing["birth"] == Missing.REFUSED
        assert rosa.record.missing["nationality"] == Missing.UNKNOWN
        assert rosa.record.missing["birth_country"] == Missing.REFUSED
        assert rosa.record.missing["last_residence"] == Missing.NOT_ASKED
        (ana,) = pages_of(desk, "Ana")
        assert ana.record.values["nationality"] == ["VEN", "CHL"]
        for page in (maria, rosa, ana):
            assert len(page.sections["stays"]) == 1, "everybody has a bed"
            assert len(page.sections["cards"]) == 1
    finally:
        desk.close()


def test_undo_takes_the_family_and_its_cards_back(
    planned: Path, clock: SetClock, qtbot: QtBot, tmp_path: Path
) -> None:
    with reception(planned, clock, qtbot) as work:
        work.enter("Quispe", "Eva", "1990")
        work.save()
        assert "1 card goes to print" in work.window.toast.text()
        work.press(KEY.Key_Z, CTRL)
        work.rest()
        assert "1 person is taken back" in work.window.toast.text()
        assert "1 card is no longer good" in work.window.toast.text()
    desk = open_desk(planned, "admin", PASSPHRASE, clock)
    try:
        assert pages_of(desk, "Quispe") == []
    finally:
        desk.close()


def test_a_boat_is_counted_and_its_first_token_named(
    planned: Path, clock: SetClock, qtbot: QtBot, tmp_path: Path
) -> None:
    with reception(planned, clock, qtbot) as work:
        work.press(KEY.Key_F4)
        assert work.label == "People"
        work.enter("2", "Boat 14", "07:45", "bajo")
        work.save()
        assert "Token LB1-T0001-" in work.window.toast.text()
        assert work.label == "People", "the boat's next group follows at once"
        work.type("3")
        work.save()
        work.press(KEY.Key_Escape)
        tokens = work.screen.tokens.all_tokens()
        assert [(one.counter, one.group.head_count, one.group.vehicle) for one in tokens] == [
            (1, 2, "Boat 14"),
            (2, 3, "Boat 14"),
        ]
        assert QApplication.focusWidget() is work.screen.family.first_editor()
        work.press(KEY.Key_F5)
        assert work.screen.family.token_pill.text() == "Token 1"
        assert work.screen.family.count_words.text() == "2 counted"
        work.enter("Diallo", "Omar", "1990")
        work.save()
        model = work.screen.tokens.model
        cells = [[model.index(row, column).data() for column in range(3)] for row in range(model.rowCount())]
        assert cells == [["1", "Diallo, 2 people", "1 of 2"], ["2", "3 counted", "waiting"]]
        assert "5 people in the house now · 4 without a name yet" in work.screen.tokens.present.text()
        work.press(KEY.Key_F5)
        assert work.screen.family.token_pill.text() == "Token 2", "who has waited longest comes next"
    desk = open_desk(planned, "admin", PASSPHRASE, clock)
    try:
        (omar,) = pages_of(desk, "Diallo")
        assert omar.record.text("arrived_at").startswith("2026-11-23T07:45"), "he came when his boat did"
        assert omar.record.text("entry_route") == "BAJO_CHIQUITO"
    finally:
        desk.close()
