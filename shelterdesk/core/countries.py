"""Countries as papers and people name them: codes, names in the language spoken, regions of the statistics.

Codes are ISO 3166 alpha-3, Kosovo is ``XKX``, and ICAO's XXA, XXB, XXC and XXX stand for people whom no
country calls its own (ICAO Doc 9303 part 3 §5). Names come from the Unicode locale data of Babel.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from shelterdesk.core.names import folded_words
from shelterdesk.core.words import language as spoken_language
from shelterdesk.core.words import tr

#: ICAO codes for persons without a country as nationality.
NO_COUNTRY = ("XXA", "XXB", "XXC", "XXX")

# What travel documents write instead of the ISO code (part 3 §5, codes of parts A to E).
_ICAO_TO_ISO = {
    "D": "DEU", "GBD": "GBR", "GBN": "GBR", "GBO": "GBR", "GBP": "GBR", "GBS": "GBR", "RKS": "XKX",
    "UNK": "XKX", "ROM": "ROU", "ZAR": "COD", "TMP": "TLS",
}  # fmt: skip
# Issuers that are no country (part 3 §5, codes of parts C and D), the specimen, and codes since withdrawn.
_OTHER_ISSUERS = frozenset("UTO UNO UNA EUE XOM XPO XCC IAO XBA XIM XCO XEC XDC XES XMP ANT NTZ".split())

# Names people type that the locale data has in another form; folded, joined.
_ALSO_CALLED = {
    "usa": "USA", "eeuu": "USA", "eua": "USA", "us": "USA", "uk": "GBR", "england": "GBR",
    "inglaterra": "GBR", "holanda": "NLD", "holland": "NLD", "birmania": "MMR", "burma": "MMR",
    "myanmar": "MMR", "rdc": "COD", "drc": "COD", "drcongo": "COD", "rdcongo": "COD",
    "congokinshasa": "COD", "zaire": "COD", "democraticrepublicofthecongo": "COD",
    "republicademocraticadelcongo": "COD", "congobrazzaville": "COG", "ivorycoast": "CIV",
    "costademarfil": "CIV", "cotedivoire": "CIV", "capeverde": "CPV", "caboverde": "CPV",
    "swaziland": "SWZ", "suazilandia": "SWZ", "macedonia": "MKD", "czechrepublic": "CZE", "turkey": "TUR",
    "turquia": "TUR", "easttimor": "TLS", "rusia": "RUS", "corea": "KOR", "korea": "KOR",
    "palestina": "PSE", "palestine": "PSE", "vaticano": "VAT", "vatican": "VAT", "emiratos": "ARE",
    "uae": "ARE", "dominicana": "DOM", "salvador": "SLV", "kosovo": "XKX", "stateless": "XXA",
    "apatrida": "XXA", "refugee": "XXB", "refugiado": "XXB", "refugiada": "XXB", "specified": "XXX",
    "unspecified": "XXX",
}  # fmt: skip

_NAMES_OF_TWO = frozenset(("congo", ""))

# The world as the United Nations divide it (M49), one word per country; a test holds it against ISO 3166.
_SOUTH_AMERICA = frozenset("ARG BOL BRA BVT CHL COL ECU FLK GUF GUY PER PRY SGS SUR URY VEN".split())
_CENTRAL_AMERICA = frozenset("BLZ CRI GTM HND MEX NIC PAN SLV".split())
_NORTH_AMERICA = frozenset("BMU CAN GRL SPM USA".split())
_CARIBBEAN = frozenset(
    "ABW AIA ATG BES BHS BLM BRB CUB CUW CYM DMA DOM GLP GRD HTI JAM KNA LCA MAF MSR MTQ PRI SXM TCA TTO VCT "
    "VGB VIR".split()
)
_AFRICA = frozenset(
    "AGO ATF BDI BEN BFA BWA CAF CIV CMR COD COG COM CPV DJI DZA EGY ERI ESH ETH GAB GHA GIN GMB GNB GNQ IOT "
    "KEN LBR LBY LSO MAR MDG MLI MOZ MRT MUS MWI MYT NAM NER NGA REU RWA SDN SEN SHN SLE SOM SSD STP SWZ SYC "
    "TCD TGO TUN TZA UGA ZAF ZMB ZWE".split()
)
_ASIA = frozenset(
    "AFG ARE ARM AZE BGD BHR BRN BTN CHN CYP GEO HKG IDN IND IRN IRQ ISR JOR JPN KAZ KGZ KHM KOR KWT LAO "
    "LBN LKA MAC MDV MMR MNG MYS NPL OMN PAK PHL PRK PSE QAT SAU SGP SYR THA TJK TKM TLS TUR TWN UZB VNM "
    "YEM".split()
)
_EUROPE = frozenset(
    "ALA ALB AND AUT BEL BGR BIH BLR CHE CZE DEU DNK ESP EST FIN FRA FRO GBR GGY GIB GRC HRV HUN IMN IRL ISL "
    "ITA JEY LIE LTU LUX LVA MCO MDA MKD MLT MNE NLD NOR POL PRT ROU RUS SJM SMR SRB SVK SVN SWE UKR VAT "
    "XKX".split()
)
_OCEANIA = frozenset(
    "ASM ATA AUS CCK COK CXR FJI FSM GUM HMD KIR MHL MNP NCL NFK NIU NRU NZL PCN PLW PNG PYF SLB TKL TON TUV "
    "UMI VUT WLF WSM".split()
)

#: The eleven members of the Regional Conference on Migration.
RCM_MEMBERS = frozenset("BLZ CAN CRI DOM SLV USA GTM HND MEX NIC PAN".split())
_CARIB_EXTRAREGIONAL = frozenset(("CUB", "HTI"))


class RegionClass(StrEnum):
    """Classes of the regional matrices; by nationality, never by country of birth."""

    RCM_MEMBER = "RCM_MEMBER"
    AMERICAS_OTHER = "AMERICAS_OTHER"
    CARIB_EXTRAREG = "CARIB_EXTRAREG"
    EXTRACONT_AFRICA = "EXTRACONT_AFRICA"
    EXTRACONT_ASIA = "EXTRACONT_ASIA"
    EXTRACONT_EUROPE = "EXTRACONT_EUROPE"
    EXTRACONT_OCEANIA = "EXTRACONT_OCEANIA"
    STATELESS = "STATELESS"
    UNKNOWN = "UNKNOWN"


class SnmRegion(StrEnum):
    """The regions of the published tables of Panama's migration service."""

    SOUTH_AMERICA = "SOUTH_AMERICA"
    ANTILLES = "ANTILLES"
    ASIA = "ASIA"
    AFRICA = "AFRICA"
    OTHER = "OTHER"


