"""How this desk likes to look and behave: a small file in the folder that holds nothing about anybody."""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from shelterdesk import startup
from shelterdesk.core.errors import CannotWrite, DiskFull
from shelterdesk.core.words import language, speak
from shelterdesk.keys.safefile import write_whole
from shelterdesk.ui.pseudo import pseudo_catalogue
from shelterdesk.ui.qt_words import speak_qt
from shelterdesk.ui.theme import LARGEST_TEXT, SMALLEST_TEXT, Mode, reads_right_to_left, theme

FILE = "preferences.json"
SET_ASIDE = "preferences.json.broken"
SHORTEST_IDLE, LONGEST_IDLE = 1, 60


@dataclass(frozen=True, slots=True)
class Preferences:
    """``language`` is empty for the one the program was
    started in; ``text_percent`` 100 to 200; ``idle_minutes`` until the desk locks.

    ``practice`` repeats what the encrypted file says, so that the page before the log-in can carry the stripe.
    """

    language: str = ""
    theme: str = Mode.SYSTEM.value
    text_percent: int = SMALLEST_TEXT
    still: bool = False
    idle_minutes: int = 5
    key_strip: bool = False
    practice: bool = False
    backup_folder: str = ""


def read_preferences(folder: Path) -> Preferences:
    """The preferences of a folder; a file that cannot be read is set aside, and the usual ones hold."""
    path = folder / FILE
    try:
        found = json.loads(path.read_bytes())
        return _checked(found)
    except FileNotFoundError:
        return Preferences()
    except OSError:
        return Preferences()
    except (ValueError, TypeError, AttributeError, RecursionError):
        with suppress(OSError):
            path.replace(folder / SET_ASIDE)
        return Preferences()


def write_preferences(folder: Path, wanted: Preferences) -> bool:
    """Keep the preferences; False where there is no room or no right to write, which must stop nobody."""
    try:
        write_whole(folder / FILE, json.dumps(asdict(wanted), indent=1).encode("utf-8"))
    except (DiskFull, CannotWrite):
        return False
    return True


def changed(now: Preferences, **what: Any) -> Preferences:
    """The same preferences with some values changed, each brought into its limits."""
    return _checked(asdict(replace(now, **what)))


def _checked(found: dict[str, Any]) -> Preferences:
    usual = Preferences()
    values: dict[str, Any] = {}
    for field in fields(Preferences):
        value = found.get(field.name, getattr(usual, field.name))
        if type(value) is not type(getattr(usual, field.name)):
            raise TypeError(field.name)
        values[field.name] = value
    values["text_percent"] = max(SMALLEST_TEXT, min(LARGEST_TEXT, values["text_percent"]))
    values["idle_minutes"] = max(SHORTEST_IDLE, min(LONGEST_IDLE, values["idle_minutes"]))
    if values["theme"] not in {mode.value for mode in Mode}:
        values["theme"] = Mode.SYSTEM.value
    return Preferences(**values)


def language_of(wanted: Preferences) -> str:
    """The language to speak: the one chosen, else what the command line was told or the system says."""
    return wanted.language or language()


def apply_preferences(wanted: Preferences) -> None:
    """Put language, direction, colours and text size to use. Windows already built keep their old words."""
    language = language_of(wanted)
    made_up = pseudo_catalogue(language)
    if made_up is not None:
        speak(language, made_up)
    else:
        startup.use_language(language)
    speak_qt(language)
    from_right = reads_right_to_left(language)
    QApplication.setLayoutDirection(
        Qt.LayoutDirection.RightToLeft if from_right else Qt.LayoutDirection.LeftToRight
    )
    theme().set_still(wanted.still)
    theme().set_mode(Mode(wanted.theme))
    theme().set_text_percent(wanted.text_percent)


def language_names() -> list[tuple[str, str]]:
    """Languages there are, each by its code and its own name."""
    from babel import Locale

    own = [(code, Locale.parse(code).get_language_name(code) or code) for code in startup.languages()]
    return [(code, name[:1].upper() + name[1:]) for code, name in own]
