"""Commands for backups: made, listed, tried, restored; disks that take them by themselves."""

from __future__ import annotations

from pathlib import Path

import click

from shelterdesk.actions.backup_disks import (
    FOLDER,
    is_marked,
    keep_backup,
    mark_disk,
    read_plan,
    unmark_disk,
)
from shelterdesk.actions.backups import Manifest, list_backups, make_backup, note_backup, read_manifest
from shelterdesk.actions.desk import Desk
from shelterdesk.actions.drill import drill_words, note_drill, try_backup
from shelterdesk.actions.restoring import restore, restore_with_sheet
from shelterdesk.cli.people import reading
from shelterdesk.cli.ways import (
    REFUSED,
    Ways,
    data,
    finish,
    folder_to_write,
    out,
    progress_on_stderr,
    read_secret,
    said_at,
    say,
)
from shelterdesk.core.moment import from_milliseconds, moment_text
from shelterdesk.core.words import ntr, tr
from shelterdesk.keys.desk import desk_hex


@click.command()
@click.option(
    "--to", "target", required=True, type=click.Path(path_type=Path), help="A folder, best on another disk."
)
@click.option(
    "--keep", is_flag=True, help="As by itself: below the disk's folder for backups, older ones go."
)
@click.pass_obj
def backup(ways: Ways, target: Path, keep: bool) -> None:
    """Make an encrypted backup and read it back."""
    with ways.desk() as desk:
        told = progress_on_stderr(tr("Backup"))
        folder = folder_to_write(target)
        if keep:
            desk.must("make a backup")
            with reading(desk) as reader:
                plan = read_plan(reader)
            made = note_backup(desk, keep_backup(desk, folder, plan, told).made).result
        else:
            made = make_backup(desk, folder, told).result
        out(str(made.folder))
        say(ntr("Backup made and read back: {n} byte.", "Backup made and read back: {n} bytes.", made.size))


@click.group()
def backups() -> None:
    """Backups there are, and disks that take them by themselves."""


@backups.command("use")
@click.argument("disk", type=click.Path(path_type=Path))
@click.option("--no-longer", is_flag=True, help="Use it no longer; the backups on it stay.")
@click.pass_obj
def use(ways: Ways, disk: Path, no_longer: bool) -> None:
    """Use a disk for backups from now on: whenever it is plugged in, the window makes one by itself."""
    with ways.desk() as desk:
        if no_longer:
            unmark_disk(desk, disk)
            say(tr("This disk is not used by itself any more; the backups on it stay."))
        else:
            mark_disk(desk, folder_to_write(disk))
            say(tr("Whenever this disk is plugged in, a backup is made by itself and older ones go."))


@backups.command("list")
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True)
@click.pass_obj
def list_(ways: Ways, folder: Path, as_json: bool) -> None:
    """The backups of this desk in a folder or on a disk, newest first."""
    with ways.desk() as desk, reading(desk) as reader:
        dev, zone = desk_hex(desk.who.dev), desk.who.zone
        is_used = is_marked(folder, desk.who.dev, read_plan(reader))
        found = list_backups(folder, dev) + list_backups(folder / FOLDER, dev)
    for one in found:
        _show(one, zone, is_used, as_json)
    if not found:
        say(tr("There is no backup of this desk."))
        finish(REFUSED)


def _show(one: Manifest, zone: str, is_used: bool, as_json: bool) -> None:
    made_at = moment_text(from_milliseconds(one.made_ms), zone)
    if as_json:
        data(
            {
                "folder": str(one.folder),
                "made_at": made_at,
                "epoch": one.epoch,
                "seq": one.seq,
                "in_use": is_used,
            }
        )
    else:
        out(f"{said_at(one.made_ms, zone)}\t{one.folder}")


@backups.command("try")
@click.argument("source", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True)
@click.pass_obj
def try_(ways: Ways, source: Path, as_json: bool) -> None:
    """Prove that a backup opens: restored for a trial, checked, compared with this desk, taken away again."""
    with ways.desk() as desk:
        drill = note_drill(
            desk, try_backup(desk, source, ways.passphrase(), progress_on_stderr(tr("Trial")))
        ).result
        time = moment_text(from_milliseconds(drill.made_ms), desk.who.zone)
    if as_json:
        data(
            {
                "made_at": time,
                "people": drill.people,
                "entries": drill.entries,
                "whole": drill.is_whole,
                "equal": drill.equal.value,
            }
        )
    else:
        out(drill_words(drill, time))
    if not drill.is_good:
        finish(REFUSED)


@click.command("restore")
@click.argument("source", type=click.Path(path_type=Path))
@click.option(
    "--recovery-code-file",
    type=click.Path(path_type=Path),
    help="First line: the code of the recovery sheet; --user comes in as a new admin with the passphrase given.",
)
@click.pass_obj
def restore_(ways: Ways, source: Path, recovery_code_file: Path | None) -> None:
    """Put a backup into the (empty) folder given by --data; what the desk enters from then on is told apart from what it lost."""
    if recovery_code_file is not None:
        code = read_secret(recovery_code_file)
        desk = restore_with_sheet(source, ways.folder, code, ways.name(), ways.passphrase(), ways.clock)
    else:
        desk = restore(source, ways.folder, ways.name(), ways.passphrase(), ways.clock)
    try:
        _say_restored(ways, desk, source)
    finally:
        desk.close()


def _say_restored(ways: Ways, desk: Desk, source: Path) -> None:
    """What was put back, of when it is, and what to do next, in the order it is done."""
    made_at = said_at(read_manifest(source).made_ms, desk.who.zone)
    say(tr("Restored into {folder}, as of {time}.", folder=str(ways.folder), time=made_at))
    if desk.who.is_office:
        say(
            tr(
                "Next: take in the latest stick of every station (office import); what came since then comes back so."
            )
        )
        return
    say(
        tr(
            "Next: take in the latest stick of the other desks and of the office (import) before anything is entered;"
            " what was entered since then and left this laptop comes back so. New numbers leave a gap."
        )
    )
    say(
        tr(
            "Then export, so that the others hear it, and make a new backup. The old laptop must not be used any more."
        )
    )


def add_to(root: click.Group) -> None:
    """Hang these commands into the command line."""
    for command in (backup, backups, restore_):
        root.add_command(command)
