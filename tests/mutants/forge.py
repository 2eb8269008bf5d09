"""The workshop of the desk that lies: parts taken apart, changed and put together, hashes, sums and signatures in order."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from random import Random
from typing import Any

from shelterdesk.core.event import chain_next, line_hash
from shelterdesk.keys import age
from shelterdesk.keys.ed25519 import SigningKey
from shelterdesk.keys.signing import sign_chain_head
from shelterdesk.keys.sshsig import BUNDLE, MANIFEST, sign
from shelterdesk.sync.container import PartName, pack, unzip_lines, zip_lines
from shelterdesk.sync.manifest import sha256
from tests.mutants.setting import Members, Part, Setting


@dataclass(frozen=True)
class Attempt:
    """A part as it is offered: where it lies, its bytes, its signature's text. ``is_signed``: by the desk that lies."""

    kind: str
    name: PartName
    folder: int
    sealed: bytes
    signature: str
    is_signed: bool


Mutator = Callable[[Random, Setting], Attempt]


def as_it_lay(part: Part, kind: str, **changes: Any) -> Attempt:
    """A part that nobody signs anew, with something about it changed."""
    lying = Attempt(kind, part.name, part.folder, part.sealed, part.signature, is_signed=False)
    return replace(lying, **changes)


def named(part: Part, sealed: bytes) -> PartName:
    """The name a part of these bytes has."""
    return PartName(part.name.bundle_no, part.name.part, part.name.parts, sha256(sealed)[:16])


def sealed_anew(
    setting: Setting, part: Part, plain: bytes, kind: str, recipients: list[str] | None = None,
    key: SigningKey | None = None, namespace: str = BUNDLE, name: PartName | None = None,
) -> Attempt:  # fmt: skip
    """What the desk that lies seals and signs, its outside all in order."""
    sealed = age.encrypt(plain, recipients or list(part.recipients))
    fitting = named(part, sealed)
    if name is not None:
        fitting = PartName(name.bundle_no, name.part, name.parts, fitting.sha16)
    signature = sign(key or setting.liar.signing, sealed, namespace)
    return Attempt(kind, fitting, setting.liar.dev, sealed, signature, key is None and namespace == BUNDLE)


