"""The places papers go to, a printer or a folder: asked first, given the pages, and what kept a paper from them."""

from __future__ import annotations

from pathlib import Path

from shelterdesk.core.errors import CannotWrite, DamagedFile, PrintingStopped, WorldError
from shelterdesk.core.print_jobs import Print, PrintJob, Why
from shelterdesk.ui.worker import Task


def place_of(job: PrintJob) -> str:
    """Where a paper goes, as one word for a printer or a folder."""
    return job.folder or job.printer


def look_at_place(job: PrintJob) -> str:
    """Raise what keeps a paper from going where it is to go; beside the window."""
    from shelterdesk.ui import printing  # with the first print

    if not job.folder:
        return printing.usual_printer(job.printer)
    if not Path(job.folder).expanduser().is_dir():
        raise CannotWrite(job.folder)
    return job.folder


def onto_paper(pdf: bytes, job: PrintJob, task: Task) -> tuple[int, str]:
    """Print beside the window; the pages given and the printer's name."""
    from shelterdesk.ui import printing

    name = printing.usual_printer(job.printer)
    how = printing.How(job.copies, job.range, job.sides, job.fit)
    return printing.print_pdf(pdf, name, job.title, task.progress, task.is_cancelled, how), name


def into_folder(pdf: bytes, one: Print, moment: str) -> Path:
    """Save into the folder of the job, under a name that is free and names nobody."""
    from shelterdesk.keys.safefile import write_whole

    folder = Path(one.job.folder).expanduser()
    path = folder / f"{one.job.title}-{moment}.pdf"
    number = 2
    while path.exists():
        path = folder / f"{one.job.title}-{moment}-{number}.pdf"
        number += 1
    write_whole(path, pdf)
    return path


def why_of(fault: WorldError, job: PrintJob) -> tuple[Why, bool]:
    """Why a paper did not go, and whether it helps to try again by itself."""
    from shelterdesk.ui.printing import NoPrinter, PrinterFailed, PrinterOff, SizeNotThere

    if isinstance(fault, PrintingStopped):
        return Why.STOPPED, False
    if isinstance(fault, SizeNotThere):
        return Why.SIZE, False
    if isinstance(fault, DamagedFile):
        return Why.DAMAGED, False
    if isinstance(fault, PrinterFailed):
        return (Why.CUT_SHORT, False) if fault.begun else (Why.REFUSED, True)
    if isinstance(fault, NoPrinter):
        return Why.NO_PRINTER, True
    if isinstance(fault, PrinterOff):
        return Why.OFF, True
    if type(fault) is WorldError:  # a fault of ours: the same again would only make the same report again
        return Why.CUT_SHORT, False
    return (Why.NO_FOLDER, True) if job.folder else (Why.REFUSED, True)
