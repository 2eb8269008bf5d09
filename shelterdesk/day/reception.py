"""The day's reception: a boat counted, families typed field by field as they stand at the table."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from shelterdesk.core.practice_people import PracticeFamily
from shelterdesk.core.words import tr
from shelterdesk.day.families import typed
from shelterdesk.day.hands import CTRL, DayStopped, Hands
from shelterdesk.ui.screens.reception import ReceptionScreen

_KEY = Qt.Key
_MOST_FIELDS = 60


def screen_of(hands: Hands) -> ReceptionScreen:
    """The reception of the open window."""
    screen = hands.window.screen_named("reception")
    if not isinstance(screen, ReceptionScreen):
        raise DayStopped("reception")
    return screen


def count_a_boat(hands: Hands, heads: int, vehicle: str) -> None:
    """F4: so many people came with a boat; they have a token from that second."""
    screen = screen_of(hands)
    before = len(screen.tokens.all_tokens())
    hands.press(_KEY.Key_F4)
    hands.until(lambda: screen.count.isVisible(), tr("counting a boat"))
    hands.enter(str(heads))
    hands.enter(vehicle)
    hands.press(_KEY.Key_Return, CTRL)
    hands.until(lambda: len(screen.tokens.all_tokens()) > before, tr("the boat's token"))
    hands.press(_KEY.Key_Escape)
    hands.rest()


def register(hands: Hands, family: PracticeFamily, *, with_token: bool, picture: Path | None = None) -> None:
    """Type a family and save it with Ctrl+Enter; its cards are drawn and no printer gets them."""
    screen = screen_of(hands)
    screen.cards.put_out = lambda pages: None
    hands.open_screen("reception")
    first = screen.first_focus()
    if first is not None:
        first.setFocus(Qt.FocusReason.OtherFocusReason)
    if with_token:
        screen.tokens.take_next()
        hands.rest()
    saved = hands.app.worker
    for at, person in enumerate(family.members):
        said = typed(person, at)
        for _ in range(_MOST_FIELDS):
            name = _field_of(screen, hands.focused)
            text = said.pop(name, "")
            if text:
                _replace(hands, text)
            is_last = screen.family.is_last_of_member(hands.focused)
            if is_last and at == len(family.members) - 1:
                break
            hands.press(_KEY.Key_Return)
            if is_last:
                break
        else:
            raise DayStopped(tr("a member that does not end"))
        hands.rest()
    if picture is not None:
        hands.picture(picture, "03-reception-family")
    hands.press(_KEY.Key_Return, CTRL)
    hands.until(lambda: not screen.draft() and not saved.is_busy, tr("saving a family"))
    hands.rest()


def _field_of(screen: ReceptionScreen, focused: QWidget) -> str:
    """The name of the field that has the focus, of the member or of all together."""
    for name, field in screen.family.member.fields.items():
        if field.editor is focused or field.editor.isAncestorOf(focused):
            return name
    together = screen.family.together
    for name in ("arrived", "route", "bed"):
        if getattr(together, name).editor is focused:
            return name
    return focused.accessibleName()


def _replace(hands: Hands, text: str) -> None:
    """Type over what is proposed."""
    hands.press(_KEY.Key_A, CTRL)
    hands.type(text)
