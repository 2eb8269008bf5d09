"""Mutants of what an erasure leaves of an entry, in parts that say ``min_reader`` 2, all of it signed by the desk that lies.

Nobody can check such a line against the hash it names (decision 0012): the desk that lies says of any entry, its own or
another's, that some of it or all was erased, or makes up what is left.
"""

from __future__ import annotations

import json
from random import Random
from typing import Any

from shelterdesk.core.event import line_hash
from shelterdesk.keys.sshsig import sign
from shelterdesk.sync.manifest import ERASED_LINES, sha256
from tests.mutants.forge import Attempt, Draft, Mutator, hash_named, spelled
from tests.mutants.setting import Setting
from tests.mutants.trees import EDGES, TEXTS, changed_bytes, changed_tree, odd_value

STATEMENT = "statement.v1@shelterdesk"
_SALT = "0" * 32
_HEADS = ("kept", "kept", "kept", "none", "signed", "moved")
Place = tuple[int, int]
"""A range and a line in it."""


def _draft(rng: Random, setting: Setting) -> Draft:
    """What the office lacks, or everything: that holds lines the office has whole, and some it has reduced."""
    one = Draft.of(setting, setting.small if rng.random() < 0.6 else setting.large)
    one.manifest["min_reader"] = ERASED_LINES
    return one


def _places(one: Draft, own: bool | None = None, left: bool | None = None) -> list[Place]:
    """Lines of the desk that lies or of others, whole ones or what is left of some."""
    me = f"{one.setting.liar.dev:016x}"
    return [
        (at, n)
        for at, range_ in enumerate(one.manifest["ranges"])
        for n, line in enumerate(one.lines[at])
        if own in (None, range_["dev"] == me) and left in (None, b'"eh":' in line)
    ]


def _blanked(rng: Random, line: bytes, ents: set[str] | None = None) -> bytes:
    """What would be left of a line if some of its records were erased: a part, or its hash alone."""
    found, eh = json.loads(line), hash_named(line).hex()
    ops = found.get("o")
    if ops is None:
        return line
    if ents is None:
        ents = (
            set(rng.sample(sorted({op[1] for op in ops}), 1)) if rng.random() < 0.7 else {op[1] for op in ops}
        )
    left = [[0, op[1], 1, None, []] if op[1] in ents else op for op in ops]
    if all(op[0] == 0 for op in left) and rng.random() < 0.8:
        return hash_alone(eh, found["d"], found["e"], found["s"], len(ops), found["w"])
    found.pop("eh", None)
    return spelled_line(found | {"o": left, "x": _SALT, "eh": eh})


def hash_alone(eh: Any, dev: Any, epoch: Any, first: Any, ops: Any, wall: Any) -> bytes:
    """The line that stands where all was erased."""
    return spelled_line({"eh": eh, "d": dev, "e": epoch, "s": first, "n": ops, "w": wall})


def spelled_line(found: Any) -> bytes:
    """As the program spells a line: members in the order they have."""
    text = json.dumps(found, ensure_ascii=False, separators=(",", ":"))
    return text.encode("utf-8", "surrogatepass").replace(b"\n", b"")


def _put(one: Draft, place: Place, line: bytes) -> None:
    one.lines[place[0]][place[1]] = line


def left_of_another(rng: Random, setting: Setting) -> Attempt:
    """Entries of honest desks said to be erased, some of them or wholly, that nobody erased; chain and heads fit."""
    one = _draft(rng, setting)
    places = _places(one, own=False, left=False) or _places(one)
    for place in rng.sample(places, rng.choice((1, 1, min(3, len(places)), len(places)))):
        _put(one, place, _blanked(rng, one.lines[place[0]][place[1]]))
    one.settle_lines(rng, rng.choice(_HEADS))
    return one.attempt("left of another")


