"""The rail at the side: one icon and one word for each screen there is."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QRect, QSize, Qt, Signal
from PySide6.QtGui import QFontMetrics, QKeyEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractButton,
    QFrame,
    QScrollArea,
    QSizePolicy,
    QStyle,
    QWidget,
)

from shelterdesk.ui.icons import paint_icon
from shelterdesk.ui.theme import Size, Type, theme
from shelterdesk.ui.widgets.key_hint import key_words
from shelterdesk.ui.widgets.tone import Tone


class RailButton(QAbstractButton):
    """One screen on the rail: the icon above the word, or beside it when the rail is short of height."""

    def __init__(self, name: str, icon: str, text: str, key: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.name, self.icon_name, self.key = name, icon, key
        self.is_beside = False
        self.count, self._tone, self._count_words = "", Tone.NEUTRAL, ""
        self.setCheckable(True)
        self.setProperty("on_rail", True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.set_words(text)

    def set_words(self, text: str) -> None:
        """Say the screen's name in the language now spoken."""
        self.setText(text)
        self.setAccessibleName(text)
        self._describe()

    def show_count(self, count: str, tone: Tone, said: str) -> None:
        """Show a sign and number at the icon ("!3") and ``said`` for who asks what it is; nothing with ""."""
        if (count, tone, said) != (self.count, self._tone, self._count_words):
            self.count, self._tone, self._count_words = count, tone, said
            self._describe()
            self.update()

    def _describe(self) -> None:
        key, text = key_words(self.key) if self.key else "", self.text()
        tip = f"{text} ({key})" if key else text
        self.setAccessibleDescription(" · ".join(part for part in (self._count_words, key) if part))
        self.setToolTip(f"{tip}\n{self._count_words}" if self._count_words else tip)

    def set_beside(self, beside: bool) -> None:
        """Put the word beside the icon (lower) or below it."""
        if beside is not self.is_beside:
            self.is_beside = beside
            self.update()

    def word_width(self) -> int:
        """Pixels the word needs at the present text size."""
        return QFontMetrics(theme().font(Type.LABEL + 1)).horizontalAdvance(self.text())

    def sizeHint(self) -> QSize:
        t = theme()
        if self.is_beside:
            return QSize(t.gap(40) + t.px(10) + self.word_width() + t.px(16), t.gap(42))
        return QSize(self.word_width() + t.px(12), t.px(64))

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def enterEvent(self, event: QEvent) -> None:
        self.update()

    def leaveEvent(self, event: QEvent) -> None:
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        t, c, here = theme(), theme().colours, self.isChecked()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if here or self.underMouse():
            painter.setPen(Qt.PenStyle.NoPen)
            ground = c.of("rail_soft")
            ground.setAlphaF(1.0 if here else 0.45)
            painter.setBrush(ground)
            painter.drawRoundedRect(self.rect(), t.px(Size.RADIUS_BUTTON), t.px(Size.RADIUS_BUTTON))
        token = "rail_on_soft" if here else "rail_text"
        painter.setFont(t.font(Type.LABEL + 1))
        painter.setPen(c.of(token))
        icon_box, word_box, align = self._boxes()
        paint_icon(painter, icon_box, self.icon_name, token)
        painter.drawText(word_box, int(align), self.text())
        if self.count:
            self._paint_count(painter, icon_box)
        painter.end()

    def _paint_count(self, painter: QPainter, icon: QRect) -> None:
        """The count at the upper outer corner of the icon, as a pill in its tone."""
        t, font = theme(), theme().font(Type.LABEL - 1, strong=True)
        metrics = QFontMetrics(font)
        wide = metrics.horizontalAdvance(self.count) + t.px(8)
        box = QRect(icon.center().x() + t.px(4), icon.top() - t.px(5), wide, metrics.height() + t.px(1))
        if self.is_beside:  # the word begins right after the icon
            box.moveRight(icon.right() + t.px(2))
        if self.layoutDirection() is Qt.LayoutDirection.RightToLeft:
            box.moveLeft(icon.left() + icon.right() - box.right())
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(t.colours.of(self._tone.tint))
        painter.drawRoundedRect(box, box.height() / 2, box.height() / 2)
        painter.setFont(font)
        painter.setPen(t.colours.of(self._tone.ink))
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, self.count)

    def _boxes(self) -> tuple[QRect, QRect, Qt.AlignmentFlag]:
        t, box = theme(), self.rect()
        if not self.is_beside:
            side = t.px(Size.ICON_RAIL)
            top = (self.height() - side - t.px(4) - t.px(18)) // 2
            icon_box = QRect((self.width() - side) // 2, top, side, side)
            words_box = QRect(0, top + side + t.px(4), self.width(), t.px(18))
            return icon_box, words_box, Qt.AlignmentFlag.AlignCenter
        side, direction = t.gap(Size.ICON_RAIL), self.layoutDirection()
        icon_box = QRect(t.gap(8), (self.height() - side) // 2, side, side)
        words_box = box.adjusted(t.gap(8) + side + t.px(8), 0, -t.px(6), 0)
        align = QStyle.visualAlignment(direction, Qt.AlignmentFlag.AlignLeft) | Qt.AlignmentFlag.AlignVCenter
        return (
            QStyle.visualRect(direction, box, icon_box),
            QStyle.visualRect(direction, box, words_box),
            align,
        )


class _Ground(QWidget):
    """The rail's own colour behind the buttons."""

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), theme().colours.of("rail"))
        painter.end()