@dataclass(frozen=True)
class Country:
    """A code and its name in one language."""

    code: str
    name: str


def iso3(text: str) -> str | None:
    """The code a person can have as nationality for what was typed or printed; None when there is none.

    Takes alpha-3, alpha-2, ICAO's own codes (``D``, ``GBD``, ``RKS``, ``XXA``) in any case, and names in
    Spanish and English whole, without minding marks. ``Congo`` alone is none: there are two.
    """
    code = text.strip().upper()
    if code in _alpha2() or code in NO_COUNTRY:
        return code
    if code in _ICAO_TO_ISO:
        return _ICAO_TO_ISO[code]
    return _by_two_letters().get(code) or _by_name().get("".join(folded_words(text)))


def issuer_code(text: str) -> str | None:
    """As :func:`iso3`, for codes only, and for issuers that are no country (``UNO``, ``XOM``, ``UTO``)."""
    code = text.strip().upper()
    if code in _OTHER_ISSUERS or code in NO_COUNTRY or code in _alpha2():
        return code
    return _ICAO_TO_ISO.get(code)


def name(code: str, language: str | None = None) -> str:
    """The name of a code in a language (ISO 639-1, default the one now spoken); the code when it has none."""
    if code == "XXA":
        return tr("Stateless")
    if code == "XXB":
        return tr("Refugee")
    if code == "XXC":
        return tr("Refugee, other")
    if code == "XXX":
        return tr("Nationality not specified")
    alpha2 = _alpha2().get(code)
    return _territories(language or spoken_language()).get(alpha2, code) if alpha2 else code


def all_codes() -> tuple[str, ...]:
    """Every code :func:`iso3` can give, sorted, those without a country last."""
    return (*sorted(_alpha2()), *NO_COUNTRY)


