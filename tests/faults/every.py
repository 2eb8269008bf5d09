"""All workflows by name."""

from __future__ import annotations

from tests.faults import copies, exchanges, posts, tables, workflows
from tests.faults.workflows import Workflow

EVERY: dict[str, Workflow] = {
    one.name: one
    for one in (
        workflows.SAVE,
        workflows.RESERVE,
        workflows.PASSPHRASE_CHANGE,
        workflows.STATION,
        exchanges.EXPORT,
        exchanges.IMPORT,
        exchanges.RECEIPT,
        exchanges.ENROL,
        exchanges.JOIN,
        copies.BACKUP,
        copies.RESTORE,
        copies.MIGRATE,
        tables.LISTENS,
        tables.CALLS,
        posts.POST,
        posts.SERVER,
    )
}

ALONE = [name for name, one in EVERY.items() if one.is_alone]
"""Those with no other process beside them: of the others only kills are swept."""
