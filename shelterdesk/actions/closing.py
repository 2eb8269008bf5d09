"""Closing a station for good: the office has all, a last backup is proved to open, then the keys are destroyed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from shelterdesk.actions.access import note_access
from shelterdesk.actions.backups import BackupMade, note_backup, write_backup
from shelterdesk.actions.desk import Desk, now_ms, sign_head
from shelterdesk.actions.drill import note_drill, try_backup
from shelterdesk.core.changes import Changes, Done
from shelterdesk.core.errors import BadField, DamagedFile, NotFound, Refused
from shelterdesk.core.vocabulary import AccessKind
from shelterdesk.core.words import ntr, tr
from shelterdesk.db.chain import last_seq
from shelterdesk.db.exchange import set_aside_parts
from shelterdesk.db.log_reach import authors_held, not_confirmed
from shelterdesk.db.store import Reader
from shelterdesk.keys import destroy, keyfile
from shelterdesk.keys.desk import desk_hex

SHORTEST_REASON = 10
"""Letters of a reason for closing without the office's receipt."""


@dataclass(frozen=True, slots=True)
class ClosingState:
    """What stands in the way of closing. ``not_at_office`` counts entries no receipt of the office covers.

    ``since_ms`` is the oldest of them (UTC ms); ``set_aside_parts`` came by stick and were never taken in.
    """

    station: str
    is_practice: bool
    has_office: bool
    not_at_office: int
    since_ms: int | None
    set_aside_parts: int

    @property
    def is_covered(self) -> bool:
        """Whether nothing is lost to the office by closing; a practice station has nothing to lose."""
        return self.is_practice or (self.has_office and not self.not_at_office)


@dataclass(frozen=True, slots=True)
class Closed:
    """A station that is no more in its folder: the backup that stays (None after a wipe), and what of it is left."""

    station: str
    backup: Path | None
    is_finished: bool


def closing_state(reader: Reader) -> ClosingState:
    """What stands in the way of closing this desk's folder."""
    conn, roster, who = reader.conn, reader.roster, reader.who
    offices = [desk.dev for desk in roster.desks.values() if desk.is_office]
    tabled = {
        desk.dev for desk in roster.desks.values() if desk.station == who.station and not desk.is_office
    }
    authors = [one for one in authors_held(conn) if one[0] in tabled | {who.dev}]
    count, since = not_confirmed(conn, authors, offices)
    return ClosingState(
        who.station, who.is_practice, roster.office is not None, count, since, len(set_aside_parts(conn))
    )


def why_not_yet(state: ClosingState) -> str:
    """What still has to be done before closing, in a sentence; empty when nothing has."""
    if state.is_covered:
        return ""
    if not state.has_office:
        return tr("This station has no office: nobody else has what was entered here.")
    return ntr(
        "{count} entry is not confirmed by the office yet.",
        "{count} entries are not confirmed by the office yet.",
        state.not_at_office,
        count=f"{state.not_at_office:,}",
    )


def close_station(
    desk: Desk,
    code: str,
    target: Path,
    passphrase: str,
    reason: str = "",
    progress: Callable[[int, int], None] | None = None,
) -> Done[Closed]:
    """Make the last backup below ``target``, prove that it opens, then destroy the keys and remove the station.

    ``code`` is the station's, typed; ``reason`` is needed where the office has not confirmed all (a lost office), and
    is kept in the last backup. Up to the moment the keys go everything can be stopped, and the station is whole;
    from then on it is closed, whatever happens. Raises ``NotAllowed``, ``NotHere``, ``BadField``, ``Refused``, and
    what making and trying a backup raise.
    """
    _must_mean_it(desk, code)
    if _is_within(target, desk.folder):
        raise BadField(
            "target",
            tr("The last backup must not lie in the folder that is removed."),
            tr("Choose a stick or another disk."),
        )
    state = _state_now(desk)
    if not state.is_covered:
        _must_have_reason(state, reason)
    keyfile.unlock(
        desk.folder, desk.user.name, passphrase, desk.clock.now().timestamp()
    )  # before anything is made
    if not state.is_covered:
        note_access(
            desk, AccessKind.EXPORTED, "station", detail=tr("closed without the office: {why}", why=reason)
        )
    sign_head(desk.store)
    made = write_backup(desk, target, progress)
    note_backup(desk, made)
    drill = try_backup(desk, made.folder, passphrase)
    if not drill.is_good:
        raise DamagedFile(
            made.folder.name,
            tr("it does not open as it should"),
            tr("Make the last backup on another disk; the station is as it was."),
        )
    note_drill(desk, drill)
    _nothing_since(desk, made, state)
    return _destroyed(desk, "closed", made.folder)


