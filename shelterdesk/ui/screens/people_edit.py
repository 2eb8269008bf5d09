"""Putting a record right: the fields of a person as a form in place of their page, with reasons for gaps."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QLineEdit, QWidget

from shelterdesk.actions.person_changes import EditedPerson, edit_person
from shelterdesk.actions.registration import local_day
from shelterdesk.core import countries
from shelterdesk.core.birth import read_birth, reading
from shelterdesk.core.countries import iso3
from shelterdesk.core.errors import BadField, WorldError
from shelterdesk.core.family_checks import NotThisForm
from shelterdesk.core.languages import language_name
from shelterdesk.core.vocabulary import HouseholdRole, Missing, Relation
from shelterdesk.core.words import ptr, tr
from shelterdesk.db.person_page import MemberShown, PersonPage
from shelterdesk.ui.screens.people_words import (
    field_label,
    missing_words,
    relation_words,
    sex_words,
)
from shelterdesk.ui.screens.reception_member import sentence_of
from shelterdesk.ui.widgets import (
    ButtonRow,
    Card,
    Choice,
    ChoiceField,
    FieldGrid,
    LabelledField,
    PickField,
    PrimaryButton,
    SecondaryButton,
    words,
)
from shelterdesk.ui.worker import DeskWorker

_SIGNS = {"?": Missing.UNKNOWN, "-": Missing.REFUSED, "–": Missing.REFUSED, "/": Missing.NOT_APPLICABLE}
_QUESTIONS = (
    "birth", "nationality", "birth_country", "last_residence", "languages", "destination", "occupation",
)  # fmt: skip
_NAMES = ("surnames", "given", "name_native")
_COUNTRIES = frozenset({"nationality", "birth_country", "last_residence"})
_LISTS = frozenset({"nationality", "languages"})


class PersonEdit(Card):
    """The form. ``?`` in a field says it was asked and is not known, ``-`` not said, ``/`` does not apply.

    A save may still wait while typing goes on or another person is opened: its answer is held against what was
    sent and of whom. Signals: ``saved(EditedPerson)``, ``failed(WorldError)``, ``left()`` when stepped out of
    (what was typed then stays for the same person), ``typed()`` when :meth:`draft` has become another.
    """

    saved = Signal(object)
    failed = Signal(object)
    left = Signal()
    typed = Signal()

    def __init__(self, worker: DeskWorker, parent: QWidget | None = None) -> None:
        super().__init__(tr("Put the record right"), parent=parent)
        self._worker = worker
        self._page: PersonPage | None = None
        self._before: dict[str, str] = {}
        self._sent: dict[str, dict[str, str]] = {}  # what waits to be saved, by person
        self._kept: dict[str, dict[str, str]] = {}  # what was typed since, of somebody not in the form now
        self._is_filling = False
        self.fields: dict[str, LabelledField] = {}
        for name in (*_NAMES, *_QUESTIONS, "note"):
            self.fields[name] = LabelledField(field_label(name), QLineEdit(), reading=self._reader_of(name))
        self.sex = ChoiceField([Choice(code, code, sex_words(code)) for code in ("F", "M", "X", "U")])
        self.fields["sex"] = LabelledField(field_label("sex"), self.sex, reading=lambda _: self.sex.words())
        self.relation = PickField()
        self.fields["relation"] = LabelledField(tr("In the family"), self.relation)
        grid, f = FieldGrid(), self.fields
        grid.add_row((f["surnames"], 2), (f["given"], 2))
        grid.add_row((f["birth"], 1), (f["sex"], 1), (f["nationality"], 1), (f["birth_country"], 1))
        grid.add_row((f["last_residence"], 1), (f["languages"], 1), (f["relation"], 1), (f["name_native"], 1))
        grid.add_row((f["destination"], 1), (f["occupation"], 1), (f["note"], 2))
        self.add(
            words(
                tr("In any field: ? asked and not known · - not said · / does not apply · empty not asked"),
                "secondary",
                wrap=True,
            )
        )
        self.add(grid)
        self.add_stretch()
        self.save_button = PrimaryButton(tr("Save changes"), icon="check")
        self.leave_button = SecondaryButton(tr("Back"), "Esc")
        self.add(ButtonRow(self.save_button, self.leave_button))
        for field in self.fields.values():
            field.changed.connect(self._on_typed)
        self.save_button.clicked.connect(self.save)
        self.leave_button.clicked.connect(self.left)

    def start(self, page: PersonPage) -> None:
        """Edit this person; what was typed of them before and not saved is still there."""
        if self._is_touched():
            if self._is_of(page.ent):
                self._page = page
                return
            self._keep_typed()
        self._page = page
        self._is_filling = True
        self._offer_relations(page)
        for name, field in self.fields.items():
            field.set_mistake("")
            field.set_text(self._stored(page, name))
        self._before = self._typed()
        typed = {**self._sent.get(page.ent, {}), **self._kept.pop(page.ent, {})}
        for name, text in typed.items():
            self._put(name, text)
        self._is_filling = False
        self._show_waiting()
        self.typed.emit()

    def is_at_work(self) -> bool:
        """Whether somebody's record stands in the form; no longer once all of it is saved."""
        return self._page is not None

    def draft(self) -> dict[str, Any]:
        """What is typed and not saved, by person (the one in the form last), as plain JSON values."""
        people = {
            ent: {**self._sent.get(ent, {}), **self._kept.get(ent, {})} for ent in (*self._kept, *self._sent)
        }
        if self._page is not None:
            now = {name: text for name, text in self._typed().items() if text != self._before[name]}
            people.pop(self._page.ent, None)
            if now:
                people[self._page.ent] = now
        return {"people": [[ent, dict(texts)] for ent, texts in people.items()]} if people else {}

    def take_draft(self, draft: Mapping[str, Any]) -> str:
        """Keep what :meth:`draft` once said until the person is edited; returns who was in the form, or ``""``."""
        people = draft.get("people")
        self._kept = {}
        for one in people if isinstance(people, list) else []:
            if (
                isinstance(one, list)
                and len(one) == 2
                and isinstance(one[0], str)
                and isinstance(one[1], dict)
            ):
                self._kept[one[0]] = {str(name): str(text) for name, text in one[1].items()}
        return next(reversed(self._kept), "")

    def forget(self, ent: str) -> None:
        """There is no record of their own any more: what was typed for it is of no use."""
        if self._kept.pop(ent, None) is not None:
            self.typed.emit()

    def first_focus(self) -> QWidget:
        """Where typing begins."""
        return self.fields["surnames"].editor

    def save(self) -> None:
        """Write what differs; with mistakes they are said under their fields."""
        page = self._page
        if page is None:
            return
        typed = self._typed()
        changed = {name: typed[name] for name in typed if typed[name] != self._before[name]}
        if not changed:
            self.left.emit()
            return
        given: dict[str, Any] = {}
        mistakes: dict[str, str] = {}
        for name, text in changed.items():
            try:
                given.update(self._meant(name, text))
            except BadField as bad:
                mistakes[name] = sentence_of(bad)
        if mistakes:
            self._show_mistakes(mistakes)
            return
        ent, name = page.ent, page.name or page.number
        sent = self._sent[ent] = {field: typed[field] for field in changed}

        def saved(done: EditedPerson) -> None:
            self._on_saved(ent, sent, done)

        def failed(error: WorldError) -> None:
            self._on_failed(ent, name, sent, error)

        self._show_waiting()
        self._worker.write(edit_person, ent, given, done=saved, failed=failed)

    def _on_saved(self, ent: str, sent: Mapping[str, str], done: EditedPerson) -> None:
        del self._sent[ent]
        self._show_waiting()
        if self._is_of(ent):
            self._before = {**self._before, **sent}
            if not self._is_touched():
                self._page = None  # the next time it is filled with what is stored
        self.typed.emit()
        self.saved.emit(done)

    def _on_failed(self, ent: str, name: str, sent: Mapping[str, str], error: WorldError) -> None:
        del self._sent[ent]
        self._show_waiting()
        if not self._is_of(ent):
            self._kept[ent] = {**sent, **self._kept.get(ent, {})}
        self.typed.emit()
        if not self._is_of(ent) or not self.isVisible():
            said = tr("What was typed of {name} is not saved; it stands there again under Edit.", name=name)
            self.failed.emit(WorldError(f"{said} {error.sentence}", error.next_step))
        elif isinstance(error, NotThisForm):
            self._show_mistakes({
                ("surnames" if problem.field == "name" else problem.field):
                sentence_of(problem)
                for problem in error.problems
            })  # fmt: skip
        elif isinstance(error, BadField):
            self._show_mistakes({error.field: sentence_of(error)})
        else:
            self.failed.emit(error)

    def _on_typed(self) -> None:
        if not self._is_filling:
            self.typed.emit()

    def _is_touched(self) -> bool:
        return self._page is not None and self._typed() != self._before

    def _is_of(self, ent: str) -> bool:
        return self._page is not None and self._page.ent == ent

    def _keep_typed(self) -> None:
        """Somebody else comes into the form: what was typed waits for the person, beside what waits to be saved."""
        if self._page is not None:
            ent, typed = self._page.ent, self._typed()
            known = {**self._before, **self._sent.get(ent, {})}
            since = {name: text for name, text in typed.items() if text != known[name]}
            if since:
                self._kept[ent] = since

    def _show_waiting(self) -> None:
        self.save_button.setEnabled(self._page is None or self._page.ent not in self._sent)

    def _show_mistakes(self, mistakes: Mapping[str, str]) -> None:
        first: LabelledField | None = None
        for name, field in self.fields.items():
            sentence = mistakes.get(name, "")
            field.set_mistake(sentence[:1].upper() + sentence[1:])
            if sentence and first is None:
                first = field
        if first is not None:
            first.editor.setFocus(Qt.FocusReason.OtherFocusReason)
        unplaced = [said for name, said in mistakes.items() if name not in self.fields]
        if unplaced:
            self.failed.emit(WorldError(unplaced[0]))

    def _typed(self) -> dict[str, str]:
        typed = {name: field.text().strip() for name, field in self.fields.items()}
        typed["relation"] = self.relation.value()
        return typed

    def _put(self, name: str, text: str) -> None:
        if name == "relation":
            self.relation.set_value(text)
        elif name in self.fields:
            self.fields[name].set_text(text)

    def _offer_relations(self, page: PersonPage) -> None:
        own = self._own(page)
        options = [("", tr("not said"))]
        if own is not None:
            options = [(HouseholdRole.HEAD.value, tr("head of the family")), *options]
            if not own.is_head:
                options += [(one.value, relation_words(one.value)) for one in Relation]
        self.relation.set_options([("", "–")] if own is None else options)
        self.relation.setEnabled(own is not None and not (own.is_head and len(self._members(page)) < 2))
        self.relation.set_value(
            HouseholdRole.HEAD.value if own and own.is_head else (own.relation or "") if own else ""
        )

    @staticmethod
    def _members(page: PersonPage) -> tuple[MemberShown, ...]:
        return page.household.members if page.household is not None else ()

    def _own(self, page: PersonPage) -> MemberShown | None:
        return next((one for one in self._members(page) if one.ent == page.ent), None)

    def _stored(self, page: PersonPage, name: str) -> str:
        if name == "relation":
            return self.relation.currentText()
        field = next((one for one in page.fields if one.name == name), None)
        if field is None:
            return ""
        if field.value is None:
            signs = {reason: sign for sign, reason in _SIGNS.items() if sign != "–"}
            known = {one.value for one in signs}
            return signs[Missing(field.missing)] if field.missing in known and name != "sex" else ""
        values = field.value if isinstance(field.value, list | tuple) else (field.value,)
        shown = countries.name if name in _COUNTRIES else _day_first if name == "birth" else str
        return ", ".join(shown(str(one)) for one in values)

    def _meant(self, name: str, text: str) -> dict[str, Any]:
        """What a field's text stands for. Raises ``BadField`` for what cannot be read."""
        if name == "relation":
            if text == HouseholdRole.HEAD.value:
                return {"role": HouseholdRole.HEAD}
            return {"relation": Relation(text) if text else Missing.NOT_ASKED}
        if text in _SIGNS and name not in ("name_native", "note"):
            return {name: _SIGNS[text]}
        if name == "sex":
            return {"sex": text or Missing.NOT_ASKED}
        if not text:
            return {name: Missing.NOT_ASKED if name in _QUESTIONS else ""}
        if name in _LISTS:
            said = [part.strip() for part in text.replace(";", ",").split(",") if part.strip()]
            return {name: tuple(self._code(name, one) for one in said)}
        return {name: self._code(name, text)}

    @staticmethod
    def _code(name: str, text: str) -> str:
        if name not in _COUNTRIES:
            return text
        code = iso3(text)
        if code is None:
            found = countries.matching(text)
            if len(found) != 1:
                raise BadField(
                    name,
                    tr("{text} is not a country", text=text[:40]),
                    tr("Type more of its name, or three letters, for example VEN."),
                )
            return found[0].code
        return code

    def _reader_of(self, name: str) -> Callable[[str], str]:
        def say(text: str) -> str:
            clean = text.strip()
            if clean in _SIGNS and name not in ("name_native", "note"):
                return tr("→ {reading}", reading=missing_words(_SIGNS[clean].value))
            if not clean:
                return missing_words(Missing.NOT_ASKED.value) if name in _QUESTIONS else ""
            if name == "birth":
                return self._birth_reading(clean)
            if name in _COUNTRIES:
                return self._country_reading(name, clean)
            if name == "languages":
                names = [language_name(part.strip()) for part in clean.split(",") if part.strip()]
                return tr("→ {reading}", reading=", ".join(names))
            return ""

        return say

    def _birth_reading(self, text: str) -> str:
        desk = self._worker.desk
        if desk is None:
            return ""
        try:
            return tr("→ {reading}", reading=reading(read_birth(text, local_day(desk))))
        except BadField:
            return ptr("reading of a date", "not read yet")

    def _country_reading(self, name: str, text: str) -> str:
        try:
            codes = [self._code(name, part.strip()) for part in text.split(",") if part.strip()]
        except BadField:
            return ""
        names = ", ".join(countries.name(code) for code in codes)
        return "" if names == text else tr("→ {reading}", reading=names)


def _day_first(stored: str) -> str:
    """A birth date as one types it, ``2/3/1994`` or ``3/1994``; an age or a range as it stands."""
    parts = stored.split("-")
    is_date = 1 < len(parts) <= 3 and all(part.isdigit() for part in parts)
    return "/".join(str(int(part)) for part in reversed(parts)) if is_date else stored
