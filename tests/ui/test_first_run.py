"""The first start by keyboard: a station made, stepping back keeps what was typed, the sheet is put away or waits."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from shelterdesk.actions.admission import admit
from shelterdesk.actions.backups import make_backup
from shelterdesk.actions.clock import SetClock
from shelterdesk.actions.desk import Desk, open_desk
from shelterdesk.actions.drafts import is_sheet_waiting
from shelterdesk.actions.table_joining import admit_at_table, who_knocks
from shelterdesk.actions.users import list_users
from shelterdesk.core.countries import name as country_name
from shelterdesk.ui.app import DeskApp
from shelterdesk.ui.first_run import FirstRunPage
from shelterdesk.ui.first_run_places import Zones, country_options
from shelterdesk.ui.first_run_ready import SECOND_ROLES, SecondStep
from shelterdesk.ui.log_in import LogInPage
from shelterdesk.ui.preferences import Preferences, read_preferences, write_preferences
from shelterdesk.ui.screens.settings_recovery import RecoverySection
from shelterdesk.ui.sticks import Stick
from shelterdesk.ui.widgets.type_ahead import plain
from tests.stations import PASSPHRASE, Template, make_template
from tests.sync.tables import LISTEN, seated
from tests.ui.desk_windows import CTRL, KEY, line_of, log_in, press, program, settings_of, type_text

ALT = CTRL.AltModifier
FORGOTTEN, OWN = KEY.Key_F9, "words of my own"


def page_of(app: DeskApp) -> FirstRunPage:
    assert app.door is not None and isinstance(app.door.page, FirstRunPage)
    return app.door.page


def fill_station(qtbot: QtBot, run: FirstRunPage) -> None:
    qtbot.waitUntil(line_of(run.station.code).hasFocus)
    for text in ("lb", "Lajas Blancas", "panam"):
        type_text(text)
        press(KEY.Key_Return)
    assert run.station.country.text() == country_name("PAN")
    assert run.station.zone.text() == "America/Panama"


def make_station(qtbot: QtBot, run: FirstRunPage) -> None:
    """From the station's form to the recovery sheet."""
    fill_station(qtbot, run)
    press(KEY.Key_Return, CTRL)
    qtbot.waitUntil(line_of(run.person.user).hasFocus)
    type_text("Ana")
    for _ in range(2):
        press(KEY.Key_Return)
        type_text("four words to type")
    press(KEY.Key_Return)
    qtbot.waitUntil(lambda: run.sheet is not None, timeout=10_000)


def second_of(qtbot: QtBot, run: FirstRunPage) -> SecondStep:
    """The proposal of a second person, with typing at its first field."""
    qtbot.waitUntil(lambda: run.second is not None)
    assert run.second is not None
    qtbot.waitUntil(line_of(run.second.user).hasFocus)
    return run.second


def test_a_real_station_from_the_first_key_to_the_open_window(
    qtbot: QtBot, tmp_path: Path, clock: SetClock
) -> None:
    folder = tmp_path / "new"
    with program(qtbot, folder, clock) as app:
        run = page_of(app)
        assert run.choose.real.hasFocus()
        press(KEY.Key_Return)
        make_station(qtbot, run)
        assert run.sheet is not None
        card = run.sheet.sheet
        card.file.set_path(str(tmp_path / "sheet.pdf"))
        card.save.click()
        qtbot.waitUntil(card.saved.isVisible)
        assert (tmp_path / "sheet.pdf").read_bytes().startswith(b"%PDF")
        qtbot.waitUntil(line_of(card.group).hasFocus)
        groups = card._groups
        assert not any(group in label.text() for label in card._shown for group in groups)  # covered now
        type_text(groups[card.asked_group - 1])
        press(KEY.Key_Return, CTRL)
        assert card.group.mistake.text() and app.window is None
        line_of(card.group).clear()
        type_text(groups[card.asked_group].lower())
        press(KEY.Key_Return, CTRL)
        second = second_of(qtbot, run)
        for text in ("Ana", "five words", "five words"):
            type_text(text)
            press(KEY.Key_Return)
        qtbot.waitUntil(lambda: "already logs in" in second.user.mistake.text(), timeout=10_000)
        assert app.window is None and second.first.text() == "five words"
        second.user.set_text("Beto")
        with qtbot.waitSignal(app.opened, timeout=10_000):
            press(KEY.Key_Return, CTRL)
        assert not is_sheet_waiting(folder)
        desk = app.worker.desk
        assert desk is not None and desk.user.name == "Ana"
        assert (desk.who.station, desk.who.zone, desk.who.is_practice) == ("LB", "America/Panama", False)
    opened = open_desk(folder, "Beto", "five words", clock)
    assert [user.name for user in list_users(opened)] == ["Ana", "Beto"] and opened.user.roles == SECOND_ROLES
    opened.close()


