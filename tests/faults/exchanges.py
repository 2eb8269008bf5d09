"""The workflows of the exchange: sticks written and taken in, receipts, a station enrolled, a desk that joins."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from shelterdesk import startup
from shelterdesk.actions.admission import JOIN_KEYS, admit, finish_join, join_request, read_admission
from shelterdesk.actions.clock import SetClock
from shelterdesk.actions.desk import Desk
from shelterdesk.actions.exchange import export_bundle, export_receipts
from shelterdesk.actions.offices import accept_reply, enrol, enrol_request, read_reply
from shelterdesk.actions.taking_in import Imported, import_from
from shelterdesk.core.errors import Refused
from shelterdesk.db import chain, exchange
from shelterdesk.db.state import state_of
from shelterdesk.keys import keyfile
from shelterdesk.keys.sshsig import BUNDLE, BadSignature, verify
from shelterdesk.sync import cutting, stick
from shelterdesk.sync.manifest import sha256
from shelterdesk.sync.receipts import office_receipt
from tests.faults.workflows import Say, Told, Workflow, copied, later, of, people, step, whole
from tests.stations import MORNING, make_template
from tests.sync.worlds import at, given_names, make_world, register

NAMES = tuple(f"Ana {n}" for n in range(24))
SMALL_PART, SMALL_MEMBER = 600, 1_200
"""Packed bytes from which a part is full here, and unpacked ones of a member: a small stick holds several parts."""


@contextmanager
def small_parts() -> Iterator[None]:
    """Parts cut small while a bundle is planned."""
    before = cutting.PART_PACKED, cutting.MEMBER_BYTES
    cutting.PART_PACKED, cutting.MEMBER_BYTES = SMALL_PART, SMALL_MEMBER
    try:
        yield
    finally:
        cutting.PART_PACKED, cutting.MEMBER_BYTES = before


# --- a stick written --------------------------------------------------------------------------------------------


def _prepare_export(place: Path) -> None:
    make_world(place)
    shutil.rmtree(place / "mt")
    with at(place / "lb", SetClock(MORNING)) as desk:
        register(desk, *NAMES)
    (place / "stick").mkdir()


def _export(place: Path, say: Say, clock: SetClock) -> None:
    with at(place / "lb", clock) as desk, small_parts():
        done = step(say, lambda: export_bundle(desk, place / "stick")).result
        say("exported", len(done.parts), done.events)


def _look_export(place: Path, said: Sequence[Told]) -> list[str]:
    problems: list[str] = []
    for desk in whole(place / "lb", problems):
        problems.extend(_missing_parts(desk))
        public = desk.store.keys.public
        have = sorted(given_names(desk))
    if problems:
        return problems
    signed = _signed(place / "stick", public)
    with copied(place / "office", "office-look") as office:
        found = _taken_in(office, place / "stick", problems)
        if found is not None:
            # One that was signed and not yet noted when the end came is written again, and lies there twice.
            taken = [part for part in found.parts if part.outcome in ("new", "known")]
            if len(taken) != signed:
                problems.append(f"{signed} parts are signed and {len(taken)} were taken in: {found.parts}")
            if found.alarms or found.set_aside:
                problems.append(f"alarms of a stick half written: {found.alarms} {found.parts}")
        for desk in whole(office, problems):
            there = sorted(given_names(desk))
            if not set(there) <= set(have) or (of(said, "exported") and there != have):
                problems.append(f"the stick was called written, {len(there)} of {len(have)} came out")
    return problems


def _missing_parts(desk: Desk) -> list[str]:
    """Parts that the station's file says were written and read back, and that do not lie there whole."""
    rows = desk.store.conn.execute("SELECT target, name, cipher_sha FROM part_written").fetchall()
    found = []
    for target, name, sha in rows:
        path = desk.folder.parent / "stick" / "SHELTERDESK" / Path(target).name / name
        try:
            sealed, signature = stick.read_signed(path, 1 << 30)
            if sha256(sealed) != sha:
                raise ValueError("another content")
            verify(sealed, signature, BUNDLE, [desk.store.keys.public])
        except Exception as error:
            found.append(f"{name} counts as written and is not there: {error}")
    return found


def _signed(target: Path, public: bytes) -> int:
    """How many parts lie on a stick with a signature that fits."""
    count = 0
    for path in target.rglob("*.age"):
        sealed = path.read_bytes()
        try:
            verify(sealed, path.with_name(f"{path.name}.sig").read_text("ascii"), BUNDLE, [public])
            count += 1
        except (OSError, BadSignature, ValueError):
            continue
    return count


