"""Signed statements (canonical JSON under an SSHSIG) and signed chain heads (raw Ed25519)."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from shelterdesk.core.errors import DamagedFile
from shelterdesk.core.words import tr
from shelterdesk.keys import sshsig
from shelterdesk.keys.desk import desk_id
from shelterdesk.keys.ed25519 import SigningKey, is_signed_by

STATEMENT = "statement.v1@shelterdesk"
"""Namespace of every signed statement, rosters and receipts included."""

LONGEST_STATEMENT = 16 << 20
"""Bytes a statement may have at most (a part of a bundle is no longer, SYNC §0.5)."""

DEEPEST = 8
"""Levels of nesting a statement may have at most (SYNC §2)."""

_CHAIN = b"chain.v1@shelterdesk\0"
_CHAIN_BYTES = 32
_WIDEST = 1 << 63


@dataclass(frozen=True, slots=True)
class SignedStatement:
    """The exact bytes of a statement and the armoured signature that lies beside them as ``.sig``."""

    body: bytes
    signature: str


@dataclass(frozen=True, slots=True)
class Statement:
    """A verified statement: its members and the 32-byte public key that signed it."""

    members: dict[str, object]
    signer: bytes


def canonical(value: Mapping[str, object]) -> bytes:
    """The one way a JSON object is written here: UTF-8, members sorted by code point, no white space.

    Only objects, lists, texts, whole numbers of 64 bits, true, false and null; a fraction would be
    written differently by different programs. Raises ``ValueError`` for anything else, and for more than
    ``DEEPEST`` levels.
    """
    _check(value, DEEPEST)
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return text.encode("utf-8")


def sign_statement(key: SigningKey, members: Mapping[str, object]) -> SignedStatement:
    """The statement in canonical form with its signature; raises ``ValueError`` as :func:`canonical` does."""
    body = canonical(members)
    if len(body) > LONGEST_STATEMENT:
        raise ValueError("a statement that long cannot be taken in by anybody")
    return SignedStatement(body, sshsig.sign(key, body, STATEMENT))


def verify_statement(body: bytes, signature: str, allowed: Collection[bytes], what: str = "") -> Statement:
    """The statement in these bytes, signed by one of the public keys allowed.

    The signature is checked before anything is parsed. Raises ``BadSignature``, or ``DamagedFile`` for bytes
    that are no canonical JSON object (two members of one name, a second spelling of the same content).
    """
    what = what or tr("The statement")
    if len(body) > LONGEST_STATEMENT:
        raise DamagedFile(what, tr("it is too long"))
    signer = sshsig.verify(body, signature, STATEMENT, allowed, what)
    try:
        members = json.loads(body.decode("utf-8"))
        if not isinstance(members, dict) or canonical(members) != body:
            raise ValueError("not canonical")
    except (ValueError, RecursionError) as fault:
        raise DamagedFile(what, tr("it is not written as it should be")) from fault
    return Statement(members, signer)


def sign_chain_head(key: SigningKey, epoch: int, seq: int, chain: bytes) -> bytes:
    """The desk's 64-byte signature under its chain up to ``seq`` (SYNC §1.0, *signatures*).

    ``chain`` is the 32-byte chain hash after the event that ends with op ``seq`` of that epoch. Raises
    ``ValueError`` for values that cannot be a chain head.
    """
    return key.sign(_chain_message(key.public, epoch, seq, chain))


def is_chain_head(public: bytes, epoch: int, seq: int, chain: bytes, signature: bytes) -> bool:
    """Whether the desk of this public key signed this chain head; values that cannot be one are not."""
    try:
        message = _chain_message(public, epoch, seq, chain)
    except ValueError:
        return False
    return is_signed_by(public, message, signature)


def _chain_message(public: bytes, epoch: int, seq: int, chain: bytes) -> bytes:
    """Purpose, desk id, epoch and seq of 8 bytes each, big-endian, and the chain hash."""
    if len(chain) != _CHAIN_BYTES or not 0 <= epoch < _WIDEST or not 0 <= seq < _WIDEST:
        raise ValueError("not a chain head")
    numbers = (desk_id(public), epoch, seq)
    return _CHAIN + b"".join(number.to_bytes(8, "big") for number in numbers) + chain


def _check(value: object, levels: int) -> None:
    """Raise ``ValueError`` unless the value can be written canonically within that many levels."""
    if value is None or isinstance(value, (bool, str)):
        return
    if isinstance(value, int):
        if not -_WIDEST <= value < _WIDEST:
            raise ValueError("a whole number wider than 64 bits")
    elif levels == 0:
        raise ValueError("nested too deeply")
    elif isinstance(value, dict):
        for name, inner in value.items():
            if not isinstance(name, str):
                raise ValueError("a member's name is not a text")
            _check(inner, levels - 1)
    elif isinstance(value, (list, tuple)):
        for inner in value:
            _check(inner, levels - 1)
    else:
        raise ValueError(f"{type(value).__name__} has no canonical form")
