"""The papers of this desk on their way out: kept first, printed beside the window, tried again when a printer is back.

``PrintQueue.of(worker).add(PaperKind.CARDS, pdf, title, …)`` returns at once. What is added is written into the
desk's spool before anything goes to a printer, so a printer that is off delays nobody and a restart loses nothing.
While nothing waits no timer runs and no printer is asked for anything.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtWidgets import QWidget
from shiboken6 import isValid

from shelterdesk.actions.spool import keep_print, print_data, take_up_prints, turn_print
from shelterdesk.core.errors import DiskFull, PrintingStopped, WorldError
from shelterdesk.core.paper_kinds import ALL_PAGES, PageRange, PaperKind, Way, is_for_one_user, is_never_kept
from shelterdesk.core.print_jobs import Print, PrintJob, PrintState, Sides, Why, pages_in
from shelterdesk.core.words import tr
from shelterdesk.ui.answers import give
from shelterdesk.ui.long_work import LongWork
from shelterdesk.ui.print_outcome import Outcome, Told
from shelterdesk.ui.print_places import into_folder, look_at_place, onto_paper, place_of, why_of
from shelterdesk.ui.print_ways import way_of
from shelterdesk.ui.widgets.beside import Beside
from shelterdesk.ui.worker import DeskWorker, Task

if TYPE_CHECKING:
    from shelterdesk.core.paper_kinds import PrintWay

AGAIN_MS, AGAIN_AT_MOST_MS = 15_000, 120_000
"""How long until a printer that was off is asked again: longer each time, up to two minutes."""


class PrintQueue(QObject):
    """One for a worker, from :meth:`of`. Signals: ``changed()`` when a paper came, went or turned."""

    changed = Signal()

    @classmethod
    def of(cls, worker: DeskWorker) -> PrintQueue:
        """The queue of a desk, made by whoever asks first."""
        held = worker.findChild(PrintQueue)
        return held if isinstance(held, PrintQueue) else cls(worker)

    def __init__(self, worker: DeskWorker) -> None:
        super().__init__(worker)
        self.setObjectName("print queue")
        self._worker = worker
        self._beside = Beside(self, "print-queue")
        self._prints: dict[int, Print] = {}
        self._loose: dict[int, bytes] = {}
        """Pages of papers there was no room for, by their number."""
        self._told: dict[int, Told] = {}
        self._near: dict[int, QWidget] = {}
        self._now: Print | None = None
        self._unmarked: set[int] = set()
        """Papers that stand here as they are and in the spool as they were: it could not be written."""
        self._off: set[str] = set()
        """Places that did not take a paper in this round."""
        self._again = QTimer(self)
        self._again.setSingleShot(True)
        self._again.setInterval(AGAIN_MS)
        self._again.timeout.connect(self.try_again)
        worker.opened.connect(self.take_up)

    def prints(self) -> list[Print]:
        """What waits, is held or was printed lately, the oldest first."""
        return sorted(self._prints.values(), key=lambda one: (one.at_ms, abs(one.id)))

    def printing(self) -> Print | None:
        """The paper that is being printed."""
        return self._now

    @property
    def is_waiting(self) -> bool:
        """Whether a timer runs for a printer that was off."""
        return self._again.isActive()

    def take_up(self, *_: object) -> None:
        """Go on with what waits since the last time; called whenever somebody came to the desk."""
        self._forget_of_others()
        self._worker.write(take_up_prints, done=self._on_taken_up, failed=lambda _: None)

    def add(
        self,
        kind: PaperKind,
        pdf: bytes,
        title: str,
        *,
        told: Told | None = None,
        near: QWidget | None = None,
        way: PrintWay | None = None,
        things: int = 0,
        pages: PageRange = ALL_PAGES,
        copies: int = 0,
        sides: Sides = Sides.ANY,
        of_one_user: bool = False,
    ) -> None:
        """Have a paper printed. ``title`` names nobody; ``way`` is that of the kind unless given.

        ``told`` hears once how it went: printed, or waiting or held with the fault. ``near`` is the screen that asks.
        ``things`` counts cards. ``of_one_user``: it may show sealed entries, and only its maker may have it waiting.
        """
        way = way or way_of(self._worker.folder, kind)
        job = PrintJob(
            kind, title,
            printer=way.printer if way.way is Way.PRINTER else "",
            folder=way.folder if way.way is Way.FOLDER else "",
            copies=copies or way.copies, first=pages.first, last=pages.last,
            sides=sides, things=things, pages=pages_in(pdf),
        )  # fmt: skip
        self._off.clear()  # somebody stands at the printer, perhaps

        is_own = of_one_user or is_for_one_user(kind) or is_never_kept(kind)
        owner = self._user() if is_own else ""

        def loose(_: WorldError | None = None) -> None:
            """No room for it: it is printed from memory, and said to be there only if it has to wait."""
            if owner in ("", self._user()):  # else its maker is gone, and the pages go with them
                self._take_in(self._loose_print(job, pdf, owner), told, near)

        if is_never_kept(kind):
            loose()
        else:
            self._worker.write(
                keep_print, job, pdf, of_one_user=of_one_user,
                done=lambda one: self._take_in(one, told, near), failed=loose,
            )  # fmt: skip

    def print_again(self, number: int, job: PrintJob, told: Told | None = None) -> None:
        """Print a paper that waits, is held or was printed, as ``job`` says now."""
        one = self._prints.get(number)
        if one is None or one is self._now:
            return
        self._off.clear()
        if told is not None:
            self._told[number] = told
        self._turn(one, PrintState.WAITING, replace(job, why=Why.NONE, done=0), self._go)

    def take_out(self, number: int, done: Callable[[Callable[[], None]], object] | None = None) -> None:
        """Take a paper out; ``done`` hears how to put it back."""
        one = self._prints.get(number)
        if one is None or one is self._now:
            return
        self._prints.pop(number)
        self.changed.emit()

        def back() -> None:
            self._prints[number] = replace(one, state=PrintState.TAKEN)
            self._turn(one, one.state, one.job, self._go)

        def out(_: object = None) -> None:
            if done is not None:
                give(done, back)

        if one.is_kept:
            self._worker.write(
                turn_print, one, PrintState.TAKEN, one.job, done=out, failed=self._forget_fault
            )
        else:
            out()

    def data_of(
        self, number: int, done: Callable[[bytes], object], failed: Callable[[WorldError], object]
    ) -> None:
        """The pages of a paper."""
        if number in self._loose:
            done(self._loose[number])
        else:
            self._worker.write(print_data, number, done=done, failed=failed)

    def try_again(self) -> None:
        """Ask every printer once more."""
        self._off.clear()
        self._go()

    def _on_taken_up(self, found: tuple[Print, ...]) -> None:
        """Papers of who is there now, and those in memory.

        One that was printed, which a full disk could not be told, is not printed again by itself.
        """
        known = self._prints
        kept = {number: one for number, one in known.items() if not one.is_kept or one is self._now}
        self._prints = {one.id: known[one.id] if one.id in self._unmarked else one for one in found} | kept
        self.changed.emit()
        self._go()

    def _user(self) -> str:
        """The id of who is at the desk."""
        return self._worker.desk.user.id if self._worker.desk is not None else ""

    def _forget_of_others(self) -> None:
        """What only its maker may have goes with them; the spool keeps what it has."""
        gone = [number for number, one in self._prints.items() if one.owner not in ("", self._user())]
        for number in gone:
            self._drop(number)
        if gone:
            self.changed.emit()

    def _drop(self, number: int) -> None:
        self._loose.pop(number, None)
        self._prints.pop(number, None)
        self._unmarked.discard(number)

    def _loose_print(self, job: PrintJob, pdf: bytes, owner: str) -> Print:
        number = min([0, *self._loose, *self._prints]) - 1
        at = round(self._worker.clock.now().timestamp() * 1000)
        self._loose[number] = pdf
        return Print(number, at, at, PrintState.WAITING, job, owner)

    def _take_in(self, one: Print, told: Told | None, near: QWidget | None) -> None:
        self._prints[one.id] = one
        if near is not None:
            self._near[one.id] = near
        self.changed.emit()
        if self._now is not None and not is_never_kept(one.job.kind):
            # In its turn: nobody waits for the papers before it.
            give(told, Outcome(one))
        elif told is not None:
            self._told[one.id] = told
        self._go()

    def _go(self) -> None:
        """Print the next paper whose printer was not found off in this round."""
        if self._now is not None or self._worker.desk is None:
            return
        waiting = [one for one in self.prints() if one.state is PrintState.WAITING]
        one = next((one for one in waiting if place_of(one.job) not in self._off), None)
        if one is not None:
            self._again.stop()
            self._now = one
            # Asked before anything is written: a printer that stays off costs a question, no more.
            self._beside.do(
                partial(look_at_place, one.job),
                done=partial(self._on_place_there, one.id), failed=partial(self._on_failed, one),
            )  # fmt: skip
        elif waiting and not self._again.isActive():
            self._again.start()
        elif not waiting:
            self._again.stop()
            self._again.setInterval(AGAIN_MS)

    def _on_place_there(self, number: int, _: str) -> None:
        one = self._now
        if one is None or one.id != number or number not in self._prints:  # taken out meanwhile
            self._now = None
            self._go()
        else:
            self._turn(one, PrintState.PRINTING, one.job, partial(self._with_data, number))

    def _with_data(self, number: int) -> None:
        one = self._now = self._prints.get(number)
        if one is None:
            self._go()
        else:
            self.data_of(number, partial(self._print, one), partial(self._on_failed, one))

    def _print(self, one: Print, pdf: bytes) -> None:
        near = self._near.get(one.id)
        task = Task(tr("Printing"))
        work = LongWork(near, task, can_cancel=True) if near is not None and isValid(near) else None

        def ended(then: Callable[..., object], *results: object) -> None:
            if work is not None and isValid(work):
                work.end()
            then(one, *results)

        if one.job.folder:
            self._beside.do(
                partial(into_folder, pdf, one, self._worker.clock.now().strftime("%Y%m%d-%H%M%S")),
                done=partial(ended, self._on_saved), failed=partial(ended, self._on_failed),
            )  # fmt: skip
        else:
            self._beside.do(
                partial(onto_paper, pdf, one.job, task),
                done=partial(ended, self._on_printed), failed=partial(ended, self._on_failed),
            )  # fmt: skip

    def _on_printed(self, one: Print, gone: tuple[int, str]) -> None:
        pages, printer = gone
        self._settle(
            one,
            PrintState.PRINTED,
            replace(one.job, printer=printer, done=pages, why=Why.NONE),
            pages,
            printer,
        )

    def _on_saved(self, one: Print, path: Path) -> None:
        done = replace(one.job, done=one.job.sheets, why=Why.NONE)
        self._settle(one, PrintState.PRINTED, done, one.job.sheets, str(path))

    def _on_failed(self, one: Print, fault: WorldError) -> None:
        """The paper waits where that helps; else a person has to look, and it is held."""
        from shelterdesk.ui.printing import PrinterFailed

        why, waits = why_of(fault, one.job)
        done = fault.done if isinstance(fault, PrintingStopped) else 0
        if isinstance(fault, PrinterFailed):
            done = fault.begun
        if waits:
            self._off.add(place_of(one.job))
            self._again.setInterval(
                min(AGAIN_AT_MOST_MS, self._again.interval() * 2) if one.job.why else AGAIN_MS
            )
        state = PrintState.WAITING if waits else PrintState.HELD
        self._settle(one, state, replace(one.job, why=why, done=done), done, "", fault)
        if waits and not isinstance(fault, DiskFull):
            self._tell_others(one, why, fault)

    def _tell_others(self, first: Print, why: Why, fault: WorldError) -> None:
        """Whoever waits for the same printer hears it too, without the printer being asked for each."""
        for other in self.prints():
            is_same = other.state is PrintState.WAITING and place_of(other.job) == place_of(first.job)
            if other.id == first.id or not is_same:
                continue
            new = replace(other, job=replace(other.job, why=why))
            told = self._told.pop(other.id, None)
            self._near.pop(other.id, None)
            if is_never_kept(other.job.kind):  # it does not come out by itself when nobody stands there
                self._drop(other.id)
                self.changed.emit()
            else:
                self._turn(other, PrintState.WAITING, new.job, lambda: None)
            give(told, Outcome(new, fault=fault))

    def _settle(
        self,
        one: Print,
        state: PrintState,
        job: PrintJob,
        pages: int,
        where: str,
        fault: WorldError | None = None,
    ) -> None:
        self._now = None
        told = self._told.pop(one.id, None)  # who asked hears of the first try; later ones show in the list
        self._near.pop(one.id, None)
        if state is PrintState.PRINTED:
            self._again.setInterval(AGAIN_MS)

        def turned() -> None:
            now = self._prints.get(one.id)
            if (
                now is not None
                and not now.is_kept
                and (state is PrintState.PRINTED or is_never_kept(job.kind))
            ):
                self._drop(one.id)
                self.changed.emit()
            give(told, Outcome(replace(one, state=state, job=job), pages, where, fault))
            self._go()

        self._turn(one, state, job, turned)

    def _turn(self, one: Print, state: PrintState, job: PrintJob, then: Callable[[], object]) -> None:
        """Give a paper another state, in the spool too; a spool that cannot be written stops no print."""

        def turned(new: Print) -> None:
            if new.owner not in ("", self._user()):  # it came out while somebody else took the desk over
                self._drop(one.id)
            elif new.state is not PrintState.TAKEN:
                self._prints[one.id] = new
            self.changed.emit()
            then()

        def marked(new: Print) -> None:
            self._unmarked.discard(one.id)
            turned(new)

        def not_marked(_: WorldError) -> None:
            self._unmarked.add(one.id)
            turned(new)

        new = replace(one, state=state, job=job)
        if new == self._prints.get(one.id):
            then()
        elif one.is_kept and self._worker.desk is not None:
            self._worker.write(turn_print, one, state, job, done=marked, failed=not_marked)
        else:
            turned(new)

    @staticmethod
    def _forget_fault(_: WorldError) -> None:
        """What could not be tidied now is tidied with the next print."""
