"""What every paper has: its preview, what to say before printing, and the two ways out: printer and file."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from PySide6.QtWidgets import QFileDialog, QWidget

from shelterdesk.actions.papers import MadePaper, in_memory, keep_file, usual_paper
from shelterdesk.core.errors import PrintingStopped, WorldError
from shelterdesk.core.words import ntr, tr
from shelterdesk.ui.long_work import LongWork
from shelterdesk.ui.printing import NoPrinter, Printers
from shelterdesk.ui.screens.exchange_lines import Lines
from shelterdesk.ui.screens.exchange_words import Line
from shelterdesk.ui.screens.settings_section import Section
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
from shelterdesk.ui.widgets.pdf_preview import PdfPreview
from shelterdesk.ui.worker import DeskWorker, Task


class Paper(Section):
    """A paper of the list. A kind of paper builds its choices into :attr:`choices` and overrides :meth:`make`.

    :attr:`made` is the paper that left the desk last and is still what the choices ask for: printing and
    saving it again makes no second one. :meth:`forget_made` when the choices change.
    """

    def __init__(
        self, worker: DeskWorker, title: str, empty: EmptyState, parent: QWidget | None = None
    ) -> None:
        super().__init__(worker, title, parent)
        self.made: MadePaper | None = None
        self._busy = False
        self._folder = Path.home()
        self.chooser: QFileDialog | None = None
        self.printers = Printers(self)
        self.choices = QWidget()
        self.choices.setProperty("part", "clear")
        self.flow = FlowLayout(16, 10, self.choices)
        self.notes = Lines(tr("What to know before printing"))
        self.preview = PdfPreview(empty)
        country = worker.desk.who.country if worker.desk is not None else ""
        self.paper = PickField([("a4", tr("A4")), ("letter", tr("Letter"))])
        self.paper.set_value(usual_paper(country))
        self.paper_field = LabelledField(tr("Paper"), self.paper)
        self.printer = PickField()
        self.printer_field = LabelledField(tr("Printer"), self.printer)
        for field in (self.paper_field, self.printer_field):
            field.setProperty("not_kept", True)
        self.printer_field.hide()
        self.print_button = PrimaryButton(tr("Print"), "Ctrl+P", icon="print")
        self.save_button = SecondaryButton(tr("Save as PDF"), "Ctrl+S", icon="download")
        self.buttons = ButtonRow(self.print_button, self.save_button)
        self.primary = self.print_button
        self.add(self.choices)
        self.add(self.notes)
        self.add(self.preview, 1)
        self.add(self.buttons)
        self.print_button.clicked.connect(self._on_print)
        self.save_button.clicked.connect(self._on_save)
        self.printers.known.connect(self._on_printers)

    def file_name(self) -> str:
        """The name proposed for the file, without an ending."""
        raise NotImplementedError

    def make(self, done: Callable[[MadePaper], object], failed: Callable[[WorldError], object]) -> None:
        """Make the paper that the choices ask for (with :meth:`start_making`)."""
        raise NotImplementedError

    def on_made(self, made: MadePaper) -> None:
        """What a kind of paper shows once it is made."""

    def is_ready(self) -> bool:
        """Whether there is a paper to make now."""
        return True

    def not_ready(self) -> str:
        """Why there is none, when it is asked for all the same."""
        return ""

    def refresh_printers(self) -> None:
        """Ask which printers there are (each time the paper is opened)."""
        self.printers.look()

    def show_notes(self, *notes: Line) -> None:
        """Say things below the choices."""
        self.notes.show_lines(notes)

    def forget_made(self) -> None:
        """The choices are others: the next print makes a new paper."""
        self.made = None

    def show_ready(self) -> None:
        """Buttons as the choices allow."""
        for button in (self.print_button, self.save_button):
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
        if self._start():
            self.printers.look(self._on_printer_chosen)

    def _on_printer_chosen(self, names: list[str]) -> None:
        """Nothing is made before a printer is known: a card made for nobody's printer would be lost."""
        if not names:
            self._failed(NoPrinter())
            return
        name = self.printer.value() or names[0]
        self._with_paper(lambda pdf: self._put_on_paper(pdf, name))

    def _put_on_paper(self, pdf: bytes, name: str) -> None:
        work = LongWork(self, Task(tr("Printing")), can_cancel=True)

        def done(pages: int) -> None:
            self._end()
            self.say(
                ntr(
                    "{n} page went to the printer {name}.",
                    "{n} pages went to the printer {name}.",
                    pages,
                    name=name,
                )
            )

        def not_done(error: WorldError) -> None:
            if isinstance(error, PrintingStopped):
                self._end()
                self.say(f"{error.sentence} {error.next_step}", Tone.WARN)
            else:
                self._failed(error)

        self.printers.print_pdf(
            pdf, name, self.file_name(), work.task, work.ended(done), work.ended(not_done)
        )

    def _on_save(self) -> None:
        if not self._start():
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
        self._with_paper(
            lambda pdf: self.worker.write(keep_file, path, pdf, done=self._on_saved, failed=self._failed)
        )

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
        self.printer.set_options([(name, name) for name in names])
        self.printer_field.setVisible(len(names) > 1)
