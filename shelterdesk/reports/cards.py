"""Lodging cards and wristbands as a file to print: what goes on paper, and what is said before it does."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import BinaryIO

from shelterdesk.core.cards import (
    FIRST_LANGUAGE,
    CardSentence,
    LodgingCard,
    Wristband,
    sentence_language,
)
from shelterdesk.core.errors import BadField, Refused
from shelterdesk.core.languages import language_name
from shelterdesk.core.words import ntr, tr
from shelterdesk.reports.card_formats import FORMATS, FormatName
from shelterdesk.reports.card_sheet import CardSheet
from shelterdesk.reports.faces import Faces, can_set, find_faces
from shelterdesk.reports.paper import Written
from shelterdesk.reports.target import write_whole
from shelterdesk.reports.wristband import WristbandSheet

_LISTED = 5

Progress = Callable[[int, int], None]
"""Told (cards done, cards in all); raising from it stops the work, and nothing is written."""


def write_cards(
    cards: Sequence[LodgingCard],
    target: Path | BinaryIO,
    sentences: Mapping[str, CardSentence],
    *,
    form: FormatName = "a4",
    start_at: int = 1,
    faces: Faces | None = None,
    progress: Progress | None = None,
) -> Written:
    """Write the cards as a PDF in the order given, from place ``start_at`` of the first sheet on.

    ``sentences`` come from :func:`shelterdesk.core.cards.card_sentences`. What the faces cannot set is
    left out and named in the result (ask :func:`cards_warnings` before). The same cards give the same
    bytes. Raises :class:`Refused` without cards, ``BadField`` for a place that is not on the sheet and for a format of
    wristbands, which have no room for a card, :class:`DiskFull`, :class:`CannotWrite`.
    """
    if FORMATS[form].is_band:
        raise BadField("form", tr("Wristbands have no room for a card. Choose a format of cards."))
    if not cards:
        raise Refused(tr("There is no card to print."), tr("Choose the people or families first."))
    found = faces or find_faces()
    sheet = CardSheet(FORMATS[form], found, sentences, cards, start_at)
    for done, card in enumerate(cards, start=1):
        sheet.add(card)
        if progress is not None:
            progress(done, len(cards))
    write_whole(target, sheet.finished())
    return Written(pages=sheet.pages, left_out=_left_out(cards, sentences, found))


def write_wristbands(
    bands: Sequence[Wristband],
    target: Path | BinaryIO,
    *,
    form: FormatName = "wristband-a4",
    start_at: int = 1,
    faces: Faces | None = None,
    progress: Progress | None = None,
) -> Written:
    """Write wristbands as a PDF to cut, in the order given; raises as :func:`write_cards` does, of a format of cards."""
    if not FORMATS[form].is_band:
        raise BadField("form", tr("A card is no wristband. Choose a format of wristbands."))
    if not bands:
        raise Refused(tr("There is no wristband to print."), tr("Choose children under five first."))
    sheet = WristbandSheet(FORMATS[form], faces or find_faces(), bands, start_at)
    for done, band in enumerate(bands, start=1):
        sheet.add(band)
        if progress is not None:
            progress(done, len(bands))
    write_whole(target, sheet.finished())
    return Written(pages=sheet.pages, left_out=[])


def cards_warnings(
    cards: Sequence[LodgingCard], sentences: Mapping[str, CardSentence], faces: Faces | None = None
) -> list[str]:
    """What to say before these cards are printed: what will be left out, and what nobody has reviewed."""
    seconds = (sentence_language(card.second_language, sentences) for card in cards)
    spoken = {FIRST_LANGUAGE, *(one for one in seconds if one is not None)} if cards else set()
    drafts = sorted(sentences[one].name for one in spoken if not sentences[one].reviewed)
    said = _left_out(cards, sentences, faces or find_faces())
    if drafts:
        said.append(
            tr(
                "No native speaker has read the sentence on the card yet: {languages}. Ask somebody.",
                languages=", ".join(drafts),
            )
        )
    return said


def _left_out(cards: Sequence[LodgingCard], sentences: Mapping[str, CardSentence], faces: Faces) -> list[str]:
    """Sentences on what these cards will not carry; numbers, never names."""
    said = []
    nameless = [card.number for card in cards if card.first_name and not can_set(card.first_name, faces)]
    if nameless:
        said.append(
            ntr(
                "{n} card carries no name, only its number; its script cannot be printed: {numbers}",
                "{n} cards carry no name, only their number; its script cannot be printed: {numbers}",
                len(nameless),
                numbers=", ".join(nameless[:_LISTED]) + ("…" if len(nameless) > _LISTED else ""),
            )
        )
    if any(card.bed_code and not can_set(card.bed_code, faces) for card in cards):
        said.append(tr("Some bed codes cannot be printed on this laptop; write them on the card by hand."))
    for name in sorted({card.station_name for card in cards if not can_set(card.station_name, faces)}):
        said.append(tr("The name of the station cannot be printed on this laptop: {name}", name=name))
    second = sorted({card.second_language for card in cards if card.second_language})
    own = {one: sentence_language(one, sentences) for one in second if one != FIRST_LANGUAGE}
    without = [language_name(one) for one, known in own.items() if known is None]
    known = sorted({one for one in own.values() if one is not None})
    not_set = [sentences[one].name for one in known if not can_set(sentences[one].text, faces)]
    if without:
        said.append(
            tr("There is no card sentence in {language} yet; Spanish only.", language=", ".join(without))
        )
    if not_set:
        said.append(
            tr("The script of {language} cannot be printed here; Spanish only.", language=", ".join(not_set))
        )
    return said
