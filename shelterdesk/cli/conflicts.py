"""Commands for what two desks wrote apart: the list, and the choice that settles it."""

from __future__ import annotations

import json
from typing import Any

import click

from shelterdesk.actions.conflicts import (
    Answer,
    ConflictLine,
    answers_of,
    conflict_named,
    every_conflict,
    list_conflicts,
    settle_anew,
)
from shelterdesk.actions.conflicts import settle as settle_by
from shelterdesk.cli.people import reading
from shelterdesk.cli.ways import Ways, data, out, say
from shelterdesk.core.conflict_words import answer_words, field_words, severity_words, subject_words
from shelterdesk.core.errors import Refused
from shelterdesk.core.moment import from_milliseconds, moment_text
from shelterdesk.core.words import ntr, tr


@click.command("conflicts")
@click.option("--json", "as_json", is_flag=True)
@click.pass_obj
def conflicts(ways: Ways, as_json: bool) -> None:
    """What two desks wrote apart and nobody has chosen between, gravest first."""
    with ways.desk() as desk, reading(desk) as reader:
        sealed = list_conflicts(desk, reader).counts.sealed
        many = 0
        for line in every_conflict(desk, reader):
            many += 1
            told = answers_of(desk, reader, line)
            if as_json:
                data(conflict_json(line, told))
                continue
            out(f"{severity_words(line.severity)} · {subject_words(line.subject)} · {line.ent} {line.field}")
            for at, one in enumerate(told, start=1):
                said = answer_words(line.kind, line.field, one.value, one.label, desk.who.zone)
                now = tr("shown now")
                mark = f" ({now})" if one.is_shown else ""
                by = "; ".join(f"{who.user}, {who.desk}, {_when(who.at_ms, who.zone)}" for who in one.told)
                out(f"  {at}. {field_words(line.kind, line.field)}: {said}{mark} · {by}")
    if sealed and as_json:
        data({"sealed": sealed})
    elif sealed:
        out(
            ntr(
                "{n} sealed entry has two versions; whoever holds its key chooses.",
                "{n} sealed entries have two versions; whoever holds their key chooses.",
                sealed,
            )
        )
    elif not many and not as_json:
        out(tr("Nothing was written apart."))


def conflict_json(line: ConflictLine, told: tuple[Answer, ...]) -> dict[str, Any]:
    """A conflict as plain values; ``take`` is what ``settle`` is told."""
    return {
        "id": line.ent,
        "kind": line.kind,
        "field": line.field,
        "severity": line.severity.name.lower(),
        "about": line.about.name.lower(),
        "person": line.subject.person or None,
        "number": line.subject.number or None,
        "name": line.subject.name or None,
        "place": line.subject.place or None,
        "household": line.subject.household or None,
        "answers": [_answer_json(at, one) for at, one in enumerate(told, start=1)],
    }


def _answer_json(take: int, one: Answer) -> dict[str, Any]:
    plain: dict[str, Any] = {"take": take, "value": one.value, "shown": one.is_shown}
    if one.label is not None:
        plain["label"] = one.label
    if one.apart:
        plain["changed"] = dict(one.apart)
    plain["by"] = [
        {
            "user": who.user,
            "desk": who.desk,
            "at": _when(who.at_ms, who.zone),
            **({"clock_doubt": True} if who.clock_doubt else {}),
        }
        for who in one.told
    ]
    return plain


def _when(at_ms: int, zone: str) -> str:
    return moment_text(from_milliseconds(at_ms), zone)


@click.command("settle")
@click.argument("entity")
@click.argument("field")
@click.option("--take", type=int, help="The number of the answer in the list of conflicts.")
@click.option("--value", help="Another value than all of them, as JSON.")
@click.option("--kind", default="", help="The kind of record, where one id has several.")
@click.pass_obj
def settle(ways: Ways, entity: str, field: str, take: int | None, value: str | None, kind: str) -> None:
    """Choose between what two desks wrote apart; the other answers stay in the history."""
    if (take is None) == (value is None):
        raise click.UsageError(tr("Give --take N or --value JSON."))
    with ways.desk() as desk, reading(desk) as reader:
        row = conflict_named(reader, entity, field, kind)
        if value is not None:
            settle_anew(desk, row, _json(value))
        else:
            lines = [one for one in list_conflicts(desk, reader, ent=entity).lines if one.row == row]
            told = answers_of(desk, reader, lines[0]) if lines else ()
            if take is None or not 0 < take <= len(told):
                raise Refused(tr("There is no answer {n}.", n=take or 0), tr("There are {n}.", n=len(told)))
            settle_by(desk, row, told[take - 1].raw, [one.raw for one in told])
    say(tr("Settled."))


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        raise click.UsageError(tr("--value is no JSON; a text stands in quotes: '\"Ana\"'.")) from None


def add_to(root: click.Group) -> None:
    """Hang these commands into the command line."""
    for command in (conflicts, settle):
        root.add_command(command)
