"""The foot of the family's form stays whole at 1366×768, whatever is said above it; the middle scrolls."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from shelterdesk.actions.clock import SetClock
from shelterdesk.ui.theme import theme
from shelterdesk.ui.widgets.tone import Tone
from tests.ui.reception_at_work import CTRL, KEY, AtWork, plan_the_site, reception

WRONG_CHECK = (
    "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<",
    "L898902C36UTO7408122F1204159ZE184226B<<<<<11",
)


@pytest.fixture
def at_work(qtbot: QtBot, station_folder: Path, clock: SetClock) -> Iterator[AtWork]:
    plan_the_site(station_folder, clock)
    theme().set_still(True)
    with reception(station_folder, clock, qtbot) as work:
        yield work
    theme().set_still(False)


def _settled(work: AtWork) -> None:
    work.rest()
    page = work.window._pages["reception"]
    work.qtbot.waitUntil(lambda: page.is_laid_out and work.screen.family.middle.is_laid_out)


def _is_whole(widget: QWidget) -> bool:
    """Whether nothing of it is cut by what scrolls around it."""
    return widget.visibleRegion().boundingRect() == widget.rect()


def _foot_is_whole(work: AtWork) -> bool:
    _settled(work)
    return _is_whole(work.screen.family.foot.save) and _is_whole(work.focused)


def test_when_a_check_digit_does_not_fit(at_work: AtWork) -> None:
    at_work.press(KEY.Key_F3)
    at_work.enter(*WRONG_CHECK)
    assert at_work.mistake_of("document_number")
    assert _foot_is_whole(at_work)


def test_when_a_passport_is_asked_for_under_a_message(at_work: AtWork) -> None:
    at_work.enter("Pérez", "Ana")
    at_work.screen.say("Token LB1-T0002-W: 5 people.", Tone.OK, lambda: None)
    at_work.press(KEY.Key_F3)
    assert at_work.window.toast.isVisible()
    assert _foot_is_whole(at_work)


def test_when_a_child_is_alone_and_much_is_wrong(at_work: AtWork) -> None:
    at_work.screen.say("Family LB1-H0112-Y is saved.", Tone.OK, lambda: None)
    at_work.enter("Solo", "Niño", "2027-01-01", "x", "atlantis")
    assert at_work.mistake_of("birth")
    assert at_work.mistake_of("nationality")
    assert _foot_is_whole(at_work)


def test_the_middle_scrolls_to_the_field_that_has_the_focus(at_work: AtWork) -> None:
    at_work.screen.say("Family LB1-H0112-Y is saved.", Tone.OK, lambda: None)
    at_work.enter("Solo", "Niño", "2027-01-01", "x", "atlantis")
    at_work.screen.family.together.bed.editor.setFocus()
    assert _foot_is_whole(at_work)
    assert at_work.screen.family.middle.verticalScrollBar().value() > 0
    at_work.press(KEY.Key_Return, CTRL)  # and back to the first mistake
    assert _foot_is_whole(at_work)


def test_where_the_cards_stand_below_each_other_the_page_scrolls_as_one(at_work: AtWork) -> None:
    middle = at_work.screen.family.middle
    at_work.window.resize(900, 700)
    _settled(at_work)
    assert middle.verticalScrollBar().maximum() == 0
    at_work.window.resize(1366, 768)
    _settled(at_work)
    assert middle.verticalScrollBar().maximum() == 0  # nothing is wrong: it is whole here too
    assert _foot_is_whole(at_work)
