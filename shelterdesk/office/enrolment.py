"""The office's roster: which stations, desks and users it speaks for, as its next signed statement says."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from shelterdesk.core.belief import fold
from shelterdesk.core.errors import Refused
from shelterdesk.core.roster import (
    DeskEntry,
    OfficeEntry,
    Roster,
    Statement,
    class_body,
    desk_body,
    user_body,
)
from shelterdesk.core.words import tr
from shelterdesk.db.meta import Whoami
from shelterdesk.db.store import Store
from shelterdesk.sync.letter import Letter
from shelterdesk.sync.trust import judge_from_root


def office_body(office: OfficeEntry) -> dict[str, Any]:
    """An office as it stands in its roster and in the adoption of a station."""
    return {
        "dev": f"{office.dev:016x}",
        "name": office.name,
        "sign": office.sign.hex(),
        "age": office.age,
        "escrow": office.escrow,
    }


def roster_body(
    office: OfficeEntry,
    roster: Roster,
    stations: Iterable[Mapping[str, Any]],
    desks: Iterable[DeskEntry],
    recovery: str | None,
) -> dict[str, Any]:
    """The next roster of the office: all stations and desks, its own users, its class keys.

    Users of stations are not in it: they travel as their station's own statements to their station and the
    office, and a roster that lies on every stick names nobody. ``recovery`` is the public key of the escrow sheet,
    by which the office's classes are handed on.
    """
    return {
        "practice": roster.is_practice,
        "stations": sorted((dict(one) for one in stations), key=lambda one: str(one["code"])),
        "desks": [desk_body(desk) for desk in sorted(desks, key=lambda one: one.dev) if not desk.is_office],
        "users": [user_body(user) for user in roster.users.values() if user.station == ""],
        "classes": [class_body(key) for key in roster.classes if key.station == ""],
        "recovery": recovery,
        "recovery_age": office.escrow if recovery is not None else None,
        "office": office_body(office),
    }


def station_statements(letter: Letter, who: Whoami) -> tuple[list[Statement], Roster]:
    """The statements a station sends with its request, believed on its own root, and the roster they make.

    Raises ``Refused`` when they do not hang together, or do not hold the desk that wrote.
    """
    code = letter.text("station")
    station = replace(who, folder_kind="station", dev=letter.dev, station=code)
    believed = judge_from_root(station, letter.statements, letter.texts("pins"))
    # What an office said is not the station's to bring: this office knows its own word.
    mine = {desk.dev for desk in fold(believed).desks.values() if desk.station == code}
    believed = [s for s in believed if s.issuer in mine and not (s.kind == "roster" and s.body.get("office"))]
    roster = fold(believed)
    desk = roster.desks.get(letter.dev)
    if desk is None or desk.sign != letter.signer or desk.station != code or desk.is_revoked:
        raise _incoherent()
    if code not in roster.stations:
        raise _incoherent()
    # Pinned is what people vouched for at the station; here the office's own roster will speak for its desks.
    return [replace(s, is_pinned=False) for s in believed], roster


def check_new_station(store: Store, code: str, asked: Roster, believed: Iterable[Statement]) -> None:
    """Raise ``Refused`` when the code belongs to another station here, a desk to another code, the station to
    another office."""
    roster = store.roster
    for statement in believed:
        if statement.kind == "adoption" and statement.body["office"]["sign"] != store.keys.public.hex():
            raise Refused(
                tr(
                    "This station belongs to the office {name} already.",
                    name=str(statement.body["office"]["name"]),
                ),
                tr("A station has one office; ask there."),
            )
    here = {desk.dev for desk in roster.desks.values() if desk.station == code}
    theirs = {desk.dev for desk in asked.desks.values()}
    if code in roster.stations and not here & theirs:
        raise Refused(
            tr("Another station with the code {code} is enrolled here.", code=code),
            tr(
                "Two stations cannot share a code: their numbers would clash. Set one up again with another code."
            ),
        )
    for desk in asked.desks.values():
        held = roster.desks.get(desk.dev)
        if held is not None and (held.station, held.sign) != (desk.station, desk.sign):
            raise Refused(
                tr("A desk of this request is known here as a desk of {code}.", code=held.station or "-"),
                tr("Call the station before going on; nothing was changed."),
            )
        if desk.station != code:
            raise _incoherent()


def _incoherent() -> Refused:
    return Refused(
        tr("What the station says of its desks and users does not hang together."),
        tr("Ask for a new request, written by the desk that is to be enrolled."),
    )
