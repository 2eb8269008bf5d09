"""Commands of the central office."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date
from pathlib import Path

import click

from shelterdesk.actions.exchange import export_receipts
from shelterdesk.actions.log_in_rules import check_passphrase
from shelterdesk.actions.offices import enrol, list_posts, new_office, publish_matrix
from shelterdesk.actions.taking_in import Imported, PartTaken, import_from
from shelterdesk.cli.exchange import show_imported
from shelterdesk.cli.server import UnknownKey, at_server, server_options, url_in
from shelterdesk.cli.ways import (
    Ways,
    bad_path,
    data,
    file_to_write,
    folder_to_write,
    out,
    progress_on_stderr,
    said_at,
    say,
)
from shelterdesk.core.errors import BadField, WorldError
from shelterdesk.core.words import ntr, tr
from shelterdesk.keys.recovery import as_printed
from shelterdesk.sync.faults import BundleError
from shelterdesk.sync.place import NewServer, NoEntry, NoFolder
from shelterdesk.sync.shelf import ShelfGone
from shelterdesk.sync.stick import NotOurs

_OF_A_SOURCE = (BundleError, NotOurs, NewServer, UnknownKey, NoEntry, NoFolder, ShelfGone, OSError)
"""Faults of one source, which hold nobody else up."""


@click.group()
def office() -> None:
    """The central office."""


@office.command("init")
@click.option("--name", required=True, help="The office's name.")
@click.option("--user", "admin", help="Its first user, who is admin (or --user before the command).")
@click.option("--country", default="", help="ISO 3166 alpha-3, where the office reports for one country.")
@click.option("--timezone", "zone", default="UTC", show_default=True)
@click.option("--practice", is_flag=True, help="For practice stations only, for ever.")
@click.pass_obj
def init(ways: Ways, name: str, admin: str | None, country: str, zone: str, practice: bool) -> None:
    """Make an office in the folder, with its keys and first admin.

    The escrow code is shown once: it opens every adopted station's file; keep it off the premises.
    """
    phrase = ways.passphrase()
    check_passphrase(phrase)
    made = new_office(
        ways.folder,
        name,
        admin or ways.name(),
        phrase,
        ways.clock,
        is_practice=practice,
        zone=zone,
        country=country,
    )
    made.desk.close()
    out(tr("Escrow code (keep it on paper, off the premises): {code}", code=as_printed(made.escrow_code)))
    say(tr("The office is ready in {folder}.", folder=str(ways.folder)))


@office.command("enrol")
@click.argument("request", type=click.Path(path_type=Path))
@click.option("-o", "--out", "target", required=True, type=click.Path(path_type=Path))
@click.option("--station", help="The code it must be.")
@click.pass_obj
def enrol_(ways: Ways, request: Path, target: Path, station: str | None) -> None:
    """Answer a station's request with the signed list of who belongs, which its desk takes in with import."""
    with ways.desk() as desk:
        done = enrol(desk, request, file_to_write(target), station).result
    say(tr("Enrolled {station}. Its six words: {words}.", station=done.station, words=" ".join(done.words)))
    say(tr("The office's own six words: {words}.", words=" ".join(done.office_words)))


@office.command("import")
@click.argument("sources", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "--workers",
    default=1,
    show_default=True,
    type=click.IntRange(1, 16),
    help="Kept for later: they are taken in one after the other.",
)
@server_options
@click.option("--json", "as_json", is_flag=True)
@click.pass_obj
def import_(
    ways: Ways,
    sources: tuple[Path, ...],
    workers: int,
    as_json: bool,
    host_key: str,
    key_file: Path | None,
    password_file: Path | None,
) -> None:
    """Take in what stations wrote, from folders and addresses one after the other; one bad part never blocks the rest."""
    from shelterdesk.actions.by_url import (
        import_from_url,  # what speaks to servers is loaded where it is needed
    )

    total = Imported()
    with ways.desk() as desk:
        desk.must_be_office()
        for source in sources:
            try:
                url = url_in(source)
                if url is None:
                    one = import_from(desk, source, progress_on_stderr(str(source))).result
                else:
                    one = at_server(
                        desk,
                        url,
                        host_key,
                        key_file,
                        password_file,
                        lambda place: import_from_url(desk, place).result,
                    )
            except _OF_A_SOURCE as error:  # of that source; what is wrong here ends it
                fault = error if isinstance(error, WorldError) else bad_path(error)
                if fault is None:
                    raise
                total.parts.append(PartTaken(str(source), "refused", fault.sentence, fault.next_step))
                total.refused += 1
                continue
            total.add(one)
    show_imported(total, as_json)


