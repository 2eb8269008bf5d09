"""The key file: name and passphrase, recovery sheet and escrow open the folder; wrong tries wait."""

from __future__ import annotations

import base64
import json
import resource
import stat
import subprocess
import sys
import unicodedata
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from shelterdesk.core.errors import (
    BadField,
    CannotWrite,
    DamagedFile,
    NewerData,
    NotFound,
    Refused,
    WrongPassphrase,
)
from shelterdesk.keys import age, keyfile, recovery, tries, user
from shelterdesk.keys.age import NotForUs
from shelterdesk.keys.keyfile import WrongRecoveryCode
from shelterdesk.keys.passphrase import Argon2Cost, OutOfMemory
from shelterdesk.keys.tries import WaitFirst, wait_seconds

CHEAP = Argon2Cost(memory_kib=64, passes=1, lanes=1)
NOON = 1_795_449_600.0
FILE_KEY = bytes(range(32))
ANA_KEYS, ANA = user.new_user("ana's words", CHEAP)
BEN_KEYS, BEN = user.new_user("ben's words", CHEAP)
SHEET = recovery.new_recovery()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder that Ana, Ben and the recovery sheet open."""
    keyfile.create(tmp_path, FILE_KEY, [("Ana", ANA), ("ben", BEN)], SHEET.recipient)
    return tmp_path


def _content(folder: Path) -> dict[str, object]:
    found: dict[str, object] = json.loads((folder / keyfile.FILE_NAME).read_text())
    return found


def test_name_and_passphrase_give_both_keys(folder: Path) -> None:
    opened = keyfile.unlock(folder, "Ana", "ana's words", NOON)
    assert opened.file_key == FILE_KEY
    assert opened.user.signing.public == ANA_KEYS.signing.public
    assert opened.user.age == ANA_KEYS.age
    assert FILE_KEY.hex() not in repr(opened) and repr(FILE_KEY) not in repr(opened)


def test_a_name_is_found_however_it_is_typed(folder: Path) -> None:
    keyfile.add_user(folder, FILE_KEY, "José Weiß", ANA)
    for name in ("jose\u0301 WEISS", "  JOSÉ weiß ", unicodedata.normalize("NFD", "josé weiß")):
        assert keyfile.unlock(folder, name, "ana's words", NOON).file_key == FILE_KEY
    assert not keyfile.has_user(folder, "jose weiss")


def test_the_file_holds_no_name_and_no_key(folder: Path) -> None:
    keyfile.add_user(folder, FILE_KEY, "Perpetua", ANA)
    with pytest.raises(WrongPassphrase):
        keyfile.unlock(folder, "Perpetua", "no", NOON)
    for path in folder.iterdir():
        data = path.read_bytes()
        for secret in (
            b"perpetua",
            ANA_KEYS.age.identity.lower().encode(),
            FILE_KEY.hex().encode(),
            FILE_KEY,
        ):
            assert secret not in data.lower(), path.name
    # Another folder hashes the same name otherwise: two stolen files do not show that they share a user.
    (folder / "other").mkdir()
    keyfile.create(folder / "other", FILE_KEY, [("Ana", ANA)])
    names = [{entry["name"] for entry in _users(where)} for where in (folder, folder / "other")]
    assert not names[0] & names[1]


def _users(folder: Path) -> list[dict[str, Any]]:
    users = _content(folder)["users"]
    assert isinstance(users, list)
    return users


def test_only_the_owner_may_read_it(folder: Path) -> None:
    assert stat.S_IMODE((folder / keyfile.FILE_NAME).stat().st_mode) == 0o600


def test_a_wrong_name_looks_like_a_wrong_passphrase(folder: Path) -> None:
    said = []
    for name in ("Ana", "nobody"):
        with pytest.raises(WrongPassphrase) as caught:
            keyfile.unlock(folder, name, "no", NOON)
        said.append(str(caught.value))
    assert said[0] == said[1]
    with pytest.raises(WrongPassphrase):
        keyfile.unlock(folder, "nobody", "", NOON)
    with pytest.raises(BadField):
        keyfile.unlock(folder, " ", "no", NOON)


def test_a_user_is_added_changed_and_removed(folder: Path) -> None:
    _, cem = user.new_user("cem's words", CHEAP)
    keyfile.add_user(folder, FILE_KEY, "Cem", cem)
    assert keyfile.unlock(folder, "cem", "cem's words", NOON).file_key == FILE_KEY
    changed = user.change_passphrase(keyfile.users_held(folder)[cem.public], "cem's words", "new", CHEAP)
    keyfile.add_user(folder, FILE_KEY, "cem", changed)
    assert keyfile.unlock(folder, "cem", "new", NOON).file_key == FILE_KEY
    with pytest.raises(WrongPassphrase):
        keyfile.unlock(folder, "cem", "cem's words", NOON)
    assert keyfile.remove_user(folder, cem.public)
    assert not keyfile.remove_user(folder, cem.public)
    assert not keyfile.has_user(folder, "cem")
    assert set(keyfile.users_held(folder)) == {ANA.public, BEN.public}
    assert keyfile.unlock(folder, "ben", "ben's words", NOON).file_key == FILE_KEY


def test_namesakes_each_log_in_with_their_own_words(folder: Path) -> None:
    """Two desks may each have added a user of one name before they heard of each other."""
    first_keys, first = user.new_user("first words", CHEAP)
    second_keys, second = user.new_user("second words", CHEAP)
    keyfile.add_user(folder, FILE_KEY, "Rosa", first)
    keyfile.add_user(folder, FILE_KEY, "rosa ", second)
    for phrase, keys in (("first words", first_keys), ("second words", second_keys)):
        opened = keyfile.unlock(folder, "ROSA", phrase, NOON)
        assert opened.file_key == FILE_KEY and opened.user.signing.public == keys.signing.public
    with pytest.raises(WrongPassphrase):
        keyfile.unlock(folder, "rosa", "other words", NOON)
    assert keyfile.remove_user(folder, first.public)
    assert keyfile.unlock(folder, "rosa", "second words", NOON + 60).file_key == FILE_KEY
    with pytest.raises(WrongPassphrase):
        keyfile.unlock(folder, "rosa", "first words", NOON + 60)


def test_a_namesake_that_costs_more_memory_than_there_is_keeps_nobody_out(folder: Path) -> None:
    dear = replace(BEN, wrap=replace(BEN.wrap, cost=Argon2Cost(memory_kib=1 << 20, passes=1)))
    keyfile.add_user(folder, FILE_KEY, "ana", dear)
    used = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    before = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (used + (512 << 20), before[1]))
    try:
        assert keyfile.unlock(folder, "ana", "ana's words", NOON).file_key == FILE_KEY
        with pytest.raises(OutOfMemory):
            keyfile.unlock(folder, "ana", "other words", NOON)
    finally:
        resource.setrlimit(resource.RLIMIT_AS, before)


def test_the_last_way_in_stays(tmp_path: Path) -> None:
    keyfile.create(tmp_path, FILE_KEY, [("Ana", ANA)])
    with pytest.raises(Refused):
        keyfile.remove_user(tmp_path, ANA.public)
    keyfile.set_recovery(tmp_path, FILE_KEY, SHEET.recipient)
    assert keyfile.remove_user(tmp_path, ANA.public)
    assert keyfile.unlock_with_recovery(tmp_path, SHEET.code) == FILE_KEY


def test_the_newest_recovery_sheet_opens_and_no_other(folder: Path) -> None:
    assert keyfile.unlock_with_recovery(folder, SHEET.code.lower()) == FILE_KEY
    newer = recovery.new_recovery()
    keyfile.set_recovery(folder, FILE_KEY, newer.recipient)
    assert keyfile.unlock_with_recovery(folder, newer.code) == FILE_KEY
    with pytest.raises(WrongRecoveryCode):
        keyfile.unlock_with_recovery(folder, SHEET.code)
    with pytest.raises(recovery.RecoveryTypo):
        keyfile.unlock_with_recovery(folder, newer.code[:-1] + "!")
    assert keyfile.recipients(folder, keyfile.RECOVERY) == (newer.recipient,)


def test_the_escrow_opens_once_it_was_added(folder: Path) -> None:
    escrow = age.new_identity()
    with pytest.raises(NotForUs):
        keyfile.unlock_with_identity(folder, escrow.identity)
    for _ in range(2):
        keyfile.add_recipient(folder, FILE_KEY, escrow.recipient)
    assert keyfile.unlock_with_identity(folder, escrow.identity) == FILE_KEY
    assert keyfile.recipients(folder, keyfile.ESCROW) == (escrow.recipient,)
    assert keyfile.unlock_with_recovery(folder, SHEET.code) == FILE_KEY


def test_the_key_of_another_folder_is_a_bug(folder: Path) -> None:
    other = keyfile.new_file_key()
    before = (folder / keyfile.FILE_NAME).read_bytes()
    with pytest.raises(ValueError, match="folder"):
        keyfile.add_user(folder, other, "Cem", BEN)
    with pytest.raises(ValueError, match="folder"):
        keyfile.set_recovery(folder, other, SHEET.recipient)
    with pytest.raises(ValueError, match="folder"):
        keyfile.add_recipient(folder, other, SHEET.recipient)
    with pytest.raises(ValueError, match="32"):
        keyfile.create(folder / "x", b"short", [])
    assert (folder / keyfile.FILE_NAME).read_bytes() == before


def test_a_station_is_never_written_over(folder: Path) -> None:
    before = (folder / keyfile.FILE_NAME).read_bytes()
    with pytest.raises(Refused):
        keyfile.create(folder, keyfile.new_file_key(), [("Ana", ANA)])
    assert (folder / keyfile.FILE_NAME).read_bytes() == before


def test_a_file_key_put_there_by_somebody_else_is_noticed(folder: Path) -> None:
    foreign = base64.b64encode(age.encrypt(bytes(32), [ANA.recipient])).decode()
    _spoil(folder, {"file_key": foreign})
    with pytest.raises(DamagedFile):
        keyfile.unlock(folder, "Ana", "ana's words", NOON)


def _spoil(folder: Path, change: dict[str, object]) -> None:
    """Change Ana's entry."""
    content = _content(folder)
    content["users"] = [
        entry | change if entry["user"]["recipient"] == ANA.recipient else entry for entry in _users(folder)
    ]
    (folder / keyfile.FILE_NAME).write_text(json.dumps(content))


