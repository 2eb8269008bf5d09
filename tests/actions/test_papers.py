"""Papers made before they are on paper: in memory, so that no name lies in a temporary file, not for a moment."""

from __future__ import annotations

import tempfile
from datetime import date
from pathlib import Path

import pytest

from shelterdesk.actions.cards import print_cards
from shelterdesk.actions.desk import Desk
from shelterdesk.actions.papers import in_memory
from shelterdesk.actions.places import import_plan, propose_for_new, without_place
from shelterdesk.actions.registration import register_family
from shelterdesk.actions.sheets import last_sheet_day, print_sheet
from shelterdesk.core.people import FamilyForm, PersonForm
from shelterdesk.core.vocabulary import Sex
from tests.actions.at_site import PLAN

ANA = PersonForm("Pérez", "Ana", sex=Sex.F, birth="1990")


def test_cards_and_sheets_are_made_without_a_file(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    family = register_family(desk, FamilyForm((ANA,))).result
    watched = tmp_path / "temporary"
    watched.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(watched))
    watched.chmod(0o500)  # nothing can be written there (root writes all the same and is looked at below)
    cards = in_memory(desk, print_cards, persons=[family.members[0].ent])
    sheet = in_memory(desk, print_sheet, last_sheet_day(desk))
    assert cards.result.pdf.startswith(b"%PDF") and sheet.result.pdf.startswith(b"%PDF")
    assert cards.result.result.cards == 1 and cards.result.result.path is None
    assert list(watched.iterdir()) == []


def test_who_has_no_place_and_where_new_people_would_sleep(desk: Desk) -> None:
    import_plan(desk, PLAN)
    family = register_family(desk, FamilyForm((ANA,))).result
    reader = desk.reader()
    try:
        assert family.members[0].ent in {line.ent for line in without_place(desk, reader)}
        proposal = propose_for_new(
            reader, [ANA, PersonForm("Pérez", "Luz", birth="2024")], date(2026, 11, 23)
        )
        assert proposal is not None and len(proposal.places) == 2
    finally:
        reader.close()
