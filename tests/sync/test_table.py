"""Desks of one table exchange by themselves, by a listening desk and by a shared folder; nothing is lost on the way."""

from __future__ import annotations

import random
import shutil
from datetime import timedelta
from pathlib import Path

import pytest

from shelterdesk.actions.backups import make_backup
from shelterdesk.actions.clock import SetClock
from shelterdesk.actions.desk import Desk
from shelterdesk.actions.exchange import export_bundle
from shelterdesk.actions.restoring import restore
from shelterdesk.actions.revoking import revoke_desk
from shelterdesk.actions.table import FOLDER
from shelterdesk.actions.table_choice import Table, choose_table
from shelterdesk.actions.table_choice import table_of as chosen_table
from shelterdesk.actions.taking_in import import_from
from shelterdesk.actions.users import add_user
from shelterdesk.core.errors import WorldError
from shelterdesk.core.event import hex16
from shelterdesk.core.kinds import PERSON
from shelterdesk.core.vocabulary import Role
from shelterdesk.db.check import check
from shelterdesk.keys.cardtoken import key_id_of_desk
from shelterdesk.sync.shelf import FolderShelf, ShelfGone
from tests.stations import CHEAP, PASSPHRASE
from tests.sync.tables import LISTEN, Seats, seated, table_of
from tests.sync.worlds import at, events_of, given_names, parts_in, register, state

WAYS = ["listen", "folder"]


@pytest.fixture
def shared(tmp_path: Path, request: pytest.FixtureRequest) -> Path | None:
    """The folder the desks share; None where one of them listens."""
    if request.param == "listen":
        return None
    (tmp_path / "share").mkdir()
    return tmp_path / "share"


def all_the_same(desks: list[Desk]) -> bool:
    return len({state(desk) for desk in desks}) == 1 and len({tuple(events_of(desk)) for desk in desks}) == 1


@pytest.mark.parametrize("shared", WAYS, indirect=True)
def test_what_one_desk_saves_the_others_have(three: list[Path], clock: SetClock, shared: Path | None) -> None:
    with table_of(three, clock, shared) as seats:
        for n, desk in enumerate(seats.desks):
            register(desk, f"Ana {n}", f"Eva {n}")
        seats.rounds()
        assert given_names(seats.desks[0]) == {f"{name} {n}" for n in range(3) for name in ("Ana", "Eva")}
        assert all_the_same(seats.desks)
        # Everybody has confirmed everything: each keeps one small part, the one that says who belongs.
        for desk in seats.desks:
            assert len(parts_in(desk.folder / FOLDER, desk.who.dev)) == 1
            assert check(desk.store.conn).findings == []


