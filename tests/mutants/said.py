"""Mutants of what is said inside, all of it signed by the desk that lies: entries, ranges, heads, statements, receipts."""

from __future__ import annotations

import json
from random import Random
from typing import Any

from shelterdesk.core.event import line_hash
from shelterdesk.keys import age
from shelterdesk.keys.desk import DeskKeys
from shelterdesk.keys.ed25519 import SigningKey
from shelterdesk.keys.signing import canonical, sign_statement
from shelterdesk.keys.sshsig import sign
from shelterdesk.keys.user import user_id
from shelterdesk.sync.manifest import sha256
from tests.mutants.forge import Attempt, Draft, Mutator, spelled
from tests.mutants.inside import draft
from tests.mutants.setting import Setting
from tests.mutants.trees import EDGES, TEXTS, changed_bytes, changed_tree, loose_json, odd_value

STATEMENT = "statement.v1@shelterdesk"
KINDS = (
    "roster", "admit", "user", "class_key", "adoption", "revoked_cards", "revocation", "reinstatement", "clock_fix", "erase",
    "horizon", "receipt", "of a newer program",
)  # fmt: skip


def _pick(rng: Random, one: Draft, is_own: bool) -> tuple[int, int]:
    """A line of the desk that lies, or of somebody else: its range and place."""
    me = f"{one.setting.liar.dev:016x}"
    ranges = [
        n
        for n, range_ in enumerate(one.manifest["ranges"])
        if (range_["dev"] == me) is is_own and one.lines[n]
    ]
    at = rng.choice(ranges)
    return at, rng.randrange(len(one.lines[at]))


def on_records_of_others(rng: Random, setting: Setting) -> Attempt:
    """The desk that lies edits, voids or makes anew what another station registered, naming the very heads."""
    one = draft(rng, setting)
    at, place = _pick(rng, one, is_own=True)
    found = json.loads(one.lines[at][place])
    op = json.loads(json.dumps(rng.choice(setting.foreign)))
    match rng.randrange(4):
        case 0:
            op[2], op[3] = 1, {"reason": "x", "saw": op[4]}
        case 1:
            op[2], op[3], op[4] = 0, {str(op[2]): "taken over"}, []
        case 2:
            op[4] = [*op[4], [op[4][0][0], 0, rng.choice(EDGES[:15]), "00" * 8]]
        case _:
            pass
    found["o"] = [*found["o"], op] if rng.random() < 0.5 else [op]
    one.lines[at][place:] = [spelled(found)]  # its numbers may be others now: the last of its range
    one.settle_lines(rng)
    return one.attempt("on records of others")


def made_anew(rng: Random, setting: Setting) -> Attempt:
    """A record of another station is made a second time, and the next entry names both makings: edit or void."""
    one = draft(rng, setting)
    at, _ = _pick(rng, one, is_own=True)
    last = json.loads(one.lines[at][-1])
    theirs = rng.choice(setting.foreign)
    first = last | {"s": last["s"] + len(last["o"]), "x": "5" * 32}
    first["o"] = [[theirs[0], theirs[1], 0, {str(theirs[2]): "taken over"}, []]]
    line = spelled(first)
    own = [last["d"], last["e"], first["s"], line_hash(line)[:8].hex()]
    saw = rng.sample([*theirs[4], own], 2)
    over = rng.choice(([theirs[2], "over", saw], [1, {"reason": "x", "saw": saw}, []]))
    second = first | {"s": first["s"] + 1, "o": [[theirs[0], theirs[1], *over]]}
    one.lines[at] += [line, spelled(second)]
    one.settle_lines(rng)
    return one.attempt("made anew")


def _changed_line(rng: Random, line: bytes) -> bytes:
    """The same entry with a value, a field, an id or a superseded op changed; its numbers stay, mostly."""
    found = json.loads(line)
    op = rng.choice(found["o"])
    match rng.randrange(9):
        case 0:
            op[3] = odd_value(rng)
        case 1 if isinstance(op[3], dict) and op[3]:
            op[3][rng.choice(list(op[3]))] = odd_value(rng)
        case 2 if isinstance(op[3], dict):
            op[3][rng.choice((*TEXTS, "1", "0", "4", "1e1", "٣", str(1 << 31)))] = rng.choice(("x", 1, None))
        case 3:
            op[4] = [[rng.choice(TEXTS), rng.choice(EDGES), rng.choice(EDGES), "00" * 8]] * rng.choice(
                (1, 2, 501)
            )
        case 4:
            op[rng.choice((0, 2))] = rng.choice((*EDGES, 4, 22, 0, 1))
        case 5:
            found[rng.choice(("h", "w", "tz", "u", "sv", "mv", "x", "q"))] = odd_value(rng)
        case 6:
            found["o"] = found["o"] * rng.choice((2, 3, 501)) if rng.random() < 0.7 else []
        case 7:
            return loose_json(rng, found)
        case _:
            found = changed_tree(rng, found)
    return spelled(found)


