"""What a piece of the window says besides its words: well, look here, stop, or nothing in particular."""

from __future__ import annotations

from enum import Enum


class Tone(Enum):
    """A tone has colours (text on tint) and an icon; it is never shown by colour alone."""

    OK = "ok"
    WARN = "warn"
    BAD = "bad"
    NEUTRAL = "neutral"
    ACCENT = "accent"

    @property
    def ink(self) -> str:
        """Colour token of its text and icon."""
        return "secondary" if self is Tone.NEUTRAL else self.value

    @property
    def tint(self) -> str:
        """Colour token of the ground below it."""
        return {Tone.NEUTRAL: "bg", Tone.ACCENT: "soft"}.get(self, f"{self.value}_tint")

    @property
    def icon(self) -> str:
        """Name of the icon that says the same without colour."""
        return {Tone.NEUTRAL: "info", Tone.ACCENT: "info"}.get(self, self.value)
