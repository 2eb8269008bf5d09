"""What a search begins with: something good of every kind for each parser."""

from __future__ import annotations

import gzip
import json
from datetime import date
from typing import Any

from shelterdesk.core.event import Op, OpId, compose, hex16, row_op
from shelterdesk.keys.cardtoken import make_token
from shelterdesk.keys.sshsig import BUNDLE, sign
from shelterdesk.sync import container
from shelterdesk.sync.letter import enclosed, letter_bytes
from shelterdesk.sync.manifest import Counts, Held, Member, Range, SignedHead, new_manifest
from tests.fuzz.people import A, B, every_statement, said

_SHA, _ENT = "0" * 64, bytes(range(16))


def seeds(target: str) -> list[bytes]:
    """The inputs a search of that target begins with."""
    return {
        "manifest": _manifests, "event": _lines, "statement": _statements, "receipt": _receipts, "card": _cards,
        "letter": _letters, "names": _names, "archive": _archives, "zipped": _zipped, "armour": _armours,
    }[target]()  # fmt: skip


def _manifests() -> list[bytes]:
    names = [
        "receipts.json", "roster-7.json", "roster-7.json.sig", f"statements/{_SHA}.json", f"statements/{_SHA}.json.sig",
        "schema.json", "events-00001.ndjson.gz",
    ]  # fmt: skip
    members = [Member(name, 5, 5, _SHA, 3 if name.startswith("events") else 0) for name in names]
    head = SignedHead(3, _SHA, _SHA + _SHA)
    whole = new_manifest(
        dev=B.dev, epoch=0, station="LB", practice=False, audience="office", bundle_no=2, part=1, parts=1,
        prev_manifest_sha256=None, made_ms=5, recipients=[B.recipient],
        ranges=[Range(hex16(B.dev), 0, 1, 3, 3, _SHA, _SHA, head)], have=[Held(hex16(B.dev), 0, [(1, 3)])],
        counts=Counts(3, 3, {"4": 3}), members=members,
    )  # fmt: skip
    return [whole.raw()]


def _lines() -> list[bytes]:
    seen = OpId(B.dev, 0, 1, bytes(8))
    void = json.dumps({"reason": "x", "saw": [[hex16(B.dev), 0, 1, "00" * 8]]}).encode()
    every = [
        [row_op(4, _ENT, {4: "Ana", 5: None, 6: 1.5, 7: [1, True, {"a": "b"}]})],
        [row_op(4, _ENT, {4: "Ana"}), Op(4, _ENT, 4, b'"Eva"', (seen,)), Op(4, _ENT, 1, void, ())],
        [Op(4, _ENT, 4, b'{"a":[[]]}', (seen, seen)), row_op(99, _ENT, {3: "\u202e"})],
    ]
    return [
        compose(
            dev=B.dev, epoch=0, first_seq=1, hlc=1 << 40, wall_ms=5, zone="America/Panama", user="0" * 16, schema=1,
            merge_rules=1, salt=bytes(16), ops=ops, clock_doubt=len(ops) > 1,
        ).line for ops in every
    ]  # fmt: skip


def _statements() -> list[bytes]:
    return [json.dumps(members).encode() for _, members in every_statement()]


def _receipts() -> list[bytes]:
    head = {"seq": 3, "chain": _SHA, "signature": _SHA + _SHA}
    line = {
        "epoch": 0, "upto": 3, "chain": _SHA, "beyond": [[5, 6]], "set_aside": [[7, 8, "role"]], "head": head,
        "beside": [[1, 4, _SHA]],
    }  # fmt: skip
    body = {
        "desk": hex16(A.dev),
        "practice": False,
        "made_ms": 5,
        "roster": [hex16(A.dev), 1],
        "heard": [line],
    }
    signed = said(B, "receipt", body)
    member = json.dumps(
        {"receipts": [{"receipt": signed.body.decode(), "signature": signed.signature}]}
    ).encode()
    return [b'{"receipts":[]}', member, signed.body]


def _cards() -> list[bytes]:
    token = make_token(B.signing, 7, date(2027, 1, 1)).encode()
    return [token, b" " + token.lower() + b"\r\n", bytes([0x10]) + bytes(14), bytes([0x20]) + bytes(14)]


def _letters() -> list[bytes]:
    bodies: list[tuple[str, dict[str, Any]]] = [
        ("join_request", {"sign": B.public.hex(), "age": B.recipient}),
        (
            "admission",
            {
                "desk": hex16(B.dev),
                "pins": [_SHA],
                "practice": False,
                "statements": enclosed([said(A, "x", {})]),
            },
        ),
        ("enrol_request", {"station": "LB", "pins": [_SHA], "statements": []}),
        ("enrol_reply", {"office": {}, "statements": [["a", "b"]]}),
    ]
    plain = [{"statement": kind, "issuer": hex16(B.dev), "number": 1, "body": body} for kind, body in bodies]
    return [letter_bytes(B, kind, body) for kind, body in bodies] + [
        json.dumps(one).encode() for one in plain
    ]


def _names() -> list[bytes]:
    return [
        b"41-1of3-9f86d081884c7d65.age", b"41-1of3-9f86d081884c7d65.age.sig", b"0123456789abcdef.admit",
        b"0123456789abcdef-0123456789abcdef.json", b"0123456789abcdef", b"receipts", "１-1of1-9f86d081884c7d65.age".encode(),
        b"a\nb", b"\xff\xfe", "\u202egepj.exe".encode(),
    ]  # fmt: skip


def _archives() -> list[bytes]:
    return [container.pack([]), container.pack([("a.json", b"x" * 600), ("statements/b.json", b"")])]


def _zipped() -> list[bytes]:
    found = []
    for raw in (b"", b"{}\n", b"x" * 5000):
        found.append(len(raw).to_bytes(3, "big") + container.zip_lines(raw))
        found.append(len(raw).to_bytes(3, "big") + gzip.compress(raw, 9, mtime=0))
    return found


def _armours() -> list[bytes]:
    return [sign(B.signing, b"x", BUNDLE).encode()]
