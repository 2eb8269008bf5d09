"""Commands that carry the set-up of a station in a file to another one."""

from __future__ import annotations

from pathlib import Path

import click

from shelterdesk.actions.settings_file import export_settings, look_at_settings, take_settings_in
from shelterdesk.cli.ways import Ways, data, file_to_write, out, say
from shelterdesk.core.words import ntr, tr


@click.group()
def settings() -> None:
    """How the station is set up, as a file: hours, settings, standards, services, site plan; no people, no keys."""


@settings.command("export")
@click.option("-o", "target", required=True, type=click.Path(path_type=Path), help="The file (JSON).")
@click.pass_obj
def export(ways: Ways, target: Path) -> None:
    """Write the file."""
    with ways.desk() as desk:
        export_settings(desk, file_to_write(target))
    say(tr("Written: {path}", path=str(target)))


@settings.command("import")
@click.argument("source", type=click.Path(path_type=Path))
@click.option("--look", is_flag=True, help="Only say what would be different.")
@click.option("--json", "as_json", is_flag=True)
@click.pass_obj
def import_(ways: Ways, source: Path, look: bool, as_json: bool) -> None:
    """Take a file in: all of it, or nothing; what it does not name stays."""
    with ways.desk() as desk:
        if look:
            changes = look_at_settings(desk, source).result
        else:
            changes = take_settings_in(desk, source).result.changes
    for one in changes:
        if as_json:
            data({"what": one.what, "now": one.now, "then": one.then})
        else:
            out(f"{one.what}\t{one.now}\t{one.then}")
    if look:
        say(ntr("{n} thing would be different", "{n} things would be different", len(changes)))
    else:
        say(ntr("{n} thing was changed.", "{n} things were changed.", len(changes)))


def add_to(root: click.Group) -> None:
    """Add these commands to the whole."""
    root.add_command(settings)