def own_line(rng: Random, setting: Setting) -> Attempt:
    """An entry of the desk that lies says something that cannot be, its chain and head signed over it."""
    one = draft(rng, setting)
    at, place = _pick(rng, one, is_own=True)
    line = one.lines[at][place]
    one.lines[at][place] = (
        _changed_line(rng, line) if rng.random() < 0.8 else changed_bytes(rng, line).replace(b"\n", b"")
    )
    one.settle_lines(rng)
    return one.attempt("own line")


def line_of_another(rng: Random, setting: Setting) -> Attempt:
    """An entry of an honest desk is rewritten, added to or taken away; its head stale, missing, moved or forged."""
    one = Draft.of(setting, setting.small)
    at, place = _pick(rng, one, is_own=False)
    lines = one.lines[at]
    match rng.randrange(5):
        case 0:
            lines[place] = lines[place].replace(b"Eva", b"Ada").replace(b"Flor", b"Rosa")
            if lines[place] == lines[place].replace(b"Ada", b"").replace(b"Rosa", b""):
                lines[place] = _changed_line(rng, lines[place])
        case 1:
            del lines[place]
        case 2:
            lines.append(_following(lines[-1]))
        case 3:
            other = rng.randrange(len(lines))
            lines[place], lines[other] = lines[other], lines[place]
        case _:
            lines[place] = _changed_line(rng, lines[place])
    one.settle_lines(rng, rng.choice(("kept", "none", "signed", "moved")))
    return one.attempt("line of another")


def _following(line: bytes) -> bytes:
    """One more entry as its author might have written it."""
    found = json.loads(line)
    found["s"] += len(found["o"])
    found["x"] = "5" * 32
    return spelled(found)


def under_another_name(rng: Random, setting: Setting) -> Attempt:
    """Entries of the desk that lies are said to be an honest desk's, or of an epoch, number or desk that is not."""
    one = draft(rng, setting)
    at, _ = _pick(rng, one, is_own=True)
    name, value = rng.choice(
        (
            ("d", f"{setting.others[0].folder:016x}"), ("d", f"{setting.others[1].folder:016x}"), ("d", "0" * 15 + "1"),
            ("e", rng.choice(EDGES)), ("d", rng.choice(TEXTS)), ("s", rng.choice(EDGES)),
        )
    )  # fmt: skip
    changed = []
    for line in one.lines[at]:
        found = json.loads(line)
        found[name] = value
        changed.append(spelled(found))
    one.lines[at] = changed
    range_ = one.manifest["ranges"][at]
    if rng.random() < 0.8:
        range_[{"d": "dev", "e": "epoch", "s": "first"}[name]] = value
    if rng.random() < 0.5:
        range_["chain_before"] = rng.choice(("0" * 64, None, sha256(b"x")))
    one.settle_lines(rng, rng.choice(("none", "signed", "kept")))
    return one.attempt("under another name")


def ranges(rng: Random, setting: Setting) -> Attempt:
    """Ranges, chains, heads, what is held, counts: one of them says something else."""
    one = draft(rng, setting)
    name = rng.choice(("ranges", "ranges", "ranges", "have", "counts", "members"))
    one.manifest[name] = changed_tree(rng, one.manifest[name])
    return one.attempt("ranges")


def miscounted(rng: Random, setting: Setting) -> Attempt:
    """The sum of what is counted is right, and what it is the sum of is not."""
    one = draft(rng, setting)
    kinds = one.manifest["counts"]["kinds"]
    name = rng.choice(list(kinds))
    kinds[rng.choice(("99", "", "-1", "04", *kinds))] = kinds.pop(name)
    kinds["0"], kinds["1"] = rng.choice(((1, -1), (0, 0), (1 << 62, -(1 << 62))))
    return one.attempt("miscounted")


