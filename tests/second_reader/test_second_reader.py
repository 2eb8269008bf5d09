"""A reader that shares nothing with the program opens its bundles, and finds what the program finds."""

from __future__ import annotations

import ast
import gzip
import importlib.util
import json
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from shelterdesk.actions.clock import SetClock
from shelterdesk.actions.desk import Desk
from shelterdesk.actions.erasing import erase
from shelterdesk.actions.exchange import export_bundle
from shelterdesk.actions.registration import register_family
from shelterdesk.actions.taking_in import import_from
from shelterdesk.core.kinds import KINDS, PERSON
from shelterdesk.core.people import FamilyForm, PersonForm
from shelterdesk.core.roles import WRITES
from shelterdesk.core.vocabulary import Role
from shelterdesk.db.chain import last_of
from shelterdesk.db.state import state_of
from shelterdesk.db.statements import statements
from shelterdesk.keys import age
from shelterdesk.keys.ed25519 import SigningKey
from shelterdesk.keys.signing import canonical
from shelterdesk.keys.sshsig import BUNDLE, MANIFEST, sign
from shelterdesk.sync.container import pack, unpack, zip_lines
from shelterdesk.sync.manifest import sha256
from tests.sync.worlds import World, at, carry, copied, join, make_world, parts_in, register

READER = Path(__file__).with_name("reader.py")
TOP = READER.parents[2]
KEPT = sorted(p for p in (TOP / "tests" / "golden").iterdir() if (p / "expected.json").exists())


@pytest.fixture(scope="module")
def made_world(tmp_path_factory: pytest.TempPathFactory) -> World:
    """An office and two stations."""
    return make_world(tmp_path_factory.mktemp("world"))


def asked(stick: Path, roster: Path, identity: Path) -> subprocess.CompletedProcess[str]:
    """The reader as somebody without the program starts it."""
    return subprocess.run(
        [sys.executable, "-E", "-s", str(READER), str(stick), str(roster), str(identity)],
        capture_output=True, text=True, check=False, encoding="utf-8",
    )  # fmt: skip


def given(desk: Desk, folder: Path) -> tuple[Path, Path]:
    """The roster that rules at a desk and its age identity, as files."""
    ruling = desk.roster
    held = statements(desk.store.conn)
    roster = next(
        s for s in held if s.kind == "roster" and (s.issuer, s.number) == (ruling.issuer, ruling.number)
    )
    (folder / "roster.json").write_bytes(roster.raw)
    (folder / "identity").write_text(desk.store.keys.age.identity + "\n", "ascii")
    return folder / "roster.json", folder / "identity"


def agrees(desk: Desk, found: dict[str, Any], *not_shown: str) -> None:
    """Whether the reader found what a desk holds: lines, ops, what counts, ends of lines, state, names.

    ``not_shown`` are names that stand beside those shown: the reader prints every head.
    """
    conn = desk.store.conn
    assert found["events"] == conn.execute("SELECT count(*) FROM event").fetchone()[0]
    assert found["ops"] == conn.execute("SELECT count(*) FROM op").fetchone()[0]
    aside = conn.execute("SELECT count(*) FROM set_aside_op").fetchone()[0]
    assert found["admitted"] == found["ops"] - aside
    authors = conn.execute("SELECT DISTINCT dev, epoch FROM event").fetchall()
    assert set(found["ends"]) == {f"{dev:016x}/{epoch}" for dev, epoch in authors}
    for dev, epoch in authors:
        ends = [(seq, bytes.fromhex(chain)) for seq, chain in found["ends"][f"{dev:016x}/{epoch}"]]
        branches = conn.execute(
            "SELECT count(*) FROM (SELECT seq FROM event WHERE dev = ? AND epoch = ? GROUP BY seq HAVING count(*) > 1)",
            (dev, epoch),
        ).fetchone()[0]
        assert last_of(conn, dev, epoch) in ends and (len(ends) > 1) == bool(branches)
    names = conn.execute("SELECT given, surnames, name_native FROM person").fetchall()
    shown = [name for row in names for name in row if name]
    assert sorted(found["names"]) == sorted([*shown, *not_shown])
    assert found["state"] == state_of(conn)


