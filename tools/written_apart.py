"""The hour in which two desks of the practice station work apart, for the pictures of what stands twice."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from shelterdesk.actions.admission import admit, finish_join, join_request, read_admission
from shelterdesk.actions.clock import SetClock
from shelterdesk.actions.counter import serve
from shelterdesk.actions.demo import PASSPHRASE
from shelterdesk.actions.desk import Desk, open_desk
from shelterdesk.actions.exchange import export_bundle
from shelterdesk.actions.lodging import give_places
from shelterdesk.actions.people import find_people
from shelterdesk.actions.person_changes import add_document, edit_person, void_person
from shelterdesk.actions.taking_in import import_from
from shelterdesk.core.people import DocumentForm
from shelterdesk.core.vocabulary import DocumentType, Sex
from shelterdesk.db.people import PersonLine

APART: tuple[tuple[str, object, object], ...] = (
    ("birth", "1994-03-02", "1991-03-02"),
    ("sex", Sex.X, Sex.M),
    ("nationality", ("VEN",), ("COL", "VEN")),
    ("surnames", "Martínez Peña", "MARTINEZ PENA"),
    ("note", "Cojea un poco, prefiere cama baja", "Pregunta por su hermana en Bajo Chiquito"),
    ("given", "María José", "Marisol"),
    ("occupation", "panadera", "cocinera"),
)
"""What two desks write of the same people: field, here, there."""


def write_apart(folder: Path, clock: SetClock) -> None:
    """A second desk joins the table, both work apart for an hour, and a stick goes there and back."""
    station, second = folder / "station", folder / "second"
    request, reply = folder / "join.json", folder / "admitted.tar"
    join_request(second, request)
    desk = open_desk(station, "admin", PASSPHRASE, clock)
    try:
        admit(desk, request, reply)
        finish_join(second, reply, read_admission(second, reply).words, clock)
        other = open_desk(second, "supervisor", PASSPHRASE, clock)
        try:
            _write(desk, other, clock)
            for source, target in ((other, desk), (desk, other)):
                stick = folder / f"stick-{source.who.slot}"
                stick.mkdir()
                clock.forward(timedelta(minutes=3))
                export_bundle(source, stick, source.who.station)
                import_from(target, stick)
        finally:
            other.close()
    finally:
        desk.close()


def _write(desk: Desk, other: Desk, clock: SetClock) -> None:
    people = _people(desk)
    for who, answer in ((desk, 1), (other, 2)):
        for line, said in zip(people, APART, strict=False):
            clock.forward(timedelta(seconds=95))
            edit_person(who, line.number, {said[0]: said[answer]})
    twice = people[len(APART)]
    edit_person(other, twice.number, {"sex": Sex.X})
    void_person(desk, twice.number, "registrada dos veces")
    bed = next(line.place for line in people if line.place)
    for who, line in ((desk, people[-1]), (other, people[-2])):
        give_places(who, {line.ent: bed}, reason="cama libre")
    paper = DocumentForm(DocumentType.PASSPORT, "V1234567", "VEN")
    for who, line in ((desk, people[-3]), (other, people[-4])):
        add_document(who, line.number, paper)
    for who in (desk, other):
        clock.forward(timedelta(seconds=40))
        serve(who, "LUNCH", people[-5].number)


def _people(desk: Desk) -> list[PersonLine]:
    reader = desk.reader()
    try:
        return sorted(find_people(desk, reader, "ma"), key=lambda one: one.number)
    finally:
        reader.close()
