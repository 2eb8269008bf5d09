"""A thousand lodging cards: drawn against the same codes and texts drawn bare, their size, and reading them back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from io import BytesIO
from pathlib import Path

import pypdfium2
import zxingcpp
from PIL import Image
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from bench.families import first_people
from bench.measure import FULL, Figure, Sizes, median, seconds
from bench.stations import NOW, SEED
from shelterdesk.actions.cards import sentences
from shelterdesk.core.cards import (
    FIRST_LANGUAGE,
    CardSentence,
    LodgingCard,
    first_name_on_paper,
    number_parts,
)
from shelterdesk.core.number import person_number
from shelterdesk.keys.cardtoken import make_token
from shelterdesk.keys.ed25519 import SigningKey
from shelterdesk.reports.card_pages import MODULE, QR_MODULES, code_image
from shelterdesk.reports.cards import write_cards
from shelterdesk.reports.faces import find_faces

_PER_PAGE = 10
_DPI = 150
_KEY = SigningKey.new()


def run(sizes: Sizes, out: Path, work: Path) -> Iterator[Figure]:
    """Promise: at most three times the bare drawing, 1.5 MB, and every code read at 150 dpi."""
    cards = made_cards(sizes.cards)
    target = work / "cards.pdf"
    spoken = sentences()
    ours, theirs = [], []
    for _ in range(sizes.rounds):
        theirs.append(seconds(lambda: bare(cards, spoken, BytesIO())))
        ours.append(seconds(lambda: write_cards(cards, target, spoken)))
    yield Figure(
        f"{len(cards):,} cards as a PDF",
        median(ours),
        "s",
        "the same codes and texts in the same faces, drawn bare with reportlab",
        median(theirs),
        most_times=3,
    )
    size = target.stat().st_size / 1e6
    yield Figure("their size", size, "MB", most=1.5 if len(cards) == FULL.cards else None)
    wanted = {card.token for card in cards}
    read = codes_of(target)
    yield Figure(
        f"codes not read back by zxing-cpp from the pages at {_DPI} dpi",
        float(len(wanted - read)),
        "codes",
        most=0,
    )


def made_cards(count: int) -> list[LodgingCard]:
    """Cards of practice people, a third with a second language."""
    day = NOW.date()
    expires = day + timedelta(days=90)
    languages = [None, "en", "fr", None, "ht", None]
    return [
        LodgingCard(
            number=person_number("LB", "1", serial),
            serial=serial,
            token=make_token(_KEY, serial, expires, True),
            first_name=first_name_on_paper(person.given, person.age < 18, serial % 5 + 1),
            bed_code=f"A{serial % 10}-{serial % 40 + 1}",
            group_size=serial % 5 + 1,
            issued_on=day,
            expires_on=expires,
            second_language=languages[serial % len(languages)],
            station_name="Lajas Blancas",
            practice=True,
        )
        for serial, person in enumerate(first_people(SEED, count), start=1)
    ]


def bare(cards: Sequence[LodgingCard], spoken: Mapping[str, CardSentence], target: BytesIO) -> None:
    """The texts and the code of each card, ten to a page, without layout and without anything shared."""
    faces = find_faces()
    canvas = Canvas(target, pageCompression=1, invariant=1)
    side = QR_MODULES * MODULE * mm
    for at, card in enumerate(cards):
        if at and at % _PER_PAGE == 0:
            canvas.showPage()
        x, y = at % 2 * 90 * mm, (at // 2 % 5) * 55 * mm
        languages = dict.fromkeys((FIRST_LANGUAGE, card.second_language or FIRST_LANGUAGE))
        said = [spoken[language].text for language in languages if language in spoken]
        texts = [
            *((faces.bold, 34.0, part) for part in number_parts(card.number)),
            (faces.bold, 13.0, card.bed_code or ""),
            (faces.bold, 13.0, str(card.group_size or "")),
            (faces.regular, 11.0, card.first_name or ""),
            (faces.bold, 8.0, card.station_name),
            *((faces.regular, 6.3, day.isoformat()) for day in (card.issued_on, card.expires_on)),
            *((faces.regular, 6.0, text) for text in said),
        ]
        for line, (face, size, text) in enumerate(texts):
            canvas.setFont(face, size)
            canvas.drawString(x, y + 8 * line, text)
        canvas.drawInlineImage(code_image(card.token), x, y, side, side)
    canvas.save()


def codes_of(path: Path) -> set[str]:
    """The texts of all codes on the pages of a PDF, drawn at 150 dpi."""
    found: set[str] = set()
    document = pypdfium2.PdfDocument(path)
    for page in document:
        picture: Image.Image = page.render(scale=_DPI / 72, grayscale=True).to_pil()
        found.update(code.text for code in zxingcpp.read_barcodes(picture))
    document.close()
    return found