@pytest.mark.parametrize("shared", WAYS, indirect=True)
@pytest.mark.parametrize("seed", range(2))
def test_random_work_at_a_table_whose_shelf_fails_now_and_then(
    three: list[Path],
    clock: SetClock,
    shared: Path | None,
    seed: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    rng = random.Random(seed)
    print(f"seed {seed}")
    whole = {name: getattr(FolderShelf, name) for name in ("entries", "get", "put", "remove")}
    is_failing = True

    def sometimes(name: str):  # type: ignore[no-untyped-def]
        def method(shelf: FolderShelf, *args: object) -> object:
            if is_failing and rng.random() < 0.08:
                raise ShelfGone(shelf.where)
            return whole[name](shelf, *args)

        return method

    for name in whole:
        monkeypatch.setattr(FolderShelf, name, sometimes(name))
    with table_of(three, clock, shared) as seats:
        people: list[str] = []
        for _ in range(30):
            desk = rng.choice(seats.desks)
            if people and rng.random() < 0.4:
                clock.forward(timedelta(seconds=1))
                known = given_entities(desk)
                if known:
                    with desk.store.write(desk.user) as event:
                        event.set(
                            PERSON, rng.choice(known), rng.choice(["given", "note"]), f"N{rng.random()}"
                        )
            elif rng.random() < 0.5:
                people += register(desk, f"P{len(people)}")
            for sitting in rng.sample(seats.sittings, rng.randint(0, 3)):
                try:
                    sitting.round()
                except WorldError:
                    continue
        is_failing = False
        seats.rounds(20)
        assert len(given_entities(seats.desks[0])) == len(people)
        assert all_the_same(seats.desks)


def given_entities(desk: Desk) -> list[str]:
    return [row[0].hex() for row in desk.store.conn.execute("SELECT ent FROM person ORDER BY ent")]


def test_parts_are_rolled_up_while_a_desk_is_away_and_it_gets_them_all(
    three: list[Path], clock: SetClock, tmp_path: Path
) -> None:
    shared = tmp_path / "share"
    shared.mkdir()
    with table_of(three[:2], clock, shared) as seats:
        for n in range(40):
            register(seats.desks[0], f"P{n}")
            seats.sittings[0].round()
        seats.rounds()
        lying = len(parts_in(shared, seats.desks[0].who.dev))
        # Sizes go by eights, and of each size at most eight and one wait: 40 entries lie in a few files.
        assert lying <= 2 * 9
        assert len(given_names(seats.desks[1])) == 40
    with table_of(three, clock, shared) as seats:
        seats.rounds()
        assert len(given_names(seats.desks[2])) == 40
        seats.rounds()
        assert len(parts_in(shared, seats.desks[0].who.dev)) == 1
        kept = seats.desks[0].store.conn.execute(
            "SELECT count(*) FROM bundle_out WHERE audience = 'table:LB'"
        )
        assert kept.fetchone()[0] == 1


def test_files_of_others_are_never_taken_away(three: list[Path], clock: SetClock, tmp_path: Path) -> None:
    shared = tmp_path / "share"
    shared.mkdir()
    with table_of(three, clock, shared) as seats:
        register(seats.desks[0], "Ana")
        seats.rounds()
        strange = shared / "SHELTERDESK" / hex16(seats.desks[1].who.dev) / "9-1of1-0123456789abcdef.age"
        strange.write_bytes(b"not known to anybody")
        letter = shared / "letter.txt"
        letter.write_text("not ours")
        register(seats.desks[1], "Eva")
        seats.rounds()
        # Its own folder too: what a desk does not know may be work it lost.
        assert strange.exists() and letter.exists()


def test_a_desk_put_back_from_a_backup_gets_its_own_work_from_the_table(
    three: list[Path], clock: SetClock, tmp_path: Path
) -> None:
    shared = tmp_path / "share"
    shared.mkdir()
    with table_of(three, clock, shared) as seats:
        register(seats.desks[1], "Before")
        seats.rounds()
        (tmp_path / "backups").mkdir()
        backup = make_backup(seats.desks[1], tmp_path / "backups").result.folder
        register(seats.desks[1], "After")
        seats.sittings[1].round()  # laid out, and nobody has fetched it yet
    again = tmp_path / "again"
    restore(backup, again, "admin", PASSPHRASE, clock).close()
    with table_of([three[0], again, three[2]], clock, shared) as seats:
        epoch = seats.desks[1].who.epoch
        seats.rounds()
        assert given_names(seats.desks[1]) == {"Before", "After"}
        register(seats.desks[1], "Anew")
        seats.rounds()
        assert all_the_same(seats.desks)
        assert given_names(seats.desks[0]) == {"Before", "After", "Anew"}
        assert epoch > 0 and not any(check(desk.store.conn).findings for desk in seats.desks)


def test_who_may_log_in_travels_without_any_entry(three: list[Path], clock: SetClock) -> None:
    with table_of(three, clock) as seats:
        seats.rounds()
        before = events_of(seats.desks[1])
        key = key_id_of_desk(seats.desks[0].who.dev)
        seats.desks[0].publish("revoked_cards", {"cards": [[key, 7]]})
        seats.rounds()
        assert (key, 7) in seats.desks[2].roster.revoked_cards
        assert events_of(seats.desks[1]) == before


def test_the_work_of_a_desk_that_is_not_there_is_laid_out_by_the_others(
    three: list[Path], clock: SetClock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shelterdesk.actions.table._MISSED", 3)
    with at(three[2], clock) as absent:
        register(absent, "Carried")
        (tmp_path / "stick").mkdir()
        export_bundle(absent, tmp_path / "stick", "LB")
    with at(three[0], clock) as desk:
        import_from(desk, tmp_path / "stick")
    with table_of(three[:2], clock) as seats:
        for _ in range(4):
            seats.rounds()
        assert given_names(seats.desks[1]) == {"Carried"}


def test_a_revoked_desk_is_shown_out(three: list[Path], clock: SetClock) -> None:
    with table_of(three, clock) as seats:
        register(seats.desks[2], "Ana")
        seats.rounds()
        host, guest = seats.desks[0], seats.desks[2]
        revoke_desk(host, guest.roster.desks[guest.who.dev].slot)
        seats.sittings[0].round()
        register(guest, "Eva")
        with pytest.raises(WorldError):
            seats.sittings[2].round()
        seats.sittings[0].round()
        assert given_names(host) == {"Ana"}


def test_the_work_goes_on_when_the_listening_desk_went_away_and_came_back(
    three: list[Path], clock: SetClock
) -> None:
    with at(three[0], clock) as host, at(three[1], clock) as guest:
        first = seated(host, LISTEN)
        assert first.code is not None
        code = first.code
        calling = seated(guest, Table("call", code=str(code)))
        seats = Seats([host, guest], [first, calling])
        register(guest, "Ana")
        seats.rounds()
        first.close()
        register(guest, "Eva")
        with pytest.raises(ShelfGone) as gone:
            calling.round()
        assert "try again" in gone.value.next_step
        back = seated(host, Table("listen", "127.0.0.1", code.port))
        assert back.code == code
        Seats([host, guest], [back, calling]).rounds()
        assert given_names(host) == {"Ana", "Eva"}
        back.close()
        calling.close()


def test_the_choice_is_kept_and_checked(three: list[Path], clock: SetClock, tmp_path: Path) -> None:
    with at(three[0], clock) as desk:
        reader = desk.reader()
        assert chosen_table(reader) is None
        choose_table(desk, Table("folder", folder=str(tmp_path)))
        found = chosen_table(reader)
        assert found is not None and found.folder == str(tmp_path)
        for wrong in (Table("call", code="ABCDE"), Table("folder", folder=str(tmp_path / "nowhere"))):
            with pytest.raises(WorldError):
                choose_table(desk, wrong)
        choose_table(desk, None)
        assert chosen_table(reader) is None
        reader.close()


def test_an_operator_at_the_desk_changes_nothing_for_the_exchange(three: list[Path], clock: SetClock) -> None:
    """Desks exchange, not people: whoever is logged in, what others did is seen."""
    with at(three[0], clock) as host, at(three[1], clock, "counter") as guest:
        first = seated(host, LISTEN)
        calling = seated(guest, Table("call", code=str(first.code)))
        register(host, "Ana")
        Seats([host, guest], [first, calling]).rounds()
        assert given_names(guest) == {"Ana"}
        first.close()
        calling.close()


def test_a_shelf_that_is_a_file_or_gone_is_said(three: list[Path], clock: SetClock, tmp_path: Path) -> None:
    shared = tmp_path / "share"
    shared.mkdir()
    with table_of(three[:1], clock, shared) as seats:
        register(seats.desks[0], "Ana")
        seats.rounds()
        shutil.rmtree(shared)
        register(seats.desks[0], "Eva")
        with pytest.raises(ShelfGone):
            seats.sittings[0].round()
        shared.mkdir()
        seats.rounds()
        assert len(parts_in(shared)) >= 1


def test_a_user_added_at_one_desk_is_known_at_the_next(three: list[Path], clock: SetClock) -> None:
    with table_of(three, clock) as seats:
        seats.rounds()
        add_user(seats.desks[0], "nurse", frozenset({Role.OPERATOR}), "a passphrase of her own", cost=CHEAP)
        seats.rounds()
        assert seats.desks[2].roster.user_named("nurse") is not None
