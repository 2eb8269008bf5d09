"""A path typed by hand may be anything: what cannot be one here is no folder, and nothing breaks."""

from __future__ import annotations

from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from shelterdesk.actions.clock import SetClock
from shelterdesk.ui.dialogs.path_field import PathField, PathKind
from shelterdesk.ui.dialogs.recovery_card import RecoveryCard
from shelterdesk.ui.screens.settings_backup import BackupSection
from shelterdesk.ui.screens.settings_plan import PlanSection
from tests.stations import Template
from tests.ui.desk_windows import log_in, program, settings_of

ODD = ["~nosuchuser/backups", "/" + "x" * 300, "\0"]


@pytest.mark.parametrize("typed", [*ODD, "", "not there"])
def test_what_cannot_be_a_folder_is_none(qtbot: QtBot, typed: str) -> None:
    field = PathField("Folder", PathKind.FOLDER)
    qtbot.addWidget(field)
    field.field.set_text(typed)
    assert not field.is_folder()
    assert field.file_in("a.json") == field.path()


def test_a_folder_that_may_not_be_entered_is_none(
    qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without the right to search there, asking whether it is a folder is refused."""

    def refuse(_: Path) -> bool:
        raise PermissionError(13, "Permission denied")

    field = PathField("Folder", PathKind.FOLDER)
    qtbot.addWidget(field)
    field.set_path(str(tmp_path))
    assert field.is_folder() and field.file_in("a.json") == tmp_path / "a.json"
    monkeypatch.setattr(Path, "is_dir", refuse)
    assert not field.is_folder()


def test_the_home_of_who_is_at_the_laptop_is_known_by_its_sign(qtbot: QtBot) -> None:
    field = PathField("Folder", PathKind.FOLDER)
    qtbot.addWidget(field)
    field.set_path("~")
    assert field.path() == Path.home()


@pytest.mark.parametrize("typed", ODD[:2])
def test_the_settings_say_it_at_the_field(
    qtbot: QtBot, station_folder: Path, clock: SetClock, typed: str
) -> None:
    with program(qtbot, station_folder, clock) as app:
        window = log_in(qtbot, app)
        window.open_screen("settings")
        sections = settings_of(window).sections
        backup, plan = sections["backup"], sections["plan"]
        assert isinstance(backup, BackupSection) and isinstance(plan, PlanSection)
        backup.target.set_path(typed)
        backup.make.click()
        assert "Choose a folder that is there" in backup.target.field.mistake.text()
        plan.file.set_path(typed)
        plan.on_look()
        qtbot.waitUntil(lambda: "cannot be read" in plan.file.field.mistake.text())


def test_a_place_is_no_name_for_a_file(
    qtbot: QtBot, station_folder: Path, clock: SetClock, station_template: Template
) -> None:
    with program(qtbot, station_folder, clock) as app:
        card = RecoveryCard(app.worker, station_template.recovery_code)
        qtbot.addWidget(card)
        card.file.set_path("/")
        card.save.click()
        assert card.file.field.mistake.text() == "Say where the sheet is to be saved."
