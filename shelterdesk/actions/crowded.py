"""What is said where a shelf holds more files than desks lay there: those of one folder wait, the others go on."""

from __future__ import annotations

from shelterdesk.core.roster import Roster
from shelterdesk.core.words import tr
from shelterdesk.sync.container import read_desk_folder
from shelterdesk.sync.shelf import Shelf


def crowd_alarms(roster: Roster, own: int, shelf: Shelf) -> list[str]:
    """A sentence for each folder that was left out when a shelf was last looked through; none for the ``own`` desk's.

    That one is a fault of its own: nothing can be brought there (``TooManyFiles``).
    """
    found = []
    for folder in sorted(shelf.crowded):
        dev = read_desk_folder(folder)
        if dev is None:
            found.append(
                tr("At {where} lie more receipts than there can be; they are left out.", where=shelf.where)
            )
        elif dev != own:
            desk = roster.desks.get(dev)
            found.append(
                tr(
                    "{desk} has more files at {where} than any desk lays; they wait there. Look at that laptop.",
                    desk=desk.slot if desk is not None and desk.slot else folder,
                    where=shelf.where,
                )
            )
    return found
