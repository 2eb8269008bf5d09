"""Settings: a backup now or by itself, on which disks, and the trial that proves that one opens."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from shelterdesk.actions.backup_disks import (
    BackupPlan,
    KeptBackup,
    is_marked,
    mark_disk,
    read_plan,
    set_plan,
    unmark_disk,
)
from shelterdesk.actions.backups import LastBackup, last_backup, write_backup
from shelterdesk.actions.desk import Desk
from shelterdesk.actions.drill import last_drill_ms
from shelterdesk.core.changes import Changes
from shelterdesk.core.errors import WorldError
from shelterdesk.core.moment import from_milliseconds, moment_text
from shelterdesk.core.roles import DOES, may_do
from shelterdesk.core.words import ntr, tr
from shelterdesk.db.status import last_backup_ms
from shelterdesk.db.store import Reader
from shelterdesk.ui.backing_up import Asked, BackingUp, Progress
from shelterdesk.ui.dates import when
from shelterdesk.ui.dialogs.path_field import PathField, PathKind
from shelterdesk.ui.preferences import changed, read_preferences
from shelterdesk.ui.screens.exchange_words import size_said
from shelterdesk.ui.screens.settings_backup_trial import TrialPart
from shelterdesk.ui.screens.settings_section import Facts, Section
from shelterdesk.ui.volumes import Volume, VolumeWatch
from shelterdesk.ui.widgets import (
    ButtonRow,
    FieldGrid,
    FlowLayout,
    LabelledField,
    PickField,
    PrimaryButton,
    SecondaryButton,
    TickBox,
    Tile,
    words,
)
from shelterdesk.ui.widgets.beside import Beside
from shelterdesk.ui.worker import DeskWorker

HOURS = (1, 2, 3, 6, 12, 24)
KEEP = (3, 5, 10, 20)
FREE_MB = (100, 250, 500, 1_000, 2_000, 5_000)
FREE_PERCENT = (1, 2, 5, 10, 15, 20)


@dataclass(frozen=True, slots=True)
class Backups:
    """How backups of this desk stand."""

    plan: BackupPlan
    last_ms: int | None
    last: LastBackup | None
    drill_ms: int | None


def backups(reader: Reader) -> Backups:
    """How backups of this desk stand now."""
    return Backups(read_plan(reader), last_backup_ms(reader.conn), last_backup(reader), last_drill_ms(reader))


class BackupSection(Section):
    """Where to, and the button; disks that are used by themselves; the trial.

    Signals: ``wanted(Preferences)`` with the folder used last.
    """

    name = "backup"
    roles = DOES["make a backup"]
    kinds = frozenset({"status"})
    wanted = Signal(object)

    @staticmethod
    def heading() -> str:
        return tr("Backup")

    def __init__(self, worker: DeskWorker, parent: QWidget | None = None) -> None:
        super().__init__(worker, self.heading(), parent)
        self._plan = BackupPlan()
        self._volumes: list[Volume] = []
        self._marked: set[str] = set()
        self._backing_up: BackingUp | None = None
        self._marks = Beside(self, "marked disks")
        self.watch = VolumeWatch(self, worker.folder)
        self.facts = Facts()
        self.target = PathField(
            tr("Folder for the backup"), PathKind.FOLDER, hint=tr("a stick, not this disk")
        )
        self.target.set_path(read_preferences(worker.folder).backup_folder)
        self.disks = QWidget()
        self.disks.setProperty("part", "clear")
        self._flow = FlowLayout(8, 8, self.disks)
        self.disks.hide()
        self.tiles: list[Tile] = []
        self.result = words("", "ok", wrap=True)
        self.result.hide()
        self.make = PrimaryButton(tr("Make a backup now"))
        self.use = SecondaryButton(tr("Use this disk from now on"), "Alt+U", icon="stick")
        self.try_it = SecondaryButton(tr("Try the last backup"), "Alt+T", icon="check")
        self.trial = TrialPart(worker)
        self.trial.hide()
        self.primary = self.make
        self.by_itself = self._plan_part()
        self.add(
            words(
                tr(
                    "A backup is encrypted and opens with the same names and passphrases, or with the recovery "
                    "sheet. Nobody's name stands in the name of a file."
                ),
                "body",
                wrap=True,
            )
        )
        for part in (self.facts, self.target, self.disks, self.by_itself, self.result, self.trial):
            self.add(part)
        self.add_stretch()
        self.buttons = ButtonRow(self.make, self.use, self.try_it)
        self.add(self.buttons)
        self.use.setEnabled(False)
        self.make.clicked.connect(self._on_make)
        self.use.clicked.connect(self._on_use)
        self.try_it.clicked.connect(self._on_try)
        self.trial.left.connect(self._leave_trial)
        self.watch.changed.connect(self._on_volumes)
        self.target.field.changed.connect(lambda _: self._show_use())

    def _plan_part(self) -> QWidget:
        """How often and how many; only an admin changes it."""
        self.hours, self.keep = PickField(), PickField()
        self.any_disk = TickBox(tr("On every stick that is plugged in, not only on disks in use"))
        self.disk_mb, self.disk_percent = PickField(), PickField()
        grid = FieldGrid()
        grid.add_row(
            (LabelledField(tr("By itself, while such a disk is plugged in"), self.hours), 2),
            (LabelledField(tr("Kept on a disk"), self.keep, hint=tr("and one of each of 7 days")), 2),
        )
        grid.add_row(
            (LabelledField(tr("This laptop's disk is nearly full below"), self.disk_mb), 2),
            (LabelledField(tr("or, on a small disk, below"), self.disk_percent), 2),
        )
        part = QWidget()
        part.setProperty("part", "clear")
        column = QVBoxLayout(part)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(grid)
        column.addWidget(self.any_disk)
        desk = self.worker.desk
        may = desk is not None and may_do(desk.user.roles, "change settings")
        for field in (self.hours, self.keep, self.any_disk, self.disk_mb, self.disk_percent):
            field.setEnabled(may)
        self.hours.picked.connect(lambda n: self._want(replace(self._plan, hours=int(n))))
        self.keep.picked.connect(lambda n: self._want(replace(self._plan, keep=int(n))))
        self.disk_mb.picked.connect(lambda n: self._want(replace(self._plan, disk_mb=int(n))))
        self.disk_percent.picked.connect(lambda n: self._want(replace(self._plan, disk_percent=int(n))))
        self.any_disk.toggled.connect(lambda on: self._want(replace(self._plan, any_disk=on)))
        return part

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.watch.start()

    def hideEvent(self, event: QHideEvent) -> None:
        self.watch.stop()
        super().hideEvent(event)

    def help_text(self) -> str:
        return tr(
            "Plug a stick or a second disk in and press Ctrl+Enter: the backup is written, read back and compared. A "
            "disk in use gets one by itself as often as set, and whenever the battery ends. Keep it apart from the "
            "laptop. Try the last backup once a month: only one that was opened is proved. On a new laptop it is "
            "restored on the first page, with a name and passphrase of this station or with the recovery sheet."
        )

    def refresh(self, changes: Changes | None) -> None:
        self.worker.read(backups, done=self._show, topic="backups")

    def _show(self, stands: Backups) -> None:
        desk = self.worker.desk
        if desk is None:
            return
        self._plan = stands.plan
        now, zone = self.worker.clock.now(), desk.who.zone

        def said(ms: int | None) -> str:
            return (
                when(moment_text(from_milliseconds(ms), zone), now, zone) if ms is not None else tr("never")
            )

        name = f" · {stands.last.at.name}" if stands.last is not None else ""
        self.facts.show_fact(tr("Last backup"), said(stands.last_ms) + name)
        self.facts.show_fact(tr("Last proved to open"), said(stands.drill_ms))
        self.trial.offer(stands.last.at if stands.last is not None else None)
        plan = stands.plan
        for field, usual, value, words_of in (
            (self.hours, HOURS, plan.hours, _hours_said),
            (self.keep, KEEP, plan.keep, _keep_said),
            (self.disk_mb, FREE_MB, plan.disk_mb, _mb_said),
            (self.disk_percent, FREE_PERCENT, plan.disk_percent, _percent_said),
        ):
            field.set_options([(str(n), words_of(n)) for n in sorted({*usual, value})])
            field.set_value(str(value))
        self.any_disk.blockSignals(True)
        self.any_disk.setChecked(stands.plan.any_disk)
        self.any_disk.blockSignals(False)
        self._look_for_marks()

    def _on_volumes(self, found: list[Volume]) -> None:
        self._volumes = found
        self._look_for_marks()

    def _look_for_marks(self) -> None:
        desk = self.worker.desk
        if desk is None:
            return
        there, dev, plan = list(self._volumes), desk.who.dev, self._plan
        self._marks.do(
            lambda: {one.path for one in there if is_marked(Path(one.path), dev, plan)}, done=self._show_disks
        )

    def _show_disks(self, marked: set[str]) -> None:
        self._marked = marked
        for tile in self._flow.take_all():
            tile.deleteLater()
        self.tiles = []
        for one in self._volumes:
            detail = tr("{size} free", size=size_said(one.free))
            if one.is_read_only:
                detail = tr("write-protected")
            elif one.path in marked:
                detail = tr("in use for backups · {detail}", detail=detail)
            tile = Tile(one.name, detail)
            tile.setAutoExclusive(False)
            tile.clicked.connect(lambda _=False, path=one.path: self.target.set_path(path))
            self.tiles.append(tile)
            self._flow.addWidget(tile)
        self.disks.setVisible(bool(self.tiles))
        if not self.target.field.text() and self._volumes:
            self.target.set_path(self._volumes[0].path)
        self._show_use()

    def _show_use(self) -> None:
        typed = self.target.field.text().strip()
        for one, tile in zip(self._volumes, self.tiles, strict=False):
            tile.setChecked(one.path == typed)
        there = next((one for one in self._volumes if one.path == typed), None)
        is_used = typed in self._marked
        self.use.set_words(tr("Use this disk no longer") if is_used else tr("Use this disk from now on"))
        self.use.setEnabled(there is not None and not there.is_read_only)

    def _on_use(self) -> None:
        root = self.target.field.text().strip()
        if root in self._marked:
            self.worker.write(
                unmark_disk,
                Path(root),
                done=lambda _: self.say(
                    tr("This disk is not used by itself any more; the backups on it stay.")
                ),
                failed=self._on_failed,
            )
        else:
            self.worker.write(
                mark_disk,
                Path(root),
                done=lambda _: self.say(
                    tr("Whenever this disk is plugged in, a backup is made by itself and older ones go.")
                ),
                failed=self._on_failed,
            )

    def _want(self, plan: BackupPlan) -> None:
        self.worker.write(set_plan, plan, failed=self.say_error)

    def _on_make(self) -> None:
        path = self.target.path()
        if path is None or not self.target.is_folder():
            self.target.set_mistake(
                tr("Choose a folder that is there: plug the stick in, then press Choose.")
            )
            self.target.setFocus()
            return
        self.target.set_mistake("")
        self.result.hide()

        def work(desk: Desk, progress: Progress, cancelled: Asked) -> KeptBackup:
            return KeptBackup(write_backup(desk, path, progress, cancelled), 0)

        if self._backing_up is None:
            self._backing_up = BackingUp(self, self.worker)
        if self._backing_up.begin(work, lambda kept: self._on_made(path, kept), self._on_failed):
            self.make.setEnabled(False)

    def _on_made(self, path: Path, kept: KeptBackup) -> None:
        self.make.setEnabled(True)
        made = kept.made
        size = f"{made.size / 1_000_000:.1f}"
        self.result.setText(
            tr("Made and read back: {name}, {size} MB.", name=made.folder.name, size=size)
            + " "
            + tr("Take the stick out and keep it apart from the laptop.")
        )
        self.result.show()
        self.wanted.emit(changed(read_preferences(self.worker.folder), backup_folder=str(path)))
        self.refresh(None)

    def _on_failed(self, error: WorldError) -> None:
        self.make.setEnabled(True)
        self.target.set_mistake(f"{error.sentence} {error.next_step}".strip())

    def _on_try(self) -> None:
        for part in (self.target, self.disks, self.by_itself, self.result, self.buttons):
            part.hide()
        self.trial.begin()
        self.primary = self.trial.go

    def _leave_trial(self) -> None:
        self.trial.hide()
        for part in (self.target, self.by_itself, self.buttons):
            part.show()
        self.disks.setVisible(bool(self.tiles))
        self.primary = self.make
        self.try_it.setFocus()
        self.refresh(None)


def _hours_said(n: int) -> str:
    return ntr("every {n} hour", "every {n} hours", n)


def _keep_said(n: int) -> str:
    return tr("the newest {n}", n=n)


def _mb_said(n: int) -> str:
    return tr("{mb} MB free", mb=f"{n:,}")


def _percent_said(n: int) -> str:
    return tr("{n} % free", n=n)
