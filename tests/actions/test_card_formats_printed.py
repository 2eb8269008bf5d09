"""Cards in other formats, wristbands, part-used sheets and second languages, on a real file."""

from __future__ import annotations

from datetime import date, timedelta
from io import BytesIO
from typing import Any

import pypdfium2
import pytest
import zxingcpp

from shelterdesk.actions.card_binding import bind_card, cards_ready, find_card, revoke_card
from shelterdesk.actions.card_choice import cards_wanted
from shelterdesk.actions.cards import (
    NONE,
    OWN,
    blank_print_warnings,
    card_print_warnings,
    print_blank_cards,
    print_cards,
    second_of,
)
from shelterdesk.actions.clock import SetClock
from shelterdesk.actions.counter import serve
from shelterdesk.actions.desk import Desk
from shelterdesk.actions.registration import register_family
from shelterdesk.actions.shift_slip import shift_slip
from shelterdesk.core.errors import BadField, NotFound, Refused
from shelterdesk.core.kinds import SETTING
from shelterdesk.core.people import Answer, FamilyForm, IntakeAnswers, PersonForm
from shelterdesk.core.vocabulary import Missing
from shelterdesk.keys.cardclaim import CardVerdict
from shelterdesk.keys.cardtoken import make_token
from shelterdesk.reports.card_formats import FORMATS, FormatName
from tests.actions.at_site import family, group, person

TODAY = date(2026, 11, 23)


def token_of(desk: Desk, serial: int) -> str:
    """The code on a card of this desk, as it was printed."""
    return make_token(desk.store.keys.signing, serial, TODAY + timedelta(days=90), desk.who.is_practice)


def text_of(pdf: bytes) -> str:
    """The words on all pages."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        return " ".join(page.get_textpage().get_text_bounded() for page in document)
    finally:
        document.close()


def codes_of(pdf: bytes) -> set[str]:
    """The codes on all pages, read from a picture of them."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        pictures = [page.render(scale=150 / 72, grayscale=True).to_pil() for page in document]
        return {found.text for one in pictures for found in zxingcpp.read_barcodes(one)}
    finally:
        document.close()


def printed(desk: Desk, **named: Any) -> tuple[bytes, Any]:
    """Cards made in memory, and what became of them."""
    out = BytesIO()
    done = print_cards(desk, out, **named).result
    return out.getvalue(), done


def numbers_of(desk: Desk, sql: str) -> list[tuple[Any, ...]]:
    return list(desk.store.conn.execute(sql))


def wanted(desk: Desk, everybody: bool = False, **named: Any) -> Any:
    """Whom a print run would be for."""
    reader = desk.reader()
    try:
        return cards_wanted(reader, desk, everybody, **named)
    finally:
        reader.close()


@pytest.mark.parametrize("name", [name for name, form in FORMATS.items() if not form.is_band])
def test_a_family_in_every_format(desk: Desk, name: FormatName) -> None:
    number, people = family(desk, {"given": "Rosa"}, {"given": "Luz", "birth": "2024"}, {"given": "Eva"})
    form = FORMATS[name]
    pdf, done = printed(desk, household=number, form=name, start_at=form.per_page)
    assert (done.cards, done.pages) == (3, form.pages(3, form.per_page))
    assert done.next_place == form.next_place(3, form.per_page)
    assert codes_of(pdf) == {token_of(desk, serial) for serial in (1, 2, 3)}
    for _, one in people:
        assert one in text_of(pdf)


def test_a_sheet_goes_on_where_the_last_one_ended(desk: Desk) -> None:
    for _ in range(7):
        person(desk)
    _, first = printed(desk, all_present=True)
    assert (first.pages, first.next_place) == (1, 8)
    _, second = printed(desk, all_present=True, start_at=first.next_place)
    assert (second.pages, second.next_place, second.replaced) == (2, 5, 7)
    with pytest.raises(BadField):
        printed(desk, all_present=True, start_at=11)
    assert numbers_of(desk, "SELECT count(*) FROM card") == [(14,)], "what cannot be printed makes no card"


def test_the_second_language_is_the_persons_or_none_or_said(desk: Desk) -> None:
    _, number = person(desk, languages=["fr"])
    french, creole = "Présentez cette carte", "Montre kat sa a"
    assert french in text_of(printed(desk, persons=[number])[0])
    assert french not in text_of(printed(desk, persons=[number], second=NONE)[0])
    said = text_of(printed(desk, persons=[number], second="ht")[0])
    assert creole in said and french not in said
    with pytest.raises(BadField) as told:
        printed(desk, persons=[number], second="qu")
    assert told.value.field == "second_language"


