"""Writing parts to a stick: whom they are for, what lies there already, each one sealed, signed and read back."""

from __future__ import annotations

from collections.abc import Callable, Collection
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from shelterdesk.core.errors import Refused, WorldError
from shelterdesk.core.event import hex16
from shelterdesk.core.moment import to_milliseconds
from shelterdesk.core.words import tr
from shelterdesk.db import exchange, parts_written, statements
from shelterdesk.db import receipts as held
from shelterdesk.db.beside import beside_lines
from shelterdesk.db.exchange import PartOut
from shelterdesk.db.parts_written import WrittenPart
from shelterdesk.db.store import Store
from shelterdesk.keys import age
from shelterdesk.keys.sshsig import BUNDLE, sign, verify
from shelterdesk.sync import stick
from shelterdesk.sync.container import MAX_SEALED, PartName, read_part_name
from shelterdesk.sync.faults import SetAside
from shelterdesk.sync.manifest import read_manifest, sha256
from shelterdesk.sync.parts import Audience, CannotRemake, forget, part_size, plan, remake
from shelterdesk.sync.receipts import confirmed_beside, desks_of, receipts_for

OFFICE = "office"
_ALL_OF_IT = 1 << 53


@dataclass(frozen=True, slots=True)
class Sent:
    """One part as it lies there now: its file name, size, events; whether it was there before."""

    name: str
    size: int
    events: int
    was_there: bool


def audience_of(store: Store, for_: str, everything: bool = False) -> Audience:
    """Whom an export is for: ``office``, or a station's code (its own: the other desks of the table).

    Raises ``Refused`` for a station this folder may not write for.
    """
    who, roster = store.who, store.roster
    if for_ == OFFICE:
        if who.is_office:
            raise Refused(tr("This is the office."), tr("Name the station the bundle is for."))
        office = roster.office
        recipients = tuple(roster.recipients(who.station))
        if office is None or everything:
            return Audience(OFFICE, recipients, who.station)
        confirmed = held.acknowledged_by(store.conn, office.dev)
        beside = confirmed_beside(store, [office.dev], beside_lines(store.conn))
        return Audience(OFFICE, recipients, who.station, confirmed, frozenset(beside[office.dev]))
    if for_ not in roster.stations:
        raise Refused(tr("No station {code} is known here.", code=for_), tr("Check the station's code."))
    if not who.is_office and for_ != who.station:
        raise Refused(
            tr("What station {code} may know of people goes with a transfer.", code=for_),
            tr("Write this bundle for the office; it hands over what is needed."),
        )
    confirmed, apart = ({}, frozenset[int]()) if everything else _held_by_all(store, for_)
    return Audience(f"station:{for_}", tuple(roster.recipients(for_)), for_, confirmed, apart)


def table_audience(store: Store, absent: Collection[int] = ()) -> Audience:
    """The other desks of this table, for what lies where they look again and again.

    Each desk lays out its own work only, and that of ``absent`` desks of the station, which cannot do it themselves.
    """
    station = store.who.station
    confirmed, apart = _held_by_all(store, station)
    return Audience(
        f"table:{station}",
        tuple(store.roster.recipients(station)),
        station,
        confirmed,
        apart,
        frozenset({store.who.dev, *absent}),
        is_standing=True,
    )


def _held_by_all(store: Store, station: str) -> tuple[dict[tuple[int, int], int], frozenset[int]]:
    """How far every desk of a station confirmed each author, and what beside main lines.

    Also the author itself: its file may have been put back to before it wrote that.
    """
    desks = [
        desk.dev
        for desk in store.roster.desks.values()
        if desk.station == station and not desk.is_revoked and desk.dev != store.who.dev
    ]
    confirmed = {dev: held.acknowledged_by(store.conn, dev) for dev in desks}
    upto = {
        author: min((confirmed[one].get(author, 0) for one in desks), default=_ALL_OF_IT)
        for author in exchange.authors(store.conn)
    }
    lying = beside_lines(store.conn)
    has = confirmed_beside(store, desks, lying)
    apart = {
        id_ for beside in lying.values() for id_ in beside.spans if all(id_ in has[one] for one in desks)
    }
    return upto, frozenset(apart)


