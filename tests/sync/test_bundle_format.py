"""The document of the format holds: its shell lines, exactly as they stand there, open a real bundle."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

from shelterdesk.actions.clock import SetClock
from shelterdesk.actions.exchange import export_bundle, export_receipts
from shelterdesk.actions.taking_in import import_from
from shelterdesk.db.statements import statements
from shelterdesk.sync.manifest import Counts, Held, Manifest, Member, Range, SignedHead
from tests.sync.worlds import World, at, parts_in, register

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "bundle-format.md"
BLOCK = re.compile(r"^```sh\n(.*?)^```$", re.M | re.S)


def prepared(world: World, folder: Path, clock: SetClock) -> dict[str, str]:
    """A stick, the office's identity and roster, and the names the document speaks of."""
    stick = folder / "stick"
    stick.mkdir()
    with at(world.lb, clock) as desk:
        register(desk, "Ana", "Berta", "Zoë 安")
        export_bundle(desk, stick)
        dev = f"{desk.who.dev:016x}"
    with at(world.office, clock) as office:
        (folder / "office.key").write_text(office.store.keys.age.identity + "\n")
        ruling = max((s for s in statements(office.store.conn) if s.kind == "roster"), key=lambda s: s.number)
        roster = ruling.raw.decode()
        own = f'{{"dev":"{office.who.dev:016x}","sign":"{office.store.keys.public.hex()}"}}'
        (folder / "roster.json").write_text(roster.replace('"desks":[', f'"desks":[{own},'))
    (part,) = parts_in(stick)
    return {"DEV": dev, "PART": part.name}


def shell(script: str, folder: Path, names: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["bash", "-e", "-u", "-o", "pipefail", "-c", script],
        cwd=folder, env={**os.environ, **names}, capture_output=True, text=True, check=False,
    )  # fmt: skip


def test_the_lines_of_the_document_open_a_bundle(world: World, tmp_path: Path, clock: SetClock) -> None:
    folder = tmp_path / "by-hand"
    folder.mkdir()
    names = prepared(world, folder, clock)
    blocks = BLOCK.findall(DOCUMENT.read_text("utf-8"))
    assert len(blocks) >= 5
    done = shell("\n".join(blocks), folder, names)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count('Good "bundle.v1@shelterdesk"') == 1
    assert done.stdout.count('Good "manifest.v1@shelterdesk"') == 1
    assert done.stdout.count('Good "statement.v1@shelterdesk"') == 1
    assert "FAILED" not in done.stdout and "MANIFEST.json: OK" in done.stdout
    assert set((folder / "given-names").read_text("utf-8").split("\n")) >= {"Ana", "Berta", "Zoë 安"}
    assert "\ngiven\n" in done.stdout


def test_the_same_lines_refuse_a_changed_bundle(world: World, tmp_path: Path, clock: SetClock) -> None:
    folder = tmp_path / "by-hand"
    folder.mkdir()
    names = prepared(world, folder, clock)
    part = folder / "stick" / "SHELTERDESK" / names["DEV"] / names["PART"]
    data = bytearray(part.read_bytes())
    data[-1] ^= 1
    part.write_bytes(data)
    blocks = BLOCK.findall(DOCUMENT.read_text("utf-8"))
    done = shell("\n".join(blocks), folder, names)
    assert done.returncode != 0 and "Good" not in done.stdout


def test_every_member_of_the_manifest_is_documented() -> None:
    text = DOCUMENT.read_text("utf-8")
    for struct in (Manifest, Range, Held, Member, Counts, SignedHead):
        for name in struct.__struct_fields__:
            assert f"`{name}`" in text or f'"{name}"' in text, (struct.__name__, name)


def test_receipts_lie_where_the_document_says(world: World, stick: Path, clock: SetClock) -> None:
    with at(world.lb, clock) as desk:
        export_bundle(desk, stick)
        dev = f"{desk.who.dev:016x}"
    with at(world.office, clock) as office:
        import_from(office, stick)
        export_receipts(office, stick)
        issuer = f"{office.who.dev:016x}"
    folder = stick / "SHELTERDESK" / "receipts"
    assert sorted(p.name for p in folder.iterdir()) == [f"{issuer}-{dev}.json", f"{issuer}-{dev}.json.sig"]