@pytest.mark.parametrize("change", [{"user": {}}, {"user": None}, {"file_key": 7}, {"file_key": "AAAA"}])
def test_one_damaged_entry_keeps_nobody_else_out(folder: Path, change: dict[str, object]) -> None:
    _spoil(folder, change)
    with pytest.raises(DamagedFile):
        keyfile.unlock(folder, "Ana", "ana's words", NOON)
    assert keyfile.unlock(folder, "ben", "ben's words", NOON).file_key == FILE_KEY
    assert keyfile.unlock_with_recovery(folder, SHEET.code) == FILE_KEY
    with pytest.raises(WrongPassphrase):
        keyfile.unlock(folder, "nobody", "no", NOON)
    keyfile.add_user(folder, FILE_KEY, "ana", ANA)
    assert keyfile.unlock(folder, "Ana", "ana's words", NOON + 10).file_key == FILE_KEY


def test_an_entry_that_cannot_be_read_is_written_back(folder: Path) -> None:
    later = {"name": "ff", "passkey": ["of a later program"]}
    content = _content(folder)
    content["users"] = [5, later, *_users(folder)]
    (folder / keyfile.FILE_NAME).write_text(json.dumps(content))
    keyfile.add_user(folder, FILE_KEY, "Ben", BEN)
    assert keyfile.remove_user(folder, BEN.public)
    written = _content(folder)["users"]
    assert isinstance(written, list)
    assert written[:2] == [5, later]
    assert keyfile.unlock(folder, "Ana", "ana's words", NOON).file_key == FILE_KEY


