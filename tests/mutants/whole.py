"""A mutant taken in as a user takes it in: from a stick, into the real file of an office that is open and at work."""

from __future__ import annotations

import hashlib
import shutil
import traceback
from pathlib import Path

from shelterdesk.actions.checking import check_folder
from shelterdesk.actions.desk import Desk
from shelterdesk.actions.taking_in import Imported, import_from
from shelterdesk.core.erased import is_in_part, may_be_left, without
from shelterdesk.core.event import Place, hex16, parse
from shelterdesk.core.kinds import PERSON
from shelterdesk.db.standing import heads_of
from shelterdesk.db.state import state_of
from shelterdesk.db.statements import statements
from shelterdesk.sync.faults import said
from shelterdesk.sync.intake import known_of, me_of
from shelterdesk.sync.reader import Known
from tests.mutants.forge import Attempt
from tests.mutants.judging import ACCEPTED, CRASHED, OWN_WORD, Office, Outcome, beyond
from tests.mutants.setting import Setting, copy_of, opened

MAY_CHANGE = frozenset({"part_set_aside"})
"""Where it is noted that something was left out; everything else stays as it was."""


class RealOffice:
    """The office's folder, made anew after a mutant that said something as its own word."""

    def __init__(self, setting: Setting, folder: Path) -> None:
        self.setting = setting
        self.folder = folder / "office"
        self.stick = folder / "stick"
        self.desk: Desk | None = None
        self.office = self._frozen()

    def _frozen(self) -> Office:
        """What it knows, kept apart from the file: nobody can change it by the way."""
        desk = self._open()
        store, live = desk.store, known_of(desk.store)
        self.held_of_others: frozenset[bytes] = frozenset()
        self.foreign = self._foreign(desk)
        self.lines = _lines(desk)
        rows = store.conn.execute("SELECT dev, epoch, last_seq, chain FROM event").fetchall()
        chains = {(dev, epoch, seq): bytes(chain) for dev, epoch, seq, chain in rows if chain is not None}
        upto: dict[tuple[int, int], int] = {}
        for dev, epoch, seq, _ in rows:
            upto[dev, epoch] = max(seq, upto.get((dev, epoch), 0))
        signed: dict[tuple[int, int], dict[int, set[bytes]]] = {}
        for dev, epoch in upto:
            signed[dev, epoch] = dict(live.heads(dev, epoch, 1, upto[dev, epoch]))
        known = Known(
            live.signers,
            lambda dev, epoch: upto.get((dev, epoch), 0),
            lambda dev, epoch, seq: chains.get((dev, epoch, seq)),
            lambda dev, epoch, first, last: {
                seq: found for seq, found in signed.get((dev, epoch), {}).items() if first <= seq <= last
            },
        )
        return Office(store.who, me_of(store), known, tuple(statements(store.conn)), store.roster)

    def _open(self) -> Desk:
        if self.desk is None:
            self.desk = opened(copy_of(self.setting, self.folder), self.setting.made_at)
        return self.desk

    def close(self) -> None:
        """Let the folder go."""
        if self.desk is not None:
            self.desk.close()
            self.desk = None

    def take(self, attempt: Attempt, expected: Outcome) -> Outcome:
        """Take the mutant in and compare everything the office holds before and after."""
        desk = self._open()
        before, state = dump(desk), state_of(desk.store.conn)
        self._write(attempt)
        try:
            found = import_from(desk, self.stick).result
            why = self._why(desk, found, expected, before, state)
        except Exception as error:
            return Outcome(CRASHED, "import", "".join(traceback.format_exception(error))[-2000:])
        finally:
            if expected.code == OWN_WORD or self.desk is None:
                self.close()
        return Outcome(ACCEPTED if why else expected.code, expected.layer, why, expected.kept_unsigned)

    def _write(self, attempt: Attempt) -> None:
        shutil.rmtree(self.stick, ignore_errors=True)
        folder = self.stick / "SHELTERDESK" / hex16(attempt.folder)
        folder.mkdir(parents=True)
        (folder / str(attempt.name)).write_bytes(attempt.sealed)
        if attempt.signature:
            (folder / f"{attempt.name}.sig").write_bytes(attempt.signature.encode("utf-8", "replace"))

    def _why(
        self, desk: Desk, found: Imported, expected: Outcome, before: dict[str, bytes], state: str
    ) -> str:
        """What is wrong, or nothing."""
        if any(part.reason == said("fault", {})[0] for part in found.parts):
            return "the program stumbled over it: " + _reports(self.folder)
        if expected.code != OWN_WORD:
            after = dump(desk)
            changed = [name for name in before if before[name] != after[name] and name not in MAY_CHANGE]
            if expected.code == "unchanged":
                return ""
            if changed or state_of(desk.store.conn) != state:
                return f"rows written: {changed}"
            # Listed with its reason; or known, the same file having come before; or strange, its name being none of ours.
            return "" if len(found.parts) == 1 or found.strange else "it was not listed"
        return self._own_word(desk)

    def _foreign(self, desk: Desk) -> set[tuple[object, ...]]:
        """What the other station says of its people, as it stands here; who the office has not heard of yet is nobody's."""
        theirs = {bytes.fromhex(op[1]) for op in self.setting.foreign}
        conn = desk.store.conn
        rows = conn.execute("SELECT ent FROM person WHERE void IS NULL").fetchall()
        self.held_of_others = self.held_of_others or frozenset(theirs & {row[0] for row in rows})
        return {
            (ent, field, head.id, head.value)
            for (ent,) in rows if ent in self.held_of_others
            for field, several in heads_of(conn, ent, PERSON.number).items()
            for head in several if head.id.dev != self.setting.liar.dev
        }  # fmt: skip

    def _own_word(self, desk: Desk) -> str:
        """Only what the desk that lies may say is there: nothing of others that counts and that nobody made."""
        liar, genuine = self.setting.liar.dev, self.setting.genuine
        conn = desk.store.conn
        admitted = conn.execute(
            "SELECT DISTINCT e.dev, e.epoch, e.seq, e.eh FROM event e JOIN op o ON o.event = e.id"
            " LEFT JOIN set_aside_op s ON s.event = o.event AND s.pos = o.pos WHERE s.event IS NULL"
        ).fetchall()
        now = _lines(desk)
        for dev, epoch, seq, eh in admitted:
            if dev != liar and eh not in genuine:
                return f"an entry of {dev:016x} that nobody wrote counts"
            if dev != liar and not self._as_written(eh, now[dev, epoch, seq, eh]):
                return f"an entry of {dev:016x} counts otherwise than it was written"
            mine = now[dev, epoch, seq, eh] if dev == liar else None
            if mine and is_in_part(mine, eh) and not may_be_left(parse(mine), self.setting.erased):
                return "the desk that lies erased for itself what the office did not"
        if any(now.get(place, b"") != line for place, line in self.lines.items()):
            return "an entry that was held is another now, or less"
        for one in statements(conn):
            if one.issuer != liar and one.sha not in genuine:
                return f"a statement of {one.issuer:016x} that nobody made is held"
        for issuer, raw in conn.execute("SELECT issuer, raw FROM receipt").fetchall():
            if issuer not in (liar, desk.who.dev) and raw not in genuine:
                return f"a receipt of {issuer:016x} that nobody gave is held"
        if not self.foreign or not self._foreign(desk) >= self.foreign:
            return "a record of another station was changed"
        if desk.who.epoch != self.office.who.epoch:
            return "the office began a new epoch"
        why = beyond(liar, self.office.roster, desk.roster)
        if why:
            return why
        wrong = [f"{one.code}: {one.said}" for one in check_folder(desk).result.before.findings]
        if wrong:
            return f"the check finds: {wrong}"
        desk.close()
        self.desk = opened(self.folder, self.setting.made_at)
        return ""

    def _as_written(self, eh: bytes, line: bytes | None) -> bool:
        """Whether an honest desk's entry is as it wrote it, less what the office had erased; without erasures always."""
        written = self.setting.whole.get(eh)
        if written is None:
            return line is not None
        return (without(parse(written), self.setting.erased).line or None) == line


def _lines(desk: Desk) -> dict[Place, bytes | None]:
    """Every entry held, by its place; None for those of which the hash alone is left."""
    rows = desk.store.conn.execute("SELECT dev, epoch, seq, eh, line FROM event").fetchall()
    return {(*place, bytes(eh)): None if line is None else bytes(line) for *place, eh, line in rows}


def dump(desk: Desk) -> dict[str, bytes]:
    """Every table of the file, as a hash of its rows."""
    conn = desk.store.conn
    found = {}
    tables = conn.execute(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
    ).fetchall()
    for (name,) in tables:
        digest = hashlib.sha256()
        for row in conn.execute(f'SELECT * FROM "{name}"'):
            digest.update(repr(row).encode())
        found[name] = digest.digest()
    return found


def _reports(folder: Path) -> str:
    reports = sorted((folder / "reports").glob("*")) if (folder / "reports").is_dir() else []
    return reports[-1].read_text("utf-8")[-1500:] if reports else "no report"
