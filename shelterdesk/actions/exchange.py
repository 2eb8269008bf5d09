"""What leaves: one button writes what nobody confirmed yet and reads it back; receipts for those heard from."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from shelterdesk.actions.card_check import publish_revoked
from shelterdesk.actions.desk import Desk, sign_head
from shelterdesk.actions.taking_in import Cancelled, Progress
from shelterdesk.core.changes import Changes, Done
from shelterdesk.core.kinds import ACCESS
from shelterdesk.core.vocabulary import AccessKind
from shelterdesk.core.words import tr
from shelterdesk.sync import stick
from shelterdesk.sync.receipts import receipts_for
from shelterdesk.sync.sending import OFFICE, Sent, audience_of, send, write_receipts


@dataclass(frozen=True, slots=True)
class Exported:
    """What lies on the stick now, read back: parts, how many were written and how many were there already.

    ``events`` are all those in the parts; ``office_can_open`` is false until an office has adopted the station.
    """

    folder: str
    parts: tuple[Sent, ...]
    written: int
    already_there: int
    events: int
    size: int
    office_can_open: bool
    was_cancelled: bool

    @property
    def note(self) -> str:
        """What to know about it, empty when there is nothing."""
        if self.was_cancelled:
            return tr("Stopped: what is there is good, the rest was not written.")
        if not self.office_can_open:
            return tr("No office can open it yet: the station is not enrolled. Its own desks can.")
        return ""


def export_bundle(
    desk: Desk,
    target: Path,
    for_: str = OFFICE,
    progress: Progress | None = None,
    cancelled: Cancelled | None = None,
    *,
    everything: bool = False,
) -> Done[Exported]:
    """Write what the audience has not confirmed yet, for all authors of this table, and read it back.

    ``for_`` is ``office`` or a station's code; ``everything`` writes also what was confirmed. ``progress``
    hears (bytes done, bytes of all). Raises ``NotAllowed``, ``Refused``, ``StickFull``, ``StickPulled``,
    ``StickReadOnly``, ``StickLies``, ``NotOurs``.
    """
    desk.must("write a bundle")
    store = desk.store
    audience_of(store, for_, everything)
    ours = stick.our_folder(target)
    with store.write(desk.user) as event:
        event.create(
            ACCESS,
            {
                "access": AccessKind.EXPORTED.value,
                "subject_kind": "bundle",
                "happened_at": event.now,
                "detail": for_,
            },
        )
    listed = set() if desk.who.is_office else publish_revoked(desk)
    sign_head(store)
    sent, stopped = send(store, audience_of(store, for_, everything), ours, progress, cancelled)
    written = [part for part in sent if not part.was_there]
    result = Exported(
        str(ours),
        tuple(sent),
        len(written),
        len(sent) - len(written),
        sum(part.events for part in sent),
        sum(part.size for part in sent),
        store.roster.office is not None,
        stopped,
    )
    return Done(result, Changes(frozenset({"access", "status", *listed})))


@dataclass(frozen=True, slots=True)
class ReceiptsWritten:
    """Receipts written to a folder: file names."""

    folder: str
    names: tuple[str, ...]


def export_receipts(desk: Desk, target: Path) -> Done[ReceiptsWritten]:
    """Write receipts for every desk heard from (``SHELTERDESK/receipts``). Raises as :func:`export_bundle`."""
    desk.must("take in bundles")
    ours = stick.our_folder(target)
    receipts = [one for one in receipts_for(desk.store, None) if one.issuer != one.dev]
    names = write_receipts(desk.store, ours, receipts)
    return Done(ReceiptsWritten(str(ours / stick.RECEIPTS), tuple(names)), Changes.of("status"))
