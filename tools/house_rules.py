"""The rules of the house no library checks: no sleeping tests, SQL in its rooms, nothing of one machine."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

TOP = Path(__file__).resolve().parent.parent

WAITS = {"sleep", "qWait"}  # a test waits for a signal or a condition, never for a while
SQL_ROOMS = ("shelterdesk/db/", "shelterdesk/office/")
# A statement, not a sentence that begins with the word: "Select a bed" is English, "SELECT bed FROM" is not.
SQL = re.compile(
    r"\s*(SELECT\s.+\sFROM\s|SELECT\s+[\w(*?:]+\s*(\(|$)|INSERT\s+(OR\s+\w+\s+)?INTO\s|UPDATE\s.+\sSET\s|DELETE\s+FROM\s"
    r"|CREATE\s+(TEMP\s+|TEMPORARY\s+|UNIQUE\s+|VIRTUAL\s+)?(TABLE|INDEX|VIEW|TRIGGER)\s|PRAGMA\s|WITH\s.+\sAS\s*\()",
    re.DOTALL,
)
# Absolute paths that hold on one developer's or builder's machine only.
# (Where X keeps its sockets, and where the Debian package lies, is the same on all.)
MACHINE_PATHS = re.compile(
    r"(?<![\w.$})/-])/(?!tmp/\.X11-unix|opt/shelterdesk)(work|home|root|tmp|opt|mnt|Users)/[\w.\-\x22\x27]"
)
# An index, or a setting that points at one. How a machine reaches its packages is the machine's own affair.
INDEXES = re.compile(
    r"--(extra-)?index-" + "url|--find-" + "links|(PIP|UV)_(EXTRA_)?INDEX|(PIP|UV)_FIND" + r"_LINKS"
    r"|https?://[\w.@:-]*(pypi|pythonhosted|deb\.debian|security\.debian|snapshot\.debian)[\w.-]*"
    r"|https?://[^\s\"'<>]+/simple\b",
    re.IGNORECASE,
)

# Modules and calls that only one kind of system has; what needs them goes through keys/machine.py.
ONE_SYSTEM = frozenset({"fcntl", "msvcrt", "pwd", "grp", "resource", "termios", "winreg", "_winapi"})
ONE_SYSTEM_CALLS = frozenset(
    {
        "fork",
        "getuid",
        "geteuid",
        "uname",
        "sync",
        "posix_fadvise",
        "statvfs",
        "mkfifo",
        "chown",
        "getloadavg",
        "kill",
    }
)
SYSTEM_DOOR = "shelterdesk/keys/machine.py"


def sleeping(path: str, tree: ast.AST) -> Iterator[str]:
    """Calls in a test that wait for a while: ``time.sleep``, ``qtbot.wait``, ``QTest.qWait`` and the like."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            if isinstance(node, ast.ImportFrom) and {alias.name for alias in node.names} & WAITS:
                yield f"{path}:{node.lineno}: a test must not sleep; wait for what it waits for"
            continue
        called = node.func
        if isinstance(called, ast.Attribute) and (
            called.attr in WAITS or (called.attr == "wait" and _last_name(called.value) == "qtbot")
        ):
            yield f"{path}:{node.lineno}: a test must not sleep; wait for what it waits for"


def _last_name(node: ast.expr) -> str:
    return node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""


def sql_outside(path: str, tree: ast.AST) -> Iterator[str]:
    """SQL statements in the strings (f-strings too) of any room but db and office; docstrings are prose."""
    if path.startswith(SQL_ROOMS):
        return
    prose = {
        id(node.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }
    inside = {id(part) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in node.values}
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            parts = [part.value if isinstance(part, ast.Constant) else "x" for part in node.values]
            text = "".join(str(part) for part in parts)
        elif (
            isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in prose | inside
        ):
            text = node.value
        else:
            continue
        if SQL.match(text):
            yield f"{path}:{node.lineno}: SQL belongs to db (or office): {text.strip()[:40]!r}"


def of_one_system(path: str, tree: ast.AST) -> Iterator[str]:
    """What only one kind of system has, anywhere but behind its door."""
    if path == SYSTEM_DOOR:
        return
    for node in ast.walk(tree):
        named: list[str] = []
        line = getattr(node, "lineno", 0)
        if isinstance(node, ast.Import):
            named = [alias.name.partition(".")[0] for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            named = [(node.module or "").partition(".")[0]]
        elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "os":
            if node.attr in ONE_SYSTEM_CALLS:
                yield f"{path}:{line}: os.{node.attr} is not on every system; it belongs behind {SYSTEM_DOOR}"
        for name in ONE_SYSTEM.intersection(named):
            yield f"{path}:{line}: {name} is not on every system; it belongs behind {SYSTEM_DOOR}"


def of_one_machine(path: str, text: str) -> Iterator[str]:
    """Lines that name a path of one machine, or where one machine takes its packages from."""
    for number, line in enumerate(text.splitlines(), 1):
        if found := MACHINE_PATHS.search(line):
            yield f"{path}:{number}: a path of one machine: {found.group()!r}"
        if found := INDEXES.search(line):
            yield f"{path}:{number}: an index of packages: {found.group()!r}"


def own_files(top: Path) -> list[Path]:
    """The files of the repository, those not yet added included, those ignored not.

    Raises CalledProcessError when the folder is no checkout.
    """
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=top,
        check=True,
        capture_output=True,
    ).stdout
    names = sorted(set(listed.decode().split("\0")) - {""})
    return [top / name for name in names if not name.startswith(".venv/") and (top / name).is_file()]


def tracked_though_ignored(top: Path) -> Iterator[str]:
    """What .gitignore says is not of the repository, yet was added to it."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--ignored", "--exclude-standard"],
        cwd=top,
        check=True,
        capture_output=True,
    ).stdout
    names = [name for name in listed.decode().split("\0") if name]
    if names:
        yield f"{names[0]} (and {len(names) - 1} more): tracked by git, though .gitignore leaves it out"


def broken_rules(top: Path) -> Iterator[str]:
    """Everything in a checkout that breaks a rule, one line each."""
    yield from tracked_though_ignored(top)
    for path in own_files(top):
        name = path.relative_to(top).as_posix()
        try:
            text = path.read_text("utf-8")
        except UnicodeDecodeError:
            continue  # a picture or a font has no lines
        yield from of_one_machine(name, text)
        if not name.endswith(".py"):
            continue
        tree = ast.parse(text, name)
        if name.startswith("tests/"):
            yield from sleeping(name, tree)
        if name.startswith("shelterdesk/"):
            yield from sql_outside(name, tree)
            yield from of_one_system(name, tree)


def main() -> int:
    """Check the checkout this file lies in; 0 when nothing is broken."""
    lines = list(broken_rules(TOP))
    print("\n".join(lines) if lines else "house rules: kept")
    return 1 if lines else 0


if __name__ == "__main__":
    sys.exit(main())
