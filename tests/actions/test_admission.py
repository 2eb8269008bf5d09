"""A second desk joins at the table, works apart, and both come to the same state whatever the order."""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from shelterdesk.actions import admission
from shelterdesk.actions.admission import admit, finish_join, join_request, read_admission
from shelterdesk.actions.clock import SetClock
from shelterdesk.actions.desk import Desk, open_desk
from shelterdesk.actions.exchange import export_bundle
from shelterdesk.actions.offices import new_office
from shelterdesk.actions.taking_in import import_from
from shelterdesk.core.errors import DamagedFile, NotAllowed, NotFound, Refused, WorldError
from shelterdesk.core.kinds import PERSON
from shelterdesk.keys import keyfile
from shelterdesk.keys.desk import DeskKeys
from shelterdesk.startup import FILE
from shelterdesk.sync import letter
from tests.stations import CHEAP, PASSPHRASE, make_template
from tests.sync.worlds import at, events_of, given_names, join, register, state


def test_a_desk_joins_and_knows_everything(station_folder: Path, tmp_path: Path, clock: SetClock) -> None:
    with at(station_folder, clock) as desk:
        register(desk, "Ana", "Berta")
    second = tmp_path / "second"
    join(station_folder, second, clock)
    with at(station_folder, clock) as first, at(second, clock, "operator") as desk:
        assert desk.who.slot == "LB1A" and desk.who.zone == "America/Panama" and not desk.who.is_practice
        assert given_names(desk) == {"Ana", "Berta"}
        assert events_of(desk) == events_of(first)
        assert state(desk) == state(first)
        register(desk, "Carla")
    assert not (second / "join.keys").exists()
    recipients = keyfile.recipients(second, keyfile.RECOVERY)
    assert recipients == keyfile.recipients(station_folder, keyfile.RECOVERY)


def test_slots_hang_below_each_other(station_folder: Path, tmp_path: Path, clock: SetClock) -> None:
    join(station_folder, tmp_path / "b", clock)
    join(station_folder, tmp_path / "c", clock)
    join(tmp_path / "b", tmp_path / "d", clock)
    slots = []
    for name in ("b", "c", "d"):
        with at(tmp_path / name, clock) as desk:
            slots.append(desk.who.slot)
    assert slots == ["LB1A", "LB1B", "LB1A1"]


def test_only_an_admin_admits_and_only_once(station_folder: Path, tmp_path: Path, clock: SetClock) -> None:
    request, reply = tmp_path / "JOIN.json", tmp_path / "REPLY"
    first = join_request(tmp_path / "new", request)
    assert join_request(tmp_path / "new", request).words == first.words
    with at(station_folder, clock, "operator") as desk, pytest.raises(NotAllowed):
        admit(desk, request, reply)
    with at(station_folder, clock) as desk:
        words = admit(desk, request, reply).result.own_words
        with pytest.raises(Refused):
            admit(desk, request, tmp_path / "again")
    finish_join(tmp_path / "new", reply, words, clock)
    with pytest.raises(NotFound):
        finish_join(tmp_path / "new", reply, words, clock)
    with pytest.raises(Refused):
        join_request(station_folder, request)


def test_a_reply_opens_nowhere_else(station_folder: Path, tmp_path: Path, clock: SetClock) -> None:
    reply = tmp_path / "REPLY"
    join_request(tmp_path / "new", tmp_path / "JOIN.json")
    join_request(tmp_path / "other", tmp_path / "OTHER.json")
    with at(station_folder, clock) as desk:
        words = admit(desk, tmp_path / "JOIN.json", reply).result.own_words
    with pytest.raises(Refused, match="made for another desk") as refused:
        finish_join(tmp_path / "other", reply, words, clock)
    assert refused.value.next_step == letter.copy_again()
    assert not (tmp_path / "other" / FILE).exists()
    with pytest.raises(NotFound):
        finish_join(tmp_path / "nobody", reply, words, clock)


