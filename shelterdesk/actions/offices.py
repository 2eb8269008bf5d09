"""The office: made, stations enrolled by a letter and its reply, posts, and the matrix it publishes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

from shelterdesk import startup
from shelterdesk.actions.desk import Desk, publish
from shelterdesk.actions.station import check_country, check_zone, user_entry
from shelterdesk.actions.taking_in import meet_roster
from shelterdesk.core.belief import desks_in
from shelterdesk.core.changes import Changes, Done
from shelterdesk.core.errors import BadField, Refused
from shelterdesk.core.event import hex16
from shelterdesk.core.kinds import ACCESS
from shelterdesk.core.moment import Clock, check_day
from shelterdesk.core.record_rules import check_title
from shelterdesk.core.roster import ClassKey as ClassEntry
from shelterdesk.core.roster import OfficeEntry, Roster
from shelterdesk.core.vocabulary import PRACTICE_ON_PAPER, AccessKind, Confidentiality, Role
from shelterdesk.core.words import tr
from shelterdesk.db.meta import Whoami
from shelterdesk.db.statements import read_statement, statements
from shelterdesk.db.store import Reader
from shelterdesk.keys import keyfile
from shelterdesk.keys.classes import new_class_key, wrap_class_key
from shelterdesk.keys.desk import DeskKeys
from shelterdesk.keys.fingerprint import fingerprint_words
from shelterdesk.keys.passphrase import DEFAULT_COST, Argon2Cost
from shelterdesk.keys.recovery import new_recovery, signing_key_of
from shelterdesk.keys.signing import SignedStatement
from shelterdesk.keys.user import new_user
from shelterdesk.office import posts as office_posts
from shelterdesk.office.enrolment import check_new_station, office_body, roster_body, station_statements
from shelterdesk.office.matrix import long_matrix
from shelterdesk.office.posts import Post
from shelterdesk.reports.matrix_csv import write_matrix
from shelterdesk.sync.letter import Letter, enclosed, read_letter, write_letter
from shelterdesk.sync.trust import judge

REQUEST, REPLY = "enrol_request", "enrol_reply"


@dataclass(frozen=True, slots=True)
class OfficeMade:
    """An office that stands: the opened desk, and the escrow code, to be printed once and kept off the premises."""

    desk: Desk
    escrow_code: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class EnrolmentAsked:
    """A request written by a station's desk; the six words are read to the office over voice."""

    path: Path
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Enrolled:
    """A station the office now speaks for. ``words`` are the station desk's, ``office_words`` the office's."""

    station: str
    name: str
    desks: tuple[str, ...]
    words: tuple[str, ...]
    office_words: tuple[str, ...]
    roster_number: int
    reply: Path


@dataclass(frozen=True, slots=True)
class OfficeOffered:
    """What an office's reply says, before it is accepted: compare the six words first."""

    office: str
    station: str
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class MatrixPublished:
    """A matrix written to a file: its rows."""

    path: Path
    rows: int


def new_office(
    folder: Path,
    name: str,
    admin: str,
    passphrase: str,
    clock: Clock,
    *,
    is_practice: bool = False,
    zone: str = "UTC",
    country: str = "",
    cost: Argon2Cost = DEFAULT_COST,
) -> OfficeMade:
    """Make an office in an empty folder, with its keys, its first admin and its first roster, and open it.

    The escrow code opens every station's file from its adoption on, and this office's own; its private half
    is nowhere but in the code returned. Raises ``BadField``, ``Refused``, ``CannotWrite``, ``DiskFull``.
    """
    check_title("name", name, tr("The office needs a name."))
    check_title("admin", admin, tr("The first user needs a name to log in with."))
    check_zone(zone)
    if country:
        check_country(country)
    startup.prepare_folder(folder)
    if startup.is_set_up(folder) or keyfile.exists(folder):
        raise Refused(
            tr("This folder already holds a station or an office."),
            tr("Open it, or choose an empty folder for a new one."),
        )
    keys, file_key, escrow = DeskKeys.new(), keyfile.new_file_key(), new_recovery()
    user_keys, wrapped = new_user(passphrase, cost)
    who = Whoami("office", keys.dev, 0, "", "", name.strip(), country, zone, 0, is_practice)
    roles = frozenset({Role.ADMIN, Role.SUPERVISOR, Role.STATISTICIAN})
    user = user_entry(admin, name.strip(), roles, user_keys, wrapped, "")
    office = OfficeEntry(keys.dev, name.strip(), keys.public, keys.recipient, escrow.recipient)
    guarding = new_class_key(Confidentiality.SAFEGUARDING)
    wrap = wrap_class_key(guarding, [escrow.recipient])
    class_ = ClassEntry(
        Confidentiality.SAFEGUARDING.value,
        guarding.version,
        guarding.key.recipient,
        "",
        (("recovery", wrap),),
    )
    roster = Roster(is_practice=is_practice, users={user.id: user}, classes=(class_,))
    store = startup.new_store(folder, file_key, who, keys, clock)
    try:
        recovery = signing_key_of(escrow.code).public.hex()
        publish(store, "roster", roster_body(office, roster, [], [], recovery), is_pinned=True)
        keyfile.create(folder, file_key, [(admin, wrapped)], escrow.recipient)
    except BaseException:
        store.close()
        startup.sweep(folder)
        raise
    return OfficeMade(Desk(folder, store, user, user_keys), escrow.code)


