"""Addresses on the network where a command takes a folder: how to log in there, and the server's key compared."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from shelterdesk.actions.desk import Desk
from shelterdesk.actions.post_choice import host_key_of, remember_host_key
from shelterdesk.cli.ways import ADDRESS, read_secret
from shelterdesk.core.words import tr
from shelterdesk.sync.place import NewServer, Place, check_url, server_of

Result = TypeVar("Result")


def url_in(path: Path) -> str | None:
    """The address in what was given as a path, which folds its second slash away; None for a path."""
    if not ADDRESS.fullmatch(str(path)) or path.exists():
        return None
    # A file's address names no server: what comes after its two slashes is the path from the root on.
    slashes = "///" if str(path).lower().startswith("file:") else "//"
    return re.sub(r"^([A-Za-z][A-Za-z0-9+.-]+):/+", rf"\1:{slashes}", str(path))


def server_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options of every command that may be given an address."""
    for option in (
        click.option("--host-key", default="", help="The server's key as ssh shows it: SHA256:…"),
        click.option("--key-file", type=click.Path(path_type=Path), help="A private key to log in with."),
        click.option(
            "--password-file",
            type=click.Path(path_type=Path),
            help="A file whose first line is the password.",
        ),
    ):
        command = option(command)
    return command


def at_server(
    desk: Desk,
    url: str,
    host_key: str,
    key_file: Path | None,
    password_file: Path | None,
    work: Callable[[Place], Result],
) -> Result:
    """Do something at an address; a server met first is shown and, at a terminal, asked about. Raises what ``work`` raises."""
    url = check_url(url)
    where = server_of(url)
    place = Place(
        url,
        "" if password_file is None else read_secret(password_file),
        "" if key_file is None else str(key_file),
        host_key or host_key_of(desk, where),
    )
    try:
        found = work(place)
    except NewServer as met:
        if place.host_key or not sys.stdin.isatty():
            raise NewServer(where, met.shown, is_changed=bool(place.host_key)) from None
        click.echo(f"{met.sentence}", err=True)
        if not click.confirm(tr("Is it the key the office says?"), err=True):
            raise
        place = Place(place.url, place.password, place.key_file, met.shown)
        found = work(place)
    if place.host_key:
        remember_host_key(desk, where, place.host_key)
    return found
