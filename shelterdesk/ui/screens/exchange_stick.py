"""Exchange: one button takes in what lies on a stick and writes what nobody has confirmed; told as it was."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QWidget

from shelterdesk.actions.exchange import Exported, export_bundle
from shelterdesk.actions.exchange_state import ExchangeState
from shelterdesk.actions.taking_in import Imported, import_from
from shelterdesk.core.changes import Changes
from shelterdesk.core.errors import WorldError
from shelterdesk.core.roles import DOES
from shelterdesk.core.words import ntr, tr
from shelterdesk.sync.sending import OFFICE
from shelterdesk.sync.stick import NotOurs
from shelterdesk.ui.dialogs.path_field import PathField, PathKind
from shelterdesk.ui.long_work import LongWork
from shelterdesk.ui.screens.exchange_lines import Lines
from shelterdesk.ui.screens.exchange_reads import Standing, standing
from shelterdesk.ui.screens.exchange_words import (
    Line,
    exported_said,
    gaps_said,
    imported_said,
    moment_said,
    only_here_said,
    outcome_said,
    size_said,
    travelling_said,
)
from shelterdesk.ui.screens.settings_section import Section
from shelterdesk.ui.sticks import Stick, StickWatch
from shelterdesk.ui.widgets import (
    ButtonRow,
    Choice,
    ChoiceField,
    FlowLayout,
    LabelledField,
    PrimaryButton,
    SecondaryButton,
    Tile,
    Tone,
    rule,
    words,
)
from shelterdesk.ui.worker import DeskWorker, Task

TABLE = "table"
LISTED = 6  # parts named one by one in the outcome; the list of what was set aside has all


class StickSection(Section):
    """Sticks found, a folder of one's own choice, the button, and what became of it."""

    name = "stick"
    roles = DOES["write a bundle"]
    kinds = frozenset({"status", "roster", "foreign", "access"})

    @staticmethod
    def heading() -> str:
        return tr("Stick or folder")

    def __init__(self, worker: DeskWorker, parent: QWidget | None = None) -> None:
        super().__init__(worker, self.heading(), parent)
        self.state: ExchangeState | None = None
        self._busy = False
        self._path_typed = False
        self._outcome: list[Line] = []
        self.standing = Lines(tr("How this desk stands"))
        self.none_there = words(
            tr("No stick is plugged in. Plug one in and it appears here, or choose a folder."),
            "secondary",
            wrap=True,
        )
        self.sticks = QWidget()
        self.sticks.setProperty("part", "clear")
        self._flow = FlowLayout(8, 8, self.sticks)
        self.sticks.hide()
        self.tiles: list[Tile] = []
        self.folder = PathField(tr("Exchange with"), PathKind.FOLDER, hint=tr("a stick or a folder"))
        self.audience = ChoiceField(
            [
                Choice(OFFICE, tr("Office"), tr("for the office; the desks of this station can read it too")),
                Choice(TABLE, tr("Desks"), tr("for the other desks of this station")),
            ]
        )
        self.audience.set_value(OFFICE)
        self.audience_field = LabelledField(
            tr("Write for"), self.audience, reading=lambda _: self.audience.words()
        )
        self.audience_field.setProperty("not_kept", True)
        self.audience_field.hide()
        self.outcome = Lines(tr("What became of it"))
        self.exchange_button = PrimaryButton(tr("Exchange now"), icon="exchange")
        self.take_in_button = SecondaryButton(tr("Only take in"), "Ctrl+I", icon="download")
        self.write_button = SecondaryButton(tr("Only write"), "Ctrl+E", icon="upload")
        self.primary = self.exchange_button
        for part in (self.standing, rule(), self.none_there, self.sticks, self.folder, self.audience_field):
            self.add(part)
        self.add(self.outcome)
        self.add_stretch()
        self.add(ButtonRow(self.exchange_button, self.take_in_button, self.write_button))
        self.watch = StickWatch(self)
        self.watch.changed.connect(self.show_sticks)
        self.exchange_button.clicked.connect(lambda: self._go(take_in=True, write=True))
        self.take_in_button.clicked.connect(lambda: self._go(take_in=True, write=False))
        self.write_button.clicked.connect(lambda: self._go(take_in=False, write=True))
        self.folder.line.textEdited.connect(self._on_typed)
        self.folder.chosen.connect(self._on_typed)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.watch.start()

    def hideEvent(self, event: QHideEvent) -> None:
        self.watch.stop()
        super().hideEvent(event)

    def refresh(self, changes: Changes | None) -> None:
        self.worker.read(standing, done=self._show_state, topic="exchange state")

    def show_sticks(self, found: list[Stick]) -> None:
        """Show the sticks plugged in; the first one with a folder of ours is taken unless a folder was chosen."""
        for tile in self._flow.take_all():
            tile.deleteLater()
        self.tiles = []
        for stick in found:
            detail = tr("{size} free", size=size_said(stick.free))
            if stick.is_read_only:
                detail = tr("write-protected")
            elif stick.has_ours:
                detail = tr("{detail} · from ShelterDesk", detail=detail)
            tile = Tile(stick.name, detail)
            tile.clicked.connect(lambda _=False, path=stick.path: self._take_stick(path))
            self.tiles.append(tile)
            self._flow.addWidget(tile)
        self.sticks.setVisible(bool(found))
        self.none_there.setVisible(not found)
        paths = [stick.path for stick in found]
        now = self.folder.field.text()
        if not self._path_typed and (not now or now not in paths):
            self.folder.set_path(paths[0] if paths else "")
        self._mark(paths)

    def _mark(self, paths: list[str]) -> None:
        for path, tile in zip(paths, self.tiles, strict=True):
            tile.setChecked(path == self.folder.field.text())

    def _take_stick(self, path: str) -> None:
        self._path_typed = False
        self.folder.set_path(path)
        self.folder.set_mistake("")

    def _on_typed(self, text: str) -> None:
        self._path_typed = bool(text)

    def _show_state(self, stands: Standing) -> None:
        desk = self.worker.desk
        if desk is None:
            return
        state = self.state = stands.state
        now, zone = self.worker.clock.now(), desk.who.zone
        lines = [only_here_said(state, now, zone)]
        travelling = travelling_said(state)
        if travelling:
            lines.append(Line(Tone.NEUTRAL, travelling))
        if state.last_receipt_ms is not None:
            at = moment_said(state.last_receipt_ms, now, zone)
            lines.append(Line(Tone.NEUTRAL, tr("The office has all up to {time}.", time=at)))
        elif not stands.office:
            lines.append(
                Line(Tone.NEUTRAL, tr("This station has no office yet; its desks exchange all the same."))
            )
        else:
            lines.append(Line(Tone.NEUTRAL, tr("The office has not confirmed anything yet.")))
        self.standing.show_lines([*lines, *gaps_said(state.gaps)])
        self.audience_field.setVisible(stands.desks > 1)

    def _go(self, *, take_in: bool, write: bool) -> None:
        path = self.folder.path()
        if self._busy:
            return
        if path is None or not self.folder.is_folder():
            self.folder.set_mistake(tr("Plug a stick in, or choose a folder that is there."))
            self.folder.setFocus()
            return
        self.folder.set_mistake("")
        self._outcome = []
        self.outcome.show_lines([])
        self._set_busy(True)
        if take_in:
            self._take_in(path, then_write=write)
        else:
            self._write(path)

    def _take_in(self, path: Path, *, then_write: bool) -> None:
        work = LongWork(self, Task(tr("Taking in")), can_cancel=True)

        def done(found: Imported) -> None:
            self._tell(*imported_said(found), *left_out_said(found))
            if then_write and not found.was_cancelled:
                self._write_if_needed(path)
            else:
                self._set_busy(False)

        def failed(error: WorldError) -> None:
            if then_write and isinstance(error, NotOurs):
                self._tell(Line(Tone.NEUTRAL, tr("Nothing from others lies there.")))
                self._write(path)
            else:
                self._failed(error)

        self.worker.write(
            import_from,
            path,
            work.task.progress,
            work.task.is_cancelled,
            done=work.ended(done),
            failed=work.ended(failed),
        )

    def _write_if_needed(self, path: Path) -> None:
        """A receipt may have come with the stick: a bundle that says only that it was written helps nobody."""

        def decide(stands: Standing) -> None:
            if stands.unconfirmed or self._is_for_table():
                self._write(path)
            else:
                self._tell(Line(Tone.OK, tr("Nothing had to be written: everything is confirmed.")))
                self._set_busy(False)

        self.worker.read(standing, done=decide, failed=self._failed)

    def _is_for_table(self) -> bool:
        return self.audience.value() == TABLE and not self.audience_field.isHidden()

    def _write(self, path: Path) -> None:
        work = LongWork(self, Task(tr("Writing and reading back")), can_cancel=True)
        station = self.worker.desk.who.station if self.worker.desk is not None else ""
        self.worker.write(
            export_bundle,
            path,
            station if self._is_for_table() else OFFICE,
            work.task.progress,
            work.task.is_cancelled,
            done=work.ended(self._on_written),
            failed=work.ended(self._failed),
        )

    def _on_written(self, done: Exported) -> None:
        lines = exported_said(done)
        if done.written and not done.was_cancelled:
            lines.append(Line(Tone.NEUTRAL, tr("You can take the stick out once the system lets it go.")))
        self._tell(*lines)
        self._set_busy(False)

    def _failed(self, error: WorldError) -> None:
        self._tell(Line(Tone.BAD, f"{error.sentence} {error.next_step}".strip()))
        self._set_busy(False)

    def _tell(self, *lines: Line) -> None:
        self._outcome += lines
        self.outcome.show_lines(self._outcome)

    def _set_busy(self, busy: bool) -> None:
        self._busy = busy
        for button in (self.exchange_button, self.take_in_button, self.write_button):
            button.setEnabled(not busy)
        if not busy:
            self.exchange_button.setFocus()


def left_out_said(found: Imported) -> list[Line]:
    """The first parts that were set aside or refused, each with its reason and what to do.

    Those sealed for others are none of them: nothing is wrong there, and they are counted in a line of their own.
    """
    left = [part for part in found.parts if part.outcome in ("set_aside", "refused") and not part.for_others]
    lines = [
        Line(
            Tone.WARN if part.outcome == "set_aside" else Tone.BAD,
            f"{part.name} ({outcome_said(part.outcome)}): {part.reason} {part.advice}".strip(),
        )
        for part in left[:LISTED]
    ]
    if len(left) > LISTED:
        lines.append(Line(Tone.NEUTRAL, ntr("And {n} more part.", "And {n} more parts.", len(left) - LISTED)))
    return lines
