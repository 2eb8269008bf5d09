"""A post that keeps itself: backups when a disk is plugged in, the trial, battery and disk, the closing of a station."""

from __future__ import annotations

import json
import shutil
import threading
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
from PySide6.QtCore import QObject, Qt
from pytestqt.qtbot import QtBot

from shelterdesk import startup
from shelterdesk.actions import faults
from shelterdesk.actions.backup_disks import (
    FOLDER,
    OWN_COPIES,
    BackupPlan,
    is_nearly_full,
    mark_disk,
    set_plan,
)
from shelterdesk.actions.backups import list_backups, make_backup
from shelterdesk.actions.clock import SetClock
from shelterdesk.actions.desk import open_desk
from shelterdesk.actions.registration import register_family
from shelterdesk.core.changes import Changes
from shelterdesk.core.people import FamilyForm, PersonForm
from shelterdesk.db import reserve
from shelterdesk.keys import destroy
from shelterdesk.keys.desk import desk_hex
from shelterdesk.ui import battery, status_watch
from shelterdesk.ui import volumes as mounted
from shelterdesk.ui.app import DeskApp
from shelterdesk.ui.backup_keeper import FRESH_MINUTES, Standing, is_due
from shelterdesk.ui.battery import Battery, of_windows, read_battery
from shelterdesk.ui.screens.settings_backup import BackupSection
from shelterdesk.ui.screens.settings_close import CloseSection
from shelterdesk.ui.status_watch import StatusWatch
from shelterdesk.ui.volumes import Volume, VolumeWatch
from tests.stations import PASSPHRASE, make_template
from tests.ui.desk_windows import CTRL, KEY, log_in, press, program, settings, type_text

ALT = Qt.KeyboardModifier.AltModifier


class Disks:
    """Folders that stand for mounted disks; what is plugged in is told as the system would tell it."""

    def __init__(self) -> None:
        self.there: list[Volume] = []

    def plug(self, path: Path, *, is_read_only: bool = False) -> None:
        path.mkdir(exist_ok=True)
        self.there = [*self.there, Volume(str(path), path.name, 10**9, is_read_only, True)]

    def pull(self) -> None:
        self.there = []


@pytest.fixture
def disks(monkeypatch: pytest.MonkeyPatch) -> Disks:
    found = Disks()
    monkeypatch.setattr(mounted, "volumes", lambda _: list(found.there))
    return found


def status_of(app: DeskApp) -> StatusWatch:
    assert app.status is not None
    return app.status


def move(qtbot: QtBot, app: DeskApp) -> None:
    """A disk was mounted or taken off."""
    watch = status_of(app).keeper._watch
    qtbot.waitUntil(lambda: not watch._beside.is_busy)
    with qtbot.waitSignal(watch.changed):
        watch.look()


def known(qtbot: QtBot, app: DeskApp) -> None:
    keeper = status_of(app).keeper
    qtbot.waitUntil(lambda: keeper._volumes is not None)


def marked(folder: Path, clock: SetClock, root: Path) -> str:
    root.mkdir(exist_ok=True)
    desk = open_desk(folder, "admin", PASSPHRASE, clock)
    mark_disk(desk, root)
    dev = desk_hex(desk.who.dev)
    desk.close()
    return dev


def said_by(app: DeskApp) -> str:
    return app.window.toast.text() if app.window is not None else ""


def test_a_marked_disk_plugged_in_takes_a_backup_and_says_so(
    qtbot: QtBot, station_folder: Path, tmp_path: Path, clock: SetClock, disks: Disks
) -> None:
    stick = tmp_path / "stick"
    dev = marked(station_folder, clock, stick)
    with program(qtbot, station_folder, clock) as app:
        log_in(qtbot, app, "counter")  # whoever is logged in
        known(qtbot, app)
        disks.plug(tmp_path / "other")
        move(qtbot, app)
        disks.plug(stick)
        move(qtbot, app)
        qtbot.waitUntil(lambda: "read back" in said_by(app), timeout=10_000)
        assert len(list_backups(stick / FOLDER, dev)) == 1 and not (tmp_path / "other" / FOLDER).exists()
        qtbot.waitUntil(lambda: "backup 0 minutes ago" in (app.window.status.text() if app.window else ""))
        assert app.window is not None and not app.window.task.is_running()
        disks.pull()
        move(qtbot, app)
        clock.forward(timedelta(minutes=FRESH_MINUTES - 1))
        disks.plug(stick)
        move(qtbot, app)
        qtbot.waitUntil(lambda: not app.worker.is_busy)
        assert len(list_backups(stick / FOLDER, dev)) == 1  # one so fresh is there
        clock.forward(timedelta(hours=6))
        status_of(app).keeper.look()
        qtbot.waitUntil(lambda: len(list_backups(stick / FOLDER, dev)) == 2, timeout=10_000)
        qtbot.waitUntil(lambda: not status_of(app).keeper.backing_up.is_busy)
        clock.forward(timedelta(minutes=FRESH_MINUTES))
        app.worker.changed.emit(Changes.of("daily_sheet"))
        qtbot.waitUntil(lambda: len(list_backups(stick / FOLDER, dev)) == 3, timeout=10_000)
        qtbot.waitUntil(lambda: not status_of(app).keeper.backing_up.is_busy)


