"""The lines of a part: examined all before one of them counts, read again as they were; and where parts are cut."""

from __future__ import annotations

import base64
import json
import random
from pathlib import Path

import pytest

from shelterdesk.actions.clock import SetClock
from shelterdesk.actions.exchange import export_bundle
from shelterdesk.actions.taking_in import import_from
from shelterdesk.core.event import parse
from shelterdesk.db.check import check
from shelterdesk.db.exchange import LogLine
from shelterdesk.keys import age
from shelterdesk.keys.sshsig import BUNDLE, sign
from shelterdesk.sync import cutting
from shelterdesk.sync.container import PartName, read_part_name, unpack, unzip_lines, zip_lines
from shelterdesk.sync.intake import me_of
from shelterdesk.sync.manifest import sha256
from tests.sync.test_hostile_parts import Bench, frozen
from tests.sync.worlds import World, at, events_of, given_names, parts_in, register, state

MANY = 60


@pytest.fixture
def bench(world: World, stick: Path, clock: SetClock, monkeypatch: pytest.MonkeyPatch) -> Bench:
    """A part of many members, lying on the stick."""
    monkeypatch.setattr(cutting, "MEMBER_BYTES", 3_000)
    with at(world.lb, clock) as desk:
        register(desk, *(f"Ana {n}" for n in range(MANY)))
        export_bundle(desk, stick)
        keys, recipients = desk.store.keys, desk.roster.recipients("LB")
    (path,) = parts_in(stick)
    name = read_part_name(path.name)
    assert name is not None
    with at(world.office, clock) as office:
        known, me = frozen(office), me_of(office.store)
    sealed, signature = path.read_bytes(), path.with_name(f"{path.name}.sig").read_text()
    plain = age.decrypt(sealed, [me.identity])
    return Bench(name, keys.dev, sealed, signature, plain, me, known, keys, recipients)


def put(bench: Bench, stick: Path, plain: bytes) -> None:
    """Lay the part on the stick as its own desk would with that inside, in the place of the one there."""
    for old in (stick / "SHELTERDESK").glob("*/*.age*"):
        folder = old.parent
        old.unlink()
    sealed = age.encrypt(plain, bench.recipients)
    name = PartName(bench.name.bundle_no, bench.name.part, bench.name.parts, sha256(sealed)[:16])
    (folder / str(name)).write_bytes(sealed)
    (folder / f"{name}.sig").write_text(sign(bench.keys.signing, sealed, BUNDLE))


def with_damaged(bench: Bench, change: tuple[bytes, bytes]) -> bytes:
    """The part with something else in the last line but one of its last member, all hashes and signatures in order."""
    members = list(unpack(bench.plain))
    manifest, body = json.loads(members[0][1]), members[3:]
    name, packed = body[-1]
    said = next(one for one in manifest["members"] if one["name"] == name)
    lines = unzip_lines(packed, said["unpacked"]).splitlines()
    assert change[0] in lines[-2] and len(manifest["members"]) > 8
    lines[-2] = lines[-2].replace(*change, 1)
    raw = b"".join(line + b"\n" for line in lines)
    body[-1], said["unpacked"] = (name, zip_lines(raw)), len(raw)
    return bench.packed(manifest, body)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ((b'"s":', b'"s":-'), "line"),
        ((b'"o":[[', b'"o":[{'), "line"),
        ((b'"e":0', b'"e":1'), "manifest"),
        ((b'"tz":"America/Panama"', b'"tz":"America/Lima"'), "chain"),
        ((b'0,{"', b'0,{"199":' + b"[" * 12 + b"]" * 12 + b',"'), "line"),
        ((b'"e":0', b'"e":%d' % (1 << 60)), "jump"),
    ],
)
def test_of_a_part_with_one_bad_line_near_its_end_nothing_is_applied(
    bench: Bench, world: World, stick: Path, clock: SetClock, change: tuple[bytes, bytes], code: str
) -> None:
    put(bench, stick, with_damaged(bench, change))
    with at(world.office, clock) as office:
        conn = office.store.conn
        before = events_of(office), state(office)
        found = import_from(office, stick).result
        assert (found.new, found.known, found.set_aside, found.refused) == (0, 0, 1, 0)
        assert (events_of(office), state(office)) == before
        assert given_names(office) == set()
        assert conn.execute("SELECT count(*) FROM part_in").fetchone() == (0,)
        assert conn.execute("SELECT reason FROM part_set_aside").fetchall() == [(code,)]
        assert check(conn).findings == []
        put(bench, stick, bench.plain)
        assert import_from(office, stick).result.is_clean
        assert given_names(office) == {f"Ana {n}" for n in range(MANY)}
        assert conn.execute("SELECT count(*) FROM part_set_aside").fetchone() == (0,)


