"""Why an entry is kept and does not count, and what would make it count: one sentence and one piece of advice each."""

from __future__ import annotations

from shelterdesk.core.home import OTHER_HOME
from shelterdesk.core.kinds import NEWER_RULES
from shelterdesk.core.words import tr


def aside_words(reason: str) -> tuple[str, str]:
    """Reason and advice for a code of ``set_aside_op``; a code of a newer program as it stands."""
    match reason:
        case "revoked_desk":
            return (
                tr("Its desk was taken out, and whoever took it out did not hold this entry then."),
                tr(
                    "It counts by itself once the office lifts the revocation; if that desk was in good hands, ask for it."
                ),
            )
        case "unsigned":
            return (
                tr("No signature of that desk covers it yet."),
                tr("Bring a later stick of that desk; it counts by itself then."),
            )
        case "unknown_desk":
            return (
                tr("Nobody here knows the desk that wrote it."),
                tr("Take in the admission of that desk, or the office's list of who belongs."),
            )
        case "unknown_operator":
            return (
                tr("Whoever entered it is not known here."),
                tr("Bring a later stick of that desk; its users come with it."),
            )
        case "other_station":
            return (
                tr("Whoever entered it belongs to another station."),
                tr("Somebody of this station enters it again, if it is right."),
            )
        case "role":
            return (
                tr("The role of whoever entered it does not allow it."),
                tr("If it was right, an admin gives the role; it counts by itself then."),
            )
        case _ if reason == NEWER_RULES:
            return (
                tr("It was written under rules of a newer program."),
                tr("Update the program on this laptop; it counts by itself then."),
            )
        case _ if reason == OTHER_HOME:
            return (
                tr("It changes a record that belongs to another station."),
                tr("Tell the station that made the record; it makes the change."),
            )
        case _:
            return (
                tr("It was set aside by a newer program ({code}).", code=reason[:40]),
                tr("Update the program on this laptop."),
            )
