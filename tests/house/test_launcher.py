"""The first thing the built program does, as processes: the newest version starts, a broken one is left again."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from shelterdesk import __version__, versions
from shelterdesk.versions import Pointer, read_pointer, write_pointer

START = "import sys; sys.frozen = True; from shelterdesk.launcher import main; sys.exit(main())"
NEWER = "9.0.0"

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="versions are shell scripts here")


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "versions"


def start(home: Path, *words: str, **more: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "SHELTERDESK_VERSIONS": str(home), **more}
    return subprocess.run(
        [sys.executable, "-c", START, *words], env=environment, capture_output=True, text=True, check=False
    )


def lay(home: Path, script: str) -> None:
    folder = home / NEWER
    folder.mkdir(parents=True)
    (folder / versions.PROGRAM).write_text(script)
    (folder / versions.PROGRAM).chmod(0o755)
    (folder / versions.WHOLE).write_text("{}")
    write_pointer(home, Pointer(NEWER, is_proved=False))


def test_the_newer_version_takes_the_place_with_the_same_words(home: Path) -> None:
    lay(home, '#!/bin/sh\necho "newer $SHELTERDESK_STARTED $*"; exit 5\n')
    done = start(home, "people", "--json")
    assert (done.returncode, done.stdout) == (5, "newer 1 people --json\n")
    assert read_pointer(home).starts == 1


def test_one_that_ends_badly_twice_is_left_and_this_one_runs(home: Path) -> None:
    lay(home, "#!/bin/sh\nkill -SEGV $$\n")
    assert start(home, "--version").returncode < 0 and start(home, "--version").returncode < 0
    done = start(home, "--version")
    assert done.returncode == 0 and __version__ in done.stdout
    assert read_pointer(home) == Pointer(gone_back_from=NEWER)


@pytest.mark.parametrize("script", ["no program at all", "#!/nowhere/sh\n"])
def test_one_the_system_does_not_let_start_is_passed_over_at_once(home: Path, script: str) -> None:
    lay(home, script)
    done = start(home, "--version")
    assert done.returncode == 0 and __version__ in done.stdout, done.stderr


@pytest.mark.parametrize("words", [["--version"], ["--help"], ["nonsense"]])
def test_a_command_that_ended_in_order_counts_as_no_try(home: Path, words: list[str]) -> None:
    """Also one that was typed wrongly: the version that was started by the installed one is as good as before."""
    home.mkdir()
    write_pointer(home, Pointer(__version__, starts=1, is_proved=False))
    start(home, *words, SHELTERDESK_STARTED="1")
    assert read_pointer(home).starts == 0


def test_a_folder_not_whole_or_older_than_the_installed_one_is_never_started(home: Path) -> None:
    lay(home, "#!/bin/sh\necho newer\n")
    (home / NEWER / versions.WHOLE).unlink()
    assert __version__ in start(home, "--version").stdout
    write_pointer(home, Pointer("0.0.1"))
    assert __version__ in start(home, "--version").stdout
