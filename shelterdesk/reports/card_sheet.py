"""The drawing of lodging cards: CR80 cards to cut, a large number, and a code a reader always takes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import ceil, floor

from PIL import Image
from qrcode.constants import ERROR_CORRECT_M
from qrcode.main import QRCode
from reportlab.lib.units import mm
from reportlab.pdfbase.pdfmetrics import stringWidth

from shelterdesk.core.cards import FIRST_LANGUAGE, CardSentence, LodgingCard, number_parts
from shelterdesk.core.vocabulary import PRACTICE_ON_PAPER
from shelterdesk.core.words import tr
from shelterdesk.reports.faces import Faces, can_set, cap_height
from shelterdesk.reports.paper import Paper, PaperName, outlined

CARD_WIDTH, CARD_HEIGHT = 85.60, 53.98
"""ID-1 (ISO/IEC 7810), mm."""

GRID: dict[PaperName, tuple[int, int]] = {"a4": (2, 5), "letter": (2, 4)}
"""Columns and rows without a gutter; five rows on Letter would come too close to its edge (DOMAIN §8)."""

QR_VERSION = 6
QR_MODULES = 17 + 4 * QR_VERSION
MODULE = 0.508
"""A module in mm: twelve dots of a 600 dpi printer, so its edges are sharp; 0.5 is the least (SYNC §1.0)."""

QUIET = 4 * MODULE
"""The white around a code: four modules (ISO/IEC 18004), 2.03 mm."""

DIGIT_HEIGHT = 9.5
"""Height of the counter's digits in mm; 9 is the least (DOMAIN §8)."""

_EDGE = 3.4
_NUMBER_FOOT = 18.2
_QR_SIDE = QR_MODULES * MODULE
_QR_LEFT = CARD_WIDTH - _EDGE - _QR_SIDE
_QR_TOP = 21.4
_COLUMN = _QR_LEFT - QUIET - _EDGE
_BED, _PEOPLE, _NAME = _EDGE, _EDGE + 18, _EDGE + 30
_FACTS_FOOT = 27.6
_MEALS_TOP = 30.0
_MEAL_DAYS = 5
_SENTENCES_TOP, _SENTENCES_FOOT = 37.0, CARD_HEIGHT - 2.6


@dataclass(frozen=True, slots=True)
class _Common:
    """What cards share and the file holds once: station, practice, second language."""

    station_name: str
    practice: bool
    second_language: str | None


