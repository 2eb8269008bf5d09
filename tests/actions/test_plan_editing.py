"""Places made and changed by hand on a real file: rights, all or nothing, what follows, taken back, written out."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from shelterdesk.actions.clock import SetClock
from shelterdesk.actions.desk import Desk, open_desk
from shelterdesk.actions.lodging import give_place
from shelterdesk.actions.places import SitePlan, block_places, import_plan, list_places
from shelterdesk.actions.plan_editing import add_places, export_plan, save_place
from shelterdesk.actions.undo import undo_last
from shelterdesk.core.errors import BadField, CannotWrite, NotAllowed
from shelterdesk.core.plan_change import PlaceForm
from shelterdesk.core.vocabulary import PlaceKind, Quarter
from tests.actions.at_site import person, with_plan
from tests.stations import PASSPHRASE


@pytest.fixture
def desk(station_folder: Path, clock: SetClock) -> Iterator[Desk]:
    opened = open_desk(station_folder, "admin", PASSPHRASE, clock)
    with_plan(opened)
    yield opened
    opened.close()


def site_of(desk: Desk) -> SitePlan:
    with closing(desk.reader()) as reader:
        return list_places(reader)


def form_of(desk: Desk, code: str) -> PlaceForm:
    state = site_of(desk).find(code)
    assert state is not None
    return PlaceForm.of(state.place)


def test_many_are_made_or_none(desk: Desk) -> None:
    before = site_of(desk).site.capacity
    with pytest.raises(BadField) as refused:
        add_places(desk, PlaceForm(None, "A-1-2", "A-1", PlaceKind.BED), 3)
    assert refused.value.field == "code" and site_of(desk).site.capacity == before
    made = add_places(desk, PlaceForm(None, "A-1-4", "A-1", PlaceKind.BED), 3).result
    assert made.codes == ("A-1-4", "A-1-5", "A-1-6")
    assert site_of(desk).site.capacity == before + 3  # a bed is for one
    undo_last(desk, made.undo)
    assert site_of(desk).site.capacity == before


def test_a_changed_place_keeps_its_people_and_says_what_follows(desk: Desk) -> None:
    for given in ("Ana", "Eva", "Luz"):
        give_place(desk, person(desk, given)[1], "A-2")
    saved = save_place(
        desk, replace(form_of(desk, "A-2"), code="A-9", capacity=2, quarter=Quarter.WOMEN_ONLY)
    ).result
    assert saved.codes == ("A-9",) and len(saved.warnings) == 2
    state = site_of(desk).find("A-9")
    assert state is not None and state.capacity.occupied == 3 and site_of(desk).find("A-2") is None
    undo_last(desk, saved.undo)
    back = site_of(desk).find("A-2")
    assert back is not None and back.place.capacity == 6 and back.place.quarter is None


def test_the_same_again_writes_nothing(desk: Desk) -> None:
    events = desk.store.conn.execute("SELECT count(*) FROM event").fetchone()
    assert save_place(desk, form_of(desk, "A-2")).result.codes == ()
    assert desk.store.conn.execute("SELECT count(*) FROM event").fetchone() == events


def test_fewer_places_than_are_blocked_are_refused(desk: Desk) -> None:
    block_places(desk, "A-2", 4, "wet")
    with pytest.raises(BadField) as refused:
        save_place(desk, replace(form_of(desk, "A-2"), capacity=3))
    assert refused.value.field == "capacity"
    assert save_place(desk, replace(form_of(desk, "A-2"), capacity=4)).result.codes == ("A-2",)


def test_only_who_looks_after_the_site_edits_it(operator_desk: Desk) -> None:
    with pytest.raises(NotAllowed):
        save_place(operator_desk, PlaceForm(None, "C", None, PlaceKind.BLOCK))
    with pytest.raises(NotAllowed):
        add_places(operator_desk, PlaceForm(None, "C1", "A", PlaceKind.ROOM), 2)


def test_the_plan_written_out_is_the_plan(desk: Desk, tmp_path: Path) -> None:
    with closing(desk.reader()) as reader:
        count = export_plan(reader, tmp_path / "site.csv")
        with pytest.raises(CannotWrite):
            export_plan(reader, tmp_path / "gone" / "site.csv")
    again = import_plan(desk, tmp_path / "site.csv").result
    assert (again.new, again.changed, again.unchanged, again.missing_from_file) == (0, 0, count, ())
