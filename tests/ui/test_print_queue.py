"""The queue at a real desk: a printer that is off or refuses delays nothing and loses nothing; nothing runs while idle."""

from __future__ import annotations

import io
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtPrintSupport import QPrinter
from pytestqt.qtbot import QtBot
from reportlab.lib.pagesizes import A4
from reportlab.pdfgen.canvas import Canvas

from shelterdesk.actions.clock import SetClock
from shelterdesk.actions.desk import Desk
from shelterdesk.core.changes import Done
from shelterdesk.core.errors import DamagedFile, DiskFull
from shelterdesk.core.paper_kinds import PageRange, PaperKind, PrintWay, Way
from shelterdesk.core.print_jobs import PrintState, Why
from shelterdesk.db import spool
from shelterdesk.ui import printing
from shelterdesk.ui.print_outcome import Outcome
from shelterdesk.ui.print_queue import AGAIN_AT_MOST_MS, AGAIN_MS, PrintQueue
from shelterdesk.ui.print_ways import write_way
from shelterdesk.ui.print_words import outcome_said
from shelterdesk.ui.printing import How, PrinterOff
from shelterdesk.ui.widgets.pdf_pages import page_sizes
from shelterdesk.ui.worker import DeskWorker
from tests.stations import PASSPHRASE


def pdf(pages: int = 1) -> bytes:
    """A paper of so many pages."""
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=A4)
    for page in range(pages):
        canvas.drawString(72, 72, f"page {page + 1}")
        canvas.showPage()
    canvas.save()
    return out.getvalue()


def _pages(file: Path) -> int:
    """The pages of a file; none while it is being written."""
    try:
        return len(page_sizes(file.read_bytes()))
    except DamagedFile:
        return 0


