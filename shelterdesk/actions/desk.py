"""A desk at work: an opened folder with a logged-in user; what every action is given."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any, TypeAlias

from shelterdesk import startup
from shelterdesk.actions.erasures_file import hear_erasures, note_erasures
from shelterdesk.core.errors import NotHere, Refused, WorldError, WrongPassphrase
from shelterdesk.core.moment import Clock, to_milliseconds
from shelterdesk.core.role_words import cannot_do
from shelterdesk.core.roles import may_do
from shelterdesk.core.roster import RESET, Roster, Statement, UserEntry
from shelterdesk.core.words import tr
from shelterdesk.db.chain import add_signed_head, last_of
from shelterdesk.db.meta import Whoami
from shelterdesk.db.statements import read_statement
from shelterdesk.db.store import Reader, Store
from shelterdesk.keys import keyfile
from shelterdesk.keys.signing import sign_chain_head, sign_statement
from shelterdesk.keys.user import UserKeys, WrappedUser

Said: TypeAlias = tuple[str, Mapping[str, object]]
"""The kind and the body of a statement."""


class OwnPassphraseFirst(Refused):
    """The passphrase is right, and it is one an admin gave: its user chooses an own one before anything else."""

    def __init__(self, next_step: str = "") -> None:
        super().__init__(
            tr("This passphrase was given by an admin and opens the desk for one thing only."),
            next_step or tr("Choose a passphrase of your own, which nobody else knows."),
        )


@dataclass
class Desk:
    """An opened folder and who is logged in. ``store`` belongs to the thread that opened it."""

    folder: Path
    store: Store
    user: UserEntry
    user_keys: UserKeys = field(repr=False)

    @property
    def who(self) -> Whoami:
        """Which desk this is."""
        return self.store.who

    @property
    def roster(self) -> Roster:
        """Who belongs, as known here now."""
        return self.store.roster

    @property
    def clock(self) -> Clock:
        """Where the present comes from."""
        return self.store.clock

    def reader(self) -> Reader:
        """A read-only connection for the calling thread."""
        return self.store.reader()

    def must(self, what: str) -> None:
        """Raise ``NotAllowed`` unless the user's roles may do ``what`` (``core/roles.py``)."""
        if not may_do(self.user.roles, what):
            raise cannot_do(what)

    def must_be_office(self) -> None:
        """Raise ``NotHere`` in a station's folder."""
        if not self.who.is_office:
            raise NotHere(is_office=False)

    def must_be_station(self) -> None:
        """Raise ``NotHere`` in an office's folder."""
        if self.who.is_office:
            raise NotHere(is_office=True)

    def publish(self, kind: str, body: Mapping[str, object]) -> set[str]:
        """Sign a statement with this desk's key and keep it; returns the names of the kinds changed."""
        return publish(self.store, kind, body)

    def publish_together(self, *said: Said) -> set[str]:
        """Sign statements of which none may stand without the others, and keep all of them or none."""
        return publish_together(self.store, *said)

    def close(self) -> None:
        """End of work: sign the chain head, note the high-water mark, let the file go. Twice is once."""
        if self.store.is_closed:
            return
        with suppress(WorldError):
            sign_head(self.store)
            startup.write_high_water(self.store, self.folder)
            startup.note_clock(self.store)
            self.store.sweep()
        with suppress(WorldError):
            note_erasures(self.store, self.folder / startup.ERASED)
        self.store.close()


def open_desk(folder: Path, name: str, passphrase: str, clock: Clock) -> Desk:
    """Log a user in and open the folder.

    Raises ``WrongPassphrase``, ``WaitFirst``, ``NotFound``, ``NewerData``, ``CannotWrite`` with the next step;
    ``OwnPassphraseFirst`` for who logs in the first time since an admin gave them a new passphrase.
    """
    desk = open_for_anything(folder, name, passphrase, clock)
    if desk.user.lent == RESET:
        desk.close()
        raise OwnPassphraseFirst
    return desk


