"""Commands of the day at the site: plan, lodging, the counter and the daily sheet."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import click

from shelterdesk.actions.counter import serve as serve_person
from shelterdesk.actions.lodging import end_stay, give_place
from shelterdesk.actions.places import import_plan, list_places
from shelterdesk.actions.plan_editing import export_plan
from shelterdesk.cli.people import reading
from shelterdesk.cli.sheet import sheet, standards
from shelterdesk.cli.ways import (
    REFUSED,
    Ways,
    data,
    finish,
    out,
    say,
)
from shelterdesk.core.moment import said_moment
from shelterdesk.core.words import ntr, tr

Paper = Literal["a4", "letter"]


@click.group()
def place() -> None:
    """The site plan."""


@place.command("import")
@click.argument("plan", type=click.Path(path_type=Path))
@click.pass_obj
def import_(ways: Ways, plan: Path) -> None:
    """Take in a site plan: code, parent, kind, quarter, capacity, area_m2, accessible."""
    with ways.desk() as desk:
        done = import_plan(desk, plan).result
    say(
        tr(
            "{new}, {changed}, {unchanged}.",
            new=ntr("{n} new place", "{n} new places", done.new),
            changed=ntr("{n} changed", "{n} changed", done.changed),
            unchanged=ntr("{n} as it was", "{n} as they were", done.unchanged),
        )
    )
    if done.missing_from_file:
        missing = ", ".join(done.missing_from_file[:10])
        say(tr("Not in the file, and left as they are: {codes}.", codes=missing))


@place.command("list")
@click.option("--json", "as_json", is_flag=True)
@click.pass_obj
def list_(ways: Ways, as_json: bool) -> None:
    """The places with who fits and who is there, as numbers."""
    with ways.desk() as desk, reading(desk) as reader:
        desk.must_be_station()
        lines = list_places(reader).to_json()
    for line in lines:
        if as_json:
            data(line)
        else:
            out(f"{line['code']}\t{line['kind']}\t{line['occupied']}/{line['capacity']}")


@place.command("export")
@click.argument("plan", type=click.Path(path_type=Path))
@click.pass_obj
def export(ways: Ways, plan: Path) -> None:
    """Write the site plan into a file that `place import` takes in again."""
    with ways.desk() as desk, reading(desk) as reader:
        desk.must_be_station()
        desk.must("import the site plan")  # the file names quarters
        n = export_plan(reader, plan)
    say(ntr("{n} place written to {path}.", "{n} places written to {path}.", n, path=str(plan)))


@click.group()
def stay() -> None:
    """Lodging."""


@stay.command("add")
@click.argument("number")
@click.argument("place_code", metavar="PLACE")
@click.option("--reason", help="Why, where somebody is moved.")
@click.pass_obj
def add(ways: Ways, number: str, place_code: str, reason: str | None) -> None:
    """Give somebody a place; who had another one is moved. Over 100 % is said, never refused."""
    with ways.desk() as desk:
        done = give_place(desk, number, place_code, reason=reason).result
    for warning in done.warnings:
        say(warning)
    say(tr("{number} has {place}.", number=number, place=place_code))


@stay.command("end")
@click.argument("number")
@click.option("--reason", required=True, help="LEFT_BUS, LEFT_OTHER, LEFT_WITHOUT_NOTICE, HOSPITAL, …")
@click.pass_obj
def end(ways: Ways, number: str, reason: str) -> None:
    """End somebody's stay."""
    with ways.desk() as desk:
        end_stay(desk, number, reason)
    say(tr("The stay of {number} has ended.", number=number))


@click.command()
@click.argument("service")
@click.argument("number")
@click.option("--at", "at", help="When, for what is entered later from paper (ISO 8601).")
@click.option("--override", help="Give it all the same, with this reason.")
@click.option("--json", "as_json", is_flag=True)
@click.pass_obj
def serve(ways: Ways, service: str, number: str, at: str | None, override: str | None, as_json: bool) -> None:
    """One service at the counter: given, or refused and until when."""
    with ways.desk() as desk:
        when = said_moment(at, desk.who.zone, "at") if at is not None else None
        served = serve_person(desk, service, number, at=when, override_reason=override).result
    if as_json:
        data(
            {
                "given": served.is_given,
                "service": served.rule.code,
                "number": served.number,
                "verdict": served.verdict.value,
                "said": served.sentence,
                "until": served.until,
            }
        )
    else:
        out(served.sentence)
        if served.until:
            say(tr("Not again before {until}.", until=served.until))
    for advice in served.advice:
        say(advice)
    if not served.is_given:
        finish(REFUSED)


def add_to(root: click.Group) -> None:
    """Hang these commands into the command line."""
    for command in (place, stay, serve, sheet, standards):
        root.add_command(command)
