"""Battery and disk, looked at with every state of the bar: said in time, and everything saved before the battery ends."""

from __future__ import annotations

import shutil

from PySide6.QtCore import QObject

from shelterdesk.actions.backup_disks import BackupPlan, is_nearly_full, read_plan, settle
from shelterdesk.actions.reserve import is_used_up, keep_reserve, used_up_words, wants_reserve
from shelterdesk.core.words import tr
from shelterdesk.ui.backup_keeper import BackupKeeper
from shelterdesk.ui.battery import LOW, VERY_LOW, Battery
from shelterdesk.ui.main_window import MainWindow
from shelterdesk.ui.widgets import Tone
from shelterdesk.ui.worker import DeskWorker

_AGAIN = 5  # per cent above a limit before it is said anew


class PowerWatch(QObject):
    """``look(battery)`` with each state shown; returns what the bar says of the disk."""

    def __init__(self, window: MainWindow, worker: DeskWorker, keeper: BackupKeeper) -> None:
        super().__init__(window)
        self._window, self._worker, self._keeper = window, worker, keeper
        self._said_low = self._said_very_low = self._said_full = False
        self._said_reserve = False
        self._plan = BackupPlan()

    def look(self, battery: Battery | None) -> str:
        """Say what has to be said once, and act on it; empty while the disk has room."""
        self._worker.read(read_plan, done=self._take_plan, topic="disk limits")
        if battery is not None:
            self._look_at_battery(battery)
        return self._look_at_disk()

    def _take_plan(self, plan: BackupPlan) -> None:
        self._plan = plan

    def _look_at_battery(self, battery: Battery) -> None:
        if battery.is_charging or battery.percent > LOW + _AGAIN:
            self._said_low = self._said_very_low = False
        elif battery.percent <= VERY_LOW and not self._said_very_low:
            self._said_low = self._said_very_low = True
            self._window.say(
                tr(
                    "The battery has {n} % left: everything is being saved and copied. Plug the laptop in, or finish here.",
                    n=battery.percent,
                ),
                Tone.BAD,
            )
            self._worker.write(settle)
            self._keeper.save_before_the_end()
        elif battery.percent <= LOW and not self._said_low:
            self._said_low = True
            self._window.say(
                tr("The battery has {n} % left: plug the laptop in.", n=battery.percent), Tone.WARN
            )

    def _look_at_disk(self) -> str:
        try:
            disk = shutil.disk_usage(self._worker.folder)
        except OSError:
            return ""
        desk = self._worker.desk
        if desk is not None and wants_reserve(desk, disk.free):
            self._worker.read(keep_reserve, done=self._kept, topic="reserve")
        if desk is not None and is_used_up(desk):
            return self._say_used_up()
        if not is_nearly_full(disk.free, disk.total, self._plan):
            self._said_full = False
            return ""
        mb = f"{disk.free // 1_000_000:,}"
        if not self._said_full:
            self._said_full = True
            self._window.say(
                tr(
                    "This laptop's disk is nearly full: {mb} MB are left. Free some room before saving is no longer possible.",
                    mb=mb,
                ),
                Tone.BAD,
            )
        return tr("disk nearly full: {mb} MB left", mb=mb)

    def _say_used_up(self) -> str:
        if not self._said_reserve:
            self._said_reserve = self._said_full = True
            self._window.say(used_up_words(), Tone.BAD)
        return tr("disk full")

    def _kept(self, is_kept: bool) -> None:
        if is_kept:
            self._said_reserve = False
