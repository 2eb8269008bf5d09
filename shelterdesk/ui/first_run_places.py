"""Where a new station may lie: countries as one types, and the time zone that follows from the country."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QTimeZone

from shelterdesk.core.countries import all_codes, matching, name


@dataclass(frozen=True)
class Zones:
    """Time zones of the countries (CLDR) and the one this laptop is set to."""

    by_country: dict[str, list[str]]
    system: str

    @classmethod
    def known(cls) -> Zones:
        """Read from the libraries at hand; nothing is asked of a network."""
        import pycountry
        from babel.core import get_global

        three = {country.alpha_2: country.alpha_3 for country in pycountry.countries}
        found: dict[str, list[str]] = {}
        for zone, two in get_global("zone_territories").items():
            if two in three and "/" in zone:
                found.setdefault(three[two], []).append(zone)
        system = bytes(QTimeZone.systemTimeZoneId().data()).decode("ascii", "replace")
        return cls({code: sorted(zones) for code, zones in found.items()}, system)

    def proposed(self, country: str) -> str:
        """The country's only zone, or the laptop's where that lies in the country; else nothing."""
        zones = self.by_country.get(country, [])
        if len(zones) == 1:
            return zones[0]
        return self.system if self.system in zones else ""

    def options(self, typed: str) -> list[tuple[str, str]]:
        """Zones whose name has what is typed in it."""
        wanted = typed.strip().casefold().replace(" ", "_")
        every = sorted(zone for zones in self.by_country.values() for zone in zones)
        return [(zone, zone) for zone in every if wanted in zone.casefold()][:50]


def country_options(typed: str) -> list[tuple[str, str]]:
    """Countries for what is typed so far, in the language spoken."""
    if not typed.strip():
        return sorted(
            ((code, name(code)) for code in all_codes() if not code.startswith("XX")), key=lambda o: o[1]
        )
    return [(one.code, one.name) for one in matching(typed, limit=50) if not one.code.startswith("XX")]
