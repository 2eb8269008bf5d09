"""Two answers, done twice, desk by desk, entries that do not count: the real window of a real desk, by keys alone."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from shelterdesk.actions.clock import SetClock
from shelterdesk.actions.counter import serve
from shelterdesk.actions.desk import Desk
from shelterdesk.actions.person_changes import add_document
from shelterdesk.actions.users import add_user
from shelterdesk.core.event import parse
from shelterdesk.core.kinds import FLAG, PERSON
from shelterdesk.core.people import DocumentForm
from shelterdesk.core.severity import Severity
from shelterdesk.core.vocabulary import Confidentiality, DocumentType, Role
from shelterdesk.ui.main_window import MainWindow
from shelterdesk.ui.screens.exchange import ExchangeScreen
from shelterdesk.ui.screens.exchange_conflicts import ConflictsSection
from shelterdesk.ui.screens.exchange_met import MetSection
from shelterdesk.ui.screens.exchange_parts import PartTile
from shelterdesk.ui.screens.exchange_peers import PeersSection
from shelterdesk.ui.screens.exchange_stand import AsideSection
from shelterdesk.ui.screens.people import PeopleScreen
from shelterdesk.ui.screens.settings_section import Section
from tests.actions.at_site import hear, person, second_desk
from tests.apart import Table, make_table
from tests.stations import CHEAP, PASSPHRASE, Template
from tests.sync.test_sealed_conflicts import written_apart
from tests.sync.worlds import World, at
from tests.ui.desk_windows import CTRL, KEY, log_in, press, program
from tests.ui.stick_world import full_world, still

SCREENS = (PeopleScreen, ExchangeScreen)
PEOPLE, EXCHANGE = KEY.Key_1, KEY.Key_2


@pytest.fixture
def table(tmp_path_factory: pytest.TempPathFactory, tmp_path: Path, clock: SetClock) -> Table:
    """Two desks of a station with forty people."""
    world: World = full_world(tmp_path_factory.mktemp("full"), tmp_path)
    return make_table(world.lb, tmp_path, clock)


def put(desk: Desk, ent: str, **values: object) -> None:
    """One change of a person by who works at a desk."""
    assert isinstance(desk.clock, SetClock)
    desk.clock.forward(timedelta(minutes=1))
    with desk.store.write(desk.user) as event:
        for name, value in values.items():
            event.set(PERSON, ent, name, value)


def section_of(window: MainWindow, name: str) -> Section:
    """A part of the exchange, reached by the arrows and gone into with Enter."""
    press(EXCHANGE, CTRL)
    screen = window.current()
    assert isinstance(screen, ExchangeScreen)
    if not isinstance(QApplication.focusWidget(), PartTile):
        press(KEY.Key_Escape)
    names = list(screen.sections)
    away = names.index(name) - names.index(screen.current().name)
    for _ in range(abs(away)):
        press(KEY.Key_Down if away > 0 else KEY.Key_Up)
    press(KEY.Key_Return)
    return screen.current()


def answers_in(qtbot: QtBot, section: ConflictsSection) -> list[str]:
    """The values of the cards shown, once they have arrived."""
    qtbot.waitUntil(lambda: section._asked is not None, timeout=10_000)
    return [card.value.text() for card in section.sides.cards if not card.isHidden()]


def test_a_digit_settles_it_and_ctrl_z_lets_both_stand_again(
    qtbot: QtBot, table: Table, clock: SetClock
) -> None:
    with table.both(other="operator") as (one, two):
        ent, number = person(one, "Ana", surnames="Pérez")
        table.meet(one, two)
        put(one, ent, birth="1990-02-01", note="limps")
        put(two, ent, birth="1991-02-01", note="tired")
        table.meet(one, two)
    with program(qtbot, table.one, clock, SCREENS) as app:
        window = log_in(qtbot, app)
        section = section_of(window, "conflicts")
        assert isinstance(section, ConflictsSection)
        still(qtbot, app)
        assert (section.grave_count.text(), section.parallel_count.text()) == (
            "1 conflict",
            "1 parallel change",
        )
        shown = [section.model.data(section.model.index(line, 0)) for line in range(2)]
        assert shown == ["! conflict", "≈ parallel change"], "a sign and a word, not a colour alone"
        assert QApplication.focusWidget() is section.table.view
        assert answers_in(qtbot, section) == ["February 1, 1991", "February 1, 1990"]
        first, second = section.sides.cards[:2]
        assert first.told.text().startswith("operator · desk LB1A · ") and not first.shown.isHidden()
        assert second.told.text().startswith("admin · this desk · ") and second.shown.isHidden()
        assert section.about.text() == f"{number} · Pérez, Ana — Born"

        press(KEY.Key_2)
        qtbot.waitUntil(lambda: section.model.total == 1)
        assert "“February 1, 1990” from now on" in window.toast.text()
        still(qtbot, app)
        assert answers_in(qtbot, section) == ["tired", "limps"], "the next one stands there at once"
        press(KEY.Key_Z, CTRL)
        qtbot.waitUntil(lambda: section.model.total == 2)
        still(qtbot, app)
        section.table.view.selectRow(0)
        assert answers_in(qtbot, section) == ["February 1, 1991", "February 1, 1990"]
        assert first.told.text().startswith("operator · desk LB1A · "), "as it was, who wrote it too"

        section.table.view.setFocus()
        press(KEY.Key_1)
        qtbot.waitUntil(lambda: section.model.total == 1)
        still(qtbot, app)
        press(KEY.Key_Escape)  # closes the message
        press(KEY.Key_Z, CTRL)
        qtbot.waitUntil(lambda: section.model.total == 2)
        still(qtbot, app)


def test_how_many_wait_is_seen_from_every_screen(qtbot: QtBot, table: Table, clock: SetClock) -> None:
    with table.both(other="operator") as (one, two):
        ent, _ = person(one, "Ana", surnames="Pérez")
        table.meet(one, two)
        put(one, ent, birth="1990-02-01", note="limps")
        put(two, ent, birth="1991-02-01", note="tired")
        table.meet(one, two)
    with program(qtbot, table.one, clock, SCREENS) as app:
        window = log_in(qtbot, app)
        button = next(one for one in window.rail.buttons() if one.name == "exchange")
        qtbot.waitUntil(lambda: button.count == "!1", timeout=10_000)
        assert window.current() is window.screen_named("people")
        assert "1 conflict · 1 parallel change" in button.toolTip() + button.accessibleDescription()
        section = section_of(window, "conflicts")
        screen = window.current()
        assert isinstance(section, ConflictsSection) and isinstance(screen, ExchangeScreen)
        qtbot.waitUntil(lambda: screen.tiles["conflicts"].detail == "1 conflict · 1 parallel change")
        answers_in(qtbot, section)
        press(KEY.Key_1)
        qtbot.waitUntil(lambda: button.count == "≈1", timeout=10_000)
        qtbot.waitUntil(lambda: screen.tiles["conflicts"].detail == "1 parallel change")


def test_from_the_page_of_a_person_to_their_answers_and_back(
    qtbot: QtBot, table: Table, clock: SetClock
) -> None:
    with table.both() as (one, two):
        ent, _ = person(one, "Ana", surnames="Pérez")
        other, _ = person(one, "Luz")
        table.meet(one, two)
        for who in (ent, other):
            put(one, who, given="Anna")
            put(two, who, given="Anne")
        with two.store.write(two.user) as event:
            event.set(PERSON, ent, "sex", "X")
        with one.store.write(one.user) as event:
            event.void(PERSON, ent, "twice")
        table.meet(one, two)
    with program(qtbot, table.one, clock, SCREENS) as app:
        window = log_in(qtbot, app)
        people = window.screen_named("people")
        assert isinstance(people, PeopleScreen)
        people.open_person(ent)
        qtbot.waitUntil(lambda: people.shown is not None, timeout=10_000)
        still(qtbot, app)
        said = [line.told.text() for line in people.view.details._conflicts if not line.isHidden()]
        assert said == [
            "Marked as entered by mistake at one desk, changed at another: the person",
            "Two answers for Given names: Anne / Anna",
        ]
        assert not people.answers_button.isHidden()
        press(KEY.Key_T, CTRL)
        screen = window.current()
        assert isinstance(screen, ExchangeScreen)
        section = screen.current()
        assert isinstance(section, ConflictsSection)
        still(qtbot, app)
        assert section.model.total == 2 and {section.model.row_at(n).ent for n in range(2)} == {ent}
        void = next(n for n in range(2) if section.model.row_at(n).field == "void")
        section.table.view.selectRow(void)
        assert answers_in(qtbot, section) == ["it counts", "entered by mistake: twice"]
        assert "Sex: other" in section.sides.cards[0].apart.text()
        press(KEY.Key_A, CTRL)
        qtbot.waitUntil(lambda: section.model.total == 3)
        section.table.view.selectRow(0)
        still(qtbot, app)
        press(KEY.Key_O, CTRL)
        assert window.current() is people


def test_hundreds_come_in_pages_and_conflicts_can_stand_alone(
    qtbot: QtBot, table: Table, clock: SetClock
) -> None:
    with table.both() as (one, two):
        with one.store.write(one.user) as event:
            many = [event.create(PERSON, {"given": f"P{n}", "sex": "F"}) for n in range(120)]
        table.meet(one, two)
        for desk, sex, note in ((one, "M", "limps"), (two, "X", "tired")):
            with desk.store.write(desk.user) as event:
                for n, ent in enumerate(many):
                    event.set(PERSON, ent, "sex" if n else "note", sex if n else note)
        table.meet(one, two)
    with program(qtbot, table.one, clock, SCREENS) as app:
        window = log_in(qtbot, app)
        section = section_of(window, "conflicts")
        assert isinstance(section, ConflictsSection)
        still(qtbot, app)
        assert section.model.total == 100 and section.table.count_label.text() == "1 to 100"
        press(KEY.Key_PageDown, CTRL)
        qtbot.waitUntil(lambda: section.model.total == 20)
        assert section.table.count_label.text() == "101 to 120"
        assert section.model.row_at(19).severity is Severity.PARALLEL
        still(qtbot, app)
        press(KEY.Key_PageUp, CTRL)
        qtbot.waitUntil(lambda: section.model.total == 100)
        still(qtbot, app)
        press(KEY.Key_G, CTRL)
        still(qtbot, app)
        press(KEY.Key_PageDown, CTRL)
        qtbot.waitUntil(lambda: section.model.total == 19)
        still(qtbot, app)


def test_who_wrote_one_of_them_is_told_so_about_protection(
    qtbot: QtBot, table: Table, clock: SetClock
) -> None:
    with table.both() as (one, two):
        ent, _ = person(one, "Ana")
        with one.store.write(one.user) as event:
            flag = event.create(FLAG, {"person": ent, "name": "look", "instruction": "ask"})
        table.meet(one, two)
        for desk, said in ((one, "call"), (two, "wait")):
            with desk.store.write(desk.user) as event:
                event.set(FLAG, flag, "instruction", said)
        table.meet(one, two)
    with program(qtbot, table.one, clock, SCREENS) as app:
        window = log_in(qtbot, app)
        section = section_of(window, "conflicts")
        assert isinstance(section, ConflictsSection)
        still(qtbot, app)
        answers_in(qtbot, section)
        press(KEY.Key_1)
        qtbot.waitUntil(lambda: "somebody else chooses" in window.toast.text(), timeout=10_000)
        still(qtbot, app)
        assert section.model.total == 1 and answers_in(qtbot, section)


def test_what_was_done_twice_says_what_to_do_and_opens_whom_it_is_about(
    qtbot: QtBot, table: Table, clock: SetClock
) -> None:
    paper = DocumentForm(DocumentType.PASSPORT, "V1234567", "VEN")
    with table.both() as (one, two):
        people = [person(one, name)[1] for name in ("Ana", "Luz", "Eva")]
        table.meet(one, two)
        for desk, number in zip((one, two), people, strict=False):
            add_document(desk, number, paper)
            serve(desk, "LUNCH", people[2])
        table.meet(one, two)
    with program(qtbot, table.one, clock, SCREENS) as app:
        window = log_in(qtbot, app)
        section = section_of(window, "met")
        assert isinstance(section, MetSection)
        still(qtbot, app)
        said = [section.model.data(section.model.index(line, 1)) for line in range(section.model.total)]
        assert said[0] == "One document with two people: V1234567."
        assert said[1].startswith("Given at two counters: Lunch 2026-11-23")
        assert (section.count.text(), section.lesser.text()) == ("1 to put right", "1 just to know")
        assert "Ask whether they are one person" in section.reading.said()[0]
        assert [button.words for button in section.openers if not button.isHidden()] == [
            f"{people[0]} · Ana", f"{people[1]} · Luz",
        ]  # fmt: skip
        press(KEY.Key_Return)
        screen = window.current()
        assert isinstance(screen, PeopleScreen)
        qtbot.waitUntil(lambda: screen.shown is not None and screen.shown.number == people[0], timeout=10_000)
        still(qtbot, app)


def test_what_is_missing_of_a_desk_is_named_in_words_to_be_copied(
    qtbot: QtBot, table: Table, clock: SetClock
) -> None:
    with table.both() as (one, two):
        for n in range(5):
            person(two, f"P{n}")
        lines = [
            parse(line)
            for (line,) in two.store.conn.execute(
                "SELECT line FROM event WHERE dev = ? ORDER BY seq DESC LIMIT 2", (two.who.dev,)
            )
        ]
        one.store.take_in([lines[0]])
        held = one.store.conn.execute(
            "SELECT max(last_seq) FROM event WHERE dev = ? AND last_seq <= ?",
            (two.who.dev, lines[1].last_seq),
        ).fetchone()[0]
    clock.forward(timedelta(days=15))
    with program(qtbot, table.one, clock, SCREENS) as app:
        window = log_in(qtbot, app)
        section = section_of(window, "peers")
        assert isinstance(section, PeersSection)
        still(qtbot, app)
        assert QApplication.focusWidget() is section.table.view
        said = f"Desk LB1A: entries {held + 1}–{lines[1].last_seq} are missing. Ask there to write a stick again for LB."
        assert said in section.told.said()
        assert any("Nothing was heard of LB1A for 15 days" in line for line in section.told.said())
        assert section.alarm.text() == "1 desk to look at"
        press(KEY.Key_K, CTRL)
        assert QGuiApplication.clipboard().text() == said
        assert window.toast.text() == "1 sentence copied."
        assert section.bundles.total == 1 and section.bundles.row_at(0).held == 1


def test_entries_that_do_not_count_say_whose_they_are_and_what_would_admit_them(
    qtbot: QtBot, table: Table, clock: SetClock, tmp_path: Path
) -> None:
    with at(table.one, clock) as one:
        stranger = second_desk(one, tmp_path / "stranger")
        hidden = second_desk(stranger, tmp_path / "hidden")
        for n in range(3):
            person(hidden, f"P{n}")
        hear(one, hidden)
        with one.store.transaction() as conn:
            conn.execute("INSERT INTO newer_field (kind, field, entries) VALUES (?, 99, 4)", (PERSON.number,))
        stranger.store.close()
        hidden.store.close()
    with program(qtbot, table.one, clock, SCREENS) as app:
        window = log_in(qtbot, app)
        section = section_of(window, "aside")
        assert isinstance(section, AsideSection)
        still(qtbot, app)
        assert section.entries.total == 1 and section.count.text() == "3"
        row = section.entries.row_at(0)
        assert (row.user, row.reason, row.entries) == ("admin", "unknown_desk", 3)
        assert "Nobody here knows the desk that wrote it." in section.reading.said()[0]
        assert "Take in the admission of that desk" in section.reading.said()[0]
        assert section.newer.said() == [
            "1 newer field in 4 entries. They are kept and passed on whole; update the program on this laptop to see them."
        ]


def test_whoever_may_not_choose_has_no_such_screen(qtbot: QtBot, table: Table, clock: SetClock) -> None:
    with at(table.one, clock) as one:
        add_user(one, "gateway", frozenset({Role.GATE}), PASSPHRASE, cost=CHEAP)
    with program(qtbot, table.one, clock, SCREENS) as app:
        window = log_in(qtbot, app, "gateway")
        assert window.names() == ("people",)
    with program(qtbot, table.one, clock, SCREENS) as app:
        window = log_in(qtbot, app, "operator")
        section = section_of(window, "conflicts")
        assert isinstance(section, ConflictsSection)
        still(qtbot, app)
        assert section.model.total == 0


def test_a_holder_opens_the_sealed_ones_and_they_close_when_the_part_is_left(
    qtbot: QtBot, station_template: Template, desk: Desk, clock: SetClock
) -> None:
    add_user(
        desk, "pia", frozenset({Role.PROTECTION}), PASSPHRASE, recovery_code=station_template.recovery_code, cost=CHEAP
    )  # fmt: skip
    ent, _ = person(desk, "Ana")
    written_apart(
        {"admin": desk},
        Confidentiality.PROTECTION,
        ent,
        ("admin", "alone", ""),
        ("admin", "with an aunt", ""),
    )
    desk.close()
    with program(qtbot, desk.folder, clock, SCREENS) as app:
        window = log_in(qtbot, app)
        section = section_of(window, "conflicts")
        assert isinstance(section, ConflictsSection)
        still(qtbot, app)
        assert section.model.total == 0 and section.sealed_button.isHidden()
        assert section.sealed.said() == ["1 sealed entry has two versions; whoever holds its key chooses."]
    with program(qtbot, desk.folder, clock, SCREENS) as app:
        window = log_in(qtbot, app, "pia")
        section = section_of(window, "conflicts")
        assert isinstance(section, ConflictsSection)
        still(qtbot, app)
        assert section.model.total == 0
        press(KEY.Key_S, CTRL)
        qtbot.waitUntil(lambda: section.model.total == 1)
        assert set(answers_in(qtbot, section)) == {"Text: alone", "Text: with an aunt"}
        press(PEOPLE, CTRL)
        press(EXCHANGE, CTRL)
        still(qtbot, app)
        assert section.model.total == 0, "closed again"
        section.table.view.setFocus()
        press(KEY.Key_S, CTRL)
        qtbot.waitUntil(lambda: section.model.total == 1)
        answers_in(qtbot, section)
        section.table.view.setFocus()
        press(KEY.Key_1)
        qtbot.waitUntil(lambda: section.sealed.said() == [] and section.model.total == 0)
        still(qtbot, app)
        assert "alone" not in window.toast.text() and "aunt" not in window.toast.text()
        press(KEY.Key_Z, CTRL)
        qtbot.waitUntil(lambda: section.sealed.said() != [])
        still(qtbot, app)
