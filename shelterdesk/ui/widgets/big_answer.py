"""The counter's answer: one word, one colour, one reason, readable from two metres."""

from __future__ import annotations

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QFont, QFontMetrics, QPainter, QPainterPath, QPaintEvent, QPixmap
from PySide6.QtWidgets import QSizePolicy, QWidget

from shelterdesk.ui.icons import paint_icon
from shelterdesk.ui.theme import Size, Type, theme
from shelterdesk.ui.widgets.tone import Tone


class BigAnswer(QWidget):
    """Fills the room it is given: ``show_answer(Tone.BAD, tr("No"), tr("Lunch received 12:31"))``.

    The word takes as much room as there is, never less than 44 px; the reason wraps below it. An icon
    says the same as the colour. A name and a photo may stand above.
    """

    def __init__(self, waiting: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._waiting = waiting
        self._tone = Tone.NEUTRAL
        self._word = self._reason = self._name = ""
        self._photo = QPixmap()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.clear()
        theme().changed.connect(self.updateGeometry)

    def show_answer(
        self, tone: Tone, word: str, reason: str = "", *, name: str = "", photo: QPixmap | None = None
    ) -> None:
        """Show an answer until the next; what a screen reader says is word, reason and name together."""
        self._tone, self._word, self._reason, self._name = tone, word, reason, name
        self._photo = photo if photo is not None else QPixmap()
        self.setAccessibleName(". ".join(part for part in (word, reason, name) if part))
        self.update()

    def clear(self) -> None:
        """Wait for the next scan."""
        self.show_answer(Tone.NEUTRAL, "", self._waiting)

    def word(self) -> str:
        """The word shown, or nothing while waiting."""
        return self._word

    def reason(self) -> str:
        """The reason shown."""
        return self._reason

    def word_pixels(self) -> int:
        """Height of the word as painted now, at least 44 px times the text size."""
        least, most = theme().px(Type.ANSWER), max(theme().px(Type.ANSWER), self.height() // 4)
        room = self.width() - theme().px(48)
        for size in range(most, least, -4):
            if QFontMetrics(self._font(size)).horizontalAdvance(self._word) <= room:
                return size
        return least

    def sizeHint(self) -> QSize:
        return QSize(theme().px(480), theme().px(300))

    def minimumSizeHint(self) -> QSize:
        return QSize(theme().px(200), theme().px(220))

    def paintEvent(self, event: QPaintEvent) -> None:
        t, c = theme(), theme().colours
        painter = QPainter(self)
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
        ground = QPainterPath()
        ground.addRoundedRect(self.rect().toRectF(), t.px(Size.RADIUS_CARD), t.px(Size.RADIUS_CARD))
        painter.fillPath(ground, c.of(self._tone.tint if self._word else "raised"))
        inner = self.rect().adjusted(t.gap(24), t.gap(20), -t.gap(24), -t.gap(20))
        wrap = Qt.AlignmentFlag.AlignHCenter | Qt.TextFlag.TextWordWrap
        word_font, reason_font = self._font(self.word_pixels()), t.font(Type.SCREEN_TITLE)
        name_font, picture = t.font(Type.SCREEN_TITLE, strong=True), self._picture_side(inner)
        parts: list[tuple[int, str]] = []
        if picture:
            parts.append((picture, "picture"))
        for kind, text, font in (("name", self._name, name_font), ("word", self._word, word_font),
                                 ("reason", self._reason, reason_font)):  # fmt: skip
            if text:
                box = QFontMetrics(font).boundingRect(QRect(0, 0, inner.width(), 4000), int(wrap), text)
                parts.append((box.height(), kind))
        gap = t.gap(12)
        top = inner.top() + max(0, (inner.height() - sum(h for h, _ in parts) - gap * (len(parts) - 1)) // 2)
        for height, kind in parts:
            box = QRect(inner.left(), top, inner.width(), height)
            if kind == "picture":
                self._paint_picture(painter, QRect(box.center().x() - height // 2, top, height, height))
            elif kind == "name":
                self._say(painter, box, wrap, self._name, name_font, "text")
            elif kind == "word":
                self._say(painter, box, wrap, self._word, word_font, self._tone.ink)
            else:
                self._say(
                    painter, box, wrap, self._reason, reason_font, "text" if self._word else "secondary"
                )
            top += height + gap
        painter.end()

    def _picture_side(self, inner: QRect) -> int:
        if not self._word:
            return theme().px(48)
        return min(theme().px(120 if not self._photo.isNull() else 64), inner.height() // 3)

    def _paint_picture(self, painter: QPainter, box: QRect) -> None:
        if not self._word:
            paint_icon(painter, box, "scan", "secondary")
        elif self._photo.isNull():
            paint_icon(painter, box, self._tone.icon, self._tone.ink)
        else:
            shape = QPainterPath()
            shape.addRoundedRect(box.toRectF(), theme().px(12), theme().px(12))
            painter.save()
            painter.setClipPath(shape)
            kept = Qt.AspectRatioMode.KeepAspectRatioByExpanding
            ratio = self.devicePixelRatioF()
            photo = self._photo.scaled(box.size() * ratio, kept, Qt.TransformationMode.SmoothTransformation)
            photo.setDevicePixelRatio(ratio)
            painter.drawPixmap(box.topLeft(), photo)
            painter.restore()
            side = theme().px(32)
            corner = QRect(box.right() - side // 2, box.bottom() - side, side, side)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme().colours.of(self._tone.tint))
            painter.drawEllipse(corner)
            paint_icon(painter, corner, self._tone.icon, self._tone.ink)

    def _say(self, painter: QPainter, box: QRect, flags: int, text: str, font: QFont, token: str) -> None:
        painter.setFont(font)
        painter.setPen(theme().colours.of(token))
        painter.drawText(box, int(flags), text)

    @staticmethod
    def _font(pixels: int) -> QFont:
        font = theme().font(Type.ANSWER, strong=True)
        font.setPixelSize(pixels)
        return font
