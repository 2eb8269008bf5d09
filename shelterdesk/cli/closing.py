"""Commands that end a station: closed with a last backup that was proved to open, or its keys destroyed at once."""

from __future__ import annotations

from pathlib import Path

import click

from shelterdesk import startup
from shelterdesk.actions.closing import Closed, close_station, closed_words, wipe
from shelterdesk.cli.ways import IN_PART, Ways, finish, folder_to_write, out, progress_on_stderr, say
from shelterdesk.core.errors import Refused
from shelterdesk.core.words import tr

_MEANT = "Nothing of this station shall be left in the folder: the second confirmation."


@click.command("close")
@click.option("--code", required=True, help="The station's code, typed so that it is meant.")
@click.option(
    "--backup-to",
    "target",
    required=True,
    type=click.Path(path_type=Path),
    help="Where the last backup goes.",
)
@click.option("--reason", default="", help="Why without the office's receipt (a lost office).")
@click.option("--for-ever", is_flag=True, help=_MEANT)
@click.pass_obj
def close(ways: Ways, code: str, target: Path, reason: str, for_ever: bool) -> None:
    """Make a last backup, prove that it opens, then destroy the keys and remove the station from the folder.

    Refused while the office has not confirmed everything, unless a reason is given.
    """
    _must_be_meant(for_ever)
    lock = startup.WindowLock(ways.folder) if startup.is_set_up(ways.folder) else None
    try:
        with ways.desk() as desk:
            closed = close_station(
                desk,
                code,
                folder_to_write(target),
                ways.passphrase(),
                reason,
                progress_on_stderr(tr("Backup")),
            ).result
    finally:
        if lock is not None:
            lock.release()
    if closed.backup is not None:
        out(str(closed.backup))
    _told(closed)


@click.command("wipe")
@click.option("--code", required=True, help="The station's code, typed so that it is meant.")
@click.option("--for-ever", is_flag=True, help=_MEANT)
@click.pass_obj
def wipe_(ways: Ways, code: str, for_ever: bool) -> None:
    """Destroy the keys at once and remove the station, for a laptop about to be taken: no backup, no receipt."""
    _must_be_meant(for_ever)
    with ways.desk() as desk:
        closed = wipe(desk, code).result
    _told(closed)


def _must_be_meant(for_ever: bool) -> None:
    if not for_ever:
        raise Refused(tr("The keys would be destroyed for ever."), tr("Add --for-ever if that is meant."))


def _told(closed: Closed) -> None:
    say(closed_words(closed))
    if not closed.is_finished:
        finish(IN_PART)
