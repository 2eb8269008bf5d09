"""How a print went, as whoever asked for it hears."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from shelterdesk.core.errors import WorldError
from shelterdesk.core.print_jobs import Print, PrintState


@dataclass(frozen=True, slots=True)
class Outcome:
    """How it went: ``one.state`` tells; ``pages`` given, ``where`` (a printer's name or a file), or the ``fault``."""

    one: Print
    pages: int = 0
    where: str = ""
    fault: WorldError | None = None

    @property
    def is_printed(self) -> bool:
        """Whether it left the desk."""
        return self.one.state is PrintState.PRINTED


Told = Callable[[Outcome], object]
