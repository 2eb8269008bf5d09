"""The desk that calls: the shelf of the desk that listens, reached over the local network and believed by its key."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Callable
from contextlib import suppress

import msgspec

from shelterdesk.core.errors import Refused, WorldError
from shelterdesk.core.table_code import PIN_BYTES, TableCode
from shelterdesk.core.words import tr
from shelterdesk.keys import tls
from shelterdesk.keys.ed25519 import SigningKey
from shelterdesk.sync import stick
from shelterdesk.sync import table_wire as wire
from shelterdesk.sync.container import read_desk_folder
from shelterdesk.sync.faults import SetAside
from shelterdesk.sync.network_words import why_gone
from shelterdesk.sync.shelf import ShelfGone
from shelterdesk.sync.table_wire import Answer, BadTalk, Request

_CALL_S = 5.0


class NotTheTable(WorldError):
    """Somebody answers at that address whose key is not the one of the code."""

    def __init__(self) -> None:
        super().__init__(
            tr("The desk that answers there is not the one this code is of."),
            tr(
                "Read the code again from the listening desk; it changes when that laptop gets another address."
            ),
        )


class Stranger(Refused):
    """The listening desk does not know this laptop as a desk of its station."""

    def __init__(self) -> None:
        super().__init__(
            tr("The listening desk does not know this one as a desk of its station."),
            tr("Exchange once by stick so that it learns of this desk, or ask there to be admitted."),
        )


class TableGuest:
    """A shelf on the network; connects when first asked and again after a fault. Belongs to one thread."""

    def __init__(self, code: TableCode, signing: SigningKey) -> None:
        self.code = code
        self._signing = signing
        self._stream: ssl.SSLSocket | None = None
        self.host_public = b""
        self.here: frozenset[int] = frozenset()  # desks connected there when it was asked last
        self._letter = b""
        self._is_cut = False

    @property
    def where(self) -> str:
        """For people: the address."""
        return self.code.address

    def entries(self) -> dict[str, str]:
        """Names on the shelf with their stamps."""
        answer, body = self._ask(Request("list"), most=wire.MAX_LIST)
        self.here = frozenset(int(dev, 16) for dev in answer.here if read_desk_folder(dev) is not None)
        try:
            return msgspec.json.decode(body, type=dict[str, str])
        except (msgspec.MsgspecError, RecursionError, UnicodeError):
            self.close()
            raise ShelfGone(self.where, tr("it answers nonsense")) from None

    def get(self, name: str) -> bytes:
        """The bytes of a file; raises :class:`SetAside` when it is gone."""
        return self._ask(Request("get", name), most=wire.MAX_BODY)[1]

    def put(self, name: str, data: bytes) -> None:
        """Lay an own file there."""
        self._ask(Request("put", name, len(data)), data)

    def remove(self, name: str) -> None:
        """Take an own file away."""
        self._ask(Request("remove", name))

    def knock(self, letter: bytes) -> None:
        """Ask to be admitted; raises :class:`Refused` where too many do already."""
        self._letter = letter
        stream = self._connected(is_stranger=True)
        answer, _ = self._turn(stream, Request("ask", size=len(letter)), letter, 0)
        if answer.code == "member":
            raise Refused(tr("This laptop is a desk of that station already."), tr("Log in there."))
        if not answer.ok:
            raise Refused(
                tr("Too many laptops ask to join at that desk."), tr("Have its admin look at them first.")
            )

    def fetch(self, told: Callable[[int, int], None] | None = None) -> bytes | None:
        """The answer to a request to join, None while nobody has given one; raises :class:`Refused` if turned away."""
        stream = self._connected(is_stranger=True)
        found = bytearray()
        while True:
            answer, body = self._turn(stream, Request("fetch", at=len(found)), b"", wire.CHUNK)
            if answer.code == "unknown" and self._letter:  # the listening desk was started anew meanwhile
                self.knock(self._letter)
                return None
            if answer.code == "waiting":
                return None
            if not answer.ok:
                raise Refused(tr("The listening desk did not admit this one."), tr("Ask its admin."))
            found += body
            if told is not None:
                told(len(found), answer.total)
            if len(found) >= answer.total or not body:
                return bytes(found)

    def close(self) -> None:
        """Let the connection go; the next question makes a new one."""
        if self._stream is not None:
            with suppress(OSError):
                self._stream.close()
            self._stream = None

    def cut_off(self) -> None:
        """End what is under way, for good; may be called on any thread."""
        self._is_cut = True
        stream = self._stream
        if stream is not None:
            with suppress(OSError):
                stream.shutdown(socket.SHUT_RDWR)

    def _ask(self, request: Request, body: bytes = b"", most: int = 0) -> tuple[Answer, bytes]:
        """One question, and once more over a new connection where the old one has died."""
        for is_last in (self._stream is None, True):
            try:
                answer, found = self._turn(self._connected(), request, body, most)
                break
            except ShelfGone:
                if is_last:
                    raise
        if not answer.ok:
            raise self._said(answer.code)
        return answer, found

    def _turn(self, stream: ssl.SSLSocket, request: Request, body: bytes, most: int) -> tuple[Answer, bytes]:
        try:
            wire.send(stream, request, body)
            answer, found = wire.receive(stream, Answer, most)
            return answer, found
        except (OSError, BadTalk, EOFError) as error:
            self.close()
            raise ShelfGone(self.where, "" if isinstance(error, EOFError) else _why(error)) from None

    def _connected(self, *, is_stranger: bool = False) -> ssl.SSLSocket:
        if self._stream is not None:
            return self._stream
        if self._is_cut:
            raise ShelfGone(self.where)
        # Secured before it is connected: Python 3.11 loses a connected socket that is cut while it is wrapped.
        stream = tls.calling_context().wrap_socket(socket.socket(socket.AF_INET, socket.SOCK_STREAM))
        try:
            stream.settimeout(_CALL_S)
            stream.connect((self.code.address, self.code.port))
            stream.settimeout(wire.PATIENCE_S)
            self._enter(stream, is_stranger=is_stranger)
        except (OSError, BadTalk, EOFError, ValueError) as error:
            stream.close()
            raise ShelfGone(self.where, _why(error)) from None
        except BaseException:
            stream.close()
            raise
        self._stream = stream
        return stream

    def _enter(self, stream: ssl.SSLSocket, *, is_stranger: bool) -> None:
        """Each end proves its desk key for this very connection."""
        hello, _ = wire.receive(stream, Answer, 0)
        certificate, public = tls.certificate_of(stream), bytes.fromhex(hello.sign)
        if tls.pin_of(public, PIN_BYTES) != self.code.pin or not tls.is_host(
            public, certificate, bytes.fromhex(hello.signature)
        ):
            raise NotTheTable
        self.host_public = public
        signature = tls.sign_as_guest(self._signing, certificate, bytes.fromhex(hello.nonce))
        wire.send(stream, Request("enter", sign=self._signing.public.hex(), signature=signature.hex()))
        entered, _ = wire.receive(stream, Answer, 0)
        if not entered.ok and not is_stranger:
            raise Stranger

    def _said(self, code: str) -> WorldError:
        if code == "disk":
            return stick.StickFull(self.where)
        return SetAside(code or "unreadable")


def _why(error: BaseException) -> str:
    """A word on why nobody answers, where there is one."""
    return why_gone(error)
