"""On a real CUPS: what a printer has, when it is off, and that a job it refuses is never taken for printed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.ui.cups_house import PRINTER, SERVER, CupsHouse, cups_house

pytestmark = pytest.mark.skipif(
    not SERVER or not hasattr(os, "geteuid") or os.geteuid() != 0, reason="no CUPS to start here as root"
)

# In a process of its own: whoever asked once goes on asking the server of then.
_PRINT = """
import io, json, sys
from PySide6.QtWidgets import QApplication
from reportlab.lib.pagesizes import A4, letter
from reportlab.pdfgen.canvas import Canvas
from shelterdesk.core.errors import WorldError
from shelterdesk.core.paper_kinds import PageRange
from shelterdesk.ui import printing
from shelterdesk.ui.cups import printer_stand

app = QApplication([])
size, how, trusting = json.loads(sys.argv[1])
out = io.BytesIO()
canvas = Canvas(out, pagesize={"a4": A4, "letter": letter}[size])
for _ in range(3):
    canvas.rect(0, 0, 72, 72, fill=1)
    canvas.showPage()
canvas.save()
if trusting:  # it was there when it was asked
    printing.usual_printer = lambda name="": name or "Desk"
said = {"names": printing.printer_names(), "stand": str(printer_stand("Desk"))}
try:
    asked = printing.How(how["copies"], PageRange(*how["pages"]), fit=how["fit"])
    said["pages"] = printing.print_pdf(out.getvalue(), "", "paper", None, None, asked)
except WorldError as fault:
    said["fault"] = type(fault).__name__
print(json.dumps(said))
"""


@pytest.fixture
def cups() -> Iterator[CupsHouse]:
    """A server with a printer that holds Letter."""
    with tempfile.TemporaryDirectory(prefix="cups") as folder, cups_house(Path(folder)) as house:
        yield house


def printed(
    cups: CupsHouse,
    size: str = "letter",
    *,
    fit: bool = False,
    copies: int = 1,
    pages: tuple[int, int] = (1, 0),
    trusting: bool = False,
) -> dict[str, Any]:
    """What printing said."""
    how = json.dumps([size, {"fit": fit, "copies": copies, "pages": pages}, trusting])
    done = subprocess.run(
        [sys.executable, "-c", _PRINT, how], env=cups.environment, capture_output=True, text=True, check=True
    )
    said: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return said


def test_pages_and_copies_arrive_and_a_missing_size_is_said_before(cups: CupsHouse) -> None:
    said = printed(cups, pages=(2, 3))
    assert said["names"] == [PRINTER] and said["pages"] == 2
    (job,) = cups.jobs()
    assert job.startswith(b"%PDF")
    assert printed(cups, "a4")["fault"] == "SizeNotThere" and len(cups.jobs()) == 1
    assert printed(cups, "a4", fit=True)["pages"] == 3 and len(cups.jobs()) == 2


def test_a_printer_that_is_off_gets_nothing_and_is_asked_again(cups: CupsHouse) -> None:
    cups.do("cupsdisable", PRINTER)
    assert printed(cups)["fault"] == "PrinterOff"
    cups.do("cupsenable", PRINTER)
    cups.do("cupsreject", PRINTER)
    assert printed(cups)["fault"] == "PrinterOff" and cups.jobs() == []
    cups.do("cupsaccept", PRINTER)
    assert printed(cups)["pages"] == 3 and len(cups.jobs()) == 1


def test_a_job_refused_behind_our_back_is_not_called_printed(cups: CupsHouse) -> None:
    cups.do("cupsreject", PRINTER)
    assert printed(cups, trusting=True)["fault"] == "PrinterFailed" and cups.jobs() == []


def test_a_printer_with_a_job_it_cannot_print_gets_no_further_ones(cups: CupsHouse) -> None:
    cups.do("cupsdisable", PRINTER)
    (cups.folder / "one.pdf").write_bytes(b"%PDF-1.4\n")
    cups.do("lp", "-d", PRINTER, str(cups.folder / "one.pdf"))
    said = printed(cups)
    assert "jobs=1" in said["stand"] and "paused" in said["stand"] and said["fault"] == "PrinterOff"
