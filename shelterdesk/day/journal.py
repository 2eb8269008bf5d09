"""What a played day leaves: its folder, a log without names, and the list of names for leak scans."""

from __future__ import annotations

import time
from pathlib import Path
from zoneinfo import ZoneInfo

from shelterdesk.core.errors import CannotWrite, Refused
from shelterdesk.core.moment import Clock
from shelterdesk.core.practice_people import PracticePerson
from shelterdesk.core.words import tr
from shelterdesk.day.families import names_of
from shelterdesk.keys.safefile import write_whole


class Journal:
    """The folder of a day. ``note`` writes a line of day.log: the played time and what was done, never about whom."""

    def __init__(self, folder: Path, clock: Clock, zone: str) -> None:
        """Raises ``Refused`` for a folder that holds a day already, ``CannotWrite``."""
        self.folder = folder
        self.screenshots = folder / "screenshots"
        self._clock, self._zone = clock, zone
        self._began = time.monotonic()
        self._names: dict[str, None] = {}
        if (folder / "day.log").exists():
            raise Refused(
                tr("The folder {name} already holds a day.", name=folder.name), tr("Choose an empty folder.")
            )
        try:
            self.screenshots.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise CannotWrite(str(folder), error.strerror or "") from None
        self._lines: list[str] = []

    def note(self, what: str, **numbers: int | str) -> None:
        """Write down a step."""
        at = self._clock.now().astimezone(ZoneInfo(self._zone))
        said = " ".join(f"{name}={value}" for name, value in numbers.items())
        self._lines.append(
            f"{at:%Y-%m-%d %H:%M} +{time.monotonic() - self._began:6.1f}s {what} {said}".rstrip()
        )
        write_whole(self.folder / "day.log", ("\n".join(self._lines) + "\n").encode())

    def met(self, person: PracticePerson) -> None:
        """Remember somebody's name for names.txt."""
        self._names.update(dict.fromkeys(names_of(person)))

    def write_names(self) -> None:
        """Write every name used, one a line."""
        write_whole(self.folder / "names.txt", ("\n".join(self._names) + "\n").encode())
