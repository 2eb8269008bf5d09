"""Invented families of every shape, for the tests of registration."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import strategies as st

from shelterdesk.core.people import Answer, BedNeed, DocumentForm, FamilyForm, IntakeAnswers, PersonForm
from shelterdesk.core.vocabulary import DocumentType, HouseholdRole, Missing, Relation, Sex

WHY = st.sampled_from(Missing)
NAMES = st.sampled_from(
    [
        "Pérez Toussaint",
        "Ana",
        "محمد الحسن",
        "王小明",
        "Begum",
        "Jean-Baptiste",
        "O'Neil",
        "ለማ",
        "Nguyễn",
        "তানিয়া",
    ]
)
BIRTHS = st.sampled_from(
    ["1994", "1994-03", "1994-03-02", "2016-02-29", "2026-10", "~1986/2026-11-23", "~1986..1996/2026-11-23"]
)
COUNTRIES = st.sampled_from(["VEN", "HTI", "CHN", "XXA", "BGD", "CMR"])
SAID = st.one_of(WHY, st.sampled_from(Answer))
ANSWERS = st.builds(
    IntakeAnswers,
    pregnant=SAID,
    mobility=SAID,
    medical_today=SAID,
    child_alone=SAID,
    feels_unsafe=SAID,
    needs=st.lists(st.sampled_from(["SV-VA", "CR-AF", 'needs "insulin"', "DS-PM"]), max_size=4).map(tuple),
)
PAPERS = st.builds(
    DocumentForm,
    document_type=st.sampled_from([DocumentType.PASSPORT, DocumentType.NATIONAL_ID, DocumentType.BIRTH_CERT]),
    number=st.one_of(WHY, st.from_regex(r"[A-Z0-9]{6,9}", fullmatch=True)),
    issuer=st.one_of(WHY, COUNTRIES),
    expiry=st.one_of(WHY, st.sampled_from(["2031", "2030-06", "2029-01-15"])),
)
PERSONS = st.builds(
    PersonForm,
    surnames=st.one_of(st.just(Missing.REFUSED), NAMES),
    given=st.one_of(WHY, NAMES, st.just("")),
    name_native=st.one_of(st.just(""), NAMES),
    also_known_as=st.lists(NAMES, max_size=2, unique=True).map(tuple),
    single_name=st.one_of(st.none(), st.booleans()),
    sex=st.one_of(WHY, st.sampled_from(Sex)),
    birth=st.one_of(WHY, BIRTHS),
    nationality=st.one_of(WHY, st.lists(COUNTRIES, min_size=1, max_size=2, unique=True).map(tuple)),
    birth_country=st.one_of(WHY, COUNTRIES),
    last_residence=st.one_of(WHY, COUNTRIES),
    languages=st.one_of(
        WHY, st.lists(st.sampled_from(["es", "ht", "wes"]), min_size=1, unique=True).map(tuple)
    ),
    interpreter=st.one_of(st.none(), WHY, st.booleans()),
    documents=st.lists(PAPERS, max_size=2).map(tuple),
    relation=st.one_of(WHY, st.sampled_from(Relation)),
    role=st.sampled_from([None, HouseholdRole.MEMBER, HouseholdRole.ACCOMP_ADULT]),
    bed_needs=st.lists(st.sampled_from(BedNeed), max_size=2, unique=True).map(lambda n: tuple(map(str, n))),
    answers=ANSWERS,
)


@st.composite
def families(draw: st.DrawFn) -> FamilyForm:
    """A family of one to six, perhaps with a head named."""
    members = draw(st.lists(PERSONS, min_size=1, max_size=6))
    head = draw(st.one_of(st.none(), st.integers(0, len(members) - 1)))
    if head is not None:
        members[head] = replace(members[head], role=HouseholdRole.HEAD)
    return FamilyForm(tuple(members))
