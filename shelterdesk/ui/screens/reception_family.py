"""The family in the making: its members as tiles, the fields of one of them, and how they arrived together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from shelterdesk.core.family_checks import FieldProblem, why_not
from shelterdesk.core.family_tidy import tidy
from shelterdesk.core.family_warnings import warnings_of
from shelterdesk.core.moment import Clock
from shelterdesk.core.mrz import MrzUnreadable, read_zone
from shelterdesk.core.people import FamilyForm
from shelterdesk.core.words import ntr, tr
from shelterdesk.ui.screens.reception_foot import FormFoot
from shelterdesk.ui.screens.reception_member import MemberForm, sentence_of
from shelterdesk.ui.screens.reception_reads import Token
from shelterdesk.ui.screens.reception_scan import answers_of
from shelterdesk.ui.screens.reception_tiles import MemberTiles
from shelterdesk.ui.screens.reception_together import Together
from shelterdesk.ui.screens.reception_typed import (
    Typed,
    TypedPerson,
    family_form,
    proposed_surnames,
    tile_detail,
)
from shelterdesk.ui.theme import theme
from shelterdesk.ui.widgets import (
    Card,
    LabelledField,
    Pill,
    ScanField,
    Tone,
    rule,
    words,
)
from shelterdesk.ui.widgets.labelled_field import text_of
from shelterdesk.ui.widgets.middle_area import MiddleArea

_SAID_ELSEWHERE = frozenset({"child_alone", "mrz_check", "mrz_unreadable", "document_expired"})


class FamilyCard(Card):
    """The form of a new family. It knows nothing of the desk: it says what is typed and is told what to show.

    Signals: ``changed()`` with everything typed, ``people_changed()`` when it is about the people,
    ``save_asked()``, ``spoke(str, Tone, undo)`` for the message line.
    """

    changed = Signal()
    people_changed = Signal()
    save_asked = Signal()
    spoke = Signal(str, object, object)

    def __init__(self, clock: Clock, zone: str, parent: QWidget | None = None) -> None:
        self.count_words = words("", "secondary")
        super().__init__(tr("New family"), self.count_words, screen=True, parent=parent)
        self._clock, self._zone = clock, zone
        self._people = [TypedPerson()]
        self._at = 0
        self._token: Token | None = None
        self._group = ""
        self.vehicle_pill, self.token_pill = Pill("", Tone.ACCENT), Pill("", Tone.ACCENT)
        self.tiles = MemberTiles()
        self.scan = ScanField(is_code=lambda _: True)
        self.scan_row = LabelledField(
            tr("Passport or identity card"),
            self.scan,
            hint=tr("hold it under the reader, or paste its lines"),
        )
        self.scan_row.setProperty("not_kept", True)
        self.member = MemberForm(self.today)
        self.together = Together(self.now, zone, self)
        self.advice = words("", "warn", wrap=True)
        self.foot = FormFoot()
        self._form = QWidget()
        self._form.setProperty("part", "clear")
        self._column = QVBoxLayout(self._form)
        self.middle = MiddleArea(self._form)  # whatever is said in it, the next step below stays in sight
        self._lay_out()
        self._listen()
        self.clear()

    # what is typed

    def now(self) -> datetime:
        """The present on the station's wall clock."""
        return self._clock.now().astimezone(ZoneInfo(self._zone))

    def today(self) -> date:
        """The local day at the desk."""
        return self.now().date()

    def people(self) -> list[TypedPerson]:
        """Everybody typed so far, in their order, without those of whom nothing was typed."""
        return [one for one in self._people if not one.is_blank]

    @property
    def member_at(self) -> int:
        """Which member stands in the fields, from 0."""
        return self._at

    @property
    def group(self) -> str | None:
        """The id of the token whose family this is."""
        return self._group or None

    def form(self) -> FamilyForm:
        """The family as it would be registered. Raises ``BadField`` for a time of arrival that is none."""
        people = self.people()
        return family_form(
            people,
            self.together.places_for(len(people)),
            group=self.group,
            arrived_at=self.together.arrived_at(),
            route=self.together.route_code(),
        )

    def problems(self, form: FamilyForm) -> list[FieldProblem]:
        """Everything in the form that cannot be."""
        today = self.today()
        return why_not(
            replace(form, members=tuple(tidy(member, today) for member in form.members)), today, self._zone
        )

    def draft(self) -> dict[str, Any]:
        """What is typed, as JSON values; empty when nothing is."""
        if not self.people() and not self._group:
            return {}
        people = [one.as_plain() for one in self._people]
        return {"people": people, "at": self._at, "group": self._group, **self.together.draft()}

    def take_draft(self, draft: Mapping[str, Any]) -> None:
        """Put back what :meth:`draft` once gave."""
        people = draft.get("people")
        self._people = [TypedPerson.from_plain(one) for one in people] if isinstance(people, list) else []
        self._people = self._people or [TypedPerson()]
        at = draft.get("at")
        self._at = at if isinstance(at, int) and 0 <= at < len(self._people) else 0
        self._group = str(draft.get("group", ""))
        self.together.take_draft(draft)
        self._show_member()

    def clear(self) -> None:
        """An empty form for the next family."""
        self._people, self._at, self._group = [TypedPerson()], 0, ""
        self.together.take_draft({})
        self.scan_row.hide()
        self.show_token(None)
        self._show_member()
        self.member.show_more(False)
        self.changed.emit()

    def settle(self) -> None:
        """Understand what stands in every field, as if all were left."""
        self.member.settle()
        self.together.settle()
        self._keep()

    # going through the members

    def next_member(self) -> None:
        """Go to the next member, a new one after the last; a blank one is not followed by another."""
        self.member.settle()
        self._keep()
        if self._at == len(self._people) - 1:
            if self._people[self._at].is_blank:
                self.first_editor().setFocus(Qt.FocusReason.TabFocusReason)
                return
            surnames = proposed_surnames(self._people)
            new = {"surnames": Typed(surnames, proposed=True)} if surnames else {}
            self._people.append(TypedPerson(new))
        self.go_to(self._at + 1)

    def go_to(self, at: int) -> None:
        """Show the member at a place (from 0), typing at the first field."""
        if not 0 <= at < len(self._people):
            return
        self._keep()
        self._at = at
        self._show_member()
        self.first_editor().setFocus(Qt.FocusReason.TabFocusReason)
        self.changed.emit()

    def take_out(self) -> None:
        """Take the member in the fields out of the form, with a way back."""
        if len(self._people) < 2:
            return
        at, gone = self._at, self.member.typed()
        del self._people[at]
        self._stand_on(min(at, len(self._people) - 1))
        if not gone.is_blank:

            def put_back() -> None:
                self._keep()
                self._people.insert(min(at, len(self._people)), gone)
                self._stand_on(min(at, len(self._people) - 1))

            said = tr("{name} is taken out of this form.", name=gone.name or tr("This member"))
            self.spoke.emit(said, Tone.NEUTRAL, put_back)

    def first_editor(self) -> QWidget:
        """The first field of a member."""
        return self.member["surnames"].editor

    def is_last_of_member(self, editor: QWidget | None) -> bool:
        """Whether Enter goes on to the next member: the last field of all, or a further member's own last.

        When and how they arrived is said once, with the first member.
        """
        own = self.member.editors()
        return editor is self.together.bed.editor or (self._at > 0 and bool(own) and editor is own[-1])

    # documents

    def open_scan(self) -> None:
        """F3: ready for the reader or for pasted lines."""
        self.scan_row.set_mistake("")
        self.scan_row.show()
        self.scan.take_up()
        self.scan.setPlaceholderText("")

    def close_scan(self) -> bool:
        """Close that line again; False when it was not open."""
        if self.scan_row.isHidden():
            return False
        had_focus = self.scan.hasFocus()
        self._hide_scan()
        if had_focus:
            self.first_editor().setFocus(Qt.FocusReason.OtherFocusReason)
        return True

    def read_document(self, text: str) -> bool:
        """Fill the member's fields from the lines of a document; what cannot be read is said, nothing changes."""
        try:
            read = read_zone(text, self.today())
        except MrzUnreadable as error:
            self.open_scan()
            self.scan_row.set_mistake(f"{error.sentence} {error.next_step}".strip())
            return False
        self._hide_scan()
        self.member.fill_from(*answers_of(read))
        empty = (editor for editor in self.member.editors() if not text_of(editor))
        next(empty, self.first_editor()).setFocus(Qt.FocusReason.TabFocusReason)
        return True

    # what the desk tells

    def show_token(self, token: Token | None) -> None:
        """Name the token whose family this is."""
        self._token = token
        if token is not None:
            self._group = token.group.ent
        vehicle = token.group.vehicle if token is not None else None
        self.vehicle_pill.show_state(vehicle or "", Tone.ACCENT)
        self.vehicle_pill.setVisible(bool(vehicle))
        number = token.counter if token is not None else ""
        self.token_pill.show_state(tr("Token {number}", number=number), Tone.ACCENT)
        self.token_pill.setVisible(token is not None)
        self.together.show_token(token)
        self._show_counts()

    def leave_token(self) -> None:
        """The family belongs to no token."""
        self._group = ""
        self.show_token(None)
        self.changed.emit()

    def show_problems(self, problems: Sequence[FieldProblem]) -> None:
        """Say under the fields what cannot be, going to the first member who has something."""
        shown = [at for at, one in enumerate(self._people) if not one.is_blank]
        members = [one.member for one in problems if one.member is not None]
        if members:
            self.go_to(shown[members[0]])
            first = self.member.show_mistakes([one for one in problems if one.member == members[0]])
            if first is not None:
                first.setFocus(Qt.FocusReason.OtherFocusReason)
        for one in problems:
            if one.member is None and one.field == "arrived_at":
                self.together.arrived.set_mistake(sentence_of(one))
                self.together.arrived.editor.setFocus(Qt.FocusReason.OtherFocusReason)
            elif one.member is None:
                self.spoke.emit(sentence_of(one), Tone.BAD, None)

    # the inside

    def _lay_out(self) -> None:
        for pill in (self.vehicle_pill, self.token_pill):
            self.add_beside_title(pill)
        together = self.together
        self.member.asked.add_row((together.arrived, 1), (together.route, 1), (together.bed, 2))
        column = self._column
        column.setContentsMargins(0, 0, 0, 0)
        for thing in (self.scan_row, self.member, self.advice):
            column.addWidget(thing)
        column.addStretch(1)
        self._space_form()
        theme().changed.connect(self._space_form)
        self.add(self.tiles)
        self.add(rule())
        self.add(self.middle, 1)
        self.add(self.foot)
        chain = [
            self.tiles.further, self.scan, self.first_editor(), *self.member.chain()[1:],
            *(field.editor for field in together.fields()),
            *self.foot.buttons(),
        ]  # fmt: skip
        for before, after in zip(chain, chain[1:], strict=False):
            QWidget.setTabOrder(before, after)

    def _listen(self) -> None:
        self.tiles.chosen.connect(self.go_to)
        self.tiles.further_asked.connect(self.next_member)
        self.foot.next.clicked.connect(self.next_member)
        self.foot.save.clicked.connect(self.save_asked)
        self.foot.scan.clicked.connect(self.open_scan)
        self.foot.more.clicked.connect(self._toggle_more)
        self.foot.take_out.clicked.connect(self.take_out)
        self.scan.scanned.connect(self.read_document)
        self.scan.left_empty.connect(self.close_scan)
        self.member.typed_changed.connect(self._on_member)
        self.together.changed.connect(self.changed)

    def _on_member(self) -> None:
        self._keep()
        self._tell()
        self.people_changed.emit()
        self.changed.emit()

    def _keep(self) -> None:
        self._people[self._at] = self.member.typed()

    def _stand_on(self, at: int) -> None:
        """Show a member after members came or went, without keeping what the fields held."""
        self._at = at
        self._show_member()
        self.first_editor().setFocus(Qt.FocusReason.OtherFocusReason)
        self.people_changed.emit()
        self.changed.emit()

    def _show_member(self) -> None:
        self.member.restore(self._people[self._at])
        first = self._people[0]
        self.member.show_relation_to(first["given"].text.strip() or first.name, is_first=self._at == 0)
        self.foot.take_out.setVisible(len(self._people) > 1)
        self._tell()

    def _tell(self) -> None:
        """Tiles, counts, what to look at again, and whether to ask if a child is alone."""
        today = self.today()
        said = [
            (one.name or (tr("New member") if at else tr("First member")), tile_detail(one, today))
            for at, one in enumerate(self._people)
        ]
        self.tiles.show_people(said, self._at, may_grow=not self._people[-1].is_blank)
        self.foot.kept.setVisible(bool(self.people()))
        self._show_counts()
        self._advise(today)

    def _advise(self, today: date) -> None:
        named = [at for at, one in enumerate(self._people) if not one.is_blank]
        form = family_form(self.people())
        tidied = replace(form, members=tuple(tidy(member, today) for member in form.members))
        warnings = warnings_of(tidied, today, (), self._zone)
        alone = {
            named[one.member] for one in warnings if one.code == "child_alone" and one.member is not None
        }
        now = self._people[self._at]
        # Until birth or sex is said, everybody might be a child; asking then would ask everybody.
        is_known = not now["birth"].is_empty or not now["sex"].is_empty
        self.member.ask_child_alone(self._at in alone and is_known)
        said = dict.fromkeys(one.sentence for one in warnings if one.code not in _SAID_ELSEWHERE)
        self.advice.setText(" ".join(said))
        self.advice.setVisible(bool(said))

    def _show_counts(self) -> None:
        named, parts = len(self.people()), []
        if self._token is not None and self._token.group.is_reserved:
            parts.append(tr("slip of paper"))
        elif self._token is not None:
            parts.append(ntr("{n} counted", "{n} counted", self._token.group.head_count))
            named += self._token.group.named
        if named:
            parts.append(ntr("{n} named", "{n} named", named))
        self.count_words.setText(" · ".join(parts))

    def _space_form(self) -> None:
        self._column.setSpacing(theme().gap(8))

    def _hide_scan(self) -> None:
        self.scan_row.hide()
        self.scan.clear()

    def _toggle_more(self) -> None:
        is_shown = not self.member["name_native"].isHidden()
        self.member.show_more(not is_shown or self.member.has_more())
        if not is_shown:
            self.member["name_native"].editor.setFocus(Qt.FocusReason.TabFocusReason)
