"""A real SSH server of the test's own on this machine's loopback, and a wire to it that can be cut."""

from __future__ import annotations

import getpass
import os
import shutil
import socket
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from shelterdesk.sync.place import Place


@dataclass
class Server:
    """Where it listens, what it serves, the key it shows, and the private key that may log in."""

    port: int
    root: Path
    host_key: str
    key_file: Path

    def place(self, *, port: int = 0, host_key: str | None = None) -> Place:
        """The place as somebody would write it, the server's key compared."""
        url = f"sftp://{getpass.getuser()}@127.0.0.1:{port or self.port}{self.root}"
        return Place(
            url, key_file=str(self.key_file), host_key=self.host_key if host_key is None else host_key
        )


def sshd(folder: Path, port: int, *, is_read_only: bool = False) -> list[str]:
    """The command of a server for files only, for the user who starts it; its keys ``host`` and ``user`` lie in a folder."""
    binary = shutil.which("sshd", path=f"{os.environ['PATH']}:/usr/sbin")
    assert binary is not None, "sshd is not installed; tools/setup test installs it"
    (folder / "config").write_text(
        f"Port {port}\nListenAddress 127.0.0.1\nHostKey {folder / 'host'}\nAuthorizedKeysFile {folder / 'user.pub'}\n"
        f"PidFile none\nStrictModes no\nUsePAM no\nPasswordAuthentication no\nPermitRootLogin yes\n"
        f"Subsystem sftp internal-sftp\nForceCommand internal-sftp{' -R' if is_read_only else ''}\n"
    )
    with suppress(OSError):
        Path("/run/sshd").mkdir(exist_ok=True)  # asked for where the tests run as root
    return [binary, "-D", "-e", "-f", str(folder / "config")]


@contextmanager
def sftp_server(folder: Path, *, is_read_only: bool = False) -> Iterator[Server]:
    """Debian's sshd, serving files only, for the user the tests run as."""
    for name in ("host", "user"):
        subprocess.run(
            ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", folder / name],
            check=True,
            capture_output=True,
        )
    (folder / "served").mkdir()
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = int(free.getsockname()[1])
    log = (folder / "log").open("wb")
    process = subprocess.Popen(sshd(folder, port, is_read_only=is_read_only), stderr=log, stdout=log)
    try:
        wait_for(port, process, folder / "log")
        shown = subprocess.run(
            ["ssh-keygen", "-l", "-f", folder / "host.pub"], check=True, capture_output=True, text=True
        ).stdout.split()[1]
        yield Server(port, folder / "served", shown, folder / "user")
    finally:
        process.terminate()
        process.wait()
        log.close()


def wait_for(port: int, process: subprocess.Popen[bytes], log: Path | None = None) -> None:
    """Wait until a server that was started answers."""
    pause = threading.Event()
    for _ in range(400):
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), 1) as asked:
            if asked.recv(4) == b"SSH-":
                return
        assert process.poll() is None, "" if log is None else log.read_text("utf-8", "replace")
        pause.wait(0.02)
    raise AssertionError("sshd does not answer")


@dataclass
class Wire:
    """A relay to a server: counts the bytes that go up and come down, and is cut after so many of either."""

    to_port: int
    cut_after: int | None = None
    cut_after_down: int | None = None
    went_up: int = 0
    came_down: int = 0
    _server: socket.socket = field(default_factory=lambda: socket.create_server(("127.0.0.1", 0)))
    _ends: list[socket.socket] = field(default_factory=list)

    @property
    def port(self) -> int:
        """Where it is entered."""
        return int(self._server.getsockname()[1])

    def run(self) -> None:
        """Take calls until closed."""
        while True:
            try:
                near, _ = self._server.accept()
                far = socket.create_connection(("127.0.0.1", self.to_port))
            except OSError:
                return
            self._ends += [near, far]
            for one in (near, far):
                one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            for a, b, is_up in ((near, far, True), (far, near, False)):
                threading.Thread(target=self._carry, args=(a, b, is_up), daemon=True).start()

    def _carry(self, a: socket.socket, b: socket.socket, is_up: bool) -> None:
        with suppress(OSError):
            while (data := a.recv(1 << 14)) and not self._is_cut(len(data), is_up):
                b.sendall(data)
        for end in (a, b):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def _is_cut(self, size: int, is_up: bool) -> bool:
        """Count bytes; whether they are one too many."""
        if is_up:
            self.went_up += size
            return self.cut_after is not None and self.went_up > self.cut_after
        self.came_down += size
        return self.cut_after_down is not None and self.came_down > self.cut_after_down

    def close(self) -> None:
        """Take no more calls, and end those under way."""
        with suppress(OSError):
            self._server.shutdown(socket.SHUT_RDWR)
        self._server.close()
        for end in self._ends:
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()


@contextmanager
def wire_to(port: int, cut_after: int | None = None, cut_after_down: int | None = None) -> Iterator[Wire]:
    """A wire for one test."""
    wire = Wire(port, cut_after, cut_after_down)
    thread = threading.Thread(target=wire.run)
    thread.start()
    try:
        yield wire
    finally:
        wire.close()
        thread.join()
