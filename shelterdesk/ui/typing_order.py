"""The fields of a page in the order of typing, asked of Qt in the one way that leaves its Python side whole.

``QWidget.nextInFocusChain()`` makes the widget it returns a child of the one before it on the Python side
(PySide6 6.11, seen with ``shiboken6.dump``). Walking the chain so strings a whole window together, and when any
widget of it is deleted, the layout items of all that follow are declared dead under widgets that live on.
``findChildren`` gives the same order, that of making, and a child its true parent's window to belong to.
"""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from shelterdesk.ui.base_screen import _FIELDS, Screen


class OrderedScreen(Screen):
    """A screen whose fields are walked through in the order in which they were made."""

    def fields(self) -> list[QWidget]:
        return [
            widget
            for widget in self.findChildren(QWidget)
            if isinstance(widget, _FIELDS) and self._takes_typing(widget)
        ]
