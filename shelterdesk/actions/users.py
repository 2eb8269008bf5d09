"""Who may log in: users added, disabled and let in again, and each one's own passphrase."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from shelterdesk.actions.class_keys import CLASS_OF_ROLE, hand_over
from shelterdesk.actions.desk import Desk, changed_user, match_key_file
from shelterdesk.actions.log_in_rules import check_for
from shelterdesk.actions.station import check_organisation, user_entry
from shelterdesk.core.changes import Changes, Done
from shelterdesk.core.errors import BadField, NotFound, Refused
from shelterdesk.core.roster import FIRST, RESET, UserEntry, user_body
from shelterdesk.core.vocabulary import Role
from shelterdesk.core.words import tr
from shelterdesk.keys.passphrase import DEFAULT_COST, Argon2Cost
from shelterdesk.keys.user import WrappedUser, change_passphrase, new_user


@dataclass(frozen=True, slots=True)
class UserLine:
    """A user as shown in a list. ``holds`` names the classes the user can open, ``waits`` those of their roles whose
    key nobody has handed over yet. ``is_reset``: the next log-in asks for an own passphrase.
    """

    name: str
    organisation: str
    roles: tuple[str, ...]
    is_active: bool
    holds: tuple[str, ...]
    id: str
    waits: tuple[str, ...] = ()
    is_reset: bool = False


def list_users(desk: Desk) -> list[UserLine]:
    """The users of this station (or office), by name; whoever goes on under other keys stands there once."""
    mine = [user for user in desk.roster.users.values() if user.station == desk.who.station]
    return [user_line(desk, user) for user in _shown(mine)]


def _shown(users: Iterable[UserEntry]) -> list[UserEntry]:
    """Users by name, without those in whose place others stand: after a new passphrase, or one that was taken back."""
    mine = sorted(users, key=lambda user: user.name.casefold())
    followed = {user.follows for user in mine}
    active = {user.id for user in mine if user.is_active}
    return [
        user
        for user in mine
        if user.is_active or not (user.id in followed or (user.lent == RESET and user.follows in active))
    ]


def user_line(desk: Desk, user: UserEntry) -> UserLine:
    """One user as shown in a list."""
    holds = {key.confidentiality for key in desk.roster.classes if user.id in dict(key.wraps)}
    wanted = {CLASS_OF_ROLE[role].value for role in user.roles if role in CLASS_OF_ROLE}
    return UserLine(
        user.name,
        user.organisation,
        tuple(sorted(user.roles)),
        user.is_active,
        tuple(sorted(holds)),
        user.id,
        tuple(sorted(wanted - holds)),
        user.lent == RESET,
    )


def add_user(
    desk: Desk,
    name: str,
    roles: frozenset[Role],
    passphrase: str,
    *,
    organisation: str = "",
    recovery_code: str | None = None,
    cost: Argon2Cost = DEFAULT_COST,
) -> Done[UserLine]:
    """Let somebody in, with a passphrase of their own.

    A role that opens sealed entries needs its key handed over: by the recovery sheet for its first holder, by
    a holder for later ones; an admin alone cannot (DESIGN §6). Raises ``NotAllowed``, ``BadField``, ``Refused``.
    """
    desk.must("add or disable users")
    check_for(desk.store, passphrase)
    if not name.strip():
        raise BadField("name", tr("Type the name this person will log in with."))
    organisation = organisation.strip()
    check_organisation(organisation)
    if not roles:
        raise BadField("role", tr("Choose at least one role."))
    if desk.roster.user_named(name, desk.who.station) is not None:
        raise Refused(
            tr("Somebody with the name {name} already logs in here.", name=name.strip()), _other_name()
        )
    classes = [CLASS_OF_ROLE[role] for role in sorted(roles) if role in CLASS_OF_ROLE]
    keys, wrapped = new_user(passphrase, cost)
    entry = user_entry(name, organisation, roles, keys, wrapped, desk.who.station)
    entry = replace(entry, lent=FIRST)
    handed = [body for one in classes for body in hand_over(desk, one, entry, recovery_code)]
    said = [("class_key", body) for body in handed]
    changed = desk.publish_together(("user", {"user": user_body(entry)}), *said)
    match_key_file(desk)
    return Done(_line(desk, entry.id), Changes(frozenset(changed)))


def disable_user(desk: Desk, name: str) -> Done[UserLine]:
    """Take the right to log in away; what the person entered stays. ``name`` may be the user's id.

    Raises ``NotAllowed``, ``NotFound``, ``Refused``.
    """
    desk.must("add or disable users")
    user = known_user(desk, name, is_active=True)
    keep_an_admin(desk, user)
    changed = desk.publish("user", {"user": user_body(changed_user(user, is_active=False))})
    match_key_file(desk)
    return Done(_line(desk, user.id), Changes(frozenset(changed)))


def enable_user(desk: Desk, name: str) -> Done[UserLine]:
    """Give a disabled user the right to log in back, with the passphrase they had; as :func:`disable_user`.

    It takes back the disabling known here: one made apart at another desk meanwhile stays in force.
    """
    desk.must("add or disable users")
    user = known_user(desk, name, is_active=False)
    changed: set[str] = set()
    if not user.is_active:
        changed = desk.publish("user", {"user": user_body(changed_user(user, is_active=True))})
        match_key_file(desk)
    return Done(_line(desk, user.id), Changes(frozenset(changed)))


def set_own_passphrase(desk: Desk, old: str, new: str, cost: Argon2Cost = DEFAULT_COST) -> Done[UserLine]:
    """Change the passphrase of who is logged in; raises ``WrongPassphrase`` for the old one, ``BadField``."""
    check_for(desk.store, new)
    user = desk.roster.users[desk.user.id]
    again = change_passphrase(WrappedUser.from_json(dict(user.wrapped)), old, new, cost)
    entry = changed_user(user, wrapped=again.as_json())
    changed = desk.publish("user", {"user": user_body(entry)})
    match_key_file(desk)
    desk.user = desk.roster.users[user.id]
    return Done(_line(desk, user.id), Changes(frozenset(changed)))


def keep_an_admin(desk: Desk, user: UserEntry) -> None:
    """Raise ``Refused`` where this user is the only one left who may let others in."""
    others = [u for u in desk.roster.users.values() if u.is_active and u.id != user.id and u.lent != RESET]
    if Role.ADMIN in user.roles and not any(
        Role.ADMIN in u.roles and u.station == desk.who.station for u in others
    ):
        raise Refused(tr("{name} is the last admin.", name=user.name), tr("Make somebody else admin first."))


def known_user(desk: Desk, name: str, *, is_active: bool) -> UserEntry:
    """The user of that name or id; of namesakes the one whom the action can change, where that is one alone.

    Raises ``NotFound``, and ``Refused`` naming the ids where it could be several, or for keys that were replaced:
    who knows their passphrase may not be who logs in with them.
    """
    by_id = desk.roster.members.get((desk.who.station, name))
    shown = _shown(desk.roster.users_named(by_id.name if by_id else name, desk.who.station))
    if by_id is not None and by_id not in shown:
        raise Refused(
            tr("{name} goes on under other keys; these have been replaced.", name=by_id.name),
            tr("Name the user, not these keys, or give them a new passphrase."),
        )
    found = [by_id] if by_id is not None else shown
    found = [user for user in found if user.is_active is is_active] or found
    if not found:
        raise NotFound(tr("A user with the name {name}", name=name))
    if len(found) > 1:
        raise Refused(
            tr("Several people here have the name {name}.", name=name),
            tr("Name the one you mean by the id: {ids}.", ids=", ".join(sorted(user.id for user in found))),
        )
    return found[0]


def _line(desk: Desk, user_id: str) -> UserLine:
    return next(line for line in list_users(desk) if line.id == user_id)


def _other_name() -> str:
    return tr("Choose another name, for example with the organisation.")
