"""How many conflicts wait, calmly: a sign and a number where there is little room, words where there is more."""

from __future__ import annotations

from shelterdesk.core.severity import Severity
from shelterdesk.core.words import ntr
from shelterdesk.db.conflicts import Counts
from shelterdesk.ui.widgets.tone import Tone

SIGNS = {Severity.CONFLICT: "!", Severity.PARALLEL: "≈"}
_MOST = 99


def grave_tone(grave: Severity) -> Tone:
    """The tone of a severity."""
    return Tone.BAD if grave is Severity.CONFLICT else Tone.WARN


def apart_words(apart: Counts) -> str:
    """Both severities in words, the graver first; nothing where nothing waits."""
    said = [
        ntr("{n} conflict", "{n} conflicts", apart.conflicts) if apart.conflicts else "",
        ntr("{n} parallel change", "{n} parallel changes", apart.parallel) if apart.parallel else "",
    ]
    return " · ".join(part for part in said if part)


def count_of(apart: Counts) -> tuple[str, Tone, str]:
    """Sign and number of the graver severity there is, its tone, and both in words; all empty for none."""
    grave = Severity.CONFLICT if apart.conflicts else Severity.PARALLEL
    many = apart.conflicts or apart.parallel
    mark = f"{SIGNS[grave]}{many if many <= _MOST else f'{_MOST}+'}" if many else ""
    return mark, grave_tone(grave), apart_words(apart)