def test_any_stick_is_used_where_the_plan_says_so(
    qtbot: QtBot, station_folder: Path, tmp_path: Path, clock: SetClock, disks: Disks
) -> None:
    desk = open_desk(station_folder, "admin", PASSPHRASE, clock)
    set_plan(desk, BackupPlan(any_disk=True))
    desk.close()
    with program(qtbot, station_folder, clock) as app:
        log_in(qtbot, app)
        known(qtbot, app)
        disks.plug(tmp_path / "locked", is_read_only=True)
        disks.plug(tmp_path / "stick")
        move(qtbot, app)
        qtbot.waitUntil(
            lambda: (tmp_path / "stick" / FOLDER).exists() and "read back" in said_by(app), timeout=10_000
        )
        assert not (tmp_path / "locked" / FOLDER).exists()


def test_a_disk_that_fails_is_said_once_and_work_goes_on(
    qtbot: QtBot, station_folder: Path, tmp_path: Path, clock: SetClock, disks: Disks
) -> None:
    stick = tmp_path / "stick"
    marked(station_folder, clock, stick)
    with program(qtbot, station_folder, clock) as app:
        log_in(qtbot, app)
        known(qtbot, app)
        disks.plug(stick)
        for backup in (stick / FOLDER).glob("shelterdesk-backup-*"):
            shutil.rmtree(backup)
        (stick / FOLDER / "kept").mkdir()
        keeper = status_of(app).keeper
        keeper._volumes = [Volume(str(stick), "stick", 0, False, True)]
        real = app.worker.folder / "backup.lock"
        real.mkdir()  # the lock that cannot be taken stands for any fault on the way
        move(qtbot, app)
        qtbot.waitUntil(lambda: "No backup was made" in said_by(app), timeout=10_000)
        assert keeper._rest_until_ms > 0 and not keeper.backing_up.is_busy
        real.rmdir()


def test_when_it_is_due() -> None:
    plan, minute = BackupPlan(hours=2), 60_000
    assert is_due(Standing(plan, None, None), 0)
    assert is_due(Standing(plan, 10 * minute, None), 9 * minute)  # made in a future the clock has left
    assert not is_due(Standing(plan, 0, None), 119 * minute) and is_due(Standing(plan, 0, None), 120 * minute)
    assert is_due(Standing(plan, 0, None), 10 * minute, after_minutes=10)


def test_the_system_tells_of_mounts_without_being_asked(qtbot: QtBot, tmp_path: Path) -> None:
    owner = QObject()
    watch = VolumeWatch(owner, tmp_path)
    with qtbot.waitSignal(watch.changed):
        watch.start()
    assert mounted.MOUNTS.exists() is (not watch._timer.isActive())
    watch._on_moved()
    assert all(Path(one.path).stat().st_dev != tmp_path.stat().st_dev for one in mounted.volumes(tmp_path))
    watch.stop()
    watch.stop()


def of_power(power: Path, percent: int, status: str = "Discharging") -> None:
    """A battery as the kernel shows it."""
    cell = power / "BAT0"
    cell.mkdir(parents=True, exist_ok=True)
    for name, text in (("type", "Battery"), ("capacity", str(percent)), ("status", status)):
        (cell / name).write_text(f"{text}\n")