def test_a_folder_without_keys_says_so(tmp_path: Path) -> None:
    assert not keyfile.exists(tmp_path)
    with pytest.raises(NotFound):
        keyfile.unlock(tmp_path, "Ana", "ana's words", NOON)
    with pytest.raises(CannotWrite):
        keyfile.create(tmp_path / "missing", FILE_KEY, [])


@pytest.mark.parametrize(
    "change",
    [
        {"format": "x"},
        {"version": "1"},
        {"salt": "00"},
        {"check": None},
        {"users": {}},
        {"others": 7},
    ],
)
def test_a_key_file_that_is_not_whole_is_damaged(folder: Path, change: dict[str, object]) -> None:
    (folder / keyfile.FILE_NAME).write_text(json.dumps(_content(folder) | change))
    with pytest.raises(DamagedFile):
        keyfile.unlock(folder, "Ana", "ana's words", NOON)


def test_a_newer_key_file_is_left_alone(folder: Path) -> None:
    (folder / keyfile.FILE_NAME).write_text(
        json.dumps(_content(folder) | {"version": 2, "users": "elsewhere"})
    )
    with pytest.raises(NewerData):
        keyfile.add_user(folder, FILE_KEY, "Cem", BEN)


_ADD = """
import sys, pathlib
from shelterdesk.keys import keyfile, passphrase, user
folder = pathlib.Path(sys.argv[1])
cheap = passphrase.Argon2Cost(memory_kib=64, passes=1, lanes=1)
for n in range(25):
    wrapped = user.new_user("words", cheap)[1]
    keyfile.add_user(folder, bytes(range(32)), f"{sys.argv[2]}{n}", wrapped)
"""


