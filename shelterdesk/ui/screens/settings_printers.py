"""Settings: for each kind of paper its printer, size, copies, and whether it is looked at first; of this laptop only."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from PySide6.QtWidgets import QComboBox, QLineEdit, QWidget

from shelterdesk.actions.papers import usual_paper
from shelterdesk.core.changes import Changes
from shelterdesk.core.paper_kinds import MOST_COPIES, PaperKind, PrintWay, Way, kind_words, may_be_fitted
from shelterdesk.core.words import ntr, tr
from shelterdesk.ui.dialogs.path_field import PathField, PathKind
from shelterdesk.ui.print_ways import read_ways, write_way
from shelterdesk.ui.printing import Printers
from shelterdesk.ui.screens.settings_section import Section
from shelterdesk.ui.theme import theme
from shelterdesk.ui.widgets import (
    Choice,
    ChoiceField,
    Column,
    EmptyState,
    FlowLayout,
    LabelledField,
    PickField,
    RowsModel,
    RowsTable,
    Tone,
    words,
)
from shelterdesk.ui.worker import DeskWorker

LOOK, AT_ONCE = "look", "once"
_PRINTER = "printer:"


@dataclass(frozen=True, slots=True)
class KindWay:
    """A kind of paper and how it is printed here."""

    kind: PaperKind
    way: PrintWay


def where_words(way: PrintWay) -> str:
    """Where a paper goes, in words."""
    return {
        Way.USUAL: tr("the usual printer"),
        Way.PRINTER: way.printer,
        Way.ASK: tr("ask each time"),
        Way.FOLDER: tr("PDF into {folder}", folder=way.folder)
        if way.folder
        else tr("PDF, no folder chosen yet"),
    }[way.way]


class PrintersSection(Section):
    """The kinds in a list; below it the choices for the one stood on, each of which holds at once."""

    name = "printers"

    @staticmethod
    def heading() -> str:
        return tr("Printers")

    def __init__(self, worker: DeskWorker, parent: QWidget | None = None) -> None:
        super().__init__(worker, self.heading(), parent)
        self.printers = Printers(self)
        country = worker.desk.who.country if worker.desk is not None else ""
        self._usual = tr("Letter") if usual_paper(country) == "letter" else tr("A4")
        self._shown: KindWay | None = None
        self.model: RowsModel[KindWay] = RowsModel(self._columns(), key=lambda one: one.kind)
        empty = EmptyState("print", tr("No kind of paper is printed here."))
        self.table = RowsTable(
            self.model, empty, name=tr("Kinds of paper"),
            count=lambda _, total: ntr("{n} kind of paper", "{n} kinds of paper", total),
        )  # fmt: skip
        self.printer = PickField()
        self.paper = PickField([("", self._usual_words()), ("a4", tr("A4")), ("letter", tr("Letter"))])
        self.copies = QLineEdit()
        self.copies.setMaxLength(2)
        self.copies.setMaximumWidth(theme().px(120))
        self.first = ChoiceField(
            [
                Choice(AT_ONCE, tr("At once"), tr("printed at once")),
                Choice(LOOK, tr("Look first"), tr("shown before it is printed")),
            ]
        )
        self.folder = PathField(tr("Folder for the PDF"), PathKind.FOLDER)
        self.printer_field = LabelledField(tr("Printer"), self.printer)
        self.size_field = LabelledField(tr("Size of paper"), self.paper)
        self.copies_field = LabelledField(tr("Copies"), self.copies, check=_check_copies)
        self.first_field = LabelledField(tr("Before printing"), self.first)
        self.printer.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        self.choices = QWidget()
        self.choices.setProperty("part", "clear")
        flow = FlowLayout(16, 10, self.choices)
        for field in (self.printer_field, self.size_field, self.first_field, self.copies_field):
            flow.addWidget(field)
        self.chosen = words("", "strong")
        self.rule = words("", "secondary", wrap=True)
        self.add(self.table, 1)
        self.add(self.chosen)
        self.add(self.choices)
        self.add(self.folder)
        self.add(self.rule)
        for field in (self.printer_field, self.size_field, self.copies_field, self.first_field):
            field.setProperty("not_kept", True)
        self.table.current_changed.connect(self._on_current)
        self.printer.picked.connect(self._on_printer)
        self.paper.picked.connect(lambda size: self._want(size=size))
        self.first_field.changed.connect(lambda _: self._want(look_first=self.first.value() == LOOK))
        self.copies.editingFinished.connect(self._on_copies)
        self.folder.chosen.connect(lambda _: self._on_folder())
        self.folder.line.editingFinished.connect(self._on_folder)
        self.printers.known.connect(lambda _: self._offer())

    def refresh(self, changes: Changes | None) -> None:
        self._show()
        self.printers.look()

    def _show(self) -> None:
        ways = read_ways(self.worker.folder)
        self.model.set_rows([KindWay(kind, ways[kind]) for kind in PaperKind])
        if self.table.current() is None:
            self.table.view.selectRow(0)
        self._on_current(self.table.current())

    def _on_current(self, row: object) -> None:
        if not isinstance(row, KindWay):
            return
        is_new = self._shown is None or self._shown.kind is not row.kind
        self._shown = row
        self.chosen.setText(kind_words(row.kind))
        self._offer()
        self.paper.set_value(row.way.size)
        for thing in (self.first, self.copies):
            thing.blockSignals(True)
        self.first.set_value(LOOK if row.way.look_first else AT_ONCE)
        if is_new or not self.copies.hasFocus():
            self.copies.setText(str(row.way.copies))
        for thing in (self.first, self.copies):
            thing.blockSignals(False)
        self.folder.setVisible(row.way.way is Way.FOLDER)
        if is_new or not self.folder.line.hasFocus():
            self.folder.set_path(row.way.folder)
            self.folder.set_mistake("")
        self.size_field.setVisible(may_be_fitted(row.kind))  # what is cut has formats of its own
        self.rule.setText(self._rule(row.kind))

    def _rule(self, kind: PaperKind) -> str:
        if kind is PaperKind.RECOVERY:
            return tr("The recovery sheet is never kept for a printer that is off: it opens everything.")
        held = tr("What a printer does not take waits, encrypted, in Sheets, Waiting prints.")
        if may_be_fitted(kind):
            return held
        return tr("What is cut or worn is never made smaller.") + " " + held

    def _offer(self) -> None:
        if self._shown is None:
            return
        way = self._shown.way
        options = [(Way.USUAL.value, tr("The usual printer")), (Way.ASK.value, tr("Ask each time"))]
        names = list(self.printers.names)
        if way.way is Way.PRINTER and way.printer not in names:
            options.append((_PRINTER + way.printer, tr("{name} (not there)", name=way.printer)))
        options += [(_PRINTER + name, name) for name in names]
        options.append((Way.FOLDER.value, tr("As a PDF into a folder")))
        self.printer.set_options(options)
        self.printer.set_value(_PRINTER + way.printer if way.way is Way.PRINTER else way.way.value)

    def _on_printer(self, chosen: str) -> None:
        if chosen.startswith(_PRINTER):
            self._want(way=Way.PRINTER, printer=chosen.removeprefix(_PRINTER))
        else:
            self._want(way=Way(chosen))
        if chosen == Way.FOLDER.value:
            self.folder.line.setFocus()

    def _on_folder(self) -> None:
        path = self.folder.path()
        if path is None or (self._shown is not None and str(path) == self._shown.way.folder):
            return
        if not self.folder.is_folder():
            self.folder.set_mistake(
                tr("Choose a folder that is there: plug the stick in, then press Choose.")
            )
            return
        self.folder.set_mistake("")
        self._want(folder=str(path))

    def _on_copies(self) -> None:
        typed = self.copies.text().strip()
        if not _check_copies(typed) and self._shown is not None and int(typed) != self._shown.way.copies:
            self._want(copies=int(typed))

    def _want(self, **what: Any) -> None:
        if self._shown is None:
            return
        kind, before = self._shown.kind, self._shown.way
        self._keep(kind, replace(before, **what))
        self.say(
            tr("{paper}: {where}.", paper=kind_words(kind), where=where_words(replace(before, **what))),
            Tone.OK,
            lambda: self._keep(kind, before),
        )

    def _keep(self, kind: PaperKind, way: PrintWay) -> None:
        if write_way(self.worker.folder, kind, way):
            self._show()
        else:
            self.say(tr("The choice could not be kept: this folder cannot be written."), Tone.WARN)

    def _usual_words(self) -> str:
        return tr("usual here ({size})", size=self._usual)

    def _columns(self) -> tuple[Column[KindWay], ...]:
        sizes = {"": self._usual, "a4": tr("A4"), "letter": tr("Letter")}
        return (
            Column(tr("Paper"), lambda one: kind_words(one.kind), strong=True),
            Column(tr("Printer"), lambda one: where_words(one.way)),
            Column(
                tr("Size"),
                lambda one: (
                    sizes.get(one.way.size, one.way.size) if may_be_fitted(one.kind) else tr("its format")
                ),
                width=12,
            ),
            Column(
                tr("Before printing"),
                lambda one: tr("look first") if one.way.look_first else tr("at once"),
                width=18,
            ),
            Column(tr("Copies"), lambda one: str(one.way.copies), sort=lambda one: one.way.copies, width=10),
        )


def _check_copies(text: str) -> str:
    typed = text.strip()
    if typed.isdecimal() and typed.isascii() and 1 <= int(typed) <= MOST_COPIES:
        return ""
    return tr("A number from 1 to {n}.", n=MOST_COPIES)