@dataclass
class Draft:
    """A part taken apart: its manifest, the members from ``receipts.json`` on, the lines of each range."""

    setting: Setting
    part: Part
    manifest: dict[str, Any]
    body: Members
    lines: list[list[bytes]]
    raw: bytes | None = None
    sums: bytes | None = None
    inner: Callable[[bytes], str] | None = None
    recipients: list[str] | None = None
    name: PartName | None = None
    packed: Callable[[Members], bytes] = field(default=pack)

    @classmethod
    def of(cls, setting: Setting, part: Part) -> Draft:
        """A good part, taken apart."""
        members = part.members
        manifest = json.loads(members[0][1])
        said = {one["name"]: one for one in manifest["members"]}
        lines: list[bytes] = []
        for name, data in members[3:]:
            if name.startswith("events"):
                lines += unzip_lines(data, said[name]["unpacked"]).splitlines()
        ranges, at = [], 0
        for range_ in manifest["ranges"]:
            ranges.append(lines[at : at + range_["events"]])
            at += range_["events"]
        return cls(setting, part, manifest, members[3:], ranges)

    def data(self, name: str) -> bytes:
        """The bytes of a member."""
        return next(data for one, data in self.body if one == name)

    def put(self, name: str, data: bytes) -> None:
        """Give a member other bytes; hashes and sizes are settled at the end."""
        self.body = [(one, data if one == name else before) for one, before in self.body]

    def before(self, name_start: str, *members: tuple[str, bytes]) -> None:
        """Put members in front of the first one whose name begins so."""
        at = next(n for n, (name, _) in enumerate(self.body) if name.startswith(name_start))
        self.body[at:at] = members

    def settle(self) -> None:
        """Every member as it lies there: its size, hash, and for entries what is in it."""
        before = {one["name"]: one for one in self.manifest["members"] if isinstance(one, dict)}
        said = []
        for name, data in self.body:
            known = before.get(name, {})
            is_lines = name.startswith("events")
            unpacked = known.get("unpacked", len(data)) if is_lines else len(data)
            events = known.get("events", 0) if is_lines else 0
            said.append(
                {
                    "name": name,
                    "bytes": len(data),
                    "unpacked": unpacked,
                    "sha256": sha256(data),
                    "events": events,
                }
            )
        self.manifest["members"] = said

    def settle_lines(self, rng: Random, others: str = "kept") -> None:
        """Members, counts, ranges and chains follow from the lines; own heads are signed, ``others`` says how theirs are."""
        liar = self.setting.liar
        self.body = [one for one in self.body if not one[0].startswith("events")]
        flat = [line for lines in self.lines for line in lines]
        raw = b"".join(line + b"\n" for line in flat)
        self.manifest["members"] = [m for m in self.manifest["members"] if not m["name"].startswith("events")]
        if flat:
            packed = zip_lines(raw)
            self.body.append(("events-00001.ndjson.gz", packed))
            self.manifest["members"].append(
                {
                    "name": "events-00001.ndjson.gz",
                    "unpacked": len(raw),
                    "events": len(flat),
                    "bytes": 0,
                    "sha256": "",
                }
            )
        kinds: dict[str, int] = {}
        for range_, lines in zip(self.manifest["ranges"], self.lines, strict=True):
            chain = bytes.fromhex(range_["chain_before"]) if range_["chain_before"] else None
            last = range_["first"] - 1
            for line in lines:
                first, ops = _spoken(line, last + 1)
                last = first + len(ops) - 1
                for kind in ops:
                    kinds[kind] = kinds.get(kind, 0) + 1
                chain = chain_next(chain, hash_named(line)) if chain is not None else None
            range_["events"], range_["last"] = len(lines), max(last, range_["first"])
            if chain is None:
                range_["chain_after"], range_["head"] = None, None
            else:
                range_["chain_after"] = chain.hex()
                self._head(rng, range_, last, chain, liar.signing, others)
        self.manifest["ranges"] = [
            one for one, lines in zip(self.manifest["ranges"], self.lines, strict=True) if lines
        ]
        self.manifest["counts"] = {"events": len(flat), "ops": sum(kinds.values()), "kinds": kinds}
        self.settle()

    def _head(
        self, rng: Random, range_: dict[str, Any], last: int, chain: bytes, key: SigningKey, others: str
    ) -> None:
        if range_["dev"] == f"{self.setting.liar.dev:016x}":
            others = "signed"
        if others == "none":
            range_["head"] = None
        elif others == "signed" and 0 <= range_["epoch"] < 1 << 63 and 0 <= last < 1 << 63:
            signature = sign_chain_head(key, range_["epoch"], last, chain).hex()
            range_["head"] = {"seq": last, "chain": chain.hex(), "signature": signature}
        elif others == "moved" and range_["head"] is not None:
            range_["head"] = range_["head"] | {"seq": last, "chain": chain.hex()}

    def attempt(self, kind: str) -> Attempt:
        """The whole, signed within and without."""
        raw = self.raw if self.raw is not None else spelled(self.manifest)
        inner = (self.inner or self._inner)(raw).encode("utf-8", "replace")
        sums = self.sums if self.sums is not None else self._sums(raw, inner)
        top = [("MANIFEST.json", raw), ("MANIFEST.json.sig", inner), ("SHA256SUMS", sums)]
        return sealed_anew(
            self.setting, self.part, self.packed([*top, *self.body]), kind, self.recipients, name=self.name
        )

    def _inner(self, raw: bytes) -> str:
        return sign(self.setting.liar.signing, raw, MANIFEST)

    def _sums(self, raw: bytes, inner: bytes) -> bytes:
        lines = [f"{sha256(raw)}  MANIFEST.json", f"{sha256(inner)}  MANIFEST.json.sig"]
        members = self.manifest.get("members")
        try:
            lines += [f"{one['sha256']}  {one['name']}" for one in members]  # type: ignore[union-attr]
        except (TypeError, KeyError):
            lines += [f"{sha256(data)}  {name}" for name, data in self.body]
        return "".join(f"{line}\n" for line in lines).encode("utf-8", "replace")


def hash_named(line: bytes) -> bytes:
    """The hash that counts for the chain: the one a line names that is what an erasure left, else its own."""
    try:
        named = bytes.fromhex(json.loads(line)["eh"]) if b'"eh":' in line else b""
    except (ValueError, KeyError, TypeError, RecursionError):
        named = b""
    return named if len(named) == 32 else line_hash(line)


def spelled(value: Any) -> bytes:
    """JSON in the canonical spelling, whatever is in it."""
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return text.encode("utf-8", "surrogatepass")


def _spoken(line: bytes, expected: int) -> tuple[int, list[str]]:
    """First number and kinds of the ops of a line, as far as one can be read there."""
    try:
        found = json.loads(line)
        if "o" not in found and type(found["n"]) is int:  # its hash alone
            found["o"] = [[0]] * min(max(found["n"], 0), 1_000)
        first, ops = found["s"], [str(op[0]) for op in found["o"]]
        return (first if type(first) is int else expected), ops
    except (ValueError, KeyError, TypeError, IndexError, RecursionError):
        return expected, []
