"""Settings: the site plan edited by table, with the site drawn beside it; many places alike made in one go."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtWidgets import QFileDialog, QLineEdit, QWidget

from shelterdesk.actions.places import SitePlan, list_places
from shelterdesk.actions.plan_editing import PlacesSaved, add_places, export_plan, save_place
from shelterdesk.actions.undo import undo_last
from shelterdesk.core.changes import Changes
from shelterdesk.core.errors import BadField, WorldError
from shelterdesk.core.lodging import PlaceState
from shelterdesk.core.plan_change import MOST_ALIKE, PlaceForm, alike
from shelterdesk.core.roles import DOES
from shelterdesk.core.vocabulary import PlaceKind, Quarter
from shelterdesk.core.words import ntr, tr
from shelterdesk.ui.screens.settings_section import Section
from shelterdesk.ui.screens.settings_site_words import NO_QUARTER, next_code, quarter_options
from shelterdesk.ui.tables.places import PlaceRow, kind_words, place_rows
from shelterdesk.ui.tables.plan import plan_model
from shelterdesk.ui.widgets import (
    ButtonRow,
    EmptyState,
    FieldGrid,
    FoldingColumns,
    LabelledField,
    PickField,
    PrimaryButton,
    RowsTable,
    SecondaryButton,
    TickBox,
    Tone,
)
from shelterdesk.ui.widgets.page_area import PageArea
from shelterdesk.ui.widgets.site_picture import SitePicture
from shelterdesk.ui.worker import DeskWorker

_BELOW = {PlaceKind.BLOCK: PlaceKind.ROOM, PlaceKind.ROOM: PlaceKind.BED, PlaceKind.BED: PlaceKind.BED}


class SiteSection(Section):
    """The place stood on is in the fields below; *New place* takes the next code where one stands.

    Nothing is taken off the plan: a place that is gone is closed, on the lodging screen.
    """

    name = "site"
    station_only = True
    roles = DOES["import the site plan"]
    kinds = frozenset({"place"})

    @staticmethod
    def heading() -> str:
        return tr("Site plan")

    def __init__(self, worker: DeskWorker, parent: QWidget | None = None) -> None:
        super().__init__(worker, self.heading(), parent)
        self._site: SitePlan | None = None
        self._ent: str | None = None
        self._wanted = ""
        self.chooser: QFileDialog | None = None
        self.model = plan_model()
        empty = EmptyState(
            "lodging", tr("The site has no places yet."), tr("Make the first block below, or take in a file.")
        )
        self.table = RowsTable(self.model, empty, name=tr("Places of the site"), count=_count)
        self.table.LEAST_LETTERS = 10
        self.picture = SitePicture()
        self.picture_area = PageArea(self.picture)
        self.picture_area.setAccessibleName(tr("Picture of the site"))
        self.picture_area.setProperty("part", "clear")
        self.picture_area.viewport().setProperty("part", "clear")
        self.code = LabelledField(tr("Code"))
        self.kind = PickField([(kind.value, kind_words(kind)) for kind in PlaceKind])
        self.kind_field = LabelledField(tr("Kind"), self.kind)
        self.inside = LabelledField(tr("In"), hint=tr("its block or room"))
        self.count_line = QLineEdit("1")
        self.count = LabelledField(tr("How many alike"), self.count_line, reading=self._alike_words)
        self.capacity = LabelledField(tr("Places"), hint=tr("empty: the sum of its beds"))
        self.area = LabelledField(tr("Square metres"), hint=tr("may stay empty"))
        self.quarter = PickField(quarter_options())
        self.quarter_field = LabelledField(tr("For whom"), self.quarter)
        self.accessible = TickBox(tr("Step-free, wide enough for a wheelchair"))
        for field in self._fields().values():
            field.setProperty("not_kept", True)
        self.primary = PrimaryButton(tr("Save this place"))
        self.new = SecondaryButton(tr("New place"), "Ctrl+N")
        self.save_file = SecondaryButton(tr("Save the plan as a file"), "Ctrl+S")
        grid = FieldGrid()
        grid.add_row((self.code, 1), (self.kind_field, 1), (self.inside, 1), (self.count, 1))
        grid.add_row((self.capacity, 1), (self.area, 1), (self.quarter_field, 2))
        self.add(FoldingColumns((self.table, 1), (self.picture_area, 1), fold_below=640), 1)
        self.add(grid)
        self.add(self.accessible)
        self.add(ButtonRow(self.primary, self.new, self.save_file))
        self.table.current_changed.connect(self._on_current)
        self.table.opened.connect(lambda _: self.code.setFocus())
        self.picture.chosen.connect(self.table.select_key)
        self.code.changed.connect(lambda _: self.count.set_text(self.count.text() or "1"))
        self.primary.clicked.connect(self._on_save)
        self.new.clicked.connect(self.begin_new)
        self.save_file.clicked.connect(self._on_save_file)
        self._show_mode()

    def refresh(self, changes: Changes | None) -> None:
        self.worker.read(list_places, done=self._show, failed=self.say_error, topic="site-plan")

    def begin_new(self) -> None:
        """Fields for a new place where one stands: a bed in a room, a room in a block, the next code."""
        stood = self._stood_on()
        self._ent = None
        if stood is None:
            kind, parent = PlaceKind.BLOCK, None
        else:
            kind = _BELOW[stood.place.kind]
            parent = stood.place.parent if stood.place.kind is PlaceKind.BED else stood.place.code
        tree = self._site.tree if self._site is not None else ()
        self.code.set_text(next_code(tree, parent, kind))
        self.kind.set_value(kind.value)
        self.inside.set_text(parent or "")
        self.capacity.set_text("1" if kind is PlaceKind.BED else "")
        self.area.set_text("")
        self.quarter.set_value(stood.quarter.value if stood is not None and stood.quarter else NO_QUARTER)
        self.accessible.setChecked(stood.accessible if stood is not None else False)
        self.count.set_text("1")
        self._show_mode()
        self.code.setFocus()

    def typed(self) -> PlaceForm:
        """What stands in the fields; raises ``BadField`` for what is no number."""
        return PlaceForm(
            self._ent,
            self.code.text().strip(),
            self.inside.text().strip() or None,
            PlaceKind(self.kind.value()),
            Quarter(self.quarter.value()) if self.quarter.value() != NO_QUARTER else None,
            _whole("capacity", self.capacity.text()),
            _metres(self.area.text()),
            self.accessible.isChecked(),
        )

    def _fields(self) -> dict[str, LabelledField]:
        return {
            "code": self.code,
            "kind": self.kind_field,
            "parent": self.inside,
            "count": self.count,
            "capacity": self.capacity,
            "area_m2": self.area,
            "quarter": self.quarter_field,
        }

    def _show(self, site: SitePlan) -> None:
        self._site = site
        opened = {state.place.code for top in site.tree for state in top.walk()}
        self.model.set_rows(place_rows(site.tree, opened))
        self.picture.show_site(site.tree)
        self.save_file.setEnabled(bool(site.tree))
        if self._wanted and self.table.select_key(self._wanted):
            self._wanted = ""
        elif self.table.current() is None and self.model.rowCount():
            self.table.select_key(self.model.row_at(0).code)
        elif not self.model.rowCount() and self._ent is None and not self.code.text():
            self.code.set_text("A")
            self.kind.set_value(PlaceKind.BLOCK.value)

    def _stood_on(self) -> PlaceState | None:
        row = self.table.current()
        return row.state if isinstance(row, PlaceRow) else None

    def _on_current(self, row: object) -> None:
        if not isinstance(row, PlaceRow):
            return
        place = row.state.place
        self.picture.stand_on(place.code)
        shown = self.picture.place_of(place.code)
        self.picture_area.ensureVisible(shown.center().x(), shown.center().y())
        self._ent = place.ent
        self.code.set_text(place.code)
        self.kind.set_value(place.kind.value)
        self.inside.set_text(place.parent or "")
        self.capacity.set_text("" if place.capacity is None else str(place.capacity))
        self.area.set_text("" if place.area_m2 is None else f"{place.area_m2:g}")
        self.quarter.set_value(place.quarter.value if place.quarter is not None else NO_QUARTER)
        self.accessible.setChecked(place.accessible)
        for field in self._fields().values():
            field.set_mistake("")
        self._show_mode()

    def _show_mode(self) -> None:
        is_new = self._ent is None
        self.count.setVisible(is_new)
        if isinstance(self.primary, PrimaryButton):
            self.primary.set_words(tr("Put on the plan") if is_new else tr("Save this place"))

    def _alike_words(self, text: str) -> str:
        count = int(text) if text.isdecimal() else 0
        if count < 2 or count > MOST_ALIKE:
            return ""
        try:
            made = alike(PlaceForm(None, self.code.text().strip(), None, PlaceKind.BED), count)
        except BadField:
            return ""
        return tr("to {code}", code=made[-1].code)

    def _on_save(self) -> None:
        for field in self._fields().values():
            field.set_mistake("")
        try:
            form = self.typed()
            count = _whole("count", self.count.text()) if form.ent is None else 1
        except BadField as error:
            self.say_at(self._fields(), error)
            return
        self._wanted = form.code
        if count is not None and count != 1:
            self.worker.write(add_places, form, count, done=self._on_saved, failed=self._on_failed)
        else:
            self.worker.write(save_place, form, done=self._on_saved, failed=self._on_failed)

    def _on_saved(self, saved: PlacesSaved) -> None:
        if not saved.codes:
            self.say(tr("Nothing was different; nothing was written."), Tone.NEUTRAL)
            return
        self._wanted = saved.codes[-1]
        if len(saved.codes) == 1:
            said = tr("{code} stands on the plan.", code=saved.codes[0])
        else:
            said = tr("{first} to {last} stand on the plan.", first=saved.codes[0], last=saved.codes[-1])
        tone = Tone.WARN if saved.warnings else Tone.OK
        self.say(" ".join((said, *saved.warnings)), tone, lambda: self._undo(saved.undo))
        self.table.setFocus()

    def _undo(self, token: tuple[bytes, ...]) -> None:
        self.worker.write(
            undo_last,
            token,
            done=lambda _: self.say(tr("The site is as it was before.")),
            failed=self.say_error,
        )

    def _on_failed(self, error: WorldError) -> None:
        self.say_at(self._fields(), error)

    def _on_save_file(self) -> None:
        chooser = QFileDialog(
            self.window(), tr("Save the plan as a file"), str(Path.home() / "site-plan.csv")
        )
        chooser.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        chooser.setNameFilter(tr("Tables (*.csv *.txt)"))
        chooser.setDefaultSuffix("csv")
        chooser.fileSelected.connect(self.save_as)
        chooser.finished.connect(chooser.deleteLater)
        self.chooser = chooser
        chooser.open()

    def save_as(self, path: str) -> None:
        """Write the plan into a file."""
        self.worker.read(
            export_plan,
            Path(path),
            done=lambda n: self.say(
                ntr("{n} place written to {path}.", "{n} places written to {path}.", n, path=path)
            ),
            failed=self.say_error,
        )


def _whole(name: str, text: str) -> int | None:
    said = text.strip()
    if not said:
        return None
    if not (said.isascii() and said.isdigit()) or len(said) > 5:
        raise BadField(name, tr("This is a whole number."), tr("For example 12."))
    return int(said)


def _metres(text: str) -> float | None:
    said = text.strip().replace(",", ".")
    if not said:
        return None
    try:
        return float(said)
    except ValueError:
        raise BadField(
            "area_m2", tr("The area is a number of square metres."), tr("For example 27.5.")
        ) from None


def _count(shown: int, total: int) -> str:
    if shown == total:
        return ntr("{n} line of the plan", "{n} lines of the plan", total)
    return tr("{shown} of {total}", shown=shown, total=total)
