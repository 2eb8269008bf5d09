"""A person with the stick: from the first command to the first card, by real keys on a real screen.

``tools/prove-stick`` starts it as ``stick_steps.py ROOT FOLDER``. A step is one decision or one page filled in, with the
key that ends it; only the first may be in a terminal. Waits for what is on the screen to come to rest.
"""

from __future__ import annotations

import re
import shutil
import struct
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from PIL import Image, ImageChops

MOST_STEPS = 12
PATIENCE_SECONDS = 60.0
REST_SECONDS = 0.7
CURSOR = (4, 60)
"""Width and height in pixels of a blinking cursor, at most."""

HOME = "home/desk"


@dataclass
class Walk:
    """The steps so far, the bare system's root, and where pictures go."""

    root: Path
    place: Path
    started: float = field(default_factory=time.monotonic)
    steps: int = 0
    terminals: int = 0

    def step(self, what: str, do: Callable[[], None], *, in_terminal: bool = False) -> None:
        """Do one step, wait for the screen to come to rest, keep a picture of it."""
        self.steps += 1
        self.terminals += in_terminal
        begun = time.monotonic()
        do()
        if not in_terminal:
            self.rest()
            self.picture(f"{self.steps:02d}")
        took = time.monotonic() - begun
        print(f"   step {self.steps:2d}  {what}  ({took:.1f} s)", flush=True)

    def inside(self, user: str, command: str) -> list[str]:
        """A command in the bare system, without a network."""
        return ["unshare", "--net", "--", "chroot", str(self.root), "su", "-", user, "-c", command]

    def screen(self) -> Image.Image:
        """What is on the screen now, read from the memory of Xvfb (X11 window dump, XWDFile.h)."""
        raw = (self.place / "screen" / "Xvfb_screen0").read_bytes()
        head = struct.unpack(">25I", raw[:100])
        size, wide, high, line, colours = head[0], head[4], head[5], head[12], head[19]
        return Image.frombytes("RGB", (wide, high), raw[size + 12 * colours :], "raw", "BGRX", line)

    def rest(self) -> None:
        """Wait until the screen shows something and has not changed for a while, the blinking cursor aside."""
        end = time.monotonic() + PATIENCE_SECONDS
        last, since = self.screen(), time.monotonic()
        while time.monotonic() < end:
            now = self.screen()
            if not is_alike(last, now):
                last, since = now, time.monotonic()
            elif time.monotonic() - since > REST_SECONDS and now.getcolors(1) is None:
                return
            time.sleep(0.05)
        raise SystemExit("The screen did not come to rest.")

    def picture(self, name: str) -> None:
        """Keep what is on the screen."""
        self.screen().save(self.place / "seen" / f"{name}.png")


def is_alike(one: Image.Image, other: Image.Image) -> bool:
    """Whether two pictures differ in nothing larger than the cursor of a field."""
    box = ImageChops.difference(one, other).getbbox()
    return box is None or (box[2] - box[0] <= CURSOR[0] and box[3] - box[1] <= CURSOR[1])


def keys(*names: str) -> None:
    """Press keys, one after the other, as a keyboard does."""
    subprocess.run(["xdotool", "key", "--clearmodifiers", "--delay", "40", *names], check=True)


def write(text: str) -> None:
    """Type a text."""
    subprocess.run(["xdotool", "type", "--delay", "25", text], check=True)


def fill(*fields: str) -> None:
    """Type into the fields of a page from where typing is, Enter after each."""
    for text in fields:
        if text:
            write(text)
        keys("Return")


def menu_entry(root: Path) -> str:
    """What the menu of programs starts."""
    entry = (root / "usr/share/applications/shelterdesk.desktop").read_text("utf-8")
    found = re.search(r"^Exec=(.+)$", entry, re.M)
    if found is None:
        raise SystemExit("The menu has no entry that starts anything.")
    return found[1]


def main() -> int:
    """Walk; 0 when the first card is there within the steps allowed."""
    root, place = Path(sys.argv[1]), Path(sys.argv[2])
    display = subprocess.run(
        ["printenv", "DISPLAY"], capture_output=True, text=True, check=True
    ).stdout.strip()
    walk = Walk(root, place)
    running: list[subprocess.Popen[bytes]] = []

    def install() -> None:
        deb = next((root / "media/desk/STICK").glob("*.deb")).name
        subprocess.run(
            walk.inside("root", f"dpkg -i /media/desk/STICK/{deb}"), check=True, stdin=subprocess.DEVNULL
        )

    def start() -> None:
        line = f"DISPLAY={display} LANG=es_PA.UTF-8 {menu_entry(root)}"
        log = (place / "window.log").open("wb")
        running.append(
            subprocess.Popen(walk.inside("desk", line), stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        )

    def station() -> None:
        fill("LB", "Lajas Blancas", "Panama")
        keys("ctrl+Return")

    def person() -> None:
        fill("admin", "tres palabras mias")
        write("tres palabras mias")
        keys("ctrl+Return")

    def family() -> None:
        fill("Quispe Toussaint", "Ana")
        keys("ctrl+Return")

    def name_file() -> None:
        write(f"/{HOME}/tarjetas.pdf")
        keys("Return")

    try:
        walk.step("terminal: sudo dpkg -i …", install, in_terminal=True)
        walk.step("the menu of programs: ShelterDesk", start)
        walk.step("real station", lambda: keys("r"))
        walk.step("the station: code, name, country", station)
        walk.step("who may do everything here: name, passphrase twice", person)
        walk.step("the recovery sheet: later", lambda: keys("alt+l"))
        walk.step("a second person: later", lambda: keys("alt+l"))
        walk.step("the first family: surnames and name, save and print", family)
        walk.step("no printer here: the waiting card", lambda: keys("ctrl+shift+w"))
        walk.step("save it as PDF", lambda: keys("ctrl+s"))
        walk.step("its name", name_file)
        card = root / HOME / "tarjetas.pdf"
        end = time.monotonic() + PATIENCE_SECONDS
        while not card.is_file() and time.monotonic() < end:
            time.sleep(0.1)
        if not card.is_file():
            raise SystemExit("No card came out.")
        shutil.copyfile(card, place / "seen" / "first-card.pdf")
    finally:
        for process in running:
            process.terminate()
    took = time.monotonic() - walk.started
    print(
        f"   the first card after {walk.steps} steps, {walk.terminals} in a terminal, {took:.0f} s of the machine's"
    )
    return 0 if walk.steps <= MOST_STEPS and walk.terminals <= 1 else 1


if __name__ == "__main__":
    sys.exit(main())
