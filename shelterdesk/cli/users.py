"""Commands on who may log in: added, changed, given a new passphrase, let in, kept out."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click

from shelterdesk.actions.class_keys import CLASS_OF_ROLE, renew_class_key
from shelterdesk.actions.desk import OwnPassphraseFirst
from shelterdesk.actions.recovering import recover
from shelterdesk.actions.staff_cards import print_staff_cards
from shelterdesk.actions.user_changes import change_user, first_log_in, let_into_class, reset_passphrase
from shelterdesk.actions.users import (
    add_user,
    disable_user,
    enable_user,
    list_users,
    set_own_passphrase,
)
from shelterdesk.cli.ways import Ways, data, file_to_write, must_be_terminal, out, read_secret, say
from shelterdesk.core.role_words import class_words
from shelterdesk.core.vocabulary import Confidentiality, Role
from shelterdesk.core.words import ntr, tr

_ROLE = click.Choice([r.value for r in Role])
_CLASS_ROLE = click.Choice([role.value for role in CLASS_OF_ROLE])
_CODE_FILE = click.Path(path_type=Path)


@click.group()
def user() -> None:
    """Who may log in."""


@user.command("add")
@click.argument("name")
@click.option("--role", "roles", multiple=True, required=True, type=_ROLE)
@click.option(
    "--new-passphrase-file", type=click.Path(path_type=Path), help="First line: the new user's passphrase."
)
@click.option("--organisation", default="", help="Whom the user works for.")
@click.option(
    "--recovery-code-file", type=_CODE_FILE, help="Hands the key of a sealed class to its first holder."
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
        code, chosen = _code(recovery_code_file), frozenset(Role(role) for role in roles)
        line = add_user(desk, name, chosen, phrase, organisation=organisation, recovery_code=code).result
        say(tr("{name} can log in now.", name=line.name))


@user.command("change")
@click.argument("name")
@click.option(
    "--role", "roles", multiple=True, type=_ROLE, help="All roles from now on; left out, they stay."
)
@click.option("--organisation", help="Whom the user works for; left out, it stays.")
@click.option("--recovery-code-file", type=_CODE_FILE, help="Hands over the key of a role that is new.")
@click.pass_obj
def change(
    ways: Ways,
    name: str,
    roles: tuple[str, ...],
    organisation: str | None,
    recovery_code_file: Path | None,
) -> None:
    """Give a user other roles, or another organisation."""
    with ways.desk() as desk:
        now = next((line for line in list_users(desk) if name in (line.id, line.name)), None)
        held = (now.roles, now.organisation) if now is not None else ((), "")
        chosen = frozenset(Role(role) for role in roles or held[0])
        place = organisation if organisation is not None else held[1]
        done = change_user(desk, name, chosen, place, _code(recovery_code_file)).result
        say(tr("Saved: {name}.", name=done.line.name))
        for kept in done.kept:
            say(_still_open(done.line.name, kept))


@user.command("reset")
@click.argument("name")
@click.option(
    "--new-passphrase-file",
    type=click.Path(path_type=Path),
    help="First line: the passphrase for one log-in.",
)
@click.pass_obj
def reset(ways: Ways, name: str, new_passphrase_file: Path | None) -> None:
    """Give a new passphrase to who forgot theirs; at the first log-in they choose their own (user passphrase)."""
    with ways.desk() as desk:
        line = reset_passphrase(desk, name, _new_passphrase(name, new_passphrase_file)).result
        say(tr("{name} logs in with it once and then chooses an own passphrase.", name=line.name))
        for shut in line.waits:
            entries = class_words(shut)
            say(tr("Their {entries} open again once a holder lets them in.", entries=entries))


@user.command("passphrase")
@click.option(
    "--new-passphrase-file", type=click.Path(path_type=Path), help="First line: the passphrase from now on."
)
@click.pass_obj
def passphrase(ways: Ways, new_passphrase_file: Path | None) -> None:
    """Change one's own passphrase; also the first thing to do with one that an admin gave."""
    name, old = ways.name(), ways.passphrase()
    new = _new_passphrase(name, new_passphrase_file)
    try:
        with ways.desk(old) as desk:
            set_own_passphrase(desk, old, new)
    except OwnPassphraseFirst:
        first_log_in(ways.folder, name, old, new, ways.clock).close()
    say(tr("Your passphrase is changed on this desk."))


@user.command("let-in")
@click.argument("name")
@click.option("--role", required=True, type=_CLASS_ROLE)
@click.option(
    "--recovery-code-file", type=_CODE_FILE, help="First line: the sheet's code, instead of a holder."
)
@click.pass_obj
def let_in(ways: Ways, name: str, role: str, recovery_code_file: Path | None) -> None:
    """Hand the key of a sealed class to somebody who has the role for it."""
    with ways.desk() as desk:
        line = let_into_class(desk, name, Role(role), _code(recovery_code_file)).result
        entries = class_words(CLASS_OF_ROLE[Role(role)])
        say(tr("{name} can open {entries} now.", name=line.name, entries=entries))


@user.command("renew-key")
@click.argument("name", metavar="CLASS", type=click.Choice([one.value for one in CLASS_OF_ROLE.values()]))
@click.pass_obj
def renew_key(ways: Ways, name: str) -> None:
    """Make a new key to a sealed class, after one of its holders has left; by a holder."""
    with ways.desk() as desk:
        renew_class_key(desk, Confidentiality(name))
        say(tr("There is a new key to {entries}; holders have it already.", entries=class_words(name)))


@user.command("recover")
@click.argument("name")
@click.option("--recovery-code-file", type=_CODE_FILE, required=True, help="First line: the sheet's code.")
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
                state = tr("active") if line.is_active else tr("disabled")
                out("\t".join((line.name, ", ".join(line.roles), state)))


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
        for kept in line.holds:
            say(_still_open(line.name, kept))


@user.command("staff-cards")
@click.option("-o", "target", required=True, type=click.Path(path_type=Path), help="The PDF.")
@click.option("--count", default=10, show_default=True, help="How many cards.")
@click.option("--from", "first", default=1, show_default=True, help="The first number.")
@click.option("--role", default=Role.OPERATOR.value, show_default=True, type=_ROLE, help="The word printed.")
@click.pass_obj
def staff_cards(ways: Ways, target: Path, count: int, first: int, role: str) -> None:
    """Make staff cards: a number, a role, and a code that opens nothing by itself."""
    target = file_to_write(target)
    with ways.desk() as desk:
        made = print_staff_cards(desk, Role(role), first, count, target).result
        say(ntr("{n} staff card saved: {path}.", "{n} staff cards saved: {path}.", made, path=str(target)))


def add_to(root: click.Group) -> None:
    """Hang these commands into the command line."""
    root.add_command(user)


def _new_passphrase(name: str, file: Path | None) -> str:
    if file is not None:
        return read_secret(file)
    must_be_terminal(tr("Use --new-passphrase-file, or run it at a terminal."))
    said = click.prompt(
        tr("Passphrase of {name}", name=name), hide_input=True, confirmation_prompt=True, err=True
    )
    return str(said)


def _code(file: Path | None) -> str | None:
    return read_secret(file) if file is not None else None


def _still_open(name: str, kept: str) -> str:
    return tr(
        "{name} may not work with {entries} any more and can still open those written from now on. Make a new key.",
        name=name,
        entries=class_words(kept),
    )
