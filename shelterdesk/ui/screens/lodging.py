"""The lodging screen: the site with its arithmetic, who sleeps where, and giving, moving and ending by keys."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from typing import ClassVar

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QAbstractButton, QVBoxLayout, QWidget

from shelterdesk.actions.desk import Desk
from shelterdesk.actions.lodging import PlaceGiven, StayEnded
from shelterdesk.actions.places import PlaceChanged, SitePlan, list_occupants, list_places, without_place
from shelterdesk.actions.registration import local_day
from shelterdesk.core.changes import Changes, Done
from shelterdesk.core.lodging import PlaceState
from shelterdesk.core.people import isolated
from shelterdesk.core.roles import may_do, may_write
from shelterdesk.core.vocabulary import PlaceKind
from shelterdesk.core.words import ntr, tr
from shelterdesk.db.lodging import Occupant
from shelterdesk.db.people import PersonLine
from shelterdesk.db.store import Reader
from shelterdesk.ui import rail_entries
from shelterdesk.ui.base_screen import Screen
from shelterdesk.ui.scans import Scan, ScanKind
from shelterdesk.ui.screens.lodging_block import BlockPlace
from shelterdesk.ui.screens.lodging_give import GivePlace
from shelterdesk.ui.screens.lodging_site import SiteCard
from shelterdesk.ui.screens.people import given_words
from shelterdesk.ui.screens.people_family import Ticked
from shelterdesk.ui.screens.people_leave import LeaveStation
from shelterdesk.ui.screens.people_stack import PageStack
from shelterdesk.ui.screens.people_undo import way_back
from shelterdesk.ui.tables.people import no_name
from shelterdesk.ui.tables.places import kind_words, quarter_words, share_tone, share_words, state_words
from shelterdesk.ui.tables.sleepers import Sleeper, sleepers_model, sleepers_of, sleepers_without
from shelterdesk.ui.theme import theme
from shelterdesk.ui.widgets import (
    ButtonRow,
    Card,
    EmptyState,
    FoldingColumns,
    Pill,
    PrimaryButton,
    RowsTable,
    SecondaryButton,
    Tone,
    words,
)
from shelterdesk.ui.worker import DeskWorker

_PAUSE_MS = 250  # walking through the list with the arrows looks at nobody; stopping does


class LodgingScreen(Screen):
    """Site on one side; on the other who sleeps in the place stood on, or what is being done."""

    entry = rail_entries.LODGING
    keeps_drafts: ClassVar[bool] = False
    kinds: ClassVar[frozenset[str]] = frozenset(
        {"place", "stay", "person", "movement", "membership", "arrival_group", "same_as", "foreign"}
    )

    def __init__(self, worker: DeskWorker, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._worker = worker
        self._state: PlaceState | None = None
        self._without = False
        self.site = SiteCard()
        self.sleepers = sleepers_model()
        self._nobody = EmptyState("lodging", "")
        self.table = RowsTable(self.sleepers, self._nobody, name=tr("Who sleeps there"), count=self._count)
        self.table.LEAST_LETTERS = 15
        self.share = Pill("", Tone.NEUTRAL)
        self.here = Card(" ", self.share)
        self.told = words("", "secondary", wrap=True)
        self.here.add(self.told)
        self.here.add(self.table, 1)
        self.give = GivePlace(worker, asks_who=True)
        self.leave = LeaveStation(worker)
        self.block = BlockPlace(worker)
        self.side = PageStack(self.here, self.give, self.leave, self.block)
        self._buttons()
        column = QVBoxLayout()
        column.setSpacing(theme().gap(12))
        column.addWidget(FoldingColumns((self.site, 54), (self.side, 46), fold_below=880), 1)
        column.addWidget(self.deeds)
        self.page.addLayout(column, 1)
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(_PAUSE_MS)
        self._pause.timeout.connect(self._look_now)
        self._connect()
        self._show_place(None)

    def help_text(self) -> str:
        return tr(
            "The arrows walk through blocks, rooms and beds; typing finds a code. Beside it stands who sleeps "
            "there. A place can always be given, also when it is full: the advice says what to look at."
        )

    def keys(self) -> Sequence[tuple[str, str]]:
        return (
            ("Ctrl+B", tr("give a place")),
            ("Ctrl+M", tr("move who sleeps there")),
            ("Ctrl+D", tr("left the station or their bed")),
            ("Ctrl+N", tr("who has no place")),
            ("Ctrl+K", tr("block or close")),
        )

    def first_focus(self) -> QWidget | None:
        now = self.side.current()
        if isinstance(now, GivePlace | LeaveStation | BlockPlace):
            return now.first_focus()
        return self.site.table.view

    def refresh(self, changes: Changes | None) -> None:
        self._worker.read(list_places, done=self._on_site, failed=self.say_error, topic="lodging-site")

    def take_scan(self, scan: Scan) -> bool:
        """A card or number scanned while a place is being given adds who it means."""
        if self.side.current() is not self.give or scan.kind not in (ScanKind.CARD, ScanKind.NUMBER):
            return False
        self.give.add_scanned(scan.text)
        return True

    def step_out(self) -> bool:
        if self.side.current() is not self.here:
            self._show_side(self.here)
            return True
        if self._without:
            self._without = False
            self._show_place(self.site.current())
            self.site.table.view.setFocus(Qt.FocusReason.OtherFocusReason)
            return True
        return False

    def _buttons(self) -> None:
        self.give_button = PrimaryButton(tr("Give a place"), "Ctrl+B", icon="lodging")
        self.move_button = SecondaryButton(tr("Move"), "Ctrl+M")
        self.leave_button = SecondaryButton(tr("Left…"), "Ctrl+D")
        self.without_button = SecondaryButton(tr("Without a place"), "Ctrl+N")
        self.block_button = SecondaryButton(tr("Block or close…"), "Ctrl+K", icon="lock")
        self.deeds = ButtonRow(
            self.give_button, self.move_button, self.leave_button, self.without_button, self.block_button
        )
        self.primary = self.give_button

    def _connect(self) -> None:
        self.site.stood_on.connect(self._on_stood)
        self.site.entered.connect(self._on_entered)
        self.give_button.clicked.connect(self._begin_give)
        self.move_button.clicked.connect(self._begin_move)
        self.leave_button.clicked.connect(self._begin_leave)
        self.without_button.clicked.connect(self._look_without)
        self.block_button.clicked.connect(self._begin_block)
        self.give.given.connect(self._on_given)
        self.leave.ended.connect(self._on_ended)
        self.block.changed_place.connect(self._on_changed)
        self.table.opened.connect(self._on_sleeper_entered)
        for part in (self.give, self.leave, self.block):
            part.left.connect(self.step_out)
            part.failed.connect(self.say_error)

    def _on_site(self, site: SitePlan) -> None:
        self.site.show_site(site)
        named = site.without_place - site.unnamed_without  # the list it opens has names only
        self.without_button.set_words(ntr("{n} without a place", "{n} without a place", named))
        if self._without:
            self._look_without()
        else:
            self._on_stood(self.site.current())
        self._allow()

    def _allow(self) -> None:
        desk = self._worker.desk
        roles = desk.user.roles if desk is not None else frozenset()
        beds = may_write(roles, "stay") and self.site.model.total > 0
        somebody = self.sleepers.total > 0
        self.give_button.setEnabled(beds)
        self.move_button.setEnabled(beds and somebody)
        self.leave_button.setEnabled(may_write(roles, "stay") and may_write(roles, "movement") and somebody)
        self.without_button.setEnabled(may_do(roles, "open a person"))
        is_theirs = may_write(roles, "place")
        self.block_button.setVisible(is_theirs)
        self.block_button.setEnabled(is_theirs and self._state is not None)

    def _on_stood(self, state: PlaceState | None) -> None:
        if not self._without:
            self._show_place(state)

    def _on_entered(self, state: PlaceState) -> None:
        self._look_now()
        self.table.view.setFocus(Qt.FocusReason.TabFocusReason)

    def _show_place(self, state: PlaceState | None) -> None:
        is_same = state is not None and self._state is not None and state.place.code == self._state.place.code
        self._state = state
        self.share.setVisible(state is not None)
        if state is None:
            self.here.set_title(tr("Who sleeps there"))
            self.told.setText("")
            self.sleepers.set_rows([])
            self._nobody.set_words(tr("Choose a place."))
            self._allow()
            return
        self.here.set_title(state.place.code)
        self.share.show_state(share_words(state), share_tone(state))
        parts = [
            kind_words(state.place.kind),
            state_words(state),
            quarter_words(state.quarter),
            state.place.blocked_reason or "",
        ]
        if state.accessible and state.quarter != "ACCESSIBLE":
            parts.insert(3, tr("step-free"))
        self.told.setText(" · ".join(part for part in parts if part))
        if not is_same:
            self.sleepers.set_rows([])
        if state.place.kind is PlaceKind.BLOCK and state.capacity.occupied:
            # Whoever only passes by a block has not asked for the names of everybody in it.
            self._nobody.set_words(tr("Enter shows who sleeps in the whole block."))
            self._pause.stop()
        else:
            self._nobody.set_words(tr("Nobody sleeps here."), tr("Ctrl+B gives this place to somebody."))
            self._pause.start()
        self._allow()

    def _look_now(self) -> None:
        """Ask who sleeps in the place stood on and in all it holds; the look is kept."""
        self._pause.stop()
        desk, state = self._worker.desk, self._state
        if desk is None or state is None or not may_do(desk.user.roles, "open a person"):
            return
        if not state.capacity.occupied:
            self._on_sleepers(state.place.code, {})
            return
        codes = [one.place.code for one in state.walk()]

        def look(on: Desk) -> Done[dict[str, list[Occupant]]]:
            with closing(on.reader()) as reader:
                return Done(list_occupants(on, reader, codes, local_day(on)), Changes.of("access"))

        self._worker.write(
            look, done=lambda found: self._on_sleepers(state.place.code, found), failed=self.say_error
        )

    def _on_sleepers(self, code: str, found: dict[str, list[Occupant]]) -> None:
        if not self._without and self._state is not None and self._state.place.code == code:
            self.sleepers.set_rows(sleepers_of(found))
            self._allow()

    def _look_without(self) -> None:
        desk = self._worker.desk
        if desk is None:
            return
        self._without = True

        def ask(reader: Reader) -> list[PersonLine]:
            return without_place(desk, reader)

        self._worker.read(ask, done=self._on_without, failed=self.say_error, topic="lodging-without")

    def _on_without(self, lines: list[PersonLine]) -> None:
        if not self._without:
            return
        self.here.set_title(tr("Present and without a place"))
        self.share.hide()
        self.told.setText(tr("Enter gives them one, the whole family together."))
        self._nobody.set_words(tr("Everybody with a name has a place."))
        self.sleepers.set_rows(sleepers_without(lines))
        self._allow()
        if self.side.current() is self.here and self.sleepers.total:
            self.table.view.setFocus(Qt.FocusReason.TabFocusReason)

    def _on_sleeper_entered(self) -> None:
        if self._without:
            self._begin_give()
        else:
            self._begin_move()

    def _family_of_row(self) -> set[str]:
        row = self.table.current()
        if not isinstance(row, Sleeper):
            return set()
        shown = [self.sleepers.row_at(at) for at in range(self.sleepers.rowCount())]
        return {
            one.ent for one in shown
            if one.ent == row.ent or (row.household and one.household == row.household)
        }  # fmt: skip

    def _people(self) -> list[Ticked]:
        """Those listed, the family stood on first; at most a screen of them."""
        chosen = self._family_of_row()
        shown = [self.sleepers.row_at(at) for at in range(self.sleepers.rowCount())]
        shown.sort(key=lambda one: one.ent not in chosen)
        most = max(12, len(chosen))
        return [
            Ticked(
                one.ent, " · ".join(p for p in (isolated(one.name or no_name()), one.number, one.place) if p)
            )
            for one in shown[:most]
        ]

    def _begin_give(self) -> None:
        """For whoever has no place and is stood on, else for whom will be typed, here if there is room."""
        if self._without and self._family_of_row():
            chosen = self._family_of_row()
            self.give.start([one for one in self._people() if one.ent in chosen], chosen)
        else:
            has_room = self._state is not None and not self._without and self._state.capacity.allocable > 0
            self.give.start((), (), self._state.place.code if has_room and self._state is not None else None)
        self._show_side(self.give)

    def _begin_move(self) -> None:
        shown = [self.sleepers.row_at(at) for at in range(self.sleepers.rowCount())]
        is_one_family = len({one.household or one.ent for one in shown}) == 1
        chosen = self._family_of_row() or ({one.ent for one in shown} if is_one_family else set())
        self.give.start(self._people(), chosen)
        self._show_side(self.give)

    def _begin_leave(self) -> None:
        row = self.table.current()
        self.leave.start(self._people(), {row.ent} if isinstance(row, Sleeper) else ())
        self._show_side(self.leave)

    def _begin_block(self) -> None:
        if self._state is not None:
            self.block.start(self._state)
            self._show_side(self.block)

    def _show_side(self, part: QWidget) -> None:
        self.side.show_page(part)
        self.deeds.setVisible(part is self.here)
        finishing: dict[int, QAbstractButton] = {
            id(self.give): self.give.give_button,
            id(self.leave): self.leave.end_button,
            id(self.block): self.block.block_button,
        }
        self.primary = finishing.get(id(part), self.give_button)
        first = self.first_focus()
        if first is not None:
            first.setFocus(Qt.FocusReason.OtherFocusReason)

    def _leave_form(self, form: GivePlace | LeaveStation | BlockPlace) -> bool:
        """Its work is done: back to the list, unless somebody else is in it by now, or it was left for elsewhere."""
        is_over = self.side.current() is form and not form.is_at_work()
        if is_over:
            self._show_side(self.here)
        return is_over

    def _on_given(self, done: PlaceGiven) -> None:
        if self._leave_form(self.give) and done.given and not self._without:
            self.site.stand_on(done.given[0].place)
        self.say(*given_words(done), way_back(self, self._worker, done.undo))

    def _on_ended(self, done: StayEnded) -> None:
        self._leave_form(self.leave)
        said = ntr("Noted for {n} person.", "Noted for {n} people.", len(done.ended))
        self.say(said, Tone.OK, way_back(self, self._worker, done.undo))

    def _on_changed(self, done: PlaceChanged) -> None:
        self._leave_form(self.block)
        said = " ".join([tr("{place} is as you said.", place=done.code), *done.warnings])
        self.say(said, Tone.WARN if done.warnings else Tone.OK, way_back(self, self._worker, done.undo))

    @staticmethod
    def _count(shown: int, total: int) -> str:
        return ntr("{n} person", "{n} people", total) if shown == total else tr(
            "{shown} of {total} people", shown=shown, total=total
        )  # fmt: skip
