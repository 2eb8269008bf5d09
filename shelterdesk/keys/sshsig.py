"""Signatures that OpenSSH can check too: the SSHSIG format (OpenSSH PROTOCOL.sshsig) with Ed25519."""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Collection, Sequence

from shelterdesk.core.errors import DamagedFile, WorldError
from shelterdesk.core.words import tr
from shelterdesk.keys.ed25519 import PUBLIC_BYTES, SIGNATURE_BYTES, SigningKey, is_signed_by

BUNDLE = "bundle.v1@shelterdesk"
"""Namespace of the outer signature of a bundle part, over the ciphertext (SYNC §1.6)."""

MANIFEST = "manifest.v1@shelterdesk"
"""Namespace of the inner signature, over ``MANIFEST.json`` (SYNC §1.6)."""

_MAGIC = b"SSHSIG"
_VERSION = 1
_KEY_TYPE = b"ssh-ed25519"
_HASH = b"sha512"
_BEGIN = "-----BEGIN SSH SIGNATURE-----"
_END = "-----END SSH SIGNATURE-----"
_LINE = 70
_LONGEST = 2048
_NAMESPACE = re.compile(r"[a-z][a-z0-9.-]{0,30}@shelterdesk")
_LINE_ENDS = re.compile(r"[\r\n]")


class BadSignature(WorldError):
    """A signature that does not belong to these bytes, this purpose or anybody allowed to sign."""

    def __init__(self, what: str = "") -> None:
        super().__init__(
            tr(
                "The signature of {what} does not fit: it was changed, or somebody else signed it.",
                what=what or tr("this file"),
            ),
            tr("Do not use it; ask the sender for a new copy."),
        )


def sign(key: SigningKey, data: bytes, namespace: str) -> str:
    """The armoured SSHSIG over the bytes, for one purpose named by the namespace (``bundle.v1@shelterdesk``).

    Raises ``ValueError`` for a namespace that is not one of this project's.
    """
    if not _NAMESPACE.fullmatch(namespace):
        raise ValueError(f"not a namespace of this project: {namespace!r}")
    name = namespace.encode("ascii")
    signature = key.sign(_signed_bytes(data, name))
    blob = (
        _MAGIC
        + _VERSION.to_bytes(4, "big")
        + _string(_public_blob(key.public))
        + _string(name)
        + _string(b"")
        + _string(_HASH)
        + _string(_string(_KEY_TYPE) + _string(signature))
    )
    text = base64.b64encode(blob).decode("ascii")
    lines = [text[at : at + _LINE] for at in range(0, len(text), _LINE)]
    return "\n".join([_BEGIN, *lines, _END, ""])


def verify(data: bytes, armoured: str, namespace: str, allowed: Collection[bytes], what: str = "") -> bytes:
    """The 32-byte public key that signed these bytes for this purpose; it is one of ``allowed``.

    ``what`` names the file in the sentence. Raises ``DamagedFile`` when the text is no SSHSIG of Ed25519,
    ``BadSignature`` when it belongs to other bytes, another purpose or a signer who is not allowed.
    """
    public, signed_for, signature = _parts(armoured, what)
    if signed_for != namespace or public not in allowed:
        raise BadSignature(what)
    if not is_signed_by(public, _signed_bytes(data, namespace.encode("ascii")), signature):
        raise BadSignature(what)
    return public


def claimed_signer(armoured: str, what: str = "") -> bytes:
    """The public key a signature *names* (nothing is proved by it): for "signed by somebody not known here".

    Raises ``DamagedFile`` when the text is no SSHSIG of Ed25519.
    """
    return _parts(armoured, what)[0]


def public_line(public: bytes, comment: str = "") -> str:
    """One OpenSSH public key line, ``ssh-ed25519 AAAA… comment``, without a line end."""
    line = f"{_KEY_TYPE.decode()} {base64.b64encode(_public_blob(public)).decode('ascii')}"
    return f"{line} {_LINE_ENDS.sub(' ', comment)}".rstrip()


def allowed_signers_line(principal: str, public: bytes, namespaces: Sequence[str]) -> str:
    """One line of an ``allowed_signers`` file (ssh-keygen(1), ALLOWED SIGNERS) for checks by hand."""
    return f'{principal} namespaces="{",".join(namespaces)}" {public_line(public)}'


def _signed_bytes(data: bytes, namespace: bytes) -> bytes:
    return (
        _MAGIC + _string(namespace) + _string(b"") + _string(_HASH) + _string(hashlib.sha512(data).digest())
    )


def _public_blob(public: bytes) -> bytes:
    if len(public) != PUBLIC_BYTES:
        raise ValueError("an Ed25519 public key has 32 bytes")
    return _string(_KEY_TYPE) + _string(public)


def _string(data: bytes) -> bytes:
    return len(data).to_bytes(4, "big") + data


class _Reader:
    """Takes SSH wire strings off a blob; anything short or left over is ``ValueError``."""

    def __init__(self, blob: bytes) -> None:
        self._blob = blob
        self._at = 0

    def take(self, count: int) -> bytes:
        end = self._at + count
        if end > len(self._blob):
            raise ValueError("too short")
        taken, self._at = self._blob[self._at : end], end
        return taken

    def string(self) -> bytes:
        return self.take(int.from_bytes(self.take(4), "big"))

    def expect(self, found: bytes, wanted: bytes) -> None:
        if found != wanted:
            raise ValueError("not what it should be")

    def end(self) -> None:
        if self._at != len(self._blob):
            raise ValueError("too long")


def _parts(armoured: str, what: str) -> tuple[bytes, str, bytes]:
    """Public key, namespace and raw signature of an armoured SSHSIG."""
    try:
        return _read(_dearmoured(armoured))
    except (ValueError, binascii.Error) as fault:
        raise DamagedFile(
            what or tr("The signature"), tr("it is not a signature of the kind used here")
        ) from fault


def _dearmoured(armoured: str) -> bytes:
    if len(armoured) > _LONGEST or not armoured.isascii():
        raise ValueError("not an armoured signature")
    lines = armoured.strip().splitlines()
    if len(lines) < 3 or lines[0] != _BEGIN or lines[-1] != _END:
        raise ValueError("no armour")
    said = "".join(lines[1:-1])
    blob = base64.b64decode(said, validate=True)
    if base64.b64encode(blob).decode("ascii") != said:  # letters that stand for no bit at all
        raise ValueError("not the one way to write it")
    return blob


def _read(blob: bytes) -> tuple[bytes, str, bytes]:
    reader = _Reader(blob)
    reader.expect(reader.take(len(_MAGIC)), _MAGIC)
    reader.expect(reader.take(4), _VERSION.to_bytes(4, "big"))
    key = _Reader(reader.string())
    key.expect(key.string(), _KEY_TYPE)
    public = key.string()
    key.end()
    namespace = reader.string().decode("ascii")
    reader.expect(reader.string(), b"")
    reader.expect(reader.string(), _HASH)
    inner = _Reader(reader.string())
    inner.expect(inner.string(), _KEY_TYPE)
    signature = inner.string()
    inner.end()
    reader.end()
    if len(public) != PUBLIC_BYTES or len(signature) != SIGNATURE_BYTES:
        raise ValueError("wrong length")
    return public, namespace, signature
