"""install.sh of the stick on real folders: into an empty home, over an older program, stopped on the way; and away again."""

from __future__ import annotations

import hashlib
import io
import os
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest

PARTS = Path(__file__).parents[2] / "packaging"
PROGRAM = """#!/bin/sh
[ "${{SHELTERDESK_STARTED:-}}" = 1 ] || {{ echo "an update would be started instead" >&2; exit 9; }}
case "${{1:-}}" in
    --version) echo {version}; exit {status} ;;
    *) echo "{version} $*" ;;
esac
"""

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the stick is for Linux")


class Home:
    """A home of its own, with data of a station in it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.share = folder / "share with & a space"
        self.data = self.share / "shelterdesk" / "station.db"
        self.data.parent.mkdir(parents=True)
        self.data.write_bytes(b"what was entered")
        self.program = self.share / "shelterdesk-program" / "shelterdesk"

    def run(self, script: Path, *words: str, path: str = "") -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["sh", script, *words],
            env={
                "PATH": path + os.environ["PATH"],
                "HOME": str(self.folder),
                "XDG_DATA_HOME": str(self.share),
            },
            capture_output=True,
            text=True,
            check=False,
        )

    def version(self) -> str:
        return subprocess.run(
            [self.program, "--version"],
            env={"SHELTERDESK_STARTED": "1"},
            capture_output=True,
            text=True,
            check=True,
        ).stdout.strip()

    def left(self) -> list[str]:
        return sorted(path.name for path in self.share.iterdir() if path.name.startswith("shelterdesk-"))


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / "home")


def stick_of(folder: Path, version: str, status: int = 0) -> Path:
    """A stick as tools/pack.py writes it, with a program of one line; returns its install.sh."""
    folder.mkdir()
    held = {
        "shelterdesk": PROGRAM.format(version=version, status=status).encode(),
        "_internal/shelterdesk.svg": (PARTS / "shelterdesk.svg").read_bytes(),
        "_internal/shelterdesk.desktop": (PARTS / "debian" / "shelterdesk.desktop").read_bytes(),
        f"_internal/only-{version}": b"",
    }
    payload = io.BytesIO()
    with tarfile.open(fileobj=payload, mode="w:gz") as tar:
        for name, data in held.items():
            _add(tar, name, data)
    with tarfile.open(folder / f"shelterdesk-{version}.update", "w") as tar:
        _add(tar, "manifest.json", b"{}")
        _add(tar, "payload.tar.gz", payload.getvalue())
    for name in ("install.sh", "uninstall.sh"):
        text = (PARTS / "stick" / name).read_text("utf-8")
        (folder / name).write_text(text.replace("@VERSION@", version), "utf-8")
    lines = [f"{hashlib.sha256(p.read_bytes()).hexdigest()}  {p.name}\n" for p in sorted(folder.iterdir())]
    (folder / "SHA256SUMS").write_text("".join(lines), "utf-8")
    return folder / "install.sh"


def _add(tar: tarfile.TarFile, name: str, data: bytes) -> None:
    info = tarfile.TarInfo(name)
    info.size, info.mode = len(data), 0o755 if name == "shelterdesk" else 0o644
    tar.addfile(info, io.BytesIO(data))


def test_into_an_empty_home(home: Home, tmp_path: Path) -> None:
    done = home.run(stick_of(tmp_path / "stick", "1.0.0"))
    assert done.returncode == 0 and "1.0.0 is installed" in done.stdout, done.stderr
    assert home.version() == "1.0.0" and home.left() == ["shelterdesk-program"]
    assert (home.folder / ".local" / "bin" / "shelterdesk").resolve() == home.program.resolve()
    menu = (home.share / "applications" / "shelterdesk.desktop").read_text("utf-8")
    assert f'Exec="{home.program}"' in menu
    assert (home.share / "icons/hicolor/scalable/apps/shelterdesk.svg").is_file()


def test_over_an_older_program_nothing_of_it_stays_and_the_data_do(home: Home, tmp_path: Path) -> None:
    home.run(stick_of(tmp_path / "old", "1.0.0"))
    update = home.share / "shelterdesk-versions" / "0.9.0"
    update.mkdir(parents=True)
    done = home.run(stick_of(tmp_path / "new", "1.1.0"))
    assert done.returncode == 0, done.stderr
    assert home.version() == "1.1.0" and home.left() == ["shelterdesk-program", "shelterdesk-versions"]
    inside = {path.name for path in (home.program.parent / "_internal").iterdir()}
    assert "only-1.1.0" in inside and "only-1.0.0" not in inside
    assert home.data.read_bytes() == b"what was entered" and update.is_dir()


def test_a_damaged_stick_and_a_program_that_does_not_start_leave_the_old_one(
    home: Home, tmp_path: Path
) -> None:
    home.run(stick_of(tmp_path / "old", "1.0.0"))
    damaged = stick_of(tmp_path / "damaged", "1.1.0")
    with (tmp_path / "damaged" / "shelterdesk-1.1.0.update").open("ab") as stream:
        stream.write(b"!")
    done = home.run(damaged)
    assert done.returncode == 1 and "damaged" in done.stderr and "dañado" in done.stderr
    done = home.run(stick_of(tmp_path / "broken", "1.2.0", status=3))
    assert done.returncode == 1 and "does not start" in done.stderr
    assert home.version() == "1.0.0" and home.left() == ["shelterdesk-program"]


@pytest.mark.parametrize("way", ["fails", "killed"])
def test_stopped_between_the_old_program_and_the_new_one_the_old_one_is_there(
    home: Home, tmp_path: Path, way: str
) -> None:
    """The second step, that brings the new one into its place, goes wrong; or the script ends there at once."""
    home.run(stick_of(tmp_path / "old", "1.0.0"))
    tools = tmp_path / "tools"
    tools.mkdir()
    end = "exit 1" if way == "fails" else "kill -KILL $PPID"
    (tools / "mv").write_text(
        f'#!/bin/sh\ncase "$1" in *.partial) {end} ;; *) exec /bin/mv "$@" ;; esac\n', "utf-8"
    )
    (tools / "mv").chmod(0o755)
    install = stick_of(tmp_path / "new", "1.1.0")
    done = home.run(install, path=f"{tools}:")
    assert done.returncode != 0
    if (
        way == "killed"
    ):  # what no script can mend at once is mended by the next try, even one that goes wrong too
        assert not home.program.exists()
        assert home.run(stick_of(tmp_path / "broken", "1.2.0", status=3)).returncode == 1
    assert home.version() == "1.0.0"
    assert home.run(install).returncode == 0 and home.version() == "1.1.0"
    assert home.left() == ["shelterdesk-program"]


def test_it_is_taken_away_by_the_installed_program_itself(home: Home, tmp_path: Path) -> None:
    home.run(stick_of(tmp_path / "stick", "1.0.0"))
    done = home.run(home.program.parent / "uninstall.sh", "--yes")
    assert done.returncode == 0 and done.stdout == "1.0.0 uninstall --yes\n"
    done = Home(tmp_path / "other").run(tmp_path / "stick" / "uninstall.sh")
    assert done.returncode == 1 and "not installed" in done.stderr