def test_a_reply_exchanged_after_its_words_were_compared_is_refused(
    station_folder: Path, tmp_path: Path, clock: SetClock
) -> None:
    """Whoever carries the request can have it admitted elsewhere, and lay that reply in the place of the first."""
    reply, new = tmp_path / "REPLY", tmp_path / "new"
    join_request(new, tmp_path / "JOIN.json")
    make_template(tmp_path / "mt", code="MT")
    with at(station_folder, clock) as desk:
        admit(desk, tmp_path / "JOIN.json", reply)
    compared, good = read_admission(new, reply), reply.read_bytes()
    with at(tmp_path / "mt", clock) as desk:
        admit(desk, tmp_path / "JOIN.json", reply)
    with pytest.raises(Refused, match="not the six words of this reply"):
        finish_join(new, reply, compared.words, clock)
    assert not (new / FILE).exists() and not keyfile.exists(new)
    reply.write_bytes(good)
    said = [f" {word.upper()}" for word in compared.words]
    assert finish_join(new, reply, said, clock).result.station == "LB"


def test_a_damaged_reply_leaves_nothing(station_folder: Path, tmp_path: Path, clock: SetClock) -> None:
    reply, new = tmp_path / "REPLY", tmp_path / "new"
    join_request(new, tmp_path / "JOIN.json")
    with at(station_folder, clock) as desk:
        register(desk, "Ana")
        words = admit(desk, tmp_path / "JOIN.json", reply).result.own_words
    good = reply.read_bytes()
    rng = random.Random(7)
    for _ in range(60):
        bad = bytearray(good)
        if rng.random() < 0.3:
            del bad[rng.randrange(len(bad)) :]
        else:
            bad[rng.randrange(len(bad) - 1024)] ^= 1 << rng.randrange(8)
        reply.write_bytes(bad)
        try:
            finish_join(new, reply, words, clock)
        except (DamagedFile, WorldError):
            assert not (new / FILE).exists() and not keyfile.exists(new)
        else:  # the flipped bit was in nothing that counts
            pytest.fail("a damaged reply was taken")
    reply.write_bytes(good)
    finish_join(new, reply, words, clock)
    with at(new, clock) as desk:
        assert given_names(desk) == {"Ana"}