@dataclass(frozen=True)
class Kept:
    """A copy of a kept folder and its clock."""

    folder: Path
    expected: dict[str, Any]
    clock: SetClock


@pytest.fixture(params=KEPT, ids=lambda folder: f"format-{folder.name}")
def kept(request: pytest.FixtureRequest, tmp_path: Path) -> Kept:
    """A kept station, office and stick."""
    source: Path = request.param
    shutil.copytree(source, tmp_path / "kept")
    expected = json.loads((source / "expected.json").read_text("utf-8"))
    return Kept(tmp_path / "kept", expected, SetClock(datetime.fromisoformat(expected["opened_at"])))


def test_every_kept_bundle_is_opened(kept: Kept, tmp_path: Path) -> None:
    """With the key of the office, and the roster of the station that wrote it."""
    with at(kept.folder / "office", kept.clock) as office:
        _, identity = given(office, tmp_path)
    with at(kept.folder / "station", kept.clock) as desk:
        roster, _ = given(desk, kept.folder)
        done = asked(kept.folder / "stick", roster, identity)
        assert done.returncode == 0, done.stderr
        found = json.loads(done.stdout)
        agrees(desk, found)
        held = statements(desk.store.conn)
        assert found["state"] == kept.expected["station_state"]
        # The reader leaves out the one roster of the office that another took the place of: it is not in the part.
        assert len(held) - found["statements"] in (0, 1)


def test_a_kept_bundle_of_many_desks_has_everything() -> None:
    """What the first kept bundle lacks, the second has: nobody may drop it unseen."""
    with (TOP / "tests" / "golden" / "2" / "expected.json").open(encoding="utf-8") as stream:
        assert json.load(stream)["receipts"] == 2
    stick = TOP / "tests" / "golden" / "2" / "stick" / "SHELTERDESK"
    assert len(list(stick.glob("*/*.admit"))) == 2 and len(list((stick / "receipts").glob("*.json"))) >= 6


def test_the_second_kept_bundle_names_every_kind_of_statement(tmp_path: Path) -> None:
    shutil.copytree(TOP / "tests" / "golden" / "2", tmp_path / "kept")
    with at(
        tmp_path / "kept" / "station", SetClock(datetime.fromisoformat("2026-11-24T00:00:00+00:00"))
    ) as desk:
        kinds = {one.kind for one in statements(desk.store.conn)}
        aside = {row[0] for row in desk.store.conn.execute("SELECT reason FROM set_aside_op")}
    described = re.findall(r"^\| `([a-z_]+)` \| .* \| .* \|$", _section(5), re.M)
    assert set(described) <= kinds and "of a newer program" in kinds
    assert aside == {"revoked_desk"}


def _section(number: int) -> str:
    text = (TOP / "docs" / "bundle-format.md").read_text("utf-8")
    return text.split(f"\n## {number}. ")[1].split("\n## ")[0]


