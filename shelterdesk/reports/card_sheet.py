"""The drawing of lodging cards: a large number, a code a reader always takes, and what the card is good for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import ceil, floor

from reportlab.lib.units import mm

from shelterdesk.core.cards import FIRST_LANGUAGE, CardSentence, LodgingCard, sentence_language
from shelterdesk.core.vocabulary import PRACTICE_ON_PAPER
from shelterdesk.core.words import tr
from shelterdesk.reports.card_formats import CARD_HEIGHT, CardFormat
from shelterdesk.reports.card_pages import QR_SIDE, QUIET, CardPages, draw_code, draw_number
from shelterdesk.reports.faces import Faces, can_set
from shelterdesk.reports.paper import outlined
from shelterdesk.reports.pictograms import PICTOGRAM, draw_bed, draw_care, draw_meal

_EDGE = 3.4
_NUMBER_FOOT = 18.2
_QR_TOP = 20.5
_BESIDE = _EDGE + PICTOGRAM + 2.0
"""Where begins what a pictogram explains."""

_BED_TOP = 19.9
_FACTS_FOOT = _BED_TOP + 6.7
_PEOPLE, _NAME = _BESIDE + 18.5, _BESIDE + 27.5
_WIDE_ROWS, _NARROW_ROWS = 8.3, 7.5
"""From one pictogram to the next: the lower cards have less room between them, and as much for the sentences."""

_MEAL_DAYS = 5
_LOW_EDGE = 2.6
_BED_SIZES = (13, 11.5, 10, 9, 8)
_SIZES = (7.5, 3.5)
"""Largest and smallest type of the sentences, points."""


@dataclass(frozen=True, slots=True)
class _Common:
    """What cards share and the file holds once: station, practice, second language."""

    station_name: str
    practice: bool
    second_language: str | None


class CardSheet:
    """Pages of cards being drawn; ``cards`` are all that will be added, in any order.

    ``start_at`` is the first free place of a sheet that was used in part, counted row by row.
    """

    def __init__(
        self,
        form: CardFormat,
        faces: Faces,
        sentences: Mapping[str, CardSentence],
        cards: Sequence[LodgingCard],
        start_at: int = 1,
    ) -> None:
        self._sheets = CardPages(form, faces, tr("Lodging cards"), len(cards), start_at)
        self._paper = self._sheets.paper
        self._wide, self._high = form.card
        self._qr_left = self._wide - _EDGE - QR_SIDE
        self._column_end = self._qr_left - QUIET
        row = _WIDE_ROWS if self._high >= CARD_HEIGHT else _NARROW_ROWS
        self._meals_top, self._care_top = _BED_TOP + row, _BED_TOP + 2 * row
        self._sentences = sentences
        self.pages = self._sheets.pages
        self._settable: dict[str, bool] = {}
        self._forms: dict[_Common, str] = {}
        for card in cards:
            common = self._common(card)
            if common not in self._forms:
                self._forms[common] = f"card{len(self._forms)}"
                self._draw_common(common, self._forms[common])

    def add(self, card: LodgingCard) -> None:
        """Draw one card at the next place."""
        x, y = self._sheets.next_place()
        canvas = self._paper.canvas
        canvas.saveState()
        canvas.translate(x * mm, -y * mm)
        canvas.doForm(self._forms[self._common(card)])
        canvas.restoreState()
        draw_number(self._paper, card.number, x + _EDGE, y + _NUMBER_FOOT, self._wide - 2 * _EDGE)
        self._draw_bearer(card, x, y)
        draw_code(self._paper, card.token, x + self._qr_left, y + _QR_TOP)

    def finished(self) -> bytes:
        """The whole PDF."""
        return self._sheets.finished()

    def _common(self, card: LodgingCard) -> _Common:
        second = sentence_language(card.second_language, self._sentences)
        return _Common(card.station_name, card.practice, second)

    def _can_set(self, text: str) -> bool:
        if text not in self._settable:
            self._settable[text] = can_set(text, self._paper.faces)
        return self._settable[text]

    def _draw_bearer(self, card: LodgingCard, x: float, y: float) -> None:
        """Bed, group and name. Without a name nothing stays open that would tell a child's card apart."""
        paper, foot = self._paper, y + _FACTS_FOOT
        if card.bed_code and self._can_set(card.bed_code):
            room = _PEOPLE - _BESIDE - 2
            size = next((one for one in _BED_SIZES if paper.fits(card.bed_code, room, one, bold=True)), 8)
            paper.text(x + _BESIDE, foot, card.bed_code, size, bold=True, width=room)
        else:
            paper.rule(x + _BESIDE, foot + 0.4, _PEOPLE - _BESIDE - 3)
        if card.group_size is not None:
            paper.text(x + _PEOPLE, foot, str(card.group_size), 13, bold=True, width=_NAME - _PEOPLE - 1)
        else:
            paper.rule(x + _PEOPLE, foot + 0.4, _NAME - _PEOPLE - 4)
        if card.first_name and self._can_set(card.first_name):
            paper.text(x + _NAME, foot, card.first_name, 11, width=self._column_end - _NAME)
        issued = tr("Issued {day}", day=card.issued_on.isoformat())
        valid = tr("Valid until {day}", day=card.expires_on.isoformat())
        for low, said in ((_LOW_EDGE + 2.7, issued), (_LOW_EDGE, valid)):
            right = x + self._wide - _EDGE
            paper.text(right, y + self._high - low, said, 5.4, align="right", width=QR_SIDE)

    def _draw_common(self, common: _Common, name: str) -> None:
        """What cards share, as a form at the upper left corner of the page, to be moved into place."""
        paper, canvas = self._paper, self._paper.canvas
        low = (paper.height - self._high) * mm
        canvas.beginForm(name, 0, floor(low), ceil(self._wide * mm), ceil(paper.height * mm))
        if common.practice:
            canvas.saveState()
            canvas.translate(self._wide * mm / 2, low + self._high * mm / 2)
            canvas.rotate(27)
            outlined(canvas, PRACTICE_ON_PAPER, paper.faces.bold, 25)
            canvas.restoreState()
        taken = paper.text(self._wide - _EDGE, 5.9, tr("Lodging card"), 7, align="right")
        if self._can_set(common.station_name):
            room = self._wide - 2 * _EDGE - taken - 3
            paper.text(_EDGE, 5.9, common.station_name, 8, bold=True, width=room)
        paper.rule(_EDGE, 7.2, self._wide - 2 * _EDGE)
        draw_bed(paper, _EDGE, _BED_TOP)
        paper.text(_BESIDE, _BED_TOP + 1.7, tr("Bed"), 5.5, width=_PEOPLE - _BESIDE - 1)
        paper.text(_PEOPLE, _BED_TOP + 1.7, tr("Group of"), 5.5, width=_NAME - _PEOPLE - 0.5)
        draw_meal(paper, _EDGE, self._meals_top)
        self._draw_meals()
        draw_care(paper, _EDGE, self._care_top)
        self._draw_sentences(common.second_language)
        canvas.endForm()

    def _draw_meals(self) -> None:
        """Boxes to tick: three meals of so many days."""
        paper = self._paper
        group = (self._column_end - _BESIDE + 1.6) / 3
        side = min(2.8, (group - 1.6) / _MEAL_DAYS)
        for place, meal in enumerate((tr("Breakfast"), tr("Lunch"), tr("Dinner"))):
            left = _BESIDE + place * group
            paper.text(left, self._meals_top + 2.2, meal, 5.5, width=_MEAL_DAYS * side)
            for day in range(_MEAL_DAYS):
                paper.box(left + day * side, self._meals_top + 3.1, side, side)

    def _draw_sentences(self, second: str | None) -> None:
        """Spanish and below it the person's own language, as large as both still fit."""
        texts = [self._sentences[FIRST_LANGUAGE].text]
        if second is not None and self._can_set(self._sentences[second].text):
            texts.append(self._sentences[second].text)
        paper, wide, gap = self._paper, self._column_end - _BESIDE, 0.9
        room = self._high - _LOW_EDGE - self._care_top
        size, least = _SIZES
        while True:
            lines = [paper.lines(text, wide, size) for text in texts]
            lead = size * 1.16 / mm
            high = sum(map(len, lines)) * lead + gap * (len(texts) - 1)
            if high <= room or size <= least:
                break
            size -= 0.1
        y = self._care_top + size * 0.75 / mm
        for spoken in lines:
            for line in spoken:
                paper.line(_BESIDE, y, wide, line, size)
                y += lead
            y += gap
