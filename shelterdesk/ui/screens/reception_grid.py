"""Rows of fields that grow with the sentences under them."""

from __future__ import annotations

import shiboken6

from shelterdesk.ui.widgets import FieldGrid


class FormGrid(FieldGrid):
    """A :class:`FieldGrid` whose rows become higher when a mistake of several lines is said in a narrow field.

    Qt tells only the first layout item of a widget that the widget's height has changed; the items of an
    earlier arrangement have to be gone before the fields are arranged anew.
    """

    def _lay_out(self, columns: int, *, again: bool = False) -> None:
        if again or columns != self._shown_columns:
            while (item := self._grid.takeAt(0)) is not None:
                shiboken6.delete(item)
        super()._lay_out(columns, again=again)
