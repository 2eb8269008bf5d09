"""A server as a shelf, through any protocol fsspec speaks: SFTP first, others where their library is installed.

The link may be slow and die at any moment. A file goes up in small pieces under ``<name>.partial`` and takes its name once
it is whole; after a break it goes on where it stopped. The server is believed by its key, and holds nothing but sealed
and signed files all the same.
"""

from __future__ import annotations

import base64
import hashlib
import socket
from collections.abc import Callable, Collection
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import paramiko
from fsspec.core import url_to_fs
from fsspec.implementations.sftp import SFTPFileSystem

from shelterdesk.core.errors import DiskFull, Refused, WorldError
from shelterdesk.core.words import tr
from shelterdesk.sync.container import FOLDER
from shelterdesk.sync.faults import SetAside
from shelterdesk.sync.network_words import why_gone
from shelterdesk.sync.place import SSH, NewServer, NoEntry, NoFolder, Place, check_url
from shelterdesk.sync.shelf import ShelfGone, read_shelf_name
from shelterdesk.sync.stick import MAX_ENTRIES

PIECE = 32 << 10
"""Bytes sent at a time: what is lost when a link dies, and how often one can stop."""

TAIL = 64 << 10
"""Bytes read back of what an earlier, broken sending left, before it is gone on with."""

PATIENCE_S = 30.0
_CAN_APPEND = frozenset({"sftp", "ssh", "file", "local", "memory"})
_HAS_FOLDERS = frozenset({"sftp", "ssh", "file", "local"})


class _Compared(paramiko.MissingHostKeyPolicy):
    """Takes the one key that was compared, no other, and none unseen."""

    def __init__(self, where: str, expected: str) -> None:
        self._where, self._expected = where, expected

    def missing_host_key(self, client: paramiko.SSHClient, hostname: str, key: paramiko.PKey) -> None:
        digest = hashlib.sha256(key.asbytes()).digest()
        shown = "SHA256:" + base64.b64encode(digest).decode("ascii").rstrip("=")
        if shown != self._expected:
            raise NewServer(self._where, shown, is_changed=bool(self._expected))


class _Ssh(SFTPFileSystem):  # type: ignore[misc]  # fsspec says no types
    """Hangs up where it is not let in; the library would leave its thread behind."""

    def _connect(self) -> None:
        try:
            super()._connect()
        except BaseException:
            _hang_up(self)
            raise


