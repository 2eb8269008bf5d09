"""The laptop's battery, through the one place the kernel tells it; where there is none, nothing is shown."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

POWER = Path("/sys/class/power_supply")


@dataclass(frozen=True, slots=True)
class Battery:
    """Charge in per cent, 0 to 100, of all batteries together, and whether the mains feeds it."""

    percent: int
    is_charging: bool


def read_battery(power: Path = POWER) -> Battery | None:
    """The charge now; None without a battery, or on a system that keeps it elsewhere.

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
