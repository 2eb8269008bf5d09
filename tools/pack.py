"""Packs the program: a folder that runs without Python, a Debian package, a signed update, and what goes on a stick.

``tools/build`` calls it after the wheel stands in dist/. RELEASE_KEY names the project's private key (OpenSSH,
Ed25519); without it a key is made for this one build, and the result trusts only itself.
"""

from __future__ import annotations

import gzip
import hashlib
import os
import re
import shutil
import subprocess
import sys
import sysconfig
import tarfile
import zipfile
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from importlib.metadata import Distribution, distribution
from pathlib import Path

TOP = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(TOP))

from packaging.requirements import Requirement  # noqa: E402
from packaging.utils import canonicalize_name  # noqa: E402

from shelterdesk import __version__  # noqa: E402
from shelterdesk.core.release import Release, ReleaseFile, to_json  # noqa: E402
from shelterdesk.db.schema import FORMAT, OLDEST_READ  # noqa: E402
from shelterdesk.keys.machine import KIND as SYSTEM  # noqa: E402
from shelterdesk.keys.release import NAMESPACE, read_keys  # noqa: E402
from shelterdesk.reports.scripts import SHAPED_BY  # noqa: E402

DIST, WORK, PARTS = TOP / "dist", TOP / "build" / "pack", TOP / "packaging"
FOLDER, STICK = DIST / "shelterdesk", DIST / "stick"
KEY_FILE = "shelterdesk/resources/keys/release.pub"
FONTS = {"fonts-noto-core": "truetype/noto", "fonts-droid-fallback": "truetype/droid"}
OTHER_SCRIPTS = (
    "Ethiopic Armenian Georgian Cherokee Hebrew Thai Lao Thaana NKo Tifinagh Adlam HanifiRohingya Javanese "
    "Balinese Sundanese Lisu Vai OlChiki Yi"
).split()
"""Scripts that stand as they are or are shaped by any face of theirs, and that somebody's name may be written in."""

_DEBIAN = {"x86_64": "amd64", "aarch64": "arm64"}


def say(text: str) -> None:
    """Progress, on standard error."""
    print(text, file=sys.stderr, flush=True)


def run(*command: str | Path, **environment: str) -> str:
    """A command that must succeed; returns what it printed."""
    done = subprocess.run(
        [str(word) for word in command],
        env=os.environ | environment,
        stdout=subprocess.PIPE,
        text=True,
        check=False,
    )
    if done.returncode:
        raise SystemExit(f"Not built: {command[0]} failed.")
    return done.stdout


def made_at() -> int:
    """The moment of the last commit, in seconds: the same source gives the same build."""
    given = os.environ.get("SOURCE_DATE_EPOCH") or run("git", "-C", TOP, "log", "-1", "--format=%ct").strip()
    return int(given)


# --- what goes in ------------------------------------------------------------------------------------------------


def unpack_wheel(site: Path) -> None:
    """The wheel in dist/, unpacked: the build holds what the wheel holds."""
    wheels = sorted(DIST.glob("shelterdesk-*.whl"))
    if len(wheels) != 1:
        raise SystemExit("Not built: there is no wheel in dist/, or there are several.")
    with zipfile.ZipFile(wheels[0]) as wheel:
        wheel.extractall(site)


def faces() -> Iterator[tuple[str, Path]]:
    """Package and path of every face the program uses (``reports/faces.py``): one pair for most, one a script."""
    shared = Path("/usr/share/fonts")
    noto = shared / FONTS["fonts-noto-core"]
    stems = ["", *(script.capitalize() for script in SHAPED_BY), *OTHER_SCRIPTS]
    wanted = [f"NotoSans{stem}" for stem in stems] + ["NotoNaskhArabic", "NotoSerifTibetan"]
    for stem in wanted:
        for weight in ("Regular", "Bold"):
            if (path := noto / f"{stem}-{weight}.ttf").is_file():
                yield "fonts-noto-core", path
    yield "fonts-droid-fallback", shared / FONTS["fonts-droid-fallback"] / "DroidSansFallbackFull.ttf"


def gather_fonts(target: Path) -> None:
    """The faces with the licences of the packages they come from."""
    target.mkdir(parents=True)
    found = list(faces())
    missing = [path.name for _, path in found if not path.is_file()]
    if missing or not any(path.name == "NotoSans-Regular.ttf" for _, path in found):
        raise SystemExit(f"Not built: install {' and '.join(FONTS)} first. {' '.join(missing)}")
    for _, path in found:
        shutil.copyfile(path, target / path.name)
    for package in FONTS:
        shutil.copyfile(f"/usr/share/doc/{package}/copyright", target / f"{package}.copyright.txt")
    shutil.copyfile(PARTS / "fonts.conf", target / "fonts.conf")
    say(f"{len(found)} faces, {sum(path.stat().st_size for _, path in found) / 1e6:.0f} MB")


