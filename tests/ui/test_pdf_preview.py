"""The preview of papers and the way to the printer, with real PDFs and a printer that writes a file."""

from __future__ import annotations

import io
import threading
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QImage
from PySide6.QtPrintSupport import QPrinter
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot
from reportlab.lib.pagesizes import A4, landscape, letter
from reportlab.pdfgen.canvas import Canvas

from shelterdesk.core.errors import DamagedFile, PrintingStopped, Refused, WorldError
from shelterdesk.ui.printing import NoPrinter, paint_pages, print_pdf
from shelterdesk.ui.widgets import EmptyState
from shelterdesk.ui.widgets.beside import Beside
from shelterdesk.ui.widgets.pdf_pages import page_picture, page_sizes
from shelterdesk.ui.widgets.pdf_preview import LARGEST, SMALLEST, Fit, PageView, PdfPreview

KEY = Qt.Key


def pdf(*sizes: tuple[float, float]) -> bytes:
    """A paper of pages of these sizes in points, each with a black square of 72 points at its top left."""
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=sizes[0])
    for width, height in sizes:
        canvas.setPageSize((width, height))
        canvas.rect(0, height - 72, 72, 72, stroke=0, fill=1)
        canvas.showPage()
    canvas.save()
    return out.getvalue()


THREE = pdf(A4, A4, A4)


def darkness(picture: QImage, x: int, y: int) -> int:
    """0 for white, 255 for black, at a pixel."""
    return 255 - picture.pixelColor(x, y).lightness()


@pytest.fixture
def preview(qtbot: QtBot) -> Iterator[PdfPreview]:
    """A preview of 600 × 500 pixels with nothing in it."""
    window = QWidget()
    qtbot.addWidget(window)
    shown = PdfPreview(EmptyState("document", "Nothing yet."), window)
    window.resize(800, 600)
    shown.resize(600, 500)
    window.show()
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    yield shown


def show(qtbot: QtBot, preview: PdfPreview, data: bytes = THREE) -> None:
    """A paper, drawn."""
    preview.show_pdf(data, "Paper")
    qtbot.waitUntil(lambda: preview.view.is_sharp, timeout=5_000)
    preview.view.setFocus()


def fits(view: PageView) -> Fit:
    """What the zoom follows now (asked anew each time)."""
    return view.fit


def test_pages_are_drawn_as_large_as_they_are_shown(qtbot: QtBot, preview: PdfPreview) -> None:
    show(qtbot, preview)
    view = preview.view
    picture = view.picture(0)
    assert picture is not None
    ratio = view.devicePixelRatioF()
    assert abs(picture.width() - A4[0] * view.zoom * 96 / 72 * ratio) <= 1
    assert darkness(picture, 3, 3) == 255
    assert darkness(picture, picture.width() - 3, 3) == 0
    assert preview.page_label.text() == "page 1 of 3"


def test_the_zoom_follows_the_width_the_page_or_the_keys(qtbot: QtBot, preview: PdfPreview) -> None:
    show(qtbot, preview)
    view = preview.view
    assert fits(view) is Fit.WIDTH
    wide = view.zoom
    QTest.keyClick(view, KEY.Key_A)
    assert fits(view) is Fit.PAGE
    assert view.zoom < wide
    high = A4[1] * view.zoom * 96 / 72
    assert view.viewport().height() * 0.9 < high <= view.viewport().height()
    QTest.keyClick(view, KEY.Key_Plus)
    assert fits(view) is Fit.FREE
    assert view.zoom > high / A4[1] * 72 / 96
    before = view.zoom
    preview.resize(700, 500)
    assert view.zoom == before, "a zoom that was chosen does not follow the window"
    for _ in range(30):
        QTest.keyClick(view, KEY.Key_Minus)
    assert view.zoom == SMALLEST
    for _ in range(60):
        QTest.keyClick(view, KEY.Key_Plus)
    assert view.zoom == LARGEST
    assert preview.zoom_label.text() == "400%"
    QTest.keyClick(view, KEY.Key_W)
    assert fits(view) is Fit.WIDTH
    qtbot.waitUntil(lambda: view.is_sharp, timeout=5_000)


def test_page_down_reaches_everything_and_jumps_over_no_top(qtbot: QtBot, preview: PdfPreview) -> None:
    show(qtbot, preview)
    view, bar = preview.view, preview.view.verticalScrollBar()
    seen, reached = {view.page()}, [bar.value()]
    while bar.value() < bar.maximum():
        QTest.keyClick(view, KEY.Key_PageDown)
        assert bar.value() > reached[-1]
        assert bar.value() - reached[-1] <= view.viewport().height()
        reached.append(bar.value())
        seen.add(view.page())
    assert seen == {0, 1, 2}
    assert preview.page_label.text() == "page 3 of 3"
    QTest.keyClick(view, KEY.Key_Home)
    assert (bar.value(), preview.page_label.text()) == (0, "page 1 of 3")
    QTest.keyClick(view, KEY.Key_End)
    QTest.keyClick(view, KEY.Key_PageUp)
    assert bar.value() < bar.maximum()
    qtbot.waitUntil(lambda: view.is_sharp, timeout=5_000)