def _taken_in(folder: Path, target: Path, problems: list[str]) -> Imported | None:
    """What an import of a stick finds; None where there is nothing of ours on it yet."""
    with at(folder, later(25), "chief" if folder.name.startswith("office") else "admin") as desk:
        try:
            return import_from(desk, target).result
        except stick.NotOurs:
            return None
        except Exception as error:
            problems.append(f"taking in stumbled: {error!r}")
            return None


def _end_export(place: Path) -> Any:
    with at(place / "office", later(40)) as office:
        found = import_from(office, place / "stick").result
        return [sorted(given_names(office)), found.is_clean, len(found.parts) > 1]


# --- a stick taken in -------------------------------------------------------------------------------------------


def _prepare_import(place: Path) -> None:
    _prepare_export(place)
    with at(place / "lb", SetClock(MORNING)) as desk, small_parts():
        export_bundle(desk, place / "stick")
    shutil.rmtree(place / "lb")


def _import(place: Path, say: Say, clock: SetClock) -> None:
    with at(place / "office", clock) as office:
        found = step(say, lambda: import_from(office, place / "stick")).result
        if found.is_clean:
            say("imported", found.new + found.known)


def _look_import(place: Path, said: Sequence[Told]) -> list[str]:
    problems: list[str] = []
    for desk in whole(place / "office", problems):
        conn = desk.store.conn
        for dev, epoch, upto in conn.execute("SELECT dev, epoch, upto FROM heard").fetchall():
            if chain.last_seq(conn, dev, epoch) < upto:
                problems.append("a receipt would confirm what is not here")
        promised = conn.execute(
            "SELECT coalesce(sum(events), 0) FROM part_in WHERE is_complete = 1"
        ).fetchone()
        held = conn.execute("SELECT count(*) FROM event WHERE dev <> ?", (desk.who.dev,)).fetchone()
        if held[0] < promised[0]:
            problems.append(f"complete parts hold {promised[0]} entries, here are {held[0]}")
        if exchange.set_aside_parts(conn):
            problems.append("a good part was set aside")
        if of(said, "imported") and sorted(given_names(desk)) != sorted(NAMES):
            problems.append("the stick was called taken in and is not")
    return problems


def _end_import(place: Path) -> Any:
    with at(place / "office", later(40)) as office:
        return [state_of(office.store.conn), sorted(given_names(office))]


# --- receipts written, and taken in -----------------------------------------------------------------------------


def _prepare_receipt(place: Path) -> None:
    _prepare_export(place)
    clock = SetClock(MORNING)
    with at(place / "lb", clock) as desk:
        export_bundle(desk, place / "stick")
    with at(place / "office", clock) as office:
        import_from(office, place / "stick")
    (place / "back").mkdir()


def _receipt(place: Path, say: Say, clock: SetClock) -> None:
    with at(place / "office", clock) as office:
        step(say, lambda: export_receipts(office, place / "back"))
        say("receipts")
    with at(place / "lb", clock) as desk:
        step(say, lambda: import_from(desk, place / "back"))
        if _confirmed(desk):
            say("confirmed")


def _confirmed(desk: Desk) -> bool:
    """Whether the office's receipt covers all that was on the stick."""
    upto = office_receipt(desk.store).get((desk.who.dev, 0), 0)
    return upto >= len(NAMES)


def _look_receipt(place: Path, said: Sequence[Told]) -> list[str]:
    problems: list[str] = []
    for desk in whole(place / "office", problems):
        upto = chain.last_seq(desk.store.conn, *_author(desk))
    for desk in whole(place / "lb", problems):
        if of(said, "confirmed") and not _confirmed(desk):
            problems.append("what was confirmed is confirmed no longer")
        if office_receipt(desk.store).get((desk.who.dev, 0), 0) > upto:
            problems.append("more is confirmed than the office has")
    if problems:
        return problems
    with copied(place / "lb", "lb-look") as folder:
        found = _taken_in(folder, place / "back", problems)
        if found is not None and (found.alarms or found.set_aside):
            problems.append(f"receipts half written raise an alarm: {found.alarms} {found.parts}")
        for desk in whole(folder, problems):
            if of(said, "receipts") and not _confirmed(desk):
                problems.append("receipts were called written and confirm nothing")
    return problems


def _author(office: Desk) -> tuple[int, int]:
    return next(d.dev for d in office.roster.desks.values() if d.station == "LB"), 0


def _end_receipt(place: Path) -> Any:
    with at(place / "lb", later(40)) as desk:
        return [sorted(office_receipt(desk.store).values()), _confirmed(desk)]


# --- a station enrolled at an office ----------------------------------------------------------------------------


def _prepare_enrol(place: Path) -> None:
    make_world(place)
    shutil.rmtree(place / "mt")
    make_template(place / "st", code="ST")


