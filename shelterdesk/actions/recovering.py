"""Back into a folder whose passphrases are forgotten: the code of its recovery sheet lets a new admin in."""

from __future__ import annotations

from pathlib import Path

from shelterdesk import startup
from shelterdesk.actions.access import note_access
from shelterdesk.actions.desk import Desk, changed_user, match_key_file, publish_together, sign_head
from shelterdesk.actions.erasures_file import hear_erasures
from shelterdesk.actions.log_in_rules import check_for, check_passphrase
from shelterdesk.actions.station import user_entry
from shelterdesk.core.moment import Clock
from shelterdesk.core.record_rules import check_title
from shelterdesk.core.roster import user_body
from shelterdesk.core.vocabulary import AccessKind, Role
from shelterdesk.core.words import tr
from shelterdesk.keys import keyfile
from shelterdesk.keys.passphrase import DEFAULT_COST, Argon2Cost
from shelterdesk.keys.user import new_user

RECOVERED_ROLES = frozenset({Role.ADMIN, Role.SUPERVISOR, Role.OPERATOR})
"""What somebody with the sheet may do: as the first user of a station, and no sealed class (DESIGN §6)."""


def recover(
    folder: Path, code: str, name: str, passphrase: str, clock: Clock, cost: Argon2Cost = DEFAULT_COST
) -> Desk:
    """Open a folder with the code of its recovery (or escrow) sheet, as a new admin of that name.

    Whoever had that name here before may not log in any more: theirs is the passphrase that is forgotten. What
    they entered stays. That it was done is noted for supervisors and travels like any change of users. Raises
    ``RecoveryTypo`` naming the group, ``WrongRecoveryCode``, ``BadField``, and as ``open_desk``.
    """
    check_passphrase(passphrase)
    check_title("name", name, tr("Type the name this person will log in with."))
    file_key = keyfile.unlock_with_recovery(folder, code)
    store = startup.open_store(folder, file_key, clock)
    try:
        hear_erasures(store, folder / startup.ERASED)
        check_for(store, passphrase)
        station = store.who.station
        namesakes = [
            changed_user(user, is_active=False)
            for user in store.roster.users.values()
            if user.name.casefold() == name.strip().casefold() and user.station == station and user.is_active
        ]
        keys, wrapped = new_user(passphrase, cost)
        entry = user_entry(name, store.who.name, RECOVERED_ROLES, keys, wrapped, station)
        publish_together(store, *(("user", {"user": user_body(one)}) for one in (*namesakes, entry)))
        sign_head(store)
        desk = Desk(folder, store, entry, keys)
        match_key_file(desk)
        note_access(desk, AccessKind.OPENED, "station", detail=tr("with the recovery sheet"))
        startup.write_high_water(store, folder)
    except BaseException:
        store.close()
        raise
    return desk
