"""The part of the check that examines the pages of the file, alone or beside the rest on a thread of its own."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from threading import Thread

from shelterdesk.core.words import ntr, tr
from shelterdesk.db.connection import Connection, DatabaseError


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that is not as it should be: what happened, what is at risk, what to do."""

    code: str
    count: int
    said: str
    risk: str
    advice: str


class Pages:
    """The examination of the file's pages, under way on a thread and a connection of its own."""

    def __init__(self, opened: Callable[[], Connection]) -> None:
        self._found: list[Finding] = []
        self._fault: BaseException | None = None
        self._thread = Thread(target=self._run, args=(opened,), name="check-pages")
        self._thread.start()

    def findings(self) -> list[Finding]:
        """What was found, once it is done; raises what stopped it."""
        self._thread.join()
        if self._fault is not None:
            raise self._fault
        return self._found

    def _run(self, opened: Callable[[], Connection]) -> None:
        try:
            with closing(opened()) as conn:
                self._found = page_findings(conn)
        except BaseException as fault:  # told where it was asked, never lost with the thread
            self._fault = fault


def page_findings(conn: Connection) -> list[Finding]:
    """Every page is read (each proves its HMAC as it is) and the trees on them are walked."""
    try:
        bad = [str(row[0]) for row in conn.execute("PRAGMA quick_check").fetchall() if row[0] != "ok"]
    except DatabaseError as error:
        bad = [str(error)]
    if not bad:
        return []
    return [
        Finding(
            "file",
            len(bad),
            ntr("{n} page of the file is damaged.", "{n} pages of the file are damaged.", len(bad)),
            tr("Records on them may be unreadable."),
            tr("Make a backup now if it still works, then restore the last good backup into a new folder."),
        )
    ]
