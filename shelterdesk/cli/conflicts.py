"""Commands for what two desks wrote apart: the list, and the choice that settles it."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

import click

from shelterdesk.actions.conflicts import (
    Answer,
    ConflictLine,
    Told,
    answers_of,
    conflict_named,
    every_conflict,
    list_conflicts,
    settle_anew,
    take_back_choice,
)
from shelterdesk.actions.conflicts import settle as settle_by
from shelterdesk.actions.desk import Desk
from shelterdesk.cli.people import reading
from shelterdesk.cli.ways import Ways, data, out, say
from shelterdesk.core.conflict_words import (
    answer_words,
    at_words,
    field_words,
    severity_words,
    subject_words,
)
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
                by = "; ".join(_written_by(who, desk.who.zone, desk.store.now) for who in one.told)
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
        out(tr("Nothing was written apart. What was done twice stands in the window: Exchange, Done twice."))


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


def _written_by(who: Told, zone: str, now: datetime) -> str:
    """Who wrote an answer, at which desk and when by its clock, as the window says it."""
    at = at_words(who.at_ms, who.zone, zone, now)
    doubt = ", " + tr("clock in doubt") if who.clock_doubt else ""
    return f"{who.user}, {who.desk}, {at}{doubt}"


@click.command("settle")
@click.argument("record")
@click.argument("field")
@click.option("--take", type=int, help="The number of the answer in the list of conflicts.")
@click.option("--value", help="Another value than all of them, as JSON.")
@click.option("--kind", default="", help="The kind of record, where one id has several.")
@click.option("--undo", is_flag=True, help="Take the choice back: the answers stand side by side again.")
@click.pass_obj
def settle(
    ways: Ways, record: str, field: str, take: int | None, value: str | None, kind: str, undo: bool
) -> None:
    """Choose between what two desks wrote apart; the other answers stay in the history.

    RECORD is the id, the number or the code that the list shows, FIELD the name or the words it shows.
    """
    if (take is not None) + (value is not None) + undo != 1:
        raise click.UsageError(tr("Give --take N or --value JSON, or --undo."))
    with ways.desk() as desk:
        if undo:
            take_back_choice(desk, record.strip(), field, kind)
            say(tr("Taken back: the answers stand side by side again, see conflicts."))
            return
        with reading(desk) as reader:
            line = conflict_named(desk, reader, record, field, kind)
            told = answers_of(desk, reader, line)
            if value is not None:
                chosen: Any = _json(value)
                settle_anew(desk, line.row, chosen)
                label = None
            else:
                if take is None or not 0 < take <= len(told):
                    raise Refused(
                        tr("There is no answer {n}.", n=take or 0), tr("There are {n}.", n=len(told))
                    )
                chosen, label = told[take - 1].value, told[take - 1].label
                settle_by(desk, line.row, told[take - 1].raw, [one.raw for one in told])
            _say_settled(line, told, answer_words(line.kind, line.field, chosen, label, desk.who.zone), desk)


def _say_settled(line: ConflictLine, told: tuple[Answer, ...], chosen: str, desk: Desk) -> None:
    """Whose record, which field, what holds now and what held before; and the way back."""
    before = (answer_words(line.kind, line.field, one.value, one.label, desk.who.zone) for one in told)
    others = ", ".join(dict.fromkeys(said for said in before if said != chosen)) or "–"
    say(
        tr(
            "Settled: {whose} · {field}: {value} (in the history: {others}).",
            whose=subject_words(line.subject),
            field=field_words(line.kind, line.field),
            value=chosen,
            others=others,
        )
    )
    back = f"settle {line.ent} {line.field} --kind {line.kind} --undo"
    say(tr("It is taken back with: {command}", command=back))


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        raise click.UsageError(tr("--value is no JSON; a text stands in quotes: '\"Ana\"'.")) from None


def add_to(root: click.Group) -> None:
    """Hang these commands into the command line."""
    for command in (conflicts, settle):
        root.add_command(command)