def left_of_own(rng: Random, setting: Setting) -> Attempt:
    """Its own entries said to be erased: records the office had erased, others, or both."""
    one = _draft(rng, setting)
    for place in rng.sample(_places(one, own=True), rng.choice((1, 2))):
        line = one.lines[place[0]][place[1]]
        listed = {ent.hex() for ent in setting.erased} if rng.random() < 0.3 else None
        _put(one, place, _blanked(rng, line, listed))
    one.settle_lines(rng, rng.choice(_HEADS))
    return one.attempt("left of own")


def made_up(rng: Random, setting: Setting) -> Attempt:
    """Under the hash of a true entry something else is left than it said: another value, record, user, clock."""
    one = _draft(rng, setting)
    at, n = rng.choice(_places(one, own=rng.random() < 0.3))
    line = one.lines[at][n]
    found: dict[str, Any] = json.loads(_blanked(rng, line))
    if "o" not in found:
        found = json.loads(line) if b'"o":' in line else found
    ops = found.setdefault("o", [[0, "0" * 32, 1, None, []]])
    listed = rng.choice(sorted(setting.erased)).hex()
    match rng.randrange(5):
        case 0:
            ops[0] = [0, listed, 1, None, []]
            ops[1:] = [[op[0] or 4, op[1], op[2], "made up", op[4]] for op in ops[1:]]
        case 1:
            ops[:] = [[0, listed, 1, None, []], *rng.sample(setting.foreign, 1), *ops][: max(2, len(ops))]
        case 2:
            found["u"] = rng.choice(("0" * 16, f"{setting.liar.dev:016x}"))
        case 3:
            found["h"], found["w"] = "7" + "f" * 15, (1 << 53) - 1
        case _:
            ops[-1] = [0, listed, 1, None, []]
    found["eh"], found["x"] = hash_named(line).hex(), _SALT
    one.lines[at][n] = spelled_line(found)
    one.settle_lines(rng, rng.choice(_HEADS))
    return one.attempt("made up")


def other_hash(rng: Random, setting: Setting) -> Attempt:
    """What is left names another hash: of another entry, of its own bytes, of nothing, out of shape."""
    one = _draft(rng, setting)
    at, n = rng.choice(_places(one, left=True) or _places(one))
    found = json.loads(_blanked(rng, one.lines[at][n]))
    true = hash_named(one.lines[at][n]).hex()
    found["eh"] = rng.choice(
        (
            rng.choice(sorted(setting.whole)).hex(), "0" * 64, true[:-1], true.upper(), f" {true}", f"{true}00", None, 0,
            true[::-1], line_hash(one.lines[at][n]).hex(), odd_value(rng),
        )
    )  # fmt: skip
    one.lines[at][n] = spelled_line(found)
    one.settle_lines(rng, rng.choice(_HEADS))
    return one.attempt("other hash")


def other_shape(rng: Random, setting: Setting) -> Attempt:
    """What no erasure leaves: numbers at every edge, a salt, values and fields where something was erased, no hash."""
    one = _draft(rng, setting)
    at, n = rng.choice(_places(one, left=True) or _places(one))
    found = json.loads(_blanked(rng, one.lines[at][n]))
    if "n" in found and rng.random() < 0.6:
        found[rng.choice(("n", "s", "e", "w", "d", "x", "o"))] = rng.choice((*EDGES, *TEXTS, [], None, 1.0))
    elif "o" in found:
        op = rng.choice(found["o"])
        match rng.randrange(6):
            case 0:
                found["x"] = "1" * 32
            case 1:
                del found["eh"]
            case 2:
                op[:] = [
                    0,
                    op[1],
                    *rng.choice(
                        ([0, {}, []], [1, "x", []], [7, None, []], [1, None, [[op[1], 0, 1, "0" * 16]]])
                    ),
                ]
            case 3:
                found["o"] = [[one_[0] or 4, *one_[1:]] for one_ in found["o"]]
            case 4:
                found["o"] = found["o"] * rng.choice((2, 501))
            case _:
                op[rng.randrange(5)] = odd_value(rng)
    else:
        found = changed_tree(rng, found)
    one.lines[at][n] = spelled_line(found)
    one.settle_lines(rng, rng.choice(_HEADS))
    return one.attempt("other shape")


