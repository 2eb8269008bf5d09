"""Commands on the folder itself: make a station, its users, backup, restore, check, state."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click

from shelterdesk.actions.checking import check_folder
from shelterdesk.actions.checking import state as state_hash
from shelterdesk.actions.recovering import recover
from shelterdesk.actions.recovery import print_recovery_sheet
from shelterdesk.actions.station import StationPlanned, new_station
from shelterdesk.actions.users import add_user, check_passphrase, disable_user, enable_user, list_users
from shelterdesk.cli.closing import close, wipe_
from shelterdesk.cli.ways import (
    IN_PART,
    REFUSED,
    Ways,
    data,
    file_to_write,
    finish,
    must_be_terminal,
    out,
    progress_on_stderr,
    read_secret,
    say,
)
from shelterdesk.core.vocabulary import Role
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
    finally:
        made.desk.close()


@click.group()
def user() -> None:
    """Who may log in."""


@user.command("add")
@click.argument("name")
@click.option("--role", "roles", multiple=True, required=True, type=click.Choice([r.value for r in Role]))
@click.option(
    "--new-passphrase-file", type=click.Path(path_type=Path), help="First line: the new user's passphrase."
)
@click.option("--organisation", default="", help="Whom the user works for.")
@click.option(
    "--recovery-code-file",
    type=click.Path(path_type=Path),
    help="Hands the key of a sealed class to its first holder.",
)
@click.pass_obj
def add(
    ways: Ways,
    name: str,
    roles: tuple[str, ...],
    new_passphrase_file: Path | None,
    organisation: str,
    recovery_code_file: Path | None,
) -> None:
    """Let somebody in."""
    with ways.desk() as desk:
        phrase = _new_passphrase(name, new_passphrase_file)
        code = read_secret(recovery_code_file) if recovery_code_file is not None else None
        chosen = frozenset(Role(role) for role in roles)
        line = add_user(desk, name, chosen, phrase, organisation=organisation, recovery_code=code).result
        say(tr("{name} can log in now.", name=line.name))


def _new_passphrase(name: str, file: Path | None) -> str:
    if file is not None:
        return read_secret(file)
    must_be_terminal(tr("Use --new-passphrase-file, or run it at a terminal."))
    said = click.prompt(
        tr("Passphrase of {name}", name=name), hide_input=True, confirmation_prompt=True, err=True
    )
    return str(said)


@user.command("recover")
@click.argument("name")
@click.option(
    "--recovery-code-file",
    type=click.Path(path_type=Path),
    required=True,
    help="First line: the sheet's code.",
)
@click.option(
    "--new-passphrase-file", type=click.Path(path_type=Path), help="First line: the new passphrase."
)
@click.pass_obj
def recover_(ways: Ways, name: str, recovery_code_file: Path, new_passphrase_file: Path | None) -> None:
    """Come in as admin with the recovery sheet where the passphrases are forgotten."""
    code = read_secret(recovery_code_file)
    recover(ways.folder, code, name, _new_passphrase(name, new_passphrase_file), ways.clock).close()
    say(tr("{name} can log in now.", name=name))


@user.command("list")
@click.option("--json", "as_json", is_flag=True)
@click.pass_obj
def list_(ways: Ways, as_json: bool) -> None:
    """Who may log in."""
    with ways.desk() as desk:
        for line in list_users(desk):
            if as_json:
                data(asdict(line))
            else:
                out(
                    "\t".join(
                        (line.name, ", ".join(line.roles), tr("active") if line.is_active else tr("disabled"))
                    )
                )


@user.command("enable")
@click.argument("name")
@click.pass_obj
def enable(ways: Ways, name: str) -> None:
    """Give a disabled user the right to log in back, with the passphrase they had."""
    with ways.desk() as desk:
        done = enable_user(desk, name).result
    say(tr("{name} can log in now.", name=done.name))


@user.command("disable")
@click.argument("name")
@click.pass_obj
def disable(ways: Ways, name: str) -> None:
    """Take the right to log in away; what the person entered stays."""
    with ways.desk() as desk:
        line = disable_user(desk, name).result
        say(tr("{name} cannot log in any more.", name=line.name))


@click.command()
@click.option("--json", "as_json", is_flag=True)
@click.option("--repair", is_flag=True, help="Make what follows from the log anew, on a copy kept aside.")
@click.pass_obj
def check(ways: Ways, as_json: bool, repair: bool) -> None:
    """Compare the tables with the log, verify chain and signatures; each finding says what to do."""
    with ways.desk() as desk:
        done = check_folder(desk, repair, progress_on_stderr(tr("Check"))).result
    report = done.after or done.before
    for finding in done.before.findings if done.after is None else report.findings:
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
    """SHA-256 of the logical state: equal on any two replicas that hold the same."""
    with ways.desk() as desk:
        out(state_hash(desk))


def add_to(root: click.Group) -> None:
    """Hang these commands into the command line."""
    station.add_command(close)
    station.add_command(wipe_)
    for command in (station, user, check, state):
        root.add_command(command)
