"""The foot of the family's form: the one next step, and what is seldom pressed above it."""

from __future__ import annotations

from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from shelterdesk.core.words import tr
from shelterdesk.ui.icons import IconMark
from shelterdesk.ui.theme import theme
from shelterdesk.ui.widgets import ButtonRow, FlowLayout, PrimaryButton, QuietButton, SecondaryButton, words


class FormFoot(QWidget):
    """The buttons of the form with their keys; ``kept`` says that what is typed is kept."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("part", "clear")
        self.save = PrimaryButton(tr("Save family and print cards"), icon="print")
        self.next = SecondaryButton(tr("Next member"), "Return")
        self.scan = QuietButton(tr("Passport"), "F3", icon="scan", key_inside=True)
        self.more = QuietButton(tr("More"), "Alt+M", icon="down", key_inside=True)
        self.take_out = QuietButton(tr("Take out"), "Alt+Del", icon="close", key_inside=True)
        self.kept = self._kept()
        buttons = ButtonRow(self.save, self.next)
        buttons.add_far(self.kept)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.addWidget(self._small_row())
        self._column.addWidget(buttons)
        self._space()
        theme().changed.connect(self._space)

    def buttons(self) -> tuple[QWidget, ...]:
        """The buttons in the order of Tab."""
        return self.save, self.next, self.scan, self.more, self.take_out

    def _kept(self) -> QWidget:
        kept = QWidget()
        kept.setProperty("part", "clear")
        row = QHBoxLayout(kept)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme().gap(6))
        row.addWidget(IconMark("ok", "accent"))
        row.addWidget(words(tr("typed text is kept"), "secondary"))
        return kept

    def _small_row(self) -> QWidget:
        """At its far end the reasons that any field takes."""
        row = QWidget()
        row.setProperty("part", "clear")
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        row.setSizePolicy(policy)
        flow = FlowLayout(8, 2, row)
        for button in (self.scan, self.more, self.take_out):
            flow.addWidget(button)
        flow.add_push()
        for said in (tr("In any field:"), tr("?  not known"), tr("-  not said")):
            flow.addWidget(words(said, "label"))
        return row

    def _space(self) -> None:
        self._column.setSpacing(theme().gap(6))
