"""The days of one person as a line of entries: what happened, when, and who wrote it down."""

from __future__ import annotations

from dataclasses import dataclass

from shelterdesk.core.vocabulary import MovementKind
from shelterdesk.core.words import tr


@dataclass(frozen=True, slots=True)
class TimelineEntry:
    """Something that happened: ``at`` is the stored moment, ``event`` which side of the record it is.

    ``label`` names the place, service, card or flag it was about; ``by`` is the user who entered it.
    """

    at_ms: int
    at: str
    kind: str
    event: str
    ent: str
    label: str
    by: str
    entered_ms: int

    @property
    def words(self) -> str:
        """The entry as a sentence, in the language now spoken."""
        if self.kind == "movement":
            return _movement(self.event, self.label)
        return _sentence(self.kind, self.event, self.label)


def _movement(event: str, label: str) -> str:
    known = {
        MovementKind.IN.value: lambda: tr("Came in through the gate"),
        MovementKind.OUT.value: lambda: tr("Went out through the gate"),
        MovementKind.SEEN.value: lambda: tr("Seen"),
        MovementKind.NOT_FOUND.value: lambda: tr("Not found"),
        MovementKind.ABSENT.value: lambda: tr("Left without notice"),
        MovementKind.RETURNED.value: lambda: tr("Came back"),
        MovementKind.DEPARTED_BUS.value: lambda: tr("Left by bus"),
        MovementKind.DEPARTED_OTHER.value: lambda: tr("Left"),
        MovementKind.DIED.value: lambda: tr("Died"),
        MovementKind.MOVED_IN.value: lambda: tr("Moved in from another station"),
        MovementKind.MOVED_OUT.value: lambda: tr("Moved to another station"),
    }
    said = known[event]() if event in known else event
    return f"{said}: {label}" if label else said


def _sentence(kind: str, event: str, label: str) -> str:
    sentences = {
        ("person", "arrived_at"): lambda: tr("Arrived"),
        ("person", "entered"): lambda: tr("Registered"),
        ("membership", "from_at"): lambda: tr("Joined the family {label}", label=label),
        ("membership", "to_at"): lambda: tr("Left the family {label}", label=label),
        ("stay", "from_at"): lambda: tr("Lodged in {label}", label=label),
        ("stay", "to_at"): lambda: tr("Left {label}", label=label),
        ("service", "happened_at"): lambda: tr("Received {label}", label=label),
        ("card", "printed_at"): lambda: tr("Card {label} printed", label=label),
        ("card", "bound_at"): lambda: tr("Card {label} given", label=label),
        ("card", "revoked_at"): lambda: tr("Card {label} no longer valid", label=label),
        ("flag", "from_at"): lambda: tr("Flag set: {label}", label=label),
        ("flag", "to_at"): lambda: tr("Flag lifted: {label}", label=label),
        ("bed_need", "from_at"): lambda: tr("Bed need noted: {label}", label=label),
        ("bed_need", "to_at"): lambda: tr("Bed need ended: {label}", label=label),
        ("travel_document", "seen_at"): lambda: tr("Document seen: {label}", label=label),
        ("consent", "asked_at"): lambda: tr("Asked for consent: {label}", label=label),
        ("consent", "withdrawn_at"): lambda: tr("Consent withdrawn: {label}", label=label),
        ("transfer_line", "boarded_at"): lambda: tr("Boarded {label}", label=label),
        ("transfer_line", "departed_at"): lambda: tr("Departed with {label}", label=label),
        ("transfer_line", "arrived_at"): lambda: tr("Arrived with {label}", label=label),
        ("same_as", "decided_at"): lambda: tr(
            "Decided whether this is the same person as {label}", label=label
        ),
    }
    say = sentences.get((kind, event))
    return say() if say is not None else f"{kind} {event} {label}".strip()
