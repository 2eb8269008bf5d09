"""Office: the statistical matrix of a period, looked at before it is published as a file."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

from PySide6.QtWidgets import QFileDialog, QLineEdit, QWidget

from shelterdesk.actions.offices import MatrixPublished, publish_matrix
from shelterdesk.core.changes import Changes
from shelterdesk.core.errors import BadField, WorldError
from shelterdesk.core.matrix import WITHOUT_FIGURE, MatrixRow
from shelterdesk.core.roles import DOES
from shelterdesk.core.words import ntr, tr
from shelterdesk.db.store import Reader
from shelterdesk.office.matrix import long_matrix
from shelterdesk.ui.dates import read_day, typed_day
from shelterdesk.ui.screens.exchange_lines import Lines
from shelterdesk.ui.screens.exchange_words import Line
from shelterdesk.ui.screens.settings_section import Section
from shelterdesk.ui.tables.matrix import matrix_columns
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


class MatrixSection(Section):
    """From, to, the rows with their statuses, and the file. What is shown is what is written."""

    name = "matrix"
    roles = DOES["publish matrices"]
    kinds = frozenset({"person", "movement", "same_as", "roster", "status", "foreign"})

    @staticmethod
    def heading() -> str:
        return tr("Matrix of arrivals")

    def __init__(self, worker: DeskWorker, parent: QWidget | None = None) -> None:
        super().__init__(worker, self.heading(), parent)
        self._folder = Path.home()
        self.chooser: QFileDialog | None = None
        self.rows: list[MatrixRow] = []
        today = worker.clock.now().date()
        last = today.replace(day=1) - timedelta(days=1)
        self.first, self.last = QLineEdit(typed_day(last.replace(day=1))), QLineEdit(typed_day(today))
        self.first_field = LabelledField(tr("From"), self.first, check=self._check)
        self.last_field = LabelledField(tr("To"), self.last, check=self._check)
        for field in (self.first_field, self.last_field):
            field.setProperty("not_kept", True)
        self.period = QWidget()
        self.period.setProperty("part", "clear")
        flow = FlowLayout(16, 10, self.period)
        flow.addWidget(self.first_field)
        flow.addWidget(self.last_field)
        self.notes = Lines(tr("What to know of these rows"))
        self.model: RowsModel[MatrixRow] = RowsModel(
            matrix_columns(), key=lambda row: (row.station, row.period_start, row.nationality_iso3)
        )
        empty = EmptyState(
            "document",
            tr("No rows for these days."),
            tr("Choose other days, or take in what the stations brought."),
        )
        self.table = RowsTable(
            self.model,
            empty,
            name=tr("Matrix of arrivals"),
            count=lambda shown, total: (
                ntr("{n} row", "{n} rows", total)
                if shown == total
                else tr("{shown} of {total} rows", shown=shown, total=total)
            ),
        )
        self.save_button = PrimaryButton(tr("Save as CSV"), "Ctrl+S", icon="download")
        self.look_button = SecondaryButton(tr("Show these days"), "Return", icon="refresh")
        self.primary = self.save_button
        self.add(self.period)
        self.add(self.notes)
        self.note = Lines(tr("Note of the row chosen"))
        self.add(self.table, 1)
        self.add(self.note)
        self.add(ButtonRow(self.save_button, self.look_button))
        self.first.editingFinished.connect(self._look)
        self.last.editingFinished.connect(self._look)
        self.look_button.clicked.connect(self._look)
        self.table.current_changed.connect(self._on_current)
        self.save_button.clicked.connect(self._on_save)

    def refresh(self, changes: Changes | None) -> None:
        self._look()

    def _check(self, text: str) -> str:
        if read_day(text) is None:
            return tr("Write the day as {example}.", example=typed_day(self.worker.clock.now().date()))
        return ""

    def _period(self) -> tuple[date, date] | None:
        """The days asked for, None with the mistake said."""
        if not (self.first_field.check_now() and self.last_field.check_now()):
            return None
        first, last = read_day(self.first.text()), read_day(self.last.text())
        if first is None or last is None:
            return None
        if last < first:
            self.last_field.set_mistake(tr("The period ends before it begins."))
            return None
        return first, last

    def _look(self) -> None:
        period, desk = self._period(), self.worker.desk
        if period is None or desk is None:
            return
        self.worker.read(
            _rows, *period, self.worker.clock.now().date(), desk.who.name, done=self._show, topic="matrix"
        )

    def _show(self, rows: list[MatrixRow]) -> None:
        self.rows = rows
        self.model.set_rows(rows)
        self.save_button.setEnabled(bool(rows))
        total = sum(row.total or 0 for row in rows)
        absent = sum(1 for row in rows if row.status in WITHOUT_FIGURE)
        said = [Line(Tone.NEUTRAL, ntr("{n} arrival in these days.", "{n} arrivals in these days.", total))]
        if absent:
            said.append(
                Line(
                    Tone.WARN,
                    ntr(
                        "{n} row has no figure: it is published empty with its reason, never as a nought.",
                        "{n} rows have no figure: they are published empty with their reason, never as a nought.",
                        absent,
                    ),
                )
            )
        self.notes.show_lines(said if rows else [])

    def _on_current(self, row: object) -> None:
        note = row.note if isinstance(row, MatrixRow) else ""
        self.note.show_lines([Line(Tone.NEUTRAL, note)] if note else [])

    def _on_save(self) -> None:
        period = self._period()
        if period is None:
            return
        what = tr("matrix")
        name = f"{what}-{period[0].isoformat()}-{period[1].isoformat()}.csv"
        chooser = QFileDialog(self.window(), tr("Save as CSV"), str(self._folder / name))
        chooser.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        chooser.setNameFilter(tr("CSV (*.csv)"))
        chooser.setDefaultSuffix("csv")
        chooser.selectFile(name)
        chooser.fileSelected.connect(lambda chosen: self._save(period, Path(chosen)))
        chooser.finished.connect(self._on_chooser_closed)
        self.chooser = chooser
        chooser.open()

    def _on_chooser_closed(self) -> None:
        if self.chooser is not None:
            self.chooser.deleteLater()
            self.chooser = None
        self.window().activateWindow()  # typing goes on where it was

    def _save(self, period: tuple[date, date], path: Path) -> None:
        self._folder = path.parent
        self.worker.write(publish_matrix, *period, path, done=self._on_saved, failed=self._on_not_saved)

    def _on_saved(self, published: MatrixPublished) -> None:
        rows = ntr("{n} row", "{n} rows", published.rows)
        self.say(tr("Saved: {path}, {rows}.", path=str(published.path), rows=rows))

    def _on_not_saved(self, error: WorldError) -> None:
        if isinstance(error, BadField):
            self.say_at({"to": self.last_field}, error)
        else:
            self.say_error(error)


def _rows(reader: Reader, first: date, last: date, asof: date, source: str) -> list[MatrixRow]:
    return long_matrix(reader, first, last, asof, source)
