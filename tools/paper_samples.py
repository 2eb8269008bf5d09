"""Draw a page of type in every script of the cards' sentences and of names, for docs/papers/.

Usage: .venv/bin/python tools/paper_samples.py [FOLDER]      FOLDER defaults to docs/papers
The names are made up; the sentences are those of resources/vocabularies/card_sentences.json.
"""

from __future__ import annotations

import json
import sys
from io import BytesIO
from pathlib import Path

import pypdfium2

from shelterdesk.core.cards import CardSentence, card_sentences
from shelterdesk.reports.faces import find_faces
from shelterdesk.reports.paper import Paper

TOP = Path(__file__).parents[1]

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


def main() -> None:
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else TOP / "docs" / "papers"
    folder.mkdir(parents=True, exist_ok=True)
    vocabulary = TOP / "resources" / "vocabularies" / "card_sentences.json"
    pdf = pypdfium2.PdfDocument(BytesIO(drawn(card_sentences(json.loads(vocabulary.read_text("utf-8"))))))
    pdf[0].render(scale=130 / 72).to_pil().convert("L").save(folder / "scripts.png", optimize=True)
    print(folder / "scripts.png")


if __name__ == "__main__":
    main()
