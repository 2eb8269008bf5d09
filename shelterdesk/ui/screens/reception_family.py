"""The family in the making: its members as tiles, the fields of one of them, and how they arrived together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QSizePolicy, QWidget

from shelterdesk.actions.places import SitePlan
from shelterdesk.core.errors import BadField
from shelterdesk.core.family_checks import FieldProblem, tidy, warnings_of
from shelterdesk.core.lodging import Proposal
from shelterdesk.core.moment import Clock
from shelterdesk.core.mrz import MrzUnreadable, read_zone
from shelterdesk.core.people import FamilyForm
from shelterdesk.core.words import ntr, tr
from shelterdesk.ui.icons import IconMark
from shelterdesk.ui.screens.people_words import route_words, time_words
from shelterdesk.ui.screens.reception_answers import AnswerField, CodedLine
from shelterdesk.ui.screens.reception_arrival import arrival_aside, read_arrival
from shelterdesk.ui.screens.reception_codes import Codes, Options, route_codes
from shelterdesk.ui.screens.reception_member import MemberForm, sentence_of
from shelterdesk.ui.screens.reception_reads import Token
from shelterdesk.ui.screens.reception_scan import answers_of
from shelterdesk.ui.screens.reception_typed import (
    Typed,
    TypedPerson,
    family_form,
    proposed_surnames,
    tile_detail,
)
from shelterdesk.ui.theme import theme
from shelterdesk.ui.widgets import (
    ButtonRow,
    Card,
    FieldGrid,
    FlowLayout,
    LabelledField,
    Pill,
    PrimaryButton,
    QuietButton,
    ScanField,
    SecondaryButton,
    Tile,
    Tone,
    rule,
    words,
)

MOST_BEDS = 30
"""Most places listed under the field for the bed."""


class _Tiles(QWidget):
    """The members in a row that goes on below; Signals: ``chosen(int)`` with the member's place."""

    chosen = Signal(int)

    def __init__(self, further: QuietButton) -> None:
        super().__init__()
        self.setProperty("part", "clear")
        self.setAccessibleName(tr("Members of the family"))
        self._flow = FlowLayout(4, 4, self)
        self._flow.addWidget(further)
        self.tiles: list[Tile] = []
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def show_people(self, said: Sequence[tuple[str, str]], at: int) -> None:
        """Names and details, standing on the member at ``at``."""
        while len(self.tiles) > len(said):
            tile = self.tiles.pop()
            self._flow.removeWidget(tile)
            tile.hide()
            tile.deleteLater()
        while len(self.tiles) < len(said):
            place = len(self.tiles)
            tile = Tile("")
            tile.clicked.connect(lambda _=False, place=place: self.chosen.emit(place))
            self._flow.insert_widget(place, tile)
            tile.show()
            self.tiles.append(tile)
        for place, (tile, (name, detail)) in enumerate(zip(self.tiles, said, strict=True)):
            tile.show_words(name, detail)
            tile.setChecked(place == at)
        self.updateGeometry()


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
        self._clock, self._zone_name = clock, zone
        self._people = [TypedPerson()]
        self._at = 0
        self._token: Token | None = None
        self._token_of = 0
        self._group = ""
        self._site: SitePlan | None = None
        self._proposal: Proposal | None = None
        self._is_filling = False
        self.vehicle_pill, self.token_pill = Pill("", Tone.ACCENT), Pill("", Tone.ACCENT)
        for pill in (self.vehicle_pill, self.token_pill):
            self.add_beside_title(pill)
            pill.hide()
        self.further = QuietButton(tr("next member"), icon="plus")
        self.tiles = _Tiles(self.further)
        self.scan = ScanField(is_code=lambda _: True)
        self.scan_row = LabelledField(
            tr("Passport or identity card"), self.scan, hint=tr("hold it under the reader, or paste its lines")
        )
        self.scan_row.setProperty("not_kept", True)
        self.member = MemberForm(self.today)
        self.arrived = AnswerField(
            tr("Arrived"), QLineEdit(), reasons=False, check=self._check_arrived, reading=self._read_arrived
        )
        self.route = AnswerField(tr("Way in"), CodedLine(route_codes()))
        self._beds = Codes(self._places, lambda code: code, several=True)
        self.bed = AnswerField(tr("Bed"), CodedLine(self._beds), reasons=False, check=self._check_bed)
        self.advice = words("", "warn", wrap=True)
        self.save_button = PrimaryButton(tr("Save family and print cards"), icon="print")
        self.next_button = SecondaryButton(tr("Next member"), "Return")
        self.scan_button = QuietButton(tr("Passport"), "F3", icon="scan")
        self.more_button = QuietButton(tr("More"), "Alt+M", icon="down")
        self.remove_button = QuietButton(tr("Take out"), "Alt+Del", icon="close")
        self._lay_out()
        self._listen()
        self.clear()

    # what is typed

    def today(self) -> date:
        """The local day at the desk."""
        return self.now().date()

    def now(self) -> datetime:
        """The present on the station's wall clock."""
        from zoneinfo import ZoneInfo

        return self._clock.now().astimezone(ZoneInfo(self._zone_name))

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
        arrived = read_arrival(self.arrived.text(), self._clock.now(), self._zone_name)
        codes = self.route.typed().codes
        return family_form(
            self.people(),
            self._bed_codes(),
            group=self.group,
            arrived_at=arrived,
            route=codes[0] if codes else "",
        )

    def draft(self) -> dict[str, Any]:
        """What is typed, as JSON values; empty when nothing is."""
        if not self.people() and not self._group:
            return {}
        return {
            "people": [one.as_plain() for one in self._people],
            "at": self._at,
            "group": self._group,
            "arrived": self.arrived.text(),
            "route": self.route.typed().as_plain(),
            "bed": self.bed.typed().as_plain(),
        }

    def take_draft(self, draft: Mapping[str, Any]) -> None:
        """Put back what :meth:`draft` once gave."""
        people = draft.get("people")
        self._people = [TypedPerson.from_plain(one) for one in people] if isinstance(people, list) else []
        self._people = self._people or [TypedPerson()]
        at = draft.get("at")
        self._at = at if isinstance(at, int) and 0 <= at < len(self._people) else 0
        self._group = str(draft.get("group", ""))
        self.arrived.restore(Typed(str(draft.get("arrived", ""))))
        self.route.restore(Typed.from_plain(draft.get("route")))
        self.bed.restore(Typed.from_plain(draft.get("bed")))
        self._show_member()

    def clear(self) -> None:
        """An empty form for the next family."""
        self._people, self._at = [TypedPerson()], 0
        self._group, self._proposal = "", None
        for field in (self.arrived, self.route, self.bed):
            field.restore(Typed())
        self.bed.set_hint("")
        self.member.show_more(False)
        self.scan_row.hide()
        self.show_token(None, 0)
        self._show_member()
        self.changed.emit()

    # going through the members

    def next_member(self) -> None:
        """Go to the next member, a new one after the last; a blank one is not followed by another."""
        self.member.settle()
        self._keep()
        if self._people[self._at].is_blank and self._at == len(self._people) - 1:
            self.first_editor().setFocus(Qt.FocusReason.TabFocusReason)
            return
        if self._at == len(self._people) - 1:
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
        self._at = min(at, len(self._people) - 1)
        self._show_member()
        self.people_changed.emit()
        self.changed.emit()
        if not gone.is_blank:

            def put_back() -> None:
                self._keep()
                self._people.insert(at, gone)
                self._at = at
                self._show_member()
                self.people_changed.emit()
                self.changed.emit()

            name = gone.name or tr("This member")
            self.spoke.emit(tr("{name} is taken out of this form.", name=name), Tone.NEUTRAL, put_back)
        self.first_editor().setFocus(Qt.FocusReason.OtherFocusReason)

    def first_editor(self) -> QWidget:
        """The first field of a member."""
        return self.member["surnames"].editor

    def is_last_of_member(self, editor: QWidget | None) -> bool:
        """Whether Enter here goes on to the next member: the last field of all, or a further member's own last."""
        own = self.member.editors()
        return editor is self.bed.editor or (self._at > 0 and bool(own) and editor is own[-1])

    # documents

    def open_scan(self) -> None:
        """F3: ready for the reader or for pasted lines."""
        self.scan_row.set_mistake("")
        self.scan_row.show()
        self.scan.setPlaceholderText("")
        self.scan.take_up()

    def close_scan(self) -> bool:
        """Close that line again; False when it was not open."""
        if self.scan_row.isHidden():
            return False
        had_focus = self.scan.hasFocus()
        self.scan_row.hide()
        self.scan.clear()
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
        self.scan_row.hide()
        self.scan.clear()
        self.member.fill_from(*answers_of(read))
        empty = next((e for e in self.member.editors() if _is_empty(e)), self.first_editor())
        empty.setFocus(Qt.FocusReason.TabFocusReason)
        return True

    # what the desk tells

    def show_token(self, token: Token | None, of: int) -> None:
        """Name the token whose family this is; ``of`` is how many came with the same vehicle."""
        self._token, self._token_of = token, of
        if token is not None:
            self._group = token.group.ent
        vehicle = token.group.vehicle if token is not None else None
        self.vehicle_pill.show_state(vehicle or "", Tone.ACCENT)
        self.vehicle_pill.setVisible(bool(vehicle))
        if token is not None:
            self.token_pill.show_state(tr("Token {number}", number=token.counter), Tone.ACCENT)
        self.token_pill.setVisible(token is not None)
        landed = token.landed if token is not None else None
        self.arrived.show_when_empty(
            tr("now") if landed is None else time_words(landed.astimezone(self.now().tzinfo), self.now())
        )
        route = token.group.entry_route if token is not None else None
        self.route.show_when_empty(route_words(route) if route else "")
        self._show_counts()

    def show_site(self, site: SitePlan) -> None:
        """The places there are."""
        self._site = site

    def show_proposal(self, proposal: Proposal | None) -> None:
        """A free place for everybody typed; it takes the place of an earlier proposal, never of typed text."""
        if not (self.bed.is_proposed or self.bed.typed().is_empty):
            return
        self._proposal = proposal
        if proposal is None:
            if self.bed.is_proposed:
                self.bed.restore(Typed())
            self.bed.set_hint("")
            return
        codes = tuple(dict.fromkeys(code for _, code in proposal.places))
        self._is_filling = True
        self.bed.restore(Typed(", ".join(codes), codes, proposed=True))
        self._is_filling = False
        self.bed.set_hint(tr("proposed, free"))

    def wants_proposal(self) -> bool:
        """Whether a bed may be proposed: somebody is typed, and nobody typed or emptied the bed."""
        return bool(self.people()) and (self.bed.is_proposed or not self._bed_was_decided)

    def show_problems(self, problems: Sequence[FieldProblem]) -> None:
        """Say under the fields what cannot be, going to the first member who has something."""
        shown = [at for at, one in enumerate(self._people) if not one.is_blank]
        of_family = [one for one in problems if one.member is None]
        members = [one.member for one in problems if one.member is not None]
        if members:
            self.go_to(shown[members[0]])
            first = self.member.show_mistakes([one for one in problems if one.member == members[0]])
            if first is not None:
                first.setFocus(Qt.FocusReason.OtherFocusReason)
        for one in of_family:
            if one.field == "arrived_at":
                self.arrived.set_mistake(sentence_of(one))
                self.arrived.editor.setFocus(Qt.FocusReason.OtherFocusReason)
            else:
                self.spoke.emit(sentence_of(one), Tone.BAD, None)

    def settle(self) -> None:
        """Understand what stands in every field, as if all were left."""
        self.member.settle()
        for field in (self.route, self.bed):
            if isinstance(field.editor, CodedLine):
                field.editor.settle()
        self._keep()

    # the inside

    def _lay_out(self) -> None:
        self.together = FieldGrid()
        self.together.add_row((self.arrived, 1), (self.route, 1), (self.bed, 2))
        self.kept = QWidget()
        self.kept.setProperty("part", "clear")
        kept = QHBoxLayout(self.kept)
        kept.setContentsMargins(0, 0, 0, 0)
        kept.setSpacing(theme().gap(6))
        kept.addWidget(IconMark("ok", "accent"))
        kept.addWidget(words(tr("typed text is kept"), "secondary"))
        self.reasons = words(
            tr("In any field:  ?  not known ·  -  not said · Alt+N not asked"), "label", wrap=True
        )
        self.buttons = ButtonRow(self.save_button, self.next_button)
        self.buttons.add_far(self.kept)
        self.small = ButtonRow(self.scan_button, self.more_button, self.remove_button)
        self.small.add_far(self.reasons)
        for thing in (self.tiles, rule(), self.scan_row, self.member, self.together, self.advice):
            self.add(thing)
        self.add_stretch()
        self.add(self.small)
        self.add(self.buttons)
        before = self.member["child_alone"].editor
        for field in (self.arrived, self.route, self.bed):
            QWidget.setTabOrder(before, field.editor)
            before = field.editor
        for button in (self.save_button, self.next_button, self.scan_button, self.more_button):
            QWidget.setTabOrder(before, button)
            before = button

    def _listen(self) -> None:
        self._bed_was_decided = False
        self.tiles.chosen.connect(self.go_to)
        self.further.clicked.connect(self.next_member)
        self.next_button.clicked.connect(self.next_member)
        self.save_button.clicked.connect(self.save_asked)
        self.scan_button.clicked.connect(self.open_scan)
        self.more_button.clicked.connect(self._toggle_more)
        self.remove_button.clicked.connect(self.take_out)
        self.scan.scanned.connect(self.read_document)
        self.scan.left_empty.connect(self.close_scan)
        self.member.typed_changed.connect(self._on_member)
        for field in (self.arrived, self.route, self.bed):
            field.answered.connect(self._on_together)
        if isinstance(self.bed.editor, QLineEdit):
            self.bed.editor.textEdited.connect(self._on_bed_typed)

    def _on_member(self) -> None:
        self._keep()
        self._tell()
        self.people_changed.emit()
        self.changed.emit()

    def _on_together(self) -> None:
        if not self._is_filling:
            self.changed.emit()

    def _on_bed_typed(self) -> None:
        self._bed_was_decided = True
        self.bed.set_hint("")

    def _keep(self) -> None:
        self._people[self._at] = self.member.typed()

    def _show_member(self) -> None:
        self.member.restore(self._people[self._at])
        first = self._people[0]
        self.member.show_relation_to(first["given"].text.strip() or first.name, is_first=self._at == 0)
        self.remove_button.setVisible(len(self._people) > 1)
        self._tell()

    def _tell(self) -> None:
        """Tiles, counts, what to look at again, and whether to ask if a child is alone."""
        today = self.today()
        said = [
            (one.name or (tr("New member") if at else tr("First member")), tile_detail(one, today))
            for at, one in enumerate(self._people)
        ]
        self.tiles.show_people(said, self._at)
        self.further.setVisible(not self._people[-1].is_blank)
        self.kept.setVisible(bool(self.people()))
        if not self.people():
            self._bed_was_decided = False
        self._show_counts()
        self._advise(today)

    def _advise(self, today: date) -> None:
        named = [at for at, one in enumerate(self._people) if not one.is_blank]
        form = family_form(self.people())
        tidied = replace(form, members=tuple(tidy(member, today) for member in form.members))
        warnings = warnings_of(tidied, today, (), self._zone_name)
        asked = {named[one.member] for one in warnings if one.code == "child_alone" and one.member is not None}
        now = self._people[self._at]
        born_said = not now["birth"].is_empty or not now["sex"].is_empty
        self.member.ask_child_alone(self._at in asked and born_said)
        said = [one.sentence for one in warnings if one.code not in ("child_alone", "mrz_check", "document_expired")]
        self.advice.setText(" ".join(dict.fromkeys(said)))
        self.advice.setVisible(bool(said))

    def _show_counts(self) -> None:
        typed = len(self.people())
        parts = []
        if self._token is not None:
            parts.append(ntr("{n} counted", "{n} counted", self._token.group.head_count))
            typed += self._token.group.named
        if typed:
            parts.append(ntr("{n} named", "{n} named", typed))
        self.count_words.setText(" · ".join(parts))

    def _toggle_more(self) -> None:
        shown = not self.member["name_native"].isHidden()
        self.member.show_more(not shown or self.member.has_more())
        if not shown:
            self.member["name_native"].editor.setFocus(Qt.FocusReason.TabFocusReason)

    def _bed_codes(self) -> tuple[str, ...]:
        if self.bed.is_proposed and self._proposal is not None:
            places = tuple(code for _, code in self._proposal.places)
            if len(places) == len(self.people()):
                return places
        return self.bed.typed().codes

    def _places(self, typed: str) -> Options:
        """Open places whose code begins or goes on with what was typed, those with room first."""
        if self._site is None:
            return []
        wanted = typed.strip().casefold()
        states = [s for top in self._site.tree for s in top.walk() if wanted in s.place.code.casefold()]
        states.sort(
            key=lambda s: (
                s.place.code.casefold() != wanted,
                not s.place.code.casefold().startswith(wanted),
                s.capacity.allocable <= 0,
            )
        )
        return [(s.place.code, s.place.code) for s in states[:MOST_BEDS]]

    def _check_bed(self, _: str) -> str:
        left = self.bed.editor.unread() if isinstance(self.bed.editor, CodedLine) else ""
        return tr("{code} is not on the site plan.", code=left[:40]) if left else ""

    def _check_arrived(self, text: str) -> str:
        try:
            read_arrival(text, self._clock.now(), self._zone_name)
        except BadField as bad:
            return sentence_of(bad)
        return ""

    def _read_arrived(self, text: str) -> str:
        return arrival_aside(text, self._clock.now(), self._zone_name)


def _is_empty(editor: QWidget) -> bool:
    from shelterdesk.ui.widgets.labelled_field import text_of

    return not text_of(editor)
