"""The closed lists of the field: roles, sexes, reasons for a missing answer, quarters, ways in and out.

Lists that a station may change (vaccines, service types, specific-need sub-codes, standards) are settings
with a source, not code; what stands here is what the rules themselves name.
"""

from __future__ import annotations

from enum import StrEnum


class Missing(StrEnum):
    """Why a value is not there (FHIR data-absent-reason, HUD 8/9/99); never an empty cell."""

    UNKNOWN = "unknown"  # asked, the person does not know
    REFUSED = "refused"  # asked, declined
    NOT_ASKED = "not_asked"
    NOT_MEASURED = "not_measured"
    NOT_APPLICABLE = "not_applicable"


class Confidentiality(StrEnum):
    """Who may open a field (DESIGN §4)."""

    OPEN = "open"
    HEALTH = "health"
    PROTECTION = "protection"
    SAFEGUARDING = "safeguarding"


class Role(StrEnum):
    """What a user may do; a user may hold several (DESIGN §1)."""

    OPERATOR = "operator"
    COUNTER = "counter"
    GATE = "gate"
    HEALTH = "health"
    PROTECTION = "protection"
    SUPERVISOR = "supervisor"
    ADMIN = "admin"
    STATISTICIAN = "statistician"
    SAFEGUARDING = "safeguarding"


class Sex(StrEnum):
    """Sex as said by the person; X is self-declared other, U is not known (DOMAIN §5)."""

    F = "F"
    M = "M"
    X = "X"
    U = "U"


class PlaceKind(StrEnum):
    """Levels of the site plan."""

    BLOCK = "block"
    ROOM = "room"
    BED = "bed"


class Quarter(StrEnum):
    """What a part of the site is for (DOMAIN §2); never printed and never on a wall."""

    FAMILY = "FAMILY"
    WOMEN_ONLY = "WOMEN_ONLY"
    MEN_ONLY = "MEN_ONLY"
    UAC_GIRLS = "UAC_GIRLS"
    UAC_BOYS = "UAC_BOYS"
    MEDICAL_ISOLATION = "MEDICAL_ISOLATION"
    PREGNANT_POSTNATAL = "PREGNANT_POSTNATAL"
    ACCESSIBLE = "ACCESSIBLE"
    OVERFLOW = "OVERFLOW"


class MovementKind(StrEnum):
    """A fact at the gate or about presence (PEERS §A 3.3); SEEN and NOT_FOUND change no status."""

    IN = "IN"
    OUT = "OUT"
    SEEN = "SEEN"
    NOT_FOUND = "NOT_FOUND"
    ABSENT = "ABSENT"
    RETURNED = "RETURNED"
    DEPARTED_BUS = "DEPARTED_BUS"
    DEPARTED_OTHER = "DEPARTED_OTHER"
    DIED = "DIED"
    MOVED_IN = "MOVED_IN"
    MOVED_OUT = "MOVED_OUT"


class EntryKind(StrEnum):
    """How a person first came into the population of the station."""

    ARRIVED = "ARRIVED"
    BORN = "BORN"
    MOVED_IN = "MOVED_IN"


class HouseholdRole(StrEnum):
    """Place of a person in a household (DOMAIN §5)."""

    HEAD = "HEAD"
    MEMBER = "MEMBER"
    ACCOMP_ADULT = "ACCOMP_ADULT"


class Relation(StrEnum):
    """Relation to the head of household, HL7 v3 RoleCode names (DOMAIN §5)."""

    SPS = "SPS"
    DOMPART = "DOMPART"
    CHILD = "CHILD"
    STPCHLD = "STPCHLD"
    CHLDFOST = "CHLDFOST"
    FTH = "FTH"
    MTH = "MTH"
    BRO = "BRO"
    SIS = "SIS"
    GRPRN = "GRPRN"
    GRNDCHILD = "GRNDCHILD"
    UNCLE = "UNCLE"
    AUNT = "AUNT"
    NEPHEW = "NEPHEW"
    NIECE = "NIECE"
    COUSN = "COUSN"
    INLAW = "INLAW"
    GUARD = "GUARD"
    FRND = "FRND"
    NONE = "NONE"
    UNK = "UNK"


class EntryRoute(StrEnum):
    """Ways into the country (DOMAIN §5)."""

    BAJO_CHIQUITO = "BAJO_CHIQUITO"
    CANAAN_MEMBRILLO = "CANAAN_MEMBRILLO"
    CARRETO_CARIBE = "CARRETO_CARIBE"
    PUERTO_OBALDIA = "PUERTO_OBALDIA"
    JAQUE_PACIFIC = "JAQUE_PACIFIC"
    RETURN_FROM_NORTH = "RETURN_FROM_NORTH"
    OTHER = "OTHER"
    UNKNOWN = "UNKNOWN"


class DocumentType(StrEnum):
    """Papers a person carries, or why there is none (DOMAIN §5)."""

    PASSPORT = "PASSPORT"
    NATIONAL_ID = "NATIONAL_ID"
    BIRTH_CERT = "BIRTH_CERT"
    REFUGEE_DOC = "REFUGEE_DOC"
    LAISSEZ_PASSER = "LAISSEZ_PASSER"
    RESIDENCE_CARD = "RESIDENCE_CARD"
    CONSULAR = "CONSULAR"
    VACC_CARD = "VACC_CARD"
    OTHER = "OTHER"
    NONE = "NONE"
    LOST_IN_ROUTE = "LOST_IN_ROUTE"
    STOLEN = "STOLEN"


class Level(StrEnum):
    """How far a registration has come; shown as counted / quick / complete (DESIGN §7)."""

    COUNTED = "L0"
    QUICK = "L1"
    COMPLETE = "L2"


class AccessKind(StrEnum):
    """What somebody did with a record (DESIGN §4, kind ``access``)."""

    OPENED = "opened"
    SEARCHED = "searched"
    PRINTED = "printed"
    EXPORTED = "exported"
    REQUESTED = "requested"  # by an authority


NEED_CATEGORIES = frozenset(("CR", "SC", "WR", "ER", "SP", "DS", "SM", "FU", "LP", "TR", "SV"))
"""Categories of UNHCR's specific-needs codes (DOMAIN §5); the codes below them are a list a station may change."""

PRACTICE_ON_PAPER = "PRÁCTICA · PRACTICE"
"""What stands across every paper and in every file that a practice station or office makes."""
