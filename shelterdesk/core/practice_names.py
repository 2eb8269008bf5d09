"""How the invented people of practice stations get their names, culture by culture.

Two Spanish surnames from both parents, a father's name as the second, one name alone, the family first:
the patterns a desk has to bear, as DOMAIN §5 names them. Parts of names come from outside as data.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from shelterdesk.core.vocabulary import Sex


@dataclass(frozen=True)
class Part:
    """One part of a name in Latin letters and, where the culture has one, in its own script."""

    latin: str
    native: str = ""


@dataclass(frozen=True)
class Name:
    """A name in its parts; ``given`` and ``surnames`` in Latin letters, ``native`` whole."""

    given_parts: tuple[Part, ...]
    family: tuple[Part, ...]
    family_first: bool = False

    @property
    def given(self) -> str:
        """Given names, Latin letters."""
        return " ".join(part.latin for part in self.given_parts)

    @property
    def surnames(self) -> str:
        """Surnames, Latin letters; empty for a single name."""
        return " ".join(part.latin for part in self.family)

    @property
    def native(self) -> str:
        """The whole name in its own script and order, empty for cultures that write Latin letters."""
        if self.family_first:
            return "".join(part.native for part in self.family + self.given_parts)
        parts = self.given_parts + self.family
        return " ".join(part.native for part in parts) if all(part.native for part in parts) else ""


@dataclass(frozen=True)
class Culture:
    """A way of naming with its parts of names, and what goes with it in a practice station.

    ``documents`` and ``estimated`` are the shares (0 to 1) of people with papers and of ages only said.
    """

    key: str
    pattern: str
    weight: float
    nationalities: Mapping[str, float]
    languages: tuple[str, ...]
    children_born_in: tuple[str, ...]
    documents: float
    estimated: float
    female: tuple[Part, ...]
    male: tuple[Part, ...]
    family: tuple[Part, ...]


def read_cultures(names: Mapping[str, Any]) -> list[Culture]:
    """The cultures of a parsed ``names.json``; ``KeyError`` or ``ValueError`` (pattern) for another shape."""
    cultures = [_culture(each) for each in names["cultures"]]
    for culture in cultures:
        if culture.pattern not in _PATTERNS:
            raise ValueError(f"{culture.key} is named by a pattern that is not known: {culture.pattern}")
    return cultures


def _culture(told: Mapping[str, Any]) -> Culture:
    return Culture(
        key=told["key"],
        pattern=told["pattern"],
        weight=told["weight"],
        nationalities=dict(told["nationalities"]),
        languages=tuple(told["languages"]),
        children_born_in=tuple(told.get("children_born_in", ())),
        documents=told["documents"],
        estimated=told["estimated"],
        female=_parts(told["female"]),
        male=_parts(told["male"]),
        family=_parts(told["family"]),
    )


def _parts(told: list[Any]) -> tuple[Part, ...]:
    return tuple(Part(each) if isinstance(each, str) else Part(*each) for each in told)


def name_grown_up(culture: Culture, rng: random.Random, sex: Sex) -> Name:
    """A name for somebody whose parents are not there."""
    return _PATTERNS[culture.pattern](_Naming(culture, rng, sex, None, None))


def name_child(
    culture: Culture,
    rng: random.Random,
    sex: Sex,
    *,
    father: Name | None = None,
    mother: Name | None = None,
    siblings_of: Name | None = None,
) -> Name:
    """A name as the culture gives it to a child of these parents, or to a brother or sister of somebody."""
    made = _PATTERNS[culture.pattern](_Naming(culture, rng, sex, father, mother))
    if siblings_of is None or culture.pattern in ("no_family", "single"):
        return made
    family = _as_borne(culture, siblings_of.family, sex)
    if culture.pattern == "father_names":
        return Name(made.given_parts[:1] + siblings_of.given_parts[1:], family)
    return Name(made.given_parts, family, made.family_first)


@dataclass(frozen=True)
class _Naming:
    """One name being given."""

    culture: Culture
    rng: random.Random
    sex: Sex
    father: Name | None
    mother: Name | None

    def given(self, most: int = 1) -> tuple[Part, ...]:
        """One to ``most`` given names for the sex; people of sex X or U take from either list."""
        lists = {Sex.F: self.culture.female, Sex.M: self.culture.male}
        pool = lists.get(self.sex, self.culture.female + self.culture.male)
        return tuple(self.rng.sample(pool, self.rng.randint(1, most)))

    def family(self, count: int = 1) -> tuple[Part, ...]:
        """So many family names by chance."""
        return tuple(self.rng.sample(self.culture.family, count))

    def inherited(self) -> tuple[Part, ...]:
        """The family name of the father, else of the mother, else one by chance."""
        parent = self.father or self.mother
        return parent.family if parent and parent.family else self.family()


def _two_surnames(naming: _Naming) -> Name:
    father, mother = naming.father, naming.mother
    family: tuple[Part, ...]
    if father and mother:
        family = (father.family[0], mother.family[0])
    elif father:
        family = (father.family[0], *naming.family())
    elif mother:
        family = mother.family
    else:
        family = naming.family(1 if naming.rng.random() < 0.08 else 2)
    return Name(naming.given(2), family)


def _one_surname(naming: _Naming) -> Name:
    return Name(naming.given(), naming.inherited())


def _family_first(naming: _Naming) -> Name:
    return Name(naming.given(), naming.inherited(), family_first=True)


def _no_family(naming: _Naming) -> Name:
    return Name(naming.given(), naming.family() if naming.rng.random() < 0.6 else ())


def _single(naming: _Naming) -> Name:
    return Name(naming.given(), naming.inherited() if naming.rng.random() < 0.2 else ())


def _father_names(naming: _Naming) -> Name:
    unknown = tuple(naming.rng.sample(naming.culture.male, 2))
    fathers = naming.father.given_parts[:2] if naming.father else unknown
    return Name(naming.given() + fathers, naming.inherited())


def _father_as_second(naming: _Naming) -> Name:
    father = naming.father.given_parts[:1] if naming.father else (naming.rng.choice(naming.culture.male),)
    return Name(naming.given(), father)


def _gendered_surname(naming: _Naming) -> Name:
    return Name(naming.given(), _as_borne(naming.culture, naming.inherited(), naming.sex))


def _as_borne(culture: Culture, family: tuple[Part, ...], sex: Sex) -> tuple[Part, ...]:
    """Slavic surnames end in -a when a woman bears them; all others stay as they are."""
    if culture.pattern != "gendered_surname":
        return family
    male = tuple(Part(part.latin.removesuffix("a"), part.native.removesuffix("а")) for part in family)
    return tuple(Part(part.latin + "a", part.native + "а") for part in male) if sex is Sex.F else male


_PATTERNS: dict[str, Callable[[_Naming], Name]] = {
    "two_surnames": _two_surnames,
    "one_surname": _one_surname,
    "family_first": _family_first,
    "no_family": _no_family,
    "single": _single,
    "father_names": _father_names,
    "father_as_second": _father_as_second,
    "gendered_surname": _gendered_surname,
}
