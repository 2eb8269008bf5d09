"""Commands of the exchange: bundles out and in, joining a table, adoption by an office, and how things stand."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

import click

from shelterdesk import startup
from shelterdesk.actions.admission import JOIN_KEYS, admit, finish_join, join_request, read_admission
from shelterdesk.actions.exchange import export_bundle
from shelterdesk.actions.offices import accept_reply, enrol_request, read_reply
from shelterdesk.actions.status import status as how_things_stand
from shelterdesk.actions.taking_in import Imported, import_from
from shelterdesk.cli.people import reading
from shelterdesk.cli.server import at_server, server_options, url_in
from shelterdesk.cli.ways import (
    IN_PART,
    REFUSED,
    Ways,
    data,
    file_to_write,
    finish,
    folder_to_write,
    must_be_path,
    out,
    progress_on_stderr,
    say,
)
from shelterdesk.core.errors import Refused, WorldError
from shelterdesk.core.words import ntr, tr


@click.command()
@click.option(
    "--to",
    "target",
    required=True,
    type=click.Path(path_type=Path),
    help="A stick, a folder, or sftp://user@server/folder.",
)
@server_options
@click.option("--for", "for_", default="office", show_default=True, help="Who is to open it.")
@click.option("--json", "as_json", is_flag=True)
@click.pass_obj
def export(
    ways: Ways,
    target: Path,
    for_: str,
    as_json: bool,
    host_key: str,
    key_file: Path | None,
    password_file: Path | None,
) -> None:
    """Write the entries that the office has not confirmed yet, sealed, and read them back."""
    url = url_in(target)
    if url is not None:
        if for_ != "office":
            raise Refused(
                tr("Over a network this desk sends to the office alone."), tr("For a station write a stick.")
            )
        _post(ways, url, as_json, host_key, key_file, password_file)
        return
    with ways.desk() as desk:
        if for_ == "office" and desk.who.is_office:
            raise Refused(
                tr("This is the office."), tr("Name the station it is for, by its code: export --for LB.")
            )
        done = export_bundle(desk, folder_to_write(target), for_, progress_on_stderr(tr("Export"))).result
    if as_json:
        data(
            {
                "folder": done.folder,
                "parts": len(done.parts),
                "written": done.written,
                "already_there": done.already_there,
                "events": done.events,
                "bytes": done.size,
                "office_can_open": done.office_can_open,
            }
        )
    else:
        out(
            tr(
                "Written to {folder} and read back: {parts}, {entries}, {size}.",
                folder=done.folder,
                parts=ntr("{n} part", "{n} parts", len(done.parts)),
                entries=ntr("{n} entry", "{n} entries", done.events),
                size=ntr("{n} byte", "{n} bytes", done.size),
            )
        )
    if done.note:
        say(done.note)


def _post(
    ways: Ways, url: str, as_json: bool, host_key: str, key_file: Path | None, password_file: Path | None
) -> None:
    """The same to an address on the network; what speaks to servers is loaded where it is needed."""
    from shelterdesk.actions.by_url import export_to_url

    with ways.desk() as desk:
        progress = progress_on_stderr(tr("Export"))
        done = at_server(
            desk,
            url,
            host_key,
            key_file,
            password_file,
            lambda place: export_to_url(desk, place, progress).result,
        )
    if as_json:
        data({"url": url, "where": done.where, "parts": done.parts, "brought": done.brought})
        return
    parts = ntr("{n} part", "{n} parts", done.parts)
    out(tr("Sent to {where}, whole: {parts}.", where=done.where, parts=parts))
    say(tr("It counts as arrived once the office's receipt has come."))


@click.command("import")
@click.argument("source", type=click.Path(path_type=Path))
@server_options
@click.option("--words", help="The six words of an office's or desk's reply, as they were read to you.")
@click.option("--json", "as_json", is_flag=True)
@click.pass_obj
def import_(
    ways: Ways,
    source: Path,
    words: str | None,
    as_json: bool,
    host_key: str,
    key_file: Path | None,
    password_file: Path | None,
) -> None:
    """Take in what others wrote, and receipts, from a stick, folder or address; or the reply of an office or of a desk.

    A reply is one file. Its six words are shown; give them with --words to have them compared.
    """
    url = url_in(source)
    if url is not None:
        from shelterdesk.actions.by_url import import_from_url

        with ways.desk() as desk:
            brought = at_server(
                desk,
                url,
                host_key,
                key_file,
                password_file,
                lambda place: import_from_url(desk, place).result,
            )
        show_imported(brought, as_json)
        return
    if not must_be_path(source).exists():
        raise WorldError(
            tr("{name} is not there.", name=str(source)[:80]), tr("Plug the stick in, or check its path.")
        )
    if source.is_file():
        _take_reply(ways, source, words)
        return
    with ways.desk() as desk:
        found = import_from(desk, source, progress_on_stderr(tr("Import"))).result
    show_imported(found, as_json)


def show_imported(found: Imported, as_json: bool) -> None:
    """Tell an import's counts and end with its status: 3 when something was set aside or refused."""
    if as_json:
        data(
            {
                "new": found.new,
                "known": found.known,
                "set_aside": found.set_aside,
                "refused": found.refused,
                "not_admitted": found.not_admitted,
                "for_others": found.elsewhere,
                "strange": found.strange,
                "statements": found.statements,
                "receipts": found.receipts,
                "erased_late": found.erased_late,
                "parts": [
                    {
                        "name": part.name,
                        "outcome": part.outcome,
                        "reason": part.reason,
                        "for_others": part.for_others,
                    }
                    for part in found.parts
                ],
            }
        )
    else:
        out(
            tr(
                "Taken in: {new}, {known}.",
                new=ntr("{n} new entry", "{n} new entries", found.new),
                known=ntr("{n} entry known already", "{n} entries known already", found.known),
            )
        )
        if found.receipts:
            out(ntr("{n} receipt taken in.", "{n} receipts taken in.", found.receipts))
        for one in found.news:
            out(one)
        if found.erased_late:
            out(
                ntr(
                    "{n} record about somebody erased before came in, and was erased too.",
                    "{n} records about people erased before came in, and were erased too.",
                    found.erased_late,
                )
            )
        for part in found.parts:
            if part.reason and not part.for_others:
                out(f"{part.name}: {part.reason} {part.advice}".strip())
        _say_for_others(found)
    if found.strange:
        say(
            ntr(
                "{n} other thing lies there that is none of ours; it was not touched.",
                "{n} other things lie there that are none of ours; they were not touched.",
                found.strange,
            )
        )
    for alarm in found.alarms:
        say(alarm)
    got_something = bool(found.new or found.known or found.receipts or found.statements)
    if not found.is_clean:
        finish(IN_PART if got_something else REFUSED)
    if found.elsewhere and not got_something:
        finish(REFUSED)


