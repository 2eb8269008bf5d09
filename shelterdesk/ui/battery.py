"""The laptop's battery, through the one place each kind of system tells it; where there is none, nothing is shown."""

from __future__ import annotations

import ctypes
import sys
from dataclasses import dataclass
from pathlib import Path

POWER = Path("/sys/class/power_supply")
LOW, VERY_LOW = 15, 10
"""Per cent below which it is said, and at which everything is saved and copied."""

_WINDOWS_NO_BATTERY, _WINDOWS_UNKNOWN = 128, 255


@dataclass(frozen=True, slots=True)
class Battery:
    """Charge in per cent, 0 to 100, of all batteries together, and whether the mains feeds it."""

    percent: int
    is_charging: bool


class _WindowsPower(ctypes.Structure):
    """SYSTEM_POWER_STATUS of winbase.h."""

    _fields_ = (
        ("ac_line", ctypes.c_ubyte),
        ("battery_flag", ctypes.c_ubyte),
        ("percent", ctypes.c_ubyte),
        ("saver", ctypes.c_ubyte),
        ("seconds_left", ctypes.c_ulong),
        ("seconds_full", ctypes.c_ulong),
    )


def read_battery(power: Path | None = None) -> Battery | None:
    """The charge now, from where this kind of system keeps it; None without a battery, or where nobody tells."""
    if power is None and sys.platform == "win32":
        told = _WindowsPower()
        if not ctypes.windll.kernel32.GetSystemPowerStatus(ctypes.byref(told)):
            return None
        return of_windows(told.ac_line, told.battery_flag, told.percent)
    return _of_kernel(power if power is not None else POWER)


def of_windows(ac_line: int, flag: int, percent: int) -> Battery | None:
    """What ``GetSystemPowerStatus`` says (not proved on a laptop yet): 128 is no battery, 255 is not known."""
    if percent == _WINDOWS_UNKNOWN or flag == _WINDOWS_UNKNOWN or flag & _WINDOWS_NO_BATTERY:
        return None
    return Battery(min(100, percent), ac_line == 1)


def _of_kernel(power: Path) -> Battery | None:
    """The charge by Linux' sysfs.

    Batteries of mice and phones (scope ``Device``) are not the laptop's (kernel ABI, sysfs-class-power).
    """
    charges: list[int] = []
    charging = False
    try:
        supplies = sorted(power.iterdir())
    except OSError:
        return None
    for supply in supplies:
        kind = _line(supply / "type")
        if kind == "Battery" and _line(supply / "scope") != "Device":
            charge = _line(supply / "capacity")
            if charge.isdigit():
                charges.append(min(100, int(charge)))
                charging |= _line(supply / "status") in ("Charging", "Full", "Not charging")
    if not charges:
        return None
    return Battery(round(sum(charges) / len(charges)), charging)


def _line(file: Path) -> str:
    try:
        return file.read_text(encoding="ascii", errors="replace").strip()
    except OSError:
        return ""
