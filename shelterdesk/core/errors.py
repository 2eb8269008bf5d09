"""Errors told apart by whose fault they are: the world's (a sentence for the user) or ours (a report).

Every mistake the world can make has a class of its own, whose message is already written for the
person at the desk: what happened, and what to do next. Anything else that escapes is a bug.
"""

from __future__ import annotations

from shelterdesk.core.words import ntr, tr


class WorldError(Exception):
    """The world's fault: disk, stick, passphrase, file, role. Said in one line, nothing is lost."""

    def __init__(self, sentence: str, next_step: str = "") -> None:
        # Words under a field stand without a full stop; before a next step they need one.
        self.sentence = f"{sentence}." if next_step and sentence[-1:] not in ".?!:…" else sentence
        self.next_step = next_step
        super().__init__(f"{self.sentence} {next_step}".strip())


class Refused(WorldError):
    """A rule of the house said no; the sentence names the rule and who may lift it."""


class NotAllowed(Refused):
    """The user's role may not do this; ``what`` is something to do in field words (``core/role_words.py``)."""

    def __init__(self, what: str, next_step: str = "") -> None:
        super().__init__(
            tr("Your role cannot {what}.", what=what),
            next_step or tr("Ask somebody who holds the role to log in."),
        )


class WrongPassphrase(WorldError):
    """Name and passphrase do not open this folder."""

    def __init__(self, wait_seconds: int = 0) -> None:
        self.seconds = wait_seconds
        step = (
            ntr("Wait {n} second and type both again.", "Wait {n} seconds and type both again.", wait_seconds)
            if wait_seconds
            else tr("Type both again; capital letters count.")
        )
        super().__init__(tr("This name and passphrase do not open this desk."), step)


class NotHere(Refused):
    """What was asked for is done in a folder of the other kind: a station's, or the office's."""

    def __init__(self, *, is_office: bool) -> None:
        super().__init__(
            tr("This is the office's folder; people are received at a station.")
            if is_office
            else tr("This is a station's folder; this is done at the office."),
            tr("Open the folder of the station.") if is_office else tr("Open the folder of the office."),
        )


class BadField(Refused):
    """A value that cannot be true; names the field so that the form can point at it."""

    def __init__(self, field: str, sentence: str, next_step: str = "") -> None:
        self.field = field
        super().__init__(sentence, next_step)


class DiskFull(WorldError):
    """No room left where something had to be written."""

    def __init__(self, where: str) -> None:
        super().__init__(
            tr("There is no room left on {where}; what was being written is not there.", where=where),
            tr("Free some room or use another disk, then do it again."),
        )


class CannotWrite(WorldError):
    """A folder or file that cannot be written (read-only, missing, not ours)."""

    def __init__(self, where: str, why: str = "") -> None:
        super().__init__(
            tr("{where} cannot be written{why}.", where=where, why=f" ({why})" if why else ""),
            tr("Choose another folder, or take the write protection off."),
        )


class DiskFails(CannotWrite):
    """The own disk did not do what it was asked to: it is failing, or a cable is loose."""

    def __init__(self, where: str) -> None:
        super().__init__(where, tr("the disk does not answer as it should"))
        self.next_step = tr(
            "Try once more. If it comes again, make a backup on another disk at once and go on with another laptop."
        )
        self.args = (f"{self.sentence} {self.next_step}",)


class NewerData(WorldError):
    """The folder was written by a newer program than this one."""

    def __init__(self, found: int, known: int) -> None:
        super().__init__(
            tr(
                "This folder was written by a newer ShelterDesk (format {found}, this one knows {known}).",
                found=found,
                known=known,
            ),
            tr("Update the program on this laptop; nothing was changed."),
        )


class InUse(WorldError):
    """A second window on the same folder."""

    def __init__(self) -> None:
        super().__init__(
            tr("This station is already open in another window on this laptop."),
            tr("Use that window, or close it first; commands may go on beside it."),
        )


class DamagedFile(WorldError):
    """A file that is not what it should be."""

    def __init__(self, what: str, why: str, next_step: str = "") -> None:
        super().__init__(tr("{what} cannot be used: {why}.", what=what, why=why.rstrip(".")), next_step)


class NotFound(WorldError):
    """A number, place or file that is not known here."""

    def __init__(self, what: str, next_step: str = "") -> None:
        super().__init__(
            tr("{what} is not known here.", what=what), next_step or tr("Check it and try again.")
        )


class PrintingStopped(WorldError):
    """Somebody stopped it: the pages before are on paper, the others nowhere."""

    def __init__(self, done: int, total: int) -> None:
        self.done, self.total = done, total
        super().__init__(
            tr("Printing was stopped after {n} of {total} pages.", n=done, total=total),
            tr("What is missing can be printed again or saved as a PDF."),
        )
