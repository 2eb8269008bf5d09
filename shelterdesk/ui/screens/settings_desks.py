"""Settings: the desks of the station, or of all an office has; one that was lost or stolen is heard no more."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from shelterdesk.actions.deciding import decide
from shelterdesk.actions.revoking import DeskLine, Revoked, list_desks, reinstate_desk, revoke_desk
from shelterdesk.core.changes import Changes
from shelterdesk.core.errors import WorldError
from shelterdesk.core.roles import DOES
from shelterdesk.core.words import ntr, tr
from shelterdesk.ui.screens.settings_section import Section
from shelterdesk.ui.widgets import (
    ButtonRow,
    Column,
    EmptyState,
    FieldGrid,
    LabelledField,
    PrimaryButton,
    RowsModel,
    RowsTable,
    SecondaryButton,
    Tone,
    words,
)
from shelterdesk.ui.worker import DeskWorker

REINSTATE_KEY = "Alt+H"


class DesksSection(Section):
    """One line for each desk; the primary action revokes the one chosen, once its name was typed."""

    name = "desks"
    roles = DOES["revoke a desk"]
    kinds = frozenset({"roster", "status"})

    @staticmethod
    def heading() -> str:
        return tr("Desks")

    def __init__(self, worker: DeskWorker, parent: QWidget | None = None) -> None:
        super().__init__(worker, self.heading(), parent)
        self.model: RowsModel[DeskLine] = RowsModel(_columns(), key=lambda line: line.desk)
        self.table = RowsTable(
            self.model, EmptyState("office", tr("No desk is known here.")), name=tr("Desks"), count=_count
        )
        self.told = words("", "secondary", wrap=True)
        self.again = LabelledField(tr("Name of the desk, to be sure"), check=self._check_name)
        self.again.setProperty("not_kept", True)
        self.revoke = PrimaryButton(tr("Hear this desk no more"))
        self.reinstate = SecondaryButton(tr("Hear it again"), REINSTATE_KEY)
        self.primary = self.revoke
        grid = FieldGrid()
        grid.add_row((self.again, 2))
        self.add(
            words(
                tr(
                    "A laptop that was lost or stolen is heard no further than what it brought so far. What it enters"
                    " from then on does not count anywhere the news arrives, and nothing more is sealed to it. What it"
                    " had entered and nobody has brought yet is kept aside. Its passphrases and those of the people who"
                    " worked at it stay as they are: change them too."
                ),
                wrap=True,
            )
        )
        self.add(self.table, 1)
        self.add(self.told)
        self.add(grid)
        self.add(ButtonRow(self.revoke, self.reinstate))
        self.table.current_changed.connect(self._on_current)
        self.revoke.clicked.connect(self._on_revoke)
        self.reinstate.clicked.connect(self._on_reinstate)
        self._on_current(None)

    def refresh(self, changes: Changes | None) -> None:
        self.worker.write(list_desks, done=self._show, failed=self.say_error)

    def _show(self, found: list[DeskLine]) -> None:
        self.model.set_rows(found)
        if self.table.current() is None and found:
            self.table.select_key(found[0].desk)
        self._on_current(self.table.current())

    def _chosen(self) -> DeskLine | None:
        row = self.table.current()
        return row if isinstance(row, DeskLine) else None

    def _on_current(self, _: object) -> None:
        line = self._chosen()
        may = line is not None and (line.may_revoke or line.is_for_me)
        self.again.setVisible(may)
        self.again.set_mistake("")
        self.revoke.setVisible(may)
        self.revoke.setText(
            tr("Confirm: hear it no more")
            if line is not None and line.is_for_me
            else tr("Hear this desk no more")
        )
        self.reinstate.setVisible(line is not None and line.may_reinstate)
        self.told.setText(_said(line))
        self.told.setVisible(bool(self.told.text()))

    def _check_name(self, text: str) -> str:
        line = self._chosen()
        if line is None or text.strip().upper() == line.desk:
            return ""
        return tr("Type {desk} to be sure.", desk=line.desk)

    def _on_revoke(self) -> None:
        line = self._chosen()
        if line is None or not (line.may_revoke or line.is_for_me):
            return
        if not self.again.check_now():
            self.again.setFocus()
            return
        self.again.set_text("")
        if line.is_for_me and line.proposal is not None:
            self.worker.write(
                decide, line.proposal, done=lambda _: self._say_revoked(line.desk), failed=self._on_failed
            )
        else:
            self.worker.write(
                revoke_desk, line.desk, done=lambda done: self._on_revoked(line, done), failed=self._on_failed
            )

    def _on_revoked(self, line: DeskLine, done: Revoked) -> None:
        if done.proposal is not None:
            self.say(tr("It waits until another admin of the office confirms it here."), Tone.WARN)
            self.refresh(None)
        else:
            self._say_revoked(line.desk)

    def _say_revoked(self, desk: str) -> None:
        self.say(
            tr(
                "{desk} is heard no more. Other desks hear of it by the next bundle written for them, not by receipts.",
                desk=desk,
            )
        )
        self.refresh(None)

    def _on_reinstate(self) -> None:
        line = self._chosen()
        if line is not None and line.may_reinstate:
            self.worker.write(
                reinstate_desk,
                line.desk,
                done=lambda _: self.say(tr("{desk} is heard again.", desk=line.desk)),
                failed=self._on_failed,
            )

    def _on_failed(self, error: WorldError) -> None:
        self.say_error(error)
        self.refresh(None)


def _said(line: DeskLine | None) -> str:
    """What there is to know about the desk chosen."""
    if line is None:
        return ""
    if line.is_for_me:
        return tr("Another admin wants {desk} heard no more; it happens once you confirm it.", desk=line.desk)
    if line.proposal is not None:
        return tr("It waits until another admin of the office confirms it here.")
    if line.is_revoked and not line.may_reinstate:
        return tr("The office alone can have {desk} heard again.", desk=line.desk)
    if line.is_this:
        return tr("This is the desk you are at.")
    if not line.is_revoked and not line.may_revoke:
        return tr("The desk that let {desk} in can do this, or the office.", desk=line.desk)
    return ""


def _columns() -> list[Column[DeskLine]]:
    return [
        Column(tr("Desk"), lambda line: line.desk, strong=True, width=12),
        Column(tr("Station"), lambda line: line.station, width=10),
        Column(
            tr("State"),
            lambda line: (
                tr("heard no more")
                if line.is_revoked
                else tr("waits for a second person")
                if line.proposal is not None
                else tr("works")
            ),
            tone=lambda line: Tone.WARN if line.is_revoked or line.proposal is not None else None,
        ),
    ]


def _count(shown: int, total: int) -> str:
    return ntr("{n} desk", "{n} desks", total) if shown == total else f"{shown} / {total}"