def _say_for_others(found: Imported) -> None:
    """Parts sealed for others once, however many lie there: they stay there for ever, and nothing is wrong."""
    first = next((part for part in found.parts if part.for_others), None)
    if first is None:
        return
    many = ntr(
        "{n} part is for others and stays where it is.",
        "{n} parts are for others and stay where they are.",
        found.elsewhere,
    )
    say(f"{many} {first.advice}" if not (found.new or found.known) else many)


def _take_reply(ways: Ways, reply: Path, words: str | None) -> None:
    """The reply to a request: of an admitting desk in a folder that waits for one, else of an office."""
    if not startup.is_set_up(ways.folder) and (ways.folder / JOIN_KEYS).exists():
        offer = read_admission(ways.folder, reply)
        said = tr(
            "Reply of a desk of {station}. Its six words: {words}.",
            station=offer.station,
            words=" ".join(offer.words),
        )
        _compared(said, offer.words, words)
        joined = finish_join(ways.folder, reply, offer.words, ways.clock).result
        say(
            ntr(
                "This desk is {desk} now; {n} entry came along.",
                "This desk is {desk} now; {n} entries came along.",
                joined.events,
                desk=joined.desk,
            )
        )
        return
    with ways.desk() as desk:
        offered = read_reply(reply)
        said = tr(
            "Reply of {office}. Its six words: {words}.", office=offered.office, words=" ".join(offered.words)
        )
        _compared(said, offered.words, words)
        accept_reply(desk, reply, offered.words)
    say(tr("{office} is this station's office from now on.", office=offered.office))


