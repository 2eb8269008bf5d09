"""The pages of a PDF as pictures: for the preview on the screen and for the printer, at any resolution."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from io import BytesIO
from typing import Any

from PySide6.QtGui import QImage

from shelterdesk.core.errors import DamagedFile
from shelterdesk.core.words import tr

POINT = 72.0
"""Points of a PDF in an inch (ISO 32000-2 §8.3.2.3)."""

# PDFium keeps state for the whole process and may be called by one thread at a time, so every call is made
# below this lock and nothing of its own outlives the call.
_pdfium = threading.Lock()


def page_sizes(data: bytes) -> tuple[tuple[float, float], ...]:
    """Width and height of every page in points; raises ``DamagedFile`` for bytes that are no PDF."""
    with _opened(data) as document:
        return tuple((float(w), float(h)) for w, h in map(document.get_page_size, range(len(document))))


def page_picture(data: bytes, page: int, scale: float, *, grey: bool = False) -> QImage:
    """A page (from 0) drawn ``scale`` pixels to the point, in colour or in 256 greys.

    Safe on any thread; raises ``DamagedFile``.
    """
    with _opened(data) as document:
        opened = document[page]
        try:
            drawn = opened.render(scale=scale, grayscale=grey, prefer_bgrx=not grey)
            try:
                kind = QImage.Format.Format_Grayscale8 if grey else QImage.Format.Format_RGB32
                # Copied at once: the memory belongs to PDFium and goes with the bitmap.
                return QImage(drawn.buffer, drawn.width, drawn.height, drawn.stride, kind).copy()
            finally:
                drawn.close()
        finally:
            opened.close()


def only_pages(data: bytes, pages: Iterable[int]) -> bytes:
    """A PDF of some pages (from 0) of another, in their order; raises ``DamagedFile``."""
    import pypdfium2

    with _opened(data) as document:
        cut = pypdfium2.PdfDocument.new()
        try:
            cut.import_pages(document, list(pages))
            out = BytesIO()
            cut.save(out)
            return out.getvalue()
        finally:
            cut.close()


@contextmanager
def _opened(data: bytes) -> Iterator[Any]:
    import pypdfium2  # with the first paper: the window stands without it

    with _pdfium:
        try:
            document = pypdfium2.PdfDocument(data)
        except pypdfium2.PdfiumError as error:
            raise DamagedFile(
                tr("This paper"), tr("it is no PDF that can be read"), tr("Make it again.")
            ) from error
        try:
            yield document
        finally:
            document.close()
