"""Reception: turn a boat into registered families, by keyboard alone, with the tokens of today beside the form."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget

from shelterdesk.actions.arrival_groups import CountedGroup
from shelterdesk.actions.places import propose_for_new
from shelterdesk.actions.registration import RegisteredFamily, register_family
from shelterdesk.core.changes import Changes
from shelterdesk.core.errors import BadField, PrintingStopped, WorldError
from shelterdesk.core.family_checks import FieldProblem, NotThisForm
from shelterdesk.core.lodging import Proposal
from shelterdesk.core.number import Counted
from shelterdesk.core.words import ntr, tr
from shelterdesk.db.store import Reader
from shelterdesk.ui import rail_entries
from shelterdesk.ui.base_screen import Screen
from shelterdesk.ui.scans import Scan, ScanKind
from shelterdesk.ui.screens.people_undo import way_back
from shelterdesk.ui.screens.reception_cards import FamilyCards
from shelterdesk.ui.screens.reception_count import CountCard
from shelterdesk.ui.screens.reception_family import FamilyCard
from shelterdesk.ui.screens.reception_reads import Arrivals, Token, arrivals
from shelterdesk.ui.screens.reception_tokens import TokensCard
from shelterdesk.ui.screens.reception_typed import person_form
from shelterdesk.ui.theme import Size, theme
from shelterdesk.ui.widgets import FoldingColumns, Tone
from shelterdesk.ui.worker import DeskWorker

if TYPE_CHECKING:
    from shelterdesk.actions.cards import CardsPrinted

MOST_NUMBERS = 4
"""Numbers of people said one by one in the message after saving; of more the first and the last."""


class ReceptionScreen(Screen):
    """The form of a family and today's tokens. Signals: ``draft_changed()`` when what is typed has changed."""

    entry = rail_entries.RECEPTION
    kinds: ClassVar[frozenset[str]] = frozenset({
        "person", "arrival_group", "membership", "movement", "stay", "place", "same_as", "foreign",
    })  # fmt: skip

    draft_changed = Signal()

    def __init__(self, worker: DeskWorker, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._worker = worker
        desk = worker.desk
        zone = desk.who.zone if desk is not None else "UTC"
        self._saving = 0
        self._refused: list[Mapping[str, Any]] = []  # in the order in which they were typed
        self.family = FamilyCard(worker.clock, zone)
        self.count = CountCard(worker, zone)
        self.tokens = TokensCard()
        self.cards = FamilyCards(self, worker)
        self.primary = self.family.foot.save
        side = QWidget()
        side.setProperty("part", "clear")
        side.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)
        self._side = QVBoxLayout(side)
        self._side.setContentsMargins(0, 0, 0, 0)
        self._side.addWidget(self.count)
        self._side.addWidget(self.tokens, 1)
        self.count.hide()
        columns = FoldingColumns((self.family, 68), (side, 32), fold_below=1000)
        self.family.middle.set_whole(columns.is_folded)
        columns.folded.connect(self.family.middle.set_whole)
        self.page.addWidget(columns, 1)
        self._listen()
        self._space_side()
        self.track(theme().changed, self._space_side)

    def help_text(self) -> str:
        return tr(
            "Type one person after the other and save the family: everybody gets a number, a bed and a card. "
            "Only a name is needed; write what people say, “about 10” is a good birth date. A passport fills "
            "its fields by itself. When a boat is too full, count its groups first: a token buys a bed, food "
            "and care, and the names come later. What is typed stays, also when the laptop goes off. As long as "
            "there are cards printed ahead, saving asks for a scan of one for each; else they are printed."
        )

    def keys(self) -> Sequence[tuple[str, str]]:
        return (
            ("F3", tr("read a passport or identity card")),
            ("F4", tr("count a new group")),
            ("F5", tr("family of the next token")),
            ("Ctrl+PgUp", tr("member before")),
            ("Ctrl+PgDown", tr("next member")),
            ("Alt+U", tr("not known")),
            ("Alt+R", tr("not said")),
            ("Alt+N", tr("not asked")),
            ("Alt+M", tr("name in own script, lived last in")),
            ("Alt+Del", tr("take the member out")),
        )

    def refresh(self, changes: Changes | None) -> None:
        desk = self._worker.desk
        if desk is None:
            return

        def ask(reader: Reader) -> Arrivals:
            return arrivals(desk, reader)

        self._worker.read(ask, done=self._on_arrivals, failed=self.say_error, topic="reception-arrivals")
        if changes is None:
            self.cards.look()

    def first_focus(self) -> QWidget:
        return self.family.first_editor()

    def finish(self) -> None:
        if not self.count.isHidden() and self._has_focus(self.count):
            self.count.count()
        else:
            self.save()

    def step_out(self) -> bool:
        if self.family.close_scan():
            return True
        if not self.count.isHidden():
            self._close_count()
            return True
        return self.cards.put_off()

    def past_last_field(self) -> None:
        self.count.count_button.setFocus(Qt.FocusReason.TabFocusReason)

    def draft(self) -> Mapping[str, Any]:
        """What is typed and not saved, with the families that could not be saved."""
        draft = self.family.draft()
        return {**draft, "refused": [dict(one) for one in self._refused]} if self._refused else draft

    def take_draft(self, draft: Mapping[str, Any]) -> None:
        """Put back what was typed; its token is named once today's tokens are known."""
        refused = draft.get("refused")
        several = refused if isinstance(refused, list) else [refused]
        self._refused = [one for one in several if isinstance(one, Mapping) and one]
        self.family.take_draft(draft)
        self._bring_back()
        self._show_token()
        self._propose()

    def take_scan(self, scan: Scan) -> bool:
        """A document fills a member's fields, a further one those of the next; a token starts its family.

        A card is that of who waits for one.
        """
        if scan.kind is ScanKind.CARD:
            return self.cards.take_card(scan.text)
        if scan.kind is ScanKind.DOCUMENT:
            now = self.family.member.typed()
            if not now["document_number"].is_empty or now.zone is not None:
                self.family.next_member()
            return self.family.read_document(scan.text)
        if scan.kind is ScanKind.NUMBER and scan.counted is Counted.TOKEN:
            token = self.tokens.token_named(scan.text)
            if token is not None:
                self._take_token(token)
                return True
        return False

    def keyPressEvent(self, event: QKeyEvent) -> None:
        plain = not event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        enter = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        if enter and plain and self.family.is_last_of_member(self.focusWidget()):
            self.family.next_member()
        else:
            super().keyPressEvent(event)

    def save(self) -> None:
        """Ctrl+Enter: register the family and print its cards; what cannot be is said under its field.

        The form is free for the next family at once; where saving fails after all, this one comes back.
        """
        self.family.settle()
        try:
            form = self.family.form()
        except BadField as bad:
            self.family.show_problems([FieldProblem(None, bad.field, bad.sentence, bad.next_step)])
            return
        if not form.members:
            if not self._saving:
                self.say(tr("Nobody is typed yet: begin with a name."), Tone.NEUTRAL)
                self.first_focus().setFocus(Qt.FocusReason.OtherFocusReason)
            return
        problems = self.family.problems(form)
        if problems:
            self.family.show_problems(problems)
            return
        draft = self.family.draft()

        def refused(error: WorldError) -> None:
            self._on_refused(error, draft)

        self._saving += 1
        # The draft is forgotten in its turn after this write, so a power cut in between keeps it.
        self._worker.write(register_family, form, done=self._on_saved, failed=refused)
        self._empty_form()

    def _listen(self) -> None:
        self.family.save_asked.connect(self.save)
        self.family.changed.connect(self.draft_changed)
        self.family.people_changed.connect(self._propose)
        self.family.spoke.connect(self.say)
        self.count.counted.connect(self._on_counted)
        self.count.failed.connect(self.say_error)
        self.tokens.chosen.connect(self._take_token)
        self.tokens.count_asked.connect(self._open_count)
        for key, step in (("Ctrl+PgUp", -1), ("Ctrl+PgDown", 1)):
            shortcut = QShortcut(QKeySequence(key), self)
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.activated.connect(lambda step=step: self._step(step))

    def _step(self, step: int) -> None:
        if step > 0:
            self.family.next_member()
        else:
            self.family.go_to(self.family.member_at + step)

    def _empty_form(self) -> None:
        self.family.clear()
        self.tokens.mark_now(None)
        self._bring_back()
        self.first_focus().setFocus(Qt.FocusReason.OtherFocusReason)

    def _bring_back(self) -> None:
        """A family that could not be saved stands in the form again as soon as the form is free."""
        if self._refused and not self.family.people():
            self.family.take_draft(self._refused.pop(0))
            self._show_token()
            self.draft_changed.emit()

    def _on_saved(self, family: RegisteredFamily) -> None:
        self._saving -= 1
        said = _saved_words(family)
        tone = Tone.WARN if family.warnings else Tone.OK
        look = " ".join(dict.fromkeys(warning.sentence for warning in family.warnings))
        said = f"{said} {look}".strip()
        back = way_back(self, self._worker, family.undo)
        self.say(said, tone, back)

        def printed(cards: CardsPrinted) -> None:
            told = ntr("{n} card goes to print.", "{n} cards go to print.", cards.cards)
            self.say(" ".join([said, told, *cards.left_out]), tone, back)

        def not_printed(error: WorldError) -> None:
            if isinstance(error, PrintingStopped):  # some of them are on paper
                from shelterdesk.ui.print_words import held_said

                self.say(f"{said} {held_said(error)}", Tone.WARN, back)
                return
            told = tr("The family is saved, its cards are not printed:")
            self.say(f"{said} {told} {error.sentence} {error.next_step}".strip(), Tone.WARN, back)

        self.cards.give(family, printed, not_printed)

    def _on_refused(self, error: WorldError, draft: Mapping[str, Any]) -> None:
        self._saving -= 1
        self._refused.append(draft)
        is_back = len(self._refused) == 1 and not self.family.people()
        self._bring_back()
        self.draft_changed.emit()
        self.refresh(None)
        if is_back and isinstance(error, NotThisForm):
            self.family.show_problems(error.problems)
            return
        kept = tr("The family is not saved; it stands in the form again.")
        if not is_back:
            kept = ntr(
                "The family before this one is not saved; it comes back when this one is.",
                "{n} families are not saved; they come back one by one, each when the one in the form is saved.",
                len(self._refused),
            )
        self.say(f"{kept} {error.sentence} {error.next_step}".strip(), Tone.BAD)

    def _on_arrivals(self, found: Arrivals) -> None:
        self.tokens.show_arrivals(found, self.family.now())
        self.family.together.show_site(found.site)
        self._show_token()
        if self.family.group is not None and self.tokens.token_of(self.family.group) is None:
            self.family.leave_token()
            said = tr("The token of this family is not open any more; it will be registered without one.")
            self.say(said, Tone.WARN)
        self._propose()

    def _on_counted(self, group: CountedGroup) -> None:
        people = ntr("{n} person", "{n} people", group.head_count)
        self.say(
            tr("Token {number}: {people}. Say it aloud and write it on the hand or a slip.",
               number=group.number, people=people),
            Tone.OK,
            way_back(self, self._worker, group.undo),
        )  # fmt: skip

    def _take_token(self, token: Token) -> None:
        """The family in the form is that of a token; what is typed already stays."""
        self.family.show_token(token)
        self.tokens.mark_now(token.group.ent)
        self.first_focus().setFocus(Qt.FocusReason.OtherFocusReason)
        self.draft_changed.emit()

    def _show_token(self) -> None:
        token = self.tokens.token_of(self.family.group)
        if token is not None:
            self.family.show_token(token)
        self.tokens.mark_now(self.family.group)

    def _propose(self) -> None:
        """Ask for a free place for everybody typed, unless somebody chose the bed."""
        people, today = self.family.people(), self.family.today()
        if not self.family.together.wants_proposal():
            return
        if not people:
            self.family.together.show_proposal(None)
            return
        self._worker.read(
            propose_for_new, [person_form(one) for one in people], today, done=self._on_proposal, failed=self.say_error,
            topic="reception-beds",
        )  # fmt: skip

    def _on_proposal(self, proposal: Proposal | None) -> None:
        # The family may have been saved while the beds were looked through.
        self.family.together.show_proposal(proposal if self.family.people() else None)

    def _open_count(self) -> None:
        self.tokens.hide()
        self.count.show()
        self.count.start()

    def _close_count(self) -> None:
        had_focus = self._has_focus(self.count)
        self.count.hide()
        self.tokens.show()
        if had_focus:
            self.first_focus().setFocus(Qt.FocusReason.OtherFocusReason)

    def _has_focus(self, part: QWidget) -> bool:
        focused = self.focusWidget()
        return focused is not None and part.isAncestorOf(focused)

    def _space_side(self) -> None:
        self._side.setSpacing(theme().gap(Size.BETWEEN_CARDS))


def _saved_words(family: RegisteredFamily) -> str:
    """Who was saved, with their numbers: ``Family LB1-H0001-3, 2 people: LB1-000001-7, LB1-000002-5.``"""
    numbers = [member.number for member in family.members]
    shown = (
        ", ".join(numbers)
        if len(numbers) <= MOST_NUMBERS
        else tr("{first} to {last}", first=numbers[0], last=numbers[-1])
    )
    return ntr(
        "Family {number} is saved, {n} person: {numbers}.",
        "Family {number} is saved, {n} people: {numbers}.",
        len(numbers),
        number=family.household_number,
        numbers=shown,
    )
