"""A paper on its way to a printer: what is to be done with it, how it stands, and why it stands still."""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

from shelterdesk.core.paper_kinds import MOST_COPIES, PageRange, PaperKind, count_words, may_be_fitted
from shelterdesk.core.words import tr


class PrintState(StrEnum):
    """How a paper stands; the values are kept in a file and never change."""

    WAITING = "waiting"
    """To be printed as soon as its printer takes it."""
    PRINTING = "printing"
    PRINTED = "printed"
    HELD = "held"
    """A person has to look at it first."""
    TAKEN = "taken"
    """Taken out; it can be put back for a while."""
    LATE = "late"
    """It waited for its whole time; a person is asked once more before it is forgotten."""


class Why(StrEnum):
    """Why a paper waits or is held; kept, too."""

    NONE = ""
    NO_PRINTER = "no_printer"
    OFF = "off"
    REFUSED = "refused"
    NO_FOLDER = "no_folder"
    STOPPED = "stopped"
    CUT_SHORT = "cut_short"
    SIZE = "size"
    DAMAGED = "damaged"
    LATE = "late"


class Sides(StrEnum):
    """Both sides of the sheet, turned along its long or its short edge; empty for what the printer does anyway."""

    ANY = ""
    ONE = "one"
    LONG = "long"
    SHORT = "short"


@dataclass(frozen=True, slots=True)
class PrintJob:
    """What is to be printed and how. ``title`` names no person: it goes to the printer and into file names.

    ``printer`` empty is the usual one; with ``folder`` it becomes a PDF there. ``things`` counts cards or bands,
    ``pages`` those of the paper; ``fit`` lets it be made smaller. ``why`` and ``done`` (pages given) tell how it went.
    ``by`` is the id of the user who made it.
    """

    kind: PaperKind
    title: str
    printer: str = ""
    folder: str = ""
    copies: int = 1
    first: int = 1
    last: int = 0
    sides: Sides = Sides.ANY
    fit: bool = False
    things: int = 0
    pages: int = 0
    done: int = 0
    why: Why = Why.NONE
    by: str = ""

    @property
    def range(self) -> PageRange:
        """The pages meant."""
        return PageRange(self.first, self.last)

    @property
    def sheets(self) -> int:
        """How many pages one copy is."""
        return len(self.range.of(self.pages))

    def words(self) -> str:
        """How much there is of it."""
        return count_words(self.kind, self.things if self.range.is_all else 0, self.sheets)

    def as_json(self) -> dict[str, Any]:
        """Plain values."""
        return asdict(self)

    @classmethod
    def from_json(cls, found: Any) -> PrintJob:
        """The job again; raises ``ValueError``, ``TypeError`` or ``KeyError`` for anything else."""
        given = dict(found)
        job = cls(**{**given, "kind": PaperKind(given["kind"]), "sides": Sides(given["sides"]),
                     "why": Why(given["why"])})  # fmt: skip
        numbers = (job.copies, job.first, job.last, job.things, job.pages, job.done)
        if not all(type(n) is int and n >= 0 for n in numbers) or not 1 <= job.copies <= MOST_COPIES:
            raise ValueError("a job with impossible numbers")
        return job


@dataclass(frozen=True, slots=True)
class Print:
    """A paper in the spool; ``id`` below 0 when there was no room and it is held until the program closes.

    ``owner`` is the user who alone may have it, empty for a paper of the desk.
    """

    id: int
    at_ms: int
    turned_ms: int
    state: PrintState
    job: PrintJob
    owner: str = ""

    @property
    def is_kept(self) -> bool:
        """Whether it survives the end of the program."""
        return self.id > 0


KEPT_MS = 7 * 86_400_000
"""How long a paper that nobody could print waits; then it is held as a late one, and forgotten after as long again.

Never by the clock alone: one that jumps a week ahead would take every card that waits along.
"""

KEPT_PRINTED_MS = 86_400_000
"""How long a printed one is kept, for the jam that is seen late."""

MOST_PRINTED = 20
"""Printed papers kept at most: names are on them, and they are kept for a jam only."""

KEPT_TAKEN_MS = 3_600_000

_PAGE = re.compile(rb"/Type\s*/Page(?![A-Za-z])")


def pages_in(pdf: bytes) -> int:
    """How many pages a paper of this house has (their objects lie open in the file); at least 1."""
    return max(1, len(_PAGE.findall(pdf)))


def why_said(job: PrintJob) -> str:
    """Why a paper stands still and what to do, in two sentences; nothing where all is well."""
    printer = tr("The printer {name}", name=job.printer) if job.printer else tr("The usual printer")
    said = {
        Why.NO_PRINTER: tr(
            "No printer is there for it. Plug one in, choose another one, or save it as a PDF."
        ),
        Why.OFF: tr(
            "{printer} is off or stopped. It is printed by itself when the printer is back.", printer=printer
        ),
        Why.REFUSED: tr(
            "{printer} did not take it. Look at its cable, paper and lid; it is tried again by itself.",
            printer=printer,
        ),
        Why.NO_FOLDER: tr(
            "The folder {name} cannot be written. Plug the stick in or choose another folder in the settings.",
            name=job.folder,
        ),
        Why.STOPPED: tr(
            "Printing was stopped after {n} of {total} pages. Print the rest, or all of it again.",
            n=job.done, total=job.sheets * job.copies,
        ),
        Why.CUT_SHORT: tr(
            "It broke off while it was printed. Look at what lies in the printer, then print the missing pages again."
        ),
        Why.SIZE: _size_said(job, printer),
        Why.DAMAGED: tr("What was kept of it is damaged. Take it out and make the paper again."),
        Why.LATE: tr("It has waited for a week. Print it if it is still right, or take it out and make it anew."),
    }  # fmt: skip
    return said.get(job.why, "")


def _size_said(job: PrintJob, printer: str) -> str:
    if may_be_fitted(job.kind):
        return tr(
            "{printer} does not have this size of paper. Choose another size or printer, or print it made to fit.",
            printer=printer,
        )
    return tr(
        "{printer} does not have this size of paper. Choose another size or printer: what is cut or worn is never "
        "made smaller.",
        printer=printer,
    )


def standing_said(prints: list[Print]) -> str:
    """What the status bar says of papers that stand still: ``printer off: 12 cards waiting``; nothing for none."""
    still = [one for one in prints if one.state in (PrintState.WAITING, PrintState.HELD) and one.job.why]
    if not still:
        return ""
    kinds = {one.job.kind for one in still}
    kind = kinds.pop() if len(kinds) == 1 else PaperKind.LISTS
    things = sum(one.job.things if one.job.range.is_all else 0 for one in still)
    count = count_words(kind, things, sum(one.job.sheets for one in still))
    whys = {one.job.why for one in still if one.state is PrintState.WAITING}
    if not whys:
        return tr("{count} to look at before printing", count=count)
    if whys <= {Why.NO_PRINTER}:
        return tr("no printer: {count} waiting", count=count)
    if whys <= {Why.NO_FOLDER}:
        return tr("folder not there: {count} waiting", count=count)
    return tr("printer off: {count} waiting", count=count)