def test_the_station_can_set_that_cards_speak_spanish_alone(desk: Desk) -> None:
    _, number = person(desk, languages=["fr"])
    for value, expected in ((NONE, NONE), ("nonsense", OWN), (7, OWN)):
        with desk.store.write(desk.user) as event:
            event.create(SETTING, {"key": "card_second_language", "value": value, "source": "the admin"})
        assert second_of(desk.store.conn, "", TODAY) == expected
        assert ("Présentez" in text_of(printed(desk, persons=[number])[0])) == (expected == OWN)
    assert "Présentez" in text_of(printed(desk, persons=[number], second=OWN)[0])


def test_what_nobody_has_reviewed_is_said_before_and_only_of_what_will_be_on_it(desk: Desk) -> None:
    _, number = person(desk, languages=["ht"])
    reader = desk.reader()
    try:
        said = " ".join(card_print_warnings(desk, reader, [number]))
        assert "native speaker" in said and "kreyòl" in said and "español" in said
        assert "kreyòl" not in " ".join(card_print_warnings(desk, reader, [number], NONE))
        assert "français" in " ".join(blank_print_warnings(desk, reader, "fr"))
        assert "español" in " ".join(blank_print_warnings(desk, reader))
        assert blank_print_warnings(desk, reader, form="wristband-a4") == []
        assert card_print_warnings(desk, reader, [number], form="wristband-a4") == []
    finally:
        reader.close()
    assert "not reviewed" not in text_of(printed(desk, persons=[number])[0]), "the paper stays as it is"


@pytest.mark.parametrize("form", ["wristband-a4", "wristband-letter"])
def test_a_wristband_is_for_children_under_five_and_says_a_number(desk: Desk, form: FormatName) -> None:
    number, people = family(
        desk, {"given": "Rosa"}, {"given": "Luz", "birth": "2024-05"}, {"given": "Leo", "birth": "2019"}
    )
    pdf, done = printed(desk, household=number, form=form)
    assert done.cards == 1 and "2 people are not known to be under five: no wristbands." in done.left_out
    said = text_of(pdf)
    assert people[1][1] in said and not {"Luz", "Rosa", "Leo", "Muestre", "Lajas"} & set(said.split())
    assert codes_of(pdf) == {token_of(desk, 1)}
    assert serve(desk, "LUNCH", token_of(desk, 1)).result.person == people[1][0]


def test_a_wristband_takes_the_place_of_the_card(desk: Desk) -> None:
    ent, number = person(desk, "Luz", birth="2024-05")
    printed(desk, persons=[number])
    _, done = printed(desk, persons=[number], form="wristband-a4")
    assert done.replaced == 1
    assert numbers_of(desk, "SELECT serial FROM card WHERE revoked_at IS NULL") == [(2,)]


def test_whoever_names_a_child_of_unknown_age_sees_it(desk: Desk) -> None:
    _, number = person(desk, "Luz", birth=None)
    number_of_all, _ = family(desk, {"given": "Ana"}, {"given": "Leo", "birth": None})
    assert printed(desk, persons=[number], form="wristband-a4")[1].cards == 1
    for named in ({"household": number_of_all}, {"all_present": True}):
        with pytest.raises(Refused):
            printed(desk, form="wristband-a4", **named)
    with pytest.raises(Refused) as told:
        printed(desk, persons=[person(desk, birth="2000")[1]], form="wristband-a4")
    assert "under five" in told.value.next_step


def test_that_a_child_is_alone_changes_nothing_of_its_band(desk: Desk) -> None:
    """The band is chosen by the operator and by age; the sealed answers are not looked at, nor can they be."""
    pages = []
    for alone in (Answer.YES, Missing.NOT_ASKED):
        answers = IntakeAnswers(child_alone=alone)
        child = PersonForm("Vega", "Luz", birth="2024-05", answers=answers)
        ent = register_family(desk, FamilyForm((child,))).result.members[0]
        assert wanted(desk, form="wristband-a4").chosen[-1] == ent.ent
        pages.append(
            text_of(printed(desk, persons=[ent.ent], form="wristband-a4")[0]).replace(ent.number, "N")
        )
    assert pages[0] == pages[1]


def test_wristbands_are_printed_ahead_and_bound_like_cards(desk: Desk) -> None:
    out = BytesIO()
    done = print_blank_cards(desk, 11, out, form="wristband-letter", start_at=9).result
    assert (done.pages, done.next_place) == (3, 2)
    assert codes_of(out.getvalue()) == {token_of(desk, serial) for serial in range(1, 12)}
    ent, number = person(desk, "Luz", birth="2024")
    assert bind_card(desk, token_of(desk, 3), number).result.person == ent


def test_cards_ahead_in_a_language(desk: Desk) -> None:
    out = BytesIO()
    print_blank_cards(desk, 2, out, second="fr")
    assert "Présentez" in text_of(out.getvalue())
    out = BytesIO()
    print_blank_cards(desk, 2, out)
    assert "Présentez" not in text_of(out.getvalue())