def test_lines_are_read_again_as_they_were(bench: Bench) -> None:
    opened = bench.open()
    sizes = {member.name: member.unpacked for member in opened.manifest.members}
    raw = [
        line
        for name, data in unpack(bench.plain)
        if name.startswith("events")
        for line in unzip_lines(data, sizes[name]).splitlines()
    ]
    assert len(raw) == len(opened.entries) > MANY
    assert opened.lines.read(opened.entries) == [parse(line) for line in raw]
    some = list(opened.entries[5:50:7])
    random.Random(3).shuffle(some)
    assert [event.eh for event in opened.lines.read(some)] == [one.eh for one in some]


def test_what_is_known_is_known_again_slice_by_slice(
    bench: Bench, world: World, stick: Path, clock: SetClock
) -> None:
    with at(world.office, clock) as office:
        first = import_from(office, stick).result
        before, commits = (events_of(office), state(office)), office.store.commits
        assert first.new > MANY
        put(bench, stick, bench.plain)  # sealed anew: the same part under another name
        found = import_from(office, stick).result
        assert (found.new, found.known) == (0, first.new)
        assert (events_of(office), state(office)) == before
        assert office.store.commits - commits < MANY // 4


def test_what_is_known_by_its_hash_alone_is_not_known_yet(
    bench: Bench, world: World, stick: Path, clock: SetClock
) -> None:
    """Somebody who may not say so said that a line was erased; its author brings it, and nothing that is new."""
    with at(world.office, clock) as office:
        import_from(office, stick)
        before = state(office)
        conn = office.store.conn
        (ent,) = conn.execute("SELECT ent FROM person WHERE given = 'Ana 7'").fetchone()
        (event,) = conn.execute("SELECT event FROM op WHERE ent = ?", (ent,)).fetchone()
        conn.execute("UPDATE event SET line = NULL, user = '', hlc = 0 WHERE id = ?", (event,))
        conn.execute("INSERT INTO withheld (event) VALUES (?)", (event,))
        office.store.rebuild()
        conn.execute("DELETE FROM op WHERE event = ?", (event,))
        assert "Ana 7" not in given_names(office) and state(office) != before
        put(bench, stick, bench.plain)
        assert import_from(office, stick).result.is_clean
        assert "Ana 7" in given_names(office) and state(office) == before
        assert conn.execute("SELECT count(*) FROM withheld").fetchone() == (0,)
        assert check(conn).findings == []


def test_parts_are_cut_where_they_would_be_if_members_were_packed_one_by_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What can be packed well and what cannot, in turn: where a part ends depends on how small its members got."""
    monkeypatch.setattr(cutting, "MEMBER_BYTES", 150_000)
    monkeypatch.setattr(cutting, "PART_PACKED", 400_000)
    monkeypatch.setattr(cutting, "PART_UNPACKED", 2_000_000)
    for seed in range(4):
        print(f"seed {seed}")
        rng = random.Random(seed)
        lines = list(log(rng))
        cut = list(cutting.drafts(iter(lines)))
        assert [(draft.events, draft.packed, len(draft.members)) for draft in cut] == one_by_one(lines)
        assert len(cut) > 3 and sum(draft.events for draft in cut) == len(lines)
        names = [[member.name for member in draft.members] for draft in cut]
        assert all(some == [cutting.event_member(n + 1) for n in range(len(some))] for some in names)
        assert all(sha256(draft.at_hand[m.name]) == m.sha256 for draft in cut for m in draft.members)
        raw = [unzip_lines(draft.at_hand[m.name], m.unpacked) for draft in cut for m in draft.members]
        assert b"".join(raw) == b"".join(line.line + b"\n" for line in lines)


def log(rng: random.Random) -> list[LogLine]:
    found = []
    for n in range(1, 500):
        is_dull = (n // 40) % 3 == 0
        text = b"a" * 6_000 if is_dull else base64.b64encode(rng.randbytes(rng.randint(1_000, 9_000)))
        line = b'{"o":[[4,"",0,"%s",[]]]}' % text
        found.append(LogLine(n, 1, 0, n, n, bytes(32), bytes(32), line))
    return found


def one_by_one(lines: list[LogLine]) -> list[tuple[int, int, int]]:
    """Events, packed bytes and members of each part, told anew: a member is packed before the next line is looked at."""
    parts: list[tuple[int, int, int]] = []
    events = packed = members = unpacked = 0
    held: list[bytes] = []

    def close() -> None:
        nonlocal packed, members, unpacked, held
        if held:
            packed, members = packed + len(zip_lines(cutting.ndjson(held))), members + 1
            unpacked, held = unpacked + sum(len(line) + 1 for line in held), []

    for one in lines:
        size = sum(len(line) + 1 for line in held)
        if events and (
            packed >= cutting.PART_PACKED or unpacked + size + len(one.line) > cutting.PART_UNPACKED
        ):
            close()
            parts.append((events, packed, members))
            events = packed = members = unpacked = 0
        held.append(one.line)
        events += 1
        if size + len(one.line) + 1 >= cutting.MEMBER_BYTES:
            close()
    close()
    return [*parts, (events, packed, members)]
