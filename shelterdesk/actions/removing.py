"""Taking the program away: what goes, what stays, and that data are never among what goes by itself."""

from __future__ import annotations

import os
import shutil
import sys
from contextlib import suppress
from pathlib import Path

from shelterdesk import startup, versions
from shelterdesk.core.errors import CannotWrite, Refused
from shelterdesk.core.words import tr

_MENU = ("applications/shelterdesk.desktop", "icons/hicolor/scalable/apps/shelterdesk.svg")
_OWN = "shelterdesk-program"


def installed_in() -> Path | None:
    """The folder ``install.sh`` made in this user's home, None where this is another program than that.

    A version that an update laid beside it is the same program: it was started by that one.
    """
    data = Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share")
    folder = data / _OWN
    places = [folder.resolve()]
    if (folder / versions.PROGRAM).is_file():
        places.append(versions.versions_folder().resolve())
    own = Path(sys.executable).resolve()
    is_it = versions.is_packed() and any(own.is_relative_to(place) for place in places)
    return folder if is_it else None


def what_removing_takes(folder: Path) -> list[str]:
    """What goes and what stays, in sentences, before anybody is asked."""
    said = [
        tr("The program and its updates go from this home folder: {path}", path=str(installed_in() or "-"))
    ]
    if startup.is_set_up(folder):
        said.append(
            tr(
                "The data stay in {folder}. To end a station for good, close it first: its code is asked for, and a "
                "last backup is made.",
                folder=str(folder),
            )
        )
    return said


def remove_program() -> str:
    """Take the program of this user and its updates away; returns what was done, in a sentence.

    Raises ``Refused`` for a program an administrator installed, ``CannotWrite``.
    """
    home = versions.versions_folder()
    own = installed_in()
    try:
        if home.is_dir():
            shutil.rmtree(home)
        if own is not None:
            for name in _MENU:
                (own.parent / name).unlink(missing_ok=True)
            link = Path.home() / ".local" / "bin" / "shelterdesk"
            with suppress(OSError):
                if link.is_symlink() and Path(os.readlink(link)).is_relative_to(own):
                    link.unlink()
            shutil.rmtree(own)
    except OSError as error:
        raise CannotWrite(str(error.filename or own or home), error.strerror or "") from None
    if own is None:
        raise Refused(
            tr("The updates are taken away; the program itself was installed for everybody."),
            tr("An administrator takes it away: sudo dpkg -r shelterdesk. The data stay."),
        )
    return tr("The program is taken away. The data stay where they are.")
