"""What every paper has: its preview, what to say before printing, and the ways out: printer, file, the system's dialogue."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QFileDialog, QWidget
from shiboken6 import isValid

from shelterdesk.actions.papers import MadePaper, in_memory, keep_file, usual_paper
from shelterdesk.core.errors import WorldError
from shelterdesk.core.paper_kinds import PaperKind, PrintWay, Way, may_be_fitted
from shelterdesk.core.print_jobs import PrintState, Sides, Why, pages_in
from shelterdesk.core.words import tr
from shelterdesk.ui.long_work import LongWork
from shelterdesk.ui.print_outcome import Outcome
from shelterdesk.ui.print_queue import PrintQueue
from shelterdesk.ui.print_ways import way_of
from shelterdesk.ui.print_words import outcome_said
from shelterdesk.ui.printing import NoPrinter, Printers
from shelterdesk.ui.screens.exchange_lines import Lines
from shelterdesk.ui.screens.exchange_words import Line
from shelterdesk.ui.screens.settings_section import Section
from shelterdesk.ui.screens.sheets_how import FoldedHow, HowMuch, PrinterPick
from shelterdesk.ui.widgets import (
    ButtonRow,
    EmptyState,
    FlowLayout,
    LabelledField,
    PickField,
    PrimaryButton,
    SecondaryButton,
    Tone,
)
from shelterdesk.ui.widgets.pdf_pages import only_pages
from shelterdesk.ui.widgets.pdf_preview import PdfPreview
from shelterdesk.ui.worker import DeskWorker, Task

if TYPE_CHECKING:
    from shelterdesk.ui.dialogs.print_dialog import Chosen


class Paper(Section):
    """A paper of the list. A kind of paper builds its choices into :attr:`choices` and overrides :meth:`make`.

    :attr:`kind` says how this desk prints it. :attr:`made` is the paper that left the desk last and is still what the
    choices ask for: printing and saving it again makes no second one. :meth:`forget_made` when the choices change.
    ``of_one_user``: it may show sealed entries, so that while it waits for a printer only its maker sees it.
    """

    kind: ClassVar[PaperKind] = PaperKind.LISTS
    of_one_user: ClassVar[bool] = False

    def __init__(
        self, worker: DeskWorker, title: str, empty: EmptyState, parent: QWidget | None = None
    ) -> None:
        super().__init__(worker, title, parent)
        self.made: MadePaper | None = None
        self._busy = False
        self._too_large: int | None = None
        self._folder = Path.home()
        self.chooser: QFileDialog | None = None
        self.printers = Printers(self)
        self.queue = PrintQueue.of(worker)
        self.way = way_of(worker.folder, self.kind)
        self.choices = QWidget()
        self.choices.setProperty("part", "clear")
        self.flow = FlowLayout(16, 10, self.choices)
        self.notes = Lines(tr("What to know before printing"))
        self.preview = PdfPreview(empty)
        country = worker.desk.who.country if worker.desk is not None else ""
        self.paper = PickField([("a4", tr("A4")), ("letter", tr("Letter"))])
        self.paper.set_value(self.way.size or usual_paper(country))
        self.paper_field = LabelledField(tr("Paper"), self.paper)
        self.printer = PrinterPick()
        self.printer_field = LabelledField(tr("Printer"), self.printer)
        for field in (self.paper_field, self.printer_field):
            field.setProperty("not_kept", True)
        self.printer_field.hide()
        self.how = HowMuch(self.way.copies, self)
        self.how_button = FoldedHow(self.how)
        self.print_button = PrimaryButton(tr("Print"), "Ctrl+P", icon="print")
        self.save_button = SecondaryButton(tr("Save as PDF"), "Ctrl+S", icon="download")
        self.more_button = SecondaryButton(tr("More…"), "Ctrl+Alt+P")
        self.more_button.setAccessibleName(tr("Print with the dialogue of the system"))
        self.fit_button = SecondaryButton(tr("Print made to fit"), "Ctrl+Shift+G")
        self.fit_button.hide()
        self.buttons = ButtonRow(self.print_button, self.save_button, self.more_button, self.fit_button)
        self.primary = self.print_button
        self.add(self.choices)
        self.add(self.notes)
        self.add(self.preview, 1)
        self.add(self.buttons)
        self.print_button.clicked.connect(self._on_print)
        self.save_button.clicked.connect(self._on_save)
        self.more_button.clicked.connect(self._on_more)
        self.fit_button.clicked.connect(self._on_fit)
        self.printers.known.connect(self._on_printers)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        for field in self.how.fields:  # behind the choices of the paper itself, which are made after this
            if field.parentWidget() is not self.choices:
                self.flow.addWidget(field)
        if self.how_button.parentWidget() is None:
            self.add_beside_title(self.how_button)
            self.how_button.show()

    def file_name(self) -> str:
        """The name proposed for the file, without an ending."""
        raise NotImplementedError

    def make(self, done: Callable[[MadePaper], object], failed: Callable[[WorldError], object]) -> None:
        """Make the paper that the choices ask for (with :meth:`start_making`)."""
        raise NotImplementedError

    def on_made(self, made: MadePaper) -> None:
        """What a kind of paper shows once it is made."""

    def kind_made(self) -> PaperKind:
        """What it is as the choices are now; a paper of one kind need not say."""
        return self.kind

    def is_ready(self) -> bool:
        """Whether there is a paper to make now."""
        return True

    def not_ready(self) -> str:
        """Why there is none, when it is asked for all the same."""
        return ""

    def refresh_printers(self) -> None:
        """Ask which printers there are and how this desk prints (each time the paper is opened)."""
        self.way = way_of(self.worker.folder, self.kind)
        self.printers.look()

    def show_notes(self, *notes: Line) -> None:
        """Say things below the choices."""
        self.notes.show_lines(notes)

    def forget_made(self) -> None:
        """The choices are others: the next print makes a new paper."""
        self.made = None
        self._too_large = None
        self.fit_button.hide()

    def show_ready(self) -> None:
        """Buttons as the choices allow."""
        for button in (self.print_button, self.save_button, self.more_button):
            button.setEnabled(not self._busy and self.is_ready())

    def start_making(
        self,
        words_said: str,
        action: Callable[..., Any],
        *args: Any,
        done: Callable[[MadePaper], object],
        failed: Callable[[WorldError], object],
        with_progress: bool = False,
        **named: Any,
    ) -> None:
        """Run an action that writes the paper, in the desk's turn, shown as long work."""
        work = LongWork(self, Task(words_said))
        if with_progress:
            named["progress"] = work.task.progress
        self.worker.write(in_memory, action, *args, done=work.ended(done), failed=work.ended(failed), **named)

    def _with_paper(self, then: Callable[[bytes], object]) -> None:
        """The paper, made only if it is not there yet."""
        if self.made is not None:
            then(self.made.pdf)
            return

        def done(made: MadePaper) -> None:
            self.made = made
            self.on_made(made)
            then(made.pdf)

        self.make(done, self._failed)

    def _on_print(self) -> None:
        if self._is_meant() and self._start():
            self.printers.look(self._on_printer_chosen)

    def _on_printer_chosen(self, names: list[str]) -> None:
        """Nothing is made before it is known where it goes: a card made for nobody's printer would be lost."""
        way = self.printer.way()
        if way is None:
            self._end()
            self.printer.setFocus()
            self.say(tr("Choose the printer, then print."), Tone.WARN)
        elif way.way is not Way.FOLDER and not names:
            self._end()
            fault = NoPrinter()
            self.say(f"{fault.sentence} {fault.next_step}", Tone.WARN)
            self._on_save()
        elif self.way.look_first and self.made is None and not self.preview.has_pdf:
            self._with_paper(self._look_first)
        else:
            self._with_paper(lambda pdf: self._put_on_paper(pdf, way))

    def _look_first(self, _: bytes) -> None:
        self._end()
        self.say(tr("Look at it, then print."), Tone.NEUTRAL)

    def _put_on_paper(self, pdf: bytes, way: PrintWay, sides: Sides = Sides.ANY) -> None:
        if not self._are_there(pdf):
            return
        pages = self.how.pages()
        cards = getattr(self.made.result, "cards", 0) if self.made is not None else 0
        self.queue.add(
            self.kind_made(), pdf, self.file_name(), told=self._on_told, near=self, way=way,
            things=cards if isinstance(cards, int) else 0, pages=pages, copies=self.how.copies(), sides=sides,
            of_one_user=self.of_one_user,
        )  # fmt: skip

    def _on_told(self, outcome: Outcome) -> None:
        self._end()
        if self.made is not None and outcome.fault is None:
            self.how.reset(self.way.copies)
            self.how_button.fold()
        job = outcome.one.job
        is_too_large = outcome.one.state is PrintState.HELD and job.why is Why.SIZE
        self._too_large = outcome.one.id if is_too_large else None
        self.fit_button.setVisible(is_too_large and may_be_fitted(job.kind))
        self.say(*outcome_said(outcome))

    def _on_fit(self) -> None:
        one = next((one for one in self.queue.prints() if one.id == self._too_large), None)
        self.fit_button.hide()
        if one is not None:
            self.queue.print_again(one.id, replace(one.job, fit=True), told=self._on_told)

    def _on_more(self) -> None:
        if self._start():
            self._with_paper(self._open_dialog)

    def _open_dialog(self, pdf: bytes) -> None:
        from shelterdesk.ui.dialogs.print_dialog import (
            open_print_dialog,
        )  # Qt's part for printing comes with it

        def chosen(given: Chosen) -> None:
            if not isValid(self):
                return
            if given.file:
                self._folder = Path(given.file).parent
                self.worker.write(keep_file, Path(given.file), pdf, done=self._on_saved, failed=self._failed)
                return
            self.how.set(given.copies, given.pages)
            self._put_on_paper(pdf, PrintWay(Way.PRINTER, printer=given.printer), given.sides)

        self.dialog = open_print_dialog(self, pages_in(pdf), chosen, self._end)

    def _on_save(self) -> None:
        if not self._is_meant() or not self._start():
            return
        chooser = QFileDialog(self.window(), tr("Save as PDF"), str(self._folder / f"{self.file_name()}.pdf"))
        chooser.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        chooser.setNameFilter(tr("PDF (*.pdf)"))
        chooser.setDefaultSuffix("pdf")
        chooser.selectFile(f"{self.file_name()}.pdf")
        chooser.fileSelected.connect(self._on_file_chosen)
        chooser.rejected.connect(self._end)
        chooser.finished.connect(self._on_chooser_closed)
        self.chooser = chooser
        chooser.open()

    def _on_chooser_closed(self) -> None:
        if self.chooser is not None:
            self.chooser.deleteLater()
            self.chooser = None
        self.window().activateWindow()  # typing goes on where it was

    def _on_file_chosen(self, chosen: str) -> None:
        path = Path(chosen)
        self._folder = path.parent
        self._with_paper(lambda pdf: self._keep(path, pdf))

    def _keep(self, path: Path, pdf: bytes) -> None:
        """The pages asked for, into a file."""
        if not self._are_there(pdf):
            return
        pages = self.how.pages()
        wanted = pdf if pages.is_all else only_pages(pdf, pages.of(pages_in(pdf)))
        self.worker.write(keep_file, path, wanted, done=self._on_saved, failed=self._failed)

    def _are_there(self, pdf: bytes) -> bool:
        """Whether the paper has any of the pages asked for; where not it is said at their field."""
        if self.how.pages().of(pages_in(pdf)):
            return True
        self._end()
        self.how_button.open_up()
        self.how.say_beyond(pages_in(pdf))
        return False

    def _is_meant(self) -> bool:
        """Whether pages and copies can be meant; where not it is said at their fields."""
        if not self.how.mistake():
            return True
        self.how_button.open_up()
        self.how.mistake()
        return False

    def _on_saved(self, path: Path) -> None:
        self._end()
        self.say(tr("Saved: {path}", path=str(path)))

    def _start(self) -> bool:
        if not self.is_ready() and self.made is None:
            self.say(self.not_ready(), Tone.WARN)
            return False
        self._busy = True
        self.show_ready()
        return True

    def _end(self) -> None:
        self._busy = False
        self.show_ready()

    def _failed(self, error: WorldError) -> None:
        self._end()
        self.say_error(error)

    def _on_printers(self, names: list[str]) -> None:
        self.printer.offer(names, self.way)
        self.printer_field.setVisible(self.printer.count() > 1)