def test_a_damaged_reply_is_to_be_copied_or_asked_for_anew(
    station_folder: Path, tmp_path: Path, clock: SetClock
) -> None:
    """Nothing is said of sticks, nor of exporting again: no desk can."""
    reply, new = tmp_path / "REPLY", tmp_path / "new"
    join_request(new, tmp_path / "JOIN.json")
    with at(station_folder, clock) as desk:
        words = admit(desk, tmp_path / "JOIN.json", reply).result.own_words
    good = reply.read_bytes()

    def refused(bad: bytes, take: Callable[[], object]) -> str:
        reply.write_bytes(bad)
        with pytest.raises(WorldError) as damaged:
            take()
        return damaged.value.next_step

    def finish() -> object:
        return finish_join(new, reply, words, clock)

    def flipped(after: bytes) -> bytes:
        at = good.index(after) + 600
        return good[:at] + bytes([good[at] ^ 1]) + good[at + 1 :]

    changed = flipped(b"age-encryption.org"), flipped(b"starter.age.sig")  # in the letter, under it
    steps = {
        refused(bad, finish) for bad in (good[:-700], good[: len(good) // 2], b"", b"x" * 4096, *changed)
    }
    steps.add(refused(b"", lambda: read_admission(new, reply)))
    (step,) = steps
    assert step.startswith("Copy the reply once more from the desk that admitted this one.")


def test_a_letter_that_says_too_little_is_not_to_be_asked_for_again(
    station_folder: Path, tmp_path: Path, clock: SetClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The keys in the request are admitted then, and admitting them once more would be refused."""
    reply, new = tmp_path / "REPLY", tmp_path / "new"
    join_request(new, tmp_path / "JOIN.json")

    def short(keys: DeskKeys, kind: str, _: object) -> bytes:
        return letter.letter_bytes(keys, kind, {})

    with at(station_folder, clock) as desk:
        monkeypatch.setattr(admission, "letter_bytes", short)
        words = admit(desk, tmp_path / "JOIN.json", reply).result.own_words
    for take in (lambda: read_admission(new, reply), lambda: finish_join(new, reply, words, clock)):
        with pytest.raises(DamagedFile, match="is not an admission") as damaged:
            take()
        assert damaged.value.next_step == letter.copy_again()
    assert not (new / FILE).exists()


@pytest.mark.parametrize("zone", ["", "Panama/America", "../../etc/hostname", "x" * 5000])
def test_a_zone_no_clock_knows_is_said_before_anything_is_made(
    station_folder: Path, tmp_path: Path, clock: SetClock, monkeypatch: pytest.MonkeyPatch, zone: str
) -> None:
    """The desk would stand, and not one of its screens would open."""
    reply, new = tmp_path / "REPLY", tmp_path / "new"
    join_request(new, tmp_path / "JOIN.json")

    def elsewhere(keys: DeskKeys, kind: str, body: dict[str, object]) -> bytes:
        return letter.letter_bytes(keys, kind, {**body, "timezone": zone})

    with at(station_folder, clock) as desk:
        monkeypatch.setattr(admission, "letter_bytes", elsewhere)
        words = admit(desk, tmp_path / "JOIN.json", reply).result.own_words
    with pytest.raises(DamagedFile, match="is not a time zone") as damaged:
        finish_join(new, reply, words, clock)
    assert damaged.value.next_step
    assert not (new / FILE).exists() and not keyfile.exists(new)


def test_keys_left_in_clear_go_at_the_next_opening(
    station_folder: Path, tmp_path: Path, clock: SetClock
) -> None:
    """Killed after the key file was made: the desk stands, and what it joined with lies beside it."""
    new, keys = tmp_path / "new", tmp_path / "kept"
    join_request(new, tmp_path / "JOIN.json")
    keys.write_bytes((new / admission.JOIN_KEYS).read_bytes())
    with at(station_folder, clock) as desk:
        words = admit(desk, tmp_path / "JOIN.json", tmp_path / "REPLY").result.own_words
    finish_join(new, tmp_path / "REPLY", words, clock)
    assert not (new / admission.JOIN_KEYS).exists()
    (new / admission.JOIN_KEYS).write_bytes(keys.read_bytes())
    with at(new, clock, "admin"):
        assert not (new / admission.JOIN_KEYS).exists()


def test_a_folder_that_is_taken_may_be_an_offices(tmp_path: Path, clock: SetClock) -> None:
    folder = tmp_path / "office"
    new_office(folder, "Central", "admin", PASSPHRASE, clock, country="PAN", cost=CHEAP).desk.close()
    with pytest.raises(Refused, match="already holds a station or an office"):
        join_request(folder, tmp_path / "JOIN.json")
    with pytest.raises(Refused, match="already holds a station or an office"):
        keyfile.create(folder, bytes(32), [])


def swap(desks: list[Desk], sticks: list[Path], rng: random.Random) -> None:
    """Everybody writes a stick and takes the others' in, in some order, twice now and then."""
    for desk, stick in zip(desks, sticks, strict=True):
        export_bundle(desk, stick, "LB")
    for desk in desks:
        order = [*sticks, *rng.sample(sticks, 1)]
        rng.shuffle(order)
        for stick in order:
            found = import_from(desk, stick).result
            assert not found.alarms and not found.set_aside, found


@pytest.mark.parametrize("seed", range(4))
def test_three_desks_in_any_order_come_to_one_state(
    station_folder: Path, tmp_path: Path, clock: SetClock, seed: int
) -> None:
    rng = random.Random(seed)
    join(station_folder, tmp_path / "b", clock)
    join(tmp_path / "b", tmp_path / "c", clock)
    folders = [station_folder, tmp_path / "b", tmp_path / "c"]
    sticks = [tmp_path / f"stick-{n}" for n in range(3)]
    for stick in sticks:
        stick.mkdir()
    desks = [open_desk(folder, "admin", PASSPHRASE, clock) for folder in folders]
    people: list[str] = []
    for step in range(4):
        for desk in desks:
            people += register(desk, f"P{step}{desk.who.slot}")
            known = [
                p
                for p in people
                if desk.store.conn.execute("SELECT 1 FROM op WHERE ent = ?", (bytes.fromhex(p),)).fetchone()
            ]
            with desk.store.write(desk.user) as event:
                event.set(PERSON, rng.choice(known), "given", f"N{step}{desk.who.slot}{rng.random()}")
        if step % 2:
            lost = rng.choice(sticks)
            shutil.rmtree(lost)
            lost.mkdir()
        swap(desks, sticks, rng)
    swap(desks, sticks, rng)
    swap(desks, sticks, rng)
    common = {frozenset(p for p in given_names(desk)) for desk in desks}
    assert len(common) == 1
    for desk in desks:
        before = state(desk)
        desk.store.rebuild()
        assert state(desk) == before
        desk.close()
