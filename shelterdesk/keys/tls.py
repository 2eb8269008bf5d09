"""TLS between two desks of a table: a certificate for one sitting, vouched for by the desk's own key.

Certificates of the web prove names, and there are none here. Each listening desk makes a key for the sitting, and
signs that certificate with the desk key the others know; so nobody between two desks reads or changes what they say,
and a copied certificate is worth nothing. What travels inside is sealed and signed all the same (SYNC §1.6).
"""

from __future__ import annotations

import hashlib
import os
import secrets
import ssl
import tempfile
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from shelterdesk.keys.ed25519 import SigningKey, is_signed_by

_HOST = b"table-host.v1@shelterdesk\0"
_GUEST = b"table-guest.v1@shelterdesk\0"
_PIN = b"table-pin.v1@shelterdesk\0"
NONCE_BYTES = 32


def listening_context(folder: Path) -> tuple[ssl.SSLContext, bytes]:
    """A context for one sitting and the SHA-256 of its certificate.

    The library reads keys from files only: it lies in ``folder`` for a moment, under a password nobody keeps.
    """
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "table")])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        # No clock here can be trusted, and none has to: the signature under it is what counts.
        .not_valid_before(datetime(2020, 1, 1, tzinfo=UTC))
        .not_valid_after(datetime(2120, 1, 1, tzinfo=UTC))
        .sign(key, hashes.SHA256())
    )
    password = secrets.token_hex(32)
    text = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.BestAvailableEncryption(password.encode("ascii")),
    ) + certificate.public_bytes(serialization.Encoding.PEM)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    handle, path = tempfile.mkstemp(prefix="table-", suffix=".partial", dir=folder)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(text)
        context.load_cert_chain(path, password=password)
    finally:
        with suppress(OSError):
            os.unlink(path)
    return context, hashlib.sha256(certificate.public_bytes(serialization.Encoding.DER)).digest()


def calling_context() -> ssl.SSLContext:
    """A context that takes any certificate: the desk's signature under it is checked by the caller, at once."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def certificate_of(stream: ssl.SSLSocket) -> bytes:
    """SHA-256 of the certificate the other end showed."""
    return hashlib.sha256(stream.getpeercert(binary_form=True) or b"").digest()


def sign_as_host(key: SigningKey, certificate: bytes) -> bytes:
    """The listening desk vouches for the certificate of this sitting."""
    return key.sign(_HOST + certificate)


def is_host(public: bytes, certificate: bytes, signature: bytes) -> bool:
    """Whether the desk of this public key vouches for the certificate shown."""
    return is_signed_by(public, _HOST + certificate, signature)


def sign_as_guest(key: SigningKey, certificate: bytes, nonce: bytes) -> bytes:
    """The calling desk says who it is, for this very connection."""
    return key.sign(_GUEST + certificate + nonce)


def is_guest(public: bytes, certificate: bytes, nonce: bytes, signature: bytes) -> bool:
    """Whether the desk of this public key is at the other end of this very connection."""
    return is_signed_by(public, _GUEST + certificate + nonce, signature)


def pin_of(public: bytes, length: int) -> bytes:
    """The first bytes of a hash of a public key, for a code that pins it."""
    return hashlib.sha256(_PIN + public).digest()[:length]
