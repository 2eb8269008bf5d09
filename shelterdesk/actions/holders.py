"""Who opens health and protection entries: who holds a key, who waits for it, and who holds it and should not."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from shelterdesk.actions.class_keys import CLASS_OF_ROLE, class_identities
from shelterdesk.actions.desk import Desk
from shelterdesk.actions.users import list_users
from shelterdesk.core.changes import Done
from shelterdesk.core.vocabulary import Confidentiality, Role


class Holding(Enum):
    """How somebody stands to the key of a class."""

    HOLDS = "holds"
    WAITS = "waits"
    LEFT = "left"  # holds the key new entries are sealed to, and may not log in any more or has lost the role


@dataclass(frozen=True, slots=True)
class HolderLine:
    """One user and one class. ``is_lent``: the passphrase is one somebody else chose, so no key is handed over yet."""

    user: str
    name: str
    role: Role
    confidentiality: Confidentiality
    holding: Holding
    is_lent: bool = False

    @property
    def key(self) -> str:
        """What tells this line from others."""
        return f"{self.user}/{self.role.value}"


@dataclass(frozen=True, slots=True)
class Holders:
    """The lines by class and name, and the classes whose newest key who is logged in holds."""

    lines: tuple[HolderLine, ...]
    mine: frozenset[Confidentiality]


def list_holders(desk: Desk) -> Done[Holders]:
    """Who holds, waits for, or should not hold any more the keys of this station (or office).

    The keys somebody had before their passphrase was forgotten are held by nobody.
    """
    lines: list[HolderLine] = []
    mine = set()
    users = desk.roster.users
    for role, name in CLASS_OF_ROLE.items():
        newest = desk.roster.class_key(name.value, desk.who.station)
        if newest is None or newest.station != desk.who.station:
            continue
        if newest.recipient in {key.key.recipient for key in class_identities(desk, name)}:
            mine.add(name)
        holders = dict(newest.wraps)
        for line in list_users(desk):
            has_role = line.is_active and role.value in line.roles
            if not has_role and line.id not in holders:
                continue
            holding = Holding.WAITS if line.id not in holders else Holding.HOLDS if has_role else Holding.LEFT
            lent = bool(users[line.id].lent) and not desk.who.is_practice
            lines.append(
                HolderLine(line.id, line.name, role, name, holding, lent and holding is Holding.WAITS)
            )
    return Done(Holders(tuple(lines), frozenset(mine)))
