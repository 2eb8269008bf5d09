"""Countries by code and name, and the regions of the statistics."""

from __future__ import annotations

import pycountry
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shelterdesk.core import countries
from shelterdesk.core.countries import RegionClass, SnmRegion, iso3, issuer_code, matching, name, region_class


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("VEN", "VEN"), ("ven", "VEN"), ("ve", "VEN"), ("D", "DEU"), ("GBD", "GBR"), ("RKS", "XKX"),
        ("UNK", "XKX"), ("XXA", "XXA"), ("xxx", "XXX"), ("Haití", "HTI"), ("haiti", "HTI"),
        ("Estados Unidos", "USA"), ("United States", "USA"), ("EEUU", "USA"), ("Côte d’Ivoire", "CIV"),
        ("COSTA DE MARFIL", "CIV"),
        ("RD Congo", "COD"), ("Corea del Norte", "PRK"), ("República Dominicana", "DOM"), ("Perú", "PER"),
        ("Venezuela, Bolivarian Republic of", "VEN"), ("Kosovo", "XKX"), ("apátrida", "XXA"),
        ("Congo", None), ("", None), ("  ", None), ("UTO", None), ("Atlantis", None),
        ("UNO", None), ("?", None),
    ],
)  # fmt: skip
def test_what_people_and_papers_write(text: str, code: str | None) -> None:
    assert iso3(text) == code


@pytest.mark.parametrize(
    ("text", "code"),
    [("D", "DEU"), ("UTO", "UTO"), ("UNO", "UNO"), ("XOM", "XOM"), ("VE", None), ("QQQ", None)],
)
def test_issuers_of_documents(text: str, code: str | None) -> None:
    assert issuer_code(text) == code


def test_every_country_has_a_region_and_a_name_and_is_found_by_it() -> None:
    for country in pycountry.countries:
        code = country.alpha_3
        assert region_class(code) is not RegionClass.UNKNOWN, code
        for language in ("es", "en"):
            shown = name(code, language)
            assert shown != code
            assert code in {found.code for found in matching(shown, language)}
            if code not in ("COG", "COD"):
                assert iso3(shown) == code, shown


def test_the_regions_of_the_world_do_not_overlap() -> None:
    parts = [
        countries._SOUTH_AMERICA, countries._CENTRAL_AMERICA, countries._NORTH_AMERICA, countries._CARIBBEAN,
        countries._AFRICA, countries._ASIA, countries._EUROPE, countries._OCEANIA,
    ]  # fmt: skip
    every = [code for part in parts for code in part]
    assert len(every) == len(set(every))
    assert set(every) == {country.alpha_3 for country in pycountry.countries} | {"XKX"}


@pytest.mark.parametrize(
    ("code", "region", "snm"),
    [
        ("PAN", RegionClass.RCM_MEMBER, SnmRegion.OTHER),
        ("DOM", RegionClass.RCM_MEMBER, SnmRegion.ANTILLES),
        ("VEN", RegionClass.AMERICAS_OTHER, SnmRegion.SOUTH_AMERICA),
        ("HTI", RegionClass.CARIB_EXTRAREG, SnmRegion.ANTILLES),
        ("CUB", RegionClass.CARIB_EXTRAREG, SnmRegion.ANTILLES),
        ("JAM", RegionClass.AMERICAS_OTHER, SnmRegion.ANTILLES),
        ("CMR", RegionClass.EXTRACONT_AFRICA, SnmRegion.AFRICA),
        ("NPL", RegionClass.EXTRACONT_ASIA, SnmRegion.ASIA),
        ("XKX", RegionClass.EXTRACONT_EUROPE, SnmRegion.OTHER),
        ("AUS", RegionClass.EXTRACONT_OCEANIA, SnmRegion.OTHER),
        ("XXA", RegionClass.STATELESS, SnmRegion.OTHER),
        ("XXX", RegionClass.UNKNOWN, SnmRegion.OTHER),
        (None, RegionClass.UNKNOWN, SnmRegion.OTHER),
    ],
)
def test_the_classes_of_the_matrices(code: str | None, region: RegionClass, snm: SnmRegion) -> None:
    assert region_class(code) is region
    assert countries.snm_region(code) is snm


def test_the_regional_conference_has_eleven_members() -> None:
    assert len(countries.RCM_MEMBERS) == 11


def test_type_ahead_puts_the_code_then_the_beginning_first() -> None:
    assert matching("ven", "es")[0].name == "Venezuela"
    assert matching("PE", "es")[0].code == "PER"
    assert {found.code for found in matching("congo", "en")} == {"COG", "COD"}
    assert [found.code for found in matching("guinea", "en")][-1] == "PNG"
    assert matching("", "es") == []
    assert len(matching("a", "es", limit=3)) == 3


def test_an_unknown_language_falls_back_to_english() -> None:
    assert name("DEU", "en_XA") == "Germany"
    assert name("UTO", "es") == "UTO"


@given(st.text(st.characters(exclude_categories=()), max_size=20))
def test_no_text_makes_it_fail(text: str) -> None:
    found = iso3(text)
    assert found is None or found in countries.all_codes()
    issuer_code(text)
    matching(text, "es")
