"""How the values of a person's record are said on screen: names of fields, codes, moments, reasons."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from shelterdesk.core import countries
from shelterdesk.core.birth import reading
from shelterdesk.core.errors import BadField
from shelterdesk.core.languages import language_name
from shelterdesk.core.lodging import EndReason
from shelterdesk.core.moment import read_moment
from shelterdesk.core.people import birth_of
from shelterdesk.core.vocabulary import Missing
from shelterdesk.core.words import ptr, tr
from shelterdesk.ui.dates import day_words


def field_label(name: str) -> str:
    """What a field of the person is called; its own name for one this program has no word for."""
    said = {
        "surnames": lambda: tr("Surnames"),
        "given": lambda: tr("Given names"),
        "name_native": lambda: tr("Name in own script"),
        "also_known_as": lambda: tr("Also known as"),
        "single_name": lambda: tr("Only one name"),
        "name_source": lambda: tr("Name taken from"),
        "name_order": lambda: tr("Order of names"),
        "sex": lambda: tr("Sex"),
        "birth": lambda: tr("Born"),
        "nationality": lambda: tr("Nationality"),
        "birth_country": lambda: tr("Born in"),
        "last_residence": lambda: tr("Lived last in"),
        "residence_since": lambda: tr("Lived there since"),
        "languages": lambda: tr("Languages"),
        "literacy": lambda: tr("Reads and writes"),
        "interpreter": lambda: tr("Needs an interpreter"),
        "civil_status": lambda: tr("Civil status"),
        "occupation": lambda: tr("Occupation"),
        "destination": lambda: tr("Destination"),
        "level": lambda: tr("Registration"),
        "arrived_at": lambda: tr("Arrived"),
        "entry_kind": lambda: tr("How they came"),
        "entry_route": lambda: tr("Way in"),
        "arrival_group": lambda: tr("Arrived with"),
        "station": lambda: tr("Station"),
        "photo": lambda: tr("Photo"),
        "number": lambda: tr("Number"),
        "note": lambda: tr("Note"),
    }
    return said[name]() if name in said else name.replace("_", " ")


def missing_words(reason: str) -> str:
    """Why there is no value."""
    said = {
        Missing.UNKNOWN.value: lambda: tr("asked, not known"),
        Missing.REFUSED.value: lambda: tr("asked, not said"),
        Missing.NOT_ASKED.value: lambda: tr("not asked"),
        Missing.NOT_MEASURED.value: lambda: tr("not measured"),
        Missing.NOT_APPLICABLE.value: lambda: tr("does not apply"),
    }
    return said[reason]() if reason in said else reason


def sex_words(code: str | None) -> str:
    """A sex in a word; nothing for none."""
    said = {
        "F": lambda: ptr("sex", "female"),
        "M": lambda: ptr("sex", "male"),
        "X": lambda: ptr("sex", "other"),
        "U": lambda: ptr("sex", "not known"),
    }
    return said[code]() if code in said else (code or "")


def relation_words(code: str | None) -> str:
    """A relation to the head of the family (HL7 v3 RoleCode names); nothing for none."""
    said = {
        "SPS": lambda: tr("husband or wife"),
        "DOMPART": lambda: tr("partner"),
        "CHILD": lambda: tr("son or daughter"),
        "STPCHLD": lambda: tr("stepchild"),
        "CHLDFOST": lambda: tr("foster child"),
        "FTH": lambda: tr("father"),
        "MTH": lambda: tr("mother"),
        "BRO": lambda: tr("brother"),
        "SIS": lambda: tr("sister"),
        "GRPRN": lambda: tr("grandparent"),
        "GRNDCHILD": lambda: tr("grandchild"),
        "UNCLE": lambda: tr("uncle"),
        "AUNT": lambda: tr("aunt"),
        "NEPHEW": lambda: tr("nephew"),
        "NIECE": lambda: tr("niece"),
        "COUSN": lambda: tr("cousin"),
        "INLAW": lambda: tr("in-law"),
        "GUARD": lambda: tr("guardian"),
        "FRND": lambda: tr("friend"),
        "NONE": lambda: tr("not related"),
        "UNK": lambda: tr("relation not known"),
    }
    return said[code]() if code in said else (code or "")


def document_words(code: str) -> str:
    """A kind of paper in words."""
    said = {
        "PASSPORT": lambda: tr("Passport"),
        "NATIONAL_ID": lambda: tr("National identity card"),
        "BIRTH_CERT": lambda: tr("Birth certificate"),
        "REFUGEE_DOC": lambda: tr("Refugee document"),
        "LAISSEZ_PASSER": lambda: tr("Laissez-passer"),
        "RESIDENCE_CARD": lambda: tr("Residence card"),
        "CONSULAR": lambda: tr("Consular card"),
        "VACC_CARD": lambda: tr("Vaccination card"),
        "OTHER": lambda: tr("Another paper"),
        "NONE": lambda: tr("No paper"),
        "LOST_IN_ROUTE": lambda: tr("Lost on the way"),
        "STOLEN": lambda: tr("Stolen"),
    }
    return said[code]() if code in said else code


def bed_need_words(code: str) -> str:
    """What a bed must offer, in words."""
    said = {
        "LOWER_BUNK": lambda: tr("lower bunk"),
        "STEP_FREE": lambda: tr("step-free"),
        "NEAR_TOILET": lambda: tr("near a toilet"),
        "QUIET": lambda: tr("quiet"),
        "COT": lambda: tr("cot"),
        "POWER": lambda: tr("power socket"),
        "WIDE": lambda: tr("wide"),
    }
    return said[code]() if code in said else code.replace("_", " ").lower()


def route_words(code: str) -> str:
    """A way into the country; the names of places stay as they are."""
    said: dict[str, Callable[[], str]] = {
        "BAJO_CHIQUITO": lambda: "Bajo Chiquito",
        "CANAAN_MEMBRILLO": lambda: "Canaán Membrillo",
        "CARRETO_CARIBE": lambda: "Carreto",
        "PUERTO_OBALDIA": lambda: "Puerto Obaldía",
        "JAQUE_PACIFIC": lambda: "Jaqué",
        "RETURN_FROM_NORTH": lambda: tr("back from the north"),
        "OTHER": lambda: tr("another way"),
        "UNKNOWN": lambda: tr("way not known"),
    }
    return said[code]() if code in said else code


def level_words(code: str) -> str:
    """How far a registration has come."""
    said = {"L0": lambda: tr("counted"), "L1": lambda: tr("quick"), "L2": lambda: tr("complete")}
    return said[code]() if code in said else code


def entry_words(code: str) -> str:
    """How somebody came into the house."""
    said = {
        "ARRIVED": lambda: tr("arrived"),
        "BORN": lambda: tr("born here"),
        "MOVED_IN": lambda: tr("from another station"),
    }
    return said[code]() if code in said else code


def end_words(code: str) -> str:
    """Why somebody is not in a bed any more."""
    said = {
        EndReason.LEFT_BUS.value: lambda: tr("left by bus"),
        EndReason.LEFT_OTHER.value: lambda: tr("left on their own"),
        EndReason.LEFT_WITHOUT_NOTICE.value: lambda: tr("left without notice"),
        EndReason.DIED.value: lambda: tr("died"),
        EndReason.TO_OTHER_PLACE.value: lambda: tr("moved to another bed"),
        EndReason.TO_OTHER_STATION.value: lambda: tr("moved to another station"),
        EndReason.HOSPITAL.value: lambda: tr("taken to hospital"),
        EndReason.MISTAKE.value: lambda: tr("entered by mistake"),
        EndReason.OTHER.value: lambda: tr("another reason"),
    }
    return said[code]() if code in said else code.replace("_", " ").lower()


def kind_words(kind: str) -> str:
    """A kind of record in a word, for a line of the history."""
    said = {
        "person": lambda: tr("person"),
        "membership": lambda: tr("family"),
        "travel_document": lambda: tr("document"),
        "stay": lambda: tr("bed"),
        "movement": lambda: tr("gate"),
        "service": lambda: tr("service"),
        "card": lambda: tr("card"),
        "flag": lambda: tr("flag"),
        "bed_need": lambda: tr("bed need"),
        "consent": lambda: tr("consent"),
        "relation": lambda: tr("relation"),
        "transfer_line": lambda: tr("transfer"),
        "same_as": lambda: tr("who is who"),
    }
    return said[kind]() if kind in said else kind.replace("_", " ")


_CODES = {
    "sex": sex_words,
    "level": level_words,
    "entry_route": route_words,
    "entry_kind": entry_words,
    "relation": relation_words,
    "document_type": document_words,
    "bed_need": bed_need_words,
    "end_reason": end_words,
}
_COUNTRIES = frozenset({"nationality", "birth_country", "last_residence", "issuer"})


def value_words(name: str, value: Any, zone: str, now: datetime | None = None) -> str:
    """A stored value of a field in words; a reason (``{"missing": …}``) too; nothing for None."""
    if value is None or value == "":
        return ""
    if isinstance(value, Mapping) and "missing" in value:
        return missing_words(str(value["missing"]))
    if isinstance(value, bool):
        return tr("yes") if value else tr("no")
    if name == "birth":
        return reading(birth_of(str(value)))
    if name in _COUNTRIES:
        return ", ".join(countries.name(str(code)) for code in _several(value))
    if name == "languages":
        return ", ".join(language_name(str(code)) for code in _several(value))
    if name in _CODES and isinstance(value, str):
        return _CODES[name](value)
    if name.endswith("_at"):
        return moment_words(str(value), zone, now)
    return ", ".join(str(one) for one in _several(value))


def _several(value: Any) -> Sequence[Any]:
    return value if isinstance(value, list | tuple) else (value,)


def moment_words(stored: str, zone: str, now: datetime | None = None) -> str:
    """A stored moment as the wall showed it there: ``today 15:40``, ``3 Nov 15:40``."""
    try:
        return time_words(read_moment(stored, zone), now)
    except BadField:
        return stored


def time_words(at: datetime, now: datetime | None = None) -> str:
    """An aware time in words, on its own wall clock; the year only when it is not this one."""
    clock = f"{at:%H:%M}"
    if now is not None:
        apart = (now.astimezone(at.tzinfo).date() - at.date()).days
        if apart == 0:
            return tr("today {time}", time=clock)
        if apart == 1:
            return tr("yesterday {time}", time=clock)
    return f"{day_words(at.date(), now)} {clock}"
