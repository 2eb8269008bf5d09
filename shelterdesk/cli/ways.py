"""The ways all commands share: folder, who is working, output as lines or JSON, errors as one line and a status."""

from __future__ import annotations

import errno
import io
import json
import os
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn, TypeVar
from zoneinfo import ZoneInfo

import click

from shelterdesk import startup
from shelterdesk.actions import faults
from shelterdesk.actions.clock import SystemClock
from shelterdesk.actions.desk import Desk, OwnPassphraseFirst, open_desk
from shelterdesk.actions.records import unread_words
from shelterdesk.actions.reserve import is_used_up, used_up_words
from shelterdesk.core.errors import BadField, CannotWrite, Refused, WorldError
from shelterdesk.core.moment import Clock, DeskClock, from_milliseconds
from shelterdesk.core.words import ntr, tr

DONE, REFUSED, WRONG_USE, IN_PART = 0, 1, 2, 3
"""Exit status (CLI.md): done; refused or nothing done; wrong use; done in part."""

_PATHS = {errno.ENAMETOOLONG, errno.ELOOP, errno.EACCES, errno.ENOTDIR}
"""What only a path given by somebody brings about."""

_SHOWN = 80

Function = TypeVar("Function", bound=Callable[..., Any])


@dataclass
class Ways:
    """What was given before the command: folder, user, where the passphrase comes from."""

    folder: Path
    user: str | None
    passphrase_file: Path | None
    clock: Clock

    def passphrase(self) -> str:
        """The passphrase from file, environment or prompt; raises ``WorldError`` where there is none."""
        if self.passphrase_file is not None:
            return read_secret(self.passphrase_file)
        given = os.environ.get("SHELTERDESK_PASSPHRASE")
        if given is not None:
            return given
        must_be_terminal(tr("Use --passphrase-file, SHELTERDESK_PASSPHRASE, or run it at a terminal."))
        return str(click.prompt(tr("Passphrase"), hide_input=True, err=True))

    def name(self) -> str:
        """Who is working; raises ``WorldError`` when nobody said."""
        name = self.user or os.environ.get("SHELTERDESK_USER")
        if not name:
            raise WorldError(tr("Nobody is named as working."), tr("Use --user NAME or SHELTERDESK_USER."))
        return name

    @contextmanager
    def desk(self, passphrase: str | None = None) -> Iterator[Desk]:
        """The folder opened for the user named; closed again whatever happens. ``passphrase`` spares the asking."""
        if not startup.is_set_up(self.folder):
            raise WorldError(
                tr("There is no station or office in {folder}.", folder=str(self.folder)),
                tr("Choose another folder with --data, or make one with station init, office init or demo."),
            )
        name, phrase = self.name(), self.passphrase() if passphrase is None else passphrase
        try:
            opened = open_desk(self.folder, name, phrase, self.clock)
        except OwnPassphraseFirst:
            raise OwnPassphraseFirst(tr("Choose your own with: shelterdesk user passphrase.")) from None
        log = faults.start_log(self.folder)
        try:
            yield opened
        finally:
            if is_used_up(opened):
                say(used_up_words())
            opened.close()
            faults.stop_log(log)


def must_be_terminal(next_step: str) -> None:
    """Raise ``WorldError`` where nobody can be asked for a passphrase."""
    if not sys.stdin.isatty():
        raise WorldError(tr("No passphrase was given."), next_step)


def read_secret(path: Path) -> str:
    """The first line of a file that holds a passphrase; raises ``WorldError`` for one that cannot be read."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeError):
        raise WorldError(
            tr("The file {name} with the passphrase cannot be read.", name=str(path)), tr("Check its path.")
        ) from None
    return text.splitlines()[0] if text else ""


def clock_given() -> Clock:
    """The machine's clock, with what was said at the desk to add to it once a folder is open."""
    return DeskClock(SystemClock())


class ReaderGone(Exception):
    """Who read the output has seen enough (as ``head``); no error, and click would make one of it."""


