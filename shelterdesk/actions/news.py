"""What statements that came in have done here, in sentences that name nobody: people erased, desks taken out."""

from __future__ import annotations

from shelterdesk.actions.desk_names import desk_names
from shelterdesk.core.roster import Roster
from shelterdesk.core.words import ntr, tr


def news(before: Roster, after: Roster, people: int, own: int) -> list[str]:
    """What is new between two rosters; ``people`` were erased in this very folder, ``own`` is its desk."""
    return [*_erased(before, after, people), *_taken_out(before, after, own)]


def _erased(before: Roster, after: Roster, people: int) -> list[str]:
    if people:
        return [
            ntr(
                "{n} person was erased here, as the office ordered.",
                "{n} people were erased here, as the office ordered.",
                people,
            )
        ]
    if after.erased - before.erased:
        return [tr("The office ordered an erasure; of the people it is about nothing was here.")]
    return []


def _taken_out(before: Roster, after: Roster, own: int) -> list[str]:
    names = desk_names(after)
    out = {dev for dev, desk in after.desks.items() if desk.is_revoked}
    was_out = {dev for dev, desk in before.desks.items() if desk.is_revoked}
    said = []
    for dev in sorted(out - was_out, key=names.__getitem__):
        if dev == own:
            said.append(tr("This desk was taken out: what it writes is heard no more. Ask the office."))
        else:
            said.append(
                tr(
                    "Desk {desk} was taken out: what was not held there when that was done is set aside and does not count.",
                    desk=names[dev],
                )
            )
    said += [
        tr("Desk {desk} counts again: its revocation was lifted.", desk=names[dev])
        for dev in sorted((was_out - out) & after.desks.keys(), key=names.__getitem__)
    ]
    return said
