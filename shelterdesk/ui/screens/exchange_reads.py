"""What the exchange asks the desk: how it stands, to which office it belongs, which stations an office knows."""

from __future__ import annotations

from dataclasses import dataclass

from shelterdesk.actions.exchange_state import ExchangeState, exchange_state
from shelterdesk.actions.status import status
from shelterdesk.db.store import Reader


@dataclass(frozen=True, slots=True)
class Standing:
    """The state of the exchange; the office's name (empty without one); how many desks the station has.

    ``unconfirmed`` counts the records of all its desks that nobody else has confirmed.
    """

    state: ExchangeState
    office: str
    desks: int
    unconfirmed: int


def standing(reader: Reader) -> Standing:
    """How this folder stands with the others, with the names a screen needs beside it."""
    roster = reader.roster
    station = reader.who.station
    return Standing(
        exchange_state(reader),
        roster.office.name if roster.office is not None else "",
        sum(1 for desk in roster.desks.values() if desk.station == station and not desk.is_office),
        status(reader).only_at_table,
    )


def station_codes(reader: Reader) -> list[tuple[str, str]]:
    """Code and name of every station enrolled, by code."""
    return sorted((one.code, f"{one.code} · {one.name}") for one in reader.roster.stations.values())
