"""A whole working day played through the real window: for showing, for testing, and where there is no display."""

from __future__ import annotations

from shelterdesk.day.play import play_day

__all__ = ["play_day"]
