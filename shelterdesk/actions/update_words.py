"""What is said of updates: what a file is, what was done, and what a step back means."""

from __future__ import annotations

from pathlib import Path

from shelterdesk import __version__
from shelterdesk.actions.update_files import Offered
from shelterdesk.actions.updates import Updated, WentBack
from shelterdesk.core.words import tr
from shelterdesk.versions import Pointer


def updated_words(done: Updated) -> str:
    """An update that is in place, in sentences."""
    return tr(
        "Version {version} is in place and starts the next time the program is opened. A backup was made before, in {name}.",
        version=done.version,
        name=done.backup.name,
    )


def went_back_words(done: WentBack) -> str:
    """A step back, in sentences: what starts, and what becomes of what was entered since."""
    said = (
        tr("From the next start on version {version} is used again.", version=done.version)
        if done.version
        else tr("From the next start on the installed version is used again.")
    )
    stays = tr("What was entered since the update stays.")
    return f"{said} {_what_backup_means() if done.needs_backup else stays}"


def gone_back_words(pointer: Pointer) -> str:
    """A version that did not start and was left again, in sentences."""
    said = tr(
        "Version {broken} did not start twice; this is version {now} again.",
        broken=pointer.gone_back_from,
        now=__version__,
    )
    return said + " " + tr("Nothing entered was lost. Tell who gave you the update.")


def _what_backup_means() -> str:
    return tr(
        "It cannot read what was written since the update: it opens the backup made before it, and what was entered since "
        "is kept apart on this laptop until a newer version reads it."
    )


def offered_words(offered: Offered) -> str:
    """What an update is, in a line."""
    said = tr(
        "Version {version}, made on {day}, {size} MB, signed by who publishes this program. Running now: {running}.",
        version=offered.release.version,
        day=offered.release.made_at[:10],
        size=f"{offered.release.size / 1_000_000:.0f}",
        running=offered.running,
    )
    if offered.changes_data:
        said += " " + tr("The version of now will not be able to read what the new one writes.")
    return said


def opened_backup_words(aside: Path) -> str:
    """That the backup of before the update is open, and where the newer data lie, in sentences."""
    return tr(
        "The backup made before the update is open. What was entered after it lies whole in {path}, for a newer version.",
        path=str(aside),
    )
