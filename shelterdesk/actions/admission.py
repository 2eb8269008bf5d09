"""A further or replacement desk joins a station at the table: request, admission, start; no office is needed."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from shelterdesk import startup
from shelterdesk.actions.desk import Desk, sign_head
from shelterdesk.actions.station import check_zone
from shelterdesk.core.belief import fold
from shelterdesk.core.changes import Changes, Done
from shelterdesk.core.errors import BadField, CannotWrite, DamagedFile, NotFound, Refused, WorldError
from shelterdesk.core.event import hex16
from shelterdesk.core.kinds import ACCESS
from shelterdesk.core.moment import Clock, is_change_hour
from shelterdesk.core.number import child_slot
from shelterdesk.core.roster import DeskEntry, desk_body
from shelterdesk.core.vocabulary import AccessKind
from shelterdesk.core.words import tr
from shelterdesk.db import exchange, meta
from shelterdesk.db.meta import Whoami
from shelterdesk.db.statements import statements
from shelterdesk.db.store import Store
from shelterdesk.keys import age, keyfile
from shelterdesk.keys.desk import DeskKeys
from shelterdesk.keys.safefile import sync_folder, write_whole
from shelterdesk.keys.signing import SignedStatement, verify_statement
from shelterdesk.keys.sshsig import BUNDLE, BadSignature, claimed_signer, sign, verify
from shelterdesk.keys.user import WrappedUser
from shelterdesk.sync import intake, stick
from shelterdesk.sync.container import TAR_END, member, read_part_name, unpack_from
from shelterdesk.sync.faults import SetAside
from shelterdesk.sync.letter import (
    Letter,
    copy_again,
    enclosed,
    letter_bytes,
    parse_letter,
    read_letter,
    write_letter,
)
from shelterdesk.sync.parts import Audience, plan, remake
from shelterdesk.sync.reader import open_part
from shelterdesk.sync.sending import sealed_part
from shelterdesk.sync.trust import judge_from_root

JOIN_KEYS = startup.JOIN_KEYS

REQUEST, ADMISSION = "join_request", "admission"


@dataclass(frozen=True, slots=True)
class JoinAsked:
    """A request to join: the file, and the six words to compare with what the admitting desk shows."""

    path: Path
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Admitted:
    """A desk that was admitted: its number range (``LB1A``), its words, the admitting desk's words, the reply."""

    desk: str
    dev: str
    words: tuple[str, ...]
    own_words: tuple[str, ...]
    reply: Path


@dataclass(frozen=True, slots=True)
class AdmissionOffered:
    """What a reply offers: station, number range, and the six words of the desk that admits."""

    station: str
    desk: str
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Joined:
    """A desk that stands and can be logged in to: its number range, how many events it began with."""

    station: str
    desk: str
    events: int
    users: int


def join_request(folder: Path, path: Path) -> JoinAsked:
    """Make the keys of a new desk in an empty folder and write its request; asking again gives the same keys.

    Raises ``Refused`` for a folder that holds a station or an office, ``CannotWrite``, ``DiskFull``.
    """
    startup.prepare_folder(folder)
    _must_be_free(folder)
    kept = folder / JOIN_KEYS
    if kept.exists():
        keys = join_keys(folder)
    else:
        keys = DeskKeys.new()
        write_whole(kept, keys.stored())
    write_letter(path, keys, REQUEST, {"sign": keys.public.hex(), "age": keys.recipient})
    return JoinAsked(path, keys.words)


def read_join_request(path: Path) -> Letter:
    """A request to join, for showing its words; raises ``NotFound``, ``DamagedFile``, ``BadSignature``."""
    letter = read_letter(path, REQUEST)
    if letter.text("sign") != letter.signer.hex() or not age.is_recipient(letter.text("age")):
        raise DamagedFile(
            tr("The request"), tr("its keys are not complete"), tr("Ask the new desk for it again.")
        )
    return letter


