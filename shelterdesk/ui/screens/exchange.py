"""The exchange: what is only here goes out, what others wrote comes in, and both are told as they were."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtWidgets import QWidget

from shelterdesk.core.changes import Changes
from shelterdesk.core.words import tr
from shelterdesk.db.conflicts import Counts, counts
from shelterdesk.ui import rail_entries
from shelterdesk.ui.apart_count import apart_words
from shelterdesk.ui.scans import Scan, ScanKind
from shelterdesk.ui.screens.exchange_admit import AdmitSection
from shelterdesk.ui.screens.exchange_conflicts import ConflictsSection
from shelterdesk.ui.screens.exchange_enrol import EnrolSection
from shelterdesk.ui.screens.exchange_met import MetSection
from shelterdesk.ui.screens.exchange_parts import PartsScreen
from shelterdesk.ui.screens.exchange_peers import PeersSection
from shelterdesk.ui.screens.exchange_post import PostSection
from shelterdesk.ui.screens.exchange_stand import AsideSection, StandSection
from shelterdesk.ui.screens.exchange_stick import StickSection
from shelterdesk.ui.screens.exchange_table import TableSection
from shelterdesk.ui.screens.settings_section import Section
from shelterdesk.ui.worker import DeskWorker

SECTIONS: tuple[type[Section], ...] = (
    StickSection,
    TableSection,
    PostSection,
    ConflictsSection,
    MetSection,
    StandSection,
    PeersSection,
    AsideSection,
    AdmitSection,
    EnrolSection,
)


class ExchangeScreen(PartsScreen):
    """For a station's desk; an office takes in on its own screen (``fits`` says so)."""

    entry = rail_entries.EXCHANGE
    keeps_drafts = False
    kinds = frozenset().union(*(section.kinds for section in SECTIONS))

    def __init__(self, worker: DeskWorker) -> None:
        super().__init__(worker, SECTIONS, tr("Parts of the exchange"))

    def refresh(self, changes: Changes | None) -> None:
        super().refresh(changes)
        if ConflictsSection.name in self.tiles:
            self.worker.read(
                lambda reader: counts(reader.conn), done=self._show_apart, topic="how many apart"
            )

    def _show_apart(self, apart: Counts) -> None:
        """How many conflicts wait stands in the list of parts, whichever is open."""
        self.show_detail(ConflictsSection.name, apart_words(apart))

    def help_text(self) -> str:
        said = tr(
            "Plug the stick in and press the button: first what others wrote is taken in, then what nobody has "
            "confirmed is written and read back. Nothing counts as arrived before a receipt says so; bring the "
            "stick back with it. What cannot be taken in is set aside with the reason, and the rest goes on."
        )
        return f"{self.current().help_text()} {said}".strip()

    def keys(self) -> Sequence[tuple[str, str]]:
        if isinstance(self.current(), StickSection):
            return (("Ctrl+I", tr("only take in")), ("Ctrl+E", tr("only write")))
        return self.current().keys()

    def show_answers_of(self, ent: str) -> None:
        """Open what two desks wrote apart of one person."""
        section = self.sections[ConflictsSection.name]
        self.open_section(section.name)
        if isinstance(section, ConflictsSection):
            section.show_record(ent)
            section.table.view.setFocus()

    def show_knocks(self) -> None:
        """Open the part of the table, at the laptop that asks to join."""
        if TableSection.name not in self.sections:
            return
        self.open_section(TableSection.name)
        section = self.current()
        if isinstance(section, TableSection):
            section.refresh(None)
            first = section.first_focus()
            if first is not None:
                first.setFocus()

    def take_scan(self, scan: Scan) -> bool:
        """The code of a table: its part is opened, and the code stands in its field."""
        if scan.kind is not ScanKind.TABLE or TableSection.name not in self.sections:
            return False
        self.open_section(TableSection.name)
        section = self.current()
        return isinstance(section, TableSection) and section.take_code(scan.text)

    def first_focus(self) -> QWidget | None:
        """The big button where a folder is known, else the field for one; the list is one Esc away."""
        section = self.current()
        if isinstance(section, StickSection):
            return section.exchange_button if section.folder.path() else section.folder.line
        return super().first_focus()
