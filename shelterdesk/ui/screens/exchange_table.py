"""Exchange: the desks of this table, by a listening desk or a folder they share; joining, leaving, who is there."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from shelterdesk.actions.table_choice import Table
from shelterdesk.actions.table_lane import TableStanding
from shelterdesk.core.changes import Changes
from shelterdesk.core.errors import WorldError
from shelterdesk.core.roles import DOES
from shelterdesk.core.table_code import BadTableCode, is_table_code, read_table_code
from shelterdesk.core.words import tr
from shelterdesk.ui.addresses import own_addresses
from shelterdesk.ui.dialogs.path_field import PathField, PathKind
from shelterdesk.ui.screens.exchange_knocks import Knocks
from shelterdesk.ui.screens.exchange_lines import Lines
from shelterdesk.ui.screens.exchange_words import Line, moment_said
from shelterdesk.ui.screens.settings_section import Section
from shelterdesk.ui.table_keeper import TableKeeper
from shelterdesk.ui.widgets import (
    ButtonRow,
    Choice,
    ChoiceField,
    LabelledField,
    PrimaryButton,
    SecondaryButton,
    Tone,
    words,
)
from shelterdesk.ui.widgets.qr_code import QrCode
from shelterdesk.ui.worker import DeskWorker

LISTEN, CALL, FOLDER = "listen", "call", "folder"


class TableSection(Section):
    """Three ways to one table, and, once this desk sits there, who else does and what others type to join."""

    name = "table"
    station_only = True
    roles = DOES["write a bundle"]
    kinds = frozenset({"table", "roster"})

    @staticmethod
    def heading() -> str:
        return tr("Table network")

    def __init__(self, worker: DeskWorker, parent: QWidget | None = None) -> None:
        super().__init__(worker, self.heading(), parent)
        self._keeper: TableKeeper | None = None
        self._addresses: list[str] = []
        self._sits = False
        self.explained = words(
            tr(
                "Laptops of one table exchange by themselves, without internet: what one saves, the others see within "
                "seconds. One of them listens and the others call it, or all share a folder."
            ),
            "body",
            wrap=True,
        )
        self.standing = Lines(tr("How this desk sits at its table"))
        self._build_choice()
        self._build_code()
        self.knocks = Knocks(worker)
        self.knocks.said.connect(self.said)
        self.join_button = PrimaryButton(tr("Join the table"), icon="exchange")
        self.leave_button = SecondaryButton(tr("Leave the table"))
        self.primary = self.join_button
        for part in (self.explained, self.standing, self.code_box, self.knocks, self.choice_box):
            self.add(part)
        self.add_stretch()
        self.add(ButtonRow(self.join_button, self.leave_button))
        self.join_button.clicked.connect(self._on_join)
        self.leave_button.clicked.connect(self._on_leave)
        self._show_way()
        self._show(TableStanding())

    def _build_choice(self) -> None:
        """The three ways, and what each of them needs to know."""
        self.way = ChoiceField(
            [
                Choice(LISTEN, tr("Listen"), tr("the others call this desk; nothing has to be installed")),
                Choice(CALL, tr("Call"), tr("another desk listens; its code is typed or scanned here")),
                Choice(FOLDER, tr("Folder"), tr("a folder that all laptops of the table can open")),
            ]
        )
        self.way.set_value(LISTEN)
        self.way_field = LabelledField(tr("This desk"), self.way, reading=lambda _: self.way.words())
        self.address = QComboBox()
        self.address_field = LabelledField(tr("Address of this laptop"), self.address)
        self.no_address = words(
            tr(
                "This laptop is on no network yet. Put all laptops on one switch, cable or Wi-Fi first; no internet is "
                "needed."
            ),
            "warn",
            wrap=True,
        )
        self.code = LabelledField(
            tr("Code of the listening desk"), QLineEdit(), hint=tr("25 signs, as that desk shows them")
        )
        self.folder = PathField(tr("Folder shared by the table"), PathKind.FOLDER)
        self.choice_box = QWidget()
        self.choice_box.setProperty("part", "clear")
        column = QVBoxLayout(self.choice_box)
        column.setContentsMargins(0, 0, 0, 0)
        for part in (self.way_field, self.address_field, self.no_address, self.code, self.folder):
            part.setProperty("not_kept", True)
            column.addWidget(part)
        self.way_field.changed.connect(lambda _: self._show_way())

    def _build_code(self) -> None:
        """What others type or scan to call this desk."""
        self.code_box = QWidget()
        self.code_box.setProperty("part", "clear")
        row = QHBoxLayout(self.code_box)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(24)
        self.qr = QrCode()
        self.code_words = words("", "title", wrap=True)
        self.code_words.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        beside = QVBoxLayout()
        beside.addStretch(1)
        beside.addWidget(words(tr("Other desks join with this code:"), "secondary", wrap=True))
        beside.addWidget(self.code_words)
        beside.addWidget(
            words(
                tr("A new laptop uses it too: “Join an existing station” on its first page, then the code."),
                "secondary",
                wrap=True,
            )
        )
        beside.addStretch(1)
        row.addWidget(self.qr, 0, Qt.AlignmentFlag.AlignTop)
        row.addLayout(beside, 1)
        self.code_box.hide()

    def refresh(self, changes: Changes | None) -> None:
        keeper = self.worker.table
        if keeper is not None and keeper is not self._keeper:
            self._keeper = keeper
            keeper.changed.connect(self._show)
        self._look_for_addresses()
        if keeper is not None:
            self._show(keeper.standing)

    def _look_for_addresses(self) -> None:
        found = own_addresses()
        if found != self._addresses:
            self._addresses = found
            self.address.clear()
            self.address.addItems(found)
        self._show_way()

    def take_code(self, text: str) -> bool:
        """A code scanned anywhere: it is put into its field, ready to be joined; False for what is none."""
        if not is_table_code(text):
            return False
        self.way.set_value(CALL)
        self.code.set_text(text)
        self._show_way()
        return True

    def _show_way(self) -> None:
        way = self.way.value()
        self.address_field.setVisible(way == LISTEN and len(self._addresses) > 1)
        self.no_address.setVisible(way == LISTEN and not self._addresses)
        self.code.setVisible(way == CALL)
        self.folder.setVisible(way == FOLDER)

    def first_focus(self) -> QWidget | None:
        """The laptop that asks, what is chosen, or the way out of the table."""
        if self.knocks.asks():
            return self.knocks.same
        return self.leave_button if self._sits else self.way

    def _show(self, now: TableStanding) -> None:
        sits = self._sits = now.table is not None
        self.explained.setVisible(not sits)
        self.choice_box.setVisible(not sits)
        self.join_button.setVisible(not sits)
        self.leave_button.setVisible(sits)
        self.primary = self.leave_button if sits else self.join_button
        self.standing.show_lines(self._standing_lines(now))
        self.code_words.setText(now.code.replace("-", " "))
        self.qr.show_text(now.scanned, tr("Code of this table"))
        self.code_box.setVisible(bool(now.code))
        self.knocks.show_knocking(self._keeper, now.knocking)

    def _standing_lines(self, now: TableStanding) -> list[Line]:
        desk = self.worker.desk
        if now.table is None or desk is None:
            return []
        if now.trouble:
            last = moment_said(now.last_ms, self.worker.clock.now(), desk.who.zone)
            return [
                Line(Tone.WARN, now.trouble),
                Line(Tone.NEUTRAL, tr("Last exchange at the table: {time}.", time=last)),
            ]
        if now.last_ms is None:
            return [Line(Tone.NEUTRAL, tr("Joining the table…"))]
        others = ", ".join(now.desks)
        there = (
            tr("At the table with {desks}.", desks=others)
            if others
            else tr("At the table; no other desk has come yet.")
        )
        way = {
            LISTEN: tr("This desk listens."),
            CALL: tr("This desk calls the one that listens."),
            FOLDER: tr("The table shares the folder {name}.", name=now.table.folder),
        }[now.table.way]
        return [Line(Tone.OK, there), Line(Tone.NEUTRAL, way)]

    def _on_join(self) -> None:
        table = self._chosen()
        if table is None or self._keeper is None:
            return
        self.join_button.setEnabled(False)
        self._keeper.choose(table, self._on_chosen, self._on_failed)

    def _chosen(self) -> Table | None:
        """What was chosen, or None with the mistake shown where it is."""
        way = self.way.value()
        if way == CALL:
            try:
                code = read_table_code(self.code.text())
            except BadTableCode as error:
                self.code.set_mistake(f"{error.sentence} {error.next_step}")
                self.code.setFocus()
                return None
            self.code.set_mistake("")
            return Table("call", code=str(code))
        if way == FOLDER:
            path = self.folder.path()
            if path is None or not self.folder.is_folder():
                self.folder.set_mistake(tr("Choose a folder that all desks of the table can open."))
                self.folder.setFocus()
                return None
            self.folder.set_mistake("")
            return Table("folder", folder=str(path))
        if not self._addresses:
            self._look_for_addresses()
            if not self._addresses:
                return None
        return Table("listen", self.address.currentText() or self._addresses[0])

    def _on_chosen(self) -> None:
        self.join_button.setEnabled(True)

    def _on_failed(self, error: WorldError) -> None:
        self.join_button.setEnabled(True)
        self.say_error(error)

    def _on_leave(self) -> None:
        if self._keeper is not None:
            self._keeper.choose(None, failed=self._on_failed)
