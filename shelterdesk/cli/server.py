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
from shelterdesk.cli.ways import ADDRESS, read_secret, say
from shelterdesk.core.errors import Refused
from shelterdesk.core.words import tr
from shelterdesk.sync.place import NewServer, Place, check_url, server_of

Result = TypeVar("Result")


class UnknownKey(Refused):
    """The key of a server was not compared, or is another one; said with what to do at the command line."""


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
        click.option(
            "--host-key",
            default="",
            help="The server's key (SHA256:…), once compared with whoever looks after it; remembered from then on.",
        ),
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
        if host_key:
            raise UnknownKey(
                tr(
                    "The server {where} shows another key than the one given: {key}.",
                    where=where,
                    key=met.shown,
                ),
                tr(
                    "Compare both sign by sign with whoever looks after the server; nothing was sent or fetched."
                ),
            ) from None
        if place.host_key:
            raise UnknownKey(
                tr(
                    "The server {where} shows another key than the one compared here before: {key}.",
                    where=where,
                    key=met.shown,
                ),
                tr(
                    "Somebody may stand in between. Ask whoever looks after the server; if it has a new key and it is this"
                    " one, give it once with --host-key."
                ),
            ) from None
        if not sys.stdin.isatty():
            raise UnknownKey(
                tr(
                    "The key of the server {where} was never compared here: {key}.",
                    where=where,
                    key=met.shown,
                ),
                tr(
                    "Have it read out by whoever looks after the server; if it is the same, give it once with"
                    " --host-key. It is remembered."
                ),
            ) from None
        say(tr("The key of the server {where} was never compared here: {key}.", where=where, key=met.shown))
        if not click.confirm(tr("Does whoever looks after the server read out the same?"), err=True):
            raise UnknownKey(
                tr("The key was not confirmed; nothing was sent or fetched."),
                tr("Compare it, then do this again."),
            ) from None
        place = Place(place.url, place.password, place.key_file, met.shown)
        found = work(place)
    if place.host_key:
        remember_host_key(desk, where, place.host_key)
    return found
