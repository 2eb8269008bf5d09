"""The recovery sheet: printed once at set-up, kept nowhere else."""

from __future__ import annotations

from pathlib import Path

from shelterdesk.actions.desk import Desk
from shelterdesk.core.moment import service_day
from shelterdesk.keys.recovery import as_printed
from shelterdesk.reports.recovery_sheet import RecoverySheet, write_recovery_sheet


def print_recovery_sheet(desk: Desk, code: str, target: Path) -> None:
    """Write the sheet of a code as a PDF; raises ``DiskFull``, ``CannotWrite``."""
    who = desk.who
    sheet = RecoverySheet(
        station_code=who.station,
        station_name=who.name,
        made_on=service_day(desk.clock.now(), who.zone, 0),
        code_groups=tuple(as_printed(code).split("-")),
        check_words=desk.store.keys.words,
        practice=who.is_practice,
    )
    write_recovery_sheet(sheet, target)
