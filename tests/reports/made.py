"""Synthetic cards and sheets for the tests of paper, and ways to look at what was printed."""

from __future__ import annotations

import base64
import io
import json
import random
import subprocess
from datetime import date
from pathlib import Path

import pypdfium2
from PIL import Image

from shelterdesk.core.cards import CardSentence, LodgingCard, card_sentences
from shelterdesk.core.sheet import (
    BlockOccupancy,
    DailySheet,
    FacilityFigures,
    Nationalities,
    NationalityCount,
    SexAgeTable,
    SheetBand,
    SilentDesk,
    capacity_of,
)
from shelterdesk.core.vocabulary import Sex
from shelterdesk.reports.paper import SIZES, PaperName

RESOURCES = Path(__file__).parents[2] / "resources"


def sentences() -> dict[str, CardSentence]:
    """The sentences the program ships with."""
    return card_sentences(json.loads((RESOURCES / "vocabularies" / "card_sentences.json").read_text("utf-8")))


def token(serial: int) -> str:
    """A code as long as a real one: version, desk, serial, expiry and a signature in Base32."""
    raw = random.Random(serial).randbytes(15 + 64)
    return "SDC1" + base64.b32encode(raw).decode().rstrip("=")


def card(
    serial: int = 42,
    *,
    number: str | None = None,
    code: str | None = None,
    first_name: str | None = "Zoë",
    bed_code: str | None = "A-12-3",
    group_size: int = 4,
    second_language: str | None = "fr",
    station_name: str = "Lajas Blancas",
    expires_on: date = date(2026, 12, 3),
    practice: bool = False,
) -> LodgingCard:
    """A card as the desk would ask for it."""
    return LodgingCard(
        number=number if number is not None else f"LB1-{serial:06d}-B",
        serial=serial,
        token=code if code is not None else token(serial),
        first_name=first_name,
        bed_code=bed_code,
        group_size=group_size,
        issued_on=date(2026, 11, 23),
        expires_on=expires_on,
        second_language=second_language,
        station_name=station_name,
        practice=practice,
    )


NATIONALITIES = tuple(
    NationalityCount(code, name, count)
    for code, name, count in (
        ("VEN", "Venezuela", 512), ("HTI", "Haiti", 188), ("ECU", "Ecuador", 121), ("COL", "Colombia", 95),
        ("CHN", "China", 70), ("AFG", "Afghanistan", 44), ("IND", "India", 30), ("BGD", "Bangladesh", 25),
        ("CMR", "Cameroon", 22), ("NPL", "Nepal", 20), ("SOM", "Somalia", 18), ("CUB", "Cuba", 16),
        ("PER", "Peru", 14), ("ERI", "Eritrea", 9), ("AGO", "Angola", 7), ("VNM", "Vietnam", 6),
        ("GHA", "Ghana", 4), ("COD", "Democratic Republic of the Congo", 3), ("XXX", "Not known", 2),
    )
)  # fmt: skip


def blocks(many: int) -> tuple[BlockOccupancy, ...]:
    """So many blocks, one of them over its places and one with blocked beds."""
    return tuple(
        BlockOccupancy(
            f"B{place:02d}", capacity_of(100, 108 if place == 1 else 90, 4 if place == 2 else 0, True)
        )
        for place in range(many)
    )


def daily_sheet(
    *,
    present: int = 1243,
    many_blocks: int = 12,
    nationalities: tuple[NationalityCount, ...] = NATIONALITIES,
    silent: tuple[SilentDesk, ...] = (
        SilentDesk("LB1-3", "2026-11-23T21:40:00-05:00[America/Panama]"),
        SilentDesk("LB1-4", None),
    ),
    facilities: FacilityFigures | None = None,
    station_name: str = "Lajas Blancas",
    block_codes: tuple[str, ...] = (),
    corrections: int = -2,
    practice: bool = False,
    provisional: bool = True,
) -> DailySheet:
    """A full sheet; with 1244 present it balances."""
    made = blocks(many_blocks)
    made = tuple(
        BlockOccupancy(code, block.places)
        for code, block in zip(
            (*block_codes, *(b.block for b in made[len(block_codes) :])), made, strict=True
        )
    )
    women = [(Sex.F, SheetBand.A18_59)] * 600 + [(Sex.F, SheetBand.A0_4)] * 55
    men = [(Sex.M, SheetBand.A18_59)] * 480 + [(Sex.M, SheetBand.MINOR)] * 70 + [(Sex.U, SheetBand.UNKNOWN)]
    return DailySheet(
        station_code="LB1",
        station_name=station_name,
        service_day=date(2026, 11, 24),
        from_at="2026-11-23T06:00:00-05:00[America/Panama]",
        to_at="2026-11-24T06:00:00-05:00[America/Panama]",
        present_prev=1182,
        arrivals=412,
        births=1,
        moved_in=12,
        returned=3,
        departures_bus=330,
        departures_other=21,
        absences=9,
        deaths=0,
        moved_out=4,
        corrections=corrections,
        present=present,
        of_which_unnamed=37,
        generated_by="Marta Quiñones",
        generated_at="2026-11-24T06:04:12-05:00[America/Panama]",
        state="9f3ac01b77de4410aa",
        sex_age=SexAgeTable.of([*women, *men]),
        nationalities=Nationalities(nationalities),
        blocks=made,
        silent_desks=silent,
        facilities=facilities or FacilityFigures(toilets_f=24, toilets_m=18, taps=0, water_litres=21_500),
        standard_set="Sphere 2018",
        provisional=provisional,
        practice=practice,
    )


