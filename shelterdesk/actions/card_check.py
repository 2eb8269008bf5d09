"""Checking a card without a log-in: from a small signed file with public keys and the cards revoked, no names.

A bus escort, a hospital or the next station can tell a good card from a copied or revoked one with this file
alone, without the database of the station that printed it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from shelterdesk.actions.bearers import local_today
from shelterdesk.actions.desk import Desk
from shelterdesk.core.errors import CannotWrite, DamagedFile, DiskFull, NotFound
from shelterdesk.core.words import tr
from shelterdesk.db.cards import revoked_cards
from shelterdesk.keys.cardclaim import CardClaim, CardVerdict
from shelterdesk.keys.cardtoken import key_id, read_token, verify
from shelterdesk.keys.ed25519 import SigningKey
from shelterdesk.keys.safefile import write_whole
from shelterdesk.keys.signing import SignedStatement, sign_statement, verify_statement

PUBLIC_ROSTER = "cards-roster.json"
"""The file beside the station's database; its signature stands in ``cards-roster.json.sig``."""

KIND = "cards_roster"
_MOST_REVOKED = 100_000
_MOST_AT_ONCE = 5_000
"""Cards of one statement: an eighth of a megabyte, so that statements fill no part of a bundle alone."""


@dataclass(frozen=True, slots=True)
class CardRoster:
    """What is needed to check cards: public keys by key id with their station's code, and cards revoked."""

    keys: Mapping[str, bytes]
    stations: Mapping[str, str]
    revoked: frozenset[tuple[str, int]]
    is_practice: bool
    is_signed: bool


@dataclass(frozen=True, slots=True)
class CardChecked:
    """What a scanned card says: the verdict, the station that printed it, its serial and last day."""

    verdict: CardVerdict
    station: str | None
    serial: int
    expires_on: date

    @property
    def sentence(self) -> str:
        """The verdict in a sentence; no verdict withholds food, care or a bed."""
        station, day = self.station or "", self.expires_on.isoformat()
        return {
            CardVerdict.VALID: tr("A good card of {station}, until {day}.", station=station, day=day),
            CardVerdict.REVOKED: tr("A card of {station} that was revoked.", station=station),
            CardVerdict.EXPIRED: tr("A card of {station} that expired on {day}.", station=station, day=day),
            CardVerdict.FORGED: tr("Not a card of {station}: its signature is not theirs.", station=station),
            CardVerdict.UNKNOWN_STATION: tr("A card of a desk that is not known here."),
            CardVerdict.PRACTICE: tr("A card of a practice station; it is for nobody."),
        }[self.verdict]

    def to_json(self) -> dict[str, object]:
        """The answer as plain values."""
        return {
            "verdict": self.verdict.value,
            "station": self.station,
            "serial": self.serial,
            "expires_on": self.expires_on.isoformat(),
        }


def verify_card(text: str, roster: CardRoster, today: date) -> CardChecked:
    """Check the code of a card; ``today`` is the local day. Raises ``CardUnreadable`` for what is no code."""
    claim: CardClaim = read_token(text)
    verdict = verify(claim, roster.keys, today, roster.revoked, roster.is_practice)
    return CardChecked(verdict, roster.stations.get(claim.key_id), claim.serial, claim.expiry)


def verify_card_with_roster(text: str, roster_json: bytes, signature: str | None, today: date) -> CardChecked:
    """Check a card with a roster file (``--roster FILE``, its ``.sig`` beside it if there is one).

    Raises ``CardUnreadable``, ``DamagedFile``, ``BadSignature``.
    """
    return verify_card(text, read_card_roster(roster_json, signature), today)


def verify_card_in_folder(text: str, folder: Path, today: date) -> CardChecked:
    """Check a card with the public file in a station's folder; nobody logs in. Raises ``NotFound`` too."""
    file = folder / PUBLIC_ROSTER
    try:
        content = file.read_bytes()
        signature = file.with_name(f"{file.name}.sig").read_text("ascii")
    except (OSError, ValueError):
        raise NotFound(
            tr("The list for checking cards"),
            tr("Log in once at this station, or give its list for checking cards with --roster."),
        ) from None
    return verify_card_with_roster(text, content, signature, today)