def split(rng: Random, setting: Setting) -> Attempt:
    """A range cut in two, overlapping, out of order, or behind a gap."""
    one = draft(rng, setting)
    at = rng.randrange(len(one.lines))
    lines, range_ = one.lines[at], one.manifest["ranges"][at]
    cut = rng.randrange(len(lines) + 1)
    second = dict(range_)
    one.lines[at : at + 1] = [lines[:cut], lines[rng.choice((cut, max(0, cut - 1), cut + 1)) :]]
    if one.lines[at + 1]:
        second["first"] = json.loads(one.lines[at + 1][0])["s"]
    second["chain_before"] = rng.choice((None, "0" * 64, range_["chain_before"], sha256(b"y")))
    one.manifest["ranges"][at : at + 1] = [range_, second]
    if rng.random() < 0.3:
        one.lines.reverse()
        one.manifest["ranges"].reverse()
    one.settle_lines(rng, rng.choice(("kept", "none", "signed")))
    return one.attempt("ranges split")


def statement_of_another(rng: Random, setting: Setting) -> Attempt:
    """A statement somebody else signed, changed; its signature left, or one's own put there."""
    one = draft(rng, setting)
    names = [
        name for name, _ in one.body if name.startswith(("statements/", "roster-")) and name.endswith(".json")
    ]
    name = rng.choice(names)
    raw = one.data(name)
    changed = spelled(changed_tree(rng, json.loads(raw))) if rng.random() < 0.7 else changed_bytes(rng, raw)
    signature = one.data(f"{name}.sig")
    match rng.randrange(4):
        case 0:
            signature = sign(setting.liar.signing, changed, STATEMENT).encode()
        case 1:
            signature = changed_bytes(rng, signature, one.part.signature.encode())
            changed = rng.choice((raw, changed))
        case 2:
            signature, changed = one.data(f"{rng.choice(names)}.sig"), raw
        case _:
            pass
    _put_statement(one, name, changed, signature)
    return one.attempt("statement of another")


def _put_statement(one: Draft, name: str, raw: bytes, signature: bytes) -> None:
    """Exchange a statement, its members named by what they then are."""
    fresh = f"statements/{sha256(raw)}.json" if name.startswith("statements/") else name
    names = {name: (fresh, raw), f"{name}.sig": (f"{fresh}.sig", signature)}
    one.body = [names.get(had, (had, data)) for had, data in one.body]
    one.settle()


def own_statement(rng: Random, setting: Setting) -> Attempt:
    """A statement of any kind that the desk that lies signs: of others, of itself, out of shape."""
    one = draft(rng, setting)
    known: dict[str, Any] = {}
    for name, data in one.body:
        if name.startswith(("statements/", "roster-")) and name.endswith(".json"):
            found = json.loads(data)
            known.setdefault(found["statement"], found["body"])
    kind = rng.choice(KINDS)
    body = _body(rng, setting, kind, known)
    for _ in range(rng.choice((0, 0, 1, 2))):
        body = changed_tree(rng, body)
    issuer = rng.choice((setting.liar.dev,) * 6 + (setting.others[0].folder, setting.others[1].folder))
    number = rng.choice((1, 50, 900, (1 << 53) - 1, *EDGES))
    members = {"statement": kind, "issuer": f"{issuer:016x}", "number": number, "body": body}
    try:
        signed = sign_statement(setting.liar.signing, members)
        raw, signature = signed.body, signed.signature
    except (ValueError, UnicodeError):
        raw = spelled(members)
        signature = sign(setting.liar.signing, raw, STATEMENT)
    name = f"statements/{sha256(raw)}.json"
    one.before("schema", (name, raw), (f"{name}.sig", signature.encode()))
    one.settle()
    return one.attempt(f"own {kind}" if issuer == setting.liar.dev else "own statement for another")


