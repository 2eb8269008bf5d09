"""One function a parser: it reads what a stranger or an enrolled desk may have written, and raises nothing.

Each hands its bytes to the parser and swallows the one error that the parser documents; whatever else comes out
is a defect. What stands behind a signature is signed here first, by a desk that lies, so that the search reaches it.
What was taken goes on to what the program does with it next: a statement that is kept and cannot be folded
would stop a desk for ever.
"""

from __future__ import annotations

import io
import json
import os
import tempfile
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

from shelterdesk.core.belief import fold
from shelterdesk.core.errors import WorldError
from shelterdesk.core.event import ROW, BadLine, Event, chain_next, hex16, parse, read_again, row_values
from shelterdesk.core.heads import Logged, heads, void_reason
from shelterdesk.core.roster import desk_body, user_body
from shelterdesk.keys import age
from shelterdesk.keys.cardclaim import CardUnreadable
from shelterdesk.keys.cardtoken import key_id, read_token, verify
from shelterdesk.keys.ed25519 import SigningKey
from shelterdesk.keys.signing import SignedStatement, canonical
from shelterdesk.keys.sshsig import claimed_signer, sign
from shelterdesk.sync import container, letter, stick
from shelterdesk.sync.faults import SetAside
from shelterdesk.sync.manifest import read_manifest, sums
from shelterdesk.sync.reader import check_members
from shelterdesk.sync.receipts import from_member, read_receipt
from shelterdesk.sync.trust import judge
from tests.fuzz.people import OFFICE, WHO, B, held

_KINDS = ("join_request", "admission", "enrol_request", "enrol_reply")


def manifest(data: bytes) -> None:
    """``MANIFEST.json``: read, and then what a reader does with it before any member is looked at."""
    try:
        found = read_manifest(data)
        check_members(found.members)
        sums(found.members, data, b"")
        assert found.sender == int(found.dev, 16) and found.raw()
    except SetAside as error:
        _is_said(error)


def event(data: bytes) -> None:
    """A line of the log, and the heads that follow from its ops."""
    try:
        found = parse(data)
    except BadLine:
        return
    assert read_again(data, found.eh) == found
    chain_next(bytes(32), found.eh)
    _merged(found)


def _merged(found: Event) -> None:
    logged = [Logged(found.op_id(n), found.hlc, op) for n, op in enumerate(found.ops)]
    for one in logged:
        if one.op.field == ROW:
            row_values(one.op)
        container.is_within(one.op.value, 8, 88_236)
    for ent in {one.op.ent for one in logged}:
        void_reason(heads(one for one in logged if one.op.ent == ent))


def statement(data: bytes) -> None:
    """A statement that a desk, or the office, signs: judged, and if it is kept folded into the roster."""
    body = _object(data)
    if body is None:
        return
    keys = OFFICE if body.get("issuer") == hex16(OFFICE.dev) else B
    signed = _signed(keys.signing, body)
    before = held()
    judged = judge(WHO, before.statements, [signed])
    if not judged.new:
        return
    roster = fold([*before.statements, *judged.new])
    age.encrypt(b"", roster.recipients("LB"))
    for entry in roster.desks.values():
        desk_body(entry)
        roster.verdict(entry.dev, "nobody")
    for user in roster.users.values():
        canonical(user_body(user))
        roster.users_named(user.name, user.station)
    assert roster.homes and roster.class_key("health", "LB")


def receipt(data: bytes) -> None:
    """``receipts.json`` as it stands, and as a receipt that a desk signs."""
    try:
        offered = from_member(data)
    except SetAside as error:
        _is_said(error)
        offered = []
    body = _object(data)
    if body is not None:
        offered.append(_signed(B.signing, body))
    for one in offered:
        try:
            issuer, number, found = read_receipt(one, held().roster, False)
        except ValueError:
            continue
        assert number > 0 and issuer in held().roster.desks
        assert all(line.upto >= 0 and bytes.fromhex(line.chain) for line in found.heard)


def card(data: bytes) -> None:
    """The text of a code as a reader sends it; and the same bytes as a card that a desk signed."""
    key = B.signing
    texts = [data.decode("utf-8", "replace")]
    if len(data) >= 15:
        body = data[:15]
        texts.append(_card_text(body + key.sign(b"card.v1@shelterdesk\0" + body)))
    for text in texts:
        try:
            claim = read_token(text)
        except CardUnreadable:
            continue
        for practice in (False, True):
            verify(claim, {key_id(key.public): key.public}, date(2026, 11, 23), frozenset(), practice)


