"""Keeps the status bar true: asked anew after every change and each half minute, and the time of day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from PySide6.QtCore import QObject, QTimer

from shelterdesk.actions.places import list_places
from shelterdesk.core.moment import Clock, from_milliseconds, to_milliseconds
from shelterdesk.core.words import ntr, tr
from shelterdesk.db import meta
from shelterdesk.db.receipts import OnlyHere, last_heard_ms, last_receipt_ms, only_here
from shelterdesk.db.store import Reader
from shelterdesk.ui.battery import Battery, read_battery
from shelterdesk.ui.main_window import MainWindow
from shelterdesk.ui.widgets import OtherDesk, StatusLine
from shelterdesk.ui.worker import DeskWorker

AGAIN_MS = 30_000
LATE_BACKUP_HOURS = 24
LATE_DESK_HOURS = 4
_SECOND_MS = 1_000


@dataclass(frozen=True, slots=True)
class DeskState:
    """What the bar tells, as read: people and places, unconfirmed records, times in UTC milliseconds."""

    present: int
    places: int
    only_here: OnlyHere
    receipt_ms: int | None
    backup_ms: int | None
    desks: tuple[tuple[str, int | None], ...]


def read_state(reader: Reader) -> DeskState:
    """The state of this desk now."""
    site = list_places(reader)
    backup = meta.get(reader.conn, "last_backup_ms")
    heard = last_heard_ms(reader.conn)
    others = sorted(
        (desk.slot, heard.get(desk.dev))
        for desk in reader.roster.desks.values()
        if desk.station == reader.who.station and desk.dev != reader.who.dev and desk.valid_upto is None
    )
    return DeskState(
        site.present,
        site.site.capacity,
        only_here(reader.conn, reader.who.dev),
        last_receipt_ms(reader.conn),
        int(backup) if backup is not None else None,
        tuple(others),
    )


def line_of(
    state: DeskState, now: datetime, zone: str, user: str, battery: Battery | None, clock_doubt: str = ""
) -> StatusLine:
    """What was read, in the words of the bar; ``now`` is aware, ``zone`` the station's IANA name."""
    late = state.backup_ms is None or hours_since(state.backup_ms, now) >= LATE_BACKUP_HOURS
    return StatusLine(
        present=state.present,
        places=state.places or None,
        only_here=state.only_here.events,
        only_here_since=when(state.only_here.since_ms, now, zone),
        office_up_to=when(state.receipt_ms, now, zone),
        backup=ago(state.backup_ms, now),
        is_backup_late=late,
        desks=tuple(
            OtherDesk(
                slot,
                when(at, now, zone) or tr("never"),
                at is None or hours_since(at, now) >= LATE_DESK_HOURS,
            )
            for slot, at in state.desks
        ),
        battery=battery.percent if battery is not None else None,
        is_charging=battery.is_charging if battery is not None else False,
        clock_doubt=clock_doubt,
        user=user,
    )


def hours_since(at_ms: int, now: datetime) -> float:
    """Hours between a moment and now."""
    return (to_milliseconds(now) - at_ms) / 3_600_000


def when(at_ms: int | None, now: datetime, zone: str) -> str:
    """A moment in the shortest words that tell it: the time today, else the day; nothing for None."""
    if at_ms is None:
        return ""
    there = ZoneInfo(zone)
    at, today = from_milliseconds(at_ms).astimezone(there), now.astimezone(there)
    return f"{at:%H:%M}" if at.date() == today.date() else f"{at:%Y-%m-%d}"


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

    def start(self) -> None:
        """Show the state and the time from now on."""
        self._worker.changed.connect(self.refresh)
        self._again.start()
        self._second.start()
        self._show_time()
        self.refresh()

    def stop(self) -> None:
        """Ask no more."""
        if not self._stopped:
            self._stopped = True
            self._again.stop()
            self._second.stop()
            self._worker.changed.disconnect(self.refresh)

    def refresh(self, *_: object) -> None:
        """Ask for the state; several changes at once are answered once."""
        if self._worker.desk is not None:
            self._worker.read(read_state, done=self._show, topic="status")

    def _show(self, state: DeskState) -> None:
        desk = self._worker.desk
        if self._stopped or desk is None:
            return
        doubt = tr("this laptop's clock is in doubt") if desk.store.clock_doubt else ""
        line = line_of(state, self._clock.now(), desk.who.zone, desk.user.name, read_battery(), doubt)
        self._window.set_status(line)

    def _show_time(self) -> None:
        desk = self._worker.desk
        if desk is not None:
            self._window.set_time(f"{self._clock.now().astimezone(ZoneInfo(desk.who.zone)):%H:%M}")
