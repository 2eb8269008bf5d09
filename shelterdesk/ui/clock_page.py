"""Between the log-in and the window, seldom: the laptop's clock cannot be right, and somebody may say what time it is."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from shelterdesk.core.errors import WorldError
from shelterdesk.core.words import tr
from shelterdesk.ui.dates import read_day, typed_day
from shelterdesk.ui.first_run_steps import Step
from shelterdesk.ui.widgets import ButtonRow, FieldGrid, LabelledField, PrimaryButton, SecondaryButton, words


class ClockPage(Step):
    """Date and time, and the way on without them. Signals: ``said(str, str)`` with an ISO day and a time; ``left()``."""

    name = "clock"
    said = Signal(str, str)
    left = Signal()

    def __init__(self, now: datetime, zone: str) -> None:
        """``now`` is what the laptop's clock shows."""
        super().__init__(tr("What time is it?"), 640)
        here = now.astimezone(ZoneInfo(zone))
        self.day = LabelledField(
            tr("Date"),
            hint=tr("day/month/year"),
            check=lambda text: "" if read_day(text) else tr("Type it as 28/11/2026."),
        )
        self.time = LabelledField(
            tr("Time"),
            hint=tr("hour:minute, of 24 hours"),
            check=lambda text: "" if _clean_time(text) else tr("Type it as 14:30."),
        )
        self.card.add(
            words(
                tr(
                    "The clock of this laptop shows {day}, {time}. That cannot be right: it is far from when the desk"
                    " was last used. With the right date, arrivals and meals get the right day.",
                    day=typed_day(here.date()),
                    time=f"{here:%H:%M}",
                ),
                wrap=True,
            )
        )
        self.card.add(
            words(
                tr(
                    "It holds at this desk until the laptop's clock is right again. Either way you can work; what is"
                    " entered meanwhile is marked."
                ),
                "secondary",
                wrap=True,
            )
        )
        grid = FieldGrid()
        grid.add_row((self.day, 2), (self.time, 2))
        self.card.add(grid)
        self.primary = PrimaryButton(tr("Use this time"))
        self.without = SecondaryButton(tr("Go on with this clock"), "Esc")
        self.card.add(self.problem)
        self.card.add(ButtonRow(self.primary, self.without))
        self.primary.clicked.connect(self._on_said)
        self.without.clicked.connect(self.left)

    def step_out(self) -> bool:
        self.left.emit()
        return True

    def refuse(self, error: WorldError) -> None:
        """Say what does not fit; what is typed stays."""
        self._busy(False)
        self.day.set_mistake(f"{error.sentence} {error.next_step}".strip())
        self.day.setFocus()

    def first_focus(self) -> QWidget | None:
        return self.day.editor

    def _on_said(self) -> None:
        wrong = [field for field in (self.day, self.time) if not field.check_now()]
        day = read_day(self.day.text())
        if wrong or day is None:
            (wrong or [self.day])[0].setFocus()
            return
        self._busy(True)
        self.said.emit(day.isoformat(), _clean_time(self.time.text()))

    def _busy(self, busy: bool) -> None:
        if self.primary is not None:
            self.primary.setEnabled(not busy)


def _clean_time(text: str) -> str:
    """``14:30`` of what was typed (``14.30``, ``1430``, ``9:05``); empty for no time."""
    digits = text.strip().replace(".", ":").replace("h", ":")
    if ":" not in digits and len(digits) in (3, 4):
        digits = f"{digits[:-2]}:{digits[-2:]}"
    hour, _, minute = digits.partition(":")
    if not (hour.isdecimal() and minute.isdecimal() and hour.isascii() and minute.isascii()):
        return ""
    if len(minute) != 2 or int(hour) > 23 or int(minute) > 59:
        return ""
    return f"{int(hour):02d}:{minute}"