def _enrol(place: Path, say: Say, clock: SetClock) -> None:
    request, reply = place / "request.json", place / "reply.json"
    with at(place / "st", clock) as desk:
        if desk.roster.office is None or not reply.exists():
            step(say, lambda: enrol_request(desk, request))
    with at(place / "office", clock) as office:
        if not reply.exists():
            step(say, lambda: enrol(office, request, reply))
        say("enrolled")
    with at(place / "st", clock) as desk:
        step(say, lambda: accept_reply(desk, reply, read_reply(reply).words))
        say("adopted")


def _look_enrol(place: Path, said: Sequence[Told]) -> list[str]:
    problems: list[str] = []
    for office in whole(place / "office", problems):
        if of(said, "enrolled") and "ST" not in office.roster.stations:
            problems.append("the station was called enrolled and the office does not know it")
    for desk in whole(place / "st", problems):
        held = desk.roster.office
        if of(said, "adopted"):
            if held is None:
                problems.append("the office was called accepted and is not known")
            elif held.escrow not in keyfile.recipients(desk.folder, keyfile.ESCROW):
                problems.append("the office's escrow is not in the key file")
    return problems


def _end_enrol(place: Path) -> Any:
    with at(place / "st", later(40)) as desk, at(place / "office", later(40)) as office:
        held = desk.roster.office
        escrow = held is not None and held.escrow in keyfile.recipients(desk.folder, keyfile.ESCROW)
        return [held is not None and held.dev == office.who.dev, escrow, sorted(office.roster.stations)]


# --- a desk that joins ------------------------------------------------------------------------------------------


def _prepare_join(place: Path) -> None:
    _prepare_export(place)
    shutil.rmtree(place / "office")


def _joining(place: Path) -> Path:
    """The folder of the new desk: another one where the first was admitted and its reply never came."""
    return place / ("second" if (place / "second").exists() else "new")


def _join(place: Path, say: Say, clock: SetClock) -> None:
    folder = _joining(place)
    if not (startup.is_set_up(folder) and keyfile.exists(folder)):
        reply = _admitted(place, folder, say, clock)
        folder = _joining(place)
        step(say, lambda: finish_join(folder, reply, read_admission(folder, reply).words, clock))
    say("joined")
    with at(folder, clock) as desk:
        if "Nueva" not in given_names(desk):
            step(say, lambda: register(desk, "Nueva"))
        say("saved")


def _admitted(place: Path, folder: Path, say: Say, clock: SetClock) -> Path:
    request, reply = folder.with_suffix(".join"), folder.with_suffix(".reply")
    step(say, lambda: join_request(folder, request))
    say("asked")
    if reply.exists():
        return reply
    with at(place / "lb", clock) as desk:
        try:
            step(say, lambda: admit(desk, request, reply))
            say("admitted", folder.name)
            return reply
        except Refused:  # admitted before, and the reply was cut off: a new folder, as the sentence says
            (place / "second").mkdir()
    return _admitted(place, place / "second", say, clock)


def _look_join(place: Path, said: Sequence[Told]) -> list[str]:
    problems: list[str] = []
    for desk in whole(place / "lb", problems):
        here = sorted(given_names(desk))
    for (name,) in of(said, "admitted"):
        if not (place / f"{name}.reply").exists():
            problems.append("a desk was called admitted and its reply is not there")
    folder = _joining(place)
    if not (startup.is_set_up(folder) and keyfile.exists(folder)):
        return [*problems, *(["a desk was called joined and is not there"] if of(said, "joined") else [])]
    for desk in whole(folder, problems):
        there = set(given_names(desk))
        if not set(here) <= there or (of(said, "saved") and "Nueva" not in there):
            problems.append("the new desk does not know what it should")
        held = desk.roster.office
        if held is not None and held.escrow not in keyfile.recipients(folder, keyfile.ESCROW):
            problems.append("the office's escrow is not in the key file of the new desk")
        if (folder / JOIN_KEYS).exists():
            problems.append("keys of the new desk lie in clear beside its file")
    return problems


def _end_join(place: Path) -> Any:
    with at(_joining(place), later(40), "admin") as desk:
        return [people(desk), (desk.folder / JOIN_KEYS).exists()]


EXPORT = Workflow("export", _prepare_export, _export, _look_export, _end_export)
IMPORT = Workflow("import", _prepare_import, _import, _look_import, _end_import)
RECEIPT = Workflow("receipt", _prepare_receipt, _receipt, _look_receipt, _end_receipt)
ENROL = Workflow("enrol", _prepare_enrol, _enrol, _look_enrol, _end_enrol)
JOIN = Workflow("join", _prepare_join, _join, _look_join, _end_join)