def test_the_keys_of_the_first_question_are_letters_of_the_words_beside_them(
    qtbot: QtBot, tmp_path: Path, clock: SetClock
) -> None:
    folder = tmp_path / "new"
    folder.mkdir()
    assert write_preferences(folder, Preferences(language="es"))
    with program(qtbot, folder, clock) as app:
        choose = page_of(app).choose
        buttons = [choose.real, choose.practice, choose.restore, choose.join]
        keys = [button.key for button in buttons]
        assert keys == ["R", "P", "T", "U"]
        for button in buttons:
            assert button.key.lower() in plain(button.words)
        press(KEY.Key_U)
        assert page_of(app).current() is page_of(app).join


def test_stepping_back_keeps_what_was_typed(qtbot: QtBot, tmp_path: Path, clock: SetClock) -> None:
    with program(qtbot, tmp_path / "new", clock) as app:
        run = page_of(app)
        press(KEY.Key_Return)
        fill_station(qtbot, run)
        press(KEY.Key_Return, CTRL)
        type_text("Ana")
        press(KEY.Key_Escape)
        assert run.current() is run.station and run.station.station_name.text() == "Lajas Blancas"
        press(KEY.Key_Escape)
        assert run.current() is run.choose
        press(KEY.Key_Return)
        press(KEY.Key_Return, CTRL)
        assert run.current() is run.person and run.person.user.text() == "Ana"


def test_a_name_of_300_letters_is_said_where_it_is_typed(
    qtbot: QtBot, tmp_path: Path, clock: SetClock
) -> None:
    with program(qtbot, tmp_path / "new", clock) as app:
        run = page_of(app)
        press(KEY.Key_Return)
        fill_station(qtbot, run)
        for field in (run.station.station_name, run.station.organisation):
            kept = field.text()
            field.set_text("n" * 300)
            press(KEY.Key_Return, CTRL)
            assert run.current() is run.station and "at most 80" in field.mistake.text()
            field.set_text(kept)
        press(KEY.Key_Return, CTRL)
        assert run.current() is run.person


def test_what_cannot_be_is_said_beside_its_field(qtbot: QtBot, tmp_path: Path, clock: SetClock) -> None:
    with program(qtbot, tmp_path / "new", clock) as app:
        run = page_of(app)
        press(KEY.Key_Return)
        qtbot.waitUntil(line_of(run.station.code).hasFocus)
        type_text("L7")
        press(KEY.Key_Return, CTRL)
        assert run.current() is run.station and line_of(run.station.code).hasFocus()
        for field in run.station.checked()[:-1]:
            assert field.mistake.text()
        line_of(run.station.code).clear()
        fill_station(qtbot, run)
        press(KEY.Key_Return, CTRL)
        type_text("Ana")
        press(KEY.Key_Return)
        type_text("one")
        press(KEY.Key_Return)
        type_text("two")
        press(KEY.Key_Return, CTRL)
        assert run.person.passphrase.mistake.text() and run.person.again.mistake.text()
        assert run.sheet is None


def test_the_sheet_may_wait_in_the_settings(qtbot: QtBot, tmp_path: Path, clock: SetClock) -> None:
    folder = tmp_path / "new"
    with program(qtbot, folder, clock) as app:
        run = page_of(app)
        press(KEY.Key_Return)
        make_station(qtbot, run)
        assert run.sheet is not None
        code = run.sheet.sheet._code
        run.sheet.later.click()
        second_of(qtbot, run)
        with qtbot.waitSignal(app.opened, timeout=10_000):
            press(KEY.Key_L, ALT)
        assert app.window is not None and "recovery sheet" in app.window.toast.text()
        assert is_sheet_waiting(folder)
        app.window.open_screen("settings")
        settings_of(app.window).open_section("recovery")
        section = settings_of(app.window).current()
        assert isinstance(section, RecoverySection)
        qtbot.waitUntil(lambda: section.sheet is not None)
        card = section.sheet
        assert card is not None and card._code == code
        card.group.setFocus()
        qtbot.waitUntil(line_of(card.group).hasFocus)
        type_text(card._groups[card.asked_group])
        press(KEY.Key_Return, CTRL)
        qtbot.waitUntil(lambda: not is_sheet_waiting(folder))


