"""What a station asks of those who log in: how long a new passphrase is, and how long a shift lasts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from shelterdesk.actions.desk import Desk
from shelterdesk.core.changes import Changes, Done
from shelterdesk.core.errors import BadField
from shelterdesk.core.moment import service_day
from shelterdesk.core.passphrases import LONGEST_ASKED, SHORTEST, USUAL_LENGTH
from shelterdesk.core.words import ntr, tr
from shelterdesk.db.connection import Connection
from shelterdesk.db.settings import setting_of_day
from shelterdesk.db.store import Store

LENGTH_KEY, SHIFT_KEY = "passphrase_length", "shift_hours"
USUAL_SHIFT, LONGEST_SHIFT = 8, 12


@dataclass(frozen=True, slots=True)
class LogInRules:
    """``passphrase_length`` in signs, asked of new passphrases only; ``shift_hours`` 0 where no PIN is wanted."""

    passphrase_length: int = USUAL_LENGTH
    shift_hours: int = USUAL_SHIFT


@dataclass(frozen=True, slots=True)
class RulesChanged:
    """The rules as they are now, and how to take the change back."""

    rules: LogInRules
    undo: tuple[bytes, ...] = ()


def log_in_rules(desk: Desk) -> LogInRules:
    """The rules that hold here today. A practice station asks for no length: its passphrase is ``demo``."""
    conn, on = desk.store.conn, service_day(desk.clock.now(), desk.who.zone, 0)
    least = usual_length(desk.who.is_practice)
    return LogInRules(
        _whole(conn, LENGTH_KEY, on, SHORTEST, LONGEST_ASKED, least),
        _whole(conn, SHIFT_KEY, on, 0, LONGEST_SHIFT, USUAL_SHIFT),
    )


def usual_length(is_practice: bool) -> int:
    """Signs asked of a new passphrase where the station has set nothing, or is not open yet."""
    return SHORTEST if is_practice else USUAL_LENGTH


def set_log_in_rules(desk: Desk, rules: LogInRules) -> Done[RulesChanged]:
    """Set them for every desk of the station; passphrases in use stay. Raises ``BadField``, ``NotAllowed``."""
    for field, number, least, most in (
        (LENGTH_KEY, rules.passphrase_length, SHORTEST, LONGEST_ASKED),
        (SHIFT_KEY, rules.shift_hours, 0, LONGEST_SHIFT),
    ):
        if not least <= number <= most:
            raise BadField(field, tr("Choose a number from {least} to {most}.", least=least, most=most))
    desk.must("change settings")
    from shelterdesk.actions.setting_change import say_settings  # what it loads is not needed to log in

    now = log_in_rules(desk)
    wanted = {LENGTH_KEY: rules.passphrase_length, SHIFT_KEY: rules.shift_hours}
    held = {LENGTH_KEY: now.passphrase_length, SHIFT_KEY: now.shift_hours}
    if wanted == held:
        return Done(RulesChanged(rules))
    return Done(RulesChanged(rules, say_settings(desk, wanted, held)), Changes.of("setting"))


def check_passphrase(passphrase: str, least: int = SHORTEST) -> None:
    """Raise ``BadField`` for one that is too short; the house does not prescribe signs and digits."""
    if len(passphrase) < least:
        raise BadField(
            "passphrase",
            ntr(
                "A passphrase has at least {n} character.", "A passphrase has at least {n} characters.", least
            ),
            tr("Three or four words are good and easy to type."),
        )


def check_for(store: Store, passphrase: str) -> None:
    """Raise ``BadField`` for a new passphrase shorter than this station has set.

    Where nothing is set a script may still give a short one, as ever; the window asks for the usual length then.
    """
    on = service_day(store.now, store.who.zone, 0)
    check_passphrase(passphrase, _whole(store.conn, LENGTH_KEY, on, SHORTEST, LONGEST_ASKED, SHORTEST))


def _whole(conn: Connection, key: str, on: date, least: int, most: int, usual: int) -> int:
    """A setting that is a whole number within its bounds; the usual one for anything else."""
    found = setting_of_day(conn, key, on)
    return found if type(found) is int and least <= found <= most else usual
