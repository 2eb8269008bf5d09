"""Files of parts as they were written somewhere and read back: on sticks, at servers, ready on this very disk."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from shelterdesk.db.connection import Connection

OWN_DISK = "own disk"
"""Where a part was written that lies ready on this very laptop, to be carried on by a courier."""


SERVER = "server "
"""What the target begins with of a part that a courier brought to a server, and nobody carries in a hand."""

ON_STICK = f"target <> '{OWN_DISK}' AND substr(target, 1, {len(SERVER)}) <> '{SERVER}'"
"""Of ``part_written``: what was written to a stick or a folder."""


@dataclass(frozen=True, slots=True)
class WrittenPart:
    """A part as it was written somewhere and read back."""

    target: str
    name: str
    cipher_sha: str
    size: int


def add_written(conn: Connection, part: WrittenPart, manifest_sha: bytes, now_ms: int) -> None:
    """Remember a part that was written and read back."""
    conn.execute(
        "INSERT OR REPLACE INTO part_written (target, name, cipher_sha, manifest_sha, bytes, read_back_ms)"
        " VALUES (?, ?, ?, ?, ?, ?)",
        (part.target, part.name, part.cipher_sha, manifest_sha, part.size, now_ms),
    )


def written_before(conn: Connection, manifest_sha: bytes) -> list[WrittenPart]:
    """Every copy of a part that was ever written and read back."""
    return [
        WrittenPart(*row)
        for row in conn.execute(
            "SELECT target, name, cipher_sha, bytes FROM part_written WHERE manifest_sha = ? ORDER BY name",
            (manifest_sha,),
        )
    ]


def entries_written(conn: Connection, cipher_sha: str) -> int | None:
    """How many entries (events) are in this very file, written and read back by this folder; None if it was not."""
    row = conn.execute(
        "SELECT o.events FROM part_written w LEFT JOIN bundle_out o ON o.manifest_sha = w.manifest_sha"
        " WHERE w.cipher_sha = ? LIMIT 1",
        (cipher_sha,),
    ).fetchone()
    return None if row is None else int(row[0] or 0)


def last_written_ms(conn: Connection) -> int | None:
    """When a part was last written to a stick or folder and read back, None if never."""
    row = conn.execute(f"SELECT max(read_back_ms) FROM part_written WHERE {ON_STICK}").fetchone()
    return None if row[0] is None else int(row[0])


def forget_parts_out(conn: Connection, audience: str, names: Collection[str]) -> None:
    """Forget parts that nobody waits for any more, and the files of these names that lay ready on the own disk.

    A table makes thousands of them a day; those of sticks are kept, their files may come back for years.
    """
    conn.execute(
        "DELETE FROM bundle_out WHERE audience = ? AND is_waiting = 0 AND audience LIKE 'table:%'",
        (audience,),
    )
    conn.executemany(
        "DELETE FROM part_written WHERE target = ? AND name = ?", [(OWN_DISK, name) for name in names]
    )


def carried_on(conn: Connection, names: Collection[str], where: str, now_ms: int) -> None:
    """Files that lay ready on the own disk were brought to a server and are whole there."""
    conn.executemany(
        "INSERT OR REPLACE INTO part_written (target, name, cipher_sha, manifest_sha, bytes, read_back_ms)"
        " SELECT ?1, name, cipher_sha, manifest_sha, bytes, ?2 FROM part_written WHERE target = ?3 AND name = ?4",
        [(f"{SERVER}{where}", now_ms, OWN_DISK, name) for name in names],
    )


def files_known(conn: Connection, sha16s: Iterable[str]) -> set[str]:
    """Those of the beginnings of hashes of sealed files that were merged whole, or written, here before."""
    found: set[str] = set()
    for sha16 in sha16s:
        span = (sha16, sha16 + "g")  # hex digits end with f
        row = conn.execute(
            "SELECT 1 FROM part_in WHERE cipher_sha > ?1 AND cipher_sha < ?2 AND is_complete = 1"
            " UNION ALL SELECT 1 FROM part_written WHERE cipher_sha > ?1 AND cipher_sha < ?2 LIMIT 1",
            span,
        ).fetchone()
        if row is not None:
            found.add(sha16)
    return found
