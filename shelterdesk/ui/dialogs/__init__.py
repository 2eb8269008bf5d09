"""Decisions asked of a person, each with an ask() that returns plain values."""
