"""A window in Spanish opens its file dialogs in Spanish, and one in English again in English."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtWidgets import QDialogButtonBox, QFileDialog, QPushButton
from pytestqt.qtbot import QtBot

from shelterdesk.ui.preferences import Preferences, apply_preferences


@pytest.fixture(autouse=True)
def english_again(qtbot: QtBot) -> Iterator[None]:
    yield
    apply_preferences(Preferences(language="en"))


def words_of(qtbot: QtBot) -> set[str]:
    """What the buttons of a file dialog say, without their marks."""
    chooser = QFileDialog()
    qtbot.addWidget(chooser)
    chooser.setOption(QFileDialog.Option.DontUseNativeDialog)
    box = chooser.findChild(QDialogButtonBox)
    assert box is not None
    return {button.text().replace("&", "") for button in box.findChildren(QPushButton)}


def test_file_dialogs_speak_the_language_of_the_window(qtbot: QtBot) -> None:
    for language, words in (
        ("es", {"Abrir", "Cancelar"}),
        ("en", {"Open", "Cancel"}),
        ("es", {"Abrir", "Cancelar"}),
    ):
        apply_preferences(Preferences(language=language))
        assert words_of(qtbot) == words
