"""What waits for a second person in an office, by name: how it is said, and what is done once both agreed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from shelterdesk.actions import erasing, revoking
from shelterdesk.actions.desk import Desk
from shelterdesk.actions.two_persons import Act, Proposal, confirm
from shelterdesk.core.changes import Done
from shelterdesk.core.words import tr


@dataclass(frozen=True, slots=True)
class Decision:
    """One kind of decision."""

    words: Callable[[], str]
    act: Act


ACTS = {
    erasing.ERASE: Decision(lambda: tr("Erase records"), erasing.carry_out),
    revoking.REVOKE: Decision(lambda: tr("Revoke a desk"), revoking.carry_out),
}


def decide(desk: Desk, number: int) -> Done[Proposal]:
    """Confirm a proposal as the second person; it is done at once. Raises as ``two_persons.confirm``."""
    return confirm(desk, number, {what: decision.act for what, decision in ACTS.items()})