def test_pages_far_from_sight_are_let_go(qtbot: QtBot, preview: PdfPreview) -> None:
    show(qtbot, preview, pdf(*[A4] * 12))
    view = preview.view
    QTest.keyClick(view, KEY.Key_End)
    qtbot.waitUntil(lambda: view.is_sharp and view.picture(0) is None, timeout=5_000)
    assert sum(view.picture(page) is not None for page in range(12)) <= 4


def test_what_is_no_pdf_is_said(qtbot: QtBot, preview: PdfPreview) -> None:
    preview.show_pdf(b"not a pdf at all", "Paper")
    qtbot.waitUntil(lambda: not preview.has_pdf, timeout=5_000)
    assert "no PDF that can be read" in preview.empty.sentence()


def test_a_newer_paper_takes_the_place_of_an_older(qtbot: QtBot, preview: PdfPreview) -> None:
    preview.show_pdf(THREE, "Paper")
    show(qtbot, preview, pdf(letter))
    assert preview.view.pages == 1
    assert preview.page_label.text() == "page 1 of 1"


def test_pictures_are_in_points_times_scale() -> None:
    upright, wide = page_sizes(pdf(A4, landscape(A4)))
    assert upright == pytest.approx(A4, abs=0.01)
    assert wide == pytest.approx(landscape(A4), abs=0.01)
    picture = page_picture(pdf(letter), 0, 2.0, grey=True)
    assert (picture.width(), picture.height()) == (1224, 1584)
    assert picture.format() is QImage.Format.Format_Grayscale8
    assert darkness(picture, 140, 140) == 255
    assert darkness(picture, 150, 150) == 0
    with pytest.raises(DamagedFile):
        page_sizes(b"%PDF-1.7 and then nothing")


def test_work_beside_the_window_comes_back_to_it_in_order(qtbot: QtBot) -> None:
    owner = QObject()
    beside = Beside(owner, "test-beside")
    main, worked, answered = threading.get_ident(), list[int](), list[tuple[int, int]]()
    failed = list[WorldError]()

    def work(n: int) -> int:
        worked.append(threading.get_ident())
        if n == 2:
            raise Refused("not this one")
        return n

    for n in range(4):
        beside.do(
            partial(work, n), done=lambda n: answered.append((n, threading.get_ident())), failed=failed.append
        )
    qtbot.waitUntil(lambda: not beside.is_busy)
    assert main not in worked
    assert answered == [(0, main), (1, main), (3, main)]
    assert [str(fault) for fault in failed] == ["not this one"]


def test_a_fault_of_ours_beside_the_window_is_told_to_who_asked_and_reported(qtbot: QtBot) -> None:
    owner = QObject()
    beside, failed = Beside(owner, "test-broken"), list[WorldError]()

    def broken() -> None:
        raise KeyError("Ana")

    with qtbot.captureExceptions() as raised:
        beside.do(broken, failed=failed.append)
        qtbot.waitUntil(lambda: not beside.is_busy)
    assert [kind for kind, _, _ in raised] == [KeyError], "reports are made of what is raised"
    assert len(failed) == 1 and "on our side" in failed[0].sentence


def test_nobody_is_answered_once_the_owner_is_gone(qtbot: QtBot) -> None:
    owner, go, answered = QObject(), threading.Event(), list[bool]()
    beside = Beside(owner, "test-gone")
    beside.do(go.wait, done=answered.append)
    with qtbot.waitSignal(owner.destroyed):
        owner.deleteLater()
    go.set()
    qtbot.waitUntil(lambda: not any(t.name == "test-gone" for t in threading.enumerate()))
    assert not answered


def to_file(path: Path) -> QPrinter:
    """A printer that puts its pages into a PDF."""
    printer = QPrinter(QPrinter.PrinterMode.HighResolution)
    printer.setOutputFormat(QPrinter.OutputFormat.PdfFormat)
    printer.setOutputFileName(str(path))
    return printer


def test_a_printer_gets_every_page_in_its_own_size(qtbot: QtBot, tmp_path: Path) -> None:
    heard: list[tuple[int, int]] = []
    out = tmp_path / "printed.pdf"
    done = paint_pages(pdf(A4, landscape(A4)), to_file(out), lambda n, of: heard.append((n, of)))
    assert (done, heard) == (2, [(1, 2), (2, 2)])
    printed = out.read_bytes()
    for size, wanted in zip(page_sizes(printed), (A4, landscape(A4)), strict=True):
        assert size == pytest.approx(wanted, abs=1)
    picture = page_picture(printed, 0, 1.0)
    # Printed in its own size: the square of an inch is still an inch, at the very corner.
    assert darkness(picture, 1, 1) > 200
    assert darkness(picture, 69, 69) > 200
    assert darkness(picture, 75, 75) == 0


def test_printing_stops_after_the_page_it_is_at(qtbot: QtBot, tmp_path: Path) -> None:
    heard: list[int] = []
    out = tmp_path / "printed.pdf"
    with pytest.raises(PrintingStopped) as fault:
        paint_pages(THREE, to_file(out), lambda n, _: heard.append(n), lambda: bool(heard))
    assert heard == [1] and fault.value.sentence == "Printing was stopped after 1 of 3 pages."
    assert len(page_sizes(out.read_bytes())) == 1


def test_a_printer_that_is_not_there_is_said(qtbot: QtBot) -> None:
    with pytest.raises(NoPrinter) as fault:
        print_pdf(THREE, "no such printer in this house", "Paper")
    assert "no such printer in this house" in fault.value.sentence
    assert "PDF" in fault.value.next_step
