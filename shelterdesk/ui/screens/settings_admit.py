"""Settings: a further desk admitted at the table, once the words on both laptops were compared."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtWidgets import QWidget

from shelterdesk.actions.admission import Admitted, admit, read_join_request
from shelterdesk.actions.desk import Desk
from shelterdesk.core.changes import Done
from shelterdesk.core.errors import WorldError
from shelterdesk.core.roles import DOES
from shelterdesk.core.words import tr
from shelterdesk.ui.dialogs.path_field import PathField, PathKind
from shelterdesk.ui.long_work import LongWork
from shelterdesk.ui.screens.settings_section import Section
from shelterdesk.ui.widgets import ButtonRow, PrimaryButton, SecondaryButton, TickBox, words
from shelterdesk.ui.worker import DeskWorker, Task


def request_words(desk: Desk, request: Path) -> Done[tuple[str, ...]]:
    """The six words of a request, to be compared by eye."""
    return Done(read_join_request(request).words)


class AdmitSection(Section):
    """The request that was brought, its words, the answer to carry back."""

    name = "admit"
    roles = DOES["admit a desk"]

    def __init__(self, worker: DeskWorker, parent: QWidget | None = None) -> None:
        super().__init__(worker, tr("Admit a desk"), parent)
        self.request = PathField(tr("The request that was brought"), PathKind.OLD_FILE)
        self.read = SecondaryButton(tr("Read it"), "Ctrl+O")
        self.their_words = words("", "strong", wrap=True)
        self.same = TickBox(tr("The words are the same on both laptops"))
        self.reply = PathField(tr("Write the answer to"), PathKind.NEW_FILE, hint=tr("on the same stick"))
        self.result = words("", "ok", wrap=True)
        self.primary = PrimaryButton(tr("Admit this desk"))
        self.add(
            words(
                tr(
                    "A new laptop asks to join: on its first start it chooses “Join an existing station” and "
                    "writes a request. Numbers of the new desk hang below this one's, so none is given twice."
                ),
                wrap=True,
            )
        )
        for part in (self.request, ButtonRow(self.read), self.their_words, self.same, self.reply, self.result):
            self.add(part)
        self.add_stretch()
        self.add(ButtonRow(self.primary))
        self._begin_again()
        self.read.clicked.connect(self.on_read)
        self.request.field.changed.connect(lambda _: self._begin_again())
        self.request.chosen.connect(lambda _: self.on_read())
        self.same.toggled.connect(self.primary.setEnabled)
        self.primary.clicked.connect(self._on_admit)

    def on_read(self) -> None:
        """Show the words of the request."""
        path = self.request.path()
        if path is None:
            self.request.set_mistake(tr("Choose the file that was brought."))
            return
        self.worker.write(request_words, path, done=self._on_words, failed=self._on_bad_request)

    def _begin_again(self) -> None:
        for part in (self.their_words, self.same, self.reply, self.result):
            part.hide()
        self.same.setChecked(False)
        if self.primary is not None:
            self.primary.setEnabled(False)

    def _on_words(self, found: tuple[str, ...]) -> None:
        self.request.set_mistake("")
        self.their_words.setText(tr("Words of the new laptop: {words}", words=" · ".join(found)))
        brought = self.request.path()
        if brought is not None and self.reply.path() is None:
            self.reply.set_path(str(brought.parent / "join-answer.tar"))
        for part in (self.their_words, self.same, self.reply):
            part.show()
        self.same.setFocus()

    def _on_bad_request(self, error: WorldError) -> None:
        self.request.set_mistake(f"{error.sentence} {error.next_step}".strip())
        self.request.setFocus()

    def _on_admit(self) -> None:
        request, reply = self.request.path(), self.reply.path()
        if request is None or reply is None:
            self.reply.set_mistake(tr("Say where the answer is to be written."))
            return
        self.reply.set_mistake("")
        if self.primary is not None:
            self.primary.setEnabled(False)
        work = LongWork(self, Task(tr("Writing the answer")))
        self.worker.write(
            admit,
            request,
            reply,
            work.task.progress,
            done=work.ended(self._on_admitted),
            failed=work.ended(self._on_not_admitted),
        )

    def _on_admitted(self, made: Admitted) -> None:
        self.result.setText(
            tr("Desk {desk} is admitted. Carry the answer to it: {path}.", desk=made.desk, path=str(made.reply))
            + " "
            + tr("There, compare the words of this desk: {words}", words=" · ".join(made.own_words))
        )
        self.result.show()

    def _on_not_admitted(self, error: WorldError) -> None:
        if self.primary is not None:
            self.primary.setEnabled(self.same.isChecked())
        self.reply.set_mistake(f"{error.sentence} {error.next_step}".strip())
