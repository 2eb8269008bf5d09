"""Commands of the day at the site: plan, lodging, the counter, cards and the daily sheet."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Literal

import click

from shelterdesk.actions.card_check import verify_card_in_folder, verify_card_with_roster
from shelterdesk.actions.cards import print_cards
from shelterdesk.actions.counter import serve as serve_person
from shelterdesk.actions.desk import Desk
from shelterdesk.actions.lodging import end_stay, give_place
from shelterdesk.actions.places import import_plan, list_places
from shelterdesk.actions.plan_editing import export_plan
from shelterdesk.actions.sheets import print_sheet, sheet_json, sheet_numbers
from shelterdesk.cli.people import reading
from shelterdesk.cli.ways import (
    IN_PART,
    REFUSED,
    Ways,
    data,
    file_to_write,
    finish,
    out,
    progress_on_stderr,
    say,
)
from shelterdesk.core.errors import BadField, NotFound
from shelterdesk.core.moment import said_moment
from shelterdesk.core.words import ntr, tr
from shelterdesk.keys.cardclaim import CardVerdict

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


@click.command()
@click.option("--person", "persons", multiple=True, help="A person's number; may be given several times.")
@click.option("--household", help="A family's number.")
@click.option("--all-present", is_flag=True, help="Everybody in the house.")
@click.option(
    "-o", "--out", "target", required=True, type=click.Path(path_type=Path), help="The PDF to write."
)
@click.option("--paper", type=click.Choice(["a4", "letter"]), default="a4", show_default=True)
@click.pass_obj
def cards(
    ways: Ways, persons: tuple[str, ...], household: str | None, all_present: bool, target: Path, paper: Paper
) -> None:
    """Print lodging cards; a new card revokes the ones before."""
    if sum((bool(persons), household is not None, all_present)) != 1:
        raise click.UsageError(tr("Say whose cards: --person, --household or --all-present."))
    with ways.desk() as desk:
        done = print_cards(
            desk,
            file_to_write(target),
            persons=persons,
            household=household,
            all_present=all_present,
            paper=paper,
            progress=progress_on_stderr(tr("Cards")),
        ).result
    for sentence in done.left_out:
        say(sentence)
    say(ntr("{n} card in {path}.", "{n} cards in {path}.", done.cards, path=str(target)))
    if done.replaced:
        say(
            ntr(
                "{n} earlier card is not valid any more: take it back.",
                "{n} earlier cards are not valid any more: take them back.",
                done.replaced,
            )
        )


@click.group()
def card() -> None:
    """A single card."""


@card.command("verify")
@click.argument("text")
@click.option("--roster", type=click.Path(path_type=Path), help="A station's cards-roster.json.")
@click.option("--json", "as_json", is_flag=True)
@click.pass_obj
def verify(ways: Ways, text: str, roster: Path | None, as_json: bool) -> None:
    """What a scanned card says, without a log-in and without its station's database."""
    today = ways.clock.now().date()
    if roster is None:
        checked = verify_card_in_folder(text, ways.folder, today)
    else:
        checked = verify_card_with_roster(text, *_roster_file(roster), today)
    if as_json:
        data(checked.to_json())
    else:
        out(checked.sentence)
    if checked.verdict is not CardVerdict.VALID:
        finish(REFUSED)


@click.command()
@click.option(
    "--date", "day", required=True, help="The sheet's day: it covers the day before until this day's change."
)
@click.option("-o", "--out", "target", type=click.Path(path_type=Path), help="The PDF to write.")
@click.option("--json", "as_json", is_flag=True, help="Print the numbers too.")
@click.option("--as-known-on", help="As it was known at that time (ISO 8601).")
@click.option("--paper", type=click.Choice(["a4", "letter"]), default="a4", show_default=True)
@click.pass_obj
def sheet(
    ways: Ways, day: str, target: Path | None, as_json: bool, as_known_on: str | None, paper: Paper
) -> None:
    """The daily occupancy sheet, and its numbers."""
    if target is None and not as_json:
        raise click.UsageError(tr("Say where it goes (-o FILE), or ask for its numbers (--json)."))
    wanted = _day(day)
    if target is not None:
        target = file_to_write(target)
    with ways.desk() as desk:
        known = said_moment(as_known_on, desk.who.zone, "as-known-on") if as_known_on is not None else None
        found, left_out = _sheet(desk, wanted, target, paper, known)
    if as_json:
        data(found)
    for sentence in left_out:
        say(sentence)
    if target is not None:
        say(tr("Sheet of {day} written to {path}.", day=day, path=str(target)))
    if found.get("difference"):
        say(tr("The sheet does not balance; the difference stands on it."))
        finish(IN_PART)


def _roster_file(path: Path) -> tuple[bytes, str | None]:
    """A roster file and the signature beside it, if there is one."""
    signature = path.with_name(f"{path.name}.sig")
    try:
        return path.read_bytes(), signature.read_text("ascii") if signature.exists() else None
    except (OSError, ValueError):
        raise NotFound(tr("The list for checking cards {name}", name=path.name)) from None


def _sheet(
    desk: Desk, day: date, target: Path | None, paper: Paper, known: datetime | None
) -> tuple[dict[str, object], tuple[str, ...]]:
    if target is None:
        desk.must("print the daily sheet")
        return sheet_json(sheet_numbers(desk, day, as_known_on=known)), ()
    printed = print_sheet(desk, day, target, paper=paper, as_known_on=known).result
    return sheet_json(printed.sheet), printed.left_out


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise BadField(
            "date", tr("{text} is not a day.", text=text[:20]), tr("Write it like 2026-11-24.")
        ) from None


def add_to(root: click.Group) -> None:
    """Hang these commands into the command line."""
    for command in (place, stay, serve, cards, card, sheet):
        root.add_command(command)