@pytest.fixture
def fresh(made_world: World, clock: SetClock, tmp_path: Path) -> tuple[Path, Path, Path, Path]:
    """A new bundle of two desks, with edits, for the office: stick, roster, identity, and the writing desk's folder."""
    world, second = copied(made_world, tmp_path), tmp_path / "second"
    with at(world.lb, clock) as desk:
        people = register(desk, "Ana", "Berta", "Zoë 安", 'a"b\\c \U0001f600')
        with desk.store.write(desk.user) as event:
            event.set(PERSON, people[0], "given", "Ana Luz")
    join(world.lb, second, clock)
    with at(second, clock) as desk:
        register(desk, "Carla")
        with desk.store.write(desk.user) as event:
            event.set(PERSON, people[1], "given", "Bertha")
    clock.forward(timedelta(seconds=1))
    with at(world.lb, clock) as desk:
        with desk.store.write(desk.user) as event:
            event.set(PERSON, people[1], "given", "Berta María")  # apart: both stand side by side
    carry(second, world.lb, tmp_path / "between", clock)
    stick = tmp_path / "stick"
    stick.mkdir()
    with at(world.office, clock) as office:
        _, identity = given(office, tmp_path)
    with at(world.lb, clock) as desk:
        export_bundle(desk, stick)
        (tmp_path / "of-lb").mkdir()
        roster, _ = given(desk, tmp_path / "of-lb")
    return stick, roster, identity, world.lb


Fresh = tuple[Path, Path, Path, Path]


def test_a_new_bundle_is_opened(fresh: Fresh, clock: SetClock) -> None:
    stick, roster, identity, writer = fresh
    done = asked(stick, roster, identity)
    assert done.returncode == 0, done.stderr
    with at(writer, clock) as desk:
        agrees(desk, json.loads(done.stdout), "Bertha")


def test_what_an_erasure_left_counts_from_its_author_alone(
    made_world: World, clock: SetClock, tmp_path: Path
) -> None:
    """A desk passes on what is left of its fellow's entry: reader and office keep it, uncounted, until the author speaks."""
    world, second, stick = copied(made_world, tmp_path), tmp_path / "second", tmp_path / "stick"
    with at(world.lb, clock) as desk:
        form = FamilyForm((PersonForm(given="Ana"), PersonForm(given="Xochitl")))
        ana, gone = register_family(desk, form).result.members
    join(world.lb, second, clock)
    carry(world.lb, world.office, tmp_path / "first", clock)
    with at(world.office, clock) as office:
        erase(office, [gone.number], "a request")
        (tmp_path / "back").mkdir()
        export_bundle(office, tmp_path / "back", "LB")
    with at(second, clock) as desk, desk.store.write(desk.user) as event:
        event.set(PERSON, ana.ent, "note", "of the one who stays")
        event.set(PERSON, gone.ent, "note", "of the one who does not")
    carry(second, world.lb, tmp_path / "between", clock)
    stick.mkdir()
    with at(world.lb, clock) as desk:
        import_from(desk, tmp_path / "back")
        export_bundle(desk, stick, everything=True)
    with at(second, clock) as desk:
        import_from(desk, tmp_path / "back")
    for writer in (None, second):
        if writer is not None:
            with at(writer, clock) as desk:
                export_bundle(desk, stick, everything=True)
        with at(world.office, clock) as office:
            import_from(office, stick)
            roster, identity = given(office, tmp_path)
            done = asked(stick, roster, identity)
            assert done.returncode == 0, done.stderr
            found = json.loads(done.stdout)
            aside = office.store.conn.execute("SELECT reason FROM set_aside_op").fetchall()
            assert aside == ([("unsigned",)] if writer is None else [])
            assert found["ops"] - found["admitted"] == len(aside)


