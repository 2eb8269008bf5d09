"""How far a person's record has come: only here, on a stick, at another desk, at the office; and back when changed."""

from __future__ import annotations

from pathlib import Path

from shelterdesk.actions.clock import SetClock
from shelterdesk.actions.desk import Desk
from shelterdesk.actions.exchange import export_bundle, export_receipts
from shelterdesk.actions.taking_in import import_from
from shelterdesk.core.kinds import PERSON
from shelterdesk.db.person_page import person_page
from shelterdesk.db.travelled import Travelled
from tests.sync.tables import table_of
from tests.sync.worlds import World, at, register


def far(desk: Desk, person: str) -> Travelled:
    reader = desk.reader()
    try:
        page = person_page(reader, bytes.fromhex(person))
        assert page is not None and page.travelled is not None
        return page.travelled
    finally:
        reader.close()


def test_a_record_goes_from_here_to_the_office(
    world: World, stick: Path, tmp_path: Path, clock: SetClock
) -> None:
    back = tmp_path / "back"
    back.mkdir()
    with at(world.lb, clock) as desk, at(world.office, clock) as office:
        (ana,) = register(desk, "Ana")
        assert far(desk, ana) == Travelled(only_here=1)
        export_bundle(desk, stick)
        assert far(desk, ana) == Travelled(on_stick=1)
        import_from(office, stick)
        assert far(office, ana) == Travelled(elsewhere=1)
        export_receipts(office, back)
        import_from(desk, back)
        assert far(desk, ana) == Travelled(at_office=1)
        with desk.store.write(desk.user) as event:
            event.set(PERSON, ana, "note", "came back")
        assert far(desk, ana) == Travelled(only_here=1, at_office=1)


def test_at_a_table_the_other_desk_has_it(three: list[Path], clock: SetClock) -> None:
    with table_of(three, clock) as seats:
        (ana,) = register(seats.desks[1], "Ana")
        seats.sittings[1].round()  # laid out on this very laptop, and not yet with anybody
        assert far(seats.desks[1], ana).only_here == 1
        seats.rounds()
        assert far(seats.desks[1], ana) == Travelled(elsewhere=1)
        assert far(seats.desks[0], ana) == Travelled(elsewhere=1)