# --- the key -----------------------------------------------------------------------------------------------------


class ReleaseKey:
    """The private key that signs, in its file; ssh-keygen reads it, this program never does."""

    def __init__(self, scratch: Path) -> None:
        given = os.environ.get("RELEASE_KEY")
        self.is_the_projects = bool(given)
        if given:
            self.path = Path(given).expanduser().resolve()
        else:
            self.path = scratch / "developer-key"
            run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "developer build", "-f", self.path)
        self.public = run("ssh-keygen", "-y", "-f", self.path).strip()
        if not read_keys(self.public):
            raise SystemExit(
                "Not built: the release key must be of the kind Ed25519 (ssh-keygen -t ed25519)."
            )

    def must_be_trusted(self, tracked: str) -> None:
        """Stop where the source names release keys and this is none of them."""
        known = read_keys(tracked)
        if self.is_the_projects and known and not set(read_keys(self.public)) <= set(known):
            raise SystemExit("Not built: RELEASE_KEY is none of the keys in resources/keys/release.pub.")

    def sign(self, path: Path, namespace: str) -> None:
        """Write the signature beside a file, as ``NAME.sig``."""
        signature = path.with_name(f"{path.name}.sig")
        signature.unlink(missing_ok=True)
        run("ssh-keygen", "-q", "-Y", "sign", "-f", self.path, "-n", namespace, path)

    def say_what_it_is(self) -> None:
        """Loudly, where the build trusts only itself."""
        if self.is_the_projects:
            return
        say("")
        say(
            "  *** A DEVELOPER'S BUILD. No RELEASE_KEY was given, so it is signed with a key made for it alone and"
        )
        say(
            "  *** thrown away: this program takes no update but its own, and no other program takes this one."
        )
        say(
            "  *** Do not hand it out. A release is built with  make build RELEASE_KEY=<path of the private key>"
        )
        say("")


# --- the folder --------------------------------------------------------------------------------------------------


def freeze(key: ReleaseKey, moment: int) -> None:
    """PyInstaller's work: dist/shelterdesk, a folder that runs without Python."""
    site, extra = WORK / "site", WORK / "extra"
    unpack_wheel(site)
    gather_fonts(extra / "fonts")
    for path in (PARTS / "shelterdesk.svg", PARTS / "debian" / "shelterdesk.desktop"):
        shutil.copyfile(path, extra / path.name)  # for install.sh
    trusted = site / KEY_FILE
    key.must_be_trusted(trusted.read_text("utf-8"))
    if not key.is_the_projects or not read_keys(trusted.read_text("utf-8")):
        trusted.write_text(key.public + "\n", "utf-8")
    run(
        sys.executable, "-m", "PyInstaller", "--noconfirm", "--log-level", "ERROR",
        "--distpath", DIST, "--workpath", WORK / "frozen", PARTS / "shelterdesk.spec",
        SHELTERDESK_SITE=str(site), SHELTERDESK_EXTRA=str(extra), SOURCE_DATE_EPOCH=str(moment), PYTHONHASHSEED="0",
        PYTHONPATH=str(site), PYTHONNOUSERSITE="1",
    )  # fmt: skip
    (FOLDER / "LICENSES.txt").write_text("".join(licences()), "utf-8")
    for path in sorted(FOLDER.rglob("*")):
        if not path.is_symlink():
            runs = path.is_dir() or path == FOLDER / "shelterdesk"
            path.chmod(0o755 if runs else 0o644)
            os.utime(path, (moment, moment))


# --- the licences ------------------------------------------------------------------------------------------------

_RULE = "=" * 110
_HEAD = f"""Licences of what the built program holds besides its own source.

Qt and PySide6 are used under the LGPL, version 3. Every library lies as a file of its own in the folder of the program
and can be replaced there by another build of it, as the LGPL wants. The start program ("bootloader") is PyInstaller's,
under the GPL with an exception that lets it be given on with programs under any licence; PyInstaller itself is a tool
of the build and not inside.
{_RULE}
"""


