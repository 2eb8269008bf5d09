"""The tables that are not derived: the log, statements, exchange and local state, as numbered migrations.

Migrations are frozen: each says its own SQL and never reads today's registry. The wide tables of the
kinds are not here, they follow from the log (``db/tables.py``) and are brought in line at opening.
"""

from __future__ import annotations

from sqlite_utils import Database
from sqlite_utils.migrations import Migrations

from shelterdesk.core.errors import DamagedFile, NewerData
from shelterdesk.core.words import tr
from shelterdesk.db.connection import Connection, file_of, tables_of

migrations = Migrations("shelterdesk")

FORMAT = 1
"""Format of the file, kept in ``user_version``: a file with a greater one is refused, never guessed at."""

OLDEST_READ = 1
"""The oldest format this program opens, bringing it up to date; a release says it to those who would update."""


@migrations()
def m0001_log(db: Database) -> None:
    """The log: events byte for byte, which entities their ops touch, heads of edited fields."""
    db.conn.execute(
        "CREATE TABLE event (id INTEGER PRIMARY KEY, dev INTEGER NOT NULL, epoch INTEGER NOT NULL,"
        " seq INTEGER NOT NULL, last_seq INTEGER NOT NULL, hlc INTEGER NOT NULL, wall_ms INTEGER NOT NULL,"
        " user TEXT NOT NULL, eh BLOB NOT NULL, chain BLOB, line BLOB)"
    )
    db.conn.execute("CREATE INDEX event_at ON event (dev, epoch, seq)")
    # No UNIQUE and no foreign key on what is replicated (SYNC §0.7).
    db.conn.execute(
        "CREATE TABLE op (ent BLOB NOT NULL, event INTEGER NOT NULL, pos INTEGER NOT NULL, kind INTEGER NOT NULL,"
        " field INTEGER NOT NULL, PRIMARY KEY (ent, event, pos)) WITHOUT ROWID"
    )
    db.conn.execute(
        "CREATE TABLE head (ent BLOB NOT NULL, field INTEGER NOT NULL, hlc INTEGER NOT NULL, dev INTEGER NOT NULL,"
        " epoch INTEGER NOT NULL, seq INTEGER NOT NULL, eh8 BLOB NOT NULL, kind INTEGER NOT NULL, value BLOB NOT NULL,"
        " PRIMARY KEY (ent, field, hlc, dev, epoch, seq, eh8)) WITHOUT ROWID"
    )
    db.conn.execute(
        "CREATE TABLE conflict (ent BLOB NOT NULL, field INTEGER NOT NULL, kind INTEGER NOT NULL,"
        " PRIMARY KEY (ent, field)) WITHOUT ROWID"
    )
    db.conn.execute(
        "CREATE TABLE set_aside_op (event INTEGER NOT NULL, pos INTEGER NOT NULL, reason TEXT NOT NULL,"
        " PRIMARY KEY (event, pos)) WITHOUT ROWID"
    )
    db.conn.execute(
        "CREATE TABLE seen (dev INTEGER NOT NULL, epoch INTEGER NOT NULL, from_seq INTEGER NOT NULL,"
        " to_seq INTEGER NOT NULL, PRIMARY KEY (dev, epoch, from_seq)) WITHOUT ROWID"
    )
    db.conn.execute(
        "CREATE TABLE signed_head (dev INTEGER NOT NULL, epoch INTEGER NOT NULL, seq INTEGER NOT NULL,"
        " chain BLOB NOT NULL, signature BLOB NOT NULL, PRIMARY KEY (dev, epoch, seq, chain)) WITHOUT ROWID"
    )


@migrations()
def m0002_local(db: Database) -> None:
    """What belongs to this file alone: who it is, its secrets, statements held."""
    db.conn.execute("CREATE TABLE meta (key TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID")
    db.conn.execute(
        "CREATE TABLE statement (sha BLOB PRIMARY KEY, kind TEXT NOT NULL, issuer INTEGER NOT NULL,"
        " number INTEGER NOT NULL, raw BLOB NOT NULL, signature TEXT NOT NULL, received_ms INTEGER NOT NULL,"
        " is_pinned INTEGER NOT NULL) WITHOUT ROWID"
    )


