"""Settings: how the station is set up, as a file: written, or looked at and taken in from another station."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtWidgets import QWidget

from shelterdesk.actions.settings_file import (
    SettingsChange,
    SettingsTaken,
    export_settings,
    look_at_settings,
    take_settings_in,
)
from shelterdesk.actions.undo import undo_last
from shelterdesk.core.errors import WorldError
from shelterdesk.core.roles import DOES
from shelterdesk.core.words import ntr, tr
from shelterdesk.ui.dialogs.path_field import PathField, PathKind
from shelterdesk.ui.screens.settings_section import Section
from shelterdesk.ui.widgets import (
    ButtonRow,
    Column,
    EmptyState,
    PrimaryButton,
    RowsModel,
    RowsTable,
    SecondaryButton,
    Tone,
    rule,
    words,
)
from shelterdesk.ui.worker import DeskWorker


class SettingsFileSection(Section):
    """Above, where to write it; below, a file, *Look at it*, the list of what would be different, *Take it in*."""

    name = "file"
    station_only = True
    roles = DOES["change settings"]

    @staticmethod
    def heading() -> str:
        return tr("Settings as a file")

    def __init__(self, worker: DeskWorker, parent: QWidget | None = None) -> None:
        super().__init__(worker, self.heading(), parent)
        self._looked_at: tuple[Path, tuple[SettingsChange, ...]] | None = None
        self.told = words(
            tr(
                "Hours, settings, standards, services and the site plan, to set up another station alike. Nobody who "
                "lives here or works here is in it, and no key."
            ),
            "secondary",
            wrap=True,
        )
        files = tr("Settings (*.json)")
        self.target = PathField(tr("Write to"), PathKind.NEW_FILE, files=files)
        self.write = SecondaryButton(tr("Write the file"), "Ctrl+S")
        self.source = PathField(tr("Take in from"), PathKind.OLD_FILE, files=files)
        self.look = SecondaryButton(tr("Look at it"), "Ctrl+O")
        self.take = PrimaryButton(tr("Take it in"))
        self.take.setEnabled(False)
        self.primary = self.take
        self.model: RowsModel[SettingsChange] = RowsModel(_columns(), key=lambda one: (one.what, one.then))
        empty = EmptyState(
            "settings",
            tr("Nothing is looked at yet."),
            tr("What a file would make different stands here before it is taken in."),
        )
        self.table = RowsTable(self.model, empty, name=tr("What would be different"), count=_count)
        self.add(self.told)
        self.add(self.target)
        self.add(ButtonRow(self.write))
        self.add(rule())
        self.add(self.source)
        self.add(ButtonRow(self.look))
        self.add(self.table, 1)
        self.add(ButtonRow(self.take))
        self.target.set_path(str(Path.home() / "shelterdesk-settings.json"))
        self.write.clicked.connect(self._on_write)
        self.look.clicked.connect(self.on_look)
        self.take.clicked.connect(self._on_take)
        self.source.chosen.connect(lambda _: self.on_look())
        self.source.field.changed.connect(lambda _: self._forget())

    def on_look(self) -> None:
        """Ask what the file would make different."""
        path = self.source.path()
        if path is None:
            self.source.set_mistake(tr("Choose the file of settings."))
            self.source.setFocus()
            return
        self.worker.write(
            look_at_settings,
            path,
            done=lambda changes: self._show(path, changes),
            failed=self._on_not_taken,
        )

    def _on_write(self) -> None:
        path = self.target.path()
        if path is None:
            self.target.set_mistake(tr("Choose where to write the file."))
            self.target.setFocus()
            return
        self.target.set_mistake("")
        self.worker.write(
            export_settings,
            path,
            done=lambda _: self.say(tr("Written: {path}", path=str(path))),
            failed=lambda error: self._mistake(self.target, error),
        )

    def _show(self, path: Path, changes: tuple[SettingsChange, ...]) -> None:
        if path != self.source.path():  # another one was chosen meanwhile
            return
        self.source.set_mistake("")
        self._looked_at = (path, changes)
        self.model.set_rows(changes)
        self.take.setEnabled(bool(changes))
        if changes:
            self.take.setFocus()
        else:
            self.say(tr("The station is set up like this already."), Tone.NEUTRAL)

    def _forget(self) -> None:
        self._looked_at = None
        self.model.set_rows([])
        self.take.setEnabled(False)

    def _on_take(self) -> None:
        if self._looked_at is not None:
            self.take.setEnabled(False)
            self.worker.write(
                take_settings_in, *self._looked_at, done=self._on_taken, failed=self._on_not_taken
            )

    def _on_taken(self, taken: SettingsTaken) -> None:
        self._forget()
        said = ntr("{n} thing was changed.", "{n} things were changed.", len(taken.changes))
        self.say(said, undo=lambda: self._undo(taken.undo))

    def _undo(self, token: tuple[bytes, ...]) -> None:
        self.worker.write(
            undo_last,
            token,
            done=lambda _: self.say(tr("The station is set up as before.")),
            failed=self.say_error,
        )

    def _on_not_taken(self, error: WorldError) -> None:
        self._forget()
        self._mistake(self.source, error)

    @staticmethod
    def _mistake(field: PathField, error: WorldError) -> None:
        field.set_mistake(f"{error.sentence} {error.next_step}".strip())
        field.setFocus()


def _columns() -> list[Column[SettingsChange]]:
    return [
        Column(tr("What"), lambda one: one.what, strong=True),
        Column(tr("Now"), lambda one: one.now),
        Column(tr("With this file"), lambda one: one.then),
    ]


def _count(shown: int, total: int) -> str:
    if shown == total:
        return ntr("{n} thing would be different", "{n} things would be different", total)
    return tr("{shown} of {total}", shown=shown, total=total)