def test_practice_with_made_up_people(qtbot: QtBot, tmp_path: Path, clock: SetClock) -> None:
    with program(qtbot, tmp_path / "new", clock) as app:
        run = page_of(app)
        run.choose.practice.click()
        assert run.current() is run.practice and run.stripe.isVisible()
        line_of(run.practice.people).clear()
        type_text("many")
        press(KEY.Key_Return)
        assert run.practice.people.mistake.text()
        line_of(run.practice.people).clear()
        type_text("6")
        with qtbot.waitSignal(app.opened, timeout=60_000):
            press(KEY.Key_Return)
        assert app.window is not None and app.window.top.stripe.isVisible()
        assert read_preferences(tmp_path / "new").practice
        desk = app.worker.desk
        assert desk is not None and desk.who.is_practice


def test_a_backup_is_restored(qtbot: QtBot, tmp_path: Path, desk: Desk, clock: SetClock) -> None:
    made = make_backup(desk, tmp_path / "stick").result
    desk.close()
    with program(qtbot, tmp_path / "new", clock) as app:
        run = page_of(app)
        run.choose.restore.click()
        qtbot.waitUntil(run.restore.source.line.hasFocus)
        press(KEY.Key_Return, CTRL)
        assert run.restore.source.field.mistake.text()
        type_text(str(made.folder))
        press(KEY.Key_Return)
        type_text("admin")
        press(KEY.Key_Return)
        type_text("not it")
        press(KEY.Key_Return, CTRL)
        qtbot.waitUntil(lambda: bool(run.restore.problem.text()), timeout=10_000)
        run.restore.line.clear()
        run.restore.line.setFocus()
        type_text(PASSPHRASE)
        with qtbot.waitSignal(app.opened, timeout=10_000):
            press(KEY.Key_Return, CTRL)
        assert app.worker.desk is not None and app.worker.desk.who.epoch > 0


def test_a_backup_is_restored_with_the_recovery_sheet_where_the_passphrases_are_forgotten(
    qtbot: QtBot, tmp_path: Path, desk: Desk, station_template: Template, clock: SetClock
) -> None:
    made = make_backup(desk, tmp_path / "stick").result
    desk.close()
    with program(qtbot, tmp_path / "new", clock) as app:
        run = page_of(app)
        run.choose.restore.click()
        qtbot.waitUntil(run.restore.source.line.hasFocus)
        press(FORGOTTEN)
        assert run.restore.source.field.mistake.text() and run.current() is run.restore
        type_text(str(made.folder))
        press(FORGOTTEN)
        assert run.current() is run.by_sheet
        press(KEY.Key_Escape)
        assert run.current() is run.restore and run.restore.source.is_folder(), "what was typed stays"
        press(FORGOTTEN)
        code = station_template.recovery_code
        for text in (code[:-1] + ("2" if code[-1] != "2" else "3"), "Marta", OWN, OWN):
            type_text(text)
            press(KEY.Key_Return)
        qtbot.waitUntil(lambda: bool(run.by_sheet.code.mistake.text()), timeout=10_000)
        assert run.by_sheet.first.text() == OWN and not (tmp_path / "new" / "station.db").exists()
        line_of(run.by_sheet.code).selectAll()
        type_text(code)
        with qtbot.waitSignal(app.opened, timeout=20_000):
            press(KEY.Key_Return, CTRL)
        opened = app.worker.desk
        assert opened is not None and opened.user.name == "Marta" and opened.who.epoch > 0
        assert run.by_sheet.first.text() == "" == run.by_sheet.code.text()