@migrations()
def m0003_exchange(db: Database) -> None:
    """Bundles written and taken in, receipts, what was set aside, who was heard when."""
    # ``ids`` are the events of the whole bundle as ranges of event.id; a part is ``events`` of them after ``skip``.
    db.conn.execute(
        "CREATE TABLE bundle_out (audience TEXT NOT NULL, bundle_no INTEGER NOT NULL, part INTEGER NOT NULL,"
        " manifest BLOB NOT NULL, manifest_sha BLOB NOT NULL, signature TEXT NOT NULL, receipts BLOB NOT NULL,"
        " ids TEXT NOT NULL, skip INTEGER NOT NULL, events INTEGER NOT NULL, is_waiting INTEGER NOT NULL,"
        " PRIMARY KEY (audience, bundle_no, part)) WITHOUT ROWID"
    )
    db.conn.execute(
        "CREATE TABLE part_written (target TEXT NOT NULL, name TEXT NOT NULL, cipher_sha TEXT NOT NULL,"
        " manifest_sha BLOB NOT NULL, bytes INTEGER NOT NULL, read_back_ms INTEGER NOT NULL,"
        " PRIMARY KEY (target, name)) WITHOUT ROWID"
    )
    db.conn.execute("CREATE INDEX part_written_manifest ON part_written (manifest_sha)")
    db.conn.execute("CREATE INDEX part_written_cipher ON part_written (cipher_sha)")
    db.conn.execute(
        "CREATE TABLE part_in (manifest_sha BLOB PRIMARY KEY, cipher_sha TEXT NOT NULL, sender INTEGER NOT NULL,"
        " bundle_no INTEGER NOT NULL, part INTEGER NOT NULL, parts INTEGER NOT NULL, received_ms INTEGER NOT NULL,"
        " events INTEGER NOT NULL, ops INTEGER NOT NULL, is_complete INTEGER NOT NULL) WITHOUT ROWID"
    )
    db.conn.execute("CREATE INDEX part_in_cipher ON part_in (cipher_sha)")
    # ``reason`` is the code and ``parts`` what fills its sentence, so that it is said in the reader's language.
    db.conn.execute(
        "CREATE TABLE part_set_aside (sha TEXT PRIMARY KEY, name TEXT NOT NULL, sender INTEGER,"
        " reason TEXT NOT NULL, parts TEXT NOT NULL, seen_ms INTEGER NOT NULL) WITHOUT ROWID"
    )
    db.conn.execute(
        "CREATE TABLE receipt (issuer INTEGER NOT NULL, dev INTEGER NOT NULL, number INTEGER NOT NULL,"
        " raw BLOB NOT NULL, signature TEXT NOT NULL, received_ms INTEGER NOT NULL, PRIMARY KEY (issuer, dev))"
        " WITHOUT ROWID"
    )
    db.conn.execute(
        "CREATE TABLE acknowledged (dev INTEGER NOT NULL, epoch INTEGER NOT NULL, issuer INTEGER NOT NULL,"
        " upto INTEGER NOT NULL, chain BLOB NOT NULL, received_ms INTEGER NOT NULL,"
        " PRIMARY KEY (dev, epoch, issuer)) WITHOUT ROWID"
    )
    # How far a desk was heard whole, by complete parts only: what a receipt may confirm.
    db.conn.execute(
        "CREATE TABLE heard (dev INTEGER NOT NULL, epoch INTEGER NOT NULL, from_dev INTEGER NOT NULL,"
        " upto INTEGER NOT NULL, at_ms INTEGER NOT NULL, PRIMARY KEY (dev, epoch, from_dev)) WITHOUT ROWID"
    )
    # How far somebody says a desk has written: where that is more than what is held, there is a gap.
    db.conn.execute(
        "CREATE TABLE said_to_exist (dev INTEGER NOT NULL, epoch INTEGER NOT NULL, by_dev INTEGER NOT NULL,"
        " upto INTEGER NOT NULL, at_ms INTEGER NOT NULL, PRIMARY KEY (dev, epoch, by_dev)) WITHOUT ROWID"
    )


