"""The command that lists what is kept and does not count: entries by desk, who entered them and why, and parts of sticks."""

from __future__ import annotations

import click

from shelterdesk.actions.exchange_state import exchange_state
from shelterdesk.actions.peers import aside_entries
from shelterdesk.cli.people import reading
from shelterdesk.cli.ways import Ways, data, out, said_at
from shelterdesk.core.aside_words import aside_words
from shelterdesk.core.moment import from_milliseconds, moment_text
from shelterdesk.core.words import ntr, tr


@click.command("set-aside")
@click.option("--json", "as_json", is_flag=True)
@click.pass_obj
def set_aside(ways: Ways, as_json: bool) -> None:
    """What was set aside: entries that do not count yet and parts that could not be taken in, why, and what to do."""
    with ways.desk() as desk, reading(desk) as reader:
        found, parts, zone = aside_entries(reader), exchange_state(reader).left_out, desk.who.zone
    for one in found.groups:
        why, advice = aside_words(one.reason)
        if as_json:
            data(
                {
                    "entries": one.entries,
                    "desk": one.desk,
                    "user": one.user,
                    "code": one.reason,
                    "first": moment_text(from_milliseconds(one.first_ms), zone),
                    "last": moment_text(from_milliseconds(one.last_ms), zone),
                    "reason": why,
                    "advice": advice,
                }
            )
        else:
            many = ntr("{n} entry", "{n} entries", one.entries)
            since = tr("since {time}", time=said_at(one.first_ms, zone))
            out(f"{many} · {one.desk} · {one.user} · {since}: {why} {advice}")
    for part in parts:
        if as_json:
            data(
                {
                    "part": part.name,
                    "outcome": part.outcome,
                    "seen": moment_text(from_milliseconds(part.seen_ms), zone),
                    "reason": part.reason,
                    "advice": part.advice,
                }
            )
        else:
            seen = said_at(part.seen_ms, zone)
            named = tr("part {name}", name=part.name)
            out(f"{named} · {seen}: {part.reason} {part.advice}".strip())
    if found.newer_fields and as_json:
        data({"newer_fields": found.newer_fields, "newer_entries": found.newer_entries})
    elif found.newer_fields:
        out(
            ntr(
                "{n} field of a newer program is kept; it shows once the program is updated.",
                "{n} fields of a newer program are kept; they show once the program is updated.",
                found.newer_fields,
            )
        )
    if not (found.groups or parts or as_json):
        out(tr("Nothing is set aside."))


def add_to(root: click.Group) -> None:
    """Hang this command into the command line."""
    root.add_command(set_aside)