@office.command("receipts")
@click.option(
    "--to",
    "target",
    required=True,
    type=click.Path(path_type=Path),
    help="A stick, a folder, or sftp://user@server/folder.",
)
@server_options
@click.pass_obj
def receipts(
    ways: Ways, target: Path, host_key: str, key_file: Path | None, password_file: Path | None
) -> None:
    """Write receipts for every desk heard from."""
    from shelterdesk.actions.by_url import receipts_to_url

    url = url_in(target)
    with ways.desk() as desk:
        desk.must_be_office()
        if url is not None:
            posted = at_server(
                desk,
                url,
                host_key,
                key_file,
                password_file,
                lambda place: receipts_to_url(desk, place).result,
            )
            say(
                ntr(
                    "{n} receipt sent to {folder}.",
                    "{n} receipts sent to {folder}.",
                    posted.brought,
                    folder=posted.where,
                )
            )
            return
        done = export_receipts(desk, folder_to_write(target)).result
    say(
        ntr(
            "{n} receipt written to {folder}.",
            "{n} receipts written to {folder}.",
            len(done.names),
            folder=done.folder,
        )
    )


@office.command("receipt-slip")
@click.argument("station")
@click.option("-o", "--out", "target", required=True, type=click.Path(path_type=Path))
@click.option("--paper", "size", default="a4", show_default=True, type=click.Choice(["a4", "letter"]))
@click.pass_obj
def receipt_slip(ways: Ways, station: str, target: Path, size: str) -> None:
    """The receipts of a station on paper, to be scanned there."""
    from shelterdesk.actions.receipt_slip import print_receipts

    with ways.desk() as desk:
        desk.must_be_office()
        path = file_to_write(target)
        done = print_receipts(desk, station, out=path, paper="letter" if size == "letter" else "a4").result
    for sentence in done.left_out:
        say(sentence)
    say(tr("Receipt for {station} in {path}.", station=station, path=str(target)))


@office.command("posts")
@click.option("--json", "as_json", is_flag=True)
@click.pass_obj
def posts(ways: Ways, as_json: bool) -> None:
    """Per station: last heard, whole up to which entry, gaps, set aside, written apart."""
    with ways.desk() as desk:
        found, zone = list_posts(desk), desk.who.zone
    if as_json:
        for post in found:
            data(asdict(post))
        return
    heads = (
        tr("Station"), tr("Name"), tr("Last heard"), tr("Whole up to"),
        tr("Gaps"), tr("Parts missing"), tr("Set aside"), tr("Written apart"),
    )  # fmt: skip
    out("\t".join(heads))
    for post in found:
        heard = post.last_heard_ms
        line = (
            post.station,
            post.name,
            "–" if heard is None else said_at(heard, zone),
            " ".join(f"{one.desk}:{one.upto}" for one in post.contiguous) or "–",
            len(post.gaps),
            post.parts_missing,
            post.set_aside + post.parts_set_aside,
            post.conflicts,
        )
        out("\t".join(map(str, line)))


@office.command("matrix")
@click.option("--from", "first", required=True, help="First day (ISO 8601).")
@click.option("--to", "last", required=True, help="Last day, included.")
@click.option("--by", type=click.Choice(["month"]), default="month", show_default=True)
@click.option("--view", type=click.Choice(["long"]), default="long", show_default=True)
@click.option(
    "-o", "--out", "target", required=True, type=click.Path(path_type=Path), help="The CSV to write."
)
@click.pass_obj
def matrix(ways: Ways, first: str, last: str, by: str, view: str, target: Path) -> None:
    """The arrivals by month, nationality, sex and age, with completeness and notes, as CSV with its HXL row."""
    with ways.desk() as desk:
        done = publish_matrix(desk, _day("from", first), _day("to", last), file_to_write(target)).result
    say(ntr("{n} row in {path}.", "{n} rows in {path}.", done.rows, path=str(target)))


def _day(field: str, text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise BadField(
            field, tr("{text} is not a day.", text=text[:20]), tr("Write it like 2026-11-24.")
        ) from None


def add_to(root: click.Group) -> None:
    """Hang these commands into the command line."""
    root.add_command(office)
