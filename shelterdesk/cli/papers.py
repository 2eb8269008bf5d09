"""Commands for the papers of a shelter: evacuation, residents, blank forms, the shift, a person's own record."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import click

from shelterdesk.actions.evacuation import print_evacuation
from shelterdesk.actions.intake_form import MOST_FORMS, print_intake_forms
from shelterdesk.actions.own_record import print_own_record
from shelterdesk.actions.paper_facts import ListPrinted
from shelterdesk.actions.residents import print_residents
from shelterdesk.actions.shift_slip import MOST_HOURS, USUAL_HOURS, print_shift_slip
from shelterdesk.cli.ways import Ways, file_to_write, out, say
from shelterdesk.core.words import ntr, tr

Size = Literal["a4", "letter"]

_TARGET = click.option(
    "-o", "--out", "target", required=True, type=click.Path(path_type=Path), help="The PDF to write."
)
_SIZE = click.option("--paper", "size", type=click.Choice(["a4", "letter"]), default="a4", show_default=True)


@click.group()
def paper() -> None:
    """The papers of a shelter, as PDF."""


@paper.command()
@_TARGET
@_SIZE
@click.option("--no-names", is_flag=True, help="Numbers and places only.")
@click.pass_obj
def evacuation(ways: Ways, target: Path, size: Size, no_names: bool) -> None:
    """Everybody to be found after an alarm, by block; with names where your role may have them."""
    with ways.desk() as desk:
        done = print_evacuation(desk, file_to_write(target), paper=size, names=not no_names).result
    _told(done, target)


@paper.command()
@_TARGET
@_SIZE
@click.option("--block", help="The code of one block; without it the whole site.")
@click.pass_obj
def residents(ways: Ways, target: Path, size: Size, block: str | None) -> None:
    """Who lives where, a page for each block, with lines for corrections by hand."""
    with ways.desk() as desk:
        done = print_residents(desk, file_to_write(target), block=block, paper=size).result
    _told(done, target)


@paper.command()
@_TARGET
@_SIZE
@click.option("--forms", "many", type=int, required=True, help=f"How many, at most {MOST_FORMS}.")
@click.option("--second", help="A second language for the labels (ISO 639-1), for example fr.")
@click.pass_obj
def intake(ways: Ways, target: Path, size: Size, many: int, second: str | None) -> None:
    """Blank forms for the intake on paper; the token of each slip is reserved and printed."""
    with ways.desk() as desk:
        done = print_intake_forms(
            desk, many, file_to_write(target), second_language=second, paper=size
        ).result
    for token in done.tokens:
        out(token)
    for sentence in done.left_out:
        say(sentence)
    say(ntr("{n} form in {path}.", "{n} forms in {path}.", len(done.tokens), path=str(target)))


@paper.command()
@_TARGET
@_SIZE
@click.option(
    "--hours", type=int, default=USUAL_HOURS, show_default=True, help=f"How far back, at most {MOST_HOURS}."
)
@click.pass_obj
def shift(ways: Ways, target: Path, size: Size, hours: int) -> None:
    """The slip of the shift: who worked, in counts, and what is left to do."""
    with ways.desk() as desk:
        done = print_shift_slip(desk, file_to_write(target), hours=hours, paper=size).result
    for sentence in done.left_out:
        say(sentence)
    say(tr("Slip of the shift in {path}.", path=str(target)))


@paper.command()
@click.argument("number")
@_TARGET
@_SIZE
@click.pass_obj
def record(ways: Ways, number: str, target: Path, size: Size) -> None:
    """A person's own record, to be handed to them: what is held of them in the open."""
    with ways.desk() as desk:
        done = print_own_record(desk, number, file_to_write(target), paper=size).result
    for sentence in done.left_out:
        say(sentence)
    say(tr("Their own record in {path}; hand it to them and to nobody else.", path=str(target)))


def _told(done: ListPrinted, target: Path) -> None:
    for sentence in done.left_out:
        say(sentence)
    say(ntr("{n} person in {path}.", "{n} people in {path}.", done.people, path=str(target)))


def add_to(root: click.Group) -> None:
    """Hang these commands into the command line."""
    root.add_command(paper)