def admit(desk: Desk, request: Path, reply: Path, progress: stick.Progress | None = None) -> Done[Admitted]:
    """Admit a desk below this one and write what it starts with, sealed for it: roster, users and all events.

    Its six words must have been compared before. Raises ``NotAllowed``, ``Refused`` for a desk admitted before
    or at an office, ``NotFound``, ``DamagedFile``, and what writing raises.
    """
    desk.must("admit a desk")
    store, who = desk.store, desk.who
    if who.is_office:
        raise Refused(tr("This is an office."), tr("A desk joins at a desk of its station."))
    letter = read_join_request(request)
    if letter.dev in desk.roster.desks:
        raise Refused(
            tr("This desk was admitted before."), tr("Let it make a new request in a new, empty folder.")
        )
    with store.transaction() as conn:
        below = child_slot(who.slot.removeprefix(who.station), meta.next_count(conn, "admitted"))
    slot = who.station + below
    entry = DeskEntry(letter.dev, letter.signer, letter.text("age"), who.station, slot, who.dev)
    changed = desk.publish("admit", {"desk": desk_body(entry)})
    with store.write(desk.user) as event:
        event.create(
            ACCESS,
            {
                "access": AccessKind.EXPORTED.value,
                "subject_kind": "desk",
                "happened_at": event.now,
                "detail": slot,
            },
        )
    sign_head(store)
    _write_reply(desk, entry, reply, progress)
    result = Admitted(slot, hex16(letter.dev), letter.words, store.keys.words, reply)
    return Done(result, Changes(frozenset(changed | {"roster"})))


def _write_reply(desk: Desk, entry: DeskEntry, reply: Path, progress: stick.Progress | None) -> None:
    """The reply: a tar with the admission in clear, the starter letter and the parts, all sealed and signed."""
    store, who = desk.store, desk.who
    held = statements(store.conn)
    admission = next(s for s in held if s.kind == "admit" and s.body["desk"]["dev"] == hex16(entry.dev))
    body = {
        "desk": hex16(entry.dev),
        "station": who.station,
        "slot": entry.slot,
        "name": who.name,
        "country": who.country,
        "timezone": who.zone,
        "change_hour": who.change_hour,
        "practice": who.is_practice,
        "recovery": list(keyfile.recipients(desk.folder, keyfile.RECOVERY)),
        "pins": [s.sha.hex() for s in held if s.is_pinned],
        "statements": enclosed(SignedStatement(s.raw, s.signature) for s in held),
    }
    starter = age.encrypt(letter_bytes(store.keys, ADMISSION, body), [entry.age])
    recipients = (entry.age, *(r for r in store.roster.recipients(who.station) if r != entry.age))
    audience = Audience(f"desk:{hex16(entry.dev)}", recipients, who.station)
    parts = plan(store, audience)
    orders: dict[int, list[int]] = {}
    partial = reply.with_name(f"{reply.name}.partial")
    try:
        with partial.open("wb") as out:
            out.write(member("admit.json", admission.raw))
            out.write(member("admit.json.sig", admission.signature.encode("ascii")))
            out.write(member("starter.age", starter))
            out.write(member("starter.age.sig", sign(store.keys.signing, starter, BUNDLE).encode("ascii")))
            for done, part in enumerate(parts):
                name, sealed, signature = sealed_part(store, audience, part, remake(store, part, orders))
                out.write(member(str(name), sealed))
                out.write(member(f"{name}.sig", signature.encode("ascii")))
                if progress is not None:
                    progress(done + 1, len(parts))
            out.write(TAR_END)
            out.flush()
            os.fsync(out.fileno())
        os.replace(partial, reply)
        sync_folder(reply.parent)  # the desk is admitted for good: its reply must not vanish with the power
    except OSError as error:
        with suppress(OSError):
            partial.unlink(missing_ok=True)
        raise stick.said(reply.parent, error) from None
    with store.transaction() as conn:
        exchange.wait_no_more(conn, audience.name, [(part.bundle_no, part.part) for part in parts])


