"""The fences around every test, each run into once: network, threads, warnings, Qt's warnings."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

TOP = Path(__file__).resolve().parents[2]

RUNS_INTO = {
    "network": (
        "import socket\ndef test_it(): socket.create_connection(('192.0.2.1', 9), timeout=1)",
        "reached for",
    ),
    "a name": (
        "import socket\ndef test_it(): socket.getaddrinfo('desk.example', 80)",
        "reached for the network",
    ),
    "a swallowed refusal": (
        "import socket\ndef test_it():\n    try: socket.socket().connect(('192.0.2.1', 9))\n"
        "    except BaseException: pass\n",
        "reached for the network",
    ),
    "all interfaces": (
        "import socket\ndef test_it():\n    with socket.socket() as one: one.bind(('', 0))",
        "reached for the network",
    ),
    "a thread": (
        "from threading import Event, Thread\n"
        "def test_it(): Thread(target=Event().wait, name='worker', daemon=True).start()",
        "threads left running: worker",
    ),
    "a warning": ("import warnings\ndef test_it(): warnings.warn('old')", "UserWarning: old"),
    "a warning of Qt's": (
        "from PySide6.QtCore import qWarning\ndef test_it(qtbot): qWarning('loose end')",
        "loose end",
    ),
    "an unknown marker": ("import pytest\n@pytest.mark.slwo\ndef test_it(): pass", "'slwo' not found"),
    "an expected failure that passes": (
        "import pytest\n@pytest.mark.xfail\ndef test_it(): pass",
        "[XPASS(strict)]",
    ),
}


def run(folder: Path, test: str, *options: str) -> subprocess.CompletedProcess[str]:
    """One test in a folder of its own, behind the fences and under the settings of this house."""
    (folder / "tests").mkdir()
    (folder / "tests" / "conftest.py").write_text((TOP / "tests" / "fences.py").read_text("utf-8"), "utf-8")
    (folder / "pyproject.toml").write_text((TOP / "pyproject.toml").read_text("utf-8"), "utf-8")
    (folder / "tests" / "test_it.py").write_text(test, "utf-8")
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *options]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True)


@pytest.mark.parametrize("fence", RUNS_INTO)
def test_every_fence_stops_the_test_that_runs_into_it(fence: str, tmp_path: Path) -> None:
    test, said = RUNS_INTO[fence]
    done = run(tmp_path, test)
    assert done.returncode != 0, done.stdout
    assert said in done.stdout + done.stderr


def test_what_stays_on_this_machine_passes(tmp_path: Path) -> None:
    test = """
import os, socket, threading
def test_loopback_threads_that_end_and_no_window(qtbot, seed):
    with socket.create_server(("127.0.0.1", 0)) as server:
        with socket.create_connection(server.getsockname()): pass
        with socket.create_connection(("localhost", server.getsockname()[1])): pass
    thread = threading.Thread(target=len, args=("",))
    thread.start()
    assert os.environ["QT_QPA_PLATFORM"] == "offscreen"
    assert 0 <= seed < 2**32
"""
    done = run(tmp_path, test)
    assert done.returncode == 0, done.stdout


def test_a_failing_property_prints_how_to_play_it_again(tmp_path: Path) -> None:
    test = """
from hypothesis import given, strategies as st
@given(st.integers())
def test_it(number): assert number < 1000
def test_dice(seed): assert seed < 0
"""
    done = run(tmp_path, test)
    assert "@reproduce_failure" in done.stdout
    assert "SHELTERDESK_SEED=" in done.stdout


def test_soak_runs_only_when_asked_for(tmp_path: Path) -> None:
    test = "import pytest\n@pytest.mark.soak\ndef test_long(): pass\ndef test_short(): pass"
    assert "1 passed, 1 deselected" in run(tmp_path, test).stdout
    again = tmp_path / "again"
    again.mkdir()
    assert "1 passed, 1 deselected" in run(again, test, "-m", "soak").stdout
