"""Saving a person, against a bare commit of one row into the same file; and what a person weighs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta
from pathlib import Path
from time import perf_counter

from bench.families import first_people
from bench.measure import Figure, Sizes, median, percentile
from bench.stations import NOW, SEED, copy_of, filled, opened
from shelterdesk.actions.clock import SetClock
from shelterdesk.actions.desk import Desk
from shelterdesk.actions.registration import register_family
from shelterdesk.core.people import Answer, DocumentForm, FamilyForm, IntakeAnswers, PersonForm
from shelterdesk.core.practice_people import PracticePerson
from shelterdesk.core.vocabulary import Missing

_ANSWERS = IntakeAnswers(Answer.NO, Answer.NO, Answer.YES, Answer.NO, Answer.NO, ("CR-AF",))
_TEXT = "x" * 200


def run(sizes: Sizes, out: Path, work: Path) -> Iterator[Figure]:
    """Promise: a saved person costs at most ten bare commits of one row."""
    base = filled(sizes.people, out=out)
    folder = copy_of(base, work / "saving")
    clock = SetClock(NOW)
    people = first_people(SEED + 1, 6 * sizes.saves)
    with opened(folder, clock) as desk:
        alone = [FamilyForm((form_of(one),)) for one in people[: sizes.saves]]
        ones, bare = save_each(desk, clock, alone)
        four = [
            FamilyForm(tuple(map(form_of, people[at : at + 4])))
            for at in range(sizes.saves, 5 * sizes.saves, 4)
        ]
        fours, _ = save_each(desk, clock, four)
    yield Figure(
        f"save a person among {base.people:,} (person, household, membership, paper, sealed answers), median",
        median(ones) * 1e3,
        "ms",
        "commit of one bare row, same file and connection, alternating",
        median(bare) * 1e3,
        most_times=10,
    )
    yield Figure(
        "save a person, p99", percentile(ones, 99) * 1e3, "ms", "bare commit, p99", percentile(bare, 99) * 1e3
    )
    yield Figure(
        "save a family of four, median", median(fours) * 1e3, "ms", "bare commit, median", median(bare) * 1e3
    )
    growth = (base.bytes_after - base.bytes_before) / base.people
    yield Figure(
        f"bytes of the file per person ({base.ops / base.people:.1f} changes each, sealed answers included)",
        growth,
        "bytes",
    )


def save_each(desk: Desk, clock: SetClock, families: Sequence[FamilyForm]) -> tuple[list[float], list[float]]:
    """Seconds of each registration and of a bare commit after each, on the same connection."""
    conn = desk.store.conn
    conn.execute("CREATE TABLE IF NOT EXISTS bare (id INTEGER PRIMARY KEY, said TEXT NOT NULL)")
    saved, bare = [], []
    for family in families:
        clock.forward(timedelta(seconds=20))
        began = perf_counter()
        register_family(desk, family)
        saved.append(perf_counter() - began)
        began = perf_counter()
        conn.execute("BEGIN IMMEDIATE")
        conn.execute("INSERT INTO bare (said) VALUES (?)", (_TEXT,))
        conn.execute("COMMIT")
        bare.append(perf_counter() - began)
    return saved, bare


def form_of(person: PracticePerson) -> PersonForm:
    """A practice person as the form of the desk holds them; nobody is head yet."""
    return PersonForm(
        surnames=person.surnames or Missing.UNKNOWN,
        given=person.given or Missing.UNKNOWN,
        name_native=person.name_native,
        single_name=person.single_name or None,
        sex=person.sex,
        birth=person.birth or person.birth_missing or Missing.NOT_ASKED,
        nationality=person.nationality,
        birth_country=person.birth_country,
        last_residence=person.last_residence,
        languages=person.languages,
        documents=tuple(
            DocumentForm(
                one.type,
                one.number or Missing.NOT_APPLICABLE,
                one.issuer,
                one.expiry or Missing.NOT_APPLICABLE,
                one.mrz,
            )
            for one in person.documents
        ),
        answers=_ANSWERS,
    )
