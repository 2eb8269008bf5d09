"""A user changed by an admin or a holder: roles and organisation, a new passphrase, a class key handed on later.

A forgotten passphrase cannot be replaced, since it wraps the user's keys and nobody else holds them: the user goes
on under new keys and the same name, and what was wrapped to the old ones is handed over anew. The keys that an admin
makes for a reset are good for one log-in; at it the user makes keys of their own. Were it otherwise, an admin could
open what a holder later hands to that user (DESIGN §6: an admin alone cannot open a class).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from shelterdesk.actions.class_keys import CLASS_OF_ROLE, hand_over
from shelterdesk.actions.desk import (
    Desk,
    begin_work,
    changed_user,
    match_key_file,
    open_for_anything,
)
from shelterdesk.actions.log_in_rules import check_for
from shelterdesk.actions.station import check_organisation, user_entry
from shelterdesk.actions.users import UserLine, keep_an_admin, known_user, user_line
from shelterdesk.core.changes import Changes, Done
from shelterdesk.core.errors import BadField, Refused
from shelterdesk.core.moment import Clock
from shelterdesk.core.role_words import class_words, role_words
from shelterdesk.core.roster import RESET, UserEntry, user_body
from shelterdesk.core.vocabulary import Confidentiality, Role
from shelterdesk.core.words import tr
from shelterdesk.keys import keyfile
from shelterdesk.keys.passphrase import DEFAULT_COST, Argon2Cost
from shelterdesk.keys.user import new_user


@dataclass(frozen=True, slots=True)
class UserChanged:
    """The user as they are now and as they were; ``kept`` are classes they hold still without the role for it."""

    line: UserLine
    before: UserLine
    kept: tuple[Confidentiality, ...] = ()


def change_user(
    desk: Desk,
    name: str,
    roles: frozenset[Role],
    organisation: str,
    recovery_code: str | None = None,
) -> Done[UserChanged]:
    """Give a user other roles or another organisation. ``name`` may be the id.

    A role that opens sealed entries needs its key, as in ``add_user``; one that is taken away leaves the key where it
    is, so a new one should be made. Raises ``NotAllowed``, ``NotFound``, ``BadField``, ``Refused``.
    """
    desk.must("add or disable users")
    if not roles:
        raise BadField("role", tr("Choose at least one role."))
    organisation = organisation.strip()
    check_organisation(organisation)
    user = known_user(desk, name, is_active=True)
    if Role.ADMIN not in roles:
        keep_an_admin(desk, user)
    before = user_line(desk, user)
    new = [CLASS_OF_ROLE[role] for role in sorted(roles - user.roles) if role in CLASS_OF_ROLE]
    handed = [body for one in new for body in _handed(desk, one, user, recovery_code)]
    said = [("class_key", body) for body in handed]
    if (roles, organisation) != (user.roles, user.organisation):
        entry = changed_user(user, roles=roles, organisation=organisation)
        said.insert(0, ("user", {"user": user_body(entry)}))
    changed = desk.publish_together(*said)
    after = _again(desk, user.id)
    line = user_line(desk, after)
    of_roles = {CLASS_OF_ROLE[role].value for role in after.roles if role in CLASS_OF_ROLE}
    kept = tuple(Confidentiality(one) for one in line.holds if one not in of_roles)
    return Done(UserChanged(line, before, kept), Changes(frozenset(changed)))


def let_into_class(desk: Desk, name: str, role: Role, recovery_code: str | None = None) -> Done[UserLine]:
    """Hand the key that a user's role needs over to them: by a holder, or with the recovery sheet.

    After a new passphrase, or where the role was given first. Raises ``NotFound``, ``Refused``, ``RecoveryTypo``,
    ``WrongRecoveryCode``.
    """
    user = known_user(desk, name, is_active=True)
    if role not in user.roles or role not in CLASS_OF_ROLE:
        raise Refused(
            tr("{name} does not have the role {role}.", name=user.name, role=role_words(role)),
            tr("Ask an admin to give it first."),
        )
    handed = _handed(desk, CLASS_OF_ROLE[role], user, recovery_code)
    changed = desk.publish_together(*(("class_key", body) for body in handed))
    return Done(user_line(desk, _again(desk, user.id)), Changes(frozenset(changed)))


def reset_passphrase(
    desk: Desk, name: str, passphrase: str, cost: Argon2Cost = DEFAULT_COST
) -> Done[UserLine]:
    """Give a user who forgot theirs a new passphrase, for one log-in at which they choose their own.

    What they entered stays theirs; health or protection entries open for them again once a holder has let them in.
    Raises ``NotAllowed``, ``NotFound``, ``BadField``, ``Refused`` for one's own.
    """
    desk.must("add or disable users")
    user = known_user(desk, name, is_active=True)
    if user.id == desk.user.id:
        raise Refused(
            tr("This is you, and you are logged in."), tr("Change it under “Your passphrase” instead.")
        )
    check_for(desk.store, passphrase)
    keys, wrapped = new_user(passphrase, cost)
    entry = user_entry(user.name, user.organisation, user.roles, keys, wrapped, user.station)
    entry = replace(entry, lent=RESET, follows=user.id)
    changed = desk.publish_together(*_in_place_of(user, entry))
    match_key_file(desk)
    return Done(user_line(desk, _again(desk, entry.id)), Changes(frozenset(changed)))


def take_back_reset(desk: Desk, name: str) -> Done[UserLine]:
    """The passphrase is remembered after all: the old keys let in again. ``name`` may be the id.

    Raises ``Refused`` once the user has logged in with the new one, ``NotAllowed``, ``NotFound``.
    """
    desk.must("add or disable users")
    user = known_user(desk, name, is_active=True)
    old = desk.roster.members.get((user.station, user.follows))
    if user.lent != RESET or old is None:
        raise Refused(
            tr("{name} has chosen a passphrase already.", name=user.name),
            tr("Give a new one if it is needed."),
        )
    changed = desk.publish_together(*_in_place_of(user, changed_user(old, is_active=True)))
    match_key_file(desk)
    return Done(user_line(desk, _again(desk, old.id)), Changes(frozenset(changed)))


def first_log_in(
    folder: Path, name: str, given: str, own: str, clock: Clock, cost: Argon2Cost = DEFAULT_COST
) -> Desk:
    """Log in with the passphrase an admin gave and put an own one in its place, with keys nobody else has seen.

    Raises what ``open_desk`` raises, ``BadField`` for an own passphrase that is too short or the one given, and
    ``Refused`` for who has an own one already.
    """
    desk = open_for_anything(folder, name, given, clock)
    try:
        if desk.user.lent != RESET:
            raise Refused(tr("You have a passphrase of your own already."), tr("Log in with it."))
        if own == given:
            raise BadField("passphrase", tr("This is the one that was given to you. Choose another one."))
        check_for(desk.store, own)
        user = desk.user
        keys, wrapped = new_user(own, cost)
        entry = user_entry(user.name, user.organisation, user.roles, keys, wrapped, user.station)
        entry = replace(entry, follows=user.id)
        # The way in before the statements: whoever chose a passphrase must not stand outside when the power goes.
        keyfile.add_user(folder, desk.store.file_key, entry.name, wrapped)
        desk.publish_together(*_in_place_of(user, entry))
        desk.user, desk.user_keys = _again(desk, entry.id), keys
        match_key_file(desk)
        begin_work(desk.store, folder)
    except BaseException:
        desk.close()
        raise
    return desk


def _handed(
    desk: Desk, name: Confidentiality, user: UserEntry, recovery_code: str | None
) -> list[dict[str, object]]:
    """The statements that hand a class key to a user whose passphrase nobody else knows; none for who holds it."""
    newest = desk.roster.class_key(name.value, user.station)
    if newest is not None and user.id in dict(newest.wraps):
        return []
    if user.lent and not desk.who.is_practice:
        raise Refused(
            tr(
                "{name} still has the passphrase that somebody else chose for them, who could open {entries} with it.",
                name=user.name,
                entries=class_words(name),
            ),
            tr("Give them a new passphrase; at the next log-in they choose their own. Then let them in."),
        )
    return hand_over(desk, name, user, recovery_code)


def _in_place_of(user: UserEntry, entry: UserEntry) -> tuple[tuple[str, dict[str, object]], ...]:
    """The statements by which one entry stands and the other falls; a crash between them would leave namesakes."""
    return tuple(("user", {"user": user_body(one)}) for one in (entry, changed_user(user, is_active=False)))


def _again(desk: Desk, user_id: str) -> UserEntry:
    """The user as the roster has them now; who is logged in goes on with it."""
    user = desk.roster.users[user_id]
    if desk.user.id == user_id:
        desk.user = user
    return user
