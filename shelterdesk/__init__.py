"""ShelterDesk: the registration desk of a border shelter, working without a network."""

__version__ = "0.1.0"
