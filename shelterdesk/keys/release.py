"""The keys that sign a release: their public halves come with the program, the private one is in nobody's repository."""

from __future__ import annotations

import base64
import binascii
from importlib import resources

from shelterdesk.keys.ed25519 import PUBLIC_BYTES

NAMESPACE = "release.v1@shelterdesk"
"""What the signature over a release's manifest is for."""

_HEAD = b"\x00\x00\x00\x0bssh-ed25519\x00\x00\x00\x20"


def read_keys(text: str) -> list[bytes]:
    """The 32-byte Ed25519 keys in lines as OpenSSH writes them; comments and anything else are passed over."""
    found = []
    for line in text.splitlines():
        kind, _, rest = line.strip().partition(" ")
        if kind != "ssh-ed25519":
            continue
        try:
            blob = base64.b64decode(rest.split(" ")[0], validate=True)
        except binascii.Error:
            continue
        if blob.startswith(_HEAD) and len(blob) == len(_HEAD) + PUBLIC_BYTES:
            found.append(blob[len(_HEAD) :])
    return found


def trusted_keys() -> list[bytes]:
    """The keys whose updates this program takes; none in a checkout that no release was made from."""
    file = resources.files("shelterdesk.resources") / "keys" / "release.pub"
    return read_keys(file.read_text("utf-8")) if file.is_file() else []
