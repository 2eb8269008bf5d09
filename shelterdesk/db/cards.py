"""Cards as they are known: by serial, by bearer, which are good no more, and what a new one will show."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from shelterdesk.core.birth import Birth, age_range, is_minor
from shelterdesk.core.people import birth_of
from shelterdesk.db.connection import Connection, in_parts
from shelterdesk.db.tables import text_list

SMALL_UNTIL = 5
"""A child under this age may wear a wristband in the place of a card."""


@dataclass(frozen=True, slots=True)
class CardRow:
    """One card. ``signed_by`` is the key id (12 hex digits), ``serial`` that desk's own number of it."""

    ent: str
    serial: int
    signed_by: str
    person: str | None
    arrival_group: str | None
    printed_at: str | None
    bound_at: str | None
    revoked_at: str | None
    revoked_reason: str | None
    replaced_by: str | None
    expires_on: str | None

    @property
    def card(self) -> tuple[str, int]:
        """Key id and serial: what names a card everywhere."""
        return self.signed_by, self.serial

    @property
    def is_bound(self) -> bool:
        """Whether it is somebody's."""
        return self.person is not None or self.arrival_group is not None


_CARD = (
    "SELECT ent, serial, signed_by, person, arrival_group, printed_at, bound_at, revoked_at, revoked_reason,"
    " replaced_by, expires_on FROM card WHERE void IS NULL AND serial IS NOT NULL AND signed_by IS NOT NULL"
)


def _card(row: Sequence[Any]) -> CardRow:
    ent, serial, signed_by, person, group, printed, bound, revoked, why, replaced, expires = row
    return CardRow(
        ent.hex(),
        int(serial),
        str(signed_by),
        None if person is None else person.hex(),
        None if group is None else group.hex(),
        printed,
        bound,
        revoked,
        why,
        None if replaced is None else replaced.hex(),
        expires,
    )


def card_numbered(conn: Connection, signed_by: str, serial: int) -> CardRow | None:
    """The card of a key id and serial; None when its printing is not known here (yet)."""
    row = conn.execute(
        f"{_CARD} AND serial = ? AND signed_by = ? ORDER BY ent", (serial, signed_by)
    ).fetchone()
    return None if row is None else _card(row)


def was_taken_back(conn: Connection, signed_by: str, serial: int) -> bool:
    """Whether the printing of a card was taken back: it is on paper all the same, and good for nobody."""
    row = conn.execute(
        "SELECT max(void IS NULL) FROM card WHERE serial = ? AND signed_by = ?", (serial, signed_by)
    ).fetchone()
    return bool(row[0] == 0)


def good_cards(
    conn: Connection, column: str, bearers: Sequence[str], on: date | None = None
) -> dict[str, list[CardRow]]:
    """Cards not revoked of some people (``column`` person) or groups (arrival_group), by their ids.

    With a day ``on`` only those that have not expired by then; without one all, as a new card ends them all.
    """
    if column not in ("person", "arrival_group"):
        raise ValueError(column)
    found: dict[str, list[CardRow]] = {}
    for marks, part in in_parts([bytes.fromhex(ent) for ent in bearers]):
        for row in conn.execute(
            f"{_CARD} AND {column} IN ({marks}) AND revoked_at IS NULL AND coalesce(expires_on, '9') >= ? ORDER BY ent",
            (*part, "" if on is None else on.isoformat()),
        ):
            card = _card(row)
            bearer = card.person if column == "person" else card.arrival_group
            found.setdefault(bearer or "", []).append(card)
    return found


def unbound_cards(conn: Connection, on: date) -> int:
    """How many cards printed ahead are nobody's yet and still good on a day."""
    row = conn.execute(
        "SELECT count(*) FROM card WHERE void IS NULL AND person IS NULL AND arrival_group IS NULL"
        " AND revoked_at IS NULL AND serial IS NOT NULL AND coalesce(expires_on, '9') >= ?",
        (on.isoformat(),),
    ).fetchone()
    return int(row[0])


def revoked_cards(conn: Connection, on: date) -> set[tuple[str, int]]:
    """Cards revoked here, or whose printing was taken back, that would still be good on a day otherwise; the list
    others need (SYNC §1.0)."""
    return {
        (str(signed_by), int(serial))
        for signed_by, serial in conn.execute(
            "SELECT signed_by, serial FROM card WHERE (revoked_at IS NOT NULL OR void IS NOT NULL)"
            " AND signed_by IS NOT NULL AND serial IS NOT NULL AND coalesce(expires_on, '9') >= ?",
            (on.isoformat(),),
        )
    }


@dataclass(frozen=True, slots=True)
class CardFacts:
    """What a person's card is made of. ``is_child`` and ``is_small`` (under five) None in doubt.

    ``group_size`` counts the family in the house.
    """

    ent: str
    number: str
    given: str
    is_child: bool | None
    is_small: bool | None
    place: str | None
    group_size: int
    language: str | None


def card_facts(conn: Connection, persons: Sequence[bytes], on: date) -> list[CardFacts]:
    """The facts of some people in the order given; unknown and voided ones are left out."""
    sizes: dict[bytes, int] = {}
    places: dict[bytes, str] = {}
    people: dict[bytes, CardFacts] = {}
    for marks, part in in_parts(persons):
        # Of two families joined apart the one joined last counts, as on the screens.
        homes = dict(
            conn.execute(
                "SELECT m.person, m.household FROM membership m JOIN household h ON h.ent = m.household"
                f" WHERE m.person IN ({marks}) AND m.void IS NULL AND m.to_at IS NULL AND h.void IS NULL"
                " ORDER BY m.entered_ms, m.ent",
                part,
            ).fetchall()
        )
        counts = _present_members(conn, sorted(set(homes.values())))
        sizes.update({person: counts.get(home, 1) for person, home in homes.items()})
        places.update(
            conn.execute(
                "SELECT s.person, p.code FROM stay s JOIN place p ON p.ent = s.place"
                f" WHERE s.person IN ({marks}) AND s.void IS NULL AND s.to_at IS NULL"
                " ORDER BY coalesce(s.from_at_ms, s.entered_ms), s.ent",
                part,
            ).fetchall()
        )
        for ent, number, given, birth, languages in conn.execute(
            f"SELECT ent, number, given, birth, languages FROM person WHERE ent IN ({marks})"
            " AND void IS NULL",
            part,
        ):
            spoken = [one for one in text_list(languages) if one]
            people[bytes(ent)] = CardFacts(
                ent.hex(),
                number or "",
                given or "",
                is_minor(birth_of(birth), on),
                _is_small(birth_of(birth), on),
                places.get(ent),
                max(1, sizes.get(ent, 1)),
                spoken[0] if spoken else None,
            )
    return [people[person] for person in persons if person in people]


def _is_small(birth: Birth, on: date) -> bool | None:
    ages = age_range(birth, on)
    if ages is None or ages[0] < SMALL_UNTIL <= ages[1]:
        return None
    return ages[1] < SMALL_UNTIL


def _present_members(conn: Connection, households: Sequence[bytes]) -> dict[bytes, int]:
    """How many of each household are in the house now."""
    found: dict[bytes, int] = {}
    for marks, part in in_parts(households):
        for household, count in conn.execute(
            "SELECT m.household, count(DISTINCT m.person) FROM membership m"
            " JOIN presence i ON i.person = m.person"
            f" WHERE m.household IN ({marks}) AND m.void IS NULL AND m.to_at IS NULL AND i.to_ms IS NULL"
            " GROUP BY m.household",
            part,
        ):
            found[bytes(household)] = int(count)
    return found