class UrlShelf:
    """Connects when first asked, and again after a fault. Belongs to one thread; :meth:`cut_off` to any."""

    def __init__(self, place: Place, folders: Collection[str] | None = None) -> None:
        """``folders`` are the only ones looked at (names below ``SHELTERDESK``); None for all."""
        self.place = place
        self.told: Callable[[int, int], None] | None = None
        self._folders = folders
        self._fs: Any = None
        self._root = ""
        self._made: set[str] = set()
        self._stopped = False
        parts = urlsplit(check_url(place.url))
        self.where = parts.hostname or parts.path
        self._scheme = parts.scheme

    def entries(self) -> dict[str, str]:
        """Names with size and time."""
        found: dict[str, str] = {}
        for folder in self._folders if self._folders is not None else self._names(""):
            for name, entry in self._listed(folder).items():
                full = f"{folder}/{name}"
                if entry.get("type") == "file" and read_shelf_name(full) is not None:
                    stamp = entry.get("mtime") or entry.get("LastModified") or entry.get("modified") or ""
                    found[full] = f"{entry.get('size')}-{stamp}"
            if len(found) > MAX_ENTRIES:
                raise SetAside("too_many")
        return found

    def get(self, name: str) -> bytes:
        """The bytes of a file."""
        shelved = read_shelf_name(name)
        if shelved is None:
            raise SetAside("bad_name")

        def fetch(fs: Any) -> bytes:
            path = self._path(name)
            if fs.info(path)["size"] > shelved.most:
                raise SetAside("too_large")
            with fs.open(path, "rb") as stream:
                data: bytes = stream.read(shelved.most + 1)
            if len(data) > shelved.most:
                raise SetAside("too_large")
            return data

        try:
            found: bytes = self._do(fetch)
        except FileNotFoundError:
            raise SetAside("unreadable") from None
        return found

    def put(self, name: str, data: bytes) -> None:
        """Send a file; what an earlier call sent of it is gone on with."""
        if read_shelf_name(name) is None:
            raise SetAside("bad_name")

        def send(fs: Any) -> None:
            path = self._path(name)
            self._make_folder(fs, path.rpartition("/")[0])
            if self._scheme not in _CAN_APPEND:
                fs.pipe_file(path, data)  # such a store shows a file whole or not at all
                return
            partial = f"{path}.partial"
            self._send_on(fs, partial, data)
            if fs.info(partial)["size"] != len(data):
                fs.rm_file(partial)
                raise OSError("the server kept another size than was sent")
            if self._scheme in SSH:
                fs.ftp.posix_rename(partial, path)
            else:
                fs.mv(partial, path)

        try:
            self._do(send)
        except FileNotFoundError:
            raise ShelfGone(self.where, tr("its folder is gone")) from None

    def _send_on(self, fs: Any, partial: str, data: bytes) -> None:
        done = self._usable(fs, partial, data)
        with fs.open(partial, "ab" if done else "wb") as stream:
            while done < len(data):
                if self._stopped:
                    raise OSError("stopped")
                piece = data[done : done + PIECE]
                stream.write(piece)
                done += len(piece)
                if self.told is not None:
                    self.told(done, len(data))

    def _usable(self, fs: Any, partial: str, data: bytes) -> int:
        """How many bytes of an earlier sending are there and are the right ones; the last of them are compared."""
        try:
            size = int(fs.info(partial)["size"])
            if not 0 < size <= len(data):
                return 0
            start = max(0, size - TAIL)
            with fs.open(partial, "rb") as stream:
                stream.seek(start)
                return size if stream.read(size - start) == data[start:size] else 0
        except FileNotFoundError:
            return 0

    def remove(self, name: str) -> None:
        """Take an own file away; one that is gone already is no fault."""
        if read_shelf_name(name) is None:
            raise SetAside("bad_name")
        with suppress(FileNotFoundError):
            self._do(lambda fs: fs.rm_file(self._path(name)))

    def close(self) -> None:
        """Let the connection go; the next question makes a new one."""
        fs, self._fs = self._fs, None
        self._made.clear()
        _hang_up(fs)

    def cut_off(self) -> None:
        """End what is under way, for good; may be called on any thread."""
        self._stopped = True
        _hang_up(self._fs)

    def _names(self, folder: str) -> list[str]:
        return sorted(
            name for name, entry in self._listed(folder).items() if entry.get("type") == "directory"
        )

    def _listed(self, folder: str) -> dict[str, dict[str, Any]]:
        """The entries of a folder by name; one that is not there is empty."""
        try:
            found = self._do(lambda fs: fs.ls(self._path(folder), detail=True, **self._fresh()))
        except FileNotFoundError:
            return {}
        return {str(entry["name"]).rstrip("/").rpartition("/")[2]: entry for entry in found}

    def _fresh(self) -> dict[str, Any]:
        """Some protocols remember listings."""
        return {} if self._scheme in _CAN_APPEND else {"refresh": True}

    def _path(self, name: str) -> str:
        return f"{self._root}/{FOLDER}/{name}".rstrip("/")

    def _make_folder(self, fs: Any, folder: str) -> None:
        if folder not in self._made:
            fs.makedirs(folder, exist_ok=True)
            self._made.add(folder)

    def _do(self, ask: Callable[[Any], Any]) -> Any:
        """Ask the server, telling its faults as sentences; ``FileNotFoundError`` is left to the caller."""
        try:
            if self._stopped:
                raise ShelfGone(self.where)
            if self._fs is None:
                self._fs = self._connected()
                self._must_have_root(self._fs)
            return ask(self._fs)
        except (FileNotFoundError, SetAside, WorldError):
            raise
        except paramiko.AuthenticationException:
            self.close()
            raise NoEntry(self.where, tr("Check the user's name, the password or the key.")) from None
        except PermissionError:
            raise NoEntry(self.where, tr("Ask the office for the right to write in that folder.")) from None
        except (OSError, EOFError, paramiko.SSHException) as error:
            self.close()
            if isinstance(error, OSError) and "space" in str(error).lower():
                raise DiskFull(self.where) from None
            raise ShelfGone(self.where, why_gone(error)) from None

    def _must_have_root(self, fs: Any) -> None:
        """A folder that is misspelt is not made; in what holds files without folders there is none to look for."""
        if self._scheme in _HAS_FOLDERS and self._root and not fs.isdir(self._root):
            self.close()
            raise NoFolder(self.where, self._root)

    def _connected(self) -> Any:
        try:
            if self._scheme in SSH:
                return self._by_ssh()
            fs, self._root = url_to_fs(self.place.url, skip_instance_cache=True)
            return fs
        except (ImportError, ValueError):
            raise Refused(
                tr("This program does not speak {protocol}.", protocol=self._scheme),
                tr("Use an address that begins with sftp://."),
            ) from None

    def _by_ssh(self) -> Any:
        parts = urlsplit(self.place.url)
        self._root = parts.path.rstrip("/")
        if self.place.key_file and not Path(self.place.key_file).is_file():
            raise NoEntry(self.where, tr("Check the user's name, the password or the key."))
        fs = _Ssh(
            host=parts.hostname,
            port=parts.port or 22,
            username=parts.username,
            password=self.place.password or None,
            key_filename=self.place.key_file or None,
            look_for_keys=False,
            allow_agent=False,
            timeout=PATIENCE_S,
            banner_timeout=PATIENCE_S,
            auth_timeout=PATIENCE_S,
            host_key_policy=_Compared(self.where, self.place.host_key),
            skip_instance_cache=True,
        )
        fs.ftp.get_channel().settimeout(PATIENCE_S)
        transport = fs.client.get_transport()
        if transport is not None:
            transport.set_keepalive(15)
        return fs


def _hang_up(fs: Any) -> None:
    client = getattr(fs, "client", None)
    if isinstance(client, paramiko.SSHClient):
        with suppress(OSError, EOFError, socket.error, paramiko.SSHException):
            client.close()
