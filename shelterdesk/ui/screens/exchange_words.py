"""What an exchange says in words: what was written and read back, what came in, what is missing and since when."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from shelterdesk.actions.exchange import Exported
from shelterdesk.actions.exchange_state import ExchangeState
from shelterdesk.actions.peers import Aside
from shelterdesk.actions.taking_in import Imported
from shelterdesk.core.moment import from_milliseconds, moment_text, to_milliseconds
from shelterdesk.core.words import ntr, tr
from shelterdesk.ui.dates import when
from shelterdesk.ui.status_watch import ago
from shelterdesk.ui.widgets.tone import Tone

KB, MB = 1_000, 1_000_000
MINUTE_MS = 60_000


@dataclass(frozen=True, slots=True)
class Line:
    """One thing said, with its tone."""

    tone: Tone
    text: str


def size_said(size: int) -> str:
    """Bytes as people read them: ``3.1 MB``."""
    if size >= MB:
        return tr("{n} MB", n=f"{size / MB:.1f}")
    return tr("{n} kB", n=max(1, round(size / KB)) if size else 0)


def moment_said(at_ms: int | None, now: datetime, zone: str) -> str:
    """When, in the shortest words, with how long ago: ``08:14 (2 hours ago)``; ``never`` for None."""
    if at_ms is None:
        return tr("never")
    at = when(moment_text(from_milliseconds(at_ms), zone), now, zone)
    if 0 <= to_milliseconds(now) - at_ms < MINUTE_MS:
        return tr("{time} (just now)", time=at)
    return tr("{time} ({ago})", time=at, ago=ago(at_ms, now))


def only_here_said(state: ExchangeState, now: datetime, zone: str) -> Line:
    """What exists on this desk alone and since when."""
    if not state.only_here:
        return Line(Tone.OK, tr("Nothing exists only on this desk."))
    records = ntr(
        "{n} record exists only on this desk", "{n} records exist only on this desk", state.only_here
    )
    if state.only_here_since_ms is None:
        return Line(Tone.WARN, f"{records}.")
    since = moment_said(state.only_here_since_ms, now, zone)
    return Line(Tone.WARN, tr("{records}, since {time}.", records=records, time=since))


def travelling_said(state: ExchangeState) -> str:
    """How many of them are on their way already, and how; nothing when none."""
    stick, server = state.on_stick, state.at_server
    if not (stick or server) or not state.only_here:
        return ""
    if stick >= state.only_here:
        return tr("All of them are on a stick that was read back; nobody has confirmed them yet.")
    if server >= state.only_here:
        return tr("All of them are at the office's server; nobody has confirmed them yet.")
    said = []
    if stick:
        said.append(
            ntr(
                "{n} of them is on a stick that was read back.",
                "{n} of them are on a stick that was read back.",
                stick,
            )
        )
    if server:
        said.append(
            ntr("{n} of them is at the office's server.", "{n} of them are at the office's server.", server)
        )
    return " ".join(said)


def exported_said(done: Exported) -> list[Line]:
    """What lies on the stick now."""
    if not done.parts:
        if done.was_cancelled:
            return [Line(Tone.WARN, done.note)]
        return [Line(Tone.OK, tr("Nothing had to be written: everything is confirmed."))]
    parts = ntr("{n} part", "{n} parts", len(done.parts))
    records = ntr("{n} record", "{n} records", done.events)
    if done.written:
        said = tr(
            "Written and read back: {parts}, {records}, {size}.",
            parts=parts,
            records=records,
            size=size_said(done.size),
        )
    else:
        said = tr(
            "Already there and read back: {parts}, {records}, {size}.",
            parts=parts,
            records=records,
            size=size_said(done.size),
        )
    lines = [Line(Tone.WARN if done.was_cancelled else Tone.OK, said)]
    if done.written and done.already_there:
        lines.append(
            Line(
                Tone.NEUTRAL,
                ntr("{n} of them was there already.", "{n} of them were there already.", done.already_there),
            )
        )
    if done.note:
        lines.append(Line(Tone.WARN, done.note))
    return lines


def imported_said(done: Imported) -> list[Line]:
    """What came in, what was known, what was left out."""
    counts = [
        ntr("{n} new record", "{n} new records", done.new),
        ntr("{n} already known", "{n} already known", done.known),
    ]
    if done.receipts:
        counts.append(ntr("{n} receipt", "{n} receipts", done.receipts))
    if done.statements:
        counts.append(
            ntr("{n} statement about who belongs", "{n} statements about who belongs", done.statements)
        )
    lines = [Line(Tone.OK, tr("Taken in: {counts}.", counts=", ".join(counts)))]
    lines += [Line(Tone.NEUTRAL, one) for one in done.news]
    if done.erased_late:
        lines.append(
            Line(
                Tone.NEUTRAL,
                ntr(
                    "{n} record about somebody erased before came in, and was erased too.",
                    "{n} records about people erased before came in, and were erased too.",
                    done.erased_late,
                ),
            )
        )
    if done.set_aside:
        said = ntr("{n} part was set aside.", "{n} parts were set aside.", done.set_aside)
        lines.append(Line(Tone.WARN, said))
    if done.elsewhere:
        lines.append(
            Line(
                Tone.NEUTRAL,
                ntr(
                    "{n} part is for somebody else, or was written before its desk knew of this one; what is in it comes"
                    " again.",
                    "{n} parts are for somebody else, or were written before their desk knew of this one; what is in"
                    " them comes again.",
                    done.elsewhere,
                ),
            )
        )
    if done.refused:
        lines.append(Line(Tone.BAD, ntr("{n} part was refused.", "{n} parts were refused.", done.refused)))
    if done.not_admitted:
        lines.append(
            Line(
                Tone.WARN,
                ntr(
                    "{n} change was kept but does not count: whoever made it may not.",
                    "{n} changes were kept but do not count: whoever made them may not.",
                    done.not_admitted,
                ),
            )
        )
    if done.strange:
        lines.append(
            Line(
                Tone.NEUTRAL,
                ntr(
                    "{n} other thing lies there that is none of ours; it was not touched.",
                    "{n} other things lie there that are none of ours; they were not touched.",
                    done.strange,
                ),
            )
        )
    lines += [Line(Tone.BAD, alarm) for alarm in done.alarms]
    if done.was_cancelled:
        lines.append(Line(Tone.WARN, tr("Stopped: what came in stays; take the rest in by doing it again.")))
    return lines


def gap_said(desk: str, first: int, last: int) -> str:
    """Entries of a desk that others hold and this one does not, and what to do."""
    n = last - first + 1
    return ntr(
        "{n} entry of desk {desk} is missing here: ask that desk to write its stick again.",
        "{n} entries of desk {desk} are missing here: ask that desk to write its stick again.",
        n,
        desk=desk,
    )


def gaps_said(gaps: Sequence[tuple[str, int, int]]) -> list[Line]:
    """Every desk's missing entries, summed for each desk."""
    missing: dict[str, int] = {}
    for desk, first, last in gaps:
        missing[desk] = missing.get(desk, 0) + last - first + 1
    return [Line(Tone.WARN, gap_said(desk, 1, n)) for desk, n in sorted(missing.items())]


def newer_said(aside: Aside) -> list[Line]:
    """What a newer program wrote that cannot be shown here; nothing of none."""
    if not aside.newer_fields:
        return []
    fields = ntr("{n} newer field", "{n} newer fields", aside.newer_fields)
    entries = ntr("in {n} entry", "in {n} entries", aside.newer_entries)
    advice = tr("They are kept and passed on whole; update the program on this laptop to see them.")
    return [Line(Tone.NEUTRAL, f"{fields} {entries}. {advice}")]


def outcome_said(outcome: str) -> str:
    """A part's outcome as a word."""
    return {
        "new": tr("new"),
        "known": tr("already known"),
        "set_aside": tr("set aside"),
        "refused": tr("refused"),
    }.get(outcome, outcome)
