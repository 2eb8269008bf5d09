"""How this desk reaches its table: chosen once, kept on this laptop alone."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import msgspec

from shelterdesk.actions.desk import Desk
from shelterdesk.core.changes import Changes, Done
from shelterdesk.core.errors import Refused
from shelterdesk.core.table_code import PIN_BYTES, TableCode, read_table_code
from shelterdesk.core.words import tr
from shelterdesk.db.local_choice import get_choice, put_choice
from shelterdesk.db.store import Reader, Store
from shelterdesk.keys.tls import pin_of
from shelterdesk.sync.table_host import PORT

CHOICE = "table"


class Table(msgspec.Struct, frozen=True):
    """How this desk reaches its table: it listens at an address, calls the one of a code, or shares a folder."""

    way: Literal["listen", "call", "folder"]
    address: str = ""
    port: int = PORT
    code: str = ""
    folder: str = ""


def table_of(reader: Reader) -> Table | None:
    """How this desk reaches its table; None where it works alone."""
    return get_choice(reader.conn, CHOICE, Table)


def choose_table(desk: Desk, table: Table | None) -> Done[Table | None]:
    """Choose how this desk reaches its table, or (None) that it works alone.

    Raises ``NotAllowed``, ``NotHere`` at an office, ``BadTableCode``, ``Refused`` for a folder that is not there.
    """
    desk.must("write a bundle")
    desk.must_be_station()
    if table is not None and table.way == "call":
        must_be_of_another(read_table_code(table.code), desk.store.keys.public)
    if table is not None and table.way == "folder" and not Path(table.folder).is_dir():
        raise Refused(
            tr("{where} is not there, or it is no folder.", where=table.folder[:80]),
            tr("Choose a folder that all desks of the table can open."),
        )
    with desk.store.transaction() as conn:
        put_choice(conn, CHOICE, table)
    return Done(table, Changes.of("table"))


def must_be_of_another(code: TableCode, public: bytes) -> None:
    """Raise ``Refused`` for the code that this very desk shows to the others."""
    if pin_of(public, PIN_BYTES) == code.pin:
        raise Refused(
            tr("This is this desk's own code: the other desks type it to call this one."),
            tr("Type the code that the other desk shows, or let this one listen."),
        )


def sit_where_admitted(store: Store, code: TableCode) -> None:
    """A laptop that was admitted at a table belongs to it: it calls the desk of that code from its first start on."""
    with store.transaction() as conn:
        put_choice(conn, CHOICE, Table("call", code=str(code)))