def test_a_laptop_joins_a_station(qtbot: QtBot, tmp_path: Path, desk: Desk, clock: SetClock) -> None:
    request, reply = tmp_path / "join-request.json", tmp_path / "answer.tar"
    with program(qtbot, tmp_path / "new", clock) as app:
        run = page_of(app)
        run.choose.join.click()
        qtbot.waitUntil(line_of(run.join.code).hasFocus)
        run.join.request.line.setFocus()
        type_text(str(request))
        run.join.ask.click()
        qtbot.waitUntil(run.join.own_words.isVisible)
        admitted = admit(desk, request, reply).result
        assert all(word in run.join.own_words.text() for word in admitted.words)
        run.join.reply.set_path(str(reply))
        run.join.read.click()
        qtbot.waitUntil(run.join.their_words.isVisible)
        assert all(word in run.join.their_words.text() for word in admitted.own_words)
        join: QWidget | None = run.join.primary
        assert join is not None and not join.isEnabled()
        run.join.same.setChecked(True)
        with qtbot.waitSignal(run.joined, timeout=10_000):
            press(KEY.Key_Return, CTRL)
        assert app.door is not None and isinstance(app.door.page, LogInPage)
        log_in(qtbot, app, "operator")
        assert app.worker.desk is not None and f"LB{app.worker.desk.who.slot}".endswith("A")


def test_a_laptop_joins_over_the_table(qtbot: QtBot, tmp_path: Path, desk: Desk, clock: SetClock) -> None:
    sitting = seated(desk, LISTEN)
    assert sitting.host is not None
    door = sitting.host.door
    with program(qtbot, tmp_path / "new", clock) as app:
        run = page_of(app)
        run.choose.join.click()
        qtbot.waitUntil(line_of(run.join.code).hasFocus)
        type_text("ABCDE")
        run.join.knock.click()
        assert "not the code of a table" in run.join.code.mistake.text()
        line_of(run.join.code).selectAll()
        type_text(str(sitting.code).lower())
        run.join.knock.click()
        qtbot.waitUntil(lambda: bool(who_knocks(door)), timeout=10_000)
        (knocking,) = who_knocks(door)
        qtbot.waitUntil(run.join.knocked.isVisible)
        assert all(word in run.join.knocked.text() for word in knocking.words)
        with qtbot.waitSignal(run.joined, timeout=20_000):
            admit_at_table(desk, door, knocking.public)
            sitting.round()  # from now on it is known here as a desk of the station
        assert app.door is not None and isinstance(app.door.page, LogInPage)
        log_in(qtbot, app, "operator")

        def at_the_table() -> bool:
            sitting.round()
            return app.worker.table is not None and bool(app.worker.table.standing.desks)

        qtbot.waitUntil(at_the_table, timeout=20_000)  # nobody typed the code again
    sitting.close()


def test_a_laptop_turned_away_at_the_table_is_told(
    qtbot: QtBot, tmp_path: Path, desk: Desk, clock: SetClock
) -> None:
    sitting = seated(desk, LISTEN)
    assert sitting.host is not None
    door = sitting.host.door
    with program(qtbot, tmp_path / "new", clock) as app:
        run = page_of(app)
        run.choose.join.click()
        run.join.code.set_text(str(sitting.code))
        run.join.knock.click()
        qtbot.waitUntil(lambda: bool(who_knocks(door)), timeout=10_000)
        door.turn_away(who_knocks(door)[0].public)
        qtbot.waitUntil(lambda: "did not admit" in run.join.problem.text(), timeout=20_000)
        assert not run.join.knocked.isVisible()
    sitting.close()


def test_words_compared_for_one_answer_do_not_stand_for_another(
    qtbot: QtBot, tmp_path: Path, desk: Desk, clock: SetClock
) -> None:
    request, reply = tmp_path / "join-request.json", tmp_path / "answer.tar"
    with program(qtbot, tmp_path / "new", clock) as app:
        step = page_of(app).join
        page_of(app).choose.join.click()
        step.request.set_path(str(request))
        step.ask.click()
        qtbot.waitUntil(step.own_words.isVisible)
        admit(desk, request, reply)
        another = tmp_path / "another.tar"
        shutil.copy(reply, another)
        join = step.primary
        assert join is not None
        for path in (reply, another, another):  # another file, and one that may have been replaced meanwhile
            step.reply.set_path(str(path))
            step.read.click()
            qtbot.waitUntil(step.same.isVisible)
            assert not step.same.isChecked() and not join.isEnabled()
            step.same.setChecked(True)
            assert join.isEnabled()
        step.reply.line.setFocus()
        type_text("x")
        assert not step.same.isChecked() and not join.isEnabled()
        assert not step.same.isVisible() and not step.their_words.isVisible()