def _body(rng: Random, setting: Setting, kind: str, known: dict[str, Any]) -> Any:
    """A body of that kind that would do harm if it were believed."""
    victim = f"{rng.choice((setting.others[0].folder, setting.others[1].folder, setting.liar.dev)):016x}"
    roster = known["roster"]
    keys = DeskKeys(SigningKey(rng.randbytes(32)), age.derived(rng.randbytes(32)))
    station = rng.choice(("LB", "LB", "MT", ""))
    accomplice = {
        "dev": f"{keys.dev:016x}", "sign": keys.public.hex(), "age": keys.recipient, "station": station,
        "slot": station + rng.choice(("1A1", "1A2B", "2", "1B")), "admitted_by": None,
    }  # fmt: skip
    wrapped = rng.choice(roster["users"])["wrapped"] | {
        "public": keys.public.hex(),
        "recipient": keys.recipient,
    }
    friend = rng.choice(roster["users"]) | {
        "id": user_id(keys.public, keys.recipient), "sign": keys.public.hex(), "age": keys.recipient, "wrapped": wrapped,
        "station": station, "roles": ["admin"],
    }  # fmt: skip
    if kind in ("admit", "user", "roster") and rng.random() < 0.6:
        fresh = {"practice": False, "desks": [accomplice], "users": [friend], "office": None}
        return {"admit": {"desk": accomplice}, "user": {"user": friend}}.get(kind, roster | fresh)
    bodies: dict[str, Any] = {
        "user": {
            "user": rng.choice(roster["users"])
            | {"revision": rng.choice((2, 5, (1 << 53) - 1)), "active": False}
        },
        "class_key": {
            "class": rng.choice(roster["classes"]) if roster["classes"] else {},
            "by": "0" * 64,
            "signature": "0" * 128,
        },
        "admit": {"desk": rng.choice(roster["desks"]) | {"slot": rng.choice(("LB1A1", "LB2", "MT1", "LB1"))}},
        "adoption": known.get("adoption", {}) | {"station": rng.choice(("LB", "MT"))},
        "revoked_cards": {"cards": [["0" * 12, rng.choice(EDGES)]]},
        "revocation": {"dev": victim, "epochs": [], "statements": []},
        "reinstatement": {"dev": victim, "revocations": ["0" * 64]},
        "clock_fix": {"dev": victim, "epoch": 0, "first": 1, "last": 9, "delta_ms": 1 << 40},
        "erase": {"entities": ["0" * 32], "ground": "x"},
        "horizon": {"heard": [{"dev": victim, "epoch": 0, "seq": 1, "chain": "0" * 64}]},
    }
    return bodies.get(kind, roster)


def receipts(rng: Random, setting: Setting) -> Attempt:
    """``receipts.json``: damaged, exchanged, or receipts of others rewritten; signed by nobody who may."""
    one = draft(rng, setting)
    raw = one.data("receipts.json")
    found = json.loads(raw)
    match rng.randrange(5):
        case 0:
            raw = changed_bytes(rng, raw)
        case 1:
            raw = spelled(changed_tree(rng, found))
        case 2:
            raw = loose_json(rng, found)
        case 3 if found["receipts"]:
            entry = rng.choice(found["receipts"])
            entry["receipt"] = spelled(changed_tree(rng, json.loads(entry["receipt"]))).decode(
                "utf-8", "replace"
            )
            if rng.random() < 0.5:
                entry["signature"] = sign(setting.liar.signing, entry["receipt"].encode(), STATEMENT)
            raw = spelled(found)
        case _:
            found["receipts"].append(_own_receipt(rng, setting, found["receipts"]))
            raw = spelled(found)
    one.put("receipts.json", raw)
    one.settle()
    return one.attempt("receipts")


def _own_receipt(rng: Random, setting: Setting, known: list[Any]) -> dict[str, str]:
    """A receipt by the desk that lies, of anybody, about anything."""
    desk = rng.choice((setting.others[0].folder, setting.others[1].folder, setting.liar.dev))
    line = {"epoch": 0, "upto": rng.choice((1, 5, *EDGES)), "chain": "0" * 64, "beyond": [], "set_aside": []}
    body: Any = {
        "desk": f"{desk:016x}", "practice": False, "made_ms": 1, "roster": ["0" * 16, 1], "heard": [line],
    }  # fmt: skip
    if known and rng.random() < 0.4:
        body = json.loads(rng.choice(known)["receipt"])["body"]
    if rng.random() < 0.7:
        body = changed_tree(rng, body)
    issuer = rng.choice((setting.liar.dev, setting.liar.dev, desk))
    members = {
        "statement": "receipt",
        "issuer": f"{issuer:016x}",
        "number": rng.choice((1, 900, *EDGES)),
        "body": body,
    }
    try:
        raw = canonical(members)
    except (ValueError, UnicodeError):
        raw = spelled(members)
    return {
        "receipt": raw.decode("utf-8", "replace"),
        "signature": sign(setting.liar.signing, raw, STATEMENT),
    }


SAID: list[tuple[int, Mutator]] = [
    (110, own_line), (100, line_of_another), (50, under_another_name), (70, ranges), (40, split), (15, miscounted),
    (40, statement_of_another), (110, own_statement), (70, receipts), (40, on_records_of_others), (20, made_anew),
]  # fmt: skip
