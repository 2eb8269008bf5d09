"""Who came today: the tokens handed out, how far each has come, and how many people are in the house."""

from __future__ import annotations

from datetime import datetime

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from shelterdesk.core.words import ntr, tr
from shelterdesk.ui.screens.people_words import time_words
from shelterdesk.ui.screens.reception_reads import Arrivals, Token, TokenState
from shelterdesk.ui.tables.reception_tokens import tokens_model
from shelterdesk.ui.widgets import ButtonRow, Card, EmptyState, RowsTable, SecondaryButton, words


class _TokenRows(RowsTable):
    """The list in a narrow column: a surname and a number of people need not be long."""

    LEAST_LETTERS = 14


class TokensCard(Card):
    """Today's tokens, the newest boat named in the title.

    Signals: ``chosen(Token)`` to register its family, ``count_asked()`` for a new group.
    """

    chosen = Signal(object)
    count_asked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(tr("Arrived today"), parent=parent)
        self._now: str | None = None
        self._arrivals: Arrivals | None = None
        empty = EmptyState(
            "reception",
            tr("No group is counted yet today."),
            tr("F4 counts a boat in seconds. A family can also be registered without a token."),
        )
        self.model = tokens_model(lambda: self._now, self._titled)
        self.table = _TokenRows(self.model, empty, name=tr("Tokens"), count=self._count)
        self.present = words("", "secondary", wrap=True)
        self.count_button = SecondaryButton(tr("New group"), "F4", key_inside=True)
        self.next_button = SecondaryButton(tr("Next token"), "F5", key_inside=True)
        self.add(self.table, 1)
        self.add(self.present)
        self.add(ButtonRow(self.count_button, self.next_button))
        self.table.opened.connect(self._on_opened)
        self.count_button.clicked.connect(self.count_asked)
        self.next_button.clicked.connect(self.take_next)
        self._show_waiting()

    def show_arrivals(self, arrivals: Arrivals, now: datetime) -> None:
        """Show the tokens and the numbers of the house; ``now`` on the station's clock."""
        self._arrivals = arrivals
        self.model.set_rows(arrivals.tokens)
        newest = arrivals.tokens[0] if arrivals.tokens else None
        landed = newest.landed if newest is not None else None
        if newest is None:
            self.set_title(tr("Arrived today"))
        elif newest.group.vehicle and landed is not None:
            time = time_words(landed.astimezone(now.tzinfo), now)
            if landed.astimezone(now.tzinfo).date() == now.date():
                time = f"{landed.astimezone(now.tzinfo):%H:%M}"
            self.set_title(tr("{vehicle} · landed {time}", vehicle=newest.group.vehicle, time=time))
        else:
            self.set_title(tr("Arrived today"))
        said = ntr("{n} person in the house now", "{n} people in the house now", arrivals.present)
        if arrivals.unnamed:
            said = tr(
                "{people} · {unnamed}",
                people=said,
                unnamed=ntr("{n} without a name yet", "{n} without a name yet", arrivals.unnamed),
            )
        self.present.setText(said)
        self._show_waiting()

    def mark_now(self, group: str | None) -> None:
        """Show which token's family is in the form."""
        if group != self._now:
            self._now = group
            if self._arrivals is not None:
                self.model.set_rows(self._arrivals.tokens)
        self._show_waiting()

    def _titled(self) -> str | None:
        newest = self.all_tokens()[:1]
        return newest[0].group.vehicle if newest and newest[0].landed is not None else None

    def token_of(self, group: str | None) -> Token | None:
        """The token of a group's id, if it is among those shown or on a slip of paper."""
        return next((token for token in self._known() if token.group.ent == group), None)

    def token_named(self, number: str) -> Token | None:
        """The token of a number, if it is among those shown or on a slip of paper."""
        return next((token for token in self._known() if token.group.number == number), None)

    def all_tokens(self) -> tuple[Token, ...]:
        """The tokens shown."""
        return self._arrivals.tokens if self._arrivals is not None else ()

    def _known(self) -> tuple[Token, ...]:
        return (*self._arrivals.tokens, *self._arrivals.slips) if self._arrivals is not None else ()

    def take_next(self) -> None:
        """F5: the family of the next token nobody has named."""
        token = self._next()
        if token is not None:
            self.chosen.emit(token)

    def _next(self) -> Token | None:
        waiting = [one for one in self.all_tokens() if one.state in (TokenState.WAITING, TokenState.PARTLY)]
        # Who landed first and holds the lower number has waited longest.
        waiting.sort(key=lambda one: (one.state is not TokenState.WAITING, one.landed is None,
                                      one.landed.timestamp() if one.landed else 0.0, one.counter))  # fmt: skip
        return next((one for one in waiting if one.group.ent != self._now), None)

    def _show_waiting(self) -> None:
        self.next_button.setEnabled(self._next() is not None)

    def _on_opened(self, row: object) -> None:
        if isinstance(row, Token):
            self.chosen.emit(row)

    @staticmethod
    def _count(shown: int, total: int) -> str:
        if shown < total:
            return tr("{shown} of {total} tokens", shown=shown, total=total)
        return ntr("{n} token", "{n} tokens", total)
