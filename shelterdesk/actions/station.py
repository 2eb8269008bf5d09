"""Making a station: keys, recovery sheet, first user, first roster; it works alone from that minute."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from shelterdesk import startup
from shelterdesk.actions.card_check import refresh_public_roster
from shelterdesk.actions.desk import Desk, publish
from shelterdesk.core.countries import NO_COUNTRY, iso3
from shelterdesk.core.errors import BadField, Refused
from shelterdesk.core.kinds import SERVICE_TYPE, SETTING, STATION
from shelterdesk.core.moment import Clock
from shelterdesk.core.record_rules import check_change_hour, check_title
from shelterdesk.core.roster import ClassKey as ClassEntry
from shelterdesk.core.roster import DeskEntry, UserEntry, class_body, desk_body, user_body
from shelterdesk.core.vocabulary import Confidentiality, Role
from shelterdesk.core.words import tr
from shelterdesk.db.meta import Whoami
from shelterdesk.keys import keyfile
from shelterdesk.keys.classes import new_class_key, wrap_class_key
from shelterdesk.keys.desk import DeskKeys
from shelterdesk.keys.passphrase import DEFAULT_COST, Argon2Cost
from shelterdesk.keys.recovery import new_recovery, signing_key_of
from shelterdesk.keys.user import UserKeys, WrappedUser, new_user, user_id

_CODE = re.compile(r"[A-Z]{2,4}")
_COUNTRY = re.compile(r"[A-Z]{3}")

MEALS = (
    ("BREAKFAST", {"es": "Desayuno", "en": "Breakfast"}, 5, 10),
    ("LUNCH", {"es": "Almuerzo", "en": "Lunch"}, 11, 16),
    ("DINNER", {"es": "Cena", "en": "Dinner"}, 17, 22),
)
"""Services a new station starts with: code, names, hours when the counter proposes them; one a day each."""


@dataclass(frozen=True, slots=True)
class StationPlanned:
    """What a new station is asked: code (2–4 letters), name, ISO 3166 alpha-3 country, IANA time zone."""

    code: str
    name: str
    country: str
    zone: str
    admin: str
    is_practice: bool = False
    change_hour: int = 6
    organisation: str = ""


@dataclass(frozen=True, slots=True)
class StationMade:
    """A station that stands: the opened desk, and the code of its recovery sheet, shown and printed once."""

    desk: Desk
    recovery_code: str = field(repr=False)


def check_plan(plan: StationPlanned) -> None:
    """Raise ``BadField`` naming the first answer that cannot be."""
    if not _CODE.fullmatch(plan.code):
        raise BadField("code", tr("The station code is two to four capital letters."), tr("For example LB."))
    check_title("name", plan.name, tr("The station needs a name."))
    check_country(plan.country)
    check_zone(plan.zone)
    check_title("admin", plan.admin, tr("The first user needs a name to log in with."))
    check_organisation(plan.organisation)
    check_change_hour("change_hour", plan.change_hour)


def check_organisation(organisation: str) -> None:
    """Raise ``BadField`` for what no organisation is called; it may be left out."""
    if organisation:
        check_title("organisation", organisation, tr("An organisation has a name, or is left out."))


def check_country(country: str) -> None:
    """Raise ``BadField`` for what is not the code of a country a station or office can stand in."""
    if not _COUNTRY.fullmatch(country) or iso3(country) is None or country in NO_COUNTRY:
        raise BadField(
            "country",
            tr("The country is three capital letters of ISO 3166."),
            tr("For example PAN."),
        )


def check_zone(zone: str) -> None:
    """Raise ``BadField`` for a text that names no time zone (IANA)."""
    try:
        ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise BadField(
            "timezone", tr("{zone} is not a time zone.", zone=zone[:40]), tr("For example America/Panama.")
        ) from None


def new_station(
    folder: Path, plan: StationPlanned, passphrase: str, clock: Clock, cost: Argon2Cost = DEFAULT_COST
) -> StationMade:
    """Make a station in an empty folder, with its first user as admin, and open it.

    The first admin is also supervisor and operator: somebody must be able to work alone. Raises ``BadField``,
    ``Refused`` for a folder that already holds something, ``CannotWrite``, ``DiskFull``.
    """
    check_plan(plan)
    startup.prepare_folder(folder)
    if not keyfile.exists(folder):
        _put_aside(folder, clock)
    if startup.is_set_up(folder) or keyfile.exists(folder):
        raise Refused(
            tr("This folder already holds a station or an office."),
            tr("Open it, or choose an empty folder for a new one."),
        )
    keys, file_key, recovery = DeskKeys.new(), keyfile.new_file_key(), new_recovery()
    user_keys, wrapped = new_user(passphrase, cost)
    who = Whoami(
        "station",
        keys.dev,
        0,
        plan.code,
        f"{plan.code}1",
        plan.name.strip(),
        plan.country,
        plan.zone,
        plan.change_hour,
        plan.is_practice,
    )
    roles = frozenset({Role.ADMIN, Role.SUPERVISOR, Role.OPERATOR})
    user = user_entry(plan.admin, plan.organisation, roles, user_keys, wrapped, plan.code)
    store = startup.new_store(folder, file_key, who, keys, clock)
    try:
        publish(
            store,
            "roster",
            {
                "practice": plan.is_practice,
                "stations": [
                    {"code": plan.code, "name": who.name, "country": plan.country, "timezone": plan.zone},
                ],
                "desks": [desk_body(DeskEntry(keys.dev, keys.public, keys.recipient, plan.code, who.slot))],
                "users": [user_body(user)],
                "classes": [class_body(entry) for entry in _class_keys(plan.code, recovery.recipient)],
                "recovery": signing_key_of(recovery.code).public.hex(),
                "recovery_age": recovery.recipient,
                "office": None,
            },
            is_pinned=True,
        )
        with store.write(user) as event:
            event.create(
                STATION,
                {
                    "code": plan.code,
                    "name": who.name,
                    "country": plan.country,
                    "timezone": plan.zone,
                    "change_hour": plan.change_hour,
                },
            )
            for code, names, from_hour, to_hour in MEALS:
                event.create(
                    SERVICE_TYPE,
                    {
                        "code": code,
                        "name": names,
                        "service_class": "meal",
                        "per_day": 1,
                        "min_interval_minutes": 0,
                        "family_pickup": True,
                        "present_only": False,
                        "from_hour": from_hour,
                        "to_hour": to_hour,
                        "source": tr("set at the station's start"),
                    },
                )
            event.create(
                SETTING,
                {
                    "key": "card_valid_days",
                    "value": 90,
                    "source": tr("a starting value of the program; change it in the settings"),
                },
            )
        keyfile.create(folder, file_key, [(plan.admin, wrapped)], recovery.recipient)
        desk = Desk(folder, store, user, user_keys)
        refresh_public_roster(desk)
    except BaseException:
        store.close()
        startup.sweep(folder)
        raise
    return StationMade(desk, recovery.code)


def _put_aside(folder: Path, clock: Clock) -> None:
    """A file without its keys is not opened and not thrown away: a cut-off set-up left it, or the keys are lost."""
    for name in (startup.FILE, f"{startup.FILE}-wal", f"{startup.FILE}-shm"):
        if (folder / name).exists():
            (folder / name).rename(folder / f"without-keys-{clock.now():%Y%m%dT%H%M%SZ}-{name}")


def user_entry(
    name: str, organisation: str, roles: frozenset[Role], keys: UserKeys, wrapped: WrappedUser, station: str
) -> UserEntry:
    """The first revision of a user's entry in the roster; raises ``BadField`` for a name that is no line."""
    check_title("name", name, tr("Type the name this person will log in with."))
    return UserEntry(
        id=user_id(keys.signing.public, keys.age.recipient),
        name=name.strip(),
        organisation=organisation,
        roles=roles,
        sign=keys.signing.public,
        age=keys.age.recipient,
        wrapped=wrapped.as_json(),
        is_active=True,
        revision=1,
        station=station,
    )


def _class_keys(station: str, recovery_recipient: str) -> list[ClassEntry]:
    """The class keys of a new station, opened by nobody but the recovery sheet (DESIGN §6)."""
    made = []
    for name in (Confidentiality.HEALTH, Confidentiality.PROTECTION):
        key = new_class_key(name)
        wrap = wrap_class_key(key, [recovery_recipient])
        made.append(ClassEntry(name.value, key.version, key.key.recipient, station, (("recovery", wrap),)))
    return made