def open_for_anything(folder: Path, name: str, passphrase: str, clock: Clock) -> Desk:
    """As :func:`open_desk`, also for who still has to choose an own passphrase; for the action that does so."""
    unlocked = keyfile.unlock(folder, name, passphrase, clock.now().timestamp())
    store = startup.open_store(folder, unlocked.file_key, clock)
    try:
        hear_erasures(store, folder / startup.ERASED)
        user = user_by_key(store.roster, unlocked.user)
        if user is None or not user.is_active:
            raise WrongPassphrase
        begin_work(store, folder)
        desk = Desk(folder, store, user, unlocked.user)
        with suppress(WorldError):  # a full disk keeps nobody from their work
            match_key_file(desk)
            _write_card_list(desk)
    except BaseException:
        store.close()
        raise
    return desk


def _write_card_list(desk: Desk) -> None:
    """The file others check cards with, where there is none: at a desk that joined, and after a restore."""
    from shelterdesk.actions import card_check  # it is made of desks

    if not desk.who.is_office and not (desk.folder / card_check.PUBLIC_ROSTER).exists():
        card_check.write_public_roster(desk)


def begin_work(store: Store, folder: Path) -> None:
    """Sign the chain head and note how far this desk has written, at each start and end of somebody's work."""
    sign_head(store)
    startup.write_high_water(store, folder)
    with suppress(WorldError):  # a full disk keeps nobody from their work
        note_erasures(store, folder / startup.ERASED)


def user_by_key(roster: Roster, keys: UserKeys) -> UserEntry | None:
    """The roster's entry of a user, found by the public key and not by the name typed."""
    return next((u for u in roster.users.values() if u.sign == keys.signing.public), None)


def publish(store: Store, kind: str, body: Mapping[str, object], *, is_pinned: bool = False) -> set[str]:
    """Number, sign and keep a statement of this desk (or office); pinned where a person vouches for it here."""
    return publish_together(store, (kind, body), is_pinned=is_pinned)


def publish_together(store: Store, *said: Said, is_pinned: bool = False) -> set[str]:
    """As :func:`publish`, for several: a crash leaves all of them or none. Returns the names of the kinds changed."""

    def made(kind: str, body: Mapping[str, object], number: int) -> Statement:
        signed = sign_statement(
            store.keys.signing,
            {"statement": kind, "issuer": f"{store.who.dev:016x}", "number": number, "body": dict(body)},
        )
        return read_statement(signed.body, signed.signature, is_pinned)

    return store.say(*(partial(made, kind, body) for kind, body in said))


def sign_head(store: Store) -> None:
    """Sign the head of this desk's chain, at start and end of work and before each bundle (SYNC §1.0)."""
    with store.transaction() as conn:
        who = store.who
        last = last_of(conn, who.dev, who.epoch)
        if last is not None:
            seq, chain = last
            signature = sign_chain_head(store.keys.signing, who.epoch, seq, chain)
            add_signed_head(conn, who.dev, who.epoch, seq, chain, signature)


def match_key_file(desk: Desk) -> None:
    """Let the users of the roster into this desk's key file, and disabled ones out (DESIGN §6, user keys).

    Sealing the file key to a user's public key needs no secret of theirs, so a user added at another desk
    can log in here as soon as the statement has arrived. Asked at each log-in too: where the power went between the
    statement and this file, the next one mends it.
    """
    held = keyfile.users_held(desk.folder)
    for user in desk.roster.users.values():
        if user.station != desk.who.station:
            continue
        if user.is_active:
            wrapped = WrappedUser.from_json(dict(user.wrapped))
            if held.get(wrapped.public) != wrapped:
                keyfile.add_user(desk.folder, desk.store.file_key, user.name, wrapped)
        elif user.sign in held:
            keyfile.remove_user(desk.folder, user.sign)


def now_ms(desk: Desk) -> int:
    """The present in UTC milliseconds."""
    return to_milliseconds(desk.clock.now())


def changed_user(user: UserEntry, **what: Any) -> UserEntry:
    """The next revision of a user's entry."""
    return replace(user, revision=user.revision + 1, **what)
