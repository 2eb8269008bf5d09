"""Giving a place: who, where, and what speaks for it or against it, before anything is done."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QLineEdit, QWidget

from shelterdesk.actions.lodging import PlaceGiven, bearer, give_place, give_places, propose_place
from shelterdesk.actions.people import find_people
from shelterdesk.actions.places import SitePlan, list_places
from shelterdesk.core.errors import BadField, NotFound, WorldError
from shelterdesk.core.lodging import PlaceState, Proposal
from shelterdesk.core.words import ntr, tr
from shelterdesk.db.people import PersonLine
from shelterdesk.db.store import Reader
from shelterdesk.ui.screens.people_family import FamilyTicks, Ticked, family_lines, line_words
from shelterdesk.ui.tables.people import no_name
from shelterdesk.ui.tables.places import state_words
from shelterdesk.ui.widgets import (
    ButtonRow,
    Card,
    FieldGrid,
    Found,
    LabelledField,
    PrimaryButton,
    ScanField,
    SecondaryButton,
    TypeAhead,
    set_role,
    words,
)
from shelterdesk.ui.worker import DeskWorker


class GivePlace(Card):
    """Who is ticked gets the place typed, or with none typed the one proposed; also over 100 %, never refused.

    An answer may come when somebody else stands in the form: it is held against the turn it was asked in.
    Signals: ``given(PlaceGiven)``, ``failed(WorldError)``, ``left()`` when stepped out of.
    """

    given = Signal(object)
    failed = Signal(object)
    left = Signal()

    def __init__(self, worker: DeskWorker, *, asks_who: bool = False, parent: QWidget | None = None) -> None:
        super().__init__(tr("Give a place"), parent=parent)
        self._worker = worker
        self._chosen: dict[str, str] = {}
        self.who = ScanField()
        self.who.setAccessibleName(tr("Who"))
        self._asks_who = asks_who
        self._site: SitePlan | None = None
        self._proposal: Proposal | None = None
        self._is_writing = False
        self._turn, self._is_at_work = 0, False
        self.people = FamilyTicks()
        self.place = TypeAhead(self._places)
        self.place_field = LabelledField(
            tr("Place"), self.place, hint=tr("empty takes the proposal"), check=self._check_place
        )
        self.reason = QLineEdit()
        self.reason_field = LabelledField(
            tr("Reason"), self.reason, hint=tr("for a move, or against the advice")
        )
        self.proposed = words("", wrap=True)
        self.spoken = words("", wrap=True)
        grid = FieldGrid()
        grid.add_row((self.place_field, 2), (self.reason_field, 2))
        self.give_button = PrimaryButton(tr("Give place"), icon="lodging")
        self.leave_button = SecondaryButton(tr("Back"), "Esc")
        for thing in (self.who, self.people, self.proposed, grid, self.spoken):
            self.add(thing)
        self.who.setVisible(asks_who)
        self.add_stretch()
        self.add(ButtonRow(self.give_button, self.leave_button))
        self.give_button.clicked.connect(self.give)
        self.leave_button.clicked.connect(self.left)
        self.who.search_changed.connect(self._search)
        self.who.chosen.connect(lambda line: self._add([str(line.value)]))
        self.who.scanned.connect(self.add_scanned)
        self.who.left_empty.connect(self.left)
        self.people.changed.connect(self._propose)
        self.place_field.changed.connect(self._say_place)

    def start(self, people: Sequence[Ticked], ticked: Collection[str], place: str | None = None) -> None:
        """Begin for these people; ``place`` is a code to start with."""
        self._turn, self._is_at_work = self._turn + 1, True
        self.place.set_value(place)
        self.reason.clear()
        for field in (self.place_field, self.reason_field):
            field.set_mistake("")
        self._worker.read(list_places, done=self._on_site, failed=self.failed.emit, topic="give-site")
        self._chosen = {one.ent: one.words for one in people}
        self.who.clear()
        self.people.show_people(people, ticked)

    def first_focus(self) -> QWidget:
        """Where typing begins: who, while nobody is there yet, else the place."""
        return self.who if self._asks_who and not self._chosen else self.place

    def is_at_work(self) -> bool:
        """Whether somebody stands in the form for whom nothing came back yet: it may have been begun anew since."""
        return self._is_at_work

    def add_scanned(self, text: str) -> None:
        """Add whom a card or a number means, with the family."""
        desk = self._worker.desk
        if desk is None:
            return

        def ask(reader: Reader) -> tuple[str, ...]:
            return bearer(desk, reader, text).persons

        def found(persons: tuple[str, ...]) -> None:
            if persons:
                self._add(persons)
            else:
                self.failed.emit(NotFound(text[:40], tr("Read it again from the card, or search by name.")))

        self._worker.read(ask, done=found, failed=self.failed.emit)

    def _search(self, wanted: str) -> None:
        desk = self._worker.desk
        if desk is None or len(wanted) < 2:
            self.who.show_results(wanted, [])
            return

        def find(reader: Reader) -> list[PersonLine]:
            return find_people(desk, reader, wanted, 20)

        def show(lines: list[PersonLine]) -> None:
            self.who.show_results(
                wanted, [Found(one.ent, one.name or no_name(), f"{one.number} {one.place or ''}".strip(), "people")
                         for one in lines]
            )  # fmt: skip

        self._worker.read(find, done=show, failed=self.failed.emit, topic="give-search")

    def _add(self, persons: Sequence[str]) -> None:
        desk = self._worker.desk
        if desk is None:
            return

        def ask(reader: Reader) -> list[PersonLine]:
            return family_lines(desk, reader, persons)

        self._worker.read(ask, done=self._on_family, failed=self.failed.emit)

    def _on_family(self, lines: list[PersonLine]) -> None:
        ticked = {*self.people.ticked(), *(line.ent for line in lines if line.is_present)}
        self._chosen.update({line.ent: line_words(line) for line in lines})
        self.people.show_people([Ticked(ent, said) for ent, said in self._chosen.items()], ticked)
        self.place.setFocus(Qt.FocusReason.TabFocusReason)

    def give(self) -> None:
        """Do it: the place typed for everybody ticked, or what is proposed for each."""
        who = self.people.ticked()
        if not who or self._is_writing:
            return
        if not self.place_field.check_now():
            self.place.setFocus()
            return
        typed, reason = self._typed(), self.reason.text().strip() or None
        if typed:
            self._begin()
            self._worker.write(
                give_place, list(who), typed, reason=reason, done=partial(self._on_given, self._turn),
                failed=partial(self._on_failed, self._turn),
            )  # fmt: skip
        elif self._proposal is not None:
            self._begin()
            self._worker.write(
                give_places, dict(self._proposal.places), reason=reason,
                done=partial(self._on_given, self._turn), failed=partial(self._on_failed, self._turn),
            )  # fmt: skip
        else:
            self.place_field.set_mistake(tr("Choose a place; it can be given over 100 % too."))
            self.place.setFocus()

    def _begin(self) -> None:
        self._is_writing = True
        self.give_button.setEnabled(False)

    def _on_given(self, turn: int, done: PlaceGiven) -> None:
        self._end()
        self._is_at_work = turn != self._turn
        self.given.emit(done)

    def _on_failed(self, turn: int, error: WorldError) -> None:
        self._end()
        if turn == self._turn and isinstance(error, BadField):
            self.reason_field.set_mistake(f"{error.sentence} {error.next_step}".strip())
            if self.isVisible():
                return
        self.failed.emit(error)

    def _end(self) -> None:
        self._is_writing = False
        self.give_button.setEnabled(bool(self.people.ticked()))

    def _typed(self) -> str:
        return self.place.value() or self.place.text().strip()

    def _places(self, typed: str) -> list[tuple[str, str]]:
        """Open places whose code begins or goes on with what was typed, those with room first."""
        if self._site is None:
            return []
        wanted = typed.strip().casefold()
        states = [s for top in self._site.tree for s in top.walk() if wanted in s.place.code.casefold()]
        states.sort(key=lambda s: (not s.place.code.casefold().startswith(wanted), s.capacity.allocable <= 0))
        exact = [s for s in states if s.place.code.casefold() == wanted]
        shown = dict.fromkeys(s.place.code for s in (*exact, *states))
        return [(code, code) for code in list(shown)[:40]]

    def _state(self, code: str) -> PlaceState | None:
        if self._site is None:
            return None
        return next(
            (s for top in self._site.tree for s in top.walk() if s.place.code.casefold() == code.casefold()),
            None,
        )

    def _check_place(self, _: str) -> str:
        typed = self._typed()
        if typed and self._site is not None and self._state(typed) is None:
            return tr("{code} is not on the site plan.", code=typed)
        return ""

    def _on_site(self, site: SitePlan) -> None:
        self._site = site
        self._say_place()

    def _propose(self) -> None:
        self._proposal = None
        who = self.people.ticked()
        self.give_button.setEnabled(bool(who) and not self._is_writing)
        desk = self._worker.desk
        if not who or desk is None:
            self.proposed.setText(tr("Tick who gets the place."))
            return

        def ask(reader: Reader) -> Proposal | None:
            return propose_place(desk, reader, list(who))

        self._worker.read(ask, done=self._on_proposal, failed=self.failed.emit, topic="give-proposal")
        self._say_place()

    def _on_proposal(self, proposal: Proposal | None) -> None:
        self._proposal = proposal
        if proposal is None:
            self.proposed.setText(
                tr("Nothing is proposed: no room that fits has enough free. Choose a place.")
            )
        else:
            self.proposed.setText(tr("Proposed: {reason}", reason=proposal.reason))

    def _say_place(self) -> None:
        """How the place typed would stand with them in it, in words and colour."""
        typed = self._typed()
        state = self._state(typed) if typed else None
        if state is None:
            self.spoken.setText("")
            return
        n = len(self.people.ticked())
        if n > state.capacity.allocable:
            set_role(self.spoken, "warn")
            self.spoken.setText(
                ntr("{n} person for {place}; free places: {free}. It can be given all the same.",
                    "{n} people for {place}; free places: {free}. It can be given all the same.",
                    n, place=state.place.code, free=state.capacity.allocable)
            )  # fmt: skip
        else:
            set_role(self.spoken, "secondary")
            self.spoken.setText(f"{state.place.code}: {state_words(state)}")
