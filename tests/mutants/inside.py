"""Mutants of the inside, made and signed by an enrolled desk that lies: tar, manifest, members, gzip, names, recipients."""

from __future__ import annotations

import gzip
import json
import zlib
from functools import cache
from random import Random
from typing import Any

from shelterdesk.keys import age
from shelterdesk.keys.ed25519 import SigningKey
from shelterdesk.keys.sshsig import BUNDLE, MANIFEST, sign
from shelterdesk.sync.container import TAR_END, PartName, header, pack
from shelterdesk.sync.manifest import sha256
from tests.mutants.forge import Attempt, Draft, Mutator, sealed_anew, spelled
from tests.mutants.setting import Members, Part, Setting
from tests.mutants.trees import EDGES, TEXTS, changed_bytes, changed_tree, loose_json, odd_value


def draft(rng: Random, setting: Setting) -> Draft:
    """A part of the desk that lies, taken apart; mostly the small one, which is quicker."""
    return Draft.of(setting, setting.small if rng.random() < 0.9 else setting.large)


def tar_damaged(rng: Random, setting: Setting) -> Attempt:
    """Any byte of the tar."""
    part = rng.choice(setting.parts)
    other = rng.choice((*setting.others, setting.old)).plain
    return sealed_anew(setting, part, changed_bytes(rng, part.plain, other), "tar damaged")


def other_header(rng: Random, setting: Setting) -> Attempt:
    """A header of another kind or spelling, its check sum right: links, folders, devices, long names, other formats."""
    one = draft(rng, setting)
    at = rng.randrange(len(one.body) + 3)
    what = rng.randrange(12)

    def packed(members: Members) -> bytes:
        out = bytearray()
        for number, (name, data) in enumerate(members):
            block = bytearray(header(name, len(data)))
            if number == at:
                _other(rng, what, block, out)
            out += _summed(block) + data + bytes(-len(data) % 512)
        return bytes(out) + TAR_END

    one.packed = packed
    return one.attempt("other header")


def _other(rng: Random, what: int, block: bytearray, out: bytearray) -> None:
    match what:
        case 0:
            block[156:157] = rng.choice(
                (b"\0", b"1", b"2", b"3", b"4", b"5", b"6", b"7", b"L", b"K", b"x", b"g", b"S")
            )
        case 1:
            block[157 : 157 + 11] = b"/etc/passwd"
        case 2:
            name = rng.choice((b"./", b"../", b"/", b"../../")) + bytes(block[:80])
            block[:100] = name[:100].ljust(100, b"\0")
        case 3:
            block[100:108] = rng.choice(
                (b"0000644\0", b"0000777\0", b"    600\0", b"0100600\0", b"000600 \0")
            )
        case 4:
            block[257:265] = rng.choice((b"ustar  \0", b"ustar\x0001", bytes(8)))
        case 5:
            block[345:355] = b"SHELTERDES"
        case 6:
            block[124:136] = rng.choice(
                (b"\x80" + bytes(11), b"%11o " % 5, b"77777777777\0", b"-0000000001\0")
            )
        case 7:
            block[136:148] = b"%011o\0" % rng.randrange(1 << 30)
        case 8:
            block[265:270] = b"root\0"
        case 9:
            pax = b"30 path=../../../../etc/passw\n"
            extra = bytearray(header("PaxHeader", len(pax)))
            extra[156:157] = b"x"
            out += _summed(extra) + pax + bytes(-len(pax) % 512)
        case 10:
            block[108:116] = b"0001750\0"
        case _:
            block[500:512] = rng.randbytes(12)


def _summed(block: bytearray) -> bytes:
    """The header with its check sum as tar wants it."""
    block[148:156] = b" " * 8
    block[148:156] = b"%06o\0 " % sum(block)
    return bytes(block)


def other_end(rng: Random, setting: Setting) -> Attempt:
    """More behind the end, no end, half an end, a second archive."""
    part = rng.choice(setting.parts)
    plain = rng.choice(
        (
            part.plain[: -len(TAR_END)], part.plain[:-512], part.plain + bytes(512), part.plain + bytes(8192),
            part.plain + part.plain, part.plain + b"x", part.plain[: -len(TAR_END)] + part.plain, TAR_END, b"",
        )
    )  # fmt: skip
    return sealed_anew(setting, part, plain, "other end")


