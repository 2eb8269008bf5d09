"""Ed25519 key pairs: the one door to signing and to checking a signature (RFC 8032)."""

from __future__ import annotations

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

SEED_BYTES = 32
PUBLIC_BYTES = 32
SIGNATURE_BYTES = 64


class SigningKey:
    """A private Ed25519 key. Neither ``repr`` nor an attribute shows the secret half."""

    __slots__ = ("_private", "public")

    def __init__(self, seed: bytes) -> None:
        """The key of a 32-byte seed; raises ``ValueError`` for another length."""
        self._private = Ed25519PrivateKey.from_private_bytes(seed)
        self.public = self._private.public_key().public_bytes_raw()

    @classmethod
    def new(cls) -> SigningKey:
        """A fresh random key."""
        return cls(Ed25519PrivateKey.generate().private_bytes_raw())

    def seed(self) -> bytes:
        """The 32 secret bytes, to be stored inside something encrypted and nowhere else."""
        return self._private.private_bytes_raw()

    def sign(self, message: bytes) -> bytes:
        """The 64-byte signature over the message; callers put their own purpose in front of it."""
        return self._private.sign(message)

    def __repr__(self) -> str:
        return f"SigningKey(public={self.public.hex()})"


def is_signed_by(public: bytes, message: bytes, signature: bytes) -> bool:
    """Whether the signature over exactly these bytes was made by the key with this 32-byte public half."""
    if len(public) != PUBLIC_BYTES or len(signature) != SIGNATURE_BYTES:
        return False
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, message)
    except InvalidSignature:
        return False
    return True
