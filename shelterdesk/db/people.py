"""Finding people: by what is typed (names, numbers, papers, tokens), as short lines in the order wanted."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from shelterdesk.core.names import QueryToken, display_name, query_tokens
from shelterdesk.core.number import BadNumber, Counted, check_character, parse_number
from shelterdesk.core.people import age_words, document_key
from shelterdesk.db.connection import Connection, in_parts
from shelterdesk.db.search import matches
from shelterdesk.db.store import Reader
from shelterdesk.db.tables import text_list

_TABLES = {Counted.PERSON: "person", Counted.HOUSEHOLD: "household", Counted.TOKEN: "arrival_group"}
_UNCHECKED = re.compile(r"(?:([A-Z]{2,6}[1-9][0-9A-Z]*)-)?([HT]?)([0-9]{1,12})")
_BEGUN = re.compile(r"[A-Z]{2,6}[1-9][0-9A-Z]*-[HT]?[0-9]*(?:-[0-9A-Z]?)?")
_ENTITY = re.compile(r"[0-9a-f]{32}")


@dataclass(frozen=True, slots=True)
class PersonLine:
    """A person in a list. ``birth`` is the stored text, ``place`` the code of where they are lodged now."""

    ent: str
    number: str
    name: str
    sex: str | None
    birth: str | None
    age_text: str
    nationality: tuple[str, ...]
    household: str | None
    place: str | None
    is_present: bool


def is_entity(said: str) -> bool:
    """Whether a text is the id of a record, and not a number that people read."""
    return _ENTITY.fullmatch(said) is not None


def entity_of(
    conn: Connection, counted: Counted, said: str, prefix: str, *, voided: bool = False
) -> bytes | None:
    """The person, household or arrival group of a number as typed, or of an id (32 hex digits).

    Where two records carry the same number (desks cloned apart), the one entered first is taken. Voided
    records are found only when asked for. Raises ``BadNumber`` for a text that is no number.
    """
    table, clean = _TABLES[counted], said.strip()
    alive = "1" if voided else "void IS NULL"
    if is_entity(clean):
        row = conn.execute(
            f"SELECT ent FROM {table} WHERE ent = ? AND {alive}", (bytes.fromhex(clean),)
        ).fetchone()
        return None if row is None else bytes(row[0])
    number = parse_number(clean, prefix)
    if number.counted is not counted:
        return None
    row = conn.execute(
        f"SELECT ent FROM {table} WHERE number = ? AND {alive} ORDER BY void IS NOT NULL, entered_ms, ent",
        (str(number),),
    ).fetchone()
    return None if row is None else bytes(row[0])


def number_of(conn: Connection, counted: Counted, ent: bytes) -> str:
    """The number of a person, household or arrival group, also of a voided one; empty for one that has none."""
    row = conn.execute(f"SELECT number FROM {_TABLES[counted]} WHERE ent = ?", (ent,)).fetchone()
    return "" if row is None else str(row[0] or "")


def find_people(reader: Reader, text: str, on: date, limit: int = 20) -> list[PersonLine]:
    """People who answer to what was typed so far, best first, at most ``limit``.

    Numbers (of a person, household or token, whole, begun or without their check character) and document
    numbers come first. Then names: spelt as typed before those that only sound alike, people present before
    others, a surname that begins as typed before other names, newest first.
    """
    conn = reader.conn
    found = dict.fromkeys(_by_code(conn, text, reader.who.slot, limit))
    if len(found) < limit:
        found.update(dict.fromkeys(_by_name(conn, query_tokens(text))))
    return lines_of(conn, list(found)[:limit], on)


def _by_code(conn: Connection, text: str, prefix: str, limit: int) -> list[bytes]:
    if not any(sign.isdigit() for sign in text):
        return []
    found: list[bytes] = []
    clean = re.sub(r"[\s\u2010-\u2015\u2212_.-]+", "-", text.strip().upper()).strip("-")
    for number in (_checked(text, prefix), _completed(clean, prefix)):
        if number is not None:
            found += _of_number(conn, *number, limit)
    if not found and _BEGUN.fullmatch(clean):
        found += [
            row[0]
            for row in conn.execute(
                "SELECT ent FROM person WHERE number >= ? AND number < ? AND void IS NULL"
                " ORDER BY number LIMIT ?",
                (clean, clean + "\uffff", limit),
            )
        ]
    key = document_key(text)
    if len(key) >= 4:
        found += [
            row[0]
            for row in conn.execute(
                "SELECT person FROM travel_document WHERE document_number = ? AND void IS NULL"
                " AND person IN (SELECT ent FROM person WHERE void IS NULL) ORDER BY entered_ms DESC LIMIT ?",
                (key, limit),
            )
        ]
    return found


def _checked(text: str, prefix: str) -> tuple[Counted, str] | None:
    """A whole number, or the end of one of this desk's: ``42-B``, also ``42B``."""
    bare = text.strip()
    for said in (bare, f"{bare[:-1]}-{bare[-1:]}") if bare[-1:].isalpha() else (bare,):
        try:
            number = parse_number(said, prefix)
        except BadNumber:
            continue
        return number.counted, str(number)
    return None


