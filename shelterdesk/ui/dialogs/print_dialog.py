"""The system's own dialogue for printing (CUPS, Windows), for what the fields of a paper do not offer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QDialog, QWidget

from shelterdesk.core.paper_kinds import ALL_PAGES, MOST_COPIES, PageRange
from shelterdesk.core.print_jobs import Sides

if TYPE_CHECKING:
    from PySide6.QtPrintSupport import QPrintDialog, QPrinter


@dataclass(frozen=True, slots=True)
class Chosen:
    """What was chosen there; ``file`` instead of a printer where somebody wanted a PDF."""

    printer: str
    file: str
    copies: int
    pages: PageRange
    sides: Sides


def open_print_dialog(
    near: QWidget, pages: int, chosen: Callable[[Chosen], object], left: Callable[[], object]
) -> QPrintDialog:
    """Open it over the window of ``near`` for a paper of so many pages; nothing waits for it."""
    from PySide6.QtPrintSupport import QAbstractPrintDialog, QPrintDialog, QPrinter

    printer = QPrinter(QPrinter.PrinterMode.HighResolution)
    dialog = QPrintDialog(printer, near.window())
    dialog.setOption(QAbstractPrintDialog.PrintDialogOption.PrintPageRange)
    dialog.setOption(QAbstractPrintDialog.PrintDialogOption.PrintCollateCopies)
    dialog.setMinMax(1, pages)
    dialog.setFromTo(1, pages)
    dialog.setPrintRange(QAbstractPrintDialog.PrintRange.AllPages)
    # Qt's dialogue does not own the printer it writes into: it lives as long as the answers that hold it.
    dialog.accepted.connect(lambda: chosen(_chosen(printer)))
    dialog.rejected.connect(left)
    dialog.finished.connect(dialog.deleteLater)
    QDialog.open(dialog)  # that of QPrintDialog wants a slot of old
    return dialog


def _chosen(printer: QPrinter) -> Chosen:
    from PySide6.QtPrintSupport import QPrinter as Printer

    pages = ALL_PAGES
    if printer.printRange() is Printer.PrintRange.PageRange and printer.fromPage() > 0:
        pages = PageRange(printer.fromPage(), max(printer.fromPage(), printer.toPage()))
    sides = {
        Printer.DuplexMode.DuplexNone: Sides.ONE,
        Printer.DuplexMode.DuplexLongSide: Sides.LONG,
        Printer.DuplexMode.DuplexShortSide: Sides.SHORT,
    }.get(printer.duplex(), Sides.ANY)
    copies = max(1, min(MOST_COPIES, printer.copyCount()))
    return Chosen(printer.printerName(), printer.outputFileName(), copies, pages, sides)
