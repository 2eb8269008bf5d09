"""Invented families for practice stations: every script, every way of naming, every gap real papers have.

Given the same parts of names, the same random source and the same moment, the same people come out.
"""

from __future__ import annotations

import calendar
import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from shelterdesk.core.mrz_fields import compose_td1, compose_td3
from shelterdesk.core.practice_names import Culture, Name, name_child, name_grown_up, read_cultures
from shelterdesk.core.vocabulary import DocumentType, HouseholdRole, Missing, Relation, Sex

_GROWN_UP = 18
_PARENTS = (None, Relation.SPS, Relation.DOMPART)
_OTHER_RESIDENCES = ("COL", "PER", "CHL", "BRA", "ECU")


@dataclass(frozen=True)
class PracticeDocument:
    """A paper somebody shows; ``mrz`` is empty for one without a machine-readable zone."""

    type: DocumentType
    number: str
    issuer: str
    expiry: str | None
    mrz: str


@dataclass(frozen=True)
class PracticePerson:
    """One invented person as they would be registered; ``age`` in years is the truth behind ``birth``.

    ``birth`` is in its stored form, or None with the reason in ``birth_missing``.
    """

    surnames: str
    given: str
    name_native: str
    single_name: bool
    sex: Sex
    age: int
    birth: str | None
    birth_missing: Missing | None
    nationality: tuple[str, ...]
    birth_country: str
    last_residence: str
    languages: tuple[str, ...]
    role: HouseholdRole
    relation: Relation | None
    documents: tuple[PracticeDocument, ...]

    def to_json(self) -> dict[str, Any]:
        """The person as a line of ``person add``, without household, arrival and reference."""
        return {
            "surnames": self.surnames or None,
            "given": self.given or None,
            "name_native": self.name_native or None,
            "sex": self.sex.value,
            "birth": self.birth,
            "nationality": list(self.nationality),
            "birth_country": self.birth_country,
            "last_residence": self.last_residence,
            "languages": list(self.languages),
            "role": self.role.value,
            "relation": self.relation.value if self.relation else None,
            "documents": [
                {"type": one.type.value, "number": one.number, "issuer": one.issuer, "expiry": one.expiry}
                for one in self.documents
            ],
        }


@dataclass(frozen=True)
class PracticeFamily:
    """People who arrive together, the head first."""

    members: tuple[PracticePerson, ...]

    @property
    def head(self) -> PracticePerson:
        """The person who speaks for the family."""
        return self.members[0]


@dataclass(frozen=True)
class _Place:
    """One place in a family to be filled: who, how old, and how related to the head."""

    sex: Sex
    age: int
    relation: Relation | None


def families(names: Mapping[str, Any], rng: random.Random, now: datetime) -> Iterator[PracticeFamily]:
    """Families without end, as they would stand at the desk on the day of ``now``.

    ``names`` is the parsed ``resources/demo/names.json``: cultures with their weight, pattern of naming and
    parts of names, each part a Latin text or a pair of Latin and own script. Raises ``KeyError`` or
    ``ValueError`` for another shape.
    """
    cultures = read_cultures(names)
    weights = [culture.weight for culture in cultures]
    today = now.date()
    while True:
        [culture] = rng.choices(cultures, weights)
        yield _Family(culture, rng, today).members()


