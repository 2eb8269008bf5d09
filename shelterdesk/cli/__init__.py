"""The command line: the same doors as the window, for scripts, supervisors and other programs."""

from __future__ import annotations

import locale
import os
import sys
from collections.abc import MutableMapping, Sequence
from importlib import import_module
from pathlib import Path

import click

from shelterdesk import __version__, startup
from shelterdesk.cli import doors
from shelterdesk.cli.ways import Ways, answering, clock_given, finish, plain_streams, say


class AllCommands(click.Group):
    """Every command, loaded with the first one that is asked for: the window opens without them."""

    MODULES = (
        "station",
        "backups",
        "users",
        "people",
        "site",
        "settings",
        "cards",
        "papers",
        "exchange",
        "conflicts",
        "set_aside",
        "table",
        "office",
        "decisions",
        "records",
        "practice",
        "updates",
    )

    _loaded: MutableMapping[str, click.Command] | None = None

    @property
    def commands(self) -> MutableMapping[str, click.Command]:
        """The commands by name."""
        if self._loaded is None:
            self._loaded = {}
            for name in self.MODULES:
                import_module(f"shelterdesk.cli.{name}").add_to(self)
        return self._loaded

    @commands.setter
    def commands(self, found: MutableMapping[str, click.Command]) -> None:
        """Click sets none in the beginning; they come when asked for."""


@click.group(cls=AllCommands, invoke_without_command=True)
@click.option("--data", "folder", type=click.Path(path_type=Path), help="The station's or office's folder.")
@click.option("--user", help="Who is working (or SHELTERDESK_USER).")
@click.option(
    "--passphrase-file", type=click.Path(path_type=Path), help="A file whose first line is the passphrase."
)
@click.option("--language", help="Language of what is said: es or en (or SHELTERDESK_LANGUAGE).")
@click.version_option(__version__)
@click.pass_context
def root(
    context: click.Context,
    folder: Path | None,
    user: str | None,
    passphrase_file: Path | None,
    language: str | None,
) -> None:
    """Register, lodge, serve and count the people of a shelter; exchange with the office by stick.

    Without a command it opens the desk's window.
    """
    said = language if language is not None else os.environ.get("SHELTERDESK_LANGUAGE") or None
    if said is not None and said[:2].lower() not in startup.languages():
        raise click.BadParameter(
            f"{said[:20]} is not spoken here; there are {', '.join(startup.languages())}.",
            param_hint="--language" if language is not None else "SHELTERDESK_LANGUAGE",
        )
    startup.use_language(said.lower() if said is not None else system_language())
    context.obj = Ways(startup.data_folder(folder), user, passphrase_file, clock_given())
    if context.invoked_subcommand is None:
        finish(doors.window(context.obj.folder))


def system_language() -> str:
    """The language of the machine's settings, as ISO 639-1."""
    name = os.environ.get("LC_ALL") or os.environ.get("LC_MESSAGES") or os.environ.get("LANG") or ""
    if not name or name.startswith("C"):
        name = locale.getlocale()[0] or "en"
    return name[:2].lower()


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status (CLI.md)."""
    plain_streams()
    try:
        with answering(_folder_of(arguments)):
            root.main(args=list(arguments) if arguments is not None else None, standalone_mode=False)
    except SystemExit as end:
        return int(end.code or 0) if not isinstance(end.code, str) else 1
    except click.exceptions.Exit as end:
        return end.exit_code
    except click.exceptions.NoArgsIsHelpError as wrong:
        wrong.show()
        return wrong.exit_code
    except click.ClickException as wrong:
        context = wrong.ctx if isinstance(wrong, click.UsageError) else None
        said = " ".join(wrong.format_message().split())
        say(f"{said} ({context.command_path} --help)" if context is not None else said)
        return wrong.exit_code
    return 0


def _folder_of(arguments: Sequence[str] | None) -> Path:
    """The folder given by --data, for a report of a fault."""
    found = list(sys.argv[1:] if arguments is None else arguments)
    for at, word in enumerate(found):
        if word == "--data" and at + 1 < len(found):
            return Path(found[at + 1])
        if word.startswith("--data="):
            return Path(word.removeprefix("--data="))
    return startup.data_folder(None)
