"""Commands for the program itself: an update from a stick, the version before, and taking it away again."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from shelterdesk.actions import update_words, updates
from shelterdesk.actions.removing import remove_program, what_removing_takes
from shelterdesk.actions.update_files import look_at
from shelterdesk.cli.ways import Ways, data, must_be_path, out, progress_on_stderr, say
from shelterdesk.core.errors import Refused
from shelterdesk.core.words import tr


@click.group()
def update() -> None:
    """Update the program by a signed file, without a network."""


@update.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
def check(file: Path, as_json: bool) -> None:
    """Say what an update file is; refuse one that is damaged, not signed, or not newer."""
    offered = look_at(must_be_path(file))
    release = offered.release
    if as_json:
        data(
            {
                "version": release.version,
                "running": offered.running,
                "made_at": release.made_at,
                "bytes": release.size,
                "files": len(release.files),
                "changes_data": offered.changes_data,
            }
        )
        return
    out(update_words.offered_words(offered))


@update.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.pass_obj
def apply(ways: Ways, file: Path) -> None:
    """Make a backup, put the new version beside this one, and use it from the next start on."""
    must_be_path(file)
    look_at(file)  # before anybody is asked for a passphrase
    with ways.desk() as desk:
        done = updates.apply(desk, file, progress_on_stderr(tr("Update")))
    say(update_words.updated_words(done.result))


@update.command("return")
@click.option(
    "--open-backup", is_flag=True, help="Open the backup made before the update in the place of newer data."
)
@click.pass_obj
def return_(ways: Ways, open_backup: bool) -> None:
    """Use the version before the update again, from the next start on."""
    if open_backup:
        desk, aside = updates.open_backup_instead(ways.folder, ways.name(), ways.passphrase(), ways.clock)
        desk.close()
        say(update_words.opened_backup_words(aside))
        return
    say(update_words.went_back_words(updates.go_back()))


@click.command()
@click.option("--yes", is_flag=True, help="Do not ask; the data stay.")
@click.pass_obj
def uninstall(ways: Ways, yes: bool) -> None:
    """Take the program away from this user's home; the data stay unless a station is ended by itself."""
    for line in what_removing_takes(ways.folder):
        say(line)
    if not yes:
        if not sys.stdin.isatty():
            raise Refused(
                tr("Somebody has to say yes to this."),
                tr("Run it at a terminal, or with --yes: the data stay either way."),
            )
        if not click.confirm(tr("Take the program away?"), err=True):
            say(tr("Nothing was taken away."))
            return
    say(remove_program())


def add_to(root: click.Group) -> None:
    """Hang these commands into the command line."""
    root.add_command(update)
    root.add_command(uninstall)