def enrol_request(desk: Desk, path: Path) -> Done[EnrolmentAsked]:
    """Write what an office needs to enrol this station: its statements, signed by this desk; no personal data
    but the names of those who log in. Raises ``NotAllowed``, ``Refused`` at an office, ``CannotWrite``."""
    desk.must("enrol a station")
    if desk.who.is_office:
        raise Refused(tr("This is an office."), tr("A station's desk asks for enrolment."))
    held = statements(desk.store.conn)
    body = {
        "station": desk.who.station,
        "practice": desk.who.is_practice,
        "pins": [s.sha.hex() for s in held if s.is_pinned],
        "statements": enclosed(SignedStatement(s.raw, s.signature) for s in held),
    }
    write_letter(path, desk.store.keys, REQUEST, body)
    return Done(EnrolmentAsked(path, desk.store.keys.words))


def read_enrol_request(path: Path) -> Letter:
    """A station's request, for showing its words; raises ``NotFound``, ``DamagedFile``, ``BadSignature``."""
    return read_letter(path, REQUEST)


def enrol(desk: Desk, request: Path, reply: Path, station: str | None = None) -> Done[Enrolled]:
    """Answer a station's request: its desks into the office's next roster, its statements into the office's log.

    ``station`` is the code expected. Who it is must have been compared by the six words. Raises ``NotAllowed``,
    ``Refused`` (practice with real, a code or desk known otherwise), ``NotFound``, ``DamagedFile``, ``CannotWrite``.
    """
    desk.must("enrol a station")
    office = desk.roster.office
    if not desk.who.is_office or office is None:
        raise Refused(tr("This is a station."), tr("Enrol stations at the office's folder."))
    letter = read_enrol_request(request)
    code = letter.text("station")
    if station is not None and station != code:
        raise Refused(
            tr("This request is of station {code}, not {wanted}.", code=code, wanted=station),
            tr("Choose the other file, or leave the code out."),
        )
    if letter.is_true("practice") != desk.who.is_practice:
        raise _never_mixed()
    believed, asked = station_statements(letter, desk.who)
    check_new_station(desk.store, code, asked, believed)
    changed = desk.store.add_statements(believed)
    roster = desk.roster
    entries = {s.code: s for s in (*roster.stations.values(), asked.stations[code])}
    stations = [
        {"code": s.code, "name": s.name, "country": s.country, "timezone": s.timezone}
        for s in entries.values()
    ]
    desks = {d.dev: d for d in (*roster.desks.values(), *asked.desks.values())}
    ruling = next(s for s in statements(desk.store.conn) if s.kind == "roster" and s.issuer == desk.who.dev)
    body = roster_body(office, roster, stations, desks.values(), ruling.body.get("recovery"))
    changed |= publish(desk.store, "roster", body)
    number = desk.roster.number
    changed |= publish(
        desk.store, "adoption", {"station": code, "office": office_body(office), "roster": number}
    )
    mine = [
        SignedStatement(s.raw, s.signature)
        for s in statements(desk.store.conn)
        if s.issuer == desk.who.dev and (s.kind != "roster" or s.number == number)
    ]
    answer = {
        "station": code,
        "desk": hex16(letter.dev),
        "practice": desk.who.is_practice,
        "statements": enclosed(mine),
    }
    write_letter(reply, desk.store.keys, REPLY, answer)
    names = tuple(d.slot for d in sorted(asked.desks.values(), key=lambda d: d.slot))
    result = Enrolled(
        code, asked.stations[code].name, names, letter.words, desk.store.keys.words, number, reply
    )
    return Done(result, Changes(frozenset(changed)))


def read_reply(path: Path) -> OfficeOffered:
    """What an office's reply offers, with the six words of its key; nothing is accepted yet."""
    letter = read_letter(path, REPLY)
    names = (office.get("name") for office in _offices(letter) if office.get("sign") == letter.signer.hex())
    return OfficeOffered(str(next(names, None) or ""), letter.text("station"), letter.words)


