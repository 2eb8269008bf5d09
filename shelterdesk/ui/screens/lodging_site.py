"""The site at a glance: its sums on top, below them blocks, rooms and beds to walk through by the arrows."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from shelterdesk.actions.places import SitePlan
from shelterdesk.core.lodging import PlaceState
from shelterdesk.core.words import ntr, tr
from shelterdesk.ui.tables.places import PlaceRow, place_rows, places_model
from shelterdesk.ui.widgets import Card, EmptyState, FlowLayout, Pill, RowsTable, Tone, words


class _Sums(QWidget):
    """Numbers with their words in a line that goes on below."""

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("part", "clear")
        self._flow = FlowLayout(18, 4, self)
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self._labels = [words("", "strong") for _ in range(5)]
        for label in self._labels:
            self._flow.addWidget(label)
        self.state = Pill("", Tone.NEUTRAL, icon=True)
        self._flow.addWidget(self.state)

    def show_site(self, site: SitePlan) -> None:
        """Places, taken, free, blocked and over, and how full it is in words."""
        now = site.site
        said = (
            ntr("{n} place", "{n} places", now.capacity), ntr("{n} taken", "{n} taken", now.occupied),
            ntr("{n} free", "{n} free", now.allocable), ntr("{n} blocked", "{n} blocked", now.blocked),
            ntr("{n} over", "{n} over", now.excess),
        )  # fmt: skip
        for label, text in zip(self._labels, said, strict=True):
            label.setText(text)
        if now.percent is None:
            self.state.show_state(tr("people, no places"), Tone.BAD)
        elif now.percent > 100:
            self.state.show_state(tr("{percent} %: more people than places", percent=now.percent), Tone.BAD)
        elif now.allocable == 0:
            self.state.show_state(tr("{percent} %: full", percent=now.percent), Tone.WARN)
        else:
            self.state.show_state(tr("{percent} % taken", percent=now.percent), Tone.OK)
        self.updateGeometry()


class SiteCard(Card):
    """The left side of the lodging screen.

    Right opens what a place holds, Left closes it or goes to what it lies in. Signals: ``stood_on(object)``
    with the :class:`PlaceState` the row stands for, or None; ``entered(object)`` on Enter.
    """

    stood_on = Signal(object)
    entered = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(tr("Lodging"), screen=True, parent=parent)
        self._site: SitePlan | None = None
        self._opened: set[str] | None = None
        self.sums = _Sums()
        self.population = words("", "secondary", wrap=True)
        self._empty = EmptyState(
            "lodging",
            tr("The site has no plan yet."),
            tr("Import the site plan in Settings: blocks, rooms and beds with their places."),
        )
        self.model = places_model()
        self.table = RowsTable(self.model, self._empty, name=tr("Places of the site"), count=self._count)
        self.table.LEAST_LETTERS = 11  # codes are short, the numbers need the room
        self.add(self.sums)
        self.add(self.population)
        self.add(self.table, 1)
        self.table.view.installEventFilter(self)
        self.table.current_changed.connect(self._on_current)
        self.table.opened.connect(lambda row: self.entered.emit(row.state))

    def show_site(self, site: SitePlan) -> None:
        """Show the site as it stands; what was opened stays open, at first the blocks are."""
        self._site = site
        if self._opened is None and site.tree:
            rooms_shown = sum(len(top.children) for top in site.tree) <= 60
            self._opened = {top.place.code for top in site.tree} if rooms_shown else set()
        self.sums.setVisible(bool(site.tree))
        self.sums.show_site(site)
        without = ntr("{n} without a place", "{n} without a place", site.without_place)
        if site.unnamed_without:
            without = ntr(
                "{without}, {n} of them counted without a name",
                "{without}, {n} of them counted without a name",
                site.unnamed_without,
                without=without,
            )
        present = ntr("{n} person present", "{n} people present", site.present)
        parts = [present, without]
        if site.double_beds:
            twice = ", ".join(site.double_beds)
            parts.append(
                ntr("bed given twice: {beds}", "beds given twice: {beds}", len(site.double_beds), beds=twice)
            )
        self.population.setText(" · ".join(parts))
        self._show_rows()
        if self.table.current() is None and self.model.rowCount():
            self.table.select_key(self.model.row_at(0).code)

    def stand_on(self, code: str) -> None:
        """Stand on a place, opening what it lies in."""
        if self._site is None:
            return
        way = self._way_to(code)
        if way:
            self._opened = (self._opened or set()) | {state.place.code for state in way[:-1]}
            self._show_rows()
            self.table.select_key(code)

    def current(self) -> PlaceState | None:
        """The place stood on."""
        row = self.table.current()
        return row.state if isinstance(row, PlaceRow) else None

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() is QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            forward, back = Qt.Key.Key_Right, Qt.Key.Key_Left
            if self.layoutDirection() is Qt.LayoutDirection.RightToLeft:
                forward, back = back, forward
            if event.key() == forward:
                self._open(True)
                return True
            if event.key() == back:
                self._open(False)
                return True
        return super().eventFilter(watched, event)

    def _open(self, wanted: bool) -> None:
        row = self.table.current()
        if not isinstance(row, PlaceRow) or self._opened is None:
            return
        if row.is_opened is not None and row.is_opened is not wanted:
            (self._opened.add if wanted else self._opened.discard)(row.code)
            self._show_rows()
        elif not wanted and row.state.place.parent is not None:
            self.table.select_key(row.state.place.parent)

    def _show_rows(self) -> None:
        if self._site is not None:
            self.model.set_rows(place_rows(self._site.tree, self._opened or ()))

    def _way_to(self, code: str) -> list[PlaceState]:
        def search(state: PlaceState) -> list[PlaceState]:
            if state.place.code == code:
                return [state]
            for child in state.children:
                found = search(child)
                if found:
                    return [state, *found]
            return []

        tree = self._site.tree if self._site is not None else ()
        return next((way for top in tree if (way := search(top))), [])

    def _on_current(self, row: object) -> None:
        self.stood_on.emit(row.state if isinstance(row, PlaceRow) else None)

    @staticmethod
    def _count(shown: int, total: int) -> str:
        if shown < total:
            return tr("{shown} of {total} places", shown=shown, total=total)
        return tr("Right opens a place, Left closes it")
