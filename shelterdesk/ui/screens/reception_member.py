"""The fields of one person in the form of a family."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QSizePolicy, QVBoxLayout, QWidget

from shelterdesk.core.birth import read_birth
from shelterdesk.core.errors import BadField
from shelterdesk.core.family_checks import FieldProblem
from shelterdesk.core.vocabulary import DocumentType
from shelterdesk.core.words import tr
from shelterdesk.ui.icons import IconMark
from shelterdesk.ui.screens.people_words import field_label
from shelterdesk.ui.screens.reception_answers import AnswerField, CodedLine
from shelterdesk.ui.screens.reception_codes import (
    country_codes,
    document_codes,
    language_codes,
    relation_codes,
)
from shelterdesk.ui.screens.reception_typed import (
    FIELDS,
    PAPERLESS,
    QUESTIONS,
    Typed,
    TypedPerson,
    Zone,
    birth_aside,
    question_words,
    sexes,
    yes_no,
)
from shelterdesk.ui.theme import theme
from shelterdesk.ui.widgets import Choice, ChoiceField, FieldGrid, words

_AT_FIELD = {"name": "surnames", "documents": "document_number", "role": "relation"}
_WITHOUT_REASONS = frozenset({"name_native", "document_type"})


def sentence_of(problem: FieldProblem | BadField) -> str:
    """A problem as a sentence under a field, with what to do."""
    said = problem.sentence[:1].upper() + problem.sentence[1:]
    if said[-1:] not in ".?!":
        said += "."
    return f"{said} {problem.next_step}".strip()


class MemberForm(QWidget):
    """One person's fields, emptied and filled again as one goes from member to member.

    ``today`` gives the local day. Signals: ``typed_changed()`` whenever :meth:`typed` gives something else.
    """

    typed_changed = Signal()

    def __init__(self, today: Callable[[], date], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("part", "clear")
        self._today = today
        self._zone: Zone | None = None
        self._is_filling = False
        self.fields: dict[str, AnswerField] = self._make_fields()
        self.grid = FieldGrid()
        self.asked = FieldGrid()
        self.ask_alone = words(
            tr("No adult is in this family: ask gently whether the child is here alone."),
            "secondary",
            wrap=True,
        )
        self._lay_out()
        for field in self.fields.values():
            field.answered.connect(self._on_answered)
        self.fields["document_number"].left.connect(self._name_paper)
        self.ask_child_alone(False)
        self.show_more(False)
        self._space()
        theme().changed.connect(self._space)

    def __getitem__(self, name: str) -> AnswerField:
        return self.fields[name]

    def typed(self) -> TypedPerson:
        """What stands in the fields now."""
        said = {name: field.typed() for name, field in self.fields.items()}
        return TypedPerson({name: one for name, one in said.items() if one != Typed()}, self._zone)

    def restore(self, typed: TypedPerson) -> None:
        """Show what was typed of a person."""
        self._is_filling = True
        self._zone = typed.zone
        for name, field in self.fields.items():
            field.restore(typed[name])
        self.fields["surnames"].set_hint(tr("from the family") if typed["surnames"].proposed else "")
        self._say_zone()
        self._show_paper()
        self.show_more(self.has_more() or not self.fields["name_native"].isHidden())
        self._is_filling = False

    def show_relation_to(self, name: str, *, is_first: bool) -> None:
        """The relation is to whoever is first, who has none to themselves."""
        field = self.fields["relation"]
        label = tr("Relation to {name}", name=name) if name else tr("Relation to the first")
        field.label.setText(label)
        field.editor.setAccessibleName(label)
        field.editor.setEnabled(not is_first)
        field.show_when_empty(tr("comes first") if is_first else "")

    def show_mistakes(self, problems: Sequence[FieldProblem]) -> QWidget | None:
        """Say problems under their fields; returns the first field that has one."""
        said: dict[str, str] = {}
        for problem in problems:
            said.setdefault(_AT_FIELD.get(problem.field, problem.field), sentence_of(problem))
        for name, sentence in said.items():
            if name in self.fields:
                self.fields[name].set_mistake(sentence)
        return next((self.fields[name].editor for name in FIELDS if name in said), None)

    def settle(self) -> None:
        """Understand what stands in the field being typed in, as if it were left."""
        for field in self.fields.values():
            if isinstance(field.editor, CodedLine):
                field.editor.settle()
        self._name_paper()

    def fill_from(self, zone: Zone, said: dict[str, Typed]) -> None:
        """Put in what a document says; names typed by hand before stay as they are."""
        self._is_filling = True
        for name, typed in said.items():
            field = self.fields[name]
            if name in ("surnames", "given") and not field.typed().is_empty:
                continue
            field.restore(typed)
        self.fields["surnames"].set_hint("")
        self._zone = zone
        self._say_zone()
        self._show_paper()
        self._is_filling = False
        self.typed_changed.emit()

    def ask_child_alone(self, asked: bool) -> None:
        """Show or hide the question whether the child is alone."""
        shown = asked or not self.fields["child_alone"].typed().is_empty
        self.fields["child_alone"].setVisible(shown)
        self.ask_alone.setVisible(shown)

    def show_more(self, shown: bool) -> None:
        """Show or hide the row of what is seldom asked at the door."""
        for name in ("name_native", "last_residence"):
            self.fields[name].setVisible(shown)

    def has_more(self) -> bool:
        """Whether something stands in that row."""
        return any(not self.fields[name].typed().is_empty for name in ("name_native", "last_residence"))

    def editors(self) -> list[QWidget]:
        """The fields that take typing now, in the order of typing."""
        found = [self.fields[name] for name in _TYPING_ORDER]
        return [field.editor for field in found if not field.isHidden() and field.editor.isEnabled()]

    def chain(self) -> list[QWidget]:
        """Every field, shown or not, in the order of typing."""
        return [self.fields[name].editor for name in _TYPING_ORDER]

    def _make_fields(self) -> dict[str, AnswerField]:
        lines: dict[str, QWidget] = {
            "nationality": CodedLine(country_codes(several=True)),
            "birth_country": CodedLine(country_codes()),
            "last_residence": CodedLine(country_codes()),
            "languages": CodedLine(language_codes()),
            "relation": CodedLine(relation_codes()),
            "document_type": CodedLine(document_codes()),
            "sex": ChoiceField([Choice(*one) for one in sexes()]),
        }
        labels = {"document_type": tr("Document"), "document_number": tr("Its number"), "relation": " "}
        found = {}
        for name in FIELDS:
            editor = lines.get(name)
            label, hint = labels.get(name) or field_label(name), ""
            if name in QUESTIONS:
                editor = ChoiceField([Choice(*one) for one in yes_no()])
                label = question_words(name)
            choice = editor if isinstance(editor, ChoiceField) else None
            found[name] = AnswerField(
                label,
                editor or QLineEdit(),
                hint=hint,
                reasons=name not in _WITHOUT_REASONS,
                check=self._check_birth if name == "birth" else None,
                reading=self._read_birth if name == "birth" else _reading_of(choice),
            )
        return found

    def _lay_out(self) -> None:
        f = self.fields
        self.grid.add_row((f["surnames"], 2), (f["given"], 2))
        self.grid.add_row((f["birth"], 1), (f["sex"], 1), (f["nationality"], 1), (f["birth_country"], 1))
        self.grid.add_row(
            (f["relation"], 1), (f["languages"], 1), (f["document_type"], 1), (f["document_number"], 1)
        )
        self.grid.add_row((f["name_native"], 2), (f["last_residence"], 2))
        self.asked.add_row(
            (f["pregnant"], 1), (f["mobility"], 1), (f["medical_today"], 1), (f["feels_unsafe"], 1)
        )
        self.asked.add_row((f["child_alone"], 1), (self.ask_alone, 3))
        self._private = QHBoxLayout()
        self._private.addWidget(IconMark("lock", "secondary", 14))
        said = tr("Asked privately, sealed when saved: nobody at this desk can read it again.")
        told = words(said, "label", wrap=True)
        for label in (told, self.ask_alone):  # as high as its lines need here, not as a narrow one would
            label.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)
        self._private.addWidget(told, 1)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.addWidget(self.grid)
        self._column.addLayout(self._private)
        self._column.addWidget(self.asked)

    def _on_answered(self) -> None:
        if self._is_filling:
            return
        self._show_paper()
        if not self.fields["surnames"].is_proposed:
            self.fields["surnames"].set_hint("")
        number = self.fields["document_number"]
        if self._zone is not None and number.text() != self._zone.number:
            number.set_mistake("")  # somebody has compared it with the page
        self.typed_changed.emit()

    def _name_paper(self) -> None:
        """A number without its kind of paper is of another paper, until somebody says which."""
        kind, number = self.fields["document_type"], self.fields["document_number"]
        if number.text().strip() and not kind.text().strip():
            kind.restore(Typed(codes=(DocumentType.OTHER.value,)))
            self.typed_changed.emit()

    def _show_paper(self) -> None:
        codes = self.fields["document_type"].typed().codes
        number = self.fields["document_number"]
        is_paperless = bool(codes) and codes[0] in {one.value for one in PAPERLESS}
        if is_paperless and not number.typed().is_empty:
            number.restore(Typed())
        number.editor.setEnabled(not is_paperless)
        number.show_when_empty(tr("none") if is_paperless else "")

    def _say_zone(self) -> None:
        zone, number = self._zone, self.fields["document_number"]
        number.set_hint("" if zone is None or not zone.expiry else tr("until {date}", date=zone.expiry))
        number.set_mistake("" if zone is None else zone.mistake)

    def _read_birth(self, text: str) -> str:
        return birth_aside(text, self._today())

    def _check_birth(self, text: str) -> str:
        if not text.strip():
            return ""
        try:
            read_birth(text, self._today())
        except BadField as bad:
            return sentence_of(bad)
        return ""

    def _space(self) -> None:
        t = theme()
        self._column.setSpacing(t.gap(8))
        self._private.setSpacing(t.gap(6))


def _reading_of(choice: ChoiceField | None) -> Callable[[str], str] | None:
    return None if choice is None else lambda _: choice.words()


_TYPING_ORDER = (
    "surnames", "given", "birth", "sex", "nationality", "birth_country", "relation", "languages",
    "document_type", "document_number", "name_native", "last_residence", *QUESTIONS,
)  # fmt: skip
