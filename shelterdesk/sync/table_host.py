"""The desk that listens: its own shelf, open to the desks of its station on the local network, and nobody else.

A guest proves its desk key for the very connection; it may read the whole shelf, and write and remove its own files.
A laptop that is no desk yet may do one thing: ask to join, and fetch the answer. Nothing here touches the database:
what guests lay down is taken in later, by the same route as from a stick.
"""

from __future__ import annotations

import os
import secrets
import socket
import socketserver
import ssl
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import msgspec

from shelterdesk.core.errors import WorldError
from shelterdesk.core.event import hex16
from shelterdesk.core.table_code import PIN_BYTES, TableCode
from shelterdesk.db.reserve import check_own_room
from shelterdesk.keys import tls
from shelterdesk.keys.desk import desk_id
from shelterdesk.keys.ed25519 import SigningKey
from shelterdesk.sync import table_wire as wire
from shelterdesk.sync.faults import SetAside
from shelterdesk.sync.shelf import MOST_OF_ONE, FolderShelf, read_shelf_name
from shelterdesk.sync.table_door import JoinDoor
from shelterdesk.sync.table_finder import TableBeacon
from shelterdesk.sync.table_room import BodyRoom
from shelterdesk.sync.table_wire import Answer, BadTalk, Request

MOST_GUESTS = 32
"""Connections at a time; a table has two to six laptops."""

MOST_FROM_ONE = 8
"""Connections at a time from one address: no single laptop keeps the others out."""

MOST_PUT = MOST_OF_ONE - 100
"""Files one desk may lay here; what is left is for those that were written half when the power went."""

STOP_S = 0.05
"""How long leaving the table waits at most for whoever listens to notice."""

PORT = 45317
"""Where a desk listens if nobody else does on that laptop."""

Members = Callable[[], Mapping[int, bytes]]
"""The desks of this station that are heard, by id, with their public keys; asked for every guest."""


class TableHost:
    """Listens from :meth:`start` to :meth:`stop`, each guest on a thread of its own."""

    def __init__(
        self, folder: Path, signing: SigningKey, members: Members, address: str, port: int = PORT
    ) -> None:
        """``folder`` holds the shelf; ``address`` is the one of this laptop that the others reach.

        Raises ``OSError`` where the port is taken; 0 takes any.
        """
        self.shelf = FolderShelf(folder)
        self.door = JoinDoor()
        self.signing = signing
        self.members = members
        self.context, self.certificate = tls.listening_context(folder)
        self._server = _Server((address, port), self)
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(STOP_S,), name="table-host", daemon=True
        )
        self._beacon: TableBeacon | None = None
        self.guests: set[int] = set()
        self.room = BodyRoom()

    @property
    def code(self) -> TableCode:
        """What others type or scan."""
        address, port = self._server.server_address[:2]
        return TableCode(str(address), int(port), tls.pin_of(self.signing.public, PIN_BYTES))

    @property
    def address(self) -> str:
        """The address it listens at."""
        return str(self._server.server_address[0])

    def start(self) -> None:
        """Listen, and answer those who have the code and look for where the table is now."""
        self._thread.start()
        with suppress(
            OSError, ValueError
        ):  # without it the code has to be typed again when the address changes
            self._beacon = TableBeacon(self.code)
            self._beacon.start()

    def stop(self) -> None:
        """Listen no more; guests that are at it are cut off, and come again later."""
        if self._beacon is not None:
            self._beacon.stop()
        self._server.shutdown()
        self._thread.join()
        self._server.cut_off()
        self._server.server_close()  # waits for the guests' threads