def plain_streams() -> None:
    """Standard streams as other programs find them everywhere: UTF-8, and there also where they were closed."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        stream = getattr(sys, name)
        if stream is None:  # closed by who called: what is opened next must not take its place
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))
        elif isinstance(stream, io.TextIOWrapper) and name != "stdin":
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")


def data(record: Mapping[str, Any]) -> None:
    """One JSON object on a line of standard output, UTF-8, there for the reader at once."""
    _put(json.dumps(record, ensure_ascii=False))


def say(text: str) -> None:
    """Progress or a message, on standard error."""
    click.echo(text, err=True)


def said_at(at_ms: int, zone: str) -> str:
    """A moment (Unix ms) for people, by the clock on the wall of a zone; what ``--json`` prints says it exactly."""
    return f"{from_milliseconds(at_ms).astimezone(ZoneInfo(zone)):%Y-%m-%d %H:%M}"


def say_unread(count: int) -> None:
    """Say how many sealed entries could not be read, where there are any."""
    if count:
        say(unread_words(count))


def out(text: str) -> None:
    """Data for people, on standard output."""
    _put(text)


def _put(text: str) -> None:
    try:
        sys.stdout.write(text + "\n")
        sys.stdout.flush()
    except OSError as error:
        # Nothing more goes out that way, not even what waits in the buffer when the program ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        if isinstance(error, BrokenPipeError):
            raise ReaderGone from None
        raise CannotWrite(tr("The output"), error.strerror or "") from None


def answer_lines(answers: Iterable[Mapping[str, Any]]) -> None:
    """One answer a line as it comes; ends with 3 when some were refused, 1 when all were or none came in."""
    total = refused = 0
    try:
        for answer in answers:
            total += 1
            refused += "error" in answer
            try:
                data(answer)
            except ReaderGone:  # saved; the lines after it were not asked for any more
                finish(IN_PART)
    except (WorldError, KeyboardInterrupt) as fault:
        if total == refused:
            raise
        say(tr("Stopped.") if isinstance(fault, KeyboardInterrupt) else str(fault))
        say(ntr("{n} line was done before that.", "{n} lines were done before that.", total - refused))
        finish(IN_PART)
    if refused:
        say(
            ntr(
                "{n} line was refused, with its reason.",
                "{n} lines were refused, each with its reason.",
                refused,
            )
        )
        finish(IN_PART if refused < total else REFUSED)
    if not total:
        say(tr("No line came in; nothing was done."))
        finish(REFUSED)


def finish(status: int) -> NoReturn:
    """End with an exit status of CLI.md."""
    raise SystemExit(status)


ADDRESS = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+:/.*", re.DOTALL)  # a path folds the second slash away


def must_be_path(path: Path) -> Path:
    """A stick, folder or file on this machine; raises ``Refused`` for an address on the network."""
    if ADDRESS.fullmatch(str(path)) and not path.exists():
        raise Refused(
            tr("This command takes a stick or folder, no address on the network."),
            tr("Give a folder; export, import, office import and office receipts take addresses."),
        )
    return path


_PLUGGED_IN = (Path("/media"), Path("/run/media"), Path("/mnt"))
"""Where a system shows what is plugged in (Filesystem Hierarchy Standard 3.0, §3.11 and §3.12)."""


def folder_to_write(path: Path) -> Path:
    """A folder named on the command line, made where only its last part is missing.

    Raises ``CannotWrite``, ``Refused`` for an address on the network.
    """
    must_be_path(path)
    try:
        if not path.exists() and any(root in path.absolute().parents for root in _PLUGGED_IN):
            raise WorldError(
                tr("No stick is at {path}.", path=str(path)[:_SHOWN]),
                tr("Plug it in and look where it shows; a folder made there would lie on this laptop."),
            )
        if not path.exists() and not path.absolute().parent.is_dir():
            raise WorldError(
                tr("{path} is not there, nor is the folder it would lie in.", path=str(path)[:_SHOWN]),
                tr("Check how it is written; one folder is made by itself, not a whole path."),
            )
        if path.exists() and not path.is_dir():
            raise WorldError(
                tr("{path} is a file, not a folder.", path=str(path)[:_SHOWN]),
                tr("Name the folder it lies in."),
            )
        path.mkdir(exist_ok=True)
    except OSError as error:
        raise CannotWrite(str(path), error.strerror or "") from None
    return path


def file_to_write(path: Path) -> Path:
    """A file named on the command line, in a folder that is there and takes it; raises ``CannotWrite``.

    Asked before a work that cannot be done a second time.
    """
    try:
        path = path.resolve() if path.is_symlink() else path
        if path.is_dir():
            raise CannotWrite(str(path), tr("it is a folder"))
        if path.exists() and not path.is_file():
            raise CannotWrite(str(path), tr("it is not a file"))
        if not path.parent.is_dir():
            raise CannotWrite(str(path), tr("there is no such folder"))
    except OSError as error:
        raise CannotWrite(str(path), error.strerror or "") from None
    if not os.access(path.parent, os.W_OK) or (path.exists() and not os.access(path, os.W_OK)):
        raise CannotWrite(str(path))
    return path


def progress_on_stderr(doing: str) -> Callable[[int, int], None]:
    """Progress told on standard error, at most a line for each tenth, only at a terminal."""
    told = -1

    def progress(done: int, total: int) -> None:
        nonlocal told
        tenth = done * 10 // total if total else 10
        if tenth != told and sys.stderr.isatty():
            told = tenth
            say(f"{doing} {tenth * 10}%")

    return progress


def bad_path(fault: BaseException) -> WorldError | None:
    """The sentence for a path no file can have (too long, through a file), else None."""
    if not isinstance(fault, OSError) or fault.errno not in _PATHS:
        return None
    name, why = str(fault.filename or "-")[:_SHOWN], fault.strerror or ""
    return Refused(tr("{name} cannot be used ({why}).", name=name, why=why), tr("Check its path."))


@contextmanager
def answering(folder: Path | None) -> Iterator[None]:
    """Turn what goes wrong into one line and a status: the world's fault 1, ours 1 with a report kept here."""
    try:
        yield
    except WorldError as error:
        said = f"{error.field}: {error}" if isinstance(error, BadField) else str(error)
        say(" ".join(said.split()))  # whatever a name or path in it holds, an error is one line
        finish(REFUSED)
    except ReaderGone:
        finish(DONE)
    except (KeyboardInterrupt, click.Abort):  # click makes the one of the other
        say(tr("Stopped. What was saved is saved."))
        finish(REFUSED)
    except (click.ClickException, click.exceptions.Exit):
        raise
    except Exception as fault:  # ours: a report without names is kept, never a traceback with them
        path = bad_path(fault)
        if path is not None:
            say(str(path))
            finish(REFUSED)
        where = folder if folder is not None and folder.is_dir() else Path.cwd()
        world = faults.as_world(fault, where)
        if world is not None:
            say(str(world))
            finish(REFUSED)
        report = faults.report_fault(where, fault, "command", clock_given().now())
        say(
            tr(
                "Something went wrong inside the program; what was saved is saved. A report without names is in {path}.",
                path=str(report) if report is not None else "-",
            )
        )
        finish(REFUSED)
