"""Who may log in: users added, disabled, given roles and class keys, and their passphrases."""

from __future__ import annotations

from dataclasses import dataclass

from shelterdesk.actions.class_keys import CLASS_OF_ROLE, hand_over
from shelterdesk.actions.desk import Desk, changed_user, match_key_file
from shelterdesk.actions.station import check_organisation, user_entry
from shelterdesk.core.changes import Changes, Done
from shelterdesk.core.errors import BadField, NotFound, Refused
from shelterdesk.core.roster import UserEntry, user_body
from shelterdesk.core.vocabulary import Role
from shelterdesk.core.words import tr
from shelterdesk.keys.passphrase import DEFAULT_COST, Argon2Cost
from shelterdesk.keys.user import WrappedUser, change_passphrase, new_user

SHORTEST_PASSPHRASE = 4


@dataclass(frozen=True, slots=True)
class UserLine:
    """A user as shown in a list. ``holds`` names the classes the user can open."""

    name: str
    organisation: str
    roles: tuple[str, ...]
    is_active: bool
    holds: tuple[str, ...]
    id: str


def list_users(desk: Desk) -> list[UserLine]:
    """The users of this station (or office), by name."""
    mine = [user for user in desk.roster.users.values() if user.station == desk.who.station]
    return [
        UserLine(
            user.name,
            user.organisation,
            tuple(sorted(user.roles)),
            user.is_active,
            tuple(sorted({key.confidentiality for key in desk.roster.classes if user.id in dict(key.wraps)})),
            user.id,
        )
        for user in sorted(mine, key=lambda u: u.name.casefold())
    ]


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
    check_passphrase(passphrase)
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
    handed = [body for one in classes for body in hand_over(desk, one, entry, recovery_code)]
    changed = desk.publish("user", {"user": user_body(entry)})
    for body in handed:
        changed |= desk.publish("class_key", body)
    match_key_file(desk)
    return Done(_line(desk, entry.id), Changes(frozenset(changed)))


def disable_user(desk: Desk, name: str) -> Done[UserLine]:
    """Take the right to log in away; what the person entered stays. ``name`` may be the user's id.

    Raises ``NotAllowed``, ``NotFound``, ``Refused``.
    """
    desk.must("add or disable users")
    user = _known(desk, name, is_active=True)
    admins = [
        u for u in desk.roster.users.values() if u.is_active and Role.ADMIN in u.roles and u.id != user.id
    ]
    if Role.ADMIN in user.roles and not any(u.station == desk.who.station for u in admins):
        raise Refused(tr("{name} is the last admin.", name=user.name), tr("Make somebody else admin first."))
    changed = desk.publish("user", {"user": user_body(changed_user(user, is_active=False))})
    match_key_file(desk)
    return Done(_line(desk, user.id), Changes(frozenset(changed)))


def enable_user(desk: Desk, name: str) -> Done[UserLine]:
    """Give a disabled user the right to log in back, with the passphrase they had; as :func:`disable_user`.

    It takes back the disabling known here: one made apart at another desk meanwhile stays in force.
    """
    desk.must("add or disable users")
    user = _known(desk, name, is_active=False)
    changed: set[str] = set()
    if not user.is_active:
        changed = desk.publish("user", {"user": user_body(changed_user(user, is_active=True))})
        match_key_file(desk)
    return Done(_line(desk, user.id), Changes(frozenset(changed)))


def set_own_passphrase(desk: Desk, old: str, new: str, cost: Argon2Cost = DEFAULT_COST) -> Done[UserLine]:
    """Change the passphrase of who is logged in; raises ``WrongPassphrase`` for the old one, ``BadField``."""
    check_passphrase(new)
    user = desk.roster.users[desk.user.id]
    again = change_passphrase(WrappedUser.from_json(dict(user.wrapped)), old, new, cost)
    entry = changed_user(user, wrapped=again.as_json())
    changed = desk.publish("user", {"user": user_body(entry)})
    match_key_file(desk)
    desk.user = desk.roster.users[user.id]
    return Done(_line(desk, user.id), Changes(frozenset(changed)))


def check_passphrase(passphrase: str) -> None:
    """Raise ``BadField`` for one that is no obstacle at all; the house does not prescribe signs and digits."""
    if len(passphrase) < SHORTEST_PASSPHRASE:
        raise BadField(
            "passphrase",
            tr("A passphrase has at least {n} characters.", n=SHORTEST_PASSPHRASE),
            tr("Three or four words are good and easy to type."),
        )


def _known(desk: Desk, name: str, *, is_active: bool) -> UserEntry:
    """The user of that name or id; of namesakes the one whom the action can change, where that is one alone."""
    by_id = desk.roster.members.get((desk.who.station, name))
    found = [by_id] if by_id is not None else desk.roster.users_named(name, desk.who.station)
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