def _compared(reply: str, shown: Sequence[str], said: str | None) -> None:
    """Show the six words of a reply and compare them with those that were read out; raises ``Refused``.

    Where nobody sits at a terminal and none were given, the reply is taken as it is, and that is said: whoever
    carried it could have exchanged it.
    """
    say(reply)
    if said is not None:
        if [word.casefold() for word in said.split()] != list(shown):
            raise Refused(
                tr("These are not the six words of this reply."),
                tr(
                    "Have them read again; if they differ, somebody exchanged the file. Nothing was taken in."
                ),
            )
    elif sys.stdin.isatty():
        if not click.confirm(tr("Are they the same where the reply was made?"), err=True):
            raise Refused(
                tr("Nothing was taken in."), tr("Ask for a new reply, carried by somebody you know.")
            )
    else:
        say(tr("Nobody compared the six words; do it before you rely on it, by radio or in person."))


@click.command("receipt")
@click.argument("text")
@click.pass_obj
def receipt(ways: Ways, text: str) -> None:
    """Take in a receipt that was scanned from paper."""
    from shelterdesk.actions.receipt_slip import scan_receipt

    with ways.desk() as desk:
        done = scan_receipt(desk, text).result
    (say if done.is_alarm else out)(done.sentence)
    if done.is_alarm:
        finish(IN_PART)


@click.command("join-request")
@click.option("-o", "--out", "target", required=True, type=click.Path(path_type=Path))
@click.pass_obj
def join(ways: Ways, target: Path) -> None:
    """A further or replacement desk asks to join: makes its keys in the (empty) folder and a request file."""
    asked = join_request(ways.folder, file_to_write(target))
    say(
        tr(
            "Request written to {path}. Its six words: {words}.",
            path=str(target),
            words=" ".join(asked.words),
        )
    )


@click.command("admit")
@click.argument("request", type=click.Path(path_type=Path))
@click.option("-o", "--out", "target", required=True, type=click.Path(path_type=Path))
@click.pass_obj
def admit_(ways: Ways, request: Path, target: Path) -> None:
    """Admit a desk at the table; it takes the reply in with import."""
    with ways.desk() as desk:
        done = admit(desk, request, file_to_write(target), progress_on_stderr(tr("Admission"))).result
    say(tr("Admitted as {desk}. Its six words: {words}.", desk=done.desk, words=" ".join(done.words)))
    say(
        tr(
            "The six words of this desk, which the new one must show: {words}.",
            words=" ".join(done.own_words),
        )
    )


@click.command("enrol-request")
@click.option("-o", "--out", "target", required=True, type=click.Path(path_type=Path))
@click.pass_obj
def enrol(ways: Ways, target: Path) -> None:
    """Ask an office to enrol this station; its reply is taken in here with import."""
    with ways.desk() as desk:
        asked = enrol_request(desk, file_to_write(target)).result
    say(
        tr(
            "Request written to {path}. Its six words: {words}.",
            path=str(target),
            words=" ".join(asked.words),
        )
    )


@click.command()
@click.option("--json", "as_json", is_flag=True)
@click.pass_obj
def status(ways: Ways, as_json: bool) -> None:
    """Present, places, what exists only here and since when, receipts, gaps, conflicts."""
    with ways.desk() as desk, reading(desk) as reader:
        now = how_things_stand(reader, desk.clock.now())
    if as_json:
        data(now.to_json())
        return
    present = ntr("{n} person present", "{n} people present", now.present)
    if now.places is None:
        out(f"{present}.")
    else:
        out(tr("{people}, {places}.", people=present, places=ntr("{n} place", "{n} places", now.places)))
    out(ntr("{n} entry is only here.", "{n} entries are only here.", now.only_here))
    if now.conflicts:
        out(
            ntr(
                "{n} value written apart by two desks; see conflicts.",
                "{n} values written apart by two desks; see conflicts.",
                now.conflicts,
            )
        )
    if now.clock_doubt:
        out(tr("The laptop's clock is in doubt; entries are marked. See station clock."))
    entries = now.set_aside - now.set_aside_parts
    if entries:
        out(ntr("{n} entry set aside.", "{n} entries set aside.", entries))
    if now.set_aside_parts:
        out(ntr("{n} part set aside.", "{n} parts set aside.", now.set_aside_parts))
    if now.set_aside:
        out(tr("Why, and what to do: set-aside."))


def add_to(root: click.Group) -> None:
    """Hang these commands into the command line."""
    station = root.commands["station"]
    if not isinstance(station, click.Group):
        raise TypeError("station is a group of commands")
    for command in (join, admit_, enrol):
        station.add_command(command)
    for command in (export, import_, receipt, status):
        root.add_command(command)
