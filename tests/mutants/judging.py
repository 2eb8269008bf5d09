"""What became of a mutant, and whether it got in.

Accepted, and so a failure, is whatever makes the reader believe somebody else than the desk that lies: an entry of
another author that counts and that nobody wrote, a statement or receipt of another issuer that nobody made, a change
to who belongs beyond what a desk of that slot may say, a part that opens though its bytes were changed after it
was signed. What the desk that lies signs in due form is its own word and may be taken; it is counted apart.
"""

from __future__ import annotations

import traceback
from dataclasses import dataclass, replace

from shelterdesk.core.belief import OFFICE_ONLY, fold, hangs_below
from shelterdesk.core.event import ERASED, Event
from shelterdesk.core.roster import Roster, Statement
from shelterdesk.db.meta import Whoami
from shelterdesk.keys.signing import is_chain_head
from shelterdesk.sync.faults import SetAside
from shelterdesk.sync.intake import ranges_of
from shelterdesk.sync.manifest import ERASED_LINES
from shelterdesk.sync.reader import Known, Opened, Recipient, open_part
from shelterdesk.sync.receipts import read_receipt
from shelterdesk.sync.trust import judge
from tests.mutants.forge import Attempt
from tests.mutants.setting import Setting

OWN_WORD, UNCHANGED, ACCEPTED, CRASHED = "own word", "unchanged", "ACCEPTED", "CRASHED"


@dataclass(frozen=True)
class Office:
    """What the office knows before a mutant comes: fixed, so that every mutant meets the same."""

    who: Whoami
    me: Recipient
    known: Known
    held: tuple[Statement, ...]
    roster: Roster


@dataclass(frozen=True)
class Outcome:
    """``code`` of the refusal, or what it was taken for; ``layer``, the check that refused it; ``why`` for a failure."""

    code: str
    layer: str
    why: str = ""
    kept_unsigned: int = 0

    @property
    def is_failure(self) -> bool:
        """Whether it got in or made the program stumble."""
        return self.code in (ACCEPTED, CRASHED)


def tried(setting: Setting, office: Office, attempt: Attempt) -> Outcome:
    """Open it as the office would, without its file."""
    try:
        found = open_part(
            attempt.name, attempt.folder, attempt.sealed, attempt.signature, office.me, office.known
        )
        return _taken(setting, office, attempt, found)
    except SetAside as error:
        return Outcome(error.code, layer_of(error))
    except Exception as error:
        return Outcome(CRASHED, layer_of(error), "".join(traceback.format_exception_only(error)).strip())


def layer_of(error: BaseException) -> str:
    """The innermost function of the reader that raised it."""
    inner = "reader"
    trace = error.__traceback__
    while trace is not None:
        code = trace.tb_frame.f_code
        if "/shelterdesk/" in code.co_filename.replace("\\", "/"):
            inner = code.co_name
        trace = trace.tb_next
    return inner.strip("_<>")


def _taken(setting: Setting, office: Office, attempt: Attempt, found: Opened) -> Outcome:
    if not attempt.is_signed:
        parts = (*setting.parts, setting.old, *setting.others)
        known = [
            one
            for one in parts
            if (one.sealed, one.name, one.folder) == (attempt.sealed, attempt.name, attempt.folder)
        ]
        # The same signature with other line ends: nothing was changed.
        if known and "".join(known[0].signature.split()) == "".join(attempt.signature.split()):
            return Outcome(UNCHANGED, "opened")
        return Outcome(ACCEPTED, "opened", "changed after it was signed, and opened")
    if found.manifest.sender != setting.liar.dev:
        return Outcome(ACCEPTED, "opened", "passed for another desk's part")
    why, unsigned = _entries(setting, office, found)
    why = why or _statements(setting, office, found) or _receipts(setting, office, found)
    return Outcome(ACCEPTED if why else OWN_WORD, "opened", why, unsigned)


def _entries(setting: Setting, office: Office, found: Opened) -> tuple[str, int]:
    """Whether an entry of another author that nobody wrote would count; how many would be kept without counting."""
    kept = 0
    for range_, entries in ranges_of(found):
        desk, head = office.roster.desks.get(range_.author), range_.head
        upto = 0
        if desk is not None and head is not None:
            chain, signature = bytes.fromhex(head.chain), bytes.fromhex(head.signature)
            upto = head.seq if is_chain_head(desk.sign, range_.epoch, head.seq, chain, signature) else 0
        for event in found.lines.read(entries):
            if event.is_in_part or not event.line:
                if found.manifest.min_reader < ERASED_LINES:
                    return "what is left of an entry, in a part for readers that do not know that", 0
                if not any(op.kind == ERASED for op in event.ops):
                    return "an entry that names another hash and has everything", 0
                kept += not _may_say(setting, event)
                continue  # what becomes of it the whole import says
            if event.dev != setting.liar.dev and event.eh not in setting.genuine:
                if event.last_seq <= upto:
                    return f"an entry of {event.dev:016x} that nobody wrote", 0
                kept += 1
    return "", kept


def _may_say(setting: Setting, event: Event) -> bool:
    """Whether the desk that lies has a word in what is left of an entry (decision 0012): its own, of what is erased."""
    gone = {op.ent for op in event.ops if op.kind == ERASED} if event.line else set()
    return event.dev == setting.liar.dev and gone <= setting.erased


def _statements(setting: Setting, office: Office, found: Opened) -> str:
    new = judge(office.who, office.held, found.statements).new
    for one in new:
        if one.issuer != setting.liar.dev and one.sha not in setting.genuine:
            return f"a statement ({one.kind}) of {one.issuer:016x} that nobody made"
        if one.issuer == setting.liar.dev and one.kind in OFFICE_ONLY:
            return f"the office's word ({one.kind}) by a desk"
    before = fold([*office.held, *(one for one in new if one.sha in setting.genuine)])
    return beyond(setting.liar.dev, before, fold([*office.held, *new]))


def beyond(liar: int, before: Roster, after: Roster) -> str:
    """What changed about who belongs that a desk of that slot may not change, or nothing."""
    mine = before.desks[liar]
    for name in ("number", "issuer", "is_practice", "stations", "classes", "office", "adopted"):
        if getattr(before, name) != getattr(after, name):
            return f"the roster's {name}"
    for dev in before.desks.keys() | after.desks.keys():
        old, new = before.desks.get(dev), after.desks.get(dev)
        if old == new:
            continue
        is_below = new is not None and hangs_below(new.slot, mine.slot) and new.station == mine.station
        if not is_below or (old is not None and replace(old, revocations=()) != replace(new, revocations=())):  # type: ignore[type-var]
            return f"the desk {dev:016x}"
    for key in before.members.keys() | after.members.keys():
        if before.members.get(key) != after.members.get(key) and key[0] != mine.station:
            return f"a user of {key[0]}"
    return ""


def _receipts(setting: Setting, office: Office, found: Opened) -> str:
    for one in found.receipts:
        try:
            issuer, _, _ = read_receipt(one, office.roster, office.who.is_practice)
        except ValueError:
            continue
        if issuer != setting.liar.dev and one.body not in setting.genuine:
            return f"a receipt of {issuer:016x} that nobody gave"
    return ""
