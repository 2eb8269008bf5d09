"""The other desks one by one: heard when and through whom, what is missing, and the words to ask for it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from shelterdesk.actions.desk_names import desk_names
from shelterdesk.core.moment import to_milliseconds
from shelterdesk.core.words import ntr, tr
from shelterdesk.db import peers as held
from shelterdesk.db.newer_count import newer_fields
from shelterdesk.db.peers import PeerBundle
from shelterdesk.db.person_records import user_name
from shelterdesk.db.receipts import desks_heard
from shelterdesk.db.set_aside import aside_groups
from shelterdesk.db.store import Reader

SILENT_DAYS = 14
"""Days without a word after which a desk is named (SYNC §2, *replay, rollback, freeze*)."""

_DAY_MS = 86_400_000


@dataclass(frozen=True, slots=True)
class PeerState:
    """A desk as it stands to this one: its name, whether it is the office or of another station, and the facts.

    ``via`` names the desk that brought its words last, empty when it brought them itself. ``asks`` are sentences
    to be read out or sent, ``alarms`` what somebody must look into.
    """

    dev: int
    name: str
    station: str
    is_office: bool
    is_revoked: bool
    heard_ms: int | None
    via: str
    whole_upto: int
    missing: int
    confirmed_upto: int
    confirmed_ms: int | None
    ours: int
    asks: tuple[str, ...]
    alarms: tuple[str, ...]


def peer_states(reader: Reader, now: datetime) -> list[PeerState]:
    """The desks of this table, the office, and whoever else was heard; those of the table first."""
    roster, who = reader.roster, reader.who
    names = desk_names(roster)
    heard = set(desks_heard(reader.conn))
    offices = {desk.dev for desk in roster.desks.values() if desk.is_office}
    offices |= {roster.office.dev} if roster.office is not None else set()
    table = {d.dev for d in roster.desks.values() if d.station == who.station and not d.is_office}
    wanted = (table | offices | (heard & roster.desks.keys())) - {who.dev}
    order = sorted(wanted, key=lambda dev: (dev not in table, dev in offices, names.get(dev, "")))
    known = {one.dev: one for one in held.peers(reader.conn, (who.dev, who.epoch), order)}
    found = []
    for dev in order:
        one, entry = known[dev], roster.desks.get(dev)
        name = names.get(dev) or f"{dev:016x}"
        found.append(
            PeerState(
                dev, name, entry.station if entry is not None else "", dev in offices,
                entry is not None and entry.is_revoked, one.heard_ms,
                "" if one.via in (None, dev) else names.get(one.via or 0, ""), one.whole_upto,
                sum(gap.last - gap.first + 1 for gap in one.missing), one.confirmed_upto, one.confirmed_ms, one.ours,
                tuple(
                    asking_words(name, gap.first, gap.last, one.bundles_lacking, "" if who.is_office else who.station)
                    for gap in one.missing
                ),
                tuple(_alarms(one, name, now)),
            )
        )  # fmt: skip
    return found


def bundles_from(reader: Reader, dev: int) -> list[PeerBundle]:
    """The bundles that came from a desk, the newest first."""
    return held.bundles_of(reader.conn, dev)


def asking_words(desk: str, first: int, last: int, bundles: tuple[int, ...], station: str) -> str:
    """What to say to a desk of which entries are missing; ``station`` is whom it writes for, empty for an office."""
    if first == last:
        said = tr("Desk {desk}: entry {first} is missing", desk=desk, first=_number(first))
    else:
        said = tr(
            "Desk {desk}: entries {first}–{last} are missing",
            desk=desk,
            first=_number(first),
            last=_number(last),
        )
    if bundles:
        numbers = ", ".join(str(one) for one in bundles)
        said += " " + ntr("(bundle {numbers})", "(bundles {numbers})", len(bundles), numbers=numbers)
    if not station:
        return f"{said}. " + tr("Ask there to write again for the office.")
    return f"{said}. " + tr("Ask there to write a stick again for {station}.", station=station)


def _number(n: int) -> str:
    return f"{n:,}"


def _alarms(one: held.Peer, name: str, now: datetime) -> list[str]:
    found = []
    if one.two_histories:
        found.append(
            tr(
                "{desk} has two histories, as if its folder had been copied; both were kept. Tell the office.",
                desk=name,
            )
        )
    days = None if one.heard_ms is None else (to_milliseconds(now) - one.heard_ms) // _DAY_MS
    if days is not None and days >= SILENT_DAYS:
        found.append(
            ntr(
                "Nothing was heard of {desk} for {n} day: ask for a stick, or find out what became of it.",
                "Nothing was heard of {desk} for {n} days: ask for a stick, or find out what became of it.",
                days,
                desk=name,
            )
        )
    return found


@dataclass(frozen=True, slots=True)
class AsideEntries:
    """Entries that are kept and do not count: of which desk, by whom, for which reason (a code), since when (UTC ms)."""

    desk: str
    user: str
    reason: str
    entries: int
    first_ms: int
    last_ms: int


@dataclass(frozen=True, slots=True)
class Aside:
    """All of them in groups, and how many fields of a newer program are held in how many entries."""

    groups: tuple[AsideEntries, ...]
    newer_fields: int
    newer_entries: int


def aside_entries(reader: Reader) -> Aside:
    """What is kept and does not count, the largest group first."""
    roster = reader.roster
    names = desk_names(roster)
    groups = tuple(
        AsideEntries(
            names.get(one.dev) or f"{one.dev:016x}"[:8], user_name(roster, one.user), one.reason, one.entries,
            one.first_ms, one.last_ms,
        )
        for one in aside_groups(reader.conn)
    )  # fmt: skip
    return Aside(groups, *newer_fields(reader.conn))
