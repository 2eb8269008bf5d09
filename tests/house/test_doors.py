"""The doors of the checkout: what make offers, what set-up says, what the wheel carries."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import zipfile
from importlib.resources import files
from pathlib import Path

import pytest

TOP = Path(__file__).resolve().parents[2]


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The parts of the checkout that doors are made of, in a folder of their own."""
    ignored = shutil.ignore_patterns("__pycache__", "*.mo")
    for folder in ("shelterdesk", "resources", "tools"):
        shutil.copytree(TOP / folder, tmp_path / folder, ignore=ignored)
    for file in ("pyproject.toml", "setup.py", "requirements.lock", "Makefile"):
        shutil.copy(TOP / file, tmp_path)
    return tmp_path


def stand_in(path: Path, script: str) -> None:
    """A program of the outer world for a shell script to call."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{script}\n", "utf-8")
    path.chmod(0o755)


def play(folder: Path, *command: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """A command in a world without a display and without settings for pip, but for those given."""
    left_out = ("DISPLAY", "WAYLAND_DISPLAY", "PIP_")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(left_out)}
    return subprocess.run(
        command,
        cwd=folder,
        env=kept | environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
    )


def test_make_alone_lists_the_doors() -> None:
    said = play(TOP, "make", "--no-print-directory", MAKEFLAGS="").stdout
    doors = [line.split()[1] for line in said.splitlines()]
    assert doors == ["help", "run", "test", "check", "bench", "soak", "build"]


def test_with_a_display_run_opens_the_desk(copy: Path) -> None:
    stand_in(copy / ".venv" / "bin" / "shelterdesk", 'echo "opened with: $*"')
    done = play(copy, "tools/run", DISPLAY=":0")
    assert (done.returncode, done.stdout) == (0, "opened with: \n")


def test_without_a_display_run_plays_a_day_and_names_its_folder(copy: Path) -> None:
    stand_in(copy / ".venv" / "bin" / "shelterdesk", 'echo "$*" >>calls; touch "$5/cards.pdf"')
    (copy / "out").mkdir()
    first, second = play(copy, "tools/run"), play(copy, "tools/run")
    played = sorted(path.name for path in (copy / "out").iterdir())
    assert len(played) == 2, "a second day is not played over the first"
    for done in (first, second):
        assert done.returncode == 0
        assert "There is no display here" in done.stdout
        assert "cards.pdf" in done.stdout
    calls = (copy / "calls").read_text("utf-8").splitlines()
    assert sorted(calls) == sorted(f"--data out/{name}/station day --out out/{name}" for name in played)
    assert any(f"are in out/{name}:" in first.stdout for name in played)


def test_a_day_that_fails_fails_the_door(copy: Path) -> None:
    stand_in(copy / ".venv" / "bin" / "shelterdesk", "exit 1")
    (copy / "out").mkdir()
    assert play(copy, "tools/run").returncode == 1


def set_up(copy: Path, purpose: str = "test", **world: str) -> subprocess.CompletedProcess[str]:
    """Set-up in a world whose programs are the stand-ins given; everything else is this machine's."""
    for name, script in world.items():
        stand_in(copy / "world" / name.replace("_", "-"), script)
    return play(copy, "tools/setup", purpose, PATH=f"{copy / 'world'}:{os.environ['PATH']}")


NOTHING_INSTALLED = "exit 1"


def test_without_rights_set_up_says_the_line_to_run(copy: Path) -> None:
    done = set_up(copy, dpkg_query=NOTHING_INSTALLED, id="echo 1000", sudo="exit 1")
    assert done.returncode == 1
    assert "sudo apt-get update && sudo apt-get install -y --no-install-recommends libegl1 " in done.stderr
    assert " python3-venv " in done.stderr
    assert " xvfb " in done.stderr
    assert " xvfb " not in set_up(copy, "run").stderr, "the desk itself needs no virtual screen"