@pytest.mark.parametrize("what", ["whole", "salt", "older"])
def test_what_no_erasure_leaves_is_no_line(kept_erased: Fresh, what: str) -> None:
    """A line that names a hash and has everything, or still its salt, or stands in a part for older readers."""
    stick, roster, identity, writer = kept_erased
    with at(writer, SetClock(datetime.fromisoformat("2026-11-24T00:00:00+00:00"))) as desk:
        keys = desk.store.keys
    (part,) = parts_in(stick, keys.dev)
    members = dict(unpack(age.decrypt(part.read_bytes(), [identity.read_text("ascii").strip()])))
    said = json.loads(members["MANIFEST.json"])
    name = next(name for name in members if name.startswith("events"))
    lines = gzip.decompress(members[name]).splitlines()
    at_ = next(n for n, line in enumerate(lines) if b'"eh":"' in line and not line.startswith(b'{"eh"'))
    if what == "older":
        said["min_reader"] = 1
    else:
        left = json.loads(lines[at_])
        if what == "salt":
            left["x"] = "1" * 32
        else:
            left["o"] = [op if op[0] else [4, *op[1:]] for op in left["o"]]
        lines[at_] = json.dumps(left, ensure_ascii=False, separators=(",", ":")).encode()
        raw = b"".join(line + b"\n" for line in lines)
        members[name] = zip_lines(raw)
        entry = next(one for one in said["members"] if one["name"] == name)
        entry.update(bytes=len(members[name]), unpacked=len(raw), sha256=sha256(members[name]))
    _signed_anew(part, members, said, keys.signing)
    done = asked(stick, roster, identity)
    assert done.returncode != 0 and "what is left of an entry" in done.stderr, done.stderr


@pytest.fixture
def kept_erased(tmp_path: Path) -> Fresh:
    """The third kept bundle with the roster of its writer and the key of its office."""
    shutil.copytree(TOP / "tests" / "golden" / "3", tmp_path / "kept")
    clock = SetClock(datetime.fromisoformat("2026-11-24T00:00:00+00:00"))
    with at(tmp_path / "kept" / "office", clock) as office:
        _, identity = given(office, tmp_path)
    with at(tmp_path / "kept" / "station", clock) as desk:
        (tmp_path / "of-lb").mkdir()
        roster, _ = given(desk, tmp_path / "of-lb")
    return tmp_path / "kept" / "stick", roster, identity, tmp_path / "kept" / "station"


def test_two_stations_on_one_stick(fresh: Fresh, made_world: World, clock: SetClock, tmp_path: Path) -> None:
    """What the office holds of both, with entries of its own, is what the reader finds of the stick."""
    stick, _, _, writer = fresh
    office_folder, other = writer.parent / "office", writer.parent / "mt"
    with at(other, clock) as desk:
        register(desk, "Dora")
        export_bundle(desk, stick)
    with at(office_folder, clock) as office:
        import_from(office, stick)
        roster, identity = given(office, tmp_path)
        found = json.loads(asked(stick, roster, identity).stdout)
        assert found["parts"] == 2 and found["state"] == state_of(office.store.conn)


