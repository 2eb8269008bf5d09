"""A desk that was lost or stolen: heard up to where it is held now, sealed to no more; and the office's way back."""

from __future__ import annotations

from dataclasses import dataclass, replace

from shelterdesk.actions.desk import Desk
from shelterdesk.actions.two_persons import Agreed, Body, Proposal, do_or_propose, proposals
from shelterdesk.core.changes import Changes, Done
from shelterdesk.core.errors import NotFound, Refused
from shelterdesk.core.event import hex16
from shelterdesk.core.roster import DeskEntry
from shelterdesk.core.words import tr
from shelterdesk.db.statements import statements
from shelterdesk.db.vouching import bounds_now

REVOKE = "revoke"


@dataclass(frozen=True, slots=True)
class Revoked:
    """A desk (``LB1A``) and whether it is revoked now; ``proposal`` where a second person has to confirm first."""

    desk: str
    dev: str
    is_revoked: bool
    proposal: Proposal | None = None


def revoke_desk(desk: Desk, slot: str) -> Done[Revoked]:
    """Hear a desk no further than it is held here now: per epoch a number with its chain value, and its statements.

    What it wrote before and nobody has brought yet stays set aside until the office lifts the revocation. Raises
    ``NotAllowed``, ``NotFound``, ``Refused`` where neither the office nor a desk above speaks. In an office with two
    admins it waits for the second.
    """
    desk.must("revoke a desk")
    entry = _desk_of(desk, slot)
    if not desk.who.is_office and not desk.roster.is_above(desk.who.dev, entry.dev):
        raise Refused(
            tr("Desk {desk} cannot be revoked here.", desk=entry.slot),
            tr("Its admitting desk can, or the office."),
        )
    done = do_or_propose(desk, REVOKE, {"desk": entry.slot}, carry_out)
    return Done(replace(_now(desk, entry), proposal=done.result), done.changes)


def carry_out(desk: Desk, body: Body, agreed: Agreed) -> set[str]:
    """Say it: nothing of the desk beyond what is held here now."""
    entry = _desk_of(desk, str(body["desk"]))
    conn = desk.store.conn
    said: dict[str, object] = {
        "dev": hex16(entry.dev),
        "epochs": [
            {"epoch": epoch, "seq": seq, "chain": value.hex()}
            for epoch, (seq, value) in bounds_now(conn, entry.dev).items()
        ],
        "statements": [s.sha.hex() for s in statements(conn) if s.issuer == entry.dev],
    }
    return desk.publish("revocation", said | ({"agreed": agreed} if agreed else {}))


def reinstate_desk(desk: Desk, slot: str) -> Done[Revoked]:
    """Lift every revocation of a desk that is known here. Raises ``NotAllowed``, ``NotFound``, ``Refused``."""
    desk.must("revoke a desk")
    entry = _desk_of(desk, slot)
    if not desk.who.is_office:
        raise Refused(tr("Only the office can lift a revocation."), tr("Ask there."))
    changed: set[str] = set()
    if entry.is_revoked:
        shas = [one.sha.hex() for one in entry.revocations]
        changed = desk.publish("reinstatement", {"dev": hex16(entry.dev), "revocations": shas})
    return Done(_now(desk, entry), Changes(frozenset(changed)))


def _desk_of(desk: Desk, slot: str) -> DeskEntry:
    found = [one for one in desk.roster.desks.values() if one.slot == slot and not one.is_office]
    if not found:
        raise NotFound(tr("A desk {slot}", slot=slot[:20]))
    return found[0]


def _now(desk: Desk, entry: DeskEntry) -> Revoked:
    return Revoked(entry.slot, hex16(entry.dev), desk.roster.desks[entry.dev].is_revoked)


@dataclass(frozen=True, slots=True)
class DeskLine:
    """A desk as it can be chosen: whose it is, whether it is heard, what may be done about it here.

    ``proposal`` is the number of a revocation that waits, and ``is_for_me`` whether this user may confirm it.
    """

    desk: str
    station: str
    is_this: bool
    is_revoked: bool
    may_revoke: bool
    may_reinstate: bool
    proposal: int | None = None
    is_for_me: bool = False


def list_desks(desk: Desk) -> Done[list[DeskLine]]:
    """The desks of this station, or at an office of all its stations, by name. Raises ``NotAllowed``."""
    desk.must("revoke a desk")
    who, roster = desk.who, desk.roster
    waiting = {str(p.body["desk"]): p for p in proposals(desk) if p.what == REVOKE} if who.is_office else {}
    found = []
    for one in sorted(roster.desks.values(), key=lambda entry: entry.slot):
        if one.is_office or (not who.is_office and one.station != who.station):
            continue
        held = waiting.get(one.slot)
        may = who.is_office or roster.is_above(who.dev, one.dev)
        found.append(
            DeskLine(
                one.slot,
                one.station,
                one.dev == who.dev,
                one.is_revoked,
                may and not one.is_revoked and held is None,
                who.is_office and one.is_revoked,
                None if held is None else held.number,
                held is not None and held.by != desk.user.id,
            )
        )
    return Done(found)
