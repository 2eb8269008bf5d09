"""Finding a listening desk again whose laptop has another address by now: a question to all of the local network.

Both packets hold a proof that only those who have the code can make, so that nobody else learns that there is a table. An
answer says where to call and is no more than a hint: whoever answers there has to prove the key of the code as ever.
"""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
import secrets
import selectors
import socket
import struct
import threading
import time
from contextlib import suppress

from shelterdesk.core.table_code import TableCode

PORT = 45317
"""Where questions are heard (UDP); the same number as that of the table itself (TCP)."""

WAIT_S = 0.6
"""How long answers are waited for."""

MOST_ANSWERS = 8
_QUESTION, _ANSWER = b"SDQ1", b"SDA1"
_NONCE, _PROOF = 16, 16
_PACKET = struct.Struct(f">4s{_NONCE}sH{_PROOF}s")


def _packet(kind: bytes, pin: bytes, nonce: bytes, port: int) -> bytes:
    said = kind + nonce + port.to_bytes(2, "big")
    return _PACKET.pack(kind, nonce, port, hmac.digest(pin, said, hashlib.sha256)[:_PROOF])


def _read(raw: bytes, kind: bytes, pin: bytes) -> tuple[bytes, int] | None:
    """Nonce and port of a packet of that kind made by somebody who has the code; None for any other."""
    if len(raw) != _PACKET.size:
        return None
    _, nonce, port, _ = _PACKET.unpack(raw)
    is_theirs = hmac.compare_digest(raw, _packet(kind, pin, nonce, port))
    return (nonce, port) if is_theirs else None


class TableBeacon:
    """Answers those who look for a table, from :meth:`start` to :meth:`stop`."""

    def __init__(self, code: TableCode) -> None:
        """Raises ``OSError`` where another program hears at that port."""
        self._code = code
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        try:
            # What is sent to all does not reach a socket bound to one address; on the loopback nobody sends to all.
            self._socket.bind((code.address if _is_loopback(code.address) else "", PORT))
            self._socket.setblocking(False)
        except OSError:
            self._socket.close()
            raise
        self._wake, self._woken = socket.socketpair()
        self._thread = threading.Thread(target=self._hear, name="table-beacon", daemon=True)

    def start(self) -> None:
        """Hear questions."""
        self._thread.start()

    def stop(self) -> None:
        """Hear no more."""
        self._wake.send(b"x")
        self._thread.join()
        for one in (self._wake, self._woken, self._socket):
            one.close()

    def _hear(self) -> None:
        with selectors.DefaultSelector() as both:
            both.register(self._socket, selectors.EVENT_READ)
            both.register(self._woken, selectors.EVENT_READ)
            while not any(key.fileobj is self._woken for key, _ in both.select()):
                with suppress(OSError):  # a card that went away; the next question may come over another
                    self._answer()

    def _answer(self) -> None:
        raw, asker = self._socket.recvfrom(2 * _PACKET.size)
        asked = _read(raw, _QUESTION, self._code.pin)
        if asked is not None:
            self._socket.sendto(_packet(_ANSWER, self._code.pin, asked[0], self._code.port), asker)


def find(code: TableCode) -> list[tuple[str, int]]:
    """Addresses and ports where somebody who has the code says the table is now; none without a network."""
    nonce = secrets.token_bytes(_NONCE)
    question = _packet(_QUESTION, code.pin, nonce, 0)
    found: list[tuple[str, int]] = []
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
        asking.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
        for where in _everybody(code.address):
            with suppress(OSError):
                asking.sendto(question, (where, PORT))
        until = time.monotonic() + WAIT_S
        while len(found) < MOST_ANSWERS and (left := until - time.monotonic()) > 0:
            asking.settimeout(left)
            try:
                raw, (address, _) = asking.recvfrom(2 * _PACKET.size)
            except TimeoutError:
                break
            except OSError:  # nobody hears at one of the places asked
                continue
            answer = _read(raw, _ANSWER, code.pin)
            if answer is not None and answer[0] == nonce and (address, answer[1]) not in found:
                found.append((address, answer[1]))
                if _is_loopback(code.address):
                    break
    return found


def _everybody(address: str) -> tuple[str, ...]:
    """Whom to ask: all who hear on this network, also on the one that the code is of."""
    if _is_loopback(address):
        return (address,)
    near = ipaddress.IPv4Network(f"{address}/24", strict=False).broadcast_address
    return ("255.255.255.255", str(near))


def _is_loopback(address: str) -> bool:
    return ipaddress.ip_address(address).is_loopback


def is_here(address: str) -> bool:
    """Whether this laptop (still) has an address."""
    try:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as tried:
            tried.bind((address, 0))
    except OSError:
        return False
    return True


def address_now(before: str) -> str:
    """The address this laptop has by now on the way to where it had one before; that one where it has none."""
    with suppress(OSError, ValueError), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as tried:
        if _is_loopback(before):
            return before
        tried.connect((before, PORT))  # nothing is sent: it only says which card it would go by
        now = str(tried.getsockname()[0])
        if ipaddress.ip_address(now).is_private:
            return now
    return before
