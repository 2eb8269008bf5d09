"""Reading members of JSON that somebody else wrote: the right shape, or ``DamagedFile``."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping

from shelterdesk.core.errors import DamagedFile
from shelterdesk.core.words import tr


class Members:
    """The members of one JSON object, each asked for by name and type; ``what`` names it to people."""

    def __init__(self, found: object, what: str) -> None:
        """Raises ``DamagedFile`` when what was found is not an object."""
        self._what = what
        if not isinstance(found, Mapping):
            raise self._damaged()
        self._found = found

    def text(self, name: str) -> str:
        """A string."""
        value = self._found.get(name)
        if not isinstance(value, str):
            raise self._damaged()
        return value

    def number(self, name: str, least: int, most: int) -> int:
        """A whole number within its bounds, both included."""
        value = self._found.get(name)
        if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
            raise self._damaged()
        return value

    def hex(self, name: str, length: int) -> bytes:
        """Bytes written as exactly ``2 * length`` lower-case hex digits."""
        text = self.text(name)
        try:
            value = bytes.fromhex(text)
        except ValueError as fault:
            raise self._damaged() from fault
        if len(value) != length or value.hex() != text:
            raise self._damaged()
        return value

    def base64(self, name: str) -> bytes:
        """Bytes written as base64 (RFC 4648 §4, with padding)."""
        try:
            return base64.b64decode(self.text(name), validate=True)
        except (binascii.Error, ValueError) as fault:
            raise self._damaged() from fault

    def members(self, name: str) -> Members:
        """An object within the object."""
        return Members(self._found.get(name), self._what)

    def list(self, name: str) -> tuple[object, ...]:
        """A list, its items as they are."""
        value = self._found.get(name)
        if not isinstance(value, list):
            raise self._damaged()
        return tuple(value)

    def _damaged(self) -> DamagedFile:
        return DamagedFile(
            self._what,
            tr("it does not hold what it should"),
            tr("Use an undamaged copy, from a backup or its sender."),
        )


def read_json(data: bytes, what: str) -> Members:
    """The one JSON object of a file's bytes; raises ``DamagedFile`` for anything else."""
    try:
        found = json.loads(data.decode("utf-8"))
    except (ValueError, RecursionError):
        found = None
    return Members(found, what)


def base64_text(data: bytes) -> str:
    """Bytes as base64 (RFC 4648 §4, with padding), as :meth:`Members.base64` reads them."""
    return base64.b64encode(data).decode("ascii")
