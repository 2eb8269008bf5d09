"""The site plan as lines to edit: what each place is, not who is in it."""

from __future__ import annotations

from shelterdesk.core.lodging import by_code
from shelterdesk.core.words import tr
from shelterdesk.ui.tables.places import PlaceRow, kind_words
from shelterdesk.ui.widgets import Column, RowsModel, Tone

_STEP = "\u2003"


def plan_model() -> RowsModel[PlaceRow]:
    """Code, kind, places, square metres, and a word where a place is closed, partly blocked or step-free."""
    columns: tuple[Column[PlaceRow], ...] = (
        Column(
            tr("Place"),
            lambda row: f"{_STEP * row.depth}{row.code}",
            sort=lambda row: (row.order, by_code(row.code)),
            strong=True,
        ),
        Column(tr("Kind"), lambda row: kind_words(row.state.place.kind), width=7),
        Column(tr("Places"), _places, sort=lambda row: row.state.capacity.capacity, number=True, width=6),
        Column(tr("m²"), _area, sort=lambda row: row.state.place.area_m2 or 0, number=True, width=6),
        Column(tr("State"), _state, width=10, tone=_tone),
    )
    return RowsModel(columns, key=lambda row: row.code)


def _places(row: PlaceRow) -> str:
    return str(row.state.capacity.capacity if row.state.is_open else row.state.place.capacity or 0)


def _area(row: PlaceRow) -> str:
    area = row.state.place.area_m2
    return "–" if area is None else f"{area:g}"


def _state(row: PlaceRow) -> str:
    if not row.state.is_open:
        return tr("closed")
    blocked = row.state.place.blocked_places
    return tr("{n} blocked", n=blocked) if blocked else ""


def _tone(row: PlaceRow) -> Tone | None:
    if not row.state.is_open:
        return Tone.NEUTRAL
    return Tone.WARN if row.state.place.blocked_places else None
