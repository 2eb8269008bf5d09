"""The papers of the day: which there are, how they will look, and out they go to a printer or a file."""

from __future__ import annotations

from collections.abc import Sequence

from shelterdesk.core.words import tr
from shelterdesk.ui import rail_entries
from shelterdesk.ui.screens.exchange_parts import PartsScreen
from shelterdesk.ui.screens.office_matrix import MatrixSection
from shelterdesk.ui.screens.settings_section import Section
from shelterdesk.ui.screens.sheets_cards import BlankCards, PresentCards
from shelterdesk.ui.screens.sheets_daily import DailyPaper
from shelterdesk.ui.screens.sheets_evacuation import EvacuationPaper
from shelterdesk.ui.screens.sheets_intake import IntakePaper
from shelterdesk.ui.screens.sheets_record import RecordPaper
from shelterdesk.ui.screens.sheets_residents import ResidentsPaper
from shelterdesk.ui.screens.sheets_shift import ShiftPaper
from shelterdesk.ui.screens.sheets_waiting import WaitingPrints
from shelterdesk.ui.worker import DeskWorker

STATION_PAPERS: tuple[type[Section], ...] = (
    DailyPaper, BlankCards, PresentCards, EvacuationPaper, ResidentsPaper, IntakePaper, ShiftPaper, RecordPaper,
    WaitingPrints,
)  # fmt: skip
OFFICE_PAPERS: tuple[type[Section], ...] = (MatrixSection, WaitingPrints)


class SheetsScreen(PartsScreen):
    """The list of papers at the left, the paper with its preview at the right."""

    entry = rail_entries.SHEETS
    keeps_drafts = False
    kinds = frozenset().union(*(paper.kinds for paper in (*STATION_PAPERS, *OFFICE_PAPERS)))

    def __init__(self, worker: DeskWorker) -> None:
        is_office = worker.desk is not None and worker.desk.who.is_office
        super().__init__(worker, OFFICE_PAPERS if is_office else STATION_PAPERS, tr("Papers"))

    def has_morning(self) -> bool:
        """Whether the daily sheet is among the papers of who is logged in."""
        return DailyPaper.name in self.sections

    def print_morning(self) -> None:
        """Print the sheet of the last day that is over."""
        self.open_section(DailyPaper.name)
        paper = self.current()
        if isinstance(paper, DailyPaper):
            paper.print_morning()

    def help_text(self) -> str:
        papers = tr(
            "Choose a paper at the left with the arrows and go into it with Enter; Esc comes back. The preview "
            "shows the paper as it will be printed; what cannot be printed as it is written is said before. "
            "A daily sheet is provisional until a supervisor freezes it; what becomes known later stands in "
            "the corrections of the next day. Cards are printed ahead by the hundred and bound by a scan at the "
            "reception, or printed for people; on the small picture of the sheet the arrows choose the first place "
            "that is still free. A new card ends the earlier ones."
        )
        daily = tr(
            "Then and now shows which numbers of a frozen sheet are others by now and who is behind them. The copy "
            "for the wall holds small numbers back; the internal page is not to be posted."
        )
        lists = tr(
            "Lists show who is where by number; first names stand on them only of adults who are with their family, "
            "so that no line tells that a child is alone."
        )
        waiting = tr(
            "What a printer does not take waits, encrypted, in Waiting prints and goes by itself when the printer is "
            "back; after a jam the missing pages are printed again there."
        )
        return f"{papers} {daily} {lists} {waiting}"

    def keys(self) -> Sequence[tuple[str, str]]:
        return (
            ("Ctrl+P", tr("print")),
            ("Ctrl+S", tr("save as PDF")),
            ("Ctrl+E", tr("save the sheet's numbers")),
            ("Ctrl+Alt+P", tr("print with the system's dialogue")),
            ("Ctrl+Shift+W", tr("open the waiting prints")),
            ("Ctrl+Shift+F", tr("freeze the daily sheet")),
            ("Ctrl+D", tr("then and now: what changed, and who is behind it")),
            ("Ctrl+G", tr("more cards, where the sheet ended")),
            ("Up", tr("a day on, in the day's field")),
            ("Down", tr("a day back")),
            ("PgDown", tr("on in the preview")),
            ("+", tr("larger, in the preview")),
            ("-", tr("smaller")),
            ("W", tr("fit the width")),
            ("A", tr("fit a whole page")),
        )