def other_members(rng: Random, setting: Setting) -> Attempt:
    """Members doubled, dropped, in another order, strange, of another part; the manifest tells of them, or does not."""
    one = draft(rng, setting)
    foreign = rng.choice((*setting.others, setting.old)).members[3:]
    at, other = rng.randrange(len(one.body)), rng.randrange(len(one.body))
    match rng.randrange(7):
        case 0:
            one.body.insert(other, one.body[at])
        case 1:
            del one.body[at]
        case 2:
            one.body[at], one.body[other] = one.body[other], one.body[at]
        case 3:
            rng.shuffle(one.body)
        case 4:
            one.body[at] = rng.choice(foreign)
        case 5:
            name = rng.choice(
                (
                    "run.sh",
                    "blobs/" + "0" * 64,
                    "events-00002.ndjson.gz",
                    "statements/x.json",
                    "roster-0.json",
                )
            )
            one.body.insert(at, (name, rng.choice((b"", b"x", foreign[0][1]))))
        case _:
            one.body[at] = (one.body[at][0], changed_bytes(rng, one.body[at][1], foreign[-1][1]))
    if rng.random() < 0.7:
        one.settle()
    return one.attempt("other members")


def other_sums(rng: Random, setting: Setting) -> Attempt:
    """``SHA256SUMS`` alone is changed."""
    one = draft(rng, setting)
    whole = one.part.members[2][1]
    one.sums = changed_bytes(rng, whole, one.body[0][1])
    return one.attempt("other sums")


def manifest_tree(rng: Random, setting: Setting) -> Attempt:
    """Something in the manifest is out of place, or nearly right."""
    one = draft(rng, setting)
    one.manifest = changed_tree(rng, one.manifest)
    try:
        one.name = PartName(one.manifest["bundle_no"], one.manifest["part"], one.manifest["parts"], "")
        str(int(one.name.bundle_no))
    except (TypeError, ValueError, KeyError):
        one.name = None
    return one.attempt("manifest tree")


def manifest_spelled(rng: Random, setting: Setting) -> Attempt:
    """The manifest in another spelling, or with a byte changed; signed as it then is."""
    one = draft(rng, setting)
    one.raw = (
        loose_json(rng, one.manifest)
        if rng.random() < 0.6
        else changed_bytes(rng, spelled(one.manifest), one.body[0][1])
    )
    return one.attempt("manifest spelled")


def inner_of_another(rng: Random, setting: Setting) -> Attempt:
    """The inside of an honest desk passed off as one's own, or an inner signature by another key or purpose."""
    if rng.random() < 0.5:
        part = rng.choice((*setting.others, *setting.strangers))
        return sealed_anew(setting, part, part.plain, "inside of another", list(setting.small.recipients))
    one = draft(rng, setting)
    key, honest = setting.liar.signing, rng.choice(setting.others).members[1][1].decode()
    one.inner = rng.choice(
        (
            lambda raw: sign(key, raw, BUNDLE), lambda raw: sign(SigningKey.new(), raw, MANIFEST), lambda raw: honest,
            lambda raw: "", lambda raw: "é" * 9, lambda raw: sign(key, raw + b" ", MANIFEST),
        )
    )  # fmt: skip
    return one.attempt("inner signature of another")


def other_recipients(rng: Random, setting: Setting) -> Attempt:
    """Sealed to others than the manifest says, or to nobody here."""
    one = draft(rng, setting)
    stranger = age.new_identity().recipient
    match rng.randrange(4):
        case 0:
            one.recipients = [stranger]
        case 1:
            one.manifest["recipients"] = [stranger]
        case 2:
            one.manifest["recipients"] = list(setting.strangers[0].recipients)
        case _:
            one.manifest["recipients"] = one.manifest["recipients"][:1] * rng.choice((1, 2, 10_001))
            if setting.small.recipients[0] in one.manifest["recipients"]:
                one.manifest["recipients"] = [stranger]
    return one.attempt("other recipients")


def other_world(rng: Random, setting: Setting) -> Attempt:
    """Practice for real work, another format, another desk's name, another epoch."""
    one = draft(rng, setting)
    name = rng.choice(("practice", "format", "min_reader", "dev", "parts", "part", "bundle_no"))
    value: Any = rng.choice((*EDGES, *TEXTS, True, False, None, 1.0, 2, f"{setting.others[0].folder:016x}"))
    if one.manifest[name] == value and type(one.manifest[name]) is type(value):
        value = None
    one.manifest[name] = value
    return one.attempt("other world")


