"""Commands of the daily sheet: its numbers of any day, its pages, its PDF; and the standards it is measured by."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Literal

import click

from shelterdesk.actions.desk import Desk
from shelterdesk.actions.registration import local_day
from shelterdesk.actions.sheet_pages import internal_page, posting_copy, then_and_now
from shelterdesk.actions.sheet_papers import SheetCopy, SheetWanted, export_hxl, export_workbook, print_paper
from shelterdesk.actions.sheets import freeze_missing, print_sheet, sheet_json, sheet_numbers
from shelterdesk.actions.standards import (
    choose_set,
    export_set,
    name_of_set,
    read_set_file,
    save_set,
    standard_sets,
)
from shelterdesk.cli.ways import IN_PART, Ways, data, file_to_write, finish, out, say
from shelterdesk.core.errors import BadField
from shelterdesk.core.moment import said_moment
from shelterdesk.core.sheet_json import differences_json, page_json
from shelterdesk.core.standards_json import set_to_json
from shelterdesk.core.words import ntr, tr

Paper = Literal["a4", "letter"]


@click.command()
@click.option(
    "--date", "day", required=True, help="The sheet's day: it covers the day before until this day's change."
)
@click.option(
    "-o",
    "--out",
    "target",
    type=click.Path(path_type=Path),
    help="The file to write: .pdf, .xlsx or .csv with HXL tags.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the numbers too.")
@click.option("--as-known-on", help="As it was known at that time (ISO 8601).")
@click.option("--paper", type=click.Choice(["a4", "letter"]), default="a4", show_default=True)
@click.option("--posting", is_flag=True, help="The copy for the wall instead, small numbers held back.")
@click.option(
    "--internal", is_flag=True, help="The supervisor's page instead: overdue, long stays, blocked places."
)
@click.option("--differences", is_flag=True, help="What is known otherwise since it was frozen, with --json.")
@click.pass_obj
def sheet(
    ways: Ways,
    day: str,
    target: Path | None,
    as_json: bool,
    as_known_on: str | None,
    paper: Paper,
    posting: bool,
    internal: bool,
    differences: bool,
) -> None:
    """The daily occupancy sheet, and its numbers."""
    _check_asked(target, as_json, as_known_on, posting, internal, differences)
    wanted = _day(day)
    if target is not None:
        target = file_to_write(target)
    with ways.desk() as desk:
        frozen = len(freeze_missing(desk).result)
        known = said_moment(as_known_on, desk.who.zone, "as-known-on") if as_known_on is not None else None
        if posting or internal or _kind(target) != "pdf":
            _other(desk, wanted, target, as_json, posting, internal, paper)
            return
        found, left_out = _sheet(desk, wanted, target, paper, known)
        both = then_and_now(desk, wanted, as_known_on=known) if differences else None
    if frozen:
        say(
            ntr(
                "{n} sheet froze itself; nobody had signed.",
                "{n} sheets froze themselves; nobody had signed.",
                frozen,
            )
        )
    if as_json:
        data(found if both is None else {**found, **differences_json(both)})
    for sentence in left_out:
        say(sentence)
    if target is not None:
        say(tr("Sheet of {day} written to {path}.", day=day, path=str(target)))
    if found.get("difference"):
        say(tr("The sheet does not balance; the difference stands on it."))
        finish(IN_PART)


def _check_asked(
    target: Path | None, as_json: bool, known: str | None, posting: bool, internal: bool, differences: bool
) -> None:
    """Raise a usage error for options that say nothing together."""
    if target is None and not as_json:
        raise click.UsageError(tr("Say where it goes (-o FILE), or ask for its numbers (--json)."))
    if posting and internal:
        raise click.UsageError(tr("Ask for --posting or for --internal."))
    if (posting or internal or _kind(target) != "pdf") and (known is not None or differences):
        raise click.UsageError(tr("--as-known-on and --differences go with the sheet itself."))
    if (posting or internal) and _kind(target) != "pdf":
        raise click.UsageError(tr("--posting and --internal are written as a PDF."))
    if differences and not as_json:
        raise click.UsageError(tr("--differences goes with --json."))


def _kind(target: Path | None) -> str:
    """What the ending of the file asks for: ``xlsx``, ``csv`` with HXL tags, or ``pdf``."""
    ending = "" if target is None else target.suffix.lower().removeprefix(".")
    return ending if ending in ("xlsx", "csv") else "pdf"


def _other(
    desk: Desk, day: date, target: Path | None, as_json: bool, posting: bool, internal: bool, paper: Paper
) -> None:
    """The copy for the wall, the supervisor's page, or the numbers as a file."""
    copy = SheetCopy.WALL if posting else SheetCopy.INTERNAL if internal else SheetCopy.SIGNED
    asked = SheetWanted(day, copy, as_frozen=not internal, paper=paper)
    if target is not None:
        action = {"xlsx": export_workbook, "csv": export_hxl}.get(_kind(target), print_paper)
        for sentence in action(desk, asked, target).result.left_out:
            say(sentence)
    if as_json and copy is SheetCopy.SIGNED:
        data(sheet_json(sheet_numbers(desk, day)))
    elif as_json:
        data(page_json(posting_copy(desk, day) if posting else internal_page(desk, day)))
    if target is not None:
        say(tr("Sheet of {day} written to {path}.", day=day.isoformat(), path=str(target)))