def wipe(desk: Desk, code: str) -> Done[Closed]:
    """Destroy the keys at once, for a laptop that is about to be taken: no receipt, no backup is asked for.

    What the office, other desks and backups have stays with them. Raises ``NotAllowed``, ``NotHere``, ``BadField``
    for another code than the station's.
    """
    _must_mean_it(desk, code)
    return _destroyed(desk, "wiped", None)


def closed_words(closed: Closed) -> str:
    """What became of it and what is left, honestly."""
    said = tr(
        "The station {code} is closed on this laptop: its keys are written over and its files removed.",
        code=closed.station,
    )
    rest = tr(
        "A solid-state disk may keep old pieces that no program reaches; without a passphrase or the recovery sheet "
        "they open for nobody."
    )
    if closed.backup is None:
        kept = tr(
            "Earlier backups still open with their passphrases or the recovery sheet: they stay as they are."
        )
    else:
        kept = tr(
            "The last backup {name} opens with the passphrases and the recovery sheet of this station: keep both apart, "
            "locked away.",
            name=closed.backup.name,
        )
    unfinished = tr("Some files could not be removed yet; that is done when the program is started again.")
    return " ".join((said, kept, rest) if closed.is_finished else (said, kept, rest, unfinished))


def _must_mean_it(desk: Desk, code: str) -> None:
    desk.must("close the station")
    desk.must_be_station()
    if code.strip().upper() != desk.who.station.upper():
        raise BadField(
            "code",
            tr("This is not the code of this station."),
            tr("Type {code} if it is really to be closed.", code=desk.who.station),
        )


def _must_have_reason(state: ClosingState, reason: str) -> None:
    if len(reason.strip()) < SHORTEST_REASON:
        raise BadField(
            "reason",
            why_not_yet(state),
            tr(
                "Write a stick, bring it to the office and take its receipt in. If the office is lost, give the reason "
                "in a few words."
            ),
        )


def _is_within(target: Path, folder: Path) -> bool:
    try:
        return folder.resolve() in (target.resolve(), *target.resolve().parents)
    except OSError:
        raise NotFound(target.name or str(target)) from None


def _state_now(desk: Desk) -> ClosingState:
    reader = desk.reader()
    try:
        return closing_state(reader)
    finally:
        reader.close()


def _nothing_since(desk: Desk, made: BackupMade, before: ClosingState) -> None:
    """Another command may have written meanwhile, and that would be in no backup; or what the office does not have."""
    who = desk.who
    if (who.epoch, last_seq(desk.store.conn, who.dev, who.epoch)) != (made.epoch, made.seq):
        raise Refused(
            tr("Something was saved while the last backup was made."),
            tr("Stop all other work on this laptop and close the station again; nothing is lost."),
        )
    if before.is_covered and not _state_now(desk).is_covered:
        raise Refused(
            tr("Something that is not at the office yet came in while the last backup was made."),
            tr("Exchange with the office once more and close the station again; nothing is lost."),
        )


def _destroyed(desk: Desk, how: str, backup: Path | None) -> Done[Closed]:
    who, folder = desk.who, desk.folder
    said = {
        "station": who.station,
        "dev": desk_hex(who.dev),
        "how": how,
        "at_ms": now_ms(desk),
        "backup": backup.name if backup is not None else None,
    }
    destroy.begin(folder, said)  # the one moment that counts
    desk.store.close()
    try:
        destroy.go_on(folder)
        is_finished = not destroy.is_begun(folder)
    except OSError:
        is_finished = False
    return Done(Closed(who.station, backup, is_finished), Changes(frozenset()))
