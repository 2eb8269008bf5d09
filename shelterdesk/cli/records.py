"""Commands for any kind of record that has no command of its own."""

from __future__ import annotations

import sys

import click

from shelterdesk.actions.records import add_records, kind_named, sealed_unread, show_records
from shelterdesk.cli.ways import Ways, answer_lines, data, say_unread


@click.group()
def record() -> None:
    """Any kind of record by its field names."""


@record.command("add")
@click.argument("kind")
@click.option("--json", "source", required=True, type=click.Choice(["-"]), help="Lines from standard input.")
@click.pass_obj
def add(ways: Ways, kind: str, source: str) -> None:
    """Write records: one JSON object a line in, one answer a line out."""
    wanted = kind_named(kind)
    with ways.desk() as desk:
        lines = (line for line in sys.stdin.buffer if line.strip())
        answer_lines(add_records(desk, wanted, lines))


@record.command("show")
@click.argument("kind")
@click.argument("id", required=False)
@click.option("--json", "as_json", is_flag=True, help="The only form there is.")
@click.pass_obj
def show(ways: Ways, kind: str, id: str | None, as_json: bool) -> None:
    """Show records of a kind, or one of them; sealed kinds for holders of their key only."""
    wanted = kind_named(kind)
    with ways.desk() as desk:
        for found in show_records(desk, wanted, id):
            data(found)
        if wanted.is_sealed:
            say_unread(sealed_unread(desk, wanted.confidentiality))


def add_to(root: click.Group) -> None:
    """Hang these commands into the command line."""
    root.add_command(record)