def pages(pdf: Path, dpi: int = 150) -> list[Image.Image]:
    """The pages as a printer of that resolution would draw them, in grey."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        return [page.render(scale=dpi / 72, grayscale=True).to_pil() for page in document]
    finally:
        document.close()


def first_page_by_poppler(pdf: Path, dpi: int) -> Image.Image:
    """The first page as poppler draws it, who keeps state between forms where others begin anew."""
    asked = ["pdftoppm", "-gray", "-r", str(dpi), "-f", "1", "-l", "1", str(pdf)]
    return Image.open(io.BytesIO(subprocess.run(asked, capture_output=True, check=True).stdout))


def darkest(image: Image.Image) -> int:
    """The darkest grey of a picture, 0 black."""
    return next((grey for grey, many in enumerate(image.histogram()) if many), 255)


def text_of(pdf: Path, order: str = "-layout") -> str:
    """The words of a PDF, places kept or as drawn (``-raw``), by poppler: not the library that wrote them."""
    done = subprocess.run(["pdftotext", order, str(pdf), "-"], capture_output=True, check=True)
    return done.stdout.decode()


def words_of(text: str) -> str:
    """``text`` with all white space made one blank, to look for sentences."""
    return " ".join(text.split())


class LongWords:
    """A language that says everything at half as much length again, to see that nothing breaks."""

    def gettext(self, message: str) -> str:
        """The sentence, stretched."""
        return message + "~" * (len(message) // 2)

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        """One or many, stretched."""
        return self.gettext(msgid1 if n == 1 else msgid2)

    def pgettext(self, context: str, message: str) -> str:
        """The word, stretched."""
        return self.gettext(message)


def margins_are_white(pdf: Path, paper: PaperName) -> bool:
    """Whether twelve millimetres on every side carry no ink (LOOK, *Paper*)."""
    return all(is_white_around(image, paper) for image in pages(pdf, 100))


def is_white_around(image: Image.Image, paper: PaperName) -> bool:
    """The same for one page."""
    wide, high = SIZES[paper]
    edge = 12.0 - 0.3
    dots = 100 / 25.4
    sides = (
        (0.0, 0.0, wide, edge), (0.0, high - edge, wide, high),
        (0.0, 0.0, edge, high), (wide - edge, 0.0, wide, high),
    )  # fmt: skip
    return all(
        darkest(image.crop((left * dots, top * dots, right * dots, foot * dots))) > 200
        for left, top, right, foot in sides
    )


def overlaps(pdf: Path) -> list[tuple[str, str]]:
    """Pairs of runs of text that lie more than a hair over each other, as another library finds them."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        return [pair for page in document for pair in overlaps_of(page.get_textpage())]
    finally:
        document.close()


def overlaps_of(text: pypdfium2.PdfTextPage) -> list[tuple[str, str]]:
    """The same for one page."""
    boxes = [text.get_rect(place) for place in range(text.count_rects())]
    runs = [(box, text.get_text_bounded(*box)) for box in boxes]
    text.close()
    found = []
    for place, (one, said) in enumerate(runs):
        for other, also in runs[place + 1 :]:
            across = min(one[2], other[2]) - max(one[0], other[0])
            down = min(one[3], other[3]) - max(one[1], other[1])
            if across > 1.0 and down > 1.5:
                found.append((said, also))
    return found
