"""Room kept back for saving: there before it is needed, given to a save that finds none, no part of the station."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest

from shelterdesk import startup
from shelterdesk.actions.backups import make_backup
from shelterdesk.actions.clock import SetClock
from shelterdesk.actions.closing import wipe
from shelterdesk.actions.desk import Desk, open_desk
from shelterdesk.actions.exchange import export_bundle
from shelterdesk.actions.registration import register_family
from shelterdesk.actions.reserve import is_used_up, keep_reserve, once_more, used_up_words, wants_reserve
from shelterdesk.actions.taking_in import import_from
from shelterdesk.core.people import FamilyForm, PersonForm
from shelterdesk.db import reserve
from shelterdesk.db.reserve import FILE, OwnDiskTooFull, RoomMade
from tests.stations import PASSPHRASE
from tests.sync.conftest import made_world, stick, world
from tests.sync.worlds import World, at, given_names, register

__all__ = ["made_world", "stick", "world"]

REAL_SIZE = 64 << 20
ANA = FamilyForm((PersonForm(given="Ana"),))


def free_now(monkeypatch: pytest.MonkeyPatch, free: int) -> None:
    """From now on the disk says that so many bytes are free."""
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(total=1 << 40, used=0, free=free))


def test_the_room_is_really_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reserve, "SIZE", REAL_SIZE)
    assert not reserve.is_kept(tmp_path) and reserve.keep(tmp_path) and reserve.is_kept(tmp_path)
    there = (tmp_path / FILE).stat()
    assert there.st_size == REAL_SIZE and there.st_blocks * 512 >= REAL_SIZE, "no hole in it"
    assert there.st_mode & 0o077 == 0
    assert reserve.keep(tmp_path), "twice is once"
    assert reserve.give_up(tmp_path) and not reserve.give_up(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_it_is_made_only_where_there_is_plenty(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    free_now(monkeypatch, 4 * reserve.SIZE - 1)
    assert not reserve.keep(tmp_path) and list(tmp_path.iterdir()) == []
    free_now(monkeypatch, 4 * reserve.SIZE)
    assert reserve.keep(tmp_path)


def test_what_a_kill_left_of_it_is_made_whole(tmp_path: Path) -> None:
    (tmp_path / FILE).write_bytes(bytes(100))
    assert not reserve.is_kept(tmp_path) and reserve.keep(tmp_path)
    assert not reserve.keep(tmp_path / "nowhere")


def test_a_disk_without_the_call_has_it_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr("os.posix_fallocate")
    assert reserve.keep(tmp_path)
    assert (tmp_path / FILE).stat().st_blocks * 512 >= reserve.SIZE


def test_a_save_on_a_disk_as_good_as_full_is_given_the_room(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert reserve.keep(desk.folder)
    register_family(desk, ANA)
    assert reserve.is_kept(desk.folder) and not is_used_up(desk)
    free_now(monkeypatch, reserve.LOW - 1)
    register_family(desk, FamilyForm((PersonForm(given="Berta"),)))
    assert given_names(desk) == {"Ana", "Berta"}
    assert not reserve.is_kept(desk.folder) and is_used_up(desk) and "Free some room" in used_up_words()
    assert not wants_reserve(desk, reserve.SIZE) and wants_reserve(desk, 4 * reserve.SIZE)
    monkeypatch.undo()
    reader = desk.reader()
    assert keep_reserve(reader) and not is_used_up(desk)
    reader.close()


def test_a_full_disk_keeps_nobody_from_logging_in(
    station_folder: Path, clock: SetClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert reserve.keep(station_folder)
    free_now(monkeypatch, 0)
    first_look = startup._refuse_untouched
    room: list[bool] = []

    def looked(path: Path, key: bytes) -> None:
        room.append(reserve.is_kept(path.parent))
        first_look(path, key)

    monkeypatch.setattr(startup, "_refuse_untouched", looked)
    desk = open_desk(station_folder, "admin", PASSPHRASE, clock)
    assert is_used_up(desk) and room == [False], "even reading makes files beside the file"
    desk.close()


def test_an_action_that_saved_something_is_not_done_twice(desk: Desk) -> None:
    """Half of it would be there two times; the sentence says to do it once more."""
    turns: list[int] = []

    def acting(saves_first: bool) -> Callable[[], None]:
        def act() -> None:
            turns.append(1)
            if saves_first:
                register_family(desk, ANA)
            if len(turns) == 1:
                raise RoomMade

        return act

    with pytest.raises(RoomMade) as made:
        once_more(desk, acting(True))
    assert "once more" in made.value.next_step and len(turns) == 1 and given_names(desk) == {"Ana"}
    turns.clear()
    once_more(desk, acting(False))
    assert len(turns) == 2


def test_it_is_no_part_of_the_station(desk: Desk, tmp_path: Path) -> None:
    assert reserve.keep(desk.folder)
    made = make_backup(desk, tmp_path / "disk").result
    (tmp_path / "stick").mkdir()
    export_bundle(desk, tmp_path / "stick")
    assert not [one for one in tmp_path.rglob(FILE) if one.parent != desk.folder]
    assert made.size < (desk.folder / startup.FILE).stat().st_size * 3 + 50_000
    wipe(desk, "LB")
    assert not (desk.folder / FILE).exists()


def test_a_closed_station_gets_none(desk: Desk) -> None:
    reader = desk.reader()
    (desk.folder / "keys.json").unlink()
    assert not keep_reserve(reader) and not (desk.folder / FILE).exists()
    reader.close()


def test_an_import_asks_for_room_before_it_begins(
    world: World, stick: Path, clock: SetClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    with at(world.lb, clock) as desk:
        register(desk, "Ana", "Berta")
        export_bundle(desk, stick)
    with at(world.office, clock) as office:
        assert reserve.keep(office.folder)
        free_now(monkeypatch, reserve.LEAST - 1024)
        with pytest.raises(OwnDiskTooFull, match="still needed: 2 kB") as full:
            import_from(office, stick)
        assert "stays" in full.value.next_step and given_names(office) == set()
        assert reserve.is_kept(office.folder), "what is kept back is for saving"
        free_now(monkeypatch, reserve.LEAST)
        assert import_from(office, stick).result.is_clean and given_names(office) == {"Ana", "Berta"}
        free_now(monkeypatch, 0)
        assert import_from(office, stick).result.is_clean, "what is in already needs no room"


def test_a_large_part_needs_three_times_its_size(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    free_now(monkeypatch, 30 << 20)
    reserve.check_own_room(tmp_path, 10 << 20)
    with pytest.raises(OwnDiskTooFull):
        reserve.check_own_room(tmp_path, (10 << 20) + 1)
