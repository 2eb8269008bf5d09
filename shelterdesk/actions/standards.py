"""Standard sets: those the program brings, those an admin saved; a new version, a file of one, the station's choice."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from importlib import resources
from pathlib import Path

from shelterdesk.actions.desk import Desk
from shelterdesk.actions.registration import local_day
from shelterdesk.actions.station_facts import FactsChanged, change_station, station_facts
from shelterdesk.core.changes import Changes, Done
from shelterdesk.core.errors import BadField, DamagedFile, NotFound
from shelterdesk.core.kinds import SETTING
from shelterdesk.core.moment import check_day
from shelterdesk.core.standards import StandardSet
from shelterdesk.core.standards_json import set_from_json, set_to_json
from shelterdesk.core.words import language, tr
from shelterdesk.db import standards
from shelterdesk.db.store import Reader
from shelterdesk.reports.target import write_whole

CHANGE = "change settings"
_LONGEST_FILE = 1 << 20
_LONGEST_SOURCE = 200


@lru_cache(maxsize=1)
def shipped_sets() -> tuple[StandardSet, ...]:
    """The sets that come with the program, each its version 1. Raises ``DamagedFile``."""
    file = resources.files("shelterdesk.resources") / "vocabularies" / "standard_sets.json"
    try:
        document = json.loads(file.read_text("utf-8"))
        return tuple(set_from_json(one) for one in document["sets"])
    except (ValueError, KeyError, TypeError) as error:
        raise DamagedFile(
            tr("The list of standards"),
            tr("it is not whole ({why})", why=error),
            tr("Install the program again."),
        ) from error


def standard_sets(reader: Reader, day: date) -> tuple[StandardSet, ...]:
    """The version of each set that holds on a local day, by code."""
    found = standards.sets_of_day(reader.conn, shipped_sets(), day)
    return tuple(found[code] for code in sorted(found))


def versions_of(reader: Reader, code: str) -> tuple[StandardSet, ...]:
    """Every version of a set, the one that comes with the program first; empty for a code nobody knows."""
    every = [*shipped_sets(), *standards.saved_sets(reader.conn)]
    return tuple(sorted((one for one in every if one.code == code), key=lambda one: one.version))


def set_of_day(reader: Reader, day: date) -> StandardSet | None:
    """The set the station has chosen, as it holds on a day; None where its words name no set."""
    sets = standards.sets_of_day(reader.conn, shipped_sets(), day)
    return standards.set_of(sets, standards.chosen(reader.conn, reader.who.station))


@dataclass(frozen=True, slots=True)
class SetSaved:
    """A further version of a set, and how to take it back."""

    standards: StandardSet
    undo: tuple[bytes, ...]


def save_set(desk: Desk, wanted: StandardSet, source: str, valid_from: date | None = None) -> Done[SetSaved]:
    """Save a set as its next version, holding from a local day on (today without one); sheets frozen so far stay.

    ``source`` says where the figures are from. Raises ``BadField``, ``NotAllowed`` (an admin's).
    """
    desk.must(CHANGE)
    said = source.strip()
    if not said:
        raise BadField("source", tr("A standard needs its source."), tr("Write where the figures were read."))
    if len(said) > _LONGEST_SOURCE:
        raise BadField("source", tr("this is too long: at most {n} letters", n=_LONGEST_SOURCE))
    day = valid_from or local_day(desk)
    check_day("valid_from", day)
    _check(wanted)
    with desk.store.write(desk.user) as event:
        held = [*shipped_sets(), *standards.saved_sets(event.conn)]
        version = max((one.version for one in held if one.code == wanted.code), default=0) + 1
        saved = replace(wanted, version=version, source=said, valid_from=day.isoformat())
        event.create(
            SETTING,
            {
                "key": standards.PREFIX + saved.code,
                "value": set_to_json(saved),
                "source": said,
                "valid_from": day.isoformat(),
            },
        )
    written = event.written
    return Done(
        SetSaved(saved, written.events if written is not None else ()),
        Changes(written.kinds if written is not None else frozenset()),
    )


def _check(wanted: StandardSet) -> None:
    """Raise ``BadField`` for a set that could not be read again."""
    if not wanted.code.isascii() or not wanted.code.replace("_", "").isalnum() or len(wanted.code) > 24:
        raise BadField("code", tr("A code has letters A to Z, digits and _ only, 24 at most."))
    try:
        set_from_json(set_to_json(wanted))
    except ValueError as error:
        raise BadField("indicators", tr("This is no set of standards: {why}.", why=error)) from None


def choose_set(desk: Desk, code: str) -> Done[FactsChanged]:
    """Measure the station by another set from now on; raises ``NotFound`` for a code nobody knows, ``NotAllowed``."""
    reader = desk.reader()
    try:
        known = {one.code: one for one in standard_sets(reader, local_day(desk))}
        wanted = known.get(code.strip().upper())
        if wanted is None:
            raise NotFound(
                tr("The set of standards {code}", code=code[:40]),
                tr("There are: {names}.", names=", ".join(sorted(known))),
            )
        facts = station_facts(reader)
    finally:
        reader.close()
    return change_station(desk, replace(facts, standard_set=wanted.code))


def export_set(reader: Reader, code: str, day: date, path: Path) -> StandardSet:
    """Write a set as it holds on a day into a file (JSON, UTF-8), to be edited and read again.

    Raises ``NotFound`` for a code nobody knows, ``DiskFull``, ``CannotWrite``.
    """
    found = {one.code: one for one in standard_sets(reader, day)}.get(code.strip().upper())
    if found is None:
        raise NotFound(tr("The set of standards {code}", code=code[:40]))
    text = json.dumps(set_to_json(found), ensure_ascii=False, indent=1)
    write_whole(path, f"{text}\n".encode())
    return found


def read_set_file(path: Path) -> StandardSet:
    """The set in a file as :func:`export_set` writes it; raises ``NotFound``, ``DamagedFile`` with what is wrong."""
    try:
        if path.stat().st_size > _LONGEST_FILE:
            raise ValueError(tr("it is too large"))
        return set_from_json(json.loads(path.read_text("utf-8-sig")))
    except OSError:
        raise NotFound(tr("The file {name}", name=path.name)) from None
    except (ValueError, TypeError, RecursionError) as error:
        raise DamagedFile(
            path.name, tr("it is no set of standards ({why})", why=error), tr("Export one and change that.")
        ) from None


def name_of_set(standards_set: StandardSet) -> str:
    """A set as it is printed: its name in the language spoken, and its version."""
    return f"{standards_set.name_in(language())} · v{standards_set.version}"
