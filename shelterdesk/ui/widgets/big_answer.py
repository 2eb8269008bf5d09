"""The counter's answer: one word, one colour, one reason, readable from two metres."""

from __future__ import annotations

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QFont, QFontMetrics, QPainter, QPainterPath, QPaintEvent, QPixmap
from PySide6.QtWidgets import QSizePolicy, QWidget

from shelterdesk.ui.icons import paint_icon
from shelterdesk.ui.theme import Size, Type, theme
from shelterdesk.ui.widgets.tone import Tone

_BESIDE_WORD = (34, 30, 26)
"""Sizes tried for name and reason, pixels at 100 % text: letters of 34 px are read from two metres without effort
(6 mm high on a usual screen, twice what normal sight resolves there)."""


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
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self.clear()
        theme().changed.connect(self.updateGeometry)

    def show_answer(
        self, tone: Tone, word: str, reason: str = "", *, name: str = "", photo: QPixmap | None = None
    ) -> None:
        """Show an answer until the next; what a screen reader says is word, reason and name together."""
        self._tone, self._word, self._reason, self._name = tone, word, reason, name
        self._photo = photo if photo is not None else QPixmap()
        self.setAccessibleName(". ".join(part for part in (word, reason, name) if part))
        self.updateGeometry()
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
        room = (
            self.width() - 2 * theme().gap(24) - theme().px(8)
        )  # a word that only just fits is wrapped by Qt
        for size in range(most, least, -4):
            if QFontMetrics(self._font(size)).horizontalAdvance(self._word) <= room:
                return size
        return least

    def sizeHint(self) -> QSize:
        return QSize(theme().px(480), theme().gap(240))  # it grows into all the room there is

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        """Enough for all that is said, however narrow: it may scroll, nothing of it is cut.

        It must not hang on the height there is, which Qt keeps no account of.
        """
        gap, t = theme().gap(12), theme()
        parts = self._set(width - 2 * t.gap(24), 0, 0, gap)[3]
        said = sum(high for high, _ in parts) + gap * max(0, len(parts) - 1) + 2 * t.gap(20)
        return max(self.sizeHint().height(), said)

    def minimumSizeHint(self) -> QSize:
        return QSize(theme().px(200), theme().gap(240))

    def paintEvent(self, event: QPaintEvent) -> None:
        t, c = theme(), theme().colours
        painter = QPainter(self)
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
        ground = QPainterPath()
        ground.addRoundedRect(self.rect().toRectF(), t.px(Size.RADIUS_CARD), t.px(Size.RADIUS_CARD))
        painter.fillPath(ground, c.of(self._tone.tint if self._word else "raised"))
        inner = self.rect().adjusted(t.gap(24), t.gap(20), -t.gap(24), -t.gap(20))
        wrap = Qt.AlignmentFlag.AlignHCenter | Qt.TextFlag.TextWordWrap
        gap, picture = t.gap(12), self._picture_side(inner)
        name_font, word_font, reason_font, parts = self._set(inner.width(), inner.height(), picture, gap)
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

    def _set(
        self, width: int, height: int, picture: int, gap: int
    ) -> tuple[QFont, QFont, QFont, list[tuple[int, str]]]:
        """Fonts of name, word and reason, and the heights of all parts: as large as the room lets them be.

        The picture goes before anything said is cut, for the word says the same; then the word becomes smaller.
        """
        t, wrap = theme(), Qt.AlignmentFlag.AlignHCenter | Qt.TextFlag.TextWordWrap
        sizes = (*_BESIDE_WORD, Type.SCREEN_TITLE) if self._word else (Type.SCREEN_TITLE,)
        large, least = self.word_pixels(), t.px(Type.ANSWER)
        tried = [(size, picture, large) for size in sizes]
        for size, side, pixels in [*tried, (Type.SCREEN_TITLE, 0, large), (Type.SCREEN_TITLE, 0, least)]:
            name, word, reason = t.font(size, strong=True), self._font(pixels), t.font(size)
            parts = [(side, "picture")] if side else []
            for kind, text, font in (("name", self._name, name), ("word", self._word, word),
                                     ("reason", self._reason, reason)):  # fmt: skip
                if text:
                    box = QFontMetrics(font).boundingRect(QRect(0, 0, width, 4000), int(wrap), text)
                    parts.append((box.height(), kind))
            if sum(high for high, _ in parts) + gap * (len(parts) - 1) <= height:
                break
        return name, word, reason, parts

    def _picture_side(self, inner: QRect) -> int:
        if not self._word:
            return theme().px(48)
        return min(theme().px(120 if not self._photo.isNull() else 64), inner.height() // 4)

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
