"""What a holder of sealed classes sees beside a person's open page."""

from __future__ import annotations

from typing import Any

from shelterdesk.actions.class_keys import class_identities
from shelterdesk.actions.desk import Desk
from shelterdesk.actions.records import sealed_records
from shelterdesk.core.kinds import HEALTH_ACCESS, PROTECTION_ACCESS
from shelterdesk.core.vocabulary import Confidentiality

_NOT_SHOWN = frozenset({HEALTH_ACCESS.name, PROTECTION_ACCESS.name})


def sealed_of_person(desk: Desk, ent: str) -> dict[str, list[dict[str, Any]]]:
    """Sealed records about a person by kind, of the classes the user holds; nothing, not even a name, else.

    Opening them is itself recorded, sealed.
    """
    found: dict[str, list[dict[str, Any]]] = {}
    for name in (Confidentiality.HEALTH, Confidentiality.PROTECTION):
        if not class_identities(desk, name):
            continue
        for record in sealed_records(desk, name, person=ent):
            if record.kind in _NOT_SHOWN:
                continue
            values = {n: v for n, v in record.values.items() if n != "person"}
            missing = {n: {"missing": reason} for n, reason in record.missing.items()}
            conflict = {"conflict": True} if record.is_conflict else {}
            found.setdefault(record.kind, []).append({"id": record.ent, **values, **missing, **conflict})
    return found
