"""Settings: the set of standards the station is measured by, its targets with their sources, and its versions."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from shelterdesk.actions.standards import (
    SetSaved,
    choose_set,
    save_set,
    set_of_day,
    standard_sets,
    versions_of,
)
from shelterdesk.actions.station_facts import FactsChanged
from shelterdesk.actions.undo import undo_last
from shelterdesk.core.changes import Changes
from shelterdesk.core.errors import WorldError
from shelterdesk.core.roles import DOES
from shelterdesk.core.standards import Comparison, Indicator, StandardSet
from shelterdesk.core.words import ntr, tr
from shelterdesk.db.store import Reader
from shelterdesk.reports.standard_words import decimal_text, spoken
from shelterdesk.ui.dates import iso_day_words
from shelterdesk.ui.screens.settings_section import Section
from shelterdesk.ui.tables.standards import StandardRow, standard_columns
from shelterdesk.ui.theme import theme
from shelterdesk.ui.widgets import (
    ButtonRow,
    EmptyState,
    FieldGrid,
    FlowLayout,
    LabelledField,
    PickField,
    PrimaryButton,
    RowsModel,
    RowsTable,
    SecondaryButton,
    TickBox,
    Tone,
    words,
)
from shelterdesk.ui.worker import DeskWorker


@dataclass(frozen=True, slots=True)
class SetsHeld:
    """The sets as they hold today, the one the station is measured by, and every version of the one looked at."""

    sets: tuple[StandardSet, ...]
    chosen: str
    versions: tuple[StandardSet, ...]


def sets_held(reader: Reader, day: date, code: str) -> SetsHeld:
    """What there is; ``code`` empty looks at the chosen set, or the first."""
    sets = standard_sets(reader, day)
    chosen = set_of_day(reader, day)
    chosen_code = chosen.code if chosen is not None else ""
    looked_at = code or chosen_code or (sets[0].code if sets else "")
    return SetsHeld(sets, chosen_code, versions_of(reader, looked_at))


def read_number(text: str) -> float | None:
    """A figure as typed, with a point or a comma; None for none."""
    try:
        number = float(text.strip().replace(",", "."))
    except ValueError:
        return None
    return number if 0 <= number < 1e9 else None


class StandardsSection(Section):
    """Choose a set; Enter on a line goes to its target; a saved edit is a further version, the older ones stay."""

    name = "standards"
    station_only = True
    roles = DOES["change settings"]
    kinds = frozenset({"setting", "station", "foreign"})

    @staticmethod
    def heading() -> str:
        return tr("Standards")

    def __init__(self, worker: DeskWorker, parent: QWidget | None = None) -> None:
        super().__init__(worker, self.heading(), parent)
        self._held: SetsHeld | None = None
        self._edited: dict[str, Indicator] = {}
        self._at: str | None = None
        self.set = PickField()
        self.set_field = LabelledField(tr("Set"), self.set)
        self.version = PickField()
        self.version_field = LabelledField(tr("Version"), self.version)
        self.told = words("", "secondary", wrap=True)
        choices = QWidget()
        choices.setProperty("part", "clear")
        flow = FlowLayout(16, 10, choices)
        flow.addWidget(self.set_field)
        flow.addWidget(self.version_field)
        self.model: RowsModel[StandardRow] = RowsModel(standard_columns(), key=lambda row: row.indicator.code)
        self.table = RowsTable(
            self.model, EmptyState("document", tr("There is no set of standards.")),
            name=tr("Indicators of the set"), count=_count,
        )  # fmt: skip
        self.target = LabelledField(tr("Target"), check=self._check_number)
        self.high = LabelledField(tr("Up to"), check=self._check_number)
        self.source = LabelledField(tr("Source of the figure"))
        self.verified = TickBox(tr("Read at its source"))
        self.version_source = LabelledField(
            tr("Source of this version"), hint=tr("who decided it, or which text")
        )
        self.save = PrimaryButton(tr("Save as a new version"))
        self.choose = SecondaryButton(tr("Measure the station by this set"), "Ctrl+M")
        self.back = SecondaryButton(tr("Leave the changes"), "Alt+X")
        grid = FieldGrid()
        grid.add_row((self.target, 1), (self.high, 1), (self.source, 2))
        grid.add_row((self.verified, 2), (self.version_source, 2))
        self.add(choices)
        self.add(self.told)
        self.add(self.table, 1)
        self.add(grid)
        self.add(ButtonRow(self.save, self.choose, self.back))
        self.primary = self.save
        self._listen()
        self._show_state()
        theme().changed.connect(self._widen)
        self._widen()

    def refresh(self, changes: Changes | None) -> None:
        self.worker.read(
            sets_held, self.worker.clock.now().date(), self.set.value(),
            done=self._show, failed=self.say_error, topic="standard-sets",
        )  # fmt: skip

    def _widen(self) -> None:
        """Room for the names of the sets, which come later."""
        self.set.setMinimumWidth(theme().px(300))
        self.version.setMinimumWidth(theme().px(290))

    def shown(self) -> StandardSet | None:
        """The version looked at."""
        if self._held is None:
            return None
        wanted = self.version.value()
        return next((one for one in self._held.versions if str(one.version) == wanted), None)

    def _listen(self) -> None:
        self.set.picked.connect(self._on_set)
        self.version.picked.connect(self._on_version)
        self.table.current_changed.connect(self._on_line)
        self.table.opened.connect(lambda _: self.target.setFocus(Qt.FocusReason.TabFocusReason))
        for field in (self.target, self.high):
            field.changed.connect(self._on_figure)
        self.source.changed.connect(self._on_typed)
        self.verified.toggled.connect(self._on_typed)
        self.version_source.changed.connect(self._show_state)
        self.save.clicked.connect(self._on_save)
        self.choose.clicked.connect(self._on_choose)
        self.back.clicked.connect(self._on_back)

    def _on_set(self, _: str) -> None:
        self._edited.clear()
        self._at = None
        self.version.set_options([])
        self.refresh(None)

    def _on_version(self, _: str) -> None:
        self._at = None
        self._show_lines()

    def _show(self, held: SetsHeld) -> None:
        self._held = held
        at = held.versions[-1].code if held.versions else ""
        self.set.set_options([(one.code, one.name_in(spoken())) for one in held.sets])
        if at:
            self.set.set_value(at)
        newest = str(held.versions[-1].version) if held.versions else ""
        stood_on_newest = self.version.currentIndex() <= 0
        self.version.set_options([(str(one.version), _version_said(one)) for one in reversed(held.versions)])
        if stood_on_newest and newest:
            self.version.set_value(newest)
        self._show_lines()

    def _show_lines(self) -> None:
        shown = self.shown()
        lines = shown.indicators if shown is not None else ()
        edited = self._edited if self._is_newest() else {}
        self.model.set_rows([StandardRow(edited.get(one.code, one), one.code in edited) for one in lines])
        self._on_line(self.table.current())
        self._show_state()

    def _is_newest(self) -> bool:
        held, shown = self._held, self.shown()
        return held is not None and shown is not None and shown is held.versions[-1]

    def _on_line(self, row: object) -> None:
        """The fields of the line stood on."""
        one = row.indicator if isinstance(row, StandardRow) else None
        if one is not None and one.code == self._at:
            return  # what is being typed stays
        self._at = None  # the fields are filled, nothing is typed
        is_open = one is not None and self._is_newest()
        has_target = one is not None and one.comparison is not Comparison.NONE
        self.target.set_text(decimal_plain(one.target) if one is not None else "")
        self.high.set_text(decimal_plain(one.high) if one is not None else "")
        self.source.set_text(one.source if one is not None else "")
        self.verified.setChecked(one is not None and one.verified)
        for field in (self.target, self.high):
            field.set_mistake("")
        self.target.editor.setEnabled(is_open and has_target)
        self.high.editor.setEnabled(is_open and one is not None and one.comparison is Comparison.BETWEEN)
        self.source.editor.setEnabled(is_open)
        self.verified.setEnabled(is_open)
        self._at = one.code if one is not None else None

    def _on_figure(self, *_: object) -> None:
        """Another figure is not the one that was read at the source, until somebody says so."""
        if self._at is not None and self.verified.isChecked():
            self.verified.setChecked(False)
        self._on_typed()

    def _on_typed(self, *_: object) -> None:
        """Keep what the fields say of the line stood on, if it can be."""
        shown, at = self.shown(), self._at
        held = shown.indicator(at) if shown is not None and at is not None else None
        if held is None or not self._is_newest():
            return
        source = self.source.text().strip()
        changed = replace(held, source=source or held.source, verified=self.verified.isChecked())
        if held.comparison is not Comparison.NONE:
            target = read_number(self.target.text())
            high = read_number(self.high.text()) if held.comparison is Comparison.BETWEEN else None
            if target is None or (held.comparison is Comparison.BETWEEN and (high is None or high < target)):
                self._show_state()
                return
            changed = replace(changed, target=target, high=high)
        if changed == held:
            self._edited.pop(held.code, None)
        else:
            self._edited[held.code] = changed
        lines = shown.indicators if shown is not None else ()
        self.model.set_rows(
            [StandardRow(self._edited.get(one.code, one), one.code in self._edited) for one in lines]
        )
        self._show_state()

    def _show_state(self, *_: object) -> None:
        held, shown = self._held, self.shown()
        is_chosen = held is not None and shown is not None and shown.code == held.chosen
        said = []
        if shown is not None:
            said.append(
                tr("The station is measured by this set.")
                if is_chosen
                else tr("The station is not measured by this set.")
            )
            said.append(tr("Source: {source}.", source=shown.source.rstrip(".")))
            if not self._is_newest():
                said.append(tr("An older version: it can be read, not changed."))
        if self._edited:
            many = len(self._edited)
            said.append(
                ntr("{n} line is changed and not saved.", "{n} lines are changed and not saved.", many)
            )
        else:
            said.append(tr("Enter on a line goes to its target. Frozen sheets stay as they are."))
        self.told.setText(" ".join(said))
        self.save.setEnabled(bool(self._edited) and bool(self.version_source.text().strip()))
        self.back.setEnabled(bool(self._edited))
        self.choose.setEnabled(shown is not None and not is_chosen)

    def _on_back(self) -> None:
        self._edited.clear()
        self._at = None
        self._show_lines()

    def _on_save(self) -> None:
        shown = self.shown()
        if shown is None:
            return
        lines = tuple(self._edited.get(one.code, one) for one in shown.indicators)
        self.save.setEnabled(False)
        self.worker.write(
            save_set, replace(shown, indicators=lines), self.version_source.text(),
            done=self._on_saved, failed=self._on_failed,
        )  # fmt: skip

    def _on_saved(self, saved: SetSaved) -> None:
        self._edited.clear()
        self._at = None
        self.version_source.set_text("")
        self.version.set_options([])
        self.refresh(None)
        said = tr(
            "{name} is saved as version {n}; sheets from today on are measured by it.",
            name=saved.standards.name_in(spoken()),
            n=saved.standards.version,
        )
        self.say(said, Tone.OK, lambda: self._take_back(saved.undo))

    def _on_choose(self) -> None:
        shown = self.shown()
        if shown is not None:
            self.worker.write(choose_set, shown.code, done=self._on_chosen, failed=self.say_error)

    def _on_chosen(self, changed: FactsChanged) -> None:
        self.refresh(None)
        said = tr("The station is measured by {name} from now on.", name=self.set.currentText())
        self.say(said, Tone.OK, lambda: self._take_back(changed.undo))

    def _take_back(self, token: tuple[bytes, ...]) -> None:
        self.version.set_options([])
        self.worker.write(undo_last, token, done=lambda undone: self.say(undone.said), failed=self.say_error)

    def _on_failed(self, error: WorldError) -> None:
        self._show_state()
        self.say_at({"source": self.version_source}, error)

    @staticmethod
    def _check_number(text: str) -> str:
        return "" if read_number(text) is not None else tr("Write a number, such as 3.5.")


def decimal_plain(number: float | None) -> str:
    """A figure as it stands in a field."""
    return "" if number is None else decimal_text(number).replace("\N{NO-BREAK SPACE}", "")


def _version_said(one: StandardSet) -> str:
    if not one.valid_from:
        return tr("{n}, comes with the program", n=one.version)
    return tr("{n}, from {day}", n=one.version, day=iso_day_words(one.valid_from))


def _count(shown: int, total: int) -> str:
    if shown == total:
        return ntr("{n} indicator", "{n} indicators", total)
    return tr("{shown} of {total} indicators", shown=shown, total=total)