def test_an_answer_exchanged_after_the_comparison_is_refused(
    qtbot: QtBot, tmp_path: Path, desk: Desk, clock: SetClock
) -> None:
    request, reply = tmp_path / "join-request.json", tmp_path / "answer.tar"
    make_template(tmp_path / "mt", code="MT")
    with program(qtbot, tmp_path / "new", clock) as app:
        step = page_of(app).join
        page_of(app).choose.join.click()
        step.request.set_path(str(request))
        step.ask.click()
        qtbot.waitUntil(step.own_words.isVisible)
        admit(desk, request, reply)
        step.reply.set_path(str(reply))
        step.read.click()
        qtbot.waitUntil(step.same.isVisible)
        step.same.setChecked(True)
        other = open_desk(tmp_path / "mt", "admin", PASSPHRASE, clock)
        admit(other, request, reply)
        other.close()
        press(KEY.Key_Return, CTRL)
        qtbot.waitUntil(lambda: bool(step.problem.text()), timeout=10_000)
        assert step.problem.text().startswith("These are not the six words of this reply.")
        assert not step.same.isVisible() and not step.same.isChecked()


@pytest.mark.parametrize(("country", "zone"), [("PAN", "America/Panama"), ("USA", ""), ("XKX", "")])
def test_the_zone_of_a_country_is_proposed_where_there_is_one(country: str, zone: str) -> None:
    assert Zones(Zones.known().by_country, "Europe/Paris").proposed(country) == zone


def test_of_several_zones_the_laptop_s_own_is_proposed() -> None:
    zones = Zones(Zones.known().by_country, "America/Tijuana")
    assert zones.proposed("MEX") == "America/Tijuana"
    assert ("America/Mexico_City", "America/Mexico_City") in zones.options("mexico c")


def test_countries_are_found_and_none_is_no_country() -> None:
    assert ("PAN", country_name("PAN")) in country_options("pana")
    assert not any(code.startswith("XX") for code, _ in country_options(""))


def test_a_folder_once_used_goes_to_the_log_in(
    qtbot: QtBot, station_folder: Path, tmp_path: Path, clock: SetClock
) -> None:
    shutil.copytree(station_folder, tmp_path / "copy")
    with program(qtbot, tmp_path / "copy", clock) as app:
        assert app.door is not None and isinstance(app.door.page, LogInPage)


def test_the_language_is_chosen_before_anything_else(qtbot: QtBot, tmp_path: Path, clock: SetClock) -> None:
    with program(qtbot, tmp_path / "new", clock) as app:
        choose = page_of(app).choose
        press(KEY.Key_F7)
        qtbot.waitUntil(choose.language.hasFocus)
        before = choose.real.words
        choose.language_chosen.emit("en_XA")
        again = page_of(app).choose
        assert again is not choose and again.real.words != before
        assert read_preferences(tmp_path / "new").language == "en_XA"


def test_who_practises_is_asked_for_nobody_else(qtbot: QtBot, tmp_path: Path, clock: SetClock) -> None:
    with program(qtbot, tmp_path / "new", clock) as app:
        run = page_of(app)
        press(KEY.Key_P)
        press(KEY.Key_E, ALT)
        make_station(qtbot, run)
        assert run.sheet is not None
        with qtbot.waitSignal(app.opened, timeout=10_000):
            run.sheet.later.click()
        assert run.second is None


def test_the_sheet_goes_to_the_stick_that_is_plugged_in(
    qtbot: QtBot, tmp_path: Path, clock: SetClock
) -> None:
    with program(qtbot, tmp_path / "new", clock) as app:
        run = page_of(app)
        press(KEY.Key_Return)
        make_station(qtbot, run)
        assert run.sheet is not None
        card, stick = run.sheet.sheet, tmp_path / "stick"
        card._propose_stick([Stick(str(stick), "STICK", 1, False, False)])
        assert card.file.path() == stick / "recovery-sheet.pdf"
        card._propose_stick([])
        assert card.file.path() is None
        card.file.set_path(str(tmp_path / "mine.pdf"))
        card._propose_stick([Stick(str(stick), "STICK", 1, False, False)])
        assert card.file.path() == tmp_path / "mine.pdf"