def licences() -> Iterator[str]:
    """Everything that has to be told of others' work, one piece after the other."""
    yield _HEAD
    python = Path(sysconfig.get_path("stdlib")) / "LICENSE.txt"
    yield from _piece(
        "Python",
        [python] if python.is_file() else sorted(Path("/usr/share/doc/python3.11").glob("copyright")),
    )
    for name, found in sorted(run_time().items()):
        told = found.metadata
        said = next(
            (told[name] for name in ("License-Expression", "License") if name in told and told[name]), ""
        )
        texts = [Path(str(found.locate_file(file))) for file in found.files or () if _is_licence(str(file))]
        yield from _piece(f"{name} {found.version}\n{said.splitlines()[0][:200] if said else ''}", texts)
    tool = distribution("pyinstaller")
    yield from _piece(
        "PyInstaller's bootloader",
        [Path(str(tool.locate_file(f))) for f in tool.files or () if _is_licence(str(f))],
    )
    for package in (*sorted(system_packages()), *FONTS):
        yield from _piece(f"Debian package {package}", [Path(f"/usr/share/doc/{package}/copyright")])
    for text in ("LGPL-2", "LGPL-2.1", "LGPL-3", "GPL-3", "Apache-2.0"):
        yield from _piece(f"Text of the licence {text}", [Path(f"/usr/share/common-licenses/{text}")])


def _piece(title: str, texts: Iterable[Path]) -> Iterator[str]:
    yield f"\n{_RULE}\n{title.strip()}\n{_RULE}\n"
    for path in texts:
        if path.is_file():
            yield path.read_text("utf-8", errors="replace").rstrip() + "\n"


def _is_licence(name: str) -> bool:
    return bool(
        re.search(r"(^|/)(licen[cs]es?/|licen[cs]e|copying|notice|authors)[^/]*", name, re.I)
    ) and not name.endswith((".py", ".pyc"))


def run_time() -> dict[str, Distribution]:
    """The distributions the program needs, directly or through others."""
    found: dict[str, Distribution] = {}
    waiting = [
        Requirement(line) for line in distribution("shelterdesk").requires or () if "extra ==" not in line
    ]
    while waiting:
        requirement = waiting.pop()
        name = canonicalize_name(requirement.name)
        if name in found or (
            requirement.marker is not None and not requirement.marker.evaluate({"extra": ""})
        ):
            continue
        found[name] = distribution(name)
        waiting += [Requirement(line) for line in found[name].requires or ()]
    return found


def system_packages() -> set[str]:
    """The Debian packages whose libraries the folder holds."""
    inside = {path.name for path in FOLDER.rglob("*.so*") if path.is_file()}
    places = [Path(place) for place in ("/usr/lib", "/lib")]
    triplet = sysconfig.get_config_var("MULTIARCH") or "x86_64-linux-gnu"
    paths = [p for place in places for p in (place / triplet).glob("*.so*") if p.name in inside]
    packages: set[str] = set()
    for path in paths:
        done = subprocess.run(
            ["dpkg", "-S", path, path.resolve()], capture_output=True, text=True, check=False
        )
        packages |= {
            line.partition(":")[0]
            for line in done.stdout.splitlines()
            if line and not line.startswith("diversion")
        }
    return packages


# --- the update --------------------------------------------------------------------------------------------------


def release_of(folder: Path, moment: int) -> Release:
    """What the folder holds, to be signed."""
    files: dict[str, ReleaseFile] = {}
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.is_symlink():
            files[name] = ReleaseFile(link=os.readlink(path))
        elif path.is_file():
            data = path.read_bytes()
            files[name] = ReleaseFile(
                len(data), hashlib.sha256(data).hexdigest(), bool(path.stat().st_mode & 0o100)
            )
    when = datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return Release(__version__, when, SYSTEM, FORMAT, OLDEST_READ, files)


def write_update(key: ReleaseKey, folder: Path, target: Path, moment: int) -> None:
    """The signed update: a tar of the manifest, its signature, and the files as a tar of their own under gzip."""
    scratch = WORK / "update"
    scratch.mkdir(parents=True, exist_ok=True)
    release = release_of(folder, moment)
    manifest = scratch / "manifest.json"
    manifest.write_bytes(to_json(release))
    key.sign(manifest, NAMESPACE)
    payload = scratch / "payload.tar.gz"
    with payload.open("wb") as out, gzip.GzipFile("", "wb", 6, out, mtime=0) as packed:
        with tarfile.open(fileobj=packed, mode="w|", format=tarfile.GNU_FORMAT) as tar:
            for name in release.files:
                tar.add(folder / name, name, recursive=False, filter=lambda info: _plain(info, moment))
    with tarfile.open(target, "w", format=tarfile.USTAR_FORMAT) as tar:
        for path in (manifest, manifest.with_name("manifest.json.sig"), payload):
            tar.add(path, path.name, filter=lambda info: _plain(info, moment))


def _plain(info: tarfile.TarInfo, moment: int) -> tarfile.TarInfo:
    info.uid = info.gid = 0
    info.uname = info.gname = "root"
    info.mtime = moment
    return info


# --- the Debian package ------------------------------------------------------------------------------------------