def send(
    store: Store,
    audience: Audience,
    ours: Path,
    progress: stick.Progress | None = None,
    cancelled: Callable[[], bool] | None = None,
    *,
    is_own_disk: bool = False,
) -> tuple[list[Sent], bool]:
    """Bring a folder ``SHELTERDESK`` up to date for an audience; returns the parts there and whether it was stopped.

    ``progress`` hears (bytes done, bytes of all). A part counts only once it and its signature were read back; on the
    ``is_own_disk`` one that was read back before is not read again each time.
    Raises what writing to a stick raises; parts finished before stay good and are not written again.
    """
    folder = ours / hex16(store.who.dev)
    stick.make_folder(folder)
    _clear_own_partials(folder)
    fresh = set[bytes]()  # written by this very call
    for _ in range(3):
        stated = statements.statement_count(store.conn)
        parts = plan(store, audience)
        lies = _kept_there if is_own_disk else _lying_there
        there = {part.manifest_sha: lies(store, folder, part) for part in parts}
        sizes = {part.manifest_sha: part_size(part) for part in parts}
        stick.check_room(folder, sum(size for sha, size in sizes.items() if there[sha] is None))
        sent: list[Sent] = []
        orders: dict[int, list[int]] = {}
        total, done = sum(sizes.values()), 0
        # After an upgrade that is every bundle that waits, so all are found before any is planned anew.
        stale = set[int]()
        _write_admits(store, folder)
        _write_receipts_for_revoked(store, ours, audience)
        for part in parts:
            if cancelled is not None and cancelled():
                return sent, True
            if part.bundle_no in stale:
                continue
            lying = there[part.manifest_sha]
            was_there = lying is not None and part.manifest_sha not in fresh
            if lying is None:
                try:
                    is_fresh = statements.statement_count(store.conn) == stated
                    plain = remake(store, part, orders, is_fresh=is_fresh)
                except CannotRemake:
                    stale.add(part.bundle_no)
                    continue
                target = parts_written.OWN_DISK if is_own_disk else str(folder)
                lying = _write_part(store, audience, folder, part, plain, target)
                fresh.add(part.manifest_sha)
            sent.append(Sent(lying.name, lying.size, part.events, was_there))
            done += sizes[part.manifest_sha]
            if progress is not None:
                progress(done, total)
        if not stale:
            return sent, False
        forget(store, audience, stale)
    raise ValueError("parts planned a moment ago cannot be made")


def sealed_part(store: Store, audience: Audience, part: PartOut, plain: bytes) -> tuple[PartName, bytes, str]:
    """Name, ciphertext and signature of a part."""
    sealed = age.encrypt(plain, audience.recipients)
    if len(sealed) > MAX_SEALED:
        raise ValueError("a sealed part that nobody could take in")
    name = PartName(part.bundle_no, part.part, read_manifest(part.manifest).parts, sha256(sealed)[:16])
    return name, sealed, sign(store.keys.signing, sealed, BUNDLE)


def _write_part(
    store: Store, audience: Audience, folder: Path, part: PartOut, plain: bytes, target: str
) -> WrittenPart:
    name, sealed, signature = sealed_part(store, audience, part, plain)
    stick.write_file(folder, str(name), sealed)
    stick.write_file(folder, f"{name}.sig", signature.encode("ascii"))
    written = WrittenPart(target, str(name), sha256(sealed), len(sealed))
    with store.transaction() as conn:
        parts_written.add_written(conn, written, part.manifest_sha, to_milliseconds(store.now))
        exchange.taken_after_all(conn, hex16(store.who.dev), name.place)
    return written


def _lying_there(store: Store, folder: Path, part: PartOut) -> WrittenPart | None:
    """The copy of a part that lies in the folder whole and signed, read anew; None to write it."""
    for written in parts_written.written_before(store.conn, part.manifest_sha):
        name = read_part_name(written.name)
        if name is None or not (folder / written.name).exists():
            continue
        with suppress(SetAside, WorldError):
            sealed, signature = stick.read_part(stick.Found(folder / written.name, name, store.who.dev))
            if sha256(sealed) == written.cipher_sha:
                verify(sealed, signature, BUNDLE, [store.keys.public])
                return written
    return None


