"""Who sleeps in a place: the lines of the list, families together."""

from __future__ import annotations

from dataclasses import dataclass

from shelterdesk.core.lodging import by_code
from shelterdesk.core.words import tr
from shelterdesk.db.lodging import Occupant
from shelterdesk.db.people import PersonLine
from shelterdesk.ui.tables.people import no_name
from shelterdesk.ui.widgets import Column, RowsModel, Tone


@dataclass(frozen=True, slots=True)
class Sleeper:
    """Somebody and where they sleep (nothing while they have no place)."""

    ent: str
    number: str
    name: str
    household: str
    place: str
    also_in: tuple[str, ...] = ()


def sleepers_of(found: dict[str, list[Occupant]]) -> list[Sleeper]:
    """People lodged in places, by code in the order of the plan, families together."""
    return [
        Sleeper(one.ent, one.number, one.name, one.household or "", code, one.also_in)
        for code in sorted(found, key=by_code)
        for one in found[code]
    ]


def sleepers_without(lines: list[PersonLine]) -> list[Sleeper]:
    """People without a place, families together."""
    every = [Sleeper(line.ent, line.number, line.name, line.household or "", "") for line in lines]
    return sorted(every, key=lambda one: (one.household or one.number, one.number))


def sleepers_model() -> RowsModel[Sleeper]:
    """Name, bed (marked for who was given two places apart), family, number."""
    columns: tuple[Column[Sleeper], ...] = (
        Column(tr("Name"), lambda one: one.name or no_name(), strong=True),
        Column(
            tr("Bed"), _bed, sort=lambda one: by_code(one.place), width=7,
            tone=lambda one: Tone.WARN if one.also_in else None,
            shown_if=lambda rows: any(one.place for one in rows),
        ),
        Column(tr("Family"), lambda one: one.household, width=11),
        Column(tr("Number"), lambda one: one.number, width=12),
    )  # fmt: skip
    return RowsModel(columns, key=lambda one: one.ent)


def _bed(one: Sleeper) -> str:
    return (
        tr("{place}, also {places}", place=one.place, places=", ".join(one.also_in))
        if one.also_in
        else one.place
    )
