"""The power goes while a user gets other keys: they stand there once, and one of their passphrases opens."""

from __future__ import annotations

import shutil
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from shelterdesk.actions.clock import SetClock
from shelterdesk.actions.desk import OwnPassphraseFirst, open_desk
from shelterdesk.actions.user_changes import reset_passphrase
from shelterdesk.actions.users import list_users
from shelterdesk.core.errors import WrongPassphrase
from tests.forks import forked
from tests.stations import CHEAP, MORNING, PASSPHRASE, make_template

GIVEN, OWN = "words on a slip", "words of my own"

KILLED = """
import os, sys
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from shelterdesk.actions.clock import SetClock
from shelterdesk.actions.desk import open_desk
from shelterdesk.actions.user_changes import first_log_in, reset_passphrase
from shelterdesk.db.store import Store
from tests.forks import forked
from tests.stations import CHEAP
def main(folder, at, how, now):
    folder = Path(folder)
    clock = SetClock(datetime.fromisoformat(now))
    desk = open_desk(folder, "admin", "demo", clock) if how == "reset" else None
    left = [at]
    def tick():
        left[0] -= 1
        if left[0] < 0:
            os._exit(9)
    def hook(event, args):
        if event in ("os.remove", "os.rename") or (event == "open" and args[2] & (os.O_WRONLY | os.O_RDWR)):
            tick()
    whole = Store.transaction
    @contextmanager
    def counted(store):
        tick()
        with whole(store) as conn:
            yield conn
        tick()
    Store.transaction = counted
    sys.addaudithook(hook)
    if desk is not None:
        reset_passphrase(desk, "operator", "words on a slip", CHEAP)
    else:
        desk = first_log_in(folder, "operator", "words on a slip", "words of my own", clock, CHEAP)
    desk.close()
"""


def opens(folder: Path, phrase: str, clock: SetClock) -> str:
    """What a passphrase of the operator does."""
    try:
        open_desk(folder, "operator", phrase, clock).close()
    except OwnPassphraseFirst:
        return "own first"
    except WrongPassphrase:
        clock.forward(timedelta(hours=1))  # the wait after a wrong one
        return "shut"
    return "open"


@pytest.mark.parametrize(
    ("how", "steps"),
    [
        ("reset", [{PASSPHRASE: "open", GIVEN: "shut"}, {PASSPHRASE: "shut", GIVEN: "own first"}]),
        ("first", [{GIVEN: "own first", OWN: "shut"}, {GIVEN: "shut", OWN: "open"}]),
    ],
    ids=["reset", "first"],
)
def test_cut_off_anywhere_they_stand_there_once_and_can_come_in(
    tmp_path: Path, how: str, steps: list[dict[str, str]]
) -> None:
    template = make_template(tmp_path / "template", practice=True)
    if how == "first":
        with closing(open_desk(template.folder, "admin", PASSPHRASE, SetClock(MORNING))) as admin:
            reset_passphrase(admin, "operator", GIVEN, CHEAP)
    found = []
    with forked(KILLED) as program:
        for at in range(100):
            folder = tmp_path / f"{at}" / "station"
            folder.parent.mkdir()
            shutil.copytree(template.folder, folder)
            clock = SetClock(MORNING + timedelta(minutes=1))
            ended = program.run(str(folder), at, how, clock.now().isoformat())
            assert ended in (0, 9)
            clock.forward(timedelta(minutes=1))
            if how == "reset":  # who goes on after the power came back
                open_desk(folder, "admin", PASSPHRASE, clock).close()
            found.append({phrase: opens(folder, phrase, clock) for phrase in steps[0]})
            with closing(open_desk(folder, "admin", PASSPHRASE, clock)) as admin:
                assert [one.is_active for one in list_users(admin) if one.name == "operator"] == [True]
            if ended == 0:
                break
    assert ended == 0 and len(found) > 6
    assert [one for at, one in enumerate(found) if found[at - 1 : at] != [one]] == steps
