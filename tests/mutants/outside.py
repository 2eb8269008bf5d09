"""Mutants of the outside: damaged on the way, renamed, exchanged, signed by nobody who may. None of them opens."""

from __future__ import annotations

from random import Random

from shelterdesk.keys.ed25519 import SigningKey
from shelterdesk.keys.sshsig import BUNDLE, MANIFEST, sign
from shelterdesk.sync.container import PartName
from tests.mutants.forge import Attempt, Mutator, as_it_lay, named, sealed_anew
from tests.mutants.setting import Part, Setting
from tests.mutants.trees import changed_bytes

BLOCK = 64 << 10
"""Bytes age seals at a time."""


def any_part(rng: Random, setting: Setting) -> Part:
    """A part of anybody."""
    return rng.choice((*setting.parts, setting.old, *setting.others, *setting.strangers))


def damaged(rng: Random, setting: Setting) -> Attempt:
    """A bit, a byte, a cut, a piece of another part; named as before, or as it is now."""
    part = any_part(rng, setting)
    sealed = changed_bytes(rng, part.sealed, any_part(rng, setting).sealed)
    name = named(part, sealed) if rng.random() < 0.5 else part.name
    return as_it_lay(part, "damaged", sealed=sealed, name=name)


def cut_at_a_block(rng: Random, setting: Setting) -> Attempt:
    """Cut where age begins a block, a byte before and a byte behind; that is where a careless reader stops quietly."""
    part = setting.large
    header = part.sealed.index(b"\n--- ") + 49
    edge = rng.choice((0, header, header + 16)) + rng.randrange(0, len(part.sealed) // BLOCK + 1) * (
        BLOCK + 16
    )
    sealed = part.sealed[: max(0, edge + rng.choice((-1, 0, 1)))]
    if rng.random() < 0.5:
        return as_it_lay(part, "cut at a block", sealed=sealed, name=named(part, sealed))
    name = named(part, sealed)
    signature = sign(setting.liar.signing, sealed, BUNDLE)
    return Attempt("cut at a block, signed", name, part.folder, sealed, signature, True)


def sealing_damaged(rng: Random, setting: Setting) -> Attempt:
    """The ciphertext changed and then signed: age itself has to notice."""
    part = rng.choice(setting.parts)
    sealed = changed_bytes(rng, part.sealed, setting.old.sealed)
    if rng.random() < 0.3:  # a recipient's stanza of another file, dropped or doubled
        head, rest = part.sealed.split(b"\n---", 1)
        stanzas = head.split(b"\n-> ")
        foreign = setting.old.sealed.split(b"\n---", 1)[0].split(b"\n-> ")
        stanzas[rng.randrange(1, len(stanzas))] = rng.choice(foreign[1:])
        sealed = b"\n-> ".join(stanzas) + b"\n---" + rest
    return Attempt(
        "sealing damaged",
        named(part, sealed),
        part.folder,
        sealed,
        sign(setting.liar.signing, sealed, BUNDLE),
        True,
    )


def signature_damaged(rng: Random, setting: Setting) -> Attempt:
    """The text of the signature changed in some place."""
    part = any_part(rng, setting)
    armour = changed_bytes(rng, part.signature.encode(), setting.old.signature.encode()).decode("latin-1")
    return as_it_lay(part, "signature damaged", signature=armour)


def signature_of_another(rng: Random, setting: Setting) -> Attempt:
    """A true signature, of another part, desk or purpose; or none."""
    part, other = any_part(rng, setting), any_part(rng, setting)
    armour = rng.choice(
        (
            "",
            other.signature if other is not part else part.members[1][1].decode(),
            part.members[1][1].decode(),
            other.members[1][1].decode(),
            sign(SigningKey.new(), part.sealed, BUNDLE),
        )
    )
    return as_it_lay(part, "signature of another", signature=armour)


def other_purpose(rng: Random, setting: Setting) -> Attempt:
    """Signed by the desk that lies, for something else."""
    part = rng.choice(setting.parts)
    purpose = rng.choice(
        (MANIFEST, "statement.v1@shelterdesk", "chain.v1@shelterdesk", "bundle.v2@shelterdesk")
    )
    return sealed_anew(setting, part, part.plain, "other purpose", namespace=purpose)


def by_a_stranger(rng: Random, setting: Setting) -> Attempt:
    """A whole part by somebody who is enrolled nowhere, in the folder of somebody who is."""
    part = any_part(rng, setting)
    return sealed_anew(
        setting, part, part.plain, "by a stranger", list(setting.small.recipients), key=SigningKey.new()
    )


def renamed(rng: Random, setting: Setting) -> Attempt:
    """Another number, another place in its bundle, another hash, another desk's folder."""
    part = any_part(rng, setting)
    name, folder = part.name, part.folder
    match rng.randrange(4):
        case 0:
            name = PartName(
                name.bundle_no + rng.choice((1, -1, 7, 1 << 30)), name.part, name.parts, name.sha16
            )
        case 1:
            name = PartName(name.bundle_no, rng.choice((2, 9)), rng.choice((9, 5000, 99999)), name.sha16)
        case 2:
            name = PartName(name.bundle_no, name.part, name.parts, any_part(rng, setting).sealed[-8:].hex())
        case _:
            folder = rng.choice(
                [one.folder for one in (*setting.others, *setting.strangers) if one.folder != folder]
            )
    return as_it_lay(part, "renamed", name=name, folder=folder)


def not_ours_to_open(rng: Random, setting: Setting) -> Attempt:
    """A true part of a station nobody enrolled."""
    part = rng.choice(setting.strangers)
    return as_it_lay(part, "of a stranger")


OUTSIDE: list[tuple[int, Mutator]] = [
    (14, damaged), (5, cut_at_a_block), (5, sealing_damaged), (8, signature_damaged), (5, signature_of_another),
    (3, other_purpose), (2, by_a_stranger), (6, renamed), (1, not_ours_to_open),
]  # fmt: skip