class CardSheet:
    """Pages of cards being drawn; ``cards`` are all that will be added, in any order."""

    def __init__(
        self,
        paper: PaperName,
        faces: Faces,
        sentences: Mapping[str, CardSentence],
        cards: Sequence[LodgingCard],
    ) -> None:
        self._paper = Paper(paper, faces, tr("Lodging cards"))
        self._columns, self._rows = GRID[paper]
        self._left = (self._paper.width - self._columns * CARD_WIDTH) / 2
        self._top = (self._paper.height - self._rows * CARD_HEIGHT) / 2
        self._number_size = DIGIT_HEIGHT * mm / cap_height(faces.bold)
        self._sentences = sentences
        per_page = self._columns * self._rows
        self.pages = (len(cards) + per_page - 1) // per_page
        self._added = 0
        self._settable: dict[str, bool] = {}
        self._forms: dict[_Common, str] = {}
        for card in cards:
            common = self._common(card)
            if common not in self._forms:
                self._forms[common] = f"card{len(self._forms)}"
                self._draw_common(common, self._forms[common])

    def add(self, card: LodgingCard) -> None:
        """Draw one card at the next place, on a new page when this one is full."""
        page, place = divmod(self._added, self._columns * self._rows)
        if place == 0:
            if page:
                self._paper.next_page()
            self._draw_marks(page + 1)
        row, column = divmod(place, self._columns)
        x, y = self._left + column * CARD_WIDTH, self._top + row * CARD_HEIGHT
        canvas = self._paper.canvas
        canvas.saveState()
        canvas.translate(x * mm, -y * mm)
        canvas.doForm(self._forms[self._common(card)])
        canvas.restoreState()
        self._draw_number(card.number, x, y)
        self._draw_bearer(card, x, y)
        self._draw_code(card.token, x, y)
        self._added += 1

    def finished(self) -> bytes:
        """The whole PDF."""
        self._paper.next_page()
        return self._paper.finished()

    def _common(self, card: LodgingCard) -> _Common:
        second = card.second_language
        if second == FIRST_LANGUAGE or second not in self._sentences:
            second = None
        return _Common(card.station_name, card.practice, second)

    def _can_set(self, text: str) -> bool:
        if text not in self._settable:
            self._settable[text] = can_set(text, self._paper.faces)
        return self._settable[text]

    def _draw_number(self, number: str, x: float, y: float) -> None:
        """The number in one line: its counter large, station and check part smaller on the same foot."""
        before, counter, after = number_parts(number)
        bold, large, small = self._paper.faces.bold, self._number_size, self._number_size * 0.6
        pieces = [(before, small), (counter, large), (after, small)]
        wide = sum(stringWidth(text, bold, size) for text, size in pieces)
        run = self._paper.canvas.beginText((x + _EDGE) * mm, (self._paper.height - y - _NUMBER_FOOT) * mm)
        run.setFillGray(0.0)
        run.setHorizScale(min(1.0, (CARD_WIDTH - 2 * _EDGE) * mm / wide) * 100)
        for text, size in pieces:
            if text:
                run.setFont(bold, size)
                run.textOut(text)
        self._paper.canvas.drawText(run)

    def _draw_bearer(self, card: LodgingCard, x: float, y: float) -> None:
        """Bed, group and name. Without a name nothing stays open that would tell a child's card apart."""
        foot = y + _FACTS_FOOT
        if card.bed_code and self._can_set(card.bed_code):
            self._paper.text(x + _BED, foot, card.bed_code, 13, bold=True, width=_PEOPLE - _BED - 2)
        else:
            self._paper.rule(x + _BED, foot + 0.4, _PEOPLE - _BED - 4)
        self._paper.text(x + _PEOPLE, foot, str(card.group_size), 13, bold=True, width=_NAME - _PEOPLE - 2)
        if card.first_name and self._can_set(card.first_name):
            self._paper.text(x + _NAME, foot, card.first_name, 11, width=_COLUMN + _EDGE - _NAME)
        issued = tr("Issued {day}", day=card.issued_on.isoformat())
        valid = tr("Valid until {day}", day=card.expires_on.isoformat())
        for line, said in enumerate((issued, valid)):
            right, low = x + CARD_WIDTH - _EDGE, y + 47.6 + 3.0 * line
            self._paper.text(right, low, said, 6.3, align="right", width=_QR_SIDE + QUIET)

    def _draw_code(self, token: str, x: float, y: float) -> None:
        left, top, side = x + _QR_LEFT, y + _QR_TOP, _QR_SIDE
        self._paper.box(left - QUIET, top - QUIET, side + 2 * QUIET, side + 2 * QUIET, fill=1.0)
        foot = (self._paper.height - top - side) * mm
        self._paper.canvas.drawInlineImage(code_image(token), left * mm, foot, side * mm, side * mm)

    def _draw_common(self, common: _Common, name: str) -> None:
        """What cards share, as a form at the top left corner of the sheet, to be moved into place."""
        paper, canvas = self._paper, self._paper.canvas
        low = (paper.height - CARD_HEIGHT) * mm
        canvas.beginForm(name, 0, floor(low), ceil(CARD_WIDTH * mm), ceil(paper.height * mm))
        if common.practice:
            canvas.saveState()
            canvas.translate(CARD_WIDTH * mm / 2, low + CARD_HEIGHT * mm / 2)
            canvas.rotate(27)
            outlined(canvas, PRACTICE_ON_PAPER, paper.faces.bold, 25)
            canvas.restoreState()
        title = tr("Lodging card")
        taken = paper.text(CARD_WIDTH - _EDGE, 5.9, title, 7, align="right")
        if self._can_set(common.station_name):
            room = CARD_WIDTH - 2 * _EDGE - taken - 3
            paper.text(_EDGE, 5.9, common.station_name, 8, bold=True, width=room)
        paper.rule(_EDGE, 7.2, CARD_WIDTH - 2 * _EDGE)
        paper.text(_BED, _FACTS_FOOT - 4.6, tr("Bed"), 5.5, width=_PEOPLE - _BED - 1)
        paper.text(_PEOPLE, _FACTS_FOOT - 4.6, tr("Group of"), 5.5, width=_NAME - _PEOPLE - 1)
        self._draw_meals()
        self._draw_sentences(common.second_language)
        canvas.endForm()

    def _draw_meals(self) -> None:
        """Boxes to tick: three meals of so many days."""
        paper, side = self._paper, 2.8
        group = (_COLUMN + 1.6) / 3
        for place, meal in enumerate((tr("Breakfast"), tr("Lunch"), tr("Dinner"))):
            left = _EDGE + place * group
            paper.text(left, _MEALS_TOP + 1.9, meal, 5.5, width=_MEAL_DAYS * side)
            for day in range(_MEAL_DAYS):
                paper.box(left + day * side, _MEALS_TOP + 2.5, side, side)

    def _draw_sentences(self, second: str | None) -> None:
        """Spanish and below it the person's own language, as large as both still fit."""
        texts = [self._sentences[FIRST_LANGUAGE].text]
        if second is not None and self._can_set(self._sentences[second].text):
            texts.append(self._sentences[second].text)
        paper, room, gap = self._paper, _SENTENCES_FOOT - _SENTENCES_TOP, 0.9
        size = 7.5
        while True:
            lines = [paper.lines(text, _COLUMN, size) for text in texts]
            lead = size * 1.16 / mm
            high = sum(map(len, lines)) * lead + gap * (len(texts) - 1)
            if high <= room or size <= 3.5:
                break
            size -= 0.1
        y = _SENTENCES_TOP + size * 0.75 / mm
        for spoken in lines:
            for line in spoken:
                paper.line(_EDGE, y, _COLUMN, line, size)
                y += lead
            y += gap

    def _draw_marks(self, page: int) -> None:
        """Crop marks outside the block of cards, a ruler of 10 mm, and the number of the page."""
        paper = self._paper
        right, foot = self._left + self._columns * CARD_WIDTH, self._top + self._rows * CARD_HEIGHT
        near, length = 1.5, 4.0
        for column in range(self._columns + 1):
            x = self._left + column * CARD_WIDTH
            paper.upright(x, self._top - near - length, length, weight=0.25, ink=0.0)
            paper.upright(x, foot + near, length, weight=0.25, ink=0.0)
        for row in range(self._rows + 1):
            y = self._top + row * CARD_HEIGHT
            paper.rule(self._left - near - length, y, length, weight=0.25, ink=0.0)
            paper.rule(right + near, y, length, weight=0.25, ink=0.0)
        x, y = self._left + 2, foot + 7.4
        paper.rule(x, y, 10, weight=0.5, ink=0.0)
        for tick in range(11):
            paper.upright(x + tick, y - (1.8 if tick % 5 == 0 else 1.0), 1.8 if tick % 5 == 0 else 1.0)
        note = tr("This ruler is 10 mm long when printed at 100 %, not fitted to the page.")
        paper.text(x + 12.5, y, note, 6.5)
        shown = tr("Page {page} of {pages}", page=page, pages=self.pages)
        paper.text(right - 2, y, shown, 6.5, align="right")


def code_image(token: str) -> Image.Image:
    """The QR of a card token (up to 154 alphanumeric characters): a pixel per module, no quiet zone.

    Level M and mask 0 always: searching for the best mask costs six times as much and reads no better.
    """
    code = QRCode(version=QR_VERSION, error_correction=ERROR_CORRECT_M, border=0, mask_pattern=0)
    code.add_data(token, optimize=0)
    code.make(fit=False)
    rows = (sum(1 << (47 - place) for place, dark in enumerate(row) if not dark) for row in code.modules)
    return Image.frombytes("1", (QR_MODULES, QR_MODULES), b"".join(row.to_bytes(6, "big") for row in rows))
