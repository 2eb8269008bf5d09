"""The fences around every test: no window, no network, no thread left behind, seeds to play again."""

from __future__ import annotations

import gc
import ipaddress
import os
import random
import shutil
import socket
import sys
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

# A property may take its time on a slow laptop; when it fails it prints what plays it again.
settings.register_profile(
    "house",
    deadline=None,
    derandomize=False,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("house")

_AMPLE = 4 << 30
"""Free bytes in memory from which the files of tests may lie there; a whole run takes a part of it."""

_refused: list[str] = []
_watching = True


def _is_here(host: object) -> bool:
    """Whether an address stays on this machine; the empty one (all interfaces) does not."""
    name = host.decode("ascii", "replace") if isinstance(host, bytes) else host
    if name is None or name == "localhost":
        return True
    try:
        return ipaddress.ip_address(str(name).partition("%")[0]).is_loopback
    except ValueError:
        return False


def _no_network(event: str, arguments: tuple[object, ...]) -> None:
    """Refuse and remember every step that Python's sockets take towards another machine."""
    if not event.startswith("socket.") or not _watching:
        return
    if event in ("socket.connect", "socket.bind", "socket.sendto", "socket.sendmsg"):
        address = arguments[1]
        host = address[0] if isinstance(address, tuple) else None  # a path is a socket of this machine
    elif event in ("socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr"):
        host = arguments[0]
    else:
        return
    if not _is_here(host):
        _refused.append(f"{event} {host!r}")
        raise RuntimeError(f"A test reached for the network: {event} {host!r}")


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add ``--onscreen``: show the windows of the tests instead of drawing them in memory."""
    parser.addoption("--onscreen", action="store_true", help="show the windows of the tests on this display")


def pytest_configure(config: pytest.Config) -> None:
    """Choose the screen before any test imports Qt, and close the network."""
    if not config.getoption("--onscreen"):
        os.environ["QT_QPA_PLATFORM"] = "offscreen"
    sys.addaudithook(_no_network)
    _keep_little_room()
    _look_for_tables_apart()
    _files_in_memory()


def _files_in_memory() -> None:
    """The folders of tests lie in memory where there is ample room for them: hundreds of tests would only wait for a disk.

    What syncing is for is proved by ``tests/faults``, from the calls themselves. ``PYTEST_DEBUG_TEMPROOT`` says otherwise.
    """
    memory = Path("/dev/shm")
    with suppress(OSError):
        if os.access(memory, os.W_OK) and shutil.disk_usage(memory).free >= _AMPLE:
            os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(memory))


def _look_for_tables_apart() -> None:
    """Tables of tests that run beside each other are looked for at ports of their own."""
    from shelterdesk.sync import table_finder

    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as free:
        free.bind(("127.0.0.1", 0))
        table_finder.PORT = int(free.getsockname()[1])


def _keep_little_room() -> None:
    """A station of the tests keeps 64 KiB back for saving, not 64 MiB: there are hundreds of them on one disk."""
    from shelterdesk.db import reserve

    reserve.SIZE = 1 << 16


def pytest_unconfigure(config: pytest.Config) -> None:
    """Let go of the network: an audit hook cannot be taken away, only told to look elsewhere."""
    global _watching
    _watching = False


@pytest.fixture(autouse=True)
def no_network() -> Iterator[None]:
    """Fail a test that reached for another machine, even where the code under test swallowed the refusal."""
    _refused.clear()
    yield
    assert not _refused, f"reached for the network: {', '.join(_refused)}"


@pytest.fixture(autouse=True)
def no_thread_left(request: pytest.FixtureRequest) -> Iterator[None]:
    """Fail a test whose threads (Python's or Qt's) outlive it; two seconds are given to come to an end."""
    before = set(threading.enumerate())
    yield
    left = []
    for thread in set(threading.enumerate()) - before:
        if isinstance(thread, threading._DummyThread):
            continue  # Python's shadow of a thread somebody else started; Qt's are looked at below
        thread.join(2)
        if thread.is_alive():
            left.append(thread.name)
    if "qapp" in request.fixturenames:
        left += _running_qthreads()
    assert not left, f"threads left running: {', '.join(left)}"


def _running_qthreads() -> list[str]:
    from PySide6.QtCore import QThread

    main = QThread.currentThread()
    left = []
    for thing in gc.get_objects():
        # type(): asking isinstance would wake up every lazy proxy there is
        if (
            issubclass(type(thing), QThread)
            and thing is not main
            and thing.isRunning()
            and not thing.wait(2000)
        ):
            left.append(thing.objectName() or type(thing).__name__)
    return left


@pytest.fixture
def seed() -> int:
    """A seed for the test's own dice, printed with a failure; SHELTERDESK_SEED plays one again."""
    chosen = int(os.environ.get("SHELTERDESK_SEED") or random.SystemRandom().randrange(2**32))
    print(f"SHELTERDESK_SEED={chosen}")
    return chosen
