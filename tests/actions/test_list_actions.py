"""The lists as actions: who is in the house, balanced with the population; who may print what; what is noted."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pypdfium2
import pytest

from shelterdesk.actions.access import who_looked
from shelterdesk.actions.clock import SetClock
from shelterdesk.actions.desk import Desk, open_desk
from shelterdesk.actions.evacuation import evacuation_list, may_have_names, print_evacuation
from shelterdesk.actions.lodging import give_place
from shelterdesk.actions.residents import block_choices, print_residents, resident_list
from shelterdesk.core.errors import CannotWrite, NotAllowed, NotFound
from shelterdesk.core.house_lists import EvacuationList, ListLine
from shelterdesk.core.kinds import MOVEMENT, PLACE
from shelterdesk.db.population import people_at
from tests.actions.at_site import family, group, moved, person, with_plan
from tests.stations import PASSPHRASE


def text_of(pdf: bytes | Path) -> str:
    return "\n".join(page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(pdf))


@pytest.fixture
def house(desk: Desk) -> Desk:
    """A family of three with beds, a girl alone in a quarter of her own, a man alone, a token, two who are out."""
    with_plan(desk)
    home, _ = family(
        desk, {"given": "Ana María"}, {"given": "Luis", "sex": "M"}, {"given": "Noemí", "birth": "2020"}
    )
    for (_, number), bed in zip(people_of(desk), ("A-1-1", "A-1-2", "A-1-3"), strict=True):
        give_place(desk, number, bed)
    _, girl = person(desk, "Valentina", birth="2012")
    give_place(desk, girl, "B-2")
    _, man = person(desk, "Ricardo", sex="M")
    give_place(desk, man, "A-2")
    _, token = group(desk, 4)
    out_ent, out_number = person(desk, "Zenaida", birth="1970")
    give_place(desk, out_number, "A-2")
    with desk.store.write(desk.user) as event:
        event.create(
            MOVEMENT,
            {"person": out_ent, "movement": "OUT", "happened_at": event.now, "external": "HOSPITAL"},
        )
    gone, _ = person(desk, "Gone")
    moved(desk, gone, "ABSENT")
    assert home
    return desk


def people_of(desk: Desk) -> list[tuple[str, str]]:
    """Everybody registered so far."""
    rows = desk.store.conn.execute("SELECT ent, number FROM person ORDER BY ent").fetchall()
    return [(row[0].hex(), row[1]) for row in rows]


def now_list(desk: Desk, *, named: bool = True, locked: bool = False) -> EvacuationList:
    reader = desk.reader()
    try:
        return evacuation_list(
            reader, desk.clock.now(), desk.user.name, with_names=named, while_locked=locked
        )
    finally:
        reader.close()


def lines_of(made: EvacuationList) -> list[ListLine]:
    return [line for block in made.blocks for room in block.rooms for line in room.lines] + [
        *made.without_place
    ]


def test_the_list_and_the_population_are_one_number(house: Desk) -> None:
    made = now_list(house)
    present, unnamed = people_at(house.store.conn, "LB")
    assert (made.to_find + len(made.outside), made.unnamed) == (present, unnamed) == (10, 4)
    assert [(block.block, block.people) for block in made.blocks] == [("A", 4), ("B", 1)]
    assert [(line.is_token, line.heads) for line in made.without_place] == [(True, 4)]


def test_who_is_in_hospital_is_apart_and_nothing_says_where(house: Desk) -> None:
    made = now_list(house)
    assert [one.name for one in made.outside] == ["Zenaida"]
    out = io.BytesIO()
    print_evacuation(house, out)
    assert "hospital" not in text_of(out.getvalue()).casefold()


def test_who_was_seen_since_going_out_is_looked_for(house: Desk, clock: SetClock) -> None:
    ent = next(ent for ent, number in people_of(house) if number == now_list(house).outside[0].number)
    clock.forward(timedelta(minutes=5))
    moved(house, ent, "SEEN")
    assert now_list(house).outside == ()
    clock.forward(timedelta(minutes=5))
    moved(house, ent, "OUT")
    assert len(now_list(house).outside) == 1
    clock.forward(timedelta(minutes=5))
    moved(house, ent, "IN")
    made = now_list(house)
    assert made.outside == () and made.to_find == 10


def test_heads_of_a_token_stand_in_the_place_they_were_given(house: Desk) -> None:
    token = house.store.conn.execute("SELECT number FROM arrival_group").fetchone()[0]
    give_place(house, token, "B-1")
    made = now_list(house)
    assert made.to_find == 9 and made.unnamed == 4
    placed = [line for line in lines_of(made) if line.is_token and line not in made.without_place]
    assert sum(line.heads for line in placed) == 4


def test_behind_a_lock_no_name_is_even_handed_to_the_paper(house: Desk) -> None:
    made = now_list(house, locked=True)
    assert not [line for line in lines_of(made) if line.name] and not [
        one for one in made.outside if one.name
    ]
    assert (made.facts.printed_by, made.with_names, made.while_locked) == ("", False, True)


@pytest.mark.parametrize(
    ("user", "named"),
    [("admin", True), ("operator", True), ("supervisor", True), ("counter", False), ("gate", False)],
)
def test_names_are_for_those_who_may_have_them_numbers_for_everybody(
    house: Desk, station_folder: Path, clock: SetClock, user: str, named: bool
) -> None:
    house.close()
    desk = open_desk(station_folder, user, PASSPHRASE, clock)
    try:
        assert may_have_names(desk) is named
        out = io.BytesIO()
        done = print_evacuation(desk, out)
        assert ("Valentina" in text_of(out.getvalue())) is named and done.result.people == 10
        bare = io.BytesIO()
        print_evacuation(desk, bare, names=False)
        assert "Valentina" not in text_of(bare.getvalue())
    finally:
        desk.close()


def test_printing_a_list_is_noted_and_a_file_that_cannot_be_is_not(house: Desk, tmp_path: Path) -> None:
    with pytest.raises(CannotWrite):
        print_evacuation(house, tmp_path / "none" / "x.pdf")
    with pytest.raises(CannotWrite):
        print_residents(house, tmp_path / "none" / "x.pdf")
    print_evacuation(house, tmp_path / "e.pdf")
    print_residents(house, tmp_path / "r.pdf", block="A")
    reader = house.reader()
    noted = [(one.access, one.subject_kind, one.detail, one.count) for one in who_looked(house, reader)]
    reader.close()
    assert noted == [
        ("printed", "person", "list of residents", 5), ("printed", "person", "evacuation list", 10),
    ]  # fmt: skip


def test_residents_name_adults_with_their_family_and_nobody_else(house: Desk, tmp_path: Path) -> None:
    print_residents(house, tmp_path / "all.pdf")
    text = text_of(tmp_path / "all.pdf")
    assert "Ana María" in text and "Luis" in text
    for hidden in ("Noemí", "Valentina", "Ricardo", "Zenaida", "Pérez"):
        assert hidden not in text
    reader = house.reader()
    made = resident_list(reader, house.clock.now(), "admin")
    reader.close()
    girl = next(line for line in made.blocks[1].rooms[0].lines)
    man = next(line for line in made.blocks[0].rooms[1].lines)
    assert (girl.name, girl.group_size) == (man.name, man.group_size) == (None, None)
    assert [line.group_size for line in made.blocks[0].rooms[0].lines] == [3, 3, None]


def test_one_block_and_one_that_is_none(house: Desk, tmp_path: Path) -> None:
    print_residents(house, tmp_path / "b.pdf", block="B")
    assert "A-1" not in text_of(tmp_path / "b.pdf")
    with pytest.raises(NotFound):
        print_residents(house, tmp_path / "x.pdf", block="Z")
    assert not (tmp_path / "x.pdf").exists()
    reader = house.reader()
    assert block_choices(reader) == [("A", "A"), ("B", "B")]
    reader.close()


def test_a_place_whose_code_tells_what_for_is_a_number_on_every_list(house: Desk, tmp_path: Path) -> None:
    room = house.store.conn.execute("SELECT ent FROM place WHERE code = 'B-2'").fetchone()[0].hex()
    block = house.store.conn.execute("SELECT ent FROM place WHERE code = 'B'").fetchone()[0].hex()
    with house.store.write(house.user) as event:
        event.set(PLACE, room, "code", "UAC niñas")
        event.set(PLACE, block, "code", "PROTECCION")
    for name, act in _papers():
        act(house, tmp_path / name)
        text = text_of(tmp_path / name)
        assert "Block 2" in text and "Room 2" in text
        assert not [word for word in ("UAC", "niñas", "PROTECCION", "GIRLS") if word in text]


def _papers() -> list[tuple[str, Callable[[Desk, Path], object]]]:
    return [("e.pdf", print_evacuation), ("r.pdf", print_residents)]


def test_residents_are_for_the_desk(house: Desk, station_folder: Path, clock: SetClock) -> None:
    house.close()
    desk = open_desk(station_folder, "counter", PASSPHRASE, clock)
    with pytest.raises(NotAllowed):
        print_residents(desk, io.BytesIO())
    desk.close()


def test_an_empty_house(desk: Desk) -> None:
    for act in (print_evacuation, print_residents):
        out = io.BytesIO()
        assert act(desk, out).result.people == 0 and out.getvalue().startswith(b"%PDF")
