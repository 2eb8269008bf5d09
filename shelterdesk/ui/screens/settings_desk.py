"""Settings: how this desk looks and behaves; each choice holds at once."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from shelterdesk.core.changes import Changes
from shelterdesk.core.words import language, ntr, tr
from shelterdesk.ui.log_in import theme_names
from shelterdesk.ui.preferences import Preferences, changed, language_names, read_preferences
from shelterdesk.ui.screens.settings_section import Section
from shelterdesk.ui.widgets import FieldGrid, LabelledField, PickField, TickBox, words
from shelterdesk.ui.worker import DeskWorker

TEXT_SIZES = (100, 110, 125, 150, 175, 200)
IDLE_MINUTES = (1, 2, 3, 5, 10, 15, 30, 60)


class DeskSection(Section):
    """Language, colours, size of text, when the desk locks, keys along the bottom, movement.

    Signals: ``wanted(Preferences)`` whenever something was chosen.
    """

    name = "desk"
    wanted = Signal(object)

    @staticmethod
    def heading() -> str:
        return tr("This desk")

    def __init__(self, worker: DeskWorker, parent: QWidget | None = None) -> None:
        super().__init__(worker, self.heading(), parent)
        self.language = PickField(language_names())
        self.theme = PickField(theme_names())
        sizes = {*TEXT_SIZES, read_preferences(worker.folder).text_percent}
        self.text_size = PickField([(str(n), tr("{n} %", n=n)) for n in sorted(sizes)])
        minutes = {*IDLE_MINUTES, read_preferences(worker.folder).idle_minutes}
        self.idle = PickField([(str(n), ntr("{n} minute", "{n} minutes", n)) for n in sorted(minutes)])
        self.key_strip = TickBox(tr("Show the keys along the bottom"))
        self.still = TickBox(tr("Leave out movement"))
        grid = FieldGrid()
        grid.add_row(
            (LabelledField(tr("Language"), self.language), 2), (LabelledField(tr("Colours"), self.theme), 2)
        )
        grid.add_row(
            (LabelledField(tr("Size of text"), self.text_size), 2),
            (LabelledField(tr("Lock when nobody works here for"), self.idle), 2),
        )
        self.add(grid)
        self.add(self.key_strip)
        self.add(self.still)
        self.add(
            words(tr("Ctrl+L locks at once. These choices hold for this desk only."), "secondary", wrap=True)
        )
        self.add_stretch()
        self._show(read_preferences(worker.folder))
        self.language.picked.connect(lambda code: self._want(language=code))
        self.theme.picked.connect(lambda mode: self._want(theme=mode))
        self.text_size.picked.connect(lambda size: self._want(text_percent=int(size)))
        self.idle.picked.connect(lambda minutes: self._want(idle_minutes=int(minutes)))
        self.key_strip.toggled.connect(lambda on: self._want(key_strip=on))
        self.still.toggled.connect(lambda on: self._want(still=on))

    def refresh(self, changes: Changes | None) -> None:
        self._show(read_preferences(self.worker.folder))

    def _show(self, now: Preferences) -> None:
        self.language.set_value(now.language or language())
        self.theme.set_value(now.theme)
        self.text_size.set_value(str(now.text_percent))
        self.idle.set_value(str(now.idle_minutes))
        for box, on in ((self.key_strip, now.key_strip), (self.still, now.still)):
            box.blockSignals(True)
            box.setChecked(on)
            box.blockSignals(False)

    def _want(self, **what: Any) -> None:
        self.wanted.emit(changed(read_preferences(self.worker.folder), **what))
