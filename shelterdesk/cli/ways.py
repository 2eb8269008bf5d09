"""The ways all commands share: folder, who is working, output as lines or JSON, errors as one line and a status."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn, TypeVar

import click

from shelterdesk import startup
from shelterdesk.actions import faults
from shelterdesk.actions.clock import SystemClock
from shelterdesk.actions.desk import Desk, open_desk
from shelterdesk.core.errors import BadField, CannotWrite, WorldError
from shelterdesk.core.moment import Clock
from shelterdesk.core.words import tr

DONE, REFUSED, WRONG_USE, IN_PART = 0, 1, 2, 3
"""Exit status (CLI.md): done; refused or nothing done; wrong use; done in part."""

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
    def desk(self) -> Iterator[Desk]:
        """The folder opened for the user named; closed again whatever happens."""
        if not startup.is_set_up(self.folder):
            raise WorldError(
                tr("There is no station or office in {folder}.", folder=str(self.folder)),
                tr("Choose another folder with --data, or make one with station init, office init or demo."),
            )
        opened = open_desk(self.folder, self.name(), self.passphrase(), self.clock)
        log = faults.start_log(self.folder)
        try:
            yield opened
        finally:
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
    """The machine's clock."""
    return SystemClock()


def data(record: Mapping[str, Any]) -> None:
    """One JSON object on a line of standard output, UTF-8."""
    sys.stdout.write(json.dumps(record, ensure_ascii=False) + "\n")


def say(text: str) -> None:
    """Progress or a message, on standard error."""
    click.echo(text, err=True)


def out(text: str) -> None:
    """Data for people, on standard output."""
    click.echo(text)


def json_lines() -> Iterator[Mapping[str, Any]]:
    """JSON objects from standard input, one a line; raises ``BadField`` naming the line that is none."""
    for n, line in enumerate(sys.stdin, 1):
        if not line.strip():
            continue
        try:
            found = json.loads(line)
        except ValueError:
            raise BadField(
                f"line {n}", tr("Line {n} is not JSON.", n=n), tr("Give one JSON object a line.")
            ) from None
        if not isinstance(found, dict):
            raise BadField(f"line {n}", tr("Line {n} is not a JSON object.", n=n))
        yield found


def finish(status: int) -> NoReturn:
    """End with an exit status of CLI.md."""
    raise SystemExit(status)


def folder_to_write(path: Path) -> Path:
    """A folder named on the command line, made where only its last part is missing; raises ``CannotWrite``."""
    try:
        path.mkdir(exist_ok=True)
    except OSError as error:
        raise CannotWrite(str(path), error.strerror or "") from None
    return path


def file_to_write(path: Path) -> Path:
    """A file named on the command line, in a folder that is there and takes it; raises ``CannotWrite``.

    Asked before a work that cannot be done a second time.
    """
    if path.is_dir() or not path.parent.is_dir():
        raise CannotWrite(
            str(path), tr("there is no such folder") if not path.is_dir() else tr("it is a folder")
        )
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


@contextmanager
def answering(folder: Path | None) -> Iterator[None]:
    """Turn what goes wrong into one line and a status: the world's fault 1, ours 1 with a report kept here."""
    try:
        yield
    except WorldError as error:
        say(f"{error.field}: {error}" if isinstance(error, BadField) else str(error))
        finish(REFUSED)
    except BrokenPipeError:
        sys.stderr.close()
        finish(DONE)
    except KeyboardInterrupt:
        say(tr("Stopped. What was saved is saved."))
        finish(REFUSED)
    except (click.ClickException, click.exceptions.Exit, click.Abort):
        raise
    except Exception as fault:  # ours: a report without names is kept, never a traceback with them
        where = folder if folder is not None and folder.is_dir() else Path.cwd()
        report = faults.report_fault(where, fault, "command", clock_given().now())
        say(
            tr(
                "Something went wrong inside the program; what was saved is saved. A report without names is in {path}.",
                path=str(report) if report is not None else "-",
            )
        )
        finish(REFUSED)
