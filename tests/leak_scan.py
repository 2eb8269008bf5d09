"""A scan for names in files: raw, inside gzip, zlib, tar and PDF streams, in UTF-8, UTF-16 and folded."""

from __future__ import annotations

import gzip
import re
import unicodedata
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from shelterdesk.core.names import folded_words

SHORTEST = 8
"""Letters a name needs to be looked for: shorter ones turn up in random bytes."""

_DEEPEST = 4
_LARGEST = 64 << 20
_GZIP = b"\x1f\x8b\x08"
_ZLIB = re.compile(rb"\x78[\x01\x5e\x9c\xda]")
_STREAM = re.compile(rb"stream\r?\n(.*?)endstream", re.DOTALL)


@dataclass(frozen=True)
class Leak:
    """A name found: in which file, how it was written, and through which wrappings."""

    path: Path
    name: str
    way: str


def needles(names: Iterable[str]) -> dict[bytes, tuple[str, str]]:
    """Byte patterns → (name, encoding) for all names long enough."""
    found: dict[bytes, tuple[str, str]] = {}
    for name in names:
        text = unicodedata.normalize("NFC", name.strip())
        forms = {text, text.upper(), text.lower(), unicodedata.normalize("NFD", text)}
        folded = "".join(folded_words(text))
        if len(folded) >= SHORTEST:
            forms.add(folded)
        for form in forms:
            if len(form.replace(" ", "")) < SHORTEST:
                continue
            for encoding in ("utf-8", "utf-16-le", "utf-16-be"):
                found.setdefault(form.encode(encoding, "ignore"), (name, encoding))
    return found


def scan(folder: Path, names: Iterable[str], leave_out: Iterable[str] = ()) -> list[Leak]:
    """Every name found in any file below the folder; ``leave_out`` names files that may hold them."""
    wanted = needles(names)
    pattern = re.compile(b"|".join(re.escape(needle) for needle in sorted(wanted, key=len, reverse=True)))
    left_out = set(leave_out)
    leaks: list[Leak] = []
    for path in sorted(folder.rglob("*")):
        relative = path.relative_to(folder).as_posix()
        if any(relative == name or relative.startswith(f"{name}/") for name in left_out):
            continue
        for found in pattern.finditer(str(relative).encode()):
            name, _ = wanted[found.group()]
            leaks.append(Leak(path, name, "file name"))
        if path.is_file():
            for way, data in layers(path.read_bytes()):
                for found in pattern.finditer(data):
                    name, encoding = wanted[found.group()]
                    leaks.append(Leak(path, name, f"{way} {encoding}".strip()))
    return leaks


def layers(data: bytes, way: str = "", depth: int = 0) -> Iterator[tuple[str, bytes]]:
    """The bytes themselves and all that unpacks from them: gzip and zlib anywhere, PDF streams."""
    if data.count(0) == len(data):  # room kept back on a disk: 64 MiB that no pattern need be looked for in
        return
    yield way, data
    if depth >= _DEEPEST:
        return
    start = data.find(_GZIP)
    while start >= 0:
        unpacked = _inflated(data[start:], 31)
        if unpacked:
            yield from layers(unpacked, f"{way} gzip", depth + 1)
        start = data.find(_GZIP, start + 1)
    if data.startswith(b"%PDF"):
        yield f"{way} pdf read", _read_as_people_do(data)
        for stream in _STREAM.finditer(data):
            yield from _stream_layers(stream.group(1).strip(b"\r\n"), way, depth)
        return
    for head in _ZLIB.finditer(data):
        unpacked = _inflated(data[head.start() :], 15)
        if len(unpacked) > 16:
            yield from layers(unpacked, f"{way} zlib", depth + 1)


def _read_as_people_do(data: bytes) -> bytes:
    """The text of a PDF as a viewer shows it: embedded fonts number their glyphs, which hides words in streams."""
    import pypdfium2

    document = pypdfium2.PdfDocument(data)
    try:
        texts = []
        for page in document:
            text_page = page.get_textpage()
            texts.append(text_page.get_text_bounded())
            text_page.close()
            page.close()
        return " ".join(" ".join(texts).split()).encode()
    finally:
        document.close()


def _stream_layers(stream: bytes, way: str, depth: int) -> Iterator[tuple[str, bytes]]:
    """A PDF stream, also through ASCII85 and Flate as ReportLab stacks them, its shown text joined."""
    import base64

    candidates = [stream]
    try:
        candidates.append(
            base64.a85decode(
                stream.strip(), adobe=stream.strip().endswith(b"~>") and stream.startswith(b"<~")
            )
        )
    except ValueError:
        body = stream.strip().removesuffix(b"~>")
        try:
            candidates.append(base64.a85decode(body))
        except ValueError:
            candidates.append(b"")
    for candidate in candidates:
        unpacked = _inflated(candidate, 15)
        if unpacked:
            yield f"{way} pdf", unpacked
            yield f"{way} pdf text", _shown_text(unpacked)


def _shown_text(content: bytes) -> bytes:
    """Literal strings of a content stream put together, so that kerning cannot hide a name."""
    return b"".join(re.findall(rb"\(((?:[^()\\]|\\.)*)\)", content))


def _inflated(data: bytes, window: int) -> bytes:
    unpacker = zlib.decompressobj(window)
    try:
        return unpacker.decompress(data, _LARGEST)
    except zlib.error:
        return b""


def plant(folder: Path, name: str) -> dict[str, Path]:
    """Hide a name in the ways the scan must see through; returns where."""
    folder.mkdir(parents=True, exist_ok=True)
    wide = folder / "wide.bin"
    wide.write_bytes(b"\x00\x01" + name.encode("utf-16-le") + b"\x02")
    packed = folder / "packed.bin"
    packed.write_bytes(
        b"head" + gzip.compress(b"inner" + zlib.compress(b"x" * 40 + name.encode() + b"y" * 40))
    )
    folded = folder / "folded.txt"
    folded.write_text("key " + "".join(folded_words(name)), encoding="utf-8")
    named = folder / f"{name}.txt"
    named.write_text("", encoding="utf-8")
    return {"utf-16": wide, "packed": packed, "folded": folded, "file name": named}
