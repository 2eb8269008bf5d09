"""What is served at a counter: a tile for each service with its key, and the scan field that stands below."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QSizePolicy, QWidget

from shelterdesk.core.counter import ServiceRule
from shelterdesk.core.words import language
from shelterdesk.ui.widgets import FlowLayout, ScanField, Tile, key_words

_KEYS = tuple(f"F{n}" for n in range(5, 12))


class ServiceTiles(QWidget):
    """The services in a row: F5 takes the first, F6 the second, up to F11.

    Signals: ``chosen(str)`` with the code of the service taken.
    """

    chosen = Signal(str)

    def __init__(self, screen: QWidget) -> None:
        super().__init__()
        self.setProperty("part", "clear")
        self._screen = screen
        self._rules: list[ServiceRule] = []
        self._every: list[Tile] = []
        self._flow = FlowLayout(4, 4, self)
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def show_rules(self, rules: Sequence[ServiceRule]) -> None:
        """Offer these services."""
        if list(rules) == self._rules:
            return
        self._rules = list(rules)
        while len(self._every) < len(self._rules):
            self._add(len(self._every))
        for at, tile in enumerate(self._every):
            tile.setVisible(at < len(self._rules))
        for tile, rule, key in zip(
            self._every, self._rules, [*_KEYS, *[""] * len(self._rules)], strict=False
        ):
            tile.show_words(rule.name(language()), key_words(key) if key else "")
        self.updateGeometry()

    @property
    def tiles(self) -> list[Tile]:
        """The tiles shown now."""
        return self._every[: len(self._rules)]

    def _add(self, at: int) -> None:
        """One more tile, for whichever service stands there; tiles are never thrown away."""
        tile = Tile("")
        tile.clicked.connect(partial(self._take, at))
        self._flow.addWidget(tile)
        self._every.append(tile)
        if at < len(_KEYS):
            shortcut = QShortcut(QKeySequence(_KEYS[at]), self._screen)
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.activated.connect(partial(self._take, at))

    def mark(self, code: str | None) -> None:
        """Show which service is served now."""
        for tile, rule in zip(self.tiles, self._rules, strict=True):
            tile.setChecked(rule.code == code)

    def rule(self, code: str | None) -> ServiceRule | None:
        """The service of a code, None when it is not offered."""
        return next((rule for rule in self._rules if rule.code == code), None)

    def keys(self) -> list[tuple[str, str]]:
        """The keys with the names of the services."""
        return [(key, rule.name(language())) for key, rule in zip(_KEYS, self._rules, strict=False)]

    def _take(self, at: int, _: bool = False) -> None:
        if at < len(self._rules):
            self.chosen.emit(self._rules[at].code)


class CounterScan(ScanField):
    """The scan field of a counter: Down with no list open goes to the family."""

    def __init__(self, go_down: Callable[[], object]) -> None:
        super().__init__()
        self._go_down = go_down

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Down and not self.popup().isVisible():
            self._go_down()
        else:
            super().keyPressEvent(event)
