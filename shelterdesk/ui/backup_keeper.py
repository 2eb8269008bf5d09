"""Makes backups by itself: when a marked disk is plugged in, every few hours, after the sheet, before the battery ends."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, QTimer

from shelterdesk.actions.backup_disks import (
    BackupPlan,
    KeptBackup,
    is_marked,
    keep_backup,
    keep_own_copy,
    kept_words,
    read_plan,
)
from shelterdesk.actions.backups import first_backup_ms
from shelterdesk.actions.desk import Desk
from shelterdesk.actions.drill import is_drill_due, last_drill_ms
from shelterdesk.core.changes import Changes
from shelterdesk.core.errors import WorldError
from shelterdesk.core.moment import Clock, to_milliseconds
from shelterdesk.core.roles import may_do
from shelterdesk.core.words import tr
from shelterdesk.db.backup import Stopped
from shelterdesk.db.status import last_backup_ms
from shelterdesk.db.store import Reader
from shelterdesk.ui.backing_up import Asked, BackingUp, Progress
from shelterdesk.ui.main_window import MainWindow
from shelterdesk.ui.volumes import Volume, VolumeWatch
from shelterdesk.ui.widgets import Tone
from shelterdesk.ui.widgets.beside import Beside
from shelterdesk.ui.worker import DeskWorker

LOOK_MS = 60_000
FRESH_MINUTES = 10
"""A disk plugged in, or a sheet frozen, so soon after a backup brings no other one."""

REST_MINUTES = 30
"""After one that failed, unless a disk is plugged in."""


@dataclass(frozen=True, slots=True)
class Standing:
    """What decides whether a backup is due. Times in UTC ms, None for never."""

    plan: BackupPlan
    last_ms: int | None
    drill_ms: int | None
    first_ms: int | None = None


def standing(reader: Reader) -> Standing:
    """The plan, when the last backup was made, when one was proved to open, and when the first was made."""
    return Standing(
        read_plan(reader), last_backup_ms(reader.conn), last_drill_ms(reader), first_backup_ms(reader)
    )


def is_due(stands: Standing, now_ms: int, *, after_minutes: int | None = None) -> bool:
    """Whether a backup is due: after the hours of the plan, or already ``after_minutes`` since the last one."""
    if stands.last_ms is None or stands.last_ms > now_ms:
        return True
    wait = after_minutes * 60_000 if after_minutes is not None else stands.plan.hours * 3_600_000
    return now_ms - stands.last_ms >= wait


class BackupKeeper(QObject):
    """Stands beside one window from :meth:`start` to :meth:`stop`."""

    def __init__(self, window: MainWindow, worker: DeskWorker, clock: Clock) -> None:
        super().__init__(window)
        self._window, self._worker, self._clock = window, worker, clock
        self.backing_up = BackingUp(window, worker)
        self._beside = Beside(self, "backup disks")
        self._watch = VolumeWatch(self, worker.folder)
        self._watch.changed.connect(self._on_volumes)
        self._volumes: list[Volume] | None = None
        self._timer = QTimer(self)
        self._timer.setInterval(LOOK_MS)
        self._timer.timeout.connect(lambda: self.look())
        self._rest_until_ms = 0
        self._is_running = False
        self._reminded = False

    def start(self) -> None:
        """Keep backups from now on."""
        self._is_running = True
        self._worker.changed.connect(self._on_changed)
        self._watch.start()
        self._timer.start()

    def stop(self) -> None:
        """Make none any more; one under way ends and leaves nothing."""
        if self._is_running:
            self._is_running = False
            self._worker.changed.disconnect(self._on_changed)
            self._watch.stop()
            self._timer.stop()
            self.backing_up.stop()

    def look(self, *, after_minutes: int | None = None, is_plugged: bool = False) -> None:
        """Make a backup if one is due and a disk for it is there."""
        desk = self._worker.desk
        if self._is_running and desk is not None and not desk.store.is_closed and self._volumes is not None:
            self._worker.read(
                standing,
                done=lambda stands: self._on_standing(stands, after_minutes, is_plugged),
                topic="keeper",
            )

    def save_before_the_end(self) -> None:
        """The battery ends: a backup on the disk that is there, else a copy on the laptop's own."""
        self._worker.read(standing, done=lambda stands: self._find(stands, True, True), topic="keeper end")

    def _on_volumes(self, found: Sequence[Volume]) -> None:
        before, self._volumes = self._volumes, list(found)
        new = {one.path for one in found} - {one.path for one in before or ()}
        plugged = before is not None and bool(new)
        self.look(after_minutes=FRESH_MINUTES if plugged else None, is_plugged=plugged)

    def _on_changed(self, changes: Changes) -> None:
        if changes.touches(("daily_sheet",)):
            self.look(after_minutes=FRESH_MINUTES)

    def _on_standing(self, stands: Standing, after_minutes: int | None, is_plugged: bool) -> None:
        now = to_milliseconds(self._clock.now())
        self._remind(stands, now)
        is_resting = now < self._rest_until_ms and not is_plugged
        if self._is_running and not is_resting and is_due(stands, now, after_minutes=after_minutes):
            self._find(stands, is_plugged, False)

    def _find(self, stands: Standing, is_told: bool, is_last: bool) -> None:
        """Which disks: marked ones first, any removable one where the plan says so; the next one where one fails."""
        desk = self._worker.desk
        if desk is None or self.backing_up.is_busy:
            return
        there = [one for one in self._volumes or () if not one.is_read_only]
        dev, plan = desk.who.dev, stands.plan

        def find() -> list[Path | None]:
            marked = [one.path for one in there if is_marked(Path(one.path), dev, plan)]
            rest = [one.path for one in there if one.is_removable] if plan.any_disk else []
            found: list[Path | None] = [Path(path) for path in dict.fromkeys(marked + rest)]
            return [*found, None] if is_last else found  # None is the laptop's own disk

        self._beside.do(find, done=lambda roots: self._begin(roots, plan, is_told))

    def _begin(self, roots: Sequence[Path | None], plan: BackupPlan, is_told: bool) -> None:
        if not self._is_running or not roots:
            return
        root, *others = roots

        def work(desk: Desk, progress: Progress, cancelled: Asked) -> KeptBackup:
            if root is None:
                return KeptBackup(keep_own_copy(desk, progress, cancelled), 0)
            return keep_backup(desk, root, plan, progress, cancelled)

        def failed(error: WorldError) -> None:
            self._on_failed(error)
            if not isinstance(error, Stopped):
                self._begin(others, plan, True)

        self.backing_up.begin(work, partial(self._on_kept, is_told, root), failed, is_noted=root is not None)

    def _on_kept(self, is_told: bool, root: Path | None, kept: KeptBackup) -> None:
        self._rest_until_ms = 0
        if root is None:
            self._window.say(
                tr("No disk for backups is plugged in: a copy was kept on this laptop's own disk."), Tone.WARN
            )
        elif is_told:
            said = tr("You can take it out once the system lets it go.")
            self._window.say(f"{kept_words(kept)} {said}", Tone.OK)

    def _on_failed(self, error: WorldError) -> None:
        self._rest_until_ms = to_milliseconds(self._clock.now()) + REST_MINUTES * 60_000
        tone = Tone.NEUTRAL if isinstance(error, Stopped) else Tone.BAD
        said = tr("No backup was made.")
        text = error.sentence if isinstance(error, Stopped) else f"{said} {error.sentence} {error.next_step}"
        if self._is_running:
            self._window.say(text.strip(), tone)

    def _remind(self, stands: Standing, now: int) -> None:
        desk = self._worker.desk
        if self._reminded or desk is None or not may_do(desk.user.roles, "make a backup"):
            return
        if is_drill_due(stands.drill_ms, stands.first_ms, now):
            self._reminded = True
            self._window.say(
                tr("For more than 30 days no backup was tried. Settings, Backup, Try the last backup."),
                Tone.WARN,
            )
