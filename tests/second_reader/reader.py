"""Opens a stick without the program: written from docs/bundle-format.md alone, with ``age`` and ``ssh-keygen``.

``python reader.py STICK ROSTER IDENTITY`` checks every signature, sum, chain and count, works out who is heard, and
prints counts, the ends of every author's lines, ``state`` and names. ROSTER is the file of a roster that is trusted.
"""

import base64
import gzip
import hashlib
import io
import json
import re
import struct
import subprocess
import sys
import tarfile
import tempfile
from functools import cache
from pathlib import Path
from typing import Any

from ed25519 import is_signed

Json = dict[str, Any]
Author = tuple[str, int]  # desk and epoch
Place = tuple[int, str]  # op number and the chain value after it
GONE, NO_SALT = [[0, "0" * 32, 1, None, []]], "0" * 32
STATEMENT, NAMES = "statement.v1@shelterdesk", ("given", "surnames", "name_native")
EVERYONE = "admin supervisor operator gate counter health protection safeguarding statistician"
WRITES = {  # section 9
    "station setting": "admin",
    "place service_type daily_sheet": "admin supervisor",
    "transfer facility_day": "admin supervisor operator",
    "arrival_group movement transfer_line": "admin supervisor operator gate",
    "card": "admin supervisor operator gate counter",
    "household membership relation travel_document same_as": "admin supervisor operator protection",
    "person consent stay": "admin supervisor operator health protection",
    "flag": "admin supervisor protection",
    "class_count": "health protection",
    "service bed_need correction sealed_health": EVERYONE.rsplit(" ", 2)[0],
    "access sealed_protection": EVERYONE,
}
ROLES = {kind: set(roles.split()) for kinds, roles in WRITES.items() for kind in kinds.split()}


def need(is_so: bool, what: str) -> None:
    if not is_so:
        raise ValueError(f"not as the document says: {what}")


def sha(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def spelled(value: Any, is_sorted: bool = False) -> bytes:
    return json.dumps(value, ensure_ascii=False, sort_keys=is_sorted, separators=(",", ":")).encode()


@cache
def signed(data: bytes, signature: bytes, key: str, namespace: str) -> bool:
    """Whether OpenSSH says that this key signed these bytes for this purpose."""
    wire = base64.b64encode(b"\0\0\0\x0bssh-ed25519\0\0\0 " + bytes.fromhex(key)).decode()
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "allowed").write_text(f"one ssh-ed25519 {wire}\n")
        Path(folder, "sig").write_bytes(signature)
        asked = f"ssh-keygen -Y verify -f allowed -I one -n {namespace} -s sig".split()
        return subprocess.run(asked, input=data, cwd=folder, capture_output=True, check=False).returncode == 0


def head_signed(key: str, dev: str, epoch: int, place: Place, signature: str) -> bool:
    """Whether an author signed its line up to a place: raw Ed25519 (section 4)."""
    numbers = struct.pack(">QQQ", int(dev, 16), epoch, place[0])
    return bool(is_signed(key, b"chain.v1@shelterdesk\0" + numbers + bytes.fromhex(place[1]), signature))


