"""Why a part, a statement or a receipt was not taken: for every reason one sentence and one piece of advice."""

from __future__ import annotations

from collections.abc import Mapping

from shelterdesk.core.errors import WorldError
from shelterdesk.core.words import tr

SET_ASIDE = "set_aside"
"""A desk known here signed it, and yet it cannot be used as it is."""

REFUSED = "refused"
"""Nothing proves that it comes from a desk known here, or it was not meant for this folder."""

_NOTHING_PROVED = frozenset(
    {
        "unknown_signer",
        "no_signature",
        "bad_signature",
        "bad_name",
        "not_a_file",
        "too_large",
        "too_many",
        "unreadable",
        "not_for_us",
        "other_kind",
        "other_station",
    }
)


ELSEWHERE = frozenset({"not_for_us", "other_station"})
"""Reasons that say only that a part is for others: nothing is wrong with it, or here."""


class BundleError(WorldError):
    """Something that came by stick, folder or letter and cannot be taken in."""


class SetAside(BundleError):
    """A part that is left out, whole: nothing of it was written. ``code`` is stable, the sentences are shown.

    ``parts`` fill the sentence and are kept beside the code, so that it can be said in any language later.
    """

    def __init__(self, code: str, **parts: str) -> None:
        self.code = code
        self.parts: Mapping[str, str] = parts
        self.reason, self.advice = said(code, parts)
        super().__init__(self.reason, self.advice)

    @property
    def outcome(self) -> str:
        """:data:`SET_ASIDE` or :data:`REFUSED`."""
        return outcome_of(self.code)


def outcome_of(code: str) -> str:
    """Whether a reason sets a part aside or refuses it."""
    return REFUSED if code in _NOTHING_PROVED else SET_ASIDE


def said(code: str, parts: Mapping[str, str]) -> tuple[str, str]:
    """Reason and advice, in the language now spoken; a code of a newer program is said as it stands."""
    if code in _NOTHING_PROVED:
        return _nothing_proved(code)
    return _cannot_be_used(code, parts)


def _nothing_proved(code: str) -> tuple[str, str]:
    again = tr("Have it written again, and wait for “written and read back” before pulling the stick.")
    match code:
        case "unknown_signer":
            return (
                tr("It is signed by a desk that is not known here."),
                tr("It stays where it is. Take in the enrolment or admission of that desk first."),
            )
        case "no_signature":
            return tr("Its signature is not there, so it was not written to the end."), again
        case "bad_signature":
            return tr("Its signature does not fit: it was damaged or changed on the way."), again
        case "bad_name" | "not_a_file":
            return (
                tr("It is not a file of the kind that desks exchange."),
                tr("It stays where it is; nobody needs to do anything."),
            )
        case "too_large":
            return tr("It is larger than any part may be."), again
        case "too_many":
            return (
                tr("There are more files here than any exchange has."),
                tr("Use a stick that holds only the folder SHELTERDESK."),
            )
        case "unreadable":
            return tr("The stick or folder did not let it be read."), tr("Plug the stick in again and retry.")
        case "not_for_us":
            return (
                tr("It was sealed for somebody else."),
                tr(
                    "Ask the sender to take in this desk's admission or the office's list of who belongs, and to write again."
                ),
            )
        case "other_station":
            return (
                tr("It is meant for another station."),
                tr("Give it to the station it names; nothing of it was used."),
            )
        case _:
            return (
                tr("Practice and real work are never mixed: one of the two is only practice."),
                tr("Use the practice folder for practice sticks."),
            )


def _cannot_be_used(code: str, parts: Mapping[str, str]) -> tuple[str, str]:
    resend = tr("Ask the sender to export again; it keeps everything until this is confirmed.")
    match code:
        case "newer":
            return (
                tr("It was written by a newer ShelterDesk."),
                tr("Update the program here, then take it in again."),
            )
        case "sender":
            return (
                tr("The desk named inside is not the one that signed it."),
                tr("Do not use it; tell the office which desk it came from."),
            )
        case "bomb":
            return tr("Unpacked it would be larger than any part may be."), resend
        case "members":
            return tr(
                "It holds something that does not belong into a part: {what}.", what=_part(parts)
            ), resend
        case "manifest":
            return tr("Its list of contents cannot be true: {what}.", what=_part(parts)), resend
        case "line":
            return tr("An entry in it is not one: {what}.", what=_part(parts)), resend
        case "chain":
            return (
                tr("Its entries do not follow from one another as their desk signed them."),
                tr("Tell the office: a desk's history was changed or copied."),
            )
        case "jump":
            return (
                tr("The numbers of its entries are impossibly high."),
                tr("Tell the office: the desk that wrote it may be damaged or hostile."),
            )
        case "fault":
            return (
                tr(
                    "This program stumbled over it: the fault is the program's. A report without names was kept."
                ),
                tr("Update the program here, then take it in again; everything else was gone through."),
            )
        case "damaged":
            return tr("It is damaged inside."), resend
        case "statement":
            return tr("A statement in it cannot be believed: {what}.", what=_part(parts)), resend
        case "receipt":
            return tr("A receipt in it cannot be believed: {what}.", what=_part(parts)), resend
        case "other_history":
            return (
                tr("A receipt confirms another history of this desk than the one kept here."),
                tr("Run the check, and tell the office; export everything again meanwhile."),
            )
        case _:
            return tr("It cannot be used ({code}).", code=code[:40]), resend


def _part(parts: Mapping[str, str]) -> str:
    return fit_to_be_shown(parts.get("what", ""))


def fit_to_be_shown(text: str, most: int = 80) -> str:
    """Words of whoever made a stick or part, as one line: no line ends, nothing that turns or hides what follows."""
    return "".join(c if c.isprintable() else "?" for c in text.encode("utf-8", "replace").decode())[:most]
