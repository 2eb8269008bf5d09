"""The columns of today's tokens: the number called out, who it is, how far they have come."""

from __future__ import annotations

from collections.abc import Callable

from shelterdesk.core.people import isolated
from shelterdesk.core.words import ntr, tr
from shelterdesk.ui.screens.reception_reads import Token, TokenState
from shelterdesk.ui.widgets import Column, RowsModel, Tone


def who_words(token: Token) -> str:
    """Whom a token is for: ``López, 4 people``, or how many were counted while nobody has a name."""
    group = token.group
    if not group.named:
        return ntr("{n} counted", "{n} counted", group.head_count)
    people = ntr("{n} person", "{n} people", max(group.head_count, group.named))
    return tr("{family}, {people}", family=isolated(token.family), people=people) if token.family else people


def state_words(token: Token) -> str:
    """How far a token has come, in a word."""
    said: dict[TokenState, Callable[[], str]] = {
        TokenState.WAITING: lambda: tr("waiting"),
        TokenState.PARTLY: lambda: tr("{named} of {n}", named=token.group.named, n=token.group.head_count),
        TokenState.QUICK: lambda: tr("quick"),
        TokenState.COMPLETE: lambda: tr("complete"),
    }
    return said[token.state]()


def tokens_model(now: Callable[[], str | None], titled: Callable[[], str | None]) -> RowsModel[Token]:
    """Tokens; ``now`` says the id of the one whose family is in the form, ``titled`` the vehicle named above."""

    def who(token: Token) -> str:
        vehicle = token.group.vehicle
        said = who_words(token)
        return (
            said if not vehicle or vehicle == titled() else tr("{who} · {vehicle}", who=said, vehicle=vehicle)
        )

    def state(token: Token) -> str:
        return tr("now") if token.group.ent == now() else state_words(token)

    def tone(token: Token) -> Tone | None:
        if token.group.ent == now():
            return Tone.ACCENT
        return {TokenState.WAITING: None, TokenState.PARTLY: Tone.WARN}.get(token.state, Tone.OK)

    columns: tuple[Column[Token], ...] = (
        Column(tr("No."), lambda one: str(one.counter), sort=lambda one: one.counter, width=4, strong=True),
        Column(tr("Who"), who),
        Column(tr("State"), state, sort=lambda one: one.state.value, width=9, tone=tone),
    )
    return RowsModel(columns, key=lambda one: one.group.ent)
