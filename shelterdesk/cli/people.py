"""Commands about people: register, show, find, and reading passports."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

import click

from shelterdesk.actions.access import person_named
from shelterdesk.actions.desk import Desk
from shelterdesk.actions.people import list_people, show_person
from shelterdesk.actions.person_lines import add_people
from shelterdesk.actions.records import sealed_unread
from shelterdesk.actions.sealed_pages import sealed_of_person
from shelterdesk.cli.ways import IN_PART, REFUSED, Ways, answer_lines, data, finish, out, say, say_unread
from shelterdesk.core.moment import said_moment
from shelterdesk.core.mrz import MrzUnreadable, read_zone, zones_in
from shelterdesk.core.words import tr
from shelterdesk.db.store import Reader


@contextmanager
def reading(desk: Desk) -> Iterator[Reader]:
    """A read-only connection for one command."""
    reader = desk.reader()
    try:
        yield reader
    finally:
        reader.close()


@click.group()
def person() -> None:
    """Register people and show them."""


@person.command("add")
@click.option("--json", "source", required=True, type=click.Choice(["-"]), help="Lines from standard input.")
@click.pass_obj
def add(ways: Ways, source: str) -> None:
    """Register people: one JSON object a line in, one answer a line out, as they are saved."""
    with ways.desk() as desk:
        lines = (line for line in sys.stdin.buffer if line.strip())
        answer_lines(add_people(desk, lines))


@person.command("show")
@click.argument("number")
@click.option("--json", "as_json", is_flag=True, help="The only form there is.")
@click.option("--as-of", help="As it was known at that time (ISO 8601).")
@click.pass_obj
def show(ways: Ways, number: str, as_json: bool, as_of: str | None) -> None:
    """Everything your role may see of a person, with its history."""
    with ways.desk() as desk, reading(desk) as reader:
        at = said_moment(as_of, desk.who.zone, "as-of") if as_of is not None else None
        sealed, unread = {}, 0
        if at is None:
            sealed = sealed_of_person(desk, person_named(desk, reader, number).hex())
            unread = sealed_unread(desk)
        data(show_person(desk, reader, number, at, dict(sealed)).result)
        say_unread(unread)


@click.command()
@click.argument("text")
@click.option("--json", "as_json", is_flag=True)
@click.option("--limit", default=20, show_default=True, type=click.IntRange(1, 200))
@click.pass_obj
def find(ways: Ways, text: str, as_json: bool, limit: int) -> None:
    """Find people by any part of a name, a number, a document or a token."""
    with ways.desk() as desk, reading(desk) as reader:
        found = list_people(desk, reader, text, limit).result
    for line in found:
        if as_json:
            data(
                {
                    "person": line.ent,
                    "number": line.number,
                    "name": line.name,
                    "sex": line.sex,
                    "birth": line.birth,
                    "nationality": list(line.nationality),
                    "household": line.household,
                    "place": line.place,
                    "present": line.is_present,
                }
            )
        else:
            out(f"{line.number}\t{line.name}\t{line.sex or ''}\t{line.age_text}\t{line.place or ''}")
    if not found:
        say(tr("Nobody answers to that."))


@click.command()
@click.option(
    "--json", "source", required=True, type=click.Choice(["-"]), help="MRZ text from standard input."
)
@click.pass_obj
def mrz(ways: Ways, source: str) -> None:
    """Read machine-readable zones: lines in, blocks divided by a blank line; fields and checks out."""
    blocks = zones_in(sys.stdin.buffer.read().decode("utf-8", "replace"))
    if not blocks:
        say(tr("No line came in; nothing was done."))
        finish(REFUSED)
    today = ways.clock.now().date()
    refused = 0
    for block in blocks:
        try:
            data(read_zone(block, today).to_json())
        except MrzUnreadable as error:
            refused += 1
            data({"error": str(error)})
    if refused:
        finish(IN_PART if refused < len(blocks) else REFUSED)


def add_to(root: click.Group) -> None:
    """Hang these commands into the command line."""
    for command in (person, find, mrz):
        root.add_command(command)
