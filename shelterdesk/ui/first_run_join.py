"""Joining an existing station at the table: a request carried over, an answer carried back, words compared."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLineEdit, QWidget

from shelterdesk.actions.admission import (
    AdmissionOffered,
    JoinAsked,
    Joined,
    finish_join,
    join_request,
    read_admission,
)
from shelterdesk.actions.table_joining import knock_at_table, wait_at_table
from shelterdesk.core.errors import Refused, WorldError
from shelterdesk.core.moment import Clock
from shelterdesk.core.table_code import BadTableCode, read_table_code
from shelterdesk.core.words import ntr, tr
from shelterdesk.sync.table_guest import TableGuest
from shelterdesk.ui.dialogs.path_field import PathField, PathKind
from shelterdesk.ui.first_run_steps import Step
from shelterdesk.ui.widgets import (
    ButtonRow,
    LabelledField,
    PrimaryButton,
    SecondaryButton,
    TickBox,
    rule,
    words,
)


class JoinStep(Step):
    """Request, answer, comparison, start. Signals: ``joined()`` when the desk stands and can be logged in to."""

    name = "join"
    joined = Signal()
    _heard = Signal(int)
    _ended = Signal(object, object)
    _answered = Signal(object)

    def __init__(self, folder: Path, clock: Clock) -> None:
        super().__init__(tr("Join an existing station"), 720)
        self._folder, self._clock = folder, clock
        self._thread: threading.Thread | None = None
        self._is_working = False  # until the answer is here: the thread lives a moment longer
        self._offered: tuple[Path, tuple[str, ...]] | None = None  # an answer, and its words as shown
        self._stopped = threading.Event()  # set when nobody waits at the table any more
        self._waiter: threading.Thread | None = None
        self._guest: TableGuest | None = None
        self.code = LabelledField(
            tr("Code that the listening desk shows"),
            QLineEdit(),
            hint=tr("25 signs, as that desk shows them"),
        )
        self.knock = SecondaryButton(tr("Ask at the table"), "Ctrl+T")
        self.knocked = words("", "strong", wrap=True)
        self.knocked.hide()
        self.request = PathField(tr("1. Write the request of this laptop to"), PathKind.NEW_FILE)
        self.ask = SecondaryButton(tr("Write the request"), "Ctrl+E")
        self.own_words = words("", "strong", wrap=True)
        self.own_words.hide()
        self.reply = PathField(tr("2. The answer that was brought"), PathKind.OLD_FILE)
        self.read = SecondaryButton(tr("Read the answer"), "Ctrl+I")
        self.their_words = words("", "strong", wrap=True)
        self.their_words.hide()
        self.same = TickBox(tr("The words are the same on both laptops"))
        self.same.hide()
        by_network = tr(
            "A desk of the station shows a code under Exchange, Table network. Type it here; an admin there compares "
            "six words with this screen and lets this laptop in. Then it goes on by itself."
        )
        by_stick = tr(
            "Carry the request to a desk of the station: an admin there opens Exchange, Admit a desk, compares six "
            "words with this screen and writes an answer for you to carry back."
        )
        parts: tuple[QWidget, ...] = (
            words(tr("On the network of the table"), "strong"), words(by_network, "secondary", wrap=True),
            self.code, ButtonRow(self.knock), self.knocked, rule(),
            words(tr("Without a network, by stick"), "strong"), words(by_stick, "secondary", wrap=True),
            self.request, ButtonRow(self.ask), self.own_words,
            self.reply, ButtonRow(self.read), self.their_words, self.same,
        )  # fmt: skip
        for part in parts:
            self.card.add(part)
        self.add_buttons(PrimaryButton(tr("Join")))
        if self.primary is not None:
            self.primary.setEnabled(False)
            self.primary.clicked.connect(self._on_join)
        self.knock.clicked.connect(self._on_knock)
        self.ask.clicked.connect(self._on_ask)
        self.read.clicked.connect(self._on_read)
        self.same.toggled.connect(self._on_compared)
        self.reply.field.changed.connect(self._forget_offer)
        self._heard.connect(self._on_heard)
        self._ended.connect(self._on_ended)
        self._answered.connect(self._on_answered)

    def release(self) -> None:
        """Wait for what is being taken in: half a desk is no desk."""
        self._stop_waiting()
        if self._thread is not None:
            self._thread.join()
        super().release()

    def _on_knock(self) -> None:
        try:
            code = read_table_code(self.code.text())
        except BadTableCode as error:
            self.code.set_mistake(f"{error.sentence} {error.next_step}")
            self.code.setFocus()
            return
        self.code.set_mistake("")
        self._go(lambda: knock_at_table(self._folder, code), self._on_knocked)

    def _on_knocked(self, asked: tuple[TableGuest, tuple[str, ...]]) -> None:
        guest, own = asked
        self.knocked.setText(
            tr("Words of this laptop: {words}", words=" · ".join(own))
            + " "
            + tr("An admin at the listening desk compares them and lets it in; this page goes on by itself.")
        )
        self.knocked.show()
        self._stop_waiting()
        self._guest = guest
        folder, clock, told = self._folder, self._clock, self._heard.emit
        stopped = self._stopped = threading.Event()

        def wait() -> None:
            try:
                answer: object = wait_at_table(folder, guest, clock, stopped, told)
            except BaseException as fault:  # told on the main thread
                answer = fault
            self._answered.emit(answer)

        self._waiter = threading.Thread(target=wait, name="waiting at the table", daemon=True)
        self._waiter.start()

    def _stop_waiting(self) -> None:
        """Nobody waits at the table any more; the answer may come by stick all the same."""
        self._stopped.set()
        if self._guest is not None:
            self._guest.cut_off()  # a desk that does not answer is not waited for
            self._guest = None
        if self._waiter is not None:
            self._waiter.join()
            self._waiter = None

    def _on_answered(self, answer: object) -> None:
        if isinstance(answer, Joined):
            self.joined.emit()
        elif isinstance(answer, WorldError):
            self.knocked.hide()
            self.say_problem(answer)
        elif isinstance(answer, BaseException):
            raise answer

    def _on_ask(self) -> None:
        target = self.request.file_in("join-request.json")
        if target is None:
            self.request.set_mistake(tr("Say where the request is to be written."))
            return
        self.request.set_mistake("")
        self._go(lambda: join_request(self._folder, target), self._on_asked)

    def _on_asked(self, asked: JoinAsked) -> None:
        said = tr("Words of this laptop: {words}", words=" · ".join(asked.words))
        self.own_words.setText(said)
        self.own_words.show()
        self.reply.setFocus()

    def _on_read(self) -> None:
        path = self.reply.path()
        if path is None:
            self.reply.set_mistake(tr("Choose the file that was brought."))
            return
        self.reply.set_mistake("")
        self._forget_offer()
        self._go(lambda: read_admission(self._folder, path), lambda offer: self._on_offered(path, offer))

    def _forget_offer(self) -> None:
        """Words were compared for one answer; another one, or the same file read again, is compared anew."""
        self._offered = None
        self.same.setChecked(False)
        self.same.hide()
        self.their_words.hide()

    def _on_offered(self, path: Path, offer: AdmissionOffered) -> None:
        if path != self.reply.path():
            return
        self._offered = path, offer.words
        self.their_words.setText(
            tr("Station {station}, this will be desk {desk}.", station=offer.station, desk=offer.desk)
            + " "
            + tr("Words of the desk that admits: {words}", words=" · ".join(offer.words))
        )
        self.their_words.show()
        self.same.show()
        self.same.setFocus()

    def _on_compared(self, same: bool) -> None:
        if self.primary is not None:
            self.primary.setEnabled(same)

    def _on_join(self) -> None:
        if self._offered is not None:
            self._stop_waiting()
            (path, shown), clock, told = self._offered, self._clock, self._heard.emit
            self._go(lambda: finish_join(self._folder, path, shown, clock, told).result, self._on_joined)

    def _on_heard(self, events: int) -> None:
        said = self.their_words if self._offered is not None else self.knocked
        said.setText(ntr("{n} entry taken in…", "{n} entries taken in…", events))

    def _on_joined(self, _: Joined) -> None:
        self.joined.emit()

    def _go(self, work: Callable[[], Any], then: Callable[[Any], object]) -> None:
        """Work on a thread of its own: there is no desk yet whose threads could do it."""
        if self._is_working:
            return
        self._is_working = True
        self.say_problem(None)

        def run() -> None:
            try:
                result = work()
            except BaseException as fault:  # told on the main thread
                self._ended.emit(None, fault)
            else:
                self._ended.emit(then, result)

        self._thread = threading.Thread(target=run, name="joining", daemon=True)
        self._thread.start()

    def _on_ended(self, then: Callable[[Any], object] | None, result: object) -> None:
        self._is_working = False
        if then is not None:
            then(result)
        elif isinstance(result, WorldError):
            if isinstance(result, Refused):
                self._forget_offer()  # no answer to join with, or not the one that was compared
            self.say_problem(result)
        elif isinstance(result, BaseException):
            raise result
