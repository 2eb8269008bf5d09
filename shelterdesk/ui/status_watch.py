"""Keeps the status bar true: asked anew after every change and each half minute, and the time of day."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from PySide6.QtCore import QObject, QTimer

from shelterdesk.actions.status import HeardDesk, Status, status
from shelterdesk.core.moment import Clock, milliseconds, to_milliseconds
from shelterdesk.core.roles import may_do
from shelterdesk.core.words import ntr, tr
from shelterdesk.db.conflicts import Counts
from shelterdesk.ui.apart_count import count_of
from shelterdesk.ui.backup_keeper import BackupKeeper
from shelterdesk.ui.battery import Battery, read_battery
from shelterdesk.ui.dates import when
from shelterdesk.ui.main_window import MainWindow
from shelterdesk.ui.power_watch import PowerWatch
from shelterdesk.ui.rail_entries import EXCHANGE
from shelterdesk.ui.widgets import OtherDesk, StatusLine
from shelterdesk.ui.worker import DeskWorker

AGAIN_MS = 30_000
LATE_BACKUP_HOURS = 24
OLD_BACKUP_HOURS = 72
LATE_DESK_HOURS = 4
_SECOND_MS = 1_000


def line_of(
    state: Status, now: datetime, zone: str, user: str, battery: Battery | None, disk: str = ""
) -> StatusLine:
    """How things stand, in the words of the bar; ``now`` is aware, ``zone`` the station's IANA name."""
    backup = milliseconds(state.last_backup or "")
    return StatusLine(
        present=state.present,
        places=state.places or None,
        only_here=state.only_here,
        only_here_since=when(state.only_here_since, now, zone),
        office_up_to=when(state.office_receipt, now, zone),
        backup=ago(backup, now),
        is_backup_late=backup is None or hours_since(backup, now) >= LATE_BACKUP_HOURS,
        is_backup_old=backup is not None and hours_since(backup, now) >= OLD_BACKUP_HOURS,
        disk=disk,
        desks=tuple(_other(one, now, zone) for one in state.desks),
        battery=battery.percent if battery is not None else None,
        is_charging=battery.is_charging if battery is not None else False,
        clock_doubt=tr("look at the clock of this laptop: it may be wrong") if state.clock_doubt else "",
        user=user,
        is_office=state.is_office,
    )


def _other(desk: HeardDesk, now: datetime, zone: str) -> OtherDesk:
    at = milliseconds(desk.last_heard_at or "")
    is_late = at is None or hours_since(at, now) >= LATE_DESK_HOURS
    return OtherDesk(desk.desk, when(desk.last_heard_at, now, zone) or tr("never"), is_late)


def hours_since(at_ms: int, now: datetime) -> float:
    """Hours between a moment and now."""
    return (to_milliseconds(now) - at_ms) / 3_600_000


def ago(at_ms: int | None, now: datetime) -> str:
    """How long ago, in whole minutes, hours or days; nothing for None."""
    if at_ms is None:
        return ""
    minutes = max(0, to_milliseconds(now) - at_ms) // 60_000
    if minutes < 60:
        return ntr("{n} minute ago", "{n} minutes ago", minutes)
    if minutes < 48 * 60:
        return ntr("{n} hour ago", "{n} hours ago", minutes // 60)
    return ntr("{n} day ago", "{n} days ago", minutes // 1440)


class StatusWatch(QObject):
    """Stands beside one window from :meth:`start` to :meth:`stop`."""

    def __init__(self, window: MainWindow, worker: DeskWorker, clock: Clock) -> None:
        super().__init__(window)
        self._window, self._worker, self._clock = window, worker, clock
        self._again = QTimer(self)
        self._again.setInterval(AGAIN_MS)
        self._again.timeout.connect(self.refresh)
        self._second = QTimer(self)
        self._second.setInterval(_SECOND_MS)
        self._second.timeout.connect(self._show_time)
        self._stopped = False
        self.keeper = BackupKeeper(window, worker, clock)
        self.power = PowerWatch(window, worker, self.keeper)

    def start(self) -> None:
        """Show the state and the time from now on."""
        self._worker.changed.connect(self.refresh)
        self._again.start()
        self._second.start()
        self._show_time()
        self.refresh()
        self.keeper.start()

    def stop(self) -> None:
        """Ask no more."""
        if not self._stopped:
            self._stopped = True
            self.keeper.stop()
            self._again.stop()
            self._second.stop()
            self._worker.changed.disconnect(self.refresh)

    def refresh(self, *_: object) -> None:
        """Ask for the state; several changes at once are answered once."""
        if self._worker.desk is not None:
            self._worker.read(status, self._clock.now(), done=self._show, topic="status")

    def _show(self, state: Status) -> None:
        desk = self._worker.desk
        if self._stopped or desk is None:
            return
        battery = read_battery()
        disk = self.power.look(battery)
        line = line_of(state, self._clock.now(), desk.who.zone, desk.user.name, battery, disk)
        self._window.set_status(line)
        may_settle = may_do(desk.user.roles, "settle what was written apart")
        self._window.rail.show_count(EXCHANGE.name, *count_of(state.apart if may_settle else Counts()))

    def _show_time(self) -> None:
        desk = self._worker.desk
        if desk is not None:
            self._window.set_time(f"{self._clock.now().astimezone(ZoneInfo(desk.who.zone)):%H:%M}")
