"""Forms for the intake on paper: tokens reserved for their slips, so that nobody else is given one of them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from importlib import resources
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from shelterdesk.actions.desk import Desk
from shelterdesk.actions.paper_facts import paper_facts
from shelterdesk.actions.registration import desk_slot
from shelterdesk.core.changes import Changes, Done
from shelterdesk.core.errors import BadField
from shelterdesk.core.kinds import ACCESS, ARRIVAL_GROUP
from shelterdesk.core.number import token_number
from shelterdesk.core.paper_words import PaperWords, paper_words
from shelterdesk.core.vocabulary import AccessKind, Missing
from shelterdesk.core.words import tr
from shelterdesk.db import meta
from shelterdesk.db.households import reserved_groups
from shelterdesk.db.store import Reader
from shelterdesk.reports.target import write_whole

if TYPE_CHECKING:
    from shelterdesk.reports.paper import PaperName

FORMS = "print intake forms"
MOST_FORMS = 200
"""Most forms at a time; each is a page and a token."""

FIRST_LANGUAGE = "es"


@dataclass(frozen=True, slots=True)
class FormsPrinted:
    """Forms written to the file ``path`` or, None, to memory, with the tokens reserved for them.

    ``left_out`` are sentences on what could not be set; ``undo`` gives the tokens up (the slips are worth nothing).
    """

    pages: int
    tokens: tuple[str, ...]
    left_out: tuple[str, ...]
    path: Path | None
    undo: tuple[bytes, ...]


def form_words() -> dict[str, PaperWords]:
    """The words of the form by language, as the program ships them. Raises ``DamagedFile``."""
    file = resources.files("shelterdesk.resources") / "vocabularies" / "intake_form.json"
    try:
        document: object = json.loads(file.read_text("utf-8"))
    except ValueError:
        document = None
    return paper_words(document)


def print_intake_forms(
    desk: Desk,
    many: int,
    out: Path | BinaryIO,
    *,
    second_language: str | None = None,
    paper: PaperName = "a4",
) -> Done[FormsPrinted]:
    """Print so many blank forms, each with a token of this desk on its slip that is reserved from now on.

    A token typed at the reception later is that family's: whoever is registered with it is its arrival group.
    Where the file cannot be written no token is reserved. Raises ``NotAllowed``, ``NotHere``, ``BadField`` for a
    number of forms or a language that cannot be, ``DiskFull``, ``CannotWrite``.
    """
    from shelterdesk.reports.intake_form import write_intake_forms

    desk.must(FORMS)
    desk.must_be_station()
    if not 0 < many <= MOST_FORMS:
        raise BadField("forms", tr("print from 1 to {n} forms at a time", n=MOST_FORMS))
    words = form_words()
    if second_language is not None and second_language not in words:
        known = ", ".join(words)
        raise BadField(
            "language", tr("the form does not speak this language"), tr("There are: {known}.", known=known)
        )
    second = words[second_language] if second_language not in (None, FIRST_LANGUAGE) else None
    tokens = _numbers(desk, many)
    reader = desk.reader()
    try:
        facts = paper_facts(reader, desk.clock.now(), desk.user.name)
    finally:
        reader.close()
    drawn = BytesIO()
    written = write_intake_forms(facts, tokens, words[FIRST_LANGUAGE], second, drawn, paper=paper)
    with desk.store.write(desk.user) as event:
        for token in tokens:
            # Not counted: it stands for nobody until somebody comes with its slip.
            values = {"number": token, "head_count": Missing.NOT_ASKED, "station": desk.who.station}
            event.create(ARRIVAL_GROUP, values)
        event.create(
            ACCESS,
            {
                "access": AccessKind.PRINTED.value,
                "subject_kind": "arrival_group",
                "happened_at": event.now,
                "detail": tr("intake forms"),
                "count": many,
            },
        )
        write_whole(out, drawn.getvalue())  # in here: what cannot be written reserves nothing
    events = event.written.events if event.written is not None else ()
    path = out if isinstance(out, Path) else None
    result = FormsPrinted(written.pages, tuple(tokens), tuple(written.left_out), path, events)
    return Done(result, Changes.of("arrival_group", "access"))


def reserved_tokens(reader: Reader) -> list[str]:
    """Tokens on slips of paper that nobody has come with yet."""
    return [group.number for group in reserved_groups(reader.conn)]


def _numbers(desk: Desk, many: int) -> list[str]:
    """Tokens about to be drawn: none is given twice, also where the printing fails."""
    slot = desk_slot(desk)
    with desk.store.transaction() as conn:
        counts = [meta.next_count(conn, "token") for _ in range(many)]
    return [token_number(desk.who.station, slot, count) for count in counts]
