"""What a station holds of a person in the open, as a page handed to that person and to nobody else."""

from __future__ import annotations

from dataclasses import dataclass

from shelterdesk.core.house_lists import PaperFacts
from shelterdesk.core.paper_words import PaperWords

Said = tuple[str, str]
"""What something is called, and its value in words."""


@dataclass(frozen=True, slots=True)
class OwnRecord:
    """The one paper that shows a person's document (:data:`shelterdesk.core.paper_rules.NEVER_ON_PAPER` forbids it elsewhere).

    It is handed to the person it is about, whose right it is to see it (DOMAIN §6, *access & transparency*). All values
    are in words. ``headline`` is in the person's own language, where there is one.
    """

    facts: PaperFacts
    number: str
    name: str
    headline: PaperWords | None
    about: tuple[Said, ...]
    documents: tuple[Said, ...]
    stays: tuple[Said, ...]
    services: tuple[Said, ...]
    consents: tuple[Said, ...]
