"""The settings: a list of parts at the left, the part itself at the right; each holds what its role may change."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QFrame, QScrollArea, QVBoxLayout, QWidget

from shelterdesk.core.changes import Changes
from shelterdesk.core.words import tr
from shelterdesk.ui import rail_entries
from shelterdesk.ui.base_screen import Screen
from shelterdesk.ui.screens.exchange_admit import AdmitSection
from shelterdesk.ui.screens.exchange_enrol import EnrolSection
from shelterdesk.ui.screens.settings_access import AccessSection
from shelterdesk.ui.screens.settings_backup import BackupSection
from shelterdesk.ui.screens.settings_close import CloseSection
from shelterdesk.ui.screens.settings_desk import DeskSection
from shelterdesk.ui.screens.settings_desks import DesksSection
from shelterdesk.ui.screens.settings_file import SettingsFileSection
from shelterdesk.ui.screens.settings_holders import HoldersSection
from shelterdesk.ui.screens.settings_log_in import LogInSection
from shelterdesk.ui.screens.settings_papers import PapersSection
from shelterdesk.ui.screens.settings_parts import Parts
from shelterdesk.ui.screens.settings_passphrase import OwnPassphraseSection
from shelterdesk.ui.screens.settings_plan import PlanSection
from shelterdesk.ui.screens.settings_printers import PrintersSection
from shelterdesk.ui.screens.settings_recovery import RecoverySection
from shelterdesk.ui.screens.settings_section import Section
from shelterdesk.ui.screens.settings_site import SiteSection
from shelterdesk.ui.screens.settings_standards import StandardsSection
from shelterdesk.ui.screens.settings_station import StationSection
from shelterdesk.ui.screens.settings_update import UpdateSection
from shelterdesk.ui.screens.settings_users import UsersSection
from shelterdesk.ui.theme import theme
from shelterdesk.ui.widgets import FlowLayout, Tile
from shelterdesk.ui.widgets.page_area import PageArea
from shelterdesk.ui.worker import DeskWorker

FOLD_BELOW = 800
SECTIONS: tuple[type[Section], ...] = (
    StationSection,
    DeskSection,
    OwnPassphraseSection,
    UsersSection,
    HoldersSection,
    LogInSection,
    SiteSection,
    PlanSection,
    SettingsFileSection,
    StandardsSection,
    PapersSection,
    PrintersSection,
    BackupSection,
    RecoverySection,
    AdmitSection,
    EnrolSection,
    DesksSection,
    AccessSection,
    UpdateSection,
    CloseSection,
)


class SettingsScreen(Screen):
    """Up and Down choose a part, Enter or Tab goes into it, Esc comes back to the list.

    Signals: ``preferences_wanted(Preferences)`` when something about this desk was chosen.
    """

    entry = rail_entries.SETTINGS
    kinds: ClassVar[frozenset[str]] = frozenset().union(*(section.kinds for section in SECTIONS), {"status"})
    keeps_drafts = False
    preferences_wanted = Signal(object)

    def __init__(self, worker: DeskWorker, sections: Sequence[type[Section]] = SECTIONS) -> None:
        super().__init__()
        self._worker = worker
        self._stale: set[str] = set()
        self._insides: list[QWidget] = []
        self.sections = Parts(self._make)
        self.tiles: dict[str, Tile] = {}
        self.list = QFrame()
        self.list.setProperty("part", "card")
        self.list.setAccessibleName(tr("Parts of the settings"))
        inside = QWidget()
        inside.setProperty("part", "clear")
        self._tiles_flow = FlowLayout(4, 0, inside)
        self._tiles_area = PageArea(inside)  # more parts than a low window has room for are scrolled to
        self._tiles_area.setProperty("part", "clear")
        self._tiles_area.viewport().setProperty("part", "clear")
        column = QVBoxLayout(self.list)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self._tiles_area)
        self._shown = ""
        self.place = QWidget()
        self.place.setProperty("part", "clear")
        self._place_column = QVBoxLayout(self.place)
        self._place_column.setContentsMargins(0, 0, 0, 0)
        self._box = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._box.addWidget(self.list)
        self._box.addWidget(self.place, 1)
        self.page.addLayout(self._box, 1)
        desk = worker.desk
        roles = desk.user.roles if desk is not None else frozenset()
        for made in sections:
            here = not (made.station_only and desk is not None and desk.who.is_office)
            if here and (not made.roles or not made.roles.isdisjoint(roles)):
                self._promise(made)
        self.track(theme().changed, self._space_list, call_now=True)
        first = next(iter(self.sections))
        self.tiles[first].setChecked(True)
        self.open_section(first)

    def help_text(self) -> str:
        said = tr(
            "Choose a part at the left with the arrows and go into it with Enter; Esc comes back. "
            "You see only what your role may change. Under “Your passphrase” a PIN opens this desk again until your "
            "shift ends."
        )
        return f"{self.current().help_text()} {said}".strip()

    def first_focus(self) -> QWidget | None:
        return next((tile for tile in self.tiles.values() if tile.isChecked()), None)

    def current(self) -> Section:
        """The part now shown."""
        return self.sections[self._shown]

    def open_section(self, name: str) -> None:
        """Show a part, fresh."""
        section = self.sections[name]
        self._shown = name
        for other in self.sections.made().values():  # a hidden part asks for no room, unlike one in a stack
            other.setVisible(other is section)
        self.tiles[name].setChecked(True)
        self._tiles_area.bring_into_view(self.tiles[name])
        self.primary = section.primary
        if name in self._stale:
            self._stale.discard(name)
            section.refresh(None)

    def refresh(self, changes: Changes | None) -> None:
        now = self.current()
        for part in self.sections.promised():
            if changes is not None and not changes.touches(part.kinds):
                continue
            if part.name == now.name:
                now.refresh(changes)
            else:
                self._stale.add(part.name)
        self.primary = now.primary

    def finish(self) -> None:
        self.primary = self.current().primary  # it comes and goes with what a part shows
        super().finish()

    def step_out(self) -> bool:
        """Esc: from a part back to the list of parts."""
        tile = self.first_focus()
        if tile is None or self.list.isAncestorOf(self.focusWidget() or self):
            return False
        tile.setFocus(Qt.FocusReason.OtherFocusReason)
        return True

    def fields(self) -> list[QWidget]:
        return [field for field in super().fields() if self.current().isAncestorOf(field)]

    def _promise(self, part: type[Section]) -> None:
        """A line in the list; the part itself is made when it is opened."""
        tile, name = Tile(part.heading()), part.name
        tile.toggled.connect(lambda on: self.open_section(name) if on else None)
        tile.clicked.connect(self._go_in)
        self._tiles_flow.addWidget(tile)
        self.tiles[name] = tile
        self.sections.promise(part)
        self._stale.add(name)

    def _make(self, part: type[Section]) -> Section:
        section = part(self._worker)
        section.hide()
        self._place_column.addWidget(section)
        section.said.connect(self.said)
        if isinstance(section, DeskSection | BackupSection):
            section.wanted.connect(self.preferences_wanted)
        # Held on to for as long as the screen stands, for the reason given in ScrollingPage.
        self._insides += [area.viewport() for area in section.findChildren(QScrollArea)]
        return section

    def _go_in(self) -> None:
        fields = self.fields()
        first = fields[0] if fields else self.current().primary
        if first is not None:
            first.setFocus(Qt.FocusReason.TabFocusReason)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._space_list()

    def _space_list(self) -> None:
        """The list beside the part; above it, in lines, where the window is narrow or the text large."""
        t = theme()
        side, end = t.gap(10), t.gap(12)
        self._box.setSpacing(t.gap(16))
        self._tiles_flow.setContentsMargins(side, end, side, end)
        above = self.width() < t.px(FOLD_BELOW)
        way = QBoxLayout.Direction.TopToBottom if above else QBoxLayout.Direction.LeftToRight
        if self._box.direction() is not way:
            self._box.setDirection(way)
        widest = max((tile.sizeHint().width() for tile in self.tiles.values()), default=0)
        for tile in self.tiles.values():
            tile.setMinimumWidth(0 if above else widest)
        if above:
            self.list.setMinimumWidth(0)
            self.list.setMaximumWidth(16_777_215)
            room = self.width() - self.page.contentsMargins().left() - self.page.contentsMargins().right()
            self.list.setFixedHeight(self._tiles_flow.heightForWidth(max(room, widest)))
        else:
            bar = self._tiles_area.verticalScrollBar().sizeHint().width()
            self.list.setFixedWidth(widest + 2 * side + 2 + bar)
            self.list.setMinimumHeight(0)
            self.list.setMaximumHeight(16_777_215)
