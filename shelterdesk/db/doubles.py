"""Looking for the record somebody may have already: by the number of a paper, or by names and birth date.

Asked within every registration, so only rows that an index leads to are read.
"""

from __future__ import annotations

from zoneinfo import ZoneInfo

from shelterdesk.core.doubles import Double, Likeness, likeness_of, name_words
from shelterdesk.core.moment import from_milliseconds
from shelterdesk.core.people import DocumentForm, PersonForm
from shelterdesk.core.vocabulary import Missing, MovementKind
from shelterdesk.db.connection import Connection

_NEWEST = 20_000
"""Persons registered last among whom a namesake is looked for: some weeks of the busiest station, whose people stay days."""

_WORDS = 3
"""Words of a name, the longest, that lead to its bearers: each further one costs more than it leaves out."""

# A country that was not said, on either paper, is no difference. Who is here comes before who has left.
_OF_DOCUMENT = (
    "SELECT p.number, i.to_ms FROM travel_document d CROSS JOIN person p ON p.ent = d.person"
    " LEFT JOIN presence i ON i.person = p.ent AND i.n = (SELECT max(n) FROM presence WHERE person = p.ent)"
    " WHERE d.document_number = ?1 AND d.void IS NULL AND (d.issuer = ?2 OR d.issuer IS NULL OR ?2 IS NULL)"
    " AND p.void IS NULL AND p.number IS NOT NULL AND coalesce(i.how_out, '') <> ?3"
    " ORDER BY i.to_ms IS NOT NULL, i.to_ms DESC, d.entered_ms, d.ent LIMIT 1"
)
# The names lead and nothing else may: birth, sex and presence are read of those few that bear them.
_OF_NAME = (
    "SELECT p.number, p.surnames, p.given, p.name_native FROM person_search s"
    " CROSS JOIN person_key k ON k.id = s.rowid CROSS JOIN person p ON p.ent = k.ent"
    " WHERE s.person_search MATCH ? AND s.rowid > (SELECT max(id) FROM person_key) - ?"
    " AND p.birth = ? AND p.sex = ? AND p.void IS NULL AND p.number IS NOT NULL AND EXISTS (SELECT 1 FROM"
    " presence i WHERE i.person = p.ent AND i.to_ms IS NULL AND (i.station = ? OR i.station IS NULL))"
)


def double_of(conn: Connection, form: PersonForm, station: str, zone: ZoneInfo) -> Double | None:
    """The living person of a record here who may be the one in the form: by a paper, else by names if present.

    Names are asked only of somebody without a numbered paper: looking for them is a tenth of a save.
    """
    for paper in form.documents:
        found = _of_document(conn, paper, zone)
        if found is not None:
            return found
    if any(not isinstance(paper.number, Missing) for paper in form.documents):
        return None
    alike = likeness_of(form)
    return None if alike is None else _of_name(conn, alike, station)


def _of_document(conn: Connection, paper: DocumentForm, zone: ZoneInfo) -> Double | None:
    if isinstance(paper.number, Missing):
        return None
    issuer = None if isinstance(paper.issuer, Missing) else paper.issuer
    row = conn.execute(_OF_DOCUMENT, (paper.number, issuer, MovementKind.DIED.value)).fetchone()
    if row is None:
        return None
    number, left_ms = row
    left_on = None if left_ms is None else from_milliseconds(left_ms).astimezone(zone).date()
    return Double(number, by_document=True, left_on=left_on)


def _of_name(conn: Connection, alike: Likeness, station: str) -> Double | None:
    query = " ".join(f'"{word}"' for word in sorted(set(alike.words), key=len)[-_WORDS:])
    for number, surnames, given, native in conn.execute(
        _OF_NAME, (query, _NEWEST, alike.birth, alike.sex, station)
    ):
        if name_words(surnames or "", given or "", native or "") == alike.words:
            return Double(number, by_document=False)
    return None