def _card_text(data: bytes) -> str:
    import base64

    return "SDC1" + base64.b32encode(data).decode().rstrip("=")


def letters(data: bytes) -> None:
    """A letter as a file; and one that a stranger signed, with everything that is asked of it."""
    offered = [data]
    body = _object(data)
    if body is not None:
        signed = _signed(B.signing, body)
        kind = body.get("statement")
        if isinstance(kind, str):
            whole = {
                "shelterdesk": kind,
                "words": "",
                "statement": signed.body.decode(),
                "signature": signed.signature,
            }
            offered.append(json.dumps(whole).encode())
    for raw in offered:
        for kind in _KINDS:
            try:
                found = letter.parse_letter(raw, kind)
            except WorldError:
                continue
            for ask in (
                lambda found=found: found.statements, lambda found=found: found.text("sign"),
                lambda found=found: found.texts("pins"), lambda found=found: found.is_true("practice"),
            ):  # fmt: skip
                _asked(ask)


def _asked(ask: Callable[[], object]) -> None:
    try:
        ask()
    except WorldError:
        return


def names(data: bytes) -> None:
    """A name in a desk's folder: what is read from it is what it says, and a folder that holds it can be looked at."""
    name = os.fsdecode(data.replace(b"\0", b"").replace(b"/", b""))[:200]
    found = container.read_part_name(name)
    assert found is None or str(found) == name
    container.read_admit_name(name), container.read_receipt_name(name), container.read_desk_folder(name)
    if not name or name in (".", "..") or len(os.fsencode(name)) > 250:
        return
    ours = _scratch() / container.FOLDER
    for folder in (ours, ours / ("0" * 16), ours / stick.RECEIPTS):
        path = folder / name
        if path.exists():
            continue
        path.touch()
        try:
            lying = stick.look(ours.parent)
            assert len(lying.parts) <= 1 and all(text.isprintable() for text in lying.strange)
        finally:
            path.unlink()


_folder: list[tempfile.TemporaryDirectory[str]] = []


def _scratch() -> Path:
    """A stick of this process's own, gone at its end."""
    if not _folder:
        _folder.append(tempfile.TemporaryDirectory())
        ours = Path(_folder[0].name) / container.FOLDER
        (ours / ("0" * 16)).mkdir(parents=True)
        (ours / stick.RECEIPTS).mkdir()
    return Path(_folder[0].name)


def archive(data: bytes) -> None:
    """A tar: what is taken is what this program would have written, byte for byte, in memory and from a file."""
    try:
        members = list(container.unpack(data))
    except SetAside as error:
        _is_said(error)
        members = None
    try:
        from_file = list(container.unpack_from(io.BytesIO(data)))
    except SetAside:
        from_file = None
    assert members == from_file
    assert members is None or container.pack(members) == data


def zipped(data: bytes) -> None:
    """A member of lines: two bytes say how much it claims to hold, the rest is the gzip member."""
    said = int.from_bytes(data[:3], "big")
    try:
        raw = container.unzip_lines(data[3:], said)
    except SetAside as error:
        _is_said(error)
        return
    assert len(raw) == said


def armour(data: bytes) -> None:
    """A signature's text."""
    try:
        assert len(claimed_signer(data.decode("utf-8", "replace"))) == 32
    except WorldError:
        return


def _object(data: bytes) -> dict[str, Any] | None:
    """The JSON object in these bytes, if it can be written canonically; what cannot is refused before it is read."""
    try:
        found = json.loads(data)
        if not isinstance(found, dict):
            return None
        canonical(found)
    except (ValueError, RecursionError):
        return None
    return found


def _signed(key: SigningKey, body: dict[str, Any]) -> SignedStatement:
    raw = canonical(body)
    return SignedStatement(raw, sign(key, raw, "statement.v1@shelterdesk"))


def _is_said(error: SetAside) -> None:
    """Every refusal has a sentence and advice that can be shown."""
    assert error.reason.isprintable() and error.advice.isprintable(), error.parts


TARGETS: dict[str, Callable[[bytes], None]] = {
    "manifest": manifest,
    "event": event,
    "statement": statement,
    "receipt": receipt,
    "card": card,
    "letter": letters,
    "names": names,
    "archive": archive,
    "zipped": zipped,
    "armour": armour,
}
