"""What an office with two admins does only if both want it: one proposes, another confirms with a key of their own.

SYNC §1.10. A proposal is signed by the key that only its user's passphrase opens, and so is the confirmation: neither
can do both, whatever they may change in the office's file. An office with one admin goes on alone.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from shelterdesk.actions.desk import Desk, now_ms
from shelterdesk.core.changes import Changes, Done
from shelterdesk.core.errors import NotFound, Refused
from shelterdesk.core.roster import UserEntry
from shelterdesk.core.vocabulary import Role
from shelterdesk.core.words import tr
from shelterdesk.db import meta
from shelterdesk.db.store import Reader
from shelterdesk.keys.ed25519 import is_signed_by
from shelterdesk.keys.signing import canonical

_KEPT = "proposals"
_PURPOSE = b"two-persons.v1@shelterdesk\0"

Body = Mapping[str, Any]
Agreed = list[dict[str, str]]
"""Who agreed: the public key of each (hex), and its signature under the proposal."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """Something one admin wants and another has to confirm. ``by`` is a user of the roster, ``at_ms`` UTC."""

    number: int
    what: str
    body: Body
    by: str
    at_ms: int
    signature: str

    @property
    def sha(self) -> str:
        """SHA-256 over what both sign, as 64 hex digits."""
        return hashlib.sha256(_message(self.what, self.body, self.number)).hexdigest()


Act = Callable[[Desk, Body, Agreed], set[str]]
"""Does what was agreed; returns the names of the kinds changed."""


def needs_second(desk: Desk) -> bool:
    """Whether somebody else has to confirm here: an office with two admins who may log in."""
    return desk.who.is_office and len(_admins(desk)) > 1


def do_or_propose(desk: Desk, what: str, body: Body, act: Act) -> Done[Proposal | None]:
    """Do it at once where one person decides, else keep it until another confirms; the proposal, or None when done."""
    if not needs_second(desk):
        return Done(None, Changes(frozenset(act(desk, body, []))))
    with desk.store.transaction() as conn:
        held = _held(desk)
        number = meta.next_count(conn, "proposal")
        signature = desk.user_keys.signing.sign(_message(what, body, number)).hex()
        made = Proposal(number, what, dict(body), desk.user.id, now_ms(desk), signature)
        _keep(desk, [*held, made])
    return Done(made, Changes.of("status"))


def proposals(desk: Desk) -> list[Proposal]:
    """What waits for a second person, the oldest first."""
    desk.must_be_office()
    return _held(desk)


def proposals_in(desk: Desk, reader: Reader) -> list[Proposal]:
    """The same as a reader sees them, on any thread."""
    desk.must_be_office()
    return _read(meta.get(reader.conn, _KEPT))


def proposal(desk: Desk, number: int) -> Proposal:
    """One of them; raises ``NotFound``."""
    found = next((one for one in proposals(desk) if one.number == number), None)
    if found is None:
        raise NotFound(tr("A proposal {n}", n=number), tr("Ask which ones wait."))
    return found


def confirm(desk: Desk, number: int, acts: Mapping[str, Act]) -> Done[Proposal]:
    """Agree to what another admin proposed, and do it.

    Raises ``NotAllowed``, ``NotFound``, ``Refused`` to who proposed it, or where the proposal is not as it was signed.
    """
    desk.must("confirm what another proposes")
    one = proposal(desk, number)
    proposer = desk.roster.users.get(one.by)
    if proposer is None or not proposer.is_active or Role.ADMIN not in proposer.roles:
        raise Refused(
            tr("Who proposed this is no admin here any more."), tr("Withdraw it and propose it anew.")
        )
    if one.by == desk.user.id or proposer.sign == desk.user_keys.signing.public:
        raise Refused(
            tr("You proposed this; a second person has to confirm it."),
            tr("Ask another admin of the office to log in."),
        )
    message = _message(one.what, one.body, one.number)
    if not is_signed_by(proposer.sign, message, bytes.fromhex(one.signature)):
        raise Refused(
            tr("The proposal is not what {name} signed.", name=proposer.name),
            tr("Withdraw it and propose it anew."),
        )
    agreed = [
        {"by": proposer.sign.hex(), "signature": one.signature, "proposal": one.sha},
        {
            "by": desk.user_keys.signing.public.hex(),
            "signature": desk.user_keys.signing.sign(message).hex(),
            "proposal": one.sha,
        },
    ]
    kinds = acts[one.what](desk, one.body, agreed)
    _drop(desk, number)
    return Done(one, Changes(frozenset(kinds | {"status"})))


def withdraw(desk: Desk, number: int) -> Done[Proposal]:
    """Take a proposal back; any admin may. Raises ``NotAllowed``, ``NotFound``."""
    desk.must("confirm what another proposes")
    one = proposal(desk, number)
    _drop(desk, number)
    return Done(one, Changes.of("status"))


def _admins(desk: Desk) -> list[UserEntry]:
    """The admins of this office who may log in; somebody with two entries (``follows``) is one person."""
    users = [
        user
        for user in desk.roster.users.values()
        if user.station == desk.who.station and user.is_active and Role.ADMIN in user.roles
    ]
    replaced = {user.follows for user in users if user.follows}
    return [user for user in users if user.id not in replaced]


def _message(what: str, body: Body, number: int) -> bytes:
    return _PURPOSE + canonical({"what": what, "body": dict(body), "number": number})


def _held(desk: Desk) -> list[Proposal]:
    return _read(meta.get(desk.store.conn, _KEPT))


def _read(stored: bytes | None) -> list[Proposal]:
    if stored is None:
        return []
    return [
        Proposal(one["number"], one["what"], one["body"], one["by"], one["at_ms"], one["signature"])
        for one in json.loads(stored)
    ]


def _keep(desk: Desk, found: list[Proposal]) -> None:
    plain = [
        {
            "number": one.number,
            "what": one.what,
            "body": dict(one.body),
            "by": one.by,
            "at_ms": one.at_ms,
            "signature": one.signature,
        }
        for one in found
    ]
    meta.put(desk.store.conn, _KEPT, json.dumps(plain).encode())


def _drop(desk: Desk, number: int) -> None:
    with desk.store.transaction():
        _keep(desk, [one for one in _held(desk) if one.number != number])