def other_gzip(rng: Random, setting: Setting) -> Attempt:
    """Bombs, trailing data, two members, another header, a wrong check sum; said to be what they are, or not."""
    one = draft(rng, setting)
    name = next(name for name, _ in one.body if name.startswith("events"))
    said = next(m for m in one.manifest["members"] if m["name"] == name)
    good = one.data(name)
    raw = gzip.decompress(good)
    big = rng.choice((1 << 20, 8 << 20, 60 << 20, (64 << 20) + 1))
    bomb = _bomb(big)
    packed = rng.choice(
        (
            bomb, good + b"x", good + good, good[:-4] + b"\0\0\0\0", good[:-1], good[:-8] + bytes(4) + good[-4:],
            zlib.compress(raw), raw, gzip.compress(raw, 1) + gzip.compress(b""), good + bytes(512),
            gzip.compress(raw[:-1], 6, mtime=0), gzip.compress(raw + b"\n", 6, mtime=0), b"", gzip.compress(b"", mtime=0),
            changed_bytes(rng, good, bomb[:512]),
        )
    )  # fmt: skip
    one.put(name, packed)
    one.settle()
    said = next(m for m in one.manifest["members"] if m["name"] == name)
    said["unpacked"] = rng.choice(
        (said["unpacked"], len(raw) - 1, len(raw) + 1, big, 200 * len(packed), 1, 0)
    )
    return one.attempt("other gzip")


@cache
def _bomb(unpacked: int) -> bytes:
    """Lines without end, packed to a thousandth."""
    return gzip.compress(b"{}\n" * (unpacked // 3), 9, mtime=0)


def name_not_inside(rng: Random, setting: Setting) -> Attempt:
    """The name outside and the manifest inside disagree."""
    part = rng.choice(setting.parts)
    name = PartName(part.name.bundle_no + rng.choice((1, 5)), 1, rng.choice((1, 2, 9)), "")
    return sealed_anew(setting, part, part.plain, "name not inside", name=name)


def replayed(rng: Random, setting: Setting) -> Attempt:
    """An old part of the same desk once more: as it was, or under a new number, its inside said anew."""
    if rng.random() < 0.3:
        return sealed_anew(setting, setting.old, setting.old.plain, "replayed")
    one = Draft.of(setting, rng.choice((setting.old, *setting.parts)))
    one.manifest["bundle_no"] = rng.choice((1, 2, 9, 1 << 20, (1 << 33)))
    one.manifest["made_ms"] = rng.choice((0, 1, (1 << 53) - 1))
    one.manifest["prev_manifest_sha256"] = rng.choice((None, "0" * 64, sha256(b"")))
    one.name = PartName(one.manifest["bundle_no"], 1, 1, "")
    return one.attempt("replayed")


def other_schema(rng: Random, setting: Setting) -> Attempt:
    """``schema.json`` says anything at all."""
    one = draft(rng, setting)
    found = json.loads(one.data("schema.json"))
    one.put(
        "schema.json", rng.choice((spelled(changed_tree(rng, found)), b"", b"\xff", spelled(odd_value(rng))))
    )
    one.settle()
    return one.attempt("other schema")


def beyond_size(rng: Random, setting: Setting) -> Attempt:
    """More than a part may have, sealed or within."""
    part: Part = setting.small
    if rng.random() < 0.5:
        return sealed_anew(setting, part, bytes((16 << 20) + 512), "beyond size")
    return sealed_anew(setting, part, _many_members(), "beyond size")


@cache
def _many_members() -> bytes:
    return pack((f"a{n}.json", b"") for n in range(20_001))


INSIDE: list[tuple[int, Mutator]] = [
    (80, tar_damaged), (50, other_header), (15, other_end), (60, other_members), (10, other_sums), (150, manifest_tree),
    (40, manifest_spelled), (25, inner_of_another), (20, other_recipients), (30, other_world), (40, other_gzip),
    (10, name_not_inside), (15, replayed), (10, other_schema), (1, beyond_size),
]  # fmt: skip