def test_two_processes_that_add_users_lose_none(folder: Path) -> None:
    running = [subprocess.Popen([sys.executable, "-c", _ADD, str(folder), name]) for name in ("p", "q")]
    assert [process.wait(60) for process in running] == [0, 0]
    assert len(_users(folder)) == 52


def _wrong(folder: Path, now: float, name: str = "Ana") -> str:
    with pytest.raises(WrongPassphrase) as said:
        keyfile.unlock(folder, name, "no", now)
    return str(said.value)


def test_wrong_tries_wait_longer_and_longer_but_the_right_one_always_opens(folder: Path) -> None:
    now = NOON
    for count in range(1, 15):
        said = _wrong(folder, now)
        wait = wait_seconds(count)
        assert (f"Wait {wait} seconds" in said) is (wait > 0)
        if wait:
            with pytest.raises(WaitFirst) as early:
                keyfile.unlock(folder, "Ana", "ana's words", now + wait - 0.5)
            assert early.value.seconds == 1
        now += wait
    assert keyfile.unlock(folder, "Ana", "ana's words", now).file_key == FILE_KEY
    assert "Wait" not in _wrong(folder, now)  # the count began anew


def test_an_early_try_does_not_make_the_wait_longer(folder: Path) -> None:
    for _ in range(3):
        _wrong(folder, NOON)
    for _ in range(20):
        with pytest.raises(WaitFirst):
            keyfile.unlock(folder, "Ana", "no", NOON + 1)
    assert keyfile.unlock(folder, "Ana", "ana's words", NOON + 2).file_key == FILE_KEY


def test_a_folder_that_cannot_be_written_can_still_be_opened(folder: Path) -> None:
    (folder / tries.FILE_NAME).mkdir()  # stands for a full or write-protected disk, for root as well
    for _ in range(12):
        assert keyfile.unlock(folder, "Ana", "ana's words", NOON).file_key == FILE_KEY
        _wrong(folder, NOON)
