"""Paper out of a PDF: what printers there are and what they hold, and pages put on one at its own resolution.

Nothing here is for the window's thread, but :class:`Printers`. Qt's part for printing is loaded with the first
question about a printer, not with the window.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QPointF, QRectF, QSizeF, Signal
from PySide6.QtGui import QPageLayout, QPageSize, QPainter

from shelterdesk.core.errors import PrintingStopped, WorldError
from shelterdesk.core.paper_kinds import ALL_PAGES, PageRange
from shelterdesk.core.print_jobs import Sides
from shelterdesk.core.words import tr
from shelterdesk.ui.cups import printer_stand, was_refused
from shelterdesk.ui.widgets.beside import Beside
from shelterdesk.ui.widgets.pdf_pages import POINT, page_picture, page_sizes
from shelterdesk.ui.worker import Task

if TYPE_CHECKING:
    from PySide6.QtPrintSupport import QPrinter, QPrinterInfo

MOST_DPI = 600
"""Dots to the inch a page is drawn with at most: a page of greys then takes 35 MB, finer is not seen."""

SAME_SIZE_POINTS = 5.0
"""Two sizes of paper nearer than this are one (PWG 5101.1 §5.1.1 rounds names by as much)."""


class NoPrinter(WorldError):
    """No printer is set up, or the one chosen is gone."""

    def __init__(self, name: str = "") -> None:
        super().__init__(
            tr("The printer {name} is not there.", name=name)
            if name
            else tr("No printer is set up on this laptop."),
            tr("Save it as a PDF and print it from another laptop, or plug a printer in and try again."),
        )


class PrinterOff(WorldError):
    """The printer is known and stopped, or does not take anything now."""

    def __init__(self, name: str) -> None:
        super().__init__(
            tr("The printer {name} is off or stopped.", name=name),
            tr("Look at its cable, paper and lid, then switch it on again."),
        )


class PrinterFailed(WorldError):
    """The printer did not take what it was given; ``begun`` when pages had gone to it already."""

    def __init__(self, name: str, begun: int = 0) -> None:
        self.begun = begun
        super().__init__(
            tr("The printer {name} did not take the pages.", name=name),
            tr("Look at its cable, paper and lid, then print again; or save it as a PDF."),
        )


class SizeNotThere(WorldError):
    """The paper is of a size the printer does not have; nothing was printed."""

    def __init__(self, name: str, size: str, has: str) -> None:
        self.has = has
        super().__init__(
            tr("The printer {name} does not have paper of {size}.", name=name, size=size),
            tr("Choose another size of paper, or another printer."),
        )


@dataclass(frozen=True, slots=True)
class How:
    """How pages are put on paper; ``fit`` makes them smaller (never larger) where the printer lacks their size."""

    copies: int = 1
    pages: PageRange = ALL_PAGES
    sides: Sides = Sides.ANY
    fit: bool = False


AS_IT_IS = How()


def printer_names() -> list[str]:
    """The printers of this laptop, the usual one first; may take a while, so not for the window's thread."""
    from PySide6.QtPrintSupport import QPrinterInfo

    usual = QPrinterInfo.defaultPrinterName()
    return sorted(QPrinterInfo.availablePrinterNames(), key=lambda name: (name != usual, name.casefold()))


def usual_printer(name: str = "") -> str:
    """The printer of that name, or the usual one, if it would take something now; raises ``NoPrinter``, ``PrinterOff``."""
    from PySide6.QtPrintSupport import QPrinter, QPrinterInfo

    if not name:
        names = printer_names()
        if not names:
            raise NoPrinter
        name = names[0]
    info = QPrinterInfo.printerInfo(name)
    if info.isNull():
        raise NoPrinter(name)
    if info.state() is QPrinter.PrinterState.Error:
        raise PrinterOff(name)
    stand = printer_stand(name)
    if stand is not None and (not stand.accepts or stand.is_held_up):
        raise PrinterOff(name)
    return name