class Rail(QScrollArea):
    """Buttons from the top, those ``at_foot`` from the bottom; Up and Down move among them.

    Signals: ``chosen(str)`` with the name of the screen.
    """

    chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._top: list[RailButton] = []
        self._foot: list[RailButton] = []
        self._ground = _Ground()
        self.setWidget(self._ground)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Expanding)
        theme().changed.connect(self._fit)
        self._fit()

    def add(self, name: str, icon: str, text: str, key: str, *, at_foot: bool = False) -> RailButton:
        """Put a screen on the rail, below the others of its end."""
        button = RailButton(name, icon, text, key, self._ground)
        button.clicked.connect(lambda: self.chosen.emit(name))
        (self._foot if at_foot else self._top).append(button)
        buttons = self.buttons()
        for before, after in zip(buttons, buttons[1:], strict=False):
            QWidget.setTabOrder(before, after)
        button.show()
        self._fit()
        return button

    def mark(self, name: str) -> None:
        """Show which screen is open."""
        for button in self.buttons():
            button.setChecked(button.name == name)

    def show_count(self, name: str, count: str, tone: Tone, said: str) -> None:
        """Show a count at a screen's icon, where it stands on the rail; none with ""."""
        for button in self.buttons():
            if button.name == name:
                button.show_count(count, tone, said)

    def buttons(self) -> tuple[RailButton, ...]:
        """The buttons from top to bottom."""
        return (*self._top, *self._foot)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        buttons = self.buttons()
        step = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1}.get(Qt.Key(event.key()), 0)
        at = next((i for i, button in enumerate(buttons) if button.hasFocus()), None)
        if at is None:
            super().keyPressEvent(event)
        elif step:
            to = buttons[(at + step) % len(buttons)]
            to.setFocus(Qt.FocusReason.TabFocusReason)
            self.ensureWidgetVisible(to)
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            buttons[at].click()
        else:
            event.ignore()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        """Place the buttons: words below the icons while the height allows it, else beside them."""
        t, buttons = theme(), self.buttons()
        side, end, gap = t.gap(8), t.gap(14), t.px(4)
        beside = len(buttons) * (t.px(64) + gap) + 2 * end > self.height()
        for button in buttons:
            button.set_beside(beside)
        total = sum(button.sizeHint().height() + gap for button in buttons) + 2 * end
        widest = max((button.sizeHint().width() for button in buttons), default=0) + 2 * side
        width = max(widest, 0 if beside else t.px(Size.RAIL))
        scrolls = total > self.height() and bool(buttons)
        self.setFixedWidth(width + (self.verticalScrollBar().sizeHint().width() if scrolls else 0))
        self._ground.resize(width, max(total, self.height()))
        top = end
        for button in self._top:
            button.setGeometry(side, top, width - 2 * side, button.sizeHint().height())
            top += button.height() + gap
        bottom = self._ground.height() - end
        for button in reversed(self._foot):
            bottom -= button.sizeHint().height()
            button.setGeometry(side, bottom, width - 2 * side, button.sizeHint().height())
            bottom -= gap
