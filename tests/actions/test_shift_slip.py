"""The slip of a shift: counts by who worked, what is unfinished, and nobody lodged by name."""

from __future__ import annotations

import io
from datetime import timedelta
from pathlib import Path

import pypdfium2
import pytest

from shelterdesk.actions.cards import print_cards
from shelterdesk.actions.clock import SetClock
from shelterdesk.actions.counter import serve
from shelterdesk.actions.desk import Desk, open_desk
from shelterdesk.actions.drafts import Drafts, drafts_waiting, save_draft
from shelterdesk.actions.intake_form import print_intake_forms
from shelterdesk.actions.lodging import give_place
from shelterdesk.actions.papers import in_memory
from shelterdesk.actions.shift_slip import print_shift_slip, shift_slip
from shelterdesk.actions.spool import keep_print, turn_print
from shelterdesk.core.errors import BadField, NotAllowed
from shelterdesk.core.house_lists import PaperFacts
from shelterdesk.core.paper_kinds import PaperKind
from shelterdesk.core.print_jobs import PrintJob, PrintState
from shelterdesk.core.shift import ShiftSlip, Unfinished
from shelterdesk.db.drafts import FILE
from shelterdesk.reports.shift_slip import write_shift_slip
from tests.actions.at_site import group, hear, person, second_desk, with_plan
from tests.stations import PASSPHRASE


def slip(desk: Desk, hours: int = 12) -> ShiftSlip:
    reader = desk.reader()
    try:
        return shift_slip(desk, reader, hours)
    finally:
        reader.close()


def test_cards_that_wait_for_a_printer_are_told(desk: Desk, tmp_path: Path) -> None:
    """They count as given out, and nobody holds one: whoever takes the shift over must know."""
    numbers = [person(desk, f"P{n}")[1] for n in range(3)]
    made = in_memory(desk, print_cards, persons=numbers).result
    assert slip(desk).unfinished.cards_waiting == 0
    one = keep_print(desk, PrintJob(PaperKind.CARDS, "cards", things=3), made.pdf).result
    keep_print(desk, PrintJob(PaperKind.LISTS, "list", things=9), made.pdf)
    left = slip(desk).unfinished
    assert (left.without_card, left.cards_waiting) == (0, 3)
    print_shift_slip(desk, tmp_path / "slip.pdf")
    turn_print(desk, one, PrintState.PRINTED, one.job)
    assert slip(desk).unfinished.cards_waiting == 0


def test_a_name_that_cannot_be_printed_spoils_no_line() -> None:
    """Whoever began a form is named like whoever worked: without pictures, and with a dash where no face has it."""
    left = Unfinished(
        0, 0, 0, 0, 0, 0, (("Ana \U0001f600", 2), ("\U00013000\U00013001", 1)), 0, 0, 0, None, None, 0
    )
    moment = "2026-11-23T08:05:00-05:00"
    facts = PaperFacts("LB", "Lajas Blancas", "Ana", moment, "a1b2c3d4e5f6", False)
    out = io.BytesIO()
    done = write_shift_slip(ShiftSlip(facts, moment, moment, 0, (), left), out)
    said = pypdfium2.PdfDocument(out.getvalue())[0].get_textpage().get_text_range()
    assert "3 (Ana, –)" in said and "?" not in said
    assert len(done.left_out) == 1, "and that it could not be printed is said"


def test_what_each_did_and_what_is_left(desk: Desk, station_folder: Path, clock: SetClock) -> None:
    with_plan(desk)
    person(desk, "Before")
    clock.forward(timedelta(hours=14))
    people = [person(desk, f"Secret{n}") for n in range(3)]
    give_place(desk, people[0][1], "A-1-1")
    serve(desk, "DINNER", people[0][1], override_reason="test")
    group(desk, 4)
    print_intake_forms(desk, 2, io.BytesIO())
    desk.close()
    other = open_desk(station_folder, "operator", PASSPHRASE, clock)
    person(other, "Secret9")
    drafts = Drafts(other)
    save_draft(other, drafts, "reception", {"people": ["x"]})
    drafts.close()
    found = slip(other)
    by = {one.user: (one.registered, one.lodged, one.served, one.cards) for one in found.worked}
    assert by == {"admin": (3, 1, 1, 0), "operator": (1, 0, 0, 0)}
    assert found.present == 9
    left = found.unfinished
    assert (left.tokens_open, left.unnamed, left.slips_out, left.without_bed, left.without_card) == (
        1,
        4,
        2,
        4,
        5,
    )
    assert left.forms_begun == (("operator", 1),) and left.last_backup is None and left.only_here > 0
    out = io.BytesIO()
    print_shift_slip(other, out)
    pages = pypdfium2.PdfDocument(out.getvalue())
    text = "\n".join(page.get_textpage().get_text_range() for page in pages)
    assert "Secret" not in text and "admin" in text and "Page 1 of 1" in text and len(pages) == 1
    other.close()


def test_the_work_of_the_other_desk_is_in_it_once_it_is_heard(desk: Desk, tmp_path: Path) -> None:
    other = second_desk(desk, tmp_path / "other")
    person(other)
    assert sum(one.registered for one in slip(desk).worked) == 0
    hear(desk, other)
    assert sum(one.registered for one in slip(desk).worked) == 1
    other.close()


def test_an_empty_station_and_no_drafts(desk: Desk) -> None:
    found = slip(desk, 1)
    assert found.present == 0 and found.unfinished.forms_begun == ()
    assert not (desk.folder / FILE).exists() and drafts_waiting(desk) == {}, "looking makes no file"
    for paper in ("a4", "letter"):
        print_shift_slip(desk, io.BytesIO(), paper=paper)


@pytest.mark.parametrize("hours", [0, 49])
def test_hours_that_are_no_shift(desk: Desk, hours: int) -> None:
    with pytest.raises(BadField):
        print_shift_slip(desk, io.BytesIO(), hours=hours)


def test_a_counter_prints_none(station_folder: Path, clock: SetClock) -> None:
    counter = open_desk(station_folder, "counter", PASSPHRASE, clock)
    with pytest.raises(NotAllowed):
        print_shift_slip(counter, io.BytesIO())
    counter.close()