class _Server(socketserver.ThreadingTCPServer):
    # Windows would let a second program listen at the same port.
    allow_reuse_address = os.name != "nt"
    # Knocks that wait to be heard: with the library's five, a few that come at once cost everybody seconds.
    request_queue_size = 2 * MOST_GUESTS

    def __init__(self, address: tuple[str, int], host: TableHost) -> None:
        self.host = host
        self._lock = threading.Lock()
        self._open: dict[socket.socket, str] = {}  # to the address it comes from
        self._is_cut = False
        super().__init__(address, _Guest)

    def verify_request(self, request: Any, client_address: Any) -> bool:
        with self._lock:
            address = str(client_address[0])
            if len(self._open) >= MOST_GUESTS or list(self._open.values()).count(address) >= MOST_FROM_ONE:
                return False
            self._open[request] = address
        return True

    def shutdown_request(self, request: Any) -> None:
        with self._lock:
            self._open.pop(request, None)
        super().shutdown_request(request)

    def talks_over(self, request: socket.socket, stream: socket.socket) -> None:
        """From now on a guest talks over the secured stream; the one it came by is empty."""
        with self._lock:
            self._open[stream] = self._open.pop(request, "")
            if self._is_cut:
                raise BadTalk("left meanwhile")

    def gone(self, stream: socket.socket) -> None:
        """A guest left."""
        with self._lock:
            self._open.pop(stream, None)

    def cut_off(self) -> None:
        """End every connection; their threads end with them."""
        with self._lock:
            self._is_cut = True
            still = list(self._open)
        for one in still:
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A guest that went away or talked nonsense is no fault of ours, and nothing to print."""


class _Guest(socketserver.BaseRequestHandler):
    """One connection."""

    def handle(self) -> None:
        server = self.server
        assert isinstance(server, _Server)
        self.host = server.host
        self.request.settimeout(wire.PATIENCE_S)
        wire.at_once(self.request)
        try:
            # A caller that is gone before its first byte must not be wrapped: Python 3.11 loses the socket on it.
            if not self.request.recv(1, socket.MSG_PEEK):
                return
            with self.host.context.wrap_socket(
                self.request, server_side=True, do_handshake_on_connect=False
            ) as stream:
                try:
                    server.talks_over(self.request, stream)
                    stream.do_handshake()
                    self._talk(stream)
                finally:
                    server.gone(stream)
        except (OSError, ssl.SSLError, BadTalk, EOFError, ValueError):
            return

    def _talk(self, stream: ssl.SSLSocket) -> None:
        nonce = secrets.token_bytes(tls.NONCE_BYTES)
        key = self.host.signing
        signature = tls.sign_as_host(key, self.host.certificate)
        wire.send(stream, Answer(sign=key.public.hex(), signature=signature.hex(), nonce=nonce.hex()))
        entered, _ = wire.receive(stream, Request, 0)
        public = bytes.fromhex(entered.sign)
        if entered.op != "enter" or not tls.is_guest(
            public, self.host.certificate, nonce, bytes.fromhex(entered.signature)
        ):
            raise BadTalk("enter")
        dev, self.public = desk_id(public), public
        if self.host.members().get(dev) != public:
            wire.send(stream, Answer(ok=False, code="stranger"))
            self._stranger(stream, public)
            return
        wire.send(stream, Answer())
        self.host.guests.add(dev)
        try:
            while True:
                request = wire.receive_header(stream, Request, wire.MAX_BODY)
                with self.host.room.held(dev, max(request.size, self._size_asked(request))):
                    body = wire.exactly(stream, request.size)
                    if self.host.members().get(dev) != public:
                        raise BadTalk("revoked meanwhile")
                    wire.send(stream, *self._answer(request, body, dev))
                    del body
        finally:
            self.host.guests.discard(dev)

    def _size_asked(self, request: Request) -> int:
        """Bytes of the file a guest asks for; 0 where it asks for none."""
        is_ours = request.op == "get" and read_shelf_name(request.name) is not None
        return self.host.shelf.size_of(request.name) if is_ours else 0

    def _answer(self, request: Request, body: bytes, dev: int) -> tuple[Answer, bytes]:
        shelf = self.host.shelf
        try:
            if request.op == "list":
                found = msgspec.json.encode(shelf.entries())
                return Answer(size=len(found), here=tuple(map(hex16, sorted(self.host.guests)))), found
            if request.op == "fetch":  # admitted a moment ago, its connection broken since
                return self.host.door.answer(self.public, request.at)
            if request.op == "ask":
                return Answer(ok=False, code="member"), b""
            shelved = read_shelf_name(request.name)
            if shelved is None:
                return Answer(ok=False, code="bad_name"), b""
            if request.op == "get":
                found = shelf.get(request.name)
                return Answer(size=len(found)), found
            if shelved.writer != dev or len(body) > shelved.most:
                return Answer(ok=False, code="not_yours"), b""
            if request.op == "put":
                if not shelf.size_of(request.name) and shelf.count_of(dev) >= MOST_PUT:
                    return Answer(ok=False, code="too_many"), b""
                check_own_room(
                    shelf.ours.parent, len(body)
                )  # what is kept back is for saving, not for guests
                shelf.put(request.name, body)
            elif request.op == "remove":
                shelf.remove(request.name)
            else:
                return Answer(ok=False, code="newer"), b""
        except SetAside as error:
            return Answer(ok=False, code=error.code), b""
        except WorldError:
            return Answer(ok=False, code="disk"), b""
        return Answer(), b""

    def _stranger(self, stream: ssl.SSLSocket, public: bytes) -> None:
        """A laptop that is no desk of this station: it may ask to join and fetch what became of it."""
        while True:
            request, body = wire.receive(stream, Request, wire.MAX_HEADER)
            if request.op == "ask":
                heard = self.host.door.ask(public, body)
                wire.send(stream, Answer(ok=heard, code="" if heard else "too_many"))
            elif request.op == "fetch":
                # Whoever has the answer is a desk: this one must know it as such by then.
                is_member = self.host.members().get(desk_id(public)) == public
                wire.send(stream, *self.host.door.answer(public, request.at, is_ready=is_member))
            else:
                raise BadTalk("stranger")
