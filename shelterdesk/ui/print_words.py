"""What is said of papers on their way to a printer."""

from __future__ import annotations

from shelterdesk.core.errors import WorldError
from shelterdesk.core.paper_kinds import may_be_fitted
from shelterdesk.core.print_jobs import Print, PrintState, Why, why_said
from shelterdesk.core.words import ntr, ptr, tr
from shelterdesk.ui.print_outcome import Outcome
from shelterdesk.ui.widgets.key_hint import key_words
from shelterdesk.ui.widgets.tone import Tone

WAITING_KEY = "Ctrl+Shift+W"


def where_they_wait() -> str:
    """Where papers that were not printed are found."""
    return tr("Sheets, Waiting prints ({key})", key=key_words(WAITING_KEY))


def held_said(fault: WorldError) -> str:
    """Why a paper was held, and where it is now."""
    return tr("{why} It is in {place}.", why=fault.sentence, place=where_they_wait())


def outcome_said(outcome: Outcome) -> tuple[str, Tone]:
    """How a print went: the pages that went to a printer, the file, or why it waits and where."""
    one, job = outcome.one, outcome.one.job
    if outcome.is_printed and job.folder:
        return tr("Saved: {path}", path=outcome.where), Tone.OK
    if outcome.is_printed:
        return ntr(
            "{n} page went to the printer {name}.", "{n} pages went to the printer {name}.",
            outcome.pages, name=outcome.where,
        ), Tone.OK  # fmt: skip
    if outcome.fault is None:
        return tr("{papers} will be printed after those before.", papers=job.words()), Tone.OK
    if one.state is PrintState.WAITING and one.is_kept:
        return (
            tr("{why} It waits in {place} and is printed by itself.",
               why=outcome.fault.sentence, place=where_they_wait()),
            Tone.WARN,
        )  # fmt: skip
    if one.state is PrintState.WAITING:
        return (
            tr(
                "{why} There was no room to keep it: print it or save it as a PDF before the program is closed ({place}).",
                why=outcome.fault.sentence, place=where_they_wait(),
            ),
            Tone.BAD,
        )  # fmt: skip
    if job.why is Why.SIZE:
        return f"{outcome.fault.sentence} {size_step(one)}", Tone.WARN
    if job.why is Why.STOPPED:
        return f"{outcome.fault.sentence} {outcome.fault.next_step}", Tone.WARN
    return held_said(outcome.fault), Tone.BAD


def size_step(one: Print) -> str:
    """What to do where a printer lacks a size."""
    if may_be_fitted(one.job.kind):
        return tr("Choose another size or printer, or print it made to fit. Nothing was printed.")
    return tr(
        "Choose another size or printer: what is cut or worn is never made smaller. Nothing was printed."
    )


def state_words(one: Print) -> tuple[str, Tone]:
    """How a paper stands, in a word or two."""
    if one.state is PrintState.PRINTED:
        return ptr("paper", "printed"), Tone.OK
    if one.state is PrintState.PRINTING:
        return tr("being printed"), Tone.NEUTRAL
    if one.state is PrintState.HELD:
        return {
            Why.STOPPED: tr("stopped"),
            Why.CUT_SHORT: tr("broke off"),
            Why.SIZE: tr("size missing"),
            Why.DAMAGED: tr("damaged"),
            Why.LATE: tr("waited long"),
        }.get(one.job.why, tr("to look at")), Tone.BAD
    if one.job.why is Why.NONE:
        return tr("in its turn"), Tone.NEUTRAL
    return {
        Why.NO_PRINTER: tr("no printer"),
        Why.NO_FOLDER: tr("no folder"),
    }.get(one.job.why, tr("printer off")), Tone.WARN


def explained(one: Print) -> str:
    """Why it stands still and what to do, or what can be done with it."""
    said = why_said(one.job)
    if not one.is_kept:
        lost = tr("It is held only until the program is closed: there was no room to keep it.")
        said = f"{said} {lost}".strip()
    if one.state is PrintState.PRINTED:
        return tr("Printed. After a jam the pages that are missing can be printed again.")
    return said or tr("It is printed after those before it.")
