"""A letter that introduces a desk and its answer: the six words are compared before anything is signed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QLabel, QWidget

from shelterdesk.core.errors import WorldError
from shelterdesk.core.words import tr
from shelterdesk.sync.letter import Letter
from shelterdesk.ui.dialogs.path_field import PathField, PathKind
from shelterdesk.ui.screens.exchange_lines import Lines
from shelterdesk.ui.screens.exchange_words import Line
from shelterdesk.ui.screens.settings_section import Section
from shelterdesk.ui.theme import theme
from shelterdesk.ui.widgets import ButtonRow, PrimaryButton, TickBox, Tone, words
from shelterdesk.ui.worker import DeskWorker


class SixWords(QWidget):
    """Six words large enough to be read out or compared across a table; hidden while there are none."""

    ACROSS = 3

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("part", "clear")
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._labels: list[QLabel] = []
        theme().changed.connect(self._space)
        self._space()
        self.hide()

    def show_words(self, six: Sequence[str]) -> None:
        """Show these, numbered, so that two people can go through them; none hides them."""
        for label in self._labels:
            label.hide()
            label.deleteLater()
        self._labels = []
        for at, word in enumerate(six):
            label = words(f"{at + 1}  {word}", "title")
            label.setAlignment(Qt.AlignmentFlag.AlignLeading)
            self._labels.append(label)
            self._grid.addWidget(label, at // self.ACROSS, at % self.ACROSS)
        self.setAccessibleName(tr("Six words: {words}", words=" ".join(six)))
        self.setVisible(bool(six))

    def words(self) -> list[str]:
        """The words shown."""
        return [label.text().split(None, 1)[1] for label in self._labels]

    def _space(self) -> None:
        self._grid.setHorizontalSpacing(theme().gap(24))
        self._grid.setVerticalSpacing(theme().gap(8))


class AnswerSection(Section):
    """Request in, words compared by two people, answer out.

    A kind of answer overrides :meth:`read_request` (runs beside the window), :meth:`introduce` and
    :meth:`answer`; ``reply_name`` is the file name proposed.
    """

    reply_name = ""

    def __init__(
        self,
        worker: DeskWorker,
        title: str,
        explanation: str,
        same: str,
        button: str,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(worker, title, parent)
        self.letter: Letter | None = None
        self._asked: Path | None = None
        self.request = PathField(tr("1. The request that was brought"), PathKind.OLD_FILE)
        self.introduced = words("", "body", wrap=True)
        self.introduced.hide()
        self.six = SixWords()
        self.same = TickBox(same)
        self.same.hide()
        self.reply = PathField(tr("2. Write the answer to"), PathKind.NEW_FILE)
        self.outcome = Lines(tr("What became of it"))
        self.own_six = SixWords()
        self.answer_button = PrimaryButton(button)
        self.answer_button.setEnabled(False)
        self.primary = self.answer_button
        for part in (
            words(explanation, "body", wrap=True), self.request, self.introduced, self.six, self.same,
            self.reply, self.outcome, self.own_six,
        ):  # fmt: skip
            self.add(part)
        self.add_stretch()
        self.add(ButtonRow(self.answer_button))
        self.request.line.editingFinished.connect(self._on_request)
        self.request.chosen.connect(lambda _: self._on_request())
        self.same.toggled.connect(self._on_compared)
        self.answer_button.clicked.connect(self._on_answer)

    @staticmethod
    def read_request(path: Path) -> Letter:
        """The letter in a file; raises what reading it raises."""
        raise NotImplementedError

    def introduce(self, letter: Letter) -> str:
        """Who asks, in a sentence, before anything is believed."""
        raise NotImplementedError

    def answer(self, request: Path, reply: Path, failed: Callable[[WorldError], object]) -> None:
        """Sign and write the answer; calls :meth:`answered` or ``failed``."""
        raise NotImplementedError

    def answered(self, lines: Sequence[Line], own_words: Sequence[str]) -> None:
        """Tell that the answer is written, and our own words for the other side to compare."""
        self.outcome.show_lines(lines)
        self.own_six.show_words(own_words)
        self.same.setChecked(False)
        self.same.hide()
        self.six.show_words(())
        self.introduced.hide()
        self.letter = None
        self._asked = None
        self.request.set_path("")

    def _on_request(self) -> None:
        path = self.request.path()
        if path == self._asked:
            return
        self._asked = path
        self.letter = None
        self.same.setChecked(False)
        if path is None:
            self._forget()
            return
        self.worker.read(
            lambda _: type(self).read_request(path),
            done=lambda letter: self._on_letter(path, letter),
            failed=self._on_no_letter,
            topic=f"letter {self.name}",
        )

    def _on_letter(self, path: Path, letter: Letter) -> None:
        if path != self.request.path():
            return
        self.letter = letter
        self.request.set_mistake("")
        self.introduced.setText(self.introduce(letter))
        self.introduced.show()
        self.six.show_words(letter.words)
        self.same.show()
        self.outcome.show_lines([])
        self.own_six.show_words(())
        if self.reply.path() is None:
            self.reply.set_path(str(path.with_name(self.reply_name)))

    def _on_no_letter(self, error: WorldError) -> None:
        self._forget()
        self.request.set_mistake(f"{error.sentence} {error.next_step}".strip())

    def _forget(self) -> None:
        self.introduced.hide()
        self.six.show_words(())
        self.same.hide()

    def _on_compared(self, same: bool) -> None:
        self.answer_button.setEnabled(same and self.letter is not None)

    def _on_answer(self) -> None:
        request, reply = self.request.path(), self.reply.file_in(self.reply_name)
        if request is None or self.letter is None:
            return
        if reply is None:
            self.reply.set_mistake(tr("Say where the answer is to be written."))
            self.reply.setFocus()
            return
        self.reply.set_mistake("")
        self.answer_button.setEnabled(False)
        self.answer(request, reply, self._on_failed)

    def _on_failed(self, error: WorldError) -> None:
        self.answer_button.setEnabled(self.same.isChecked())
        self.outcome.show_lines([Line(Tone.BAD, f"{error.sentence} {error.next_step}".strip())])
