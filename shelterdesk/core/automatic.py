"""The one thing the roles table cannot say by kinds alone: a sheet that the program froze and nobody signed.

docs/decisions/0008-the-sheet-freezes-itself.md. A daily sheet is a supervisor's. One frozen by itself is written by
whoever is logged in at the station, and is recognised by what it lacks: it is a creation, marked automatic, without
a signature. Changing any field of a sheet, signing it or voiding it stays a supervisor's.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from shelterdesk.core.event import ROW, BadLine, Op, row_values
from shelterdesk.core.kinds import DAILY_SHEET, VOID
from shelterdesk.core.vocabulary import Role

WHO = frozenset(
    {Role.OPERATOR, Role.COUNTER, Role.GATE, Role.HEALTH, Role.PROTECTION, Role.SUPERVISOR, Role.ADMIN}
)
"""Those in whose log-in the program may freeze a sheet: everybody who works at a station."""

_AUTOMATIC, _SIGNED = DAILY_SHEET.field("automatic").number, DAILY_SHEET.field("signed_by").number


def may_freeze_itself(roles: Iterable[Role]) -> bool:
    """Whether the program may freeze a sheet while holders of these roles are logged in."""
    return not WHO.isdisjoint(roles)


def is_automatic(values: Mapping[str, Any]) -> bool:
    """Whether the values of a daily sheet about to be created (by field name) are those of an automatic one."""
    return values.get("automatic") is True and not values.get("signed_by")


def freezes_itself(op: Op) -> bool:
    """Whether an op creates an automatic sheet and does nothing else."""
    if op.kind != DAILY_SHEET.number or op.field != ROW:
        return False
    try:
        given = row_values(op)
    except BadLine:
        return False
    return given.get(_AUTOMATIC) == b"true" and _SIGNED not in given and VOID not in given
