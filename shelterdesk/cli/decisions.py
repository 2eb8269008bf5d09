"""Commands of an office that decide over others' records and desks: erase, revoke, correct a clock; for two persons."""

from __future__ import annotations

import sys

import click

from shelterdesk.actions.clock_fixing import fix_clock, read_delta
from shelterdesk.actions.deciding import ACTS, decide, waiting
from shelterdesk.actions.desk import Desk
from shelterdesk.actions.erasing import erase, sealed_ids
from shelterdesk.actions.revoking import reinstate_desk, revoke_desk
from shelterdesk.actions.two_persons import Proposal, proposal, proposals, withdraw
from shelterdesk.cli.office import office
from shelterdesk.cli.people import person, reading
from shelterdesk.cli.station import station
from shelterdesk.cli.ways import Ways, data, out, said_at, say
from shelterdesk.core.errors import WorldError
from shelterdesk.core.moment import from_milliseconds
from shelterdesk.core.words import ntr, tr
from shelterdesk.db.person_records import user_name

YES = click.option("--yes", is_flag=True, help="Do not ask whether you are sure.")


def sure(question: str, yes: bool) -> None:
    """Ask whether somebody is sure; raises ``WorldError`` for no, and where nobody can be asked."""
    if yes:
        return
    if not sys.stdin.isatty():
        raise WorldError(tr("Somebody has to say yes to this."), tr("Run it at a terminal, or with --yes."))
    if not click.confirm(question, err=True):
        raise WorldError(tr("Nothing was done."))


def say_waits(one: Proposal) -> None:
    """That something waits for the second person."""
    say(
        tr(
            "It waits for a second person: another admin of the office confirms it with office confirm {n}.",
            n=one.number,
        )
    )


@office.command("erase")
@click.argument("persons", nargs=-1)
@click.option("--ground", required=True, help="Which request or rule asks for it; it names nobody.")
@click.option(
    "--also", multiple=True, help="The id of a sealed entry, as person sealed-ids lists it (several)."
)
@YES
@click.pass_obj
def erase_(ways: Ways, persons: tuple[str, ...], ground: str, also: tuple[str, ...], yes: bool) -> None:
    """Erase all records about people (numbers), here and on every desk that hears it. It cannot be taken back."""
    with ways.desk() as desk:
        desk.must_be_office()
        sure(
            tr(
                "Erase everything about {who} for ever, here and at the stations?",
                who=", ".join(persons) or tr("what is named"),
            ),
            yes,
        )
        done = erase(desk, persons, ground, also).result
    people = ntr("{n} person", "{n} people", done.persons)
    records = ntr("{n} record", "{n} records", done.records)
    if done.proposal is not None:
        say(tr("To be erased: {people}, {records}.", people=people, records=records))
        say_waits(done.proposal)
        return
    say(
        tr(
            "Erased: {people}, {records}. A station hears of it by a bundle, not by receipts: export --for its code.",
            people=people,
            records=records,
        )
    )
    say(tr("Sealed entries about them are named by their holders, with person sealed-ids at the station."))


@office.command("proposals")
@click.option("--json", "as_json", is_flag=True)
@click.pass_obj
def proposals_(ways: Ways, as_json: bool) -> None:
    """What waits for a second admin."""
    with ways.desk() as desk:
        found = proposals(desk)
        names = {one.number: user_name(desk.roster, one.by) for one in found}
        about = _about(desk)
        zone = desk.who.zone
    for one in found:
        if as_json:
            data(
                {
                    "number": one.number, "what": one.what, "by": names[one.number], "about": about[one.number],
                    **_told(one),
                }
            )  # fmt: skip
        else:
            line = (
                str(one.number),
                ACTS[one.what].words(),
                names[one.number],
                said_at(one.at_ms, zone),
                about[one.number],
            )
            out("\t".join(line))
    if not found:
        say(tr("Nothing waits for a second person."))


def _told(one: Proposal) -> dict[str, object]:
    """What is proposed, as far as it can be said without opening a record."""
    told = {name: value for name, value in one.body.items() if isinstance(value, str)}
    return {**told, **{name: len(value) for name, value in one.body.items() if isinstance(value, list)}}


def _about(desk: Desk) -> dict[int, str]:
    """Of everything that waits: whom or which desk it is about, and on what ground, as the window says it."""
    with reading(desk) as reader:
        return {
            one.number: " · ".join(filter(None, (one.about, one.ground))) for one in waiting(desk, reader)
        }


