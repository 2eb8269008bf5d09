"""Settings: the site plan taken in from a file, after a look at what it would change."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from PySide6.QtWidgets import QWidget

from shelterdesk.actions.places import PlanImported, import_plan, list_places
from shelterdesk.actions.undo import undo_last
from shelterdesk.core.changes import Changes
from shelterdesk.core.errors import NotFound, WorldError
from shelterdesk.core.lodging import Place
from shelterdesk.core.plan import PlannedPlace, plan_text, read_plan
from shelterdesk.core.roles import DOES
from shelterdesk.core.vocabulary import PlaceKind
from shelterdesk.core.words import ntr, tr
from shelterdesk.db.store import Reader
from shelterdesk.ui.dialogs.path_field import PathField, PathKind
from shelterdesk.ui.screens.settings_section import Section
from shelterdesk.ui.widgets import (
    ButtonRow,
    Column,
    EmptyState,
    PrimaryButton,
    RowsModel,
    RowsTable,
    SecondaryButton,
    Tone,
    words,
)
from shelterdesk.ui.worker import DeskWorker

NEW, CHANGED, SAME = "new", "changed", "same"


@dataclass(frozen=True, slots=True)
class PlanLine:
    """One place of the file and what it would do: ``state`` is new, changed or same."""

    code: str
    kind: PlaceKind
    parent: str
    capacity: int | None
    state: str


def preview_plan(reader: Reader, file: Path) -> list[PlanLine]:
    """What a plan file would do, with nothing written. Raises ``PlanRefused`` naming the line, ``NotFound``."""
    try:
        text = plan_text(file.read_bytes())
    except OSError as error:
        why = tr("The file cannot be read ({why}).", why=error.strerror or "")
        raise NotFound(file.name, why) from None
    held = {state.place.code: state.place for top in list_places(reader).tree for state in top.walk()}
    rows = read_plan(text, {code: place.kind for code, place in held.items()})
    return [
        PlanLine(row.code, row.kind, row.parent or "", row.capacity, _state(row, held.get(row.code)))
        for row in rows
    ]


def _state(row: PlannedPlace, held: Place | None) -> str:
    """An empty cell of the file leaves what stands there, so it is no change."""
    if held is None:
        return NEW
    pairs = (
        (row.parent, held.parent),
        (row.kind, held.kind),
        (row.quarter, held.quarter),
        (row.capacity, held.capacity),
        (row.area_m2, held.area_m2),
        (row.accessible, held.accessible),
    )
    return CHANGED if any(wanted is not None and wanted != now for wanted, now in pairs) else SAME


class PlanSection(Section):
    """File, *Look at it*, the list of what would happen, *Take it in*."""

    name = "plan"
    station_only = True
    roles = DOES["import the site plan"]
    kinds = frozenset({"place"})

    @staticmethod
    def heading() -> str:
        return tr("Plan from a file")

    def __init__(self, worker: DeskWorker, parent: QWidget | None = None) -> None:
        super().__init__(worker, self.heading(), parent)
        self._looked_at: Path | None = None
        self.now = words("", "secondary", wrap=True)
        self.file = PathField(tr("File of the plan"), PathKind.OLD_FILE, files=tr("Tables (*.csv *.txt)"))
        self.look = SecondaryButton(tr("Look at it"), "Ctrl+O")
        self.take = PrimaryButton(tr("Take it in"))
        self.take.setEnabled(False)
        self.primary = self.take
        self.model: RowsModel[PlanLine] = RowsModel(_columns(), key=lambda line: line.code)
        empty = EmptyState(
            "lodging",
            tr("Nothing is looked at yet."),
            tr("Columns: code, parent, kind (block, room, bed), quarter, capacity, area_m2, accessible."),
        )
        self.table = RowsTable(self.model, empty, name=tr("Places of the file"), count=_count)
        self.add(self.now)
        self.add(self.file)
        self.add(ButtonRow(self.look))
        self.add(self.table, 1)
        self.add(ButtonRow(self.take))
        self.look.clicked.connect(self.on_look)
        self.take.clicked.connect(self._on_take)
        self.file.chosen.connect(lambda _: self.on_look())
        self.file.field.changed.connect(lambda _: self._forget())

    def refresh(self, changes: Changes | None) -> None:
        self.worker.read(
            lambda reader: list_places(reader).site,
            done=lambda site: self._show_now(site.capacity),
            topic="plan-now",
        )

    def on_look(self) -> None:
        """Ask what the file would do."""
        path = self.file.path()
        if path is None:
            self.file.set_mistake(tr("Choose the file of the plan."))
            self.file.setFocus()
            return
        self.worker.read(
            preview_plan,
            path,
            done=lambda lines: self._show(path, lines),
            failed=self._on_failed,
            topic="plan-look",
        )

    def _show_now(self, places: int) -> None:
        said = ntr("The site has {n} place now.", "The site has {n} places now.", places)
        self.now.setText(said if places else tr("The site has no places yet."))

    def _show(self, path: Path, lines: list[PlanLine]) -> None:
        self.file.set_mistake("")
        self._looked_at = path
        self.model.set_rows(lines)
        self.take.setEnabled(any(line.state != SAME for line in lines))
        if self.take.isEnabled():
            self.take.setFocus()
        else:
            self.say(tr("The site has all of this already."), Tone.NEUTRAL)

    def _forget(self) -> None:
        self._looked_at = None
        self.model.set_rows([])
        self.take.setEnabled(False)

    def _on_take(self) -> None:
        if self._looked_at is not None:
            self.take.setEnabled(False)
            self.worker.write(import_plan, self._looked_at, done=self._on_taken, failed=self._on_failed)

    def _on_taken(self, taken: PlanImported) -> None:
        self._forget()
        said = " ".join(
            (
                ntr("{n} new place was taken in.", "{n} new places were taken in.", taken.new),
                ntr("{n} place was changed.", "{n} places were changed.", taken.changed),
            )
        )
        if taken.missing_from_file:
            stay = ntr(
                "{n} place of the site is not in the file; it stays.",
                "{n} places of the site are not in the file; they stay.",
                len(taken.missing_from_file),
            )
            said = f"{said} {stay}"
        self.say(said, undo=lambda: self._undo(taken.undo))

    def _undo(self, events: tuple[bytes, ...]) -> None:
        self.worker.write(
            undo_last,
            events,
            done=lambda _: self.say(tr("The site is as it was before.")),
            failed=self.say_error,
        )

    def _on_failed(self, error: WorldError) -> None:
        self._forget()
        self.file.set_mistake(f"{error.sentence} {error.next_step}".strip())
        self.file.setFocus()


def _columns() -> list[Column[PlanLine]]:
    kinds = {PlaceKind.BLOCK: tr("block"), PlaceKind.ROOM: tr("room"), PlaceKind.BED: tr("bed")}
    states = {NEW: tr("new"), CHANGED: tr("changed"), SAME: tr("as it is")}
    tones = {NEW: Tone.OK, CHANGED: Tone.WARN}
    return [
        Column(tr("Code"), lambda line: line.code, width=14, strong=True),
        Column(tr("Kind"), lambda line: kinds[line.kind], width=10),
        Column(tr("In"), lambda line: line.parent),
        Column(
            tr("Places"),
            lambda line: "" if line.capacity is None else str(line.capacity),
            sort=lambda line: line.capacity,
            number=True,
            width=10,
        ),
        Column(
            tr("This file"),
            lambda line: states[line.state],
            width=14,
            tone=lambda line: tones.get(line.state),
        ),
    ]


def _count(shown: int, total: int) -> str:
    if shown == total:
        return ntr("{n} place in the file", "{n} places in the file", total)
    return tr("{shown} of {total} places", shown=shown, total=total)
