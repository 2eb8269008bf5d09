"""An address on the network and how to log in there; nothing here speaks to it."""

from __future__ import annotations

from urllib.parse import urlsplit

import msgspec

from shelterdesk.core.errors import Refused, WorldError
from shelterdesk.core.words import tr

SSH = ("sftp", "ssh")
"""Schemes of addresses reached by SSH."""

SSH_PORT = 22


class Place(msgspec.Struct, frozen=True):
    """Where bundles go over the network: a URL, how to log in there, and the server's key once it was compared.

    ``host_key`` is ``SHA256:…`` as ssh shows it; ``key_file`` a private key of this laptop instead of a password.
    """

    url: str
    password: str = ""
    key_file: str = ""
    host_key: str = ""


class NewServer(Refused):
    """The server's key was never compared, or is another than the one compared. ``shown`` is what it shows."""

    def __init__(self, where: str, shown: str, *, is_changed: bool) -> None:
        self.shown = shown
        if is_changed:
            super().__init__(
                tr("The server {where} shows another key than before.", where=where),
                tr(
                    "Do not log in: ask the office whether the server was changed. Its key is now {key}.",
                    key=shown,
                ),
            )
        else:
            super().__init__(
                tr("The server {where} was never met before. Its key: {key}.", where=where, key=shown),
                tr("Compare it with what the office says, then confirm it."),
            )


class NoEntry(WorldError):
    """The server does not let this laptop in, or not write."""

    def __init__(self, where: str, next_step: str) -> None:
        super().__init__(tr("The server {where} does not let this laptop in.", where=where), next_step)


class NoFolder(WorldError):
    """The server is there and the folder named in the address is not: nobody makes one by a slip of the keys."""

    def __init__(self, where: str, folder: str) -> None:
        super().__init__(
            tr("The server {where} has no folder {folder}.", where=where, folder=folder[:80]),
            tr("Check how the address ends; whoever looks after the server makes the folder."),
        )


def check_url(url: str) -> str:
    """The address without what must not stand in it; raises :class:`Refused` for one that is none."""
    try:
        parts = urlsplit(url.strip())
        is_address = bool(parts.scheme) and (parts.hostname is not None or parts.scheme not in SSH)
        is_address = is_address and (parts.port is None or parts.port > 0)
    except ValueError:  # half an IPv6 address, a port that is no number
        is_address = False
    if not is_address:
        shown = url[:80].rpartition("@")[2]  # what stands before it may be a password
        raise Refused(tr("{url} is no address.", url=shown), tr("Write it as sftp://user@server/folder."))
    if parts.password:
        raise Refused(
            tr("A password must not stand in the address: it would be shown."),
            tr("Give it in its own field."),
        )
    return url.strip().rstrip("/")


def server_of(url: str) -> str:
    """The server of an address as it is shown and its key remembered: behind each port another may answer.

    ``server`` at the usual port, else ``server:port``; the path where no server is named.
    """
    parts = urlsplit(url)
    if parts.hostname is None:
        return parts.path or url
    if parts.port is None or (parts.scheme in SSH and parts.port == SSH_PORT):
        return parts.hostname
    return f"[{parts.hostname}]:{parts.port}" if ":" in parts.hostname else f"{parts.hostname}:{parts.port}"