def accept_reply(desk: Desk, path: Path, words: Sequence[str]) -> Done[OfficeOffered]:
    """Take the office's reply in: its key is pinned, its escrow let into the key file.

    ``words`` are the six words as the office said them. Raises ``NotAllowed``, ``Refused`` when the words, the
    station, the desks or practice do not fit, or another office rules here; ``DamagedFile``, ``NotFound``.
    """
    desk.must("enrol a station")
    letter = read_letter(path, REPLY)
    if tuple(word.strip().casefold() for word in words) != letter.words:
        raise Refused(
            tr("These are not the six words of this reply."),
            tr("Ask the office to read them again; if they differ, the reply is not theirs."),
        )
    if letter.is_true("practice") != desk.who.is_practice:
        raise _never_mixed()
    if letter.text("station") != desk.who.station:
        raise Refused(
            tr("This reply is for station {code}.", code=letter.text("station")), tr("Choose the other file.")
        )
    held = desk.roster.office
    if held is not None and held.sign != letter.signer:
        raise Refused(
            tr("This station belongs to the office {name} already.", name=held.name),
            tr("A station has one office; ask there."),
        )
    body = _ruling_office(desk, letter)
    changed: set[str] = set()
    if held is None:
        adoption = {"station": desk.who.station, "office": body}
        changed |= publish(desk.store, "adoption", adoption, is_pinned=True)
    judged = judge(desk.who, statements(desk.store.conn), letter.statements)
    changed |= desk.store.add_statements(judged.new)
    meet_roster(desk)
    result = OfficeOffered(str(body["name"]), desk.who.station, letter.words)
    return Done(result, Changes(frozenset(changed)))


def _ruling_office(desk: Desk, letter: Letter) -> dict[str, object]:
    """The office of the reply's roster, if that roster is signed by it and lists this station as it is."""
    who = replace(desk.who, folder_kind="office", station="")
    office = next((o for o in _offices(letter) if o.get("sign") == letter.signer.hex()), None)
    if office is None:
        raise _does_not_fit()
    root = Roster(adopted=frozenset({letter.signer}))
    found = judge(who, [], letter.statements, root).new
    rosters = [s for s in found if s.kind == "roster" and s.body.get("office") == office]
    if not rosters:
        raise _does_not_fit()
    newest = max(rosters, key=lambda s: s.number)
    theirs = {d["dev"]: d for d in desks_in(newest) if d["station"] == desk.who.station}
    mine = theirs.get(hex16(desk.who.dev))
    entry = desk.roster.desks[desk.who.dev]
    if mine is None or (mine["sign"], mine["age"], mine["slot"]) != (entry.sign.hex(), entry.age, entry.slot):
        raise _does_not_fit()
    return dict(office)


def _offices(letter: Letter) -> list[dict[str, object]]:
    """The offices named by the statements enclosed, not yet believed."""
    found = []
    for signed in letter.statements:
        try:
            office = read_statement(signed.body, signed.signature).body.get("office")
        except (ValueError, AttributeError):
            continue
        if isinstance(office, dict):
            found.append(office)
    return found


def posts(reader: Reader) -> list[Post]:
    """Per station: last heard, contiguous up to, gaps, set aside, conflicts."""
    return office_posts.posts(reader)


def list_posts(desk: Desk) -> list[Post]:
    """The posts, for who may see them; raises ``NotAllowed``."""
    desk.must("see the posts")
    desk.must_be_office()
    reader = desk.reader()
    try:
        return posts(reader)
    finally:
        reader.close()


def publish_matrix(desk: Desk, first: date, last: date, out: Path) -> Done[MatrixPublished]:
    """Write the long matrix of the arrivals from ``first`` to ``last`` (both included) as CSV.

    Raises ``NotAllowed``, ``BadField`` for a period that ends before it begins, ``CannotWrite``, ``DiskFull``.
    """
    desk.must("publish matrices")
    desk.must_be_office()
    check_day("from", first)
    check_day("to", last)
    if last < first:
        raise BadField("to", tr("The period ends before it begins."))
    if out.suffix.lower() != ".csv":
        raise BadField("out", tr("The long matrix is a CSV file."), tr("Give it a name that ends in .csv."))
    source = f"{desk.who.name} · {PRACTICE_ON_PAPER}" if desk.who.is_practice else desk.who.name
    reader = desk.reader()
    try:
        rows = long_matrix(reader, first, last, desk.clock.now().date(), source)
    finally:
        reader.close()
    with desk.store.write(desk.user) as event:
        event.create(
            ACCESS,
            {
                "access": AccessKind.EXPORTED.value,
                "subject_kind": "matrix",
                "happened_at": event.now,
                "detail": f"{first.isoformat()}/{last.isoformat()}",
                "count": len(rows),
            },
        )
    return Done(MatrixPublished(out, write_matrix(rows, out)), Changes.of("access"))


def desk_words(desk: Desk) -> tuple[str, ...]:
    """The six words of this desk or office."""
    return fingerprint_words(desk.store.keys.public)


def _never_mixed() -> Refused:
    return Refused(
        tr("Practice and real work are never mixed: one of the two is only practice."),
        tr("A practice station enrols at a practice office, a real one at a real office."),
    )


def _does_not_fit() -> Refused:
    return Refused(
        tr("The office's reply does not fit this station as it is."),
        tr("Send a new request and ask for a new reply."),
    )
