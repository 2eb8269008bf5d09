"""The exchange screen of a real station: sticks that are good, damaged, strange or gone, desks and an office joining."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from shelterdesk.actions.admission import finish_join, join_request, read_admission
from shelterdesk.actions.clock import SetClock
from shelterdesk.actions.exchange import Exported, export_bundle
from shelterdesk.actions.offices import desk_words, enrol, new_office
from shelterdesk.actions.taking_in import Imported, PartTaken
from shelterdesk.core.changes import Done
from shelterdesk.ui.main_window import MainWindow
from shelterdesk.ui.screens import exchange_stick
from shelterdesk.ui.screens.exchange import ExchangeScreen
from shelterdesk.ui.screens.exchange_admit import AdmitSection
from shelterdesk.ui.screens.exchange_enrol import EnrolSection
from shelterdesk.ui.screens.exchange_stand import AsideSection, StandSection
from shelterdesk.ui.screens.exchange_stick import StickSection, left_out_said
from shelterdesk.ui.screens.exchange_words import exported_said, gaps_said, imported_said, size_said
from shelterdesk.ui.sticks import Stick, is_removable, sticks
from shelterdesk.ui.widgets import Tone
from tests.stations import CHEAP, PASSPHRASE
from tests.sync.worlds import World, at, parts_in, register
from tests.ui.desk_windows import CTRL, KEY, press, type_text
from tests.ui.stick_world import EXCHANGE, at_work, fresh, full_world, still


@pytest.fixture
def world(tmp_path_factory: pytest.TempPathFactory, tmp_path: Path) -> World:
    """An office, and a station with forty people."""
    return full_world(tmp_path_factory.mktemp("full"), tmp_path)


def screen_of(window: MainWindow) -> ExchangeScreen:
    """The exchange screen, open."""
    screen = window.current()
    assert isinstance(screen, ExchangeScreen)
    return screen


def stick_of(window: MainWindow) -> StickSection:
    """Its part with the big button."""
    section = screen_of(window).current()
    assert isinstance(section, StickSection)
    return section


def go(qtbot: QtBot, window: MainWindow, folder: Path, key: KEY = KEY.Key_Return) -> list[str]:
    """Type a folder and press the key of an exchange; what is said then."""
    section = stick_of(window)
    section.outcome.show_lines([])
    section.folder.line.setFocus()
    press(KEY.Key_A, CTRL)
    type_text(str(folder))
    press(key, CTRL)
    qtbot.waitUntil(
        lambda: section.exchange_button.isEnabled() and bool(section.outcome.said()), timeout=20_000
    )
    return section.outcome.said()


def part(window: MainWindow, name: str) -> None:
    """From wherever one is to another part of the screen, by the arrows."""
    press(KEY.Key_Escape)
    screen = screen_of(window)
    names = list(screen.sections)
    away = names.index(name) - names.index(screen.current().name)
    for _ in range(abs(away)):
        press(KEY.Key_Down if away > 0 else KEY.Key_Up)
    assert screen.current().name == name


def test_it_says_what_is_only_here_before_anything_is_done(
    qtbot: QtBot, world: World, clock: SetClock
) -> None:
    with at_work(qtbot, world.lb, clock, EXCHANGE) as (_, window):
        section = stick_of(window)
        assert section.state is not None
        said = section.standing.said()
        assert said[0].startswith(f"{section.state.only_here} records exist only on this desk, since 08:00")
        assert said[1] == "The office has not confirmed anything yet."
        assert section.audience_field.isHidden(), "a table of one desk writes for the office"
        press(KEY.Key_Return, CTRL)
        assert "Plug a stick in" in section.folder.field.mistake.text()
        assert section.outcome.said() == []


def test_parts_records_and_size_are_told_and_a_second_stick_gets_all_of_it(
    qtbot: QtBot, world: World, clock: SetClock, tmp_path: Path
) -> None:
    with at_work(qtbot, world.lb, clock, EXCHANGE) as (app, window):
        said = go(qtbot, window, fresh(tmp_path / "one"))
        assert said[0] == "Nothing from others lies there."
        assert said[1].startswith("Written and read back: ")
        still(qtbot, app)
        assert "All of them are on a stick" in stick_of(window).standing.said()[1]
        assert parts_in(tmp_path / "one")
        said = go(qtbot, window, fresh(tmp_path / "two"), KEY.Key_E)
        assert said[0].startswith("Written and read back: ")
        assert len(parts_in(tmp_path / "two")) >= len(parts_in(tmp_path / "one"))


def test_what_is_wrong_with_a_folder_is_a_sentence(
    qtbot: QtBot, world: World, clock: SetClock, tmp_path: Path
) -> None:
    strange = fresh(tmp_path / "strange")
    (strange / "SHELTERDESK").write_text("a shopping list")
    with at_work(qtbot, world.lb, clock, EXCHANGE) as (app, window):
        assert (
            "Nothing from ShelterDesk lies there."
            in go(qtbot, window, fresh(tmp_path / "empty"), KEY.Key_I)[0]
        )
        assert "Something that is no folder is called SHELTERDESK" in go(qtbot, window, strange, KEY.Key_E)[0]
        section = stick_of(window)
        section.folder.line.setFocus()
        press(KEY.Key_A, CTRL)
        type_text(str(tmp_path / "pulled"))
        press(KEY.Key_Return, CTRL)
        assert "Plug a stick in" in section.folder.field.mistake.text()
        still(qtbot, app)
        assert (strange / "SHELTERDESK").read_text() == "a shopping list"


@pytest.mark.skipif(sys.platform == "win32" or os.geteuid() == 0, reason="this account may write everywhere")
def test_a_write_protected_stick_is_said(qtbot: QtBot, world: World, clock: SetClock, tmp_path: Path) -> None:
    stick = fresh(tmp_path / "locked")
    stick.chmod(0o500)
    with at_work(qtbot, world.lb, clock, EXCHANGE) as (_, window):
        assert "write-protected" in go(qtbot, window, stick, KEY.Key_E)[0]


def test_a_damaged_part_is_refused_with_a_reason_and_a_good_copy_clears_it(
    qtbot: QtBot, world: World, clock: SetClock, tmp_path: Path
) -> None:
    stick = fresh(tmp_path / "from-office")
    with at(world.lb, clock) as desk:
        first = fresh(tmp_path / "out")
        export_bundle(desk, first)
    with at(world.mt, clock) as desk:
        register(desk, "Amina")
    with at(world.office, clock) as desk:
        export_bundle(desk, stick, "LB")
    damaged = parts_in(stick)[0]
    good = damaged.read_bytes()
    damaged.write_bytes(good[:-1] + bytes([good[-1] ^ 1]))
    with at_work(qtbot, world.lb, clock, EXCHANGE) as (app, window):
        said = " ".join(go(qtbot, window, stick, KEY.Key_I))
        assert "1 part was" in said
        assert damaged.name in said
        assert "damaged or changed on the way" in said
        part(window, "aside")
        section = screen_of(window).current()
        assert isinstance(section, AsideSection)
        still(qtbot, app)
        assert section.model.rowCount() == 1
        assert section.count.text() == "1"
        press(KEY.Key_Tab)
        section.table.view.setFocus()
        qtbot.waitUntil(lambda: bool(section.reading.said()))
        assert "Have it written again" in section.reading.said()[0]

        damaged.write_bytes(good)
        part(window, "stick")
        go(qtbot, window, stick, KEY.Key_I)
        still(qtbot, app)
        part(window, "aside")
        still(qtbot, app)
        assert section.model.rowCount() == 0
        assert section.count.isHidden()


def test_who_was_heard_and_when(qtbot: QtBot, world: World, clock: SetClock, tmp_path: Path) -> None:
    with at_work(qtbot, world.lb, clock, EXCHANGE) as (app, window):
        part(window, "stand")
        section = screen_of(window).current()
        assert isinstance(section, StandSection)
        still(qtbot, app)
        assert section.facts.value("Office") == "Central"
        assert section.facts.value("The office has all up to") == "nothing confirmed yet"
        assert section.model.rowCount() == 0


def test_a_desk_is_admitted_after_its_words_were_compared(
    qtbot: QtBot, world: World, clock: SetClock, tmp_path: Path
) -> None:
    second, request, reply = tmp_path / "second", tmp_path / "join.json", tmp_path / "answer.tar"
    asked = join_request(second, request)
    with at_work(qtbot, world.lb, clock, EXCHANGE) as (app, window):
        part(window, "admit")
        section = screen_of(window).current()
        assert isinstance(section, AdmitSection)
        press(KEY.Key_Return)
        assert QApplication.focusWidget() is section.request.line
        type_text(str(request))
        press(KEY.Key_Return)
        qtbot.waitUntil(lambda: section.letter is not None, timeout=10_000)
        assert section.six.words() == list(asked.words)
        assert not section.answer_button.isEnabled(), "first the words are compared"
        section.same.setFocus()
        press(KEY.Key_Space)
        assert section.answer_button.isEnabled()
        section.reply.line.setFocus()
        press(KEY.Key_A, CTRL)
        type_text(str(reply))
        press(KEY.Key_Return, CTRL)
        qtbot.waitUntil(lambda: bool(section.outcome.said()), timeout=20_000)
        assert "Desk LB1A is admitted" in section.outcome.said()[0]
        offered = read_admission(second, reply)
        assert (offered.station, offered.desk) == ("LB", "LB1A")
        assert section.own_six.words() == list(offered.words)
        still(qtbot, app)
        part(window, "stick")
        still(qtbot, app)
        assert not stick_of(window).audience_field.isHidden(), "there is another desk to write for now"
    assert finish_join(second, reply, offered.words, clock).result.desk == "LB1A"


def test_a_file_that_is_no_request_is_said_under_its_field(
    qtbot: QtBot, world: World, clock: SetClock, tmp_path: Path
) -> None:
    (tmp_path / "letter.json").write_text("{}")
    with at_work(qtbot, world.lb, clock, EXCHANGE) as (app, window):
        part(window, "admit")
        section = screen_of(window).current()
        assert isinstance(section, AdmitSection)
        press(KEY.Key_Return)
        for name in ("letter.json", "nothing.json"):
            press(KEY.Key_A, CTRL)
            type_text(str(tmp_path / name))
            press(KEY.Key_Return)
            qtbot.waitUntil(lambda: bool(section.request.field.mistake.text()), timeout=10_000)
            still(qtbot, app)
            assert section.six.words() == []
            assert section.same.isHidden()
            section.request.set_mistake("")
            section.request.line.setFocus()


def test_a_station_joins_an_office_once_its_six_words_are_typed(
    qtbot: QtBot, station_folder: Path, clock: SetClock, tmp_path: Path
) -> None:
    request, reply = tmp_path / "request.json", tmp_path / "reply.json"
    with at_work(qtbot, station_folder, clock, EXCHANGE) as (app, window):
        assert "This station has no office yet" in stick_of(window).standing.said()[1]
        part(window, "enrol")
        section = screen_of(window).current()
        assert isinstance(section, EnrolSection)
        still(qtbot, app)
        assert section.belongs.said() == ["This station has no office yet."]
        press(KEY.Key_Return)
        type_text(str(request))
        press(KEY.Key_E, CTRL)
        qtbot.waitUntil(lambda: bool(section.own_six.words()), timeout=10_000)

        made = new_office(tmp_path / "office", "Central", "chief", PASSPHRASE, clock, cost=CHEAP)
        answered = enrol(made.desk, request, reply).result
        assert list(answered.words) == section.own_six.words()
        words = desk_words(made.desk)
        made.desk.close()

        assert not section.accept_button.isEnabled()  # no answer is named yet
        section.reply.line.setFocus()
        type_text(str(reply))
        assert section.accept_button.isEnabled()
        press(KEY.Key_Return)
        qtbot.waitUntil(lambda: bool(section.offered.said()), timeout=10_000)
        assert "The office Central answers for station LB" in section.offered.said()[0]
        section.said_words.setFocus()
        type_text("only three words")
        press(KEY.Key_Return, CTRL)
        assert "Six words are needed, 3 are written." in section.said_field.mistake.text()
        press(KEY.Key_A, CTRL)
        type_text("six words that are not these")
        press(KEY.Key_Return, CTRL)
        qtbot.waitUntil(lambda: "not the six words" in " ".join(section.offered.said()), timeout=10_000)
        press(KEY.Key_A, CTRL)
        type_text(" ".join(words).upper())
        press(KEY.Key_Return, CTRL)
        qtbot.waitUntil(
            lambda: section.belongs.said() == ["This station belongs to the office Central."], timeout=10_000
        )
        still(qtbot, app)
        assert not section.accept_button.isEnabled()
        assert section.form.isHidden() and section.accept_button.isHidden(), "nothing is left to ask"
        press(KEY.Key_N, CTRL)
        assert section.form.isVisible() and section.request.isAncestorOf(QApplication.focusWidget() or window)


def test_a_stick_that_is_plugged_in_is_taken_unless_a_folder_was_typed(
    qtbot: QtBot, world: World, clock: SetClock, tmp_path: Path
) -> None:
    ours = Stick(str(tmp_path), "BLUE", 4_200_000_000, False, True)
    locked = Stick("/media/locked", "RED", 0, True, False)
    with at_work(qtbot, world.lb, clock, EXCHANGE) as (app, window):
        section = stick_of(window)
        section.watch.stop()
        section.show_sticks([ours, locked])
        assert section.folder.field.text() == str(tmp_path)
        assert [tile.accessibleName() for tile in section.tiles] == [
            "BLUE, 4200.0 MB free · from ShelterDesk",
            "RED, write-protected",
        ]
        assert section.none_there.isHidden()
        section.tiles[1].setFocus()
        press(KEY.Key_Space)
        assert section.folder.field.text() == "/media/locked"
        section.folder.line.setFocus()
        press(KEY.Key_A, CTRL)
        type_text("/my/own/folder")
        section.show_sticks([ours])
        assert section.folder.field.text() == "/my/own/folder", "what was typed is left alone"
        section.folder.set_path("")
        section.folder.line.textEdited.emit("")
        section.show_sticks([])
        assert section.folder.field.text() == ""
        assert not section.none_there.isHidden()
        still(qtbot, app)


def test_sticks_are_told_from_disks(qtbot: QtBot) -> None:
    assert all(stick.path != "/" for stick in sticks())
    if sys.platform == "linux":
        assert is_removable("/media/somebody/BLUE", "/dev/nothing")
        assert is_removable("/run/media/somebody/BLUE", "/dev/nothing")
        assert not is_removable("/home", "/dev/nothing")
        assert not is_removable("/proc", "proc")


def test_an_export_that_was_stopped_or_had_nothing_to_do_is_told_so() -> None:
    stopped = exported_said(Exported("/stick", (), 0, 0, 0, 0, True, True))
    assert [(line.tone, line.text[:7]) for line in stopped] == [(Tone.WARN, "Stopped")]
    nothing = exported_said(Exported("/stick", (), 0, 0, 0, 0, True, False))
    assert nothing[0].text == "Nothing had to be written: everything is confirmed."


def test_parts_for_others_are_counted_and_not_told_as_damage() -> None:
    found = Imported(
        [
            PartTaken("a.part", "set_aside", "not for this desk", "leave it there", for_others=True),
            PartTaken("b.part", "refused", "its bytes are not what was written", "bring it again"),
        ],
        refused=1,
        elsewhere=1,
    )
    assert [line.tone for line in left_out_said(found)] == [Tone.BAD]
    assert left_out_said(found)[0].text.startswith("b.part")
    assert [line.text for line in imported_said(found) if "for somebody else" in line.text]


def test_the_buttons_come_back_after_a_fault_of_ours(
    qtbot: QtBot, world: World, clock: SetClock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> Done[Imported]:
        raise KeyError("Ana")

    monkeypatch.setattr(exchange_stick, "import_from", broken)
    with at_work(qtbot, world.lb, clock, EXCHANGE) as (_, window):
        said = go(qtbot, window, tmp_path, KEY.Key_I)
        assert "Something went wrong on our side" in said[-1] and not window.task.is_running()


def test_gaps_and_sizes_in_words() -> None:
    said = [line.text for line in gaps_said((("LB1A", 3, 5), ("LB1A", 9, 9), ("LB1B", 1, 1)))]
    assert said[0].startswith("4 entries of desk LB1A are missing here")
    assert said[1].startswith("1 entry of desk LB1B is missing here")
    assert [size_said(n) for n in (0, 1, 187_000, 3_100_000)] == ["0 kB", "1 kB", "187 kB", "3.1 MB"]
