"""The columns of lists of people: found by a search, or lodged in a place."""

from __future__ import annotations

from collections.abc import Sequence

from shelterdesk.core import countries
from shelterdesk.core.words import tr
from shelterdesk.db.people import PersonLine
from shelterdesk.ui.screens.people_words import sex_words
from shelterdesk.ui.widgets import Column, RowsModel, Tone


def no_name() -> str:
    """What stands where nobody has said a name yet."""
    return tr("no name yet")


def nationality_words(codes: Sequence[str]) -> str:
    """Nationalities by name."""
    return ", ".join(countries.name(code) for code in codes)


def people_model() -> RowsModel[PersonLine]:
    """People as found: number, name, sex, age, nationality, family, place, present."""
    columns: tuple[Column[PersonLine], ...] = (
        Column(tr("Number"), lambda line: line.number, width=16),
        Column(tr("Name"), lambda line: line.name or no_name(), strong=True),
        Column(tr("Sex"), lambda line: sex_words(line.sex), width=9),
        Column(tr("Age"), lambda line: line.age_text, sort=_born, width=12),
        Column(tr("Nationality"), lambda line: nationality_words(line.nationality), width=17),
        Column(tr("Family"), lambda line: line.household or "", width=14),
        Column(tr("Place"), lambda line: line.place or "", width=10),
        Column(tr("Here"), present_words, width=12, tone=present_tone),
    )
    return RowsModel(columns, key=lambda line: line.ent)


def _born(line: PersonLine) -> str | None:
    return line.birth.removeprefix("~") if line.birth else None


def present_words(line: PersonLine) -> str:
    """Whether somebody is in the house, in a word."""
    return tr("present") if line.is_present else tr("not here")


def present_tone(line: PersonLine) -> Tone:
    """The tone of :func:`present_words`."""
    return Tone.OK if line.is_present else Tone.NEUTRAL
