"""Commands on the folder itself: make a station, its recovery sheet, backup, restore, check, state."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click

from shelterdesk.actions.checking import check_folder
from shelterdesk.actions.checking import state as state_hash
from shelterdesk.actions.drafts import waiting_recovery_code
from shelterdesk.actions.log_in_rules import check_passphrase, usual_length
from shelterdesk.actions.recovery import print_recovery_sheet
from shelterdesk.actions.recovery_renewal import begin_recovery_sheet, finish_recovery_sheet
from shelterdesk.actions.said_clock import say_time
from shelterdesk.actions.station import StationPlanned, new_station
from shelterdesk.cli.closing import close, wipe_
from shelterdesk.cli.ways import (
    IN_PART,
    REFUSED,
    Ways,
    data,
    file_to_write,
    finish,
    out,
    progress_on_stderr,
    read_secret,
    say,
)
from shelterdesk.core.errors import Refused
from shelterdesk.core.moment import moment_text, said_moment
from shelterdesk.core.role_words import class_words
from shelterdesk.core.words import ntr, tr
from shelterdesk.db.check_pages import Finding
from shelterdesk.keys.recovery import as_printed


@click.group()
def station() -> None:
    """Make a station."""


@station.command("init")
@click.option("--code", required=True, help="Two to four capital letters, part of every number (LB).")
@click.option("--name", required=True, help="The station's name.")
@click.option("--country", required=True, help="ISO 3166 alpha-3 (PAN).")
@click.option("--timezone", "zone", required=True, help="IANA time zone (America/Panama).")
@click.option("--admin", required=True, help="Name of the first user, who is admin.")
@click.option("--organisation", default="", help="Whom the first user works for.")
@click.option("--practice", is_flag=True, help="For practice only, for ever.")
@click.option("--recovery-sheet", type=click.Path(path_type=Path), help="Write the recovery sheet as a PDF.")
@click.pass_obj
def init(
    ways: Ways,
    code: str,
    name: str,
    country: str,
    zone: str,
    admin: str,
    organisation: str,
    practice: bool,
    recovery_sheet: Path | None,
) -> None:
    """Make a station in the folder, with its first user; the passphrase is asked for or given as ever.

    The recovery code is shown once: write it down or print the sheet.
    """
    if recovery_sheet is not None:
        recovery_sheet = file_to_write(recovery_sheet)
    phrase = ways.passphrase()
    check_passphrase(phrase)
    plan = StationPlanned(code, name, country, zone, admin, practice, organisation=organisation)
    made = new_station(ways.folder, plan, phrase, ways.clock)
    try:
        out(
            tr(
                "Recovery code (keep it on paper, away from this laptop): {code}",
                code=as_printed(made.recovery_code),
            )
        )
        if recovery_sheet is not None:
            print_recovery_sheet(made.desk, made.recovery_code, recovery_sheet)
            say(tr("Recovery sheet written to {path}.", path=str(recovery_sheet)))
        say(tr("Station {code} is ready in {folder}.", code=code, folder=str(ways.folder)))
        if len(phrase) < usual_length(practice):
            say(
                tr(
                    "This passphrase is short for a real station; three or four words are good and easy to type."
                )
            )
    finally:
        made.desk.close()


@station.command("recovery-sheet")
@click.option("-o", "target", type=click.Path(path_type=Path), help="Make a new sheet: the PDF.")
@click.option("--put-away", is_flag=True, help="It is on paper and locked away: it holds from now on.")
@click.option(
    "--old-recovery-code-file",
    type=click.Path(path_type=Path),
    help="With --put-away: the old sheet's code, which passes on the keys to sealed entries.",
)
@click.pass_obj
def recovery_sheet_(
    ways: Ways, target: Path | None, put_away: bool, old_recovery_code_file: Path | None
) -> None:
    """Make a new recovery sheet in place of one that is lost, worn or was seen; in two steps, -o and --put-away.

    Until the second the old sheet is the way in.
    """
    if (target is None) is not put_away:
        raise click.UsageError("either -o FILE or --put-away")
    old = read_secret(old_recovery_code_file) if old_recovery_code_file is not None else ""
    if target is not None:
        target = file_to_write(target)
        with ways.desk() as desk:
            print_recovery_sheet(desk, begin_recovery_sheet(desk).result, target)
            say(tr("Recovery sheet written to {path}.", path=str(target)))
            say(
                tr(
                    "Print it and lock it away, then say so with --put-away; until then the old sheet goes on."
                )
            )
        return
    with ways.desk() as desk:
        if waiting_recovery_code(desk).result is None:
            raise Refused(tr("No new recovery sheet of yours waits."), tr("Make one with -o FILE first."))
        done = finish_recovery_sheet(desk, old).result
    say(tr("The new sheet opens this laptop from now on, the old one does not any more."))
    for name in done.shut:
        say(tr("It does not open {entries}: keep the old sheet for them.", entries=class_words(name)))


@click.command()
@click.option("--json", "as_json", is_flag=True)
@click.option("--repair", is_flag=True, help="Make what follows from the log anew, on a copy kept aside.")
@click.pass_obj
def check(ways: Ways, as_json: bool, repair: bool) -> None:
    """Compare the tables with the log, verify chain and signatures; each finding says what to do."""
    with ways.desk() as desk:
        done = check_folder(desk, repair, progress_on_stderr(tr("Check"))).result
    report = done.after or done.before
    if done.after is not None:
        left = {finding.code for finding in report.findings}
        for finding in done.before.findings:
            if finding.code not in left:
                say(tr("Mended: {what} {risk}", what=finding.said, risk=finding.risk))
    for finding in report.findings:
        _show_finding(finding, as_json)
    summary = {"events": report.events, "ops": report.ops, "rows": report.rows, "whole": report.is_whole}
    if as_json:
        data(summary)
    elif report.is_whole:
        out(
            tr(
                "Whole: {entries} of the log, from which follow {rows}.",
                entries=ntr("{n} entry", "{n} entries", report.events),
                rows=ntr("{n} row", "{n} rows", report.rows),
            )
        )
    if done.after is not None:
        say(tr("Repaired; the file as it was is kept as {name}.", name=done.copy.name if done.copy else ""))
    elif repair:
        say(
            tr("Nothing had to be repaired.")
            if report.is_whole
            else tr(
                "Nothing was repaired: what was found does not follow from the log. Do what is said of each."
            )
        )
    if not report.is_whole:
        finish(IN_PART if done.after is not None else REFUSED)


def _show_finding(finding: Finding, as_json: bool) -> None:
    if as_json:
        data(asdict(finding))
    else:
        out(f"{finding.said} {finding.risk} {finding.advice}")


@click.command()
@click.pass_obj
def state(ways: Ways) -> None:
    """SHA-256 of the logical state: equal on any two desks, or desk and office, that hold the same."""
    with ways.desk() as desk:
        out(state_hash(desk))


@station.command("clock")
@click.option(
    "--now", "said", help="What time it is here (ISO 8601), where the laptop's clock cannot be right."
)
@click.pass_obj
def clock_(ways: Ways, said: str | None) -> None:
    """The time this desk works by; --now says the right one, until the laptop's clock is right again."""
    with ways.desk() as desk:
        if said is not None:
            say_time(desk, said_moment(said, desk.who.zone, "now"))
        out(moment_text(desk.clock.now(), desk.who.zone))
        is_doubted, asks = desk.store.clock_doubt, desk.store.asks_for_date
    if asks:
        say(
            tr(
                "The laptop's clock cannot be right. Say what time it is with --now, or set the clock; what is entered"
                " meanwhile is marked."
            )
        )
    elif is_doubted:
        say(
            tr(
                "The laptop's clock is wrong; the time is the one that was said at this desk, and entries are marked."
            )
        )


def add_to(root: click.Group) -> None:
    """Hang these commands into the command line."""
    station.add_command(close)
    station.add_command(wipe_)
    for command in (station, check, state):
        root.add_command(command)
