"""The lines of a person's page: everything that happened, newest first, and the records of one part."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from shelterdesk.core import countries
from shelterdesk.core.moment import from_milliseconds
from shelterdesk.core.timeline import TimelineEntry
from shelterdesk.core.words import tr
from shelterdesk.db.person_page import Change, PersonPage
from shelterdesk.db.person_records import Record
from shelterdesk.ui.dates import iso_day_words
from shelterdesk.ui.screens.people_words import (
    bed_need_words,
    document_words,
    end_words,
    field_label,
    kind_words,
    moment_words,
    relation_words,
    time_words,
    value_words,
)
from shelterdesk.ui.widgets import Column, RowsModel, Tone


@dataclass(frozen=True, slots=True)
class Entry:
    """One line. ``at_ms`` orders it (UTC milliseconds), ``mark`` is a word to be seen in passing."""

    key: str
    at_ms: int
    when: str
    what: str
    by: str
    mark: str = ""
    tone: Tone | None = None


@dataclass(frozen=True, slots=True)
class Words:
    """What the lines are said with: the station's zone and the present."""

    zone: str
    now: datetime
    services: Mapping[str, str] = field(default_factory=dict)
    """Names of services by their codes."""

    def ms(self, ms: int) -> str:
        """UTC milliseconds on the station's clock."""
        return time_words(from_milliseconds(ms).astimezone(ZoneInfo(self.zone)), self.now)

    def moment(self, stored: str) -> str:
        """A stored moment on its own clock."""
        return moment_words(stored, self.zone, self.now)

    def value(self, name: str, value: object) -> str:
        """A stored value in words."""
        return value_words(name, value, self.zone, self.now)


def entries_model() -> RowsModel[Entry]:
    """When, what, who wrote it down, and a mark."""
    columns: tuple[Column[Entry], ...] = (
        Column(tr("When"), lambda one: one.when, sort=lambda one: one.at_ms, width=18),
        Column(tr("What"), lambda one: one.what),
        Column(tr("By"), lambda one: one.by, width=13),
        Column(tr("State"), lambda one: one.mark, width=13, tone=lambda one: one.tone),
    )
    return RowsModel(columns, key=lambda one: one.key)


PARTS = ("everything", "documents", "stays", "movements", "services", "cards", "flags", "other")
"""The parts of the page that can be looked at, in their order."""


def part_words(part: str) -> str:
    """What a part is called."""
    return {
        "everything": lambda: tr("Everything"),
        "documents": lambda: tr("Documents"),
        "stays": lambda: tr("Beds"),
        "movements": lambda: tr("Gate"),
        "services": lambda: tr("Services"),
        "cards": lambda: tr("Cards"),
        "flags": lambda: tr("Flags and needs"),
        "other": lambda: tr("Other"),
    }[part]()


def entries_of(page: PersonPage, part: str, words: Words) -> list[Entry]:
    """The lines of a part of the page, the newest first."""
    if part == "everything":
        found = _everything(page, words)
    else:
        found = [_SAY[record.kind](record, words) for record in _records(page, part)]
    # What came in one moment is listed oldest first; told backwards it stays in its order.
    found.sort(key=lambda one: one.at_ms)
    return found[::-1]


def _records(page: PersonPage, part: str) -> Iterable[Record]:
    names = {"flags": ("flags", "bed_needs"), "other": ("consents", "relations", "transfers", "same_as")}
    for name in names.get(part, (part,)):
        yield from page.sections.get(name, ())


def _everything(page: PersonPage, words: Words) -> list[Entry]:
    doubted = {(one.ent, one.field) for one in page.conflicts}
    found = [_happened(at, one, words) for at, one in enumerate(page.timeline)]
    for at, change in enumerate(page.changes):
        if not change.is_creation and change.values:
            found.append(_changed(at, change, doubted, words))
    return found


_LABELS: dict[str, Callable[[str], str]] = {"travel_document": document_words, "bed_need": bed_need_words}


def _happened(at: int, one: TimelineEntry, words: Words) -> Entry:
    when = words.moment(one.at) if one.at else words.ms(one.at_ms)
    if one.kind in _LABELS:
        one = replace(one, label=_LABELS[one.kind](one.label))
    elif one.kind == "service":
        one = replace(one, label=words.services.get(one.label, one.label))
    return Entry(f"t{at}:{one.ent}:{one.event}", one.at_ms, when, one.words, one.by)


def _changed(at: int, change: Change, doubted: set[tuple[str, str]], words: Words) -> Entry:
    if "void" in change.values:
        back = change.values["void"] is None
        what = tr("Counts again: {what}", what=kind_words(change.kind)) if back else tr(
            "Marked as entered by mistake: {what}", what=kind_words(change.kind)
        )  # fmt: skip
    else:
        said = ", ".join(
            f"{_label(change.kind, name)} {words.value(name, value)}".strip()
            for name, value in change.values.items()
        )
        what = tr("Changed: {what}", what=said)
    mark, tone = "", None
    if any((change.ent, name) in doubted for name in change.values):
        mark, tone = tr("two answers"), Tone.WARN
    elif change.set_aside is not None:
        mark, tone = tr("set aside"), Tone.WARN
    elif change.is_clock_corrected:
        mark = tr("time corrected")
    elif change.clock_doubt:
        mark, tone = tr("clock in doubt"), Tone.WARN
    by = tr("{user}, {desk}", user=change.user, desk=change.desk)
    return Entry(f"c{at}:{change.ent}", change.at_ms, words.ms(change.at_ms), what, by, mark, tone)