def _kept_there(store: Store, folder: Path, part: PartOut) -> WrittenPart | None:
    """The copy of a part that was written to a folder of this disk and still has its size and its signature."""
    for written in parts_written.written_before(store.conn, part.manifest_sha):
        with suppress(OSError):
            file = folder / written.name
            if file.lstat().st_size == written.size and (folder / f"{written.name}.sig").lstat().st_size:
                return written
    return None


def _write_admits(store: Store, folder: Path) -> None:
    """The admissions of this station in clear beside the parts, so that a new desk's signature can be checked."""
    for statement in statements.statements(store.conn):
        if statement.kind != "admit" or statement.body["desk"]["station"] != store.who.station:
            continue
        name = f"{statement.body['desk']['dev']}.admit"
        with suppress(SetAside):
            # Both or neither: a stick pulled between the two leaves an admission that nobody can check.
            if stick.read_signed(folder / name, stick.MAX_LETTER) == (statement.raw, statement.signature):
                continue
        stick.write_file(folder, name, statement.raw)
        stick.write_file(folder, f"{name}.sig", statement.signature.encode("ascii"))


def _clear_own_partials(folder: Path) -> None:
    """Take away what an earlier, interrupted writing of this very desk left unfinished."""
    with suppress(OSError):
        for path in folder.glob("*.age*.partial"):
            if read_part_name(path.name.split(".age")[0] + ".age") is not None:
                path.unlink()
        # Cut off between the two: without a signature nobody believes it, and every reader would list it.
        for path in folder.glob("*.age"):
            if read_part_name(path.name) is not None and not path.with_name(f"{path.name}.sig").exists():
                path.unlink()


def write_receipts(store: Store, ours: Path, receipts: list[held.HeldReceipt]) -> list[str]:
    """Write receipts as ``receipts/<issuer>-<dev>.json`` with their signatures; returns the names."""
    folder = ours / stick.RECEIPTS
    stick.make_folder(folder)
    names = []
    for receipt in receipts:
        name = f"{hex16(receipt.issuer)}-{hex16(receipt.dev)}.json"
        stick.write_file(folder, name, receipt.raw)
        stick.write_file(folder, f"{name}.sig", receipt.signature.encode("ascii"))
        names.append(name)
    return names


def write_own_receipts(store: Store, ours: Path) -> tuple[str, ...]:
    """Write this desk's own receipts for all it has heard where they are news; returns the names written."""
    # What this desk says of itself changes with each save; its parts carry it.
    own = [one for one in receipts_for(store, None) if one.issuer == store.who.dev != one.dev]
    return _write_news(store, ours, own)


def _write_receipts_for_revoked(store: Store, ours: Path, audience: Audience) -> None:
    """This desk's and the office's receipts in clear, where a desk of the station is sealed to no more.

    The parts that carry them are closed to it. But somebody who was put back from a backup has lost what such a desk, or
    the copy of one that does not know it is revoked, thinks confirmed: it has to hear that to write it again.
    """
    of_station = [desk for desk in store.roster.desks.values() if desk.station == audience.station]
    if not audience.name.startswith("station:") or not any(desk.is_revoked for desk in of_station):
        return
    office = store.roster.office
    issuers = {store.who.dev} | ({office.dev} if office is not None else set())
    desks = desks_of(store, audience.station)
    _write_news(
        store, ours, [r for r in receipts_for(store, desks) if r.issuer in issuers and r.issuer != r.dev]
    )


def _write_news(store: Store, ours: Path, receipts: Collection[held.HeldReceipt]) -> tuple[str, ...]:
    """Write receipts of which none as new lies there already; returns the names written."""
    folder = ours / stick.RECEIPTS
    stick.make_folder(folder)
    written = []
    for receipt in receipts:
        name = f"{hex16(receipt.issuer)}-{hex16(receipt.dev)}.json"
        with suppress(SetAside, ValueError):
            raw, signature = stick.read_signed(folder / name, stick.MAX_RECEIPT)
            if (raw, signature) == (receipt.raw, receipt.signature):
                continue
            is_ours = receipt.issuer == store.who.dev
            if not is_ours and statements.read_statement(raw, signature).number > receipt.number:
                continue
        # The signature last: until it fits, nobody believes the new receipt, and the old one is known already.
        stick.write_file(folder, name, receipt.raw)
        stick.write_file(folder, f"{name}.sig", receipt.signature.encode("ascii"))
        written.append(name)
    return tuple(written)
