"""A paper as it will be printed: its pages below each other, drawn beside the window's thread, sharp at any zoom."""

from __future__ import annotations

from enum import Enum

from PySide6.QtCore import QPoint, QRect, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QImage, QKeyEvent, QPainter, QPaintEvent, QPen, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import QAbstractScrollArea, QFrame, QVBoxLayout, QWidget

from shelterdesk.core.errors import WorldError
from shelterdesk.core.words import tr
from shelterdesk.ui.theme import theme
from shelterdesk.ui.widgets.beside import Beside
from shelterdesk.ui.widgets.buttons import SmallButton
from shelterdesk.ui.widgets.empty_state import EmptyState
from shelterdesk.ui.widgets.flow import FlowLayout
from shelterdesk.ui.widgets.pdf_pages import POINT, page_picture, page_sizes
from shelterdesk.ui.widgets.text import words

SCREEN_INCH = 96.0  # pixels an inch of paper takes at 100 %
SMALLEST, LARGEST, STEP = 0.25, 4.0, 1.2
_DRAW_AFTER_MS = 40  # a window being pulled larger asks for one picture, not for forty


class Fit(Enum):
    """What the zoom follows: the width of the view, a whole page, or nothing (a zoom was chosen)."""

    WIDTH = "width"
    PAGE = "page"
    FREE = "free"


