"""Commands of lodging cards: printed for people or ahead, bound, revoked, and one that was scanned."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from shelterdesk.actions.card_binding import bind_card, revoke_card
from shelterdesk.actions.card_check import verify_card_in_folder, verify_card_with_roster
from shelterdesk.actions.card_choice import cards_wanted
from shelterdesk.actions.cards import (
    NONE,
    CardsPrinted,
    blank_print_warnings,
    checked_format,
    print_blank_cards,
    print_cards,
)
from shelterdesk.actions.desk import Desk
from shelterdesk.cli.people import reading
from shelterdesk.cli.ways import REFUSED, Ways, data, file_to_write, finish, out, progress_on_stderr, say
from shelterdesk.core.errors import NotFound
from shelterdesk.core.words import ntr, tr
from shelterdesk.keys.cardclaim import CardVerdict

if TYPE_CHECKING:
    from shelterdesk.reports.card_formats import FormatName

_FORMATS = ("a4", "letter", "letter-business", "a4-business", "single", "wristband-a4", "wristband-letter")


@click.command()
@click.option("--person", "persons", multiple=True, help="A person's number; may be given several times.")
@click.option("--household", help="A family's number.")
@click.option("--all-present", is_flag=True, help="Everybody in the house.")
@click.option("--blank", type=int, help="So many ahead, for nobody yet: each is bound by a scan.")
@click.option(
    "-o", "--out", "target", required=True, type=click.Path(path_type=Path), help="The PDF to write."
)
@click.option("--paper", type=click.Choice(["a4", "letter"]), default="a4", show_default=True)
@click.option(
    "--format", "form", type=click.Choice(_FORMATS), help="Another format than that paper's cards to cut."
)
@click.option(
    "--wristband", is_flag=True, help="Wristbands for children under five, a number and its code only."
)
@click.option(
    "--start-at", type=int, default=1, help="The first free place of a sheet that was used in part."
)
@click.option(
    "--second-language", "second", default="",
    help="own, none, or a code for all of them (fr); else as the station has set.",
)  # fmt: skip
@click.pass_obj
def cards(
    ways: Ways, persons: tuple[str, ...], household: str | None, all_present: bool, blank: int | None,
    target: Path, paper: FormatName, form: FormatName | None, wristband: bool, start_at: int, second: str,
) -> None:  # fmt: skip
    """Print lodging cards; a new card revokes the ones before."""
    if sum((bool(persons), household is not None, all_present, blank is not None)) != 1:
        raise click.UsageError(tr("Say whose cards: --person, --household, --all-present or --blank."))
    chosen = _format(form or paper, wristband)
    checked_format(chosen, start_at, 1 if blank is None else blank)
    path = file_to_write(target)
    with ways.desk() as desk:
        if blank is None:
            named = [*persons, *([household] if household is not None else [])]
            warned = _said_before(desk, named, all_present, chosen, second)
            done = print_cards(
                desk, path, persons=persons, household=household, all_present=all_present, form=chosen,
                start_at=start_at, second=second, progress=progress_on_stderr(tr("Cards")),
            ).result  # fmt: skip
        else:
            with reading(desk) as reader:
                warned = blank_print_warnings(desk, reader, second or NONE, chosen)
            _say_all(warned)
            done = print_blank_cards(
                desk, blank, path, form=chosen, start_at=start_at, second=second or NONE,
                progress=progress_on_stderr(tr("Cards")),
            ).result  # fmt: skip
    _say_all([one for one in done.left_out if one not in warned])
    _say_made(done, target)


def _said_before(desk: Desk, named: list[str], all_present: bool, form: FormatName, second: str) -> list[str]:
    """What is to be known before anything is on paper, said before anything is made."""
    with reading(desk) as reader:
        wanted = cards_wanted(reader, desk, all_present, named=named, second=second, form=form)
    _say_all(wanted.warnings)
    return list(wanted.warnings)


def _say_all(sentences: list[str] | tuple[str, ...]) -> None:
    for sentence in sentences:
        say(sentence)


def _say_made(done: CardsPrinted, target: Path) -> None:
    say(ntr("{n} card in {path}.", "{n} cards in {path}.", done.cards, path=str(target)))
    if done.replaced:
        say(
            ntr(
                "{n} earlier card is not valid any more: take it back.",
                "{n} earlier cards are not valid any more: take them back.",
                done.replaced,
            )
        )
    if done.next_place > 1:
        say(tr("The last sheet is free from place {n} on (--start-at {n}).", n=done.next_place))


def _format(form: FormatName, wristband: bool) -> FormatName:
    from shelterdesk.reports.card_formats import wristband_format

    return wristband_format(form) if wristband else form


@click.group()
def card() -> None:
    """A single card."""


@card.command("bind")
@click.argument("text")
@click.argument("number")
@click.pass_obj
def bind(ways: Ways, text: str, number: str) -> None:
    """Make a card printed ahead (its code, or the number on it) that of a person or a token."""
    with ways.desk() as desk:
        bind_card(desk, text, number)
    say(tr("The card is that of {number} now; earlier ones are not valid any more.", number=number))


@card.command("revoke")
@click.argument("text")
@click.option("--reason", required=True, help="Why: lost, for example.")
@click.pass_obj
def revoke(ways: Ways, text: str, reason: str) -> None:
    """End a lost card: by its code, the number of a blank one, or its bearer's number (all of theirs)."""
    with ways.desk() as desk:
        revoke_card(desk, text, reason)
    say(tr("Not valid any more."))


@card.command("verify")
@click.argument("text")
@click.option(
    "--list",
    "--roster",
    "roster",
    type=click.Path(path_type=Path),
    help="A station's list for checking cards; its folder has it.",
)
@click.option("--json", "as_json", is_flag=True)
@click.pass_obj
def verify(ways: Ways, text: str, roster: Path | None, as_json: bool) -> None:
    """What a scanned card says, without a log-in and without its station's database."""
    today: date = (
        ways.clock.now().astimezone().date()
    )  # by the clock on the wall: the station's zone is not known here
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


def _roster_file(path: Path) -> tuple[bytes, str | None]:
    """A roster file and the signature beside it, if there is one."""
    signature = path.with_name(f"{path.name}.sig")
    try:
        return path.read_bytes(), signature.read_text("ascii") if signature.exists() else None
    except (OSError, ValueError):
        raise NotFound(tr("The list for checking cards {name}", name=path.name)) from None


def add_to(root: click.Group) -> None:
    """Hang these commands into the command line."""
    for command in (cards, card):
        root.add_command(command)
