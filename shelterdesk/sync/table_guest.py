"""The desk that calls: the shelf of the desk that listens, reached over the local network and believed by its key."""

from __future__ import annotations

import os
import socket
import ssl
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import msgspec

from shelterdesk.core.errors import Refused, WorldError
from shelterdesk.core.table_code import PIN_BYTES, TableCode
from shelterdesk.core.words import tr
from shelterdesk.db.reserve import check_own_room
from shelterdesk.keys import tls
from shelterdesk.keys.ed25519 import SigningKey
from shelterdesk.sync import stick, table_finder
from shelterdesk.sync import table_wire as wire
from shelterdesk.sync.container import read_desk_folder
from shelterdesk.sync.faults import SetAside
from shelterdesk.sync.network_words import why_gone
from shelterdesk.sync.shelf import ShelfGone, TooManyFiles, read_shelf_name
from shelterdesk.sync.table_wire import Answer, BadTalk, Request

_CALL_S = 5.0
_ASK_AFTER = 32

MOST_REPLY = 4 << 30
"""Bytes of an admission's answer: all of a station's entries, many times what the largest has."""


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


class ReplyTooLarge(WorldError):
    """What the listening desk offers as an admission is none, or it goes on without end."""

    def __init__(self) -> None:
        super().__init__(
            tr("The answer of the listening desk is larger than it said, or than any can be."),
            tr("Ask its admin for the answer on a stick; nothing of this one was kept."),
        )


class TableGuest:
    """A shelf on the network; connects when first asked and again after a fault. Belongs to one thread."""

    def __init__(self, code: TableCode, signing: SigningKey) -> None:
        self.code = code
        self._at = (code.address, code.port)  # where the table was found last
        self._failed = 0
        self._signing = signing
        self._stream: ssl.SSLSocket | None = None
        self.host_public = b""
        self.here: frozenset[int] = frozenset()  # desks connected there when it was asked last
        self.crowded: frozenset[str] = frozenset()  # the listening desk lets nobody lay too many files
        self._letter = b""
        self._is_cut = False

    @property
    def where(self) -> str:
        """For people: the address."""
        return self._at[0]

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
        shelved = read_shelf_name(name)
        if shelved is None:
            raise SetAside("bad_name")
        return self._ask(Request("get", name), most=shelved.most)[1]

    def holds(self, name: str, data: bytes) -> bool:
        """Whether the file there is these bytes."""
        with suppress(SetAside):
            return self.get(name) == data
        return False

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

    def fetch(self, into: Path, told: Callable[[int, int], None] | None = None) -> bool:
        """Write the answer to a request to join into a file, whole; False while nobody has given one.

        Raises :class:`Refused` if turned away, :class:`ReplyTooLarge`, and what the own disk raises.
        """
        stream = self._connected(is_stranger=True)
        answer, body = self._turn(stream, Request("fetch"), b"", wire.CHUNK)
        if answer.code == "unknown" and self._letter:  # the listening desk was started anew meanwhile
            self.knock(self._letter)
            return False
        if answer.code == "waiting":
            return False
        if not answer.ok:
            raise Refused(tr("The listening desk did not admit this one."), tr("Ask its admin."))
        self._write_reply(stream, answer, body, into, told)
        return True

    def _write_reply(
        self,
        stream: ssl.SSLSocket,
        answer: Answer,
        body: bytes,
        into: Path,
        told: Callable[[int, int], None] | None,
    ) -> None:
        """Write what comes, from the first piece on, to a file of the size that was said first."""
        total = answer.total
        if not 0 <= total <= MOST_REPLY:
            raise ReplyTooLarge
        check_own_room(into.parent, total)
        partial = into.with_name(f"{into.name}.partial")
        try:
            with partial.open("wb") as file:
                while True:
                    file.write(body)
                    if file.tell() > total or answer.total != total:
                        raise ReplyTooLarge
                    if told is not None:
                        told(file.tell(), total)
                    if file.tell() == total or not body:
                        break
                    answer, body = self._turn(stream, Request("fetch", at=file.tell()), b"", wire.CHUNK)
                file.flush()
                os.fsync(file.fileno())
            os.replace(partial, into)
        except OSError as error:
            raise stick.said(into.parent, error) from None
        finally:
            partial.unlink(missing_ok=True)

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
            raise ShelfGone(self.where, "" if isinstance(error, EOFError) else why_gone(error)) from None

    def _connected(self, *, is_stranger: bool = False) -> ssl.SSLSocket:
        if self._stream is not None:
            return self._stream
        if self._is_cut:
            raise ShelfGone(self.where)
        try:
            self._stream = self._called(self._at, is_stranger=is_stranger)
        except (ShelfGone, NotTheTable):
            self._stream = self._found_again(is_stranger=is_stranger)
            if self._stream is None:
                raise
        self._failed = 0
        return self._stream

    def _found_again(self, *, is_stranger: bool) -> ssl.SSLSocket | None:
        """A connection to where the table is now, if its laptop has another address; None where it is not found.

        Asked after the first failure, the second, the fourth, …: a network is not filled with questions all night.
        """
        self._failed += 1
        is_asked = self._failed & (self._failed - 1) == 0 or self._failed % _ASK_AFTER == 0
        before = (self.code.address, self.code.port)
        places = [before] if self._at != before else []
        for place in (*places, *(table_finder.find(self.code) if is_asked else ())):
            if place == self._at or self._is_cut:
                continue
            with suppress(ShelfGone, NotTheTable):
                stream = self._called(place, is_stranger=is_stranger)
                self._at = place
                return stream
        return None

    def _called(self, place: tuple[str, int], *, is_stranger: bool) -> ssl.SSLSocket:
        """A connection to a place whose key is that of the code."""
        # Secured before it is connected: Python 3.11 loses a connected socket that is cut while it is wrapped.
        stream = tls.calling_context().wrap_socket(socket.socket(socket.AF_INET, socket.SOCK_STREAM))
        try:
            wire.at_once(stream)
            stream.settimeout(_CALL_S)
            stream.connect(place)
            stream.settimeout(wire.PATIENCE_S)
            self._enter(stream, is_stranger=is_stranger)
        except (OSError, BadTalk, EOFError, ValueError) as error:
            stream.close()
            raise ShelfGone(place[0], why_gone(error)) from None
        except BaseException:
            stream.close()
            raise
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
        if code == "too_many":
            return TooManyFiles(self.where)
        return SetAside(code or "unreadable")