def other_reader(rng: Random, setting: Setting) -> Attempt:
    """A part with such lines that says another reader is enough, or that none of this time is."""
    one = _draft(rng, setting)
    place = rng.choice(_places(one, left=False))
    _put(one, place, _blanked(rng, one.lines[place[0]][place[1]]))
    one.settle_lines(rng, rng.choice(_HEADS))
    one.manifest["min_reader"] = rng.choice((1, 1, 1, 0, -1, 3, 4, 1 << 53, None, True, "2", 2.0))
    return one.attempt("other reader")


def filled_again(rng: Random, setting: Setting) -> Attempt:
    """Where something was erased stands something again: the true words, others, or other records."""
    one = _draft(rng, setting)
    places = _places(one, left=True)
    for at, n in rng.sample(places, min(len(places), rng.choice((1, 2)))):
        line = one.lines[at][n]
        eh = hash_named(line)
        true = setting.whole.get(eh)
        found: dict[str, Any] = json.loads(true) if true is not None else json.loads(line)
        if rng.random() < 0.6:
            found["o"] = [
                [op[0] or 4, op[1], op[2], "filled in", []]
                for op in found.get("o", [[4, "1" * 32, 9, 0, []]])
            ]
        if rng.random() < 0.6:
            found["eh"] = eh.hex()
        one.lines[at][n] = spelled_line(found)
    one.settle_lines(rng, rng.choice(_HEADS))
    if rng.random() < 0.3:
        one.manifest["min_reader"] = 1
    return one.attempt("filled again")


def with_a_word(rng: Random, setting: Setting) -> Attempt:
    """Beside the lines the word that erases their records: its own, or the office's with more ids, signed by itself."""
    one = _draft(rng, setting)
    places = _places(one, left=False)
    at, n = rng.choice(places)
    ents = sorted({op[1] for op in json.loads(one.lines[at][n]).get("o", ())})
    _put(one, (at, n), _blanked(rng, one.lines[at][n], set(ents)))
    one.settle_lines(rng, rng.choice(_HEADS))
    said = next((json.loads(data) for _, data in one.body if b'"statement":"erase"' in data), None)
    office = said["issuer"] if said is not None else f"{setting.others[1].folder:016x}"
    word = {
        "body": {
            "entities": sorted({*ents, *(said or {"body": {"entities": ()}})["body"]["entities"]}),
            "ground": "x",
        },
        "issuer": rng.choice((f"{setting.liar.dev:016x}", office)),
        "number": rng.choice((1, 2, 50, (1 << 53) - 1)),
        "statement": "erase",
    }
    raw = spelled(word)
    name = f"statements/{sha256(raw)}.json"
    one.before("schema", (name, raw), (f"{name}.sig", sign(setting.liar.signing, raw, STATEMENT).encode()))
    one.settle()
    return one.attempt("with a word")


def changed_at_random(rng: Random, setting: Setting) -> Attempt:
    """Anything at all about what is left."""
    one = _draft(rng, setting)
    at, n = rng.choice(_places(one, left=True) or _places(one))
    line = one.lines[at][n]
    if rng.random() < 0.5:
        one.lines[at][n] = changed_bytes(rng, line).replace(b"\n", b"")
    else:
        one.lines[at][n] = spelled_line(changed_tree(rng, json.loads(line)))
    one.settle_lines(rng, rng.choice(_HEADS))
    return one.attempt("changed at random")


ERASED: list[tuple[int, Mutator]] = [
    (25, left_of_another), (12, left_of_own), (15, made_up), (10, other_hash), (12, other_shape), (5, other_reader),
    (10, filled_again), (8, with_a_word), (8, changed_at_random),
]  # fmt: skip