def print_pdf(
    data: bytes,
    name: str,
    title: str,
    progress: Callable[[int, int], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
    how: How = AS_IT_IS,
) -> int:
    """Print a PDF on the printer of that name; returns how many pages were given to it.

    Raises ``NoPrinter``, ``PrinterOff``, ``SizeNotThere`` before anything was given to it, ``PrinterFailed``,
    ``PrintingStopped``, ``DamagedFile``. Not for the window's thread.
    """
    printer = opened_printer(data, name, how)
    printer.setDocName(title)
    pages = paint_pages(data, printer, progress, cancelled, how)
    is_native = printer.outputFormat() is type(printer).OutputFormat.NativeFormat
    # Between the question and the job it may have been switched off; Qt takes that for done.
    if is_native and was_refused():
        raise PrinterFailed(name)
    return pages


def opened_printer(data: bytes, name: str, how: How) -> QPrinter:
    """The printer of that name, once it is known to take these pages; raises as :func:`print_pdf` does."""
    from PySide6.QtPrintSupport import QPrinter, QPrinterInfo

    info = QPrinterInfo.printerInfo(usual_printer(name))
    if not how.fit:
        check_sizes(data, info)
    return QPrinter(info, QPrinter.PrinterMode.HighResolution)


def check_sizes(data: bytes, info: QPrinterInfo) -> None:
    """Raise ``SizeNotThere`` for a page the printer has no paper for."""
    has = info.supportedPageSizes()
    for size in dict.fromkeys(page_sizes(data)):
        if not _has(info, has, size):
            usual = info.defaultPageSize()
            raise SizeNotThere(info.printerName(), size_words(size), usual.name())


def _has(info: QPrinterInfo, has: Sequence[QPageSize], size: tuple[float, float]) -> bool:
    if not has:  # a plain queue that says nothing of its paper: whoever set it up knows
        return True
    low, high = sorted(size)
    for one in has:
        near = one.size(QPageSize.Unit.Point)
        a, b = sorted((near.width(), near.height()))
        if abs(a - low) <= SAME_SIZE_POINTS and abs(b - high) <= SAME_SIZE_POINTS:
            return True
    if not info.supportsCustomPageSizes() or named_size(
        size
    ):  # a ream of A4 does not come by allowing for it
        return False
    least, most = (
        one.size(QPageSize.Unit.Point)
        for one in (info.minimumPhysicalPageSize(), info.maximumPhysicalPageSize())
    )
    return least.width() <= low <= most.width() and least.height() <= high <= most.height()


def named_size(size: tuple[float, float]) -> str:
    """The name of a usual size of paper (points, either way round), empty for one without."""
    for one, name in (
        (QPageSize.PageSizeId.A4, "A4"),
        (QPageSize.PageSizeId.Letter, tr("Letter")),
        (QPageSize.PageSizeId.A5, "A5"),
        (QPageSize.PageSizeId.A6, "A6"),
        (QPageSize.PageSizeId.Legal, tr("Legal")),
    ):
        near = QPageSize(one).size(QPageSize.Unit.Point)
        if all(
            abs(a - b) <= SAME_SIZE_POINTS
            for a, b in zip(sorted(size), (near.width(), near.height()), strict=True)
        ):
            return name
    return ""


def size_words(size: tuple[float, float]) -> str:
    """A size of paper as people know it: its name, or its millimetres."""
    wide, high = (round(points / 72 * 25.4) for points in size)
    return named_size(size) or tr("{wide} × {high} mm", wide=wide, high=high)


def paint_pages(
    data: bytes,
    printer: QPrinter,
    progress: Callable[[int, int], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
    how: How = AS_IT_IS,
) -> int:
    """Draw the pages in their own size onto ``printer``, as black and greys; returns how many pages.

    Nothing is scaled to fit unless it is asked for: cards are cut along lines that must lie where they were drawn.
    ``progress`` hears (pages done, pages of all). Raises ``PrinterFailed``, ``DamagedFile``, and
    ``PrintingStopped`` where ``cancelled`` left pages over: who stopped a print must not be told that it is done.
    """
    from PySide6.QtPrintSupport import QPrinter

    sizes = page_sizes(data)
    order = list(how.pages.of(len(sizes)))
    if not order:
        return 0
    if printer.supportsMultipleCopies():
        printer.setCopyCount(how.copies)
        printer.setCollateCopies(True)
    else:  # a printer that does not count gets them one after the other
        order *= how.copies
    printer.setResolution(min(MOST_DPI, printer.resolution()))
    printer.setColorMode(QPrinter.ColorMode.GrayScale)
    printer.setFullPage(True)
    _set_sides(printer, how.sides)
    _set_size(printer, sizes[order[0]], fit=how.fit)
    painter = QPainter()
    if not painter.begin(printer):
        raise PrinterFailed(printer.printerName())
    done = 0
    try:
        for page in order:
            if cancelled is not None and cancelled():
                break
            if done:
                _set_size(printer, sizes[page], fit=how.fit)
                if not printer.newPage():
                    raise PrinterFailed(printer.printerName(), done)
            _paint(painter, printer, data, page, sizes[page], fit=how.fit)
            done += 1
            if progress is not None:
                progress(done, len(order))
    finally:
        is_taken = painter.end()
    if not is_taken or printer.printerState() is QPrinter.PrinterState.Error:
        raise PrinterFailed(printer.printerName(), done)
    if done < len(order):
        raise PrintingStopped(done, len(order))
    return done


def _paint(
    painter: QPainter, printer: QPrinter, data: bytes, page: int, points: tuple[float, float], *, fit: bool
) -> None:
    """One page from the upper left corner of the sheet, or, fitted, smaller in the middle of what can be printed."""
    dots = printer.resolution() / POINT
    wide, high = points[0] * dots, points[1] * dots
    sheet = QRectF(printer.pageLayout().fullRectPixels(printer.resolution()))
    scale, corner = 1.0, QPointF(0, 0)
    if fit and (wide > sheet.width() + 1 or high > sheet.height() + 1):
        least = printer.pageLayout().minimumMargins()
        room = sheet.adjusted(
            least.left() * dots, least.top() * dots, -least.right() * dots, -least.bottom() * dots
        )
        scale = min(room.width() / wide, room.height() / high)
        corner = room.center() - QPointF(wide * scale / 2, high * scale / 2)
    picture = page_picture(data, page, dots * scale, grey=True)
    painter.drawImage(QRectF(corner, QSizeF(wide * scale, high * scale)), picture)


def _set_sides(printer: QPrinter, sides: Sides) -> None:
    from PySide6.QtPrintSupport import QPrinter

    if sides is not Sides.ANY:
        printer.setDuplex({
            Sides.ONE: QPrinter.DuplexMode.DuplexNone,
            Sides.LONG: QPrinter.DuplexMode.DuplexLongSide,
            Sides.SHORT: QPrinter.DuplexMode.DuplexShortSide,
        }[sides])  # fmt: skip


def _set_size(printer: QPrinter, points: tuple[float, float], *, fit: bool = False) -> None:
    wide = points[0] > points[1]
    turn = QPageLayout.Orientation.Landscape if wide else QPageLayout.Orientation.Portrait
    if not fit:
        size = QSizeF(
            max(points), min(points)
        ).transposed()  # a page size is told upright, the turn beside it
        printer.setPageSize(QPageSize(size, QPageSize.Unit.Point, "", QPageSize.SizeMatchPolicy.FuzzyMatch))
    printer.setPageOrientation(turn)


def _load_printing() -> None:
    """Load Qt's part for printing on the window's thread: loaded on another, it takes the window down that just
    makes an object of Qt (PySide6 looks its modules up meanwhile)."""
    import PySide6.QtPrintSupport  # noqa: F401


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

        _load_printing()
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
        _load_printing()
        self._beside.do(
            lambda: print_pdf(data, name, title, task.progress, task.is_cancelled), done=done, failed=failed
        )
