"""Counting a boat in seconds: heads, by sex and age when there is time, the vehicle, and when it landed."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QIntValidator
from PySide6.QtWidgets import QGridLayout, QLineEdit, QSizePolicy, QWidget

from shelterdesk.actions.arrival_groups import count_group
from shelterdesk.core.errors import BadField, WorldError
from shelterdesk.core.family_checks import NotThisForm
from shelterdesk.core.people import ArrivalGroupForm
from shelterdesk.core.sheet import SheetBand
from shelterdesk.core.vocabulary import EntryRoute, Missing, Sex
from shelterdesk.core.words import ptr, tr
from shelterdesk.ui.screens.reception_answers import AnswerField, CodedLine
from shelterdesk.ui.screens.reception_arrival import arrival_aside, read_arrival
from shelterdesk.ui.screens.reception_codes import route_codes
from shelterdesk.ui.screens.reception_member import sentence_of
from shelterdesk.ui.theme import theme
from shelterdesk.ui.widgets import ButtonRow, Card, FieldGrid, LabelledField, SecondaryButton, words
from shelterdesk.ui.worker import DeskWorker

BANDS = (SheetBand.A0_4, SheetBand.A5_11, SheetBand.A12_17, SheetBand.A18_59, SheetBand.A60_UP)
SEXES = (Sex.F, Sex.M)
MOST_HEADS = 10_000


def band_words(band: SheetBand) -> str:
    """An age band as its row is called."""
    named = {SheetBand.A60_UP: "60+"}
    return named.get(band, band.value.replace("_", "–"))


class CountCard(Card):
    """A group before anybody has a name. The vehicle, the time and the way in stay for the boat's next group.

    Signals: ``counted(CountedGroup)``, ``failed(WorldError)``.
    """

    counted = Signal(object)
    failed = Signal(object)

    def __init__(self, worker: DeskWorker, zone: str, parent: QWidget | None = None) -> None:
        super().__init__(tr("New group"), parent=parent)
        self._worker, self._zone = worker, zone
        self.heads = LabelledField(tr("People"), self._number(), check=self._check_heads)
        self.vehicle = LabelledField(tr("Boat or bus"), QLineEdit())
        self.landed = AnswerField(
            tr("Landed"), QLineEdit(), reasons=False, check=self._check_landed, reading=self._read_landed
        )
        self.landed.show_when_empty(tr("now"))
        self.route = AnswerField(tr("Way in"), CodedLine(route_codes()))
        grid = FieldGrid()
        grid.add_row((self.heads, 2), (self.vehicle, 2))
        grid.add_row((self.landed, 2), (self.route, 2))
        self.cells: dict[tuple[SheetBand, Sex], QLineEdit] = {}
        self.count_button = SecondaryButton(tr("Give a token"), "Ctrl+Return")
        self.count_button.clicked.connect(self.count)
        self.add(grid)
        self.add(words(tr("By age and sex, as far as there is time"), "label"))
        self.add(self._table())
        self.add(ButtonRow(self.count_button))
        self.add_stretch()
        before: QWidget = self.heads.editor
        for editor in (self.vehicle.editor, self.landed.editor, self.route.editor, *self.cells.values()):
            QWidget.setTabOrder(before, editor)
            before = editor
        self._space_cells()
        theme().changed.connect(self._space_cells)

    def start(self) -> None:
        """Ready for the next group."""
        self.heads.editor.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def form(self) -> ArrivalGroupForm:
        """The count as typed; without a number of people their sum. Raises ``BadField``."""
        counts: dict[str, dict[str, int]] = {}
        for (band, sex), cell in self.cells.items():
            if cell.text():
                counts.setdefault(sex.value, {})[band.value] = int(cell.text())
        heads = self.heads.text()
        codes = self.route.typed().codes
        return ArrivalGroupForm(
            head_count=int(heads) if heads else sum(sum(row.values()) for row in counts.values()),
            counted=counts,
            arrived_at=read_arrival(self.landed.text(), self._worker.clock.now(), self._zone),
            vehicle=self.vehicle.text().strip(),
            entry_route=EntryRoute(codes[0]) if codes else Missing.NOT_ASKED,
        )

    def count(self) -> None:
        """Count them and give the token; a mistake is said under its field."""
        if isinstance(self.route.editor, CodedLine):
            self.route.editor.settle()
        try:
            form = self.form()
        except BadField as bad:
            self.landed.set_mistake(sentence_of(bad))
            self.landed.editor.setFocus(Qt.FocusReason.OtherFocusReason)
            return
        if not 1 <= form.head_count <= MOST_HEADS:
            self.heads.set_mistake(tr("How many people? Between 1 and {n}.", n=MOST_HEADS))
            self.start()
            return
        if not self.heads.check_now():
            self.start()
            return
        numbers = self._numbers()
        typed = [line.text() for line in numbers]

        def refused(error: WorldError) -> None:
            if not any(line.text() for line in numbers):
                for line, text in zip(numbers, typed, strict=True):
                    line.setText(text)
            self._on_failed(error)

        self._worker.write(count_group, form, done=self.counted.emit, failed=refused)
        for line in numbers:
            line.setText(
                ""
            )  # forgets what was typed, so that Ctrl+Z takes back the token and not the letters
        self.heads.set_mistake("")
        self.start()

    def _numbers(self) -> list[QLineEdit]:
        heads = self.heads.editor
        return [*([heads] if isinstance(heads, QLineEdit) else []), *self.cells.values()]

    def _on_failed(self, error: WorldError) -> None:
        if isinstance(error, NotThisForm):
            for problem in error.problems:
                field = self.landed if problem.field == "arrived_at" else self.heads
                field.set_mistake(sentence_of(problem))
            self.start()
        else:
            self.failed.emit(error)

    def _table(self) -> QWidget:
        table = QWidget()
        table.setProperty("part", "clear")
        table.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        self._cells = QGridLayout(table)
        self._cells.setContentsMargins(0, 0, 0, 0)
        titles = {Sex.F: ptr("count", "Women, girls"), Sex.M: ptr("count", "Men, boys")}
        for at, sex in enumerate(SEXES, start=1):
            self._cells.addWidget(words(titles[sex], "label"), 0, at)
            self._cells.setColumnStretch(at, 1)
        for row, band in enumerate(BANDS, start=1):
            self._cells.addWidget(words(band_words(band), "secondary"), row, 0)
            for at, sex in enumerate(SEXES, start=1):
                cell = self._number()
                cell.setAccessibleName(f"{titles[sex]}, {band_words(band)}")
                self.cells[band, sex] = cell
                self._cells.addWidget(cell, row, at)
        return table

    def _number(self) -> QLineEdit:
        line = QLineEdit()
        line.setValidator(QIntValidator(0, MOST_HEADS, line))
        return line

    def _check_heads(self, text: str) -> str:
        counted = sum(int(cell.text()) for cell in self.cells.values() if cell.text())
        if text and counted > int(text):
            return tr("By age and sex there are more: {n}. Correct one of the two.", n=counted)
        return ""

    def _check_landed(self, text: str) -> str:
        try:
            read_arrival(text, self._worker.clock.now(), self._zone)
        except BadField as bad:
            return sentence_of(bad)
        return ""

    def _read_landed(self, text: str) -> str:
        return arrival_aside(text, self._worker.clock.now(), self._zone)

    def _space_cells(self) -> None:
        t = theme()
        self._cells.setHorizontalSpacing(t.gap(10))
        self._cells.setVerticalSpacing(t.gap(4))