class Stick:
    """Everything on a stick that was found good."""

    def __init__(self, roster: Json, identity: Path) -> None:
        self.identity, self.ruling = identity, roster
        self.desks: dict[str, Json] = {one["dev"]: one for one in roster["body"]["desks"]}
        if office := roster["body"]["office"]:
            self.desks[office["dev"]] = office | {"station": "", "slot": ""}
        self.statements: dict[str, tuple[Json, bytes, bytes]] = {}
        self.lines: dict[str, Json] = {}  # by hash and place
        self.blanked: dict[str, list[tuple[str, Json]]] = {}  # who brought what was left of a line
        self.below: dict[Author, dict[Place, set[tuple[Place, str]]]] = {}  # places before, and the line
        self.heads: dict[Author, set[Place]] = {}
        self.parts, self.schema = 0, Json()

    def read(self, folder: Path) -> None:
        """Admissions and receipts in clear, then every part."""
        for path in sorted(folder.glob("*/*.admit")) + sorted(folder.glob("receipts/*.json")):
            self.offer(path.read_bytes(), path.with_name(path.name + ".sig").read_bytes())
        self.believe()
        for path in sorted(folder.glob("*/*.age")):
            self.part(path)
        self.believe()

    def offer(self, raw: bytes, signature: bytes) -> None:
        """A statement or receipt, in its one spelling; its signature is checked once its issuer is known."""
        self.statements[sha(raw)] = json.loads(raw), raw, signature
        need(spelled(json.loads(raw), is_sorted=True) == raw, "a statement in another spelling")

    def part(self, path: Path) -> None:
        """One part, from outside to inside (sections 2 to 4)."""
        sealed, key = path.read_bytes(), self.desks[path.parent.name]["sign"]
        outer = path.with_name(path.name + ".sig").read_bytes()
        need(signed(sealed, outer, key, "bundle.v1@shelterdesk"), "the outer signature")
        opened = subprocess.run(["age", "-d", "-i", self.identity], input=sealed, stdout=-1, check=True)
        members: dict[str, bytes] = {}
        with tarfile.open(fileobj=io.BytesIO(opened.stdout), mode="r:") as tar:
            for entry in tar:
                inside = tar.extractfile(entry) if entry.isreg() else None
                need(inside is not None and entry.name not in members, "a member")
                members[entry.name] = inside.read() if inside else b""
        raw = members["MANIFEST.json"]
        need(signed(raw, members["MANIFEST.json.sig"], key, "manifest.v1@shelterdesk"), "the inner signature")
        sums = "".join(f"{sha(data)}  {name}\n" for name, data in members.items() if name != "SHA256SUMS")
        need(members["SHA256SUMS"].decode() == sums, "the sums")
        manifest = json.loads(raw)
        need(manifest["min_reader"] in (1, 2) and manifest["dev"] == path.parent.name, "the sender")
        name = "{bundle_no}-{part}of{parts}-".format_map(manifest) + sha(sealed)[:16]
        need(path.name == f"{name}.age", "the name")
        listed = [(one["name"], one["bytes"], one["sha256"]) for one in manifest["members"]]
        there = [(one, len(data), sha(data)) for one, data in list(members.items())[3:]]
        need(listed == there, "the members")
        self.schema = json.loads(members["schema.json"])
        for name, data in members.items():
            if re.fullmatch(r"roster-\d+\.json|statements/[0-9a-f]{64}\.json", name):
                self.offer(data, members[name + ".sig"])
        for one in json.loads(members["receipts.json"])["receipts"]:
            self.offer(one["receipt"].encode(), one["signature"].encode())
        self.believe()
        lines: list[bytes] = []
        for one in (one for one in manifest["members"] if one["events"]):
            raw = gzip.decompress(members[one["name"]])
            need((len(raw), raw.count(b"\n")) == (one["unpacked"], one["events"]), "the size of entries")
            lines += raw.splitlines()
        kinds: dict[str, int] = {}
        for range_ in manifest["ranges"]:
            self.range(range_, lines[: range_["events"]], kinds, manifest)
            del lines[: range_["events"]]
        counts = {"ops": sum(kinds.values()), "kinds": kinds}
        counts |= {"events": sum(one["events"] for one in manifest["ranges"])}
        need(not lines and manifest["counts"] == counts, "the counts")
        self.parts += 1

    def range(self, range_: Json, lines: list[bytes], kinds: dict[str, int], manifest: Json) -> None:
        """The lines of a range follow one another, end in the chain value said, and their author signed the head."""
        author, chain, at = (range_["dev"], range_["epoch"]), range_["chain_before"], range_["first"]
        places, below = set(), self.below.setdefault(author, {})
        for line in lines:
            event, eh = json.loads(line), sha(line)
            need((event["d"], event["e"], event["s"], spelled(event)) == (*author, at, line), "an entry")
            if "eh" in event:  # what an erasure left (section 5)
                eh, event = event["eh"], event | {"o": event.get("o", GONE * event.get("n", 0))}
                is_left = manifest["min_reader"] == 2 and any(op[0] == 0 for op in event["o"])
                need(is_left and event.get("x", NO_SALT) == NO_SALT, "what is left of an entry")
            line_id = f"{eh} {author} {at}"  # the hash named may be that of another's entry
            brought = self.blanked.setdefault(line_id, []) if "eh" in event else []
            brought.append((manifest["dev"], event))
            self.lines |= {} if "eh" in event else {line_id: event}
            before, at = (at - 1, chain), at + len(event["o"])
            for op in event["o"]:
                kinds[str(op[0])] = kinds.get(str(op[0]), 0) + 1
            if chain is not None:
                chain = sha(bytes.fromhex(chain + eh))
                below.setdefault((at - 1, chain), set()).add((before, line_id))
                places.add((at - 1, chain))
        need((at - 1, chain) == (range_["last"], range_["chain_after"]), "the chain")
        if head := range_["head"]:
            place = (head["seq"], head["chain"])
            need(place in places, "a head outside its range")
            key = self.desks.get(author[0], {"sign": ""})["sign"]
            need(not key or head_signed(key, *author, place, head["signature"]), "a head")
            self.heads.setdefault(author, set()).add(place)

    def reached(self, author: Author, places: set[Place]) -> set[str]:
        """The lines on the way down from some places: what a signature there speaks for."""
        found, todo, seen = set[str](), list(places), set[Place]()
        while todo:
            place = todo.pop()
            above = self.below[author].get(place, set()) if place not in seen else set()
            found.update(eh for _, eh in above)
            todo += [before for before, _ in above]
            seen.add(place)
        return found

    def above(self, dev: str) -> list[str]:
        """The desks above one; the office stands above all others and has none."""
        found = [dev]
        while (over := self.desks[found[-1]].get("admitted_by")) in self.desks and over not in found:
            found.append(over)
        return found[1:]

    def believe(self) -> None:
        """Whose words count (section 5): from the office down, a desk after those above it."""
        self.users: dict[tuple[str, str], Json] = {}
        self.revoked: dict[str, dict[str, Json]] = {}
        self.receipts: list[Json] = []
        self.in_force, self.erased, lifted, done = set[str](), set[str](), set[str](), set[str]()
        while waiting := [dev for dev in self.desks if dev not in done]:
            dev = min(waiting, key=lambda one: (self.home(one) != "", len(self.above(one)), one))
            done.add(dev)
            bounds = {name: one for name, one in self.revoked.get(dev, {}).items() if name not in lifted}
            self.in_force.update(bounds)
            self.revoked[dev] = bounds
            for name, (said, raw, signature) in self.statements.items():
                if said["issuer"] == dev and all(name in bound["statements"] for bound in bounds.values()):
                    need(signed(raw, signature, self.desks[dev]["sign"], STATEMENT), "a statement")
                    self.hear(self.desks[dev], name, said["statement"], said["body"], lifted)

    def hear(self, mine: Json, name: str, kind: str, body: Json, lifted: set[str]) -> None:
        """One believed statement of a desk."""
        users: Any = {"user": [body.get("user")], "roster": body.get("users")}.get(kind)
        for user in users or ():
            at = (user["station"], user["id"])
            if (
                mine["station"] in ("", at[0])
                and user["revision"] > self.users.get(at, {"revision": 0})["revision"]
            ):
                self.users[at] = user
        if kind == "admit":
            other = body["desk"]
            below = other["slot"].removeprefix(mine["slot"])
            is_below = below != other["slot"] and below[:1].isdigit() != mine["slot"][-1].isdigit()
            need(is_below and other["station"] == mine["station"], "an admission out of reach")
            self.desks.setdefault(other["dev"], other | {"admitted_by": mine["dev"]})
        elif kind == "revocation" and (not mine["station"] or mine["dev"] in self.above(body["dev"])):
            self.revoked.setdefault(body["dev"], {})[name] = body
        elif kind == "receipt":
            self.receipts.append(body)
        elif not mine["station"]:
            lifted.update(body["revocations"] if kind == "reinstatement" else ())
            self.in_force.update({name} if kind in ("erase", "clock_fix") else ())
            self.erased.update(body["entities"] if kind == "erase" else ())

    def left(self) -> tuple[dict[str, Json], set[str]]:
        """Every line without what was erased, and those of which nobody who may say so brought what is left."""
        left, doubted = dict(self.lines), set[str]()
        for eh, brought in self.blanked.items():
            if eh not in left:
                good = [event for sender, event in brought if self.may_blank(sender, event)]
                left[eh] = (good or [brought[0][1]])[0]
                doubted.update(() if good else {eh})
        for eh, event in left.items():
            left[eh] = event | {"o": [GONE[0] if op[1] in self.erased else op for op in event["o"]]}
        return left, doubted

    def may_blank(self, sender: str, event: Json) -> bool:
        """Whether a desk's word counts for what is left of an entry: its author's and the office's, of what is erased."""
        is_heard = sender == event["d"] or self.home(sender) == ""
        return is_heard and ("n" in event or all(op[1] in self.erased for op in event["o"] if op[0] == 0))

    def admitted(self) -> list[tuple[str, int, list[Any]]]:
        """The ops that count, each with its line and place there (section 5)."""
        heard: set[str] = set()
        for author in (one for one in self.below if one[0] in self.desks):
            reached = self.reached(author, self.heads.get(author, set()))
            for bound in self.revoked[author[0]].values():
                ends = {(one["seq"], one["chain"]) for one in bound["epochs"] if one["epoch"] == author[1]}
                reached &= self.reached(author, ends)
            heard |= reached
        lines, doubted = self.left()
        ops = [(eh, n, op) for eh in heard - doubted for n, op in enumerate(lines[eh]["o"]) if op[0]]
        ops = [one for one in ops if self.may(lines[one[0]], one[2])]
        makers: dict[tuple[int, str], set[str]] = {}
        for eh, _, op in ops:
            home = {self.home(lines[eh]["d"])} if op[2] == 0 else ()
            makers.setdefault((op[0], op[1]), set()).update(home)
        return [(eh, n, op) for eh, n, op in ops if self.at_home(self.home(lines[eh]["d"]), op, makers)]

    def may(self, event: Json, op: list[Any]) -> bool:
        """Whether the user of a line belongs there and may write of this kind (section 9)."""
        user = self.users.get((self.home(event["d"]), event["u"])) or self.users.get(("", event["u"]))
        kind = self.schema["kinds"].get(str(op[0]), {"name": "access", "confidentiality": "open"})
        may = set(user["roles"] if user and kind["confidentiality"] == "open" else ())
        return bool(may & ROLES.get(kind["name"], ROLES["access"]))

    def home(self, dev: str) -> str:
        return str(self.desks[dev]["station"])

    def at_home(self, home: str, op: list[Any], makers: dict[tuple[int, str], set[str]]) -> bool:
        """Whether the record is of this desk's station, or the office speaks, or two stations write it together."""
        made_by, name = makers[op[0], op[1]], self.schema["kinds"].get(str(op[0]), {}).get("name")
        if name in ("transfer", "transfer_line") or not home or not made_by:
            return True
        saw = op[3].get("saw", []) if op[2] == 1 and isinstance(op[3], dict) else []
        theirs = {self.home(id_[0]) for id_ in [*op[4], *saw] if id_[0] in self.desks}
        return home in made_by and (len(made_by) < 2 or theirs <= {home, ""})

    def standing(self) -> list[tuple[bytes, int, int, int, int, int, bytes, bytes]]:
        """The heads of every record in order: entity, kind, field, desk, epoch, number, eh8, value (section 8)."""
        ops, (lines, _) = self.admitted(), self.left()
        gone = {(op[1], op[0], op[2], *id_) for _, _, op in ops if op[2] for id_ in map(tuple, op[4])}
        found = []
        for eh, n, op in ops:
            event = lines[eh]
            id_ = (event["d"], event["e"], event["s"] + n, eh[:16])
            for field, value in (op[3] if op[2] == 0 else {op[2]: op[3]}).items():
                if (op[1], op[0], int(field), *id_) not in gone:
                    place = (int(id_[0], 16), *id_[1:3], bytes.fromhex(id_[3]))
                    found.append((bytes.fromhex(op[1]), op[0], int(field), *place, spelled(value)))
        return sorted(found)

    def state(self) -> str:
        """The hash of what two replicas agree on (section 8)."""
        digest = hashlib.sha256(b"state.v1@shelterdesk\0")
        for ent, _, field, dev, epoch, seq, eh8, value in self.standing():
            digest.update(struct.pack(">16sIQQQ8sI", ent, field, dev, epoch, seq, eh8, len(value)) + value)
        digest.update(b"roster" + struct.pack(">QQ", int(self.ruling["issuer"], 16), self.ruling["number"]))
        digest.update(bytes.fromhex("".join(sorted(self.in_force))))
        return digest.hexdigest()

    def found(self) -> Json:
        """What is printed: counts, the ends of every author's lines, the state, the names of people."""
        ends = {}
        for (dev, epoch), below in sorted(self.below.items()):
            ends[f"{dev}/{epoch}"] = sorted(set(below) - {one for some in below.values() for one, _ in some})
        person = next(n for n, kind in self.schema["kinds"].items() if kind["name"] == "person")
        fields = {n for n, one in self.schema["kinds"][person]["fields"].items() if one[0] in NAMES}
        names = [json.loads(h[-1]) for h in self.standing() if str(h[1]) == person and str(h[2]) in fields]
        lines = self.left()[0]
        return {
            "parts": self.parts, "receipts": len(self.receipts), "ends": ends, "state": self.state(), "names": names,
            "events": len(lines), "ops": sum(op[0] != 0 for one in lines.values() for op in one["o"]),
            "statements": sum(one[0]["statement"] != "receipt" for one in self.statements.values()),
            "admitted": len(self.admitted()),
        }  # fmt: skip


if __name__ == "__main__":
    stick = Stick(json.loads(Path(sys.argv[2]).read_bytes()), Path(sys.argv[3]))
    stick.read(Path(sys.argv[1]) / "SHELTERDESK")
    print(json.dumps(stick.found(), ensure_ascii=False, indent=1))
