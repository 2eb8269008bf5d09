"""Which codes of the site plan say only where a place is, and which tell whom or what it is for.

The plan's codes are typed by who draws it up. One such as ``UAC-3``, ``Enfermería`` or ``Haiti 2`` on a card, a list or
a wall marks everybody who sleeps there (DESIGN §2.3, DOMAIN §6). In doubt a code is held back: the desk says the way.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from shelterdesk.core.vocabulary import Quarter

_STEMS = (
    # whom: children and who is with nobody, women, men, mothers, families, the old
    "famil", "women", "mujer", "hombre", "girl", "boys", "nina", "nino", "minor", "menor", "child", "kids",
    "infan", "unaccomp", "acompan", "separa", "orphan", "huerf", "adolesc", "teen", "youth", "joven",
    "juven", "baby", "babies", "bebe", "guarder", "tutel", "custod", "alone", "single", "solter",
    "varon", "hembra", "dama", "caballer", "madre", "mother", "matern", "elder", "ancian", "mayores",
    # illness
    "medic", "isola", "aisla", "cuaren", "quaran", "covid", "hosp", "clinic", "salud", "health", "enferm", "sick",
    "nurs", "triage", "triaje", "tubercul", "contag", "infec", "fiebre", "fever", "dengue", "malaria", "palud",
    "mpox", "colera", "cholera", "varicel", "saramp", "measles", "mental", "psiq", "psic", "psych", "recuper",
    # need
    "pregnan", "postnat", "postpart", "embaraz", "gestan", "lactan", "access", "accesi", "discap", "disab", "wheel",
    "silla", "ramp", "vulner", "protec", "proteg", "victim", "violen", "traff", "trafic", "lgbt", "safe",
    # what they fear or ask for, and who keeps them
    "asil", "asyl", "refug", "deport", "polic", "senniaf", "musulm", "muslim", "islam",
    # where from
    "hait", "venez", "cuba", "ecuator", "ecuador", "colomb", "peru", "boliv", "brasil", "brazil", "chile", "domin",
    "hondur", "guatem", "salvador", "nicarag", "mexic", "chin", "india", "bangl", "nepal", "afgan", "afghan",
    "pakist", "uzbek", "iran", "sirio", "siria", "syria", "vietnam", "camer", "congo", "angol", "ghan", "nigeri",
    "seneg", "mauritan", "guine", "somal", "eritr", "etiop", "ethiop", "afric", "asia", "arab", "extracont",
    "extranj", "foreign",
    "overflow",
)  # fmt: skip
_WORDS = frozenset(
    "men boy kid only solo sola solos solas lone uac uasc nna nnas mena menas iso med muj fam hom emb uci icu tb tbc"
    " hiv vih sida aids ill trans gbv sgbv vbg pcd pcnd pwd trata"
    " hti ven cub ecu col per bol bra chl dom hnd gtm slv nic mex chn ind bgd npl afg pak uzb irn syr vnm cmr cod"
    " cog ago gha nga sen mrt gin som eri eth".split()
) | {word.lower() for quarter in Quarter for word in quarter.split("_")}
"""Whole words: short ones that begin other words too, and codes of countries (ISO 3166) people come from.
``SUR`` is left out, a wind here and not Suriname."""


@lru_cache(maxsize=8192)
def tells_whom(code: str) -> bool:
    """Whether a code, or a part of it, tells whom or what a place is for. Spanish and English, any case and accents."""
    apart = re.sub(r"(?<=[^\W\d_A-Z])(?=[A-Z])", " ", code)  # BloqueUAC
    plain = "".join(
        letter
        for letter in unicodedata.normalize("NFD", f"{code} {apart}".lower())
        if not unicodedata.combining(letter)
    )
    return any(word in _WORDS or word.startswith(_STEMS) for word in re.findall(r"[^\W\d_]+", plain))
