"""What every test may ask for: the fences around it and the stations of the tests."""

from __future__ import annotations

from tests.stations import clock, desk, operator_desk, station_folder, station_template

__all__ = ["clock", "desk", "operator_desk", "station_folder", "station_template"]

pytest_plugins = ["tests.fences"]