class Laptop:
    """A laptop whose printers put their pages into files; each can be off, or take nothing though it is there."""

    def __init__(self, out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.out = out
        self.off: set[str] = set()
        self.refusing: set[str] = set()
        self.asked = 0
        self.hows: list[How] = []
        monkeypatch.setattr(printing, "printer_names", lambda: ["Laser", "Old"])
        monkeypatch.setattr(printing, "usual_printer", self._usual)
        monkeypatch.setattr(printing, "opened_printer", self._opened)

    def printed(self, name: str = "Laser") -> list[int]:
        """How many pages each print had that came out of a printer."""
        return [_pages(file) for file in sorted(self.out.glob(f"{name}-*.pdf"))]

    def _usual(self, name: str = "") -> str:
        self.asked += 1
        if (name or "Laser") in self.off:
            raise PrinterOff(name or "Laser")
        return name or "Laser"

    def _opened(self, data: bytes, name: str, how: How) -> QPrinter:
        self.hows.append(how)
        printer = QPrinter(QPrinter.PrinterMode.HighResolution)
        printer.setOutputFormat(QPrinter.OutputFormat.PdfFormat)
        printer.setResolution(72)
        folder = self.out / "nowhere" if name in self.refusing else self.out
        printer.setOutputFileName(str(folder / f"{name}-{len(self.hows):03}.pdf"))
        return printer


@pytest.fixture
def laptop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Laptop:
    """A laptop with two printers."""
    out = tmp_path / "paper"
    out.mkdir()
    return Laptop(out, monkeypatch)


@pytest.fixture
def worker(qtbot: QtBot, station_folder: Path, clock: SetClock) -> Iterator[DeskWorker]:
    """A desk with somebody at it."""
    worker = opened(qtbot, station_folder, clock)
    yield worker
    worker.stop()


def opened(qtbot: QtBot, folder: Path, clock: SetClock, user: str = "admin") -> DeskWorker:
    """A worker whose desk is open."""
    worker = DeskWorker(folder, clock)
    with qtbot.waitSignal(worker.opened):
        worker.open(user, PASSPHRASE, lambda _: None, lambda _: None)
    return worker


def states(queue: PrintQueue) -> list[PrintState]:
    """How the papers stand."""
    return [one.state for one in queue.prints()]


def at_rest(qtbot: QtBot, queue: PrintQueue, worker: DeskWorker) -> None:
    """Wait until nothing is printed and nothing asked."""
    qtbot.waitUntil(
        lambda: queue.printing() is None and not queue._beside.is_busy and not worker.is_busy, timeout=10_000
    )


def test_a_paper_is_printed_and_told(qtbot: QtBot, worker: DeskWorker, laptop: Laptop) -> None:
    queue, told = PrintQueue.of(worker), list[Outcome]()
    assert PrintQueue.of(worker) is queue
    queue.add(PaperKind.LISTS, pdf(3), "list", told=told.append, pages=PageRange(2, 3), copies=2)
    at_rest(qtbot, queue, worker)
    assert [outcome_said(one)[0] for one in told] == ["4 pages went to the printer Laser."]
    assert laptop.printed() == [4], "a file does not count copies: they come one after the other"
    assert states(queue) == [PrintState.PRINTED] and not queue.is_waiting


def test_a_printer_that_is_off_keeps_papers_waiting_and_gets_them_when_it_is_back(
    qtbot: QtBot, worker: DeskWorker, laptop: Laptop
) -> None:
    queue, told = PrintQueue.of(worker), list[Outcome]()
    laptop.off = {"Laser"}
    for _ in range(3):
        queue.add(PaperKind.CARDS, pdf(), "cards", told=told.append, things=4)
        at_rest(qtbot, queue, worker)
    assert states(queue) == [PrintState.WAITING] * 3 and len(told) == 3
    assert "The printer Laser is off" in outcome_said(told[0])[0]
    assert "Waiting prints" in outcome_said(told[0])[0]
    assert queue.is_waiting and laptop.printed() == []
    laptop.off = set()
    queue.try_again()
    at_rest(qtbot, queue, worker)
    assert laptop.printed() == [1, 1, 1] and not queue.is_waiting


def test_a_printer_is_asked_ever_less_often_and_once_for_all_its_papers(
    qtbot: QtBot, worker: DeskWorker, laptop: Laptop
) -> None:
    queue = PrintQueue.of(worker)
    laptop.off = {"Laser"}
    for _ in range(5):
        queue.add(PaperKind.CARDS, pdf(), "cards")
    at_rest(qtbot, queue, worker)
    waits = [queue._again.interval()]
    for _ in range(5):
        before = laptop.asked
        queue.try_again()
        at_rest(qtbot, queue, worker)
        assert laptop.asked == before + 1
        waits.append(queue._again.interval())
    assert waits[0] == AGAIN_MS and waits == sorted(waits) and waits[-1] == AGAIN_AT_MOST_MS


def test_another_printer_goes_on_meanwhile(qtbot: QtBot, worker: DeskWorker, laptop: Laptop) -> None:
    queue = PrintQueue.of(worker)
    laptop.off = {"Laser"}
    queue.add(PaperKind.CARDS, pdf(), "cards")
    queue.add(PaperKind.LISTS, pdf(2), "list", way=PrintWay(Way.PRINTER, printer="Old"))
    at_rest(qtbot, queue, worker)
    assert states(queue) == [PrintState.WAITING, PrintState.PRINTED] and laptop.printed("Old") == [2]
    one = queue.prints()[0]
    queue.print_again(one.id, replace(one.job, printer="Old"))
    at_rest(qtbot, queue, worker)
    assert laptop.printed("Old") == [2, 1]


@pytest.mark.qt_log_ignore("Returned false")
def test_a_real_printer_that_takes_nothing_keeps_the_paper_waiting(
    qtbot: QtBot, worker: DeskWorker, laptop: Laptop
) -> None:
    queue, told = PrintQueue.of(worker), list[Outcome]()
    laptop.refusing = {"Laser"}
    queue.add(PaperKind.DAILY_SHEET, pdf(), "sheet", told=told.append)
    at_rest(qtbot, queue, worker)
    (one,) = queue.prints()
    assert (one.state, one.job.why) == (PrintState.WAITING, Why.REFUSED)
    assert "did not take the pages" in outcome_said(told[0])[0]


def test_nothing_waits_behind_a_printer(
    qtbot: QtBot, worker: DeskWorker, laptop: Laptop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While a slow printer draws, a save is answered and the next paper is told to be in its turn."""
    gate, began = threading.Event(), threading.Event()

    def slow(*given: object) -> int:
        began.set()
        gate.wait(10)
        return 1

    monkeypatch.setattr(printing, "print_pdf", slow)
    queue, told, saved = PrintQueue.of(worker), list[Outcome](), list[object]()
    queue.add(PaperKind.CARDS, pdf(), "cards")
    qtbot.waitUntil(began.is_set)
    queue.add(PaperKind.CARDS, pdf(), "cards", told=told.append, things=3)
    worker.write(a_save, done=saved.append)
    qtbot.waitUntil(lambda: bool(saved) and bool(told))
    assert not gate.is_set() and outcome_said(told[0])[0] == "3 cards will be printed after those before."
    gate.set()
    at_rest(qtbot, queue, worker)
    assert states(queue) == [PrintState.PRINTED] * 2


def a_save(_: Desk) -> Done[str]:
    """A save that changes nothing."""
    return Done("saved")


def test_a_restart_loses_no_waiting_print(
    qtbot: QtBot, station_folder: Path, clock: SetClock, laptop: Laptop
) -> None:
    laptop.off = {"Laser"}
    worker = opened(qtbot, station_folder, clock)
    PrintQueue.of(worker).add(PaperKind.CARDS, pdf(2), "cards", things=12)
    at_rest(qtbot, PrintQueue.of(worker), worker)
    worker.stop()
    worker = opened(qtbot, station_folder, clock, "operator")
    queue = PrintQueue.of(worker)
    laptop.off = set()
    queue.take_up()
    at_rest(qtbot, queue, worker)
    assert laptop.printed() == [2] and states(queue) == [PrintState.PRINTED]
    worker.stop()


def test_an_idle_queue_runs_no_timer_and_loads_no_printing(
    qtbot: QtBot, worker: DeskWorker, laptop: Laptop
) -> None:
    queue = PrintQueue.of(worker)
    queue.take_up()
    at_rest(qtbot, queue, worker)
    assert laptop.asked == 0 and not queue.is_waiting


def test_a_full_disk_costs_no_paper(
    qtbot: QtBot, worker: DeskWorker, laptop: Laptop, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*given: object, **more: object) -> None:
        raise DiskFull("x")

    monkeypatch.setattr(spool, "open_file", full)
    queue, told = PrintQueue.of(worker), list[Outcome]()
    queue.add(PaperKind.CARDS, pdf(), "cards", told=told.append)
    at_rest(qtbot, queue, worker)
    assert laptop.printed() == [1] and told[0].is_printed, "it is printed from memory"
    laptop.off = {"Laser"}
    queue.add(PaperKind.CARDS, pdf(), "cards", told=told.append)
    at_rest(qtbot, queue, worker)
    assert "There was no room to keep it" in outcome_said(told[1])[0]
    (one,) = queue.prints()
    assert not one.is_kept
    pages: list[bytes] = []
    queue.data_of(one.id, pages.append, lambda _: None)
    assert pages[0].startswith(b"%PDF")
    laptop.off = set()
    queue.try_again()
    at_rest(qtbot, queue, worker)
    assert laptop.printed() == [1, 1] and queue.prints() == []


def test_a_damaged_paper_is_held_with_what_to_do_and_the_next_is_printed(
    qtbot: QtBot, worker: DeskWorker, laptop: Laptop, monkeypatch: pytest.MonkeyPatch
) -> None:
    queue, told = PrintQueue.of(worker), list[Outcome]()
    laptop.off = {"Laser"}
    for _ in range(2):
        queue.add(PaperKind.CARDS, pdf(), "cards")
    at_rest(qtbot, queue, worker)
    first = queue.prints()[0].id
    real = spool.SpoolFile.data
    monkeypatch.setattr(spool.SpoolFile, "data", lambda self, n: None if n == first else real(self, n))
    laptop.off = set()
    queue.print_again(first, queue.prints()[0].job, told=told.append)
    at_rest(qtbot, queue, worker)
    one, two = queue.prints()
    assert (one.state, one.job.why, two.state) == (PrintState.HELD, Why.DAMAGED, PrintState.PRINTED)
    assert told and "damaged" in outcome_said(told[0])[0]


def test_a_printer_pulled_in_the_middle_holds_the_paper_for_a_person(
    qtbot: QtBot, worker: DeskWorker, laptop: Laptop, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Pulled(QPrinter):
        def newPage(self) -> bool:
            return False

    def pulled(data: bytes, name: str, how: How) -> QPrinter:
        printer = Pulled(QPrinter.PrinterMode.HighResolution)
        printer.setOutputFormat(QPrinter.OutputFormat.PdfFormat)
        printer.setOutputFileName(str(laptop.out / "half.pdf"))
        printer.setResolution(72)
        return printer

    monkeypatch.setattr(printing, "opened_printer", pulled)
    queue, told = PrintQueue.of(worker), list[Outcome]()
    queue.add(PaperKind.LISTS, pdf(3), "list", told=told.append)
    at_rest(qtbot, queue, worker)
    (one,) = queue.prints()
    assert (one.state, one.job.why, one.job.done) == (PrintState.HELD, Why.CUT_SHORT, 1)
    assert not queue.is_waiting, "printing it again unasked would put pages on paper twice"
    monkeypatch.setattr(printing, "opened_printer", laptop._opened)
    queue.print_again(one.id, replace(one.job, first=2, last=3))
    at_rest(qtbot, queue, worker)
    assert laptop.printed() == [2]


def test_a_folder_takes_pdfs_under_free_names_and_a_pulled_stick_is_waited_for(
    qtbot: QtBot, worker: DeskWorker, laptop: Laptop, tmp_path: Path
) -> None:
    stick = tmp_path / "stick"
    write_way(worker.folder, PaperKind.SLIPS, PrintWay(Way.FOLDER, folder=str(stick)))
    queue, told = PrintQueue.of(worker), list[Outcome]()
    queue.add(PaperKind.SLIPS, pdf(), "slips-LB", told=told.append)
    at_rest(qtbot, queue, worker)
    assert queue.prints()[0].job.why is Why.NO_FOLDER and queue.is_waiting
    stick.mkdir()
    queue.add(PaperKind.SLIPS, pdf(), "slips-LB", told=told.append)
    at_rest(qtbot, queue, worker)
    assert [file.name for file in sorted(stick.iterdir())] == [
        "slips-LB-20261123-130000-2.pdf", "slips-LB-20261123-130000.pdf",
    ]  # fmt: skip
    assert outcome_said(told[1])[0].startswith(f"Saved: {stick}") and laptop.asked == 0


def test_the_recovery_sheet_is_never_kept(qtbot: QtBot, worker: DeskWorker, laptop: Laptop) -> None:
    laptop.off = {"Laser"}
    queue, told = PrintQueue.of(worker), list[Outcome]()
    queue.add(PaperKind.RECOVERY, pdf(), "recovery-sheet", told=told.append)
    at_rest(qtbot, queue, worker)
    assert queue.prints() == [] and not spool.has_spool(worker.folder)
    assert told[0].fault is not None and not told[0].is_printed


def test_a_paper_taken_out_is_put_back(qtbot: QtBot, worker: DeskWorker, laptop: Laptop) -> None:
    laptop.off = {"Laser"}
    queue = PrintQueue.of(worker)
    queue.add(PaperKind.CARDS, pdf(), "cards")
    at_rest(qtbot, queue, worker)
    backs: list[object] = []
    queue.take_out(queue.prints()[0].id, backs.append)
    at_rest(qtbot, queue, worker)
    assert queue.prints() == [] and len(backs) == 1
    queue.take_up()
    at_rest(qtbot, queue, worker)
    assert queue.prints() == []
    back = backs[0]
    assert callable(back)
    back()
    at_rest(qtbot, queue, worker)
    assert states(queue) == [PrintState.WAITING]
    queue.take_up()
    at_rest(qtbot, queue, worker)
    assert states(queue) == [PrintState.WAITING]


def test_a_user_who_takes_the_desk_over_sees_no_record_of_a_person(
    qtbot: QtBot, worker: DeskWorker, laptop: Laptop
) -> None:
    laptop.off = {"Laser"}
    queue = PrintQueue.of(worker)
    queue.add(PaperKind.PERSON, pdf(), "record")
    queue.add(PaperKind.CARDS, pdf(), "cards")
    at_rest(qtbot, queue, worker)
    for user, kinds in (("operator", [PaperKind.CARDS]), ("admin", [PaperKind.PERSON, PaperKind.CARDS])):
        with qtbot.waitSignal(worker.opened):
            worker.open(user, PASSPHRASE, lambda _: None, lambda _: None)
        at_rest(qtbot, queue, worker)
        assert [one.job.kind for one in queue.prints()] == kinds


def come(qtbot: QtBot, worker: DeskWorker, user: str) -> None:
    """Another user takes the desk over."""
    with qtbot.waitSignal(worker.opened):
        worker.open(user, PASSPHRASE, lambda _: None, lambda _: None)


def no_room(*given: object, **more: object) -> None:
    """A full disk."""
    raise DiskFull("x")


@pytest.mark.parametrize("kind", [PaperKind.RECOVERY, PaperKind.PERSON, PaperKind.SLIPS])
def test_what_waits_in_memory_for_its_maker_is_not_in_the_next_users_hands(
    qtbot: QtBot, worker: DeskWorker, laptop: Laptop, monkeypatch: pytest.MonkeyPatch, kind: PaperKind
) -> None:
    """The recovery sheet is never kept, a sealed paper not where the disk is full: both wait behind a slow print."""
    gate, began = threading.Event(), threading.Event()
    real = printing.print_pdf

    def slow(*given: Any) -> int:
        began.set()
        gate.wait(10)
        return real(*given)

    monkeypatch.setattr(printing, "print_pdf", slow)
    queue = PrintQueue.of(worker)
    queue.add(PaperKind.CARDS, pdf(), "cards")
    qtbot.waitUntil(began.is_set)
    with monkeypatch.context() as full:
        full.setattr(spool, "open_file", no_room)
        queue.add(kind, pdf(), "paper", of_one_user=kind is not PaperKind.RECOVERY)
        qtbot.waitUntil(lambda: len(queue.prints()) == 2)
    (number,) = (one.id for one in queue.prints() if one.job.kind is kind)
    come(qtbot, worker, "operator")
    assert number not in [one.id for one in queue.prints()] and number not in queue._loose
    gate.set()
    at_rest(qtbot, queue, worker)
    assert number not in [one.id for one in queue.prints()] and len(laptop.printed()) == 1


def test_a_record_that_comes_out_while_another_user_is_there_is_not_shown_to_them(
    qtbot: QtBot, worker: DeskWorker, laptop: Laptop, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate, began = threading.Event(), threading.Event()

    def slow(*given: object) -> int:
        began.set()
        gate.wait(10)
        return 1

    monkeypatch.setattr(printing, "print_pdf", slow)
    queue = PrintQueue.of(worker)
    queue.add(PaperKind.PERSON, pdf(), "record")
    qtbot.waitUntil(began.is_set)
    come(qtbot, worker, "operator")
    gate.set()
    at_rest(qtbot, queue, worker)
    assert queue.prints() == []
    come(qtbot, worker, "admin")
    at_rest(qtbot, queue, worker)
    assert states(queue) == [PrintState.PRINTED]


def test_a_recovery_sheet_behind_a_printer_that_is_off_is_told_and_forgotten(
    qtbot: QtBot, worker: DeskWorker, laptop: Laptop
) -> None:
    """Else it would come out by itself, when the printer is back and nobody stands there."""
    laptop.off = {"Laser"}
    queue, told = PrintQueue.of(worker), list[Outcome]()
    queue.add(PaperKind.CARDS, pdf(), "cards")
    at_rest(qtbot, queue, worker)
    queue.add(PaperKind.RECOVERY, pdf(), "recovery-sheet", told=told.append)
    at_rest(qtbot, queue, worker)
    assert [one.fault is not None for one in told] == [True]
    assert [one.job.kind for one in queue.prints()] == [PaperKind.CARDS] and not queue._loose
    laptop.off = set()
    queue.try_again()
    at_rest(qtbot, queue, worker)
    assert len(laptop.printed()) == 1


def test_a_disk_that_filled_up_meanwhile_prints_nothing_twice(
    qtbot: QtBot, worker: DeskWorker, laptop: Laptop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What could not be marked as printed is known to be, as long as the program runs."""
    queue = PrintQueue.of(worker)
    laptop.off = {"Laser"}
    queue.add(PaperKind.CARDS, pdf(), "cards")
    at_rest(qtbot, queue, worker)
    monkeypatch.setattr(spool.SpoolFile, "turn", no_room)
    laptop.off = set()
    queue.try_again()
    at_rest(qtbot, queue, worker)
    assert states(queue) == [PrintState.PRINTED]
    come(qtbot, worker, "operator")
    at_rest(qtbot, queue, worker)
    assert laptop.printed() == [1] and states(queue) == [PrintState.PRINTED]
    one = queue.prints()[0]
    queue.print_again(one.id, one.job)
    at_rest(qtbot, queue, worker)
    assert laptop.printed() == [1, 1], "asked for, it is printed once more"
