"""The words of a person's record: names of its fields, its codes, and why something is not there."""

from __future__ import annotations

from collections.abc import Callable

from shelterdesk.core.lodging import EndReason
from shelterdesk.core.vocabulary import Missing
from shelterdesk.core.words import ptr, tr


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
