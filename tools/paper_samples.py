"""Draw samples of what is printed for docs/papers/: type in every script, cards, the evacuation list, the daily sheet.

Usage: .venv/bin/python tools/paper_samples.py [FOLDER]      FOLDER defaults to docs/papers
The names are made up; the sentences are those of resources/vocabularies/card_sentences.json, the people those of a
practice station, whose papers say so across the page.
"""

from __future__ import annotations

import json
import sys
import tempfile
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

import pypdfium2
from PIL import Image

from shelterdesk.actions.cards import print_cards
from shelterdesk.actions.clock import SetClock
from shelterdesk.actions.demo import make_demo
from shelterdesk.actions.evacuation import print_evacuation
from shelterdesk.actions.sheet_papers import SheetCopy, SheetWanted, print_paper
from shelterdesk.actions.sheets import last_sheet_day
from shelterdesk.core.cards import CardSentence, card_sentences
from shelterdesk.keys.passphrase import Argon2Cost
from shelterdesk.reports.faces import find_faces
from shelterdesk.reports.paper import Paper
from shelterdesk.startup import use_language

TOP = Path(__file__).parents[1]
PEOPLE, SEED = 120, 4
MORNING = datetime(2026, 11, 23, 12, 30, tzinfo=UTC)
QUICK = Argon2Cost(memory_kib=64, passes=1, lanes=1)

NAMES = (
    "أحمد ABC-42 (علي)", "ABC محمد ۱۲۳ x", "محمّد عَبْدُ الرَّحْمٰن", "خدیجه\u200cبانو محمدزاده", "شازیہ گیلانی 7", "پښتو ټولنه",
    "राजेश कुमार 42", "क्ष्म्य स्त्री", "রহমান ক্ষ্ম্য", "निशा श्रेष्ठ", "王小明（小）", "አበበ ቢቂላ", "ਗੁਰਪ੍ਰੀਤ", "தமிழ்ச்செல்வி",
    "නිශාන්ත", "Шевченко Юрий", "Nguyễn Đặng", "Zoë Núñez x\u0302", "Ахмед أحمد 王", "محمد " * 40,
)  # fmt: skip


def drawn(sentences: dict[str, CardSentence]) -> bytes:
    """The page as a PDF."""
    paper = Paper("a4", find_faces(), "Scripts")
    y = 18.0
    for language, one in sentences.items():
        paper.text(14, y, language, 9, bold=True)
        y = paper.paragraph(24, y, 84, one.text, 9, lead=4.7) + 2.4
    y = 18.0
    for name in NAMES:
        paper.text(118, y, name, 12, width=78)
        paper.text(118, y + 6.2, name, 12, bold=True, width=78)
        y += 13.4
    paper.next_page()
    return paper.finished()


def practised() -> dict[str, tuple[bytes, tuple[int, ...]]]:
    """Papers of a practice station by name, with the pages to be shown side by side."""
    with tempfile.TemporaryDirectory() as made:
        desk = make_demo(Path(made) / "station", PEOPLE, SEED, SetClock(MORNING), cost=QUICK).desk
        try:
            cards, evacuation, sheet, internal = BytesIO(), BytesIO(), BytesIO(), BytesIO()
            day = last_sheet_day(desk)
            print_cards(desk, cards, all_present=True)
            print_evacuation(desk, evacuation)
            print_paper(desk, SheetWanted(day), sheet)
            print_paper(desk, SheetWanted(day, SheetCopy.INTERNAL), internal)
        finally:
            desk.close()
    return {
        "cards": (cards.getvalue(), (0,)),
        "evacuation": (evacuation.getvalue(), (0,)),
        "sheet": (sheet.getvalue(), (0, 1)),
        "sheet-internal": (internal.getvalue(), (0,)),
    }


def picture(pdf: bytes, pages: tuple[int, ...], dpi: int) -> Image.Image:
    """The pages of a paper side by side, in 16 greys."""
    document = pypdfium2.PdfDocument(BytesIO(pdf))
    drawn_pages = [document[page].render(scale=dpi / 72).to_pil().convert("L") for page in pages]
    wide, high = sum(page.width for page in drawn_pages), max(page.height for page in drawn_pages)
    whole = Image.new("L", (wide, high), 255)
    left = 0
    for page in drawn_pages:
        whole.paste(page, (left, 0))
        left += page.width
    return whole.quantize(16, dither=Image.Dither.NONE)


def main() -> None:
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else TOP / "docs" / "papers"
    folder.mkdir(parents=True, exist_ok=True)
    use_language("es")
    vocabulary = TOP / "resources" / "vocabularies" / "card_sentences.json"
    scripts = drawn(card_sentences(json.loads(vocabulary.read_text("utf-8"))))
    for name, (pdf, pages) in {"scripts": (scripts, (0,)), **practised()}.items():
        path = folder / f"{name}.png"
        picture(pdf, pages, 130 if name == "scripts" else 110).save(path, optimize=True)
        print(path)


if __name__ == "__main__":
    main()
