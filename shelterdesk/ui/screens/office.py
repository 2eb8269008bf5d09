"""The office's own screen: its posts, what they brought, who is enrolled, the matrix, erasures and wrong clocks."""

from __future__ import annotations

from shelterdesk.core.words import tr
from shelterdesk.ui import rail_entries
from shelterdesk.ui.screens.exchange_parts import PartsScreen
from shelterdesk.ui.screens.exchange_stand import AsideSection
from shelterdesk.ui.screens.office_clock import ClockSection
from shelterdesk.ui.screens.office_enrol import EnrolStationSection
from shelterdesk.ui.screens.office_erase import EraseSection
from shelterdesk.ui.screens.office_intake import IntakeSection
from shelterdesk.ui.screens.office_matrix import MatrixSection
from shelterdesk.ui.screens.office_posts import PostsSection
from shelterdesk.ui.screens.settings_section import Section
from shelterdesk.ui.worker import DeskWorker

SECTIONS: tuple[type[Section], ...] = (
    PostsSection,
    IntakeSection,
    AsideSection,
    EnrolStationSection,
    MatrixSection,
    EraseSection,
    ClockSection,
)


class OfficeScreen(PartsScreen):
    """Shown in an office's folder alone (``fits`` says so)."""

    entry = rail_entries.OFFICE
    keeps_drafts = False
    kinds = frozenset().union(*(section.kinds for section in SECTIONS))

    def __init__(self, worker: DeskWorker) -> None:
        super().__init__(worker, SECTIONS, tr("Parts of the office"))

    def help_text(self) -> str:
        return tr(
            "Posts shows every station: when it was heard, how far its work is here, what is missing. Take in the "
            "sticks that arrive and send them back with the receipts; only a receipt tells a station that its "
            "records are safe. Stations are enrolled after six words were compared over voice."
        )
