"""One JSON object of another program, a line of its own: read whole, or refused with what is wrong with it."""

from __future__ import annotations

from typing import Any

import msgspec

from shelterdesk.core.errors import BadField
from shelterdesk.core.words import tr

Line = bytes | str | dict[str, Any]
"""A line as it came, or decoded already."""


def object_of(line: Line) -> dict[str, Any]:
    """The object of a line; raises ``BadField`` for the field ``line``.

    Strict (RFC 8259): NaN, lone surrogates, bytes that are no UTF-8 and nesting without end are no JSON.
    """
    try:
        found = msgspec.json.decode(line) if isinstance(line, bytes | str) else line
    except (msgspec.MsgspecError, RecursionError, UnicodeError):
        raise BadField("line", tr("this is not JSON")) from None
    if not isinstance(found, dict):
        raise BadField("line", tr("this is not an object"))
    return found