@migrations()
def m0004_vouching(db: Database) -> None:
    """Events nobody vouches for yet, what is known of their place in a chain, and what has to be judged again."""
    db.conn.execute("CREATE TABLE unsigned (event INTEGER PRIMARY KEY)")
    # The chain value before an event, as a part said it: of events that have no place in the main line.
    db.conn.execute(
        "CREATE TABLE claim (event INTEGER NOT NULL, before BLOB NOT NULL, PRIMARY KEY (event, before)) WITHOUT ROWID"
    )
    db.conn.execute(
        "CREATE TABLE to_judge (what TEXT NOT NULL, subject TEXT NOT NULL, epoch INTEGER NOT NULL, seq INTEGER NOT NULL,"
        " event INTEGER NOT NULL, PRIMARY KEY (what, subject)) WITHOUT ROWID"
    )
    # Carriers of sealed records admitted or set aside after they came: class files look at them again.
    db.conn.execute("CREATE TABLE turned_carrier (n INTEGER PRIMARY KEY, ent BLOB NOT NULL)")


@migrations()
def m0005_records(db: Database) -> None:
    """Records are entities of one kind: two kinds under one id can each be in conflict on a field."""
    db.conn.execute("ALTER TABLE conflict RENAME TO conflict_before")
    db.conn.execute(
        "CREATE TABLE conflict (ent BLOB NOT NULL, kind INTEGER NOT NULL, field INTEGER NOT NULL,"
        " PRIMARY KEY (ent, kind, field)) WITHOUT ROWID"
    )
    db.conn.execute("INSERT INTO conflict (ent, kind, field) SELECT ent, kind, field FROM conflict_before")
    db.conn.execute("DROP TABLE conflict_before")


@migrations()
def m0006_statements_act(db: Database) -> None:
    """Hashes that came in the place of a line without anybody's word that it was erased; corrections of clocks."""
    db.conn.execute("CREATE TABLE withheld (event INTEGER PRIMARY KEY)")
    db.conn.execute("CREATE INDEX event_blank ON event (dev, epoch, seq) WHERE line IS NULL")
    # Of several that hold for one event the last ``n`` holds.
    db.conn.execute(
        "CREATE TABLE clock_fix (n INTEGER PRIMARY KEY, dev INTEGER NOT NULL, epoch INTEGER NOT NULL,"
        " first INTEGER NOT NULL, last INTEGER NOT NULL, delta_ms INTEGER NOT NULL)"
    )


@migrations()
def m0007_ranked_conflicts(db: Database) -> None:
    """Conflicts in the order in which they are looked at (``db/conflicts.py`` fills it), and fields newer than this."""
    db.conn.execute("ALTER TABLE conflict ADD COLUMN rank INTEGER NOT NULL DEFAULT 0")
    db.conn.execute("CREATE INDEX conflict_rank ON conflict (rank, ent, kind, field)")
    db.conn.execute(
        "CREATE TABLE newer_field (kind INTEGER NOT NULL, field INTEGER NOT NULL, entries INTEGER NOT NULL,"
        " PRIMARY KEY (kind, field)) WITHOUT ROWID"
    )


def bring_up_to_date(conn: Connection) -> None:
    """Apply the migrations that are missing; each commits together with its record."""
    migrations.apply(tables_of(conn))
    conn.execute(f"PRAGMA user_version = {FORMAT}")


def is_behind(conn: Connection) -> bool:
    """Whether a migration is waiting (a backup is made before it is applied)."""
    return bool(migrations.pending(tables_of(conn)))


def refuse_empty(conn: Connection) -> None:
    """Raise ``DamagedFile`` for a file that opens and holds nothing: it was cut to nothing, or never finished."""
    if conn.execute("SELECT count(*) FROM sqlite_schema").fetchone()[0] == 0:
        raise DamagedFile(
            file_of(conn).name,
            tr("it is empty"),
            tr("Restore the last backup into a new folder; keep this one as it is."),
        )


def refuse_newer(conn: Connection) -> None:
    """Raise :class:`NewerData` for a file written by a newer program (STYLE: refuse politely)."""
    found = int(conn.execute("PRAGMA user_version").fetchone()[0])
    if found > FORMAT:
        raise NewerData(found, FORMAT)
