"""What the screen of the daily sheet says: the morning in a line, how the sheet stands, what changed since."""

from __future__ import annotations

from shelterdesk.actions.sheet_papers import SheetShown
from shelterdesk.core.sheet import DailySheet
from shelterdesk.core.words import ntr, tr
from shelterdesk.reports.paper import moment_shown
from shelterdesk.ui.screens.exchange_words import Line
from shelterdesk.ui.widgets import Tone


def difference_said(sheet: DailySheet) -> str:
    """What the balance is off by, in a sentence; nothing when it closes."""
    off = sheet.difference
    if off > 0:
        return ntr(
            "The balance is off: {n} person more is in the house than the day before and the movements give.",
            "The balance is off: {n} people more are in the house than the day before and the movements give.",
            off,
        )
    if off < 0:
        return ntr(
            "The balance is off: {n} person fewer is in the house than the day before and the movements give.",
            "The balance is off: {n} people fewer are in the house than the day before and the movements give.",
            -off,
        )
    return ""


def summary_said(sheet: DailySheet) -> str:
    """The number of the morning and how it came about, in one line."""
    return " · ".join(
        (
            ntr("{n} person in the house", "{n} people in the house", sheet.present),
            ntr("{n} the day before", "{n} the day before", sheet.present_prev),
            ntr("{n} came", "{n} came", sheet.came),
            ntr("{n} left", "{n} left", sheet.left),
        )
    )


def standing_said(shown: SheetShown) -> list[Line]:
    """When and by whom a sheet was frozen, and what is known differently since; nothing for one that was not."""
    held = shown.frozen
    if held is None:
        return []
    at = moment_shown(held.frozen_at) if held.frozen_at else ""
    if held.automatic:
        said = Line(Tone.WARN, tr("Frozen {time} by the program; nobody had signed.", time=at))
    else:
        said = Line(Tone.OK, tr("Frozen {time} by {name}.", time=at, name=held.signed_by))
    if held.sheet.present == shown.now.present:
        return [said]
    now = ntr("{n} person", "{n} people", shown.now.present)
    since = tr(
        "With what became known since, it is {now}, not {then}; the next day's corrections say so.",
        now=now,
        then=held.sheet.present,
    )
    return [said, Line(Tone.WARN, since)]
