"""Paper out of a PDF: what printers there are, and pages put on one at its own resolution, nothing waiting."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, QRectF, QSizeF, Signal
from PySide6.QtGui import QPageLayout, QPageSize, QPainter
from PySide6.QtPrintSupport import QPrinter, QPrinterInfo

from shelterdesk.core.errors import PrintingStopped, WorldError
from shelterdesk.core.words import tr
from shelterdesk.ui.widgets.beside import Beside
from shelterdesk.ui.widgets.pdf_pages import POINT, page_picture, page_sizes
from shelterdesk.ui.worker import Task

MOST_DPI = 600
"""Dots to the inch a page is drawn with at most: a page of greys then takes 35 MB, finer is not seen."""


class NoPrinter(WorldError):
    """No printer is set up, or the one chosen is gone."""

    def __init__(self, name: str = "") -> None:
        super().__init__(
            tr("The printer {name} is not there.", name=name)
            if name
            else tr("No printer is set up on this laptop."),
            tr("Save it as a PDF and print it from another laptop, or plug a printer in and try again."),
        )


class PrinterFailed(WorldError):
    """The printer did not take what it was given."""

    def __init__(self, name: str) -> None:
        super().__init__(
            tr("The printer {name} did not take the pages.", name=name),
            tr("Look at its cable, paper and lid, then print again; or save it as a PDF."),
        )


def printer_names() -> list[str]:
    """The printers of this laptop, the usual one first; may take a while, so not for the window's thread."""
    usual = QPrinterInfo.defaultPrinterName()
    return sorted(QPrinterInfo.availablePrinterNames(), key=lambda name: (name != usual, name.casefold()))


def print_pdf(
    data: bytes,
    name: str,
    title: str,
    progress: Callable[[int, int], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> int:
    """Print a PDF on the printer of that name; returns how many pages were given to it.

    Raises ``NoPrinter``, ``PrinterFailed``, ``PrintingStopped``, ``DamagedFile``. Not for the window's thread.
    """
    info = QPrinterInfo.printerInfo(name)
    if info.isNull():
        raise NoPrinter(name)
    printer = QPrinter(info, QPrinter.PrinterMode.HighResolution)
    printer.setDocName(title)
    return paint_pages(data, printer, progress, cancelled)


def paint_pages(
    data: bytes,
    printer: QPrinter,
    progress: Callable[[int, int], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> int:
    """Draw every page in its own size onto ``printer``, as black and greys; returns how many pages.

    Nothing is scaled to fit: cards are cut along lines that must lie where they were drawn. ``progress``
    hears (pages done, pages of all). Raises ``PrinterFailed``, ``DamagedFile``, and ``PrintingStopped`` where
    ``cancelled`` left pages over: who stopped a print must not be told that it is done.
    """
    sizes = page_sizes(data)
    printer.setResolution(min(MOST_DPI, printer.resolution()))
    printer.setColorMode(QPrinter.ColorMode.GrayScale)
    printer.setFullPage(True)
    _set_size(printer, sizes[0])
    painter = QPainter()
    if not painter.begin(printer):
        raise PrinterFailed(printer.printerName())
    done = 0
    try:
        dots = printer.resolution() / POINT
        for page, (width, height) in enumerate(sizes):
            if cancelled is not None and cancelled():
                break
            if page:
                _set_size(printer, (width, height))
                if not printer.newPage():
                    raise PrinterFailed(printer.printerName())
            picture = page_picture(data, page, dots, grey=True)
            painter.drawImage(QRectF(0, 0, width * dots, height * dots), picture)
            done += 1
            if progress is not None:
                progress(done, len(sizes))
    finally:
        painter.end()
    if printer.printerState() is QPrinter.PrinterState.Error:
        raise PrinterFailed(printer.printerName())
    if done < len(sizes):
        raise PrintingStopped(done, len(sizes))
    return done


def _set_size(printer: QPrinter, points: tuple[float, float]) -> None:
    wide = points[0] > points[1]
    size = QSizeF(max(points), min(points)).transposed()  # a page size is told upright, the turn beside it
    printer.setPageSize(QPageSize(size, QPageSize.Unit.Point, "", QPageSize.SizeMatchPolicy.FuzzyMatch))
    turn = QPageLayout.Orientation.Landscape if wide else QPageLayout.Orientation.Portrait
    printer.setPageOrientation(turn)


class Printers(QObject):
    """The printers for a screen: asked for and printed on beside the window's thread.

    Signals: ``known(list)`` with the names whenever they were asked for.
    """

    known = Signal(object)

    def __init__(self, owner: QObject) -> None:
        super().__init__(owner)
        self._beside = Beside(self, "printing")
        self.names: list[str] = []

    def look(self, then: Callable[[list[str]], object] | None = None) -> None:
        """Ask which printers there are; ``then`` hears it, and so does who listens to ``known``."""

        def tell(names: list[str]) -> None:
            self.names = names
            self.known.emit(names)
            if then is not None:
                then(names)

        # A laptop that cannot even say what printers it has is one without: a PDF is the way out of both.
        self._beside.do(printer_names, done=tell, failed=lambda _: tell([]))

    def print_pdf(
        self,
        data: bytes,
        name: str,
        title: str,
        task: Task,
        done: Callable[[int], object],
        failed: Callable[[WorldError], object],
    ) -> None:
        """Print in its turn; ``task`` hears how far it is and may stop it after a page, which ``failed`` hears."""
        self._beside.do(
            lambda: print_pdf(data, name, title, task.progress, task.is_cancelled), done=done, failed=failed
        )
