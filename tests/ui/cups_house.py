"""A CUPS of a test's own: its folder, its socket and one printer, run as an ordinary process and ended with the test."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

SERVER = next((path for path in ("/usr/sbin/cupsd",) if shutil.which(path)), "")
PRINTER = "Desk"

_CONF = """Listen {folder}/sock
LogLevel warn
WebInterface No
Browsing Off
DefaultAuthType None
PreserveJobFiles Yes
PreserveJobHistory Yes
<Location />
 Order allow,deny
 Allow all
</Location>
<Policy default>
 <Limit All>
  Order deny,allow
  Allow all
 </Limit>
</Policy>
"""
_FILES = """FileDevice Yes
ServerRoot {folder}
RequestRoot {folder}/spool
CacheDir {folder}/cache
StateDir {folder}/state
TempDir {folder}/tmp
AccessLog {folder}/access
ErrorLog {folder}/error
PageLog {folder}/page
"""
# A printer that holds Letter alone and takes a PDF as it is.
_PPD = """*PPD-Adobe: "4.3"
*FormatVersion: "4.3"
*FileVersion: "1.0"
*LanguageVersion: English
*LanguageEncoding: ISOLatin1
*PCFileName: "DESK.PPD"
*Manufacturer: "House"
*Product: "(House)"
*ModelName: "House"
*ShortNickName: "House"
*NickName: "House"
*PSVersion: "(3010.000) 0"
*LanguageLevel: "3"
*ColorDevice: False
*DefaultColorSpace: Gray
*cupsFilter2: "application/pdf application/pdf 0 -"
*OpenUI *PageSize/Media Size: PickOne
*DefaultPageSize: Letter
*PageSize Letter/Letter: ""
*CloseUI: *PageSize
*OpenUI *PageRegion/Media Size: PickOne
*DefaultPageRegion: Letter
*PageRegion Letter/Letter: ""
*CloseUI: *PageRegion
*DefaultImageableArea: Letter
*ImageableArea Letter/Letter: "12 12 600 780"
*DefaultPaperDimension: Letter
*PaperDimension Letter/Letter: "612 792"
"""


class CupsHouse:
    """The running server. ``environment`` is for whoever is to print on it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.environment = {**os.environ, "CUPS_SERVER": str(folder / "sock"), "QT_QPA_PLATFORM": "offscreen"}

    def do(self, *command: str) -> str:
        """Run a command of CUPS (``cupsdisable``); what it said."""
        done = subprocess.run(
            command, env=self.environment, capture_output=True, text=True, check=True, timeout=30
        )
        return done.stdout

    def jobs(self) -> list[bytes]:
        """What the server took, job after job."""
        return [file.read_bytes() for file in sorted((self.folder / "spool").glob("d*"))]


@contextmanager
def cups_house(folder: Path) -> Iterator[CupsHouse]:
    """A server in a folder with a short path (a socket's may have 107 letters), with one printer."""
    for name in ("spool", "cache", "state", "tmp", "ppd"):
        (folder / name).mkdir()
    (folder / "cupsd.conf").write_text(_CONF.format(folder=folder))
    (folder / "cups-files.conf").write_text(_FILES.format(folder=folder))
    (folder / "desk.ppd").write_text(_PPD)
    house = CupsHouse(folder)
    with subprocess.Popen(
        [SERVER, "-f", "-c", str(folder / "cupsd.conf"), "-s", str(folder / "cups-files.conf")],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as server:
        try:
            until = time.monotonic() + 20
            while (
                subprocess.run(["lpstat", "-r"], env=house.environment, capture_output=True).stdout.find(
                    b"not "
                )
                >= 0
            ):
                if time.monotonic() > until or server.poll() is not None:
                    raise RuntimeError("CUPS does not start here")
            where = f"file:{folder}/paper"
            house.do("lpadmin", "-p", PRINTER, "-E", "-v", where, "-P", str(folder / "desk.ppd"))
            house.do("lpadmin", "-d", PRINTER)
            yield house
        finally:
            server.terminate()
