"""Receipts on paper: made at the office for a station, scanned there at any desk."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from shelterdesk import startup
from shelterdesk.actions.desk import Desk
from shelterdesk.actions.paper_facts import ListPrinted, note_printed, paper_facts, printed
from shelterdesk.core.changes import Changes, Done
from shelterdesk.core.errors import NotFound, Refused
from shelterdesk.core.moment import from_milliseconds, moment_text
from shelterdesk.core.words import ntr, tr
from shelterdesk.db import meta
from shelterdesk.db import receipts as held
from shelterdesk.sync.receipt_codes import CodeTaken, receipt_codes, take_receipt_code

if TYPE_CHECKING:
    from shelterdesk.reports.paper import PaperName


def print_receipts(
    desk: Desk, station: str, *, out: Path | BinaryIO, paper: PaperName = "a4"
) -> Done[ListPrinted]:
    """Write the receipts for a station's desks on paper.

    Raises ``NotAllowed``, ``NotFound`` for a station not known here, ``Refused`` where nothing was heard, ``DiskFull``,
    ``CannotWrite``.
    """
    from shelterdesk.reports.receipt_slip import DeskConfirmed, ReceiptSlip, write_receipt_slip

    desk.must("take in bundles")
    if station not in desk.roster.stations:
        raise NotFound(tr("A station {code}", code=station[:20]))
    codes = receipt_codes(desk.store, station)
    if not codes:
        raise Refused(
            tr("Nothing was heard of station {code} yet, so there is nothing to confirm.", code=station),
            tr("Take in its stick first."),
        )
    reader = desk.reader()
    try:
        facts = paper_facts(reader, desk.store.now, desk.user.name)
    finally:
        reader.close()
    conn, zone = desk.store.conn, desk.who.zone
    heard_ms = held.last_heard_ms(conn)
    desks = [one for one in desk.roster.desks.values() if one.station == station and one.dev in heard_ms]
    lines = tuple(
        DeskConfirmed(
            one.slot,
            max((heard.upto for heard in held.confirmable(conn, one.dev)), default=0),
            moment_text(from_milliseconds(heard_ms[one.dev]), zone),
        )
        for one in sorted(desks, key=lambda one: one.slot)
    )
    slip = ReceiptSlip(facts, station, tuple(codes), lines)
    written = write_receipt_slip(slip, out, paper=paper)
    note_printed(desk, tr("receipt"), len(lines), kind="station")
    return Done(printed(written, 0, out), Changes.of("access"))


@dataclass(frozen=True, slots=True)
class ReceiptScanned:
    """What a scanned receipt did: a sentence for whoever scanned it, and whether something needs to be read."""

    sentence: str
    is_alarm: bool


def scan_receipt(desk: Desk, text: str) -> Done[ReceiptScanned]:
    """Take a receipt in that was scanned from paper; whoever stands at the desk may do it.

    Raises ``BadReceiptCode``, ``Refused`` for a receipt of nobody known here or of the other kind of work.
    """
    taken = take_receipt_code(desk.store, text)
    if taken.newer_self is not None:
        startup.begin_epoch(desk.store.conn, desk.store.clock, taken.newer_self)
        desk.store.who = meta.get_whoami(desk.store.conn)
    return Done(
        ReceiptScanned(_said(desk, taken), bool(taken.others) or taken.newer_self is not None),
        Changes.of("status"),
    )


def _said(desk: Desk, taken: CodeTaken) -> str:
    issuer = desk.roster.desks.get(taken.issuer)
    office = desk.roster.office
    if office is not None and office.dev == taken.issuer:
        who = office.name
    else:
        who = issuer.slot if issuer is not None else ""
    if taken.newer_self is not None:
        return tr(
            "{who} holds entries of this desk that it had lost, as after a restored backup. They come back with bundles;"
            " numbers given from now on leave a gap.",
            who=who,
        )
    if taken.others:
        return tr(
            "The receipt confirms another history of a desk than the one kept here. Run the check, and tell the office."
        )
    if not taken.confirmed:
        return tr(
            "Nothing here was confirmed: the receipt is for another station, or older than one taken in since."
        )
    if not taken.grew:
        return tr("What this receipt of {who} confirms was confirmed before.", who=who)
    here = held.only_here(desk.store.conn, desk.who.dev).events
    rest = (
        ntr("{n} entry is still only here.", "{n} entries are still only here.", here)
        if here
        else tr("Nothing exists only on this desk.")
    )
    return tr("Receipt of {who} taken in. {rest}", who=who, rest=rest)