def read_card_roster(content: bytes, signature: str | None) -> CardRoster:
    """A file of keys and revoked cards: the one written here, or a signed roster of a station or office.

    With a signature it must be that of a desk or office the file names. Raises ``DamagedFile``,
    ``BadSignature``.
    """
    what = tr("The list for checking cards")
    try:
        document: Any = json.loads(content)
        body = document["body"]
        keys: dict[str, bytes] = {}
        stations: dict[str, str] = {}
        for desk in body["desks"]:
            public = bytes.fromhex(desk["sign"])
            if len(public) != 32:
                raise ValueError("a key of another length")
            keys[key_id(public)] = public
            stations[key_id(public)] = str(desk["station"])
        allowed = [*keys.values()]
        if body.get("office"):
            allowed.append(bytes.fromhex(body["office"]["sign"]))
        revoked = frozenset((str(key), int(serial)) for key, serial in body.get("revoked", ()))
        is_practice = bool(body.get("practice", False))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise DamagedFile(what, tr("it is not written as it should be")) from None
    if signature is not None:
        verify_statement(content, signature, allowed, what)
    return CardRoster(keys, stations, revoked, is_practice, signature is not None)


def card_roster(desk: Desk) -> SignedStatement:
    """The signed file for checking cards as things stand here: no user, no person, only keys and serials."""
    roster, today = desk.roster, local_today(desk.who, desk.clock.now())
    revoked = sorted({*roster.revoked_cards, *revoked_cards(desk.store.conn, today)})[-_MOST_REVOKED:]
    key: SigningKey = desk.store.keys.signing
    return sign_statement(
        key,
        {
            "statement": KIND,
            "issuer": f"{desk.who.dev:016x}",
            "number": roster.number,
            "body": {
                "practice": desk.who.is_practice,
                "made_on": today.isoformat(),
                "desks": [
                    {"sign": one.sign.hex(), "station": one.station}
                    for one in sorted(roster.desks.values(), key=lambda one: one.dev)
                    if not one.is_office
                ],
                "revoked": [[signed_by, serial] for signed_by, serial in revoked],
            },
        },
    )


def write_public_roster(desk: Desk) -> Path:
    """Write the file for checking cards beside the database, with its signature.

    To be called after the roster or a card changed. Raises ``CannotWrite``, ``DiskFull``.
    """
    file = desk.folder / PUBLIC_ROSTER
    _write(desk, file)
    return file


def refresh_public_roster(desk: Desk) -> None:
    """Write it anew after a change that is already kept: a full disk must not make that look undone."""
    try:
        write_public_roster(desk)
    except (CannotWrite, DiskFull):
        return


def export_card_roster(desk: Desk, folder: Path) -> Path:
    """Write ``roster-<n>.json`` and its signature into a folder, for others to check our cards with."""
    file = folder / f"roster-{desk.roster.number}.json"
    _write(desk, file)
    return file


def _write(desk: Desk, file: Path) -> None:
    signed = card_roster(desk)
    # A reader between the two finds a signature that does not fit and says so; it never trusts a half.
    write_whole(file.with_name(f"{file.name}.sig"), signed.signature.encode("ascii"))
    write_whole(file, signed.body)


def publish_revoked(desk: Desk) -> set[str]:
    """Sign the list of cards revoked since the last one, for rosters and bundles (SYNC §1.0).

    To be called before a bundle is written; returns the kinds that changed, nothing when none is new.
    """
    today = local_today(desk.who, desk.clock.now())
    new = sorted(revoked_cards(desk.store.conn, today) - set(desk.roster.revoked_cards))
    kinds: set[str] = set()
    for start in range(0, len(new), _MOST_AT_ONCE):
        cards = [[signed_by, serial] for signed_by, serial in new[start : start + _MOST_AT_ONCE]]
        kinds |= desk.publish("revoked_cards", {"cards": cards})
    return kinds
