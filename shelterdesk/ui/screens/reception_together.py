"""What a family shares: when they arrived, by which way, and where they will sleep."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QLineEdit

from shelterdesk.actions.places import SitePlan
from shelterdesk.core.errors import BadField
from shelterdesk.core.lodging import Proposal
from shelterdesk.core.words import tr
from shelterdesk.ui.screens.people_words import route_words, time_words
from shelterdesk.ui.screens.reception_answers import AnswerField, CodedLine
from shelterdesk.ui.screens.reception_arrival import arrival_aside, read_arrival
from shelterdesk.ui.screens.reception_codes import Codes, Options, route_codes
from shelterdesk.ui.screens.reception_member import sentence_of
from shelterdesk.ui.screens.reception_reads import Token
from shelterdesk.ui.screens.reception_typed import Typed

MOST_BEDS = 30
"""Most places listed under the field for the bed."""


class Together(QObject):
    """The three fields, to be laid out by the form. ``now`` gives the present on the station's clock.

    A bed is proposed as long as nobody typed one or emptied the field. Signals: ``changed()``.
    """

    changed = Signal()

    def __init__(self, now: Callable[[], datetime], zone: str, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._now, self._zone = now, zone
        self._site: SitePlan | None = None
        self._proposal: Proposal | None = None
        self._is_decided = False
        self._is_filling = False
        self.arrived = AnswerField(
            tr("Arrived"), QLineEdit(), reasons=False, check=self._check_arrived, reading=self._read_arrived
        )
        self._ways, self._beds = (
            CodedLine(route_codes()),
            CodedLine(Codes(self._places, lambda code: code, several=True)),
        )
        self.route = AnswerField(tr("Way in"), self._ways)
        self.bed = AnswerField(tr("Bed"), self._beds, reasons=False, check=self._check_bed)
        for field in self.fields():
            field.answered.connect(self._on_answered)
        self._beds.textEdited.connect(self._on_bed_typed)

    def fields(self) -> tuple[AnswerField, AnswerField, AnswerField]:
        """The fields in the order of typing."""
        return self.arrived, self.route, self.bed

    def arrived_at(self) -> datetime | None:
        """When they arrived, None for now. Raises ``BadField``."""
        return read_arrival(self.arrived.text(), self._now(), self._zone)

    def route_code(self) -> str:
        """The way in, empty when nobody said."""
        codes = self.route.typed().codes
        return codes[0] if codes else ""

    def places_for(self, people: int) -> tuple[str, ...]:
        """A code for each of so many people, as proposed; as typed, the last one holds for all after it."""
        if self.bed.is_proposed and self._proposal is not None and len(self._proposal.places) == people:
            return tuple(code for _, code in self._proposal.places)
        return self.bed.typed().codes

    def settle(self) -> None:
        """Understand what stands in the fields as if they were left."""
        for line in (self._ways, self._beds):
            line.settle()

    def draft(self) -> dict[str, Any]:
        """What is typed, as JSON values; a proposed bed is proposed anew."""
        return {
            "arrived": self.arrived.text(),
            "route": self.route.typed().as_plain(),
            "bed": {} if self.bed.is_proposed else self.bed.typed().as_plain(),
            "bed_decided": self._is_decided,
        }

    def take_draft(self, draft: Mapping[str, Any]) -> None:
        """Put back what :meth:`draft` once gave; an empty mapping empties the fields."""
        self._is_filling = True
        self.arrived.restore(Typed(str(draft.get("arrived", ""))))
        self.route.restore(Typed.from_plain(draft.get("route")))
        self.bed.restore(Typed.from_plain(draft.get("bed")))
        self.bed.set_hint("")
        self._is_decided = draft.get("bed_decided") is True
        self._proposal = None
        self._is_filling = False

    def show_token(self, token: Token | None) -> None:
        """What holds as long as nothing is typed: the time and way of the group they were counted in."""
        landed = token.landed if token is not None else None
        now = self._now()
        self.arrived.show_when_empty(
            tr("now") if landed is None else time_words(landed.astimezone(now.tzinfo), now)
        )
        route = token.group.entry_route if token is not None else None
        self.route.show_when_empty(route_words(route) if route else "")

    def show_site(self, site: SitePlan) -> None:
        """The places there are."""
        self._site = site

    def wants_proposal(self) -> bool:
        """Whether a bed may be proposed."""
        return not self._is_decided

    def show_proposal(self, proposal: Proposal | None) -> None:
        """A free place for everybody typed, in place of an earlier proposal, never of typed text."""
        if self._is_decided:
            return
        self._proposal = proposal
        self._is_filling = True
        if proposal is None:
            self.bed.restore(Typed())
            self.bed.set_hint("")
        else:
            codes = tuple(dict.fromkeys(code for _, code in proposal.places))
            self.bed.restore(Typed(", ".join(codes), codes, proposed=True))
            self.bed.set_hint(tr("with the family, free") if proposal.with_family else tr("proposed, free"))
        self._is_filling = False

    def _on_answered(self) -> None:
        if not self._is_filling:
            self.changed.emit()

    def _on_bed_typed(self) -> None:
        self._is_decided = True
        self.bed.set_hint("")

    def _places(self, typed: str) -> Options:
        """Places whose code begins or goes on with what was typed, those with room first; full ones too."""
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
        left = self._beds.unread()
        return tr("{code} is not on the site plan.", code=left[:40]) if left else ""

    def _check_arrived(self, text: str) -> str:
        try:
            read_arrival(text, self._now(), self._zone)
        except BadField as bad:
            return sentence_of(bad)
        return ""

    def _read_arrived(self, text: str) -> str:
        return arrival_aside(text, self._now(), self._zone)