def write_deb(folder: Path, target: Path, moment: int) -> None:
    """The package: the folder below /opt, a link, an entry of the menu. It needs nothing but the C library."""
    tree = WORK / "deb"
    opt = tree / "opt" / "shelterdesk"
    opt.parent.mkdir(parents=True)
    run("cp", "-a", folder, opt)
    for place, name in (
        ("usr/share/applications", "shelterdesk.desktop"),
        ("usr/share/doc/shelterdesk", "copyright"),
    ):
        (tree / place).mkdir(parents=True)
        shutil.copyfile(PARTS / "debian" / name, tree / place / name)
    icons = tree / "usr/share/icons/hicolor/scalable/apps"
    icons.mkdir(parents=True)
    shutil.copyfile(PARTS / "shelterdesk.svg", icons / "shelterdesk.svg")
    (tree / "usr/bin").mkdir(parents=True)
    (tree / "usr/bin/shelterdesk").symlink_to("/opt/shelterdesk/shelterdesk")
    control = tree / "DEBIAN"
    control.mkdir()
    size = sum(path.lstat().st_size for path in tree.rglob("*")) // 1024
    text = (PARTS / "debian" / "control").read_text("utf-8")
    (control / "control").write_text(
        text.format(
            version=__version__, architecture=_DEBIAN[os.uname().machine], size=size, libc=newest_libc(folder)
        ),
        "utf-8",
    )
    for script in ("postinst", "postrm"):
        shutil.copyfile(PARTS / "debian" / script, control / script)
    for path in sorted(tree.rglob("*")):
        if not path.is_symlink() and not path.is_relative_to(opt):
            path.chmod(
                0o755 if path.is_dir() or path.parent == control and path.name.startswith("post") else 0o644
            )
    run(
        "dpkg-deb",
        "--root-owner-group",
        "-Zxz",
        "-z3",
        "--build",
        tree,
        target,
        SOURCE_DATE_EPOCH=str(moment),
    )


def newest_libc(folder: Path) -> str:
    """The version of the C library that the folder's files were linked against at most."""
    found = {(2, 34)}
    for path in folder.rglob("*"):
        if path.is_file() and not path.is_symlink() and (".so" in path.name or path.name == "shelterdesk"):
            found |= {(int(a), int(b)) for a, b in re.findall(rb"GLIBC_(\d+)\.(\d+)", path.read_bytes())}
    return ".".join(map(str, max(found)))


# --- the stick ---------------------------------------------------------------------------------------------------


def write_stick(key: ReleaseKey, deb: Path, update: Path) -> None:
    """What is copied onto a stick, with hashes and a signature over them."""
    STICK.mkdir(parents=True)
    for path in (deb, update):
        shutil.move(path, STICK / path.name)
    for name in ("install.sh", "uninstall.sh", "LEAME.txt", "README.txt"):
        text = (PARTS / "stick" / name).read_text("utf-8")
        (STICK / name).write_text(text.replace("@VERSION@", __version__).replace("@DEB@", deb.name), "utf-8")
    shutil.copyfile(FOLDER / "LICENSES.txt", STICK / "LICENSES.txt")
    (STICK / "release.pub").write_text(f"{key.public}\n", "utf-8")
    sums = STICK / "SHA256SUMS"
    lines = [f"{hashlib.sha256(p.read_bytes()).hexdigest()}  {p.name}\n" for p in sorted(STICK.iterdir())]
    sums.write_text("".join(lines), "utf-8")
    key.sign(sums, "sums.v1@shelterdesk")


def main() -> int:
    """Everything after the wheel; dist/shelterdesk and dist/stick stand at the end."""
    for path in (WORK, FOLDER, STICK):
        shutil.rmtree(path, ignore_errors=True)
    WORK.mkdir(parents=True)
    moment = made_at()
    key = ReleaseKey(WORK)
    say("Packing the program (PyInstaller)")
    freeze(key, moment)
    say("Writing the update")
    update = DIST / f"shelterdesk-{__version__}.update"
    write_update(key, FOLDER, update, moment)
    say("Writing the Debian package")
    deb = DIST / f"shelterdesk_{__version__}_{_DEBIAN[os.uname().machine]}.deb"
    write_deb(FOLDER, deb, moment)
    write_stick(key, deb, update)
    if not key.is_the_projects:
        for path in (key.path, key.path.with_name(f"{key.path.name}.pub")):
            path.unlink()
    for path in (FOLDER, *sorted(STICK.iterdir())):
        size = sum(p.lstat().st_size for p in path.rglob("*")) if path.is_dir() else path.stat().st_size
        say(f"{size / 1e6:8.1f} MB  {path.relative_to(TOP)}")
    key.say_what_it_is()
    return 0


if __name__ == "__main__":
    sys.exit(main())
