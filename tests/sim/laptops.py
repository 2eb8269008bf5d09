"""What happens to the laptops of a world: their clocks, their disks, their backups, their copies."""

from __future__ import annotations

import shutil
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from shelterdesk.actions.backups import BackupMade, make_backup, read_manifest
from shelterdesk.actions.restoring import _bring_note, copy_in
from shelterdesk.db.connection import open_file
from shelterdesk.startup import FILE, HIGH_WATER, begin_epoch
from tests.sim.payload import left_in_file
from tests.sim.seeded import any_offset
from tests.sim.world import Place

if TYPE_CHECKING:
    from tests.sim.schedule import Schedule


class Laptops:
    """The steps in which a machine, and nobody at it, does something."""

    def __init__(self, schedule: Schedule) -> None:
        self.schedule = schedule
        self.world = schedule.world
        self.rng = schedule.rng

    def jump(self, place: Place) -> None:
        """Something happens to the clock."""
        self.world.tell(place, f"the clock {place.clock.jump(self.rng)}")

    def reopen(self, place: Place) -> None:
        """End of work, and the next morning."""
        place.desk.close()
        self.open_again(place, "is closed and opened")

    def open_again(self, place: Place, what: str) -> None:
        before = place.desk.user
        again = self.world.opened(place.name, place.folder, place.made, place.clock)
        place.desk = again.desk
        if before.id in place.desk.roster.users:
            place.desk.user = before
        self.world.tell(place, what)

    def image(self, place: Place) -> None:
        """The disk is copied as it is, to be put back some day."""
        place.store.conn.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        image = self.world.new_path("image")
        shutil.copytree(place.folder, image)
        place.images.append(image)
        self.world.tell(place, "an image of the disk is made")

    def put_back(self, place: Place) -> None:
        """The laptop dies and an older image of its disk takes its place; its mark of how far it wrote may survive."""
        if not place.images:
            return self.image(place)
        image = self.rng.choice(place.images)
        mark = (place.folder / HIGH_WATER).read_bytes() if (place.folder / HIGH_WATER).exists() else None
        # An office hears from nobody how far itself wrote; it is restored as people restore, or its mark is there.
        is_kept = mark is not None and (place.is_office or self.rng.random() < 0.5)
        self.world.lose(place)
        shutil.copytree(image, place.folder)
        if is_kept and mark is not None:
            (place.folder / HIGH_WATER).write_bytes(mark)
        self.world.counts["restores"] += 1
        self.open_again(
            place, f"dies; an older image is put back, {'with' if is_kept else 'without'} its mark"
        )
        return None

    def back_up_and_restore(self, place: Place) -> None:
        """A backup as people make it, some more work, and the restore as people do it: a new epoch."""
        target = self.world.new_path("backups")
        made = self._backup(place, target)
        for _ in range(self.rng.randint(0, 2)):
            self.schedule.edit(place)
        if self.rng.random() < 0.5:
            self.schedule.export(place)
        known = set[bytes]()
        if self.rng.random() < 0.4:  # another one later, and it is the first that is restored
            place.clock.off += timedelta(seconds=1)
            known = set(place.desk.roster.erased)
            if self.rng.random() < 0.5:
                self.schedule.orders.erase(place)
                self.schedule.hear_of_it(place)
                known = set(place.desk.roster.erased)
            self._backup(place, target)
        self.world.lose(place)
        place.folder.mkdir()
        said = read_manifest(made.folder)
        copy_in(said, place.folder)
        conn = open_file(place.folder / FILE, place.made.key)
        begin_epoch(conn, place.clock, said.epoch)
        conn.close()
        _bring_note(said, place.folder)
        self.world.counts["restores"] += 1
        self.open_again(place, "dies; the backup is restored")
        self.world.same(place, "erased before, and not known after", known - place.desk.roster.erased, set())
        self.world.nothing_left_of_erased(place)

    def _backup(self, place: Place, target: Path) -> BackupMade:
        """Make one; no word of what is erased stands in it."""
        made = make_backup(place.desk, target).result
        self.world.tell(place, "makes a backup")
        left = left_in_file(made.folder, place.made.key, self.world.worded & place.desk.roster.erased)
        self.world.same(place, "records erased and in a backup made afterwards", left, set())
        return made

    def copy(self, place: Place) -> None:
        """The folder is copied to a second laptop, and both work on."""
        if self.schedule.is_full or place.is_office:
            return
        place.store.conn.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        folder = self.world.new_path("twin")
        shutil.copytree(place.folder, folder)
        clock = type(place.clock)(self.world.time, any_offset(self.rng))
        twin = self.world.opened(f"{place.name}+{len(self.world.places)}", folder, place.made, clock)
        twin.users = list(place.users)
        self.world.places.append(twin)
        self.world.counts["copies"] += 1
        self.world.tell(place, f"is copied to {twin.name}")
