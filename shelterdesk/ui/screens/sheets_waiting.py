"""Papers: what waits for a printer, was held, or was printed lately; printed again, saved, or taken out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QFileDialog, QWidget

from shelterdesk.actions.papers import keep_file
from shelterdesk.actions.spool import may_have
from shelterdesk.core.changes import Changes
from shelterdesk.core.paper_kinds import PrintWay, Way, may_be_fitted
from shelterdesk.core.print_jobs import Print, PrintJob, PrintState, Why
from shelterdesk.core.words import ntr, tr
from shelterdesk.ui.print_outcome import Outcome
from shelterdesk.ui.print_queue import PrintQueue
from shelterdesk.ui.print_words import explained, outcome_said, state_words
from shelterdesk.ui.printing import Printers
from shelterdesk.ui.screens.exchange_lines import Lines
from shelterdesk.ui.screens.exchange_words import Line, moment_said
from shelterdesk.ui.screens.settings_section import Section
from shelterdesk.ui.screens.sheets_how import HowMuch, PrinterPick
from shelterdesk.ui.tables.prints import print_columns
from shelterdesk.ui.widgets import (
    ButtonRow,
    EmptyState,
    FlowLayout,
    LabelledField,
    PrimaryButton,
    RowsModel,
    RowsTable,
    SecondaryButton,
    Tone,
)
from shelterdesk.ui.worker import DeskWorker

_ORDER = (PrintState.HELD, PrintState.PRINTING, PrintState.WAITING, PrintState.PRINTED)


class WaitingPrints(Section):
    """What needs somebody first, then what waits, then what was printed, the newest first: a jam is seen late."""

    name = "waiting"

    @staticmethod
    def heading() -> str:
        return tr("Waiting prints")

    def __init__(self, worker: DeskWorker, parent: QWidget | None = None) -> None:
        super().__init__(worker, self.heading(), parent)
        self.queue = PrintQueue.of(worker)
        self.printers = Printers(self)
        self._folder = Path.home()
        self.chooser: QFileDialog | None = None
        self._stood_on: Print | None = None
        self.model: RowsModel[Print] = RowsModel(print_columns(self._when), key=lambda one: one.id)
        empty = EmptyState(
            "print",
            tr("Nothing waits for a printer."),
            tr("What cannot be printed at once waits here and goes by itself when the printer is back."),
        )
        self.table = RowsTable(
            self.model, empty, name=tr("Waiting prints"),
            count=lambda shown, total: ntr("{n} paper", "{n} papers", total) if shown == total
            else tr("{shown} of {total} papers", shown=shown, total=total),
        )  # fmt: skip
        self.note = Lines(tr("Why it stands still and what to do"))
        self.printer = PrinterPick()
        self.printer_field = LabelledField(tr("Printer"), self.printer)
        self.printer_field.setProperty("not_kept", True)
        self.how = HowMuch(1, self)
        self.choices = QWidget()
        self.choices.setProperty("part", "clear")
        flow = FlowLayout(16, 10, self.choices)
        for field in (self.printer_field, *self.how.fields):
            flow.addWidget(field)
        self.print_button = PrimaryButton(tr("Print"), "Ctrl+P", icon="print")
        self.fit_button = SecondaryButton(tr("Print made to fit"), "Ctrl+Shift+G")
        self.save_button = SecondaryButton(tr("Save as PDF"), "Ctrl+S", icon="download")
        self.out_button = SecondaryButton(tr("Take out"), "Del", near=self.table)
        self.primary = self.print_button
        self.add(self.table, 1)
        self.add(self.note)
        self.add(self.choices)
        self.add(ButtonRow(self.print_button, self.fit_button, self.save_button, self.out_button))
        self.table.current_changed.connect(self._on_current)
        self.print_button.clicked.connect(lambda: self._print(fit=False))
        self.fit_button.clicked.connect(lambda: self._print(fit=True))
        self.save_button.clicked.connect(self._on_save)
        self.out_button.clicked.connect(self._on_take_out)
        self.queue.changed.connect(self._show)
        self.printers.known.connect(self._on_printers)

    def refresh(self, changes: Changes | None) -> None:
        self._show()
        if changes is None:
            self.printers.look()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._show()
        self.printers.look()
        self.queue.try_again()  # somebody came to see: the printer may be back

    def _show(self) -> None:
        user = self.worker.desk.user if self.worker.desk is not None else None
        prints = [one for one in self.queue.prints() if user is not None and may_have(user, one.job)]
        late = [one for one in prints if one.state is not PrintState.PRINTED]
        printed = [one for one in prints if one.state is PrintState.PRINTED]
        late.sort(key=lambda one: (_ORDER.index(one.state), one.at_ms, one.id))
        self.model.set_rows([*late, *sorted(printed, key=lambda one: -one.turned_ms)])
        if self.table.current() is None and prints:
            self.table.view.selectRow(0)
        self._on_current(self.table.current())

    def _on_current(self, row: object) -> None:
        one = row if isinstance(row, Print) else None
        is_new = self._stood_on is None or one is None or one.id != self._stood_on.id
        self._stood_on = one
        for thing in (self.choices, self.print_button, self.save_button, self.out_button):
            thing.setVisible(one is not None)
        self.note.show_lines([Line(state_words(one)[1], explained(one))] if one is not None else [])
        can_fit = one is not None and one.job.why is Why.SIZE and may_be_fitted(one.job.kind)
        self.fit_button.setVisible(can_fit)
        if one is None:
            return
        is_free = one.state is not PrintState.PRINTING
        is_whole = one.job.why is not Why.DAMAGED
        self.print_button.setEnabled(is_free and is_whole)
        self.save_button.setEnabled(is_whole)
        self.out_button.setEnabled(is_free)
        if is_new:
            self.how.set(one.job.copies, one.job.range)
            self._offer()

    def _offer(self) -> None:
        one = self._stood_on
        if one is None:
            return
        job = one.job
        way = PrintWay()
        if job.folder:
            way = PrintWay(Way.FOLDER, folder=job.folder)
        elif job.printer:
            way = PrintWay(Way.PRINTER, printer=job.printer)
        self.printer.offer(self.printers.names, way)

    def _on_printers(self, _: list[str]) -> None:
        self._offer()

    def _print(self, *, fit: bool) -> None:
        one = self._stood_on
        if one is None or self.how.mistake():
            return
        pages = self.how.pages()
        if not pages.of(one.job.pages):
            self.how.say_beyond(one.job.pages)
            return
        way = self.printer.way() or PrintWay()
        job: PrintJob = replace(
            one.job, printer=way.printer, folder=way.folder, first=pages.first, last=pages.last,
            copies=self.how.copies(), fit=fit,
        )  # fmt: skip
        self.queue.print_again(one.id, job, told=self._on_told)

    def _on_told(self, outcome: Outcome) -> None:
        self.say(*outcome_said(outcome))

    def _on_take_out(self) -> None:
        one = self._stood_on
        if one is None:
            return

        def out(back: Callable[[], None]) -> None:
            self.say(tr("Taken out: {paper}.", paper=one.job.words()), Tone.OK, back)

        self.queue.take_out(one.id, out)

    def _on_save(self) -> None:
        one = self._stood_on
        if one is None:
            return
        chooser = QFileDialog(self.window(), tr("Save as PDF"), str(self._folder / f"{one.job.title}.pdf"))
        chooser.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        chooser.setNameFilter(tr("PDF (*.pdf)"))
        chooser.setDefaultSuffix("pdf")
        chooser.selectFile(f"{one.job.title}.pdf")
        chooser.fileSelected.connect(lambda chosen: self._save(one, Path(chosen)))
        chooser.finished.connect(self._on_chooser_closed)
        self.chooser = chooser
        chooser.open()

    def _on_chooser_closed(self) -> None:
        if self.chooser is not None:
            self.chooser.deleteLater()
            self.chooser = None
        self.window().activateWindow()  # typing goes on where it was

    def _save(self, one: Print, path: Path) -> None:
        self._folder = path.parent

        def saved(where: Path) -> None:
            if one.state is PrintState.PRINTED:
                self.say(tr("Saved: {path}", path=str(where)))
            else:
                self.say(
                    tr(
                        "Saved: {path}. It still waits for the printer here: if you print the file, take it out.",
                        path=str(where),
                    ),
                    Tone.WARN,
                )

        self.queue.data_of(
            one.id,
            lambda pdf: self.worker.write(keep_file, path, pdf, done=saved, failed=self.say_error),
            self.say_error,
        )

    def _when(self, at_ms: int) -> str:
        zone = self.worker.desk.who.zone if self.worker.desk is not None else "UTC"
        return moment_said(at_ms, self.worker.clock.now(), zone)
