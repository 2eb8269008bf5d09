"""How this folder stands with the others: what is only here, what was confirmed, what is missing."""

from __future__ import annotations

from dataclasses import dataclass

from shelterdesk.actions.desk_names import desk_names
from shelterdesk.core.event import hex16
from shelterdesk.db import exchange, parts_written
from shelterdesk.db import receipts as held
from shelterdesk.db.store import Reader
from shelterdesk.sync.faults import outcome_of, said


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A part that was set aside or refused and never came in a good copy."""

    name: str
    outcome: str
    reason: str
    advice: str
    seen_ms: int


@dataclass(frozen=True, slots=True)
class ExchangeState:
    """What the status bar and the exchange screen say; times in Unix milliseconds, None where never.

    ``only_here`` events of this desk were confirmed by nobody; of them ``on_stick`` lie on a stick or in a folder that
    was read back, ``at_server`` at a server alone; ``gaps`` are entries others hold of a desk ("LB1A") that are missing here.
    """

    only_here: int
    only_here_since_ms: int | None
    on_stick: int
    at_server: int
    last_receipt_ms: int | None
    last_written_ms: int | None
    heard_ms: dict[str, int]
    gaps: tuple[tuple[str, int, int], ...]
    left_out: tuple[LeftOut, ...]


def exchange_state(reader: Reader) -> ExchangeState:
    """How this folder stands with the others; quick, for after every save."""
    conn, roster = reader.conn, reader.roster
    names = desk_names(roster)
    here = held.only_here(conn, reader.who.dev)
    return ExchangeState(
        here.events,
        here.since_ms,
        here.on_stick,
        here.at_server,
        held.office_receipt_ms(conn, roster.office),
        parts_written.last_written_ms(conn),
        {names.get(dev, hex16(dev)): at for dev, at in held.last_heard_ms(conn).items()},
        tuple((names.get(gap.dev, hex16(gap.dev)), gap.first, gap.last) for gap in held.gaps(conn)),
        tuple(
            LeftOut(part.name, outcome_of(part.code), *said(part.code, part.parts), part.seen_ms)
            for part in exchange.set_aside_parts(conn)
        ),
    )