def test_a_battery_that_ends_is_said_and_everything_saved_and_copied(
    qtbot: QtBot,
    station_folder: Path,
    tmp_path: Path,
    clock: SetClock,
    disks: Disks,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    power = tmp_path / "power"
    monkeypatch.setattr(battery, "POWER", power)
    of_power(power, 40)
    with program(qtbot, station_folder, clock) as app:
        log_in(qtbot, app)
        known(qtbot, app)
        watch = status_of(app)
        of_power(power, 15)
        watch.refresh()
        qtbot.waitUntil(lambda: said_by(app) == "The battery has 15 % left: plug the laptop in.")
        assert not (station_folder / OWN_COPIES).exists()
        of_power(power, 10)
        watch.refresh()
        qtbot.waitUntil(lambda: "own disk" in said_by(app), timeout=10_000)
        copies = list((station_folder / OWN_COPIES).glob("shelterdesk-backup-*Z"))
        assert len(copies) == 1 and (station_folder / startup.HIGH_WATER).exists()
        assert (
            app.window is not None and "no backup yet" in app.window.status.text()
        )  # it goes where the laptop goes
        watch.refresh()
        qtbot.waitUntil(lambda: not app.worker.is_busy)
        assert len(list((station_folder / OWN_COPIES).glob("shelterdesk-backup-*Z"))) == 1
        of_power(power, 12, "Charging")
        watch.refresh()
        qtbot.waitUntil(lambda: not watch.power._said_very_low)


def test_at_the_end_of_the_battery_the_marked_disk_is_used(
    qtbot: QtBot,
    station_folder: Path,
    tmp_path: Path,
    clock: SetClock,
    disks: Disks,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    stick, power = tmp_path / "stick", tmp_path / "power"
    dev = marked(station_folder, clock, stick)
    monkeypatch.setattr(battery, "POWER", power)
    of_power(power, 9)
    disks.plug(stick)
    with program(qtbot, station_folder, clock) as app:
        log_in(qtbot, app)
        qtbot.waitUntil(lambda: bool(list_backups(stick / FOLDER, dev)), timeout=10_000)
        qtbot.waitUntil(lambda: not status_of(app).keeper.backing_up.is_busy)


def test_a_disk_that_fails_at_the_end_of_the_battery_leaves_a_copy_on_the_own_one(
    qtbot: QtBot,
    station_folder: Path,
    tmp_path: Path,
    clock: SetClock,
    disks: Disks,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    stick, power = tmp_path / "stick", tmp_path / "power"
    desk = open_desk(station_folder, "admin", PASSPHRASE, clock)
    set_plan(desk, BackupPlan(any_disk=True))
    desk.close()
    monkeypatch.setattr(battery, "POWER", power)
    of_power(power, 40)
    disks.plug(stick)
    (stick / FOLDER).write_text("no folder, so no backup")
    with program(qtbot, station_folder, clock) as app:
        log_in(qtbot, app)
        known(qtbot, app)
        qtbot.waitUntil(lambda: "No backup was made" in said_by(app), timeout=10_000)
        of_power(power, 9)
        status_of(app).refresh()
        qtbot.waitUntil(lambda: "own disk" in said_by(app), timeout=10_000)
        assert len(list((station_folder / OWN_COPIES).glob("shelterdesk-backup-*Z"))) == 1


def test_where_one_disk_fails_the_next_one_is_used(
    qtbot: QtBot, station_folder: Path, tmp_path: Path, clock: SetClock, disks: Disks
) -> None:
    desk = open_desk(station_folder, "admin", PASSPHRASE, clock)
    set_plan(desk, BackupPlan(any_disk=True))
    dev = desk_hex(desk.who.dev)
    desk.close()
    disks.plug(tmp_path / "bad")
    (tmp_path / "bad" / FOLDER).write_text("no folder, so no backup")
    disks.plug(tmp_path / "good")
    with program(qtbot, station_folder, clock) as app:
        log_in(qtbot, app)
        qtbot.waitUntil(lambda: "read back" in said_by(app), timeout=10_000)
        assert len(list_backups(tmp_path / "good" / FOLDER, dev)) == 1


def test_a_disk_plugged_in_while_others_are_looked_at_is_seen(
    qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    there, gate = [Volume("/a", "a", 1, False, True)], threading.Event()

    def slow(_: Path) -> list[Volume]:
        found = list(there)
        gate.wait(10)
        return found

    monkeypatch.setattr(mounted, "volumes", slow)
    owner = QObject()
    watch = VolumeWatch(owner, tmp_path)
    heard: list[list[Volume]] = []
    watch.changed.connect(heard.append)
    watch.look()
    there.append(Volume("/b", "b", 1, False, True))
    watch.look()
    gate.set()
    qtbot.waitUntil(lambda: heard[-1:] == [there])
    assert not watch._beside.is_busy and len(heard) == 2


def test_a_battery_as_windows_tells_it() -> None:
    assert of_windows(0, 1, 55) == Battery(55, False) and of_windows(1, 8, 100) == Battery(100, True)
    assert (
        of_windows(1, 128, 255) is None and of_windows(0, 255, 50) is None and of_windows(0, 0, 255) is None
    )
    assert read_battery(Path("nowhere")) is None


def test_a_disk_nearly_full_is_said_before_a_save_fails(
    qtbot: QtBot, station_folder: Path, clock: SetClock, disks: Disks, monkeypatch: pytest.MonkeyPatch
) -> None:
    free = SimpleNamespace(total=100 * 10**9, used=0, free=50 * 10**9)
    with program(qtbot, station_folder, clock) as app:
        log_in(qtbot, app)
        monkeypatch.setattr(shutil, "disk_usage", lambda _: free)
        assert status_of(app).power.look(None) == ""
        free.free = 420 * 10**6
        status_of(app).refresh()
        qtbot.waitUntil(lambda: "nearly full: 420 MB are left" in said_by(app))
        assert app.window is not None
        window = app.window
        qtbot.waitUntil(lambda: "disk nearly full: 420 MB left" in window.status.text())


def test_room_kept_back_is_made_used_up_and_said(
    qtbot: QtBot, station_folder: Path, clock: SetClock, disks: Disks, monkeypatch: pytest.MonkeyPatch
) -> None:
    free = SimpleNamespace(total=100 * 10**9, used=0, free=50 * 10**9)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: free)
    with program(qtbot, station_folder, clock) as app:
        log_in(qtbot, app)
        qtbot.waitUntil(lambda: reserve.is_kept(station_folder))
        free.free = 1_000
        app.worker.write(register_family, FamilyForm((PersonForm(given="Ana"),)))
        qtbot.waitUntil(lambda: "is used up now" in said_by(app))
        assert not (station_folder / reserve.FILE).exists()
        assert app.window is not None
        window = app.window
        qtbot.waitUntil(lambda: "disk full" in window.status.text())
        free.free = 50 * 10**9
        status_of(app).refresh()
        qtbot.waitUntil(lambda: reserve.is_kept(station_folder))
        status_of(app).refresh()
        qtbot.waitUntil(lambda: "disk full" not in window.status.text())


def test_how_little_is_nearly_full() -> None:
    plan, gb = BackupPlan(), 10**9
    assert is_nearly_full(gb // 3, 20 * gb, plan) and is_nearly_full(gb * 9 // 10, 20 * gb, plan)
    assert not is_nearly_full(2 * gb, 20 * gb, plan) and is_nearly_full(4 * gb, 100 * gb, plan)
    assert not is_nearly_full(6 * gb, 1000 * gb, plan)  # five per cent of a large disk are plenty


def test_the_age_of_the_backup_grows_from_plain_to_amber_to_red(
    qtbot: QtBot, station_folder: Path, tmp_path: Path, clock: SetClock, disks: Disks
) -> None:
    desk = open_desk(station_folder, "admin", PASSPHRASE, clock)
    make_backup(desk, tmp_path / "stick")
    desk.close()
    with program(qtbot, station_folder, clock) as app:
        log_in(qtbot, app)
        shown: list[tuple[bool, bool]] = []
        watch = status_of(app)
        for hours in (1, 24, 48):
            clock.forward(timedelta(hours=hours))
            watch.refresh()
            qtbot.waitUntil(lambda: not app.worker.is_busy)
            assert app.window is not None and app.window.status._status is not None
            line = app.window.status._status
            shown.append((line.is_backup_late, line.is_backup_old))
        assert shown == [(False, False), (True, False), (True, True)]


def test_after_a_month_without_a_trial_it_is_said(
    qtbot: QtBot, station_folder: Path, tmp_path: Path, clock: SetClock, disks: Disks
) -> None:
    desk = open_desk(station_folder, "admin", PASSPHRASE, clock)
    make_backup(desk, tmp_path / "stick")
    clock.forward(timedelta(days=31))
    make_backup(desk, tmp_path / "stick")  # those made by themselves since prove nothing
    desk.close()
    with program(qtbot, station_folder, clock) as app:
        log_in(qtbot, app)
        qtbot.waitUntil(lambda: "30 days" in said_by(app))


def test_a_disk_is_marked_and_the_last_backup_tried_by_keyboard(
    qtbot: QtBot, station_folder: Path, tmp_path: Path, clock: SetClock, disks: Disks
) -> None:
    stick = tmp_path / "stick"
    disks.plug(stick)
    with program(qtbot, station_folder, clock) as app:
        section = settings(qtbot, app, "backup").current()
        assert isinstance(section, BackupSection)
        qtbot.waitUntil(lambda: section.use.isEnabled() and section.target.field.text() == str(stick))
        assert section.facts.value("Last proved to open") == "never"
        section.target.setFocus()
        press(KEY.Key_Return, CTRL)
        qtbot.waitUntil(section.result.isVisible, timeout=10_000)
        press(KEY.Key_U, ALT)
        qtbot.waitUntil(lambda: str(stick) in section._marked)
        assert "in use for backups" in section.tiles[0].accessibleName()
        qtbot.waitUntil(lambda: section.trial.source.field.text().startswith(str(stick)))
        press(KEY.Key_T, ALT)
        qtbot.waitUntil(section.trial.passphrase.hasFocus)
        type_text("not this")
        press(KEY.Key_Return, CTRL)
        qtbot.waitUntil(lambda: bool(section.trial.passphrase_field.mistake.text()), timeout=10_000)
        section.trial.passphrase.selectAll()
        type_text(PASSPHRASE)
        press(KEY.Key_Return, CTRL)
        qtbot.waitUntil(lambda: "state equal" in str(section.trial.outcome._lines), timeout=10_000)
        qtbot.waitUntil(section.trial.back.hasFocus)
        press(KEY.Key_Escape)
        qtbot.waitUntil(section.make.isVisible)
        qtbot.waitUntil(lambda: section.facts.value("Last proved to open") != "never")
        section.target.set_path(str(stick))
        press(KEY.Key_U, ALT)
        qtbot.waitUntil(lambda: not section._marked)


def test_a_station_is_closed_with_two_confirmations_and_is_gone(
    qtbot: QtBot, tmp_path: Path, clock: SetClock, disks: Disks
) -> None:
    folder = make_template(tmp_path / "station", practice=True).folder
    stick = tmp_path / "stick"
    stick.mkdir()
    with program(qtbot, folder, clock) as app:
        section = settings(qtbot, app, "close").current()
        assert isinstance(section, CloseSection)
        qtbot.waitUntil(lambda: section.state is not None)
        assert not section.close_it.isEnabled() and not section.wipe_it.isEnabled()
        section.target.set_path(str(stick))
        section.mean_it.setChecked(True)
        section.code.set_text("MT")
        section.passphrase.setText(PASSPHRASE)
        section.code.setFocus()
        press(KEY.Key_Return, CTRL)
        qtbot.waitUntil(lambda: "not the code" in section.code.mistake.text(), timeout=10_000)
        section.code.set_text("LB")
        section.passphrase.setText("wrong words")
        press(KEY.Key_Return, CTRL)
        qtbot.waitUntil(lambda: bool(section.passphrase_field.mistake.text()), timeout=10_000)
        assert startup.is_set_up(folder)
        section.passphrase.setText(PASSPHRASE)
        press(KEY.Key_Return, CTRL)
        qtbot.waitUntil(lambda: section.closed is not None, timeout=20_000)
        assert not startup.is_set_up(folder) and not list(folder.glob("*.db*"))
        assert "is closed" in str(section.standing._lines)
        status_of(app).refresh()
        status_of(app).keeper.look()
        app.worker.changed.emit(
            Changes.of("foreign")
        )  # the backup wrote into the file, which is seen a moment later
        qtbot.waitUntil(lambda: not app.worker.is_busy)
        assert app.window is not None and "our side" not in app.window.toast.text()
        with qtbot.waitSignal(app.closed):
            press(KEY.Key_Return, CTRL)
    assert json.loads((folder / destroy.CLOSED).read_text())["how"] == "closed"
    assert not (folder / faults.REPORTS).exists() and not (folder / faults.LOG).exists()
    assert not (folder / "reports").exists()
    with program(qtbot, folder, clock) as app:  # the folder is as good as new
        assert app.door is not None and type(app.door.page).__name__ == "FirstRunPage"


def test_the_keys_are_destroyed_at_once(
    qtbot: QtBot, station_folder: Path, clock: SetClock, disks: Disks
) -> None:
    with program(qtbot, station_folder, clock) as app:
        section = settings(qtbot, app, "close").current()
        assert isinstance(section, CloseSection)
        qtbot.waitUntil(lambda: section.state is not None)
        assert section.reason.isVisible()
        section.mean_it.setChecked(True)
        section.code.set_text("LB")
        section.wipe_it.click()
        qtbot.waitUntil(lambda: section.closed is not None, timeout=10_000)
    assert json.loads((station_folder / destroy.CLOSED).read_text())["how"] == "wiped"
    assert not (station_folder / "reports").exists() and not list(station_folder.glob("keys.json"))


def test_the_bar_keeps_its_words_of_before() -> None:
    assert status_watch.OLD_BACKUP_HOURS > status_watch.LATE_BACKUP_HOURS