@pytest.mark.parametrize("where", ["sealed", "signature", "admission", "cut", "renamed", "roster"])
def test_a_damaged_stick_is_refused(fresh: Fresh, where: str) -> None:
    stick, roster, identity, _ = fresh
    (part,) = parts_in(stick)
    admit = next(stick.rglob("*.admit"))
    if where == "roster":
        said = json.loads(roster.read_text("utf-8"))
        said["body"]["desks"] = [one for one in said["body"]["desks"] if one["dev"] != part.parent.name]
        roster.write_text(json.dumps(said), "utf-8")
    elif where == "renamed":
        for path in (part, part.with_name(f"{part.name}.sig")):
            path.rename(path.with_name(f"9{path.name}"))
    else:
        path = {
            "sealed": part,
            "cut": part,
            "signature": part.with_name(f"{part.name}.sig"),
            "admission": admit,
        }[where]
        data = bytearray(path.read_bytes())
        data[len(data) // 2] ^= 2
        path.write_bytes(data[:-1] if where == "cut" else data)
    done = asked(stick, roster, identity)
    assert done.returncode != 0 and not done.stdout


def _signed_anew(
    part: Path, members: dict[str, bytes], said: dict[str, Any], key: SigningKey, more: bytes = b""
) -> None:
    """A part in the place of another, signed within and without; ``more`` stands behind its sums."""
    raw = canonical(said)
    members["MANIFEST.json"], members["MANIFEST.json.sig"] = raw, sign(key, raw, MANIFEST).encode()
    sums = "".join(f"{sha256(data)}  {name}\n" for name, data in members.items() if name != "SHA256SUMS")
    members["SHA256SUMS"] = sums.encode() + more
    sealed = age.encrypt(pack(members.items()), said["recipients"])
    for old in (part, part.with_name(f"{part.name}.sig")):
        old.unlink()
    name = f"{part.name.rsplit('-', 1)[0]}-{sha256(sealed)[:16]}.age"
    (part.parent / name).write_bytes(sealed)
    (part.parent / f"{name}.sig").write_text(sign(key, sealed, BUNDLE))


@pytest.mark.parametrize("what", ["sums", "counts", "chain", "head", "member", "line"])
def test_a_desk_that_lies_is_refused(fresh: Fresh, clock: SetClock, what: str) -> None:
    """The desk signs anew what it changed, within and without; the reader goes through every check."""
    stick, roster, identity, writer = fresh
    (part,) = parts_in(stick)
    with at(writer, clock) as desk:
        keys = desk.store.keys
    members = dict(unpack(age.decrypt(part.read_bytes(), [identity.read_text("ascii").strip()])))
    said = json.loads(members["MANIFEST.json"])
    if what == "counts":
        said["counts"]["ops"] += 1
    elif what == "chain":
        said["ranges"][0]["chain_after"] = "0" * 64
    elif what == "head":
        signature = said["ranges"][0]["head"]["signature"]
        said["ranges"][0]["head"]["signature"] = signature[:-2] + ("00" if signature[-2:] != "00" else "01")
    elif what == "line":
        said["ranges"][0]["first"] += 1
    elif what == "member":
        members["receipts.json"] += b" "
    _signed_anew(part, members, said, keys.signing, b"\n" if what == "sums" else b"")
    done = asked(stick, roster, identity)
    assert done.returncode != 0 and "not as the document says" in done.stderr, done.stderr


def test_the_reader_shares_nothing_with_the_program() -> None:
    """Only the standard library and two tools, in at most 300 lines; beside it the arithmetic of RFC 8032."""
    sources = {path.name: path.read_text("utf-8") for path in (READER, READER.with_name("ed25519.py"))}
    modules: set[str] = set()
    for node in (node for source in sources.values() for node in ast.walk(ast.parse(source))):
        if isinstance(node, ast.Import):
            modules.update(alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0
            modules.add(str(node.module).split(".")[0])
    assert modules - {"ed25519"} <= sys.stdlib_module_names and "importlib" not in modules
    source = "".join(sources.values())
    assert not re.search(r"__import__|exec\(|eval\(|import shelterdesk", source)
    assert set(re.findall(r'"(age|ssh-keygen)\b', source)) == {"age", "ssh-keygen"}
    assert source.count("subprocess.run(") == 2
    long = {name: sum(bool(line.strip()) for line in one.splitlines()) for name, one in sources.items()}
    assert long["reader.py"] <= 300 and long["ed25519.py"] <= 40


def test_the_table_of_roles_is_the_programs(monkeypatch: pytest.MonkeyPatch) -> None:
    """Section 9 of the document, what the reader took from it, and what the program asks are the same."""
    monkeypatch.syspath_prepend(READER.parent)
    spec = importlib.util.spec_from_file_location("second_reader", READER)
    assert spec is not None and spec.loader is not None
    reader = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(reader)
    asked_by_program = {kind: {Role(role).value for role in roles} for kind, roles in WRITES.items()}
    assert reader.ROLES == asked_by_program
    rows = re.findall(r"^\| ((?:`[a-z]+` ?)+) \| ((?:`[a-z_]+` ?)+) \|$", _section(9), re.M)
    described = {
        kind: set(re.findall(r"`([a-z]+)`", roles))
        for roles, kinds in rows
        for kind in re.findall(r"`([a-z_]+)`", kinds)
    }
    assert described == asked_by_program
    assert set(described) == {kind.name for kind in KINDS.values() if not kind.is_sealed}
