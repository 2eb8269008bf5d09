"""The words Qt says itself (file dialogs, menus of fields), in the language of the window; they come with Qt."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, QLibraryInfo, QTranslator

_now: list[QTranslator] = []


def speak_qt(language: str) -> bool:
    """Let Qt speak a language (ISO 639-1, with a country where needed); False where it has no words in it.

    English is what Qt speaks without a catalogue.
    """
    app = QCoreApplication.instance()
    if app is None:
        return False
    while _now:
        app.removeTranslator(_now.pop())
    if language.partition("_")[0] == "en":
        return True
    catalogue = QTranslator(app)
    where = QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)
    if not catalogue.load(f"qtbase_{language}", where):
        return False
    app.installTranslator(catalogue)
    _now.append(catalogue)
    return True
