"""Exchange: the station asks an office to enrol it, and takes the office's answer in once the words fit."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtWidgets import QLineEdit, QVBoxLayout, QWidget

from shelterdesk.actions.offices import (
    EnrolmentAsked,
    OfficeOffered,
    accept_reply,
    enrol_request,
    read_reply,
)
from shelterdesk.core.changes import Changes
from shelterdesk.core.errors import WorldError
from shelterdesk.core.roles import DOES
from shelterdesk.core.words import ntr, tr
from shelterdesk.ui.dialogs.path_field import PathField, PathKind
from shelterdesk.ui.screens.exchange_letter import SixWords
from shelterdesk.ui.screens.exchange_lines import Lines
from shelterdesk.ui.screens.exchange_reads import Standing, standing
from shelterdesk.ui.screens.exchange_words import Line
from shelterdesk.ui.screens.settings_section import Section
from shelterdesk.ui.widgets import (
    ButtonRow,
    LabelledField,
    PrimaryButton,
    SecondaryButton,
    Tone,
    rule,
    words,
)
from shelterdesk.ui.worker import DeskWorker

REQUEST_NAME = "enrol-request.json"


def _six_words(typed: int) -> str:
    return ntr("Six words are needed, {n} is written.", "Six words are needed, {n} are written.", typed)


class EnrolSection(Section):
    """Request out, six words over voice, reply in; the words of the reply are typed as the office says them."""

    name = "enrol"
    station_only = True
    roles = DOES["enrol a station"]
    kinds = frozenset({"roster", "adoption", "foreign"})

    @staticmethod
    def heading() -> str:
        return tr("The office")

    def __init__(self, worker: DeskWorker, parent: QWidget | None = None) -> None:
        super().__init__(worker, self.heading(), parent)
        self._asked: Path | None = None
        self._has_office, self._is_fresh = False, True
        self.belongs = Lines(tr("The office of this station"))
        self.request = PathField(tr("1. Write the request to"), PathKind.NEW_FILE)
        self.ask_button = SecondaryButton(tr("Write the request"), "Ctrl+E")
        self.asked = Lines(tr("What became of it"))
        self.own_six = SixWords()
        self.reply = PathField(tr("2. The office's answer"), PathKind.OLD_FILE)
        self.offered = Lines(tr("What the answer offers"))
        self.said_words = QLineEdit()
        self.said_field = LabelledField(
            tr("The six words as the office reads them to you"),
            self.said_words,
            hint=tr("by telephone or radio, not from the stick"),
            check=self._check_words,
        )
        self.said_field.setProperty("not_kept", True)
        self.accept_button = PrimaryButton(tr("Take the office's answer in"))
        self.accept_button.setEnabled(False)
        self.primary = self.accept_button
        self.another = SecondaryButton(tr("Join another office"), "Ctrl+N", near=self)
        self.form = QWidget()
        self.form.setProperty("part", "clear")
        column = QVBoxLayout(self.form)
        column.setContentsMargins(0, 0, 0, 0)
        for part in (
            words(
                tr(
                    "A station works alone as long as it must. Enrolled at an office, its bundles can be opened "
                    "there, and receipts say what has arrived. Nothing issued before changes."
                ),
                "body",
                wrap=True,
            ),
            self.request, ButtonRow(self.ask_button), self.asked, self.own_six, rule(),
            self.reply, self.offered, self.said_field,
        ):  # fmt: skip
            column.addWidget(part)
        self.add(self.belongs)
        self.add(self.form)
        self.add_stretch()
        self.add(ButtonRow(self.accept_button, self.another))
        self._show_form(False)
        self.another.clicked.connect(lambda: self._show_form(True))
        self.ask_button.clicked.connect(self._on_ask)
        self.reply.line.textChanged.connect(self._allow)
        self.reply.line.editingFinished.connect(self._on_reply)
        self.reply.chosen.connect(lambda _: self._on_reply())
        self.accept_button.clicked.connect(self._on_accept)

    def refresh(self, changes: Changes | None) -> None:
        self.worker.read(standing, done=self._show_office, topic="the office")

    def _show_form(self, shown: bool) -> None:
        """The form of who has no office yet, or looks for another."""
        self.form.setVisible(shown)
        self.accept_button.setVisible(shown)
        self.another.setVisible(not shown and self._has_office)
        if shown and self._has_office:
            self.request.setFocus()

    def first_focus(self) -> QWidget | None:
        """The way to another office, where there is one already."""
        return self.another if self.form.isHidden() and self._has_office else None

    def _show_office(self, stands: Standing) -> None:
        if bool(stands.office) is not self._has_office or self._is_fresh:
            self._has_office, self._is_fresh = bool(stands.office), False
            self._show_form(not stands.office)
        if not stands.office:
            self.belongs.show_lines([Line(Tone.NEUTRAL, tr("This station has no office yet."))])
        else:
            self.belongs.show_lines(
                [Line(Tone.OK, tr("This station belongs to the office {name}.", name=stands.office))]
            )

    def _on_ask(self) -> None:
        target = self.request.file_in(REQUEST_NAME)
        if target is None:
            self.request.set_mistake(tr("Say where the request is to be written."))
            self.request.setFocus()
            return
        self.request.set_mistake("")
        self.worker.write(
            enrol_request,
            target,
            done=self._on_asked,
            failed=lambda error: self._say_in(self.asked, error),
        )

    def _on_asked(self, asked: EnrolmentAsked) -> None:
        self.asked.show_lines(
            [
                Line(
                    Tone.OK,
                    tr(
                        "Written: {file}. Send it to the office and read these words to them by telephone or radio:",
                        file=str(asked.path),
                    ),
                )
            ]
        )
        self.own_six.show_words(asked.words)

    def _allow(self, *_: object) -> None:
        """There is something to take in once a file is named."""
        self.accept_button.setEnabled(self.reply.path() is not None)

    def _on_reply(self) -> None:
        path = self.reply.path()
        if path == self._asked:
            return
        self._asked = path
        self.offered.show_lines([])
        if path is not None:
            self.worker.read(
                lambda _: read_reply(path),
                done=self._on_offered,
                failed=self._on_no_reply,
                topic="office's reply",
            )

    def _on_offered(self, offered: OfficeOffered) -> None:
        self.reply.set_mistake("")
        self.offered.show_lines(
            [
                Line(
                    Tone.NEUTRAL,
                    tr(
                        "The office {office} answers for station {station}. Have its six words read to you.",
                        office=offered.office,
                        station=offered.station,
                    ),
                )
            ]
        )

    def _on_no_reply(self, error: WorldError) -> None:
        self.reply.set_mistake(f"{error.sentence} {error.next_step}".strip())

    def _typed_words(self) -> list[str]:
        return self.said_words.text().replace(",", " ").replace("·", " ").split()

    def _check_words(self, _: str) -> str:
        typed = len(self._typed_words())
        return "" if typed in (0, 6) else _six_words(typed)

    def _on_accept(self) -> None:
        path, typed = self.reply.path(), self._typed_words()
        if path is None:
            return
        if len(typed) != 6:
            self.said_field.set_mistake(_six_words(len(typed)))
            self.said_field.setFocus()
        else:
            self.accept_button.setEnabled(False)
            self.worker.write(accept_reply, path, typed, done=self._on_accepted, failed=self._on_refused)

    def _on_accepted(self, offered: OfficeOffered) -> None:
        self.said_words.clear()
        self.reply.set_path("")
        self._allow()
        self.offered.show_lines([])
        self._asked = None
        self.asked.show_lines([])
        self.own_six.show_words(())
        self._is_fresh = True
        self.refresh(None)
        self.say(tr("This station belongs to the office {name} now.", name=offered.office))

    def _on_refused(self, error: WorldError) -> None:
        self._allow()
        self._say_in(self.offered, error)

    @staticmethod
    def _say_in(lines: Lines, error: WorldError) -> None:
        lines.show_lines([Line(Tone.BAD, f"{error.sentence} {error.next_step}".strip())])
