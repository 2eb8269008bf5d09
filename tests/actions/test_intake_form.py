"""Forms for the intake on paper: tokens nobody else is given, and what becomes of one that is typed later."""

from __future__ import annotations

import io
import json
from datetime import timedelta
from pathlib import Path

import pypdfium2
import pytest

from shelterdesk.actions.arrival_groups import close_group, count_group, groups, recount_group, slips
from shelterdesk.actions.clock import SetClock
from shelterdesk.actions.counter import serve
from shelterdesk.actions.desk import Desk, open_desk
from shelterdesk.actions.intake_form import MOST_FORMS, form_words, print_intake_forms, reserved_tokens
from shelterdesk.actions.person_lines import add_people
from shelterdesk.actions.registration import register_family
from shelterdesk.actions.undo import undo_last
from shelterdesk.core.errors import BadField, CannotWrite, DamagedFile, NotAllowed, NotFound
from shelterdesk.core.number import Counted, parse_number
from shelterdesk.core.paper_words import paper_words
from shelterdesk.core.people import ArrivalGroupForm, FamilyForm, PersonForm
from shelterdesk.db.check import check
from shelterdesk.db.population import people_at
from tests.actions.at_site import hear, second_desk
from tests.stations import PASSPHRASE


def forms(desk: Desk, many: int = 3) -> tuple[str, ...]:
    return print_intake_forms(desk, many, io.BytesIO()).result.tokens


def left(desk: Desk) -> list[str]:
    reader = desk.reader()
    try:
        return reserved_tokens(reader)
    finally:
        reader.close()


def two(*given: str) -> tuple[PersonForm, ...]:
    return tuple(PersonForm("Toussaint", name) for name in given)


def test_each_form_has_a_token_that_nobody_else_gets(desk: Desk) -> None:
    before = count_group(desk, ArrivalGroupForm(2, {})).result.number
    tokens = forms(desk)
    after = count_group(desk, ArrivalGroupForm(2, {})).result.number
    counters = [parse_number(one).counter for one in (before, *tokens, after)]
    assert counters == [1, 2, 3, 4, 5]
    assert all(parse_number(one).counted is Counted.TOKEN for one in tokens)
    assert left(desk) == list(tokens)
    assert people_at(desk.store.conn, "LB") == (4, 4), "a slip of paper is nobody in the house"


@pytest.mark.parametrize("paper", ["a4", "letter"])
def test_a_sheet_has_its_token_twice_and_room_for_six(desk: Desk, paper: str) -> None:
    out = io.BytesIO()
    made = print_intake_forms(desk, 2, out, second_language="fr", paper=paper).result  # type: ignore[arg-type]
    pages = pypdfium2.PdfDocument(out.getvalue())
    assert made.pages == len(pages) == 2
    for page, token in zip(pages, made.tokens, strict=True):
        text = page.get_textpage().get_text_range()
        assert text.count(token) == 2 and "Apellidos" in text and "Noms de famille" in text
        assert "Guarde este talón" in text and "Gardez ce talon" in text
        for asked in ("embaraz", "sola", "solo ", "salud mental", "discapac"):
            assert asked not in text.casefold(), "what is sealed is never asked on paper"
    assert any("native speaker" in said for said in made.left_out)


def test_a_typed_slip_becomes_the_group_of_its_family(desk: Desk, clock: SetClock) -> None:
    token, other, _ = forms(desk)
    clock.forward(timedelta(hours=3))
    at = clock.now() - timedelta(hours=2)
    register_family(desk, FamilyForm(two("Ana", "Luis"), arrival_group=token, arrived_at=at))
    reader = desk.reader()
    (group,) = groups(desk, reader)
    assert (group.number, group.head_count, group.named, group.unnamed) == (token, 2, 2, 0)
    assert group.arrived_at is not None and group.arrived_at.startswith("2026-11-23T09:00")
    assert [one.number for one in slips(desk, reader)] == [other, forms_last(desk)]
    reader.close()
    assert people_at(desk.store.conn, "LB") == (2, 0)
    add = FamilyForm(two("Zoé"), arrival_group=token)
    register_family(desk, add)
    assert people_at(desk.store.conn, "LB") == (3, 0), "one more than the slip was first used for"


def forms_last(desk: Desk) -> str:
    return left(desk)[-1]