def _sheet(
    desk: Desk, day: date, target: Path | None, paper: Paper, known: datetime | None
) -> tuple[dict[str, object], tuple[str, ...]]:
    if target is None:
        desk.must("print the daily sheet")
        return sheet_json(sheet_numbers(desk, day, as_known_on=known)), ()
    printed = print_sheet(desk, day, target, paper=paper, as_known_on=known).result
    return sheet_json(printed.sheet), printed.left_out


@click.group()
def standards() -> None:
    """The standards the daily sheet is measured by."""


@standards.command("list")
@click.option("--json", "as_json", is_flag=True, help="One set a line, with all its indicators.")
@click.pass_obj
def list_sets(ways: Ways, as_json: bool) -> None:
    """The sets, each in the version that holds today."""
    with ways.desk() as desk:
        desk.must("see the site plan")
        reader = desk.reader()
        try:
            found = standard_sets(reader, local_day(desk))
        finally:
            reader.close()
    for one in found:
        if as_json:
            data({**set_to_json(one), "valid_from": one.valid_from})
        else:
            out(f"{one.code}\t{name_of_set(one)}\t{one.source}")


@standards.command()
@click.argument("code")
@click.option(
    "-o", "--out", "target", type=click.Path(path_type=Path), required=True, help="The file to write."
)
@click.pass_obj
def export(ways: Ways, code: str, target: Path) -> None:
    """Write a set into a file, to change it and read it again."""
    target = file_to_write(target)
    with ways.desk() as desk:
        desk.must("see the site plan")
        reader = desk.reader()
        try:
            found = export_set(reader, code, local_day(desk), target)
        finally:
            reader.close()
    say(tr("{set} written to {path}.", set=name_of_set(found), path=str(target)))


@standards.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--source", required=True, help="Where the figures were read.")
@click.option("--from", "valid_from", help="The day from which it holds (today).")
@click.pass_obj
def save(ways: Ways, file: Path, source: str, valid_from: str | None) -> None:
    """Save the set of a file as its next version."""
    wanted = read_set_file(file)
    with ways.desk() as desk:
        saved = save_set(desk, wanted, source, _day(valid_from) if valid_from else None).result.standards
    say(tr("Saved: {set}, from {day} on.", set=name_of_set(saved), day=saved.valid_from))


@standards.command()
@click.argument("code")
@click.pass_obj
def choose(ways: Ways, code: str) -> None:
    """Measure the station by another set from now on."""
    with ways.desk() as desk:
        choose_set(desk, code)
    say(tr("The station is measured by {code} now.", code=code.strip().upper()))


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise BadField(
            "date", tr("{text} is not a day.", text=text[:20]), tr("Write it like 2026-11-24.")
        ) from None
