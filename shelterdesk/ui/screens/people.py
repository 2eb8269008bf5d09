"""The people screen: find anyone in a few keys, and one page per person with all that can be done there."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from functools import partial
from typing import Any, ClassVar
from weakref import ReferenceType, ref

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QAbstractButton, QVBoxLayout, QWidget

from shelterdesk.actions.conflicts import SETTLE
from shelterdesk.actions.desk import Desk
from shelterdesk.actions.lodging import PlaceGiven, StayEnded
from shelterdesk.actions.people import open_person, page_again
from shelterdesk.actions.person_changes import EditedPerson
from shelterdesk.actions.records import sealed_unread
from shelterdesk.core.changes import Changes, Done
from shelterdesk.core.errors import NotFound, WorldError
from shelterdesk.core.people import isolated
from shelterdesk.core.roles import may_do, may_write
from shelterdesk.core.words import language, ntr, tr
from shelterdesk.db.households import members
from shelterdesk.db.person_page import PersonPage
from shelterdesk.db.store import Reader
from shelterdesk.ui import rail_entries
from shelterdesk.ui.base_screen import Screen
from shelterdesk.ui.record_ways import show_answers
from shelterdesk.ui.scans import Scan, ScanKind
from shelterdesk.ui.screens.lodging_give import GivePlace
from shelterdesk.ui.screens.people_cards import CardPrinting
from shelterdesk.ui.screens.people_edit import PersonEdit
from shelterdesk.ui.screens.people_family import Ticked
from shelterdesk.ui.screens.people_leave import LeaveStation
from shelterdesk.ui.screens.people_person import PersonHeader, PersonView
from shelterdesk.ui.screens.people_record import RecordPrinting
from shelterdesk.ui.screens.people_search import PeopleSearch
from shelterdesk.ui.screens.people_stack import PageStack
from shelterdesk.ui.screens.people_undo import way_back
from shelterdesk.ui.screens.people_words import field_label
from shelterdesk.ui.tables.people import no_name
from shelterdesk.ui.tables.person_entries import Words
from shelterdesk.ui.theme import theme
from shelterdesk.ui.widgets import ButtonRow, LabelledField, PrimaryButton, SecondaryButton, Tone
from shelterdesk.ui.worker import DeskWorker


def unread_here(desk: Desk) -> Done[int]:
    """How many sealed entries a holder's keys opened and the program could not read; asked on the desk's thread."""
    return Done(sealed_unread(desk))


class PeopleScreen(Screen):
    """Two pages: the search, and a person. :meth:`open_record` shows somebody found elsewhere.

    Of what is typed here only the form of a record is kept. Signals: ``draft_changed()`` when it has changed.
    """

    entry = rail_entries.PEOPLE
    kinds: ClassVar[frozenset[str]] = frozenset(
        {
            "person", "household", "membership", "travel_document", "stay", "place", "movement", "service",
            "card", "flag", "bed_need", "consent", "relation", "transfer_line", "same_as", "foreign",
        }
    )  # fmt: skip

    draft_changed = Signal()

    def __init__(self, worker: DeskWorker, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._worker = worker
        self._ent: str | None = None
        self._counted_for: ReferenceType[Desk] | None = None
        self.shown: PersonPage | None = None
        self.cards = CardPrinting(self, worker)
        self.record = RecordPrinting(self, worker)
        self.search = PeopleSearch(worker)
        self.header = PersonHeader()
        self.view = PersonView()
        self.edit = PersonEdit(worker)
        self.give = GivePlace(worker)
        self.leave = LeaveStation(worker)
        self.body = PageStack(self.view, self.edit, self.give, self.leave)
        self._buttons()
        self.person = QWidget()
        self.person.setProperty("part", "clear")
        column = QVBoxLayout(self.person)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme().gap(12))
        column.addWidget(self.header)
        column.addWidget(self.body, 1)
        column.addWidget(self.deeds)
        self.pages = PageStack(self.search, self.person)
        self.page.addWidget(self.pages, 1)
        self._connect()
        for field in self.findChildren(LabelledField):
            field.setProperty("not_kept", True)  # the form says itself what of it is kept
        self._show_mode(None)

    def help_text(self) -> str:
        return tr(
            "Type any part of a name, in any spelling, a number or a document; Down and Enter open a person. "
            "On the page everything that is recorded stands with who wrote it and when. A card printed ahead that "
            "is scanned here becomes this person's. Their own record is what the station holds of them in the open, "
            "for them to keep. What you open is kept for the supervisor."
        )

    def keys(self) -> Sequence[tuple[str, str]]:
        if self.pages.current() is self.search:
            return (("Return", tr("open")), ("Down", tr("into the list")))
        return (
            ("Ctrl+E", tr("put the record right")),
            ("Ctrl+B", tr("give a bed")),
            ("Ctrl+P", tr("cards for the family")),
            ("Ctrl+D", tr("left the station")),
            ("Ctrl+R", tr("print their own record")),
            ("Alt+Right", tr("next part of the page")),
        )

    def first_focus(self) -> QWidget | None:
        if self.pages.current() is self.search:
            return self.search.line
        now = self.body.current()
        if isinstance(now, PersonView | PersonEdit | GivePlace | LeaveStation):
            return now.first_focus()
        return self.search.line

    def refresh(self, changes: Changes | None) -> None:
        """Ask again: for the list that stands there, and for the page that is open (no new access)."""
        if not self.search.is_empty():
            self.search.search_now()
        desk, ent = self._worker.desk, self._ent
        if desk is None or ent is None:
            return

        def again(reader: Reader) -> PersonPage | None:
            return page_again(desk, reader, ent)

        self._worker.read(again, done=self._on_again, failed=self.say_error, topic="person-page")

    def take_scan(self, scan: Scan) -> bool:
        """A card that is nobody's yet, scanned while somebody is shown, becomes theirs; any other opens its bearer."""
        page = self.shown
        if scan.kind is not ScanKind.CARD or page is None or not self.isVisible():
            return False
        self.cards.take_card(scan.text, page.ent, page.number, self.open_person)
        return True

    def open_record(self, kind: str, ent: str) -> bool:
        """Show a person, or of a family its head; False for other kinds."""
        if kind == "person":
            self.open_person(ent)
            return True
        if kind != "household":
            return False

        def head(reader: Reader) -> str | None:
            found = members(reader.conn, bytes.fromhex(ent))
            return found[0].ent if found else None

        self._worker.read(head, done=self._open_if_there, failed=self.say_error)
        return True

    def open_person(self, number: str) -> None:
        """Show a person by id or number; that the page was opened is kept."""
        self._open(number, self._on_opened, self.say_error)

    def _open(
        self, number: str, done: Callable[[PersonPage], object], failed: Callable[[WorldError], object]
    ) -> None:
        def opened(desk: Desk) -> Done[PersonPage]:
            with closing(desk.reader()) as reader:
                return open_person(desk, reader, number)

        self._worker.write(opened, done=done, failed=failed)

    def draft(self) -> Mapping[str, Any]:
        """What is typed of a record and not saved."""
        return self.edit.draft()

    def take_draft(self, draft: Mapping[str, Any]) -> None:
        """Put back what was typed: the record is opened again, with its form."""
        ent = self.edit.take_draft(draft)
        if ent:
            self._open(ent, partial(self._on_half_typed, ent), partial(self._on_not_there, ent))

    def finish(self) -> None:
        """Ctrl+Enter ends a form; printing replaces cards and has a key of its own."""
        if self.primary is not self.print_button:
            super().finish()

    def step_out(self) -> bool:
        """Esc: from a form to the page, from the page to the search, which is then emptied."""
        if self.pages.current() is self.person:
            if self.body.current() is not self.view:
                self._show_mode(self.view)
            else:
                self._ent = self.shown = None
                self._show_mode(None)
            return True
        if not self.search.is_empty():
            self.search.clear()
            return True
        return False

    def _buttons(self) -> None:
        self.print_button = PrimaryButton(tr("Print cards for the family"), "Ctrl+P", icon="print")
        self.edit_button = SecondaryButton(tr("Edit"), "Ctrl+E", icon="edit")
        self.bed_button = SecondaryButton(tr("Bed"), "Ctrl+B", icon="lodging")
        self.leave_button = SecondaryButton(tr("Left the station…"), "Ctrl+D")
        self.record_button = SecondaryButton(tr("Own record"), "Ctrl+R")
        self.answers_button = SecondaryButton(tr("Choose between the answers"), "Ctrl+T", icon="warn")
        self.answers_button.hide()
        self.back_button = SecondaryButton(tr("Back"), "Esc")
        self.deeds = ButtonRow(
            self.print_button, self.edit_button, self.bed_button, self.leave_button, self.record_button,
            self.answers_button, self.back_button,
        )  # fmt: skip

    def _connect(self) -> None:
        self.search.chosen.connect(self.open_person)
        self.header.member_chosen.connect(self.open_person)
        self.print_button.clicked.connect(self._print)
        self.record_button.clicked.connect(self._print_record)
        self.edit_button.clicked.connect(lambda: self._begin(self.edit))
        self.bed_button.clicked.connect(lambda: self._begin(self.give))
        self.leave_button.clicked.connect(lambda: self._begin(self.leave))
        self.answers_button.clicked.connect(self._choose_answers)
        self.back_button.clicked.connect(self.step_out)
        self.edit.saved.connect(self._on_saved)
        self.edit.typed.connect(self.draft_changed)
        self.give.given.connect(self._on_given)
        self.leave.ended.connect(self._on_ended)
        for part in (self.edit, self.give, self.leave):
            part.left.connect(self.step_out)
        for failing in (self.search, self.edit, self.give, self.leave):
            failing.failed.connect(self.say_error)
        for key, step in (("Alt+Right", 1), ("Alt+Left", -1)):
            self._step_key(key, step)

    def _step_key(self, key: str, step: int) -> None:
        shortcut = QShortcut(QKeySequence(key), self.view)
        shortcut.setContext(Qt.ShortcutContext.WindowShortcut)
        backwards = self.layoutDirection() is Qt.LayoutDirection.RightToLeft
        shortcut.activated.connect(lambda: self.view.next_part(-step if backwards else step))

    def _open_if_there(self, ent: str | None) -> None:
        if ent is not None:
            self.open_person(ent)

    def _on_opened(self, page: PersonPage) -> None:
        self._ent = page.ent
        self._show_page(page)
        self._show_mode(self.view)
        self._count_unread()

    def _count_unread(self) -> None:
        """Once a log-in: the count stands as it was when the entries were opened last, and a file costs a moment."""
        desk = self._worker.desk
        if desk is None or (self._counted_for is not None and self._counted_for() is desk):
            return
        self._counted_for = ref(desk)  # the keys of who logged out are not held on to for it
        show = self.view.details.show_unread
        self._worker.write(unread_here, done=show, failed=lambda _: show(0))

    def _on_half_typed(self, ent: str, page: PersonPage) -> None:
        self._on_opened(page)
        if page.ent != ent:
            self.edit.forget(ent)  # their record went into another meanwhile, whose fields say other things
        elif self.edit_button.isEnabled():
            self._begin(self.edit)

    def _on_not_there(self, ent: str, error: WorldError) -> None:
        if isinstance(error, NotFound):
            self.edit.forget(ent)
        self.say_error(error)

    def _on_again(self, page: PersonPage | None) -> None:
        if page is None or page.ent != self._ent:
            return
        self._show_page(page)

    def _show_page(self, page: PersonPage) -> None:
        desk = self._worker.desk
        if desk is None:
            return
        self.shown = page
        names = {code: rule.name(language()) for code, rule in page.services.items()}
        said = Words(desk.who.zone, self._worker.clock.now(), names)
        self.header.show_page(page, said)
        self.view.show_page(page, said)
        roles = desk.user.roles
        self.print_button.setEnabled(may_do(roles, "print cards"))
        self.record_button.setEnabled(may_do(roles, "print a person's own record"))
        self.edit_button.setEnabled(may_write(roles, "person"))
        self.bed_button.setEnabled(may_write(roles, "stay"))
        self.leave_button.setEnabled(may_write(roles, "stay") and may_write(roles, "movement"))
        self.answers_button.setVisible(
            bool(page.conflicts) and may_do(roles, SETTLE) and not desk.who.is_office
        )

    def _show_mode(self, part: QWidget | None) -> None:
        """Show the search (None) or the page with one of its parts, and put the focus where typing goes."""
        if part is None:
            self.pages.show_page(self.search)
            self.primary = self.search.open_button
            self.search.take_back_focus()
            return
        self.pages.show_page(self.person)
        self.body.show_page(part)
        self.deeds.setVisible(part is self.view)
        finishing: dict[int, QAbstractButton] = {
            id(self.edit): self.edit.save_button,
            id(self.give): self.give.give_button,
            id(self.leave): self.leave.end_button,
        }
        self.primary = finishing.get(id(part), self.print_button)
        first = self.first_focus()
        if (
            first is not None and self.isVisible()
        ):  # a draft put back behind another screen takes no keys from it
            first.setFocus(Qt.FocusReason.OtherFocusReason)

    def _begin(self, part: QWidget) -> None:
        page = self.shown
        if page is None:
            return
        if part is self.edit:
            self.edit.start(page)
        elif part is self.give:
            self.give.start(self._family(page), {one.ent for one in self._family(page)})
        else:
            self.leave.start(self._family(page), {page.ent})
        self._show_mode(part)

    @staticmethod
    def _family(page: PersonPage) -> list[Ticked]:
        if page.household is None:
            return [Ticked(page.ent, page.name or page.number)]
        own = [one for one in page.household.members if one.ent == page.ent]
        others = [one for one in page.household.members if one.ent != page.ent]
        return [
            Ticked(one.ent, f"{isolated(one.name or no_name())} · {one.number}") for one in (*own, *others)
        ]

    def _print(self) -> None:
        if self.shown is not None:
            self.cards.print_for([one.ent for one in self._family(self.shown)])

    def _choose_answers(self) -> None:
        """To the exchange, where what two desks wrote of this person stands side by side."""
        if self.shown is not None:
            show_answers(self.window(), self.shown.ent)

    def _print_record(self) -> None:
        if self.shown is not None:
            self.record.print_for(self.shown.ent)

    def _on_saved(self, done: EditedPerson) -> None:
        self._leave_form(self.edit)
        if done.changed:
            said = ", ".join(field_label(name) for name in done.changed)
            self.say(tr("Saved: {fields}.", fields=said), Tone.OK, way_back(self, self._worker, done.undo))
        else:
            self.say(tr("Nothing was different; nothing was written."), Tone.NEUTRAL)

    def _leave_form(self, form: PersonEdit | GivePlace | LeaveStation) -> None:
        """Its work is done: back to the page, unless somebody else is in it by now, or it was left for elsewhere."""
        is_open = self.pages.current() is self.person and self.body.current() is form
        if is_open and not form.is_at_work():
            self._show_mode(self.view)

    def _on_given(self, done: PlaceGiven) -> None:
        self._leave_form(self.give)
        self.say(*given_words(done), way_back(self, self._worker, done.undo))

    def _on_ended(self, done: StayEnded) -> None:
        self._leave_form(self.leave)
        said = ntr("Noted for {n} person.", "Noted for {n} people.", len(done.ended))
        self.say(said, Tone.OK, way_back(self, self._worker, done.undo))


def given_words(done: PlaceGiven) -> tuple[str, Tone]:
    """What to tell of places given, and in which tone: advice makes it one to look at."""
    places = ", ".join(dict.fromkeys(one.place for one in done.given))
    said = ntr(
        "{n} person now has {places}.", "{n} people now have {places}.", len(done.given), places=places
    )
    return " ".join([said, *done.warnings]), Tone.WARN if done.warnings else Tone.OK
