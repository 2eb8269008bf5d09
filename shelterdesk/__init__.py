"""ShelterDesk: the registration desk of a border shelter, working without a network."""

from datetime import UTC, datetime

__version__ = "0.1.0"

MADE = datetime(2026, 11, 1, tzinfo=UTC)
"""When this version was made, moved on with each release: no clock that shows an earlier time can be right."""