def read_admission(folder: Path, reply: Path) -> AdmissionOffered:
    """What a reply offers this folder's new desk; compare the words, then :func:`finish_join`.

    Raises ``NotFound`` without a request or reply, ``Refused`` for one made for another desk, ``WorldError`` for a
    damaged or changed one.
    """
    keys = join_keys(folder)
    try:
        with _opened(reply) as stream:
            letter = _starter(unpack_from(stream), keys)
    except SetAside as error:
        raise _set_aside(error) from None
    station, slot = letter.text("station"), letter.text("slot")
    return AdmissionOffered(station, slot, letter.words)


def finish_join(
    folder: Path,
    reply: Path,
    words: Sequence[str],
    clock: Clock,
    told: Callable[[int], None] | None = None,
    settle: Callable[[Store], None] | None = None,
) -> Done[Joined]:
    """Make the new desk's file from the reply: it knows everything its station knew, its users can log in.

    ``words`` are the six words that were compared: the file may have been exchanged since. ``told`` hears how many
    events are in, ``settle`` is called with the file before it is closed. Raises as :func:`read_admission`, and
    ``Refused`` when the words are not those of this reply or its statements do not hang together; then the folder is
    as before and the reply can be taken again.
    """
    keys = join_keys(folder)
    _must_be_free(folder)
    _sweep(folder)
    if (folder / startup.FILE).exists():
        raise CannotWrite(str(folder), tr("what an interrupted start left there cannot be removed"))
    try:
        with _opened(reply) as stream:
            members = unpack_from(stream)
            letter = _starter(members, keys)
            if tuple(word.strip().casefold() for word in words) != letter.words:
                raise Refused(
                    tr("These are not the six words of this reply."),
                    tr(
                        "The file was exchanged after its words were compared. Read it again and compare anew."
                    ),
                )
            joined = _make(folder, keys, letter, members, clock, told, settle)
    except SetAside as error:
        _sweep(folder)
        raise _set_aside(error) from None
    except BaseException:
        _sweep(folder)
        raise
    startup.sweep_join_keys(folder)
    return Done(joined, Changes.of("roster", "status"))


def _make(
    folder: Path,
    keys: DeskKeys,
    letter: Letter,
    members: Iterator[tuple[str, bytes]],
    clock: Clock,
    told: Callable[[int], None] | None,
    settle: Callable[[Store], None] | None,
) -> Joined:
    who = _whoami(letter, keys)
    believed = judge_from_root(who, letter.statements, letter.texts("pins"))
    roster = fold(believed)
    me, admitting = roster.desks.get(keys.dev), roster.desks.get(letter.dev)
    if me is None or (me.sign, me.slot) != (keys.public, who.slot):
        raise _incoherent()
    if admitting is None or admitting.sign != letter.signer or admitting.station != who.station:
        raise _incoherent()
    file_key = keyfile.new_file_key()
    store = Store.create(folder / startup.FILE, file_key, who, keys, clock)
    events = 0
    try:
        store.add_statements(believed)
        for name, sealed in members:
            part = read_part_name(name)
            found = next(members, ("", b""))
            if part is None or found[0] != f"{name}.sig":
                raise SetAside("members", what=name[:40])
            signature = found[1].decode("ascii", "replace")
            opened = open_part(
                part, letter.dev, sealed, signature, intake.me_of(store), intake.known_of(store)
            )
            intake.merge_part(store, opened)
            events += len(opened.entries)
            if told is not None:
                told(events)
        if settle is not None:
            settle(store)
    finally:
        store.close()
    users = [
        (user.name, WrappedUser.from_json(dict(user.wrapped)))
        for user in roster.users.values()
        if user.station == who.station and user.is_active
    ]
    recovery = letter.body.get("recovery")
    recipients = (
        [r for r in recovery if isinstance(r, str) and age.is_recipient(r)]
        if isinstance(recovery, list)
        else []
    )
    escrow = roster.office.escrow if roster.office is not None else None
    keyfile.create(folder, file_key, users, recipients[0] if recipients else None, escrow)
    return Joined(who.station, who.slot, events, len(users))


