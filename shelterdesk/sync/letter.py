"""Letters: single files that introduce a desk or an office to somebody who does not know it yet.

A letter is signed by the very key it introduces, which proves that the sender has it; that the key is the
right person's is for people to find out, by comparing the six words (SYNC §1.10).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from shelterdesk.core.errors import DamagedFile, NotFound, WorldError
from shelterdesk.core.event import hex16
from shelterdesk.core.words import tr
from shelterdesk.db.statements import read_statement
from shelterdesk.keys.desk import DeskKeys, desk_id
from shelterdesk.keys.fingerprint import fingerprint_words
from shelterdesk.keys.safefile import write_whole
from shelterdesk.keys.signing import LONGEST_STATEMENT, SignedStatement, sign_statement, verify_statement
from shelterdesk.keys.sshsig import claimed_signer

LONGEST = 2 * LONGEST_STATEMENT


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter whose signature fits the key it names. ``words`` are to be compared by eye or voice."""

    kind: str
    signer: bytes
    body: Mapping[str, Any]

    @property
    def dev(self) -> int:
        """The id that follows from the signing key."""
        return desk_id(self.signer)

    @property
    def words(self) -> tuple[str, ...]:
        """Six words for the signing key."""
        return fingerprint_words(self.signer)

    @property
    def statements(self) -> list[SignedStatement]:
        """The statements enclosed, their signatures not yet checked; raises ``DamagedFile``."""
        try:
            found = _enclosed(self.body["statements"])
            return [SignedStatement(raw.encode("utf-8"), signature) for raw, signature in found]
        except (KeyError, msgspec.ValidationError, UnicodeError):
            raise _no_letter(self.kind) from None

    def text(self, name: str) -> str:
        """A text of the letter; raises ``DamagedFile``."""
        found = self.body.get(name)
        if not isinstance(found, str):
            raise _no_letter(self.kind)
        return found

    def texts(self, name: str) -> list[str]:
        """A list of texts of the letter; raises ``DamagedFile``."""
        found = self.body.get(name)
        if not isinstance(found, list) or not all(isinstance(one, str) for one in found):
            raise _no_letter(self.kind)
        return found

    def is_true(self, name: str) -> bool:
        """A yes or no of the letter; raises ``DamagedFile``."""
        found = self.body.get(name)
        if not isinstance(found, bool):
            raise _no_letter(self.kind)
        return found


def _enclosed(found: object) -> list[tuple[str, str]]:
    """Pairs of texts and nothing else: whatever stands there was written by whoever wrote the letter."""
    return msgspec.convert(found, type=list[tuple[str, str]])


def letter_bytes(keys: DeskKeys, kind: str, body: Mapping[str, object]) -> bytes:
    """A letter as a file: the signed statement and, for people, the six words of its key."""
    signed = sign_statement(
        keys.signing, {"statement": kind, "issuer": hex16(keys.dev), "number": 1, "body": dict(body)}
    )
    content = {
        "shelterdesk": kind,
        "words": " ".join(keys.words),
        "statement": signed.body.decode("utf-8"),
        "signature": signed.signature,
    }
    return json.dumps(content, ensure_ascii=False, indent=1).encode("utf-8") + b"\n"


def write_letter(path: Path, keys: DeskKeys, kind: str, body: Mapping[str, object]) -> None:
    """Write a letter; raises ``CannotWrite``, ``DiskFull``."""
    write_whole(path, letter_bytes(keys, kind, body))


def enclosed(statements: Iterable[SignedStatement]) -> list[list[str]]:
    """Statements as a letter encloses them."""
    return [[one.body.decode("utf-8"), one.signature] for one in statements]


def read_letter(path: Path, kind: str) -> Letter:
    """A letter of that kind; raises ``NotFound``, ``DamagedFile``, ``BadSignature``."""
    try:
        with path.open("rb") as stream:
            data = stream.read(LONGEST + 1)
    except OSError as error:
        raise NotFound(
            str(path), tr("Choose the file that was brought. ({why})", why=error.strerror or "")
        ) from None
    return parse_letter(data, kind)


def parse_letter(data: bytes, kind: str) -> Letter:
    """The letter in a file's bytes; raises ``DamagedFile``, ``BadSignature``."""
    try:
        if len(data) > LONGEST:
            raise ValueError("too long")
        found = json.loads(data.decode("utf-8"))
        if found["shelterdesk"] != kind:
            raise ValueError("another kind")
        raw, signature = found["statement"].encode("utf-8"), found["signature"]
        if not isinstance(signature, str):
            raise ValueError("no signature")
        signer = claimed_signer(signature)
        verify_statement(raw, signature, [signer], tr("The letter"))
        statement = read_statement(raw, signature)
        if (
            statement.kind != kind
            or statement.issuer != desk_id(signer)
            or not isinstance(statement.body, Mapping)
        ):
            raise ValueError("not what it says")
    except WorldError:
        raise
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise _no_letter(kind) from None
    return Letter(kind, signer, statement.body)


def copy_again() -> str:
    """What to do about a reply to a request to join that is no good.

    Asked for again it would be refused: the keys in the request are admitted already.
    """
    return tr(
        "Copy the reply once more from the desk that admitted this one. If that does not help, make a new request in "
        "a new, empty folder and let that be admitted."
    )


def _no_letter(kind: str) -> DamagedFile:
    names = {
        "join_request": tr("a request to join"),
        "admission": tr("an admission"),
        "enrol_request": tr("a request for enrolment"),
        "enrol_reply": tr("an office's reply"),
    }
    return DamagedFile(
        tr("The letter"),
        tr("it is not {what}, or it is damaged", what=names.get(kind, kind)),
        copy_again() if kind == "admission" else tr("Choose the right file, or ask for it again."),
    )
