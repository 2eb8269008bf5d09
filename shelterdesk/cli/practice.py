"""Commands to try the program: a practice station with people, and a whole day played."""

from __future__ import annotations

from pathlib import Path

import click

from shelterdesk.actions.demo import make_demo
from shelterdesk.cli import doors
from shelterdesk.cli.ways import Ways, finish, progress_on_stderr, say
from shelterdesk.core.words import ntr, tr


@click.command()
@click.argument("folder", required=False, type=click.Path(path_type=Path))
@click.option("--people", default=300, show_default=True, type=click.IntRange(0, 1_000_000))
@click.option("--seed", default=1, show_default=True, help="The same seed makes the same people.")
@click.option("--no-window", is_flag=True, help="Only make it.")
@click.pass_obj
def demo(ways: Ways, folder: Path | None, people: int, seed: int, no_window: bool) -> None:
    """Make a practice station with synthetic people and open it.

    Users admin, operator, supervisor, health and protection, passphrase demo. It stays a practice station for ever.
    """
    where = folder if folder is not None else ways.folder
    made = make_demo(where, people, seed, ways.clock, progress=progress_on_stderr(tr("People")))
    made.desk.close()
    say(
        ntr(
            "Practice station with {n} person in {folder}.",
            "Practice station with {n} people in {folder}.",
            made.people,
            folder=str(where),
        )
    )
    say(tr("Log in as admin, operator, supervisor, health or protection; the passphrase is demo."))
    if not no_window:
        finish(doors.window(where, practice=True))


@click.command()
@click.option("--out", "target", required=True, type=click.Path(path_type=Path), help="Where the papers go.")
@click.option("--seed", default=1, show_default=True)
@click.pass_obj
def day(ways: Ways, target: Path, seed: int) -> None:
    """Play a whole working day through the window, on an empty practice station, in two minutes at most."""
    finish(doors.day(ways.folder, target, seed))


def add_to(root: click.Group) -> None:
    """Hang these commands into the command line."""
    for command in (demo, day):
        root.add_command(command)
