"""What the counter answers: the one word, its reason in a sentence, and what undoes it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from shelterdesk.core.counter import (
    Answer,
    Held,
    ServiceRule,
    Verdict,
)
from shelterdesk.core.moment import (
    from_milliseconds,
    moment_text,
)
from shelterdesk.core.role_words import role_words
from shelterdesk.core.vocabulary import Role
from shelterdesk.core.words import language, tr


@dataclass(frozen=True, slots=True)
class Served:
    """The counter's answer. ``record`` is the id of what was written, None when nothing was given.

    ``sentence`` and ``advice`` are in the language of the moment; ``previous`` is (service, local time,
    counter) of what stands in the way, ``until`` (RFC 9557) when the service is free again.
    """

    rule: ServiceRule
    answer: Answer
    zone: str
    person: str | None = None
    group: str | None = None
    number: str = ""
    name: str = ""
    portions: int = 1
    record: str | None = None
    flag: Held | None = None
    before: ServiceRule | None = None
    advice: tuple[str, ...] = ()
    undo: tuple[bytes, ...] = ()

    @property
    def verdict(self) -> Verdict:
        """The one word."""
        return self.answer.verdict

    @property
    def is_given(self) -> bool:
        """Whether it was given (and counted)."""
        return self.record is not None

    @property
    def previous(self) -> tuple[str, str, str] | None:
        """What was received before: name of the service, local hour, counter."""
        one = self.answer.previous
        if one is None:
            return None
        name = (self.before or self.rule).name(language())
        return name, f"{self._local(one.at_ms):%H:%M}", one.counter

    @property
    def until(self) -> str | None:
        """When the service is free again."""
        until = self.answer.until_ms
        return None if until is None else moment_text(from_milliseconds(until), self.zone)

    @property
    def sentence(self) -> str:
        """The reason in a sentence."""
        name = self.rule.name(language())
        if self.is_given:
            return tr("{service}: give it.", service=name)
        if self.verdict is Verdict.UNKNOWN:
            return tr("Not known here. Food and care are given all the same: count it without a name.")
        if self.verdict is Verdict.HELD_BACK and self.flag is not None:
            return tr(
                "{flag}. To be lifted by: {role}.",
                flag=self.flag.name,
                role=role_words(self.flag.lifted_by_role or Role.SUPERVISOR),
            )
        if self.previous is None:
            return tr("{service}: everybody of this token has received it.", service=name)
        before, hour, counter = self.previous
        said = tr(
            "{service} received {hour} at counter {counter}.", service=before, hour=hour, counter=counter
        )
        if self.verdict is Verdict.TOO_SOON and self.answer.until_ms is not None:
            said += " " + tr("Again from {time}.", time=f"{self._local(self.answer.until_ms):%Y-%m-%d %H:%M}")
        return said

    def _local(self, ms: int) -> datetime:
        return from_milliseconds(ms).astimezone(ZoneInfo(self.zone))


@dataclass(frozen=True, slots=True)
class FamilyServed:
    """Answers for each member ticked, in one event."""

    served: tuple[Served, ...]
    undo: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class AtCounter:
    """A member of a family at the counter: ``answer`` says whether they may still receive it."""

    person: str
    number: str
    name: str
    age_text: str
    is_present: bool
    was_scanned: bool
    answer: Served
