"""Sealed records: readable for holders, of one length per bucket for everybody else."""

from __future__ import annotations

import base64
import json
import subprocess
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shelterdesk.core.errors import DamagedFile
from shelterdesk.core.vocabulary import Confidentiality
from shelterdesk.keys import age, classes
from shelterdesk.keys.age import NotForUs
from shelterdesk.keys.classes import BUCKETS, ClassKey, RecordTooLong

HEALTH = ClassKey(Confidentiality.HEALTH, 3, age.derived(bytes(range(32))))
RECIPIENT = HEALTH.public.recipient
IDENTITY = HEALTH.key.identity
HOLDER = age.derived(bytes(range(1, 33)))
STRANGER = age.derived(bytes(range(2, 34)))


@settings(max_examples=150)
@given(st.binary(max_size=1019), st.binary(max_size=1019))
def test_two_records_of_a_bucket_look_alike(first: bytes, second: bytes) -> None:
    sealed = classes.seal(first, RECIPIENT), classes.seal(second, RECIPIENT)
    assert len(sealed[0]) == len(sealed[1]) == classes.sealed_length(1024)
    assert classes.unseal(sealed[0], [IDENTITY]) == first
    assert classes.unseal(sealed[1], [STRANGER.identity, IDENTITY]) == second
    assert classes.seal(first, RECIPIENT) != sealed[0]  # nor can equal records be told


@settings(max_examples=40)
@given(st.sampled_from(BUCKETS), st.data())
def test_the_length_tells_the_bucket_alone(bucket: int, data: st.DataObject) -> None:
    length = data.draw(st.integers(0, bucket - 5))
    sealed = classes.seal(b"\0" * length, RECIPIENT, bucket)
    assert len(sealed) == classes.sealed_length(bucket) <= classes.LONGEST_SEALED
    assert classes.bucket_of(sealed) == bucket
    assert sealed.isascii() and json.dumps(sealed) == f'"{sealed}"'  # goes into a line as it stands
    assert classes.unseal(sealed, [IDENTITY]) == b"\0" * length  # zeros at the end are not padding


@given(st.integers(0, BUCKETS[-1] - 5))
def test_the_smallest_bucket_that_fits_is_taken(length: int) -> None:
    bucket = classes.bucket_for(length)
    smaller = [other for other in BUCKETS if other < bucket]
    assert length + 5 <= bucket
    assert all(length + 5 > other for other in smaller)


def test_the_edges_of_a_bucket() -> None:
    assert classes.bucket_for(1019) == 1024
    assert classes.bucket_for(1020) == 4096
    with pytest.raises(RecordTooLong):
        classes.bucket_for(BUCKETS[-1] - 4)
    with pytest.raises(RecordTooLong):
        classes.seal(b"x" * 1020, RECIPIENT, 1024)
    with pytest.raises(ValueError, match="bucket"):
        classes.seal(b"x", RECIPIENT, 2000)


def test_age_and_base64_open_a_sealed_record_by_hand(tmp_path: Path) -> None:
    (tmp_path / "key").write_text(IDENTITY + "\n")
    sealed = classes.seal(b'{"given":"Ana"}', RECIPIENT, 4096)
    frame = subprocess.run(
        ["age", "-d", "-i", "key"],
        input=base64.b64decode(sealed.rstrip(".")),
        cwd=tmp_path,
        capture_output=True,
        check=True,
    ).stdout
    assert frame == b"\1\0\0\0\x0f" + b'{"given":"Ana"}' + bytes(4096 - 20)


def test_somebody_without_the_key_reads_nothing() -> None:
    sealed = classes.seal(b"record", RECIPIENT)
    for identities in ([], [STRANGER.identity]):
        with pytest.raises(NotForUs):
            classes.unseal(sealed, identities)


@given(st.integers(0, classes.sealed_length(1024) - 1), st.characters(codec="ascii"))
def test_a_changed_character_never_gives_another_record(place: int, character: str) -> None:
    sealed = classes.seal(b"record", RECIPIENT)
    changed = sealed[:place] + character + sealed[place + 1 :]
    try:
        assert classes.unseal(changed, [IDENTITY]) == b"record" and changed == sealed
    except (DamagedFile, NotForUs):
        assert changed != sealed


@given(st.text())
def test_no_text_raises_anything_else(text: str) -> None:
    for long in (text, text.ljust(classes.sealed_length(1024), ".")):
        with pytest.raises((DamagedFile, NotForUs)):
            classes.unseal(long, [IDENTITY])
    with pytest.raises((DamagedFile, NotForUs)):
        classes.unwrap_class_key(text, [IDENTITY])


@pytest.mark.parametrize(
    "frame",
    [
        b"",
        b"\1",
        b"\2\0\0\0\0" + bytes(1019),
        b"\1\0\0\4\0" + bytes(1019),
        b"\1\0\0\0\0" + bytes(1018) + b"x",
    ],
)
def test_a_frame_of_another_make_is_damaged(frame: bytes) -> None:
    text = base64.b64encode(age.encrypt(frame, [RECIPIENT])).decode().ljust(classes.sealed_length(1024), ".")
    with pytest.raises(DamagedFile):
        classes.unseal(text, [IDENTITY])


def test_a_class_key_goes_to_its_holders_alone() -> None:
    wrapped = classes.wrap_class_key(HEALTH, [HOLDER.recipient])
    assert classes.unwrap_class_key(wrapped, [STRANGER.identity, HOLDER.identity]) == HEALTH
    with pytest.raises(NotForUs):
        classes.unwrap_class_key(wrapped, [STRANGER.identity])
    with pytest.raises(DamagedFile):
        classes.unwrap_class_key(wrapped[:-8], [HOLDER.identity])


@pytest.mark.parametrize("change", [{"class": "police"}, {"version": 0}, {"identity": "AGE"}, {"class": 1}])
def test_a_wrapped_key_of_another_make_is_damaged(change: dict[str, object]) -> None:
    inside = {"class": "health", "version": 1, "identity": IDENTITY} | change
    text = base64.b64encode(age.encrypt(json.dumps(inside).encode(), [HOLDER.recipient])).decode()
    with pytest.raises(DamagedFile):
        classes.unwrap_class_key(text, [HOLDER.identity])


def test_a_later_version_has_a_key_of_its_own() -> None:
    for name in classes.CLASSES:
        first, second = classes.new_class_key(name), classes.new_class_key(name, 2)
        assert first.public.recipient != second.public.recipient
        assert (second.public.name, second.public.version) == (name, 2)
        assert "SECRET" not in repr(first)
    for name, version in ((Confidentiality.OPEN, 1), (Confidentiality.HEALTH, 0)):
        with pytest.raises(ValueError, match="class key"):
            classes.new_class_key(name, version)