def _completed(clean: str, prefix: str) -> tuple[Counted, str] | None:
    """A number typed without its check character, ``LB1-42`` or just ``42`` for one of this desk."""
    match = _UNCHECKED.fullmatch(clean)
    if match is None or not int(match[3]):
        return None
    counted = Counted(match[2] or "P")
    digits = f"{int(match[3]):0{6 if counted is Counted.PERSON else 4}}"
    body = f"{match[1] or prefix}-{match[2]}{digits}"
    return counted, f"{body}-{check_character(body.replace('-', ''))}"


def _of_number(conn: Connection, counted: Counted, number: str, limit: int) -> list[bytes]:
    if counted is Counted.PERSON:
        sql = "SELECT ent FROM person WHERE number = ? AND void IS NULL LIMIT ?"
    elif counted is Counted.HOUSEHOLD:
        sql = (
            "SELECT m.person FROM household h JOIN membership m ON m.household = h.ent"
            " JOIN person p ON p.ent = m.person WHERE h.number = ? AND h.void IS NULL AND m.void IS NULL"
            " AND p.void IS NULL AND m.to_at IS NULL"
            " ORDER BY coalesce(m.role, '') <> 'HEAD', m.entered_ms, m.ent LIMIT ?"
        )
    else:
        sql = (
            "SELECT p.ent FROM arrival_group g JOIN person p ON p.arrival_group = g.ent"
            " WHERE g.number = ? AND g.void IS NULL AND p.void IS NULL ORDER BY p.entered_ms, p.ent LIMIT ?"
        )
    return [bytes(row[0]) for row in conn.execute(sql, (number, limit))]


def _by_name(conn: Connection, tokens: Sequence[QueryToken]) -> list[bytes]:
    found = matches(conn, tokens)
    present: set[bytes] = set()
    for marks, part in in_parts([match.ent for match in found]):
        present.update(
            row[0]
            for row in conn.execute(
                f"SELECT person FROM presence WHERE person IN ({marks}) AND to_ms IS NULL", part
            )
        )
    ranked = []
    for newness, match in enumerate(found):
        keys, words = match.key.split(), match.family.split()
        is_guess = not all(any(k.startswith(t.prefix) for k in keys) for t in tokens)
        is_other = not any(word.startswith(t.prefix) for word in words for t in tokens)
        ranked.append(((is_guess, match.ent not in present, is_other, newness), match.ent))
    return [ent for _, ent in sorted(ranked)]


def lines_of(conn: Connection, ents: Sequence[bytes], on: date) -> list[PersonLine]:
    """The lines of some people in the order given; ``on`` is the local day ages are told for."""
    ready: dict[bytes, PersonLine] = {}
    for marks, part in in_parts(ents):
        households = dict(conn.execute(_HOUSEHOLDS.format(marks=marks), part).fetchall())
        places = dict(conn.execute(_PLACES.format(marks=marks), part).fetchall())
        for ent, number, surnames, given, native, sex, birth, nationality, here in conn.execute(
            "SELECT ent, number, surnames, given, name_native, sex, birth, nationality, EXISTS (SELECT 1 FROM"
            " presence i WHERE i.person = person.ent AND i.to_ms IS NULL) FROM person"
            f" WHERE ent IN ({marks}) AND void IS NULL",
            part,
        ):
            ready[ent] = PersonLine(
                ent=ent.hex(),
                number=number or "",
                name=display_name(surnames or "", given or "", native or ""),
                sex=sex,
                birth=birth,
                age_text=age_words(birth, on),
                nationality=text_list(nationality),
                household=households.get(ent),
                place=places.get(ent),
                is_present=bool(here),
            )
    return [ready[ent] for ent in ents if ent in ready]


# Of two memberships or stays that overlap, the later one is shown in a line; the page shows both.
_HOUSEHOLDS = (
    "SELECT m.person, h.number FROM membership m JOIN household h ON h.ent = m.household"
    " WHERE m.person IN ({marks}) AND m.void IS NULL AND h.void IS NULL AND m.to_at IS NULL"
    " ORDER BY m.entered_ms, m.ent"
)
_PLACES = (
    "SELECT s.person, p.code FROM stay s JOIN place p ON p.ent = s.place"
    " WHERE s.person IN ({marks}) AND s.void IS NULL AND s.to_at IS NULL ORDER BY s.from_at_ms, s.ent"
)
