"""The keys that mean the same everywhere, in one place; screens add their own, none changes these."""

from __future__ import annotations

from shelterdesk.core.words import tr

SCAN = "F2"
HELP = "F1"
UNDO = "Ctrl+Z"
NEXT = "Return"
BACK = "Shift+Return"
FINISH = "Ctrl+Return"
STEP_OUT = "Esc"
KEY_STRIP = "F12"
PRINT_SHEET = "Ctrl+Shift+P"
KNOCK = "Ctrl+Shift+J"
EVACUATION = "Ctrl+Shift+X"


def house_keys() -> tuple[tuple[str, str], ...]:
    """Every key of the house with its words, in the language spoken."""
    return (
        (NEXT, tr("next field")),
        (BACK, tr("field before")),
        (FINISH, tr("finish")),
        (STEP_OUT, tr("step out, what was typed stays")),
        (SCAN, tr("scan or search")),
        (UNDO, tr("undo")),
        (PRINT_SHEET, tr("print this morning's sheet")),
        (HELP, tr("explain this screen")),
        (EVACUATION, tr("evacuation list, also while locked")),
        (KEY_STRIP, tr("show these keys below")),
    )


def window_keys() -> tuple[tuple[str, str], ...]:
    """Keys of the window around the screens: told by the help, too many for the strip below."""
    return (
        (screen_key(0), tr("the first screen at the left, Ctrl+2 the second, and so on")),
        ("Ctrl+L", tr("lock this desk")),
        (KNOCK, tr("the laptop that asks to join at this table")),
    )


def screen_key(position: int) -> str:
    """The key of the screen at a position of the rail, from 0: ``Ctrl+1`` to ``Ctrl+9``, then none."""
    return f"Ctrl+{position + 1}" if position < 9 else ""
