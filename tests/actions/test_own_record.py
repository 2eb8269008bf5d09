"""A person's own record: what is held in the open, nothing sealed, nothing of others; noted on them."""

from __future__ import annotations

import io
from pathlib import Path

import pypdfium2
import pytest

from shelterdesk import startup
from shelterdesk.actions.access import SEALED_ACCESS, who_looked
from shelterdesk.actions.clock import SetClock
from shelterdesk.actions.counter import serve
from shelterdesk.actions.desk import Desk, open_desk
from shelterdesk.actions.lodging import give_place
from shelterdesk.actions.own_record import headlines, own_record, print_own_record
from shelterdesk.actions.person_lines import add_people
from shelterdesk.actions.records import show_records
from shelterdesk.actions.users import add_user
from shelterdesk.core.errors import CannotWrite, NotAllowed, NotFound
from shelterdesk.core.kinds import CONSENT, FLAG, PLACE
from shelterdesk.core.vocabulary import Confidentiality, Role
from shelterdesk.core.words import speak
from tests.actions.at_site import with_plan
from tests.stations import CHEAP, PASSPHRASE, Template

LINE = {
    "surnames": "Jean-Baptiste", "given": "Marie Ange", "sex": "F", "birth": "1994-03", "nationality": ["HTI"],
    "last_residence": "CHL", "languages": ["ht", "es"], "household": "H", "role": "HEAD", "needs": ["STEP_FREE"],
    "documents": [{"type": "PASSPORT", "number": "HT012345678", "issuer": "HTI", "expiry": "2028-01-15"}],
}  # fmt: skip


@pytest.fixture
def person(desk: Desk) -> tuple[Desk, str, str]:
    """Somebody with a family, a bed, a lunch, a consent and a flag: (desk, number, id)."""
    with_plan(desk)
    first, _ = add_people(desk, [LINE, {"given": "Wideline", "household": "H", "relation": "CHILD"}])
    number, ent = str(first["number"]), str(first["person"])
    give_place(desk, number, "A-1-1")
    serve(desk, "LUNCH", number, override_reason="test")
    with desk.store.write(desk.user) as event:
        event.create(CONSENT, {"person": ent, "purpose": "photo", "answer": "no", "asked_at": event.now})
        event.create(FLAG, {"person": ent, "name": "call", "instruction": "Call the protection officer"})
    return desk, number, ent


def text_of(out: io.BytesIO) -> str:
    return "\n".join(page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(out.getvalue()))


@pytest.mark.parametrize("paper", ["a4", "letter"])
def test_what_is_held_of_them_and_what_the_page_is_not(person: tuple[Desk, str, str], paper: str) -> None:
    desk, number, _ = person
    out = io.BytesIO()
    done = print_own_record(desk, number, out, paper=paper).result  # type: ignore[arg-type]
    text = text_of(out)
    for told in (number, "Jean-Baptiste, Marie Ange", "March 1994", "Haiti", "Chile", "HT012345678", "A-1-1", "Lunch",
                 "photo", "1 time", "not an identity or migration document", "sealed", "Page 1 of"):  # fmt: skip
        assert told in text, told
    assert "Sa estasyon sa a ekri sou ou" in text and any("kreyòl" in said for said in done.left_out)
    for hidden in ("Wideline", "Call the protection", "step-free", "STEP_FREE"):
        assert hidden not in text


def test_what_they_agreed_to_is_said_in_words(person: tuple[Desk, str, str]) -> None:
    desk, number, ent = person
    with desk.store.write(desk.user) as event:
        event.create(
            CONSENT, {"person": ent, "purpose": "share_with_unhcr", "answer": "yes", "asked_at": event.now}
        )
    startup.use_language("es")
    reader = desk.reader()
    try:
        said = own_record(desk, reader, number).consents
    finally:
        reader.close()
        speak("en")
    assert [(what, answer.partition(" ")[0]) for what, answer in said] == [
        ("photo", "no"),
        ("share with unhcr", "sí"),
    ]


