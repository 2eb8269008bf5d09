"""What papers say of themselves, and what an action that made one answers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from shelterdesk.actions.desk import Desk
from shelterdesk.core.changes import Changes, Done
from shelterdesk.core.house_lists import PaperFacts
from shelterdesk.core.kinds import ACCESS
from shelterdesk.core.moment import moment_text
from shelterdesk.core.vocabulary import AccessKind
from shelterdesk.db.sheet import data_state
from shelterdesk.db.store import Reader

if TYPE_CHECKING:
    from shelterdesk.reports.paper import Written


@dataclass(frozen=True, slots=True)
class ListPrinted:
    """A paper written to the file ``path`` or, None, to memory: ``people`` stand on it.

    ``left_out`` are sentences on what could not be set.
    """

    pages: int
    people: int
    left_out: tuple[str, ...]
    path: Path | None


def paper_facts(reader: Reader, now: datetime, by: str) -> PaperFacts:
    """The facts of a paper made now; ``by`` is who prints it, empty where nobody was asked."""
    who = reader.who
    return PaperFacts(
        who.station, who.name, by, moment_text(now, who.zone), data_state(reader.conn), who.is_practice
    )


def note_printed(desk: Desk, detail: str, count: int, kind: str = "person") -> Done[None]:
    """Keep that the user printed a list of ``count`` records of a kind; ``detail`` names the list."""
    with desk.store.write(desk.user) as event:
        event.create(
            ACCESS,
            {
                "access": AccessKind.PRINTED.value,
                "subject_kind": kind,
                "happened_at": event.now,
                "detail": detail,
                "count": count,
            },
        )
    return Done(None, Changes.of("access"))


def printed(written: Written, people: int, out: Path | BinaryIO) -> ListPrinted:
    """The answer of an action that wrote a paper."""
    return ListPrinted(written.pages, people, tuple(written.left_out), out if isinstance(out, Path) else None)
