"""Who may log in: users added, disabled, given roles and class keys, and their passphrases."""

from __future__ import annotations

from dataclasses import dataclass

from shelterdesk.actions.desk import Desk, changed_user, match_key_file
from shelterdesk.actions.station import user_entry
from shelterdesk.core.changes import Changes, Done
from shelterdesk.core.errors import BadField, NotFound, Refused
from shelterdesk.core.role_words import class_words
from shelterdesk.core.roster import ClassKey as ClassEntry
from shelterdesk.core.roster import UserEntry, class_body, user_body
from shelterdesk.core.vocabulary import Confidentiality, Role
from shelterdesk.core.words import tr
from shelterdesk.keys import keyfile
from shelterdesk.keys.age import NotForUs
from shelterdesk.keys.classes import ClassKey, unwrap_class_key, wrap_class_key
from shelterdesk.keys.passphrase import DEFAULT_COST, Argon2Cost
from shelterdesk.keys.recovery import identity_of, recipient_of
from shelterdesk.keys.user import WrappedUser, change_passphrase, new_user

CLASS_OF_ROLE = {
    Role.HEALTH: Confidentiality.HEALTH,
    Role.PROTECTION: Confidentiality.PROTECTION,
}
"""Roles that are held by having a class key wrapped to the user (DESIGN §6)."""

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
            tuple(key.confidentiality for key in desk.roster.classes if user.id in dict(key.wraps)),
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
    if not roles:
        raise BadField("role", tr("Choose at least one role."))
    if desk.roster.user_named(name, desk.who.station) is not None:
        raise Refused(
            tr("Somebody with the name {name} already logs in here.", name=name.strip()), _other_name()
        )
    classes = [CLASS_OF_ROLE[role] for role in sorted(roles) if role in CLASS_OF_ROLE]
    keys, wrapped = new_user(passphrase, cost)
    entry = user_entry(name, organisation, roles, keys, wrapped, desk.who.station)
    handed = [_handed_over(desk, name_of_class, entry, recovery_code) for name_of_class in classes]
    changed = desk.publish("user", {"user": user_body(entry)})
    for key in handed:
        changed |= desk.publish("class_key", {"class": class_body(key)})
    match_key_file(desk)
    return Done(_line(desk, entry.id), Changes(frozenset(changed)))


def disable_user(desk: Desk, name: str) -> Done[UserLine]:
    """Take the right to log in away; what the person entered stays. Raises ``NotAllowed``, ``NotFound``, ``Refused``."""
    desk.must("add or disable users")
    user = _known(desk, name)
    admins = [
        u for u in desk.roster.users.values() if u.is_active and Role.ADMIN in u.roles and u.id != user.id
    ]
    if Role.ADMIN in user.roles and not any(u.station == desk.who.station for u in admins):
        raise Refused(tr("{name} is the last admin.", name=user.name), tr("Make somebody else admin first."))
    changed = desk.publish("user", {"user": user_body(changed_user(user, is_active=False))})
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


def class_identity(desk: Desk, name: Confidentiality) -> ClassKey | None:
    """The class key of who is logged in, or None for somebody who does not hold it."""
    found = _wrap_for(desk, name, desk.user.id)
    if found is None:
        return None
    try:
        return unwrap_class_key(found, [desk.user_keys.age.identity])
    except NotForUs:
        return None


def _handed_over(desk: Desk, name: Confidentiality, to: UserEntry, recovery_code: str | None) -> ClassEntry:
    """The class key wrapped to a further holder, by who is logged in or by the recovery sheet."""
    entry = desk.roster.class_key(name.value, desk.who.station)
    if entry is None:
        raise Refused(
            tr("This station has no key for that class yet."), tr("Ask the admin to finish the set-up.")
        )
    key = class_identity(desk, name)
    if key is None and recovery_code is not None:
        recipient_of(recovery_code)
        wrap = dict(entry.wraps).get("recovery")
        if wrap is not None:
            try:
                key = unwrap_class_key(wrap, [identity_of(recovery_code)])
            except NotForUs:
                raise keyfile.WrongRecoveryCode from None
    if key is None:
        raise Refused(
            tr("Nobody here can hand over the key to {entries}.", entries=class_words(name)),
            tr("Type the code of the recovery sheet, or ask somebody who holds that role to add this user."),
        )
    return ClassEntry(
        entry.confidentiality,
        entry.version,
        entry.recipient,
        entry.station,
        ((to.id, wrap_class_key(key, [to.age])),),
    )


def _wrap_for(desk: Desk, name: Confidentiality, holder: str) -> str | None:
    entry = desk.roster.class_key(name.value, desk.who.station)
    return dict(entry.wraps).get(holder) if entry is not None else None


def _known(desk: Desk, name: str) -> UserEntry:
    user = desk.roster.user_named(name, desk.who.station)
    if user is None:
        raise NotFound(tr("A user with the name {name}", name=name))
    return user


def _line(desk: Desk, user_id: str) -> UserLine:
    return next(line for line in list_users(desk) if line.id == user_id)


def _other_name() -> str:
    return tr("Choose another name, for example with the organisation.")
