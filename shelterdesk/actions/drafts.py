"""What was begun and not finished: typed text, and a recovery sheet not put away yet; for one user's eyes only.

Both are sealed under a key that follows from the user's own keys, so that another user of the same desk,
who can open the desk's file, cannot read them: a nurse's half-written note is as closed as a finished one.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from shelterdesk.actions.desk import Desk, now_ms
from shelterdesk.core.changes import Changes, Done
from shelterdesk.db.drafts import FILE, DraftFile
from shelterdesk.keys.passphrase import unwrap, wrap
from shelterdesk.keys.safefile import write_whole

WAITING_SHEET = "recovery.waiting"
_TEXT = b"draft-text.v1@shelterdesk"
_SHEET = b"recovery-waiting.v1@shelterdesk"
_IDS = re.compile(r"[0-9a-f]{32}")
_OWNED, _ID_SIGNS = b"SDW2\0", 16


class Drafts:
    """The drafts of who is logged in; made and used on the thread of the desk's writing connection."""

    def __init__(self, desk: Desk) -> None:
        self.user = desk.user.id
        self._key = _own_key(desk, _TEXT)
        self._erased = frozenset(ent.hex() for ent in desk.roster.erased)
        self._file = DraftFile(desk.folder, _derived(desk.store.file_key, b"drafts-file.v1@shelterdesk"))

    def save(self, screen: str, typed: Mapping[str, Any], at_ms: int) -> None:
        """Keep what is typed on a screen (plain JSON values) in place of what was kept before."""
        text = json.dumps(typed, ensure_ascii=False, separators=(",", ":")).encode("utf-8")
        self._file.save(self.user, screen, wrap(text, self._key, _purpose(screen)), at_ms)

    def load(self) -> dict[str, dict[str, Any]]:
        """What was typed, by screen; a text that does not open any more is left out.

        One about a record that was erased meanwhile goes: only its user could see that it is.
        """
        found: dict[str, dict[str, Any]] = {}
        for screen, sealed in self._file.load(self.user).items():
            text = unwrap(sealed, self._key, _purpose(screen))
            typed = json.loads(text) if text is not None else None
            if text is not None and not self._erased.isdisjoint(_IDS.findall(text.decode())):
                self.clear(screen)
            elif isinstance(typed, dict):
                found[screen] = typed
        return found

    def clear(self, screen: str) -> None:
        """Forget what was typed on a screen."""
        self._file.clear(self.user, screen)

    def close(self) -> None:
        """Let the file go."""
        self._file.close()


def open_drafts(desk: Desk) -> Done[Drafts]:
    """The drafts of who is logged in; raises ``CannotWrite``, ``DiskFull``."""
    return Done(Drafts(desk))


def save_draft(desk: Desk, drafts: Drafts, screen: str, typed: Mapping[str, Any]) -> Done[None]:
    """Keep what is typed on a screen, at once; an empty mapping forgets it. Measured: about 0.1 ms."""
    if typed:
        drafts.save(screen, typed, now_ms(desk))
    else:
        drafts.clear(screen)
    return Done(None)


def load_drafts(desk: Desk, drafts: Drafts) -> Done[dict[str, dict[str, Any]]]:
    """What was typed and not saved, by screen."""
    return Done(drafts.load())


def close_drafts(desk: Desk, drafts: Drafts) -> Done[None]:
    """Let the drafts file go; the texts stay."""
    drafts.close()
    return Done(None)


def drafts_waiting(desk: Desk) -> dict[str, int]:
    """How many forms each user (id of the roster) has begun at this desk and not saved.

    Raises ``CannotWrite``, ``DiskFull``, ``Busy`` where they cannot be looked for.
    """
    if not (desk.folder / FILE).exists():
        return {}
    held = DraftFile(desk.folder, _derived(desk.store.file_key, b"drafts-file.v1@shelterdesk"))
    try:
        return held.waiting()
    finally:
        held.close()


def keep_recovery_code(desk: Desk, code: str) -> Done[None]:
    """Keep the code of the recovery sheet until it is on paper, for who made the station alone.

    It opens everything, so it is kept only on the express wish to print it later, sealed to that one user,
    and goes with :func:`sheet_put_away`. Raises ``CannotWrite``, ``DiskFull``.
    """
    sealed = wrap(code.encode("ascii"), _own_key(desk, _SHEET), _purpose(desk.user.id))
    write_whole(_waiting(desk), _OWNED + desk.user.id.encode("ascii") + sealed)
    return Done(None, Changes.of("status"))


def waiting_recovery_code(desk: Desk) -> Done[str | None]:
    """The code not put away yet, for who made the station; None when it is put away or somebody else's."""
    _, sealed = _read_waiting(desk.folder)
    if not sealed:
        return Done(None)
    code = unwrap(sealed, _own_key(desk, _SHEET), _purpose(desk.user.id))
    return Done(code.decode("ascii") if code is not None else None)


def is_sheet_waiting(folder: Path) -> bool:
    """Whether the recovery sheet of the station in this folder is still to be printed and put away."""
    return (folder / WAITING_SHEET).exists()


def waiting_owner(folder: Path) -> str:
    """The id of the user whose sheet waits; empty where none does, or an earlier program kept it."""
    return _read_waiting(folder)[0]


def _read_waiting(folder: Path) -> tuple[str, bytes]:
    """Whose the kept code is, and the code as it is sealed to them; empty where nothing waits."""
    try:
        found = (folder / WAITING_SHEET).read_bytes()
    except OSError:
        return "", b""
    if not found.startswith(_OWNED):
        return "", found
    head = len(_OWNED) + _ID_SIGNS
    return found[len(_OWNED) : head].decode("ascii", "replace"), found[head:]


def sheet_put_away(desk: Desk) -> Done[None]:
    """The recovery sheet is on paper and put away: the kept code goes. Raises nothing when there is none."""
    _waiting(desk).unlink(missing_ok=True)
    return Done(None, Changes.of("status"))


def _waiting(desk: Desk) -> Path:
    return desk.folder / WAITING_SHEET


def _own_key(desk: Desk, info: bytes) -> bytes:
    return _derived(desk.user_keys.age.identity.encode("ascii"), info)


def _derived(secret: bytes, info: bytes) -> bytes:
    """A 32-byte key of its own for one purpose (HKDF, RFC 5869)."""
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=info).derive(secret)


def _purpose(name: str) -> bytes:
    return b"draft\0" + name.encode("utf-8")
