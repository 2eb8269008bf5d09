"""The parts of a screen, each made when somebody opens it first: twenty forms nobody looks at take much memory."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from shelterdesk.ui.screens.settings_section import Section


class Parts(Mapping[str, Section]):
    """Parts by name, in the order promised; asking for one makes it. ``made()`` are those that were asked for."""

    def __init__(self, make: Callable[[type[Section]], Section]) -> None:
        self._make = make
        self._promised: dict[str, type[Section]] = {}
        self._made: dict[str, Section] = {}

    def promise(self, part: type[Section]) -> None:
        """There is such a part."""
        self._promised[part.name] = part

    def promised(self) -> Iterator[type[Section]]:
        """All parts there are."""
        return iter(self._promised.values())

    def heading(self, name: str) -> str:
        """What a part is called, made or not."""
        return self._promised[name].heading()

    def made(self) -> dict[str, Section]:
        """Those that stand by now."""
        return dict(self._made)

    def __getitem__(self, name: str) -> Section:
        if name not in self._made:
            self._made[name] = self._make(self._promised[name])
        return self._made[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._promised)

    def __len__(self) -> int:
        return len(self._promised)
