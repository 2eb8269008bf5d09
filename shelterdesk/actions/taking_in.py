"""Taking in what others wrote: the parts, admissions and receipts of a stick or inbox; one bad part never blocks the rest."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from shelterdesk import startup
from shelterdesk.actions import faults
from shelterdesk.actions.card_check import refresh_public_roster
from shelterdesk.actions.desk import Desk, match_key_file
from shelterdesk.actions.desk_names import desk_names
from shelterdesk.actions.erasing import erase_late
from shelterdesk.actions.erasures_file import note_erasures
from shelterdesk.actions.news import news
from shelterdesk.core.changes import Changes, Done
from shelterdesk.core.errors import WorldError
from shelterdesk.core.event import hex16
from shelterdesk.core.moment import to_milliseconds
from shelterdesk.core.words import tr
from shelterdesk.db import exchange, meta, parts_written
from shelterdesk.db.reserve import check_own_room
from shelterdesk.keys import keyfile
from shelterdesk.keys.signing import SignedStatement
from shelterdesk.sync import intake, stick
from shelterdesk.sync.faults import ELSEWHERE, SetAside, said
from shelterdesk.sync.manifest import sha256
from shelterdesk.sync.reader import is_for, open_part
from shelterdesk.sync.receipts import take_receipts

NEW, KNOWN = "new", "known"

Progress = Callable[[int, int], None]

Cancelled = Callable[[], bool]


@dataclass(frozen=True, slots=True)
class PartTaken:
    """One part and what became of it: ``new``, ``known``, ``set_aside`` or ``refused``, and then why.

    ``for_others``: nothing is wrong with it, it was only sealed for somebody else.
    """

    name: str
    outcome: str
    reason: str = ""
    advice: str = ""
    events: int = 0
    ops: int = 0
    for_others: bool = False


@dataclass(slots=True)
class Imported:
    """What came in. ``new`` and ``known`` count events, ``set_aside`` and ``refused`` parts.

    ``elsewhere`` counts parts sealed for others, among them those written before this folder was known to their
    writer: what was in them comes again in its next bundle. ``not_admitted`` counts changes kept but not counted
    because of who made them; ``erased_late`` records about people who had been erased before;
    ``alarms`` are sentences that somebody must read, ``news`` what statements have done here: people erased,
    desks taken out.
    """

    parts: list[PartTaken] = field(default_factory=list)
    new: int = 0
    known: int = 0
    set_aside: int = 0
    refused: int = 0
    not_admitted: int = 0
    statements: int = 0
    receipts: int = 0
    alarms: list[str] = field(default_factory=list)
    news: list[str] = field(default_factory=list)
    strange: int = 0
    elsewhere: int = 0
    erased_late: int = 0
    was_cancelled: bool = False

    def add(self, more: Imported) -> None:
        """Count what came in a further load of the same import."""
        self.parts += more.parts
        for name in (
            "new",
            "known",
            "set_aside",
            "refused",
            "not_admitted",
            "statements",
            "receipts",
            "strange",
            "elsewhere",
            "erased_late",
        ):
            setattr(self, name, getattr(self, name) + getattr(more, name))
        self.alarms += [alarm for alarm in more.alarms if alarm not in self.alarms]
        self.news += more.news
        self.was_cancelled = self.was_cancelled or more.was_cancelled

    @property
    def is_clean(self) -> bool:
        """Whether everything that lay there is in."""
        return not (self.set_aside or self.refused or self.alarms or self.was_cancelled)


def import_from(
    desk: Desk,
    source: Path,
    progress: Progress | None = None,
    cancelled: Cancelled | None = None,
) -> Done[Imported]:
    """Take in every part, admission and receipt in a stick or folder; one bad part never blocks the rest.

    ``progress`` hears (parts done, parts of all). What cannot be used is listed with a reason and stays where
    it is. Raises ``NotAllowed``, ``NotOurs``, and what the own disk raises.
    """
    desk.must("take in bundles")
    return Import(desk, progress, cancelled).run(source)


class Import:
    """One import: what it goes through and what it counts."""

    def __init__(self, desk: Desk, progress: Progress | None, cancelled: Cancelled | None) -> None:
        self.desk = desk
        self.store = desk.store
        self.progress = progress
        self.cancelled = cancelled
        self.found = Imported()
        self.kinds: set[str] = set()
        self._good: list[stick.Found] = []  # parts that lay there whole, and were known

    def run(self, source: Path) -> Done[Imported]:
        try:
            lying = stick.look(source)
        except SetAside as error:
            self._left_out(str(source), "", error, None)
            return Done(self.found, Changes.of("status"))
        self.found.strange = len(lying.strange)
        roster, erased = self.store.roster, self.store.people_erased
        for name, code in lying.unusable:
            self._unusable(name, SetAside(code))
        self._fenced("*.admit", None, lambda: self._admissions(lying.admits))
        self._fenced(stick.RECEIPTS, None, lambda: self._receipts(lying.receipts))
        self._parts(list(lying.parts))
        late = erase_late(self.desk)
        self.found.erased_late += late.result
        self.kinds |= late.changes.kinds
        self._forget_damaged()
        if {"roster"} & self.kinds:
            meet_roster(self.desk)
            people = self.store.people_erased - erased
            self.found.news += news(roster, self.store.roster, people, self.store.who.dev)
            with suppress(WorldError):  # written again at the end of work
                note_erasures(self.store, self.desk.folder / startup.ERASED)
        if {"roster", "card"} & self.kinds and not self.desk.who.is_office:
            refresh_public_roster(self.desk)
        return Done(self.found, Changes(frozenset(self.kinds | {"status"})))

    def _fenced(self, name: str, sender: int | None, act: Callable[[], object]) -> None:
        """Do one thing among others; where the program stumbles over it, that is listed and reported.

        Whatever it had begun to write is rolled back. What is the world's fault, the own disk's above all, ends the
        import: it would meet the next part as well.
        """
        try:
            act()
        except SetAside as error:
            self._left_out(name, sha256(name.encode()), error, sender)
        except (WorldError, OSError):
            raise
        except Exception as fault:
            if faults.as_world(fault, self.desk.folder) is not None:
                raise
            faults.report_fault(self.desk.folder, fault, "import", self.store.now)
            self._left_out(name, sha256(name.encode()), SetAside("fault"), sender)

    def _admissions(self, paths: tuple[Path, ...]) -> None:
        offered = []
        for path in paths:
            try:
                raw, signature = stick.read_signed(path, stick.MAX_LETTER)
                offered.append(SignedStatement(raw, signature))
            except SetAside as error:
                self._left_out(path.name, "", error, None)
        self._believe(offered)

    def _believe(self, offered: list[SignedStatement]) -> None:
        judged, kinds = intake.take_statements(self.store, offered)
        self.kinds |= kinds
        self.found.statements += len(judged.new)
        for reason in sorted(set(judged.refused)):
            self._alarm(tr("A statement about who belongs was not believed ({reason}).", reason=reason))

    def _receipts(self, paths: tuple[Path, ...]) -> None:
        offered = []
        for path in paths:
            try:
                raw, signature = stick.read_signed(path, stick.MAX_RECEIPT)
                offered.append(SignedStatement(raw, signature))
            except SetAside as error:
                self._left_out(path.name, "", error, None)
        self._confirm(offered)

    def _confirm(self, offered: list[SignedStatement], shown: int | None = None) -> None:
        """Apply receipts; where they, or the part they came in (``shown``), know more of this desk, one new epoch."""
        confirmed = take_receipts(self.store, offered)
        self.found.receipts += confirmed.new
        newer = [epoch for epoch in (confirmed.newer_self, shown) if epoch is not None]
        if newer:
            self._new_epoch(max(newer))
        for dev in sorted(set(confirmed.other_history)):
            reason, advice = said("other_history", {})
            self._alarm(f"{_desk_name(self.desk, dev)}: {reason} {advice}")

    def _parts(self, waiting: list[stick.Found]) -> None:
        """Take parts in, again as long as one of them made another's signer known."""
        total, done = len(waiting), 0
        while waiting:
            unknown: list[stick.Found] = []
            before = self.found.statements
            for one in waiting:
                if self.cancelled is not None and self.cancelled():
                    self.found.was_cancelled = True
                    return
                if not self._part(one):
                    unknown.append(one)
                    continue
                done += 1
                if self.progress is not None:
                    self.progress(done, total)
                if self.found.was_cancelled:
                    return
            if self.found.statements == before or len(unknown) == len(waiting):
                for one in unknown:
                    self._left_out(one.label, "", SetAside("unknown_signer"), None)
                return
            waiting = unknown

    def _part(self, one: stick.Found) -> bool:
        """Take one part in, or leave it out; False when its signer is not known (yet)."""
        known: list[bool] = []  # stays empty where it is left out on the way, its signer known
        self._fenced(one.label, one.folder, lambda: known.append(self._take_part(one)))
        return all(known)

    def _take_part(self, one: stick.Found) -> bool:
        sha, sealed = sha256(one.label.encode()), b""
        try:
            sealed, signature = stick.read_part(one)
            sha = sha256(sealed)
            here = self._was_here(one, sha)
            if here is not None:
                self.found.known += here
                self.found.parts.append(PartTaken(one.label, KNOWN, events=here))
                self._good.append(one)
                return True
            check_own_room(self.desk.folder, len(sealed))
            opened = open_part(
                one.name, one.folder, sealed, signature, intake.me_of(self.store), intake.known_of(self.store)
            )
        except SetAside as error:
            if error.code == "unknown_signer":
                if self.store.who.is_office or is_for(intake.me_of(self.store), sealed):
                    return False
                # A stick that goes round several stations carries work of desks that this one need never hear of.
                error = SetAside("not_for_us")
            self._left_out(one.label, sha, error, one.folder)
            return True
        self._believe(opened.statements)
        self._confirm(opened.receipts, intake.newer_self(self.store, opened))
        try:
            counted = intake.merge_part(self.store, opened, None, self.cancelled)
        except intake.Stopped:
            self.found.was_cancelled = True
            return True
        self.kinds |= counted.kinds
        self.found.new += counted.events
        self.found.known += counted.already_known
        self.found.not_admitted += counted.not_admitted
        outcome = NEW if counted.events or not counted.already_known else KNOWN
        self.found.parts.append(PartTaken(one.label, outcome, "", "", counted.events, counted.ops))
        for dev in sorted(counted.branches):
            self._alarm(
                tr(
                    "{desk} has two histories, as if its folder had been copied; both were kept. Tell the office.",
                    desk=_desk_name(self.desk, dev),
                )
            )
        return True

    def _was_here(self, one: stick.Found, sha: str) -> int | None:
        """How many entries are in a file merged, or written, here before; None for any other."""
        known = exchange.entries_of_file(self.store.conn, sha)
        if known is None and one.folder == self.store.who.dev:
            known = parts_written.entries_written(self.store.conn, sha)
        return known

    def _left_out(self, name: str, sha: str, error: SetAside, sender: int | None) -> None:
        """List something that was not taken in, and remember it where a good copy may clear it later.

        What is for others is not remembered: nothing is wrong with it, and no good copy of it is to come.
        """
        self.found.parts.append(
            PartTaken(name, error.outcome, error.reason, error.advice, for_others=error.code in ELSEWHERE)
        )
        if error.code in ELSEWHERE:
            self.found.elsewhere += 1
        elif error.outcome == "set_aside":
            self.found.set_aside += 1
        else:
            self.found.refused += 1
        if sender is not None and error.code not in ELSEWHERE:
            now = to_milliseconds(self.store.now)
            with self.store.transaction() as conn:
                exchange.put_aside(conn, sha, name, sender, error.code, dict(error.parts), now)

    def _forget_damaged(self) -> None:
        """A damaged copy of what is here whole, or lay beside a good one, waits for nobody, whatever came first.

        Of this desk's own parts no other record tells that a good copy was seen.
        """
        if not (self._good or self.found.set_aside or self.found.refused):
            return
        with self.store.transaction() as conn:
            for one in self._good:
                exchange.taken_after_all(conn, hex16(one.folder), one.name.place)
            exchange.forget_what_came(conn)

    def _new_epoch(self, above: int) -> None:
        """Others hold more of this desk than it does: its file was put back. It goes on in a new epoch.

        Above the one they showed, whatever the clock of this laptop says: its numbers must not be given again.
        """
        startup.begin_epoch(self.store.conn, self.store.clock, above)
        self.store.who = meta.get_whoami(self.store.conn)
        self._alarm(
            tr(
                "Others hold entries of this desk that it had lost, as after a restored backup. They come back with"
                " bundles; numbers given from now on leave a gap."
            )
        )

    def _unusable(self, name: str, error: SetAside) -> None:
        """List what has a name of ours and cannot be a part; what is no file is nobody's, and nothing is lost with it."""
        if error.code != "not_a_file":
            self._left_out(name, "", error, None)
            return
        self.found.parts.append(PartTaken(name, error.outcome, error.reason, error.advice))
        self.found.strange += 1

    def _alarm(self, sentence: str) -> None:
        if sentence not in self.found.alarms:
            self.found.alarms.append(sentence)


def meet_roster(desk: Desk) -> None:
    """After statements came in: let users in and out of the key file, and the office's escrow into it."""
    if desk.who.is_office:
        return
    match_key_file(desk)
    office = desk.roster.office
    if office is not None and office.escrow not in keyfile.recipients(desk.folder, keyfile.ESCROW):
        keyfile.add_recipient(desk.folder, desk.store.file_key, office.escrow)


def _desk_name(desk: Desk, dev: int) -> str:
    return desk_names(desk.roster).get(dev) or hex16(dev)
