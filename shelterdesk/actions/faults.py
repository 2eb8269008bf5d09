"""What the program keeps of its own faults, on this machine only: a rotated log and reports, without values.

A report names places in the program, never what was being worked on: messages of exceptions may carry a
name, so only their types are written (DESIGN §2.3, STYLE §3.6).
"""

from __future__ import annotations

import json
import logging
import logging.handlers
import platform
import traceback
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from shelterdesk import __version__, startup
from shelterdesk.core.errors import WorldError
from shelterdesk.db.connection import DatabaseError, said

LOG = "desk.log"
REPORTS = "reports"
_KEPT_REPORTS = 20
_log = logging.getLogger("shelterdesk")


def start_log(folder: Path) -> logging.Handler:
    """Write what happens (never about whom) to a rotated file in the folder; returns the handler to take off again."""
    handler = logging.handlers.RotatingFileHandler(
        folder / LOG, maxBytes=512 * 1024, backupCount=3, encoding="utf-8", delay=True
    )
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
    _log.setLevel(logging.INFO)
    _log.propagate = False
    _log.addHandler(handler)
    return handler


def stop_log(handler: logging.Handler) -> None:
    """Close what :func:`start_log` opened."""
    _log.removeHandler(handler)
    handler.close()


def note(what: str, **numbers: int | float | str) -> None:
    """One line of the log: a fixed word for what was done, and numbers. Callers pass no text that people typed."""
    _log.info("%s %s", what, " ".join(f"{key}={value}" for key, value in numbers.items()))


def as_world(fault: BaseException, folder: Path) -> WorldError | None:
    """The sentence for a fault of the disk or of a damaged file; None where the fault is ours."""
    if isinstance(fault, WorldError):
        return fault
    if isinstance(fault, DatabaseError):
        found = said(fault, folder / startup.FILE)
        return found if isinstance(found, WorldError) else None
    return None


def report_fault(folder: Path, fault: BaseException, doing: str, now: datetime) -> Path | None:
    """Write a report of a bug; returns its path, None where even that could not be written."""
    report = {
        "version": __version__,
        "python": platform.python_version(),
        "system": platform.system(),
        "at": now.isoformat(timespec="seconds"),
        "doing": doing,
        "faults": [_without_values(one) for one in _causes(fault)],
    }
    _log.error("fault %s in %s", type(fault).__name__, doing)
    path = folder / REPORTS / f"{now:%Y%m%dT%H%M%S%f}.json"
    with suppress(OSError):
        path.parent.mkdir(exist_ok=True)
        path.write_text(json.dumps(report, indent=1), encoding="utf-8")
        for old in sorted(path.parent.glob("*.json"))[:-_KEPT_REPORTS]:
            old.unlink(missing_ok=True)
        return path
    return None


def reports(folder: Path) -> list[Path]:
    """The reports kept, newest first."""
    return sorted((folder / REPORTS).glob("*.json"), reverse=True)


def _causes(fault: BaseException) -> list[BaseException]:
    chain: list[BaseException] = []
    one: BaseException | None = fault
    while one is not None and one not in chain:
        chain.append(one)
        one = one.__cause__ or one.__context__
    return chain


def _without_values(fault: BaseException) -> dict[str, object]:
    frames = traceback.extract_tb(fault.__traceback__)
    return {
        "type": f"{type(fault).__module__}.{type(fault).__qualname__}",
        "where": [f"{Path(frame.filename).name}:{frame.lineno} {frame.name}" for frame in frames],
    }
