"""Staff cards: every code is read back from the paper, and nothing on it says whose it is."""

from __future__ import annotations

from pathlib import Path

import pypdfium2
import pytest
import zxingcpp

from shelterdesk.actions.desk import Desk
from shelterdesk.actions.shift import new_staff_code, staff_card_number
from shelterdesk.actions.staff_cards import GREATEST_NUMBER, print_staff_cards
from shelterdesk.core.errors import BadField
from shelterdesk.core.vocabulary import Role
from shelterdesk.reports.staff_cards import StaffCard, write_staff_cards


def test_codes_are_read_back_from_the_paper(tmp_path: Path) -> None:
    cards = [StaffCard(n, "desk operator", new_staff_code(n)) for n in (1, 2, 9999)]
    target = tmp_path / "cards.pdf"
    assert write_staff_cards(cards, "Lajas Blancas", target, practice=True).pages == 1
    page = pypdfium2.PdfDocument(target)[0]
    found = zxingcpp.read_barcodes(page.render(scale=200 / 72).to_pil())
    assert {one.text for one in found} == {card.code for card in cards}
    assert {staff_card_number(one.text) for one in found} == {1, 2, 9999}
    text = page.get_textpage().get_text_range()
    assert text.count("PRACTICE") == len(cards), "each card is marked, as they are cut apart"
    assert "9999" in text and "Lajas Blancas" in text and cards[0].code not in text
    assert cards[0].code not in repr(cards[0])


def test_more_cards_take_more_sheets(tmp_path: Path) -> None:
    cards = [StaffCard(n, "gate", new_staff_code(n)) for n in range(1, 12)]
    assert write_staff_cards(cards, "Lajas Blancas", tmp_path / "a.pdf").pages == 2
    assert write_staff_cards(cards[:8], "Lajas Blancas", tmp_path / "b.pdf", paper="letter").pages == 1


def test_the_last_number_is_printed_and_none_beyond_it(desk: Desk, tmp_path: Path) -> None:
    out = tmp_path / "c.pdf"
    assert print_staff_cards(desk, Role.GATE, GREATEST_NUMBER, 1, out).result == 1
    assert print_staff_cards(desk, Role.GATE, GREATEST_NUMBER - 2, 3, out).result == 3
    assert str(GREATEST_NUMBER) in pypdfium2.PdfDocument(out)[0].get_textpage().get_text_range()
    with pytest.raises(BadField, match=f"{GREATEST_NUMBER - 2}"):
        print_staff_cards(desk, Role.GATE, GREATEST_NUMBER - 1, 3, out)
