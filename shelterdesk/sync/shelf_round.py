"""Between a desk's own shelf and the one it shares: fetching what is new there, bringing what is new here.

All of it is copying sealed files by name, outside any transaction and off the desk's own thread: a shelf that is slow, or
dies in the middle, harms nobody. What a file holds is examined only when it is taken in from the inbox, like a stick.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from shelterdesk.core.errors import WorldError
from shelterdesk.core.event import hex16
from shelterdesk.db.reserve import check_own_room
from shelterdesk.sync import stick
from shelterdesk.sync.container import FOLDER, read_part_name
from shelterdesk.sync.faults import SetAside
from shelterdesk.sync.inbox import Inbox
from shelterdesk.sync.shelf import SIG, FolderShelf, Shelf, TooManyFiles, is_own, read_shelf_name

MOST_AT_ONCE = 64 << 20
"""Bytes fetched before they are taken in; what is left comes in the next round."""

TRY_AGAIN = 300
"""Rounds after which a file that could not be used is fetched once more: its signer may be known by then."""

Known = Callable[[Collection[str]], set[str]]
"""Which of some beginnings of hashes of sealed files were merged, or written, here before."""

Taken = TypeVar("Taken")


@dataclass(slots=True)
class Courier:
    """One desk's errands to one shelf; remembers what it brought and fetched in this sitting. For one thread."""

    dev: int
    own: FolderShelf
    inbox: Inbox
    _fetched: dict[str, tuple[str, int]] = field(default_factory=dict)  # name: stamp, round
    _brought: dict[str, str] = field(default_factory=dict)  # name: stamp of the own file
    _same: dict[str, tuple[str, str]] = field(default_factory=dict)  # name: stamps here and there, once alike
    _rounds: int = 0

    def fetch(self, shelf: Shelf, entries: Mapping[str, str], known: Known) -> int:
        """Copy what is new into the inbox; returns how many files.

        Raises what the shelf and the own disk raise, unless something has come before: that is taken in first, however
        soon a link dies, and the next call meets the fault again.
        """
        self._rounds += 1
        self._fetched = {name: seen for name, seen in self._fetched.items() if name in entries}
        wanted = self._wanted(entries, known)
        room, count = MOST_AT_ONCE, 0
        for name in wanted:
            if room <= 0:
                break
            try:
                signature = shelf.get(name + SIG)
                data = shelf.get(name)
                self._put_in(name, data, signature)
                room -= len(data)
                count += 1
            except SetAside:
                pass  # taken away meanwhile, or nothing that may lie there
            except WorldError:
                if count:
                    break
                raise
            self._fetched[name] = (entries[name] + entries[name + SIG], self._rounds)
        return count

    def take_in(self, take: Callable[[], Taken]) -> Taken:
        """Take in what lies in the inbox; where that fails, all of it is fetched once more. Raises what ``take`` raises."""
        try:
            return take()
        except BaseException:
            self._fetched.clear()
            raise
        finally:
            self.inbox.clear()

    def forget_failures(self) -> None:
        """What could not be used before may be of use now: somebody new is known."""
        self._fetched.clear()

    def _wanted(self, entries: Mapping[str, str], known: Known) -> list[str]:
        fresh = [name for name in entries if self._is_news(name, entries)]
        parts = {name: part.sha16 for name in fresh if (part := read_part_name(name.partition("/")[2]))}
        held = known(set(parts.values())) if parts else set()
        # Admissions and receipts first: they are small, and a part may need the one to be believed.
        return sorted(
            (name for name in fresh if parts.get(name) not in held), key=lambda name: (name in parts, name)
        )

    def _is_news(self, name: str, entries: Mapping[str, str]) -> bool:
        if name.endswith(SIG) or name + SIG not in entries or read_shelf_name(name) is None:
            return False
        if name.startswith(f"{stick.RECEIPTS}/") and is_own(name, self.dev):
            return False
        before = self._fetched.get(name)
        return (
            before is None
            or before[0] != entries[name] + entries[name + SIG]
            or (read_part_name(name.partition("/")[2]) is not None and self._rounds - before[1] >= TRY_AGAIN)
        )

    def _put_in(self, name: str, data: bytes, signature: bytes) -> None:
        check_own_room(self.own.ours.parent, len(data))
        path = self.inbox.path / FOLDER / Path(*name.split("/"))
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
            path.with_name(path.name + SIG).write_bytes(signature)
        except OSError as error:
            with suppress(OSError):
                path.unlink(missing_ok=True)
            raise stick.said(path.parent, error) from None

    def bring(self, shelf: Shelf, entries: Mapping[str, str], known: Known) -> int:
        """Bring this desk's own files to the shelf and take those away that it removed here; returns how many changed.

        A part goes before its signature, so that nobody finds one half brought. Raises what the shelf raises.
        """
        if hex16(self.dev) in shelf.crowded:
            raise TooManyFiles(shelf.where)
        mine = {name: stamp for name, stamp in self.own.entries().items() if is_own(name, self.dev)}
        self._same = {name: seen for name, seen in self._same.items() if name in mine and name in entries}
        try:
            changed = self._lay(shelf, entries, mine)
        except TooManyFiles:  # what may go makes room, or nothing would ever
            self._take_away(shelf, entries, mine, known)
            raise
        return changed + self._take_away(shelf, entries, mine, known)

    def _lay(self, shelf: Shelf, entries: Mapping[str, str], mine: Mapping[str, str]) -> int:
        changed = 0
        for name in sorted(mine):
            with suppress(SetAside):  # rolled up since
                is_unseen = name.partition("/")[0] in shelf.crowded  # among too many to be listed
                if is_unseen and self._brought.get(name) == mine[name]:
                    continue
                if name in entries and self._is_there(shelf, name, mine[name], entries[name]):
                    continue
                shelf.put(name, self.own.get(name))
                self._brought[name] = mine[name]
                self._same.pop(name, None)
                changed += 1
        return changed

    def _is_there(self, shelf: Shelf, name: str, here: str, there: str) -> bool:
        """Whether the shelf still has an own file as it is here.

        Nothing that lies there stays by itself: parts, signatures and admissions are never written twice, but a share
        that lost its power keeps names and lengths and not always the bytes, and anybody may have changed them; receipts
        are written anew. What was brought a moment ago is believed, everything else compared once for each time it shows.
        """
        if self._same.get(name) == (here, there):
            return True
        if not _is_as_long(there, here):
            return False
        is_brought = self._brought.get(name) == here and name not in self._same
        if not is_brought and not shelf.holds(name, self.own.get(name)):
            return False
        self._same[name] = (here, there)
        return True

    def _take_away(
        self, shelf: Shelf, entries: Mapping[str, str], mine: Mapping[str, str], known: Known
    ) -> int:
        """Own parts nobody needs; one that is not known here may be work this desk lost to a restored backup."""
        idle = {}
        for name in entries:
            if name.startswith(f"{hex16(self.dev)}/") and name not in mine:
                part = read_part_name(name.partition("/")[2].removesuffix(SIG))
                if part is not None:
                    idle[name] = part.sha16
        held = known(set(idle.values())) if idle else set()
        # What was brought in this very sitting is forgotten by the log once it is rolled up; the courier remembers.
        gone = [name for name in idle if idle[name] in held or name in self._brought]
        # The signature first: a part without one counts as absent.
        for name in sorted(gone, reverse=True):
            shelf.remove(name)
            self._brought.pop(name, None)
            self._same.pop(name, None)
        return len(gone)


def _is_as_long(there: str, here: str) -> bool:
    """Whether two stamps are of files of one length (bytes); where a shelf names none, it is believed to be."""
    length = there.partition("-")[0]
    return not length.isdigit() or length == here.partition("-")[0]