class PageView(QAbstractScrollArea):
    """The pages proper; give it a PDF with :meth:`show_pdf`.

    Signals: ``page_changed(int, int)`` with the page in sight (from 1) and how many there are;
    ``zoom_changed(int)`` in per cent; ``failed(WorldError)`` for bytes that are no PDF.
    """

    page_changed = Signal(int, int)
    zoom_changed = Signal(int)
    failed = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._data = b""
        self._edition = 0
        self._sizes: tuple[tuple[float, float], ...] = ()
        self._pictures: dict[int, tuple[float, QImage]] = {}
        self._asked: dict[int, float] = {}
        self._fit, self._zoom = Fit.WIDTH, 1.0
        self._told = (0, 0)
        self._beside = Beside(self, "pdf-pages")
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.setInterval(_DRAW_AFTER_MS)
        self._later.timeout.connect(self._ask)
        self.verticalScrollBar().valueChanged.connect(self._on_scrolled)
        theme().changed.connect(self._lay_out)

    @property
    def pages(self) -> int:
        """How many pages are shown."""
        return len(self._sizes)

    @property
    def zoom(self) -> float:
        """1.0 when an inch of paper takes an inch of a 96 dpi screen."""
        return self._zoom

    @property
    def fit(self) -> Fit:
        """What the zoom follows."""
        return self._fit

    @property
    def is_sharp(self) -> bool:
        """Whether every page in sight is drawn at the zoom and pixel density shown."""
        wanted = self._pixels_per_point()
        return bool(self._sizes) and all(
            page in self._pictures and self._pictures[page][0] == wanted for page in self._in_sight()
        )

    def show_pdf(self, data: bytes) -> None:
        """Show another paper from its first page; the zoom stays."""
        self._edition += 1
        edition = self._edition
        self._data = data
        self._pictures.clear()
        self._asked.clear()
        self._beside.do(
            lambda: page_sizes(data),
            done=lambda sizes: self._on_opened(edition, sizes),
            failed=self.failed.emit,
        )

    def page(self) -> int:
        """The page in sight, from 0: the one in the middle of the view."""
        middle = self.verticalScrollBar().value() + self.viewport().height() // 2
        boxes = self._boxes()
        return next(
            (i for i, box in enumerate(boxes) if middle <= box.bottom() + self._gap()), max(0, len(boxes) - 1)
        )

    def picture(self, page: int) -> QImage | None:
        """The page as drawn last, or None."""
        held = self._pictures.get(page)
        return held[1] if held is not None else None

    def fit_to(self, fit: Fit) -> None:
        """Let the zoom follow the width of the view or a whole page."""
        self._fit = fit
        self._lay_out()

    def zoom_by(self, factor: float) -> None:
        """Zoom in (above 1) or out, the middle of the view kept in place."""
        self._fit = Fit.FREE
        self._set_zoom(self._zoom * factor)
        self._lay_out()

    def turn(self, forward: bool) -> None:
        """A view's height on or back; a page's top is never jumped over."""
        bar, step = self.verticalScrollBar(), self.viewport().height() - self._gap()
        tops = [box.top() - self._gap() for box in self._boxes()]
        now = bar.value()
        if forward:
            bar.setValue(min([now + step, *(top for top in tops if top > now)]))
        else:
            bar.setValue(max([now - step, *(top for top in tops if top < now)]))

    def sizeHint(self) -> QSize:
        return QSize(theme().px(420), self.minimumSizeHint().height())  # what is over is given to it

    def minimumSizeHint(self) -> QSize:
        return QSize(theme().gap(200), theme().gap(220))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key, bar = event.key(), self.verticalScrollBar()
        if key in (Qt.Key.Key_PageDown, Qt.Key.Key_PageUp):
            self.turn(key == Qt.Key.Key_PageDown)
        elif key in (Qt.Key.Key_Plus, Qt.Key.Key_Equal):
            self.zoom_by(STEP)
        elif key == Qt.Key.Key_Minus:
            self.zoom_by(1 / STEP)
        elif key == Qt.Key.Key_W:
            self.fit_to(Fit.WIDTH)
        elif key == Qt.Key.Key_A:
            self.fit_to(Fit.PAGE)
        elif key == Qt.Key.Key_Home:
            bar.setValue(0)
        elif key == Qt.Key.Key_End:
            bar.setValue(bar.maximum())
        elif key in (Qt.Key.Key_Down, Qt.Key.Key_Up, Qt.Key.Key_Left, Qt.Key.Key_Right):
            super().keyPressEvent(event)
        else:
            event.ignore()

    def wheelEvent(self, event: QWheelEvent) -> None:
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.zoom_by(STEP if event.angleDelta().y() > 0 else 1 / STEP)
        else:
            super().wheelEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._lay_out()

    def paintEvent(self, event: QPaintEvent) -> None:
        c = theme().colours
        painter = QPainter(self.viewport())
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.fillRect(event.rect(), c.of("bg"))
        shift = self._shift()
        for page, box in enumerate(self._boxes()):
            place = box.translated(shift)
            if not place.intersects(event.rect()):
                continue
            painter.fillRect(place, Qt.GlobalColor.white)  # paper is white in the dark, too
            held = self._pictures.get(page)
            if held is not None:
                painter.drawImage(place, held[1])
            painter.setPen(QPen(c.of("line"), 1))
            painter.drawRect(place.adjusted(-1, -1, 0, 0))
        painter.end()

    def _gap(self) -> int:
        return theme().gap(12)

    def _pixels_per_point(self) -> float:
        return round(self._zoom * SCREEN_INCH / POINT * self.devicePixelRatioF(), 4)

    def _boxes(self) -> list[QRect]:
        """The pages on the whole canvas, each in the middle of the width."""
        per_point, gap, top, boxes = self._zoom * SCREEN_INCH / POINT, self._gap(), self._gap(), []
        widths = [round(w * per_point) for w, _ in self._sizes]
        wide = max([self.viewport().width(), *(w + 2 * gap for w in widths)])
        for width, (_, height) in zip(widths, self._sizes, strict=True):
            boxes.append(QRect((wide - width) // 2, top, width, round(height * per_point)))
            top += boxes[-1].height() + gap
        return boxes

    def _shift(self) -> QPoint:
        return QPoint(-self.horizontalScrollBar().value(), -self.verticalScrollBar().value())

    def _in_sight(self) -> list[int]:
        view, shift = self.viewport().rect(), self._shift()
        return [page for page, box in enumerate(self._boxes()) if box.translated(shift).intersects(view)]

    def _set_zoom(self, zoom: float) -> None:
        zoom = max(SMALLEST, min(LARGEST, zoom))
        if zoom != self._zoom:
            self._zoom = zoom
            self.zoom_changed.emit(round(zoom * 100))

    def _lay_out(self) -> None:
        """Zoom as asked, size the scroll bars, keep the same place of the paper in the middle."""
        if not self._sizes:
            self.viewport().update()
            return
        bar, view = self.verticalScrollBar(), self.viewport().size()
        share = (bar.value() + view.height() / 2) / max(1, bar.maximum() + view.height())
        at_top, gap = bar.value() == 0, self._gap()
        wide, high = max(w for w, _ in self._sizes), max(h for _, h in self._sizes)
        across = (view.width() - 2 * gap) * POINT / SCREEN_INCH / wide
        down = (view.height() - 2 * gap) * POINT / SCREEN_INCH / high
        if self._fit is Fit.WIDTH:
            self._set_zoom(across)
        elif self._fit is Fit.PAGE:
            self._set_zoom(min(across, down))
        boxes = self._boxes()
        total, widest = boxes[-1].bottom() + gap, max(box.width() for box in boxes) + 2 * gap
        bar.setRange(0, max(0, total - view.height()))
        bar.setPageStep(view.height())
        bar.setSingleStep(theme().px(40))
        side = self.horizontalScrollBar()
        side.setRange(0, max(0, widest - view.width()))
        side.setPageStep(view.width())
        side.setSingleStep(theme().px(40))
        if not at_top:
            bar.setValue(round(share * (bar.maximum() + view.height()) - view.height() / 2))
        self._later.start()
        self.viewport().update()

    def _on_opened(self, edition: int, sizes: tuple[tuple[float, float], ...]) -> None:
        if edition != self._edition:
            return
        self._sizes = sizes
        self._told = (0, 0)
        self.verticalScrollBar().setValue(0)
        self._lay_out()
        self._ask()
        self._tell_page()

    def _on_scrolled(self) -> None:
        self._later.start()
        self._tell_page()
        self.viewport().update()

    def _tell_page(self) -> None:
        now = (self.page() + 1, self.pages)
        if self.pages and now != self._told:
            self._told = now
            self.page_changed.emit(*now)

    def _ask(self) -> None:
        """Have the pages in sight drawn, and their neighbours; pictures of pages far away are let go."""
        if not self._sizes:
            return
        seen, scale = self._in_sight(), self._pixels_per_point()
        near = range(max(0, min(seen, default=0) - 1), min(self.pages, max(seen, default=0) + 2))
        for page in [page for page in self._pictures if page not in near]:
            del self._pictures[page]
        for page in sorted(near, key=lambda page: page not in seen):
            held = self._pictures.get(page)
            if (held is None or held[0] != scale) and self._asked.get(page) != scale:
                self._asked[page] = scale
                self._draw(self._edition, page, scale)

    def _draw(self, edition: int, page: int, scale: float) -> None:
        data = self._data

        def work() -> QImage | None:
            is_stale = edition != self._edition or self._asked.get(page) != scale
            return None if is_stale else page_picture(data, page, scale)

        self._beside.do(work, done=lambda picture: self._on_drawn(edition, page, scale, picture))

    def _on_drawn(self, edition: int, page: int, scale: float, picture: QImage | None) -> None:
        if edition != self._edition:
            return
        if self._asked.get(page) == scale:
            del self._asked[page]
        if picture is not None:
            self._pictures[page] = (scale, picture)
            self.viewport().update()


class PdfPreview(QWidget):
    """Pages with a line of controls above and words where there is nothing yet.

    ``show_pdf(data)``, ``show_words(sentence, step)``; :attr:`view` holds the pages and takes the keys.
    """

    def __init__(self, empty: EmptyState, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("part", "clear")
        self.view = PageView(self)
        self.empty = empty
        self.page_label = words("", "secondary")
        self.zoom_label = words("", "secondary")
        self.smaller = self._small(tr("Smaller"), "−", "-")
        self.larger = self._small(tr("Larger"), "+", "+")
        self.width_button = self._small(tr("Fit the width"), "", "W")
        self.page_button = self._small(tr("Fit a whole page"), "", "A")
        self._line = QWidget()
        self._line.setProperty("part", "clear")
        self._flow = flow = FlowLayout(8, 4, self._line)
        flow.addWidget(self.page_label)
        flow.add_push()
        for thing in (self.smaller, self.zoom_label, self.larger, self.width_button, self.page_button):
            flow.addWidget(thing)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.addWidget(self._line)
        self._column.addWidget(self.view, 1)
        self._column.addWidget(empty, 1)
        self.setFocusProxy(self.view)
        self.smaller.clicked.connect(lambda: self.view.zoom_by(1 / STEP))
        self.larger.clicked.connect(lambda: self.view.zoom_by(STEP))
        self.width_button.clicked.connect(lambda: self.view.fit_to(Fit.WIDTH))
        self.page_button.clicked.connect(lambda: self.view.fit_to(Fit.PAGE))
        self.view.page_changed.connect(self._on_page)
        self.view.zoom_changed.connect(self._on_zoom)
        self.view.failed.connect(self._on_failed)
        theme().changed.connect(self._space)
        self._space()
        self._on_zoom(round(self.view.zoom * 100))
        self._show(False)

    @property
    def has_pdf(self) -> bool:
        """Whether a paper is shown, not words."""
        return not self.view.isHidden()

    def show_pdf(self, data: bytes, name: str) -> None:
        """Show a paper; ``name`` is what a screen reader calls it."""
        self.view.setAccessibleName(tr("Preview: {paper}", paper=name))
        self._show(True)
        self.view.show_pdf(data)

    def add_beside_pages(self, thing: QWidget) -> None:
        """Put something that is about the paper shown into the line above it, right behind the number of the page."""
        self._flow.insert_widget(1, thing)

    def show_words(self, sentence: str, what_to_do: str = "") -> None:
        """Show no paper, and say why."""
        self.empty.set_words(sentence, what_to_do)
        self._show(False)

    def _show(self, paper: bool) -> None:
        self.view.setVisible(paper)
        self._line.setVisible(paper)
        self.empty.setVisible(not paper)

    @staticmethod
    def _small(name: str, shown: str, key: str) -> SmallButton:
        button = SmallButton(shown or name, "" if shown else key, key_inside=True, is_heard=False)
        button.setAccessibleName(name)
        button.setToolTip(f"{name} ({key})")
        return button

    def _on_page(self, page: int, of: int) -> None:
        said = tr("page {page} of {pages}", page=page, pages=of)
        self.page_label.setText(said)
        self.view.setAccessibleDescription(said)

    def _on_zoom(self, percent: int) -> None:
        self.zoom_label.setText(tr("{n}%", n=percent))

    def _on_failed(self, error: WorldError) -> None:
        self.show_words(error.sentence, error.next_step)

    def _space(self) -> None:
        self._column.setSpacing(theme().gap(8))
