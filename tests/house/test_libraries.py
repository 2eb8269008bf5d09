"""The libraries: exact everywhere, the lock whole, and none at run time under the GPL or AGPL."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from importlib.metadata import Distribution, PathDistribution, distribution
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

TOP = Path(__file__).resolve().parents[2]
PROJECT = tomllib.loads((TOP / "pyproject.toml").read_text("utf-8"))["project"]
RUNTIME: list[str] = PROJECT["dependencies"]
DEVELOPMENT: list[str] = PROJECT["optional-dependencies"]["dev"]
LOCK = [
    line for line in (TOP / "requirements.lock").read_text("utf-8").splitlines() if not line.startswith("#")
]

COPYLEFT = re.compile(r"\bA?GPL|(?<!Lesser )(?<!Library )\b(Affero )?General Public License", re.IGNORECASE)
LESSER = re.compile(
    r"\bLGPL|\bLesser General Public|\bLibrary or Lesser General Public|\bLibrary General Public", re.I
)


def closure(wanted: list[str]) -> dict[str, Distribution]:
    """Every installed distribution that the requirements need, directly or through others, by name."""
    found: dict[str, Distribution] = {}
    waiting = [(Requirement(line), "") for line in wanted]
    seen = set()
    while waiting:
        requirement, extra = waiting.pop()
        if requirement.marker is not None and not requirement.marker.evaluate({"extra": extra}):
            continue
        name = canonicalize_name(requirement.name)
        found.setdefault(name, distribution(name))
        for asked in ("", *requirement.extras):
            if (name, asked) not in seen:
                seen.add((name, asked))
                waiting += [(Requirement(line), asked) for line in found[name].requires or ()]
    return found


def licences(installed: Distribution) -> Iterator[str]:
    """What a distribution says of its licence: an expression, or classifiers and a field, or a file."""
    said = installed.metadata
    if "License-Expression" in said:
        yield said["License-Expression"]
        return
    classifiers = [line for line in said.get_all("Classifier") or [] if line.startswith("License ::")]
    field = said["License"].strip() if "License" in said else ""
    yield from classifiers
    if field:
        yield field
    if not classifiers and not field:
        for file in installed.files or ():
            if re.match(r"(LICEN[CS]E|COPYING)", file.name, re.IGNORECASE):
                yield file.read_text("utf-8")[:2000]


def is_copyleft(licence: str) -> bool:
    """Whether a licence text or SPDX expression leaves no way but the GPL or AGPL (the LGPL is neither)."""
    ways = re.split(r"\s+OR\s+", licence)
    return all(COPYLEFT.search(LESSER.sub("", way)) for way in ways)


def objections(distributions: dict[str, Distribution]) -> list[str]:
    """One line for every distribution whose licence is the GPL or AGPL, or cannot be told."""
    lines = []
    for name, installed in sorted(distributions.items()):
        said = list(licences(installed))
        if not said:
            lines.append(f"{name}: says nothing of its licence")
        lines += [f"{name}: {licence[:80]}" for licence in said if is_copyleft(licence)]
    return lines


def test_no_library_of_the_desk_is_under_the_gpl() -> None:
    distributions = closure(RUNTIME)
    assert len(distributions) >= len(RUNTIME)
    assert objections(distributions) == []


@pytest.mark.parametrize(
    "metadata",
    [
        "License-Expression: GPL-3.0-or-later",
        "License-Expression: AGPL-3.0-only",
        "License-Expression: MIT AND GPL-2.0-only",
        "License: GNU General Public License v3",
        "License: GPLv3",
        "Classifier: License :: OSI Approved :: GNU Affero General Public License v3",
        "Classifier: License :: OSI Approved :: GNU General Public License v2 or later (GPLv2+)",
        "Summary: nothing said",
    ],
)
def test_a_library_under_the_gpl_is_noticed(metadata: str, tmp_path: Path) -> None:
    info = tmp_path / "stray-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.4\nName: stray\nVersion: 1.0\n{metadata}\n", "utf-8")
    (info / "RECORD").write_text("", "utf-8")
    assert len(objections({"stray": PathDistribution(info)})) == 1


@pytest.mark.parametrize(
    "licence",
    [
        "LGPL-3.0-only OR GPL-2.0-only OR GPL-3.0-only",
        "License :: OSI Approved :: GNU Library or Lesser General Public License (LGPL)",
        "LGPL-2.1-only",
        "Apache-2.0 OR BSD-3-Clause",
    ],
)
def test_the_lesser_gpl_and_a_choice_are_welcome(licence: str) -> None:
    assert not is_copyleft(licence)


def test_a_gpl_text_file_is_read_where_the_metadata_is_silent(tmp_path: Path) -> None:
    info = tmp_path / "stray-1.0.dist-info"
    (info / "licenses").mkdir(parents=True)
    (info / "METADATA").write_text("Metadata-Version: 2.4\nName: stray\nVersion: 1.0\n", "utf-8")
    (info / "licenses" / "LICENSE").write_text("GNU GENERAL PUBLIC LICENSE\nVersion 3", "utf-8")
    (info / "RECORD").write_text("stray-1.0.dist-info/licenses/LICENSE,,\n", "utf-8")
    assert objections({"stray": PathDistribution(info)}) == ["stray: GNU GENERAL PUBLIC LICENSE\nVersion 3"]


def test_every_version_is_exact() -> None:
    for line in [*RUNTIME, *DEVELOPMENT, *LOCK]:
        assert re.fullmatch(r"[A-Za-z0-9_.-]+==[A-Za-z0-9.]+", line), line


def test_the_lock_is_the_whole_closure_and_nothing_else() -> None:
    needed = {name: found.version for name, found in closure([*RUNTIME, *DEVELOPMENT]).items()}
    locked = {canonicalize_name(line.split("==")[0]): line.split("==")[1] for line in LOCK}
    assert locked == needed
    for line in [*RUNTIME, *DEVELOPMENT]:
        name, version = line.split("==")
        assert locked[canonicalize_name(name)] == version


def test_never_the_qt_that_loses_none_nor_the_one_with_a_browser() -> None:
    names = {str(canonicalize_name(line.split("==")[0])): line.split("==")[1] for line in LOCK}
    assert not {"pyside6", "pyside6-addons"} & set(names)
    assert Version(names["pyside6-essentials"]) < Version("6.12")
    assert names["pyside6-essentials"] == names["shiboken6"]