def test_lines_of_another_program_name_the_slip_too(desk: Desk) -> None:
    token = forms(desk, 1)[0]
    (answer,) = add_people(desk, [{"given": "Ana", "arrival_group": token}])
    assert "error" not in answer and left(desk) == []


def test_taking_the_family_back_gives_the_slip_back(desk: Desk) -> None:
    token = forms(desk, 1)[0]
    family = register_family(desk, FamilyForm(two("Ana"), arrival_group=token)).result
    assert left(desk) == []
    undo_last(desk, family.undo)
    assert left(desk) == [token] and people_at(desk.store.conn, "LB") == (0, 0)
    register_family(desk, FamilyForm(two("Ana"), arrival_group=token))
    assert left(desk) == []


def test_a_slip_can_be_counted_instead_and_closed(desk: Desk, clock: SetClock) -> None:
    token, other = forms(desk, 2)
    clock.forward(timedelta(hours=1))
    recount_group(desk, token, 5, {})
    assert people_at(desk.store.conn, "LB") == (5, 5)
    reader = desk.reader()
    (group,) = groups(desk, reader)
    reader.close()
    assert group.arrived_at is not None and group.arrived_at.startswith("2026-11-23T09:00")
    close_group(desk, other, "slip lost")
    assert left(desk) == []


def test_slips_given_up_are_known_no_more(desk: Desk) -> None:
    made = print_intake_forms(desk, 2, io.BytesIO()).result
    undo_last(desk, made.undo)
    assert left(desk) == []
    with pytest.raises(NotFound):
        register_family(desk, FamilyForm(two("Ana"), arrival_group=made.tokens[0]))
    assert not set(forms(desk, 2)) & set(made.tokens), "a token printed once is never printed again"


def test_another_desk_of_the_table_takes_the_slip(desk: Desk, tmp_path: Path) -> None:
    token = forms(desk, 1)[0]
    other = second_desk(desk, tmp_path / "other")
    register_family(other, FamilyForm(two("Ana"), arrival_group=token))
    hear(desk, other)
    assert left(desk) == [] and people_at(desk.store.conn, "LB") == (1, 0)
    other.close()


def test_who_shows_a_slip_at_the_counter_is_not_turned_away(desk: Desk) -> None:
    token = forms(desk, 1)[0]
    assert serve(desk, "LUNCH", token, override_reason="slip of paper").result.is_given


def test_a_file_that_cannot_be_written_reserves_nothing(desk: Desk, tmp_path: Path) -> None:
    with pytest.raises(CannotWrite):
        print_intake_forms(desk, 2, tmp_path / "none" / "x.pdf")
    assert left(desk) == [] and desk.store.conn.execute("SELECT count(*) FROM access").fetchone()[0] == 0
    assert parse_number(forms(desk, 1)[0]).counter == 3, "their numbers are not given to anybody else"


@pytest.mark.parametrize("many", [0, -1, MOST_FORMS + 1])
def test_so_many_forms_cannot_be(desk: Desk, many: int) -> None:
    with pytest.raises(BadField):
        print_intake_forms(desk, many, io.BytesIO())


def test_a_language_the_form_does_not_speak(desk: Desk) -> None:
    with pytest.raises(BadField):
        print_intake_forms(desk, 1, io.BytesIO(), second_language="tlh")
    assert left(desk) == []


def test_a_counter_prints_none(station_folder: Path, clock: SetClock) -> None:
    desk = open_desk(station_folder, "counter", PASSPHRASE, clock)
    with pytest.raises(NotAllowed):
        forms(desk)
    desk.close()


def test_tables_follow_from_the_log_with_slips_in_it(desk: Desk) -> None:
    token, _ = forms(desk, 2)
    register_family(desk, FamilyForm(two("Ana"), arrival_group=token))
    assert desk.store.conn.execute("SELECT count(*) FROM counted_group").fetchone()[0] == 1
    assert check(desk.store.conn).is_whole


def test_every_language_has_every_word() -> None:
    words = form_words()
    assert set(words) >= {"es", "en", "fr", "ht", "pt"}
    for text in ("{}", '{"languages": {}}', '{"languages": {"es": {"name": "x"}}}'):
        with pytest.raises(DamagedFile):
            paper_words(json.loads(text))
    lacking = {"languages": {"es": {"name": "x", "reviewed": True, "words": {"a": "b"}},
                             "fr": {"name": "x", "reviewed": True, "words": {}}}}  # fmt: skip
    with pytest.raises(DamagedFile):
        paper_words(lacking)
