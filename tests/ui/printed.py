"""What a PDF says, asked beside a window that draws pages on threads of its own: PDFium bears one caller at a time."""

from __future__ import annotations

import pypdfium2

from shelterdesk.ui.widgets import pdf_pages


def words_of_pages(data: bytes) -> list[str]:
    """The text of each page; everything of PDFium's is closed again below the program's own lock."""
    with pdf_pages._pdfium:
        document = pypdfium2.PdfDocument(data)
        try:
            said = []
            for number in range(len(document)):
                page = document[number]
                text = page.get_textpage()
                said.append(str(text.get_text_range()))
                text.close()
                page.close()
            return said
        finally:
            document.close()
