"""What roles, sealed classes and tasks are called when they are shown: the one table of each vocabulary.

``core/roles.py`` decides who may do what, under the program's own names; here the same names become words
of the field, so that a refusal reads "Your role cannot give beds. Ask a supervisor of the station to do it."
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from shelterdesk.core.errors import NotAllowed
from shelterdesk.core.roles import DOES, WRITES
from shelterdesk.core.vocabulary import Confidentiality, Role
from shelterdesk.core.words import tr

ROLE_WORDS: dict[str, Callable[[], str]] = {
    Role.OPERATOR: lambda: tr("desk operator"),
    Role.COUNTER: lambda: tr("counter"),
    Role.GATE: lambda: tr("gate"),
    Role.HEALTH: lambda: tr("health"),
    Role.PROTECTION: lambda: tr("protection"),
    Role.SUPERVISOR: lambda: tr("supervisor"),
    Role.ADMIN: lambda: tr("admin"),
    Role.STATISTICIAN: lambda: tr("statistician"),
    Role.SAFEGUARDING: lambda: tr("safeguarding"),
}
CLASS_WORDS: dict[str, Callable[[], str]] = {
    Confidentiality.HEALTH: lambda: tr("health entries"),
    Confidentiality.PROTECTION: lambda: tr("protection entries"),
    Confidentiality.SAFEGUARDING: lambda: tr("safeguarding entries"),
}
TASK_WORDS: dict[str, Callable[[], str]] = {
    "find people": lambda: tr("look for people"),
    "open a person": lambda: tr("open the page of a person"),
    "see the site plan": lambda: tr("see the site plan"),
    "print cards": lambda: tr("print cards"),
    "print the daily sheet": lambda: tr("print the daily sheet"),
    "print names for an evacuation": lambda: tr("print names for an evacuation"),
    "print lists of residents": lambda: tr("print lists of residents"),
    "print intake forms": lambda: tr("print forms for the intake on paper"),
    "print the shift slip": lambda: tr("print the slip of a shift"),
    "print a person's own record": lambda: tr("print a person's own record"),
    "add or disable users": lambda: tr("decide who may log in"),
    "admit a desk": lambda: tr("admit a desk"),
    "revoke a desk": lambda: tr("revoke a desk"),
    "erase people": lambda: tr("erase people's records"),
    "correct a clock": lambda: tr("correct the clock of a desk"),
    "confirm what another proposes": lambda: tr("confirm what another admin proposes"),
    "import the site plan": lambda: tr("take in a site plan"),
    "write a bundle": lambda: tr("write to a stick"),
    "take in bundles": lambda: tr("take in what others brought"),
    "settle what was written apart": lambda: tr("choose between what two desks wrote"),
    "make a backup": lambda: tr("make a backup"),
    "enrol a station": lambda: tr("enrol a station"),
    "publish matrices": lambda: tr("make the matrix of arrivals"),
    "see the posts": lambda: tr("see how the stations stand"),
    "see who looked at what": lambda: tr("see who looked at what"),
    "change settings": lambda: tr("change the settings"),
    "close the station": lambda: tr("close the station"),
    "update the program": lambda: tr("update the program"),
}
"""Keys of ``DOES`` as something one can or cannot do, for the end of "Your role cannot …"."""

WRITING_WORDS: dict[str, Callable[[], str]] = {
    "station": lambda: tr("change the facts of the station"),
    "place": lambda: tr("change the places of the site"),
    "arrival_group": lambda: tr("count arrivals"),
    "person": lambda: tr("register people"),
    "household": lambda: tr("register families"),
    "membership": lambda: tr("change who belongs to a family"),
    "relation": lambda: tr("note who is related to whom"),
    "travel_document": lambda: tr("note documents"),
    "consent": lambda: tr("note a consent"),
    "stay": lambda: tr("give beds"),
    "movement": lambda: tr("note who comes in and goes out"),
    "service_type": lambda: tr("change what the counters give"),
    "service": lambda: tr("note what was given at a counter"),
    "flag": lambda: tr("set or lift a flag"),
    "bed_need": lambda: tr("note what bed somebody needs"),
    "card": lambda: tr("make or revoke cards"),
    "transfer": lambda: tr("plan transfers"),
    "transfer_line": lambda: tr("note who travels with a transfer"),
    "facility_day": lambda: tr("note the day's water, toilets and meals"),
    "daily_sheet": lambda: tr("freeze the daily sheet"),
    "same_as": lambda: tr("decide who is the same person"),
    "access": lambda: tr("note who looked at what"),
    "setting": lambda: tr("change the settings"),
    "correction": lambda: tr("put a record right"),
    "class_count": lambda: tr("count the sealed entries of a day"),
    "sealed_health": lambda: tr("write health entries"),
    "sealed_protection": lambda: tr("write protection entries"),
}
"""Kinds of ``WRITES`` in the same way."""


def role_words(role: str) -> str:
    """A role in the words of the field; one of a newer program as it is written."""
    return ROLE_WORDS[role]() if role in ROLE_WORDS else role.replace("_", " ")


def class_words(name: str) -> str:
    """The entries of a class of confidentiality, in the plural (``health entries``)."""
    return CLASS_WORDS[name]() if name in CLASS_WORDS else name


def cannot_do(what: str) -> NotAllowed:
    """The refusal of something that writes nothing of its own (a key of ``DOES``)."""
    return NotAllowed(TASK_WORDS[what](), _ask(DOES[what]))


def cannot_write(kind: str) -> NotAllowed:
    """The refusal of writing records of a kind (a key of ``WRITES``)."""
    return NotAllowed(WRITING_WORDS[kind](), _ask(WRITES[kind]))


def cannot_open(name: str) -> NotAllowed:
    """The refusal of opening the sealed entries of a class whose key the user does not hold."""
    return NotAllowed(tr("open {entries}", entries=class_words(name)))


def _ask(allowed: Iterable[Role]) -> str:
    """Who can be asked instead: the nearest of those who may."""
    if Role.SUPERVISOR in allowed:
        return tr("Ask a supervisor of the station to do it.")
    if Role.ADMIN in allowed:
        return tr("Ask an admin of the station to do it.")
    return ""