def _whoami(letter: Letter, keys: DeskKeys) -> Whoami:
    hour = letter.body.get("change_hour")
    if letter.text("desk") != hex16(keys.dev) or not is_change_hour(hour):
        raise _incoherent()
    zone = letter.text("timezone")
    try:
        check_zone(zone)
    except BadField as error:
        # Every day and hour is reckoned by it: the desk could not show one screen.
        step = tr("Update the program on this laptop, then take the same reply in again.")
        raise DamagedFile(tr("The reply"), error.sentence, step) from None
    return Whoami(
        "station",
        keys.dev,
        0,
        letter.text("station"),
        letter.text("slot"),
        letter.text("name"),
        letter.text("country"),
        zone,
        hour,
        letter.is_true("practice"),
    )


def _starter(members: Iterator[tuple[str, bytes]], keys: DeskKeys) -> Letter:
    """The starter letter: signed by the desk that signed the admission, sealed for this new desk."""
    what = tr("The reply")
    first = dict(next(members, ("", b"")) for _ in range(4))
    try:
        signature = first["starter.age.sig"].decode("ascii")
        signer = claimed_signer(signature, what)
        verify(first["starter.age"], signature, BUNDLE, [signer], what)
        verify_statement(first["admit.json"], first["admit.json.sig"].decode("ascii"), [signer], what)
        letter = parse_letter(age.decrypt(first["starter.age"], [keys.age.identity], what), ADMISSION)
        if letter.signer != signer:
            raise ValueError("two signers")
    except age.NotForUs:
        raise _incoherent() from None
    except (BadSignature, DamagedFile) as error:
        raise WorldError(error.sentence, copy_again()) from None
    except (KeyError, ValueError, UnicodeError):
        raise DamagedFile(what, tr("it is not an admission, or it is damaged"), copy_again()) from None
    return letter


def _opened(reply: Path) -> BinaryIO:
    try:
        return reply.open("rb")
    except OSError as error:
        raise NotFound(
            str(reply), tr("Choose the file that was brought. ({why})", why=error.strerror or "")
        ) from None


def join_keys(folder: Path) -> DeskKeys:
    """The keys of a desk that waits to be admitted; raises ``NotFound`` before it has asked, ``DamagedFile``."""
    try:
        return DeskKeys.from_stored((folder / JOIN_KEYS).read_bytes())
    except FileNotFoundError:
        raise NotFound(
            tr("A request to join from this folder"), tr("Make the request first, in this very folder.")
        ) from None
    except OSError as error:
        raise DamagedFile(
            tr("The keys of this desk"),
            error.strerror or tr("it cannot be read"),
            tr("Try again; if it stays so, make a new request in a new, empty folder."),
        ) from None


def _must_be_free(folder: Path) -> None:
    if keyfile.exists(folder) or (startup.is_set_up(folder) and not (folder / JOIN_KEYS).exists()):
        raise Refused(
            tr("This folder already holds a station or an office."),
            tr("Open it, or choose an empty folder for a new one."),
        )


def _sweep(folder: Path) -> None:
    """Take away what an interrupted start left; without a key file nobody ever worked in it."""
    if not keyfile.exists(folder):
        startup.sweep(folder)


def _set_aside(error: SetAside) -> DamagedFile:
    """What is wrong with a reply; who wrote it keeps nothing to be sent again, as the sender of a stick does."""
    return DamagedFile(tr("The reply"), error.reason, error.advice if error.code == "newer" else copy_again())


def _incoherent() -> Refused:
    return Refused(
        tr("The reply does not hang together: it was made for another desk, or is damaged."),
        copy_again(),
    )
