"""Exchange: to the office over a network, by itself, whenever there is one; the server's key is compared first."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QLineEdit, QVBoxLayout, QWidget

from shelterdesk.core.changes import Changes
from shelterdesk.core.errors import Refused, WorldError
from shelterdesk.core.roles import DOES
from shelterdesk.core.words import ntr, tr
from shelterdesk.sync.place import NewServer, Place, check_url
from shelterdesk.ui.dialogs.path_field import PathField, PathKind
from shelterdesk.ui.post_keeper import PostKeeper
from shelterdesk.ui.screens.exchange_lines import Lines
from shelterdesk.ui.screens.exchange_words import Line, moment_said, size_said
from shelterdesk.ui.screens.settings_section import Section
from shelterdesk.ui.widgets import (
    ButtonRow,
    LabelledField,
    PrimaryButton,
    SecondaryButton,
    TickBox,
    Tone,
    words,
)
from shelterdesk.ui.widgets.beside import Beside
from shelterdesk.ui.worker import DeskWorker

if TYPE_CHECKING:
    from shelterdesk.actions.posting import PostStanding


def _look_at(place: Place) -> None:
    """Look at the server once, beside the window; what speaks to it is loaded there."""
    from shelterdesk.actions.posting import try_post

    try_post(place)


class PostSection(Section):
    """Address, log-in, the server's key; then how the sending stands, and a way to look now."""

    name = "post"
    station_only = True
    roles = DOES["change settings"]
    kinds = frozenset({"post", "status", "roster"})

    @staticmethod
    def heading() -> str:
        return tr("To the office by network")

    def __init__(self, worker: DeskWorker, parent: QWidget | None = None) -> None:
        super().__init__(worker, self.heading(), parent)
        self._keeper: PostKeeper | None = None
        self._asking = Beside(self, "server")
        self._tried: Place | None = None
        self.explained = words(
            tr(
                "Where a phone signal comes in the evening, what the office has not confirmed goes there by itself, sealed, "
                "in small pieces; after a break it goes on where it stopped. Sticks work as before."
            ),
            "body",
            wrap=True,
        )
        self.standing = Lines(tr("How the sending stands"))
        self.url = LabelledField(
            tr("Address of the office's server"), QLineEdit(), hint=tr("sftp://user@server/folder")
        )
        secret = QLineEdit()
        secret.setEchoMode(QLineEdit.EchoMode.Password)
        self.password = LabelledField(tr("Password there"), secret, hint=tr("or a key file below"))
        self.key_file = PathField(tr("Key file"), PathKind.OLD_FILE)
        self.problem = Lines(tr("What the server said"))
        self.same = TickBox(tr("The office says the same key"))
        self.same.hide()
        self.form = QWidget()
        self.form.setProperty("part", "clear")
        column = QVBoxLayout(self.form)
        column.setContentsMargins(0, 0, 0, 0)
        for part in (self.url, self.password, self.key_file, self.problem, self.same):
            part.setProperty("not_kept", True)
            column.addWidget(part)
        self.send_button = PrimaryButton(tr("Send by itself"), icon="upload")
        self.look_button = PrimaryButton(tr("Send now"), icon="upload")
        self.end_button = SecondaryButton(tr("Send nothing over the network"))
        for thing in (self.explained, self.standing, self.form):
            self.add(thing)
        self.add_stretch()
        self.add(ButtonRow(self.send_button, self.look_button, self.end_button))
        self.url.changed.connect(lambda _: self._forget())
        self.send_button.clicked.connect(self._on_send)
        self.look_button.clicked.connect(self._on_look)
        self.end_button.clicked.connect(self._on_end)
        self._show(None)

    def refresh(self, changes: Changes | None) -> None:
        keeper = self.worker.post
        if keeper is not None and keeper is not self._keeper:
            self._keeper = keeper
            keeper.changed.connect(self._show)
        if keeper is not None:
            self._show(keeper.standing)

    def _show(self, now: PostStanding | None) -> None:
        goes = self._keeper is not None and self._keeper.lane is not None
        self.primary = self.look_button if goes else self.send_button
        self.explained.setVisible(not goes)
        self.form.setVisible(not goes)
        self.send_button.setVisible(not goes)
        self.look_button.setVisible(goes)
        self.end_button.setVisible(goes)
        self.standing.show_lines(self._lines(now) if goes else [])

    def _lines(self, now: PostStanding | None) -> list[Line]:
        desk = self.worker.desk
        if desk is None or now is None or now.place is None:
            return [Line(Tone.NEUTRAL, tr("Looking for the server…"))]
        last = moment_said(now.last_ms, self.worker.clock.now(), desk.who.zone)
        reached = Line(Tone.NEUTRAL, tr("{where} · last reached {time}.", where=now.place.url, time=last))
        if now.trouble:
            return [Line(Tone.WARN, now.trouble), reached]
        done, of = now.sending
        if of:
            said = tr("Sending: {done} of {all}.", done=size_said(done), all=size_said(of))
            return [Line(Tone.NEUTRAL, said), reached]
        if now.waiting:
            waiting = ntr(
                "{n} entry waits for the office's receipt.",
                "{n} entries wait for the office's receipt.",
                now.waiting,
            )
            return [Line(Tone.OK, tr("Everything is at the server. {waiting}", waiting=waiting)), reached]
        return [Line(Tone.OK, tr("The office has confirmed everything.")), reached]

    def _on_send(self) -> None:
        place = self._typed()
        if place is None or self._keeper is None:
            return
        self.send_button.setEnabled(False)
        self.problem.show_lines([Line(Tone.NEUTRAL, tr("Looking for the server…"))])
        self._tried = place
        self._asking.do(lambda: _look_at(place), done=lambda _: self._keep(place), failed=self._on_failed)

    def _forget(self) -> None:
        """Another address is typed: what another server said, and the key it showed, are nothing to it."""
        if self._tried is not None and self._tried.url != self.url.text().strip():
            self._tried = None
            self.problem.show_lines([])
            self.same.setChecked(False)
            self.same.hide()

    def _typed(self) -> Place | None:
        try:
            url = check_url(self.url.text())
        except Refused as error:
            self.url.set_mistake(f"{error.sentence} {error.next_step}")
            self.url.setFocus()
            return None
        self.url.set_mistake("")
        key: Path | None = self.key_file.path()
        shown = self._tried.host_key if self._tried is not None and self.same.isChecked() else ""
        return Place(url, self.password.text(), "" if key is None else str(key), shown)

    def _keep(self, place: Place) -> None:
        if self._tried is not place:
            self.send_button.setEnabled(True)  # another address was typed while this one was looked at
        elif self._keeper is not None:
            self._keeper.choose(place, self._on_kept, self._on_failed)

    def _on_kept(self) -> None:
        self.send_button.setEnabled(True)
        self.problem.show_lines([])
        self.same.setChecked(False)
        self.same.hide()
        self.password.set_text("")

    def _on_failed(self, error: WorldError) -> None:
        self.send_button.setEnabled(True)
        if self._tried is None:
            return  # the address was changed while it was asked
        self.problem.show_lines([Line(Tone.WARN, f"{error.sentence} {error.next_step}".strip())])
        is_new = isinstance(error, NewServer) and not self._tried.host_key
        self.same.setChecked(False)
        self.same.setVisible(is_new)
        if isinstance(error, NewServer) and is_new:
            tried = self._tried
            self._tried = Place(tried.url, tried.password, tried.key_file, error.shown)
            self.same.setFocus()

    def _on_look(self) -> None:
        if self._keeper is not None:
            self._keeper.look_now()

    def _on_end(self) -> None:
        if self._keeper is not None:
            self._keeper.choose(None, failed=self.say_error)