def test_a_scan_is_the_way_as_long_as_cards_wait(desk: Desk) -> None:
    reader = desk.reader()
    try:
        assert cards_ready(reader, desk.clock.now()) == 0
        print_blank_cards(desk, 3, BytesIO())
        _, number = person(desk)
        assert cards_ready(reader, desk.clock.now()) == 3
        bind_card(desk, token_of(desk, 1), number)
        bind_card(desk, token_of(desk, 2), group(desk, 4)[1])
        assert cards_ready(reader, desk.clock.now()) == 1
        revoke_card(desk, token_of(desk, 3), "torn")
        assert cards_ready(reader, desk.clock.now()) == 0
        print_blank_cards(desk, 1, BytesIO())
        assert cards_ready(reader, desk.clock.now() + timedelta(days=91)) == 0, (
            "cards that expired are of no use"
        )
    finally:
        reader.close()


def test_a_card_that_is_not_good_is_bound_to_nobody(desk: Desk) -> None:
    """One whose signature was turned names a serial all the same; one that expired would end a good one."""
    _, number = person(desk)
    print_blank_cards(desk, 2, BytesIO())
    good = token_of(desk, 1)
    turned = good[:60] + ("A" if good[60] != "A" else "B") + good[61:]
    late = make_token(desk.store.keys.signing, 2, TODAY - timedelta(days=1), desk.who.is_practice)
    for bad in (turned, late):
        with pytest.raises(Refused):
            bind_card(desk, bad, number)
    assert numbers_of(desk, "SELECT count(*) FROM card WHERE person IS NOT NULL") == [(0,)]
    assert bind_card(desk, good, number).result.person is not None


def test_a_card_printed_anew_ends_the_bound_one_and_the_other_way_round(desk: Desk) -> None:
    ent, number = person(desk)
    print_blank_cards(desk, 2, BytesIO())
    bind_card(desk, token_of(desk, 1), number)
    printed(desk, persons=[number])  # serial 3
    bind_card(desk, token_of(desk, 2), number)
    reader = desk.reader()
    try:
        found = [find_card(reader, token_of(desk, serial), TODAY) for serial in (1, 2, 3)]
    finally:
        reader.close()
    assert [one.verdict for one in found] == [CardVerdict.REVOKED, CardVerdict.VALID, CardVerdict.REVOKED]
    assert numbers_of(
        desk, "SELECT o.serial, n.serial FROM card o JOIN card n ON n.ent = o.replaced_by ORDER BY o.serial"
    ) == [(1, 3), (3, 2)]  # fmt: skip


def test_whom_a_print_run_is_for(desk: Desk) -> None:
    number, people = family(desk, {"given": "Ana"}, {"given": "Luz", "birth": "2024"})
    other, _ = person(desk, "Eva", birth="2000")
    printed(desk, household=number)
    assert wanted(desk).chosen == (other,) and wanted(desk).holding == 0
    everybody = wanted(desk, True)
    assert len(everybody.chosen) == 3 and everybody.holding == 2
    assert wanted(desk, named=[number]).chosen == tuple(ent for ent, _ in people)
    assert wanted(desk, True, form="wristband-a4").chosen == (people[1][0],)
    band = wanted(desk, named=[number], form="wristband-a4")
    assert band.chosen == (people[1][0],) and band.left_out and band.holding == 1
    with pytest.raises(NotFound):
        wanted(desk, named=["LB1-000099-X"])


def test_who_holds_a_card_that_expired_needs_one(desk: Desk, clock: SetClock) -> None:
    """The counter says "print a new one": the run for those without a card, and the slip of the shift, count them."""
    ent, number = person(desk)
    printed(desk, persons=[number])
    clock.forward(timedelta(days=90))
    assert wanted(desk).chosen == () and left_without(desk) == 0, "on its last day it is good"
    clock.forward(timedelta(days=1))
    assert wanted(desk).chosen == (ent,) and left_without(desk) == 1
    assert wanted(desk).holding == 0
    assert printed(desk, persons=[number])[1].replaced == 1, "and is revoked all the same"


def left_without(desk: Desk) -> int:
    """People without a card, as the slip of the shift says."""
    reader = desk.reader()
    try:
        return shift_slip(desk, reader).unfinished.without_card
    finally:
        reader.close()


def test_odd_names_in_the_file_never_break_a_card(desk: Desk) -> None:
    odd = ["A", "X" * 300, "\u202eZoë\u202c", "😀", "😀 Zoë", "é" * 200, "\u200f\u200f", "Ñ"]
    for name in odd:
        person(desk, name)
    pdf, done = printed(desk, all_present=True)
    assert codes_of(pdf) == {token_of(desk, serial + 1) for serial in range(len(odd))}
    said = text_of(pdf)
    assert not set("\u202e\u202c\u200f") & set(said)
    assert done.left_out == (), "nothing is left out once the pictures and turning signs are off"