@office.command("confirm")
@click.argument("number", type=int)
@YES
@click.pass_obj
def confirm_(ways: Ways, number: int, yes: bool) -> None:
    """Agree, as the second admin, to what another proposed; it is done at once."""
    with ways.desk() as desk:
        one = proposal(desk, number)
        by, told = user_name(desk.roster, one.by), _about(desk)[number]
        sure(
            tr(
                "{what} ({told}), proposed by {user}: do it for ever?",
                what=ACTS[one.what].words(),
                told=told,
                user=by,
            ),
            yes,
        )
        decide(desk, number)
    say(tr("Confirmed and done: {what} ({told}).", what=ACTS[one.what].words(), told=told))
    say(tr("A station hears of it by a bundle, not by receipts: export --for its code."))


@office.command("withdraw")
@click.argument("number", type=int)
@click.pass_obj
def withdraw_(ways: Ways, number: int) -> None:
    """Take back what waits for a second admin."""
    with ways.desk() as desk:
        withdraw(desk, number)
    say(tr("Withdrawn."))


@office.command("revoke")
@click.argument("desk_", metavar="DESK")
@YES
@click.pass_obj
def office_revoke(ways: Ways, desk_: str, yes: bool) -> None:
    """Hear a desk (LB1A) no further than the office holds it now: it was lost or stolen."""
    _revoke(ways, desk_, yes)


@office.command("reinstate")
@click.argument("desk_", metavar="DESK")
@click.pass_obj
def office_reinstate(ways: Ways, desk_: str) -> None:
    """Lift every revocation of a desk: what was set aside because of it counts again."""
    with ways.desk() as desk:
        reinstate_desk(desk, desk_)
    say(
        tr(
            "{desk} is heard again. A station hears of it by a bundle, not by receipts: export --for its code.",
            desk=desk_,
        )
    )


@station.command("revoke")
@click.argument("desk_", metavar="DESK")
@YES
@click.pass_obj
def station_revoke(ways: Ways, desk_: str, yes: bool) -> None:
    """Hear a desk this one let in no further than it is held here now; the office alone can lift that."""
    _revoke(ways, desk_, yes)


def _revoke(ways: Ways, slot: str, yes: bool) -> None:
    with ways.desk() as desk:
        sure(
            tr(
                "Revoke {desk}? What it entered and nobody brought here yet stays set aside; nothing is sealed to it.",
                desk=slot,
            ),
            yes,
        )
        done = revoke_desk(desk, slot).result
    if done.proposal is not None:
        say_waits(done.proposal)
        return
    say(tr("{desk} is revoked. Other desks hear of it by a bundle, not by receipts.", desk=done.desk))


@office.command("clock-fix")
@click.argument("desk_", metavar="DESK")
@click.option(
    "--from", "first", type=int, required=True, help="Number of the first entry whose clock was wrong."
)
@click.option("--to", "last", type=int, required=True, help="Number of the last one.")
@click.option("--by", required=True, help="What to add to its clock, as +3h or -2d12h.")
@click.option(
    "--time",
    "--epoch",
    "epoch",
    type=int,
    help="Which of the times, 0 for the first, where a restored desk used the numbers again.",
)
@click.pass_obj
def clock_fix(ways: Ways, desk_: str, first: int, last: int, by: str, epoch: int | None) -> None:
    """Say by how much a desk's clock was wrong; its entries count, and are shown, by the corrected time."""
    delta = read_delta(by)
    with ways.desk() as desk:
        done = fix_clock(desk, desk_, first, last, delta, epoch).result
    entries = ntr("{n} entry", "{n} entries", done.events)
    low, high = (f"{from_milliseconds(ms):%Y-%m-%d %H:%MZ}" for ms in (done.first_ms, done.last_ms))
    say(
        tr(
            "{entries} of {desk} count from {low} to {high} now.",
            entries=entries,
            desk=desk_,
            low=low,
            high=high,
        )
    )


@person.command("sealed-ids")
@click.argument("numbers", nargs=-1)
@click.pass_obj
def sealed_ids_(ways: Ways, numbers: tuple[str, ...]) -> None:
    """The ids of sealed entries about people, for the office to erase them too; for holders of the class.

    Without a number: about everybody who was erased already.
    """
    with ways.desk() as desk:
        for one in sealed_ids(desk, numbers).result:
            out(one)


def add_to(root: click.Group) -> None:
    """Nothing more: the commands hang in the groups of office, station and person."""
