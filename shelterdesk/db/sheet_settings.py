"""The settings of the sheet's pages as they hold on a day."""

from __future__ import annotations

from datetime import date

from shelterdesk.core.sheet_settings import SheetSettings, read_sheet_settings
from shelterdesk.db.connection import Connection
from shelterdesk.db.settings import setting_of_day


def sheet_settings(conn: Connection, day: date) -> SheetSettings:
    """The settings that hold on a local day, the usual ones where nobody set any."""
    return read_sheet_settings(lambda key: setting_of_day(conn, key, day))