def test_a_line_in_a_language_from_the_right_stands_at_the_right(desk: Desk) -> None:
    (answer,) = add_people(desk, [{"name_native": "محمد", "languages": ["ar"]}])
    out = io.BytesIO()
    print_own_record(desk, str(answer["number"]), out)
    page = pypdfium2.PdfDocument(out.getvalue())[0]
    text = page.get_textpage()
    boxes = [text.get_charbox(at) for at in range(text.count_chars())]
    line = [box for box in boxes if 700 < box[1] < 722 and box[2] > box[0]]
    assert min(left for left, _, _, _ in line) > page.get_width() / 3
    assert max(right for _, _, right, _ in line) > page.get_width() - 80


def test_it_is_noted_on_the_person(person: tuple[Desk, str, str]) -> None:
    desk, number, ent = person
    print_own_record(desk, number, io.BytesIO())
    reader = desk.reader()
    (noted, *_) = who_looked(desk, reader, number)
    reader.close()
    assert (noted.access, noted.subject_ent, noted.detail, noted.count) == ("printed", ent, "own record", 1)


def test_a_page_that_could_not_be_written_is_not_noted(person: tuple[Desk, str, str], tmp_path: Path) -> None:
    desk, number, _ = person
    before = desk.store.conn.execute("SELECT count(*) FROM access").fetchone()
    with pytest.raises(CannotWrite):
        print_own_record(desk, number, tmp_path / "none" / "x.pdf")
    assert desk.store.conn.execute("SELECT count(*) FROM access").fetchone() == before


def test_a_bed_in_a_quarter_is_a_bed(person: tuple[Desk, str, str]) -> None:
    desk, number, _ = person
    bed = desk.store.conn.execute("SELECT ent FROM place WHERE code = 'A-1-1'").fetchone()[0].hex()
    with desk.store.write(desk.user) as event:
        event.set(PLACE, bed, "code", "Mujeres 3")
    reader = desk.reader()
    record = own_record(desk, reader, number)
    reader.close()
    assert [label for label, _ in record.stays] == ["A bed"]


def test_somebody_of_whom_nothing_is_known_and_somebody_nobody_knows(desk: Desk) -> None:
    (answer,) = add_people(desk, [{"name_native": "محمد", "birth": {"missing": "refused"}}])
    out = io.BytesIO()
    print_own_record(desk, str(answer["number"]), out)
    text = text_of(out)
    assert (
        "asked, not said" in text and "No document is noted." in text and "Nobody has asked you yet." in text
    )
    with pytest.raises(NotFound):
        print_own_record(desk, "LB1-000099-X", io.BytesIO())


def test_a_page_a_holder_prints_is_noted_sealed(
    person: tuple[Desk, str, str], station_template: Template, clock: SetClock
) -> None:
    """An open note of a protection officer's look would tell whose record it is (SYNC §1.0)."""
    desk, number, ent = person
    add_user(
        desk, "guard", frozenset({Role.PROTECTION}), PASSPHRASE,
        recovery_code=station_template.recovery_code, cost=CHEAP,
    )  # fmt: skip
    desk.close()
    guard = open_desk(desk.folder, "guard", PASSPHRASE, clock)
    before = guard.store.conn.execute("SELECT count(*) FROM access").fetchone()
    print_own_record(guard, number, io.BytesIO())
    assert guard.store.conn.execute("SELECT count(*) FROM access").fetchone() == before
    noted = show_records(guard, SEALED_ACCESS[Confidentiality.PROTECTION])
    assert [(one["access"], one["subject"]) for one in noted][-1] == ("printed", ent)
    guard.close()


def test_a_counter_may_not(person: tuple[Desk, str, str], station_folder: Path, clock: SetClock) -> None:
    desk, number, _ = person
    desk.close()
    counter = open_desk(station_folder, "counter", PASSPHRASE, clock)
    with pytest.raises(NotAllowed):
        print_own_record(counter, number, io.BytesIO())
    counter.close()


def test_the_headlines_are_whole() -> None:
    assert {"es", "en", "fr", "ht", "pt", "ar", "zh"} <= set(headlines())
