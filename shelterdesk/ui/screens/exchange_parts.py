"""A screen of parts: their list at the left, the part itself at the right; exchange, office and papers are such."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QBoxLayout, QFrame, QScrollArea, QSizePolicy, QVBoxLayout, QWidget

from shelterdesk.core.changes import Changes
from shelterdesk.core.words import tr
from shelterdesk.ui.base_screen import Screen
from shelterdesk.ui.screens.settings_parts import Parts
from shelterdesk.ui.screens.settings_section import Section
from shelterdesk.ui.theme import theme
from shelterdesk.ui.widgets import EmptyState, FlowLayout, Tile
from shelterdesk.ui.worker import DeskWorker

_ANY_WIDTH = (1 << 24) - 1  # Qt's QWIDGETSIZE_MAX


class PartTile(Tile):
    """A line of the list: as wide as the widest of them when they stand below each other."""

    def __init__(self, name: str, detail: str = "", parent: QWidget | None = None) -> None:
        self._least_width = 0
        super().__init__(name, detail, parent)

    def set_least_width(self, pixels: int) -> None:
        """Be at least that wide."""
        self._least_width = pixels
        self.updateGeometry()

    def sizeHint(self) -> QSize:
        return super().sizeHint().expandedTo(QSize(self._least_width, 0))


class NothingHere(Section):
    """What stands there for a role that may do nothing on a screen."""

    name = "nothing"

    def __init__(self, worker: DeskWorker, parent: QWidget | None = None) -> None:
        super().__init__(worker, "", parent)
        self.add(
            EmptyState("lock", tr("Your role has nothing to do here."), tr("Ask an admin of the station.")), 1
        )


class PartsScreen(Screen):
    """Up and Down choose a part, Enter goes into it, Esc comes back to the list.

    ``list_name`` is what a screen reader calls the list. Parts are made for whoever holds one of their roles.
    """

    def __init__(self, worker: DeskWorker, sections: Sequence[type[Section]], list_name: str) -> None:
        super().__init__()
        self.worker = worker
        self._stale: set[str] = set()
        self._insides: list[QWidget] = []
        self.sections = Parts(self._make)
        self.tiles: dict[str, PartTile] = {}
        self.list = QFrame()
        self.list.setProperty("part", "card")
        self.list.setAccessibleName(list_name)
        self._tiles = FlowLayout(4, 4, self.list)
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Expanding)
        policy.setHeightForWidth(True)
        self.list.setSizePolicy(policy)
        # Not a stacked widget: that is as tall as its tallest page, and a scroll bar would hide the buttons.
        self.place = QVBoxLayout()
        self._current: Section | None = None
        self._box = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._box.addWidget(self.list)
        self._box.addLayout(self.place, 1)
        self.page.addLayout(self._box, 1)
        roles = worker.desk.user.roles if worker.desk is not None else frozenset()
        for made in sections:
            if not made.roles or not made.roles.isdisjoint(roles):
                self._promise(made)
        if not self.sections:
            self._promise(NothingHere)
        self.list.setVisible(len(self.sections) > 1)
        self.track(theme().changed, self._space_list, call_now=True)
        self.open_section(next(iter(self.sections)))

    def first_focus(self) -> QWidget | None:
        if len(self.sections) == 1:
            return self._first_of(self.current())
        return next((tile for tile in self.tiles.values() if tile.isChecked()), None)

    def refuge(self) -> QWidget | None:
        return self._first_of(self.current())

    def current(self) -> Section:
        """The part now shown."""
        if self._current is None:
            raise RuntimeError("this screen has no part")
        return self._current

    def open_section(self, name: str) -> None:
        """Show a part, fresh."""
        section = self.sections[name]
        if self._current is not None and self._current is not section:
            self._current.hide()
        self._current = section
        section.show()
        self.tiles[name].setChecked(True)
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

    def show_detail(self, name: str, detail: str) -> None:
        """A line below the name of a part in the list."""
        tile = self.tiles[name]
        if tile.detail != detail:
            tile.show_words(self.sections.heading(name), detail)
            self._space_list()

    def finish(self) -> None:
        self.primary = self.current().primary
        super().finish()

    def step_out(self) -> bool:
        """Esc: from a part back to the list of parts."""
        tile = next((tile for tile in self.tiles.values() if tile.isChecked()), None)
        if tile is None or len(self.sections) == 1 or self.list.isAncestorOf(self.focusWidget() or self):
            return False
        tile.setFocus(Qt.FocusReason.OtherFocusReason)
        return True

    def undo(self) -> bool:
        return self.current().undo()

    def fields(self) -> list[QWidget]:
        return [field for field in super().fields() if self.current().isAncestorOf(field)]

    def past_last_field(self) -> None:
        self.primary = self.current().primary
        super().past_last_field()

    def _promise(self, part: type[Section]) -> None:
        """A line in the list; the part itself is made when it is opened."""
        tile, name = PartTile(part.heading()), part.name
        tile.toggled.connect(lambda on: self.open_section(name) if on else None)
        tile.clicked.connect(self._go_in)
        self._tiles.addWidget(tile)
        self.tiles[name] = tile
        self.sections.promise(part)
        self._stale.add(name)

    def _make(self, part: type[Section]) -> Section:
        section = part(self.worker)
        section.hide()
        self.place.addWidget(section)
        section.said.connect(self.said)
        # Held on to for as long as the screen stands, for the reason given in ScrollingPage.
        self._insides += [area.viewport() for area in section.findChildren(QScrollArea)]
        return section

    def _go_in(self) -> None:
        first = self._first_of(self.current())
        if first is not None:
            first.setFocus(Qt.FocusReason.TabFocusReason)

    def _first_of(self, section: Section) -> QWidget | None:
        fields = self.fields()
        return section.first_focus() or (fields[0] if fields else section.primary)

    def _space_list(self) -> None:
        t = theme()
        folded = t.scale > 1.4
        way = QBoxLayout.Direction.TopToBottom if folded else QBoxLayout.Direction.LeftToRight
        self._box.setDirection(way)
        self._box.setSpacing(t.gap(16))
        across, down = t.gap(10), t.gap(12)
        for tile in self.tiles.values():
            tile.set_least_width(0)
        widest = max((tile.sizeHint().width() for tile in self.tiles.values()), default=0) + t.gap(8)
        for tile in self.tiles.values():
            tile.set_least_width(0 if folded else widest)  # one line of all, or one below the other
        self.list.setMinimumWidth(0 if folded else widest + 2 * across)
        self.list.setMaximumWidth(_ANY_WIDTH if folded else widest + 2 * across)
        self._tiles.setContentsMargins(across, down, across, down)  # places the tiles anew