def _label(kind: str, name: str) -> str:
    if kind == "person":
        return field_label(name)
    beside = {
        "to_at": lambda: tr("until"),
        "from_at": lambda: tr("from"),
        "end_reason": lambda: tr("because:"),
        "role": lambda: tr("role"),
        "relation": lambda: tr("relation"),
        "revoked_at": lambda: tr("no longer valid since"),
        "revoked_reason": lambda: tr("because:"),
        "bound_at": lambda: tr("given"),
    }
    return f"{kind_words(kind)}, {beside[name]() if name in beside else name.replace('_', ' ')}"


def _entry(
    record: Record, time: str, what: str, words: Words, mark: str = "", tone: Tone | None = None
) -> Entry:
    ms = record.ms(time)
    when = words.moment(record.text(time)) if ms is not None else words.ms(record.entered_ms)
    return Entry(
        record.ent, ms if ms is not None else record.entered_ms, when, what, record.entered_by, mark, tone
    )


def _document(record: Record, words: Words) -> Entry:
    number, issuer, expiry = (record.text(name) for name in ("document_number", "issuer", "expiry"))
    parts = [f"{document_words(record.text('document_type'))} {number}".strip()]
    if issuer:
        parts.append(countries.name(issuer))
    if expiry:
        parts.append(tr("until {day}", day=iso_day_words(expiry)))
    over = record.text("override_reason")
    if over:
        parts.append(tr("taken although: {reason}", reason=over))
    return _entry(record, "seen_at", " · ".join(parts), words)


def _stay(record: Record, words: Words) -> Entry:
    place = record.labels.get("place", "")
    if "to_at" not in record.values:
        why = record.text("reason") or record.text("override_reason")
        what = f"{place} · {why}" if why else place
        return _entry(record, "from_at", what, words, tr("now"), Tone.OK)
    what = tr("{place}, until {time}", place=place, time=words.moment(record.text("to_at")))
    ended = record.text("end_reason")
    return _entry(record, "from_at", f"{what} · {end_words(ended)}" if ended else what, words)


def _movement(record: Record, words: Words) -> Entry:
    told = TimelineEntry(
        0, "", "movement", record.text("movement"), record.ent, record.text("external"), "", 0
    )
    reason = record.text("reason") or record.text("note")
    return _entry(record, "happened_at", f"{told.words} · {reason}" if reason else told.words, words)


def _service(record: Record, words: Words) -> Entry:
    code = record.labels.get("service_type", "")
    what = words.services.get(code, code)
    counter, over = record.text("counter"), record.text("override_reason")
    if counter:
        what = tr("{service} at {counter}", service=what, counter=counter)
    if over:
        return _entry(record, "happened_at", f"{what} · {over}", words, tr("with a reason"), Tone.WARN)
    return _entry(record, "happened_at", what, words)


def _card(record: Record, words: Words) -> Entry:
    what = tr("Card {number}", number=record.text("serial"))
    expires = record.text("expires_on")
    if expires:
        until = tr("until {day}", day=iso_day_words(expires, words.now))
        what = f"{what} · {until}"
    if "revoked_at" in record.values:
        why = record.text("revoked_reason")
        return _entry(
            record, "printed_at", f"{what} · {why}" if why else what, words, tr("no longer good"), Tone.BAD
        )
    if "bound_at" in record.values:
        return _entry(record, "printed_at", what, words, tr("good"), Tone.OK)
    return _entry(record, "printed_at", what, words, tr("not given yet"), Tone.NEUTRAL)


def _flag(record: Record, words: Words) -> Entry:
    what = " · ".join(part for part in (record.text("name"), record.text("instruction")) if part)
    if "to_at" in record.values:
        return _entry(record, "from_at", what, words, tr("lifted"), Tone.NEUTRAL)
    return _entry(record, "from_at", what, words, tr("now"), Tone.WARN)


def _bed_need(record: Record, words: Words) -> Entry:
    what = tr("Bed: {need}", need=bed_need_words(record.text("bed_need")))
    over = "to_at" in record.values
    return _entry(record, "from_at", what, words, "" if over else tr("now"), None if over else Tone.OK)


def _consent(record: Record, words: Words) -> Entry:
    what = tr("Consent: {purpose}, {answer}", purpose=record.text("purpose"), answer=record.text("answer"))
    return _entry(record, "asked_at", what, words)


def _relation(record: Record, words: Words) -> Entry:
    what = f"{relation_words(record.text('relation'))} {record.labels.get('other', '')}".strip()
    return _entry(record, "from_at", what, words)


def _transfer(record: Record, words: Words) -> Entry:
    what = tr("Transfer {number}", number=record.labels.get("transfer", ""))
    return _entry(record, "departed_at", what, words)


def _same_as(record: Record, words: Words) -> Entry:
    other = record.labels.get("other", "")
    same = record.text("verdict") == "same"
    what = tr("The same person as {number}", number=other) if same else tr(
        "Not the same person as {number}", number=other
    )  # fmt: skip
    return _entry(record, "decided_at", what, words)


_SAY: dict[str, Callable[[Record, Words], Entry]] = {
    "travel_document": _document,
    "stay": _stay,
    "movement": _movement,
    "service": _service,
    "card": _card,
    "flag": _flag,
    "bed_need": _bed_need,
    "consent": _consent,
    "relation": _relation,
    "transfer_line": _transfer,
    "same_as": _same_as,
}
