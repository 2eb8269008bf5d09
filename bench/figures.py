"""Figures on paper: lines for the terminal, and the page of the handbook that keeps them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from bench.measure import Figure, said

_HEAD = """# Figures

How fast and how large, as `{command}` measured it; each command under its heading measures that part again.
Read the ratios first: every absolute time stands beside a baseline of the same run, and moves with the machine.

Measured on {machine}; data from seed {seed}. A virtual disk flatters commits; a field laptop's takes 5 to 50 ms each.
{shared}
"""
_SHARED = (
    "The machine was shared while this was measured (load before each part: {loads}): other work took"
    " processor time, so absolute times are upper bounds."
)
_ALONE = "Nothing else ran on it worth mentioning (load before each part: {loads})."


@dataclass(frozen=True, slots=True)
class Found:
    """What one measurement found, how long it ran (seconds), and the load of the machine when it began."""

    figures: list[Figure]
    took: float
    load: float


def table(figures: Iterable[Figure]) -> str:
    """Figures as indented lines for the terminal."""
    lines = []
    for one in figures:
        met = {None: "     ", True: "met  ", False: "NOT MET"}[one.is_met]
        ratio = (
            "" if one.ratio is None else f" = {one.ratio:.2f} × {one.baseline} ({said(one.base_value or 0)})"
        )
        goal = f"  [goal {one.goal}]" if one.goal else ""
        lines.append(f"  {met:7} {said(one.value):>9} {one.unit:9} {one.what}{ratio}{goal}")
    return "\n".join(lines)


def write_page(path: Path, found: Mapping[str, Found], machine: str, seed: int) -> None:
    """Write the page of figures."""
    path.write_text(page(found, machine, seed), "utf-8")


def page(found: Mapping[str, Found], machine: str, seed: int) -> str:
    """The page of figures as Markdown."""
    loads = ", ".join(f"{name} {one.load:.1f}" for name, one in found.items())
    shared = _SHARED if any(one.load > 0.7 for one in found.values()) else _ALONE
    parts = [
        _HEAD.format(command="python -m bench", machine=machine, seed=seed, shared=shared.format(loads=loads))
    ]
    for name, one in found.items():
        lines = [
            f"## {name.capitalize()}",
            "",
            f"`python -m bench {name}` ({one.took:.0f} s)",
            "",
            "| What | Measured | Baseline | Ratio | Goal |",
            "|---|---:|---|---:|---|",
        ]
        lines += [_row(figure) for figure in one.figures]
        parts.append("\n".join(lines) + "\n")
    return "\n".join(parts)


def _row(one: Figure) -> str:
    base = f"{said(one.base_value)} {one.unit}: {one.baseline}" if one.base_value is not None else ""
    ratio = "" if one.ratio is None else f"{one.ratio:.2f}"
    verdict = {None: "", True: ", met", False: ", **not met**"}[one.is_met]
    return f"| {one.what} | {said(one.value)} {one.unit} | {base} | {ratio} | {one.goal}{verdict} |"