def region_class(code: str | None) -> RegionClass:
    """The class of a nationality in the regional matrices; None and unspecified are ``UNKNOWN``."""
    if code in RCM_MEMBERS:
        return RegionClass.RCM_MEMBER
    if code in _CARIB_EXTRAREGIONAL:
        return RegionClass.CARIB_EXTRAREG
    if code == "XXA":
        return RegionClass.STATELESS
    for region, members in (
        (RegionClass.AMERICAS_OTHER, _SOUTH_AMERICA | _CENTRAL_AMERICA | _NORTH_AMERICA | _CARIBBEAN),
        (RegionClass.EXTRACONT_AFRICA, _AFRICA),
        (RegionClass.EXTRACONT_ASIA, _ASIA),
        (RegionClass.EXTRACONT_EUROPE, _EUROPE),
        (RegionClass.EXTRACONT_OCEANIA, _OCEANIA),
    ):
        if code in members:
            return region
    return RegionClass.UNKNOWN


def snm_region(code: str | None) -> SnmRegion:
    """The region of a nationality in the tables of Panama's migration service."""
    for region, members in (
        (SnmRegion.SOUTH_AMERICA, _SOUTH_AMERICA),
        (SnmRegion.ANTILLES, _CARIBBEAN),
        (SnmRegion.ASIA, _ASIA),
        (SnmRegion.AFRICA, _AFRICA),
    ):
        if code in members:
            return region
    return SnmRegion.OTHER


def matching(text: str, language: str | None = None, limit: int = 10) -> list[Country]:
    """Countries for what was typed so far, best first: the code itself, names that start so, words that do.

    ``language`` is the one names are shown in; names in Spanish and English are found in any case.
    """
    typed = "".join(folded_words(text))
    if not typed:
        return []
    exact = iso3(text)
    ranked = []
    for code in all_codes():
        rank = 0 if code == exact else _rank(typed, code)
        if rank is not None:
            ranked.append((rank, name(code, language), code))
    return [Country(code, shown) for _, shown, code in sorted(ranked)[:limit]]


def _rank(typed: str, code: str) -> int | None:
    best = None
    for words in _words_of()[code]:
        starts = ["".join(words[at:]).startswith(typed) for at in range(len(words))]
        rank = 1 if starts and starts[0] else 3 if any(starts) else None
        if rank is not None and (best is None or rank < best):
            best = rank
    if best is None and code.lower().startswith(typed):
        return 2
    return best


@lru_cache(maxsize=1)
def _alpha2() -> dict[str, str]:
    """Alpha-2 by alpha-3, Kosovo among them."""
    import pycountry

    return {country.alpha_3: country.alpha_2 for country in pycountry.countries} | {"XKX": "XK"}


@lru_cache(maxsize=1)
def _by_two_letters() -> dict[str, str]:
    return {two: three for three, two in _alpha2().items()}


@lru_cache(maxsize=8)
def _territories(language: str) -> dict[str, str]:
    from babel import Locale, UnknownLocaleError

    try:
        locale = Locale.parse(language)
    except (UnknownLocaleError, ValueError):
        locale = Locale("en")
    return dict(locale.territories)


@lru_cache(maxsize=1)
def _words_of() -> dict[str, tuple[tuple[str, ...], ...]]:
    """The folded words of every name of a code, in Spanish and English and as people also call it."""
    found: dict[str, list[tuple[str, ...]]] = {code: [] for code in all_codes()}
    for code, two in _alpha2().items():
        found[code] = [tuple(folded_words(_territories(each).get(two, code))) for each in ("es", "en")]
    for called, code in _ALSO_CALLED.items():
        found[code].append((called,))
    return {code: tuple(words) for code, words in found.items()}


@lru_cache(maxsize=1)
def _by_name() -> dict[str, str]:
    import pycountry

    official = {
        "".join(folded_words(written)): country.alpha_3
        for country in pycountry.countries
        for kind in ("name", "official_name", "common_name")
        if (written := getattr(country, kind, ""))
    }
    spoken = {"".join(words): code for code, each in _words_of().items() for words in each}
    every = official | spoken | _ALSO_CALLED
    return {called: code for called, code in every.items() if called not in _NAMES_OF_TWO}
