"""What waits for a second person in an office, by name: how it is said, and what is done once both agreed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from shelterdesk.actions import erasing, revoking
from shelterdesk.actions.desk import Desk
from shelterdesk.actions.two_persons import Act, Proposal, confirm, proposals_in
from shelterdesk.core.changes import Done
from shelterdesk.core.words import ntr, tr
from shelterdesk.db.person_records import user_name
from shelterdesk.db.store import Reader


@dataclass(frozen=True, slots=True)
class Decision:
    """One kind of decision."""

    words: Callable[[], str]
    act: Act


ACTS = {
    erasing.ERASE: Decision(lambda: tr("Erase records"), erasing.carry_out),
    revoking.REVOKE: Decision(lambda: tr("Revoke a desk"), revoking.carry_out),
}


@dataclass(frozen=True, slots=True)
class Waiting:
    """What waits for a second person: about whom or which desk, on what ground, who proposed it when (UTC ms).

    ``is_mine`` for who proposed it: another has to confirm it.
    """

    number: int
    what: str
    about: str
    ground: str
    by: str
    at_ms: int
    is_mine: bool


def waiting(desk: Desk, reader: Reader) -> list[Waiting]:
    """What waits for a second person, the oldest first. Raises ``NotAllowed``, ``NotHere`` at a station."""
    desk.must("confirm what another proposes")
    return [
        Waiting(
            one.number, ACTS[one.what].words(), _about(reader, one), str(one.body.get("ground", "")),
            user_name(reader.roster, one.by), one.at_ms, one.by == desk.user.id,
        )
        for one in proposals_in(desk, reader)
        if one.what in ACTS
    ]  # fmt: skip


def _about(reader: Reader, one: Proposal) -> str:
    if one.what == revoking.REVOKE:
        return str(one.body["desk"])
    people = erasing.people_called(reader.conn, [bytes.fromhex(ent) for ent in one.body["persons"]])
    said = [" ".join(part for part in (who.number, who.name) if part) for who in people]
    also = len(one.body.get("also", ()))
    if also:
        said.append(ntr("{n} sealed entry", "{n} sealed entries", also))
    return ", ".join(said)


def decide(desk: Desk, number: int) -> Done[Proposal]:
    """Confirm a proposal as the second person; it is done at once. Raises as ``two_persons.confirm``."""
    return confirm(desk, number, {what: decision.act for what, decision in ACTS.items()})
