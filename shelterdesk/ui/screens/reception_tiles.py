"""The members of the family as tiles in a row, with the way to a further one at its end."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QSizePolicy, QWidget

from shelterdesk.core.words import tr
from shelterdesk.ui.widgets import FlowLayout, QuietButton, Tile


class MemberTiles(QWidget):
    """Names and what is known in a line below; the row goes on below when it is full.

    Signals: ``chosen(int)`` with a member's place, ``further_asked()`` for one more.
    """

    chosen = Signal(int)
    further_asked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("part", "clear")
        self.setAccessibleName(tr("Members of the family"))
        self._flow = FlowLayout(4, 4, self)
        self.further = QuietButton(tr("next member"), icon="plus")
        self.further.clicked.connect(self.further_asked)
        self._flow.addWidget(self.further)
        self.tiles: list[Tile] = []
        self._made: list[Tile] = []
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def show_people(self, said: Sequence[tuple[str, str]], at: int, *, may_grow: bool) -> None:
        """Names and details, standing on the member at ``at``; ``may_grow`` offers a further one."""
        while len(self._made) < len(said):
            place = len(self._made)
            tile = Tile("")
            tile.clicked.connect(lambda _=False, place=place: self.chosen.emit(place))
            self._flow.insert_widget(place, tile)
            QWidget.setTabOrder(self._made[-1] if self._made else self, tile)
            self._made.append(tile)
        self.tiles = self._made[: len(said)]
        for place, tile in enumerate(self._made):  # kept for the next family
            tile.setVisible(place < len(said))
        for place, (tile, (name, detail)) in enumerate(zip(self.tiles, said, strict=True)):
            tile.show_words(name, detail)
            tile.setChecked(place == at)
        self.further.setVisible(may_grow)
        self.updateGeometry()
