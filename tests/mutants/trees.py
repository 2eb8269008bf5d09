"""Changes that an enemy makes to JSON and to plain bytes: one at a time, from a seeded ``Random``."""

from __future__ import annotations

import copy
import json
from random import Random
from typing import Any

EDGES = [
    0, -1, 1, 2, 7, 8, 255, 256, 499, 500, 501, 65535, 1 << 20, (1 << 31) - 1, 1 << 31, 1 << 32, 1 << 40,
    (1 << 53) - 1, 1 << 53, (1 << 53) + 1, (1 << 62), (1 << 63) - 2, (1 << 63) - 1, 1 << 63, (1 << 64) - 1, 1 << 64,
    10**30, -(1 << 53), -(1 << 63), -(1 << 63) - 1,
]  # fmt: skip
"""Whole numbers at the edges of everything that keeps numbers."""

TEXTS = [
    "", " ", "x", "\0", "a\0b", "..", "../x", "/x", "\u202eabc", "A\u0301", "\u0430dmin", "оffice", "\uff11", "\ufeffx",
    "\n", "\r\n", "\u2028", "0" * 16, "7" + "f" * 15, "8" + "0" * 15, "0" * 32, "0" * 64, "F" * 64, "f" * 64, "0x" + "0" * 14,
    "1_0", " 1", "age1" + "q" * 58, "null", "true", "LB", "LB1A", "LB1A1", "office", "\U0010ffff", "é", "%s%n", "{what}",
    "roster-1.json", "receipts.json", "events-00001.ndjson.gz", "schema.json", "statements/" + "0" * 64 + ".json",
]  # fmt: skip
"""Texts that look like something else, or like nothing."""

SHAPES: list[Any] = [
    None, True, False, [], {}, [[]], [None], {"": None}, {"a": 1}, ["x"], [[1, 2]], [[2, 1]], [[1, 2, "0" * 64]], 0.5, 1.0,
    -0.0, 1e300,
]  # fmt: skip
"""Values of every other shape."""


def odd_value(rng: Random) -> Any:
    """Any value out of place."""
    match rng.randrange(8):
        case 0 | 1:
            return rng.choice(EDGES)
        case 2 | 3:
            return rng.choice(TEXTS)
        case 4:
            return copy.deepcopy(rng.choice(SHAPES))
        case 5:
            return nested(rng.choice((3, 7, 8, 9, 12, 40)), rng.random() < 0.5)
        case 6:
            return "x" * rng.choice((65, 1000, (64 << 10) - 1, 64 << 10, (64 << 10) + 1, 88_236, 88_237))
        case _:
            return [rng.choice(EDGES) for _ in range(rng.choice((1, 2, 3, 600)))]


def nested(levels: int, in_lists: bool) -> Any:
    """Lists or objects one in the other."""
    value: Any = 1
    for _ in range(levels):
        value = [value] if in_lists else {"1": value}
    return value


def spots(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The paths of everything inside a value, itself left out; long lists are looked at at their ends."""
    found: list[tuple[Any, ...]] = []
    keys: list[Any] = []
    if isinstance(value, dict):
        keys = list(value)
    elif isinstance(value, list):
        keys = (
            list(range(len(value))) if len(value) < 40 else [*range(20), *range(len(value) - 20, len(value))]
        )
    for key in keys:
        found.append((*path, key))
        found += spots(value[key], (*path, key))
    return found


def at_path(value: Any, path: tuple[Any, ...]) -> Any:
    """What lies there."""
    for step in path:
        value = value[step]
    return value


def changed_tree(rng: Random, value: Any) -> Any:
    """A copy with one thing changed: put out of place, dropped, doubled, swapped, nearly right."""
    value = copy.deepcopy(value)
    paths = spots(value)
    if not paths:
        return odd_value(rng)
    path = rng.choice(paths)
    holder, key = at_path(value, path[:-1]), path[-1]
    match rng.randrange(8):
        case 0 | 1:
            holder[key] = odd_value(rng)
        case 2 | 3:
            holder[key] = nearly(rng, holder[key])
        case 4:
            del holder[key]
        case 5:
            if isinstance(holder, list):
                holder.insert(key, copy.deepcopy(holder[key]))
            else:
                holder[rng.choice(TEXTS)] = copy.deepcopy(holder[key])
        case 6:
            other = rng.choice(paths)
            holder[key] = copy.deepcopy(at_path(value, other))
        case _:
            if isinstance(holder, list):
                rng.shuffle(holder)
            else:
                other_key = rng.choice(list(holder))
                holder[key], holder[other_key] = holder[other_key], holder[key]
    return value


def nearly(rng: Random, value: Any) -> Any:
    """Another value of the same kind, as near as can be."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, int):
        return rng.choice(
            (value + 1, value - 1, -value, value * 2, value + (1 << 32), str(value), float(value))
        )
    if isinstance(value, str):
        if not value:
            return "\0"
        spot = rng.randrange(len(value))
        other = rng.choice((chr(ord(value[spot]) ^ 1), value[spot].swapcase(), "\0", "\u0430", "0", "f", ""))
        return rng.choice(
            (value[:spot] + other + value[spot + 1 :], value.upper(), value + value[-1], value[:-1])
        )
    if isinstance(value, list):
        return [*value, value[-1]] if value and rng.random() < 0.5 else value[:-1]
    if isinstance(value, dict) and value:
        return {name: inner for name, inner in value.items() if name != rng.choice(list(value))}
    return odd_value(rng)


def loose_json(rng: Random, value: Any) -> bytes:
    """JSON that a strict reader of one spelling must not take for the same: space, doubled members, escapes."""
    text = json.dumps(value, ensure_ascii=rng.random() < 0.5, separators=(",", ":"))
    match rng.randrange(6):
        case 0:
            text = json.dumps(value, indent=1)
        case 1:
            text = text.replace("{", '{"format":1,', 1)
        case 2:
            text = text[:-1] + ',"number":2,"dev":"0000000000000001","parts":1}'
        case 3:
            text = text + rng.choice((" ", "\n", "\0", "x", text))
        case 4:
            text = "\ufeff" + text
        case _:
            text = text.replace("1", rng.choice(("1.0", "1e0", "01", "-0", "NaN", "Infinity", "1E400")), 1)
    return text.encode("utf-8", "surrogatepass")


def changed_bytes(rng: Random, data: bytes, other: bytes = b"") -> bytes:
    """A flip, a byte set, a cut, a doubled, dropped, exchanged or foreign piece: always other bytes than before."""
    while True:
        out = bytearray(data)
        spot = rng.randrange(len(out)) if out else 0
        size = rng.choice((1, 2, 16, 512, 4096))
        match rng.randrange(9):
            case 0 if out:
                out[spot] ^= 1 << rng.randrange(8)
            case 1 if out:
                out[spot] = rng.choice((0, 1, 0x20, 0x7F, 0x80, 0xFF))
            case 2:
                del out[spot:]
            case 3:
                edge = (64 << 10) * rng.randrange(1, max(2, len(out) // (64 << 10) + 2)) + rng.choice(
                    (-1, 0, 1)
                )
                del out[edge:]
            case 4:
                out[spot:spot] = out[spot : spot + size]
            case 5:
                del out[spot : spot + size]
            case 6:
                out[spot : spot + size] = rng.randbytes(size)
            case 7 if other:
                from_ = rng.randrange(len(other))
                out[spot : spot + size] = other[from_ : from_ + size]
            case _:
                out += rng.randbytes(rng.choice((1, 16, 512))) if rng.random() < 0.5 else bytes(1024)
        if bytes(out) != data:
            return bytes(out)
