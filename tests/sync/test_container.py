"""The container: names, the one form of tar, gzip that cannot explode, caps on JSON."""

from __future__ import annotations

import gzip
import io
import json
import subprocess
import tarfile
import tracemalloc
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shelterdesk.sync.container import (
    MAX_UNPACKED,
    PartName,
    header,
    is_within,
    pack,
    read_part_name,
    unpack,
    unzip_lines,
    zip_lines,
)
from shelterdesk.sync.faults import SetAside

NAMES = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9._-]{0,30}(/[A-Za-z0-9][A-Za-z0-9._-]{0,30})?", fullmatch=True)
MEMBERS = st.lists(st.tuples(NAMES, st.binary(max_size=1500)), max_size=6)


@given(st.builds(PartName, st.integers(1, 10**9), st.integers(1, 9), st.integers(9, 99), st.just("0" * 16)))
def test_a_part_name_reads_back(name: PartName) -> None:
    assert read_part_name(str(name)) == name


@pytest.mark.parametrize(
    "name",
    [
        "1-2of1-0123456789abcdef.age",
        "01-1of1-0123456789abcdef.age",
        "0-1of1-0123456789abcdef.age",
        "1-1of1-0123456789ABCDEF.age",
        "1-1of1-0123456789abcdef.age.partial",
        "../1-1of1-0123456789abcdef.age",
        "1-1of1-0123456789abcdef.age\n",
        "1-1of1-０123456789abcde.age",
    ],
)
def test_other_names_are_no_parts(name: str) -> None:
    assert read_part_name(name) is None


@given(MEMBERS)
def test_what_is_packed_is_a_tar_for_everybody(members: list[tuple[str, bytes]]) -> None:
    packed = pack(members)
    assert list(unpack(packed)) == members
    with tarfile.open(fileobj=io.BytesIO(packed)) as tar:
        assert [member.name for member in tar.getmembers()] == [name for name, _ in members]


def test_the_tar_of_the_system_reads_it(tmp_path: Path) -> None:
    (tmp_path / "x.tar").write_bytes(pack([("MANIFEST.json", b"{}"), ("statements/ab.json", b"x" * 700)]))
    out = subprocess.run(["tar", "tvf", tmp_path / "x.tar"], check=True, capture_output=True, text=True)
    assert out.stderr == "" and out.stdout.count("-rw-------") == 2


def foreign(kind: bytes, name: str = "MANIFEST.json", link: str = "") -> bytes:
    """A tar made by the usual library, with a member of another kind."""
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w", format=tarfile.USTAR_FORMAT) as tar:
        info = tarfile.TarInfo(name)
        info.type, info.linkname = kind, link
        tar.addfile(info)
    return stream.getvalue()


@pytest.mark.parametrize(
    "kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.DIRTYPE, tarfile.FIFOTYPE, tarfile.CHRTYPE]
)
def test_links_folders_and_devices_do_not_exist(kind: bytes) -> None:
    with pytest.raises(SetAside):
        list(unpack(foreign(kind, link="/etc/passwd")))


@pytest.mark.parametrize(
    "name", ["../x", "/x", "a//b", "a/b/c", "C:x", "x\\y", "a b", "é", "x:stream", ".hidden"]
)
def test_names_that_lead_elsewhere_are_refused(name: str) -> None:
    with pytest.raises(SetAside):
        list(unpack(foreign(tarfile.REGTYPE, name)))
    with pytest.raises(ValueError):
        header(name, 1)


@given(MEMBERS, st.data())
def test_a_changed_header_or_end_is_noticed(members: list[tuple[str, bytes]], data: st.DataObject) -> None:
    packed = bytearray(pack([("MANIFEST.json", b"x"), *members]))
    at = data.draw(st.integers(0, 511))
    packed[at] ^= data.draw(st.integers(1, 255))
    with pytest.raises(SetAside):
        list(unpack(bytes(packed)))
    with pytest.raises(SetAside):
        list(unpack(pack(members) + b"\0"))


@given(st.binary(max_size=5000))
def test_lines_come_back_and_only_whole(raw: bytes) -> None:
    packed = zip_lines(raw)
    assert unzip_lines(packed, len(raw)) == raw
    assert zip_lines(raw) == packed
    for wrong in (len(raw) + 1, len(raw) - 1):
        if wrong >= 0:
            with pytest.raises(SetAside):
                unzip_lines(packed, wrong)
    with pytest.raises(SetAside):
        unzip_lines(packed[:-1], len(raw))
    with pytest.raises(SetAside):
        unzip_lines(packed + b"\0", len(raw))


def test_a_bomb_is_refused_before_it_unpacks() -> None:
    bomb = gzip.compress(bytes(100 << 20), 9)
    for said in (100 << 20, MAX_UNPACKED, 10 << 20):
        with pytest.raises(SetAside):
            unzip_lines(bomb, said)


def test_what_we_write_never_looks_like_a_bomb() -> None:
    raw = b"a" * (1 << 20)
    assert unzip_lines(zip_lines(raw), len(raw)) == raw


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=30),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=12,
)


def depth_of(value: object) -> int:
    if isinstance(value, dict):
        return 1 + max(map(depth_of, value.values()), default=0)
    return 1 + max(map(depth_of, value), default=0) if isinstance(value, list) else 0


@given(JSON, st.integers(0, 6))
def test_depth_is_that_of_the_value(value: object, deepest: int) -> None:
    raw = json.dumps(value).encode()
    assert is_within(raw, deepest, 1 << 20) == (depth_of(value) <= deepest)


def test_long_texts_are_noticed() -> None:
    assert is_within(b'["' + b"x" * 100 + b'"]', 8, 100)
    assert not is_within(b'["' + b"x" * 101 + b'"]', 8, 100)
    assert is_within(rb'["' + rb"\"" * 50 + b'",[]]', 2, 100)
    assert not is_within(rb'["' + rb"\"" * 51 + b'"]', 2, 100)


@pytest.mark.parametrize("text", [b"x" * (4 << 20), b"\\n" * (2 << 20), b'\\"[' * (1 << 20)])
def test_looking_at_a_text_of_megabytes_takes_no_more_room_than_it_has(text: bytes) -> None:
    raw = b'{"a":"' + text + b'"}'
    tracemalloc.start()
    try:
        assert not is_within(raw, 8, 1 << 16)
        assert is_within(raw, 2, 8 << 20)
        assert tracemalloc.get_traced_memory()[1] < 3 * len(raw)
    finally:
        tracemalloc.stop()