class _Family:
    """One family being made up."""

    def __init__(self, culture: Culture, rng: random.Random, today: date) -> None:
        self.culture, self.rng, self.today = culture, rng, today
        self.nationality = _weighted(rng, culture.nationalities)
        self.last_residence = self._last_residence()

    def members(self) -> PracticeFamily:
        places = self._places()
        names: list[Name] = []
        for place in places:
            names.append(self._name_of_its_own(place, places, names))
        both = zip(places, names, strict=True)
        people = (self._person(place, name, first=name is names[0]) for place, name in both)
        return PracticeFamily(tuple(people))

    def _name_of_its_own(self, place: _Place, places: Sequence[_Place], named: Sequence[Name]) -> Name:
        """A name whose first part nobody in the family bears yet, where the culture has enough of them."""
        taken = {name.given_parts[0] for name in named}
        name = self._name(place, places, named)
        for _ in range(20):
            if name.given_parts[0] not in taken:
                break
            name = self._name(place, places, named)
        return name

    def _places(self) -> list[_Place]:
        """Who travels: many alone, many couples with children, mothers, brothers, a child alone."""
        rng = self.rng
        shape = _weighted(rng, {"alone": 34, "couple": 10, "parents": 28, "mother": 14, "father": 4,
                                "siblings": 4, "grandmother": 3, "aunt": 2, "child": 1})  # fmt: skip
        age = rng.randint(19, 45)
        woman, man = Sex.F, Sex.M
        if shape == "alone":
            return [_Place(rng.choices((man, woman, Sex.X), (70, 29, 1))[0], rng.randint(18, 67), None)]
        if shape == "child":
            return [_Place(rng.choice((woman, man)), rng.randint(11, 17), None)]
        if shape == "siblings":
            younger = [(sex, max(13, age - rng.randint(1, 9))) for sex in rng.choices((woman, man), k=2)]
            return [_Place(man, age, None), *(_Place(sex, years, _sibling(sex)) for sex, years in younger)]
        if shape == "aunt":
            return [_Place(woman, age, None), *self._children(1, age + 4, Relation.NIECE, Relation.NEPHEW)]
        if shape == "grandmother":
            mother = _Place(woman, age, None)
            return [mother, _Place(woman, age + rng.randint(17, 28), Relation.MTH), *self._children(2, age)]
        if shape in ("mother", "father"):
            return [_Place(woman if shape == "mother" else man, age, None), *self._children(3, age)]
        bond = rng.choice((Relation.SPS, Relation.DOMPART))
        couple = [_Place(man, age, None), _Place(woman, max(18, age + rng.randint(-6, 4)), bond)]
        if rng.random() < 0.4:
            couple = [_Place(woman, couple[1].age, None), _Place(man, age, bond)]
        return couple if shape == "couple" else couple + self._children(4, min(one.age for one in couple))

    def _children(
        self, most: int, parent_age: int, girl: Relation = Relation.CHILD, boy: Relation = Relation.CHILD
    ) -> list[_Place]:
        """One to ``most`` children, the eldest born when the parent was at least 17."""
        oldest = max(0, min(17, parent_age - 17))
        ages = sorted((self.rng.randint(0, oldest) for _ in range(self.rng.randint(1, most))), reverse=True)
        sexes = self.rng.choices((Sex.F, Sex.M), k=len(ages))
        return [_Place(sex, age, girl if sex is Sex.F else boy) for sex, age in zip(sexes, ages, strict=True)]

    def _name(self, place: _Place, places: Sequence[_Place], named: Sequence[Name]) -> Name:
        culture, rng = self.culture, self.rng
        if place.relation in (Relation.BRO, Relation.SIS):
            return name_child(culture, rng, place.sex, siblings_of=named[0])
        if place.relation is not Relation.CHILD:
            return name_grown_up(culture, rng, place.sex)
        so_far = list(zip(places, named, strict=False))
        parents = {one.sex: name for one, name in so_far if one.relation in _PARENTS}
        elder = next((name for one, name in so_far if one.relation is Relation.CHILD), None)
        father, mother = parents.get(Sex.M), parents.get(Sex.F)
        return name_child(culture, rng, place.sex, father=father, mother=mother, siblings_of=elder)

    def _person(self, place: _Place, name: Name, *, first: bool) -> PracticePerson:
        rng, culture = self.rng, self.culture
        born_in = self.nationality
        if place.age < 9 and culture.children_born_in:
            born_in = rng.choice(culture.children_born_in)
        birth, missing = self._birth(place.age)
        surnames, given, native = name.surnames, name.given, name.native if rng.random() < 0.6 else ""
        if native and rng.random() < 0.08:
            surnames = given = ""
        papers = self._papers(place, name, birth)
        role = HouseholdRole.HEAD if first else HouseholdRole.MEMBER
        return PracticePerson(
            surnames=surnames,
            given=given,
            name_native=native,
            single_name=not (name.surnames and name.given),
            sex=place.sex,
            age=place.age,
            birth=birth,
            birth_missing=missing,
            nationality=(self.nationality, born_in) if born_in in ("BRA", "CHL") else (self.nationality,),
            birth_country=born_in,
            last_residence=self.last_residence,
            languages=tuple(culture.languages[: 1 if rng.random() < 0.7 else 2]),
            role=role,
            relation=place.relation,
            documents=papers,
        )

    def _last_residence(self) -> str:
        if self.culture.children_born_in:
            return self.rng.choice(self.culture.children_born_in)
        return self.nationality if self.rng.random() < 0.7 else self.rng.choice(_OTHER_RESIDENCES)

    def _birth(self, age: int) -> tuple[str | None, Missing | None]:
        """A birth in its stored form: mostly a day, sometimes less, sometimes only what is said."""
        rng = self.rng
        last = _years_before(self.today, age)
        first = _years_before(self.today, age + 1) + timedelta(days=1)
        born = first + timedelta(days=rng.randrange((last - first).days + 1))
        if rng.random() < self.culture.estimated:
            return f"~{self.today.year - age:04}/{self.today.isoformat()}", None
        kind = rng.random()
        if kind < 0.04:
            return None, rng.choice((Missing.UNKNOWN, Missing.NOT_ASKED, Missing.REFUSED))
        length = 4 if kind < 0.10 else 7 if kind < 0.15 else 10
        return born.isoformat()[:length], None

    def _papers(self, place: _Place, name: Name, birth: str | None) -> tuple[PracticeDocument, ...]:
        """A passport or card with its zone, a birth certificate, or what became of the papers."""
        rng, grown = self.rng, place.age >= _GROWN_UP
        if birth is None or birth.startswith("~") or rng.random() >= self.culture.documents:
            kinds = (DocumentType.NONE, DocumentType.LOST_IN_ROUTE, DocumentType.STOLEN)
            lost = rng.choices(kinds, (70, 25, 5))[0]
            return (PracticeDocument(lost, "", self.nationality, None, ""),) if grown else ()
        if not grown and rng.random() < 0.5:
            return (PracticeDocument(DocumentType.BIRTH_CERT, self._digits(8), self.nationality, None, ""),)
        expiry = self.today + timedelta(days=rng.randint(-900, 3200))
        card = self.nationality in ("ECU", "COL", "PER", "CUB") and rng.random() < 0.5
        number = self._digits(10) if card else rng.choice("ABCFGKPR") + self._digits(8)
        fields = {
            "issuer": self.nationality,
            "surnames": name.surnames,
            "given": name.given,
            "number": number,
            "nationality": self.nationality,
            "birth": birth[2:].replace("-", "").ljust(6, "<"),
            "sex": place.sex.value,
            "expiry": expiry.strftime("%y%m%d"),
        }
        kind = DocumentType.NATIONAL_ID if card else DocumentType.PASSPORT
        mrz = compose_td1(**fields) if card else compose_td3(**fields)
        return (PracticeDocument(kind, number, self.nationality, expiry.isoformat(), mrz),)

    def _digits(self, count: int) -> str:
        return "".join(self.rng.choices("0123456789", k=count))


def _weighted(rng: random.Random, weights: Mapping[str, float]) -> str:
    return rng.choices(list(weights), list(weights.values()))[0]


def _sibling(sex: Sex) -> Relation:
    return Relation.SIS if sex is Sex.F else Relation.BRO


def _years_before(day: date, years: int) -> date:
    year = day.year - years
    return day.replace(year=year, day=min(day.day, calendar.monthrange(year, day.month)[1]))
