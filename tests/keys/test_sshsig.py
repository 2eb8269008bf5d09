"""SSHSIG: what is signed here verifies with OpenSSH, and nothing altered verifies anywhere."""

from __future__ import annotations

import base64
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shelterdesk.core.errors import DamagedFile
from shelterdesk.keys import sshsig
from shelterdesk.keys.ed25519 import SigningKey, is_signed_by
from shelterdesk.keys.sshsig import BUNDLE, MANIFEST, BadSignature

KEY = SigningKey(bytes(range(32)))
OTHER = SigningKey(bytes(32))


def _ssh_keygen(folder: Path, data: bytes, signature: str, namespace: str, signer: SigningKey = KEY) -> int:
    (folder / "allowed").write_text(
        sshsig.allowed_signers_line("dev-7f3a", signer.public, [BUNDLE, MANIFEST])
    )
    (folder / "x.sig").write_text(signature)
    command = [
        "ssh-keygen",
        "-Y",
        "verify",
        "-f",
        "allowed",
        "-I",
        "dev-7f3a",
        "-n",
        namespace,
        "-s",
        "x.sig",
    ]
    return subprocess.run(command, input=data, cwd=folder, capture_output=True, check=False).returncode


def test_openssh_verifies_what_is_signed_here(tmp_path: Path) -> None:
    data = bytes(range(256)) * 40
    signature = sshsig.sign(KEY, data, BUNDLE)
    assert _ssh_keygen(tmp_path, data, signature, BUNDLE) == 0
    assert _ssh_keygen(tmp_path, b"\1" + data[1:], signature, BUNDLE) != 0
    assert _ssh_keygen(tmp_path, data, signature, MANIFEST) != 0
    assert _ssh_keygen(tmp_path, data, signature, BUNDLE, OTHER) != 0


def test_openssh_refuses_a_revoked_key(tmp_path: Path) -> None:
    signature = sshsig.sign(KEY, b"part", BUNDLE)
    (tmp_path / "revoked").write_text(sshsig.public_line(KEY.public) + "\n")
    (tmp_path / "allowed").write_text(sshsig.allowed_signers_line("d", KEY.public, [BUNDLE]))
    (tmp_path / "x.sig").write_text(signature)
    command = "ssh-keygen -Y verify -f allowed -I d -n bundle.v1@shelterdesk -s x.sig".split()
    plain = subprocess.run(command, input=b"part", cwd=tmp_path, capture_output=True, check=False)
    revoked = subprocess.run(
        [*command, "-r", "revoked"], input=b"part", cwd=tmp_path, capture_output=True, check=False
    )
    assert plain.returncode == 0
    assert revoked.returncode != 0


def test_a_signature_made_by_openssh_is_read(tmp_path: Path) -> None:
    subprocess.run(
        ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "", "-f", "k"], cwd=tmp_path, check=True
    )
    (tmp_path / "x").write_bytes(b"manifest")
    subprocess.run(
        ["ssh-keygen", "-q", "-Y", "sign", "-f", "k", "-n", MANIFEST, "x"],
        cwd=tmp_path,
        check=True,
        capture_output=True,
    )
    armoured = (tmp_path / "x.sig").read_text()
    public = sshsig.claimed_signer(armoured)
    assert (tmp_path / "k.pub").read_text().strip() == sshsig.public_line(public)
    assert sshsig.verify(b"manifest", armoured, MANIFEST, {public}) == public
    with pytest.raises(BadSignature):
        sshsig.verify(b"manifest ", armoured, MANIFEST, {public})


def test_another_signer_namespace_or_byte_is_refused() -> None:
    signature = sshsig.sign(KEY, b"data", BUNDLE)
    assert sshsig.verify(b"data", signature, BUNDLE, [OTHER.public, KEY.public]) == KEY.public
    for data, namespace, allowed in (
        (b"datb", BUNDLE, [KEY.public]),
        (b"data", MANIFEST, [KEY.public]),
        (b"data", BUNDLE, [OTHER.public]),
        (b"data", BUNDLE, []),
    ):
        with pytest.raises(BadSignature):
            sshsig.verify(data, signature, namespace, allowed)


def test_a_signature_that_names_another_purpose_than_it_signed_is_refused() -> None:
    lines = sshsig.sign(KEY, b"data", BUNDLE).splitlines()
    blob = base64.b64decode("".join(lines[1:-1])).replace(b"bundle.v1@", b"bundle.v2@")
    renamed = "\n".join([lines[0], base64.b64encode(blob).decode(), lines[-1]])
    for namespace in (BUNDLE, "bundle.v2@shelterdesk"):
        with pytest.raises(BadSignature):
            sshsig.verify(b"data", renamed, namespace, [KEY.public])


def test_a_namespace_of_somebody_else_is_a_bug() -> None:
    for namespace in ("file", "bundle.v1", "a\n@shelterdesk", ""):
        with pytest.raises(ValueError, match="namespace"):
            sshsig.sign(KEY, b"", namespace)


def test_a_comment_cannot_begin_another_line() -> None:
    assert "\n" not in sshsig.public_line(KEY.public, "desk\nssh-ed25519 AAAA")


@given(st.integers(0, 400), st.characters(codec="utf-8"))
def test_any_changed_character_of_a_signature_is_refused(place: int, character: str) -> None:
    signature = sshsig.sign(KEY, b"data", BUNDLE)
    place %= len(signature)
    changed = signature[:place] + character + signature[place + 1 :]
    if changed.split() == signature.split():
        return
    with pytest.raises((BadSignature, DamagedFile)):
        sshsig.verify(b"data", changed, BUNDLE, [KEY.public])


@given(st.one_of(st.text(), st.binary().map(lambda b: b.decode("latin-1"))))
def test_no_text_raises_anything_but_damaged(text: str) -> None:
    with pytest.raises(DamagedFile):
        sshsig.claimed_signer(text)


@given(st.binary(max_size=200))
def test_no_armoured_bytes_raise_anything_but_damaged(blob: bytes) -> None:
    text = base64.b64encode(b"SSHSIG\0\0\0\1" + blob).decode()
    with pytest.raises(DamagedFile):
        sshsig.claimed_signer(f"-----BEGIN SSH SIGNATURE-----\n{text}\n-----END SSH SIGNATURE-----\n")


def test_a_key_does_not_show_its_secret() -> None:
    assert KEY.seed().hex() not in repr(KEY)
    assert KEY.public.hex() in repr(KEY)


def test_signatures_of_a_wrong_length_are_not_signatures() -> None:
    signature = KEY.sign(b"x")
    assert is_signed_by(KEY.public, b"x", signature)
    assert not is_signed_by(KEY.public, b"x", signature[:-1])
    assert not is_signed_by(KEY.public[:-1], b"x", signature)
    assert not is_signed_by(b"\xff" * 32, b"x", signature)
