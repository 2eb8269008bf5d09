"""The door of the program: hands the command line the window and the played day, which it may not know itself."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from shelterdesk.cli import main as command_line


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the program; returns the exit status."""
    return command_line(arguments)


if __name__ == "__main__":
    sys.exit(main())