def test_a_package_half_installed_is_missing(copy: Path) -> None:
    half = (
        "shift 3; for name; do [ $name = libegl1 ] && echo $name half-installed || echo $name installed; done"
    )
    done = set_up(copy, dpkg_query=half, id="echo 1000", sudo="exit 1")
    assert "--no-install-recommends libegl1\n" in done.stderr


@pytest.mark.parametrize("rights", [{"id": "echo 0"}, {"id": "echo 1000", "sudo": 'shift; "$@"'}])
def test_with_rights_set_up_installs_and_says_when_it_cannot(rights: dict[str, str], copy: Path) -> None:
    (copy / "world").mkdir()
    refused = 'echo "$*" >>apt-calls; [ "$1" = update ]'
    done = set_up(copy, dpkg_query=NOTHING_INSTALLED, apt_get=refused, **(rights | {"env": 'shift; "$@"'}))
    assert done.returncode == 1
    assert "Set-up stopped: the Debian packages could not be installed" in done.stderr
    calls = (copy / "apt-calls").read_text("utf-8").splitlines()
    assert calls[0] == "update"
    assert calls[1].startswith("install -y --no-install-recommends libegl1 ")


def test_without_a_network_set_up_says_so_in_one_sentence_and_again_the_next_time(copy: Path) -> None:
    (copy / "requirements.lock").write_text("no-such-library-of-shelterdesk==1.0\n", "utf-8")
    for _ in range(2):
        done = play(
            copy,
            "tools/setup",
            PATH=f"{copy / 'world'}:{os.environ['PATH']}",
            PIP_NO_INDEX="1",
            PIP_CONFIG_FILE=os.devnull,
        )
        stopped = [line for line in done.stderr.splitlines() if line.startswith("Set-up stopped")]
        assert done.returncode == 1
        assert stopped == [
            "Set-up stopped: the libraries could not be installed (no network, or a full disk?)."
        ]
        assert "no-such-library" in (copy / "out" / "setup.log").read_text("utf-8")


def test_the_wheel_carries_every_room_and_the_resources(copy: Path) -> None:
    translations = copy / "resources" / "translations"
    translations.mkdir(exist_ok=True)
    header = 'msgid ""\nmsgstr "Content-Type: text/plain; charset=utf-8\\n"\n\n'
    (translations / "fr.po").write_text(f'{header}msgid "Bed"\nmsgstr "Lit"\n', "utf-8")
    build = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation"]
    done = play(copy, *build, "--wheel-dir", "dist", ".")
    assert done.returncode == 0, done.stderr
    with zipfile.ZipFile(next((copy / "dist").glob("shelterdesk-*.whl"))) as wheel:
        carried = {name for name in wheel.namelist() if ".dist-info/" not in name}
        entry_points = next(name for name in wheel.namelist() if name.endswith("entry_points.txt"))
        assert b"shelterdesk = shelterdesk.__main__:main" in wheel.read(entry_points)
    rooms = {path.relative_to(copy).as_posix() for path in (copy / "shelterdesk").rglob("*.py")}
    things = {
        f"shelterdesk/{path.relative_to(copy).as_posix()}"
        for path in (copy / "resources").rglob("*")
        if path.is_file() and path.suffix != ".pyc"
    }
    assert "shelterdesk/resources/translations/fr.mo" in things
    assert carried == rooms | things


def test_resources_are_read_through_the_package() -> None:
    here = files("shelterdesk.resources")
    assert here.joinpath("__init__.py").read_text("utf-8") == (TOP / "resources" / "__init__.py").read_text(
        "utf-8"
    )
    assert here.joinpath("icons").is_dir()


def test_without_a_display_the_program_says_so(tmp_path: Path) -> None:
    """Qt would abort; a newcomer on a server gets one sentence and what to do."""
    kept = {k: v for k, v in os.environ.items() if k not in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")}
    command = [sys.executable, "-m", "shelterdesk", "--data", str(tmp_path), "--language", "en"]
    done = subprocess.run(command, env=kept, capture_output=True, text=True, check=False, cwd=TOP)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("There is no display here") and len(done.stderr.splitlines()) == 1
